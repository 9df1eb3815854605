//! Requests that the client no longer wants.

use crate::pipe::{Pipe, call, modern, note, rpc};
use crate::script::{Log, Seen, Step, accepted, head, result, serve};
use serde_json::{Value, json};

fn slow(seen: &Seen) -> Vec<Step> {
    match seen.what() {
        "tools/call" => vec![Step::Linger],
        "subscriptions/listen" => {
            vec![head("200 OK", &[("content-type", "text/event-stream")]), Step::Linger]
        }
        _ if seen.body["id"].is_null() => accepted(),
        _ => result(seen, &json!({})),
    }
}

/// Starts a request, cancels it, and sees that nothing but the next answer comes.
async fn cancel(request: &str, id: &Value) -> Log {
    let (url, log) = serve(slow).await;
    let mut pipe = Pipe::open(&url);
    pipe.say(request).await;
    log.come(1).await;
    pipe.say(note("notifications/cancelled", &json!({ "requestId": id }))).await;
    log.left().await;
    assert_eq!(pipe.ask(rpc(9, "ping", &json!({}))).await["id"], 9);
    pipe.close().await;
    let (ended, rest) = pipe.end().await;
    assert!(ended.is_ok() && rest.is_empty(), "{rest:?}");
    log
}

#[tokio::test]
async fn a_legacy_server_is_left_and_told() {
    let log = cancel(&call(1), &json!(1)).await;
    let mut whats = log.whats();
    whats.sort();
    assert_eq!(whats, ["notifications/cancelled", "ping", "tools/call"]);
}

#[tokio::test]
async fn a_modern_server_is_left_without_a_word() {
    let request = modern(1, "tools/call", json!({ "name": "t" }));
    assert_eq!(cancel(&request, &json!(1)).await.whats(), ["tools/call", "ping"]);
    let request = modern(1, "subscriptions/listen", json!({}));
    assert_eq!(cancel(&request, &json!(1)).await.whats(), ["subscriptions/listen", "ping"]);
}

#[tokio::test]
async fn what_is_not_running_cannot_be_cancelled() {
    let (url, log) = serve(slow).await;
    let mut pipe = Pipe::open(&url);
    for params in
        [json!({ "requestId": 5 }), json!({ "requestId": null }), json!({}), json!({ "requestId": {} })]
    {
        pipe.say(note("notifications/cancelled", &params)).await;
    }
    assert_eq!(pipe.ask(rpc(1, "ping", &json!({}))).await["result"], json!({}));
    assert_eq!(log.whats(), ["ping"]);
}
