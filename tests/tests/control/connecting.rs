//! Connecting a client that has nothing but a URL, as `ChatGPT` and Claude do.

use crate::scene::{DATABASES, Scene};
use reqwest::Method;
use serde_json::{Value, json};
use toolpress_tests::engine::Site;
use toolpress_tests::mcp::Mcp;
use toolpress_tests::on_both_engines;
use toolpress_tests::rest::{Rest, send};

on_both_engines!(
    row_45_47_a_url_is_enough_for_the_handshake_and_the_tools,
    row_50_the_list_comes_at_once_in_one_piece,
    row_51_the_server_is_called_what_it_was_named,
);

async fn row_45_47_a_url_is_enough_for_the_handshake_and_the_tools(site: Site) {
    let scene = Scene::new(&site).await;
    let server = scene.server(json!({})).await;
    let url = server["url"].as_str().expect("a URL");
    let bare = Rest::new(url, None);
    let post = async |body: Value| send(bare.request(Method::POST, "").json(&body)).await;

    let hello = json!({ "jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": { "name": "c", "version": "1" } } });
    let answer = post(hello).await;
    assert!(!answer.headers.contains_key("mcp-session-id"));
    let result = answer.ok()["result"].take();
    assert_eq!(result["protocolVersion"], "2025-06-18");
    assert!(result["capabilities"]["tools"].is_object(), "{result}");
    assert!(result["instructions"].as_str().is_some_and(|text| text.contains("sink")), "{result}");
    let noted = post(json!({ "jsonrpc": "2.0", "method": "notifications/initialized" })).await;
    assert_eq!((noted.status.as_u16(), noted.text.as_str()), (202, ""));
    let list = post(json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list" })).await.ok();
    assert_eq!(list["result"]["tools"].as_array().map(Vec::len), Some(36));
    let call = json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": { "name": DATABASES } });
    assert_eq!(post(call).await.ok()["result"]["isError"], false);
    assert_eq!(scene.vendor.count(), 1);
}

async fn row_50_the_list_comes_at_once_in_one_piece(site: Site) {
    let scene = Scene::new(&site).await;
    let mcp = scene.mcp(json!({ "tags": ["database"] })).await;
    let result = mcp.ask("tools/list", json!({})).await.ok()["result"].take();
    assert!(result.get("nextCursor").is_none(), "{result}");
    let tools = result["tools"].as_array().expect("tools");
    assert!(tools.iter().any(|tool| tool["name"] == DATABASES));
    assert!(tools.iter().all(|tool| tool["inputSchema"]["type"] == "object"));
    assert_eq!(scene.vendor.count(), 0, "the vendor is not asked");
}

async fn row_51_the_server_is_called_what_it_was_named(site: Site) {
    let scene = Scene::new(&site).await;
    let name = "Sequin Stream DB Ops — Zoë's \"best\"";
    let server = scene.server(json!({ "name": name })).await;
    let mcp = Mcp::of(&server);
    assert_eq!(mcp.initialize().await["serverInfo"]["name"], name);
    let meta = json!({ "_meta": { "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {} } });
    let modern = Mcp::of(&server).header("mcp-protocol-version", "2026-07-28");
    let modern = modern.header("mcp-method", "server/discover").ask("server/discover", meta).await.ok();
    assert!(modern["result"].to_string().contains("Zoë"), "{modern}");
    scene.rest.patch(&scene.path(&server), json!({ "name": "renamed" })).await.ok();
    assert_eq!(mcp.initialize().await["serverInfo"]["name"], "renamed");
    // Without a name of its own it has the account's.
    let unnamed = scene.server(json!({})).await;
    assert_eq!(Mcp::of(&unnamed).initialize().await["serverInfo"]["name"], "sequin_stream account");
}
