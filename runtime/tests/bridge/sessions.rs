//! What the protocol's versions ask to be repeated in headers.

use crate::pipe::{Pipe, call, modern, note, rpc};
use crate::script::{Seen, Step, accepted, head, result, serve, wait};
use serde_json::json;
use toolpress_runtime::bridge::{BridgeLimits, Remote};

const FIELDS: [&str; 4] = ["mcp-protocol-version", "mcp-method", "mcp-name", "mcp-session-id"];

fn sent(seen: &Seen) -> String {
    let fields = FIELDS.iter().map(|name| seen.header(name).unwrap_or("-"));
    fields.fold(seen.what().to_owned(), |line, field| format!("{line} {field}"))
}

fn with_session(seen: &Seen) -> Vec<Step> {
    match seen.what() {
        "initialize" => {
            let body = json!({ "jsonrpc": "2.0", "id": seen.body["id"], "result": { "protocolVersion": "2025-06-18" } });
            let fields = [("content-type", "application/json"), ("mcp-session-id", "s-1")];
            vec![wait(100), head("200 OK", &fields), Step::Send(body.to_string().into_bytes())]
        }
        "GET" | "DELETE" => vec![head("405 Method Not Allowed", &[])],
        "notifications/initialized" => [vec![wait(100)], accepted()].concat(),
        "tools/list" => vec![head("404 Not Found", &[])],
        _ if seen.body["id"].is_null() => accepted(),
        _ => result(seen, &json!({})),
    }
}

#[tokio::test]
async fn a_session_is_kept_in_order_and_ended() {
    let (url, log) = serve(with_session).await;
    let mut pipe = Pipe::open(&url);
    // All at once, as a script would write it.
    pipe.say(rpc(1, "initialize", &json!({ "protocolVersion": "2025-11-25" }))).await;
    pipe.say(note("notifications/initialized", &json!({}))).await;
    pipe.say(call(2)).await;
    assert_eq!(pipe.hear().await["id"], 1);
    assert_eq!(pipe.hear().await["id"], 2);
    let gone = pipe.ask(rpc(3, "tools/list", &json!({}))).await;
    assert!(
        gone["error"]["message"].as_str().is_some_and(|text| text.contains("ended the session")),
        "{gone}"
    );
    pipe.close().await;
    assert!(pipe.end().await.0.is_ok());
    let mut lines: Vec<String> = log.all().iter().map(sent).collect();
    assert_eq!(lines.remove(0), "initialize - - - -");
    assert_eq!(lines.remove(0), "notifications/initialized 2025-06-18 - - s-1");
    assert_eq!(lines.pop().as_deref(), Some("DELETE 2025-06-18 - - s-1"));
    lines.sort();
    assert_eq!(
        lines,
        ["GET 2025-06-18 - - s-1", "tools/call 2025-06-18 - - s-1", "tools/list 2025-06-18 - - s-1"]
    );
}

#[tokio::test]
async fn modern_requests_repeat_their_body_in_headers() {
    let (url, log) = serve(|seen| result(seen, &json!({}))).await;
    let mut pipe = Pipe::open(&url);
    pipe.ask(modern(1, "server/discover", json!({}))).await;
    pipe.ask(modern(2, "tools/call", json!({ "name": "get_item" }))).await;
    pipe.ask(modern(3, "resources/read", json!({ "uri": "file:///ü" }))).await;
    pipe.ask(modern(4, "prompts/get", json!({ "name": " x" }))).await;
    pipe.close().await;
    assert!(pipe.end().await.0.is_ok());
    assert_eq!(
        log.all().iter().map(sent).collect::<Vec<_>>(),
        [
            "server/discover 2026-07-28 server/discover - -",
            "tools/call 2026-07-28 tools/call get_item -",
            "resources/read 2026-07-28 resources/read =?base64?ZmlsZTovLy/DvA==?= -",
            "prompts/get 2026-07-28 prompts/get =?base64?IHg=?= -",
        ]
    );
}

#[tokio::test]
async fn extra_headers_go_with_everything() {
    let (url, log) = serve(with_session).await;
    let mut remote = Remote::new(&url).expect("a URL");
    remote.header_line("Authorization: Bearer a").expect("a header");
    remote.header("x-team", "b").expect("a header");
    let mut pipe = Pipe::to(remote, BridgeLimits::default());
    pipe.ask(rpc(1, "initialize", &json!({}))).await;
    pipe.say(note("notifications/initialized", &json!({}))).await;
    pipe.ask(call(2)).await;
    pipe.close().await;
    assert!(pipe.end().await.0.is_ok());
    let seen = log.all();
    assert!(seen.len() >= 4);
    for seen in seen {
        assert_eq!((seen.header("authorization"), seen.header("x-team")), (Some("Bearer a"), Some("b")));
    }
}
