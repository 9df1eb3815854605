//! From arguments to the bytes of the request: nothing but the documented request can leave.

use crate::mock::Mock;
use crate::{CANARY, account, call_as, call_mock, kind, upstream, vendor};
use serde_json::{Value, json};

async fn echo() -> Mock {
    Mock::answering("200 OK", &["content-type: application/json"], "{}").await
}

/// The path that arrives for an id, `None` when nothing is sent.
async fn path_of(id: Value) -> Option<String> {
    let mock = echo().await;
    let outcome = call_mock(&mock, "get_item", json!({ "id": id })).await;
    let seen = mock.seen();
    assert!(seen.len() <= 1);
    match seen.first() {
        Some(seen) => {
            let path = seen.line().strip_prefix("GET /api/items/");
            Some(path.expect("the request stays below its collection").to_owned())
        }
        None => {
            assert_eq!(kind(&outcome), "arguments");
            assert!(outcome.structured["error"]["violations"][0]["message"].is_string());
            None
        }
    }
}

#[tokio::test]
async fn security_a1_traversal_stays_one_segment() {
    assert_eq!(path_of(json!("../admin")).await.unwrap(), "..%2Fadmin");
}

#[tokio::test]
async fn security_a2_bare_dot_segments_are_refused() {
    assert_eq!(path_of(json!("..")).await, None);
    assert_eq!(path_of(json!(".")).await, None);
}

#[tokio::test]
async fn security_a3_encoded_dots_are_encoded_again() {
    for (id, path) in [("%2e%2e", "%252e%252e"), (".%2E", ".%252E"), ("%2E.", "%252E.")] {
        assert_eq!(path_of(json!(id)).await.unwrap(), path);
    }
}

#[tokio::test]
async fn security_a4_slashes_stay_inside_the_segment() {
    for (id, path) in [("a%2fb", "a%252fb"), ("a%252fb", "a%25252fb"), ("a/b", "a%2Fb"), ("a\\b", "a%5Cb")] {
        assert_eq!(path_of(json!(id)).await.unwrap(), path);
    }
}

#[tokio::test]
async fn security_a5_the_path_has_no_way_out() {
    for (id, path) in
        [("1?admin=true", "1%3Fadmin%3Dtrue"), ("1#x", "1%23x"), ("1;v=2", "1%3Bv%3D2"), ("1&a", "1%26a")]
    {
        assert_eq!(path_of(json!(id)).await.unwrap(), path);
    }
}

#[tokio::test]
async fn security_a6_a7_line_breaks_and_tabs_are_refused() {
    for id in ["1\r\nX-Evil: 1", "1 HTTP/1.1\r\nHost: e\r\n\r\nGET /", ".\t.", ".\n.", "\n"] {
        assert_eq!(path_of(json!(id)).await, None, "{id:?}");
    }
}

#[tokio::test]
async fn security_a8_odd_characters_are_refused_or_sent_as_they_are() {
    for id in ["a\0", "\u{1}", "\u{7f}", "\u{85}"] {
        assert_eq!(path_of(json!(id)).await, None, "{id:?}");
    }
    for (id, path) in [
        ("．．", "%EF%BC%8E%EF%BC%8E"),
        ("／", "%EF%BC%8F"),
        ("\u{202e}", "%E2%80%AE"),
        ("e\u{301}", "e%CC%81"),
        (" ", "%20"),
    ] {
        assert_eq!(path_of(json!(id)).await.unwrap(), path);
    }
}

#[tokio::test]
async fn security_a9_a10_what_is_missing_or_empty_is_named_and_nothing_is_sent() {
    let mock = echo().await;
    for arguments in [
        json!({}),
        json!({"id": null}),
        json!({"id": []}),
        json!({"id": {}}),
        json!({"id": true}),
        json!({"id": ""}),
    ] {
        let outcome = call_mock(&mock, "get_item", arguments).await;
        assert_eq!(kind(&outcome), "arguments");
        assert!(outcome.text.contains("`id`"), "{}", outcome.text);
        assert!(outcome.text.contains("nothing was sent"), "{}", outcome.text);
    }
    assert_eq!(mock.count(), 0);
}

#[tokio::test]
async fn security_a11_templates_are_filled_once() {
    let mock = echo().await;
    call_mock(&mock, "get_pair", json!({"one": "{two}", "two": "2"})).await;
    assert_eq!(mock.seen()[0].line(), "GET /api/a/%7Btwo%7D/b/2");
}

#[tokio::test]
async fn security_a12_a_query_value_stays_one_value() {
    let mock = echo().await;
    let inputs = ["a&limit=9999", "a=b", "a%26b", "+ ", "#?;", "é\r\n\0", ""];
    for (number, input) in inputs.into_iter().enumerate() {
        call_mock(&mock, "search", json!({"q": input, "tags": ["x&y", "z"]})).await;
        let line = mock.seen()[number].line().to_owned();
        let (_, query) = line.split_once('?').unwrap();
        let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let pairs: Vec<_> = pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())).collect();
        assert_eq!(pairs, [("q", input), ("tag", "x&y"), ("tag", "z")]);
    }
}

#[tokio::test]
async fn security_a13_undeclared_arguments_are_refused() {
    let mock = echo().await;
    let arguments = json!({"id": "1", "limit": 5, "__proto__": {}, "Authorization": "x", "Host": "h"});
    let outcome = call_mock(&mock, "get_item", arguments).await;
    assert_eq!(outcome.structured["error"]["violations"].as_array().unwrap().len(), 4);
    assert_eq!(mock.count(), 0);
}

