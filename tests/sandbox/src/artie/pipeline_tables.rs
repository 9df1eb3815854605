//! The tables of a pipeline: new ones, changed ones, and how they are shown.

use serde_json::{Map, Value, json};

use super::backfill::Backfill;
use super::reply::Fault;
use super::shape::{flag, id, inner, text};
use super::state::{Stamps, Status, Table};
use super::time::seconds;
use super::world::Outside;

/// The tables of a new pipeline. Their uuids are the vendor's to give.
pub(crate) fn fresh(outside: &mut Outside, tables: Vec<Map<String, Value>>) -> Vec<Table> {
    tables.into_iter().map(|fields| build(outside, fields)).collect()
}

/// The tables after an update: those with a known uuid or name stay what they are, those left out are gone.
pub(crate) fn merged(
    outside: &mut Outside,
    old: &[Table],
    tables: Vec<Map<String, Value>>,
) -> Result<Vec<Table>, Fault> {
    let mut merged = Vec::with_capacity(tables.len());
    for fields in tables {
        let known =
            match id(&fields, "uuid") {
                Some(uuid) => {
                    let found = old.iter().find(|table| table.uuid == uuid);
                    Some(found.ok_or_else(|| {
                        Fault::bad(format!("table {uuid} does not belong to this pipeline"))
                    })?)
                }
                None => {
                    let (schema, name) = (text(&fields, "schema"), text(&fields, "name"));
                    old.iter().find(|table| table.is_called(schema, name))
                }
            };
        let mut table = build(outside, fields);
        if let Some(known) = known {
            let renamed = !known.is_called(text(&table.fields, "schema"), text(&table.fields, "name"));
            table.uuid = known.uuid;
            table.stamps.created = known.stamps.created;
            if !renamed {
                (table.deployed, table.backfill, table.history) =
                    (known.deployed, known.backfill, known.history);
            }
        }
        merged.push(table);
    }
    Ok(merged)
}

fn build(outside: &mut Outside, mut fields: Map<String, Value>) -> Table {
    fields.remove("uuid");
    fields.remove("status");
    Table {
        uuid: outside.new_id(),
        fields,
        deployed: false,
        backfill: Backfill::None,
        history: Backfill::None,
        stamps: Stamps::at(outside.now()),
    }
}

/// A table as the vendor shows it. The words for its status are not published.
pub(crate) fn render(pipeline: Status, table: &Table) -> Value {
    let history = flag(&table.fields, "enableHistoryMode");
    let settings = inner(&table.fields, "advancedSettings");
    let alias = settings.map(|settings| text(settings, "alias")).filter(|alias| !alias.is_empty());
    let status = |backfill: Backfill| match (table.deployed, pipeline) {
        (false, _) | (_, Status::Draft) => "",
        (true, Status::Running) if backfill.is_running() => "backfilling",
        (true, Status::Running) => "streaming",
        (true, Status::Paused | Status::TransferPaused) => "paused",
    };
    json!({
        "uuid": table.uuid.to_string(),
        "name": text(&table.fields, "name"),
        "schema": text(&table.fields, "schema"),
        "enableHistoryMode": history,
        "disableReplication": flag(&table.fields, "disableReplication"),
        "individualDeployment": flag(&table.fields, "individualDeployment"),
        "status": status(table.backfill),
        "backfillStage": table.backfill.stage(),
        "historyTableStatus": if history { status(table.history) } else { "" },
        "historyTableBackfillStage": table.history.stage(),
        "destinationTableName": alias.unwrap_or_else(|| text(&table.fields, "name")),
        "advancedSettings": settings.cloned().unwrap_or_default(),
        "createdAt": seconds(table.stamps.created),
        "updatedAt": seconds(table.stamps.updated),
    })
}
