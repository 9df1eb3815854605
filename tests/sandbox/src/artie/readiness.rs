//! Whether a pipeline can run: its source, its destination, and both together (rules 101, 102 and 106).

use serde_json::{Map, Value};

use super::connector_config::{has_databases, is_destination};
use super::pipeline_rules;
use super::reach::Target;
use super::shape::{flag, id, inner, text};
use super::source_rules::Source;
use super::state::{Account, Pipeline};
use super::world::Outside;

/// Why a pipeline cannot run, if it cannot.
pub(crate) fn ready(account: &Account, outside: &Outside, pipeline: &Pipeline) -> Result<(), String> {
    let fields = &pipeline.fields;
    let tables: Vec<_> = pipeline.tables.iter().map(|table| &table.fields).collect();
    pipeline_rules::check(account, fields, tables.iter().copied()).map_err(|fault| fault.error)?;
    if tables.is_empty() && pipeline.source_kind != "api" {
        return Err("the pipeline has no tables".to_owned());
    }
    let reader = id(fields, "sourceReaderUUID").and_then(|uuid| account.reader(uuid));
    let reader = reader.ok_or("the pipeline has no source reader")?;
    let source = Source::of(account, reader)?;
    source.check(outside)?;
    source.check_tables(outside, &tables)?;
    if reader.shared && reader.status != "running" {
        return Err("the shared source reader is not running: deploy it first".to_owned());
    }
    let destination = id(fields, "destinationUUID").ok_or("the pipeline has no destination")?;
    let destination = account.connector(destination).ok_or("the destination connector does not exist")?;
    let none = Map::new();
    check_destination(
        outside,
        &Target::saved(destination),
        inner(fields, "specificDestCfg").unwrap_or(&none),
        inner(fields, "advancedSettings").unwrap_or(&none),
    )
}

/// What is wrong with a pipeline's destination, if anything.
pub(crate) fn check_destination(
    outside: &Outside,
    target: &Target,
    specific: &Map<String, Value>,
    settings: &Map<String, Value>,
) -> Result<(), String> {
    let kind = target.kind.as_str();
    if !is_destination(kind) {
        return Err(format!("connectors of type {kind} cannot be loaded into"));
    }
    let server = target.connect(outside)?;
    let needed: &[&str] = match kind {
        "snowflake" | "mssql" | "redshift" | "databricks" => &["database", "schema"],
        "bigquery" => &["dataset"],
        "s3" | "gcs" | "iceberg" => &["bucketName"],
        _ => &[],
    };
    let same_schema = flag(specific, "useSameSchemaAsSource");
    let lacks = |name: &&&str| {
        let by_source = same_schema && matches!(**name, "schema" | "dataset");
        text(specific, name).is_empty() && !by_source
    };
    if let Some(name) = needed.iter().find(lacks) {
        return Err(format!("specificDestCfg.{name} is required for {kind}"));
    }
    let Some(server) = server else { return Ok(()) };
    let database = text(specific, "database");
    if has_databases(kind) && server.find(database).is_none() {
        return Err(format!("database \"{database}\" does not exist"));
    }
    let turbo = text(settings, "turboWarehouse");
    if !turbo.is_empty() && !server.warehouses.iter().any(|known| server.same(known, turbo)) {
        return Err(format!("warehouse \"{turbo}\" does not exist or not authorized"));
    }
    Ok(())
}
