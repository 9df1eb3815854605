//! Filters, set through the control plane: what is left out does not exist for the server's clients.

use crate::scene::{DATABASE, DATABASES, DELETE_DATABASE, Scene};
use serde_json::{Value, json};
use toolpress_tests::engine::Site;
use toolpress_tests::mcp::Mcp;
use toolpress_tests::on_both_engines;

on_both_engines!(
    row_129_132_security_e24_a_reading_server_speaks_of_nothing_else,
    row_130_131_147_security_e9_what_is_left_out_cannot_be_called,
    row_133_137_groups_unite_and_lists_must_agree,
    row_134_135_136_tags_isolate_a_server,
    a_changed_filter_counts_from_the_next_request,
);

fn is_reading(name: &str) -> bool {
    name.starts_with("list_all_") || name.starts_with("get_single_")
}

async fn row_129_132_security_e24_a_reading_server_speaks_of_nothing_else(site: Site) {
    let scene = Scene::new(&site).await;
    let all = scene.mcp(json!({})).await.names().await;
    let mcp = scene.mcp(json!({ "methods": ["read"] })).await;
    let mut said = mcp.ask("tools/list", json!({})).await.text;
    let shown = mcp.names().await;
    assert!(shown.iter().all(|name| is_reading(name)));
    assert_eq!(shown, all.iter().filter(|name| is_reading(name)).cloned().collect::<Vec<_>>());
    said.push_str(&mcp.initialize().await.to_string());
    said.push_str(&mcp.ask("prompts/list", json!({})).await.text);
    said.push_str(&mcp.call("delete_everything", json!({})).await.text);
    said.push_str(&mcp.call(DATABASE, json!({})).await.text);
    for name in all.iter().filter(|name| !is_reading(name)) {
        assert!(!said.contains(name.as_str()), "{name} in {said}");
    }
    // Nor how many there would be.
    assert!(!said.contains(&format!(" {} ", all.len())), "{said}");
}

async fn row_130_131_147_security_e9_what_is_left_out_cannot_be_called(site: Site) {
    let scene = Scene::new(&site).await;
    let mcp = scene.mcp(json!({ "methods": ["read"] })).await;
    let (shown, all) = (mcp.names().await, scene.mcp(json!({})).await.list().await);
    for tool in all.iter().filter(|tool| !is_reading(tool["name"].as_str().expect("a name"))) {
        let name = tool["name"].as_str().expect("a name");
        let hidden = mcp.call(name, json!({ "id": "1" })).await.ok();
        assert_eq!(hidden["error"]["code"], -32602, "{hidden}");
        // As a name that never was: what it may have meant is one of those that are shown.
        let message = hidden["error"]["message"].as_str().expect("a message");
        let rest =
            message.strip_prefix(&format!("Unknown tool `{name}`.")).expect("what is said of any name");
        let meant = rest.split('`').nth(1);
        assert!(meant.is_none_or(|meant| shown.iter().any(|name| name == meant)), "{message}");
    }
    let variants = [
        DELETE_DATABASE.to_uppercase(),
        DELETE_DATABASE.replacen('d', "D", 1),
        format!(" {DELETE_DATABASE}"),
        format!("{DELETE_DATABASE} "),
        format!("{DELETE_DATABASE}\u{0}"),
        DELETE_DATABASE.replace('_', "%5F"),
        DELETE_DATABASE.replace('a', "а"),
        format!("{DELETE_DATABASE}\n"),
        format!("{DATABASES}/../{DELETE_DATABASE}"),
    ];
    for name in &variants {
        let answer = mcp.call(name, json!({ "id": "1" })).await;
        assert!(answer.body["error"]["code"].is_i64(), "{name:?}: {}", answer.text);
    }
    // By a header that says another name than the body.
    let crossed = mcp.clone().header("mcp-protocol-version", "2026-07-28").header("mcp-method", "tools/call");
    let crossed = crossed.header("mcp-name", DATABASES).call(DELETE_DATABASE, json!({ "id": "1" })).await;
    assert_eq!(crossed.status, 400, "{}", crossed.text);
    assert_eq!(scene.vendor.count(), 0);
    let open = scene.mcp(json!({ "methods": ["delete"] })).await;
    open.call(DELETE_DATABASE, json!({ "id": "1" })).await.ok();
    assert_eq!(scene.vendor.seen()[0].line(), "DELETE /api/postgres_databases/1");
}

