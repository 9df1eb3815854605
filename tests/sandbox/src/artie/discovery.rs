//! What is behind a connector, saved or not: ping, databases, schemas, tables, publications (rules 106–109).

use serde_json::{Map, Value, json};

use super::reach::Target;
use super::reply::{Fault, Outcome, Reply};
use super::request::Call;
use super::server::{Database, Server, Table};
use super::shape::{flag, need, text};
use super::state::find;
use super::world::Outside;

/// Tests reach and login. Only the body tells whether it worked (rule 106).
pub(crate) fn ping(call: &mut Call<'_>) -> Outcome {
    let target = Target::read(call.account, call.object()?, "")?;
    Ok(Reply::verdict(target.connect(call.outside).map(|_| ())))
}

/// The first step. Its body is the connector itself (rule 107).
pub(crate) fn databases(call: &mut Call<'_>) -> Outcome {
    let target = Target::read(call.account, call.object()?, "")?;
    let items = match connect(&target, call.outside)? {
        Some(server) => {
            let names = server.databases.iter().map(|database| json!({"name": database.name}));
            Value::Array(names.collect())
        }
        None => Value::Null,
    };
    let metadata = if target.kind == "iceberg" {
        json!([{"key": "namespace", "value": "default", "isDate": false}])
    } else {
        json!([])
    };
    Ok(Reply::ok(json!({"items": items, "metadata": metadata})))
}

/// The second step: schemas of a database of the first one (rule 108).
pub(crate) fn schemas(call: &mut Call<'_>) -> Outcome {
    let (target, body) = wrapped(call)?;
    let database = database(&target, call.outside, need(&body, "databaseName")?)?;
    let items: Vec<Value> = database.schemas.iter().map(|name| json!({"name": name})).collect();
    Ok(Reply::ok(json!({"items": items})))
}

/// The third step: tables of a schema, or of all schemas when none is named. What has been read through a saved
/// connector is kept until a refresh is forced (rule 109).
pub(crate) fn tables(call: &mut Call<'_>) -> Outcome {
    let (target, body) = wrapped(call)?;
    let name = need(&body, "databaseName")?;
    let schema = text(&body, "schemaName");
    let key = target.uuid.map(|uuid| (uuid, name.to_owned(), schema.to_owned()));
    let kept = key.as_ref().and_then(|key| call.account.tables_read.get(key));
    let tables: Vec<Table> = match kept {
        Some(tables) if !flag(&body, "forceRefresh") => tables.clone(),
        _ => {
            let database = database(&target, call.outside, name)?;
            let all = schema.is_empty() || (database.schemas.is_empty() && schema == database.name);
            let same = |one: &String| one.eq_ignore_ascii_case(schema);
            if !all && !database.schemas.iter().any(same) {
                return Err(Fault::bad(format!("schema \"{schema}\" does not exist")));
            }
            database.tables.iter().filter(|table| all || same(&table.schema)).cloned().collect()
        }
    };
    let items: Vec<Value> = tables
        .iter()
        .map(|table| {
            let mut shown = table.render();
            shown["approxDateAdded"] = Value::Null;
            shown
        })
        .collect();
    if let Some(key) = key {
        call.account.tables_read.insert(key, tables);
    }
    Ok(Reply::ok(json!({"items": items})))
}

/// One table of a saved connector. The database is not asked for: the connector's default comes first, then the
/// databases of its readers, then all others.
pub(crate) fn detail(call: &mut Call<'_>) -> Outcome {
    let connector = find(&call.account.connectors, &call.target)?;
    let parameter = |name: &str| match call.query.get(name).map(String::as_str) {
        None | Some("") => Err(Fault::bad(format!("{name} is required"))),
        Some(value) => Ok(value.to_owned()),
    };
    let (schema, name) = (parameter("schemaName")?, parameter("tableName")?);
    let is_view = match call.query.get("isView").map(String::as_str) {
        None | Some("") => None,
        Some("true" | "1") => Some(true),
        Some("false" | "0") => Some(false),
        Some(_) => return Err(Fault::bad("isView must be a boolean")),
    };
    let target = Target::saved(connector);
    let Some(server) = connect(&target, call.outside)? else {
        return Err(Fault::bad(format!("connectors of type {} have no tables to look at", target.kind)));
    };
    let readers = call.account.readers.iter().filter(|reader| reader.connector == connector.uuid);
    let preferred = readers.map(|reader| text(&reader.fields, "database"));
    let first = [target.default_database.as_str()].into_iter().chain(preferred);
    let databases = first.filter_map(|name| server.find(name)).chain(&server.databases);
    let mut found = databases.filter_map(|database| database.table(&schema, &name));
    match found.find(|table| is_view.is_none_or(|is_view| is_view == table.is_view)) {
        Some(table) => Ok(Reply::ok(table.render())),
        None => Err(Fault::bad(format!("table \"{schema}.{name}\" does not exist"))),
    }
}

pub(crate) fn publications(call: &mut Call<'_>) -> Outcome {
    let (target, body) = wrapped(call)?;
    if target.kind != "postgresql" {
        return Err(Fault::bad("only postgresql has publications"));
    }
    database(&target, call.outside, need(&body, "databaseName")?)?;
    let publications = connect(&target, call.outside)?.map(|server| server.publications.as_slice());
    let items: Vec<Value> = publications
        .unwrap_or_default()
        .iter()
        .map(|(name, all)| json!({"name": name, "allTables": all, "publishViaPartitionRoot": true}))
        .collect();
    Ok(Reply::ok(json!({"items": items})))
}

/// The connector in a body that wraps it, and the body (rule 107).
pub(crate) fn wrapped(call: &Call<'_>) -> Result<(Target, Map<String, Value>), Fault> {
    let body = call.object()?;
    let connector = match body.get("connector") {
        Some(Value::Object(connector)) => connector,
        None | Some(Value::Null) => return Err(Fault::bad("connector is required")),
        Some(_) => return Err(Fault::bad("connector must be an object")),
    };
    let texts = ["databaseName", "schemaName", "name", "volume"];
    let is_text = |value: Option<&Value>| value.is_none_or(|value| value.is_null() || value.is_string());
    if let Some(name) = texts.iter().find(|name| !is_text(body.get(**name))) {
        return Err(Fault::bad(format!("{name} must be a string")));
    }
    let refresh = body.get("forceRefresh").unwrap_or(&Value::Null);
    if !refresh.is_null() && !refresh.is_boolean() {
        return Err(Fault::bad("forceRefresh must be a boolean"));
    }
    Ok((Target::read(call.account, connector, "connector")?, body.clone()))
}

/// Connects, or refuses with the reason.
fn connect<'a>(target: &Target, outside: &'a Outside) -> Result<Option<&'a Server>, Fault> {
    target.connect(outside).map_err(Fault::bad)
}

fn database<'a>(target: &Target, outside: &'a Outside, name: &str) -> Result<&'a Database, Fault> {
    let server = connect(target, outside)?;
    let found = server.and_then(|server| server.find(name));
    found.ok_or_else(|| Fault::bad(format!("database \"{name}\" does not exist")))
}
