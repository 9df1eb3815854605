//! Pages of lists: cursors go round trip, belong to one call and end.

use crate::mock::{Mock, Reply, answer};
use crate::{account, call_as, call_mock, kind, upstream, vendor};
use serde_json::{Value, json};

async fn numbers(count: usize) -> Mock {
    let body = json!({"data": (0..count).collect::<Vec<_>>()}).to_string();
    Mock::answering("200 OK", &["content-type: application/json"], &body).await
}

#[tokio::test]
async fn row_13_a_whole_list_is_handed_out_in_slices() {
    let mock = numbers(250).await;
    let mut cursor = Value::Null;
    let mut got = Vec::new();
    for (count, last) in [(100, false), (100, false), (50, true)] {
        let outcome = call_mock(&mock, "list_items", json!({ "next_cursor": cursor })).await;
        assert_eq!(outcome.structured["result_count"], count);
        assert_eq!(outcome.text, outcome.structured.to_string());
        got.extend(outcome.structured["result"].as_array().unwrap().clone());
        cursor = outcome.structured["next_cursor"].clone();
        assert_eq!(cursor.is_null(), last);
    }
    assert_eq!(got, (0..250).map(Value::from).collect::<Vec<_>>());
    assert!(mock.seen().iter().all(|seen| seen.line() == "GET /api/items"));
}

#[tokio::test]
async fn row_14_a_vendors_cursor_with_odd_characters_comes_back_unchanged() {
    const ODD: &str = "a+/=%25 &é";
    let mock = Mock::scripted(|_, number| {
        let next = if number == 0 { json!(ODD) } else { Value::Null };
        let body = json!({"data": [number], "meta": {"next": next}}).to_string();
        Reply::Keep(answer("200 OK", &["content-type: application/json"], &body))
    })
    .await;
    let first = call_mock(&mock, "list_cursor", json!({"limit": 7, "state": "on"})).await;
    let cursor = first.structured["next_cursor"].as_str().unwrap();
    assert!(cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{cursor}");
    let second =
        call_mock(&mock, "list_cursor", json!({"limit": 7, "state": "on", "next_cursor": cursor})).await;
    assert_eq!(second.structured, json!({"result": [1], "next_cursor": null, "result_count": 1}));
    let line = mock.seen()[1].line().to_owned();
    let (_, query) = line.split_once('?').unwrap();
    let pairs: Vec<_> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let wanted = [("state", "on"), ("size", "7"), ("after", ODD)];
    assert_eq!(pairs, wanted.map(|(key, value)| (key.to_owned(), value.to_owned())));
}

#[tokio::test]
async fn numbered_and_counted_pages_ask_the_vendor_for_the_next() {
    let mock = numbers(2).await;
    for (tool, first, second) in
        [("list_pages", "size=2&page=1", "size=2&page=2"), ("list_offset", "take=2&skip=0", "take=2&skip=2")]
    {
        let before = mock.count();
        let outcome = call_mock(&mock, tool, json!({"limit": 2})).await;
        let cursor = outcome.structured["next_cursor"].clone();
        call_mock(&mock, tool, json!({"limit": 2, "next_cursor": cursor})).await;
        let lines: Vec<_> = mock.seen()[before..].iter().map(|seen| seen.line().to_owned()).collect();
        assert_eq!(lines, [format!("GET /api/items?{first}"), format!("GET /api/items?{second}")]);
    }
}

#[tokio::test]
async fn foreign_and_broken_cursors_are_refused_before_any_call() {
    let mock = numbers(5).await;
    let upstream = upstream();
    let mine = account(&vendor::BEARER, "a1", &mock.base());
    let other = account(&vendor::BEARER, "a2", &mock.base());
    let call = |account, tool, arguments| call_as(&upstream, &vendor::BEARER, account, tool, arguments);
    let page = call(&mine, "list_items", json!({"limit": 2})).await;
    let cursor = page.structured["next_cursor"].as_str().unwrap().to_owned();
    let sent = mock.count();
    let flipped = format!("{}{}", if cursor.starts_with('A') { "B" } else { "A" }, &cursor[1..]);
    for (account, tool, arguments) in [
        (&other, "list_items", json!({"next_cursor": cursor})),
        (&mine, "list_offset", json!({"next_cursor": cursor})),
        (&mine, "list_items", json!({"next_cursor": cursor, "state": "on"})),
        (&mine, "list_items", json!({"next_cursor": flipped})),
        (&mine, "list_items", json!({"next_cursor": format!("{cursor}=")})),
        (&mine, "list_items", json!({"next_cursor": ""})),
        (&mine, "list_items", json!({"next_cursor": "2"})),
    ] {
        let outcome = call(account, tool, arguments.clone()).await;
        assert_eq!(kind(&outcome), "cursor", "{arguments}");
        assert!(outcome.text.contains("Pass next_cursor exactly as received"), "{}", outcome.text);
    }
    assert_eq!(mock.count(), sent);
    let page = call(&mine, "list_items", json!({"next_cursor": cursor, "limit": 3})).await;
    assert_eq!(page.structured, json!({"result": [2, 3, 4], "next_cursor": null, "result_count": 3}));
}

#[tokio::test]
async fn limits_outside_the_range_are_refused() {
    let mock = numbers(5).await;
    for limit in [json!(0), json!(1001), json!(-1), json!("many")] {
        assert_eq!(kind(&call_mock(&mock, "list_items", json!({ "limit": limit })).await), "arguments");
    }
    assert_eq!(mock.count(), 0);
}

#[tokio::test]
async fn a_list_that_is_none_is_passed_on_whole() {
    for (body, result) in [
        (json!({"items": [1]}), json!({"result": {"items": [1]}})),
        (json!({"data": {"a": 1}}), json!({"result": {"a": 1}})),
        (json!({"data": null}), json!({"result": [], "next_cursor": null, "result_count": 0})),
        (json!([1, 2]), json!({"result": [1, 2]})),
    ] {
        let mock = Mock::answering("200 OK", &[], &body.to_string()).await;
        assert_eq!(call_mock(&mock, "list_items", json!({})).await.structured, result);
    }
    let mock = Mock::answering("200 OK", &[], "[1, 2]").await;
    let outcome = call_mock(&mock, "receive", json!({})).await;
    assert_eq!(outcome.structured, json!({"result": [1, 2], "next_cursor": null, "result_count": 2}));
}
