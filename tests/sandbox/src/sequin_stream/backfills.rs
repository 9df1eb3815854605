//! `/sinks/{sink}/backfills`: the routes, and the progress that time brings (rules 55–70).

use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::changeset::path_uuid;
use super::error::{Fault, Outcome, Reply};
use super::ingest::{Change, ingest};
use super::postgres::Table;
use super::request::Call;
use super::sinks::of_path;
use super::state::{Account, Backfill, Sink};
use super::time::{micros, seconds};
use super::world::Outside;
use crate::clock::{later, millis_between};

pub(crate) fn list(call: &mut Call<'_>) -> Outcome {
    let sink = of_path(call)?;
    // Newest first; of two made in one second the greater id leads (rule 67).
    let mut backfills: Vec<&Backfill> =
        call.account.backfills.iter().filter(|backfill| backfill.sink_id == sink.id).collect();
    backfills.sort_by_key(|backfill| std::cmp::Reverse((backfill.inserted_at.as_second(), backfill.id)));
    let shown: Vec<_> = backfills.into_iter().map(|backfill| render(&sink.name, backfill)).collect();
    Ok(Reply::ok(json!({"data": shown})))
}

pub(crate) fn show(call: &mut Call<'_>) -> Outcome {
    let sink = of_path(call)?;
    let id = path_uuid(call.inner())?;
    let mut backfills = call.account.backfills.iter();
    let backfill = backfills
        .find(|backfill| backfill.id == id && backfill.sink_id == sink.id)
        .ok_or(Fault::NotFound("backfill"))?;
    Ok(Reply::ok(render(&sink.name, backfill)))
}

pub(crate) fn create(call: &mut Call<'_>) -> Outcome {
    let mut params = call.params.clone();
    params.remove("sink_id_or_name");
    let reference = params.remove("table").filter(|table| !table.is_null());
    let (sink, name) = of_path(call).map(|sink| (sink.id, sink.name.clone()))?;
    let table = chosen_table(call, reference.as_ref())?;
    let state = read_state(&params)?.unwrap_or_else(|| json!("active"));
    if state.is_null() {
        return Err(Fault::field("state", "can't be blank"));
    }
    let state = known_state(&state)?;
    let id = add(call.account, call.outside, sink, table, None, &state)?;
    let backfill = call.account.backfills.iter().find(|backfill| backfill.id == id);
    Ok(Reply::ok(render(&name, backfill.ok_or(Fault::Framework(500))?)))
}

pub(crate) fn update(call: &mut Call<'_>) -> Outcome {
    let mut params = call.params.clone();
    params.remove("sink_id_or_name");
    params.remove("id");
    let (sink, name) = of_path(call).map(|sink| (sink.id, sink.name.clone()))?;
    let id = path_uuid(call.inner())?;
    let now = call.outside.now();
    let mut backfills = call.account.backfills.iter_mut();
    let backfill = backfills.find(|backfill| backfill.id == id).ok_or(Fault::NotFound("backfill"))?;
    // Another sink's backfill falls through every clause of the vendor's route (rule 68).
    if backfill.sink_id != sink {
        return Err(Fault::Framework(500));
    }
    if let Some(state) = read_state(&params)? {
        if state.is_null() {
            return Err(Fault::field("state", "can't be blank"));
        }
        move_to(backfill, &known_state(&state)?, now)?;
    }
    Ok(Reply::ok(render(&name, backfill)))
}

/// Adds a backfill; a table can have one open backfill per sink (rule 60).
pub(crate) fn add(
    account: &mut Account,
    outside: &mut Outside,
    sink: Uuid,
    table: Arc<Table>,
    sort_column: Option<String>,
    state: &str,
) -> Result<Uuid, Fault> {
    let twin = |other: &Backfill| other.sink_id == sink && other.table.oid == table.oid && is_open(other);
    if matches!(state, "active" | "paused") && account.backfills.iter().any(twin) {
        return Err(Fault::field("sink_consumer_id", "already has an active backfill"));
    }
    let now = outside.now();
    let id = outside.new_id();
    account.backfills.push(Backfill {
        id,
        sink_id: sink,
        table,
        state: state.to_owned(),
        sort_column,
        initial: None,
        processed: 0,
        completed_at: (state == "completed").then_some(now),
        canceled_at: (state == "cancelled").then_some(now),
        inserted_at: now,
        updated_at: now,
        anchor: later(now, outside.settings.backfill_start),
        anchor_rows: 0,
    });
    Ok(id)
}

/// The table of a new backfill (rules 55–57).
fn chosen_table(call: &Call<'_>, reference: Option<&Value>) -> Result<Arc<Table>, Fault> {
    let sink = of_path(call)?;
    let database = call.account.database_of(sink.slot_id).ok_or(Fault::Framework(500))?;
    let Some(reference) = reference else {
        return match sink.source.include_tables.as_deref() {
            Some([only]) => {
                database.table(only).cloned().ok_or_else(|| Fault::rule(format!("Table {only} not found")))
            }
            _ => Err(Fault::rule("Table reference is required")),
        };
    };
    let reference = reference.as_str().ok_or(Fault::Framework(500))?;
    let table =
        database.table(reference).ok_or_else(|| Fault::rule(format!("Table {reference} not found")))?;
    if !sink.source.includes(table) {
        return Err(Fault::rule(format!("Table {reference} not in sink's source configuration")));
    }
    Ok(Arc::clone(table))
}

