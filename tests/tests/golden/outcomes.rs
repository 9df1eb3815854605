//! What comes of a call: success without content, refusals with advice, and never a secret.

use crate::table::{Golden, goldens};
use crate::world::{Reply, TOKEN, sequin};
use serde_json::json;
use toolpress_core::Place;
use toolpress_generated::CATALOG;

const DELETE_DATABASE: &str = "delete_a_sequin_stream_postgres_database_by_id";
const IN_USE: &str =
    "Cannot delete database that's used by sink consumers. Please delete associated sink consumers first.";

/// What an answer without content names: the arguments in the path.
fn subject(golden: &Golden) -> String {
    let vendor = CATALOG.vendor("sequin_stream").expect("the vendor");
    let tool = vendor.tools.iter().find(|tool| tool.name == golden.tool).expect("the tool");
    let params = tool.params.iter().filter(|param| param.place == Place::Path);
    let told = params.map(|param| {
        let value = golden.arguments[param.name].as_str().expect("a text");
        format!("{}: {value}", param.name)
    });
    let told: Vec<_> = told.collect();
    if told.is_empty() { String::new() } else { format!(" {}", told.join(", ")) }
}

#[tokio::test]
async fn row_062_no_content_is_a_success_that_says_so_for_every_tool() {
    let (client, vendor) = sequin().await;
    for golden in goldens() {
        vendor.reply(Reply::empty(204));
        let answer = client.call(golden.tool, golden.arguments.clone()).await;
        assert!(!answer.is_error(), "{}: {}", golden.tool, answer.text());
        assert_eq!(
            answer.text(),
            format!("Done. HTTP 204, no content.{}", subject(&golden)),
            "{}",
            golden.tool
        );
        assert_eq!(answer.structured(), json!({ "result": null }), "{}", golden.tool);
        assert_eq!(answer.result()["_meta"]["toolpress/status"], 204, "{}", golden.tool);
    }
}

#[tokio::test]
async fn row_062_an_empty_200_is_a_success_and_a_body_is_passed_on() {
    let (client, vendor) = sequin().await;
    let (tool, arguments) = ("delete_a_sequin_stream_api_key_by_id", json!({ "id": "x" }));
    vendor.reply(Reply::empty(200));
    assert_eq!(client.call(tool, arguments.clone()).await.text(), "Done. HTTP 200, no content. id: x");
    vendor.reply(Reply::json(200, &json!({ "success": true })));
    let answer = client.call(tool, arguments).await;
    assert_eq!(answer.text(), r#"{"result":{"success":true}}"#);
    assert_eq!(answer.structured(), json!({ "result": { "success": true } }));
}

#[tokio::test]
async fn row_063_a_refused_delete_is_an_error_that_leads_on() {
    let (client, vendor) = sequin().await;
    let body = json!({ "success": false, "error": IN_USE });
    vendor.reply(Reply::json(422, &body));
    let answer = client.call(DELETE_DATABASE, json!({ "id": "orders-prod" })).await;
    assert!(answer.is_error());
    let text = answer.text();
    for part in [
        "422",
        "DELETE /api/postgres_databases/orders-prod",
        IN_USE,
        "list_all_sequin_stream_sink_consumers",
        "delete_a_sequin_stream_sink_consumer_by_id",
    ] {
        assert!(text.contains(part), "no {part:?} in {text}");
    }
    assert_eq!(answer.structured()["error"]["body"], body);
    assert_eq!(vendor.seen().len(), 1);

    let body =
        json!({ "summary": "Cannot delete HTTP endpoint x (1), as it is in use by 2 sink consumer(s)" });
    vendor.reply(Reply::json(400, &body));
    let answer = client.call("delete_a_sequin_stream_http_endpoint_by_id", json!({ "id": "x" })).await;
    assert!(answer.is_error() && answer.text().contains("update_a_sequin_stream_sink_consumer_by_id"));
}

/// Vendors echo what they were sent. Whatever they echo, and in whatever form, the credential stays here.
#[tokio::test]
async fn row_064_the_credential_is_in_nothing_that_a_client_gets() {
    let (client, vendor) = sequin().await;
    let escaped = "canary%2B7f3a%2F9c1e%3D%3DZq81xW";
    let encoded = "QmVhcmVyIGNhbmFyeSs3ZjNhLzljMWU9PVpxODF4Vw==";
    let echo = json!({
        "summary": format!("You sent Authorization: Bearer {TOKEN}"),
        "data": [{ TOKEN: TOKEN, "url": format!("https://x.test/?t={escaped}"), "raw": encoded }],
    });
    let arguments = json!({ "sink_id_or_name": "s" });
    for status in [200, 201, 400, 401, 404, 422, 429, 500, 503] {
        for html in [false, true] {
            let mut reply = Reply::json(status, &echo);
            if html {
                reply = Reply::empty(status).header("content-type", "text/html");
                reply = reply.header("x-debug", TOKEN).header("location", &format!("/login?token={escaped}"));
            }
            vendor.reply(reply.header("retry-after", "1"));
            let answer = client.call("list_all_sequin_stream_backfills", arguments.clone()).await;
            let seen = vendor.only();
            assert_eq!(seen.header("authorization"), [format!("Bearer {TOKEN}")]);
            let all = format!("{:?}{}", answer.headers, answer.body);
            for form in [TOKEN, escaped, &encoded[12..36], "7f3a", "Zq81xW"] {
                assert!(!all.contains(form), "{status} shows {form}: {all}");
            }
        }
    }
    for method in ["initialize", "tools/list"] {
        let answer = client.rpc(method, json!({ "protocolVersion": "2025-11-25" })).await;
        assert!(!answer.body.contains("canary"), "{method}");
    }
}

#[tokio::test]
async fn row_064_no_tool_asks_for_the_credential() {
    let (client, _) = sequin().await;
    for tool in client.tools().await {
        for name in tool["inputSchema"]["properties"].as_object().unwrap().keys() {
            let asked = ["authorization", "api_token", "access_token", "bearer", "account_id"]
                .contains(&name.as_str());
            assert!(!asked, "{} asks for {name}", tool["name"]);
        }
    }
}

#[tokio::test]
async fn row_066_without_a_valid_token_nothing_reaches_the_vendor() {
    let (client, vendor) = sequin().await;
    let call = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call",
                       "params": { "name": "list_all_sequin_stream_api_keys", "arguments": {} } });
    let mut wrong = client.url.clone();
    let last = if wrong.ends_with('a') { 'b' } else { 'a' };
    wrong.pop();
    wrong.push(last);
    for url in [
        wrong,
        format!("{}/mcp/", client.origin),
        format!("{}/mcp", client.origin),
        format!("{}/mcp/x", client.origin),
    ] {
        for authorization in [None, Some(format!("Bearer {TOKEN}"))] {
            let mut request = client.http.post(&url).json(&call);
            if let Some(value) = authorization {
                request = request.header("authorization", value);
            }
            assert_eq!(request.send().await.unwrap().status().as_u16(), 404, "{url}");
        }
    }
    assert_eq!(vendor.seen().len(), 0);
    // A client's own credentials are not the account's.
    let request = client.http.post(&client.url).json(&call).header("authorization", "Bearer of-the-client");
    assert_eq!(request.send().await.unwrap().status().as_u16(), 200);
    assert_eq!(vendor.only().header("authorization"), [format!("Bearer {TOKEN}")]);
}

