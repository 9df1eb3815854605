//! The records of an account.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::changeset::own_uuid;
use super::demo_feed::Feed;
use super::error::Fault;
use super::health::Health;
use super::postgres::Table;
use super::store::Store;

/// One account with all its resources.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) inserted_at: Timestamp,
    pub(crate) users: Vec<User>,
    pub(crate) api_keys: Vec<ApiKey>,
    pub(crate) databases: Vec<Database>,
    pub(crate) slots: Vec<Slot>,
    pub(crate) endpoints: Vec<HttpEndpoint>,
    pub(crate) functions: Vec<Function>,
    pub(crate) sinks: Vec<Sink>,
    pub(crate) backfills: Vec<Backfill>,
    pub(crate) wal_pipelines: Vec<WalPipeline>,
    pub(crate) bastion_ports: Vec<(Uuid, u16, String)>,
    /// The pull routes' memory of who is who (rule 72).
    pub(crate) lookups: BTreeMap<String, (Timestamp, Option<Uuid>)>,
    pub(crate) feeds: Vec<Feed>,
}

#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) id: Uuid,
    pub(crate) email: String,
    pub(crate) password: String,
}

#[derive(Clone, Debug)]
pub(crate) struct ApiKey {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) token: String,
    pub(crate) inserted_at: Timestamp,
}

#[allow(clippy::struct_field_names, reason = "the vendor calls the logical database so")]
#[derive(Clone, Debug)]
pub(crate) struct Database {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) hostname: String,
    pub(crate) port: i64,
    pub(crate) database: String,
    pub(crate) username: String,
    pub(crate) password: String,
    pub(crate) ssl: bool,
    pub(crate) ipv6: bool,
    pub(crate) use_local_tunnel: bool,
    pub(crate) pool_size: i64,
    pub(crate) annotations: Value,
    /// Connection fields of the primary when this is a replica.
    pub(crate) primary: Option<Map<String, Value>>,
    /// The tables as last read from Postgres (rule 31).
    pub(crate) tables: Vec<Arc<Table>>,
}

impl Database {
    pub(crate) fn table(&self, reference: &str) -> Option<&Arc<Table>> {
        let (schema, name) = super::changeset::table_reference(reference);
        self.tables.iter().find(|table| table.schema == schema && table.name == name)
    }
}

#[allow(clippy::struct_field_names, reason = "the vendor's names")]
#[derive(Clone, Debug)]
pub(crate) struct Slot {
    pub(crate) id: Uuid,
    pub(crate) database_id: Uuid,
    pub(crate) slot_name: String,
    pub(crate) publication_name: String,
    pub(crate) status: String,
    pub(crate) annotations: Value,
    pub(crate) partition_count: i64,
}

#[derive(Clone, Debug)]
pub(crate) struct HttpEndpoint {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) uri: super::uri::Uri,
    pub(crate) use_local_tunnel: bool,
    pub(crate) headers: Map<String, Value>,
    pub(crate) encrypted_headers: Map<String, Value>,
    pub(crate) inserted_at: Timestamp,
    pub(crate) updated_at: Timestamp,
}

/// A function of the account: made by config or in the console, never run here but for paths.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) description: Value,
    pub(crate) path: Value,
    pub(crate) sink_type: Value,
    pub(crate) code: Value,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Source {
    pub(crate) include_schemas: Option<Vec<String>>,
    pub(crate) exclude_schemas: Option<Vec<String>>,
    pub(crate) include_tables: Option<Vec<String>>,
    pub(crate) exclude_tables: Option<Vec<String>>,
}

