//! What a test may do to a simulated deployment from outside its API.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::error::Reply;
use super::ingest::{self, ingest};
use super::state::{Account, Function, Sink, WalPipeline};
use super::world::{Outside, RateLimit};
use super::{Change, Check, Postgres, Reach, SequinStream, Table};

impl SequinStream {
    /// Answers the next request, whatever it is, with this status, headers and body. Calls queue up.
    pub fn fail_next(&self, status: u16, headers: &[(&str, &str)], body: Value) {
        self.world().forced.push_back(Reply { status, headers: owned(headers), body });
    }

    /// Answers 429 with these headers once `after` more requests have been answered. The vendor's own code never
    /// does; its edge might.
    pub fn rate_limit(&self, after: usize, headers: &[(&str, &str)]) {
        self.world().rate_limit = Some(RateLimit { left: after, headers: owned(headers) });
    }

    /// Lifts a rate limit and forgets dictated answers.
    pub fn behave(&self) {
        let mut world = self.world();
        world.rate_limit = None;
        world.forced.clear();
    }

    /// Puts up a Postgres server, in place of an earlier one at the same address.
    pub fn add_postgres(&self, server: Postgres) {
        let servers = &mut self.world().outside.servers;
        servers.retain(|old| old.hostname != server.hostname || old.port != server.port);
        servers.push(server);
    }

    /// Makes a server reachable or not.
    pub fn set_reach(&self, hostname: &str, port: u16, reach: Reach) {
        self.with_server(hostname, port, |server| server.reach = reach);
    }

    /// Creates or replaces a table in Postgres. The account sees it after a refresh.
    pub fn add_table(&self, hostname: &str, port: u16, database: &str, table: Table) {
        self.with_server(hostname, port, |server| server.put_table(database, table));
    }

    /// Drops a replication slot in Postgres.
    pub fn drop_slot(&self, hostname: &str, port: u16, slot: &str) {
        self.with_server(hostname, port, |server| {
            server.slots.remove(slot);
        });
    }

    /// Drops a publication in Postgres.
    pub fn drop_publication(&self, hostname: &str, port: u16, publication: &str) {
        self.with_server(hostname, port, |server| {
            server.publications.remove(publication);
        });
    }

    /// Whether Postgres has a replication slot.
    pub fn has_slot(&self, hostname: &str, port: u16, slot: &str) -> bool {
        let world = self.world();
        let mut servers = world.outside.servers.iter();
        let server = servers.find(|server| server.hostname == hostname && server.port == i64::from(port));
        server.is_some_and(|server| server.slots.contains_key(slot))
    }

    /// Commits a change in a database of the first account, by the database's name there. Every sink that wants
    /// the change gets it; returns how many did.
    pub fn commit(&self, database: &str, change: &Change) -> usize {
        self.with_first(|account, outside| ingest::commit(account, outside, database, change)).unwrap_or(0)
    }

    /// Puts a change into one sink's store, whatever its source and actions. Returns the message's `ack_id`, or
    /// nothing when the sink or the table is unknown.
    pub fn enqueue(&self, sink: &str, change: &Change) -> Option<String> {
        self.with_first(|account, outside| {
            let slot = account.sinks.iter().find(|known| known.name == sink)?.slot_id;
            let table = account.database_of(slot)?.table(&change.table)?.clone();
            let sink = account.sinks.iter_mut().find(|known| known.name == sink)?;
            Some(ingest(sink, &table, change, outside).to_string())
        })?
    }

    /// How many messages a sink's store holds, leased ones included.
    pub fn stored_messages(&self, sink: &str) -> usize {
        self.with_sink(sink, |sink| sink.store.len()).unwrap_or(0)
    }

    /// How many messages a sink's store holds that are leased at present.
    pub fn leased_messages(&self, sink: &str) -> usize {
        self.with_sink(sink, |sink| sink.store.leased()).unwrap_or(0)
    }

    /// How fast backfills read a table that has no rate of its own.
    pub fn set_backfill_rate(&self, rows_per_second: u64) {
        self.world().outside.settings.rows_per_second = rows_per_second;
    }

    /// How many messages a store holds at most; 50,000 unless set.
    pub fn set_buffer_limit(&self, messages: usize) {
        self.world().outside.settings.buffer_limit = messages;
    }

    /// How long the store of a new sink takes to start; no time unless set.
    pub fn set_store_start(&self, delay: Duration) {
        self.world().outside.settings.store_start = delay;
    }

    /// Whether the deployment is self-hosted, which allows task roles and tokens from config.
    pub fn set_self_hosted(&self, self_hosted: bool) {
        self.world().outside.settings.self_hosted = self_hosted;
    }

    /// Stops or keeps a sink's message store, whatever the sink's status.
    pub fn set_store_running(&self, sink: &str, running: bool) {
        self.with_sink(sink, |sink| sink.store_running = Some(running));
    }

    /// Dictates the status of one of a sink's health checks, for example `"error"` with a text.
    pub fn set_health(&self, sink: &str, check: Check, status: &str, error: Option<&str>) {
        let dictated = (status.to_owned(), error.map(str::to_owned));
        self.with_sink(sink, |sink| sink.health.dictated.insert(check, dictated));
    }

    /// Adds a function as the console would: `kind` is path, transform, filter, routing or enrichment, `body` the
    /// path or the code.
    pub fn add_function(&self, name: &str, kind: &str, body: &str) {
        self.with_first(|account, outside| {
            let is_path = kind == "path";
            account.functions.push(Function {
                id: outside.new_id(),
                name: name.to_owned(),
                kind: kind.to_owned(),
                description: Value::Null,
                path: if is_path { json!(body) } else { Value::Null },
                sink_type: Value::Null,
                code: if is_path { Value::Null } else { json!(body) },
            });
        });
    }

    /// Adds a change retention (a WAL pipeline) reading from a database, as the console would.
    pub fn add_change_retention(&self, name: &str, database: &str) {
        self.with_first(|account, outside| {
            let database = account.databases.iter().find(|known| known.name == database)?;
            let slot_id = account.slot_of(database.id)?.id;
            let config: Map<String, Value> =
                [("name", json!(name)), ("source_database", json!(database.name))]
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect();
            account.wal_pipelines.push(WalPipeline { id: outside.new_id(), slot_id, config });
            Some(())
        });
    }

    /// Removes a change retention, as the console would.
    pub fn remove_change_retention(&self, name: &str) {
        self.with_first(|account, _| account.wal_pipelines.retain(|pipeline| pipeline.name() != name));
    }

    fn with_first<T>(&self, work: impl FnOnce(&mut Account, &mut Outside) -> T) -> Option<T> {
        let mut world = self.world();
        let super::World { outside, accounts, .. } = &mut *world;
        accounts.first_mut().map(|account| work(account, outside))
    }

    fn with_sink<T>(&self, name: &str, work: impl FnOnce(&mut Sink) -> T) -> Option<T> {
        self.with_first(|account, _| account.sinks.iter_mut().find(|sink| sink.name == name).map(work))?
    }

    fn with_server(&self, hostname: &str, port: u16, work: impl FnOnce(&mut Postgres)) {
        let mut world = self.world();
        let mut servers = world.outside.servers.iter_mut();
        if let Some(server) =
            servers.find(|known| known.hostname == hostname && known.port == i64::from(port))
        {
            work(server);
        }
    }
}

fn owned(headers: &[(&str, &str)]) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
