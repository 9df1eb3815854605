//! MCP servers of an account.

use super::auth::Actor;
use super::body::JsonObject;
use super::error::{ApiError, Detail};
use super::fields::{Fields, Patch};
use super::integrations::{details, unusable, vendor};
use super::list::{Listed, Part};
use super::moment::shown;
use super::path::Path;
use super::{Control, ID, MCP_ID, accounts};
use crate::store::{AccountRow, ServerRow};
use crate::{ServerConfig, Token, TokenKind};
use axum::extract::{RawQuery, State};
use axum::{Extension, Json};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A server must live at least so long, in milliseconds.
const SHORTEST: i64 = 60_000;

/// How long a token that was rotated away goes on if nothing is said, in seconds, and at most.
const OVERLAP: i64 = 3_600;
const LONGEST_OVERLAP: i64 = 7 * 24 * 3_600;

/// An MCP server.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ServerView {
    id: String,
    name: String,
    integrated_account_id: String,
    /// Slug of the vendor.
    integration: String,
    config: ServerConfig,
    expires_at: Option<String>,
    /// How many tools it shows.
    tools: usize,
    /// Beginning and end of its token.
    token_hint: String,
    last_used_at: Option<String>,
    created_by: String,
    created_at: String,
    updated_at: String,
}

/// A server with its token, which is shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ServerWithToken {
    #[serde(flatten)]
    server: ServerView,
    token: String,
    /// What clients connect to. Whoever has it can use the server.
    url: String,
    /// Until when the token before goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    old_token_valid_until: Option<String>,
}

/// A server to create.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "describes the request; its members are read one by one")]
#[schema(example = json!({ "name": "reader", "config": { "methods": ["read"], "effects": ["read"] } }))]
pub(super) struct NewServer {
    /// What clients show; the account's name if there is none.
    #[schema(
        min_length = 1,
        max_length = 200,
        pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$"
    )]
    name: Option<String>,
    config: Option<ServerConfig>,
    /// From when on it does not exist; at least 60 s ahead, with a zone.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

/// What to change of a server.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "describes the request; its members are read one by one")]
#[schema(example = json!({ "config": { "methods": ["list", "get"] }, "expires_at": null }))]
pub(super) struct ServerChange {
    #[schema(value_type = String, required = false, min_length = 1, max_length = 200, pattern = r"^[^\x00-\x1f\x7f-\x9f]*[^\s\x00-\x1f\x7f-\x9f][^\x00-\x1f\x7f-\x9f]*$")]
    name: Option<String>,
    /// Merged by its members; `null` removes one, or all.
    config: Option<ConfigChange>,
    /// From when on it does not exist; at least 60 s ahead, with a zone. `null` for never.
    #[schema(format = DateTime)]
    expires_at: Option<String>,
}

/// What to change of what a server is limited to.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "describes the request; its members are read one by one")]
struct ConfigChange {
    /// Groups `read`, `write`, `custom`, or method names.
    #[schema(min_items = 1)]
    methods: Option<Vec<String>>,
    #[schema(min_items = 1)]
    tags: Option<Vec<String>>,
    #[schema(min_items = 1)]
    effects: Option<Vec<String>>,
    require_api_token_auth: Option<bool>,
    output_schemas: Option<bool>,
}

/// How to rotate a token.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "describes the request; its members are read one by one")]
#[schema(example = json!({ "overlap_seconds": 900 }))]
pub(super) struct Rotation {
    /// How long the token before goes on, in seconds; 3600 if nothing is said, 0 for not at all.
    #[schema(minimum = 0, maximum = 604_800)]
    overlap_seconds: Option<i64>,
}

/// Creates a server for an account. Its token and URL are shown this once.
#[utoipa::path(post, path = "/integrated-account/{id}/mcp", tag = "mcp", params(ID),
    request_body = NewServer, responses((status = 201, body = ServerWithToken)))]
pub(super) async fn create(
    State(control): State<Control>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
    JsonObject(mut fields): JsonObject,
) -> Result<(StatusCode, Json<ServerWithToken>), ApiError> {
    let account = accounts::find(&control, &id).await?;
    let now = control.now();
    let name = fields.name("name").given().unwrap_or_else(|| account.name.clone());
    let config = config(&mut fields, ServerConfig::default());
    let expires_at = expiry(&mut fields, now).given();
    check(&control, &account, &config, &mut fields)?;
    fields.finish()?;
    let token = Token::generate(TokenKind::Server)?;
    let row = ServerRow {
        id: Uuid::now_v7().to_string(),
        account_id: account.id.clone(),
        name,
        config: text(&config)?,
        expires_at,
        token_last4: token.last4().to_owned(),
        created_by: actor.0.clone(),
        created_at: now,
        updated_at: now,
        last_used_at: None,
        revision: 1,
    };
    control.store().add_server(&row, &token.hash()).await?;
    tracing::info!(target: "audit", action = "mcp.create", account = account.id, server = row.id, by = actor.0);
    Ok((StatusCode::CREATED, Json(with_token(&control, &account, row, &token, None)?)))
}

