//! The bounds that flags set.

use crate::{TOOL, arguments};
use serde_json::json;
use toolpress_tests::engine::Engine;
use toolpress_tests::mcp::Mcp;
use toolpress_tests::upstream::{Reply, Upstream};

#[tokio::test(flavor = "multi_thread")]
async fn the_bounds_of_requests_are_those_of_the_flags() {
    let vendor = Upstream::answering(r#"{"id":"a"}"#).await;
    let site = Engine::Sqlite.site().await.expect("SQLite is built in");
    let node =
        site.start().flags(&["--request-header", "8KiB"]).env("TOOLPRESS_REQUEST_BODY", "1KiB").run().await;
    let account = node.rest().account("sequin_stream", &vendor.base_url(), "secret").await;
    let mcp = Mcp::of(&node.rest().server(&account, json!({})).await);
    mcp.done(TOOL, arguments()).await;
    assert_eq!(mcp.clone().header("x-padding", &"x".repeat(4 << 10)).status().await, 200);
    assert_eq!(mcp.clone().header("x-padding", &"x".repeat(12 << 10)).status().await, 431);
    assert_eq!(mcp.call(TOOL, json!({ "id": "x".repeat(2 << 10) })).await.status, 413);
    assert_eq!(vendor.count(), 1);
    let (code, _, log) = site.start().flags(&["--request-header", "1KiB"]).fail().await;
    assert_eq!(code, Some(2), "{log}");
    assert!(log.contains("8KiB at least"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_calls_of_all_servers_together_are_refused_for_a_second() {
    let vendor = Upstream::scripted(|_, _| Reply::Hang).await;
    let site = Engine::Sqlite.site().await.expect("SQLite is built in");
    let node = site.start().flags(&["--calls", "1", "--log-format", "json"]).run().await;
    let account = node.rest().account("sequin_stream", &vendor.base_url(), "secret").await;
    let one = Mcp::of(&node.rest().server(&account, json!({})).await);
    let other = Mcp::of(&node.rest().server(&account, json!({})).await);
    let hanging = tokio::spawn(async move { one.call(TOOL, arguments()).await });
    vendor.reached(1).await;
    let answer = other.call(TOOL, arguments()).await;
    assert_eq!(
        (answer.status.as_u16(), &answer.headers["retry-after"]),
        (503, &"1".parse().expect("a value"))
    );
    assert_eq!(vendor.count(), 1, "nothing was sent");
    let here = format!("/integrated-account/{account}/tool/{TOOL}");
    node.rest().post(&here, json!({ "arguments": arguments() })).await.refused(503);
    hanging.abort();
    let (_, _, log) = node.stop().await;
    let busy = log
        .lines()
        .filter(|line| line.contains(r#""outcome":"busy""#) && line.contains(r#""target":"audit""#));
    assert_eq!(busy.count(), 2, "{log}");
}
