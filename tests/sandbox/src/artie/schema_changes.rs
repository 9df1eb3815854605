//! The search for tables a source has got since (rule 118).

use jiff::Timestamp;
use regex_lite::Regex;
use serde_json::{Map, Value, json};

use super::backfill::Backfill;
use super::reach::Target;
use super::shape::{flag, id, inner, text};
use super::state::{Account, Pipeline, Stamps, Status, Table};
use super::world::Outside;
use crate::clock::later;

/// Ends the searches whose time has come. New tables join pipelines that take them by themselves.
pub(crate) fn advance(account: &mut Account, outside: &mut Outside, now: Timestamp) {
    for at in 0..account.pipelines.len() {
        let Some(pipeline) = account.pipelines.get(at) else { continue };
        let Some(done) = pipeline.detection.filter(|done| *done <= now) else { continue };
        let new = discovered(account, outside, pipeline);
        let takes = outside.settings.backfill;
        let tables: Vec<Table> = new
            .into_iter()
            .map(|fields| Table {
                uuid: outside.new_id(),
                fields,
                deployed: true,
                backfill: Backfill::Waiting(takes),
                history: Backfill::None,
                stamps: Stamps::at(done),
            })
            .collect();
        let Some(pipeline) = account.pipelines.get_mut(at) else { continue };
        pipeline.detection = None;
        for mut table in tables {
            if pipeline.status == Status::Running {
                table.backfill = Backfill::Running(later(done, takes));
            }
            // A draft takes them along with all others.
            if pipeline.status == Status::Draft {
                table.deployed = false;
                table.backfill = Backfill::None;
            }
            pipeline.tables.push(table);
        }
    }
}

/// The tables to add: of schemas the pipeline reads already, and not to be ignored.
fn discovered(account: &Account, outside: &Outside, pipeline: &Pipeline) -> Vec<Map<String, Value>> {
    let none = Map::new();
    let settings = inner(&pipeline.fields, "advancedSettings").unwrap_or(&none);
    let history = flag(settings, "autoEnableHistoryForNewTables");
    if !history && !flag(settings, "autoReplicateNewTables") {
        return Vec::new();
    }
    let reader = id(&pipeline.fields, "sourceReaderUUID").and_then(|uuid| account.reader(uuid));
    let Some(reader) = reader else { return Vec::new() };
    let Some(connector) = account.connector(reader.connector) else { return Vec::new() };
    let Ok(Some(server)) = Target::saved(connector).connect(outside) else { return Vec::new() };
    let Some(database) = server.find(text(&reader.fields, "database")) else { return Vec::new() };
    let ignored = match text(settings, "autoReplicateIgnoreRegex") {
        "" => None,
        pattern => Regex::new(pattern).ok(),
    };
    let reads = |schema: &str| pipeline.tables.iter().any(|table| text(&table.fields, "schema") == schema);
    let has = |schema: &str, name: &str| pipeline.tables.iter().any(|table| table.is_called(schema, name));
    let tables = database.tables.iter().filter(|table| !table.is_view && reads(&table.schema));
    tables
        .filter(|table| !has(&table.schema, &table.name))
        .filter(|table| !ignored.as_ref().is_some_and(|ignored| ignored.is_match(&table.name)))
        .map(|table| {
            let fields = json!({"name": table.name, "schema": table.schema, "enableHistoryMode": history});
            fields.as_object().cloned().unwrap_or_default()
        })
        .collect()
}