/// The servers of an account, newest first.
#[utoipa::path(get, path = "/integrated-account/{id}/mcp", tag = "mcp", params(ID,
    ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000), ("next_cursor" = Option<String>, Query)),
    responses((status = 200, body = Listed<ServerView>)))]
pub(super) async fn list(
    State(control): State<Control>,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
) -> Result<Json<Listed<ServerView>>, ApiError> {
    let account = accounts::find(&control, &id).await?;
    let part = Part::read(raw.as_deref())?;
    let rows = control.store().servers(&id, control.now(), part.slice()).await?;
    let views = rows.into_iter().map(|row| view(&control, &account, row));
    let views = views.collect::<Result<Vec<_>, _>>()?;
    Ok(Json(part.of(views, |view| &view.id, |view| view)))
}

/// One server.
#[utoipa::path(get, path = "/integrated-account/{id}/mcp/{mcp_id}", tag = "mcp", params(ID, MCP_ID),
    responses((status = 200, body = ServerView)))]
pub(super) async fn show(
    State(control): State<Control>,
    Path((id, mcp_id)): Path<(String, String)>,
) -> Result<Json<ServerView>, ApiError> {
    let (account, row) = find(&control, &id, &mcp_id).await?;
    Ok(Json(view(&control, &account, row)?))
}

/// Changes a server. `config` is merged by its members, `null` removes one.
#[utoipa::path(patch, path = "/integrated-account/{id}/mcp/{mcp_id}", tag = "mcp", params(ID, MCP_ID),
    request_body = ServerChange, responses((status = 200, body = ServerView)))]
pub(super) async fn update(
    State(control): State<Control>,
    Extension(actor): Extension<Actor>,
    Path((id, mcp_id)): Path<(String, String)>,
    JsonObject(mut fields): JsonObject,
) -> Result<Json<ServerView>, ApiError> {
    let (account, mut row) = find(&control, &id, &mcp_id).await?;
    let now = control.now();
    let name = fields.name("name");
    if name == Patch::Clear {
        fields.wrong("name", "cannot be removed");
    }
    let before = parse(&row)?;
    let config = config(&mut fields, before.clone());
    let expires_at = expiry(&mut fields, now);
    if config != before {
        check(&control, &account, &config, &mut fields)?;
    }
    fields.finish()?;
    row.name = name.apply(Some(row.name)).unwrap_or_default();
    row.config = text(&config)?;
    row.expires_at = expires_at.apply(row.expires_at);
    row.updated_at = now;
    row.revision += 1;
    control.store().put_server(&row).await?;
    tracing::info!(target: "audit", action = "mcp.update", account = account.id, server = row.id, by = actor.0);
    Ok(Json(view(&control, &account, row)?))
}

/// Gives a server a new token and URL, shown this once. The token before goes on for a while.
#[utoipa::path(post, path = "/integrated-account/{id}/mcp/{mcp_id}/rotate", tag = "mcp", params(ID, MCP_ID),
    request_body = Rotation, responses((status = 200, body = ServerWithToken)))]
pub(super) async fn rotate(
    State(control): State<Control>,
    Extension(actor): Extension<Actor>,
    Path((id, mcp_id)): Path<(String, String)>,
    JsonObject(mut fields): JsonObject,
) -> Result<Json<ServerWithToken>, ApiError> {
    let (account, mut row) = find(&control, &id, &mcp_id).await?;
    let overlap = fields.number("overlap_seconds", 0, LONGEST_OVERLAP).given().unwrap_or(OVERLAP);
    fields.finish()?;
    let token = Token::generate(TokenKind::Server)?;
    let now = control.now();
    token.last4().clone_into(&mut row.token_last4);
    row.updated_at = now;
    row.revision += 1;
    let until = now + overlap * 1000;
    control.store().rotate_server(&row, &token.hash(), until).await?;
    tracing::info!(target: "audit", action = "mcp.rotate", account = account.id, server = row.id, by = actor.0);
    let until = (overlap > 0).then_some(until);
    Ok(Json(with_token(&control, &account, row, &token, until)?))
}

