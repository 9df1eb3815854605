//! Documented workflows as MCP prompts. Declared only where there is one to show.

use super::era::{Era, META_SERVER_INFO};
use super::jsonrpc::{INVALID_PARAMS, RpcError};
use super::list::TTL_MS;
use crate::Server;
use http::StatusCode;
use serde_json::{Map, Value, json};
use toolpress_core::{Workflow, nearest};

/// The capability, if the server has any prompt.
pub(super) fn declare(server: &Server, capabilities: &mut Value) {
    if server.workflows().next().is_some() {
        capabilities["prompts"] = json!({});
    }
}

/// `prompts/list`.
pub(super) fn list(server: &Server, era: Era) -> String {
    let prompts: Vec<_> = server.workflows().map(prompt).collect();
    let mut result = json!({ "prompts": prompts });
    if era == Era::Modern {
        result["resultType"] = "complete".into();
        result["ttlMs"] = TTL_MS.into();
        result["cacheScope"] = "private".into();
        result["_meta"] = json!({ META_SERVER_INFO: server.info() });
    }
    result.to_string()
}

/// `prompts/get`.
pub(super) fn get(server: &Server, era: Era, params: &Map<String, Value>) -> Result<String, RpcError> {
    let invalid =
        |message: String| RpcError::new(era.status(StatusCode::BAD_REQUEST), INVALID_PARAMS, message);
    let Some(Value::String(name)) = params.get("name") else {
        return Err(invalid("`params.name` must be the name of a prompt.".to_owned()));
    };
    let Some(workflow) = server.workflows().find(|workflow| workflow.name == *name) else {
        let short: String = name.chars().take(80).collect();
        let near = nearest(&short, server.workflows().map(|workflow| workflow.name));
        let near = near.map(|near| format!(" Did you mean `{near}`?")).unwrap_or_default();
        return Err(invalid(format!("Unknown prompt `{short}`.{near}")));
    };
    let none = Map::new();
    let arguments = match params.get("arguments") {
        None | Some(Value::Null) => &none,
        Some(Value::Object(arguments)) => arguments,
        Some(_) => return Err(invalid("`params.arguments` must be an object.".to_owned())),
    };
    let given = |name: &str| arguments.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let missing: Vec<_> = workflow
        .arguments
        .iter()
        .filter(|argument| argument.required && given(argument.name).is_none())
        .map(|argument| format!("`{}`", argument.name))
        .collect();
    if !missing.is_empty() {
        return Err(invalid(format!("The prompt `{name}` needs {}.", missing.join(", "))));
    }
    let mut result = json!({
        "description": workflow.description,
        "messages": [{ "role": "user", "content": { "type": "text", "text": workflow.render(given) } }],
    });
    if era == Era::Modern {
        result["resultType"] = "complete".into();
        result["_meta"] = json!({ META_SERVER_INFO: server.info() });
    }
    Ok(result.to_string())
}

fn prompt(workflow: &Workflow) -> Value {
    let arguments: Vec<_> = workflow
        .arguments
        .iter()
        .map(|argument| {
            let mut entry = json!({ "name": argument.name, "required": argument.required });
            if !argument.description.is_empty() {
                entry["description"] = argument.description.into();
            }
            entry
        })
        .collect();
    json!({
        "name": workflow.name,
        "title": workflow.title,
        "description": workflow.description,
        "arguments": arguments,
    })
}
