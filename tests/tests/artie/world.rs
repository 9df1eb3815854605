//! Servers over HTTP in front of a vendor: one that records and answers by a script, or the simulator.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use tokio::net::TcpListener;
use toolpress_core::{Filter, Vendor};
use toolpress_generated::CATALOG;
use toolpress_runtime::call::{EgressPolicy, Upstream};
use toolpress_runtime::web::Front;
use toolpress_runtime::{Account, Limits, MemoryRegistry, Server, ServerOptions, Shared, mcp};
use toolpress_sandbox::artie::Artie;
use toolpress_sandbox::{Clock, RequestLog};

/// The credential of servers in front of a recording vendor; it looks different once it is encoded.
pub(crate) const TOKEN: &str = "arsk_canary+7f3a/9c1e==";

/// The vendor whose tools are tested.
pub(crate) fn artie() -> &'static Vendor {
    CATALOG.vendor("artie").expect("the vendor")
}

/// A filter of tags; an empty list stands for none.
pub(crate) fn tags(tags: &[&str]) -> Filter {
    let tags: Vec<_> = tags.iter().map(|tag| (*tag).to_owned()).collect();
    Filter { tags: (!tags.is_empty()).then_some(tags), ..Filter::default() }
}

/// A filter of effects.
pub(crate) fn effects(effects: &[&str]) -> Filter {
    Filter { effects: Some(effects.iter().map(|effect| (*effect).to_owned()).collect()), ..Filter::default() }
}

/// One request as the vendor got it.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    /// Method, path and query.
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

/// A vendor that records what it is asked. Without a script it answers an empty list.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    seen: Mutex<Vec<Seen>>,
    script: Mutex<VecDeque<(u16, Option<Value>)>>,
}

impl Recorder {
    /// Answers the next request with this. Calls queue up.
    pub(crate) fn reply(&self, status: u16, body: &Value) {
        self.script.lock().unwrap().push_back((status, Some(body.clone())));
    }

    /// Answers the next request with nothing.
    pub(crate) fn reply_nothing(&self) {
        self.script.lock().unwrap().push_back((204, None));
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

async fn record(State(recorder): State<Arc<Recorder>>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = axum::body::to_bytes(body, 1 << 20).await.expect("a body");
    let target = head.uri.path_and_query().map_or_else(String::new, ToString::to_string);
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    let headers = head.headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes())));
    let seen =
        Seen { line: format!("{} {target}", head.method), headers: headers.collect(), body: text(&body) };
    recorder.seen.lock().unwrap().push(seen);
    let reply = recorder.script.lock().unwrap().pop_front();
    let (status, body) = reply.unwrap_or_else(|| (200, Some(json!({ "items": [] }))));
    let response = Response::builder().status(status);
    let response = match body {
        Some(body) => response.header("content-type", "application/json").body(Body::from(body.to_string())),
        None => response.body(Body::empty()),
    };
    response.expect("a response")
}