/// Deletes a server; its token is refused from now on, on every node.
#[utoipa::path(delete, path = "/integrated-account/{id}/mcp/{mcp_id}", tag = "mcp", params(ID, MCP_ID),
    responses((status = 204)))]
pub(super) async fn delete(
    State(control): State<Control>,
    Extension(actor): Extension<Actor>,
    Path((id, mcp_id)): Path<(String, String)>,
) -> Result<StatusCode, ApiError> {
    find(&control, &id, &mcp_id).await?;
    if !control.store().delete_server(&id, &mcp_id).await? {
        return Err(ApiError::not_found("MCP server"));
    }
    tracing::info!(target: "audit", action = "mcp.delete", account = id, server = mcp_id, by = actor.0);
    Ok(StatusCode::NO_CONTENT)
}

/// The server with this id in this account, unless its end has come.
async fn find(control: &Control, id: &str, mcp_id: &str) -> Result<(AccountRow, ServerRow), ApiError> {
    let account = accounts::find(control, id).await?;
    let row = control.store().server(id, mcp_id).await?;
    let now = control.now();
    let row = row.filter(|row| row.expires_at.is_none_or(|expires_at| expires_at > now));
    Ok((account, row.ok_or_else(|| ApiError::not_found("MCP server"))?))
}

/// The configuration after what is sent has been merged into it.
fn config(fields: &mut Fields, before: ServerConfig) -> ServerConfig {
    let merged = fields.inside("config", |fields| {
        let before = before.clone();
        ServerConfig {
            methods: fields.words("methods").apply(before.methods),
            tags: fields.words("tags").apply(before.tags),
            effects: fields.words("effects").apply(before.effects),
            require_api_token_auth: fields
                .flag("require_api_token_auth")
                .apply(Some(before.require_api_token_auth))
                .unwrap_or_default(),
            output_schemas: fields
                .flag("output_schemas")
                .apply(Some(before.output_schemas))
                .unwrap_or_default(),
        }
    });
    // `config: null` limits nothing.
    merged.apply(Some(before)).unwrap_or_default()
}

fn expiry(fields: &mut Fields, now: i64) -> Patch<i64> {
    let expires_at = fields.moment("expires_at");
    if let Patch::Set(moment) = expires_at
        && moment < now + SHORTEST
    {
        fields.wrong("expires_at", format!("must be at least {} s ahead", SHORTEST / 1000));
    }
    expires_at
}

/// A server must show a tool.
fn check(
    control: &Control,
    account: &AccountRow,
    config: &ServerConfig,
    fields: &mut Fields,
) -> Result<(), ApiError> {
    let vendor = vendor(control, &account.integration)?;
    match vendor.select(&config.filter()) {
        Ok(mask) if mask.count() > 0 => Ok(()),
        Ok(_) => {
            let problem = format!("leaves no tool: {} has none", vendor.label);
            Err(ApiError::refused("no_tools", vec![Detail::new("config", problem)]))
        }
        Err(error) if fields.is_sound() => Err(unusable(&error, "config.")),
        // Told together with what else is wrong.
        Err(error) => {
            details(&error, "config.").into_iter().for_each(|detail| fields.note(detail));
            Ok(())
        }
    }
}

fn parse(row: &ServerRow) -> Result<ServerConfig, ApiError> {
    serde_json::from_str(&row.config).map_err(|error| ApiError::internal(&error))
}

fn text(config: &ServerConfig) -> Result<String, ApiError> {
    serde_json::to_string(config).map_err(|error| ApiError::internal(&error))
}

fn view(control: &Control, account: &AccountRow, row: ServerRow) -> Result<ServerView, ApiError> {
    let config = parse(&row)?;
    let vendor = control.catalog().vendor(&account.integration);
    Ok(ServerView {
        tools: vendor.map_or(0, |vendor| vendor.select_known(&config.filter()).count()),
        config,
        id: row.id,
        name: row.name,
        integrated_account_id: row.account_id,
        integration: account.integration.clone(),
        expires_at: row.expires_at.map(shown),
        token_hint: format!("{}…{}", TokenKind::Server.prefix(), row.token_last4),
        last_used_at: row.last_used_at.map(shown),
        created_by: row.created_by,
        created_at: shown(row.created_at),
        updated_at: shown(row.updated_at),
    })
}

fn with_token(
    control: &Control,
    account: &AccountRow,
    row: ServerRow,
    token: &Token,
    until: Option<i64>,
) -> Result<ServerWithToken, ApiError> {
    Ok(ServerWithToken {
        server: view(control, account, row)?,
        token: token.expose().to_owned(),
        url: format!("{}/mcp/{}", control.address(), token.expose()),
        old_token_valid_until: until.map(shown),
    })
}
