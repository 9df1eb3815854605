//! API tokens: the second proof of servers that want one, or keys to the control plane.

use super::auth::Actor;
use super::body::JsonObject;
use super::error::{ApiError, Detail};
use super::list::{Listed, Part};
use super::moment::shown;
use super::path::Path;
use super::{Control, ID, accounts};
use crate::store::{ApiTokenRow, Scope};
use crate::{Token, TokenKind};
use axum::extract::{RawQuery, State};
use axum::{Extension, Json};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use toolpress_core::nearest;
use utoipa::ToSchema;
use uuid::Uuid;

/// An API token, without the token.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApiTokenView {
    id: String,
    name: String,
    /// `mcp`: the second proof of servers that want one; `admin`: the control plane too.
    scope: &'static str,
    /// The only account whose servers it opens; `null` for all.
    integrated_account_id: Option<String>,
    /// Beginning and end of the token.
    token_hint: String,
    last_used_at: Option<String>,
    created_by: String,
    created_at: String,
}

/// An API token, which is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ApiTokenWithToken {
    #[serde(flatten)]
    api_token: ApiTokenView,
    token: String,
}

/// What an API token opens.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[allow(dead_code, reason = "describes the words of a request")]
enum ScopeWord {
    Mcp,
    Admin,
}

/// An API token to create.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "describes the request; its members are read one by one")]
#[schema(example = json!({ "name": "continuous integration", "scope": "mcp" }))]
pub(super) struct NewApiToken {
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$"
    )]
    name: String,
    /// `mcp` (if nothing is said) or `admin`.
    #[schema(value_type = Option<ScopeWord>)]
    scope: Option<String>,
    /// The only account whose servers it is to open. Not for scope `admin`.
    integrated_account_id: Option<String>,
}

/// Creates an API token, shown this once.
#[utoipa::path(post, path = "/api-token", tag = "api-token", request_body = NewApiToken,
    responses((status = 201, body = ApiTokenWithToken)))]
pub(super) async fn create(
    State(control): State<Control>,
    Extension(actor): Extension<Actor>,
    JsonObject(mut fields): JsonObject,
) -> Result<(StatusCode, Json<ApiTokenWithToken>), ApiError> {
    let name = fields.name("name");
    let name = fields.required("name", name);
    let word = fields.text("scope").given().unwrap_or_else(|| Scope::Mcp.as_str().to_owned());
    let account = fields.text("integrated_account_id").given();
    let scope = Scope::parse(&word);
    if scope.is_none() {
        let valid = [Scope::Mcp.as_str(), Scope::Admin.as_str()];
        fields.note(Detail {
            valid: valid.map(str::to_owned).to_vec(),
            did_you_mean: nearest(&word, valid).map(str::to_owned),
            ..Detail::new("scope", format!("has no value `{}`", super::fields::clip(&word)))
        });
    }
    if let Some(account) = &account {
        if scope == Some(Scope::Admin) {
            fields.wrong("integrated_account_id", "cannot stand with scope `admin`, which opens everything");
        } else if accounts::find(&control, account).await.is_err_and(|error| error.is_not_found()) {
            fields.wrong("integrated_account_id", "is not the id of an account");
        }
    }
    fields.finish()?;
    let token = Token::generate(TokenKind::Api)?;
    let row = ApiTokenRow {
        id: Uuid::now_v7().to_string(),
        name: name.unwrap_or_default(),
        scope: scope.unwrap_or(Scope::Mcp),
        account_id: account,
        last4: token.last4().to_owned(),
        created_by: actor.0.clone(),
        created_at: control.now(),
        last_used_at: None,
    };
    control.store().add_api_token(&row, &token.hash()).await?;
    tracing::info!(target: "audit", action = "api-token.create", api_token = row.id, by = actor.0);
    let api_token = ApiTokenWithToken { api_token: view(row), token: token.expose().to_owned() };
    Ok((StatusCode::CREATED, Json(api_token)))
}

/// The API tokens, newest first.
#[utoipa::path(get, path = "/api-token", tag = "api-token", params(
    ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000), ("next_cursor" = Option<String>, Query)),
    responses((status = 200, body = Listed<ApiTokenView>)))]
pub(super) async fn list(
    State(control): State<Control>,
    RawQuery(raw): RawQuery,
) -> Result<Json<Listed<ApiTokenView>>, ApiError> {
    let part = Part::read(raw.as_deref())?;
    let rows = control.store().api_tokens(part.slice()).await?;
    Ok(Json(part.of(rows, |row| &row.id, view)))
}

/// One API token.
#[utoipa::path(get, path = "/api-token/{id}", tag = "api-token", params(ID),
    responses((status = 200, body = ApiTokenView)))]
pub(super) async fn show(
    State(control): State<Control>,
    Path(id): Path<String>,
) -> Result<Json<ApiTokenView>, ApiError> {
    let row = control.store().api_token(&id).await?;
    row.map(|row| Json(view(row))).ok_or_else(|| ApiError::not_found("API token"))
}

/// Revokes an API token, on every node.
#[utoipa::path(delete, path = "/api-token/{id}", tag = "api-token", params(ID), responses((status = 204)))]
pub(super) async fn delete(
    State(control): State<Control>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<StatusCode, ApiError> {
    if !control.store().delete_api_token(&id).await? {
        return Err(ApiError::not_found("API token"));
    }
    tracing::info!(target: "audit", action = "api-token.delete", api_token = id, by = actor.0);
    Ok(StatusCode::NO_CONTENT)
}

fn view(row: ApiTokenRow) -> ApiTokenView {
    ApiTokenView {
        id: row.id,
        name: row.name,
        scope: row.scope.as_str(),
        integrated_account_id: row.account_id,
        token_hint: format!("{}…{}", TokenKind::Api.prefix(), row.last4),
        last_used_at: row.last_used_at.map(shown),
        created_by: row.created_by,
        created_at: shown(row.created_at),
    }
}
