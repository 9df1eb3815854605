//! What a test may do to a simulated world from outside the API.

use std::time::Duration;

use serde_json::Value;
use uuid::Uuid;

use super::reply::Reply;
use super::state::{Account, find, find_mut};
use super::world::RateLimit;
use super::{Artie, Reach, Server, Table};

impl Artie {
    /// Answers the next request, whatever it is, with this status, headers and body. A body of null is none. Calls
    /// queue up.
    pub fn fail_next(&self, status: u16, headers: &[(&str, &str)], body: Value) {
        let body = (!body.is_null()).then_some(body);
        self.world().forced.push_back(Reply { status, headers: owned(headers), body });
    }

    /// Answers 429 with these headers once `after` more requests have been answered.
    pub fn rate_limit(&self, after: usize, headers: &[(&str, &str)]) {
        self.world().rate_limit = Some(RateLimit { left: after, headers: owned(headers) });
    }

    /// Lifts a rate limit and forgets dictated answers.
    pub fn behave(&self) {
        let mut world = self.world();
        world.rate_limit = None;
        world.forced.clear();
    }

    /// How many validations an account may ask for within a minute, 30 unless set; `None` for no limit.
    pub fn set_validations_per_minute(&self, limit: Option<usize>) {
        self.world().outside.settings.validations_per_minute = limit;
    }

    /// How long deploys begun from now on take; 8 seconds unless set.
    pub fn set_deploy_time(&self, takes: Duration) {
        self.world().outside.settings.deploy = takes;
    }

    /// How long backfills begun from now on take; two minutes unless set.
    pub fn set_backfill_time(&self, takes: Duration) {
        self.world().outside.settings.backfill = takes;
    }

    /// Puts up a server, in place of an earlier one of its type at the same address.
    pub fn add_server(&self, server: Server) {
        let servers = &mut self.world().outside.servers;
        servers.retain(|old| old.kind != server.kind || old.address != server.address);
        servers.push(server);
    }

    /// Makes a server reachable or not.
    pub fn set_reach(&self, address: &str, reach: Reach) {
        self.with_server(address, |server| server.reach = reach);
    }

    /// Creates or replaces a table on a server.
    pub fn add_table(&self, address: &str, database: &str, table: Table) {
        self.with_server(address, |server| server.put(database, table));
    }

    /// The virtual warehouses of a server.
    pub fn warehouses(&self, address: &str) -> Vec<String> {
        self.with_server(address, |server| server.warehouses.clone()).unwrap_or_default()
    }

    /// The replication slots of a server.
    pub fn slots(&self, address: &str) -> Vec<String> {
        let slots = self.with_server(address, |server| server.slots.clone());
        slots.unwrap_or_default().into_iter().map(|(name, _)| name).collect()
    }

    /// Whether the first account's key belongs to a company admin, as it does at first.
    pub fn set_admin(&self, admin: bool) {
        self.with_first(|account| account.admin = admin);
    }

    /// Forbids the first account to start, pause or resume a pipeline.
    pub fn forbid_pipeline(&self, uuid: &str) {
        if let Ok(uuid) = Uuid::parse_str(uuid) {
            self.with_first(|account| account.forbidden.insert(uuid));
        }
    }

    /// Gives a `PrivateLink` connection of the first account a status, whatever the time.
    pub fn set_link_status(&self, uuid: &str, status: &str) {
        self.with_first(|account| {
            if let Ok(link) = find_mut(&mut account.links, uuid) {
                link.dictated = Some(status.to_owned());
            }
        });
    }

    /// The uuid of the first account's pipeline of this name.
    pub fn pipeline(&self, name: &str) -> Option<String> {
        self.with_first(|account| {
            let found = account.pipelines.iter().find(|pipeline| pipeline.name() == name);
            found.map(|pipeline| pipeline.uuid.to_string())
        })?
    }

    /// Whether the first account has a connector with this uuid.
    pub fn has_connector(&self, uuid: &str) -> bool {
        self.with_first(|account| find(&account.connectors, uuid).is_ok()).unwrap_or(false)
    }

    fn with_first<T>(&self, work: impl FnOnce(&mut Account) -> T) -> Option<T> {
        self.world().accounts.first_mut().map(work)
    }

    fn with_server<T>(&self, address: &str, work: impl FnOnce(&mut Server) -> T) -> Option<T> {
        self.world().outside.servers.iter_mut().find(|server| server.address == address).map(work)
    }
}

fn owned(headers: &[(&str, &str)]) -> Vec<(String, String)> {
    headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}
