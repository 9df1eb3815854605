//! Making, changing and deleting servers with the API.

use crate::scene::{DATABASES, EMPTY, NOBODY, SECRET, Scene, token};
use rmcp::ServiceExt as _;
use rmcp::transport::StreamableHttpClientTransport;
use serde_json::{Value, json};
use std::collections::HashSet;
use toolpress_tests::engine::Site;
use toolpress_tests::mcp::Mcp;
use toolpress_tests::on_both_engines;
use toolpress_tests::upstream::Upstream;

on_both_engines!(
    row_21_a_server_is_created_for_an_account,
    row_24_without_tags_and_expiry_all_is_shown_for_good,
    row_25_a_filter_that_leaves_no_tool_stores_nothing,
    row_26_tokens_are_random_and_never_the_same,
    row_27_tokens_outlive_the_process,
    row_28_the_store_holds_no_token_and_no_answer_repeats_it,
    row_29_30_the_answer_has_all_that_was_promised,
    row_31_the_url_is_all_that_a_client_needs,
    row_32_33_a_token_leads_to_its_own_account_and_nowhere_else,
    row_34_a_hundred_servers_of_one_account_are_independent,
    row_35_servers_are_managed_like_any_resource,
    row_36_a_server_answers_as_soon_as_it_is_made,
    row_37_a_deleted_server_is_gone_at_once,
);

async fn row_21_a_server_is_created_for_an_account(site: Site) {
    let scene = Scene::new(&site).await;
    let server = scene.server(json!({ "name": "n" })).await;
    assert_eq!(server["integrated_account_id"], scene.account);
    assert_eq!(Mcp::of(&server).status().await, 200);
    let unknown = format!("/integrated-account/{NOBODY}/mcp");
    assert_eq!(scene.rest.post(&unknown, json!({})).await.refused(404)["code"], "not_found");
    let nobody = scene.rest.without_key().post(&scene.servers(), json!({})).await;
    assert_eq!(nobody.refused(401)["code"], "unauthenticated");
    assert_eq!(scene.node.stop().await.0.code(), Some(0));
}

async fn row_24_without_tags_and_expiry_all_is_shown_for_good(site: Site) {
    let scene = Scene::new(&site).await;
    for body in [json!({}), json!({ "config": {} }), json!({ "config": null, "expires_at": null })] {
        let server = scene.server(body).await;
        assert_eq!(server["expires_at"], Value::Null);
        let all = scene.rest.get("/integration/sequin_stream").await.ok()["tools"].take();
        assert_eq!(server["tools"], all);
        assert_eq!(json!(Mcp::of(&server).names().await.len()), all);
    }
}

async fn row_25_a_filter_that_leaves_no_tool_stores_nothing(site: Site) {
    let scene = Scene::new(&site).await;
    let nothing = json!({ "methods": ["plan"], "tags": ["backfills"] });
    let error = scene.rest.post(&scene.servers(), json!({ "config": nothing })).await.refused(400);
    assert_eq!((&error["code"], &error["details"][0]["field"]), (&json!("no_tools"), &json!("config")));
    assert_eq!(site.rows("SELECT id FROM server").await.len(), 0);
    assert_eq!(site.rows("SELECT server_id FROM server_token").await.len(), 0);

    // A change that would leave no tool changes nothing either.
    let server = scene.server(json!({ "config": { "methods": ["plan"] } })).await;
    let change = json!({ "name": "other", "config": { "tags": ["backfills"] } });
    assert_eq!(scene.rest.patch(&scene.path(&server), change).await.refused(400)["code"], "no_tools");
    let shown = scene.rest.get(&scene.path(&server)).await.ok();
    assert_eq!((&shown["name"], &shown["config"]), (&server["name"], &server["config"]));
}

