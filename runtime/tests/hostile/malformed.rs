//! Requests that are no requests, thousands of them, and requests that grow when they are looked at.

use crate::fixture::{call, rpc};
use crate::mock::{Mock, answer};
use crate::process::{Process, Setup, grown};
use crate::wire::Wire;
use futures_util::future::join_all;
use serde_json::json;
use std::iter::StepBy;
use std::ops::Range;
use std::time::{Duration, Instant};

async fn vendor() -> Mock {
    Mock::answering("200 OK", &["content-type: application/json"], "{}").await
}

/// What parsers trip over.
const TRAPS: &[&[u8]] = &[
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\\ud800",
    b"1e999",
    b"null",
    b"-",
    b"\"id\":1,",
    b"\"method\":\"ping\",",
    b"\r\n",
    b"\"params\":",
    b"$serde_json::private::RawValue",
];

/// A good body with a few bytes changed, taken out, put in or doubled: always the same for a number.
fn mutated(good: &[u8], number: u64) -> Vec<u8> {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut random = move |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 11).unwrap_or_default() % below.max(1)
    };
    let mut body = good.to_vec();
    for _ in 0..=random(4) {
        let place = random(body.len());
        match random(5) {
            0 => body.truncate(place),
            1 => body[place] = u8::try_from(random(256)).unwrap_or_default(),
            2 => drop(body.splice(place..place, TRAPS[random(TRAPS.len())].iter().copied())),
            3 => {
                let end = body.len().min(place + random(12));
                body.drain(place..end);
            }
            _ => {
                let again = body[place..].to_vec();
                body.extend(again);
            }
        }
        if body.is_empty() {
            break;
        }
    }
    body
}

#[tokio::test]
async fn security_c13_ten_thousand_malformed_requests_leave_no_trace() {
    let mock = vendor().await;
    let process = Process::start(&Setup { vendor: &mock.base(), ..Setup::default() });
    let good = rpc("tools/call", &call("get_single_acme_item_by_id", "7")).into_bytes();
    let (address, token) = (process.address, process.token.as_str());
    let some = async |numbers: StepBy<Range<u64>>| {
        let mut wire = Wire::open(address).await;
        for number in numbers {
            let (status, answer) = wire.post(token, &mutated(&good, number)).await;
            assert!(status < 500, "{number}: {status} {}", String::from_utf8_lossy(&answer));
        }
    };
    let round = async |from: u64, to: u64| {
        join_all((0..8).map(|first| some((from + first..to).step_by(8)))).await;
    };
    round(0, 1_000).await;
    let before = process.memory();
    round(1_000, 10_000).await;
    process.is_well().await;
    if let Some(grown) = grown(before, process.memory()) {
        assert!(grown < 16 << 10, "{grown} KiB more after 9,000 malformed requests");
    }
    let log = process.log();
    assert!(!log.contains("panicked"), "{log}");
}

/// Everything that is wrong is told, but not more than anybody would read.
#[tokio::test]
async fn security_c13_wrong_arguments_make_no_answer_larger_than_themselves() {
    let mock = vendor().await;
    let process = Process::start(&Setup { vendor: &mock.base(), ..Setup::default() });
    let keys: String = (0..50_000).map(|number| format!(",\"i{number}\":0")).collect();
    let many = format!(r#"{{"id":"1"{keys}}}"#);
    let long = format!(r#"{{"id":"1","{}":0}}"#, "i".repeat(3 << 20));
    for arguments in [many, long] {
        let body = format!(
            r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"get_single_acme_item_by_id","arguments":{arguments}}}}}"#
        );
        let started = Instant::now();
        let (status, text) = process.send(body).await;
        let took = started.elapsed();
        assert_eq!(status, 200);
        assert!(text.len() < 32 << 10, "{} bytes", text.len());
        assert!(text.contains("is unknown"), "{text}");
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
    if let Some(peak) = process.peak() {
        assert!(peak < 256 << 10, "{peak} KiB at the peak");
    }
    assert_eq!(mock.count(), 0);
}

/// Two parsers could see two things behind the keys that the JSON library keeps for itself.
#[tokio::test]
async fn security_c3_keys_of_the_json_library_mean_nothing() {
    let mock = vendor().await;
    let process = Process::start(&Setup { vendor: &mock.base(), ..Setup::default() });
    for dollar in ["$", r"\u0024"] {
        for hidden in [
            r#"{\"name\":\"get_single_acme_item_by_id\",\"arguments\":{\"id\":\"1\"}}"#,
            r#"{\"name\":\"x\",\"name\":\"get_single_acme_item_by_id\"}"#,
        ] {
            let params = format!(r#"{{"{dollar}serde_json::private::RawValue":"{hidden}"}}"#);
            let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{params}}}"#);
            let (status, text) = process.send(body).await;
            assert_eq!(status, 400, "{text}");
        }
    }
    assert_eq!(mock.count(), 0);
    // In an answer they are passed on as text.
    let odd = Mock::answering(
        "200 OK",
        &["content-type: application/json"],
        r#"{"\u0024serde_json::private::RawValue":"{\"a\":1,\"a\":2}"}"#,
    )
    .await;
    let process = Process::start(&Setup { vendor: &odd.base(), ..Setup::default() });
    let result = process.call("get_single_acme_item_by_id", "7").await;
    assert!(result["structuredContent"]["result"].is_string(), "{result}");
}

/// An address that is too long is an argument that is too long; nothing is sent.
#[tokio::test]
async fn security_a19_an_address_too_long_is_refused_as_such() {
    let mock = Mock::scripted(|_, _| crate::mock::Reply::Keep(answer("200 OK", &[], "{}"))).await;
    let process = Process::start(&Setup { vendor: &mock.base(), ..Setup::default() });
    let fits = process.call("get_single_acme_item_by_id", &"x".repeat(60_000)).await;
    assert_eq!(fits["isError"], false, "{fits}");
    for id in ["x".repeat(70_000), "é".repeat(20_000), "x".repeat(3 << 20)] {
        let refused = process.call("get_single_acme_item_by_id", &id).await;
        assert_eq!(refused["structuredContent"]["error"]["kind"], json!("arguments"));
        let text = refused["content"][0]["text"].to_string();
        assert!(text.contains("nothing was sent") && text.contains("65534"), "{text}");
    }
    assert_eq!(mock.count(), 1);
}
