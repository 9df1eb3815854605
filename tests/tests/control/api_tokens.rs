//! The second proof that servers may want: an API token beside the URL.

use crate::scene::{DATABASES, EMPTY, SECRET, Scene, token, until};
use serde_json::{Value, json};
use toolpress_tests::engine::{ADMIN_KEY, Site};
use toolpress_tests::mcp::Mcp;
use toolpress_tests::on_both_engines;
use toolpress_tests::rest::Answer;
use toolpress_tests::upstream::Upstream;

on_both_engines!(
    row_138_140_146_security_e12_the_url_alone_opens_nothing,
    row_139_without_the_flag_the_url_is_enough,
    row_141_security_e13_a_token_of_another_account_opens_nothing,
    the_second_proof_stands_beside_either_form_of_the_first,
    the_flag_counts_from_the_moment_it_is_set,
    an_api_token_is_shown_once_and_tells_when_it_was_used,
);

const GUARDED: &str = r#"{"config":{"require_api_token_auth":true}}"#;

fn guarded() -> Value {
    serde_json::from_str(GUARDED).expect("JSON")
}

async fn api_token(scene: &Scene, body: Value) -> Value {
    scene.rest.post("/api-token", body).await.created()
}

/// What a client sends, in every kind of request.
async fn answers(mcp: &Mcp) -> Vec<Answer> {
    let hello = json!({ "protocolVersion": "2025-11-25", "capabilities": {},
        "clientInfo": { "name": "c", "version": "1" } });
    vec![
        mcp.ask("initialize", hello).await,
        mcp.ask("tools/list", json!({})).await,
        mcp.call(DATABASES, json!({})).await,
        mcp.ask("ping", json!({})).await,
        mcp.ask("nonsense", json!({})).await,
    ]
}

async fn row_138_140_146_security_e12_the_url_alone_opens_nothing(site: Site) {
    let scene = Scene::new(&site).await;
    let server = scene.server(guarded()).await;
    let url = server["url"].as_str().expect("a URL");
    let right = api_token(&scene, json!({ "name": "right" })).await;
    let revoked = api_token(&scene, json!({ "name": "revoked" })).await;
    Mcp::new(url).bearer(token(&revoked)).done(DATABASES, json!({})).await;
    let path = format!("/api-token/{}", revoked["id"].as_str().expect("an id"));
    assert_eq!(scene.rest.delete(&path).await.status, 204);

    let mut mistyped = token(&right).to_owned();
    mistyped.replace_range(10..11, if &mistyped[10..11] == "x" { "y" } else { "x" });
    let cookie = format!("toolpress_session={}", token(&right));
    let in_query = Mcp::new(format!("{url}?api_token={0}&access_token={0}", token(&right)));
    let wrong = [
        Mcp::new(url),
        Mcp::new(url).bearer(""),
        Mcp::new(url).bearer("wrong"),
        Mcp::new(url).bearer(&mistyped),
        Mcp::new(url).bearer(token(&revoked)),
        Mcp::new(url).bearer(token(&server)),
        Mcp::new(url).bearer(ADMIN_KEY),
        Mcp::new(url).header("authorization", &format!("Basic {}", token(&right))),
        Mcp::new(url).header("authorization", token(&right)),
        Mcp::new(url).bearer(token(&right)).bearer(token(&right)),
        Mcp::new(url).header("x-api-key", token(&right)),
        Mcp::new(url).header("cookie", &cookie),
        in_query,
    ];
    for (place, mcp) in wrong.iter().enumerate() {
        for answer in answers(mcp).await {
            assert_eq!(answer.status, 401, "{place}: {}", answer.text);
            assert_eq!(answer.headers["www-authenticate"], "Bearer");
            assert!(answer.body["error"]["code"].is_i64(), "{}", answer.text);
            assert!(!answer.text.contains(token(&right)) && !answer.text.contains("tpk_"), "{}", answer.text);
        }
    }
    assert_eq!(scene.vendor.count(), 1, "nothing was sent but the one good call");
    let mcp = Mcp::new(url).bearer(token(&right));
    assert_eq!(mcp.names().await.len(), 36);
    mcp.done(DATABASES, json!({})).await;
    assert_eq!(scene.vendor.seen()[1].header("authorization"), [format!("Bearer {SECRET}")]);
}

async fn row_139_without_the_flag_the_url_is_enough(site: Site) {
    let scene = Scene::new(&site).await;
    for config in [json!({}), json!({ "require_api_token_auth": false })] {
        let server = scene.server(json!({ "config": config })).await;
        assert_eq!(server["config"]["require_api_token_auth"], false);
        Mcp::of(&server).done(DATABASES, json!({})).await;
        // What some client sends in vain does no harm.
        Mcp::of(&server).bearer("anything").done(DATABASES, json!({})).await;
    }
}

