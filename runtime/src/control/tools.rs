//! Calls from the control plane: checking a connection, trying a tool, and what was called lately.

use super::auth::Actor;
use super::body::JsonObject;
use super::error::ApiError;
use super::integrations::vendor;
use super::list::{Listed, Part};
use super::moment::shown;
use super::path::Path;
use super::{Control, ID, accounts};
use crate::audit::Sample;
use crate::directory::{Recorder, account, listed};
use crate::store::CallRow;
use crate::{Server, ServerOptions, mcp};
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use http::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;
use toolpress_core::{Effect, Mask, Tool, Vendor};
use utoipa::ToSchema;

/// What became of a check.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Checked {
    /// The vendor answered and took the credentials.
    ok: bool,
    /// The tool that was called.
    tool: &'static str,
    /// What happened, in words.
    message: String,
    /// The vendor's HTTP status, if it answered.
    upstream_status: Option<u16>,
    duration_ms: u64,
}

/// An account to check before it is connected.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "describes the request; its members are read one by one")]
pub(super) struct Unsaved {
    /// Where the API is, unless where the vendor documents it.
    base_url: Option<String>,
    /// Credentials by their documented names.
    #[serde(default)]
    credentials: BTreeMap<String, Option<String>>,
}

/// A call to try.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[allow(dead_code, reason = "describes the request; its members are read one by one")]
#[schema(example = json!({ "arguments": {} }))]
pub(super) struct Trial {
    /// The arguments of the tool.
    #[schema(value_type = Option<Object>)]
    arguments: Option<Map<String, Value>>,
}

/// A call that was made. What was in it is not kept.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CallView {
    id: String,
    /// When it ended.
    at: String,
    /// The server it came through; `null` when it was tried on the page.
    mcp_id: Option<String>,
    mcp_name: Option<String>,
    tool: String,
    /// `ok`, `error`, `refused` (nothing was sent) or `cancelled`.
    outcome: String,
    /// The vendor's HTTP status, if it answered.
    upstream_status: Option<i64>,
    duration_ms: i64,
    request_bytes: i64,
    response_bytes: i64,
}

/// Calls a harmless tool, to see whether the account is well connected.
#[utoipa::path(post, path = "/integrated-account/{id}/check", tag = "account", params(ID),
    responses((status = 200, body = Checked)))]
pub(super) async fn check(
    State(control): State<Control>,
    Extension(actor): Extension<Actor>,
    Path(id): Path<String>,
) -> Result<Json<Checked>, ApiError> {
    Ok(Json(checked(&server(&control, &id, &actor).await?).await?))
}

/// Calls a harmless tool with an account that is not connected yet. Nothing is stored.
#[utoipa::path(post, path = "/integration/{slug}/check", tag = "integration", params(("slug" = String, Path,
    description = "Its snake-case name.")), request_body = Unsaved, responses((status = 200, body = Checked)))]
pub(super) async fn check_unsaved(
    State(control): State<Control>,
    Extension(actor): Extension<Actor>,
    Path(slug): Path<String>,
    JsonObject(fields): JsonObject,
) -> Result<Json<Checked>, ApiError> {
    let vendor = vendor(&control, &slug)?;
    let account = Arc::new(accounts::unsaved(&control, vendor, fields)?);
    let (shared, options) = (Arc::clone(control.shared()), ServerOptions::default());
    let server = Server::new(shared, control.catalog(), vendor, Mask::all(vendor), account, options);
    let checked = checked(&server).await?;
    // There is no account yet that the list of calls could hold it under.
    tracing::info!(target: "audit", action = "account.check", integration = vendor.slug, tool = checked.tool, ok = checked.ok, by = actor.0);
    Ok(Json(checked))
}

async fn checked(server: &Server) -> Result<Checked, ApiError> {
    let tool = harmless(server.vendor()).ok_or_else(|| {
        ApiError::forbidden("This vendor documents no tool that would be harmless to call.")
    })?;
    let started = Instant::now();
    let outcome = server.call(tool, Map::new()).await;
    let ok = !outcome.is_error;
    Ok(Checked {
        ok,
        tool: tool.name,
        message: if ok {
            "The vendor answered and took the credentials.".to_owned()
        } else {
            outcome.text.clone()
        },
        upstream_status: outcome.status,
        duration_ms: u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}

/// Calls a tool for an account. The answer is the result of an MCP `tools/call`.
#[utoipa::path(post, path = "/integrated-account/{id}/tool/{tool}", tag = "account", params(ID,
    ("tool" = String, Path, description = "Name of the tool.")), request_body = Trial,
    responses((status = 200, body = Object)))]
pub(super) async fn call(
    State(control): State<Control>,
    Extension(actor): Extension<Actor>,
    Path((id, name)): Path<(String, String)>,
    JsonObject(mut fields): JsonObject,
) -> Result<Response, ApiError> {
    let server = server(&control, &id, &actor).await?;
    let Some(tool) = server.tool(&name) else { return Err(ApiError::not_found("tool")) };
    let arguments = fields.object("arguments").given().unwrap_or_default();
    fields.finish()?;
    let Some(result) = mcp::call_alone(&Arc::new(server), tool, arguments).await else {
        return Err(ApiError::busy());
    };
    Ok(([(CONTENT_TYPE, "application/json")], result).into_response())
}

/// What was called lately, newest first.
#[utoipa::path(get, path = "/integrated-account/{id}/call", tag = "account", params(ID,
    ("limit" = Option<u32>, Query, minimum = 1, maximum = 1000), ("next_cursor" = Option<String>, Query)),
    responses((status = 200, body = Listed<CallView>)))]
pub(super) async fn calls(
    State(control): State<Control>,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
) -> Result<Json<Listed<CallView>>, ApiError> {
    accounts::find(&control, &id).await?;
    let part = Part::read(raw.as_deref())?;
    let rows = control.store().calls(&id, part.slice()).await?;
    Ok(Json(part.of(rows, |row| &row.id, view)))
}

/// A tool that reads, wants no argument, and so tells whether the vendor takes the credentials.
pub(super) fn harmless(vendor: &'static Vendor) -> Option<&'static Tool> {
    let mut reading = vendor.tools.iter().filter(|tool| {
        tool.effect == Effect::Read && tool.idempotent && tool.params.iter().all(|param| !param.required)
    });
    reading.find(|tool| tool.method == "list")
}

/// All tools of an account, for a call of its operator.
async fn server(control: &Control, id: &str, actor: &Actor) -> Result<Server, ApiError> {
    let row = accounts::find(control, id).await?;
    let vendor = vendor(control, &row.integration)?;
    let credentials = control.store().credentials(id).await?;
    let account = account(control.keys(), vendor, &row, &credentials);
    let account = Arc::new(account.map_err(|error| ApiError::internal(&error))?);
    let recorder = Recorder {
        account: row.id,
        server: None,
        by: actor.0.clone(),
        counts: control.counts(vendor),
        activity: control.activity().clone(),
        listed: listed(),
        sample: Sample::default(),
    };
    let options = ServerOptions { observer: Some(Arc::new(recorder)), ..ServerOptions::default() };
    let shared = Arc::clone(control.shared());
    Ok(Server::new(shared, control.catalog(), vendor, Mask::all(vendor), account, options))
}

fn view(row: CallRow) -> CallView {
    CallView {
        id: row.id,
        at: shown(row.at),
        mcp_id: row.server_id,
        mcp_name: row.server_name,
        tool: row.tool,
        outcome: row.outcome,
        upstream_status: row.upstream_status,
        duration_ms: row.duration_ms,
        request_bytes: row.request_bytes,
        response_bytes: row.response_bytes,
    }
}
