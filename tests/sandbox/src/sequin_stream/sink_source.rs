//! Which tables a sink reads: `source`, `tables` and `initial_backfill` of its body (rules 47 and 52).

use std::sync::Arc;

use serde_json::{Map, Value};

use super::error::Fault;
use super::postgres::Table;
use super::sink_body::SourceDraft;
use super::state::{Database, Source, SourceTable};

/// A backfill to start with a new sink.
#[derive(Clone, Debug)]
pub(crate) struct Starting {
    pub(crate) table: Arc<Table>,
    pub(crate) sort_column: Option<String>,
}

/// A table by its reference.
pub(crate) fn find_table<'a>(database: &'a Database, reference: &Value) -> Result<&'a Arc<Table>, Fault> {
    let reference = reference.as_str().ok_or(Fault::Framework(500))?;
    database
        .table(reference)
        .ok_or_else(|| Fault::rule(format!("Table '{reference}' not found in database '{}'", database.name)))
}

/// A `source` object; null is kept apart from absence.
pub(crate) fn read(database: &Database, value: &Value) -> Result<Option<SourceDraft>, Fault> {
    let source = match value {
        Value::Null => return Ok(None),
        Value::Object(source) => source,
        _ => return Err(Fault::Framework(500)),
    };
    let tables = |key| match source.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Array(references)) => references
            .iter()
            .map(|reference| find_table(database, reference).map(|table| table.reference()))
            .collect::<Result<Vec<_>, _>>()
            .map(Some),
        Some(_) => Err(Fault::Framework(500)),
    };
    let include_tables = tables("include_tables")?;
    let exclude_tables = tables("exclude_tables")?;
    Ok(Some(SourceDraft {
        tables: Source { include_tables, exclude_tables, ..Source::default() },
        include_schemas: source.get("include_schemas").cloned(),
        exclude_schemas: source.get("exclude_schemas").cloned(),
    }))
}

/// The `tables` list. The vendor keeps it in reverse order.
pub(crate) fn read_tables(database: &Database, value: &Value) -> Result<Option<Vec<SourceTable>>, Fault> {
    let items = match value {
        Value::Null => return Ok(Some(Vec::new())),
        Value::Array(items) => items,
        _ => return Err(Fault::rule("Invalid `tables` attribute: must be a list of maps.")),
    };
    let mut tables = Vec::with_capacity(items.len());
    for item in items {
        let item = item.as_object().ok_or(Fault::Framework(500))?;
        let Some(name @ Value::String(_)) = item.get("name") else {
            return Err(Fault::rule("Invalid `tables` attribute: missing required `name` key."));
        };
        let table = find_table(database, name)?;
        let group_columns = match item.get("group_column_names") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(names)) => {
                names.iter().map(|name| group_column(table, name)).collect::<Result<_, _>>()?
            }
            Some(_) => return Err(Fault::Framework(500)),
        };
        tables.insert(0, SourceTable { table: table.reference(), group_columns });
    }
    Ok(Some(tables))
}

fn group_column(table: &Table, name: &Value) -> Result<String, Fault> {
    let text = name.as_str().map_or_else(|| name.to_string(), str::to_owned);
    if table.columns.contains(&text) {
        return Ok(text);
    }
    Err(Fault::rule(format!(
        "Failed to parse tables: Not found: No `postgres column` found matching params: `column={text}, table={}`",
        table.reference()
    )))
}

/// The `initial_backfill` of a body, resolved to tables.
pub(crate) fn read_starting(
    database: &Database,
    params: &Map<String, Value>,
    value: &Value,
) -> Result<Vec<Starting>, Fault> {
    match value {
        Value::Null | Value::Bool(false) => Ok(Vec::new()),
        Value::Bool(true) => {
            let tables = source_tables(database, params)?;
            Ok(tables.into_iter().map(|table| Starting { table, sort_column: None }).collect())
        }
        Value::Array(items) => items.iter().map(|item| starting(database, item)).collect(),
        _ => Err(Fault::rule("initial_backfill must be true, false, or a list of table configurations")),
    }
}

fn starting(database: &Database, item: &Value) -> Result<Starting, Fault> {
    let Value::Object(item) = item else {
        return Err(Fault::rule("initial_backfill entries must be objects with 'table' field"));
    };
    let reference = item.get("table");
    let reference = reference
        .ok_or_else(|| Fault::rule("initial_backfill table configuration requires 'table' field"))?;
    let table = Arc::clone(find_table(database, reference)?);
    let given = |key: &str| item.get(key).filter(|value| !value.is_null());
    match given("type").map_or(Some("full"), Value::as_str) {
        Some("full") => return Ok(Starting { table, sort_column: None }),
        Some("partial") => {}
        other => {
            let other = other.unwrap_or_default();
            return Err(Fault::rule(format!(
                "initial_backfill type must be 'full' or 'partial', got: {other}"
            )));
        }
    }
    let column = given("sort_column");
    let column = column.ok_or_else(|| Fault::rule("partial backfill requires 'sort_column' field"))?;
    if given("start_position").is_none() {
        return Err(Fault::rule("partial backfill requires 'start_position' field"));
    }
    let column = column.as_str().map_or_else(|| column.to_string(), str::to_owned);
    if !table.columns.contains(&column) {
        return Err(Fault::rule(format!("Column '{column}' not found in table '{}'", table.reference())));
    }
    Ok(Starting { table, sort_column: Some(column) })
}

/// The tables a body's source stands for, in the vendor's order of preference.
fn source_tables(database: &Database, params: &Map<String, Value>) -> Result<Vec<Arc<Table>>, Fault> {
    let given = |value: Option<&Value>| value.filter(|value| !value.is_null()).cloned();
    if let Some(reference) = given(params.get("table")) {
        return find_table(database, &reference).map(|table| vec![Arc::clone(table)]);
    }
    let source = params.get("source");
    let list = |key| source.and_then(|source| source.get(key)).and_then(Value::as_array);
    if let Some(references) = list("include_tables") {
        return references.iter().map(|reference| find_table(database, reference).cloned()).collect();
    }
    let schemas =
        list("include_schemas").cloned().or_else(|| given(params.get("schema")).map(|one| vec![one]));
    let wanted = |table: &&Arc<Table>| {
        schemas.as_ref().is_none_or(|schemas| schemas.contains(&Value::String(table.schema.clone())))
    };
    Ok(database.tables.iter().filter(wanted).cloned().collect())
}