async fn row_141_security_e13_a_token_of_another_account_opens_nothing(site: Site) {
    let scene = Scene::new(&site).await;
    let theirs = scene.rest.account("sequin_stream", &scene.vendor.base_url(), SECRET).await;
    let bound = json!({ "name": "theirs", "integrated_account_id": theirs });
    let foreign = api_token(&scene, bound).await;
    assert_eq!(foreign["integrated_account_id"], theirs);
    let ours = Mcp::of(&scene.server(guarded()).await).bearer(token(&foreign));
    for answer in answers(&ours).await {
        assert_eq!(answer.status, 401, "{}", answer.text);
    }
    assert_eq!(scene.vendor.count(), 0);
    Mcp::of(&scene.rest.server(&theirs, guarded()).await)
        .bearer(token(&foreign))
        .done(DATABASES, json!({}))
        .await;
    let everywhere = api_token(&scene, json!({ "name": "all" })).await;
    assert_eq!(everywhere["integrated_account_id"], Value::Null);
    Mcp::of(&scene.server(guarded()).await).bearer(token(&everywhere)).done(DATABASES, json!({})).await;
}

async fn the_second_proof_stands_beside_either_form_of_the_first(site: Site) {
    let scene = Scene::new(&site).await;
    let server = scene.server(guarded()).await;
    let second = api_token(&scene, json!({ "name": "second" })).await;
    let url = server["url"].as_str().expect("a URL");
    let short = url.rsplit_once('/').expect("a path").0;
    // The server's token may be sent in the header, since addresses end up in logs.
    let by_header = Mcp::new(short).bearer(token(&server));
    assert_eq!(by_header.status().await, 401);
    by_header.clone().header("toolpress-api-token", token(&second)).done(DATABASES, json!({})).await;
    Mcp::new(url).header("toolpress-api-token", token(&second)).done(DATABASES, json!({})).await;
    assert_eq!(by_header.header("toolpress-api-token", token(&server)).status().await, 401);
    assert_eq!(Mcp::new(short).status().await, 404);
    assert_eq!(Mcp::new(short).bearer(token(&second)).status().await, 404);
    let open = scene.server(json!({})).await;
    assert_eq!(Mcp::new(short).bearer(token(&open)).status().await, 200);
    assert_eq!(Mcp::new(short).header("authorization", token(&open)).status().await, 404);
}

async fn the_flag_counts_from_the_moment_it_is_set(site: Site) {
    let scene = Scene::new(&site).await;
    let server = scene.server(json!({})).await;
    let mcp = Mcp::of(&server);
    mcp.done(DATABASES, json!({})).await;
    scene.rest.patch(&scene.path(&server), guarded()).await.ok();
    assert_eq!(mcp.call(DATABASES, json!({})).await.status, 401);
    assert_eq!(scene.vendor.count(), 1);
    let off = json!({ "config": { "require_api_token_auth": false } });
    scene.rest.patch(&scene.path(&server), off).await.ok();
    mcp.done(DATABASES, json!({})).await;
}

async fn an_api_token_is_shown_once_and_tells_when_it_was_used(site: Site) {
    let vendor = Upstream::answering(EMPTY).await;
    let scene = Scene { vendor, ..Scene::new(&site).await };
    let made = api_token(&scene, json!({ "name": "agents" })).await;
    assert_eq!((&made["scope"], &made["last_used_at"]), (&json!("mcp"), &Value::Null));
    assert!(token(&made).starts_with("tpk_"));
    let path = format!("/api-token/{}", made["id"].as_str().expect("an id"));
    for path in [path.as_str(), "/api-token"] {
        let shown = scene.rest.get(path).await;
        assert!(!shown.text.contains(token(&made)), "{}", shown.text);
    }
    let hint = scene.rest.get(&path).await.ok()["token_hint"].take();
    let end = &token(&made)[token(&made).len() - 4..];
    assert_eq!(hint, format!("tpk_…{end}"));
    let mcp = Mcp::of(&scene.server(guarded()).await).bearer(token(&made));
    assert_eq!(mcp.status().await, 200);
    until("its use is told", async || scene.rest.get(&path).await.ok()["last_used_at"].is_string()).await;
    assert_eq!(scene.rest.delete(&path).await.status, 204);
    scene.rest.delete(&path).await.refused(404);
    assert_eq!(mcp.status().await, 401);
}
