//! A request on its way in: log, forced answers, body, route, token, content type, and then the route itself.
//!
//! The order is the vendor's: a malformed body is refused before the route is known, a missing route before the
//! token is read, and the content type only after the token (rules 1–6).

use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::SequinStream;
use super::auth;
use super::config;
use super::error::{Fault, Outcome, Reply};
use super::routes::{Route, find};
use super::state::Account;
use super::streams;
use super::world::Outside;

/// The vendor reads no more of a body.
const BODY_LIMIT: usize = 8_000_000;

/// What a route works with.
#[derive(Debug)]
pub(crate) struct Call<'a> {
    pub(crate) account: &'a mut Account,
    pub(crate) outside: &'a mut Outside,
    /// The variable parts of the path, decoded.
    pub(crate) path: &'a [String],
    /// Query and body in one object; the body wins.
    pub(crate) params: Map<String, Value>,
}

impl Call<'_> {
    /// The first variable part of the path.
    pub(crate) fn target(&self) -> &str {
        self.path.first().map_or("", String::as_str)
    }

    /// The second variable part of the path.
    pub(crate) fn inner(&self) -> &str {
        self.path.get(1).map_or("", String::as_str)
    }

    /// Whether a parameter is exactly the text "true" (rule 32).
    pub(crate) fn says_true(&self, name: &str) -> bool {
        self.params.get(name).and_then(Value::as_str) == Some("true")
    }
}

/// Answers one request.
pub(crate) async fn answer(State(simulated): State<SequinStream>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, BODY_LIMIT).await;
    let query = parts.uri.query().unwrap_or_default().to_owned();
    simulated.log().record(&parts, body.as_ref().ok());
    if let Some(reply) = simulated.forced_reply() {
        return reply.into_response();
    }
    let Ok(body) = body else { return Reply::from(Fault::Framework(413)).into_response() };
    // The framework answers HEAD as GET; the transport leaves the body out.
    let method = if parts.method.as_str() == "HEAD" { "GET" } else { parts.method.as_str() };
    let outcome = match read_body(method, &parts.headers, &body) {
        Err(fault) => Err(fault),
        Ok(body) => match find(method, parts.uri.path()) {
            None => return missing_route(&parts.headers),
            Some((route, path)) => {
                let mut params = read_query(&query);
                params.extend(body);
                serve(&simulated, method, &parts.headers, route, path, params).await
            }
        },
    };
    outcome.unwrap_or_else(Reply::from).into_response()
}

async fn serve(
    simulated: &SequinStream,
    method: &str,
    headers: &HeaderMap,
    route: Route,
    path: Vec<String>,
    params: Map<String, Value>,
) -> Outcome {
    if !accepts_json(headers) {
        return Err(Fault::Framework(406));
    }
    let token = auth::token(headers)?;
    simulated.with_account(&token, |_, _| Ok(()))?;
    if matches!(method, "POST" | "PUT" | "PATCH") && !has_json_type(headers) {
        return Err(Fault::bad_request("Content-Type: application/json is required"));
    }
    match route {
        Route::Plain(handler) => simulated.with_account(&token, |account, outside| {
            handler(&mut Call { account, outside, path: &path, params })
        }),
        Route::Receive => streams::receive(simulated, &token, path, params).await,
        Route::Plan => config::plan(simulated, &token, params).await,
        Route::Apply => config::apply(simulated, &token, params).await,
    }
}

/// The body as an object; anything else becomes its `_json` member.
fn read_body(method: &str, headers: &HeaderMap, body: &Bytes) -> Result<Map<String, Value>, Fault> {
    if method == "GET" || body.is_empty() || !has_json_type(headers) {
        return Ok(Map::new());
    }
    match serde_json::from_slice(body) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(other) => Ok([("_json".to_owned(), other)].into_iter().collect()),
        Err(_) => Err(Fault::Framework(400)),
    }
}

/// The query as an object; `name[]` collects a list.
fn read_query(query: &str) -> Map<String, Value> {
    let mut params = Map::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decode(&name.replace('+', " ")), decode(&value.replace('+', " ")));
        match name.strip_suffix("[]") {
            Some(list) => match params.entry(list.to_owned()).or_insert_with(|| json!([])) {
                Value::Array(items) => items.push(json!(value)),
                other => *other = json!([value]),
            },
            None => {
                params.insert(name, json!(value));
            }
        }
    }
    params
}

pub(crate) fn decode(part: &str) -> String {
    percent_decode_str(part).decode_utf8_lossy().into_owned()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn has_json_type(headers: &HeaderMap) -> bool {
    let mut types = headers.get_all(header::CONTENT_TYPE).iter();
    types.any(|value| text(value.as_bytes()).contains("application/json"))
}

fn accepts_json(headers: &HeaderMap) -> bool {
    let accepted = accepted(headers);
    accepted.is_empty()
        || accepted.contains("*/*")
        || accepted.contains("application/*")
        || asks_json(&accepted)
}

fn asks_json(accepted: &str) -> bool {
    accepted.contains("json")
}

fn accepted(headers: &HeaderMap) -> String {
    headers.get_all(header::ACCEPT).iter().map(|value| text(value.as_bytes())).collect::<Vec<_>>().join(",")
}

/// JSON for those who ask for it, a page for the rest (rule 6).
fn missing_route(headers: &HeaderMap) -> Response {
    if asks_json(&accepted(headers)) {
        return Reply::from(Fault::Framework(404)).into_response();
    }
    (axum::http::StatusCode::NOT_FOUND, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], "Not Found")
        .into_response()
}
