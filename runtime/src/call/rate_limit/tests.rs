//! Rate-limit fields as vendors send them, and as hostile ones would.

use super::{RateLimit, family};
use http::{HeaderMap, HeaderName, HeaderValue};
use std::time::{Duration, UNIX_EPOCH};
use toolpress_core::{RateLimitHeaders, ResetUnit};

const DATE: (&str, &str) = ("date", "Tue, 14 Nov 2023 22:13:20 GMT");

fn read(
    status: u16,
    declared: Option<&RateLimitHeaders>,
    fields: &[(&'static str, &str)],
) -> [Option<u64>; 4] {
    // A local clock that is an hour wrong must not matter when the answer is dated.
    read_at(1_700_003_600, status, declared, fields)
}

fn read_at(
    clock: u64,
    status: u16,
    declared: Option<&RateLimitHeaders>,
    fields: &[(&'static str, &str)],
) -> [Option<u64>; 4] {
    let mut headers = HeaderMap::new();
    for (name, value) in fields {
        headers.append(HeaderName::from_static(name), HeaderValue::from_bytes(value.as_bytes()).unwrap());
    }
    let told = RateLimit::read(status, &headers, declared, UNIX_EPOCH + Duration::from_secs(clock));
    [told.limit, told.remaining, told.reset, told.retry_after]
}

/// What it shows, the status, the declared names, the fields, and limit, remaining, reset, retry-after.
type Row = (
    &'static str,
    u16,
    Option<&'static RateLimitHeaders>,
    &'static [(&'static str, &'static str)],
    [Option<u64>; 4],
);

const INTERVAL: RateLimitHeaders = RateLimitHeaders {
    unit: Some(ResetUnit::DeltaMilliseconds),
    ..family("x-v-ratelimit-max", "x-v-ratelimit-remaining", "x-v-ratelimit-interval-milliseconds")
};
const BUCKET: RateLimitHeaders = RateLimitHeaders {
    limit: Some("x-v-call-limit"),
    remaining: None,
    reset: None,
    unit: None,
    used_slash_size: true,
};
const PREFIXED: RateLimitHeaders =
    family("x-v-ratelimit-limit", "x-v-ratelimit-remaining", "x-v-ratelimit-reset");
const MILLIS: RateLimitHeaders = RateLimitHeaders {
    unit: Some(ResetUnit::DeltaMilliseconds),
    ..family("x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset")
};
const STAMPS: RateLimitHeaders =
    family("v-ratelimit-requests-limit", "v-ratelimit-requests-remaining", "v-reset");

/// Every vendor's way that is known, without the vendors' names.
const ROWS: &[Row] = &[
    (
        "epoch seconds beside a date",
        403,
        None,
        &[
            DATE,
            ("x-ratelimit-limit", "60"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-used", "60"),
            ("x-ratelimit-reset", "1700000060"),
            ("x-ratelimit-resource", "core"),
        ],
        [Some(60), Some(0), Some(60), None],
    ),
    ("only the status", 429, None, &[DATE], [None; 4]),
    (
        "an interval in milliseconds",
        200,
        Some(&INTERVAL),
        &[
            ("x-v-ratelimit-max", "100"),
            ("x-v-ratelimit-remaining", "99"),
            ("x-v-ratelimit-daily", "250000"),
            ("x-v-ratelimit-interval-milliseconds", "10000"),
        ],
        [Some(100), Some(99), Some(10), None],
    ),
    (
        "used/size and a decimal wait",
        429,
        Some(&BUCKET),
        &[("x-v-call-limit", "32/40"), ("retry-after", "2.0")],
        [Some(40), Some(8), Some(2), Some(2)],
    ),
    (
        "the standard's names with epoch seconds",
        429,
        None,
        &[
            DATE,
            ("ratelimit-limit", "60"),
            ("ratelimit-observed", "67"),
            ("ratelimit-remaining", "0"),
            ("ratelimit-reset", "1700000030"),
            ("ratelimit-resettime", "Tue, 14 Nov 2023 22:13:50 GMT"),
            ("retry-after", "30"),
        ],
        [Some(60), Some(0), Some(30), Some(30)],
    ),
    (
        "the standard's names with seconds, others beside",
        200,
        None,
        &[
            ("x-rate-limit", "700"),
            ("x-rate-limit-remaining", "699"),
            ("ratelimit-limit", "700"),
            ("ratelimit-remaining", "699"),
            ("ratelimit-reset", "41"),
            ("v-ratelimit-list", "total=100; remaining=99; resets=41"),
        ],
        [Some(700), Some(699), Some(41), None],
    ),
    (
        "a bare x-rate-limit",
        200,
        None,
        &[("x-rate-limit", "700"), ("x-rate-limit-remaining", "699")],
        [Some(700), Some(699), None, None],
    ),
    (
        "structured fields",
        429,
        None,
        &[
            ("ratelimit", "\"burst\";r=50;t=30"),
            ("ratelimit-policy", "\"burst\";q=100;w=60"),
            ("retry-after", "5"),
        ],
        [Some(100), Some(50), Some(30), Some(5)],
    ),
    (
        "names with a prefix",
        200,
        Some(&PREFIXED),
        &[("x-v-ratelimit-limit", "100"), ("x-v-ratelimit-remaining", "98"), ("x-v-ratelimit-reset", "12")],
        [Some(100), Some(98), Some(12), None],
    ),
    (
        "a browser's date is dropped",
        200,
        None,
        &[("x-ratelimit-limit", "20"), ("x-ratelimit-reset", "Tue Feb 16 2021 09:02:42 GMT+0100 (Central)")],
        [Some(20), None, None, None],
    ),
    (
        "milliseconds by declaration",
        200,
        Some(&MILLIS),
        &[("x-rate-limit-limit", "9"), ("x-rate-limit-reset", "600000")],
        [Some(9), None, Some(600), None],
    ),
    (
        "durations, milliseconds to wait",
        429,
        None,
        &[
            ("x-ratelimit-limit-requests", "60"),
            ("x-ratelimit-reset-requests", "6m0s"),
            ("retry-after-ms", "1500"),
        ],
        [Some(60), None, Some(360), Some(2)],
    ),
    (
        "timestamps",
        200,
        Some(&STAMPS),
        &[DATE, ("v-ratelimit-requests-limit", "50"), ("v-reset", "2023-11-14T22:13:37Z")],
        [Some(50), None, Some(17), None],
    ),
    (
        "draft 6 with policies",
        200,
        None,
        &[("ratelimit-limit", "10, 10;w=1, 50;w=60"), ("ratelimit-remaining", "4"), ("ratelimit-reset", "1")],
        [Some(10), Some(4), Some(1), None],
    ),
    (
        "draft 7",
        200,
        None,
        &[("ratelimit", "limit=100, remaining=50, reset=30"), ("ratelimit-policy", "100;w=60")],
        [Some(100), Some(50), Some(30), None],
    ),
    (
        "a date to wait for",
        429,
        None,
        &[DATE, ("retry-after", "Tue, 14 Nov 2023 22:13:37 GMT")],
        [None, None, Some(17), Some(17)],
    ),
];

#[test]
fn row_55_headers_of_every_known_vendor_become_the_same_fields() {
    for (name, status, declared, fields, wanted) in ROWS {
        assert_eq!(read(*status, *declared, fields), *wanted, "{name}");
    }
}

#[test]
fn security_d19_a_wrong_local_clock_changes_nothing() {
    for (name, status, declared, fields, wanted) in ROWS {
        for clock in [1_699_996_400, 1_700_000_000, 1_700_003_600] {
            assert_eq!(read_at(clock, *status, *declared, fields), *wanted, "{name} at {clock}");
        }
        // The same is told of a success as of a refusal; only a wait can stand in for a missing reset.
        for other in [200, 429] {
            let told = read(other, *declared, fields);
            assert_eq!((told[0], told[1], told[3]), (wanted[0], wanted[1], wanted[3]), "{name} with {other}");
        }
    }
}

#[test]
fn the_tightest_policy_counts_and_malformed_fields_are_ignored() {
    assert_eq!(read(200, None, &[("ratelimit", "\"a\";r=0;t=5, \"b\";r=10;t=60")])[1..3], [Some(0), Some(5)]);
    assert_eq!(
        read(200, None, &[("ratelimit", "\"b\";r=10;t=60"), ("ratelimit", "\"a\";r=0;t=5")])[1..3],
        [Some(0), Some(5)]
    );
    assert_eq!(read(200, None, &[("ratelimit", "\"a\";r=0;t=5, \"b")]), [None; 4]);
    let fields = [("ratelimit", "broken\""), ("x-ratelimit-limit", "5")];
    assert_eq!(read(200, None, &fields)[0], Some(5));
}

#[test]
fn security_d15_hostile_values_are_bounded_or_left_out() {
    for hostile in ["-1", "NaN", "", "1e400", "٣", "\u{a0}5", "0x10", "++1", "1.2.3"] {
        let fields = [
            ("retry-after", hostile),
            ("x-ratelimit-limit", hostile),
            ("x-ratelimit-remaining", hostile),
            ("x-ratelimit-reset", hostile),
        ];
        assert_eq!(read(200, None, &fields), [None; 4], "{hostile:?}");
    }
    assert_eq!(read(200, None, &[("retry-after", "99999999999")])[3], Some(31 * 86_400));
    let past = [DATE, ("retry-after", "Tue, 14 Nov 2000 22:13:37 GMT")];
    assert_eq!(read(200, None, &past)[3], Some(0));
    assert_eq!(read(200, None, &[("x-ratelimit-limit", "99999999999999999999999")])[0], None);
    assert_eq!(read(200, None, &[("ratelimit", "\"a\";r=1;t=999999999999999")])[2], Some(31 * 86_400));
    let many: Vec<(&str, String)> = (0..20).map(|n| ("retry-after", n.to_string())).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(read(200, None, &many)[3], Some(19));
}

#[test]
fn what_is_told_to_a_client() {
    let told = RateLimit { limit: Some(10), remaining: Some(0), reset: Some(9), retry_after: Some(7) };
    assert_eq!(told.wait(), Some(7));
    assert_eq!(
        serde_json::to_string(&told).unwrap(),
        r#"{"ratelimit-limit":10,"ratelimit-remaining":0,"ratelimit-reset":9,"retry-after":7}"#
    );
    assert_eq!(told.headers().count(), 3);
    assert!(RateLimit::default().is_unknown());
}
