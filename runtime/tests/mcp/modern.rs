//! The version without handshake: metadata in every request, repeated in headers.

use crate::fixture::{MODERN, Reply, call, modern_params, rpc, world};
use serde_json::json;
use std::sync::atomic::Ordering;

const INFO: &str = "io.modelcontextprotocol/serverInfo";
const GET: &str = "get_single_acme_item_by_id";

#[tokio::test]
async fn discovery_tells_versions_capabilities_and_who_answers() {
    let world = world().await;
    let result = &world.modern("server/discover", json!({})).await.json()["result"];
    let versions = ["2026-07-28", "2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"];
    assert_eq!(result["supportedVersions"], json!(versions));
    assert_eq!((&result["resultType"], &result["cacheScope"]), (&json!("complete"), &json!("private")));
    assert_eq!(result["capabilities"], json!({ "tools": {} }));
    assert_eq!(result["_meta"][INFO]["name"], "Acme");
    assert_eq!(result["_meta"]["toolpress/documentation"], "0123456789abcdef");
    assert!(result["ttlMs"].is_u64() && result["instructions"].is_string());
}

#[tokio::test]
async fn lists_and_results_carry_what_the_era_wants() {
    let world = world().await;
    let list = &world.modern("tools/list", json!({})).await.json()["result"];
    let legacy = &world.legacy("tools/list", json!({})).await.json()["result"];
    assert_eq!(list["tools"], legacy["tools"]);
    assert_eq!((&list["resultType"], &list["cacheScope"]), (&json!("complete"), &json!("private")));
    assert!(list["ttlMs"].is_u64() && list["_meta"][INFO].is_object());
    assert_eq!(legacy.as_object().unwrap().len(), 1);

    let result = &world.modern("tools/call", call(GET, "7")).await.json()["result"];
    assert_eq!((&result["resultType"], &result["isError"]), (&json!("complete"), &json!(false)));
    assert_eq!(result["_meta"][INFO]["name"], "Acme");
}

#[tokio::test]
async fn security_c8_headers_that_disagree_with_the_body_are_refused() {
    let world = world().await;
    let body = rpc("tools/call", &modern_params(call(GET, "7")));
    let headers = |method: &'static str, name: &'static str| {
        let request = world.post(body.clone()).header("mcp-protocol-version", MODERN);
        let request = if method.is_empty() { request } else { request.header("mcp-method", method) };
        if name.is_empty() { request } else { request.header("mcp-name", name) }
    };
    for request in [
        headers("tools/list", GET),
        headers("", GET),
        headers("tools/call", "acme_items_wait"),
        headers("tools/call", ""),
        headers("tools/call", "=?base64?***?="),
        headers("tools/call", GET).header("mcp-name", "acme_items_wait"),
        headers("tools/call", GET).header("mcp-protocol-version", "2025-11-25"),
    ] {
        assert_eq!(Reply::of(request).await.error(), (400, -32020));
    }
    assert_eq!(world.log.begun.load(Ordering::SeqCst), 0);
    // base64("get_single_acme_item_by_id")
    let wrapped = headers("tools/call", "=?base64?Z2V0X3NpbmdsZV9hY21lX2l0ZW1fYnlfaWQ=?=");
    assert_eq!(Reply::of(wrapped).await.status, 200);
}

#[tokio::test]
async fn security_c9_versions_are_checked() {
    let world = world().await;
    let announced = |version: &str| {
        let mut params = modern_params(json!({}));
        params["_meta"]["io.modelcontextprotocol/protocolVersion"] = version.into();
        world.post(rpc("tools/list", &params)).header("mcp-method", "tools/list")
    };
    let old = Reply::of(announced("1999-01-01").header("mcp-protocol-version", "1999-01-01")).await;
    assert_eq!(old.error(), (400, -32022));
    assert_eq!(old.json()["error"]["data"]["requested"], "1999-01-01");
    assert_eq!(old.json()["error"]["data"]["supported"].as_array().unwrap().len(), 5);
    let differ = Reply::of(announced(MODERN).header("mcp-protocol-version", "2025-11-25")).await;
    assert_eq!(differ.error(), (400, -32020));
    assert_eq!(Reply::of(announced(MODERN)).await.error(), (400, -32020));

    let bare = |version: &'static str| {
        Reply::of(world.post(rpc("tools/list", &json!({}))).header("mcp-protocol-version", version))
    };
    assert_eq!(bare("1999-01-01").await.error(), (400, -32022));
    assert_eq!(bare(MODERN).await.error(), (400, -32602));
    assert_eq!(bare("2025-06-18").await.status, 200);
}

#[tokio::test]
async fn capabilities_are_wanted_in_every_request() {
    let world = world().await;
    let mut params = modern_params(json!({}));
    params["_meta"].as_object_mut().unwrap().remove("io.modelcontextprotocol/clientCapabilities");
    let request = world.post(rpc("tools/list", &params)).header("mcp-protocol-version", MODERN);
    assert_eq!(Reply::of(request.header("mcp-method", "tools/list")).await.error(), (400, -32602));
    assert_eq!(world.legacy("server/discover", json!({})).await.error(), (400, -32602));
}

#[tokio::test]
async fn security_c12_what_the_era_has_not_is_404() {
    let world = world().await;
    for method in ["initialize", "ping", "prompts/list", "subscriptions/listen", "foo/bar"] {
        assert_eq!(world.modern(method, json!({})).await.error(), (404, -32601), "{method}");
    }
    let note =
        json!({ "jsonrpc": "2.0", "method": "notifications/nothing", "params": modern_params(json!({})) });
    assert_eq!(world.send(note.to_string()).await.status, 202);
}
