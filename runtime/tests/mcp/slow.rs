//! Calls that take long, and clients that do not wait for them.

use crate::fixture::{Reply, call, reached, rpc, world_with};
use serde_json::{Value, json};
use std::time::Duration;
use toolpress_runtime::Limits;

fn quick() -> Limits {
    let mut limits = Limits::default();
    limits.keep_alive = Duration::from_millis(50);
    limits
}

/// The messages of a stream of events, after a look at its signs of life.
fn messages(text: &str) -> Vec<Value> {
    let data = text.lines().filter_map(|line| line.strip_prefix("data: "));
    data.map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[tokio::test]
async fn a_slow_call_becomes_a_stream_with_signs_of_life() {
    let world = world_with(quick()).await;
    let body = rpc("tools/call", &call("acme_items_wait", "300"));
    let accept = "application/json, text/event-stream";
    let reply = Reply::of(world.post(body).header("accept", accept)).await;
    assert_eq!((reply.status, reply.header("content-type")), (200, "text/event-stream"));
    assert_eq!((reply.header("x-accel-buffering"), reply.header("content-encoding")), ("no", ""));
    assert!(reply.text.matches(": keep-alive\n\n").count() >= 2, "{}", reply.text);
    let messages = messages(&reply.text);
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0]["result"]["structuredContent"]["result"], json!({ "waited": 300 }));
}

#[tokio::test]
async fn who_asks_for_progress_gets_numbers_that_grow() {
    let world = world_with(quick()).await;
    for token in [json!("p\"1"), json!(7)] {
        let mut params = call("acme_items_wait", "300");
        params["_meta"]["progressToken"] = token.clone();
        let request = world.modern_post("tools/call", params).header("accept", "text/event-stream");
        let messages = messages(&Reply::of(request).await.text);
        let (result, progress) = messages.split_last().unwrap();
        assert_eq!(result["result"]["isError"], false);
        assert!(progress.len() >= 2);
        assert!(progress.iter().all(|note| note["method"] == "notifications/progress"));
        assert!(progress.iter().all(|note| note["params"]["progressToken"] == token));
        let numbers: Vec<f64> =
            progress.iter().map(|note| note["params"]["progress"].as_f64().unwrap()).collect();
        assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
    }
}

#[tokio::test]
async fn clients_without_event_streams_just_wait() {
    let world = world_with(quick()).await;
    let reply = world.legacy("tools/call", call("acme_items_wait", "200")).await;
    assert_eq!(reply.header("content-type"), "application/json");
    assert_eq!(reply.json()["result"]["isError"], false);
}

#[tokio::test]
async fn security_g9_a_client_that_leaves_aborts_the_call() {
    for accept in ["application/json", "application/json, text/event-stream"] {
        let world = world_with(quick()).await;
        let body = rpc("tools/call", &call("acme_items_wait", "60000"));
        let request = world.post(body).header("accept", accept);
        let waiting = tokio::spawn(async move {
            let mut response = request.send().await.unwrap();
            while response.chunk().await.unwrap().is_some() {}
        });
        reached(&world.log.begun).await;
        tokio::time::sleep(Duration::from_millis(120)).await;
        waiting.abort();
        reached(&world.log.aborted).await;
    }
}

#[tokio::test]
async fn security_g8_running_calls_finish_when_the_server_stops() {
    let world = world_with(Limits::default()).await;
    let slow = tokio::spawn(Reply::of(world.post(rpc("tools/call", &call("acme_items_wait", "300")))));
    reached(&world.log.begun).await;
    let address = world.address;
    drop(world.stop);
    assert_eq!(slow.await.unwrap().json()["result"]["isError"], false);
    tokio::time::timeout(Duration::from_secs(5), world.serving).await.expect("in time").unwrap();
    assert!(tokio::net::TcpStream::connect(address).await.is_err());

    let mut limits = Limits::default();
    limits.drain = Duration::from_millis(100);
    let world = world_with(limits).await;
    let slow = tokio::spawn(world.post(rpc("tools/call", &call("acme_items_wait", "60000"))).send());
    reached(&world.log.begun).await;
    drop(world.stop);
    tokio::time::timeout(Duration::from_secs(5), world.serving).await.expect("in time").unwrap();
    assert!(slow.await.unwrap().is_err());
    reached(&world.log.aborted).await;
}
