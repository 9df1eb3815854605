//! Two nodes that share nothing but a database.

use crate::support::{Asker, One, VENDOR, echo, measured};
use reqwest::StatusCode;
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::time::sleep;
use toolpress_tests::PATIENCE;
use toolpress_tests::engine::{Engine, Site};
use toolpress_tests::mcp::Mcp;
use toolpress_tests::serving::Node;
use toolpress_tests::upstream::Upstream;

/// Within this, changes are to be seen by all nodes. Tests say how long it took, and fail only far beyond,
/// since other programs share the machine.
const SOON: Duration = Duration::from_secs(5);

struct Pair {
    site: Site,
    one: Node,
    other: Node,
    asker: Asker,
    vendor: Upstream,
    account: String,
}

impl Pair {
    async fn new() -> Option<Self> {
        let site = Engine::Postgres.site().await?;
        let (one, other) = tokio::join!(site.node(), site.node());
        let vendor = echo().await;
        let account = one.rest().account(VENDOR, &vendor.base_url(), "canary-of-the-pair").await;
        Some(Self { site, one, other, asker: Asker::new(), vendor, account })
    }

    /// A new server, used on both nodes.
    async fn used(&self) -> One {
        let server = One::more(&self.one.rest(), &self.account, json!({})).await;
        for node in [&self.other, &self.one] {
            // At once: nodes do not remember what is not there.
            assert_eq!(self.asker.call(node, &server.token, "x").await["isError"], false);
        }
        server
    }

    /// The other node says 404 soon.
    async fn gone(&self, token: &str, what: &str) {
        let took = self.asker.until(&self.other, token, 404).await;
        measured(what, took);
        assert!(took < SOON, "{what}: {took:?}");
    }

    /// Every way to end or change a server through one node is seen by the other.
    async fn changes(&self, when: &str) {
        let (rest, other) = (self.one.rest(), self.other.rest());
        let server = self.used().await;
        rest.delete(&server.path()).await.expect(StatusCode::NO_CONTENT);
        self.gone(&server.token, &format!("deleted, {when}")).await;

        let server = self.used().await;
        let rotated =
            other.post(&format!("{}/rotate", server.path()), json!({ "overlap_seconds": 0 })).await.ok();
        let token = rotated["token"].as_str().expect("a token");
        assert_eq!(self.asker.call(&self.one, token, "new").await["isError"], false);
        let took = self.asker.until(&self.one, &server.token, 404).await;
        measured(&format!("rotated, {when}"), took);
        assert!(took < SOON, "{took:?}");

        let server = self.used().await;
        let all = self.asker.tools(&self.other, &server.token).await;
        rest.patch(&server.path(), json!({ "config": { "methods": ["list"] } })).await.ok();
        let began = Instant::now();
        while self.asker.tools(&self.other, &server.token).await == all {
            assert!(began.elapsed() < SOON, "the old filter is shown for {:?}", began.elapsed());
        }
        measured(&format!("another filter, {when}"), began.elapsed());

        let secret = format!("a-secret-of-now-{when}").replace(' ', "-");
        let path = format!("/integrated-account/{}", self.account);
        rest.patch(&path, json!({ "credentials": { "api_token": secret } })).await.ok();
        let began = Instant::now();
        let bearer = format!("Bearer {secret}");
        let server = self.used().await;
        loop {
            self.asker.call(&self.other, &server.token, "whose").await;
            if self.vendor.seen().last().expect("a request").header("authorization") == [bearer.as_str()] {
                break;
            }
            assert!(began.elapsed() < SOON, "the old credential is sent for {:?}", began.elapsed());
        }
        measured(&format!("another credential, {when}"), began.elapsed());

        let server =
            rest.server(&self.account, json!({ "config": { "require_api_token_auth": true } })).await;
        let proof = rest.post("/api-token", json!({ "name": "second" })).await.created();
        let token = server["token"].as_str().expect("a token");
        let mcp = Mcp::new(format!("{}/mcp/{token}", self.other.address));
        let mcp = mcp.bearer(proof["token"].as_str().expect("a token"));
        assert_eq!(mcp.status().await, 200);
        rest.delete(&format!("/api-token/{}", proof["id"].as_str().expect("an id"))).await;
        let began = Instant::now();
        while mcp.status().await != 401 {
            assert!(began.elapsed() < SOON, "a deleted API token opens for {:?}", began.elapsed());
        }
        measured(&format!("API token deleted, {when}"), began.elapsed());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn security_g6_what_one_node_changes_the_other_knows() {
    let Some(pair) = Pair::new().await else { return };
    pair.changes("nodes in touch").await;
    let server = pair.used().await;
    let path = format!("/integrated-account/{}", pair.account);
    pair.other.rest().delete(&path).await.expect(StatusCode::NO_CONTENT);
    pair.gone(&server.token, "account deleted").await;
    let took = pair.asker.until(&pair.one, &server.token, 404).await;
    assert!(took < SOON, "{took:?}");
}

/// Also while nobody hears of changes, and afterwards.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn security_g6_a_cut_line_between_the_nodes_changes_nothing() {
    let Some(pair) = Pair::new().await else { return };
    // Named by what they did last: nodes listen, and do nothing else on that connection.
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE datname = current_database() AND query LIKE 'LISTEN%'";
    for _ in 0..3 {
        let server = pair.used().await;
        let began = Instant::now();
        while pair.site.rows(cut).await.is_empty() {
            assert!(began.elapsed() < PATIENCE, "no node listens again");
            sleep(Duration::from_millis(20)).await;
        }
        pair.one.rest().delete(&server.path()).await.expect(StatusCode::NO_CONTENT);
        pair.gone(&server.token, "deleted while nobody listens").await;
    }
    pair.changes("after the line was cut").await;
}
