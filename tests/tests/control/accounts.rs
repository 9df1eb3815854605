//! Connected accounts: what is shown of them, what a change means for their servers and credentials.

use crate::scene::{DATABASES, EMPTY, SECRET, Scene};
use serde_json::{Value, json};
use toolpress_tests::engine::Site;
use toolpress_tests::mcp::Mcp;
use toolpress_tests::on_both_engines;
use toolpress_tests::upstream::Upstream;

on_both_engines!(
    an_account_is_shown_without_what_it_is_made_of,
    changes_are_merged,
    security_e17_another_origin_drops_the_credential,
    security_e11_a_new_credential_is_used_at_once_and_the_old_one_never_again,
    security_e11_the_servers_of_a_deleted_account_are_gone,
    row_149_one_node_serves_accounts_of_several_vendors,
);

async fn an_account_is_shown_without_what_it_is_made_of(site: Site) {
    let scene = Scene::new(&site).await;
    let shown = scene.rest.get(&scene.account_path()).await;
    assert!(!shown.text.contains(SECRET), "{}", shown.text);
    let shown = shown.ok();
    assert_eq!(shown["integration"], "sequin_stream");
    assert_eq!(shown["label"], "Sequin Stream");
    assert_eq!(shown["base_url"], scene.vendor.base_url());
    assert_eq!(shown["ready"], true);
    assert_eq!(shown["credentials"], json!([{ "name": "api_token", "secret": true, "set": true }]));
    let listed = scene.rest.get("/integrated-account").await;
    assert!(!listed.text.contains(SECRET));
    assert_eq!(listed.ok()["result"], json!([shown]));
    let checked = scene.rest.post(&format!("{}/check", scene.account_path()), json!({})).await.ok();
    assert_eq!((&checked["ok"], &checked["upstream_status"]), (&json!(true), &json!(200)), "{checked}");
    assert_eq!(scene.vendor.seen()[0].header("authorization"), [format!("Bearer {SECRET}")]);
}

async fn changes_are_merged(site: Site) {
    let scene = Scene::new(&site).await;
    let before = scene.rest.get(&scene.account_path()).await.ok();
    let after = scene.rest.patch(&scene.account_path(), json!({ "name": "renamed" })).await.ok();
    for key in ["id", "base_url", "credentials", "ready", "created_at", "created_by"] {
        assert_eq!(before[key], after[key], "{key}");
    }
    assert_eq!(after["name"], "renamed");
    Mcp::of(&scene.server(json!({})).await).done(DATABASES, json!({})).await;

    // The same for servers: what is not sent stays, null removes.
    let config = json!({ "methods": ["read"], "tags": ["sinks"], "output_schemas": true });
    let server =
        scene.server(json!({ "name": "n", "config": config, "expires_at": "2099-01-01T00:00:00Z" })).await;
    let path = scene.path(&server);
    let step = async |change: Value| scene.rest.patch(&path, change).await.ok();
    let changed = step(json!({ "config": { "tags": ["databases"] } })).await;
    assert_eq!(changed["config"]["methods"], json!(["read"]));
    assert_eq!(changed["config"]["tags"], json!(["databases"]));
    assert_eq!(changed["config"]["output_schemas"], true);
    assert_eq!((&changed["name"], &changed["expires_at"]), (&server["name"], &server["expires_at"]));
    let changed = step(json!({ "config": { "tags": null, "require_api_token_auth": true } })).await;
    assert!(changed["config"].get("tags").is_none(), "{changed}");
    assert_eq!(changed["config"]["require_api_token_auth"], true);
    let changed = step(json!({ "config": { "require_api_token_auth": null } })).await;
    assert_eq!(changed["config"]["require_api_token_auth"], false);
    let mut unchanged = step(json!({})).await;
    unchanged["updated_at"] = changed["updated_at"].clone();
    assert_eq!(unchanged, changed);
    assert_eq!(json!(Mcp::of(&server).names().await.len()), changed["tools"]);
    let changed = step(json!({ "config": null })).await;
    assert!(changed["config"].get("methods").is_none(), "{changed}");
}

