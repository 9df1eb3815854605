//! A simulated world: its accounts, and what lies outside them.

use std::collections::VecDeque;
use std::time::Duration;

use jiff::Timestamp;
use uuid::Uuid;

use super::error::Reply;
use super::postgres::Postgres;
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
    pub(crate) clock: Clock,
    pub(crate) servers: Vec<Postgres>,
    pub(crate) settings: Settings,
    ids: Ids,
    lsn: u64,
}

/// How the vendor's runtime behaves.
#[derive(Clone, Debug)]
pub(crate) struct Settings {
    pub(crate) rows_per_second: u64,
    /// How long after its creation a backfill gets its estimate and starts reading.
    pub(crate) backfill_start: Duration,
    pub(crate) ack_wait: Duration,
    pub(crate) buffer_limit: usize,
    /// Self-hosted deployments may use the role of the machine they run on.
    pub(crate) self_hosted: bool,
    /// How long a new sink's message store takes to start.
    pub(crate) store_start: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rows_per_second: 2000,
            backfill_start: Duration::from_secs(1),
            ack_wait: Duration::from_secs(30),
            buffer_limit: 50_000,
            self_hosted: false,
            store_start: Duration::ZERO,
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
        Self {
            clock,
            servers: Vec::new(),
            settings: Settings::default(),
            ids: Ids::new(seed),
            lsn: 309_018_972_104,
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// A version 4 UUID that depends only on the seed and on how many were drawn before.
    pub(crate) fn new_id(&mut self) -> Uuid {
        self.ids.draw()
    }

    /// The position of the next commit in the write-ahead log.
    pub(crate) fn new_lsn(&mut self) -> u64 {
        self.lsn += 56;
        self.lsn
    }
}
