//! Vendors that break, stall or overflow: every call ends in time, with a line that says why.

use crate::mock::{Mock, Reply, answer, bytes_answer};
use crate::{CANARY, account, call_as, call_mock, kind, upstream, vendor};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder};
use serde_json::{Value, json};
use std::io::Write as _;
use std::time::{Duration, Instant};

const CHUNKED: &[u8] =
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n";

#[tokio::test]
async fn security_d1_an_endless_answer_is_cut_at_the_limit() {
    let chunk = [b"4000\r\n".as_slice(), &[b'x'; 0x4000], b"\r\n"].concat();
    let mock = Mock::always(Reply::Endless(CHUNKED.to_vec(), chunk, Duration::ZERO)).await;
    let outcome = call_mock(&mock, "search", json!({"q": "x"})).await;
    assert_eq!(kind(&outcome), "too_large");
    assert!(outcome.text.contains("larger than 256 KiB"), "{}", outcome.text);
    assert!(outcome.text.contains("Ask for less with `q`, `tags`"), "{}", outcome.text);
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!((mock.count(), mock.closed()), (1, 1), "the connection is closed");
    let outcome = call_mock(&mock, "create_item", json!({"name": "n"})).await;
    assert!(outcome.text.contains("do not repeat"), "{}", outcome.text);

    let announced = b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n".to_vec();
    let mock = Mock::always(Reply::Hang(announced)).await;
    assert_eq!(kind(&call_mock(&mock, "get_item", json!({"id": "1"})).await), "too_large");
}

#[tokio::test]
async fn security_d2_compressed_answers_are_counted_unpacked() {
    let zeros = vec![b' '; 4 << 20];
    let mut gzip = GzEncoder::new(Vec::new(), Compression::best());
    gzip.write_all(&zeros).unwrap();
    let mut deflate = DeflateEncoder::new(Vec::new(), Compression::best());
    deflate.write_all(&zeros).unwrap();
    for (coding, packed) in [("gzip", gzip.finish().unwrap()), ("deflate", deflate.finish().unwrap())] {
        assert!(packed.len() < 10_000);
        let field = format!("content-encoding: {coding}");
        let mock = Mock::always(Reply::Keep(bytes_answer("200 OK", &[&field], &packed))).await;
        let outcome = call_mock(&mock, "get_item", json!({"id": "1"})).await;
        // Raw deflate where zlib is expected may also be found out as garbled.
        assert!(matches!(kind(&outcome), "too_large" | "garbled"), "{coding}: {}", outcome.text);
    }
    let mut small = GzEncoder::new(Vec::new(), Compression::best());
    small.write_all(b"{\"a\":1}").unwrap();
    let small = small.finish().unwrap();
    let mock = Mock::always(Reply::Keep(bytes_answer("200 OK", &["content-encoding: gzip"], &small))).await;
    assert_eq!(
        call_mock(&mock, "get_item", json!({"id": "1"})).await.structured,
        json!({"result": {"a": 1}})
    );
    let mock =
        Mock::always(Reply::Keep(bytes_answer("200 OK", &["content-encoding: gzip"], b"not gzip"))).await;
    assert_eq!(kind(&call_mock(&mock, "get_item", json!({"id": "1"})).await), "garbled");
}

#[tokio::test]
async fn security_d3_a_slow_answer_ends_at_the_deadline() {
    let late = Reply::Later(Duration::from_secs(20), answer("200 OK", &[], "{}"));
    let dribble = Reply::Endless(CHUNKED.to_vec(), b"1\r\n \r\n".to_vec(), Duration::from_millis(50));
    for reply in [late, dribble, Reply::Hang(Vec::new()), Reply::Hang(CHUNKED.to_vec())] {
        let mock = Mock::always(reply).await;
        let started = Instant::now();
        let outcome = call_mock(&mock, "get_item", json!({"id": "1"})).await;
        let took = started.elapsed();
        assert!(took > Duration::from_millis(690) && took < Duration::from_millis(1200), "{took:?}");
        assert_eq!(kind(&outcome), "timeout");
        assert!(outcome.text.contains("did not answer GET /api/items/1 within 700 ms"), "{}", outcome.text);
        assert!(outcome.text.contains("safe to repeat"), "{}", outcome.text);
        let outcome = call_mock(&mock, "create_item", json!({"name": "n"})).await;
        assert!(outcome.text.contains("may or may not have happened"), "{}", outcome.text);
        assert_eq!(mock.count(), 2);
    }
}