#[tokio::test]
async fn row_066_a_redirection_takes_the_credential_nowhere() {
    let (client, vendor) = sequin().await;
    let (_, elsewhere) = sequin().await;
    for (status, to) in
        [(301, "/api/sinks"), (302, "//evil.test/x"), (307, "http://127.0.0.1:9/x"), (308, "/")]
    {
        vendor.reply(Reply::empty(status).header("location", to));
        let answer = client.call("list_all_sequin_stream_sink_consumers", json!({})).await;
        assert!(answer.is_error() && answer.structured()["error"]["kind"] == "redirect", "{status}");
        assert_eq!(vendor.seen().len(), 1, "{status}");
    }
    assert_eq!(elsewhere.seen().len(), 0);
}

#[tokio::test]
async fn row_150_nothing_is_cached() {
    let (client, vendor) = sequin().await;
    for name in ["before", "after"] {
        let reply = Reply::json(200, &json!({ "data": [{ "name": name }] }));
        vendor.reply(reply.headers(&[("cache-control", "public, max-age=86400"), ("etag", "\"1\"")]));
    }
    let mut names = Vec::new();
    for _ in 0..2 {
        let answer = client.call("list_all_sequin_stream_sink_consumers", json!({})).await;
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        names.push(answer.structured()["result"][0]["name"].clone());
    }
    assert_eq!(names, ["before", "after"]);
    let seen = vendor.seen();
    assert_eq!(seen.len(), 2);
    assert!(seen.iter().all(|seen| seen.header("if-none-match").is_empty()));
}

#[tokio::test]
async fn row_152_what_the_vendor_found_wrong_with_a_database_is_passed_on_whole() {
    let (client, vendor) = sequin().await;
    let table = [
        (422, "User does not have connect permission on database", json!(null), ""),
        (
            422,
            "Failed to connect to database. Please check connection details. (error=28P01 password)",
            json!(null),
            "check username, password, database and `ssl`",
        ),
        (422, "The host is not reachable (nxdomain).", json!("nxdomain"), "The hostname does not resolve."),
        (
            422,
            "Database wal_level is not set to 'logical'. Please set it.",
            json!(null),
            "Set wal_level to logical",
        ),
        (
            404,
            "Not found: No `replication slot` found matching the provided ID or name",
            json!(null),
            "must be created there first",
        ),
    ];
    let arguments = json!({ "name": "d", "hostname": "h", "database": "d", "username": "u", "password": "p",
                            "replication_slots": [{ "slot_name": "s", "publication_name": "p" }] });
    for (status, summary, code, advice) in table {
        let body = json!({ "summary": summary, "validation_errors": {}, "code": code });
        vendor.reply(Reply::json(status, &body));
        let answer = client.call("create_a_sequin_stream_postgres_database", arguments.clone()).await;
        assert!(answer.is_error());
        let error = answer.structured()["error"].clone();
        assert_eq!((&error["status"], &error["body"]), (&json!(status), &body));
        let text = answer.text();
        assert!(text.contains(summary) && text.contains(advice), "{text}");
    }
}