/// Serves routes on a port of this machine; their address.
async fn listen(router: axum::Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// An MCP server with the tools of a vendor inside a filter; its address.
pub(crate) async fn serve(
    vendor: &'static Vendor,
    base_url: &str,
    credential: &str,
    filter: &Filter,
) -> String {
    let mask = vendor.select(filter).expect("a filter");
    let account = Account::new("a1", vendor, Some(base_url), |_| Some(credential.to_owned()));
    let account = Arc::new(account.expect("an account"));
    let limits = Limits::default();
    let upstream = Upstream::new(limits.clone(), EgressPolicy::trusted()).expect("an HTTP client");
    let shared = Shared::new(upstream, limits.clone());
    let server = Server::new(shared, &CATALOG, vendor, mask, account, ServerOptions::default());
    let registry = Arc::new(MemoryRegistry::new());
    let token = registry.add(server).expect("a token");
    let origin = listen(mcp::router(registry, Front::new(None), &limits)).await;
    format!("{origin}/mcp/{}", token.expose())
}

/// All tools of Artie in front of a recording vendor.
pub(crate) async fn recorded() -> (Client, Arc<Recorder>) {
    recorded_with(&Filter::default()).await
}

/// The tools inside a filter in front of a recording vendor.
pub(crate) async fn recorded_with(filter: &Filter) -> (Client, Arc<Recorder>) {
    let recorder = Arc::new(Recorder::default());
    let router = axum::Router::new().fallback(record).with_state(Arc::clone(&recorder));
    let url = serve(artie(), &listen(router).await, TOKEN, filter).await;
    (Client::new(url), recorder)
}

/// The simulated demo account, in a time that stands still.
pub(crate) struct Demo {
    pub(crate) simulated: Artie,
    pub(crate) clock: Clock,
    pub(crate) log: RequestLog,
    base_url: String,
}

impl Demo {
    pub(crate) async fn new() -> Self {
        let clock = Clock::manual();
        let simulated = Artie::with_demo_data(clock.clone());
        let simulator = simulated.simulator();
        let base_url = format!("{}{}", listen(simulator.router).await, simulator.base_path);
        Self { simulated, clock, log: simulator.log, base_url }
    }

    /// The address of a server with all tools in front of it.
    pub(crate) async fn serve(&self) -> String {
        serve(artie(), &self.base_url, Artie::TOKEN, &Filter::default()).await
    }

    pub(crate) async fn client(&self) -> Client {
        Client::new(self.serve().await)
    }

    /// What the vendor was asked so far, as `GET /pipelines`.
    pub(crate) fn requests(&self) -> Vec<String> {
        let all = self.log.all();
        all.iter().map(|request| format!("{} {}", request.method, request.path)).collect()
    }

    /// The JSON of one request so far.
    pub(crate) fn body(&self, place: usize) -> Value {
        serde_json::from_slice(&self.log.all()[place].body).expect("a JSON body")
    }
}

/// An MCP client that shows everything it gets.
#[derive(Debug)]
pub(crate) struct Client {
    http: reqwest::Client,
    url: String,
}

impl Client {
    fn new(url: String) -> Self {
        Self { http: reqwest::Client::builder().no_proxy().build().expect("a client"), url }
    }

    /// The result of a call, whatever became of it.
    pub(crate) async fn call(&self, tool: &str, arguments: Value) -> Value {
        self.rpc("tools/call", json!({ "name": tool, "arguments": arguments })).await
    }

    /// What a call that must succeed gives.
    pub(crate) async fn done(&self, tool: &str, arguments: Value) -> Value {
        let result = self.call(tool, arguments).await;
        assert_eq!(result["isError"], false, "{tool}: {result}");
        result["structuredContent"]["result"].clone()
    }

    /// Status and text of a call that must fail at the vendor.
    pub(crate) async fn fail(&self, tool: &str, arguments: Value) -> (Value, String) {
        let result = self.call(tool, arguments).await;
        assert_eq!(result["isError"], true, "{tool}: {result}");
        (result["structuredContent"]["error"]["status"].clone(), text(&result))
    }

    /// The message of a call of a tool that the server does not know.
    pub(crate) async fn unknown(&self, tool: &str, arguments: Value) -> String {
        let message = self.send("tools/call", json!({ "name": tool, "arguments": arguments })).await;
        message["error"]["message"].as_str().unwrap_or_else(|| panic!("{tool}: {message}")).to_owned()
    }

    async fn rpc(&self, method: &str, params: Value) -> Value {
        let message = self.send(method, params).await;
        assert!(message.get("error").is_none(), "{message}");
        message["result"].clone()
    }

    async fn send(&self, method: &str, params: Value) -> Value {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let request = self.http.post(&self.url).header("accept", "application/json").json(&body);
        let response = request.send().await.expect("an answer");
        response.json().await.expect("JSON")
    }

    /// The tools as a client reads them.
    pub(crate) async fn tools(&self) -> Vec<Value> {
        let list = self.rpc("tools/list", json!({})).await;
        list["tools"].as_array().expect("a list").clone()
    }

    /// Their names.
    pub(crate) async fn names(&self) -> Vec<String> {
        let tools = self.tools().await;
        tools.iter().map(|tool| tool["name"].as_str().expect("a name").to_owned()).collect()
    }

    /// One tool as a client reads it.
    pub(crate) async fn tool(&self, name: &str) -> Value {
        let tool = self.tools().await.into_iter().find(|tool| tool["name"] == name);
        tool.unwrap_or_else(|| panic!("no tool {name}"))
    }

    /// What a tool's description says.
    pub(crate) async fn description(&self, name: &str) -> String {
        self.tool(name).await["description"].as_str().expect("a description").to_owned()
    }
}

/// All text a model reads of a result, one block after the other.
pub(crate) fn text(result: &Value) -> String {
    let blocks = result["content"].as_array().expect("blocks").iter();
    blocks.filter_map(|block| block["text"].as_str()).collect::<Vec<_>>().join("\n")
}

/// The record of a list that has this name.
pub(crate) fn named<'a>(list: &'a Value, name: &str) -> &'a Value {
    let records = list.as_array().expect("a list");
    let found: Vec<_> = records.iter().filter(|record| record["name"] == name).collect();
    assert_eq!(found.len(), 1, "{name} in {list}");
    found[0]
}
