//! Requests that no client should send.

use crate::fixture::{Reply, call, rpc, world, world_with};
use serde_json::json;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use toolpress_runtime::{Limits, Token, TokenKind};

#[tokio::test]
async fn security_c1_large_bodies_are_refused() {
    let mut limits = Limits::default();
    limits.request_body = 1_000;
    let world = world_with(limits).await;
    assert_eq!(world.send("x".repeat(1_001)).await.status, 413);
    // Without a length: the limit counts what arrives.
    let chunks = (0..20).map(|_| Ok::<_, std::io::Error>(vec![b' '; 100]));
    let body = reqwest::Body::wrap_stream(futures_util::stream::iter(chunks));
    assert_eq!(world.send(body).await.status, 413);

    let mut stream = TcpStream::connect(world.address).await.unwrap();
    let head = format!(
        "POST /mcp/{} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 99999999999\r\n\r\n",
        world.token.expose()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 413");
}

#[tokio::test]
async fn security_c2_c3_c4_c5_bodies_that_can_be_read_two_ways_are_refused() {
    let world = world().await;
    let arguments = r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"get_single_acme_item_by_id","arguments":{"id":"1","id":"2"}}}"#;
    let deep = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"x":{}1{}}}}}"#,
        "[".repeat(129),
        "]".repeat(129)
    );
    let bodies: [(&[u8], i64); 9] = [
        (b"[[[[", -32700),
        (deep.as_bytes(), -32700),
        (b"{\"a\":\"\xff\"}", -32700),
        (b"\xef\xbb\xbf{}", -32700),
        (br#"{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"tools/call"}"#, -32600),
        (br#"{"jsonrpc":"2.0","id":1,"Method":"ping"}"#, -32600),
        (br#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600),
        (br#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}"#, -32600),
        (arguments.as_bytes(), -32600),
    ];
    for (body, code) in bodies {
        let reply = world.send(body.to_vec()).await;
        assert_eq!(reply.error(), (400, code), "{}", String::from_utf8_lossy(body));
    }
    assert_eq!(world.log.begun.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn security_c7_batches_are_refused_in_every_era() {
    let world = world().await;
    let one = rpc("tools/call", &call("get_single_acme_item_by_id", "7"));
    for body in ["[]".to_owned(), format!("[{one}]"), format!(" [{one},{one}]")] {
        for version in ["2025-03-26", "2025-11-25", "2026-07-28"] {
            let request = world.post(body.clone()).header("mcp-protocol-version", version);
            assert_eq!(Reply::of(request).await.error(), (400, -32600));
        }
    }
    assert_eq!(world.log.begun.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn security_c10_other_methods_are_405() {
    let world = world().await;
    for method in ["GET", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS", "TRACE"] {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let reply = Reply::of(world.client.request(method.clone(), world.url())).await;
        assert_eq!((reply.status, reply.header("allow")), (405, "POST"), "{method}");
    }
}

#[tokio::test]
async fn security_c11_c20_only_plain_json_is_taken() {
    let world = world().await;
    let body = rpc("tools/call", &call("get_single_acme_item_by_id", "7"));
    let bare = || world.client.post(world.url()).body(body.clone());
    for media in
        ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "multipart/form-data"]
    {
        assert_eq!(Reply::of(bare().header("content-type", media)).await.status, 415, "{media}");
    }
    assert_eq!(Reply::of(bare()).await.status, 415);
    let zipped = bare().header("content-type", "application/json").header("content-encoding", "gzip");
    assert_eq!(Reply::of(zipped).await.status, 415);
    assert_eq!(world.log.begun.load(Ordering::SeqCst), 0);
    let charset = bare().header("content-type", "Application/JSON; charset=utf-8");
    assert_eq!(Reply::of(charset).await.status, 200);
}

#[tokio::test]
async fn security_c13_what_is_malformed_does_no_harm() {
    let world = world().await;
    let good = rpc("tools/call", &call("get_single_acme_item_by_id", "7"));
    for cut in 0..good.len() {
        let mut body = good.clone().into_bytes();
        body[cut] = body[cut].wrapping_add(u8::try_from(cut % 251).unwrap() + 1);
        assert!(world.send(body).await.status < 500);
        assert!(world.send(good[..cut].to_owned()).await.status < 500);
    }
    assert_eq!(world.send(good).await.json()["result"]["isError"], false);
}

#[tokio::test]
async fn security_c14_clients_that_dribble_are_cut_off() {
    let mut limits = Limits::default();
    limits.read_timeout = Duration::from_millis(200);
    let world = world_with(limits).await;
    let head = format!(
        "POST /mcp/{} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n",
        world.token.expose()
    );
    let body = format!("{head}content-length: 10\r\n\r\n{{");
    for beginning in ["", "P", "PRI * HT", &head, &body] {
        let started = Instant::now();
        let mut stream = TcpStream::connect(world.address).await.unwrap();
        stream.write_all(beginning.as_bytes()).await.unwrap();
        let mut rest = Vec::new();
        let closed = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut rest)).await;
        assert!(closed.is_ok(), "{beginning:?} {:?} {}", started.elapsed(), String::from_utf8_lossy(&rest));
    }
}

#[tokio::test]
async fn security_c18_c19_odd_paths_and_headers_lead_nowhere() {
    let world = world().await;
    let other = Token::generate(TokenKind::Server).unwrap();
    let token = world.token.expose();
    let last = if token.ends_with('x') { "y" } else { "x" };
    let mistyped = format!("{}{last}", &token[..token.len() - 1]);
    let body = rpc("ping", &json!({}));
    let mut answers = Vec::new();
    for token in [other.expose(), &mistyped, "x", "%2e%2e%2fx", &"x".repeat(60_000)] {
        let url = format!("http://{}/mcp/{token}", world.address);
        let reply =
            Reply::of(world.client.post(url).header("content-type", "application/json").body(body.clone()))
                .await;
        assert_eq!(reply.status, 404);
        answers.push(reply.text);
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "no hint at which tokens were ever given out");
    for path in
        [format!("/mcp/{token}/"), format!("//mcp/{token}"), format!("/MCP/{token}"), "/mcp/".to_owned()]
    {
        let url = format!("http://{}{path}", world.address);
        assert_eq!(Reply::of(world.client.post(url).body(body.clone())).await.status, 404, "{path}");
    }
    let many =
        (0..200).fold(world.post(body.clone()), |request, number| request.header(format!("x-{number}"), "1"));
    assert_eq!(Reply::of(many).await.status, 431);
    assert_eq!(world.send(body).await.status, 200);
}
