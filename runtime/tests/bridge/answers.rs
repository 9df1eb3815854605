//! Many and large messages, and what becomes of lines that are none.

use crate::pipe::{Pipe, call, rpc};
use crate::script::{Step, answer, head, result, serve};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::sync::Semaphore;
use toolpress_runtime::bridge::BridgeLimits;

#[tokio::test]
async fn requests_run_side_by_side_and_lines_stay_whole() {
    let (first, rest) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let (one, others) = (Arc::clone(&first), Arc::clone(&rest));
    let (url, log) = serve(move |seen| {
        let gate = if seen.body["id"] == 0 { &one } else { &others };
        let answer = result(seen, &json!({ "text": "x".repeat(100_000) }));
        [vec![Step::Pass(Arc::clone(gate))], answer].concat()
    })
    .await;
    let mut pipe = Pipe::open(&url);
    for id in 0..50 {
        pipe.say(call(id)).await;
    }
    log.come(50).await;
    rest.add_permits(49);
    let mut heard = BTreeSet::new();
    for _ in 1..50 {
        let answer = pipe.hear().await;
        assert_eq!(answer["result"]["text"].as_str().map(str::len), Some(100_000));
        heard.insert(answer["id"].as_u64().expect("an id"));
    }
    assert_eq!(heard, (1..50).collect(), "the first holds nobody up");
    first.add_permits(1);
    assert_eq!(pipe.hear().await["id"], 0);
}

#[tokio::test]
async fn no_more_requests_run_than_are_allowed() {
    let gate = Arc::new(Semaphore::new(0));
    let closed = Arc::clone(&gate);
    let (url, log) =
        serve(move |seen| [vec![Step::Pass(Arc::clone(&closed))], result(seen, &json!({}))].concat()).await;
    let mut limits = BridgeLimits::default();
    limits.requests = 2;
    let mut pipe = Pipe::within(&url, limits);
    for id in 0..17 {
        pipe.say(call(id)).await;
    }
    let refused = pipe.hear().await;
    assert_eq!(refused["id"], 16);
    assert!(refused["error"]["message"].as_str().is_some_and(|text| text.contains("wait")), "{refused}");
    assert!(log.all().len() <= 2, "{:?}", log.whats());
    gate.add_permits(16);
    for _ in 0..16 {
        assert_eq!(pipe.hear().await["result"], json!({}));
    }
}

