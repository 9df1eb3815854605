//! Being told to stop while much is going on.

use crate::support::{Asker, One, call, echoed};
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::sleep;
use toolpress_tests::engine::Site;
use toolpress_tests::on_both_engines;
use toolpress_tests::upstream::{Reply, Upstream};

const CALLS: usize = 200;

/// A vendor that answers when the gate is opened.
async fn gated() -> (Upstream, watch::Sender<bool>) {
    let (open, gate) = watch::channel(false);
    let vendor = Upstream::scripted(move |seen, _| Reply::After(gate.clone(), echoed(seen.line()))).await;
    (vendor, open)
}

async fn security_g8_a_signal_lets_two_hundred_calls_finish(site: Site) {
    let (vendor, open) = gated().await;
    let node = site.start().flags(&["--calls-per-server", "256", "--keep-alive", "1s"]).run().await;
    let asker = Asker::new();
    let one = One::of(&node.rest(), &vendor.base_url()).await;
    let mut calls = JoinSet::new();
    for number in 0..CALLS {
        let (asker, address, token) = (asker.clone(), node.address.clone(), one.token.clone());
        calls.spawn(async move {
            let id = format!("n{number}");
            let response = asker.send(&address, &token, "tools/call", call(&id)).await.expect("an answer");
            let text = response.text().await.expect("a whole answer");
            assert!(text.contains(&format!("/sinks/{id}")) && text.contains(r#""isError":false"#), "{text}");
        });
    }
    vendor.reached(CALLS).await;
    node.terminate();
    let told = Instant::now();
    let address = node.address.trim_start_matches("http://").to_owned();
    while TcpStream::connect(&address).await.is_ok() {
        assert!(told.elapsed() < Duration::from_secs(5), "new connections are still taken");
        sleep(Duration::from_millis(5)).await;
    }
    // Long enough that the calls are streams by now.
    sleep(Duration::from_millis(1_200)).await;
    open.send(true).expect("a vendor");
    while let Some(ended) = calls.join_next().await {
        ended.expect("a right answer");
    }
    let (status, _, log) = node.wait().await;
    assert_eq!(status.code(), Some(0), "{log}");
    assert!(log.contains("stopping; running calls may finish") && !log.contains("drain time"), "{log}");
    // What was called is written down.
    let written = site.rows("SELECT id FROM call WHERE outcome = 'ok'").await.len();
    assert_eq!(written, CALLS);
}

async fn security_g8_a_second_signal_ends_it_at_once(site: Site) {
    let (vendor, open) = gated().await;
    let node = site.node().await;
    let asker = Asker::new();
    let one = One::of(&node.rest(), &vendor.base_url()).await;
    let (address, token) = (node.address.clone(), one.token.clone());
    let call = tokio::spawn(async move { asker.send(&address, &token, "tools/call", call("x")).await });
    vendor.reached(1).await;
    node.terminate();
    assert!(node.log.line("running calls may finish").await.is_some());
    let told = Instant::now();
    node.terminate();
    let (status, _, log) = node.wait().await;
    assert_eq!(status.code(), Some(1), "{log}");
    assert!(told.elapsed() < Duration::from_secs(2), "{:?}", told.elapsed());
    assert!(call.await.expect("no panic").is_err(), "the call was cut");
    // Nothing that was acknowledged is lost.
    let node = site.node().await;
    drop(open);
    One::more(&node.rest(), &one.account, json!({})).await;
}

on_both_engines!(
    security_g8_a_signal_lets_two_hundred_calls_finish,
    security_g8_a_second_signal_ends_it_at_once
);
