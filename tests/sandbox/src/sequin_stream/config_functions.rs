//! Functions and change retentions, which only a configuration can make.

use serde_json::{Map, Value, json};

use super::config_apply::text;
use super::error::Fault;
use super::state::{Account, Database, Function, WalPipeline};
use super::world::Outside;

const KINDS: [&str; 5] = ["path", "transform", "filter", "routing", "enrichment"];
const PARAMETERIZE: &str = "Enrichment functions must use parameterization.\n\nPlease use the following $1 syntax:\n\n  SELECT id, enrichment FROM table WHERE id = ANY($1)\n\n⚠️ If your code DOES have parameterization ($1) and you are seeing this error, you may have to upgrade your Sequin CLI.\n";

/// Adds or changes a function; its body may be flat or under `function`.
pub(crate) fn upsert_function(
    account: &mut Account,
    outside: &mut Outside,
    entry: &Map<String, Value>,
) -> Result<(), Fault> {
    let Some(name) = text(entry, "name") else {
        return Err(Fault::rule("`name` is required on functions."));
    };
    if entry.contains_key("file") {
        return Err(Fault::bad_request(
            "`file` parameter found. This might indicate your CLI version is out of date. Please update to the latest version.",
        ));
    }
    let nested = entry.get("function").or_else(|| entry.get("transform")).and_then(Value::as_object);
    let body = nested.unwrap_or(entry);
    let of = |key: &str| body.get(key).cloned().unwrap_or(Value::Null);
    // "function" is an older word for a transform.
    let kind = match text(body, "type") {
        Some("function") => "transform",
        Some(kind) => kind,
        None => "",
    };
    let doing = if account.function(name).is_some() { "updating" } else { "creating" };
    let invalid = |problem: &str| Fault::bad_request(format!("Error {doing} function '{name}': {problem}"));
    if !KINDS.contains(&kind) {
        return Err(invalid("%{function: [\"is invalid\"]}"));
    }
    let needed = if kind == "path" { "path" } else { "code" };
    if of(needed).as_str().is_none_or(str::is_empty) {
        return Err(invalid(&format!("%{{function: %{{{needed}: [\"can't be blank\"]}}}}")));
    }
    if kind == "enrichment" && !of("code").as_str().unwrap_or_default().contains("$1") {
        return Err(Fault::bad_request(PARAMETERIZE));
    }
    if !super::changeset::matches(super::changeset::NAME, name) {
        return Err(invalid(
            "%{name: [\"Can only contain alphanumeric characters, underscores, hyphens, or dots\"]}",
        ));
    }
    let id = account.function(name).map_or_else(|| outside.new_id(), |function| function.id);
    let function = Function {
        id,
        name: name.to_owned(),
        kind: kind.to_owned(),
        description: entry.get("description").cloned().unwrap_or_else(|| of("description")),
        path: of("path"),
        sink_type: of("sink_type"),
        code: of("code"),
    };
    match account.functions.iter_mut().find(|known| known.id == id) {
        Some(known) => *known = function,
        None => account.functions.push(function),
    }
    Ok(())
}

/// Adds or changes a change retention, which the database routes call a WAL pipeline.
pub(crate) fn upsert_retention(
    account: &mut Account,
    outside: &mut Outside,
    entry: &Map<String, Value>,
) -> Result<(), Fault> {
    let name = match entry.get("name") {
        Some(Value::Null) => return Err(Fault::rule("`name` is required on each wal_pipeline.")),
        None => return Err(Fault::bad_request("`name` is required to setup change retention")),
        Some(name) => name.as_str().ok_or(Fault::Framework(500))?,
    };
    let existing = account.wal_pipelines.iter().find(|pipeline| pipeline.name() == name).cloned();
    let doing = if existing.is_some() { "updating" } else { "setting up" };
    let missing =
        |text: String| Fault::bad_request(format!("Error {doing} change retention '{name}': {text}"));
    let needed = |key: &str| text(entry, key).ok_or(Fault::Framework(500));
    let named = |key: &str| -> Result<&Database, Fault> {
        let wanted = needed(key)?;
        let found = account.databases.iter().find(|database| database.name == wanted);
        found.ok_or_else(|| {
            missing(format!("Not found: No `database` found matching params: `name={wanted}`"))
        })
    };
    let (source, destination) = (named("source_database")?, named("destination_database")?);
    for (side, database) in [("destination", destination), ("source", source)] {
        let schema = needed(&format!("{side}_table_schema"))?;
        let table = needed(&format!("{side}_table_name"))?;
        if !database.tables.iter().any(|known| known.schema == schema && known.name == table) {
            return Err(missing(format!(
                "Not found: No `table` found matching params: `name={table}, schema={schema}`"
            )));
        }
    }
    let slot_id = account.slot_of(source.id).ok_or(Fault::Framework(500))?.id;
    let mut config = Map::new();
    for key in [
        "name",
        "source_database",
        "source_table_schema",
        "source_table_name",
        "destination_database",
        "destination_table_schema",
        "destination_table_name",
    ] {
        config.insert(key.to_owned(), json!(needed(key)?));
    }
    config.insert("filters".to_owned(), entry.get("filters").cloned().unwrap_or(json!([])));
    let actions = entry.get("actions").cloned().unwrap_or(json!(["insert", "update", "delete"]));
    config.insert("actions".to_owned(), actions);
    let id = existing.map_or_else(|| outside.new_id(), |pipeline| pipeline.id);
    account.wal_pipelines.retain(|pipeline| pipeline.id != id);
    account.wal_pipelines.push(WalPipeline { id, slot_id, config });
    Ok(())
}
