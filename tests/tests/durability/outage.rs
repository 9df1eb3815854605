//! The database is gone for a while.

use crate::support::{Asker, One, echo, measured};
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::time::sleep;
use toolpress_tests::engine::{Engine, Site};
use toolpress_tests::mcp::Mcp;
use toolpress_tests::postgres::{Postgres, Stop};
use toolpress_tests::serving::Node;

/// How long tokens go on that were seen before.
const OUTAGE: Duration = Duration::from_secs(30);

/// How soon everything is back once the database is.
const BACK: Duration = Duration::from_secs(5);

/// A place with a database server of its own, which may be stopped.
async fn place() -> Option<(Site, Postgres)> {
    let server = Postgres::start()?;
    let mut site = Engine::Sqlite.site().await?;
    site.engine = Engine::Postgres;
    site.database = server.database().await;
    Some((site, server))
}

/// A well-formed token that was never given out.
fn unknown() -> String {
    let token = toolpress_runtime::Token::generate(toolpress_runtime::TokenKind::Server);
    token.expect("randomness").expose().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn security_g5_in_an_outage_known_tokens_go_on_and_revoked_ones_stay_dead() {
    let Some((site, server)) = place().await else { return };
    let vendor = echo().await;
    let node = site.node().await;
    let (rest, asker) = (node.rest(), Asker::new());
    let used = One::of(&rest, &vendor.base_url()).await;
    let revoked = One::more(&rest, &used.account, json!({})).await;
    let unused = One::more(&rest, &used.account, json!({})).await;
    for token in [&used.token, &revoked.token] {
        assert_eq!(asker.call(&node, token, "before").await["isError"], false);
    }
    rest.delete(&revoked.path()).await.expect(reqwest::StatusCode::NO_CONTENT);
    asker.until(&node, &revoked.token, 404).await;
    assert_eq!(asker.call(&node, &used.token, "last").await["isError"], false);

    server.stop(Stop::Immediate);
    let stopped = Instant::now();
    let mut slowest = Duration::ZERO;
    // Half of the bound, so that a busy machine does not come near it.
    while stopped.elapsed() < OUTAGE / 2 {
        let began = Instant::now();
        assert_eq!(asker.call(&node, &used.token, "during").await["isError"], false);
        slowest = slowest.max(began.elapsed());
        for token in [&unused.token, &unknown(), &revoked.token] {
            assert_eq!(asker.status(&node, token).await, (503, true));
        }
        sleep(Duration::from_millis(100)).await;
    }
    measured("slowest call of a known token in an outage", slowest);
    assert!(slowest < Duration::from_secs(3), "{slowest:?}");
    for path in ["/readyz", "/integrated-account", &used.path()] {
        let answer = rest.get(path).await;
        assert!(answer.headers.contains_key("retry-after"), "{path}: {:?}", answer.headers);
        assert_eq!(answer.refused(503)["code"], "unavailable");
    }
    assert_eq!(rest.get("/healthz").await.status.as_u16(), 200);

    // Longer than its answers may be old.
    while stopped.elapsed() < OUTAGE + Duration::from_secs(2) {
        sleep(Duration::from_millis(200)).await;
    }
    assert_eq!(asker.status(&node, &used.token).await, (503, true));

    server.start_again();
    let back = Instant::now();
    let known = asker.until(&node, &used.token, 200).await;
    while rest.get("/readyz").await.status.as_u16() != 200 {
        assert!(back.elapsed() < toolpress_tests::PATIENCE, "not ready");
        sleep(Duration::from_millis(50)).await;
    }
    let created = One::more(&rest, &used.account, json!({})).await;
    measured("first answer after the database is back", known);
    measured("control plane after the database is back", back.elapsed());
    assert!(back.elapsed() < BACK, "{:?}", back.elapsed());
    for token in [&revoked.token, &unknown()] {
        assert_eq!(asker.status(&node, token).await, (404, false));
    }
    for token in [&used.token, &unused.token, &created.token] {
        assert_eq!(asker.call(&node, token, "after").await["isError"], false);
    }
    let (status, _, log) = node.stop().await;
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(!log.contains("panicked"), "{log}");
}

/// A database that takes questions and does not answer is as good as none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn security_g5_a_database_that_hangs_holds_up_no_known_token() {
    let Some((site, server)) = place().await else { return };
    let vendor = echo().await;
    let node = site.node().await;
    let (rest, asker) = (node.rest(), Asker::new());
    let used = One::of(&rest, &vendor.base_url()).await;
    assert_eq!(asker.call(&node, &used.token, "before").await["isError"], false);

    let hanging = Hanging::all_of(&server);
    let began = Instant::now();
    let mut waited = Vec::new();
    while began.elapsed() < Duration::from_secs(8) {
        let calls = (0..4).map(|_| timed(&asker, &node, &used.token));
        waited.extend(futures_util::future::join_all(calls).await);
    }
    waited.sort_unstable();
    let (median, slowest) = (waited[waited.len() / 2], waited[waited.len() - 1]);
    measured("call of a known token while the database hangs, median", median);
    measured("the slowest of them", slowest);
    assert!(
        median < Duration::from_millis(300) && slowest < Duration::from_secs(4),
        "{median:?}, {slowest:?}"
    );
    assert_eq!(asker.status(&node, &unknown()).await, (503, true));
    assert_eq!(rest.get("/readyz").await.status.as_u16(), 503);
    drop(hanging);

    let back = Instant::now();
    while rest.get("/readyz").await.status.as_u16() != 200 {
        assert!(back.elapsed() < BACK, "not ready {:?} after the database is", back.elapsed());
    }
    assert!(asker.until(&node, &unknown(), 404).await < BACK);
    assert!(!node.stop().await.2.contains("panicked"));
}