impl Source {
    pub(crate) fn includes(&self, table: &Table) -> bool {
        let reference = table.reference();
        let listed =
            |list: &Option<Vec<String>>, word: &String| list.as_ref().map(|list| list.contains(word));
        listed(&self.exclude_schemas, &table.schema) != Some(true)
            && listed(&self.include_schemas, &table.schema) != Some(false)
            && listed(&self.exclude_tables, &reference) != Some(true)
            && listed(&self.include_tables, &reference) != Some(false)
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SourceTable {
    pub(crate) table: String,
    pub(crate) group_columns: Vec<String>,
}

#[derive(Clone, Debug)]
pub(crate) struct Sink {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) slot_id: Uuid,
    pub(crate) status: String,
    pub(crate) actions: Vec<String>,
    pub(crate) source: Source,
    pub(crate) tables: Vec<SourceTable>,
    pub(crate) destination: super::destinations::Destination,
    pub(crate) batch_size: i64,
    pub(crate) filter: Option<String>,
    pub(crate) transform: Option<String>,
    pub(crate) routing: Option<String>,
    pub(crate) enrichment: Option<String>,
    pub(crate) timestamp_format: String,
    pub(crate) max_retry_count: Option<i64>,
    pub(crate) load_shedding_policy: String,
    pub(crate) message_grouping: bool,
    pub(crate) annotations: Value,
    pub(crate) inserted_at: Timestamp,
    pub(crate) health: Health,
    pub(crate) store: Store,
    /// Set by tests; otherwise the store runs unless the sink or its slot is disabled.
    pub(crate) store_running: Option<bool>,
}

impl Sink {
    pub(crate) fn is_stream(&self) -> bool {
        self.destination.kind == "sequin_stream"
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Backfill {
    pub(crate) id: Uuid,
    pub(crate) sink_id: Uuid,
    pub(crate) table: Arc<Table>,
    pub(crate) state: String,
    pub(crate) sort_column: Option<String>,
    pub(crate) initial: Option<u64>,
    pub(crate) processed: u64,
    pub(crate) completed_at: Option<Timestamp>,
    pub(crate) canceled_at: Option<Timestamp>,
    pub(crate) inserted_at: Timestamp,
    pub(crate) updated_at: Timestamp,
    /// Reading goes on from `anchor_rows` at `anchor`: both move when the reader is stopped and started.
    pub(crate) anchor: Timestamp,
    pub(crate) anchor_rows: u64,
}

#[derive(Clone, Debug)]
pub(crate) struct WalPipeline {
    pub(crate) id: Uuid,
    pub(crate) slot_id: Uuid,
    /// The pipeline as config shows it, without its id.
    pub(crate) config: Map<String, Value>,
}

impl WalPipeline {
    pub(crate) fn name(&self) -> &str {
        self.config.get("name").and_then(Value::as_str).unwrap_or_default()
    }
}

impl Account {
    pub(crate) fn new(id: Uuid, name: &str, now: Timestamp) -> Self {
        Self {
            id,
            name: name.to_owned(),
            inserted_at: now,
            users: Vec::new(),
            api_keys: Vec::new(),
            databases: Vec::new(),
            slots: Vec::new(),
            endpoints: Vec::new(),
            functions: Vec::new(),
            sinks: Vec::new(),
            backfills: Vec::new(),
            wal_pipelines: Vec::new(),
            bastion_ports: Vec::new(),
            lookups: BTreeMap::new(),
            feeds: Vec::new(),
        }
    }

    pub(crate) fn database(&self, id_or_name: &str) -> Result<&Database, Fault> {
        find(&self.databases, id_or_name, |database| (database.id, &database.name))
            .ok_or(Fault::NotFound("postgres database"))
    }

    pub(crate) fn database_mut(&mut self, id: Uuid) -> Option<&mut Database> {
        self.databases.iter_mut().find(|database| database.id == id)
    }

    pub(crate) fn database_by_id(&self, id: Uuid) -> Option<&Database> {
        self.databases.iter().find(|database| database.id == id)
    }

    pub(crate) fn endpoint(&self, id_or_name: &str) -> Result<&HttpEndpoint, Fault> {
        find(&self.endpoints, id_or_name, |endpoint| (endpoint.id, &endpoint.name))
            .ok_or(Fault::NotFound("http endpoint"))
    }

    pub(crate) fn sink(&self, id_or_name: &str) -> Result<&Sink, Fault> {
        find(&self.sinks, id_or_name, |sink| (sink.id, &sink.name)).ok_or(Fault::NotFound("consumer"))
    }

    pub(crate) fn sink_mut(&mut self, id: Uuid) -> Option<&mut Sink> {
        self.sinks.iter_mut().find(|sink| sink.id == id)
    }

    pub(crate) fn sink_by_id(&self, id: Uuid) -> Option<&Sink> {
        self.sinks.iter().find(|sink| sink.id == id)
    }

    /// The first slot of a database: the vendor's schema has room for one.
    pub(crate) fn slot_of(&self, database: Uuid) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.database_id == database)
    }

    pub(crate) fn slot(&self, id: Uuid) -> Option<&Slot> {
        self.slots.iter().find(|slot| slot.id == id)
    }

    /// The database behind a slot.
    pub(crate) fn database_of(&self, slot: Uuid) -> Option<&Database> {
        self.slot(slot).and_then(|slot| self.database_by_id(slot.database_id))
    }

    pub(crate) fn function(&self, name: &str) -> Option<&Function> {
        self.functions.iter().find(|function| function.name == name)
    }
}

/// Looks a record up by id when `id_or_name` is a version 4 UUID, by name otherwise (rule 11).
fn find<'a, T>(records: &'a [T], id_or_name: &str, key: impl Fn(&T) -> (Uuid, &String)) -> Option<&'a T> {
    let id = own_uuid(id_or_name);
    records.iter().find(|record| {
        let (record_id, name) = key(record);
        id.map_or_else(|| name == id_or_name, |id| id == record_id)
    })
}
