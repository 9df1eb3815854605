//! `/postgres_databases` (rules 15–32).

use std::sync::Arc;

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::changeset::Errors;
use super::database_params::{SlotNames, changed_slot_params, connection_params, new_slot_params};
use super::error::{Fault, Outcome, Reply};
use super::obfuscate::obfuscate;
use super::postgres::Table;
use super::probe;
use super::request::Call;
use super::state::{Account, Database, Slot};
use super::world::Outside;

#[expect(clippy::unnecessary_wraps, reason = "all routes have one type")]
pub(crate) fn list(call: &mut Call<'_>) -> Outcome {
    let sensitive = call.says_true("show_sensitive");
    let account = &*call.account;
    let shown: Vec<_> =
        account.databases.iter().map(|database| render(account, database, sensitive)).collect();
    Ok(Reply::ok(json!({"data": shown})))
}

pub(crate) fn show(call: &mut Call<'_>) -> Outcome {
    let sensitive = call.says_true("show_sensitive");
    let database = call.account.database(call.target())?;
    Ok(Reply::ok(render(call.account, database, sensitive)))
}

pub(crate) fn create(call: &mut Call<'_>) -> Outcome {
    let params = connection_params(&call.params)?;
    let slot = new_slot_params(&call.params)?;
    let (database, errors) = cast(blank(call.outside.new_id()), &params);
    let tables = verify(call.outside, &database, &slot)?;
    check(call.account, &database, errors)?;
    let id = insert(call.account, call.outside, Database { tables, ..database }, &slot);
    let database = call.account.database_by_id(id).ok_or(Fault::Framework(500))?;
    Ok(Reply::new(201, render(call.account, database, false)))
}

pub(crate) fn update(call: &mut Call<'_>) -> Outcome {
    let params = connection_params(&call.params)?;
    let slot = changed_slot_params(&call.params)?;
    let existing = call.account.database(call.target())?.clone();
    let (database, errors) = cast(existing, &params);
    check(call.account, &database, errors)?;
    let id = database.id;
    let slot = slot.map(|params| changed_slot(call.account, id, &params)).transpose()?;
    // No connection is made (rule 26): the tables stay as they were read last.
    if let Some(stored) = call.account.database_mut(id) {
        *stored = database;
    }
    if let Some(changed) = slot.flatten() {
        call.account
            .slots
            .iter_mut()
            .filter(|slot| slot.id == changed.id)
            .for_each(|slot| *slot = changed.clone());
    }
    let database = call.account.database_by_id(id).ok_or(Fault::Framework(500))?;
    Ok(Reply::ok(render(call.account, database, false)))
}

pub(crate) fn delete(call: &mut Call<'_>) -> Outcome {
    let account = &mut *call.account;
    let id = account.database(call.path.first().map_or("", String::as_str))?.id;
    let owns = |slot: Uuid| account.slot(slot).is_some_and(|slot| slot.database_id == id);
    let blocked = |text: &str| Err(Fault::Own(422, json!({"success": false, "error": text})));
    // Sinks are looked at first (rule 28).
    if account.sinks.iter().any(|sink| owns(sink.slot_id)) {
        return blocked(
            "Cannot delete database that's used by sink consumers. Please delete associated sink consumers first.",
        );
    }
    if account.wal_pipelines.iter().any(|pipeline| owns(pipeline.slot_id)) {
        return blocked(
            "Cannot delete database that's used by WAL pipelines. Please delete associated WAL pipelines first.",
        );
    }
    account.slots.retain(|slot| slot.database_id != id);
    account.databases.retain(|database| database.id != id);
    Ok(Reply::ok(json!({"success": true, "id": id.to_string()})))
}

pub(crate) fn test_connection(call: &mut Call<'_>) -> Outcome {
    let database = call.account.database(call.target())?;
    let slot = call.account.slot_of(database.id).ok_or(Fault::Framework(500))?;
    let outcome = probe::connect(call.outside, database).and_then(|server| {
        probe::check_slot(server, &database.database, &slot.publication_name, &slot.slot_name)
    });
    match outcome {
        Ok(()) => Ok(Reply::ok(json!({"success": true}))),
        Err(problem) => Err(Fault::Own(422, json!({"success": false, "reason": problem.reason()}))),
    }
}

pub(crate) fn refresh_tables(call: &mut Call<'_>) -> Outcome {
    let database = call.account.database(call.target())?.clone();
    let Ok(tables) = read_tables(call.outside, &database) else {
        return Err(Fault::Own(422, json!({"success": false})));
    };
    if let Some(stored) = call.account.database_mut(database.id) {
        stored.tables = tables;
    }
    Ok(Reply::ok(json!({"success": true})))
}

/// The tables Postgres has now.
pub(crate) fn read_tables(outside: &Outside, database: &Database) -> Result<Vec<Arc<Table>>, probe::Problem> {
    let server = probe::connect(outside, database)?;
    Ok(server.databases.get(&database.database).cloned().unwrap_or_default())
}

/// Everything the vendor tries on a new database's server; answers with its tables.
fn verify(outside: &Outside, database: &Database, slot: &SlotNames) -> Result<Vec<Arc<Table>>, Fault> {
    let checked = probe::connect(outside, database).and_then(|server| {
        probe::check_replica(outside, database, server)?;
        probe::check_slot(server, &database.database, &slot.publication_name, &slot.slot_name)?;
        Ok(server.databases.get(&database.database).cloned().unwrap_or_default())
    });
    checked.map_err(|problem| problem.fault())
}

