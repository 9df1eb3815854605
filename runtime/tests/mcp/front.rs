//! Hosts, origins and the open paths.

use crate::fixture::{Reply, rpc, world};
use serde_json::json;

#[tokio::test]
async fn security_f1_pages_of_other_origins_are_refused() {
    let world = world().await;
    let from = |origin: &'static str| Reply::of(world.post(rpc("ping", &json!({}))).header("origin", origin));
    for origin in ["https://evil.example", "null", "https://tools.example.com.evil", "http://app.example.com"]
    {
        let reply = from(origin).await;
        assert_eq!((reply.status, reply.header("access-control-allow-origin")), (403, ""), "{origin}");
    }
    for origin in ["http://localhost:3000", "http://127.0.0.1", "https://tools.example.com"] {
        let reply = from(origin).await;
        assert_eq!((reply.status, reply.header("access-control-allow-origin")), (200, ""), "{origin}");
    }
    let listed = from("https://app.example.com").await;
    assert_eq!(
        (listed.status, listed.header("access-control-allow-origin")),
        (200, "https://app.example.com")
    );
    assert!(listed.headers.get_all("vary").iter().any(|value| value == "origin"));
}

#[tokio::test]
async fn security_f2_f3_requests_for_other_hosts_are_refused() {
    let world = world().await;
    let to = |host: &'static str| Reply::of(world.post(rpc("ping", &json!({}))).header("host", host));
    for host in ["evil.example", "localhost.evil.example", "10.0.0.1:8484", "evil@localhost@evil"] {
        assert_eq!(to(host).await.status, 403, "{host}");
    }
    for host in ["localhost", "LOCALHOST:1", "[::1]:8484", "tools.example.com", "127.0.0.1:9"] {
        assert_eq!(to(host).await.status, 200, "{host}");
    }
    let forwarded = world.post(rpc("ping", &json!({}))).header("host", "evil.example");
    let forwarded = forwarded.header("x-forwarded-host", "localhost");
    assert_eq!(Reply::of(forwarded).await.status, 403);
}

#[tokio::test]
async fn security_f4_only_listed_origins_get_a_preflight() {
    let world = world().await;
    let ask = |origin: &'static str| {
        let request = world.client.request(reqwest::Method::OPTIONS, world.url());
        Reply::of(request.header("origin", origin).header("access-control-request-method", "POST"))
    };
    let listed = ask("https://app.example.com").await;
    assert_eq!((listed.status, listed.header("access-control-allow-methods")), (204, "POST"));
    assert!(listed.header("access-control-allow-headers").contains("mcp-protocol-version"));
    assert_eq!(ask("https://evil.example").await.status, 403);
    assert_eq!(ask("http://localhost:3000").await.status, 405);
}

#[tokio::test]
async fn security_f11_health_needs_no_token_and_says_nothing() {
    let world = world().await;
    let reply = Reply::of(world.client.get(format!("http://{}/healthz", world.address))).await;
    assert_eq!((reply.status, reply.text.as_str()), (200, "ok\n"));
    assert_eq!(reply.header("x-content-type-options"), "nosniff");
}
