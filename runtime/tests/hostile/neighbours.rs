//! Many servers in one process: none waits for another, none gets another's answer.

use crate::acme::{ACME, CATALOG};
use crate::fixture::{Reply, call, rpc};
use crate::wire::Wire;
use axum::extract::Path;
use axum::routing::get;
use axum::{Json, Router};
use futures_util::{StreamExt as _, stream};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use toolpress_core::Mask;
use toolpress_runtime::call::{EgressPolicy, Upstream};
use toolpress_runtime::web::{self, Front};
use toolpress_runtime::{Account, Limits, MemoryRegistry, Server, ServerOptions, Shared, mcp};

/// A vendor with many customers: each has a base URL, and the first one's requests are never answered.
async fn vendor() -> String {
    let item = async |Path((customer, id)): Path<(usize, String)>| {
        if customer == 0 {
            std::future::pending::<()>().await;
        }
        // Answers overtake each other.
        let wait = id.bytes().map(u64::from).sum::<u64>() % 3;
        tokio::time::sleep(Duration::from_millis(wait)).await;
        Json(json!({ "customer": customer, "id": id }))
    };
    let router = Router::new().route("/{customer}/items/{id}", get(item));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

/// Servers in one process, one for each customer: their address and tokens.
async fn servers(count: usize, limits: Limits) -> (SocketAddr, Vec<String>) {
    let vendor = vendor().await;
    let _ = rustls::crypto::ring::default_provider().install_default();
    let upstream = Upstream::new(limits.clone(), EgressPolicy::trusted()).expect("a client");
    let shared = Shared::new(upstream, limits.clone());
    let registry = Arc::new(MemoryRegistry::new());
    let tokens: Vec<String> = (0..count)
        .map(|customer| {
            let base = format!("{vendor}/{customer}");
            let secret = |_: &str| Some(format!("canary-{customer}"));
            let account =
                Account::new(format!("a{customer}"), &ACME, Some(&base), secret).expect("an account");
            let (mask, options) = (Mask::all(&ACME), ServerOptions::default());
            let account = Arc::new(account);
            let server = Server::new(Arc::clone(&shared), &CATALOG, &ACME, mask, account, options);
            registry.add(server).expect("a token").expose().to_owned()
        })
        .collect();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address: SocketAddr = listener.local_addr().expect("an address");
    let router = mcp::router(registry, Front::default(), &limits);
    tokio::spawn(async move { web::serve(listener, router, &limits, std::future::pending()).await });
    (address, tokens)
}

fn client() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().expect("a client")
}

async fn get_item(client: &reqwest::Client, url: &str, id: &str) -> Reply {
    let body = rpc("tools/call", &call("get_single_acme_item_by_id", id));
    Reply::of(client.post(url).header("content-type", "application/json").body(body)).await
}

/// How many calls one comparison makes of each kind.
const COMPARED: usize = 200;

/// How often the comparison may be made anew before its outcome counts: other programs disturb it.
const ATTEMPTS: usize = 5;

/// Another customer's calls are compared with those to a process where nobody's vendor hangs, in turn, so
/// that whatever else the machine does disturbs both.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn security_d12_a_customer_whose_vendor_hangs_holds_nobody_up() {
    let mut limits = Limits::default();
    limits.upstream_timeout = Duration::from_secs(10);
    let url = |address: SocketAddr, token: &String| format!("http://{address}/mcp/{token}");
    let (address, tokens) = servers(2, limits.clone()).await;
    let (hung, busy) = (url(address, &tokens[0]), url(address, &tokens[1]));
    let (address, tokens) = servers(2, limits).await;
    let quiet = url(address, &tokens[1]);
    let answered = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&answered);
    let hanging = tokio::spawn(async move {
        let client = client();
        let calls = stream::iter(0..500).map(|_| get_item(&client, &hung, "7")).buffer_unordered(500);
        calls
            .inspect(|_| {
                counted.fetch_add(1, Ordering::SeqCst);
            })
            .collect::<Vec<_>>()
            .await
    });
    while answered.load(Ordering::SeqCst) < 500 - 64 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut told = Vec::new();
    for _ in 0..ATTEMPTS {
        let (busy, quiet) = compared(&busy, &quiet).await;
        told.push((busy, quiet));
        if busy < quiet * 3 / 2 {
            break;
        }
    }
    let (last_busy, last_quiet) = told[told.len() - 1];
    assert!(
        last_busy < last_quiet * 3 / 2,
        "99 of 100 calls are faster than these, with and without: {told:?}"
    );
    assert_eq!(answered.load(Ordering::SeqCst), 500 - 64, "the hanging calls ended too early to compare");
    let replies = hanging.await.expect("replies");
    let refused: Vec<_> = replies.iter().filter(|reply| reply.status == 503).collect();
    assert_eq!(refused.len(), 500 - 64);
    assert!(refused.iter().all(|reply| reply.header("retry-after") == "1" && reply.error().1 == -32603));
    let timed_out =
        |reply: &&Reply| reply.json()["result"]["structuredContent"]["error"]["kind"] == "timeout";
    assert_eq!(replies.iter().filter(|reply| reply.status == 200).filter(timed_out).count(), 64);
}

/// The 99th percentile of calls to each of two servers, made in turn.
async fn compared(one: &str, other: &str) -> (Duration, Duration) {
    let client = client();
    let mut times = [Vec::new(), Vec::new()];
    for number in 0..COMPARED {
        for (url, times) in [one, other].into_iter().zip(&mut times) {
            let started = Instant::now();
            let reply = get_item(&client, url, &number.to_string()).await;
            assert_eq!(reply.json()["result"]["isError"], false, "{reply:?}");
            times.push(started.elapsed());
        }
    }
    let [one, other] = times.map(|mut times| {
        times.sort_unstable();
        times[COMPARED * 99 / 100]
    });
    (one, other)
}

/// How many connections ask at a time.
const WIRES: usize = 128;

/// How many answers are looked at, more with `TOOLPRESS_SLOW_TESTS`. The benchmark `isolation` looks at the
/// million that the threat model has.
fn answers() -> usize {
    if std::env::var_os("TOOLPRESS_SLOW_TESTS").is_some() { 50_000 } else { 10_000 }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn security_d13_no_answer_goes_to_another_server() {
    let mut limits = Limits::default();
    limits.calls_per_server = 1_000;
    limits.calls = 1_000;
    let (address, tokens) = servers(51, limits).await;
    let tokens = &tokens;
    // Every request has the same JSON-RPC id, so the connection alone tells whose answer it is.
    let ask = async |first| {
        let (mut wire, mut wrong) = (Wire::open(address).await, 0);
        for number in (first..answers()).step_by(WIRES) {
            let (customer, nonce) = (1 + number % 50, format!("n{number}"));
            let body = rpc("tools/call", &call("get_single_acme_item_by_id", &nonce));
            let (_, answer) = wire.post(&tokens[customer], body.as_bytes()).await;
            let answer: Value = serde_json::from_slice(&answer).expect("JSON");
            let wanted = json!({ "customer": customer, "id": nonce });
            wrong += usize::from(answer["result"]["structuredContent"]["result"] != wanted);
        }
        wrong
    };
    let wrong = stream::iter(0..WIRES).map(ask).buffer_unordered(WIRES);
    assert_eq!(wrong.fold(0, async |sum, one| sum + one).await, 0);
}
