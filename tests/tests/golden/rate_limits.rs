//! A vendor's rate limit reaches the caller in three places, and the server neither waits nor repeats.

use crate::world::{Reply, Setup, sequin};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// When the vendor answers, by its own clock.
const DATE: (&str, &str) = ("date", "Fri, 20 Nov 2026 09:00:00 GMT");
/// The same in seconds since 1970.
const EPOCH: u64 = 1_795_165_200;
const TOOL: &str = "create_a_sequin_stream_postgres_database_test_connection";

fn database() -> Value {
    json!({ "database_id_or_name": "orders-prod" })
}

/// Headers of the vendor; then limit, remaining, reset and retry-after as told to the client, and the
/// seconds that the text names.
type Case = (Vec<(&'static str, &'static str)>, [Option<u64>; 4], Option<u64>);

fn cases() -> Vec<Case> {
    vec![
        (
            vec![("x-ratelimit-limit", "100"), ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "17")],
            [Some(100), Some(0), Some(17), None],
            Some(17),
        ),
        (
            vec![
                ("x-ratelimit-limit", "100"),
                ("x-ratelimit-remaining", "0"),
                ("x-ratelimit-reset", "1795165217"),
            ],
            [Some(100), Some(0), Some(17), None],
            Some(17),
        ),
        (
            vec![("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "1795165217000")],
            [None, Some(0), Some(17), None],
            Some(17),
        ),
        (
            vec![
                ("ratelimit-limit", "100, 100;w=60"),
                ("ratelimit-remaining", "0"),
                ("ratelimit-reset", "17"),
            ],
            [Some(100), Some(0), Some(17), None],
            Some(17),
        ),
        (
            vec![("ratelimit", "limit=100, remaining=0, reset=17")],
            [Some(100), Some(0), Some(17), None],
            Some(17),
        ),
        (
            vec![("ratelimit-policy", r#""default";q=100;w=60"#), ("ratelimit", r#""default";r=0;t=17"#)],
            [Some(100), Some(0), Some(17), None],
            Some(17),
        ),
        (vec![("retry-after", "42")], [None, None, Some(42), Some(42)], Some(42)),
        (vec![("retry-after", "Fri, 20 Nov 2026 09:00:42 GMT")], [None, None, Some(42), Some(42)], Some(42)),
        (
            vec![("x-ratelimit-limit", "100"), ("x-ratelimit-reset", "17"), ("retry-after", "42")],
            [Some(100), None, Some(17), Some(42)],
            Some(42),
        ),
        (vec![("x-ratelimit-reset", "soon")], [None; 4], None),
        (vec![], [None; 4], None),
    ]
}

fn told(name: &str, meta: &Value) -> Option<u64> {
    meta["toolpress/ratelimit"].get(name).map(|value| value.as_u64().expect("a whole number"))
}

#[tokio::test]
async fn row_053_row_054_row_055_row_057_a_429_is_passed_on_once_with_its_limits() {
    let (client, vendor) = sequin().await;
    for (headers, [limit, remaining, reset, retry_after], wait) in cases() {
        let body = json!({ "summary": "Too many requests" });
        vendor.reply(Reply::json(429, &body).headers(&[DATE]).headers(&headers));
        let answer = client.call(TOOL, database()).await;
        assert_eq!(vendor.seen().len(), 1, "{headers:?}");

        assert!(answer.is_error(), "{headers:?}");
        let error = answer.structured()["error"].clone();
        assert_eq!((&error["status"], &error["body"]), (&json!(429), &body), "{headers:?}");
        assert_eq!(error["retry_after"].as_u64(), wait, "{headers:?}");
        let text = answer.text();
        assert!(text.contains("429 Too Many Requests") && text.contains("Too many requests"), "{text}");
        let sentence = wait.map_or("Wait before the next call".to_owned(), |seconds| {
            format!("Wait {seconds} s before the next call")
        });
        assert!(text.contains(&sentence) && text.contains("does not retry"), "{headers:?}: {text}");

        let meta = answer.result()["_meta"].clone();
        assert_eq!(meta["toolpress/status"], 429);
        for (name, value) in
            [("ratelimit-limit", limit), ("ratelimit-remaining", remaining), ("ratelimit-reset", reset)]
        {
            assert_eq!(answer.header(name), value.map(|n| n.to_string()).as_deref(), "{name}: {headers:?}");
            assert_eq!(told(name, &meta), value, "{name}: {headers:?}");
        }
        assert_eq!(told("retry-after", &meta), retry_after, "{headers:?}");
        assert_eq!(answer.status, 200, "the envelope itself is sound");
    }
}

#[tokio::test]
async fn row_055_row_056_a_success_tells_the_same_limits() {
    let (client, vendor) = sequin().await;
    for (headers, [limit, remaining, reset, _], _) in cases() {
        // Only a refusal makes the time to come back the time of the reset.
        let reset = if headers.iter().any(|(name, _)| name.contains("reset") || *name == "ratelimit") {
            reset
        } else {
            None
        };
        vendor.reply(Reply::json(200, &json!({ "success": true })).headers(&[DATE]).headers(&headers));
        let answer = client.call(TOOL, database()).await;
        assert!(!answer.is_error());
        let meta = answer.result()["_meta"].clone();
        for (name, value) in
            [("ratelimit-limit", limit), ("ratelimit-remaining", remaining), ("ratelimit-reset", reset)]
        {
            assert_eq!(answer.header(name), value.map(|n| n.to_string()).as_deref(), "{name}: {headers:?}");
            assert_eq!(told(name, &meta), value, "{name}: {headers:?}");
        }
        let used_up = remaining == Some(0);
        assert_eq!(
            answer.text().contains("rate limit is used up"),
            used_up,
            "{headers:?}: {}",
            answer.text()
        );
        assert_eq!(answer.structured(), json!({ "result": { "success": true } }));
    }
}

#[tokio::test]
async fn row_056_a_stream_of_events_carries_the_limits_in_the_result() {
    let (client, vendor) =
        Setup::sequin().limits(|limits| limits.keep_alive = Duration::from_millis(40)).start().await;
    for status in [200, 429] {
        let limits =
            [("x-ratelimit-limit", "60"), ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "9")];
        vendor.reply(Reply::json(status, &json!({})).headers(&limits).after(200));
        let params = json!({ "name": TOOL, "arguments": database() });
        let answer = client.send("tools/call", params, "application/json, text/event-stream").await;
        assert_eq!(answer.header("content-type"), Some("text/event-stream"));
        let wanted = json!({ "ratelimit-limit": 60, "ratelimit-remaining": 0, "ratelimit-reset": 9 });
        assert_eq!(answer.result()["_meta"]["toolpress/ratelimit"], wanted);
        assert_eq!(answer.is_error(), status == 429);
        assert!(answer.text().contains("Wait 9 s before the next call"), "{}", answer.text());
    }
}

#[tokio::test]
async fn row_057_a_wait_that_is_over_is_still_a_second() {
    let (client, vendor) = sequin().await;
    let past = (EPOCH - 60).to_string();
    vendor.reply(Reply::json(429, &json!({})).headers(&[DATE]).header("x-ratelimit-reset", &past));
    let answer = client.call(TOOL, database()).await;
    assert_eq!(answer.header("ratelimit-reset"), Some("0"));
    assert!(answer.text().contains("Wait 1 s before the next call"), "{}", answer.text());
}

#[tokio::test]
async fn row_058_fifty_calls_are_fifty_requests_and_every_refusal_is_seen() {
    let (client, vendor) = sequin().await;
    for number in 0..50 {
        let reply = if number < 20 {
            Reply::json(422, &json!({ "success": false, "reason": "Connection refused." }))
        } else {
            Reply::json(429, &json!({ "summary": "Too many requests" })).header("retry-after", "30")
        };
        vendor.reply(reply);
    }
    let mut statuses = Vec::new();
    for _ in 0..50 {
        let answer = client.call(TOOL, database()).await;
        statuses.push(answer.structured()["error"]["status"].as_u64().unwrap());
    }
    assert_eq!(vendor.seen().len(), 50);
    assert_eq!(statuses[..20], [422; 20]);
    assert_eq!(statuses[20..], [429; 30]);
}

/// There is no limit of our own: what the vendor would refuse is for the vendor to refuse.
#[tokio::test]
async fn row_059_a_limit_that_is_used_up_does_not_hold_the_next_call_back() {
    let (client, vendor) = sequin().await;
    let limits = [("ratelimit-limit", "1"), ("ratelimit-remaining", "0"), ("ratelimit-reset", "3600")];
    vendor.reply(Reply::json(429, &json!({})).headers(&limits).header("retry-after", "3600"));
    assert!(client.call(TOOL, database()).await.is_error());
    let begun = Instant::now();
    let calls = (0..40).map(|_| client.call(TOOL, database()));
    let mut answers = Vec::new();
    for call in calls {
        answers.push(call.await.is_error());
    }
    assert_eq!(answers, [false; 40]);
    assert_eq!(vendor.seen().len(), 41);
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}