async fn row_26_tokens_are_random_and_never_the_same(site: Site) {
    let scene = Scene::new(&site).await;
    let mut seen = HashSet::new();
    let mut first: HashSet<String> = HashSet::new();
    for _ in 0..24 {
        let server = scene.server(json!({})).await;
        let text = token(&server).to_owned();
        // 43 characters of 62 kinds hold 256 bits.
        let random = text.strip_prefix("tp_").expect("the prefix")[..43].to_owned();
        assert!(random.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{text}");
        first.insert(random[..2].to_owned());
        assert!(seen.insert(random));
        assert!(!text.contains(server["id"].as_str().expect("an id")));
    }
    // 24 of 3,844 pairs: that half of them agree does not happen.
    assert!(first.len() > 12, "{first:?}");
}

async fn row_27_tokens_outlive_the_process(site: Site) {
    let scene = Scene::new(&site).await;
    let server = scene.server(json!({ "config": { "methods": ["read"] } })).await;
    scene.node.kill().await;
    let node = site.node().await;
    let mcp = Mcp::new(format!("{}/mcp/{}", node.address, token(&server)));
    assert_eq!(json!(mcp.names().await.len()), server["tools"]);
    mcp.done(DATABASES, json!({})).await;
    assert_eq!(scene.vendor.seen()[0].header("authorization"), [format!("Bearer {SECRET}")]);
}

async fn row_28_the_store_holds_no_token_and_no_answer_repeats_it(site: Site) {
    let scene = Scene::new(&site).await;
    let server = scene.server(json!({ "name": "a-name-to-find" })).await;
    Mcp::of(&server).done(DATABASES, json!({})).await;
    for path in [scene.path(&server), scene.servers(), scene.account_path()] {
        let answer = scene.rest.get(&path).await;
        assert!(!answer.text.contains(token(&server)) && !answer.text.contains("/mcp/"), "{}", answer.text);
    }
    let changed = scene.rest.patch(&scene.path(&server), json!({ "name": "a-name-to-find-2" })).await.ok();
    assert!(changed.get("token").is_none() && changed.get("url").is_none());
    scene.node.stop().await;
    let stored = site.bytes_at_rest().await;
    let holds = |text: &str| stored.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(holds("a-name-to-find-2"), "what is stored can be found");
    assert!(!holds(token(&server)) && !holds(&token(&server)[3..20]));
}

async fn row_29_30_the_answer_has_all_that_was_promised(site: Site) {
    let scene = Scene::of(site.start().public_url("http://tools.example.com:8080/")).await;
    let config = json!({ "methods": ["read"], "tags": ["sinks"] });
    let server = scene.server(json!({ "name": "Ops", "config": config })).await;
    let keys: HashSet<&str> = server.as_object().expect("an object").keys().map(String::as_str).collect();
    for key in ["id", "name", "integrated_account_id", "config", "expires_at", "token", "url", "created_at"] {
        assert!(keys.contains(key), "{key} is missing in {server}");
    }
    assert_eq!(server["config"]["methods"], config["methods"]);
    assert_eq!(server["config"]["tags"], config["tags"]);
    let token = token(&server);
    assert_eq!(server["url"], format!("http://tools.example.com:8080/mcp/{token}"));
    assert!(token.starts_with("tp_") && token.len() == 52 && !token.contains('/'), "{token}");
    let id = server["id"].as_str().expect("an id");
    assert_eq!(id.len(), 36);
}

async fn row_31_the_url_is_all_that_a_client_needs(site: Site) {
    let scene = Scene::new(&site).await;
    let server = scene.server(json!({ "config": { "methods": ["read"] } })).await;
    let url = server["url"].as_str().expect("a URL").to_owned();
    let client = ().serve(StreamableHttpClientTransport::from_uri(url)).await.expect("a connection");
    assert_eq!(json!(client.list_all_tools().await.expect("a list").len()), server["tools"]);
    client.cancel().await.expect("an end");
}

async fn row_32_33_a_token_leads_to_its_own_account_and_nowhere_else(site: Site) {
    let scene = Scene::new(&site).await;
    let other = Upstream::answering(EMPTY).await;
    let theirs = scene.rest.account("sequin_stream", &other.base_url(), "the-secret-of-the-other").await;
    let artie = Upstream::answering(EMPTY).await;
    let artie_account = scene.rest.account("artie", &artie.base_url(), "the-secret-of-artie").await;
    let ours = scene.mcp(json!({ "methods": ["read"] })).await;
    let theirs = Mcp::of(&scene.rest.server(&theirs, json!({})).await);
    let artie_mcp = Mcp::of(&scene.rest.server(&artie_account, json!({})).await);

    ours.done(DATABASES, json!({})).await;
    assert_eq!((scene.vendor.count(), other.count(), artie.count()), (1, 0, 0));
    theirs.done(DATABASES, json!({})).await;
    assert_eq!((scene.vendor.count(), other.count(), artie.count()), (1, 1, 0));
    artie_mcp.done("list_all_artie_pipelines", json!({})).await;
    assert_eq!((scene.vendor.count(), other.count(), artie.count()), (1, 1, 1));
    assert_eq!(scene.vendor.seen()[0].header("authorization"), [format!("Bearer {SECRET}")]);
    assert_eq!(other.seen()[0].header("authorization"), ["Bearer the-secret-of-the-other"]);
    assert_eq!(artie.seen()[0].header("authorization"), ["Bearer the-secret-of-artie"]);

    // The filter of one server is not that of another, and no argument names another account or vendor.
    let names = theirs.names().await;
    assert!(names.len() > ours.names().await.len());
    assert!(names.iter().all(|name| !name.contains("artie")));
    assert_eq!(ours.call("list_all_artie_pipelines", json!({})).await.body["error"]["code"], -32602);
    for key in ["account", "account_id", "integrated_account_id", "base_url", "server"] {
        ours.failed(DATABASES, json!({ key: artie_account })).await;
    }
    assert_eq!((scene.vendor.count(), other.count(), artie.count()), (1, 1, 1));
}

async fn row_34_a_hundred_servers_of_one_account_are_independent(site: Site) {
    let scene = Scene::new(&site).await;
    let about = scene.rest.get("/integration/sequin_stream").await.ok();
    let words = |list: &Value, key: &str| -> Vec<String> {
        let entries = list.as_array().expect("a list").iter();
        let names = entries.map(|entry| if key.is_empty() { entry } else { &entry[key] });
        names.map(|name| name.as_str().expect("a word").to_owned()).collect()
    };
    let mut methods = words(&about["methods"], "");
    methods.extend(["read".to_owned(), "write".to_owned(), "custom".to_owned()]);
    let mut made = Vec::new();
    'all: for tag in words(&about["tags"], "name") {
        for method in &methods {
            for effects in [json!(["read"]), json!(["write", "destructive"]), json!(["read", "write"])] {
                let config = json!({ "methods": [method], "tags": [&tag], "effects": effects });
                let answer = scene.rest.post(&scene.servers(), json!({ "config": config })).await;
                if answer.status == 201 {
                    made.push((answer.body, method.clone(), tag.clone(), effects));
                }
                if made.len() == 100 {
                    break 'all;
                }
            }
        }
    }
    assert_eq!(made.len(), 100, "there are so many filters that leave a tool");
    for (server, method, tag, effects) in &made {
        let effects: Vec<&str> = effects.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        let effects = effects.join(",");
        let inventory =
            format!("/integration/sequin_stream/tools?methods={method}&tags={tag}&effects={effects}");
        let inventory = scene.rest.get(&inventory).await.ok();
        assert_eq!(Mcp::of(server).names().await, words(&inventory["result"], "name"), "{server}");
    }
    assert_eq!(scene.rest.get(&scene.servers()).await.ok()["result"].as_array().map(Vec::len), Some(100));
}

