//! A simulator of Artie's REST API.
//!
//! [`Artie`] is a handle on one simulated world: accounts, and the servers their connectors lead to. Deploys,
//! backfills and provisioning are worked out lazily from the clock on each request. The vendor publishes neither its
//! source nor its timing, so where its documents are silent a choice was made; comments say where. Comments that
//! cite a rule mean the numbered behaviours of the vendor that the tests of this crate go through.

mod backfill;
mod catalog;
mod connector_config;
mod connectors;
mod demo;
mod demo_pipelines;
mod demo_servers;
mod deploy;
mod discovery;
mod encryption_keys;
mod ingestion_keys;
mod links;
mod oracle;
mod pipeline_rules;
mod pipeline_tables;
mod pipelines;
mod provisioning;
mod reach;
mod readers;
mod readiness;
mod reply;
mod request;
mod routes;
mod salts;
mod schema_changes;
mod server;
mod sha256;
mod shape;
mod shapes;
mod source_rules;
mod state;
mod steering;
mod time;
mod tunnels;
mod validators;
mod world;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use serde_json::json;
use uuid::Uuid;

pub use self::server::{Reach, Server, Table};

use self::reply::{Fault, Reply};
use self::state::Account;
use self::world::{Outside, World};
use crate::{Clock, RequestLog, Simulator};

/// Where the ids of a simulated world begin, so that tests see the same ones each time.
const SEED: u64 = 0xa271_e000_0000_0001;

/// The first account's company and environment, which are those of the examples in the vendor's documentation.
const COMPANY: Uuid = Uuid::from_u128(0x11aa_5c3e_4d2b_4a90_8f17_6e5d_4c3b_2a10);
const ENVIRONMENT: Uuid = Uuid::from_u128(0x22bb_6d4f_5e3c_4ba1_9028_7f6e_5d4c_3b21);

/// A handle to look into and steer one simulated world. Clones steer the same one.
#[derive(Clone, Debug)]
pub struct Artie {
    world: Arc<Mutex<World>>,
    log: RequestLog,
    token: Arc<str>,
}

impl Artie {
    /// The API key of the first account of [`Artie::empty`] and [`Artie::with_demo_data`].
    pub const TOKEN: &'static str = "arsk_sandbox-artie-token-for-tests-only";

    /// A world with one account that owns a key and nothing else.
    pub fn empty(clock: Clock) -> Self {
        Self::new(clock, Self::TOKEN, SEED)
    }

    /// A world with connectors, source readers and pipelines to try things on.
    pub fn with_demo_data(clock: Clock) -> Self {
        let simulated = Self::new(clock, Self::TOKEN, SEED);
        simulated.fill_with_demo_data();
        simulated
    }

    /// As [`Artie::with_demo_data`], opened by another key. New ids and secrets are its own.
    pub(crate) fn demo_with_token(clock: Clock, token: &str) -> Self {
        let (seed, _) = Uuid::new_v4().as_u64_pair();
        let simulated = Self::new(clock, token, seed);
        simulated.fill_with_demo_data();
        simulated
    }

    /// The routes and credentials, ready to be served. All simulators of one world share its state.
    pub fn simulator(&self) -> Simulator {
        Simulator {
            vendor: "artie",
            base_path: "",
            credentials: vec![("api_key", self.token.to_string())],
            router: Router::new().fallback(request::answer).with_state(self.clone()),
            log: self.log.clone(),
        }
    }

    fn new(clock: Clock, token: &str, seed: u64) -> Self {
        let world = World {
            outside: Outside::new(clock, seed),
            accounts: vec![Account::new(COMPANY, ENVIRONMENT, token)],
            forced: VecDeque::new(),
            rate_limit: None,
        };
        Self { world: Arc::new(Mutex::new(world)), log: RequestLog::default(), token: Arc::from(token) }
    }

    /// Opens one more account, whose resources the first one's key cannot see. Keys begin with `arsk_`.
    pub fn add_account(&self, token: &str) {
        let mut world = self.world();
        let (company, environment) = (world.outside.new_id(), world.outside.new_id());
        world.accounts.push(Account::new(company, environment, token));
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

    /// Works on the account a key opens, after letting time do its work (rule 96).
    pub(crate) fn with_account<T>(
        &self,
        token: &str,
        work: impl FnOnce(&mut Account, &mut Outside) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let mut world = self.world();
        let World { outside, accounts, .. } = &mut *world;
        let account = accounts.iter_mut().find(|account| account.token == token);
        let account = account.ok_or_else(|| Fault::new(401, "invalid API key"))?;
        deploy::advance(account, outside);
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
        Some(Reply { status: 429, headers, body: Some(json!({"error": "Too Many Requests"})) })
    }

    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