#[tokio::test]
async fn security_a14_header_arguments_cannot_break_out_or_replace() {
    let mock = echo().await;
    for note in ["v\r\nX-Injected: 1", "v\n", "\0", "é"] {
        let outcome = call_mock(&mock, "create_item", json!({"name": "n", "note": note})).await;
        assert_eq!(kind(&outcome), "arguments", "{note:?}");
    }
    // Documentation that declares a transport field is refused too.
    assert_eq!(kind(&call_mock(&mock, "misled_host", json!({})).await), "arguments");
    assert_eq!(mock.count(), 0);

    call_mock(&mock, "create_item", json!({"name": "n", "note": "plain"})).await;
    call_mock(&mock, "misled_proof", json!({})).await;
    let proof = format!("Bearer {CANARY}");
    for seen in mock.seen() {
        assert_eq!(seen.header("authorization"), [proof.as_str()]);
        assert_eq!(seen.header("host"), [mock.address.to_string().as_str()]);
        assert_eq!(seen.header("content-type").len(), usize::from(seen.line().starts_with("POST")));
    }
    assert_eq!(mock.seen()[0].header("x-note"), ["plain"]);
    assert_eq!(mock.seen()[0].header("x-version"), ["7"]);
}

#[tokio::test]
async fn security_a15_only_our_own_fields_are_sent() {
    let mock = echo().await;
    call_mock(&mock, "get_item", json!({"id": "1"})).await;
    let head = &mock.seen()[0].head;
    let mut names: Vec<_> =
        head.lines().skip(1).filter_map(|line| Some(line.split_once(':')?.0.to_lowercase())).collect();
    names.sort();
    assert_eq!(names, ["accept", "accept-encoding", "authorization", "host", "user-agent"]);
    assert!(head.contains(concat!("toolpress/", env!("CARGO_PKG_VERSION"))), "{head}");
}

#[tokio::test]
async fn security_a16_a_body_value_stays_one_value() {
    let mock = echo().await;
    let name = "\"}{\"admin\":true";
    call_mock(&mock, "create_item", json!({"name": name})).await;
    call_mock(&mock, "submit", json!({"name": "a&b=c"})).await;
    let seen = mock.seen();
    assert_eq!(serde_json::from_str::<Value>(&seen[0].body).unwrap(), json!({"name": name}));
    assert_eq!(seen[0].header("content-type"), ["application/json"]);
    assert_eq!(seen[1].body, "name=a%26b%3Dc");
    assert_eq!(seen[1].header("content-type"), ["application/x-www-form-urlencoded"]);
}

#[tokio::test]
async fn security_a17_numbers_keep_every_digit_or_are_refused() {
    let digits = "1234567890123456789012345678901234567890";
    for (number, sent) in [
        ("9007199254740993", Some("9007199254740993")),
        (digits, Some(digits)),
        ("-0", Some("-0")),
        ("1e400", None),
        ("1.0", None),
    ] {
        let id: Value = serde_json::from_str(number).unwrap();
        assert_eq!(path_of(id).await.as_deref(), sent, "{number}");
    }
    let mock = echo().await;
    let size: Value = serde_json::from_str("0.1000000000000000000000000001").unwrap();
    call_mock(&mock, "create_item", json!({"name": "n", "size": size})).await;
    assert_eq!(mock.seen()[0].body, r#"{"name":"n","size":0.1000000000000000000000000001}"#);
    let huge: Value = serde_json::from_str("1e400").unwrap();
    assert_eq!(kind(&call_mock(&mock, "create_item", json!({"name": "n", "size": huge})).await), "arguments");
}

#[tokio::test]
async fn security_a18_values_are_only_text() {
    let mock = echo().await;
    let values = ["--output=/tmp/x", "@/etc/passwd", "${HOME}", "{{env.X}}", "$(id)", "`id`"];
    for (number, value) in values.into_iter().enumerate() {
        call_mock(&mock, "create_item", json!({ "name": value })).await;
        assert_eq!(serde_json::from_str::<Value>(&mock.seen()[number].body).unwrap()["name"], value);
    }
}

#[tokio::test]
async fn row_66_every_request_carries_the_accounts_own_proof() {
    use base64::Engine as _;
    let mock = echo().await;
    let basic =
        format!("Basic {}", base64::engine::general_purpose::STANDARD.encode(format!("someone:{CANARY}")));
    let bearer = format!("Bearer {CANARY}");
    let table = [
        (&vendor::BEARER, "authorization", bearer.as_str()),
        (&vendor::HEADER, "x-api-key", CANARY),
        (&vendor::BASIC, "authorization", basic.as_str()),
    ];
    for (number, (vendor, field, value)) in table.into_iter().enumerate() {
        let account = account(vendor, "a", &mock.base());
        call_as(&upstream(), vendor, &account, "get_item", json!({"id": "1"})).await;
        assert_eq!(mock.seen()[number].header(field), [value]);
    }
}

/// Proxy variables of the environment are not heeded. They are set for a second run of this very test,
/// since a process cannot change its own environment safely.
#[tokio::test]
async fn security_b11_proxies_of_the_environment_are_not_used() {
    const BASE: &str = "TOOLPRESS_TEST_BASE";
    if let Ok(base) = std::env::var(BASE) {
        let account = account(&vendor::BEARER, "a", &base);
        let outcome = call_as(&upstream(), &vendor::BEARER, &account, "get_item", json!({"id": "1"})).await;
        assert!(!outcome.is_error, "{}", outcome.text);
        return;
    }
    let (mock, proxy) = (echo().await, echo().await);
    let mut again = tokio::process::Command::new(std::env::current_exe().unwrap());
    again.args(["--exact", "requests::security_b11_proxies_of_the_environment_are_not_used"]);
    again.env(BASE, mock.base());
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"] {
        again.env(name, format!("http://{}", proxy.address));
    }
    assert!(again.output().await.unwrap().status.success());
    assert_eq!((mock.count(), proxy.count()), (1, 0));
}
