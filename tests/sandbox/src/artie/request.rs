//! A request on its way in: log, dictated answers, token, route, body, and then the route itself.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::Artie;
use super::reply::{Fault, Outcome, Reply};
use super::routes::{Found, find};
use super::state::Account;
use super::world::Outside;

/// The vendor's limit is not published; this holds the largest pipelines.
const BODY_LIMIT: usize = 8_000_000;

/// What a route works with.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) account: &'a mut Account,
    pub(crate) outside: &'a mut Outside,
    /// The uuid in the path, decoded but not checked; empty when the route has none.
    pub(crate) target: String,
    pub(crate) query: BTreeMap<String, String>,
    /// The body, if there was one.
    pub(crate) body: Option<Value>,
}

impl Call<'_> {
    /// The body, which must be an object.
    pub(crate) fn object(&self) -> Result<&Map<String, Value>, Fault> {
        match &self.body {
            Some(Value::Object(object)) => Ok(object),
            Some(_) => Err(Fault::bad("the request body must be a JSON object")),
            None => Err(Fault::bad("a request body is required")),
        }
    }

    /// The body, or an empty object when there was none.
    pub(crate) fn optional_object(&self) -> Result<Map<String, Value>, Fault> {
        if self.body.is_none() { Ok(Map::new()) } else { self.object().cloned() }
    }
}

/// Answers one request.
pub(crate) async fn answer(State(simulated): State<Artie>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, BODY_LIMIT).await;
    simulated.log().record(&parts, body.as_ref().ok());
    if let Some(reply) = simulated.forced_reply() {
        return reply.into_response();
    }
    // HEAD is answered as GET; the transport leaves the body out.
    let method = if parts.method.as_str() == "HEAD" { "GET" } else { parts.method.as_str() };
    let outcome = match body {
        Ok(body) => serve(
            &simulated,
            method,
            parts.uri.path(),
            parts.uri.query().unwrap_or_default(),
            &parts.headers,
            &body,
        ),
        Err(_) => Err(Fault::new(413, "the request body is too large")),
    };
    outcome.unwrap_or_else(Reply::from).into_response()
}

fn serve(
    simulated: &Artie,
    method: &str,
    path: &str,
    query: &str,
    headers: &HeaderMap,
    body: &Bytes,
) -> Outcome {
    let token = token(headers)?;
    simulated.with_account(&token, |_, _| Ok(()))?;
    let (route, target) = match find(method, path) {
        Found::Route(route, target) => (route, target),
        Found::OtherMethod => return Err(Fault::new(405, "method not allowed")),
        Found::Nothing => return Err(Fault::missing("route")),
    };
    simulated.with_account(&token, |account, outside| {
        if route.limited {
            account.count_validation(outside)?;
        }
        // The content type is not looked at: the vendor's own client sends none.
        let body = match body.as_ref() {
            _ if method != "POST" => None,
            [] => None,
            bytes => Some(
                serde_json::from_slice(bytes)
                    .map_err(|error| Fault::bad(format!("invalid JSON: {error}")))?,
            ),
        };
        let query = read_query(query);
        (route.handler)(&mut Call { account, outside, target, query, body })
    })
}

/// The token of the `Authorization: Bearer …` header (rule 96).
fn token(headers: &HeaderMap) -> Result<String, Fault> {
    let refusal = || Fault::new(401, "missing or malformed API key");
    let value =
        headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).ok_or_else(refusal)?;
    let (scheme, token) = value.split_once(' ').ok_or_else(refusal)?;
    let token = token.trim();
    let well_formed = scheme.eq_ignore_ascii_case("bearer") && token.starts_with("arsk_");
    if well_formed { Ok(token.to_owned()) } else { Err(refusal()) }
}

fn read_query(query: &str) -> BTreeMap<String, String> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let parts = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let text = |part: &str| decode(&part.replace('+', " "));
    parts.map(|(name, value)| (text(name), text(value))).collect()
}

pub(crate) fn decode(part: &str) -> String {
    percent_decode_str(part).decode_utf8_lossy().into_owned()
}