async fn timed(asker: &Asker, node: &Node, token: &str) -> Duration {
    let began = Instant::now();
    assert_eq!(asker.call(node, token, "during").await["isError"], false);
    began.elapsed()
}

/// Processes of a database server that are stopped until this is dropped.
struct Hanging(Vec<String>);

impl Hanging {
    fn all_of(server: &Postgres) -> Self {
        let file = server.folder().join("data/postmaster.pid");
        let text = std::fs::read_to_string(file).expect("the number of its process");
        let main = text.lines().next().expect("a line").trim().to_owned();
        let output = std::process::Command::new("ps").args(["-o", "pid=", "--ppid", &main]).output();
        let children = String::from_utf8(output.expect("ps").stdout).expect("numbers");
        let processes = std::iter::once(main.as_str()).chain(children.lines()).map(|id| id.trim().to_owned());
        let hanging = Self(processes.collect());
        hanging.signal("-STOP");
        hanging
    }

    fn signal(&self, signal: &str) {
        // Some may have ended of themselves.
        let _ = std::process::Command::new("kill").arg(signal).args(&self.0).status();
    }
}

impl Drop for Hanging {
    fn drop(&mut self) {
        self.signal("-CONT");
    }
}

/// A client of a server that wants a second proof is not told "wrong" when it cannot be known.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn security_g5_a_second_proof_that_cannot_be_looked_up_is_503_not_401() {
    let Some((site, server)) = place().await else { return };
    let node = site.node().await;
    let rest = node.rest();
    let account = rest.account(crate::support::VENDOR, "http://127.0.0.1:9", "a-secret").await;
    let wanting = rest.server(&account, json!({ "config": { "require_api_token_auth": true } })).await;
    let proof = rest.post("/api-token", json!({ "name": "second" })).await.created();
    let proof = proof["token"].as_str().expect("a token").to_owned();
    let never_shown = rest.post("/api-token", json!({ "name": "third" })).await.created();
    let never_shown = never_shown["token"].as_str().expect("a token").to_owned();
    assert_eq!(Mcp::of(&wanting).bearer(&proof).status().await, 200);
    server.stop(Stop::Fast);
    assert_eq!(Mcp::of(&wanting).bearer(&proof).status().await, 200);
    assert_eq!(Mcp::of(&wanting).bearer(&never_shown).status().await, 503);
    server.start_again();
    let began = Instant::now();
    while Mcp::of(&wanting).bearer(&never_shown).status().await != 200 {
        assert!(began.elapsed() < BACK, "{:?}", began.elapsed());
    }
}
