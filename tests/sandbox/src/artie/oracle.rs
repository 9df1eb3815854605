//! The SQL of the shadow tables an Oracle source needs. It is written, not run.

use serde_json::{Map, Value, json};

use super::reply::{Fault, Outcome, Reply};
use super::request::Call;
use super::shape::{Kind, flag, inner, items, need, need_keys, read, text};
use super::shapes::SHADOW_TABLE;
use super::state::find;

pub(crate) fn shadow_script(call: &mut Call<'_>) -> Outcome {
    let connector = find(&call.account.connectors, &call.target)?;
    let fields = [("database", Kind::Text), ("tables", Kind::List(SHADOW_TABLE))];
    let body = read(&fields, call.object()?, "")?;
    need(&body, "database")?;
    need_keys(&body, &["tables"])?;
    if connector.kind != "oracle" {
        return Err(Fault::bad("shadow scripts are only for oracle connectors"));
    }
    let mut script = format!("-- Shadow tables of {}\n", text(&body, "database"));
    for table in items(&body, "tables").iter().filter_map(Value::as_object) {
        script.push_str(&statement(table)?);
    }
    Ok(Reply::ok(json!({"script": script})))
}

fn statement(table: &Map<String, Value>) -> Result<String, Fault> {
    let (schema, name) = (need(table, "schema")?, need(table, "name")?);
    need_keys(table, &["columns"])?;
    let mut lines = Vec::new();
    let mut keys = Vec::new();
    for column in items(table, "columns").iter().filter_map(Value::as_object) {
        let name = need(column, "name")?;
        let metadata = inner(column, "metadata").ok_or_else(|| Fault::bad("metadata is required"))?;
        let not_null = if flag(metadata, "notNull") { " NOT NULL" } else { "" };
        lines.push(format!("  \"{name}\" {}{not_null}", need(metadata, "dataType")?));
        if flag(metadata, "isPrimaryKey") {
            keys.push(format!("\"{name}\""));
        }
    }
    if !keys.is_empty() {
        lines.push(format!("  PRIMARY KEY ({})", keys.join(", ")));
    }
    Ok(format!("CREATE TABLE \"{schema}\".\"{name}_ARTIE_SHADOW\" (\n{}\n);\n", lines.join(",\n")))
}
