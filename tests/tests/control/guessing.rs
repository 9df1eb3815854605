//! Guessing tokens: nothing can be told from an answer, and nobody else is held up.
//!
//! Times of answers are not compared: on a shared machine they say nothing reliable. Tokens are looked up
//! by their hash, so what is compared is nothing that a caller could approach step by step.

use crate::scene::{DATABASES, Scene, token, until};
use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::task::JoinSet;
use toolpress_tests::engine::Site;
use toolpress_tests::mcp::Mcp;
use toolpress_tests::on_both_engines;

on_both_engines!(
    security_e4_what_is_no_server_is_answered_alike_whatever_it_was,
    security_e5_who_guesses_holds_nobody_up,
    security_e5_wrong_keys_of_the_control_plane_are_turned_away_after_some,
);

/// A token that is well formed and was never given out: made by another installation.
async fn stranger() -> String {
    let site = toolpress_tests::engine::Engine::Sqlite.site().await.expect("SQLite is built in");
    let scene = Scene::new(&site).await;
    token(&scene.server(json!({})).await).to_owned()
}

async fn security_e4_what_is_no_server_is_answered_alike_whatever_it_was(site: Site) {
    let scene = Scene::new(&site).await;
    let deleted = scene.server(json!({})).await;
    let expired = scene.server(json!({})).await;
    let rotated = scene.server(json!({})).await;
    for server in [&deleted, &expired, &rotated] {
        assert_eq!(Mcp::of(server).status().await, 200);
    }
    scene.rest.delete(&scene.path(&deleted)).await;
    let id = expired["id"].as_str().expect("an id");
    site.execute(&format!("UPDATE server SET expires_at = 1 WHERE id = '{id}'")).await;
    let rotate = format!("{}/rotate", scene.path(&rotated));
    scene.rest.post(&rotate, json!({ "overlap_seconds": 0 })).await.ok();
    until("the expired one is gone", async || Mcp::of(&expired).status().await == 404).await;
    let unknown = stranger().await;
    let mut mistyped = unknown.clone();
    mistyped.replace_range(8..9, if &mistyped[8..9] == "a" { "b" } else { "a" });

    let told = async |token: &str| -> (u16, String, Vec<(String, String)>) {
        let answer = Mcp::new(format!("{}/mcp/{token}", scene.node.address)).call(DATABASES, json!({})).await;
        (answer.status.as_u16(), answer.text, fields(&answer.headers))
    };
    let expected = told(&unknown).await;
    assert_eq!(expected.0, 404);
    let all = [
        token(&deleted),
        token(&expired),
        token(&rotated),
        &mistyped,
        "x",
        "tp_",
        "..%2f",
        &"a".repeat(9000),
    ];
    for token in all {
        assert_eq!(told(token).await, expected, "{token}");
    }
    // The same where the token comes as a header.
    let by_header = async |token: &str| {
        let mcp = Mcp::new(format!("{}/mcp", scene.node.address)).bearer(token);
        let answer = mcp.call(DATABASES, json!({})).await;
        (answer.status.as_u16(), answer.text, fields(&answer.headers))
    };
    for token in [&unknown, token(&deleted), token(&expired), &mistyped, "x"] {
        assert_eq!(by_header(token).await, expected, "{token}");
    }
    assert_eq!(scene.vendor.count(), 0);
}

/// Header fields, without the clock.
fn fields(headers: &HeaderMap) -> Vec<(String, String)> {
    let fields = headers.iter().filter(|(name, _)| *name != "date");
    let mut fields: Vec<_> = fields.map(|(name, value)| (name.to_string(), format!("{value:?}"))).collect();
    fields.sort();
    fields
}

async fn security_e5_who_guesses_holds_nobody_up(site: Site) {
    let scene = Scene::new(&site).await;
    let good = scene.mcp(json!({})).await;
    let (unknown, address) = (stranger().await, scene.node.address.clone());
    let done = Arc::new(AtomicBool::new(false));
    let mut guessers = JoinSet::new();
    for _ in 0..8 {
        let (unknown, address, done) = (unknown.clone(), address.clone(), Arc::clone(&done));
        guessers.spawn(async move {
            let (mut guesses, mut turned_away) = (0_u32, 0_u32);
            let mcp = Mcp::new(format!("{address}/mcp/{unknown}"));
            while !done.load(Ordering::Relaxed) || guesses < 125 {
                let status = mcp.status().await;
                assert!(status == 404 || status == 429, "{status}");
                guesses += 1;
                turned_away += u32::from(status == 429);
            }
            (guesses, turned_away)
        });
    }
    for _ in 0..100 {
        good.done(DATABASES, json!({})).await;
    }
    done.store(true, Ordering::Relaxed);
    let (mut guesses, mut turned_away) = (0, 0);
    while let Some(counts) = guessers.join_next().await {
        let (guessed, refused) = counts.expect("answers only");
        (guesses, turned_away) = (guesses + guessed, turned_away + refused);
    }
    assert!(guesses >= 1_000);
    assert_eq!(guesses - turned_away, 200, "so many of a minute are told that there is nothing");
    let answer = Mcp::new(format!("{}/mcp/{unknown}", scene.node.address)).call(DATABASES, json!({})).await;
    let wait: u64 = answer.headers["retry-after"].to_str().expect("text").parse().expect("seconds");
    assert!(answer.status == 429 && (1..=60).contains(&wait), "{} {wait}", answer.status);
    good.done(DATABASES, json!({})).await;
    assert_eq!(scene.vendor.count(), 101);
    // A log that repeats every guess would fill the disk.
    let log = scene.node.log.so_far();
    assert!(log.len() < 200 * 1024, "{} bytes", log.len());
}

async fn security_e5_wrong_keys_of_the_control_plane_are_turned_away_after_some(site: Site) {
    let scene = Scene::new(&site).await;
    let mut statuses = Vec::new();
    for number in 0..60 {
        let wrong = scene.rest.with_key(&format!("a wrong key, number {number}"));
        let answer = wrong.get("/integrated-account").await;
        let waits = answer.headers.contains_key("retry-after");
        assert_eq!(waits, answer.status == 429);
        statuses.push(answer.status.as_u16());
    }
    assert_eq!(statuses[0], 401);
    assert!(statuses.ends_with(&[429; 10]), "{statuses:?}");
    // Whoever has the key is not turned away, and MCP goes on.
    let account: Value = scene.rest.get(&scene.account_path()).await.ok();
    assert_eq!(account["id"], scene.account);
    Mcp::of(&scene.server(json!({})).await).done(DATABASES, json!({})).await;
}
