//! Servers that refuse, fail or are not there.

use crate::pipe::{Pipe, call, rpc};
use crate::script::{Step, answer, head, json as json_body, result, serve};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::net::TcpListener;
use toolpress_runtime::bridge::{BridgeLimits, Remote};

fn told(answer: &Value) -> (i64, String) {
    assert_eq!(answer["id"], 1, "{answer}");
    let error = &answer["error"];
    (error["code"].as_i64().expect("a code"), error["message"].as_str().expect("a message").to_owned())
}

#[tokio::test]
async fn a_status_becomes_an_error_that_says_what_to_do() {
    for (status, fields, body, expected) in [
        ("401 Unauthorized", &[][..], "", ["401", "--header-env"]),
        ("403 Forbidden", &[], "<html>no</html>", ["403", "Ask whoever runs the server"]),
        ("404 Not Found", &[("content-type", "text/html")], "<html>", ["404", "Check the URL"]),
        ("405 Method Not Allowed", &[], "", ["405", "streamable HTTP"]),
        ("413 Content Too Large", &[], "", ["413", "Send less at once"]),
        ("429 Too Many Requests", &[("retry-after", "17")], "", ["429", "Try again in 17 s."]),
        ("500 Internal Server Error", &[], "oops", ["500", "tell whoever runs the server"]),
        ("503 Service Unavailable", &[("retry-after", "1")], "", ["503", "Try again in 1 s."]),
        ("503 Service Unavailable", &[("retry-after", "99999999")], "", ["503", "in a moment"]),
        ("418 I'm a teapot", &[], "", ["418", "Check the URL"]),
        ("200 OK", &[("content-type", "text/html")], "<html>", ["text/html", "Check that the URL"]),
    ] {
        let steps = vec![head(status, fields), Step::Send(body.as_bytes().to_vec())];
        let (url, _) = serve(move |_| steps.clone()).await;
        let answer = Pipe::open(&url).ask(call(1)).await;
        let (code, message) = told(&answer);
        assert!(expected.iter().all(|part| message.contains(part)), "{message}");
        assert_eq!(code, if status.starts_with("413") { -32600 } else { -32603 });
        assert_eq!(answer["error"]["data"]["status"].to_string(), status[..3]);
    }
}

#[tokio::test]
async fn an_error_of_the_server_is_passed_on_with_advice() {
    for (status, code, expected) in [
        ("200 OK", -32603, "Its words."),
        ("400 Bad Request", -32020, "Its words."),
        ("404 Not Found", -32601, "Its words."),
        ("404 Not Found", -32600, "Its words. Check the URL"),
        ("401 Unauthorized", -32600, "Its words. A valid credential"),
        ("413 Content Too Large", -32600, "Its words. The request is too large"),
        ("503 Service Unavailable", -32603, "Its words. The server has no room"),
    ] {
        for id in [json!(1), Value::Null] {
            let error = json!({ "code": code, "message": "Its words.", "data": { "n": 1 } });
            let body = json!({ "jsonrpc": "2.0", "id": id, "error": error });
            let (url, _) = serve(move |_| answer(status, "application/json", &body.to_string())).await;
            let answer = Pipe::open(&url).ask(call(1)).await;
            let (given, message) = told(&answer);
            assert_eq!((given, &answer["error"]["data"]["n"]), (code, &json!(1)));
            assert!(message.starts_with(expected), "{message}");
            assert_eq!(message.len() > 10, expected.len() > 10, "{message}");
        }
    }
}

