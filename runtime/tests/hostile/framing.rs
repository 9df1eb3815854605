//! Bytes on a connection that two servers in a row could take for different requests.

use crate::fixture::{World, rpc, world};
use serde_json::json;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Everything that comes back for these bytes until the server closes the connection; `None` if it does not.
async fn exchange(world: &World, bytes: &[u8]) -> Option<String> {
    let mut stream = TcpStream::connect(world.address).await.expect("a connection");
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let ended = timeout(Duration::from_secs(2), stream.read_to_end(&mut answer)).await.is_ok();
    ended.then(|| String::from_utf8_lossy(&answer).into_owned())
}

fn answers(text: &str) -> usize {
    text.matches("HTTP/1.").count()
}

/// One request is refused, or answered as one with the connection closed behind it: what a gateway in front
/// takes for the beginning of the next request is never read.
#[tokio::test]
async fn security_c17_ambiguous_framing_ends_the_connection() {
    let world = world().await;
    let ping = rpc("ping", &json!({}));
    let smuggled = format!("POST /mcp/{} HTTP/1.1\r\nhost: localhost\r\n\r\n", world.token.expose());
    let (size, token) = (ping.len(), world.token.expose());
    let chunked = format!("{size:x}\r\n{ping}\r\n0\r\n\r\n");
    let start =
        format!("POST /mcp/{token} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n");
    let short = size - 1;
    for (fields, body) in [
        (format!("content-length: {size}\r\ntransfer-encoding: chunked\r\n"), &chunked),
        (format!("transfer-encoding: chunked\r\ncontent-length: {size}\r\n"), &chunked),
        (format!("content-length: {size}\r\ncontent-length: {short}\r\n"), &ping),
        (format!("content-length: {size}, {short}\r\n"), &ping),
        (format!("content-length: +{size}\r\n"), &ping),
        (format!("content-length: -{size}\r\n"), &ping),
        (format!("content-length: 0x{size:x}\r\n"), &ping),
        (format!("content-length : {size}\r\n"), &ping),
        ("content-length: 99999999999999999999999\r\n".to_owned(), &ping),
        ("transfer-encoding: xchunked\r\n".to_owned(), &chunked),
        ("transfer-encoding: chunked, identity\r\n".to_owned(), &chunked),
        ("transfer-encoding: identity\r\n".to_owned(), &ping),
        ("transfer-encoding : chunked\r\n".to_owned(), &chunked),
        ("transfer-encoding:\u{b}chunked\r\n".to_owned(), &chunked),
        ("x: 1\r\n transfer-encoding: chunked\r\n".to_owned(), &chunked),
        (format!("x: a\rcontent-length: {size}\r\n"), &ping),
        (format!("x\0: 1\r\ncontent-length: {size}\r\n"), &ping),
    ] {
        let bytes = format!("{start}{fields}\r\n{body}{smuggled}");
        let text = exchange(&world, bytes.as_bytes()).await;
        let text = text.unwrap_or_else(|| panic!("{fields:?} leaves the connection open"));
        assert_eq!(answers(&text), 1, "{fields:?}: {text}");
    }
    // Chunks whose size cannot be read in one way.
    for chunk in [
        "-1\r\n",
        "1\n{\r\n",
        "0x1\r\n{\r\n",
        "fffffffffffffffff\r\n",
        "1 \0\r\n{\r\n",
        "1;a=\"\n\"\r\n{\r\n",
    ] {
        let bytes = format!("{start}transfer-encoding: chunked\r\n\r\n{chunk}0\r\n\r\n{smuggled}");
        let text = exchange(&world, bytes.as_bytes()).await;
        let text = text.unwrap_or_else(|| panic!("{chunk:?} leaves the connection open"));
        assert!(answers(&text) <= 1 && !text.contains(" 200 "), "{chunk:?}: {text}");
    }
    // HTTP/1.0 knows no chunks.
    let old = start.replace("HTTP/1.1", "HTTP/1.0");
    let text =
        exchange(&world, format!("{old}transfer-encoding: chunked\r\n\r\n{chunked}{smuggled}").as_bytes())
            .await;
    assert!(text.is_some_and(|text| answers(&text) <= 1 && !text.contains(" 200 ")));
    assert_eq!(world.log.begun.load(Ordering::SeqCst), 0);
    assert_eq!(world.send(ping).await.status, 200);
}

