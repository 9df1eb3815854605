//! `/source-readers`: the only list that is a bare array (rules 98, 111 and 112).

use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::connector_config::is_source;
use super::reply::{Fault, Outcome, Reply};
use super::request::Call;
use super::shape::{Kind, flag, id, inner, need, need_keys, read, text};
use super::shapes::{READER, READER_STATUSES};
use super::source_rules::{Source, check_settings};
use super::state::{Account, Pipeline, Reader, Stamps, Status, find, find_mut};
use super::time::seconds;
use super::world::Outside;

#[expect(clippy::unnecessary_wraps, reason = "all routes have one type")]
pub(crate) fn list(call: &mut Call<'_>) -> Outcome {
    let (account, outside) = (&*call.account, &*call.outside);
    let shown = account.readers.iter().map(|reader| render(account, outside, reader));
    Ok(Reply::ok(shown.collect()))
}

pub(crate) fn show(call: &mut Call<'_>) -> Outcome {
    let reader = find(&call.account.readers, &call.target)?;
    Ok(Reply::ok(render(call.account, call.outside, reader)))
}

pub(crate) fn create(call: &mut Call<'_>) -> Outcome {
    let fields = read(READER, call.object()?, "")?;
    need(&fields, "connectorUUID")?;
    let connector = id(&fields, "connectorUUID").unwrap_or_default();
    let known = call.account.connector(connector);
    let known = known.ok_or_else(|| Fault::bad("connectorUUID names no connector"))?;
    if !is_source(&known.kind) {
        return Err(Fault::bad(format!("connectors of type {} cannot be read from", known.kind)));
    }
    check_settings(&fields, flag(&fields, "isShared")).map_err(Fault::bad)?;
    let reader = build(call.outside, connector, fields);
    let shown = render(call.account, call.outside, &reader);
    call.account.readers.push(reader);
    Ok(Reply::ok(shown))
}

/// Takes the whole reader, as it was shown.
pub(crate) fn update(call: &mut Call<'_>) -> Outcome {
    let fields = read(READER, call.object()?, "")?;
    let reader = prepare(call.account, call.outside, &call.target, fields)?;
    let shown = render(call.account, call.outside, &reader);
    replace(call.account, reader);
    Ok(Reply::ok(shown))
}

/// Refused while an active pipeline uses it (rule 112).
pub(crate) fn delete(call: &mut Call<'_>) -> Outcome {
    let uuid = find(&call.account.readers, &call.target)?.uuid;
    let uses = |pipeline: &&Pipeline| {
        pipeline.refers("sourceReaderUUID", uuid)
            && (pipeline.status != Status::Draft || pipeline.deploy.is_some())
    };
    if let Some(pipeline) = call.account.pipelines.iter().find(uses) {
        return Err(Fault::bad(format!("the source reader is used by pipeline \"{}\"", pipeline.name())));
    }
    call.account.readers.retain(|reader| reader.uuid != uuid);
    call.account.ingestion_keys.retain(|key| key.reader != uuid);
    Ok(Reply::empty())
}

/// Only for shared and valid ones (rule 111).
pub(crate) fn deploy(call: &mut Call<'_>) -> Outcome {
    let reader = find(&call.account.readers, &call.target)?;
    if !reader.shared {
        return Err(Fault::bad("only shared source readers are deployed; start the pipeline instead"));
    }
    Source::of(call.account, reader).and_then(|source| source.check(call.outside)).map_err(Fault::bad)?;
    let now = call.outside.now();
    let reader = find_mut(&mut call.account.readers, &call.target)?;
    reader.status = "running";
    reader.stamps.updated = now;
    Ok(Reply::empty())
}

/// Only for shared ones, and only once they have been deployed (rule 111).
pub(crate) fn update_status(call: &mut Call<'_>) -> Outcome {
    let body = read(&[("status", Kind::Word(READER_STATUSES))], call.object()?, "")?;
    need_keys(&body, &["status"])?;
    let reader = find(&call.account.readers, &call.target)?;
    if !reader.shared {
        return Err(Fault::bad("the source reader is not shared; update the status of its pipeline"));
    }
    if reader.status == "draft" {
        return Err(Fault::bad("the source reader has not been deployed"));
    }
    let to = match text(&body, "status") {
        "paused" => "paused",
        "running" => "running",
        _ => return Err(Fault::bad("the status of a source reader cannot be set to draft")),
    };
    if to == "running" {
        Source::of(call.account, reader).and_then(|source| source.check(call.outside)).map_err(Fault::bad)?;
    }
    let now = call.outside.now();
    let reader = find_mut(&mut call.account.readers, &call.target)?;
    reader.status = to;
    reader.stamps.updated = now;
    let reader = find(&call.account.readers, &call.target)?;
    Ok(Reply::ok(render(call.account, call.outside, reader)))
}

