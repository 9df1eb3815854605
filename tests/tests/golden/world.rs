//! A server over HTTP in front of a vendor that records what it is asked and answers by a script.

use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::response::Response;
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpListener;
use toolpress_core::{Catalog, Filter};
use toolpress_runtime::call::{EgressPolicy, Upstream};
use toolpress_runtime::web::Front;
use toolpress_runtime::{Account, Limits, MemoryRegistry, Server, ServerOptions, Shared, mcp};
use toolpress_sandbox::sequin_stream::SequinStream;

/// The credential of every account here; some of its characters look different once they are encoded.
pub(crate) const TOKEN: &str = "canary+7f3a/9c1e==Zq81xW";

/// One request as the vendor got it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// Method, path and query, such as `GET /api/sinks?x=1`.
    pub(crate) line: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Seen {
    /// All values of a header field.
    pub(crate) fn header(&self, name: &str) -> Vec<&str> {
        self.headers.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// An answer of the vendor.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    status: u16,
    headers: Vec<(&'static str, String)>,
    body: String,
    after: Duration,
}

impl Reply {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        let headers = vec![("content-type", "application/json".to_owned())];
        Self { status, headers, body: body.to_string(), after: Duration::ZERO }
    }

    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: String::new(), after: Duration::ZERO }
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    pub(crate) fn headers(self, fields: &[(&'static str, &str)]) -> Self {
        fields.iter().fold(self, |reply, (name, value)| reply.header(name, value))
    }

    /// The vendor takes its time.
    pub(crate) fn after(mut self, ms: u64) -> Self {
        self.after = Duration::from_millis(ms);
        self
    }
}

/// A vendor that records what it is asked. Without a script it answers an empty list.
#[derive(Debug, Default)]
pub(crate) struct Vendor {
    seen: Mutex<Vec<Seen>>,
    script: Mutex<VecDeque<Reply>>,
}

impl Vendor {
    /// Answers the next request with this. Calls queue up.
    pub(crate) fn reply(&self, reply: Reply) {
        self.script.lock().unwrap().push_back(reply);
    }

    /// The requests since the last look.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        std::mem::take(&mut *self.seen.lock().unwrap())
    }

    /// The one request since the last look.
    pub(crate) fn only(&self) -> Seen {
        let seen = self.seen();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen.into_iter().next().unwrap()
    }
}

async fn record(State(vendor): State<Arc<Vendor>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
    let target = head.uri.path_and_query().map_or_else(String::new, ToString::to_string);
    let headers = head.headers.iter();
    let headers =
        headers.map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into()));
    vendor.seen.lock().unwrap().push(Seen {
        line: format!("{} {target}", head.method),
        headers: headers.collect(),
        body: String::from_utf8(body.to_vec()).expect("text"),
    });
    let reply = vendor.script.lock().unwrap().pop_front();
    let reply = reply.unwrap_or_else(|| Reply::json(200, &json!({ "data": [] })));
    tokio::time::sleep(reply.after).await;
    let mut response = Response::builder().status(reply.status);
    for (name, value) in reply.headers {
        response = response.header(name, value);
    }
    response.body(Body::from(reply.body)).expect("a response")
}