#[tokio::test]
async fn security_c18_long_lines_and_many_fields_are_refused_at_once() {
    let world = world().await;
    let token = world.token.expose();
    let fields = |count: usize| (0..count).map(|number| format!("x-{number}: 1\r\n")).collect::<String>();
    let ping = rpc("ping", &json!({}));
    let rest =
        format!("content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n", ping.len());
    for (line, extra) in [
        (format!("/mcp/{}", "x".repeat(64 << 10)), String::new()),
        (format!("/mcp/{token}?{}", "x".repeat(1 << 20)), String::new()),
        (format!("/mcp/{token}"), fields(200)),
        (format!("/mcp/{token}"), format!("x: {}\r\n", "x".repeat(64 << 10))),
        (format!("/mcp/{token}"), format!("{}: 1\r\n", "x".repeat(64 << 10))),
        (format!("/mcp/{token}"), format!("mcp-name: {}\r\n", "x".repeat(1 << 20))),
    ] {
        let bytes = format!("POST {line} HTTP/1.1\r\nhost: localhost\r\n{extra}{rest}\r\n{ping}");
        let started = Instant::now();
        let text = exchange(&world, bytes.as_bytes()).await.expect("the connection is closed");
        let status = text.get(9..12).unwrap_or_default().to_owned();
        // What is refused before it is read to its end may be lost with the connection.
        assert!(
            matches!(status.as_str(), "404" | "414" | "431" | ""),
            "{status}: {}",
            &line[..20.min(line.len())]
        );
        assert!(started.elapsed() < Duration::from_secs(1), "{:?}", started.elapsed());
    }
}

#[tokio::test]
async fn security_c19_paths_are_taken_literally() {
    let world = world().await;
    let token = world.token.expose();
    let ping = rpc("ping", &json!({}));
    for path in [
        format!("/mcp/../mcp/{token}"),
        format!("/mcp/./{token}"),
        format!("/mcp/x/../{token}"),
        format!("/mcp/%2e%2e/mcp/{token}"),
        format!("/%6dcp/{token}/"),
        format!("//mcp/{token}"),
        format!("/mcp//{token}"),
        format!("/mcp/{token}/"),
        format!("/mcp/{token}%2f"),
        format!("/mcp/{token}%00"),
        format!("/mcp/{token};x"),
        format!("/MCP/{token}"),
        format!("\\mcp\\{token}"),
        "/mcp/../admin".to_owned(),
        "/mcp/%2e%2e/healthz".to_owned(),
        "*".to_owned(),
    ] {
        let bytes = format!(
            "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{ping}",
            ping.len()
        );
        let text = exchange(&world, bytes.as_bytes()).await.expect("the connection is closed");
        assert!(matches!(&text[9..12], "400" | "404"), "{path}: {text}");
    }
}

#[tokio::test]
async fn security_c20_a_packed_body_is_refused_unread() {
    let world = world().await;
    for coding in ["gzip", "br", "deflate", "zstd", "gzip, gzip", "identity, gzip", "x"] {
        let head = format!(
            "POST /mcp/{} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-encoding: {coding}\r\ncontent-length: 10000\r\n\r\n",
            world.token.expose()
        );
        let mut stream = TcpStream::connect(world.address).await.expect("a connection");
        stream.write_all(head.as_bytes()).await.expect("a head");
        let mut status = [0; 12];
        let answered = timeout(Duration::from_secs(2), stream.read_exact(&mut status)).await;
        assert!(answered.is_ok_and(|read| read.is_ok()), "{coding}: no answer before the body");
        assert_eq!(&status, b"HTTP/1.1 415", "{coding}");
    }
}
