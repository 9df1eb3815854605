//! A thousand connections that do nothing, and a thousand calls that wait.

use crate::overload::resident;
use crate::support::{Asker, One, call, tell};
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;
use toolpress_runtime::{Limits, web};
use toolpress_tests::PATIENCE;
use toolpress_tests::engine::Engine;
use toolpress_tests::upstream::{Reply, Upstream, answer};

const COUNT: usize = 1_000;

/// Connections to the database that were not needed before, and files beside them.
const SPARE: usize = 12;

/// 256 MiB in KiB.
const MOST: u64 = 256 << 10;

fn descriptors(process: u32) -> Option<usize> {
    Some(std::fs::read_dir(format!("/proc/{process}/fd")).ok()?.count())
}

/// An answer after which the connection is closed, so that none is kept.
fn closing() -> Vec<u8> {
    answer("200 OK", &["content-type: application/json", "connection: close"], r#"{"told":"it is over"}"#)
}

/// A stream is one whose first sign of life has come.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn security_g12_a_thousand_idle_connections_and_a_thousand_streams_cost_little() {
    let mut limits = Limits::default();
    limits.connections = COUNT * 4;
    // For this process, which is client and vendor at once.
    web::raise_open_files(&limits);
    let site = Engine::Sqlite.site().await.expect("SQLite is built in");
    let (open, gate) = watch::channel(false);
    let vendor = Upstream::scripted(move |seen, _| {
        if seen.line().contains("hold-") {
            Reply::After(gate.clone(), closing())
        } else {
            Reply::Bytes(closing())
        }
    })
    .await;
    let flags =
        ["--calls", "2000", "--calls-per-server", "100", "--keep-alive", "1s", "--upstream-timeout", "2m"];
    let node = site.start().flags(&flags).flags(&["--read-timeout", "2m", "--log", "warn"]).run().await;
    let (rest, asker) = (node.rest(), Asker::new());
    let mut servers = vec![One::of(&rest, &vendor.base_url()).await];
    for _ in 1..COUNT / 50 {
        servers.push(One::more(&rest, &servers[0].account, json!({})).await);
    }
    for server in &servers {
        assert_eq!(asker.call(&node, &server.token, "warm").await["isError"], false);
    }
    let base = descriptors(node.id());

    let address = node.address.trim_start_matches("http://").to_owned();
    let mut idle = Vec::new();
    for _ in 0..COUNT {
        idle.push(TcpStream::connect(&address).await.expect("a connection"));
    }
    let (streaming, mut streams) = (watch::Sender::new(0), JoinSet::new());
    let seen = vendor.count();
    for number in 0..COUNT {
        let (asker, node, streaming) = (asker.clone(), node.address.clone(), streaming.clone());
        let token = servers[number % servers.len()].token.clone();
        streams.spawn(async move {
            let id = format!("hold-{number}");
            let mut response = asker.send(&node, &token, "tools/call", call(&id)).await.expect("an answer");
            assert_eq!(response.headers()["content-type"], "text/event-stream");
            let mut text = Vec::new();
            let mut first = true;
            while let Some(part) = response.chunk().await.expect("a part") {
                text.extend_from_slice(&part);
                if std::mem::take(&mut first) {
                    streaming.send_modify(|count| *count += 1);
                }
            }
            let text = String::from_utf8(text).expect("text");
            assert!(text.contains("it is over") && text.contains(r#""isError":false"#), "{id}: {text}");
        });
    }
    vendor.reached(seen + COUNT).await;
    let all = streaming.subscribe().wait_for(|count| *count == COUNT).await.map(|count| *count);
    assert_eq!(all.expect("streams"), COUNT);
    if let Some(memory) = resident(node.id()) {
        assert!(memory < MOST, "{memory} KiB");
        tell(&format!("{COUNT} idle connections and {COUNT} streams: {memory} KiB"));
    }
    // Others are served all the while.
    let began = Instant::now();
    assert_eq!(asker.call(&node, &servers[0].token, "meanwhile").await["isError"], false);
    assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());

    open.send(true).expect("a vendor");
    while let Some(ended) = streams.join_next().await {
        ended.expect("a right answer");
    }
    drop((idle, asker));
    let Some(base) = base else { return };
    let began = Instant::now();
    while descriptors(node.id()).is_some_and(|now| now > base + SPARE) {
        assert!(began.elapsed() < PATIENCE, "{:?} descriptors instead of {base}", descriptors(node.id()));
        sleep(Duration::from_millis(100)).await;
    }
}
