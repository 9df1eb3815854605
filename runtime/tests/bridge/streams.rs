//! Answers that come as events.

use crate::pipe::{Pipe, call, note, rpc};
use crate::script::{Seen, Step, accepted, head, result, serve, wait};
use serde_json::{Value, json};

const EVENTS: (&str, &str) = ("content-type", "text/event-stream; charset=utf-8");

/// A stream with all that may come before an answer.
const STREAM: &str = "\u{feff}: hello\r\n\r\nretry: 10\r\nevent: message\r\ndata: {\"jsonrpc\":\"2.0\",\r\ndata: \"method\":\"notifications/progress\",\"params\":{\"text\":\"é\"}}\r\n\r\nevent: odd\r\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"odd\"}\r\n\r\n: sign of life\r\n\r\ndata: no JSON\r\n\r\ndata: {\"jsonrpc\":\"2.0\",\"id\":99,\"result\":{}}\r\n\r\ndata: {\"jsonrpc\":\"2.0\",\r\ndata:  \"id\":1,\"result\":{\"n\":1.10}}\r\n\r\n";

async fn two_lines(pipe: &mut Pipe) {
    pipe.say(call(1)).await;
    let progress = pipe.hear().await;
    assert_eq!(progress["params"]["text"], "é");
    let line = pipe.line().await.expect("an answer");
    assert_eq!(line, r#"{"jsonrpc":"2.0",  "id":1,"result":{"n":1.10}}"#);
}

#[tokio::test]
async fn a_stream_may_come_byte_by_byte() {
    let bytes = STREAM.bytes().flat_map(|byte| [Step::Send(vec![byte]), wait(0)]);
    let steps: Vec<Step> = std::iter::once(head("200 OK", &[EVENTS])).chain(bytes).collect();
    let (url, _) = serve(move |_| steps.clone()).await;
    let mut pipe = Pipe::open(&url);
    two_lines(&mut pipe).await;
}

#[tokio::test]
async fn a_stream_may_be_cut_at_any_byte() {
    let next = std::sync::atomic::AtomicUsize::new(1);
    let (url, _) = serve(move |_| {
        let at = next.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        let (first, second) = STREAM.as_bytes().split_at(at);
        let first = Step::Send(first.to_vec());
        vec![head("200 OK", &[EVENTS]), first, wait(1), Step::Send(second.to_vec())]
    })
    .await;
    let mut pipe = Pipe::open(&url);
    for _ in 1..STREAM.len() {
        two_lines(&mut pipe).await;
    }
}

#[tokio::test]
async fn a_stream_that_breaks_off_is_an_error_of_its_request() {
    let (url, _) = serve(|seen| {
        let fields: &[(&str, &str)] = match seen.body["id"].as_u64() {
            // Chunked, but the last chunk never comes.
            Some(1) => &[EVENTS, ("transfer-encoding", "chunked")],
            _ => &[EVENTS],
        };
        let event = "data: {\"jsonrpc\":\"2.0\",\"method\":\"note\"}\n\n";
        let event = match seen.body["id"].as_u64() {
            Some(1) => format!("{:x}\r\n{event}\r\n", event.len()),
            _ => event.to_owned(),
        };
        vec![head("200 OK", fields), Step::Send(event.into_bytes())]
    })
    .await;
    let mut pipe = Pipe::open(&url);
    for (request, told) in [
        (call(1), ["broke in the middle of the answer", "may have had its effect"]),
        (rpc(2, "tools/list", &json!({})), ["its stream ended before the answer", "Try again."]),
    ] {
        assert_eq!(pipe.ask(&request).await["method"], "note");
        let error = pipe.hear().await;
        let message = error["error"]["message"].as_str().expect("a message");
        assert!(told.iter().all(|told| message.contains(told)), "{message}");
        assert_eq!(error["id"].to_string(), request[request.find("\"id\":").expect("an id") + 5..][..1]);
    }
}

#[tokio::test]
async fn the_last_event_may_lack_its_empty_line() {
    let (url, _) = serve(|_| {
        let event = "event: message\ndata: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}";
        vec![head("200 OK", &[EVENTS]), Step::Send(event.as_bytes().to_vec())]
    })
    .await;
    assert_eq!(Pipe::open(&url).ask(call(1)).await["result"], json!({}));
}

#[tokio::test]
async fn a_stream_with_numbered_events_is_taken_up_where_it_broke() {
    let (url, log) = serve(|seen| match (seen.method.as_str(), seen.header("last-event-id")) {
        ("POST", _) => vec![head("200 OK", &[EVENTS]), Step::Send(b"id: a1\nretry: 5\ndata:\n\nid: a2\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"note\"}\n\ndata: {\"jso".to_vec())],
        ("GET", Some("a2")) => vec![head("200 OK", &[EVENTS]), Step::Send(b"id: a3\ndata: \n\n".to_vec())],
        ("GET", Some("a3")) => {
            vec![head("200 OK", &[EVENTS]), Step::Send(b"data: {\"id\":1,\"result\":{\"ok\":true}}\n\n".to_vec())]
        }
        _ => vec![head("405 Method Not Allowed", &[])],
    })
    .await;
    let mut pipe = Pipe::open(&url);
    assert_eq!(pipe.ask(call(1)).await["method"], "note");
    assert_eq!(pipe.hear().await["result"]["ok"], true);
    assert_eq!(log.whats(), ["tools/call", "GET", "GET"]);
}

#[tokio::test]
async fn a_stream_that_never_gets_on_is_given_up() {
    let (url, log) =
        serve(|_| vec![head("200 OK", &[EVENTS]), Step::Send(b"id: 1\nretry: 1\ndata:\n\n".to_vec())]).await;
    let error = Pipe::open(&url).ask(call(1)).await;
    assert!(error["error"]["message"].as_str().is_some_and(|text| text.contains("stream ended")), "{error}");
    assert_eq!(log.all().len(), 6);
}

#[tokio::test]
async fn servers_may_ask_in_a_stream_and_of_their_own_accord() {
    let script = |seen: &Seen| match seen.what() {
        "tools/call" => {
            let ask = b"data: {\"jsonrpc\":\"2.0\",\"id\":\"s1\",\"method\":\"roots/list\"}\n\n".to_vec();
            let answer = b"data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n".to_vec();
            vec![head("200 OK", &[EVENTS]), Step::Send(ask), wait(200), Step::Send(answer)]
        }
        "GET" if seen.header("last-event-id").is_none() => {
            let note = b"id: 9\nretry: 1\ndata: {\"jsonrpc\":\"2.0\",\"method\":\"notifications/tools/list_changed\"}\n\n";
            vec![head("200 OK", &[EVENTS]), Step::Send(note.to_vec())]
        }
        "GET" => vec![head("405 Method Not Allowed", &[])],
        "initialize" => result(seen, &json!({ "protocolVersion": "2025-11-25" })),
        _ => accepted(),
    };
    let (url, log) = serve(script).await;
    let mut pipe = Pipe::open(&url);
    pipe.ask(rpc(0, "initialize", &json!({}))).await;
    pipe.say(note("notifications/initialized", &json!({}))).await;
    assert_eq!(pipe.hear().await["method"], "notifications/tools/list_changed");
    assert_eq!(pipe.ask(call(1)).await["method"], "roots/list");
    pipe.say(r#"{"jsonrpc":"2.0","id":"s1","result":{"roots":[]}}"#).await;
    assert_eq!(pipe.hear().await["id"], 1);
    pipe.close().await;
    let (ended, rest) = pipe.end().await;
    assert!(ended.is_ok() && rest.is_empty(), "{rest:?}");
    let answered = log.all().into_iter().find(|seen| seen.body["id"] == "s1").expect("the client's answer");
    assert_eq!(answered.body["result"]["roots"], Value::Array(Vec::new()));
    assert_eq!(answered.header("mcp-protocol-version"), Some("2025-11-25"));
}
