//! The description of the control plane, made from its code.

use super::error::ErrorBody;
use super::{Control, accounts, api_tokens, integrations, servers, session, tools};
use axum::Json;
use axum::extract::State;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;
use toolpress_core::Catalog;
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
        super::health, super::ready, super::metrics, show,
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

/// A refusal: its status, and what it means.
type Refusal = (u16, &'static str);

const BROKEN: [Refusal; 2] = [
    (500, "Something went wrong here."),
    (503, "The database is not available now, or too many calls are running."),
];
const LOCKED: [Refusal; 3] = [
    (401, "No key, or a wrong one."),
    (403, "The key does not open this."),
    (429, "Too many wrong keys from this address."),
];
const WRONG: Refusal = (400, "Something in the request is wrong; every wrong field is named.");
const MISSING: Refusal = (404, "There is no such thing.");
const CHANGED: Refusal = (409, "Somebody else changed it in the meantime.");
const BODY: [Refusal; 3] =
    [(408, "The body took too long."), (413, "The body is too large."), (415, "The body is not JSON.")];

/// The refusals that an operation may answer with, as its parts tell.
fn refusals(path: &str, method: &str, operation: &Value) -> Vec<Refusal> {
    let parameters = |place| {
        let all = operation["parameters"].as_array().into_iter().flatten();
        all.filter(|parameter| parameter["in"] == place).count() > 0
    };
    let mut refusals = BROKEN.to_vec();
    // What stands open says so by an empty requirement; logging in takes a key all the same.
    if operation["security"] != json!([{}]) || path == "/session" {
        refusals.extend(LOCKED);
    }
    if operation.get("requestBody").is_some() {
        refusals.extend([WRONG].into_iter().chain(BODY));
    } else if parameters("query") || path == "/integration" {
        refusals.push(WRONG);
    }
    if parameters("path") {
        refusals.push(MISSING);
    }
    if method == "patch" || path.ends_with("/rotate") {
        refusals.push(CHANGED);
    }
    refusals
}

/// A refusal as `OpenAPI` describes it.
fn described((status, meaning): Refusal) -> Value {
    let schema = json!({ "$ref": "#/components/schemas/ErrorBody" });
    let mut response =
        json!({ "description": meaning, "content": { "application/json": { "schema": schema } } });
    let header = match status {
        401 => Some((
            "WWW-Authenticate",
            "The scheme of the key.",
            json!({ "type": "string", "const": "Bearer" }),
        )),
        429 | 503 => Some(("Retry-After", "Seconds to wait.", json!({ "type": "integer", "minimum": 1 }))),
        _ => None,
    };
    if let Some((name, meaning, schema)) = header {
        response["headers"] =
            json!({ (name): { "description": meaning, "schema": schema, "required": true } });
    }
    response
}

/// What is the same for every server of this version.
static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
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
        let refusals = refusals(path, method, operation);
        let Some(responses) = operation.get_mut("responses").and_then(Value::as_object_mut) else { continue };
        for refusal in refusals {
            responses.entry(refusal.0.to_string()).or_insert_with(|| described(refusal));
        }
    }
    document
});

/// The document with the words that this server's catalogue and address bring.
fn document(catalog: &Catalog, address: &str) -> Value {
    let mut document = DOCUMENT.clone();
    document["servers"] = json!([{ "url": address }]);
    let slugs: Vec<&str> = catalog.vendors.iter().map(|vendor| vendor.slug).collect();
    if !slugs.is_empty() {
        document["components"]["schemas"]["NewAccount"]["properties"]["integration"]["enum"] = json!(slugs);
    }
    if let Some(vendor) = catalog.vendors.iter().find(|vendor| vendor.base_url.is_some()) {
        let secrets: Map<String, Value> =
            vendor.credentials.iter().map(|credential| (credential.name.to_owned(), "…".into())).collect();
        document["components"]["schemas"]["Unsaved"]["example"] = json!({ "credentials": &secrets });
        let example = json!({ "integration": vendor.slug, "name": "production", "credentials": secrets });
        document["components"]["schemas"]["NewAccount"]["example"] = example;
    }
    // Behind https the cookie has the name that browsers guard.
    let cookie = if address.starts_with("https:") { "__Host-toolpress_session" } else { "toolpress_session" };
    document["components"]["securitySchemes"]["session"]["name"] = cookie.into();
    document
}

/// `post /integrated-account/{id}/mcp` → `post_integrated_account_id_mcp`.
fn name(method: &str, path: &str) -> String {
    let words = path.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    std::iter::once(method).chain(words).collect::<Vec<_>>().join("_")
}

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "process", responses((status = 200, body = Object)))]
pub(super) async fn show(State(control): State<Control>) -> Json<Value> {
    Json(document(control.catalog(), control.address()))
}

#[cfg(test)]
mod tests {
    use super::{DOCUMENT, document};
    use serde_json::Value;
    use std::collections::BTreeSet;
    use toolpress_core::Catalog;

    static EMPTY: Catalog = Catalog { vendors: &[], fingerprint: "" };

    #[test]
    fn the_document_lists_the_routes_that_there_are() {
        let code = include_str!("mod.rs");
        let routes = code.split(".route(").skip(1).filter_map(|rest| rest.split('"').nth(1));
        // Answered by the front, before anything else.
        let routes: BTreeSet<&str> = routes.chain(["/healthz"]).collect();
        let paths = DOCUMENT["paths"].as_object().expect("paths");
        assert_eq!(paths.keys().map(String::as_str).collect::<BTreeSet<_>>(), routes);
    }

    #[test]
    fn every_refusal_has_the_form_of_a_refusal() {
        let operations = DOCUMENT["paths"].as_object().expect("paths").values();
        let mut seen = 0;
        for operation in operations.flat_map(|methods| methods.as_object().expect("methods").values()) {
            for (status, response) in operation["responses"].as_object().expect("responses") {
                if status.starts_with(['4', '5']) {
                    let schema = &response["content"]["application/json"]["schema"]["$ref"];
                    assert_eq!(
                        schema, "#/components/schemas/ErrorBody",
                        "{status} of {}",
                        operation["operationId"]
                    );
                    seen += 1;
                }
            }
            assert!(operation["responses"].get("503").is_some());
        }
        assert!(seen > 150, "{seen}");
    }

    #[test]
    fn every_reference_leads_somewhere() {
        fn look(value: &Value, document: &Value) {
            match value {
                Value::Object(members) => {
                    if let Some(reference) = members.get("$ref").and_then(Value::as_str) {
                        assert!(document.pointer(&reference[1..]).is_some(), "{reference}");
                    }
                    members.values().for_each(|value| look(value, document));
                }
                Value::Array(values) => values.iter().for_each(|value| look(value, document)),
                _ => {}
            }
        }
        let document = document(&EMPTY, "https://tools.example.com");
        look(&document, &document);
        assert_eq!(document["components"]["securitySchemes"]["session"]["name"], "__Host-toolpress_session");
    }
}
