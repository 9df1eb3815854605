//! The route table: the vendor's 60 operations and nothing else. There is no PUT and no PATCH (rule 99).

use super::reply::Outcome;
use super::request::{Call, decode};
use super::{
    catalog, connectors, deploy, discovery, encryption_keys, ingestion_keys, links, oracle, pipelines,
    provisioning, readers, salts, tunnels, validators,
};

/// What serves an operation.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Route {
    pub(crate) handler: fn(&mut Call<'_>) -> Outcome,
    /// Whether it counts against the limit of validations (rule 119).
    pub(crate) limited: bool,
}

/// What is at a method and path.
#[derive(Debug)]
pub(crate) enum Found {
    /// An operation, and the uuid in its path.
    Route(Route, String),
    /// The path takes other methods.
    OtherMethod,
    /// No operation has this path.
    Nothing,
}

/// Finds the operation. Fixed words win over uuids in the same place.
pub(crate) fn find(method: &str, path: &str) -> Found {
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let found = match segments.as_slice() {
        [resource] => collection(method, resource).map(|handler| (handler, "")),
        [resource, word] => match fixed(resource, word) {
            Some(handler) if method == "POST" => {
                let limited = word.starts_with("validate-");
                return Found::Route(Route { handler, limited }, String::new());
            }
            Some(_) => return Found::OtherMethod,
            None => item(method, resource).map(|handler| (handler, *word)),
        },
        [resource, id, action @ ..] => act(method, resource, action).map(|handler| (handler, *id)),
        [] => None,
    };
    match found {
        Some((handler, id)) => Found::Route(Route { handler, limited: false }, decode(id)),
        None if takes_another(&segments) => Found::OtherMethod,
        None => Found::Nothing,
    }
}

type Handler = fn(&mut Call<'_>) -> Outcome;

fn collection(method: &str, resource: &str) -> Option<Handler> {
    Some(match (method, resource) {
        ("GET", "column-hashing-salts") => salts::list,
        ("POST", "column-hashing-salts") => salts::create,
        ("POST", "connectors") => connectors::create,
        ("GET", "encryption-keys") => encryption_keys::list,
        ("POST", "encryption-keys") => encryption_keys::create,
        ("POST", "ingestion-api-keys") => ingestion_keys::create,
        ("GET", "pipelines") => pipelines::list,
        ("POST", "pipelines") => pipelines::create,
        ("POST", "privatelink-connections") => links::create,
        ("GET", "source-readers") => readers::list,
        ("POST", "source-readers") => readers::create,
        ("POST", "ssh-tunnels") => tunnels::create,
        _ => return None,
    })
}

/// The operations below a resource that name no item; all are POST.
fn fixed(resource: &str, word: &str) -> Option<Handler> {
    Some(match (resource, word) {
        ("connectors", "databases") => discovery::databases,
        ("connectors", "new-database") => provisioning::new_database,
        ("connectors", "new-schema") => provisioning::new_schema,
        ("connectors", "new-snowflake-warehouse") => provisioning::new_warehouse,
        ("connectors", "ping") => discovery::ping,
        ("connectors", "postgres-publications") => discovery::publications,
        ("connectors", "schemas") => discovery::schemas,
        ("connectors", "tables") => discovery::tables,
        ("data-catalog", "search") => catalog::search,
        ("pipelines", "create-from-source") => pipelines::create_from_source,
        ("pipelines", "validate-unsaved-destination") => validators::destination,
        ("pipelines", "validate-unsaved-source") => validators::source,
        ("source-readers", "validate-unsaved") => validators::reader,
        _ => return None,
    })
}

fn item(method: &str, resource: &str) -> Option<Handler> {
    Some(match (method, resource) {
        ("DELETE", "column-hashing-salts") => salts::delete,
        ("GET", "column-hashing-salts") => salts::show,
        ("POST", "column-hashing-salts") => salts::update,
        ("DELETE", "connectors") => connectors::delete,
        ("GET", "connectors") => connectors::show,
        ("POST", "connectors") => connectors::update,
        ("DELETE", "encryption-keys") => encryption_keys::delete,
        ("GET", "encryption-keys") => encryption_keys::show,
        ("POST", "encryption-keys") => encryption_keys::update,
        ("DELETE", "ingestion-api-keys") => ingestion_keys::delete,
        ("POST", "ingestion-api-keys") => ingestion_keys::update,
        ("DELETE", "pipelines") => pipelines::delete,
        ("GET", "pipelines") => pipelines::show,
        ("POST", "pipelines") => pipelines::update,
        ("DELETE", "privatelink-connections") => links::delete,
        ("GET", "privatelink-connections") => links::show,
        ("POST", "privatelink-connections") => links::update,
        ("DELETE", "source-readers") => readers::delete,
        ("GET", "source-readers") => readers::show,
        ("POST", "source-readers") => readers::update,
        ("DELETE", "ssh-tunnels") => tunnels::delete,
        ("GET", "ssh-tunnels") => tunnels::show,
        ("POST", "ssh-tunnels") => tunnels::update,
        _ => return None,
    })
}

fn act(method: &str, resource: &str, action: &[&str]) -> Option<Handler> {
    Some(match (method, resource, action) {
        ("POST", "column-hashing-salts", ["preview"]) => salts::preview,
        ("GET", "connectors", ["detail"]) => discovery::detail,
        ("POST", "connectors", ["generate-shadow-script"]) => oracle::shadow_script,
        ("POST", "connectors", ["postgres-drop-replication-slot"]) => provisioning::drop_slot,
        ("POST", "connectors", ["start-dynamodb-export"]) => provisioning::start_export,
        ("POST", "pipelines", ["backfill", "cancel"]) => deploy::cancel_backfill,
        ("POST", "pipelines", ["detect-schema-changes"]) => deploy::detect_schema_changes,
        ("POST", "pipelines", ["start"]) => deploy::start,
        ("POST", "pipelines", ["status"]) => deploy::update_status,
        ("POST", "pipelines", ["update-with-source-reader"]) => pipelines::update_with_source_reader,
        ("POST", "source-readers", ["deploy"]) => readers::deploy,
        ("POST", "source-readers", ["status"]) => readers::update_status,
        _ => return None,
    })
}

fn takes_another(segments: &[&str]) -> bool {
    let methods = ["GET", "POST", "DELETE"];
    match segments {
        [resource] => methods.iter().any(|method| collection(method, resource).is_some()),
        [resource, _] => methods.iter().any(|method| item(method, resource).is_some()),
        [resource, _, action @ ..] => methods.iter().any(|method| act(method, resource, action).is_some()),
        [] => false,
    }
}