async fn row_133_137_groups_unite_and_lists_must_agree(site: Site) {
    let scene = Scene::new(&site).await;
    let names = async |config: Value| -> Vec<String> { scene.mcp(config).await.names().await };
    let all = names(json!({})).await;
    let (read, write) =
        (names(json!({ "methods": ["read"] })).await, names(json!({ "methods": ["write"] })).await);
    let custom = names(json!({ "methods": ["custom"] })).await;
    assert_eq!(read.len() + write.len() + custom.len(), all.len());
    let mut united: Vec<String> = [read.clone(), write.clone(), custom].concat();
    united.sort();
    assert_eq!(united, all);
    assert_eq!(names(json!({ "methods": ["read", "write", "custom"] })).await, all);
    let sinks = names(json!({ "tags": ["sinks"] })).await;
    let both = names(json!({ "tags": ["sinks"], "methods": ["read"] })).await;
    assert_eq!(both, sinks.iter().filter(|name| read.contains(name)).cloned().collect::<Vec<_>>());
    assert!(!both.is_empty() && both.len() < sinks.len());
    let harmless = names(json!({ "effects": ["read"] })).await;
    let all_three = names(json!({ "tags": ["sinks"], "methods": ["read"], "effects": ["read"] })).await;
    assert_eq!(all_three, both.iter().filter(|name| harmless.contains(name)).cloned().collect::<Vec<_>>());
}

async fn row_134_135_136_tags_isolate_a_server(site: Site) {
    let scene = Scene::new(&site).await;
    let list = async |config: Value| scene.mcp(config).await.ask("tools/list", json!({})).await.text.len();
    let (whole, part) = (list(json!({})).await, list(json!({ "tags": ["webhooks"] })).await);
    assert!(part * 2 < whole, "{part} of {whole} bytes");
    let databases = scene.mcp(json!({ "tags": ["databases"] })).await.names().await;
    assert!(databases.contains(&DATABASES.to_owned()));
    assert!(databases.iter().all(|name| !name.contains("_sink_consumer") && !name.contains("_backfill")));
    // An alias means its tag.
    assert_eq!(scene.mcp(json!({ "tags": ["database"] })).await.names().await, databases);

    let artie = scene.rest.account("artie", &scene.vendor.base_url(), "x-artie").await;
    let config = json!({ "config": { "tags": ["pipelines"] } });
    let pipelines = Mcp::of(&scene.rest.server(&artie, config).await);
    let names = pipelines.names().await;
    assert!(names.iter().all(|name| name.contains("pipeline")), "{names:?}");
    let keys = pipelines.call("list_all_artie_encryption_keys", json!({})).await.ok();
    assert_eq!(keys["error"]["code"], -32602);
    assert_eq!(scene.vendor.count(), 0);
}

async fn a_changed_filter_counts_from_the_next_request(site: Site) {
    let scene = Scene::new(&site).await;
    let server = scene.server(json!({})).await;
    let mcp = Mcp::of(&server);
    mcp.done(DATABASES, json!({})).await;
    mcp.call(DELETE_DATABASE, json!({ "id": "1" })).await.ok();
    assert_eq!(scene.vendor.count(), 2);
    let change = json!({ "config": { "methods": ["read"] } });
    let changed = scene.rest.patch(&scene.path(&server), change).await.ok();
    let refused = mcp.call(DELETE_DATABASE, json!({ "id": "1" })).await.ok();
    assert_eq!(refused["error"]["code"], -32602, "{refused}");
    assert_eq!(json!(mcp.names().await.len()), changed["tools"]);
    assert_eq!(scene.vendor.count(), 2);
}
