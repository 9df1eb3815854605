//! Databases of a configuration (rules 92 and 94).

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::config_apply::{Action, Stop, text};
use super::database_params::SlotNames;
use super::error::Fault;
use super::state::{Account, Database};
use super::world::Outside;
use super::{databases, probe};
use crate::clock::{later, millis_between};

/// Adds a database once it answers, with what is to be made in Postgres afterwards; or changes a known one.
pub(crate) fn upsert_database(
    account: &mut Account,
    outside: &mut Outside,
    entry: &Map<String, Value>,
    started: Timestamp,
) -> Result<Vec<Action>, Stop> {
    let Some(name) = text(entry, "name") else {
        return Err(Fault::bad_request("Database name is required for each database").into());
    };
    let existing = account.databases.iter().find(|database| database.name == name).cloned();
    refuse_renames(account, entry, existing.as_ref())?;
    if let Some(existing) = existing {
        let (database, errors) = databases::cast(existing, entry);
        databases::check(account, &database, errors).map_err(|fault| {
            Fault::bad_request(format!("Error updating database '{name}': {}", fault.message()))
        })?;
        if let Some(stored) = account.database_mut(database.id) {
            *stored = database;
        }
        return Ok(Vec::new());
    }
    let failed =
        |fault: &Fault| Fault::bad_request(format!("Error creating database '{name}': {}", fault.message()));
    let mut params = entry.clone();
    for (key, default) in
        [("username", json!("postgres")), ("password", json!("postgres")), ("port", json!(5432))]
    {
        params.entry(key).or_insert(default);
    }
    let (database, errors) = databases::cast(databases::blank(outside.new_id()), &params);
    databases::check(account, &database, errors).map_err(|fault| failed(&fault))?;
    await_database(outside, entry, &database, started)?;
    let slot_name =
        part_name(entry, "slot").ok_or_else(|| failed(&Fault::rule("`slot` is not specified")))?;
    let publication_name = part_name(entry, "publication")
        .ok_or_else(|| failed(&Fault::rule("`publication` is not specified")))?;
    let mut actions = Vec::new();
    if creates(entry, "publication") {
        actions.push(Action::Publication { database: database.id, name: publication_name.clone() });
    }
    if creates(entry, "slot") {
        actions.push(Action::Slot { database: database.id, name: slot_name.clone() });
    }
    let server = probe::connect(outside, &database).map_err(|problem| problem.fault())?;
    let missing = if !creates(entry, "slot") && !server.slots.contains_key(&slot_name) {
        Some(format!("Replication slot `{slot_name}` does not exist"))
    } else if !creates(entry, "publication") && !server.publications.contains(&publication_name) {
        Some(format!("Publication `{publication_name}` does not exist"))
    } else {
        None
    };
    if let Some(missing) = missing {
        return Err(Fault::bad_request(format!(
            "Error creating replication slot for database '{name}': {missing}"
        ))
        .into());
    }
    let tables = server.databases.get(&database.database).cloned().unwrap_or_default();
    let names = SlotNames { slot_name, publication_name };
    databases::insert(account, outside, Database { tables, ..database }, &names);
    Ok(actions)
}

/// Slot and publication of a known database are not changed here.
fn refuse_renames(
    account: &Account,
    entry: &Map<String, Value>,
    existing: Option<&Database>,
) -> Result<(), Fault> {
    for part in ["publication", "slot"] {
        let flat = format!("{part}_name");
        if entry.contains_key(part) && entry.contains_key(&flat) {
            return Err(Fault::rule(format!(
                "Invalid database configuration: `{part}` and `{flat}` are both specified. Only `{part}` should be used."
            )));
        }
    }
    let Some(slot) = existing.and_then(|database| account.slot_of(database.id)) else { return Ok(()) };
    for (part, label, word, current) in [
        ("slot", "replication slot", "slot", &slot.slot_name),
        ("publication", "publication", "publication", &slot.publication_name),
    ] {
        if let Some(name) = part_name(entry, part).filter(|name| name != current) {
            return Err(Fault::rule(format!(
                "Updating a database's {label} is not supported. You can update in the Sequin web console. (Current {word} name: {current}, new {word} name: {name})"
            )));
        }
    }
    Ok(())
}

/// The name of a slot or publication, nested or in the older flat form.
fn part_name(entry: &Map<String, Value>, part: &str) -> Option<String> {
    let nested = entry.get(part).and_then(|nested| nested.get("name")).and_then(Value::as_str);
    nested.or_else(|| text(entry, &format!("{part}_name"))).map(str::to_owned)
}

fn creates(entry: &Map<String, Value>, part: &str) -> bool {
    entry.get(part).and_then(|nested| nested.get("create_if_not_exists")) == Some(&Value::Bool(true))
}

/// Gives a new database some time to answer.
fn await_database(
    outside: &Outside,
    entry: &Map<String, Value>,
    database: &Database,
    started: Timestamp,
) -> Result<(), Stop> {
    if probe::connect(outside, database).is_ok() {
        return Ok(());
    }
    let setting = |key: &str, default: u64| {
        let given = entry.get("await_database").and_then(|settings| settings.get(key));
        given.and_then(Value::as_u64).unwrap_or(default)
    };
    let (timeout, interval) = (setting("timeout_ms", 30_000), setting("interval_ms", 3_000).max(1));
    let deadline = later(started, Duration::from_millis(timeout));
    if outside.now() < deadline {
        let left = millis_between(outside.now(), deadline).max(1);
        return Err(Stop::Wait(Duration::from_millis(interval.min(left))));
    }
    Err(Fault::Summary(
        502,
        format!(
            "[customer_postgres]: Failed to connect to database '{}' after {timeout}ms. Please check your database credentials.",
            database.name
        ),
    )
    .into())
}
