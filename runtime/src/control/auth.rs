//! Who may use the control plane: the admin key, API tokens of scope `admin`, sessions of the page.

use super::Control;
use super::error::ApiError;
use super::session;
use crate::store::Scope;
use crate::web::Peer;
use crate::{Token, TokenKind};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::header::AUTHORIZATION;
use http::request::Parts;

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
    let address = head.extensions.get::<Peer>().map(|peer| peer.0.ip());
    tracing::info!(target: "audit", action = "denied", path = head.uri.path(), peer = ?address);
    match control.throttle().failed(address) {
        Ok(()) => ApiError::unauthenticated(),
        Err(seconds) => ApiError::too_many(seconds),
    }
}
