//! `/postgres_replications`: the slots by themselves (rules 39 and 40).

use serde_json::{Map, Value, json};

use super::changeset::{Errors, path_uuid};
use super::databases;
use super::error::{Fault, Outcome, Reply};
use super::probe;
use super::request::Call;
use super::state::{Account, Database, Slot};

/// Top-level words a create body may hold. The vendor turns keys into known words and falls over others.
const WORDS: [&str; 9] = [
    "slot_name",
    "publication_name",
    "postgres_database_id",
    "postgres_database",
    "status",
    "annotations",
    "partition_count",
    "id",
    "account_id",
];

#[expect(clippy::unnecessary_wraps, reason = "all routes have one type")]
pub(crate) fn list(call: &mut Call<'_>) -> Outcome {
    let account = &*call.account;
    Ok(Reply::ok(json!({"data": account.slots.iter().map(|slot| render(account, slot)).collect::<Vec<_>>()})))
}

pub(crate) fn show(call: &mut Call<'_>) -> Outcome {
    let slot = get(call.account, call.target())?;
    // The information would come from Postgres, but nothing asks for it (rule 40).
    Ok(Reply::ok(json!({"postgres_replication": render(call.account, slot), "info": null})))
}

pub(crate) fn create(call: &mut Call<'_>) -> Outcome {
    if call.params.keys().any(|key| !WORDS.contains(&key.as_str())) {
        return Err(Fault::Framework(500));
    }
    let mut errors = Errors::default();
    let blank = Slot {
        id: call.outside.new_id(),
        database_id: uuid::Uuid::nil(),
        slot_name: String::new(),
        publication_name: String::new(),
        status: "active".to_owned(),
        annotations: json!({}),
        partition_count: 1,
    };
    let mut params = call.params.clone();
    params.remove("status");
    let mut slot = cast(blank, &params, &mut errors);
    let nested = match params.get("postgres_database") {
        Some(Value::Object(fields)) => {
            let (database, inner) = databases::cast(databases::blank(call.outside.new_id()), fields);
            errors.nest("postgres_database", inner);
            Some(database)
        }
        _ => None,
    };
    errors.changeset()?;
    let (database, is_new) = chosen_database(call.account, &params, nested)?;
    let tables = verify(call, &database, &slot)?;
    slot.database_id = database.id;
    let twin = |other: &Slot| other.slot_name == slot.slot_name && other.database_id == slot.database_id;
    if call.account.slots.iter().any(twin) {
        return Err(Fault::field("slot_name", "has already been taken"));
    }
    if is_new {
        databases::check(call.account, &database, Errors::default())?;
        call.account.databases.push(Database { tables, ..database });
    }
    let shown = render(call.account, &slot);
    call.account.slots.push(slot);
    Ok(Reply::ok(shown))
}

pub(crate) fn update(call: &mut Call<'_>) -> Outcome {
    if call.params.contains_key("postgres_database_id") {
        return Err(Fault::Validation {
            summary: Some("Cannot update postgres_database_id".to_owned()),
            errors: json!({"base": ["Updating postgres_database_id is not allowed"]}),
            code: None,
        });
    }
    let slot = get(call.account, call.target())?.clone();
    let mut errors = Errors::default();
    let changed = cast(slot, &call.params, &mut errors);
    errors.changeset()?;
    call.account
        .slots
        .iter_mut()
        .filter(|slot| slot.id == changed.id)
        .for_each(|slot| *slot = changed.clone());
    Ok(Reply::ok(render(call.account, &changed)))
}

pub(crate) fn delete(call: &mut Call<'_>) -> Outcome {
    let id = get(call.account, call.target())?.id;
    let account = &mut *call.account;
    let in_use = account.sinks.iter().any(|sink| sink.slot_id == id)
        || account.wal_pipelines.iter().any(|pipeline| pipeline.slot_id == id);
    // Nothing checks for users of the slot, so the foreign key raises.
    if in_use {
        return Err(Fault::Framework(500));
    }
    account.slots.retain(|slot| slot.id != id);
    Ok(Reply::ok(json!({"id": id.to_string(), "deleted": true})))
}

/// Puts parameters into a slot, noting what does not fit.
pub(crate) fn cast(mut slot: Slot, params: &Map<String, Value>, errors: &mut Errors) -> Slot {
    for (field, stored) in
        [("publication_name", &mut slot.publication_name), ("slot_name", &mut slot.slot_name)]
    {
        if let Some(value) = params.get(field) {
            errors.text(field, Some(value)).as_str().unwrap_or_default().clone_into(stored);
        }
        errors.present(field, &Value::String(stored.clone()));
    }
    if let Some(status) = errors.one_of("status", params.get("status"), &["active", "disabled"]).as_str() {
        status.clone_into(&mut slot.status);
    }
    if let annotations @ Value::Object(_) = errors.object("annotations", params.get("annotations")) {
        errors.annotations(&annotations);
        slot.annotations = annotations;
    }
    if let Some(count) = errors.integer("partition_count", params.get("partition_count")).as_i64() {
        slot.partition_count = count;
    }
    slot
}

fn get<'a>(account: &'a Account, id: &str) -> Result<&'a Slot, Fault> {
    let id = path_uuid(id)?;
    account.slot(id).ok_or(Fault::NotFound("pg replication"))
}

/// The database a new slot is for, and whether it is to be made with it.
fn chosen_database(
    account: &Account,
    params: &Map<String, Value>,
    nested: Option<Database>,
) -> Result<(Database, bool), Fault> {
    if let Some(id) = params.get("postgres_database_id") {
        let wanted = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
        let found = account.database(&wanted).cloned();
        return found
            .map(|database| (database, false))
            .map_err(|_| Fault::rule(format!("Database with id {wanted} not found")));
    }
    nested
        .map(|database| (database, true))
        .ok_or_else(|| Fault::rule("Missing postgres_database_id or postgres_database"))
}

fn verify(
    call: &Call<'_>,
    database: &Database,
    slot: &Slot,
) -> Result<Vec<std::sync::Arc<super::postgres::Table>>, Fault> {
    let Ok(server) = probe::connect(call.outside, database) else {
        return Err(Fault::rule(
            "Error connecting to the database to verify the existence of the replication slot.",
        ));
    };
    if !server.slots.contains_key(&slot.slot_name) {
        return Err(Fault::rule(format!("Replication slot `{}` does not exist", slot.slot_name)));
    }
    if !server.publications.contains(&slot.publication_name) {
        return Err(Fault::rule(format!("Publication `{}` does not exist", slot.publication_name)));
    }
    Ok(server.databases.get(&database.database).cloned().unwrap_or_default())
}

fn render(account: &Account, slot: &Slot) -> Value {
    json!({
        "id": slot.id.to_string(),
        "publication_name": slot.publication_name,
        "slot_name": slot.slot_name,
        "account_id": account.id.to_string(),
        "postgres_database_id": slot.database_id.to_string(),
    })
}
