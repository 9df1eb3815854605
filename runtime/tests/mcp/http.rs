//! What an ordinary client of the four legacy versions does.

use crate::fixture::{Reply, call, reached, rpc, world, world_with};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use toolpress_runtime::Limits;

#[tokio::test]
async fn the_handshake_echoes_a_known_version_and_offers_the_newest_otherwise() {
    let world = world().await;
    for version in ["2024-11-05", "2025-03-26", "2025-06-18", "2025-11-25"] {
        let reply = world.legacy("initialize", json!({ "protocolVersion": version })).await;
        assert_eq!(reply.json()["result"]["protocolVersion"], version);
    }
    for version in ["2026-07-28", "1999-01-01"] {
        let result =
            &world.legacy("initialize", json!({ "protocolVersion": version })).await.json()["result"];
        assert_eq!(result["protocolVersion"], "2025-11-25");
        assert_eq!(result["capabilities"], json!({ "tools": {} }));
        assert_eq!(result["serverInfo"], json!({ "name": "Acme", "version": env!("CARGO_PKG_VERSION") }));
        assert_eq!(result["instructions"], "Items have ids.");
        assert_eq!(result["_meta"]["toolpress/documentation"], "0123456789abcdef");
    }
    let note = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" }).to_string();
    let reply = world.send(note).await;
    assert_eq!((reply.status, reply.text.as_str(), reply.header("mcp-session-id")), (202, "", ""));
    assert_eq!(world.legacy("ping", json!({})).await.json()["result"], json!({}));
}

#[tokio::test]
async fn the_list_is_the_same_bytes_each_time_and_compressed_says_the_same() {
    let world = world().await;
    let first = world.legacy("tools/list", json!({})).await;
    let second = world.legacy("tools/list", json!({ "cursor": null })).await;
    assert_eq!(first.text, second.text);
    let names: Vec<Value> =
        first.json()["result"]["tools"].as_array().unwrap().iter().map(|tool| tool["name"].clone()).collect();
    assert_eq!(names, ["acme_items_break", "acme_items_wait", "get_single_acme_item_by_id"]);
    assert!(!first.text.contains("outputSchema"));

    let coded = |coding| {
        let client =
            reqwest::Client::builder().no_proxy().gzip(false).brotli(false).deflate(false).build().unwrap();
        let request = client.post(world.url()).header("content-type", "application/json");
        request.header("accept-encoding", coding).body(rpc("tools/list", &json!({}))).send()
    };
    let plain = coded("identity").await.unwrap();
    assert_eq!(plain.headers()["content-length"], first.text.len().to_string());
    assert_eq!(plain.text().await.unwrap(), first.text);
    let zipped = coded("br, gzip").await.unwrap();
    assert_eq!(zipped.headers()["content-encoding"], "gzip");
    assert_eq!(zipped.headers()["vary"], "accept-encoding");
    assert!(zipped.bytes().await.unwrap().len() < first.text.len());

    let unknown = world.legacy("tools/list", json!({ "cursor": "x" })).await;
    assert_eq!(unknown.error(), (200, -32602));
}

