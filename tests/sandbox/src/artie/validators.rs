//! Tests of what is not saved yet: 204 when all is well, 200 with an `error` when not (rule 106). They count against
//! a limit (rule 119).

use serde_json::{Map, Value};

use super::pipeline_rules;
use super::reach::Target;
use super::readiness::check_destination;
use super::reply::{Fault, Outcome, Reply};
use super::request::Call;
use super::shape::{Kind, flag, id, inner, items, need_keys, read};
use super::shapes::{READER, SETTINGS, SNAPSHOT, SPECIFIC, TABLE, TYPES};
use super::source_rules::Source;
use super::state::Account;

pub(crate) fn source(call: &mut Call<'_>) -> Outcome {
    let fields = [
        ("dataPlaneName", Kind::Text),
        ("dynamoDBBackfillConfig", Kind::Object(SNAPSHOT)),
        ("sourceConnector", Kind::Free),
        ("sourceReader", Kind::Object(READER)),
        ("sourceReaderUUID", Kind::Id),
        ("tables", Kind::List(TABLE)),
        ("validateTables", Kind::Flag),
    ];
    let body = read(&fields, call.object()?, "")?;
    need_keys(&body, &["tables", "validateTables"])?;
    let saved = match id(&body, "sourceReaderUUID") {
        Some(uuid) => {
            let reader = call.account.reader(uuid);
            Some(reader.ok_or_else(|| Fault::bad("sourceReaderUUID names no source reader"))?)
        }
        None => None,
    };
    let source = match (inner(&body, "sourceReader"), inner(&body, "sourceConnector")) {
        (Some(reader), Some(connector)) => {
            let target = Target::read(call.account, connector, "sourceConnector")?;
            Ok(Source::new(target, reader))
        }
        (Some(reader), None) => unsaved(call.account, reader),
        (None, _) => match saved {
            Some(reader) => Source::of(call.account, reader),
            None => return Err(Fault::bad("sourceReaderUUID or sourceReader is required")),
        },
    };
    let tables = objects(&body, "tables");
    Ok(Reply::verdict(source.and_then(|source| {
        source.check(call.outside)?;
        if flag(&body, "validateTables") { source.check_tables(call.outside, &tables) } else { Ok(()) }
    })))
}

pub(crate) fn destination(call: &mut Call<'_>) -> Outcome {
    let fields = [
        ("advancedSettings", Kind::Object(SETTINGS)),
        ("destination", Kind::Free),
        ("destinationUUID", Kind::Id),
        ("sourceReaderUUID", Kind::Id),
        ("sourceType", Kind::Word(&TYPES)),
        ("specificCfg", Kind::Object(SPECIFIC)),
        ("tables", Kind::List(TABLE)),
    ];
    let body = read(&fields, call.object()?, "")?;
    need_keys(&body, &["specificCfg"])?;
    let target = match (id(&body, "destinationUUID"), inner(&body, "destination")) {
        (_, Some(connector)) => Target::read(call.account, connector, "destination")?,
        (Some(uuid), None) => {
            let connector = call.account.connector(uuid);
            Target::saved(connector.ok_or_else(|| Fault::bad("destinationUUID names no connector"))?)
        }
        (None, None) => return Err(Fault::bad("destinationUUID or destination is required")),
    };
    let none = Map::new();
    let settings = inner(&body, "advancedSettings").unwrap_or(&none);
    let specific = inner(&body, "specificCfg").unwrap_or(&none);
    Ok(Reply::verdict(check_destination(call.outside, &target, specific, settings).and_then(|()| {
        // Salt and key of the pipeline are not part of this body, so what needs them cannot be judged.
        let plain: Vec<Map<String, Value>> =
            objects(&body, "tables").into_iter().map(without_secrets).collect();
        pipeline_rules::check(call.account, &pipeline(settings), plain.iter()).map_err(|fault| fault.error)
    })))
}

pub(crate) fn reader(call: &mut Call<'_>) -> Outcome {
    let body = read(&[("sourceReader", Kind::Object(READER))], call.object()?, "")?;
    let reader = inner(&body, "sourceReader").ok_or_else(|| Fault::bad("sourceReader is required"))?;
    let source = unsaved(call.account, reader);
    Ok(Reply::verdict(source.and_then(|source| source.check(call.outside))))
}

/// An unsaved reader of a saved connector.
fn unsaved(account: &Account, reader: &Map<String, Value>) -> Result<Source, String> {
    let connector = id(reader, "connectorUUID").ok_or("connectorUUID is required")?;
    let connector = account.connector(connector).ok_or("connectorUUID names no connector")?;
    Ok(Source::new(Target::saved(connector), reader))
}

fn objects<'a>(body: &'a Map<String, Value>, name: &str) -> Vec<&'a Map<String, Value>> {
    items(body, name).iter().filter_map(Value::as_object).collect()
}

fn pipeline(settings: &Map<String, Value>) -> Map<String, Value> {
    [("advancedSettings".to_owned(), Value::Object(settings.clone()))].into_iter().collect()
}

fn without_secrets(table: &Map<String, Value>) -> Map<String, Value> {
    let mut table = table.clone();
    if let Some(Value::Object(settings)) = table.get_mut("advancedSettings") {
        for name in ["columnsToHash", "columnsToEncrypt", "encryptJSONBColumns"] {
            settings.remove(name);
        }
    }
    table
}
