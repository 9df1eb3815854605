//! `/pipelines`: saving and showing them. Nothing here is deployed (rules 98–100, 104 and 105).

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::connector_config::{is_destination, is_source};
use super::pipeline_rules;
use super::pipeline_tables;
use super::reply::{Fault, Outcome, Reply};
use super::request::Call;
use super::shape::{Kind, id, need, read, text};
use super::shapes::{PIPELINE, READER, TYPES};
use super::state::{Account, Pipeline, Stamps, Status, Table, find, find_mut};
use super::time::{optional, seconds};
use super::{connectors, readers};

/// Light ones: neither tables nor settings.
#[expect(clippy::unnecessary_wraps, reason = "all routes have one type")]
pub(crate) fn list(call: &mut Call<'_>) -> Outcome {
    let account = &*call.account;
    let items: Vec<Value> = account.pipelines.iter().map(|pipeline| light(account, pipeline)).collect();
    Ok(Reply::ok(json!({"items": items})))
}

/// The pipeline itself, or as one of four fields when its relations are wanted too (rule 105).
pub(crate) fn show(call: &mut Call<'_>) -> Outcome {
    let (account, outside) = (&*call.account, &*call.outside);
    let pipeline = find(&account.pipelines, &call.target)?;
    let shown = render(account, pipeline);
    if !matches!(call.query.get("includeRelatedObjects").map(String::as_str), Some("true" | "1")) {
        return Ok(Reply::ok(shown));
    }
    let reader = id(&pipeline.fields, "sourceReaderUUID").and_then(|uuid| account.reader(uuid));
    let connector =
        |uuid: Uuid| account.connector(uuid).map(|connector| connectors::render(account, outside, connector));
    let mut all = json!({
        "pipeline": shown,
        "sourceReader": reader.map(|reader| readers::render(account, outside, reader)),
        "sourceConnector": reader.and_then(|reader| connector(reader.connector)),
    });
    if let Some(destination) = id(&pipeline.fields, "destinationUUID").and_then(connector) {
        all["destinationConnector"] = destination;
    }
    Ok(Reply::ok(all))
}

/// A new pipeline is a draft (rule 100).
pub(crate) fn create(call: &mut Call<'_>) -> Outcome {
    let (fields, tables) = payload(call.account, call.object()?)?;
    let now = call.outside.now();
    let pipeline = Pipeline {
        uuid: call.outside.new_id(),
        status: Status::Draft,
        source_kind: source_kind(call.account, &fields),
        tables: pipeline_tables::fresh(call.outside, tables),
        fields,
        undeployed: true,
        deploy: None,
        detection: None,
        last_deployed: None,
        stamps: Stamps::at(now),
    };
    let shown = render(call.account, &pipeline);
    call.account.pipelines.push(pipeline);
    Ok(Reply::ok(shown))
}

/// Saves only: a start deploys it (rule 104).
pub(crate) fn update(call: &mut Call<'_>) -> Outcome {
    find(&call.account.pipelines, &call.target)?;
    let body = call.object()?.clone();
    let saved = prepare(call, &body)?;
    let shown = render(call.account, &saved);
    *find_mut(&mut call.account.pipelines, &call.target)? = saved;
    Ok(Reply::ok(shown))
}

/// Both or neither.
pub(crate) fn update_with_source_reader(call: &mut Call<'_>) -> Outcome {
    find(&call.account.pipelines, &call.target)?;
    let body = call.object()?.clone();
    let saved = prepare(call, &body)?;
    let Some(Value::Object(reader)) = body.get("sourceReader") else {
        return Err(Fault::bad("sourceReader is required"));
    };
    let fields = read(READER, reader, "sourceReader")?;
    let uuid = id(&fields, "uuid").ok_or_else(|| Fault::bad("uuid is required"))?;
    if !saved.refers("sourceReaderUUID", uuid) {
        return Err(Fault::bad("sourceReader is not the pipeline's source reader"));
    }
    let reader = readers::prepare(call.account, call.outside, &uuid.to_string(), fields)?;
    readers::replace(call.account, reader.clone());
    *find_mut(&mut call.account.pipelines, &call.target)? = saved.clone();
    Ok(Reply::ok(json!({
        "pipeline": render(call.account, &saved),
        "sourceReader": readers::render(call.account, call.outside, &reader),
    })))
}

pub(crate) fn delete(call: &mut Call<'_>) -> Outcome {
    let uuid = find(&call.account.pipelines, &call.target)?.uuid;
    call.account.pipelines.retain(|pipeline| pipeline.uuid != uuid);
    Ok(Reply::empty())
}