#[tokio::test]
async fn ids_come_back_with_the_very_characters_they_were_sent_with() {
    let world = world().await;
    for id in [r#""a\u00e9\n""#, "-0", "1e400", "9007199254740993"] {
        for method in ["ping", "tools/list", "nothing/such"] {
            let body = format!(r#"{{"jsonrpc":"2.0","id":{id},"method":"{method}"}}"#);
            let text = world.send(body).await.text;
            assert!(text.starts_with(&format!(r#"{{"jsonrpc":"2.0","id":{id},"#)), "{text}");
        }
    }
}

#[tokio::test]
async fn a_call_reaches_the_vendor_and_tells_the_rate_limit() {
    let world = world().await;
    let reply = world.legacy("tools/call", call("get_single_acme_item_by_id", "7")).await;
    assert_eq!((reply.header("ratelimit-limit"), reply.header("ratelimit-remaining")), ("100", "99"));
    assert_eq!(reply.header("cache-control"), "no-store");
    let result = &reply.json()["result"];
    assert_eq!(result["isError"], false);
    assert_eq!(result["structuredContent"]["result"], json!({ "id": "7" }));
    let text: Value = serde_json::from_str(result["content"][0]["text"].as_str().unwrap()).unwrap();
    assert_eq!(text, result["structuredContent"]);
    assert!(result.get("resultType").is_none());
    assert_eq!(world.log.begun.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn wrong_arguments_are_a_result_that_the_model_can_read() {
    let world = world().await;
    let params = json!({ "name": "get_single_acme_item_by_id", "arguments": { "idd": "7" } });
    let result = &world.legacy("tools/call", params).await.json()["result"];
    assert_eq!(result["isError"], true);
    assert_eq!(world.log.begun.load(Ordering::SeqCst), 0);
    for params in [json!({}), json!({ "name": 7 }), json!({ "name": "acme_items_wait", "arguments": [] })] {
        assert_eq!(world.legacy("tools/call", params).await.error(), (200, -32602));
    }
}

#[tokio::test]
async fn security_e9_a_filtered_tool_is_answered_like_one_that_does_not_exist() {
    let world = world().await;
    let mut answers = Vec::new();
    // The first is outside the mask, the second does not exist; both are as long.
    for name in ["delete_a_acme_item_by_id", "delete_a_acme_item_by_ix"] {
        for reply in [
            world.legacy("tools/call", call(name, "7")).await,
            world.modern("tools/call", call(name, "7")).await,
        ] {
            assert_eq!(reply.error(), (200, -32602));
            answers.push(reply.text.replace(name, "…"));
        }
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    let near = world.legacy("tools/call", call("get_single_acme_item", "7")).await;
    let message = near.json()["error"]["message"].to_string();
    assert!(message.contains("Did you mean `get_single_acme_item_by_id`?"), "{message}");
    for name in ["GET_SINGLE_ACME_ITEM_BY_ID", " get_single_acme_item_by_id", "get_single_acme_item_by_id\0"]
    {
        assert_eq!(world.legacy("tools/call", call(name, "7")).await.error(), (200, -32602));
    }
    assert_eq!(world.log.begun.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn security_g11_a_full_server_answers_503_at_once() {
    let mut limits = Limits::default();
    limits.calls_per_server = 1;
    let world = world_with(limits).await;
    let slow = world.post(rpc("tools/call", &call("acme_items_wait", "60000"))).send();
    let slow = tokio::spawn(slow);
    reached(&world.log.begun).await;
    let busy = world.legacy("tools/call", call("get_single_acme_item_by_id", "7")).await;
    assert_eq!((busy.error(), busy.header("retry-after")), ((503, -32603), "1"));
    assert_eq!(world.legacy("ping", json!({})).await.status, 200);
    slow.abort();
    reached(&world.log.aborted).await;
    let free = world.legacy("tools/call", call("get_single_acme_item_by_id", "7")).await;
    assert_eq!(free.json()["result"]["isError"], false);
}

#[tokio::test]
async fn security_g14_a_panic_ends_one_call_only() {
    let world = world().await;
    let broken = world.legacy("tools/call", call("acme_items_break", "7")).await;
    assert_eq!(broken.json()["result"]["isError"], true);
    assert!(!broken.text.contains("on purpose"));
    let next = world.legacy("tools/call", call("get_single_acme_item_by_id", "7")).await;
    assert_eq!(next.json()["result"]["isError"], false);
}

#[tokio::test]
async fn undeclared_features_do_not_exist() {
    let world = world().await;
    for method in ["prompts/list", "resources/list", "logging/setLevel", "completion/complete", "server/nope"]
    {
        assert_eq!(world.legacy(method, json!({})).await.error(), (200, -32601), "{method}");
    }
}

#[tokio::test]
async fn any_accept_header_will_do() {
    let world = world().await;
    for accept in ["*/*", "application/json", "text/html", "text/event-stream"] {
        let request = world.post(rpc("ping", &json!({}))).header("accept", accept);
        assert_eq!(Reply::of(request).await.status, 200, "{accept}");
    }
}