/// Serves routes on a port of this machine; their address.
async fn serve(router: axum::Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// What a server is made of.
pub(crate) struct Setup {
    pub(crate) catalog: &'static Catalog,
    pub(crate) slug: &'static str,
    pub(crate) limits: Limits,
    pub(crate) filter: Filter,
    pub(crate) options: ServerOptions,
}

impl Setup {
    /// All tools of Sequin Stream.
    pub(crate) fn sequin() -> Self {
        Self {
            catalog: &toolpress_generated::CATALOG,
            slug: "sequin_stream",
            limits: Limits::default(),
            filter: Filter::default(),
            options: ServerOptions::default(),
        }
    }

    /// All tools of the vendor that is YAML and nothing else.
    pub(crate) fn paper_mill() -> Self {
        Self { catalog: &toolpress_own_vendor::CATALOG, slug: "paper_mill", ..Self::sequin() }
    }

    pub(crate) fn limits(mut self, change: impl FnOnce(&mut Limits)) -> Self {
        change(&mut self.limits);
        self
    }

    pub(crate) fn output_schemas(mut self) -> Self {
        self.options.output_schemas = true;
        self
    }

    /// Serves the tools in front of a recording vendor.
    pub(crate) async fn start(self) -> (Client, Arc<Vendor>) {
        let vendor = Arc::new(Vendor::default());
        let router = axum::Router::new().fallback(record).with_state(Arc::clone(&vendor));
        let base_url = format!("{}/api", serve(router).await);
        (self.connect(&base_url, TOKEN).await, vendor)
    }

    async fn connect(self, base_url: &str, credential: &str) -> Client {
        let vendor = self.catalog.vendor(self.slug).expect("the vendor");
        let mask = vendor.select(&self.filter).expect("a filter");
        let account = Account::new("a1", vendor, Some(base_url), |_| Some(credential.to_owned()));
        let account = Arc::new(account.expect("an account"));
        let upstream = Upstream::new(self.limits.clone(), EgressPolicy::trusted()).expect("an HTTP client");
        let shared = Shared::new(upstream, self.limits.clone());
        let server = Server::new(shared, self.catalog, vendor, mask, account, self.options);
        let registry = Arc::new(MemoryRegistry::new());
        let token = registry.add(server).expect("a token");
        let router = mcp::router(registry, Front::new(None), &self.limits);
        let origin = serve(router).await;
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        Client { http, url: format!("{origin}/mcp/{}", token.expose()), origin }
    }
}

/// The tools of Sequin Stream in front of a recording vendor.
pub(crate) async fn sequin() -> (Client, Arc<Vendor>) {
    Setup::sequin().start().await
}

/// The tools of Sequin Stream in front of its simulator.
pub(crate) async fn simulated(sequin: &SequinStream) -> Client {
    let base_url = format!("{}/api", serve(sequin.simulator().router).await);
    Setup::sequin().connect(&base_url, SequinStream::TOKEN).await
}

/// An MCP client that shows everything it gets.
#[derive(Debug)]
pub(crate) struct Client {
    pub(crate) http: reqwest::Client,
    pub(crate) url: String,
    pub(crate) origin: String,
}

impl Client {
    /// Calls a tool.
    pub(crate) async fn call(&self, tool: &str, arguments: Value) -> Answer {
        self.rpc("tools/call", json!({ "name": tool, "arguments": arguments })).await
    }

    /// Calls a tool that must succeed; what its result holds.
    pub(crate) async fn done(&self, tool: &str, arguments: Value) -> Value {
        let answer = self.call(tool, arguments).await;
        assert_eq!(answer.result()["isError"], false, "{tool}: {}", answer.text());
        answer.structured()["result"].clone()
    }

    pub(crate) async fn rpc(&self, method: &str, params: Value) -> Answer {
        self.send(method, params, "application/json").await
    }

    pub(crate) async fn send(&self, method: &str, params: Value, accept: &str) -> Answer {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let request = self.http.post(&self.url).header("accept", accept).json(&body);
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Answer { status, headers, body: response.text().await.expect("a text") }
    }

    /// The tools as a client reads them.
    pub(crate) async fn tools(&self) -> Vec<Value> {
        let list = self.rpc("tools/list", json!({})).await.result();
        list["tools"].as_array().expect("a list").clone()
    }

    /// One tool as a client reads it.
    pub(crate) async fn tool(&self, name: &str) -> Value {
        let tools = self.tools().await;
        let tool = tools.into_iter().find(|tool| tool["name"] == name);
        tool.unwrap_or_else(|| panic!("no tool {name}"))
    }
}

/// What a client got.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    /// The result, whether it came alone or as the last event of a stream.
    pub(crate) fn result(&self) -> Value {
        let event = self.body.lines().rev().find_map(|line| line.strip_prefix("data: "));
        let message: Value = serde_json::from_str(event.unwrap_or(&self.body)).expect("JSON");
        assert!(message.get("error").is_none(), "{message}");
        message["result"].clone()
    }

    pub(crate) fn is_error(&self) -> bool {
        self.result()["isError"].as_bool().expect("a flag")
    }

    pub(crate) fn structured(&self) -> Value {
        self.result()["structuredContent"].clone()
    }

    /// All text a model reads, one block after the other.
    pub(crate) fn text(&self) -> String {
        let result = self.result();
        let blocks = result["content"].as_array().expect("blocks").iter();
        blocks.filter_map(|block| block["text"].as_str()).collect::<Vec<_>>().join("\n")
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().expect("ASCII"))
    }
}