#[tokio::test]
async fn large_messages_pass_and_larger_ones_are_answered() {
    let (url, log) = serve(|seen| result(seen, &seen.body["params"])).await;
    let mut limits = BridgeLimits::default();
    limits.answer_body = 5 << 20;
    let mut pipe = Pipe::within(&url, limits);
    let large = rpc(1, "tools/call", &json!({ "text": "é\n\"".repeat(600_000) }));
    assert!(large.len() > 3 << 20);
    let back = pipe.ask(&large).await;
    let sent: Value = serde_json::from_str(&large).expect("JSON");
    assert!(back["result"] == sent["params"], "{:.200}", back.to_string());

    // The id may come first or last.
    for line in [
        format!(r#"{{"jsonrpc":"2.0","id":"a","method":"x","params":{{"t":"{}"}}}}"#, "x".repeat(5 << 20)),
        format!(
            r#"{{"method":"x","params":{{"t":"{}","id":7}},"jsonrpc":"2.0","id":"a"}}"#,
            "x".repeat(5 << 20)
        ),
    ] {
        let error = pipe.ask(line).await;
        assert_eq!((&error["id"], &error["error"]["code"]), (&json!("a"), &json!(-32600)));
        assert!(error["error"]["message"].as_str().is_some_and(|text| text.contains("4194304 bytes")));
    }
    assert_eq!(log.all().len(), 1);
}

#[tokio::test]
async fn an_answer_above_the_limit_is_given_up() {
    let (url, _) = serve(|seen| {
        let text = "x".repeat(200_000);
        match seen.body["id"].as_u64() {
            Some(1) => result(seen, &json!({ "text": text })),
            _ => answer("200 OK", "text/event-stream", &format!("data: {text}\n\n")),
        }
    })
    .await;
    let mut limits = BridgeLimits::default();
    limits.answer_body = 100 << 10;
    let mut pipe = Pipe::within(&url, limits);
    for id in [1, 2] {
        let error = pipe.ask(call(id)).await;
        assert_eq!(error["id"], id);
        assert!(error["error"]["message"].as_str().is_some_and(|text| text.contains("larger than 100 KiB")));
    }
}

#[tokio::test]
async fn lines_that_are_no_message_are_answered_here() {
    let gate = Arc::new(Semaphore::new(0));
    let closed = Arc::clone(&gate);
    let (url, log) =
        serve(move |seen| [vec![Step::Pass(Arc::clone(&closed))], result(seen, &json!({}))].concat()).await;
    let mut pipe = Pipe::open(&url);
    for (line, code) in [
        (&b"garbage"[..], -32700),
        (b"\xff\xfe", -32700),
        (br#"{"jsonrpc":"2.0","id":1,"method":"ping""#, -32700),
        (br#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, -32600),
        (br#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600),
    ] {
        let error = pipe.ask(line).await;
        assert_eq!((&error["id"], &error["error"]["code"]), (&Value::Null, &json!(code)));
    }
    pipe.say("").await;
    pipe.say(" \r").await;
    pipe.say(call(1)).await;
    let twice = pipe.ask(call(1)).await;
    assert_eq!((&twice["id"], &twice["error"]["code"]), (&json!(1), &json!(-32600)));
    gate.add_permits(1);
    assert_eq!(pipe.hear().await["result"], json!({}));
    assert_eq!(log.whats(), ["tools/call"]);
}

#[tokio::test]
async fn what_is_sent_is_what_the_client_wrote() {
    let (url, log) = serve(|seen| result(seen, &json!({}))).await;
    let mut pipe = Pipe::open(&url);
    pipe.ask(r#"{"jsonrpc":"2.0","id":1e2,"method":"x","params":{"n":1.10,"big":123456789012345678901}}"#)
        .await;
    let seen = &log.all()[0];
    assert_eq!(seen.body["params"].to_string(), r#"{"n":1.10,"big":123456789012345678901}"#);
    assert_eq!(seen.header("accept"), Some("application/json, text/event-stream"));
    assert_eq!(seen.header("content-type"), Some("application/json"));
    assert!(seen.header("user-agent").is_some_and(|agent| agent.starts_with("toolpress/")));
}

#[tokio::test]
async fn an_answer_for_somebody_else_is_not_passed_on() {
    let (url, _) = serve(|seen| match seen.body["id"].as_u64() {
        Some(1) => answer("200 OK", "application/json", r#"{"jsonrpc":"2.0","id":2,"result":{"secret":1}}"#),
        Some(2) => vec![head("202 Accepted", &[("content-length", "0")])],
        Some(3) => vec![head("200 OK", &[]), Step::Send(br#"{"jsonrpc":"2.0","id":3,"result":{}}"#.to_vec())],
        _ => answer("200 OK", "application/json", "\n{\"jsonrpc\":\"2.0\",\n\"id\":4,\r\n\"result\":{}}\n"),
    })
    .await;
    let mut pipe = Pipe::open(&url);
    let wrong = pipe.ask(call(1)).await;
    assert!(wrong["id"] == 1 && wrong["error"]["message"].is_string(), "{wrong}");
    let nothing = pipe.ask(call(2)).await;
    assert!(nothing["error"]["message"].as_str().is_some_and(|text| text.contains("nothing instead")));
    assert_eq!(pipe.ask(call(3)).await["result"], json!({}), "a body without a type");
    assert_eq!(pipe.ask(call(4)).await["result"], json!({}), "a body on many lines");
}
