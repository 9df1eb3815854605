//! Sessions of the page: their cookie, and what another site's page cannot do with it.

use crate::{KEY, Scene};
use reqwest::Method;
use serde_json::json;
use toolpress_tests::rest::send;

#[tokio::test]
async fn security_f5_the_cookie_is_kept_from_scripts_and_from_other_sites() {
    let scene = Scene::new(&[]).await;
    let cookie = scene.session().await.cookie;
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.split("; ").any(|given| given == part), "{part}");
    }
    let secure = Scene::new(&["--public-url", "https://tools.example.com"]).await;
    let cookie = secure.session().await.cookie;
    assert!(cookie.starts_with("__Host-"));
    for part in ["HttpOnly", "SameSite=Strict", "Secure", "Path=/"] {
        assert!(cookie.split("; ").any(|given| given == part), "{part}");
    }
    assert!(!cookie.contains("Domain"), "a `__Host-` cookie has no domain");
}

#[tokio::test]
async fn security_f5_a_cookie_alone_changes_nothing() {
    let scene = Scene::new(&[]).await;
    let (session, other) = (scene.session().await, scene.session().await);
    assert_ne!(session.token, other.token);
    for token in [None, Some(""), Some("0123456789abcdef0123456789abcdef"), Some(other.token.as_str())] {
        session.ask(Method::POST, "/api-token", token).await.refused(403);
        session
            .ask(Method::DELETE, "/api-token/0198a6a0-0000-7000-8000-000000000000", token)
            .await
            .refused(403);
    }
    assert_eq!(session.api_tokens().await, 0);
    session.ask(Method::POST, "/api-token", Some(&session.token)).await.created();
    assert_eq!(session.api_tokens().await, 1);
}

#[tokio::test]
async fn security_f5_what_a_foreign_form_can_send_is_refused() {
    let scene = Scene::new(&[]).await;
    let session = scene.session().await;
    let body = r#"{"name":"forged"}"#;
    for kind in
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/json"]
    {
        let request = scene.browser.request(Method::POST, "/api-token").header("cookie", session.pair());
        let request = request.header("x-csrf-token", &session.token).header("content-type", kind).body(body);
        send(request).await.refused(415);
        let log_in = scene.browser.request(Method::POST, "/session").header("content-type", kind);
        send(log_in.body(json!({ "admin_key": KEY }).to_string())).await.refused(415);
    }
    for origin in ["https://evil.example", "null"] {
        let request = scene.browser.request(Method::POST, "/api-token").header("cookie", session.pair());
        let request = request.header("x-csrf-token", &session.token).header("origin", origin);
        assert_eq!(send(request.json(&json!({ "name": "forged" }))).await.status, 403, "{origin}");
    }
    assert_eq!(session.api_tokens().await, 0);
}

#[tokio::test]
async fn security_f5_reading_changes_nothing() {
    let scene = Scene::new(&[]).await;
    let session = scene.session().await;
    let id = "0198a6a0-0000-7000-8000-000000000000";
    for path in [
        format!("/integrated-account/{id}/mcp/{id}/rotate"),
        format!("/integrated-account/{id}/check"),
        format!("/integrated-account/{id}/tool/any"),
        "/integration/any/check".to_owned(),
    ] {
        session.ask(Method::GET, &path, Some(&session.token)).await.refused(405);
    }
}

#[tokio::test]
async fn a_session_that_was_ended_opens_nothing() {
    let scene = Scene::new(&[]).await;
    let session = scene.session().await;
    let out = session.ask(Method::DELETE, "/session", Some(&session.token)).await;
    assert_eq!(out.status, 204);
    assert!(out.headers["set-cookie"].to_str().expect("a cookie").contains("Max-Age=0"));
    session.ask(Method::GET, "/api-token", None).await.refused(401);
    session.ask(Method::POST, "/api-token", Some(&session.token)).await.refused(401);
}

#[tokio::test]
async fn an_account_is_checked_before_it_is_connected() {
    let scene = Scene::new(&["--allow-upstream", "127.0.0.0/8"]).await;
    let rest = scene.node.rest();
    let vendor = toolpress_tests::upstream::Upstream::answering(r#"{"data":[],"items":[]}"#).await;
    let given =
        json!({ "base_url": vendor.base_url(), "credentials": { "api_token": "secret-of-the-check" } });
    let checked = rest.post("/integration/sequin_stream/check", given).await;
    assert!(!checked.text.contains("secret-of-the-check"));
    assert_eq!(checked.ok()["ok"], true);
    assert!(rest.get("/integrated-account").await.ok()["result"].as_array().expect("a list").is_empty());
    let error = rest.post("/integration/sequin_stream/check", json!({})).await.refused(400);
    assert_eq!(error["details"][0]["field"], "credentials.api_token");
    let private = json!({ "base_url": "http://10.0.0.1/", "credentials": { "api_token": "x" } });
    rest.post("/integration/sequin_stream/check", private).await.refused(400);
    rest.post("/integration/nobody/check", json!({})).await.refused(404);
    scene.browser.post("/integration/sequin_stream/check", json!({})).await.refused(401);
}
