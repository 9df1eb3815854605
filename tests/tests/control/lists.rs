//! Lists in parts, newest first, with a cursor that is passed back.

use crate::scene::{DATABASES, SECRET, Scene, until};
use serde_json::{Value, json};
use toolpress_tests::engine::Site;
use toolpress_tests::mcp::Mcp;
use toolpress_tests::on_both_engines;

on_both_engines!(
    lists_come_in_parts_newest_first,
    entries_that_come_and_go_between_parts_shift_nothing,
    parameters_of_lists_are_checked,
    calls_are_listed_without_what_was_in_them,
);

/// All entries of a list, fetched `limit` at a time; checks each part's size.
async fn all(scene: &Scene, path: &str, limit: usize) -> Vec<Value> {
    let (mut entries, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let next = cursor.as_ref().map(|cursor| format!("&next_cursor={cursor}")).unwrap_or_default();
        let mut part = scene.rest.get(&format!("{path}?limit={limit}{next}")).await.ok();
        let Value::Array(result) = part["result"].take() else { panic!("{part}") };
        assert!(result.len() <= limit);
        cursor = part["next_cursor"].as_str().map(str::to_owned);
        assert!(cursor.is_none() || result.len() == limit, "only the last part is short");
        entries.extend(result);
        if cursor.is_none() {
            return entries;
        }
    }
}

fn ids(entries: &[Value]) -> Vec<String> {
    entries.iter().map(|entry| entry["id"].as_str().expect("an id").to_owned()).collect()
}

async fn lists_come_in_parts_newest_first(site: Site) {
    let scene = Scene::new(&site).await;
    let (mut servers, mut accounts, mut tokens) = (Vec::new(), vec![scene.account.clone()], Vec::new());
    for number in 0..7 {
        servers.push(ids(&[scene.server(json!({})).await]).remove(0));
        let token = scene.rest.post("/api-token", json!({ "name": format!("t{number}") })).await.created();
        tokens.push(ids(&[token]).remove(0));
        accounts.push(scene.rest.account("artie", &scene.vendor.base_url(), SECRET).await);
    }
    for (path, mut expected) in [
        (scene.servers(), servers),
        ("/integrated-account".to_owned(), accounts),
        ("/api-token".to_owned(), tokens),
    ] {
        expected.reverse();
        for limit in [1, 2, 3, 7, 8, 1000] {
            assert_eq!(ids(&all(&scene, &path, limit).await), expected, "{path} by {limit}");
        }
        let whole = scene.rest.get(&path).await.ok();
        assert_eq!(whole["next_cursor"], Value::Null);
        assert_eq!(ids(whole["result"].as_array().expect("a list")), expected);
    }
    // Servers of other accounts are not among them.
    let other = scene.rest.account("sequin_stream", &scene.vendor.base_url(), SECRET).await;
    let empty = scene.rest.get(&format!("/integrated-account/{other}/mcp")).await.ok();
    assert_eq!(empty, json!({ "result": [], "next_cursor": null }));
}

async fn entries_that_come_and_go_between_parts_shift_nothing(site: Site) {
    let scene = Scene::new(&site).await;
    let mut made = Vec::new();
    for _ in 0..6 {
        made.push(scene.server(json!({})).await);
    }
    let first = scene.rest.get(&format!("{}?limit=3", scene.servers())).await.ok();
    let cursor = first["next_cursor"].as_str().expect("a cursor");
    // The one that the cursor stands at goes, a new one comes.
    scene.rest.delete(&scene.path(&made[3])).await;
    scene.server(json!({})).await;
    let second = scene.rest.get(&format!("{}?next_cursor={cursor}", scene.servers())).await.ok();
    let expected = [&made[2], &made[1], &made[0]].map(|server| server["id"].clone());
    let found: Vec<Value> =
        second["result"].as_array().expect("a list").iter().map(|entry| entry["id"].clone()).collect();
    assert_eq!(found, expected);
}

async fn parameters_of_lists_are_checked(site: Site) {
    let scene = Scene::new(&site).await;
    for path in [scene.servers(), "/integrated-account".to_owned(), "/api-token".to_owned()] {
        for (query, field) in [
            ("limit=0", "limit"),
            ("limit=1001", "limit"),
            ("limit=-1", "limit"),
            ("limit=ten", "limit"),
            ("limit=", "limit"),
            ("limit=1&limit=2", "limit"),
            ("next_cursor=", "next_cursor"),
            ("next_cursor=bm9uc2Vuc2U", "next_cursor"),
            ("next_cursor=%00", "next_cursor"),
            ("next_cursor=fn4", "next_cursor"),
            ("offset=1", "offset"),
            ("Limit=1", "Limit"),
            ("tags=sinks", "tags"),
        ] {
            let error = scene.rest.get(&format!("{path}?{query}")).await.refused(400);
            assert_eq!(error["details"][0]["field"], field, "{path}?{query}");
        }
        let error = scene.rest.get(&format!("{path}?limits=1")).await.refused(400);
        assert_eq!(error["details"][0]["did_you_mean"], "limit");
    }
}

async fn calls_are_listed_without_what_was_in_them(site: Site) {
    let scene = Scene::new(&site).await;
    let server = scene.server(json!({ "name": "reader" })).await;
    let mcp = Mcp::of(&server);
    mcp.done(DATABASES, json!({ "limit": 7 })).await;
    mcp.failed(DATABASES, json!({ "canary-argument": 1 })).await;
    let path = format!("{}/call", scene.account_path());
    until("both calls are listed", async || {
        scene.rest.get(&path).await.ok()["result"].as_array().is_some_and(|calls| calls.len() == 2)
    })
    .await;
    let answer = scene.rest.get(&path).await;
    assert!(!answer.text.contains("canary"), "{}", answer.text);
    let calls = answer.ok()["result"].take();
    let facts = |call: &Value| {
        (
            call["tool"].clone(),
            call["outcome"].clone(),
            call["upstream_status"].clone(),
            call["mcp_id"].clone(),
        )
    };
    assert_eq!(facts(&calls[1]), (json!(DATABASES), json!("ok"), json!(200), server["id"].clone()));
    assert_eq!(facts(&calls[0]), (json!(DATABASES), json!("refused"), Value::Null, server["id"].clone()));
    assert_eq!(calls[0]["mcp_name"], "reader");
}
