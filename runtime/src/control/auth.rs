//! Who may use the control plane: the admin key, API tokens of scope `admin`, sessions of the page.

use super::Control;
use super::error::ApiError;
use super::session;
use crate::metrics::Refusal;
use crate::store::Scope;
use crate::web::Peer;
use crate::{Token, TokenKind};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::AUTHORIZATION;
use http::request::Parts;
use std::net::IpAddr;
use uuid::Uuid;

/// Who asks, as it is written into `created_by` and the audit log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Actor(pub(super) String);

/// Lets a request pass that proves who it is from.
pub(super) async fn require(
    State(control): State<Control>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let (mut head, body) = request.into_parts();
    let actor = identify(&control, &head).await?;
    head.extensions.insert(actor);
    Ok(next.run(Request::from_parts(head, body)).await)
}

async fn identify(control: &Control, head: &Parts) -> Result<Actor, ApiError> {
    let mut proofs = head.headers.get_all(AUTHORIZATION).iter();
    let proof = match (proofs.next(), proofs.next()) {
        (Some(proof), None) => proof.to_str().ok(),
        (Some(_), Some(_)) => return Err(refused(control, head)),
        (None, _) => return session::identify(control, head).await,
    };
    let bearer = proof.and_then(|proof| proof.split_once(' '));
    let bearer = bearer.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    let Some((_, key)) = bearer else { return Err(refused(control, head)) };
    let key = key.trim();
    if let Some(token) = Token::parse(TokenKind::Api, key) {
        let row = control.store().api_token_by_hash(&token.hash()).await?;
        let Some(row) = row else { return Err(refused(control, head)) };
        if row.scope != Scope::Admin {
            denied(control, head, Refusal::Forbidden, Some(&row.id));
            return Err(ApiError::forbidden("This API token is only for MCP servers; its scope is `mcp`."));
        }
        control.activity().api_token_used(&row.id, control.now());
        return Ok(Actor(format!("api-token {}", row.id)));
    }
    if control.admin_key().is(key, control.store()).await? {
        return Ok(Actor("admin-key".to_owned()));
    }
    Err(refused(control, head))
}

/// The answer to a wrong key.
pub(super) fn refused(control: &Control, head: &Parts) -> ApiError {
    match control.throttle().failed(address(head)) {
        Ok(()) => {
            denied(control, head, Refusal::WrongKey, None);
            ApiError::unauthenticated()
        }
        Err(seconds) => {
            denied(control, head, Refusal::Throttled, None);
            ApiError::too_many(seconds)
        }
    }
}

/// Writes down that a request was denied.
pub(super) fn denied(control: &Control, head: &Parts, reason: Refusal, api_token: Option<&str>) {
    control.refusals().count(reason);
    let Some(left_out) = control.denials().pass() else { return };
    tracing::info!(
        target: "audit",
        action = "denied",
        reason = reason.as_str(),
        method = head.method.as_str(),
        path = told(head.uri.path()),
        api_token,
        peer = address(head).map(tracing::field::display),
        left_out,
    );
}

/// A path without what is neither a word nor an id: somebody may have put a token there.
fn told(path: &str) -> String {
    let parts = path.split('/').take(8).map(|part| {
        let word =
            part.len() <= 20 && part.bytes().all(|byte| byte.is_ascii_lowercase() || b"-_.".contains(&byte));
        if word || Uuid::try_parse(part).is_ok() { part } else { "…" }
    });
    parts.collect::<Vec<_>>().join("/")
}

/// Where a request comes from, as far as this end of the connection knows.
pub(super) fn address(head: &Parts) -> Option<IpAddr> {
    head.extensions.get::<Peer>().map(|peer| peer.0.ip().to_canonical())
}

#[cfg(test)]
mod tests {
    use super::told;

    #[test]
    fn security_e20_paths_are_told_without_tokens() {
        let id = uuid::Uuid::now_v7();
        assert_eq!(told(&format!("/integrated-account/{id}/mcp")), format!("/integrated-account/{id}/mcp"));
        assert_eq!(told("/api-token/tpk_0123456789abcdefghijABCDEFGHIJ0123456789"), "/api-token/…");
        assert_eq!(told("/api-token/hunter2/%0a"), "/api-token/…/…");
        assert!(told(&"/a".repeat(9_000)).len() < 20);
    }
}
