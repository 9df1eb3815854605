//! The body of a sink: keys are read one by one in alphabetical order, and the first bad one answers
//! (rules 41–47).

use serde_json::{Map, Value};
use uuid::Uuid;

use super::destinations;
use super::error::Fault;
use super::sink_source::{self, Starting};
use super::state::{Account, Database, Source, SourceTable};

/// Keys that are accepted and not looked at.
const IGNORED: [&str; 10] = [
    "id",
    "inserted_at",
    "updated_at",
    "account_id",
    "replication_slot_id",
    "sequence_id",
    "consumer_start",
    "active_backfill",
    "active_backfills",
    "message_kind",
];

#[allow(clippy::option_option, reason = "absent, null and set are three things")]
/// What a body asks for; `None` where a key was not sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    pub(crate) name: Option<Value>,
    pub(crate) status: Option<Value>,
    pub(crate) annotations: Option<Value>,
    pub(crate) batch_size: Option<i64>,
    pub(crate) actions: Option<Value>,
    pub(crate) slot_id: Option<Uuid>,
    /// `Some(None)` for an explicit null.
    pub(crate) source: Option<Option<SourceDraft>>,
    pub(crate) tables: Option<Vec<SourceTable>>,
    pub(crate) destination: Option<destinations::Draft>,
    pub(crate) filter: Option<Option<String>>,
    pub(crate) transform: Option<Option<String>>,
    pub(crate) routing: Option<Option<String>>,
    pub(crate) enrichment: Option<Option<String>>,
    pub(crate) timestamp_format: Option<Value>,
    pub(crate) max_retry_count: Option<i64>,
    pub(crate) load_shedding_policy: Option<String>,
    pub(crate) message_grouping: Option<bool>,
    pub(crate) initial_backfill: Vec<Starting>,
}

/// A source whose tables are known; its schemas are still to be checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct SourceDraft {
    pub(crate) tables: Source,
    pub(crate) include_schemas: Option<Value>,
    pub(crate) exclude_schemas: Option<Value>,
}

/// Reads a whole body.
pub(crate) fn read(account: &Account, params: &Map<String, Value>) -> Result<Draft, Fault> {
    let mut draft = Draft::default();
    let mut keys: Vec<&String> = params.keys().collect();
    keys.sort_unstable();
    for key in keys {
        read_key(account, params, key, params.get(key).unwrap_or(&Value::Null), &mut draft)?;
    }
    Ok(draft)
}

fn read_key(
    account: &Account,
    params: &Map<String, Value>,
    key: &str,
    value: &Value,
    draft: &mut Draft,
) -> Result<(), Fault> {
    match key {
        "name" => draft.name = Some(value.clone()),
        "status" => draft.status = Some(value.clone()),
        "annotations" => draft.annotations = Some(value.clone()),
        "actions" => draft.actions = Some(value.clone()),
        "timestamp_format" => draft.timestamp_format = Some(value.clone()),
        "batch_size" => {
            let size = value.as_i64().filter(|size| (1..=1000).contains(size));
            let refusal = || Fault::rule("batch_size must be a positive integer <= 1000");
            draft.batch_size = Some(size.ok_or_else(refusal)?);
        }
        "database" => {
            let database = named_database(account, params)?;
            draft.slot_id = Some(account.slot_of(database.id).ok_or(Fault::Framework(500))?.id);
        }
        "destination" => draft.destination = Some(destinations::read(account, value)?),
        "transform" => draft.transform = Some(function(account, value)?),
        "routing" => draft.routing = Some(function(account, value)?),
        "filter" => draft.filter = Some(function(account, value)?),
        "enrichment" => draft.enrichment = Some(function(account, value)?),
        "max_retry_count" => match value {
            Value::Null => {}
            _ => {
                let count = value.as_i64().filter(|count| *count >= 0);
                let refusal = || Fault::rule("max_retry_count must be a non-negative integer");
                draft.max_retry_count = Some(count.ok_or_else(refusal)?);
            }
        },
        "load_shedding_policy" => {
            let known =
                value.as_str().filter(|policy| matches!(*policy, "pause_on_full" | "discard_on_full"));
            let refusal =
                || Fault::rule("load_shedding_policy must be one of: 'pause_on_full', 'discard_on_full'");
            draft.load_shedding_policy = Some(known.ok_or_else(refusal)?.to_owned());
        }
        "message_grouping" => {
            let flag = value.as_bool().or_else(|| value.as_str().and_then(|text| text.parse().ok()));
            draft.message_grouping =
                Some(flag.ok_or_else(|| Fault::rule("message_grouping must be a boolean"))?);
        }
        "source" | "tables" | "table" | "schema" | "initial_backfill" => {
            read_source_key(account, params, key, value, draft)?;
        }
        ignored if IGNORED.contains(&ignored) => {}
        unknown => return Err(Fault::rule(format!("Unknown field: {unknown}"))),
    }
    Ok(())
}

/// The keys that need `database` in the same body, even on updates (rule 42), and `schema`, which does not.
fn read_source_key(
    account: &Account,
    params: &Map<String, Value>,
    key: &str,
    value: &Value,
    draft: &mut Draft,
) -> Result<(), Fault> {
    if key == "schema" {
        let include_schemas = Some(serde_json::json!([value]));
        draft.source = Some(Some(SourceDraft { include_schemas, ..SourceDraft::default() }));
        return Ok(());
    }
    let database = named_database(account, params)?;
    match key {
        "source" => draft.source = Some(sink_source::read(database, value)?),
        "tables" => draft.tables = sink_source::read_tables(database, value)?,
        "table" => {
            let table = sink_source::find_table(database, value)?;
            let tables = Source { include_tables: Some(vec![table.reference()]), ..Source::default() };
            draft.source = Some(Some(SourceDraft { tables, ..SourceDraft::default() }));
        }
        _ => draft.initial_backfill = sink_source::read_starting(database, params, value)?,
    }
    Ok(())
}

/// The database a body names. An id is not a name (rule 42).
fn named_database<'a>(account: &'a Account, params: &Map<String, Value>) -> Result<&'a Database, Fault> {
    let name = params.get("database").and_then(Value::as_str);
    let mut databases = account.databases.iter();
    databases.find(|database| Some(database.name.as_str()) == name).ok_or(Fault::NotFound("database"))
}

/// The function a body names; null and "none" detach, the empty text is no function (rule 44).
fn function(account: &Account, value: &Value) -> Result<Option<String>, Fault> {
    match value {
        Value::Null => Ok(None),
        Value::String(name) if name == "none" => Ok(None),
        Value::String(name) if account.function(name).is_some() => Ok(Some(name.clone())),
        Value::String(name) => Err(Fault::rule(format!("Function '{name}' not found."))),
        _ => Err(Fault::Framework(500)),
    }
}
