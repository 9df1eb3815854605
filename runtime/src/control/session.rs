//! Sessions of the page: a cookie that scripts cannot read, and a token that only the page's own scripts
//! can send along.

use super::Control;
use super::auth::{self, Actor};
use super::body::JsonObject;
use super::error::ApiError;
use super::moment::shown;
use crate::metrics::Refusal;
use crate::{Token, TokenKind};
use axum::Json;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use cookie::{Cookie, SameSite};
use http::header::{COOKIE, SET_COOKIE};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

/// How long a session lasts, in milliseconds.
const LASTS: i64 = 12 * 3600 * 1000;

/// What scripts must send with everything that changes something.
const CSRF: &str = "x-csrf-token";

/// Who is logged in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Session {
    /// To be sent as `x-csrf-token` with everything that is not GET.
    csrf_token: String,
    /// When one has to log in again.
    expires_at: String,
    /// As whom.
    actor: String,
}

/// The admin key of a log-in.
#[derive(Debug, serde::Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LogIn {
    /// The admin key.
    #[schema(format = Password, pattern = r"^[^\x00]*$")]
    admin_key: String,
}

/// Logs the page in; sets a cookie.
#[utoipa::path(post, path = "/session", tag = "session", request_body = LogIn, responses(
    (status = 200, body = Session)), security(()))]
pub(super) async fn log_in(State(control): State<Control>, request: Request) -> Result<Response, ApiError> {
    use axum::extract::FromRequest as _;
    let (head, body) = request.into_parts();
    let request = Request::from_parts(head.clone(), body);
    let JsonObject(mut fields) = JsonObject::from_request(request, &control).await?;
    let key = fields.text("admin_key");
    let key = fields.required("admin_key", key);
    fields.finish()?;
    let log_in = LogIn { admin_key: key.unwrap_or_default() };
    if !control.admin_key().is(log_in.admin_key.trim(), control.store()).await? {
        if let Err(seconds) = control.throttle().failed(auth::address(&head)) {
            auth::denied(&control, &head, Refusal::Throttled, None);
            return Err(ApiError::too_many(seconds));
        }
        auth::denied(&control, &head, Refusal::WrongKey, None);
        let message = "This is not the admin key. `toolpress admin-key --reset` makes a new one.";
        return Err(ApiError::new(StatusCode::UNAUTHORIZED, "unauthenticated", message));
    }
    let token = Token::generate(TokenKind::Session)?;
    let now = control.now();
    control.store().add_session(&token.hash(), now, now + LASTS).await?;
    let peer = auth::address(&head).map(tracing::field::display);
    tracing::info!(target: "audit", action = "log-in", by = "page", peer);
    let session = session(&token, now + LASTS);
    Ok((cookie_header(&control, token.expose(), LASTS / 1000), Json(session)).into_response())
}

/// Who is logged in.
#[utoipa::path(get, path = "/session", tag = "session", responses((status = 200, body = Session)),
    security(("session" = [])))]
pub(super) async fn show(
    State(control): State<Control>,
    headers: HeaderMap,
) -> Result<Json<Session>, ApiError> {
    let (token, until) = current(&control, &headers).await?.ok_or_else(ApiError::unauthenticated)?;
    Ok(Json(session(&token, until)))
}

/// Logs the page out, for good.
#[utoipa::path(delete, path = "/session", tag = "session", responses((status = 204)), security(()))]
pub(super) async fn log_out(
    State(control): State<Control>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if let Some((token, _)) = current(&control, &headers).await? {
        control.store().delete_session(&token.hash()).await?;
        tracing::info!(target: "audit", action = "log-out", by = "page");
    }
    Ok((StatusCode::NO_CONTENT, cookie_header(&control, "", 0)).into_response())
}

/// Who a request with a cookie is from.
pub(super) async fn identify(control: &Control, head: &Parts) -> Result<Actor, ApiError> {
    if cookie_of(control, &head.headers).is_none() {
        auth::denied(control, head, Refusal::WrongKey, None);
        return Err(ApiError::unauthenticated());
    }
    let Some((token, _)) = current(control, &head.headers).await? else {
        return Err(auth::refused(control, head));
    };
    let safe = matches!(head.method, Method::GET | Method::HEAD);
    let sent = head.headers.get(CSRF).map(HeaderValue::as_bytes);
    if !safe && sent != Some(csrf_token(&token).as_bytes()) {
        auth::denied(control, head, Refusal::Forbidden, None);
        return Err(ApiError::forbidden("Requests of the page must carry its `x-csrf-token`."));
    }
    Ok(Actor("page".to_owned()))
}

async fn current(control: &Control, headers: &HeaderMap) -> Result<Option<(Token, i64)>, ApiError> {
    let Some(text) = cookie_of(control, headers) else { return Ok(None) };
    let Some(token) = Token::parse(TokenKind::Session, &text) else { return Ok(None) };
    let until = control.store().session(&token.hash()).await?;
    Ok(until.filter(|until| *until > control.now()).map(|until| (token, until)))
}

fn session(token: &Token, until: i64) -> Session {
    Session { csrf_token: csrf_token(token), expires_at: shown(until), actor: "page".to_owned() }
}

/// Follows from the cookie, so nothing more is stored; the cookie does not follow from it.
fn csrf_token(token: &Token) -> String {
    let digest = Sha256::new_with_prefix(b"toolpress csrf ").chain_update(token.expose()).finalize();
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Behind https, browsers hold a `__Host-` cookie to be ours and nobody else's (RFC 6265bis).
fn cookie_name(control: &Control) -> &'static str {
    if control.is_secure() { "__Host-toolpress_session" } else { "toolpress_session" }
}

fn cookie_of(control: &Control, headers: &HeaderMap) -> Option<String> {
    let lines = headers.get_all(COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut cookies = lines.flat_map(Cookie::split_parse).flatten();
    let cookie = cookies.find(|cookie| cookie.name() == cookie_name(control))?;
    Some(cookie.value().to_owned())
}

fn cookie_header(control: &Control, value: &str, seconds: i64) -> HeaderMap {
    let cookie = Cookie::build((cookie_name(control), value))
        .path("/")
        .http_only(true)
        .same_site(SameSite::Strict)
        .secure(control.is_secure())
        .max_age(cookie::time::Duration::seconds(seconds));
    let mut headers = HeaderMap::new();
    if let Ok(cookie) = HeaderValue::from_str(&cookie.build().to_string()) {
        headers.insert(SET_COOKIE, cookie);
    }
    headers
}
