//! A simulator of the Sequin Stream REST API.
//!
//! [`SequinStream`] is a handle on one simulated deployment: its accounts, the Postgres servers they connect to,
//! and the messages waiting in their streams. Progress is worked out lazily from the clock on each request.
//! Comments that cite a rule mean the numbered behaviours of the vendor that the tests of this crate go through.

mod api_keys;
mod auth;
mod backfills;
mod changeset;
mod config;
mod config_apply;
mod config_databases;
mod config_functions;
mod config_show;
mod database_params;
mod databases;
mod demo;
mod demo_feed;
mod destinations;
mod error;
mod health;
mod http_endpoints;
mod ingest;
mod obfuscate;
mod postgres;
mod probe;
mod replications;
mod request;
mod routes;
mod sink_body;
mod sink_record;
mod sink_source;
mod sinks;
mod state;
mod steering;
mod store;
mod streams;
mod time;
mod tunnels;
mod uri;
mod world;
mod yaml_text;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use serde_json::json;

pub use self::health::Check;
pub use self::ingest::Change;
pub use self::postgres::{Postgres, Reach, Table};

use self::error::{Fault, Reply};
use self::state::{Account, ApiKey};
use self::world::{Outside, World};
use crate::{Clock, RequestLog, Simulator};

/// Where the ids of a simulated world begin, so that tests see the same ones each time.
const SEED: u64 = 0x5e91_0000_0000_0001;

/// A handle to look into and steer one simulated deployment. Clones steer the same one.
#[derive(Clone, Debug)]
pub struct SequinStream {
    world: Arc<Mutex<World>>,
    clock: Clock,
    log: RequestLog,
    token: Arc<str>,
}

impl SequinStream {
    /// The token of the first account of [`SequinStream::empty`] and [`SequinStream::with_demo_data`].
    pub const TOKEN: &'static str = "sandbox-sequin-stream-token-for-tests-only";

    /// A deployment with one account that owns a token and nothing else.
    pub fn empty(clock: Clock) -> Self {
        Self::new(clock, Self::TOKEN, SEED)
    }

    /// A deployment with databases, sinks, streams and backfills to try things on.
    pub fn with_demo_data(clock: Clock) -> Self {
        let simulated = Self::new(clock, Self::TOKEN, SEED);
        simulated.fill_with_demo_data();
        simulated
    }

    /// As [`SequinStream::with_demo_data`], opened by another token and with ids of its own.
    pub(crate) fn demo_with_token(clock: Clock, token: &str) -> Self {
        let (seed, _) = uuid::Uuid::new_v4().as_u64_pair();
        let simulated = Self::new(clock, token, seed);
        simulated.fill_with_demo_data();
        simulated
    }

    /// The routes and credentials, ready to be served. All simulators of one deployment share its state.
    pub fn simulator(&self) -> Simulator {
        Simulator {
            vendor: "sequin_stream",
            base_path: "/api",
            credentials: vec![("api_token", self.token.to_string())],
            router: Router::new().fallback(request::answer).with_state(self.clone()),
            log: self.log.clone(),
        }
    }

    fn new(clock: Clock, token: &str, seed: u64) -> Self {
        let world = World {
            outside: Outside::new(clock.clone(), seed),
            accounts: Vec::new(),
            forced: VecDeque::new(),
            rate_limit: None,
        };
        let simulated = Self {
            world: Arc::new(Mutex::new(world)),
            clock,
            log: RequestLog::default(),
            token: Arc::from(token),
        };
        simulated.add_account("Acme", token);
        simulated
    }

    /// Opens one more account, whose resources the first one's token cannot see.
    pub fn add_account(&self, name: &str, token: &str) {
        let mut world = self.world();
        let now = world.outside.now();
        let mut account = Account::new(world.outside.new_id(), name, now);
        account.api_keys.push(ApiKey {
            id: world.outside.new_id(),
            name: "Default".to_owned(),
            token: token.to_owned(),
            inserted_at: now,
        });
        world.accounts.push(account);
    }

    fn fill_with_demo_data(&self) {
        let mut world = self.world();
        let World { outside, accounts, .. } = &mut *world;
        if let Some(account) = accounts.first_mut() {
            demo::fill(account, outside);
        }
    }

    pub(crate) fn log(&self) -> &RequestLog {
        &self.log
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Works on the account a token opens, after letting time do its work.
    pub(crate) fn with_account<T>(
        &self,
        token: &str,
        work: impl FnOnce(&mut Account, &mut Outside) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut world = self.world();
        let World { outside, accounts, .. } = &mut *world;
        let owns = |account: &&mut Account| account.api_keys.iter().any(|key| key.token == token);
        let account = accounts.iter_mut().find(owns).ok_or_else(auth::unknown)?;
        demo_feed::advance(account, outside);
        backfills::advance(account, outside);
        work(account, outside)
    }

    /// The answer a test has dictated for the next request, if any.
    pub(crate) fn forced_reply(&self) -> Option<Reply> {
        let mut world = self.world();
        if let Some(reply) = world.forced.pop_front() {
            return Some(reply);
        }
        let limit = world.rate_limit.as_mut()?;
        if limit.left > 0 {
            limit.left -= 1;
            return None;
        }
        let headers = limit.headers.clone();
        Some(Reply { status: 429, headers, body: json!({"summary": "Too many requests"}) })
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
