//! The description of the control plane, made from its code.

use super::error::ErrorBody;
use super::{Control, accounts, api_tokens, integrations, servers, session, tools};
use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};
use std::sync::LazyLock;
use utoipa::openapi::security::{
    ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityRequirement, SecurityScheme,
};
use utoipa::{Modify, OpenApi};

/// The paths and their bodies.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Toolpress control plane",
        description = "Connect accounts, create MCP servers for them, revoke them.",
        license(name = "", identifier = "")
    ),
    paths(
        session::log_in, session::show, session::log_out,
        integrations::list, integrations::show, integrations::tools,
        accounts::create, accounts::list, accounts::show, accounts::update, accounts::delete,
        tools::check, tools::check_unsaved, tools::call, tools::calls,
        servers::create, servers::list, servers::show, servers::update, servers::rotate, servers::delete,
        api_tokens::create, api_tokens::list, api_tokens::show, api_tokens::delete,
    ),
    components(schemas(ErrorBody)),
    modifiers(&Proofs),
)]
struct Document;

struct Proofs;

impl Modify for Proofs {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        let cookie = SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new("toolpress_session")));
        components.add_security_scheme("key", bearer);
        components.add_security_scheme("session", cookie);
        let none: [&str; 0] = [];
        document.security =
            Some(vec![SecurityRequirement::new("key", none), SecurityRequirement::new("session", none)]);
    }
}

/// Refusals that every operation may answer with.
const REFUSALS: [(&str, &str); 9] = [
    ("400", "Something in the request is wrong; every wrong field is named."),
    ("401", "No key, or a wrong one."),
    ("403", "The key does not open this."),
    ("404", "There is no such thing."),
    ("409", "Somebody else changed it in the meantime."),
    ("413", "The body is too large."),
    ("415", "The body is not JSON."),
    ("429", "Too many wrong keys from this address."),
    ("503", "The database is not available now, or too many calls are running."),
];

static TEXT: LazyLock<Value> = LazyLock::new(|| {
    let mut document = serde_json::to_value(Document::openapi()).unwrap_or_default();
    document["info"]["version"] = env!("CARGO_PKG_VERSION").into();
    if let Some(info) = document["info"].as_object_mut() {
        info.shift_remove("license");
    }
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    let operations = paths.flat_map(|(path, methods)| {
        methods
            .as_object_mut()
            .into_iter()
            .flatten()
            .map(move |(method, operation)| (path, method, operation))
    });
    for (path, method, operation) in operations {
        operation["operationId"] = name(method, path).into();
        let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { continue };
        for (status, description) in REFUSALS {
            responses.entry(status).or_insert_with(|| {
                let schema = json!({ "$ref": "#/components/schemas/ErrorBody" });
                json!({ "description": description, "content": { "application/json": { "schema": schema } } })
            });
        }
    }
    document
});

/// `post /integrated-account/{id}/mcp` → `post_integrated_account_id_mcp`.
fn name(method: &str, path: &str) -> String {
    let words = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    std::iter::once(method).chain(words).collect::<Vec<_>>().join("_")
}

/// The `OpenAPI` document.
pub(super) async fn show(State(control): State<Control>) -> Json<Value> {
    let mut document = TEXT.clone();
    document["servers"] = json!([{ "url": control.address() }]);
    Json(document)
}
