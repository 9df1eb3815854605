//! Properties that hold for any text: `PROPTEST_CASES` raises the number of texts tried.

use crate::mock::Mock;
use crate::{account, call_as, upstream, vendor};
use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;
use proptest::prelude::*;
use serde_json::json;
use std::time::{Duration, UNIX_EPOCH};
use toolpress_runtime::call::RateLimit;

/// Any text, and texts made of what parsers trip over.
fn texts() -> impl Strategy<Value = String> {
    let traps = prop::sample::select(vec![
        ".", "..", "/", "\\", "%", "2e", "%2e", "%2F", "?", "#", ";", "&", "=", "@", ":", " ", "\t", "\r",
        "\n", "\0", "{", "}", "{id}", "．", "／", "a", "é", "\u{feff}", "\u{202e}", "//", "http://", "+",
    ]);
    prop_oneof![
        any::<String>(),
        prop::collection::vec(traps, 0..8).prop_map(|parts| parts.concat()),
        "[ -~]{0,2000}",
    ]
}

fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(512);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// A segment arrives as it was, or nothing is sent.
#[test]
fn security_a19_any_segment_arrives_as_it_was_or_not_at_all() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mock = runtime.block_on(Mock::answering("200 OK", &[], "{}"));
    let upstream = upstream();
    let account = account(&vendor::BEARER, "a", &mock.base());
    proptest!(config(), |(one in texts(), two in texts())| {
        let before = mock.count();
        let arguments = json!({"one": one, "two": two});
        let outcome = runtime.block_on(call_as(&upstream, &vendor::BEARER, &account, "get_pair", arguments));
        let seen = mock.seen().split_off(before);
        if outcome.is_error {
            prop_assert!(seen.is_empty());
            prop_assert_eq!(&outcome.structured["error"]["kind"], "arguments");
            let refusable = |text: &str| {
                matches!(text, "" | "." | "..") || text.chars().any(char::is_control)
            };
            prop_assert!(refusable(&one) || refusable(&two));
        } else {
            prop_assert_eq!(seen.len(), 1);
            let line = seen[0].line().to_owned();
            let path = line.strip_prefix("GET ").unwrap();
            let segments: Vec<&str> = path.split('/').collect();
            prop_assert_eq!(segments.len(), 6, "{}", path);
            prop_assert_eq!(&segments[..3], &["", "api", "a"]);
            prop_assert_eq!(segments[4], "b");
            for (segment, text) in [(segments[3], &one), (segments[5], &two)] {
                prop_assert_eq!(percent_decode_str(segment).decode_utf8().unwrap(), text.as_str());
            }
        }
    });
}

/// Whatever stands in rate-limit fields, what is told stays inside its bounds.
#[test]
fn security_d15_any_rate_limit_field_is_bounded_or_left_out() {
    let names = prop::sample::select(vec![
        "retry-after",
        "retry-after-ms",
        "ratelimit",
        "ratelimit-policy",
        "ratelimit-limit",
        "ratelimit-remaining",
        "ratelimit-reset",
        "x-ratelimit-limit",
        "x-ratelimit-reset",
        "date",
    ]);
    let traps = prop::sample::select(vec![
        "0",
        "1",
        "9999999999999999",
        "-",
        ".",
        ";",
        ",",
        "=",
        "\"",
        "a",
        "r",
        "t",
        "q",
        "w",
        "limit=",
        "r=",
        ";t=",
        "ms",
        "s",
        "m",
        "e",
        "/",
        ":",
        "?1",
        " ",
        "\\",
        "Tue, 14 Nov 2023 22:13:37 GMT",
        "2023-11-14T22:13:37Z",
        "\u{e9}",
    ]);
    let values = prop_oneof![
        any::<String>(),
        prop::collection::vec(traps, 0..10).prop_map(|parts| parts.concat()),
        "[0-9.]{1,40}",
    ];
    proptest!(config(), |(fields in prop::collection::vec((names, values), 0..6), seconds in 0_u64..1 << 40)| {
        let mut headers = HeaderMap::new();
        for (name, value) in &fields {
            if let Ok(value) = HeaderValue::from_bytes(value.as_bytes()) {
                headers.append(HeaderName::from_static(name), value);
            }
        }
        let told = RateLimit::read(429, &headers, None, UNIX_EPOCH + Duration::from_secs(seconds));
        for wait in [told.reset, told.retry_after].into_iter().flatten() {
            prop_assert!(wait <= 31 * 86_400, "{:?}", told);
        }
        for count in [told.limit, told.remaining].into_iter().flatten() {
            prop_assert!(count <= 999_999_999_999_999, "{:?}", told);
        }
    });
}
