//! What the fields of a pipeline must satisfy to be saved (rule 120).

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::reply::Fault;
use super::shape::{flag, id, inner, names, text};
use super::state::{Account, Record, Secret};

/// Refuses fields that contradict each other or name nothing.
pub(crate) fn check<'a>(
    account: &Account,
    fields: &Map<String, Value>,
    tables: impl Iterator<Item = &'a Map<String, Value>>,
) -> Result<(), Fault> {
    if let Some(uuid) = id(fields, "sourceReaderUUID") {
        account.reader(uuid).ok_or_else(|| Fault::bad("sourceReaderUUID names no source reader"))?;
    }
    if let Some(uuid) = id(fields, "destinationUUID") {
        account.connector(uuid).ok_or_else(|| Fault::bad("destinationUUID names no connector"))?;
    }
    known(fields, "columnHashingSaltUUID", &account.salts)?;
    known(fields, "encryptionKeyUUID", &account.encryption_keys)?;
    let none = Map::new();
    let settings = inner(fields, "advancedSettings").unwrap_or(&none);
    let name_as_key = flag(settings, "includeFullSourceTableNameColumnAsPrimaryKey");
    if name_as_key && !flag(settings, "includeFullSourceTableNameColumn") {
        return Err(Fault::bad(
            "includeFullSourceTableNameColumnAsPrimaryKey needs includeFullSourceTableNameColumn",
        ));
    }
    let mut seen = BTreeSet::new();
    let (mut includes, mut excludes) = (false, false);
    for table in tables {
        let (schema, name) = (text(table, "schema"), text(table, "name"));
        if name.is_empty() {
            return Err(Fault::bad("tables need a name"));
        }
        if !seen.insert((schema, name)) {
            return Err(Fault::bad(format!("table \"{name}\" is there twice")));
        }
        let settings = inner(table, "advancedSettings").unwrap_or(&none);
        check_table(fields, name, settings)?;
        includes |= !names(settings, "includeColumns").is_empty();
        excludes |= !names(settings, "excludeColumns").is_empty();
    }
    if includes && excludes {
        return Err(Fault::bad("includeColumns and excludeColumns cannot be used together"));
    }
    Ok(())
}

fn check_table(fields: &Map<String, Value>, name: &str, settings: &Map<String, Value>) -> Result<(), Fault> {
    if !names(settings, "columnsToHash").is_empty() && id(fields, "columnHashingSaltUUID").is_none() {
        return Err(Fault::bad(format!("table \"{name}\": columnsToHash needs columnHashingSaltUUID")));
    }
    let encrypts = !names(settings, "columnsToEncrypt").is_empty() || flag(settings, "encryptJSONBColumns");
    if encrypts && id(fields, "encryptionKeyUUID").is_none() {
        let error = "columnsToEncrypt and encryptJSONBColumns need encryptionKeyUUID";
        return Err(Fault::bad(format!("table \"{name}\": {error}")));
    }
    let Some(ctid) = inner(settings, "ctidSettings").filter(|ctid| flag(ctid, "enabled")) else {
        return Ok(());
    };
    let within = |name: &str, from: u64, to: u64| match ctid.get(name).and_then(Value::as_u64) {
        // Left out or zero, the vendor chooses.
        None | Some(0) => true,
        Some(number) => (from..=to).contains(&number),
    };
    if !within("chunkSize", 100_000, 1_000_000) {
        return Err(Fault::bad("ctidSettings.chunkSize must be between 100000 and 1000000"));
    }
    if !within("maxParallelism", 5, 20) {
        return Err(Fault::bad("ctidSettings.maxParallelism must be between 5 and 20"));
    }
    Ok(())
}

fn known(fields: &Map<String, Value>, name: &str, secrets: &[Secret]) -> Result<(), Fault> {
    match id(fields, name) {
        Some(uuid) if secrets.iter().all(|secret| secret.uuid() != uuid) => {
            Err(Fault::bad(format!("{name} names nothing in this account")))
        }
        _ => Ok(()),
    }
}
