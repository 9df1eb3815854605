//! What the keys of the control plane open, and what none of them lets one reach.

use crate::scene::{SECRET, Scene, token};
use reqwest::Method;
use serde_json::{Value, json};
use toolpress_tests::engine::{ADMIN_KEY, Site};
use toolpress_tests::on_both_engines;
use toolpress_tests::rest::{Rest, send};

on_both_engines!(
    api_tokens_open_what_their_scope_says,
    security_e13_ids_of_one_account_mean_nothing_in_another,
    security_e22_no_answer_holds_a_key_or_a_secret,
    security_f11_all_but_the_signs_of_life_wants_a_key,
);

/// What stands open, or has a proof of its own.
const OPEN: [&str; 3] = ["/session", "/readyz", "/healthz"];

/// Every operation that the control plane describes: method, path.
async fn operations(rest: &Rest) -> Vec<(Method, String)> {
    let described = rest.get("/openapi.json").await.ok();
    let paths = described["paths"].as_object().expect("paths");
    let mut operations = Vec::new();
    for (path, methods) in paths {
        for method in methods.as_object().expect("methods").keys() {
            if let Ok(method) = method.to_uppercase().parse::<Method>() {
                operations.push((method, path.clone()));
            }
        }
    }
    assert!(operations.len() > 15, "{operations:?}");
    operations
}

async fn api_tokens_open_what_their_scope_says(site: Site) {
    let scene = Scene::new(&site).await;
    let operations = operations(&scene.rest).await;
    let made = scene.rest.post("/api-token", json!({ "name": "m" })).await.created();
    let only_mcp = scene.rest.with_key(token(&made));
    let bound = json!({ "name": "b", "integrated_account_id": scene.account });
    let bound = scene.rest.post("/api-token", bound).await.created();
    let only_account = scene.rest.with_key(token(&bound));
    for (method, path) in operations.iter().filter(|(_, path)| !OPEN.contains(&path.as_str())) {
        let path = path.replace("{id}", &scene.account).replace("{slug}", "artie").replace("{tool}", "x");
        for rest in [&only_mcp, &only_account] {
            let answer = send(rest.request(method.clone(), &path).json(&json!({}))).await;
            assert_eq!(answer.refused(403)["code"], "forbidden", "{method} {path}");
        }
    }
    assert_eq!(site.rows("SELECT id FROM account").await.len(), 1);

    let admin = scene.rest.post("/api-token", json!({ "name": "a", "scope": "admin" })).await.created();
    let admin_rest = scene.rest.with_key(token(&admin));
    let account = admin_rest.get(&scene.account_path()).await.ok();
    assert_eq!(account["id"], scene.account);
    let server = admin_rest.server(&scene.account, json!({})).await;
    let by = server["created_by"].as_str().expect("an actor");
    assert!(by.contains(admin["id"].as_str().expect("an id")) && !by.contains(token(&admin)), "{by}");
    // Revoked means revoked at once, for itself too.
    let path = format!("/api-token/{}", admin["id"].as_str().expect("an id"));
    assert_eq!(admin_rest.delete(&path).await.status, 204);
    admin_rest.get("/integrated-account").await.refused(401);
}

async fn security_e13_ids_of_one_account_mean_nothing_in_another(site: Site) {
    let scene = Scene::new(&site).await;
    let other = scene.rest.account("sequin_stream", &scene.vendor.base_url(), SECRET).await;
    let server = scene.server(json!({ "name": "ours" })).await;
    let crossed = format!("/integrated-account/{other}/mcp/{}", server["id"].as_str().expect("an id"));
    let missing = scene.rest.get(&crossed.replace("/mcp/0", "/mcp/1")).await;
    let found = scene.rest.get(&crossed).await;
    assert_eq!((found.status, &found.text), (missing.status, &missing.text));
    for answer in [
        found,
        scene.rest.patch(&crossed, json!({ "name": "theirs" })).await,
        scene.rest.post(&format!("{crossed}/rotate"), json!({})).await,
        scene.rest.delete(&crossed).await,
    ] {
        assert_eq!(answer.refused(404)["code"], "not_found");
    }
    let ours = scene.rest.get(&scene.path(&server)).await.ok();
    assert_eq!((&ours["name"], &ours["token_hint"]), (&server["name"], &server["token_hint"]));
}

async fn security_e22_no_answer_holds_a_key_or_a_secret(site: Site) {
    let scene = Scene::new(&site).await;
    let server = scene.server(json!({})).await;
    let admin = scene.rest.post("/api-token", json!({ "name": "a", "scope": "admin" })).await.created();
    let second = scene.rest.post("/api-token", json!({ "name": "m" })).await.created();
    let rest = scene.rest.with_key(token(&admin));
    let id = server["id"].as_str().expect("an id");
    let mut asked = 0;
    for (method, path) in operations(&rest).await {
        let id_here =
            if path.starts_with("/api-token") { admin["id"].as_str() } else { Some(&*scene.account) };
        let path = path.replace("{id}", id_here.expect("an id")).replace("{mcp_id}", id);
        let path = path.replace("{slug}", "artie").replace("{tool}", "x");
        if method == Method::DELETE {
            continue;
        }
        let body = json!({ "unknown": 1 });
        let answer = send(rest.request(method.clone(), &path).json(&body)).await;
        let headers = format!("{:?}", answer.headers);
        for secret in [ADMIN_KEY, SECRET, token(&admin), token(&second), token(&server)] {
            assert!(!answer.text.contains(secret) && !headers.contains(secret), "{method} {path}");
        }
        asked += 1;
    }
    assert!(asked > 12);
}

async fn security_f11_all_but_the_signs_of_life_wants_a_key(site: Site) {
    let scene = Scene::new(&site).await;
    let nobody = scene.rest.without_key();
    for (method, path) in operations(&scene.rest).await {
        if OPEN.contains(&path.as_str()) {
            continue;
        }
        let answer = send(nobody.request(method.clone(), &path).json(&json!({}))).await;
        assert_eq!(answer.headers["www-authenticate"], "Bearer");
        assert_eq!(answer.refused(401)["code"], "unauthenticated", "{method} {path}");
    }
    for path in ["/openapi.json", "/integration"] {
        assert_eq!(nobody.get(path).await.status, 401, "{path}");
    }
    for path in ["/healthz", "/readyz"] {
        let answer = nobody.get(path).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(answer.text.len() < 20, "{}", answer.text);
    }
    for path in ["/debug/pprof", "/debug", "/env", "/.env", "/actuator", "/toolpress.db", "/toolpress.key"] {
        assert_eq!(nobody.get(path).await.status, 404, "{path}");
    }
    let metrics = nobody.get("/metrics").await.status.as_u16();
    assert!([401, 404].contains(&metrics), "{metrics}");
    let wrong: [(&str, Value); 4] = [
        ("authorization", json!("Bearer wrong")),
        ("authorization", json!(ADMIN_KEY)),
        ("authorization", json!(format!("Basic {ADMIN_KEY}"))),
        ("x-api-key", json!(ADMIN_KEY)),
    ];
    for (name, value) in wrong {
        let request =
            nobody.request(Method::GET, "/integration").header(name, value.as_str().expect("a text"));
        assert_eq!(send(request).await.status, 401, "{name}: {value}");
    }
    let in_query = format!("/integration?key={ADMIN_KEY}&access_token={ADMIN_KEY}");
    assert_eq!(nobody.get(&in_query).await.status, 401);
}
