//! What the vendor finds when it connects to a Postgres server (rules 19–21 and 30).

use super::error::Fault;
use super::postgres::{Postgres, Reach};
use super::state::Database;
use super::world::Outside;

/// Why a connection or a replication setup does not work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Problem {
    Hostname,
    Port,
    Reach(Reach),
    Login { code: &'static str, text: String },
    ConnectPermission,
    PrimaryMissing,
    PrimaryUnreachable(Reach),
    ReplicaVersion,
    Publication(String),
    Slot(String),
    OtherDatabase,
    WalLevel,
}

impl Problem {
    fn summary(&self) -> String {
        match self {
            Self::Hostname => "Invalid hostname.".to_owned(),
            Self::Port => "Port must be a number between 1 and 65,535.".to_owned(),
            Self::Reach(Reach::NoSuchHost) => "The host is not reachable (nxdomain).".to_owned(),
            Self::Reach(Reach::Refused) => "The host is not reachable on that port (econnrefused).".to_owned(),
            Self::Reach(_) => "Timed out attempting to reach the host on that port.".to_owned(),
            Self::Login { code, text } => {
                format!("Failed to connect to database. Please check connection details. (error={code} {text})")
            }
            Self::ConnectPermission => "User does not have connect permission on database".to_owned(),
            Self::PrimaryMissing => {
                "Primary connection parameters are required for replica databases. Edit the database to add primary connection details.\n".to_owned()
            }
            Self::PrimaryUnreachable(reach) => format!("Failed to connect to primary database: :{}", code(*reach)),
            Self::ReplicaVersion => "PostgreSQL version 16 or higher is required for replica databases".to_owned(),
            Self::Publication(name) => format!("Not found: publication with params %{{name: \"{name}\"}}"),
            Self::Slot(name) => format!("Not found: replication_slot with params %{{name: \"{name}\"}}"),
            Self::OtherDatabase => "Replication slot was created in a different logical database".to_owned(),
            Self::WalLevel => {
                "Database wal_level is not set to 'logical'. If you recently turned this setting on, it's possible you still need to restart your server.".to_owned()
            }
        }
    }

    /// The refusal of a create (rules 19–21).
    pub(crate) fn fault(&self) -> Fault {
        match self {
            Self::Publication(_) => Fault::NotFound("publication"),
            Self::Slot(_) => Fault::NotFound("replication slot"),
            Self::Reach(reach) => Fault::Validation {
                summary: Some(self.summary()),
                errors: serde_json::json!({}),
                code: Some(code(*reach)),
            },
            _ => Fault::rule(self.summary()),
        }
    }

    /// The reason `test_connection` gives (rule 30).
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Login { code, text } => format!("Error from Postgres: {text} (code={code})"),
            other => other.summary(),
        }
    }
}

fn code(reach: Reach) -> &'static str {
    match reach {
        Reach::NoSuchHost => "nxdomain",
        Reach::Refused => "econnrefused",
        Reach::Up | Reach::TimedOut => "timeout",
    }
}

/// The server behind an address.
pub(crate) fn reach<'a>(outside: &'a Outside, hostname: &str, port: i64) -> Result<&'a Postgres, Reach> {
    let named = || outside.servers.iter().filter(|server| server.hostname == hostname);
    match named().find(|server| server.port == port) {
        Some(server) if server.reach == Reach::Up => Ok(server),
        Some(server) => Err(server.reach),
        None if named().next().is_some() => Err(Reach::Refused),
        None => Err(Reach::NoSuchHost),
    }
}

/// Connects and logs in: TCP, credentials, CONNECT privilege, in this order.
pub(crate) fn connect<'a>(outside: &'a Outside, database: &Database) -> Result<&'a Postgres, Problem> {
    if database.hostname.is_empty() {
        return Err(Problem::Hostname);
    }
    if !(1..=65_535).contains(&database.port) {
        return Err(Problem::Port);
    }
    let server = reach(outside, &database.hostname, database.port).map_err(Problem::Reach)?;
    let user = &database.username;
    if server.login.as_ref().is_some_and(|(name, password)| name != user || *password != database.password) {
        let text = format!("password authentication failed for user \"{user}\"");
        return Err(Problem::Login { code: "invalid_password", text });
    }
    if !server.databases.contains_key(&database.database) {
        let text = format!("database \"{}\" does not exist", database.database);
        return Err(Problem::Login { code: "invalid_catalog_name", text });
    }
    if server.connect_allowed { Ok(server) } else { Err(Problem::ConnectPermission) }
}

/// A standby needs its primary, and a recent version.
pub(crate) fn check_replica(
    outside: &Outside,
    database: &Database,
    server: &Postgres,
) -> Result<(), Problem> {
    if !server.standby {
        return Ok(());
    }
    let Some(primary) = &database.primary else { return Err(Problem::PrimaryMissing) };
    if server.version < 16 {
        return Err(Problem::ReplicaVersion);
    }
    let hostname = primary.get("hostname").and_then(serde_json::Value::as_str).unwrap_or_default();
    let port = primary.get("port").and_then(serde_json::Value::as_i64).unwrap_or(5432);
    reach(outside, hostname, port).map(|_| ()).map_err(Problem::PrimaryUnreachable)
}

/// Publication, slot, the slot's database, replication settings, in this order.
pub(crate) fn check_slot(
    server: &Postgres,
    database: &str,
    publication: &str,
    slot: &str,
) -> Result<(), Problem> {
    if !server.publications.contains(publication) {
        return Err(Problem::Publication(publication.to_owned()));
    }
    match server.slots.get(slot) {
        None => return Err(Problem::Slot(slot.to_owned())),
        Some(owner) if owner != database => return Err(Problem::OtherDatabase),
        Some(_) => {}
    }
    if server.wal_level_logical { Ok(()) } else { Err(Problem::WalLevel) }
}
