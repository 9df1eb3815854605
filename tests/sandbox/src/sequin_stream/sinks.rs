//! `/sinks` (rules 41–54).

use serde_json::{Value, json};
use uuid::Uuid;

use super::error::{Fault, Outcome, Reply};
use super::request::Call;
use super::state::{Account, Sink};
use super::{backfills, health, sink_body, sink_record};

#[expect(clippy::unnecessary_wraps, reason = "all routes have one type")]
pub(crate) fn list(call: &mut Call<'_>) -> Outcome {
    let now = call.outside.now();
    let account = &*call.account;
    let shown: Vec<_> = account.sinks.iter().map(|sink| with_health(account, sink, now)).collect();
    Ok(Reply::ok(json!({"data": shown})))
}

pub(crate) fn show(call: &mut Call<'_>) -> Outcome {
    let sink = call.account.sink(call.target())?;
    Ok(Reply::ok(with_health(call.account, sink, call.outside.now())))
}

pub(crate) fn create(call: &mut Call<'_>) -> Outcome {
    // `initial_backfill` has been validated by now and is then forgotten (rule 52).
    let draft = sink_body::read(call.account, &call.params)?;
    let sink = sink_record::build(call.account, call.outside, draft, None).map_err(sink_record::refusal)?;
    let shown = render(call.account, &sink, false);
    call.account.sinks.push(sink);
    Ok(Reply::ok(shown))
}

pub(crate) fn update(call: &mut Call<'_>) -> Outcome {
    let mut params = call.params.clone();
    params.remove("id_or_name");
    let existing = call.account.sink(call.target())?.clone();
    let draft = sink_body::read(call.account, &params)?;
    let sink = sink_record::build(call.account, call.outside, draft, Some(&existing))
        .map_err(sink_record::refusal)?;
    let shown = render(call.account, &sink, false);
    store_update(call.account, sink);
    Ok(Reply::ok(shown))
}

pub(crate) fn delete(call: &mut Call<'_>) -> Outcome {
    let id = call.account.sink(call.target())?.id;
    remove(call.account, id);
    Ok(Reply::ok(json!({"id": id.to_string(), "deleted": true})))
}

/// Removes a sink with its messages and backfills (rule 53).
fn remove(account: &mut Account, id: Uuid) {
    account.sinks.retain(|sink| sink.id != id);
    account.backfills.retain(|backfill| backfill.sink_id != id);
}

/// Saves a changed sink. Unless it is disabled now, the replication of its slot starts anew and hands out again
/// what was leased (rule 54).
pub(crate) fn store_update(account: &mut Account, sink: Sink) {
    let (slot, restarts) = (sink.slot_id, sink.status != "disabled");
    if let Some(stored) = account.sink_mut(sink.id) {
        *stored = sink;
    }
    if restarts {
        account
            .sinks
            .iter_mut()
            .filter(|sink| sink.slot_id == slot)
            .for_each(|sink| sink.store.release_all());
    }
}

fn with_health(account: &Account, sink: &Sink, now: jiff::Timestamp) -> Value {
    let mut shown = render(account, sink, false);
    if let Value::Object(shown) = &mut shown {
        shown.insert("health".to_owned(), health::render(sink, now));
    }
    shown
}

/// A sink as create, update and the exported config show it: without its health (rule 50).
pub(crate) fn render(account: &Account, sink: &Sink, sensitive: bool) -> Value {
    let database = account.database_of(sink.slot_id);
    // A table that has left Postgres is no longer listed.
    let known = |tables: &Option<Vec<String>>| {
        tables.as_ref().map(|tables| {
            let known = |table: &&String| database.is_none_or(|database| database.table(table).is_some());
            tables.iter().filter(known).cloned().collect::<Vec<_>>()
        })
    };
    let name = |function: &Option<String>| function.clone().unwrap_or_else(|| "none".to_owned());
    let active: Vec<_> = account
        .backfills
        .iter()
        .filter(|backfill| backfill.sink_id == sink.id && backfills::is_open(backfill))
        .map(|backfill| backfills::render(&sink.name, backfill))
        .collect();
    let tables: Vec<_> = sink
        .tables
        .iter()
        .map(|table| match database.and_then(|database| database.table(&table.table)) {
            Some(_) => json!({"name": table.table, "group_column_names": table.group_columns}),
            None => json!({"name": null, "group_column_names": null}),
        })
        .collect();
    json!({
        "id": sink.id.to_string(),
        "name": sink.name,
        "database": database.map(|database| &database.name),
        "status": sink.status,
        "actions": sink.actions,
        "source": {
            "include_schemas": sink.source.include_schemas,
            "exclude_schemas": sink.source.exclude_schemas,
            "include_tables": known(&sink.source.include_tables),
            "exclude_tables": known(&sink.source.exclude_tables),
        },
        "tables": tables,
        "destination": sink.destination.render(account, sensitive),
        "batch_size": sink.batch_size,
        "filter": name(&sink.filter),
        "transform": name(&sink.transform),
        "routing": name(&sink.routing),
        "enrichment": name(&sink.enrichment),
        "timestamp_format": sink.timestamp_format,
        "active_backfills": active,
        "max_retry_count": sink.max_retry_count,
        "load_shedding_policy": sink.load_shedding_policy,
        "message_grouping": sink.message_grouping,
        "annotations": sink.annotations,
    })
}

/// A sink as config/apply answers with it: the record as stored.
pub(crate) fn raw(account: &Account, sink: &Sink) -> Value {
    json!({
        "account_id": account.id.to_string(),
        "ack_wait_ms": 30_000,
        "id": sink.id.to_string(),
        "inserted_at": super::time::seconds(sink.inserted_at),
        "max_ack_pending": 10_000,
        "max_deliver": null,
        "max_waiting": 20,
        "name": sink.name,
        "updated_at": super::time::seconds(sink.inserted_at),
        "status": sink.status,
        "health": null,
        "max_memory_mb": 128,
        "legacy_transform": "none",
        "timestamp_format": sink.timestamp_format,
        "batch_timeout_ms": null,
        "max_retry_count": sink.max_retry_count,
        "load_shedding_policy": sink.load_shedding_policy,
        "message_grouping": sink.message_grouping,
    })
}

/// The sink of a path, for routes below it.
pub(crate) fn of_path<'a>(call: &'a Call<'_>) -> Result<&'a Sink, Fault> {
    call.account.sink(call.target())
}
