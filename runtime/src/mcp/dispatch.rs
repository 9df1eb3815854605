//! From a request to what it gets, whatever carries it.

use super::call::Call;
use super::era::{Era, LEGACY, META_SERVER_INFO, supported};
use super::jsonrpc::{INTERNAL_ERROR, INVALID_PARAMS, METHOD_NOT_FOUND, Request, RpcError};
use super::list::TTL_MS;
use super::params::Params;
use super::prompts;
use crate::Server;
use http::StatusCode;
use serde_json::{Map, Value, json};
use std::sync::Arc;
use toolpress_core::walk;

/// Under this key results tell which documentation the tools were pressed from.
const META_DOCUMENTATION: &str = "toolpress/documentation";

/// What a request gets.
pub(crate) enum Reply {
    /// A result as JSON text.
    Result(String),
    /// The server's tool list.
    List,
    /// A call that is ready to run.
    Call(Call),
}

/// Decides about one request.
pub(crate) fn dispatch(server: &Arc<Server>, era: Era, request: &Request) -> Result<Reply, RpcError> {
    match (era, request.method.as_str()) {
        (Era::Legacy, "initialize") => Ok(Reply::Result(initialize(server, &request.params))),
        (Era::Legacy, "ping") => Ok(Reply::Result("{}".to_owned())),
        (Era::Modern, "server/discover") => Ok(Reply::Result(discover(server))),
        (_, "tools/list") => match request.params.text_of(r#""cursor""#) {
            None | Some("null") => Ok(Reply::List),
            Some(_) => Err(invalid(era, "The cursor is unknown: all tools are on the first page.")),
        },
        (_, "tools/call") => call(server, era, &request.params).map(Reply::Call),
        (_, "prompts/list") if server.workflows().next().is_some() => {
            Ok(Reply::Result(prompts::list(server, era)))
        }
        (_, "prompts/get") if server.workflows().next().is_some() => {
            prompts::get(server, era, &request.params).map(Reply::Result)
        }
        (_, method) => {
            let message = format!("There is no method `{}` here.", clip(method));
            Err(RpcError::new(era.status(StatusCode::NOT_FOUND), METHOD_NOT_FOUND, message))
        }
    }
}

fn initialize(server: &Server, params: &Map<String, Value>) -> String {
    let wanted = params.get("protocolVersion").and_then(Value::as_str);
    let version = LEGACY.into_iter().find(|version| Some(*version) == wanted).unwrap_or(LEGACY[0]);
    let mut result = json!({
        "protocolVersion": version,
        "capabilities": { "tools": {} },
        "serverInfo": server.info(),
        "_meta": { META_DOCUMENTATION: server.documentation() },
    });
    prompts::declare(server, &mut result["capabilities"]);
    instruct(server, &mut result);
    result.to_string()
}

fn discover(server: &Server) -> String {
    let mut result = json!({
        "resultType": "complete",
        "supportedVersions": supported(),
        "capabilities": { "tools": {} },
        "ttlMs": TTL_MS,
        "cacheScope": "private",
        "_meta": { META_SERVER_INFO: server.info(), META_DOCUMENTATION: server.documentation() },
    });
    prompts::declare(server, &mut result["capabilities"]);
    instruct(server, &mut result);
    result.to_string()
}

fn instruct(server: &Server, result: &mut Value) {
    if let (Some(text), Value::Object(fields)) = (server.instructions(), result) {
        fields.insert("instructions".to_owned(), text.into());
    }
}

fn call(server: &Arc<Server>, era: Era, params: &Params) -> Result<Call, RpcError> {
    let (mut name, mut arguments, mut meta) = (None, None, None);
    for (key, text) in params.members() {
        match key {
            r#""name""# => name = Some(walk::value(text)),
            r#""arguments""# => arguments = Some(walk::value(text)),
            r#""_meta""# => meta = Some(walk::value(text)),
            _ => {}
        }
    }
    let Some(Value::String(name)) = name else {
        return Err(invalid(era, "`params.name` must be the name of a tool."));
    };
    let Some(tool) = server.tool(&name) else {
        // Not 4xx, even in the modern era: clients hand this to the model, which can correct the name.
        return Err(RpcError::new(StatusCode::OK, INVALID_PARAMS, unknown(server, &name)));
    };
    let arguments = match arguments {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(arguments)) => arguments,
        Some(_) => return Err(invalid(era, "`params.arguments` must be an object.")),
    };
    let token = meta.as_ref().and_then(|meta| meta.get("progressToken"));
    let token = token.filter(|token| token.is_string() || token.is_number()).cloned();
    let Some(admission) = server.admit(tool) else {
        let message = "Too many calls are running; nothing was sent. Try again in a second.";
        return Err(RpcError::new(StatusCode::SERVICE_UNAVAILABLE, INTERNAL_ERROR, message));
    };
    Ok(Call::new(Arc::clone(server), era, tool, arguments, token, admission))
}

/// The same for a tool outside the mask as for one that does not exist: only visible ones are suggested.
fn unknown(server: &Server, name: &str) -> String {
    let mut message = format!("Unknown tool `{}`.", clip(name));
    if let Some(nearest) = server.nearest(&clip(name)) {
        message.push_str(" Did you mean `");
        message.push_str(nearest);
        message.push_str("`?");
    }
    message
}

fn invalid(era: Era, message: &str) -> RpcError {
    RpcError::new(era.status(StatusCode::BAD_REQUEST), INVALID_PARAMS, message)
}

/// What a client sent, short enough to repeat.
fn clip(text: &str) -> String {
    text.chars().take(80).collect()
}
