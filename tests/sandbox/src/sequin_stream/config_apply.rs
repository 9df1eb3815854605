//! Applying a configuration: upserts by name in the vendor's order, the first problem ends it (rules 92 and 93).

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::changeset::Errors;
use super::config_databases::upsert_database;
use super::error::Fault;
use super::sink_source::Starting;
use super::state::{Account, HttpEndpoint, Sink, User};
use super::world::Outside;
use super::{api_keys, backfills, config_functions, http_endpoints, probe, sink_body, sink_record, sinks};

/// Why an attempt ended.
#[derive(Debug)]
pub(crate) enum Stop {
    /// For good.
    Fault(Fault),
    /// Until a database answers: try again after the pause.
    Wait(Duration),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// What is done once the configuration is saved.
#[derive(Clone, Debug)]
pub(crate) enum Action {
    Slot { database: Uuid, name: String },
    Publication { database: Uuid, name: String },
    Backfills { sink: Uuid, name: String, tables: Vec<Starting> },
}

impl Action {
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::Slot { name, .. } => format!("Ensure replication slot `{name}` exists"),
            Self::Publication { name, .. } => format!("Ensure publication `{name}` exists"),
            Self::Backfills { name, .. } => format!("Create initial backfill for sink '{name}'"),
        }
    }

    /// Does it, or says why not.
    pub(crate) fn perform(&self, account: &mut Account, outside: &mut Outside) -> Result<(), String> {
        match self {
            Self::Slot { database, name } => {
                let (server, logical) = server_of(account, outside, *database)
                    .ok_or("Error creating replication slot: connection refused")?;
                if !server.wal_level_logical {
                    return Err(
                        "Error creating replication slot: logical decoding requires wal_level >= logical"
                            .to_owned(),
                    );
                }
                server.slots.entry(name.clone()).or_insert(logical);
            }
            Self::Publication { database, name } => {
                let (server, _) = server_of(account, outside, *database)
                    .ok_or("Error creating publication: connection refused")?;
                server.publications.insert(name.clone());
            }
            Self::Backfills { sink, name, tables } => {
                for starting in tables {
                    let (table, column) = (starting.table.clone(), starting.sort_column.clone());
                    backfills::add(account, outside, *sink, table, column, "active").map_err(|fault| {
                        format!("Failed to create initial backfills for sink '{name}': {}", fault.message())
                    })?;
                }
            }
        }
        Ok(())
    }
}

fn server_of<'a>(
    account: &Account,
    outside: &'a mut Outside,
    database: Uuid,
) -> Option<(&'a mut super::postgres::Postgres, String)> {
    let database = account.database_by_id(database)?;
    probe::connect(outside, database).ok()?;
    let mut servers = outside.servers.iter_mut();
    let server =
        servers.find(|server| server.hostname == database.hostname && server.port == database.port)?;
    Some((server, database.database.clone()))
}

/// Applies a whole configuration to an account. `started` is when the first attempt was made.
pub(crate) fn upsert_all(
    account: &mut Account,
    outside: &mut Outside,
    config: &Map<String, Value>,
    started: Timestamp,
) -> Result<Vec<Action>, Stop> {
    if config.contains_key("account") {
        return Err(Fault::bad_request(
            "Account configuration only supported when self hosting and using a config file on boot.",
        )
        .into());
    }
    for user in section(config, "users")? {
        upsert_user(account, outside, user)?;
    }
    upsert_tokens(account, outside, config)?;
    let mut actions = Vec::new();
    for database in section(config, "databases")? {
        actions.extend(upsert_database(account, outside, database, started)?);
    }
    for retention in section(config, "change_retentions")? {
        config_functions::upsert_retention(account, outside, retention)?;
    }
    for endpoint in section(config, "http_endpoints")? {
        upsert_endpoint(account, outside, endpoint)?;
    }
    for function in section(config, "functions")?.into_iter().chain(section(config, "transforms")?) {
        config_functions::upsert_function(account, outside, function)?;
    }
    for sink in section(config, "sinks")? {
        actions.extend(upsert_sink(account, outside, sink)?);
    }
    Ok(actions)
}

