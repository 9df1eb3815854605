//! Properties that hold for any input. `PROPTEST_CASES` raises the number of inputs tried.

use crate::oracles;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Number, Value};

fn config() -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(256);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

/// Any text, and texts made of what parsers trip over.
fn texts() -> impl Strategy<Value = String> {
    let traps = select(vec![
        ".", "..", "/", "\\", "%", "%2e", "%2F", "?", "#", ";", "&", "=", "@", ":", " ", "\t", "\r", "\n",
        "\0", "{", "}", "{id}", "．", "／", "é", "\u{feff}", "\u{202e}", "http://", "+", "[", "]", "a", "1",
    ]);
    prop_oneof![
        3 => prop::collection::vec(traps, 0..8).prop_map(|parts| parts.concat()),
        2 => any::<String>(),
        1 => "[ -~]{0,300}",
    ]
}

fn numbers() -> impl Strategy<Value = Value> {
    let odd = select(vec![
        "-0",
        "1.0",
        "1e400",
        "9007199254740993",
        "1234567890123456789012345678901234567890",
        "5e-324",
    ]);
    prop_oneof![
        any::<i64>().prop_map(Value::from),
        (0_i64..10).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        odd.prop_map(|digits| Value::Number(digits.parse::<Number>().expect("a number"))),
    ]
}

/// Any JSON, and JSON in text, which is healed.
fn values() -> impl Strategy<Value = Value> {
    let words = select(vec![
        "first",
        "a/b",
        "red",
        "green",
        "circle",
        "free",
        "dot",
        "true",
        "5",
        "[]",
        "{\"kind\":\"dot\"}",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        numbers(),
        texts().prop_map(Value::String),
        words.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 32, 6, |inner| {
        let keys = prop_oneof![
            select(vec!["x", "deep", "kind", "radius", "side", "shade", "leaf", "known", "a"])
                .prop_map(str::to_owned),
            texts(),
        ];
        let object = prop::collection::vec((keys, inner.clone()), 0..5)
            .prop_map(|fields| Value::Object(fields.into_iter().collect()));
        prop_oneof![
            prop::collection::vec(inner, 0..5).prop_map(Value::Array),
            object.clone(),
            object.prop_map(|object| Value::String(object.to_string())),
        ]
    })
}

/// Arguments that are right in what is required, mostly, and anything beside.
fn arguments() -> impl Strategy<Value = Map<String, Value>> {
    let names = select(vec![
        "q",
        "flag",
        "amount",
        "repeated",
        "joined",
        "bracketed",
        "trace",
        "slug",
        "colour",
        "few",
        "ratio",
        "points",
        "open",
        "shape",
        "fill",
        "labels",
        "anything",
        "remark",
        "wrong",
        "",
    ]);
    let required = (
        prop_oneof![4 => texts().prop_map(Value::String), 1 => values()],
        prop_oneof![4 => any::<i64>().prop_map(Value::from), 1 => values()],
        prop_oneof![4 => select(vec!["first", "a/b", "ü"]).prop_map(Value::from), 1 => values()],
    );
    let beside = prop::collection::vec((names, values()), 0..6);
    (required, beside).prop_map(|((id, number, word), beside)| {
        let required = [("id", id), ("number", number), ("word", word)];
        let all = required.into_iter().chain(beside);
        all.map(|(name, value)| (name.to_owned(), value)).collect()
    })
}

/// A JSON-RPC message made of parts that belong there and parts that do not.
fn messages() -> impl Strategy<Value = Vec<u8>> {
    let parts = select(vec![
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"jsonrpc\":\"2.0\"",
        "\"id\":1",
        "\"id\":null",
        "\"id\":\"a\"",
        "\"method\":\"tools/call\"",
        "\"Method\":\"x\"",
        "\"params\":{}",
        "\"params\":{\"name\":\"a\"}",
        "\"params\":null",
        "\"result\":{}",
        "\"error\":1",
        "\"\\u0069d\":2",
        "null",
        "1e999",
        "\"",
        "\\",
        "\u{feff}",
        "\"$serde_json::private::Number\":\"1\"",
        "\"\\u0024serde_json::private::RawValue\":\"{}\"",
        " ",
        "\n",
    ]);
    let whole = prop::collection::vec(parts.clone(), 0..6)
        .prop_map(|parts| format!("{{{}}}", parts.join(",")).into_bytes());
    prop_oneof![
        3 => whole,
        2 => prop::collection::vec(parts, 0..12).prop_map(|parts| parts.concat().into_bytes()),
        1 => prop::collection::vec(any::<u8>(), 0..200),
    ]
}

fn fields() -> impl Strategy<Value = String> {
    let names = select(vec![
        "retry-after",
        "retry-after-ms",
        "ratelimit",
        "ratelimit-policy",
        "ratelimit-limit",
        "ratelimit-remaining",
        "ratelimit-reset",
        "x-ratelimit-limit",
        "x-ratelimit-remaining",
        "x-ratelimit-reset",
        "x-rate-limit",
        "x-ratelimit-reset-requests",
        "x-calls",
        "x-reset",
        "date",
    ]);
    let traps = select(vec![
        "0",
        "1",
        "60",
        "9999999999999999",
        "-",
        ".",
        ";",
        ",",
        "=",
        "\"",
        "a",
        "r",
        "limit=",
        "remaining=1",
        "r=",
        ";t=",
        ";q=",
        "ms",
        "s",
        "m",
        "h",
        "d",
        "e",
        "/",
        ":AB==:",
        "?1",
        " ",
        "\\",
        "+",
        "NaN",
        "inf",
        "µs",
        "Tue, 14 Nov 2023 22:13:37 GMT",
        "2023-11-14T22:13:37Z",
        "9999-12-31T23:59:60Z",
        "\u{e9}",
        "\u{661}",
    ]);
    let values = prop_oneof![
        3 => prop::collection::vec(traps, 0..10).prop_map(|parts| parts.concat()),
        1 => any::<String>(),
        1 => "[0-9.]{1,40}",
    ];
    prop::collection::vec((names, values), 0..8)
        .prop_map(|lines| lines.iter().map(|(name, value)| format!("{name}: {value}\n")).collect())
}

#[test]
fn security_a9_a13_any_arguments_are_refused_or_make_a_documented_request() {
    proptest!(config(), |(arguments in arguments())| oracles::arguments(&arguments));
}

#[test]
fn security_a19_any_request_goes_where_its_template_says() {
    let query = prop::collection::vec((any::<u8>(), texts()), 0..4);
    proptest!(config(), |(template in 0_usize..6, one in texts(), two in texts(), query in query)| {
        oracles::request(template, [&one, &two], &query);
    });
}

#[test]
fn security_c5_any_bytes_are_understood_in_one_way_or_refused() {
    proptest!(config(), |(body in messages())| oracles::jsonrpc(&body));
}

#[test]
fn security_d15_d20_any_fields_make_a_bounded_rate_limit() {
    proptest!(config(), |(text in fields(), status in select(vec![200, 403, 429, 503]), clock in any::<u64>())| {
        oracles::rate_limit(status, &oracles::fields(&text), clock);
    });
}
