//! What is made of complete answers: results, refusals, rate limits, redirects.

use crate::mock::{Mock, Reply, answer, bytes_answer};
use crate::{CANARY, account, call_as, call_mock, kind, limits, upstream, vendor};
use serde_json::json;
use toolpress_core::Mask;
use toolpress_runtime::call::{Block, Caller, EgressPolicy, Upstream, call};

const JSON: &str = "content-type: application/json";

#[tokio::test]
async fn a_success_is_the_vendors_value_and_its_text_the_same_json() {
    let body = r#"{"item":{"z":1,"a":12345678901234567890123,"f":1.10}}"#;
    let mock = Mock::answering("201 Created", &[JSON], body).await;
    let outcome = call_mock(&mock, "create_item", json!({"name": "n"})).await;
    assert!(!outcome.is_error);
    assert_eq!(outcome.text, r#"{"result":{"z":1,"a":12345678901234567890123,"f":1.10}}"#);
    assert_eq!(outcome.text, outcome.structured.to_string());
    assert_eq!(json!(outcome.meta()), json!({"toolpress/status": 201}));
    assert!(outcome.notes.is_empty());
    let mock = Mock::answering("200 OK", &[JSON], r#"{"other":1}"#).await;
    let outcome = call_mock(&mock, "create_item", json!({"name": "n"})).await;
    assert_eq!(outcome.structured, json!({"result": {"other": 1}}));
}

#[tokio::test]
async fn row_62_an_empty_answer_is_a_success_that_says_so() {
    for (status, fields) in [
        ("204 No Content", &[] as &[&str]),
        ("200 OK", &[JSON]),
        ("205 Reset Content", &[]),
        ("202 Accepted", &[]),
    ] {
        let mock = Mock::answering(status, fields, "").await;
        let outcome = call_mock(&mock, "delete_item", json!({"id": "1"})).await;
        assert!(!outcome.is_error, "{outcome:?}");
        assert_eq!(outcome.text, format!("Done. HTTP {}, no content. id: 1", &status[..3]));
        assert_eq!(outcome.structured, json!({"result": null}));
    }
    let mock = Mock::answering("204 No Content", &[], "").await;
    let outcome = call_mock(&mock, "create_item", json!({"name": "n"})).await;
    assert_eq!(outcome.text, "Done. HTTP 204, no content.", "no path parameter, nothing to name");
    let mock = Mock::answering("204 No Content", &[], "").await;
    let outcome = call_mock(&mock, "get_pair", json!({"one": "1", "two": "canary"})).await;
    assert_eq!(outcome.text, "Done. HTTP 204, no content. one: 1", "`two` is a secret");
}

#[tokio::test]
async fn security_d6_other_content_is_passed_on_with_its_type() {
    let mock = Mock::answering("200 OK", &["content-type: text/html; charset=utf-8"], "<p>hi</p>").await;
    let outcome = call_mock(&mock, "get_item", json!({"id": "1"})).await;
    assert_eq!(outcome.structured, json!({"result": "<p>hi</p>"}));
    assert_eq!(json!(outcome.meta())["toolpress/content-type"], "text/html; charset=utf-8");
    assert!(outcome.blocks.is_empty());
}

#[tokio::test]
async fn security_d6_bytes_become_a_block_of_their_kind() {
    let bytes = b"\x89PNG\xff";
    for (media, sent) in
        [("image/png", "Image/PNG; a=b"), ("audio/wav", "audio/wav"), ("application/pdf", "application/pdf")]
    {
        let field = format!("content-type: {sent}");
        let mock = Mock::always(Reply::Keep(bytes_answer("200 OK", &[&field], bytes))).await;
        let outcome = call_mock(&mock, "get_item", json!({"id": "a b"})).await;
        let (mime_type, data) = (media.to_owned(), "iVBOR/8=".to_owned());
        let block = match media {
            "image/png" => Block::Image { mime_type, data },
            "audio/wav" => Block::Audio { mime_type, data },
            _ => Block::Resource {
                uri: "toolpress://acme_things/api/items/a%20b".to_owned(),
                mime_type,
                blob: data,
            },
        };
        assert_eq!(outcome.blocks, [block]);
        assert_eq!(outcome.structured, json!({ "result": { "content_type": media, "bytes": 5 } }));
        assert_eq!(outcome.text, outcome.structured.to_string());
        assert!(!outcome.is_error && outcome.notes.is_empty());
    }
    let mock = Mock::always(Reply::Keep(bytes_answer(
        "500 Internal Server Error",
        &["content-type: image/png"],
        bytes,
    )))
    .await;
    let outcome = call_mock(&mock, "get_item", json!({"id": "1"})).await;
    assert!(outcome.is_error && outcome.blocks.is_empty());
}

#[tokio::test]
async fn an_answer_in_parts_is_an_array_of_them() {
    let head = "--x\r\nContent-Type: application/json\r\n\r\n{\"a\":1}\r\n--x\r\n\r\ntext\r\n";
    let zip = b"--x\r\nContent-Type: application/zip\r\n\r\n\xff\r\n--x--";
    for tail in [&zip[..], b"--x--"] {
        let body = [head.as_bytes(), tail].concat();
        let answer = bytes_answer("200 OK", &["content-type: multipart/mixed; boundary=x"], &body);
        let mock = Mock::always(Reply::Keep(answer)).await;
        let outcome = call_mock(&mock, "get_item", json!({"id": "1"})).await;
        let mut told = vec![json!({"a": 1}), json!("text")];
        let mut blocks = Vec::new();
        if tail == zip {
            let (uri, blob) = ("toolpress://acme_things/api/items/1#3".to_owned(), "/w==".to_owned());
            blocks.push(Block::Resource { uri, mime_type: "application/zip".to_owned(), blob });
            told.push(json!({"content_type": "application/zip", "bytes": 1}));
        }
        assert_eq!(outcome.structured, json!({ "result": told }));
        assert_eq!(outcome.blocks, blocks);
        assert_eq!(json!(outcome.meta())["toolpress/content-type"], "multipart/mixed; boundary=x");
    }
}

#[tokio::test]
async fn security_d11_bytes_that_hold_a_secret_are_withheld() {
    let body = [b"\x89PNG\xff", CANARY.as_bytes()].concat();
    let mock = Mock::always(Reply::Keep(bytes_answer("200 OK", &["content-type: image/png"], &body))).await;
    let outcome = call_mock(&mock, "get_item", json!({"id": "1"})).await;
    assert!(outcome.blocks.is_empty() && outcome.text.contains("withheld"), "{outcome:?}");
    let pdf = bytes_answer("200 OK", &["content-type: application/pdf"], b"\xff");
    let mock = Mock::always(Reply::Keep(pdf)).await;
    let outcome = call_mock(&mock, "get_item", json!({"id": CANARY})).await;
    assert!(!format!("{outcome:?}").contains("CANARY"), "{outcome:?}");
}

#[tokio::test]
async fn security_d7_bad_json_is_passed_on_as_text_with_a_note() {
    let deep = "[".repeat(100_000);
    for body in ["{\"a\":1,\"a\":2}", "{\"a\":", deep.as_str(), "\u{feff}nope"] {
        let mock = Mock::answering("200 OK", &[JSON], body).await;
        let outcome = call_mock(&mock, "get_item", json!({"id": "1"})).await;
        assert_eq!(outcome.structured, json!({ "result": body }));
        assert!(outcome.notes[0].contains("announced as JSON"), "{:?}", outcome.notes);
    }
}

#[tokio::test]
async fn security_d8_row_63_refusals_say_what_happened_and_what_to_do() {
    let validation =
        r#"{"summary":"Validation failed","validation_errors":{"name":["has already been taken"]}}"#;
    let table: &[(&str, &str, &[&str], &[&str])] = &[
        (
            "400 Bad Request",
            r#"{"error":"no"}"#,
            &["400 Bad Request", "Message: no", "Correct"],
            &["Answer:"],
        ),
        ("401 Unauthorized", "", &["a person must renew"], &["Message"]),
        ("403 Forbidden", "{}", &["a person must grant"], &[]),
        ("404 Not Found", r#"{"error":"x"}"#, &["`list_cursor` shows what there is"], &[]),
        ("409 Conflict", "", &["Another change is running"], &["present state"]),
        (
            "422 Unprocessable Entity",
            validation,
            &["Message: Validation failed; name: has already been taken", "Correct the arguments"],
            &["Answer:"],
        ),
        (
            "500 Internal Server Error",
            r#"{"request_id":"r-1"}"#,
            &["Answer: {\"request_id\":\"r-1\"}", "safe to repeat"],
            &[],
        ),
        ("502 Bad Gateway", "<title>502 from the edge</title>", &["502 from the edge"], &[]),
        ("503 Service Unavailable", "", &["safe to repeat"], &[]),
        ("504 Gateway Timeout", "", &["safe to repeat"], &[]),
        ("999 Odd", "odd", &["with 999.", "Message: odd"], &[]),
    ];
    for (status, body, wanted, unwanted) in table {
        let mock = Mock::answering(status, &[], body).await;
        let outcome = call_mock(&mock, "get_item", json!({"id": "x y"})).await;
        assert_eq!(kind(&outcome), "vendor");
        assert_eq!(outcome.structured["error"]["status"].to_string(), status[..3]);
        assert_eq!(json!(outcome.meta())["toolpress/status"].to_string(), status[..3]);
        assert!(
            outcome.text.starts_with("Acme Things answered GET /api/items/x%20y with "),
            "{}",
            outcome.text
        );
        wanted.iter().for_each(|part| assert!(outcome.text.contains(part), "{status}: {}", outcome.text));
        unwanted.iter().for_each(|part| assert!(!outcome.text.contains(part), "{status}: {}", outcome.text));
        assert_eq!(mock.count(), 1, "{status}");
    }
    let mock = Mock::answering("500 Internal Server Error", &[], "").await;
    let outcome = call_mock(&mock, "create_item", json!({"name": "n"})).await;
    assert!(outcome.text.contains("may or may not have happened"), "{}", outcome.text);
    assert_eq!(mock.count(), 1);
}

#[tokio::test]
async fn row_69_advice_names_only_tools_that_the_caller_can_see() {
    let mock =
        Mock::answering("422 Unprocessable Entity", &[], r#"{"error":"it is still attached to 2"}"#).await;
    let account = account(&vendor::BEARER, "a", &mock.base());
    let filter = toolpress_core::Filter {
        effects: Some(vec!["read".to_owned(), "destructive".to_owned()]),
        ..toolpress_core::Filter::default()
    };
    let mask: Mask = vendor::BEARER.select(&filter).unwrap();
    let (_, tool) = vendor::BEARER.tool("delete_item").unwrap();
    let caller = Caller { vendor: &vendor::BEARER, mask: &mask, account: &account };
    let arguments = crate::object(json!({"id": "1"}));
    let outcome = call(&upstream(), caller, tool, arguments).await;
    assert!(
        outcome.text.contains("Delete what depends on it first. `list_items` shows it."),
        "{}",
        outcome.text
    );
    assert!(!outcome.text.contains("create_item"), "{}", outcome.text);
}

#[tokio::test]
async fn row_53_54_55_56_57_a_rate_limit_is_passed_on_and_nothing_is_repeated() {
    let fields =
        ["Retry-After: 7", "X-RateLimit-Limit: 100", "X-RateLimit-Remaining: 0", "X-RateLimit-Reset: 9"];
    let mock =
        Mock::answering("429 Too Many Requests", &fields, r#"{"error":"slow down","hint":"later"}"#).await;
    let outcome = call_mock(&mock, "get_item", json!({"id": "1"})).await;
    assert_eq!(mock.count(), 1);
    assert!(outcome.is_error);
    assert!(
        outcome.text.contains("Wait 7 s before the next call; Toolpress does not retry."),
        "{}",
        outcome.text
    );
    assert!(outcome.text.contains("slow down"));
    let error = &outcome.structured["error"];
    assert_eq!(error["status"], 429);
    assert_eq!(error["retry_after"], 7);
    assert_eq!(error["body"], json!({"error": "slow down", "hint": "later"}));
    assert_eq!(
        json!(outcome.meta())["toolpress/ratelimit"],
        json!({"ratelimit-limit": 100, "ratelimit-remaining": 0, "ratelimit-reset": 9, "retry-after": 7})
    );
    let headers: Vec<_> = outcome.rate_limit.headers().collect();
    let headers: Vec<_> = headers.iter().map(|(name, number)| (name.as_str(), *number)).collect();
    assert_eq!(headers, [("ratelimit-limit", 100), ("ratelimit-remaining", 0), ("ratelimit-reset", 9)]);

    let mock = Mock::answering("429 Too Many Requests", &[], "").await;
    let outcome = call_mock(&mock, "get_item", json!({"id": "1"})).await;
    assert!(outcome.text.contains("Wait before the next call"), "{}", outcome.text);
    assert!(json!(outcome.meta()).get("toolpress/ratelimit").is_none());

    let fields = ["x-ratelimit-remaining: 0", "x-ratelimit-reset: 3"];
    let mock = Mock::answering("403 Forbidden", &fields, "{}").await;
    let outcome = call_mock(&mock, "get_item", json!({"id": "1"})).await;
    assert!(outcome.text.contains("Wait 3 s"), "{}", outcome.text);
    assert!(!outcome.text.contains("a person"), "{}", outcome.text);
}

#[tokio::test]
async fn row_56_a_success_carries_the_rate_limit_too() {
    let fields = [JSON, "ratelimit-limit: 10", "ratelimit-remaining: 3", "ratelimit-reset: 20"];
    let mock = Mock::answering("200 OK", &fields, "{}").await;
    let outcome = call_mock(&mock, "get_item", json!({"id": "1"})).await;
    assert_eq!(outcome.rate_limit.wait(), Some(20));
    assert_eq!(json!(outcome.meta())["toolpress/ratelimit"]["ratelimit-reset"], 20);
    assert!(outcome.notes.is_empty());
    let fields = [JSON, "ratelimit-limit: 10", "ratelimit-remaining: 0", "ratelimit-reset: 20"];
    let mock = Mock::answering("200 OK", &fields, "{}").await;
    let outcome = call_mock(&mock, "get_item", json!({"id": "1"})).await;
    assert_eq!(outcome.text, outcome.structured.to_string());
    assert!(outcome.notes[0].contains("Wait 20 s"), "{:?}", outcome.notes);
}

#[tokio::test]
async fn row_58_fifty_calls_are_fifty_requests() {
    let mock = Mock::scripted(|_, number| {
        let status = if number < 10 { "200 OK" } else { "429 Too Many Requests" };
        Reply::Keep(answer(status, &["retry-after: 1"], "{}"))
    })
    .await;
    let (upstream, account) = (upstream(), account(&vendor::BEARER, "a", &mock.base()));
    let mut refused = 0;
    for _ in 0..50 {
        let outcome = call_as(&upstream, &vendor::BEARER, &account, "get_item", json!({"id": "1"})).await;
        refused += usize::from(outcome.is_error);
    }
    assert_eq!((mock.count(), refused), (50, 40));
}

#[tokio::test]
async fn row_150_answers_are_not_kept() {
    let mock = Mock::scripted(|_, number| {
        let fields = [JSON, "cache-control: max-age=3600", "etag: \"1\"", "set-cookie: session=1"];
        Reply::Keep(answer("200 OK", &fields, &json!({ "n": number }).to_string()))
    })
    .await;
    let (upstream, account) = (upstream(), account(&vendor::BEARER, "a", &mock.base()));
    for number in 0..3 {
        let outcome = call_as(&upstream, &vendor::BEARER, &account, "get_item", json!({"id": "1"})).await;
        assert_eq!(outcome.structured, json!({"result": {"n": number}}));
    }
    assert_eq!(mock.count(), 3);
    for seen in mock.seen() {
        assert!(seen.header("cookie").is_empty() && seen.header("if-none-match").is_empty());
    }
}

#[tokio::test]
async fn security_b5_b6_b7_redirects_are_not_followed() {
    let thief = Mock::answering("200 OK", &[], "{}").await;
    let away = format!("Location: http://localhost:{}/steal?code=ONETIME", thief.address.port());
    for status in [
        "301 Moved Permanently",
        "302 Found",
        "303 See Other",
        "307 Temporary Redirect",
        "308 Permanent Redirect",
    ] {
        for (fields, told) in [
            (vec![away.as_str()], "points to the host localhost."),
            (vec!["Location: //elsewhere.example/x"], "points to the host elsewhere.example."),
            (vec!["Location: http://["], "cannot be read"),
            (vec!["Location: /other"], "another address of the same host"),
            (vec!["Location: "], "another address of the same host"),
            (vec![], "not followed"),
        ] {
            let mock = Mock::answering(status, &fields, "").await;
            for (tool, arguments) in [("get_item", json!({"id": "1"})), ("create_item", json!({"name": "n"}))]
            {
                let outcome = call_mock(&mock, tool, arguments).await;
                assert_eq!(kind(&outcome), "redirect");
                assert!(outcome.text.contains(told), "{}", outcome.text);
                assert!(!outcome.text.contains("ONETIME") && !outcome.text.contains(CANARY));
            }
            assert_eq!(mock.count(), 2, "{status}");
        }
    }
    assert_eq!(thief.count(), 0);
    let looping = Mock::scripted(|seen, _| {
        let here = format!("Location: {}", seen.line().split(' ').nth(1).unwrap());
        Reply::Keep(answer("302 Found", &[&here], ""))
    })
    .await;
    call_mock(&looping, "get_item", json!({"id": "1"})).await;
    assert_eq!(looping.count(), 1);
}

#[tokio::test]
async fn security_d11_reflected_secrets_are_taken_out() {
    use base64::Engine as _;
    let encoded = base64::engine::general_purpose::STANDARD.encode(format!("Bearer {CANARY}"));
    let percent: String = url::form_urlencoded::byte_serialize(CANARY.as_bytes()).collect();
    let echo = json!({ "error": format!("bad token {CANARY}"), "b64": encoded, "url": percent, CANARY: 1 })
        .to_string();
    for status in ["200 OK", "400 Bad Request", "500 Internal Server Error"] {
        for fields in [&[JSON][..], &["content-type: text/plain"], &[JSON, "x-echo: 1"]] {
            let mock = Mock::answering(status, fields, &echo).await;
            let outcome = call_mock(&mock, "get_item", json!({"id": "1"})).await;
            let told = format!("{outcome:?} {} {}", outcome.text, outcome.structured);
            for secret in ["CANARY", &encoded[12..24], percent.as_str()] {
                assert!(!told.contains(secret), "{secret} in {told}");
            }
            assert!(told.contains("[redacted]"), "{told}");
        }
    }
    let html = format!("content-type: text/html; note=\"{CANARY}\"");
    let mock = Mock::answering("200 OK", &[&html], "<p>").await;
    let outcome = call_mock(&mock, "get_item", json!({"id": CANARY})).await;
    assert!(!format!("{outcome:?}").contains("CANARY"), "{outcome:?}");
    let mock = Mock::answering("404 Not Found", &[], "").await;
    let outcome = call_mock(&mock, "get_item", json!({"id": CANARY})).await;
    assert!(!format!("{outcome:?}").contains("CANARY"), "{outcome:?}");
}

#[tokio::test]
async fn security_b1_guarded_calls_reach_only_what_is_allowed() {
    let mock = Mock::answering("200 OK", &[], "{}").await;
    let by_name = format!("http://localhost:{}/api", mock.address.port());
    for (allow, base, reached) in [
        (vec![], mock.base(), false),
        (vec![], by_name.clone(), false),
        (vec!["10.0.0.0/8"], by_name.clone(), false),
        (vec!["10.0.0.0/8"], mock.base(), false),
        (vec!["127.0.0.0/8"], mock.base(), true),
        (vec!["127.0.0.0/8"], by_name, true),
    ] {
        let before = mock.count();
        let policy = EgressPolicy::guarded(allow.iter().map(|range| range.parse().unwrap()));
        let upstream = Upstream::new(limits(), policy).unwrap();
        let account = account(&vendor::BEARER, "a", &base);
        let outcome = call_as(&upstream, &vendor::BEARER, &account, "get_item", json!({"id": "1"})).await;
        assert_eq!(mock.count() - before, usize::from(reached), "{allow:?} {base}");
        if !reached {
            assert_eq!(kind(&outcome), "policy", "{}", outcome.text);
            assert!(!outcome.text.contains("127.0.0.1"), "{}", outcome.text);
        }
    }
}