async fn row_35_servers_are_managed_like_any_resource(site: Site) {
    let scene = Scene::new(&site).await;
    let server = scene.server(json!({ "name": "one", "config": { "methods": ["read"] } })).await;
    let path = scene.path(&server);
    let change = json!({ "name": "two", "config": { "methods": ["list"] } });
    let mut first = scene.rest.patch(&path, change.clone()).await.ok();
    let mut again = scene.rest.patch(&path, change).await.ok();
    let mut shown = scene.rest.get(&path).await.ok();
    let listed = scene.rest.get(&scene.servers()).await.ok();
    assert_eq!(listed["result"], json!([shown]));
    for answer in [&mut first, &mut again, &mut shown] {
        answer["updated_at"].take();
    }
    assert_eq!((&first, &again), (&again, &shown));
    assert_eq!((&shown["name"], &shown["id"]), (&json!("two"), &server["id"]));
    let gone = scene.rest.delete(&path).await;
    assert_eq!((gone.status.as_u16(), gone.text.as_str()), (204, ""));
    for answer in [
        scene.rest.get(&path).await,
        scene.rest.patch(&path, json!({})).await,
        scene.rest.delete(&path).await,
        scene.rest.post(&format!("{path}/rotate"), json!({})).await,
    ] {
        assert_eq!(answer.refused(404)["code"], "not_found");
    }
    assert_eq!(scene.rest.get(&scene.servers()).await.ok(), json!({ "result": [], "next_cursor": null }));
}

async fn row_36_a_server_answers_as_soon_as_it_is_made(site: Site) {
    let scene = Scene::new(&site).await;
    for _ in 0..20 {
        let server = scene.server(json!({})).await;
        assert_eq!(Mcp::of(&server).status().await, 200);
    }
}

async fn row_37_a_deleted_server_is_gone_at_once(site: Site) {
    let scene = Scene::new(&site).await;
    for _ in 0..10 {
        let server = scene.server(json!({})).await;
        let mcp = Mcp::of(&server);
        mcp.done(DATABASES, json!({})).await;
        let before = scene.vendor.count();
        assert_eq!(scene.rest.delete(&scene.path(&server)).await.status, 204);
        assert_eq!(mcp.call(DATABASES, json!({})).await.status, 404);
        assert_eq!(mcp.status().await, 404);
        assert_eq!(scene.vendor.count(), before);
    }
    assert_eq!(site.rows("SELECT server_id FROM server_token").await.len(), 0);
}