/// A new reader, a draft, from its fields.
pub(crate) fn build(outside: &mut Outside, connector: Uuid, fields: Map<String, Value>) -> Reader {
    let shared = flag(&fields, "isShared");
    Reader {
        uuid: outside.new_id(),
        connector,
        shared,
        status: "draft",
        fields,
        stamps: Stamps::at(outside.now()),
    }
}

/// A reader as it will be after an update. Name, settings, tables and sharing may change; the rest must be sent and
/// stays.
pub(crate) fn prepare(
    account: &Account,
    outside: &Outside,
    target: &str,
    fields: Map<String, Value>,
) -> Result<Reader, Fault> {
    let mut reader = find(&account.readers, target)?.clone();
    need_keys(
        &fields,
        &[
            "uuid",
            "name",
            "companyUUID",
            "dataPlaneName",
            "environmentUUID",
            "connectorUUID",
            "status",
            "isValid",
            "database",
            "containerName",
            "settings",
        ],
    )?;
    if id(&fields, "uuid") != Some(reader.uuid) {
        return Err(Fault::bad("uuid differs from the reader's"));
    }
    if id(&fields, "companyUUID") != Some(account.company) {
        return Err(Fault::bad("companyUUID cannot be changed"));
    }
    if id(&fields, "connectorUUID") != Some(reader.connector) {
        return Err(Fault::bad("connectorUUID cannot be changed"));
    }
    let shared = flag(&fields, "isShared");
    check_settings(&fields, shared).map_err(Fault::bad)?;
    reader.shared = shared;
    reader.fields.remove("tablesConfig");
    for (name, value) in fields {
        if matches!(
            name.as_str(),
            "name" | "settings" | "tablesConfig" | "database" | "containerName" | "apiBaseURL"
        ) {
            reader.fields.insert(name, value);
        }
    }
    reader.stamps.updated = outside.now();
    Ok(reader)
}

/// Saves a changed reader. Its pipelines have to be deployed again.
pub(crate) fn replace(account: &mut Account, reader: Reader) {
    for pipeline in &mut account.pipelines {
        if pipeline.refers("sourceReaderUUID", reader.uuid) {
            pipeline.undeployed = true;
        }
    }
    if let Some(old) = account.readers.iter_mut().find(|old| old.uuid == reader.uuid) {
        *old = reader;
    }
}

/// A reader that is not shared follows its pipelines.
fn status(account: &Account, reader: &Reader) -> &'static str {
    if reader.shared {
        return reader.status;
    }
    let own: Vec<_> = account
        .pipelines
        .iter()
        .filter(|pipeline| pipeline.refers("sourceReaderUUID", reader.uuid))
        .collect();
    if own.iter().any(|pipeline| matches!(pipeline.status, Status::Running | Status::TransferPaused)) {
        "running"
    } else if own.iter().all(|pipeline| pipeline.status == Status::Draft) {
        "draft"
    } else {
        "paused"
    }
}

/// A reader as the vendor shows it.
pub(crate) fn render(account: &Account, outside: &Outside, reader: &Reader) -> Value {
    let source = Source::of(account, reader);
    let or = |name: &str, default: Value| reader.fields.get(name).cloned().unwrap_or(default);
    let mut shown = json!({
        "uuid": reader.uuid.to_string(),
        "name": text(&reader.fields, "name"),
        "companyUUID": account.company.to_string(),
        "environmentUUID": account.environment.to_string(),
        "dataPlaneName": or("dataPlaneName", json!(account.data_plane)),
        "connectorUUID": reader.connector.to_string(),
        "status": status(account, reader),
        "isShared": reader.shared,
        "isValid": source.is_ok_and(|source| source.check(outside).is_ok()),
        "database": text(&reader.fields, "database"),
        "containerName": text(&reader.fields, "containerName"),
        "settings": or("settings", json!({})),
        "createdAt": seconds(reader.stamps.created),
        "updatedAt": seconds(reader.stamps.updated),
    });
    if let Some(tables) = inner(&reader.fields, "tablesConfig") {
        shown["tablesConfig"] = json!(tables);
    }
    if let Some(url) = reader.fields.get("apiBaseURL") {
        shown["apiBaseURL"] = url.clone();
    }
    shown
}
