//! Resources of an account as config shows them: by name for plan and export, as stored for apply.

use serde_json::{Map, Value, json};

use super::obfuscate::obfuscate;
use super::state::{Account, Database, Function, WalPipeline};
use super::time::seconds;
use super::{http_endpoints, sinks};

/// Every resource with its type, in the vendor's order.
pub(crate) fn all_external(account: &Account, sensitive: bool) -> Vec<(&'static str, Value)> {
    let secret = |text: &str| if sensitive { text.to_owned() } else { obfuscate(text) };
    let mut resources = vec![("account", json!({"id": account.id.to_string(), "name": account.name}))];
    resources.extend(account.users.iter().map(|user| {
        let password = secret(&user.password);
        ("user", json!({"id": user.id.to_string(), "email": user.email, "password": password}))
    }));
    resources.extend(account.databases.iter().map(|known| ("database", database(account, known, &secret))));
    resources.extend(account.wal_pipelines.iter().map(|pipeline| ("change_retention", retention(pipeline))));
    resources.extend(
        account
            .endpoints
            .iter()
            .map(|endpoint| ("http_endpoint", http_endpoints::render(endpoint, sensitive))),
    );
    resources.extend(account.functions.iter().map(|known| ("function", function(known))));
    resources.extend(account.sinks.iter().map(|sink| ("sink", sinks::render(account, sink, sensitive))));
    resources
}

/// Every resource as stored. The passwords of databases are in clear (rule 93).
pub(crate) fn all_raw(account: &Account) -> Vec<Value> {
    let inserted_at = seconds(account.inserted_at);
    let mut resources = vec![json!({
        "id": account.id.to_string(),
        "name": account.name,
        "inserted_at": inserted_at,
        "updated_at": inserted_at,
        "contact_email": null,
    })];
    resources
        .extend(account.users.iter().map(|user| json!({"id": user.id.to_string(), "email": user.email})));
    resources.extend(account.databases.iter().map(|database| {
        json!({
            "id": database.id.to_string(),
            "database": database.database,
            "hostname": database.hostname,
            "pool_size": database.pool_size,
            "port": database.port,
            "queue_interval": 1000,
            "queue_target": 50,
            "name": database.name,
            "ssl": database.ssl,
            "username": database.username,
            "password": database.password,
            "ipv6": database.ipv6,
            "use_local_tunnel": database.use_local_tunnel,
            "pg_major_version": null,
        })
    }));
    resources.extend(account.wal_pipelines.iter().map(|pipeline| {
        let status = pipeline.config.get("status").cloned().unwrap_or(json!("active"));
        json!({"id": pipeline.id.to_string(), "name": pipeline.name(), "status": status})
    }));
    resources.extend(account.endpoints.iter().map(|endpoint| http_endpoints::raw(account, endpoint)));
    resources.extend(account.functions.iter().map(|known| {
        let body = json!({
            "type": known.kind,
            "code": known.code,
            "path": known.path,
            "sink_type": known.sink_type,
        });
        json!({"name": known.name, "type": known.kind, "description": known.description, "function": body})
    }));
    resources.extend(account.sinks.iter().map(|sink| sinks::raw(account, sink)));
    resources
}

fn database(account: &Account, database: &Database, secret: &impl Fn(&str) -> String) -> Value {
    let slot = account.slot_of(database.id);
    let mut shown = json!({
        "id": database.id.to_string(),
        "name": database.name,
        "username": database.username,
        "password": secret(&database.password),
        "hostname": database.hostname,
        "database": database.database,
        "slot": {"name": slot.map(|slot| &slot.slot_name)},
        "publication": {"name": slot.map(|slot| &slot.publication_name)},
        "port": database.port,
        "pool_size": database.pool_size,
        "ssl": database.ssl,
        "ipv6": database.ipv6,
        "use_local_tunnel": database.use_local_tunnel,
    });
    if let (Some(primary), Value::Object(shown)) = (&database.primary, &mut shown) {
        let mut primary: Map<String, Value> = primary.clone();
        primary.retain(|key, _| {
            matches!(key.as_str(), "username" | "password" | "hostname" | "port" | "database")
        });
        if let Some(Value::String(password)) = primary.get_mut("password") {
            *password = secret(password);
        }
        shown.insert("primary".to_owned(), Value::Object(primary));
    }
    shown
}

fn retention(pipeline: &WalPipeline) -> Value {
    let mut shown = Map::new();
    shown.insert("id".to_owned(), json!(pipeline.id.to_string()));
    shown.extend(pipeline.config.clone());
    Value::Object(shown)
}

fn function(function: &Function) -> Value {
    let mut shown = Map::new();
    shown.insert("id".to_owned(), json!(function.id.to_string()));
    shown.insert("name".to_owned(), json!(function.name));
    shown.insert("description".to_owned(), function.description.clone());
    shown.insert("type".to_owned(), json!(function.kind));
    match function.kind.as_str() {
        "path" => shown.insert("path".to_owned(), function.path.clone()),
        "routing" => {
            shown.insert("sink_type".to_owned(), function.sink_type.clone());
            shown.insert("code".to_owned(), function.code.clone())
        }
        _ => shown.insert("code".to_owned(), function.code.clone()),
    };
    Value::Object(shown)
}
