//! Answers that end too early, too late or not at all, and statuses that nobody expects.

use crate::acme::ACME;
use crate::mock::{Mock, Reply, answer};
use std::time::{Duration, Instant};
use toolpress_core::Mask;
use toolpress_runtime::call::{self, CallOutcome, Caller, EgressPolicy, Upstream};
use toolpress_runtime::{Account, Limits};

const DEADLINE: Duration = Duration::from_millis(600);

/// What calls are made with; made once in a test, as reading the system's certificates takes time.
fn upstream() -> Upstream {
    let mut limits = Limits::default();
    limits.upstream_timeout = DEADLINE;
    Upstream::new(limits, EgressPolicy::trusted()).expect("a client")
}

async fn call(upstream: &Upstream, mock: &Mock, tool: &str) -> CallOutcome {
    let secret = |_: &str| Some("canary-9".to_owned());
    let account = Account::new("a", &ACME, Some(&mock.base()), secret).expect("an account");
    let mask = Mask::all(&ACME);
    let caller = Caller { vendor: &ACME, mask: &mask, account: &account };
    let (_, tool) = ACME.tool(tool).expect("a tool");
    let arguments = toolpress_core::strict::parse_object(r#"{"id":"7"}"#).expect("an object");
    call::call(upstream, caller, tool, arguments).await
}

fn kind(outcome: &CallOutcome) -> &str {
    outcome.structured["error"]["kind"].as_str().unwrap_or("none")
}

/// Wherever an answer breaks off, it is not taken for a whole one, and nothing is sent again.
#[tokio::test]
async fn security_d5_an_answer_cut_at_any_byte_is_no_success() {
    let upstream = upstream();
    let sized = answer("200 OK", &["content-type: application/json"], "{\"a\":[1,2]}");
    let chunked =
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{\"a\":\r\n2\r\n1}\r\n0\r\n\r\n".to_vec();
    for whole in [sized, chunked] {
        for cut in (0..whole.len()).step_by(3).chain([whole.len() - 1]) {
            for reply in [Reply::Close(whole[..cut].to_vec()), Reply::Reset(whole[..cut].to_vec())] {
                let mock = Mock::always(reply).await;
                let outcome = call(&upstream, &mock, "delete_a_acme_item_by_id").await;
                assert!(matches!(kind(&outcome), "broken" | "garbled"), "{cut}: {}", outcome.text);
                assert_eq!(mock.count(), 1, "{cut}");
            }
        }
        let mock = Mock::always(Reply::Close(whole)).await;
        assert!(!call(&upstream, &mock, "delete_a_acme_item_by_id").await.is_error);
    }
}

/// Lengths that lie: the bytes that belong to the answer are taken, or none.
#[tokio::test]
async fn security_d5_lengths_that_lie_are_noticed() {
    let upstream = upstream();
    for (head, wanted) in [
        ("content-length: 3\r\n", Some("{}")),
        ("content-length: 2\r\n", Some("{}")),
        ("content-length: 2\r\ncontent-length: 3\r\n", None),
        ("content-length: -2\r\n", None),
        ("transfer-encoding: chunked\r\n", None),
        ("transfer-encoding: gzip, chunked\r\n", None),
    ] {
        let bytes = format!("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n{head}\r\n{{}} rest");
        let mock = Mock::always(Reply::Close(bytes.into_bytes())).await;
        let outcome = call(&upstream, &mock, "get_single_acme_item_by_id").await;
        match wanted {
            Some(body) => assert_eq!(outcome.structured["result"].to_string(), body, "{head}"),
            None => assert!(matches!(kind(&outcome), "broken" | "garbled"), "{head}: {}", outcome.text),
        }
    }
}

/// Every end within the deadline, give or take a tenth, however life is feigned.
#[tokio::test]
async fn security_d3_drops_of_an_answer_do_not_stretch_the_deadline() {
    let upstream = upstream();
    let pause = Duration::from_millis(40);
    let head = b"HTTP/1.1 200 OK\r\n".to_vec();
    let early = b"HTTP/1.1 103 Early Hints\r\n\r\n".to_vec();
    let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    for (name, reply) in [
        ("a status line without end", Reply::Endless(b"HTTP/1.1 200 ".to_vec(), b"O".to_vec(), pause)),
        ("a field without end", Reply::Endless(head.clone(), b"x".to_vec(), pause)),
        ("a byte at a time", Reply::Endless(chunked.clone(), b"1\r\n \r\n".to_vec(), pause)),
        ("half a chunk", Reply::Hang([&chunked[..], b"ff\r\n{"].concat())),
        (
            "trailers without end",
            Reply::Endless([&chunked[..], b"0\r\n"].concat(), b"x: 1\r\n".to_vec(), pause),
        ),
        ("hints without end", Reply::Endless(early.clone(), early, pause)),
        ("nothing", Reply::Hang(Vec::new())),
    ] {
        let mock = Mock::always(reply).await;
        let started = Instant::now();
        let outcome = call(&upstream, &mock, "get_single_acme_item_by_id").await;
        let took = started.elapsed();
        assert_eq!(kind(&outcome), "timeout", "{name}: {}", outcome.text);
        assert!(took >= DEADLINE && took < DEADLINE * 2, "{name}: {took:?}");
    }
}

#[tokio::test]
async fn security_d10_every_status_has_an_outcome() {
    let upstream = upstream();
    let odd = [600, 799, 999];
    for status in (101..=599).step_by(1).filter(|status| status % 7 == 3 || *status < 210).chain(odd) {
        let body = if matches!(status, 101..=199 | 204 | 205 | 304) { "" } else { "{\"a\":1}" };
        let mut bytes = answer(&format!("{status} Odd"), &["content-type: application/json"], body);
        if (102..200).contains(&status) {
            // Not final: something must follow.
            bytes.extend(answer("200 OK", &[], "{\"a\":1}"));
        }
        let mock = Mock::always(Reply::Close(bytes)).await;
        let outcome = call(&upstream, &mock, "get_single_acme_item_by_id").await;
        let good = (102..300).contains(&status);
        assert_eq!(outcome.is_error, !good, "{status}: {}", outcome.text);
        assert_ne!(kind(&outcome), "timeout", "{status}");
        assert_eq!(mock.count(), 1, "{status}");
    }
}

#[tokio::test]
async fn security_d14_fields_are_bounded_in_number_and_size() {
    let upstream = upstream();
    let fields = |count: usize| {
        let fields: String =
            (0..count).map(|number| format!("ratelimit-limit-{number}: {number}\r\n")).collect();
        format!("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n{fields}\r\n{{}}").into_bytes()
    };
    for (bytes, wanted) in [
        (fields(200), "none"),
        (fields(300), "garbled"),
        (fields(10_000), "garbled"),
        (format!("HTTP/1.1 200 {}\r\n\r\n", "O".repeat(1 << 20)).into_bytes(), "garbled"),
        (format!("HTTP/1.1 200 OK\r\n{}: 1\r\n\r\n", "x".repeat(1 << 20)).into_bytes(), "garbled"),
        (b"HTTP/1.1 200 OK\r\nx: a\r\n y\r\ncontent-length: 2\r\n\r\n{}".to_vec(), "garbled"),
        (b"HTTP/1.1 200 OK\r\nretry-after\0: 1\r\n\r\n".to_vec(), "garbled"),
        (b"HTTP/9.9 200 OK\r\n\r\n".to_vec(), "garbled"),
        (b"\xff\xfe\x00\x01".repeat(1_000), "garbled"),
    ] {
        let mock = Mock::always(Reply::Close(bytes)).await;
        let outcome = call(&upstream, &mock, "get_single_acme_item_by_id").await;
        assert_eq!(kind(&outcome), wanted, "{}", outcome.text);
        assert!(outcome.text.len() < 1_000);
    }
}
