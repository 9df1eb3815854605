//! A simulated world: its accounts, and what lies outside them.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::reply::Reply;
use super::server::Server;
use super::state::Account;
use crate::clock::Clock;
use crate::ids::Ids;

/// Everything a simulator knows.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) outside: Outside,
    pub(crate) accounts: Vec<Account>,
    pub(crate) forced: VecDeque<Reply>,
    pub(crate) rate_limit: Option<RateLimit>,
}

/// What does not belong to an account.
#[derive(Debug)]
pub(crate) struct Outside {
    clock: Clock,
    pub(crate) servers: Vec<Server>,
    pub(crate) settings: Settings,
    ids: Ids,
}

/// How fast the vendor works; none of it is published.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// How long a deploy of a pipeline takes.
    pub(crate) deploy: Duration,
    /// How long the backfill of a table takes.
    pub(crate) backfill: Duration,
    /// How long the search for schema changes takes.
    pub(crate) detection: Duration,
    /// How long a `PrivateLink` connection is under review.
    pub(crate) review: Duration,
    /// How long it is being provisioned then.
    pub(crate) provisioning: Duration,
    /// How many validations a minute an account may ask for (rule 119).
    pub(crate) validations_per_minute: Option<usize>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            deploy: Duration::from_secs(8),
            backfill: Duration::from_secs(120),
            detection: Duration::from_secs(5),
            review: Duration::from_secs(600),
            provisioning: Duration::from_secs(300),
            validations_per_minute: Some(30),
        }
    }
}

/// Answers 429 once so many requests have been answered.
#[derive(Debug)]
pub(crate) struct RateLimit {
    pub(crate) left: usize,
    pub(crate) headers: Vec<(String, String)>,
}

impl Outside {
    pub(crate) fn new(clock: Clock, seed: u64) -> Self {
        Self { clock, servers: Vec::new(), settings: Settings::default(), ids: Ids::new(seed) }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    pub(crate) fn new_id(&mut self) -> Uuid {
        self.ids.draw()
    }

    /// A secret of 64 hexadecimal digits.
    pub(crate) fn new_secret(&mut self) -> String {
        (0..2).map(|_| self.ids.draw().simple().to_string()).collect()
    }
}
