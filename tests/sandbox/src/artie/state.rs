//! The records of an account.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::backfill::Backfill;
use super::reply::Fault;
use super::server;
use super::shape::text;
use super::world::Outside;
use crate::clock::later;

/// One company with all it owns.
#[derive(Clone, Debug)]
pub(crate) struct Account {
    pub(crate) company: Uuid,
    pub(crate) environment: Uuid,
    pub(crate) data_plane: String,
    pub(crate) token: String,
    /// Whether the key's owner is a company admin, who alone may read secrets again.
    pub(crate) admin: bool,
    pub(crate) connectors: Vec<Connector>,
    pub(crate) readers: Vec<Reader>,
    pub(crate) pipelines: Vec<Pipeline>,
    pub(crate) salts: Vec<Secret>,
    pub(crate) encryption_keys: Vec<Secret>,
    pub(crate) ingestion_keys: Vec<IngestionKey>,
    pub(crate) tunnels: Vec<Tunnel>,
    pub(crate) links: Vec<Link>,
    /// Tables as last read, by connector, database and schema (rule 109).
    pub(crate) tables_read: BTreeMap<(Uuid, String, String), Vec<server::Table>>,
    /// Pipelines this account may not start (rules 101 and 102).
    pub(crate) forbidden: BTreeSet<Uuid>,
    /// When validations of the last minute were asked for.
    pub(crate) validations: VecDeque<Timestamp>,
}

/// When a record was made and last changed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamps {
    pub(crate) created: Timestamp,
    pub(crate) updated: Timestamp,
}

impl Stamps {
    pub(crate) fn at(now: Timestamp) -> Self {
        Self { created: now, updated: now }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Connector {
    pub(crate) uuid: Uuid,
    pub(crate) kind: String,
    pub(crate) config: Map<String, Value>,
    /// The remaining fields of its payload.
    pub(crate) fields: Map<String, Value>,
    pub(crate) stamps: Stamps,
}

impl Connector {
    /// Whether a tunnel or `PrivateLink` leads to its server.
    pub(crate) fn has_way(&self) -> bool {
        ["sshTunnelUUID", "privateLinkUUID"].iter().any(|way| !text(&self.fields, way).is_empty())
    }

    pub(crate) fn label(&self) -> &str {
        text(&self.fields, "label")
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Reader {
    pub(crate) uuid: Uuid,
    pub(crate) connector: Uuid,
    pub(crate) shared: bool,
    /// Of shared readers; the others follow their pipelines.
    pub(crate) status: &'static str,
    /// Name, database, container name, data plane, settings, tables.
    pub(crate) fields: Map<String, Value>,
    pub(crate) stamps: Stamps,
}

/// The states of a pipeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Status {
    Draft,
    Paused,
    TransferPaused,
    Running,
}

impl Status {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Paused => "paused",
            Self::TransferPaused => "transfer paused",
            Self::Running => "running",
        }
    }
}

/// A deploy under way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deploy {
    pub(crate) until: Timestamp,
    pub(crate) to: Status,
    pub(crate) backfill: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Pipeline {
    pub(crate) uuid: Uuid,
    pub(crate) status: Status,
    pub(crate) source_kind: String,
    /// The payload without its tables.
    pub(crate) fields: Map<String, Value>,
    pub(crate) tables: Vec<Table>,
    pub(crate) undeployed: bool,
    pub(crate) deploy: Option<Deploy>,
    /// When the search for schema changes ends.
    pub(crate) detection: Option<Timestamp>,
    pub(crate) last_deployed: Option<Timestamp>,
    pub(crate) stamps: Stamps,
}

impl Pipeline {
    pub(crate) fn name(&self) -> &str {
        text(&self.fields, "name")
    }

    /// The uuid of its reader, destination, salt or key.
    pub(crate) fn refers(&self, field: &str, uuid: Uuid) -> bool {
        super::shape::id(&self.fields, field) == Some(uuid)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) uuid: Uuid,
    /// Its payload without uuid and status.
    pub(crate) fields: Map<String, Value>,
    /// Whether a deploy has taken it along.
    pub(crate) deployed: bool,
    pub(crate) backfill: Backfill,
    pub(crate) history: Backfill,
    pub(crate) stamps: Stamps,
}

impl Table {
    pub(crate) fn is_called(&self, schema: &str, name: &str) -> bool {
        text(&self.fields, "schema") == schema && text(&self.fields, "name") == name
    }
}

/// A salt or an encryption key.
#[derive(Clone, Debug)]
pub(crate) struct Secret {
    pub(crate) uuid: Uuid,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) value: String,
    pub(crate) kms: Option<Uuid>,
    pub(crate) stamps: Stamps,
}