/// A draft to be completed: what it needs and was not given is made empty.
pub(crate) fn create_from_source(call: &mut Call<'_>) -> Outcome {
    let fields = [
        ("sourceType", Kind::Word(&TYPES)),
        ("sourceConnectorUUID", Kind::Id),
        ("destinationType", Kind::Word(&TYPES)),
        ("environmentUUID", Kind::Id),
        ("dataPlaneName", Kind::Text),
    ];
    let body = read(&fields, call.object()?, "")?;
    let known = match id(&body, "sourceConnectorUUID") {
        Some(uuid) => {
            let found = call.account.connector(uuid);
            Some(found.ok_or_else(|| Fault::bad("sourceConnectorUUID names no connector"))?.clone())
        }
        None => None,
    };
    let kind =
        known.as_ref().map_or_else(|| text(&body, "sourceType").to_owned(), |known| known.kind.clone());
    if !is_source(&kind) {
        return Err(Fault::bad("sourceType or sourceConnectorUUID of a source is required"));
    }
    let wanted = text(&body, "destinationType").to_owned();
    if !wanted.is_empty() && !is_destination(&wanted) {
        return Err(Fault::bad(format!("connectors of type {wanted} cannot be loaded into")));
    }
    let mut unconfigured = |kind: &str| {
        let fields = json!({"type": kind, "label": format!("New {kind}")});
        let connector = connectors::build(call.outside, fields.as_object().cloned().unwrap_or_default());
        let uuid = connector.uuid;
        call.account.connectors.push(connector);
        uuid
    };
    let source = known.map_or_else(|| unconfigured(&kind), |known| known.uuid);
    let destination = (!wanted.is_empty()).then(|| unconfigured(&wanted));
    let name = if wanted.is_empty() { kind } else { format!("{kind} to {wanted}") };
    let mut reader = json!({"connectorUUID": source.to_string(), "name": format!("{name} reader")});
    let mut pipeline = json!({"name": name});
    if let Some(plane) = body.get("dataPlaneName") {
        reader["dataPlaneName"] = plane.clone();
        pipeline["dataPlaneName"] = plane.clone();
    }
    let reader = readers::build(call.outside, source, reader.as_object().cloned().unwrap_or_default());
    pipeline["sourceReaderUUID"] = json!(reader.uuid.to_string());
    if let Some(destination) = destination {
        pipeline["destinationUUID"] = json!(destination.to_string());
    }
    call.account.readers.push(reader);
    call.body = Some(json!({"pipeline": pipeline}));
    create(call)
}

/// A pipeline as it will be after an update.
fn prepare(call: &mut Call<'_>, body: &Map<String, Value>) -> Result<Pipeline, Fault> {
    let (fields, tables) = payload(call.account, body)?;
    let mut saved = find(&call.account.pipelines, &call.target)?.clone();
    saved.tables = pipeline_tables::merged(call.outside, &saved.tables, tables)?;
    saved.source_kind = source_kind(call.account, &fields);
    saved.fields = fields;
    saved.undeployed = true;
    saved.stamps.updated = call.outside.now();
    Ok(saved)
}

/// The fields of a pipeline apart from its tables, and these.
type Payload = (Map<String, Value>, Vec<Map<String, Value>>);

/// The `pipeline` of a body.
fn payload(account: &Account, body: &Map<String, Value>) -> Result<Payload, Fault> {
    let pipeline = match body.get("pipeline") {
        Some(Value::Object(pipeline)) => pipeline,
        None | Some(Value::Null) => return Err(Fault::bad("pipeline is required")),
        Some(_) => return Err(Fault::bad("pipeline must be an object")),
    };
    let mut fields = read(PIPELINE, pipeline, "pipeline")?;
    need(&fields, "name")?;
    need(&fields, "sourceReaderUUID")?;
    let tables: Vec<Map<String, Value>> = match fields.remove("tables") {
        Some(Value::Array(tables)) => {
            tables.into_iter().filter_map(|table| table.as_object().cloned()).collect()
        }
        _ => Vec::new(),
    };
    pipeline_rules::check(account, &fields, tables.iter())?;
    Ok((fields, tables))
}

fn source_kind(account: &Account, fields: &Map<String, Value>) -> String {
    let reader = id(fields, "sourceReaderUUID").and_then(|uuid| account.reader(uuid));
    let connector = reader.and_then(|reader| account.connector(reader.connector));
    connector.map(|connector| connector.kind.clone()).unwrap_or_default()
}

fn light(account: &Account, pipeline: &Pipeline) -> Value {
    let running = |table: &Table| table.backfill.is_running() || table.history.is_running();
    let field = |name: &str| pipeline.fields.get(name).cloned().unwrap_or(Value::Null);
    let plane = pipeline.fields.get("dataPlaneName").cloned();
    json!({
        "uuid": pipeline.uuid.to_string(),
        "companyUUID": account.company.to_string(),
        "environmentUUID": account.environment.to_string(),
        "dataPlaneName": plane.unwrap_or_else(|| json!(account.data_plane)),
        "name": pipeline.name(),
        "status": pipeline.status.name(),
        "isDeploying": pipeline.deploy.is_some(),
        "hasUndeployedChanges": pipeline.undeployed,
        "hasBackfillingTables": pipeline.tables.iter().any(running),
        "sourceType": pipeline.source_kind,
        "sourceReaderUUID": field("sourceReaderUUID"),
        "destinationUUID": field("destinationUUID"),
        "columnHashingSaltUUID": field("columnHashingSaltUUID"),
        "encryptionKeyUUID": field("encryptionKeyUUID"),
        "snowflakeEcoScheduleUUID": field("snowflakeEcoScheduleUUID"),
        "createdAt": seconds(pipeline.stamps.created),
        "lastUpdatedAt": seconds(pipeline.stamps.updated),
        "lastDeployedAt": optional(pipeline.last_deployed),
    })
}

/// The pipeline with tables and settings.
pub(crate) fn render(account: &Account, pipeline: &Pipeline) -> Value {
    let mut shown = light(account, pipeline);
    let object = |name: &str| pipeline.fields.get(name).cloned().unwrap_or_else(|| json!({}));
    let tables = pipeline.tables.iter().map(|table| pipeline_tables::render(pipeline.status, table));
    shown["tables"] = tables.collect();
    shown["specificDestCfg"] = object("specificDestCfg");
    shown["advancedSettings"] = object("advancedSettings");
    shown
}