#[tokio::test]
async fn a_server_that_cannot_be_reached_is_told_of() {
    let free = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let refused = format!("http://{}/tp_0123456789abcdefghij", free.local_addr().expect("an address"));
    drop(free);
    let (plain, _) = serve(|_| Vec::new()).await;
    let (garbled, _) = serve(|_| vec![Step::Send(b"SSH-2.0-x\r\n\r\n".to_vec())]).await;
    for (url, expected) in [
        (refused, ["refused the connection", "Check that it is running"]),
        ("http://nowhere.invalid/mcp".to_owned(), ["nowhere.invalid has no address", "Check the URL"]),
        (plain.replace("http:", "https:"), ["was not reached", "Check"]),
        (plain, ["broke before it answered", "may have had its effect"]),
        (garbled, ["cannot be read", "Check that the URL"]),
    ] {
        let answer = Pipe::open(&url).ask(call(1)).await;
        let (code, message) = told(&answer);
        assert_eq!(code, -32603);
        assert!(expected.iter().all(|part| message.contains(part)), "{url}: {message}");
        assert!(!message.contains("0123456789"), "{message}");
    }
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up() {
    let mut limits = BridgeLimits::default();
    limits.quiet = Duration::from_millis(400);
    let (silent, _) = serve(|_| vec![Step::Linger]).await;
    let (dribbling, _) = serve(|_| {
        let mut steps = vec![head("200 OK", &[("content-type", "text/event-stream")])];
        for _ in 0..4 {
            steps.extend([Step::Send(b": alive\n\n".to_vec()), Step::Wait(Duration::from_millis(150))]);
        }
        steps.push(Step::Send(b"data: {\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n\n".to_vec()));
        steps
    })
    .await;
    let (code, message) = told(&Pipe::within(&silent, limits.clone()).ask(call(1)).await);
    assert_eq!(code, -32603);
    assert!(message.contains("no sign of life for 400 ms"), "{message}");
    let alive = Pipe::within(&dribbling, limits).ask(call(1)).await;
    assert_eq!(alive["result"], json!({}), "signs of life keep it waiting");
}

#[tokio::test]
async fn redirects_are_followed_within_the_server_only() {
    let (other, seen_there) = serve(|seen| result(seen, &json!({ "stolen": true }))).await;
    let away = format!("{other}/tp_0123456789abcdefghij");
    let (url, log) = serve(move |seen| match seen.path.as_str() {
        "/mcp" => vec![head("307 Temporary Redirect", &[("location", "/mcp/")])],
        "/mcp/" => result(seen, &json!({ "here": true })),
        "/loop" => vec![head("308 Permanent Redirect", &[("location", "/loop")])],
        "/found" => vec![head("302 Found", &[("location", "/mcp/")])],
        _ => vec![head("307 Temporary Redirect", &[("location", &away)])],
    })
    .await;
    let base = url.strip_suffix("/mcp").expect("a path").to_owned();
    let open = |path: &str| {
        let mut remote = Remote::new(&format!("{base}{path}")).expect("a URL");
        remote.header("Authorization", "Bearer secret").expect("a header");
        Pipe::to(remote, BridgeLimits::default())
    };
    assert_eq!(open("/mcp").ask(call(1)).await["result"]["here"], true);
    assert_eq!(log.all()[1].header("authorization"), Some("Bearer secret"));
    assert_eq!(log.all()[1].what(), "tools/call");
    for (path, part) in [("/loop", "308"), ("/found", "302"), ("/away", "It redirects to http://127.0.0.1")] {
        let (_, message) = told(&open(path).ask(call(1)).await);
        assert!(message.contains(part) && !message.contains("0123456789"), "{message}");
    }
    assert!(seen_there.all().is_empty());
}

#[tokio::test]
async fn a_client_that_probes_can_fall_back() {
    // As an older server answers that wants a handshake first.
    let (url, _) = serve(|seen| match seen.what() {
        "initialize" => result(seen, &json!({ "protocolVersion": "2025-06-18" })),
        _ => {
            let error = json!({ "code": -32000, "message": "Bad Request: Server not initialized" });
            let mut steps = json_body(&json!({ "jsonrpc": "2.0", "id": null, "error": error }));
            steps[0] = head("400 Bad Request", &[("content-type", "application/json")]);
            steps
        }
    })
    .await;
    let mut pipe = Pipe::open(&url);
    let probe = pipe.ask(crate::pipe::modern(1, "server/discover", json!({}))).await;
    assert_eq!(told(&probe), (-32000, "Bad Request: Server not initialized".to_owned()));
    let hello = pipe.ask(rpc(2, "initialize", &json!({}))).await;
    assert_eq!(hello["result"]["protocolVersion"], "2025-06-18");
}
