//! How a change in Postgres becomes a message of a pull stream (rules 70, 80 and 81).

use serde_json::{Value, json};
use uuid::Uuid;

use super::postgres::Table;
use super::state::{Account, Sink};
use super::store::Message;
use super::world::Outside;

/// A change of one row.
#[derive(Clone, Debug)]
pub struct Change {
    pub(crate) table: String,
    pub(crate) action: &'static str,
    pub(crate) record: Value,
    pub(crate) changes: Value,
}

impl Change {
    /// A new row. `table` is `schema.table`, or a table of `public`.
    pub fn insert(table: &str, record: Value) -> Self {
        Self { table: table.to_owned(), action: "insert", record, changes: Value::Null }
    }

    /// A changed row, with the previous values of the changed columns.
    pub fn update(table: &str, record: Value, changes: Value) -> Self {
        Self { table: table.to_owned(), action: "update", record, changes }
    }

    /// A deleted row.
    pub fn delete(table: &str, record: Value) -> Self {
        Self { table: table.to_owned(), action: "delete", record, changes: Value::Null }
    }

    /// A row read by a backfill.
    pub fn read(table: &str, record: Value) -> Self {
        Self { table: table.to_owned(), action: "read", record, changes: Value::Null }
    }
}

/// Hands a commit to every sink of a database that wants it. Returns how many took it.
pub(crate) fn commit(account: &mut Account, outside: &mut Outside, database: &str, change: &Change) -> usize {
    let Some(database) = account.databases.iter().find(|known| known.name == database) else { return 0 };
    let Some(table) = database.table(&change.table).cloned() else { return 0 };
    let slots: Vec<Uuid> =
        account.slots.iter().filter(|slot| slot.database_id == database.id).map(|slot| slot.id).collect();
    let mut taken = 0;
    for sink in &mut account.sinks {
        let wanted = slots.contains(&sink.slot_id)
            && sink.status != "disabled"
            && sink.source.includes(&table)
            && sink.actions.iter().any(|action| action == change.action);
        if wanted {
            ingest(sink, &table, change, outside);
            taken += 1;
        }
    }
    taken
}

/// Puts a change into a sink's store. Other destinations have no store here: they have delivered it already.
pub(crate) fn ingest(sink: &mut Sink, table: &Table, change: &Change, outside: &mut Outside) -> Uuid {
    let ack_id = outside.new_id();
    sink.health.seen = true;
    if !sink.is_stream() {
        sink.health.delivered = true;
        return ack_id;
    }
    let values = |columns: &[String]| -> Vec<String> {
        columns.iter().map(|column| plain(change.record.get(column).unwrap_or(&Value::Null))).collect()
    };
    let keys = values(&table.primary_key);
    let reference = table.reference();
    let own = sink.tables.iter().find(|source| source.table == reference && !source.group_columns.is_empty());
    let group = own.map_or_else(|| keys.join(":"), |source| values(&source.group_columns).join(":"));
    let message = Message {
        ack_id,
        lsn: outside.new_lsn(),
        index: 0,
        schema: table.schema.clone(),
        table: table.name.clone(),
        group: (sink.message_grouping && !group.is_empty()).then_some(group),
        action: change.action.to_owned(),
        record: change.record.clone(),
        changes: change.changes.clone(),
        keys,
        committed_at: outside.now(),
        leased_at: None,
    };
    let discard = sink.load_shedding_policy == "discard_on_full";
    sink.store.push(message, outside.settings.buffer_limit, discard);
    ack_id
}

/// A value as it stands in a group id.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => json!(other).to_string(),
    }
}
