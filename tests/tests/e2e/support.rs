//! A simulated vendor and servers in front of it, all on loopback, and what happened between them.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use toolpress_core::{Filter, Mask, Tool, Vendor};
use toolpress_generated::CATALOG;
use toolpress_runtime::call::{EgressPolicy, Upstream};
use toolpress_runtime::web::{self, Front};
use toolpress_runtime::{Account, Limits, MemoryRegistry, Server, ServerOptions, Shared, mcp};
use toolpress_sandbox::sequin_stream::SequinStream;
use toolpress_sandbox::{Clock, Received, RequestLog};

/// The vendor whose tools are tested.
pub(crate) fn sequin() -> &'static Vendor {
    CATALOG.vendor("sequin_stream").expect("a pressed vendor")
}

/// Its tools' names, sorted.
pub(crate) fn all_names() -> Vec<&'static str> {
    sequin().tools.iter().map(|tool| tool.name).collect()
}

/// A filter of the words that are given; an empty list stands for none.
pub(crate) fn filter(methods: &[&str], tags: &[&str], effects: &[&str]) -> Filter {
    let words = |words: &[&str]| {
        (!words.is_empty()).then(|| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
    };
    Filter { methods: words(methods), tags: words(tags), effects: words(effects) }
}

/// Names inside a filter, sorted.
pub(crate) fn names_of(filter: &Filter) -> Vec<&'static str> {
    let mask = sequin().select(filter).expect("a filter of known words");
    sequin().visible(&mask).map(|(_, tool)| tool.name).collect()
}

/// Tools outside a filter.
pub(crate) fn hidden(filter: &Filter) -> Vec<&'static Tool> {
    let shown: BTreeSet<&str> = names_of(filter).into_iter().collect();
    sequin().tools.iter().filter(|tool| !shown.contains(tool.name)).collect()
}

/// Whether a text holds a name, not merely a longer one that begins or ends with it.
pub(crate) fn mentions(text: &str, name: &str) -> bool {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices(name)
        .any(|(at, _)| !text[..at].ends_with(part) && !text[at + name.len()..].starts_with(part))
}

/// What happened, in order, as far as anybody wrote it down. Clones share the same story.
#[derive(Clone, Debug, Default)]
pub(crate) struct Trace(Arc<Mutex<Vec<String>>>);

impl Trace {
    pub(crate) fn note(&self, line: impl Into<String>) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(line.into());
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// A simulated vendor that listens on loopback.
pub(crate) struct World {
    pub(crate) simulated: SequinStream,
    pub(crate) clock: Clock,
    pub(crate) log: RequestLog,
    pub(crate) trace: Trace,
    pub(crate) base_url: String,
}

impl World {
    /// The demo account, in a time that stands still.
    pub(crate) async fn new() -> Self {
        Self::in_time(Clock::manual()).await
    }

    /// The demo account, in the time of this clock.
    pub(crate) async fn in_time(clock: Clock) -> Self {
        let simulated = SequinStream::with_demo_data(clock.clone());
        let simulator = simulated.simulator();
        let trace = Trace::default();
        let router = simulator.router.layer(from_fn_with_state(trace.clone(), watch_vendor));
        let base_url = format!("{}{}", listen(router).await, simulator.base_path);
        Self { simulated, clock, log: simulator.log, trace, base_url }
    }

    /// An MCP server that shows all tools.
    pub(crate) async fn serve(&self) -> String {
        self.serve_with(&Filter::default(), Limits::default()).await
    }

    /// An MCP server that shows the tools inside a filter.
    pub(crate) async fn serve_only(&self, filter: &Filter) -> String {
        self.serve_with(filter, Limits::default()).await
    }

    /// An MCP server behind a filter, within these bounds. Its address is answered.
    pub(crate) async fn serve_with(&self, filter: &Filter, limits: Limits) -> String {
        serve(&self.base_url, filter, limits, &self.trace).await
    }

    /// What the vendor was asked so far, as `GET /api/sinks`.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.log.all().iter().map(line).collect()
    }
}

/// An MCP server in front of whatever listens at `base_url`.
pub(crate) async fn serve(base_url: &str, filter: &Filter, limits: Limits, trace: &Trace) -> String {
    let mask = if *filter == Filter::default() {
        Mask::all(sequin())
    } else {
        sequin().select(filter).expect("a filter of known words")
    };
    let credential = |_: &str| Some(SequinStream::TOKEN.to_owned());
    let account = Account::new("e2e", sequin(), Some(base_url), credential).expect("an account");
    let upstream = Upstream::new(limits.clone(), EgressPolicy::trusted()).expect("an upstream");
    let shared = Shared::new(upstream, limits.clone());
    let server = Server::new(shared, &CATALOG, sequin(), mask, Arc::new(account), ServerOptions::default());
    let registry = Arc::new(MemoryRegistry::new());
    let token = registry.add(server).expect("randomness");
    let router = mcp::router(registry, Front::default(), &limits);
    let router = router.layer(from_fn_with_state(trace.clone(), watch_server));
    format!("{}/mcp/{}", listen(router).await, token.expose())
}

/// A request as one line.
pub(crate) fn line(request: &Received) -> String {
    format!("{} {}", request.method, request.path)
}

/// The JSON a request carried.
pub(crate) fn body(request: &Received) -> Value {
    serde_json::from_slice(&request.body).expect("a JSON body")
}

/// A client without proxies in the making. rustls wants a provider even for plain HTTP; making an
/// upstream sets it.
pub(crate) fn client_builder() -> reqwest::ClientBuilder {
    Upstream::new(Limits::default(), EgressPolicy::trusted()).expect("an upstream");
    reqwest::Client::builder().no_proxy()
}

/// A client that reads what comes, byte by byte.
pub(crate) fn http_client() -> reqwest::Client {
    client_builder().build().expect("a client")
}

/// A legacy request.
pub(crate) fn rpc(method: &str, params: &Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params })
}

/// Posts one message and gives status and text of the answer.
pub(crate) async fn post(client: &reqwest::Client, url: &str, message: &Value) -> (u16, String) {
    let request = client.post(url).header("accept", "application/json, text/event-stream");
    let response = request.json(message).send().await.expect("an answer");
    (response.status().as_u16(), response.text().await.expect("a text"))
}

/// Serves routes in the background, for as long as the test runs.
pub(crate) async fn listen(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        web::serve(listener, router, &Limits::default(), std::future::pending()).await;
    });
    format!("http://{address}")
}

async fn watch_vendor(State(trace): State<Trace>, request: Request, next: Next) -> Response {
    trace.note(format!("vendor asked: {} {}", request.method(), request.uri().path()));
    let response = next.run(request).await;
    trace.note(format!("vendor answers: {}", response.status().as_u16()));
    response
}

async fn watch_server(State(trace): State<Trace>, request: Request, next: Next) -> Response {
    let (head, sent) = request.into_parts();
    let sent = to_bytes(sent, usize::MAX).await.expect("a whole body");
    let message: Value = serde_json::from_slice(&sent).unwrap_or_default();
    let tool = message["params"]["name"].as_str().filter(|_| message["method"] == "tools/call");
    if let Some(tool) = tool {
        trace.note(format!("server asked: {tool}"));
    }
    let response = next.run(Request::from_parts(head, Body::from(sent))).await;
    if tool.is_some() {
        trace.note(format!("server answers: {}", response.status().as_u16()));
    }
    response
}