/// Saves a checked database with its slot, which is active whatever was sent (rule 22).
pub(crate) fn insert(
    account: &mut Account,
    outside: &mut Outside,
    database: Database,
    slot: &SlotNames,
) -> Uuid {
    let id = database.id;
    account.databases.push(database);
    account.slots.push(Slot {
        id: outside.new_id(),
        database_id: id,
        slot_name: slot.slot_name.clone(),
        publication_name: slot.publication_name.clone(),
        status: "active".to_owned(),
        annotations: json!({}),
        partition_count: 1,
    });
    id
}

/// A database before anything is known of it.
pub(crate) fn blank(id: Uuid) -> Database {
    Database {
        id,
        name: String::new(),
        hostname: String::new(),
        port: 5432,
        database: String::new(),
        username: String::new(),
        password: String::new(),
        ssl: false,
        ipv6: false,
        use_local_tunnel: false,
        pool_size: 10,
        annotations: json!({}),
        primary: None,
        tables: Vec::new(),
    }
}

/// The database's own slot with the changes; the id that was sent is not compared.
fn changed_slot(
    account: &Account,
    database: Uuid,
    params: &Map<String, Value>,
) -> Result<Option<Slot>, Fault> {
    let Some(slot) = account.slot_of(database) else { return Ok(None) };
    let mut errors = Errors::default();
    let slot = super::replications::cast(slot.clone(), params, &mut errors);
    if errors.is_empty() {
        return Ok(Some(slot));
    }
    let errors = json!({"replication_slots": errors.into_fields()});
    Err(Fault::Validation { summary: Some("Validation failed".to_owned()), errors, code: None })
}

/// Puts parameters into a database record, noting what does not fit.
pub(crate) fn cast(mut database: Database, params: &Map<String, Value>) -> (Database, Errors) {
    let mut errors = Errors::default();
    for (field, stored) in [
        ("name", &mut database.name),
        ("hostname", &mut database.hostname),
        ("database", &mut database.database),
        ("username", &mut database.username),
        ("password", &mut database.password),
    ] {
        if let Some(value) = params.get(field) {
            errors.text(field, Some(value)).as_str().unwrap_or_default().clone_into(stored);
        }
        errors.present(field, &Value::String(stored.clone()));
    }
    for (field, stored) in [
        ("ssl", &mut database.ssl),
        ("ipv6", &mut database.ipv6),
        ("use_local_tunnel", &mut database.use_local_tunnel),
    ] {
        if let Some(flag) = errors.flag(field, params.get(field)).as_bool() {
            *stored = flag;
        }
    }
    for (field, stored) in [("port", &mut database.port), ("pool_size", &mut database.pool_size)] {
        if let Some(number) = errors.integer(field, params.get(field)).as_i64() {
            *stored = number;
        }
    }
    errors.at_least("port", &json!(database.port), 0);
    errors.at_most("port", &json!(database.port), 65_535);
    errors.at_least("pool_size", &json!(database.pool_size), 1);
    if let annotations @ Value::Object(_) = errors.object("annotations", params.get("annotations")) {
        database.annotations = annotations;
    }
    match params.get("primary") {
        Some(Value::Object(primary)) => {
            let mut inner = Errors::default();
            for field in ["hostname", "database", "username", "password"] {
                let value = inner.text(field, primary.get(field));
                inner.present(field, &value);
            }
            errors.nest("primary", inner);
            database.primary = Some(primary.clone());
        }
        Some(Value::Null) => database.primary = None,
        _ => {}
    }
    if errors.is_empty() && database.hostname.contains("pooler.supabase") {
        errors.add(
            "hostname",
            "Supabase pooled connections are not supported. Please use a direct connection.",
        );
    }
    if !database.name.is_empty() {
        errors.name(&json!(database.name));
    }
    (database, errors)
}

/// The last checks before saving: fields, then the limits of the vendor's own tables (rule 23).
pub(crate) fn check(account: &Account, database: &Database, mut errors: Errors) -> Result<(), Fault> {
    if errors.is_empty() {
        errors.annotations(&database.annotations);
    }
    let taken = |other: &Database| other.name == database.name && other.id != database.id;
    if errors.is_empty() && account.databases.iter().any(taken) {
        errors.add("name", "Database name must be unique");
    }
    if errors.is_empty() { Ok(()) } else { Err(Fault::fields(errors.into_fields())) }
}

/// A database as these routes show it; the password of a primary is never shown.
fn render(account: &Account, database: &Database, sensitive: bool) -> Value {
    let slots = account.slots.iter().filter(|slot| slot.database_id == database.id).take(1).map(|slot| {
        json!({
            "id": slot.id.to_string(),
            "publication_name": slot.publication_name,
            "slot_name": slot.slot_name,
            "status": slot.status,
        })
    });
    let mut shown = json!({
        "id": database.id.to_string(),
        "name": database.name,
        "hostname": database.hostname,
        "port": database.port,
        "database": database.database,
        "username": database.username,
        "password": if sensitive { database.password.clone() } else { obfuscate(&database.password) },
        "ssl": database.ssl,
        "ipv6": database.ipv6,
        "use_local_tunnel": database.use_local_tunnel,
        "pool_size": database.pool_size,
        "queue_interval": 1000,
        "queue_target": 50,
        "replication_slots": slots.collect::<Vec<_>>(),
    });
    if let (Some(primary), Value::Object(shown)) = (&database.primary, &mut shown) {
        let of = |key: &str| primary.get(key).cloned();
        let primary = json!({
            "hostname": of("hostname"),
            "port": of("port").unwrap_or(json!(5432)),
            "database": of("database"),
            "username": of("username"),
            "ssl": of("ssl").unwrap_or(json!(false)),
            "ipv6": of("ipv6").unwrap_or(json!(false)),
        });
        shown.insert("primary".to_owned(), primary);
    }
    shown
}