#[derive(Clone, Debug)]
pub(crate) struct IngestionKey {
    pub(crate) uuid: Uuid,
    pub(crate) reader: Uuid,
    pub(crate) name: String,
    pub(crate) last4: String,
    pub(crate) expires_at: Option<String>,
    pub(crate) stamps: Stamps,
}

#[derive(Clone, Debug)]
pub(crate) struct Tunnel {
    pub(crate) uuid: Uuid,
    pub(crate) environment: Uuid,
    pub(crate) name: String,
    pub(crate) host: String,
    pub(crate) port: i64,
    pub(crate) username: String,
    pub(crate) public_key: String,
    pub(crate) stamps: Stamps,
}

#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) uuid: Uuid,
    pub(crate) environment: Uuid,
    pub(crate) name: String,
    pub(crate) service: String,
    pub(crate) zones: Vec<Value>,
    pub(crate) data_plane: Option<String>,
    /// When it was asked for with its present configuration.
    pub(crate) asked_at: Timestamp,
    /// Set by tests in place of what time would make of it.
    pub(crate) dictated: Option<String>,
    pub(crate) stamps: Stamps,
}

/// A record that a path names by its uuid.
pub(crate) trait Record {
    /// What the vendor calls it.
    const NOUN: &'static str;
    /// Its uuid.
    fn uuid(&self) -> Uuid;
}

macro_rules! records {
    ($($record:ty: $noun:literal),+ $(,)?) => {$(
        impl Record for $record {
            const NOUN: &'static str = $noun;
            fn uuid(&self) -> Uuid {
                self.uuid
            }
        }
    )+};
}

records! {
    Connector: "connector",
    Reader: "source reader",
    Pipeline: "pipeline",
    IngestionKey: "ingestion API key",
    Tunnel: "SSH tunnel",
    Link: "PrivateLink connection",
    Secret: "secret",
}

/// The record a path names. What is no uuid names nothing.
pub(crate) fn find<'a, T: Record>(records: &'a [T], target: &str) -> Result<&'a T, Fault> {
    let uuid = Uuid::parse_str(target).ok();
    records.iter().find(|record| Some(record.uuid()) == uuid).ok_or_else(|| Fault::missing(T::NOUN))
}

/// As [`find`], to change the record.
pub(crate) fn find_mut<'a, T: Record>(records: &'a mut [T], target: &str) -> Result<&'a mut T, Fault> {
    let uuid = Uuid::parse_str(target).ok();
    records.iter_mut().find(|record| Some(record.uuid()) == uuid).ok_or_else(|| Fault::missing(T::NOUN))
}

impl Account {
    pub(crate) fn new(company: Uuid, environment: Uuid, token: &str) -> Self {
        Self {
            company,
            environment,
            data_plane: "aws-us-east-1".to_owned(),
            token: token.to_owned(),
            admin: true,
            connectors: Vec::new(),
            readers: Vec::new(),
            pipelines: Vec::new(),
            salts: Vec::new(),
            encryption_keys: Vec::new(),
            ingestion_keys: Vec::new(),
            tunnels: Vec::new(),
            links: Vec::new(),
            tables_read: BTreeMap::new(),
            forbidden: BTreeSet::new(),
            validations: VecDeque::new(),
        }
    }

    pub(crate) fn connector(&self, uuid: Uuid) -> Option<&Connector> {
        self.connectors.iter().find(|connector| connector.uuid == uuid)
    }

    pub(crate) fn reader(&self, uuid: Uuid) -> Option<&Reader> {
        self.readers.iter().find(|reader| reader.uuid == uuid)
    }

    /// Refuses to show secrets to those who are no admins.
    pub(crate) fn needs_admin(&self) -> Result<(), Fault> {
        if self.admin { Ok(()) } else { Err(Fault::new(403, "only company admins may do this")) }
    }

    /// Counts a validation; too many within a minute are refused (rule 119).
    pub(crate) fn count_validation(&mut self, outside: &Outside) -> Result<(), Fault> {
        let now = outside.now();
        let minute = Duration::from_secs(60);
        self.validations.retain(|asked| later(*asked, minute) > now);
        let limit = outside.settings.validations_per_minute;
        if limit.is_some_and(|limit| self.validations.len() >= limit) {
            return Err(Fault::new(429, "Too Many Requests"));
        }
        self.validations.push_back(now);
        Ok(())
    }
}
