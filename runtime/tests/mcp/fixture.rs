//! A server for the vendor, over HTTP.

use crate::acme::{ACME, CATALOG, Log, router};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use toolpress_core::Filter;
use toolpress_runtime::call::{EgressPolicy, Upstream};
use toolpress_runtime::web::Front;
use toolpress_runtime::{Account, Limits, MemoryRegistry, Server, ServerOptions, Shared, Token, mcp, web};
use url::Url;

async fn vendor() -> (String, Arc<Log>) {
    let log = Arc::new(Log::default());
    let router = router(&log);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    (format!("http://{address}"), log)
}

/// A server that shows everything but destructive tools.
pub(crate) async fn server(limits: Limits) -> (Server, Arc<Log>) {
    let (base_url, log) = vendor().await;
    let effects = Some(vec!["read".to_owned(), "write".to_owned()]);
    let mask = ACME.select(&Filter { effects, ..Filter::default() }).expect("a filter");
    let account =
        Account::new("a1", &ACME, Some(&base_url), |_| Some("canary".to_owned())).expect("an account");
    // The client of the tests wants a provider too.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let upstream = Upstream::new(limits.clone(), EgressPolicy::trusted()).expect("an HTTP client");
    let shared = Shared::new(upstream, limits);
    (Server::new(shared, &CATALOG, &ACME, mask, Arc::new(account), ServerOptions::default()), log)
}

/// A server over HTTP.
pub(crate) struct World {
    pub(crate) address: SocketAddr,
    pub(crate) token: Token,
    pub(crate) log: Arc<Log>,
    pub(crate) client: reqwest::Client,
    /// Stops the server when it is dropped.
    pub(crate) stop: oneshot::Sender<()>,
    pub(crate) serving: JoinHandle<()>,
}

pub(crate) async fn world() -> World {
    world_with(Limits::default()).await
}

pub(crate) async fn world_with(limits: Limits) -> World {
    let (server, log) = server(limits.clone()).await;
    let registry = Arc::new(MemoryRegistry::new());
    let token = registry.add(server).expect("a token");
    let mut front = Front::new(Some(&Url::parse("https://tools.example.com").expect("a URL")));
    front.allow_origin("https://app.example.com").expect("an origin");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    let router = mcp::router(registry, front, &limits);
    let (stop, stopped) = oneshot::channel();
    let serving = tokio::spawn(async move {
        let stopped = async { stopped.await.unwrap_or_default() };
        web::serve(listener, router, &limits, stopped).await;
    });
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    World { address, token, log, client, stop, serving }
}

/// Waits until a counter is at least one.
pub(crate) async fn reached(counter: &AtomicUsize) {
    let waiting = async {
        while counter.load(Ordering::SeqCst) == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(5), waiting).await.expect("within five seconds");
}

/// An answer that was read whole.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Reply {
    pub(crate) async fn of(request: reqwest::RequestBuilder) -> Self {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        Self { status, headers, text: response.text().await.expect("a text") }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// Status and JSON-RPC error code.
    pub(crate) fn error(&self) -> (u16, i64) {
        (self.status, self.json()["error"]["code"].as_i64().unwrap_or_default())
    }
}

impl World {
    pub(crate) fn url(&self) -> String {
        format!("http://{}/mcp/{}", self.address, self.token.expose())
    }

    pub(crate) fn post(&self, body: impl Into<reqwest::Body>) -> reqwest::RequestBuilder {
        self.client.post(self.url()).header("content-type", "application/json").body(body)
    }

    pub(crate) async fn send(&self, body: impl Into<reqwest::Body>) -> Reply {
        Reply::of(self.post(body)).await
    }

    pub(crate) async fn legacy(&self, method: &str, params: Value) -> Reply {
        self.send(rpc(method, &params)).await
    }

    pub(crate) async fn modern(&self, method: &str, params: Value) -> Reply {
        Reply::of(self.modern_post(method, params)).await
    }

    /// A modern request with all the headers it needs.
    pub(crate) fn modern_post(&self, method: &str, params: Value) -> reqwest::RequestBuilder {
        let params = modern_params(params);
        let name = params["name"].as_str().unwrap_or_default().to_owned();
        let request = self.post(rpc(method, &params));
        let request = request.header("mcp-protocol-version", MODERN).header("mcp-method", method);
        if name.is_empty() { request } else { request.header("mcp-name", name) }
    }
}

pub(crate) const MODERN: &str = "2026-07-28";

pub(crate) fn modern_params(mut params: Value) -> Value {
    params["_meta"]["io.modelcontextprotocol/protocolVersion"] = MODERN.into();
    params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = json!({});
    params
}

pub(crate) fn rpc(method: &str, params: &Value) -> String {
    json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params }).to_string()
}

pub(crate) fn call(name: &str, id: &str) -> Value {
    json!({ "name": name, "arguments": { "id": id } })
}