#[tokio::test]
async fn security_d4_row_61_a_long_poll_may_last_as_long_as_it_asked() {
    let reply = Reply::Later(Duration::from_millis(1300), answer("200 OK", &[], "[]"));
    let mock = Mock::always(reply).await;
    let outcome = call_mock(&mock, "receive", json!({"wait": 1000})).await;
    assert!(!outcome.is_error, "{}", outcome.text);
    assert_eq!(kind(&call_mock(&mock, "receive", json!({"wait": 100})).await), "timeout");
    // The vendor's longest wait bounds it: 2 s and the margin of 0.5 s.
    let limits = crate::limits();
    let (_, tool) = vendor::BEARER.tool("receive").unwrap();
    for (wait, deadline) in [
        (json!(60_000), 2_500),
        (json!("1000"), 1_500),
        (json!(0), 700),
        (json!(-5), 700),
        (Value::Null, 700),
        (json!(u64::MAX), 2_500),
    ] {
        let arguments = crate::object(json!({ "wait": wait }));
        let found = toolpress_runtime::call::deadline(&limits, tool, &arguments);
        assert_eq!(found, Duration::from_millis(deadline), "{arguments:?}");
    }
}

#[tokio::test]
async fn security_d5_a_broken_answer_is_never_taken_for_a_whole_one() {
    let half = answer("200 OK", &["content-type: application/json"], "{\"a\":1}                  ");
    let half = half[..half.len() - 10].to_vec();
    let half_chunk = [CHUNKED, b"10\r\n{\"a\":1}"].concat();
    let no_end = [CHUNKED, b"7\r\n{\"a\":1}\r\n"].concat();
    for (reply, status) in [
        (Reply::Close(Vec::new()), None),
        (Reply::Reset(Vec::new()), None),
        (Reply::Close(b"HTTP/1.1 200 OK\r\ncont".to_vec()), None),
        (Reply::Close(half.clone()), Some(200)),
        (Reply::Reset(half), Some(200)),
        (Reply::Close(half_chunk), Some(200)),
        (Reply::Reset(no_end), Some(200)),
    ] {
        let mock = Mock::always(reply).await;
        let outcome = call_mock(&mock, "create_item", json!({"name": "n"})).await;
        assert_eq!(kind(&outcome), "broken", "{}", outcome.text);
        assert_eq!(outcome.structured["error"].get("status").and_then(Value::as_u64), status);
        assert!(outcome.text.contains("may or may not have happened"), "{}", outcome.text);
        assert_eq!(mock.count(), 1, "nothing is sent twice");
    }
    // An error answer that breaks off is still that error.
    let cut = answer("422 Unprocessable Entity", &[], "{\"error\":\"no\"}     ");
    let mock = Mock::always(Reply::Close(cut[..cut.len() - 2].to_vec())).await;
    let outcome = call_mock(&mock, "get_item", json!({"id": "1"})).await;
    assert_eq!((kind(&outcome), &outcome.structured["error"]["status"]), ("vendor", &json!(422)));
}

#[tokio::test]
async fn a_kept_connection_that_died_costs_no_second_request() {
    let mock = Mock::scripted(|_, number| match number {
        0 => Reply::Keep(answer("200 OK", &[], "{}")),
        _ => Reply::Close(Vec::new()),
    })
    .await;
    let (upstream, account) = (upstream(), account(&vendor::BEARER, "a", &mock.base()));
    for broken in [false, true] {
        let outcome = call_as(&upstream, &vendor::BEARER, &account, "get_item", json!({"id": "1"})).await;
        assert_eq!(outcome.is_error, broken);
    }
    assert_eq!(mock.count(), 2);
}

#[tokio::test]
async fn security_d9_a_rate_limit_of_one_call_leaves_others_alone() {
    let mock = Mock::scripted(|seen, _| {
        let status = if seen.line().ends_with("/1") { "429 Too Many Requests" } else { "200 OK" };
        Reply::Keep(answer(status, &["retry-after: 7"], "{}"))
    })
    .await;
    let (upstream, account) = (upstream(), account(&vendor::BEARER, "a", &mock.base()));
    for (id, refused) in [("1", true), ("2", false), ("1", true)] {
        let outcome = call_as(&upstream, &vendor::BEARER, &account, "get_item", json!({ "id": id })).await;
        assert_eq!(outcome.is_error, refused);
    }
    assert_eq!(mock.count(), 3);
}