/// The only key left in a body (rule 58).
fn read_state(params: &Map<String, Value>) -> Result<Option<Value>, Fault> {
    let mut keys: Vec<&String> = params.keys().collect();
    keys.sort_unstable();
    match keys.into_iter().find(|key| *key != "state") {
        Some(unknown) => Err(Fault::rule(format!("Unknown field: {unknown}"))),
        None => Ok(params.get("state").cloned()),
    }
}

/// A state's name; `canceled` with one l is none (rule 65).
fn known_state(value: &Value) -> Result<String, Fault> {
    let known = ["active", "paused", "completed", "cancelled", "failed"];
    let word = value.as_str().filter(|word| known.contains(word));
    word.map(str::to_owned).ok_or_else(|| Fault::field("state", "is invalid"))
}

/// The state machine (rules 63, 64 and 66).
fn move_to(backfill: &mut Backfill, state: &str, now: Timestamp) -> Result<(), Fault> {
    if backfill.state == state {
        return Ok(());
    }
    let allowed: &[&str] = match backfill.state.as_str() {
        "active" => &["paused", "completed", "failed", "cancelled"],
        "paused" => &["active", "cancelled"],
        _ => &[],
    };
    if !allowed.contains(&state) {
        let listed = if allowed.is_empty() { "none".to_owned() } else { allowed.join(", ") };
        return Err(Fault::field(
            "state",
            &format!(
                "Invalid state transition from {} to {state}. Valid transitions: {listed}",
                backfill.state
            ),
        ));
    }
    match state {
        "completed" => backfill.completed_at = Some(now),
        "cancelled" => backfill.canceled_at = Some(now),
        _ => {}
    }
    // Whoever resumes goes on from the row reached.
    backfill.anchor = now.max(backfill.anchor);
    backfill.anchor_rows = backfill.processed;
    state.clone_into(&mut backfill.state);
    backfill.updated_at = now;
    Ok(())
}

/// Lets every active backfill read as far as it would have by now (rules 59, 61 and 62).
pub(crate) fn advance(account: &mut Account, outside: &mut Outside) {
    let now = outside.now();
    let Account { backfills, sinks, .. } = account;
    for backfill in backfills.iter_mut() {
        let estimated = later(backfill.inserted_at, outside.settings.backfill_start) <= now;
        if estimated && backfill.initial.is_none() {
            backfill.initial = Some(backfill.table.estimate.unwrap_or(backfill.table.rows));
        }
        let Some(sink) = sinks.iter_mut().find(|sink| sink.id == backfill.sink_id) else { continue };
        if backfill.state == "active" && sink.status == "active" {
            read_on(backfill, sink, outside, now);
        } else {
            // Time without a reader does not count.
            backfill.anchor = now.max(backfill.anchor);
            backfill.anchor_rows = backfill.processed;
        }
    }
}

fn read_on(backfill: &mut Backfill, sink: &mut Sink, outside: &mut Outside, now: Timestamp) {
    if now < backfill.anchor {
        return;
    }
    if backfill.table.primary_key.is_empty() {
        "failed".clone_into(&mut backfill.state);
        backfill.updated_at = now;
        return;
    }
    let total = backfill.table.rows;
    let rate = backfill.table.rows_per_second.unwrap_or(outside.settings.rows_per_second).max(1);
    let read = millis_between(backfill.anchor, now).saturating_mul(rate) / 1000;
    let reach = backfill.anchor_rows.saturating_add(read).min(total);
    let mut wanted = reach.saturating_sub(backfill.processed);
    if sink.is_stream() {
        // A full store holds the reader up (rule 89).
        let room = u64::try_from(sink.store.room(outside.settings.buffer_limit)).unwrap_or(u64::MAX);
        if room < wanted {
            wanted = room;
            backfill.anchor = now;
            backfill.anchor_rows = backfill.processed + wanted;
        }
        let table = Arc::clone(&backfill.table);
        for row in backfill.processed..backfill.processed + wanted {
            // Rows come with the action `read`, whatever actions the sink wants (rule 70).
            ingest(sink, &table, &Change::read(&table.reference(), table.row(row + 1)), outside);
        }
    }
    if wanted > 0 {
        backfill.processed += wanted;
        backfill.updated_at = now;
        sink.health.seen = true;
    }
    if backfill.processed >= total {
        "completed".clone_into(&mut backfill.state);
        backfill.completed_at = Some(now);
        backfill.updated_at = now;
    }
}

/// Whether a backfill keeps others from its table.
pub(crate) fn is_open(backfill: &Backfill) -> bool {
    matches!(backfill.state.as_str(), "active" | "paused")
}

/// A backfill as shown; both counters always agree.
pub(crate) fn render(sink: &str, backfill: &Backfill) -> Value {
    json!({
        "id": backfill.id.to_string(),
        "sink_consumer": sink,
        "table": backfill.table.reference(),
        "state": backfill.state,
        "sort_column": backfill.sort_column,
        "rows_initial_count": backfill.initial,
        "rows_processed_count": backfill.processed,
        "rows_ingested_count": backfill.processed,
        "completed_at": backfill.completed_at.map(micros),
        "canceled_at": backfill.canceled_at.map(micros),
        "inserted_at": seconds(backfill.inserted_at),
        "updated_at": seconds(backfill.updated_at),
    })
}
