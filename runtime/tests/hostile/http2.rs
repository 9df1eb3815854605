//! HTTP/2 spoken frame by frame, as no client library would.

use crate::mock::Mock;
use crate::process::{Process, Setup, grown};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

const DATA: u8 = 0;
const HEADERS: u8 = 1;
const RST_STREAM: u8 = 3;
const SETTINGS: u8 = 4;
const PING: u8 = 6;
const GOAWAY: u8 = 7;
const CONTINUATION: u8 = 9;
const END_STREAM: u8 = 1;
const END_HEADERS: u8 = 4;

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a short payload").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

fn opening() -> Vec<u8> {
    [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".as_slice(), &frame(SETTINGS, 0, 0, b"")].concat()
}

/// A header block without compression (RFC 7541 section 6.2.2).
fn block(process: &Process) -> Vec<u8> {
    let fields = [
        (":method", "POST".to_owned()),
        (":scheme", "http".to_owned()),
        (":path", format!("/mcp/{}", process.token)),
        (":authority", process.address.to_string()),
        ("content-type", "application/json".to_owned()),
    ];
    let mut block = Vec::new();
    for (name, value) in fields {
        block.push(0);
        for text in [name.as_bytes(), value.as_bytes()] {
            block.push(u8::try_from(text.len()).expect("a short text"));
            block.extend_from_slice(text);
        }
    }
    block
}

/// What came of an attack.
#[derive(Debug)]
struct End {
    /// The server closed the connection.
    closed: bool,
    /// It said that it would.
    goaway: bool,
}

/// Sends all that while reading what comes back.
async fn attack(process: &Process, bytes: Vec<u8>) -> End {
    let stream = TcpStream::connect(process.address).await.expect("a connection");
    let (mut reader, mut writer) = stream.into_split();
    let sending = tokio::spawn(async move {
        for part in bytes.chunks(64 << 10) {
            if writer.write_all(part).await.is_err() {
                break;
            }
        }
        writer
    });
    let mut answer = Vec::new();
    let closed = timeout(Duration::from_secs(3), reader.read_to_end(&mut answer)).await.is_ok();
    drop(sending.await);
    let mut rest = &answer[..];
    let mut goaway = false;
    while let [a, b, c, kind, _, _, _, _, _, after @ ..] = rest {
        goaway |= *kind == GOAWAY;
        let length = u32::from_be_bytes([0, *a, *b, *c]);
        rest = after.get(usize::try_from(length).expect("a length")..).unwrap_or_default();
    }
    End { closed, goaway }
}

fn streams(count: u32) -> impl Iterator<Item = u32> {
    (0..count).map(|number| 2 * number + 1)
}

#[tokio::test]
async fn security_c16_http2_abuse_ends_the_connection_and_costs_little() {
    let mock = Mock::answering("200 OK", &["content-type: application/json"], "{}").await;
    let patience = Duration::from_secs(1);
    let setup = Setup { vendor: &mock.base(), read_timeout: Some(patience), ..Setup::default() };
    let process = Process::start(&setup);
    process.is_well().await;
    let before = process.memory();
    let block = block(&process);
    let begun = frame(HEADERS, END_HEADERS, 1, &block);

    let resets = streams(10_000).flat_map(|stream| {
        let open = frame(HEADERS, END_HEADERS, stream, &block);
        [open, frame(RST_STREAM, 0, stream, &8_u32.to_be_bytes())].concat()
    });
    let end = attack(&process, opening().into_iter().chain(resets).collect()).await;
    assert!(end.closed && end.goaway, "rapid reset: {end:?}");

    let filler = [b"\0\x01x\x7f\xff\x60".as_slice(), &[b'a'; 12_000]].concat();
    let more = frame(CONTINUATION, 0, 1, &filler).repeat(2_000);
    let bytes = [opening(), frame(HEADERS, 0, 1, &block), more].concat();
    let end = attack(&process, bytes).await;
    assert!(end.closed, "endless header: {end:?}");

    let bytes = [opening(), begun.clone(), frame(DATA, 0, 1, b"").repeat(100_000)].concat();
    let end = attack(&process, bytes).await;
    assert!(end.closed || end.goaway, "empty data: {end:?}");

    let pings = [opening(), frame(PING, 0, 0, &[0; 8]).repeat(100_000)].concat();
    let settings = [opening(), frame(SETTINGS, 0, 0, &[0, 3, 0, 0, 0, 1]).repeat(100_000)].concat();
    attack(&process, pings).await;
    attack(&process, settings).await;

    let many: Vec<u8> =
        streams(2_000).flat_map(|stream| frame(HEADERS, END_HEADERS, stream, &block)).collect();
    attack(&process, [opening(), many].concat()).await;

    for (name, bytes) in [
        ("data before any request", frame(DATA, 0, 1, b"x")),
        ("a stream of ours", frame(HEADERS, END_HEADERS | END_STREAM, 2, &block)),
        ("a broken header block", frame(HEADERS, END_HEADERS, 1, &[0xff; 32])),
        ("settings of a wrong length", frame(SETTINGS, 0, 0, b"12345")),
        ("a frame larger than agreed", frame(DATA, 0, 1, &vec![0; 20_000])),
        ("a ping on a stream", frame(PING, 0, 1, &[0; 8])),
    ] {
        let end = attack(&process, [opening(), bytes].concat()).await;
        assert!(end.closed, "{name}: {end:?}");
    }

    process.is_well().await;
    if let Some(grown) = grown(before, process.memory()) {
        assert!(grown < 48 << 10, "{grown} KiB");
    }
    let log = process.log();
    assert!(!log.contains("panicked"), "{log}");
}

/// A body that never comes ends its request, over HTTP/2 as over HTTP/1.
#[tokio::test]
async fn security_c14_a_slow_body_over_http2_is_given_up() {
    let mock = Mock::answering("200 OK", &[], "{}").await;
    let setup =
        Setup { vendor: &mock.base(), read_timeout: Some(Duration::from_millis(300)), ..Setup::default() };
    let process = Process::start(&setup);
    let mut stream = TcpStream::connect(process.address).await.expect("a connection");
    let bytes =
        [opening(), frame(HEADERS, END_HEADERS, 1, &block(&process)), frame(DATA, 0, 1, b"{")].concat();
    stream.write_all(&bytes).await.expect("a request");
    let mut answer = Vec::new();
    // The answer on stream 1 is a HEADERS frame.
    let answered = async {
        while !answer.windows(9).any(|head| head[3] == HEADERS && head[5..] == [0, 0, 0, 1]) {
            if stream.read_buf(&mut answer).await.expect("bytes") == 0 {
                break;
            }
        }
    };
    timeout(Duration::from_secs(3), answered).await.expect("an answer");
}