async fn security_e17_another_origin_drops_the_credential(site: Site) {
    let scene = Scene::new(&site).await;
    let mcp = scene.mcp(json!({})).await;
    mcp.done(DATABASES, json!({})).await;
    let thief = Upstream::answering(EMPTY).await;

    let moved = scene.rest.patch(&scene.account_path(), json!({ "base_url": thief.base_url() })).await.ok();
    assert_eq!(moved["base_url"], thief.base_url());
    assert_eq!((&moved["ready"], &moved["credentials"][0]["set"]), (&json!(false), &json!(false)));
    let told = mcp.failed(DATABASES, json!({})).await;
    assert!(told.contains("credential"), "{told}");
    assert_eq!(thief.count(), 0);

    // Back again it stays dropped: it was removed, not hidden.
    let back = json!({ "base_url": scene.vendor.base_url() });
    assert_eq!(scene.rest.patch(&scene.account_path(), back).await.ok()["ready"], false);
    mcp.failed(DATABASES, json!({})).await;
    let again = json!({ "base_url": thief.base_url(), "credentials": { "api_token": "for-the-new-origin" } });
    assert_eq!(scene.rest.patch(&scene.account_path(), again).await.ok()["ready"], true);
    mcp.done(DATABASES, json!({})).await;
    assert_eq!(thief.seen()[0].header("authorization"), ["Bearer for-the-new-origin"]);

    // Another path on the same origin is the same vendor.
    let path = json!({ "base_url": format!("http://{}/v2", thief.address) });
    assert_eq!(scene.rest.patch(&scene.account_path(), path).await.ok()["ready"], true);
    mcp.done(DATABASES, json!({})).await;
    assert!(thief.seen()[1].line().starts_with("GET /v2/"), "{:?}", thief.seen()[1]);
    assert_eq!((scene.vendor.count(), thief.count()), (1, 2));
}

async fn security_e11_a_new_credential_is_used_at_once_and_the_old_one_never_again(site: Site) {
    let scene = Scene::new(&site).await;
    let mcp = scene.mcp(json!({})).await;
    mcp.done(DATABASES, json!({})).await;
    let new = json!({ "credentials": { "api_token": "the-new-one" } });
    scene.rest.patch(&scene.account_path(), new).await.ok();
    mcp.done(DATABASES, json!({})).await;
    assert_eq!(scene.vendor.seen()[1].header("authorization"), ["Bearer the-new-one"]);
    let none = json!({ "credentials": { "api_token": null } });
    assert_eq!(scene.rest.patch(&scene.account_path(), none).await.ok()["ready"], false);
    let told = mcp.failed(DATABASES, json!({})).await;
    assert!(told.contains("credential") && !told.contains("the-new-one"), "{told}");
    assert_eq!(scene.vendor.count(), 2);
}

async fn security_e11_the_servers_of_a_deleted_account_are_gone(site: Site) {
    let scene = Scene::new(&site).await;
    let bound = json!({ "name": "t", "integrated_account_id": scene.account });
    scene.rest.post("/api-token", bound).await.created();
    let mcp = scene.mcp(json!({})).await;
    mcp.done(DATABASES, json!({})).await;
    assert_eq!(scene.rest.delete(&scene.account_path()).await.status, 204);
    assert_eq!(mcp.call(DATABASES, json!({})).await.status, 404);
    assert_eq!(scene.vendor.count(), 1);
    scene.rest.get(&scene.account_path()).await.refused(404);
    scene.rest.get(&scene.servers()).await.refused(404);
    scene.rest.delete(&scene.account_path()).await.refused(404);
    for table in ["account", "credential", "server", "server_token", "api_token"] {
        assert_eq!(site.rows(&format!("SELECT * FROM {table}")).await.len(), 0, "{table}");
    }
}

async fn row_149_one_node_serves_accounts_of_several_vendors(site: Site) {
    let scene = Scene::new(&site).await;
    let vendors = scene.rest.get("/integration").await.ok();
    let vendors = vendors["result"].as_array().expect("a list");
    assert!(vendors.len() >= 2);
    for vendor in vendors {
        let slug = vendor["slug"].as_str().expect("a slug");
        let account = scene.rest.account(slug, &scene.vendor.base_url(), SECRET).await;
        let server = scene.rest.server(&account, json!({})).await;
        let names = Mcp::of(&server).names().await;
        assert_eq!(json!(names.len()), vendor["tools"]);
        let theirs = scene.rest.get(&format!("/integration/{slug}/tools")).await.ok();
        let theirs = theirs["result"].as_array().expect("a list").iter();
        assert!(theirs.zip(&names).all(|(tool, name)| tool["name"] == **name));
        assert!(names.iter().all(|name| name.contains(slug)), "{slug}: {names:?}");
    }
}
