//! Tokens of servers: their form, their rotation, their end while calls run.

use crate::scene::{DATABASES, EMPTY, SECRET, Scene, token, until};
use serde_json::{Value, json};
use std::collections::HashSet;
use tokio::sync::watch;
use toolpress_tests::engine::Site;
use toolpress_tests::mcp::Mcp;
use toolpress_tests::on_both_engines;
use toolpress_tests::upstream::{Reply, Upstream, answer};

on_both_engines!(
    security_e1_e2_a_token_has_a_checksum_and_is_shown_once,
    a_rotated_token_goes_on_for_as_long_as_it_was_given,
    a_server_tells_when_it_was_last_used,
    security_e8_a_running_call_ends_well_and_no_new_one_begins,
);

async fn security_e1_e2_a_token_has_a_checksum_and_is_shown_once(site: Site) {
    let scene = Scene::new(&site).await;
    let server = scene.server(json!({})).await;
    let text = token(&server).to_owned();
    assert!(text.len() == 52 && text[3..].bytes().all(|byte| byte.is_ascii_alphanumeric()), "{text}");
    let address = &scene.node.address;
    let mut seen = HashSet::new();
    for place in [0, 3, 20, 45, 46, 51] {
        let other = if text.as_bytes()[place] == b'Q' { "R" } else { "Q" };
        let mistyped = format!("{}{other}{}", &text[..place], &text[place + 1..]);
        let told = Mcp::new(format!("{address}/mcp/{mistyped}")).call(DATABASES, json!({})).await;
        assert_eq!(told.status, 404, "{place}");
        seen.insert(told.text);
    }
    for odd in [&text[..51], &format!("{text}0"), &text.to_uppercase(), &text[3..], &format!("{text}%00")] {
        assert_eq!(Mcp::new(format!("{address}/mcp/{odd}")).status().await, 404, "{odd}");
    }
    assert_eq!(seen.len(), 1, "{seen:?}");
    let shown = scene.rest.get(&scene.path(&server)).await.ok();
    assert_eq!(shown["token_hint"], format!("tp_…{}", &text[48..]));
    assert!(!shown.to_string().contains(&text[3..47]));
    assert_eq!(Mcp::of(&server).status().await, 200);
}

async fn a_rotated_token_goes_on_for_as_long_as_it_was_given(site: Site) {
    let scene = Scene::new(&site).await;
    let first = scene.server(json!({ "name": "n", "config": { "methods": ["read"] } })).await;
    let rotate = format!("{}/rotate", scene.path(&first));
    Mcp::of(&first).done(DATABASES, json!({})).await;
    let second = scene.rest.post(&rotate, json!({ "overlap_seconds": 600 })).await.ok();
    assert_ne!(token(&first), token(&second));
    assert_eq!((&first["id"], &first["config"]), (&second["id"], &second["config"]));
    assert!(second["old_token_valid_until"].is_string(), "{second}");
    // Both open the same server, also after a restart.
    Mcp::of(&first).done(DATABASES, json!({})).await;
    Mcp::of(&second).done(DATABASES, json!({})).await;
    assert_eq!(Mcp::of(&first).names().await, Mcp::of(&second).names().await);

    // The next one ends the second at once; the first keeps an end that is not later.
    let third = scene.rest.post(&rotate, json!({ "overlap_seconds": 0 })).await.ok();
    assert!(third.get("old_token_valid_until").is_none(), "{third}");
    for old in [&first, &second] {
        let told = Mcp::of(old).call(DATABASES, json!({})).await;
        assert_eq!(told.status, 404, "{}", told.text);
    }
    Mcp::of(&third).done(DATABASES, json!({})).await;
    let shown = scene.rest.get(&scene.path(&first)).await.ok();
    assert!(
        token(&third).ends_with(shown["token_hint"].as_str().expect("a hint").trim_start_matches("tp_…"))
    );

    let fourth = scene.rest.post(&rotate, json!({})).await.ok();
    assert!(fourth["old_token_valid_until"].is_string(), "an hour, if nothing is said");
    Mcp::of(&third).done(DATABASES, json!({})).await;
    site.execute("UPDATE server_token SET valid_until = 1 WHERE valid_until IS NOT NULL").await;
    until("the token before has ended", async || Mcp::of(&third).status().await == 404).await;
    Mcp::of(&fourth).done(DATABASES, json!({})).await;
    assert_eq!(scene.rest.delete(&scene.path(&first)).await.status, 204);
    assert_eq!(Mcp::of(&fourth).status().await, 404);
}

async fn a_server_tells_when_it_was_last_used(site: Site) {
    let scene = Scene::new(&site).await;
    let server = scene.server(json!({})).await;
    let path = scene.path(&server);
    assert_eq!(scene.rest.get(&path).await.ok()["last_used_at"], Value::Null);
    assert_eq!(Mcp::new(format!("{}x", server["url"].as_str().expect("a URL"))).status().await, 404);
    assert_eq!(Mcp::of(&server).status().await, 200);
    until("its use is told", async || scene.rest.get(&path).await.ok()["last_used_at"].is_string()).await;
    let shown = scene.rest.get(&path).await.ok();
    assert!(shown["last_used_at"].as_str() >= shown["created_at"].as_str(), "{shown}");
    assert_eq!(shown["updated_at"], server["updated_at"], "use is no change");
}

async fn security_e8_a_running_call_ends_well_and_no_new_one_begins(site: Site) {
    let scene = Scene::new(&site).await;
    let (gate, open) = watch::channel(false);
    let done = answer("200 OK", &["content-type: application/json"], EMPTY);
    let slow = Upstream::scripted(move |_, _| Reply::After(open.clone(), done.clone())).await;
    let account = scene.rest.account("sequin_stream", &slow.base_url(), SECRET).await;
    let server = scene.rest.server(&account, json!({})).await;
    let mcp = Mcp::of(&server);
    let running = {
        let mcp = mcp.clone();
        tokio::spawn(async move { mcp.done(DATABASES, json!({})).await })
    };
    slow.reached(1).await;
    let path = format!("/integrated-account/{account}/mcp/{}", server["id"].as_str().expect("an id"));
    assert_eq!(scene.rest.delete(&path).await.status, 204);
    assert_eq!(mcp.call(DATABASES, json!({})).await.status, 404);
    assert_eq!(slow.count(), 1);
    gate.send_replace(true);
    assert_eq!(running.await.expect("an answer")["result"], json!([]));
}