/// The entries of a top-level key. Anything but a list of maps is an exception.
fn section<'a>(config: &'a Map<String, Value>, key: &str) -> Result<Vec<&'a Map<String, Value>>, Fault> {
    match config.get(key) {
        None => Ok(Vec::new()),
        Some(Value::Array(items)) => {
            items.iter().map(|item| item.as_object().ok_or(Fault::Framework(500))).collect()
        }
        Some(_) => Err(Fault::Framework(500)),
    }
}

pub(crate) fn text<'a>(entry: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    entry.get(key).and_then(Value::as_str)
}

fn upsert_user(
    account: &mut Account,
    outside: &mut Outside,
    entry: &Map<String, Value>,
) -> Result<(), Fault> {
    let (Some(email), password) = (text(entry, "email"), text(entry, "password")) else {
        return Err(Fault::Framework(500));
    };
    if !account.users.iter().any(|user| user.email == email) {
        let password = password.ok_or(Fault::Framework(500))?.to_owned();
        account.users.push(User { id: outside.new_id(), email: email.to_owned(), password });
    }
    Ok(())
}

fn upsert_tokens(
    account: &mut Account,
    outside: &mut Outside,
    config: &Map<String, Value>,
) -> Result<(), Fault> {
    let tokens = section(config, "api_tokens")?;
    if config.contains_key("api_tokens") && !outside.settings.self_hosted {
        return Err(Fault::Summary(401, "api token creation is not supported in Sequin Cloud".to_owned()));
    }
    for token in tokens {
        let known =
            text(token, "name").is_some_and(|name| account.api_keys.iter().any(|key| key.name == name));
        if !known {
            api_keys::add(account, outside, token.get("name"), token.get("token"))?;
        }
    }
    Ok(())
}

fn upsert_endpoint(
    account: &mut Account,
    outside: &mut Outside,
    entry: &Map<String, Value>,
) -> Result<(), Fault> {
    let invalid = |text: String| Fault::bad_request(format!("Invalid HTTP endpoint configuration: {text}"));
    let name = match entry.get("name") {
        Some(Value::Null) => return Err(invalid("`name` is required on each http_endpoint.".to_owned())),
        Some(Value::String(name)) => name,
        _ => return Err(Fault::Framework(500)),
    };
    let existing: Option<HttpEndpoint> =
        account.endpoints.iter().find(|endpoint| endpoint.name == *name).cloned();
    let doing = if existing.is_some() { "updating" } else { "creating" };
    // The vendor adds a page of its manual to this text; it is left out here.
    let failed = |fault: Fault| invalid(format!("Error {doing} HTTP endpoint '{name}': {}", fault.message()));
    let is_new = existing.is_none();
    let endpoint = http_endpoints::build(account, outside, entry, existing).map_err(failed)?;
    if is_new {
        account.endpoints.push(endpoint);
    } else {
        http_endpoints::replace(account, &endpoint);
    }
    Ok(())
}

fn upsert_sink(
    account: &mut Account,
    outside: &mut Outside,
    entry: &Map<String, Value>,
) -> Result<Vec<Action>, Fault> {
    let name = match entry.get("name") {
        Some(Value::Null) => return Err(Fault::rule("`name` is a required field on each sink.")),
        Some(Value::String(name)) => name.clone(),
        _ => return Err(Fault::Framework(500)),
    };
    let existing: Option<Sink> = account.sinks.iter().find(|sink| sink.name == name).cloned();
    let mut draft = sink_body::read(account, entry)?;
    // Left out means detached here, and static routing, unlike in the sink routes.
    draft.transform.get_or_insert(None);
    draft.filter.get_or_insert(None);
    draft.routing.get_or_insert(None);
    let tables = std::mem::take(&mut draft.initial_backfill);
    let invalid = |errors: Errors| Fault::fields(errors.into_fields());
    let sink = sink_record::build(account, outside, draft, existing.as_ref()).map_err(invalid)?;
    if existing.is_some() {
        sinks::store_update(account, sink);
        return Ok(Vec::new());
    }
    let id = sink.id;
    account.sinks.push(sink);
    // Only a new sink is backfilled (rule 52).
    Ok(if tables.is_empty() { Vec::new() } else { vec![Action::Backfills { sink: id, name, tables }] })
}