#[tokio::test]
async fn security_d10_unusual_statuses_are_handled() {
    let early =
        [b"HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n".as_slice(), &answer("200 OK", &[], "{}")].concat();
    let trailers = [CHUNKED, b"2\r\n{}\r\n0\r\nx-late: 1\r\n\r\n"].concat();
    for (bytes, wanted) in [
        (early, json!({"result": {}})),
        (trailers, json!({"result": {}})),
        (answer("204 No Content", &[], ""), json!({"result": null})),
        (answer("206 Partial Content", &[], "[1]"), json!({"result": [1]})),
    ] {
        let mock = Mock::always(Reply::Keep(bytes)).await;
        assert_eq!(call_mock(&mock, "get_item", json!({"id": "1"})).await.structured, wanted);
    }
    let mock = Mock::answering("304 Not Modified", &[], "").await;
    assert_eq!(kind(&call_mock(&mock, "get_item", json!({"id": "1"})).await), "redirect");
    let mock = Mock::answering("999 Odd", &[], "{}").await;
    assert_eq!(kind(&call_mock(&mock, "get_item", json!({"id": "1"})).await), "vendor");
}

#[tokio::test]
async fn security_d14_header_bombs_are_refused() {
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "x: 1\r\n".repeat(10_000));
    let large = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "a".repeat(1 << 20));
    let nul = "HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n".to_owned();
    for (bytes, wanted) in
        [(many, "garbled"), (large, "garbled"), (nul, "garbled"), ("SSH-2.0\r\n".to_owned(), "garbled")]
    {
        let mock = Mock::always(Reply::Close(bytes.into_bytes())).await;
        let outcome = call_mock(&mock, "get_item", json!({"id": "1"})).await;
        assert_eq!(kind(&outcome), wanted, "{}", outcome.text);
    }
}

#[tokio::test]
async fn security_d15_hostile_rate_fields_do_no_harm() {
    let mut fields =
        vec!["Retry-After: -1", "Retry-After: 99999999999", "Retry-After: NaN", "X-RateLimit-Limit: 1e9"];
    fields.extend(["Retry-After: 2.0"; 20]);
    let mock = Mock::answering("429 Too Many Requests", &fields, "").await;
    let outcome = call_mock(&mock, "get_item", json!({"id": "1"})).await;
    assert_eq!(outcome.rate_limit.retry_after, Some(31 * 86_400));
    assert_eq!(outcome.rate_limit.limit, None);
}

#[tokio::test]
async fn no_connection_is_told_without_doubt() {
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let upstream = upstream();
    for (base, wanted, told) in [
        (format!("http://{free}"), "connect", "127.0.0.1 refused the connection."),
        ("http://nowhere.invalid".to_owned(), "connect", "the name nowhere.invalid has no address."),
    ] {
        let account = account(&vendor::BEARER, "a", &base);
        let outcome =
            call_as(&upstream, &vendor::BEARER, &account, "create_item", json!({"name": "n"})).await;
        assert_eq!(kind(&outcome), wanted, "{}", outcome.text);
        assert!(outcome.text.contains(told), "{}", outcome.text);
        assert!(outcome.text.ends_with("Nothing was sent."), "{}", outcome.text);
        assert!(!outcome.text.contains(CANARY));
    }
    // A vendor that speaks no TLS.
    let mock = Mock::always(Reply::Close(b"nope".to_vec())).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            use tokio::io::AsyncWriteExt as _;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let account = account(&vendor::BEARER, "a", &format!("https://{address}"));
    let outcome = call_as(&upstream, &vendor::BEARER, &account, "get_item", json!({"id": "1"})).await;
    assert_eq!(kind(&outcome), "tls", "{}", outcome.text);
    assert_eq!(mock.count(), 0);
}

#[tokio::test]
async fn a_client_that_goes_away_ends_the_request() {
    let mock = Mock::always(Reply::Hang(Vec::new())).await;
    let pending = call_mock(&mock, "receive", json!({"wait": 2000}));
    assert!(tokio::time::timeout(Duration::from_millis(200), pending).await.is_err());
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!((mock.count(), mock.closed()), (1, 1));
}
