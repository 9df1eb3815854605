//! The power goes while tokens are created.

use crate::support::{Asker, VENDOR};
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::Row as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::sleep;
use toolpress_tests::engine::{Engine, Site};
use toolpress_tests::rest::Rest;

/// Creations at a time.
const CREATORS: usize = 12;

/// Longest time until the power goes, in milliseconds.
const LONGEST: u64 = 60;

/// A hundred cycles on each of two databases side by side; the starts are what takes time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn security_g1_tokens_survive_kill_9_on_sqlite() {
    let sites = [Engine::Sqlite.site().await, Engine::Sqlite.site().await];
    let [one, other] = sites.map(|site| site.expect("SQLite is built in"));
    tokio::join!(cycles(&one, 100, 1), cycles(&other, 100, 2));
    for site in [one, other] {
        let checked = site.rows("PRAGMA integrity_check").await;
        assert_eq!(checked[0].get::<String, _>(0), "ok");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn security_g1_tokens_survive_kill_9_on_postgres() {
    if let Some(site) = Engine::Postgres.site().await {
        cycles(&site, 50, 3).await;
    }
}

/// Starts a node, has tokens created, kills it, again and again. Tokens that were acknowledged work after
/// the restart, and nothing is half there.
async fn cycles(site: &Site, count: usize, seed: u64) {
    let mut random = Random(seed);
    let asker = Asker::new();
    let (mut account, mut all, mut tools) = (None, Vec::new(), 0);
    let mut fresh: Vec<String> = Vec::new();
    for cycle in 0..=count {
        let node = site.node().await;
        let account = match &account {
            Some(account) => account,
            None => account.insert(node.rest().account(VENDOR, "http://127.0.0.1:9", "a-secret").await),
        };
        if let (0, Some(token)) = (tools, fresh.first()) {
            tools = asker.tools(&node, token).await;
            assert!((1..36).contains(&tools), "the filter shows {tools} tools");
        }
        for token in &fresh {
            assert_eq!(asker.tools(&node, token).await, tools, "in cycle {cycle} of seed {seed}");
        }
        all.append(&mut fresh);
        if cycle == count {
            for token in &all {
                assert_eq!(asker.status(&node, token).await.0, 200, "one of the {} is gone", all.len());
            }
            node.stop().await;
            break;
        }
        let acknowledged = Arc::new(Mutex::new(Vec::new()));
        let (rest, mut creators) = (node.rest(), JoinSet::new());
        for _ in 0..CREATORS {
            creators.spawn(create(rest.clone(), account.clone(), Arc::clone(&acknowledged)));
        }
        sleep(Duration::from_micros(random.below(LONGEST * 1000))).await;
        node.kill().await;
        creators.join_all().await;
        fresh.append(&mut acknowledged.lock().unwrap_or_else(PoisonError::into_inner));
    }
    assert!(all.len() > count / 2, "only {} tokens were acknowledged in {count} cycles", all.len());
    for (what, sql) in [
        (
            "servers without a token",
            "SELECT s.id FROM server s LEFT JOIN server_token t ON t.server_id = s.id WHERE t.hash IS NULL",
        ),
        (
            "tokens without a server",
            "SELECT t.server_id FROM server_token t LEFT JOIN server s ON s.id = t.server_id WHERE s.id IS NULL",
        ),
        (
            "servers without filter or end",
            "SELECT id FROM server WHERE expires_at IS NULL OR config NOT LIKE '%\"read\"%'",
        ),
    ] {
        assert_eq!(site.rows(sql).await.len(), 0, "{what}, with seed {seed}");
    }
}

/// Creates servers until nobody answers any more.
async fn create(rest: Rest, account: String, acknowledged: Arc<Mutex<Vec<String>>>) {
    let path = format!("/integrated-account/{account}/mcp");
    let body = json!({ "config": { "methods": ["read"] }, "expires_at": "2100-01-01T00:00:00Z" });
    loop {
        let Ok(response) = rest.request(Method::POST, &path).json(&body).send().await else { return };
        assert_eq!(response.status().as_u16(), 201);
        let Ok(server) = response.json::<Value>().await else { return };
        let token = server["token"].as_str().expect("a token").to_owned();
        acknowledged.lock().unwrap_or_else(PoisonError::into_inner).push(token);
    }
}

/// Numbers that are the same at each run (xorshift).
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let Self(state) = self;
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        *state % bound
    }
}
