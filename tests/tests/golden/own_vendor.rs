//! Cursors, header parameters and query arrays, with the vendor that is YAML and nothing else.

use crate::world::{Reply, Setup, TOKEN};
use serde_json::{Value, json};

/// What the vendor's cursor may hold: everything that means something in a URL.
const CURSOR: &str = "a+b/c==%20&x=é #?";

#[tokio::test]
async fn row_013_every_vendors_paging_looks_the_same() {
    let (client, _) = Setup::paper_mill().start().await;
    for tool in ["list_all_paper_mill_rolls", "list_all_paper_mill_orders"] {
        let properties = client.tool(tool).await["inputSchema"]["properties"].clone();
        let limit = &properties["limit"];
        assert_eq!((&limit["type"], &limit["minimum"]), (&json!("integer"), &json!(1)), "{tool}");
        assert_eq!(properties["next_cursor"]["type"], "string", "{tool}");
        for vendors_own in ["after", "size", "page", "per_page", "meta"] {
            assert!(properties.get(vendors_own).is_none(), "{tool} shows {vendors_own}");
        }
    }
}

#[tokio::test]
async fn row_014_a_cursor_makes_the_round_trip_character_by_character() {
    let (client, vendor) = Setup::paper_mill().start().await;
    let tool = "list_all_paper_mill_rolls";
    let told = client.tool(tool).await["inputSchema"]["properties"]["next_cursor"]["description"].clone();
    assert!(told.as_str().unwrap().contains("pass it back exactly as you received it"), "{told}");

    let page =
        |next: Value| Reply::json(200, &json!({ "items": [{ "id": "r-1" }], "meta": { "next": next } }));
    vendor.reply(page(json!(CURSOR)));
    let arguments = json!({ "finishes": ["matt", "gloss"], "min_grammage": 90, "limit": 25 });
    let first = client.call(tool, arguments.clone()).await.structured();
    assert_eq!(vendor.only().line, "GET /api/rolls?finishes=matt%2Cgloss&min-grammage=90&size=25");
    assert_eq!((&first["result_count"], &first["result"][0]["id"]), (&json!(1), &json!("r-1")));

    let mut next = arguments.clone();
    next["next_cursor"] = first["next_cursor"].clone();
    vendor.reply(page(Value::Null));
    let second = client.call(tool, next).await.structured();
    let line = vendor.only().line;
    let sent = line.split("&after=").nth(1).expect("the vendor's cursor");
    assert_eq!(sent, "a%2Bb%2Fc%3D%3D%2520%26x%3D%C3%A9%20%23%3F");
    assert_eq!(second["next_cursor"], Value::Null);
}

#[tokio::test]
async fn row_014_a_cursor_that_was_altered_is_refused_before_any_request() {
    let (client, vendor) = Setup::paper_mill().start().await;
    let tool = "list_all_paper_mill_rolls";
    vendor.reply(Reply::json(200, &json!({ "items": [{}], "meta": { "next": CURSOR } })));
    let first = client.call(tool, json!({})).await.structured();
    let cursor = first["next_cursor"].as_str().unwrap().to_owned();
    vendor.seen();
    for (tool, arguments) in [
        (tool, json!({ "next_cursor": cursor.to_lowercase() })),
        (tool, json!({ "next_cursor": format!(" {cursor}x") })),
        (tool, json!({ "next_cursor": CURSOR })),
        (tool, json!({ "next_cursor": cursor, "min_grammage": 90 })),
        ("list_all_paper_mill_orders", json!({ "next_cursor": cursor })),
    ] {
        let answer = client.call(tool, arguments).await;
        assert!(answer.is_error() && answer.text().contains("exactly as received"), "{}", answer.text());
    }
    assert_eq!(vendor.seen().len(), 0);
    assert!(!client.call(tool, json!({ "next_cursor": cursor })).await.is_error());
}

#[tokio::test]
async fn row_013_numbered_pages_are_hidden_behind_the_same_two_arguments() {
    let (client, vendor) = Setup::paper_mill().start().await;
    let tool = "list_all_paper_mill_orders";
    vendor.reply(Reply::json(200, &json!({ "items": [{ "number": 1 }, { "number": 2 }] })));
    let first = client.call(tool, json!({ "limit": 2 })).await.structured();
    assert_eq!(vendor.only().line, "GET /api/orders?per_page=2&page=1");
    vendor.reply(Reply::json(200, &json!({ "items": [{ "number": 3 }] })));
    let second =
        client.call(tool, json!({ "limit": 2, "next_cursor": first["next_cursor"] })).await.structured();
    assert_eq!(vendor.only().line, "GET /api/orders?per_page=2&page=2");
    assert_eq!((&second["result"], &second["next_cursor"]), (&json!([{ "number": 3 }]), &Value::Null));
}

#[tokio::test]
async fn row_011_row_016_what_only_this_vendor_has_is_sent_as_documented() {
    let (client, vendor) = Setup::paper_mill().start().await;
    client.done("get_single_paper_mill_roll_by_id", json!({ "x_trace": "abc", "id": "r/1" })).await;
    let seen = vendor.only();
    assert_eq!((seen.line.as_str(), seen.header("x-trace")), ("GET /api/rolls/r%2F1", vec!["abc"]));
    assert_eq!((seen.header("x-api-key"), seen.header("authorization")), (vec![TOKEN], vec![]));

    let cut = json!({ "id": "r-1", "rush": true, "sheets": 12, "margin": 0.50, "remark": null });
    client.done("paper_mill_rolls_cut", cut).await;
    let seen = vendor.only();
    assert_eq!(seen.line, "POST /api/rolls/r-1/cut");
    let body = r#"{"uuid":"r-1","sheets":12,"remark":null,"rush":"true","margin":0.5}"#;
    assert_eq!(seen.body, body);

    let order = json!({ "customer": "ada", "sheets": 3, "address": { "street": "Mill Lane 1" },
                        "colours": ["red", "a&b"] });
    client.done("create_a_paper_mill_order", order).await;
    let seen = vendor.only();
    assert_eq!(seen.header("content-type"), ["application/x-www-form-urlencoded"]);
    let pairs: Vec<_> = seen.body.split('&').collect();
    let wanted = [
        "customer=ada",
        "sheets=3",
        "address%5Bstreet%5D=Mill%20Lane%201",
        "colours%5B%5D=red",
        "colours%5B%5D=a%26b",
    ];
    assert_eq!(pairs, wanted);
}

#[tokio::test]
async fn row_015_a_body_that_is_an_array_is_the_one_exception_from_flat_arguments() {
    let (client, vendor) = Setup::paper_mill().start().await;
    let schema = client.tool("paper_mill_orders_import").await["inputSchema"].clone();
    assert_eq!(
        (&schema["properties"]["body"]["type"], &schema["required"]),
        (&json!("array"), &json!(["body"]))
    );
    let body = json!([{ "customer": "ada", "labels": { "a": "b" }, "extra": [1, null] }]);
    client.done("paper_mill_orders_import", json!({ "body": body })).await;
    assert_eq!(vendor.only().body, body.to_string());
}
