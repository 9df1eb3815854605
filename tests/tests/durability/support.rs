//! What these tests share: a vendor that says whom it was asked by, and questions that may fail.

use reqwest::{Client, Response};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use toolpress_runtime::Limits;
use toolpress_runtime::call::{EgressPolicy, Upstream as Way};
use toolpress_tests::rest::Rest;
use toolpress_tests::serving::Node;
use toolpress_tests::upstream::{Reply, Upstream, answer};

/// The vendor of all accounts here.
pub(crate) const VENDOR: &str = "sequin_stream";
/// A tool of it that sends one GET.
pub(crate) const GET: &str = "get_single_sequin_stream_sink_consumer_by_id";

/// A vendor that answers with the path it was asked for.
pub(crate) async fn echo() -> Upstream {
    Upstream::scripted(|seen, _| Reply::Bytes(echoed(seen.line()))).await
}

/// The answer to a request line, such as `GET /7/sinks/x`.
pub(crate) fn echoed(line: &str) -> Vec<u8> {
    let path = line.trim_start_matches("GET ");
    answer("200 OK", &["content-type: application/json"], &json!({ "asked": path }).to_string())
}

/// The account and server of a test that needs no more than one.
pub(crate) struct One {
    pub(crate) account: String,
    pub(crate) id: String,
    pub(crate) token: String,
}

impl One {
    pub(crate) async fn of(rest: &Rest, base_url: &str) -> Self {
        let account = rest.account(VENDOR, base_url, "canary-of-one").await;
        Self::more(rest, &account, json!({})).await
    }

    /// Another server of an account.
    pub(crate) async fn more(rest: &Rest, account: &str, body: Value) -> Self {
        let server = rest.server(account, body).await;
        let text = |name: &str| server[name].as_str().expect("a text").to_owned();
        Self { account: account.to_owned(), id: text("id"), token: text("token") }
    }

    pub(crate) fn path(&self) -> String {
        format!("/integrated-account/{}/mcp/{}", self.account, self.id)
    }
}

/// A client of any node, by tokens. One for all, since making one takes long.
#[derive(Clone)]
pub(crate) struct Asker(Client);

impl Asker {
    pub(crate) fn new() -> Self {
        // Making a way to vendors chooses who does the cryptography.
        Way::new(Limits::default(), EgressPolicy::trusted()).expect("a way to vendors");
        Self(Client::builder().no_proxy().build().expect("a client"))
    }

    /// A request; an error where the node is not there or leaves before it has answered.
    pub(crate) async fn send(
        &self,
        node: &str,
        token: &str,
        method: &str,
        params: Value,
    ) -> reqwest::Result<Response> {
        let message = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let request = self.0.post(format!("{node}/mcp/{token}")).json(&message);
        request.header("accept", "application/json, text/event-stream").send().await
    }

    /// Status of a list, and whether it said when to come back.
    pub(crate) async fn status(&self, node: &Node, token: &str) -> (u16, bool) {
        let response = self.send(&node.address, token, "tools/list", json!({})).await.expect("an answer");
        (response.status().as_u16(), response.headers().contains_key("retry-after"))
    }

    /// How many tools a server lists.
    pub(crate) async fn tools(&self, node: &Node, token: &str) -> usize {
        let response = self.send(&node.address, token, "tools/list", json!({})).await.expect("an answer");
        assert_eq!(response.status().as_u16(), 200);
        let answer: Value = response.json().await.expect("JSON");
        answer["result"]["tools"].as_array().expect("tools").len()
    }

    /// The result of a call.
    pub(crate) async fn call(&self, node: &Node, token: &str, id: &str) -> Value {
        let response = self.send(&node.address, token, "tools/call", call(id)).await.expect("an answer");
        let (status, text) = (response.status(), response.text().await.expect("a text"));
        assert_eq!(status.as_u16(), 200, "{text}");
        serde_json::from_str::<Value>(&text).expect("JSON")["result"].take()
    }

    /// How long it takes until a list is answered with this status.
    pub(crate) async fn until(&self, node: &Node, token: &str, wanted: u16) -> Duration {
        let started = Instant::now();
        loop {
            let (status, _) = self.status(node, token).await;
            if status == wanted {
                return started.elapsed();
            }
            assert!(started.elapsed() < toolpress_tests::PATIENCE, "{status} instead of {wanted}");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// The parameters of a call.
pub(crate) fn call(id: &str) -> Value {
    json!({ "name": GET, "arguments": { "id": id } })
}

/// Writes down what was measured, for who runs the tests with `--nocapture`.
pub(crate) fn measured(what: &str, time: Duration) {
    tell(&format!("{what}: {} ms", time.as_millis()));
}

#[allow(clippy::print_stderr, reason = "whoever runs the tests may want to see it")]
pub(crate) fn tell(figure: &str) {
    eprintln!("measured: {figure}");
}
