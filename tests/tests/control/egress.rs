//! Where accounts may lead: addresses that are refused when an account is made or moved.

use crate::scene::{DATABASES, EMPTY, SECRET, Scene};
use serde_json::json;
use toolpress_tests::engine::{ADMIN_KEY, Site};
use toolpress_tests::mcp::Mcp;
use toolpress_tests::on_both_engines;
use toolpress_tests::program::bare;
use toolpress_tests::serving::{Node, Start};
use toolpress_tests::upstream::Upstream;

on_both_engines!(
    security_b1_b2_addresses_that_are_not_public_are_refused_however_written,
    security_b1_metadata_services_are_refused_even_where_private_ranges_are_allowed,
    security_b3_only_plain_addresses_of_http_are_base_urls,
    security_b4_an_address_that_was_allowed_once_is_checked_at_each_connection,
    security_b9_requests_go_to_the_address_of_the_account_alone,
);

/// A node whose operator has allowed nothing.
pub(crate) async fn closed(site: &Site) -> Node {
    let mut command = bare(&["serve", "--listen", "127.0.0.1:0", "--database", &site.database, "--key-file"]);
    command.arg(site.key_file()).env("TOOLPRESS_ADMIN_KEY", ADMIN_KEY).current_dir(site.folder());
    Start::of(command, Some(ADMIN_KEY)).run().await
}

/// Tries to connect and to move an account to an address; both are refused, and nothing is stored.
async fn refused(node: &Node, account: &str, base_url: &str) {
    let rest = node.rest();
    let body = json!({ "integration": "sequin_stream", "name": "n", "base_url": base_url,
        "credentials": { "api_token": SECRET } });
    for answer in [
        rest.post("/integrated-account", body).await,
        rest.patch(&format!("/integrated-account/{account}"), json!({ "base_url": base_url })).await,
    ] {
        let error = answer.refused(400);
        assert_eq!(error["code"], "base_url_not_allowed", "{base_url}: {error}");
        assert_eq!(error["details"][0]["field"], "base_url");
        let told = error.to_string();
        assert!(!told.contains(SECRET) && !told.contains("hidden-password"), "{told}");
    }
}

/// An account of a vendor at its documented address.
async fn account(node: &Node) -> String {
    let body = json!({ "integration": "sequin_stream", "name": "n", "credentials": { "api_token": SECRET } });
    let made = node.rest().post("/integrated-account", body).await.created();
    made["id"].as_str().expect("an id").to_owned()
}

async fn security_b1_b2_addresses_that_are_not_public_are_refused_however_written(site: Site) {
    let node = closed(&site).await;
    let account = account(&node).await;
    let own = node.address.trim_start_matches("http://").to_owned();
    for host in [
        own.as_str(),
        "127.0.0.1:8080",
        "[::1]",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.0.1",
        "100.64.0.1",
        "0.0.0.0",
        "[fc00::1]",
        "[fe80::1]",
        "localhost",
        "a.localhost",
        "localhost.",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "127.1",
        "127.0.0.1.",
        "[::ffff:127.0.0.1]",
        "[::ffff:a9fe:a9fe]",
        "[64:ff9b::7f00:1]",
        "１27.0.0.1",
        "①②⑦.0.0.1",
        "127。0。0。1",
        "169.254.169.254",
        "[::ffff:169.254.169.254]",
        "metadata.google.internal",
        "metadata.google.internal.",
    ] {
        for scheme in ["https", "http"] {
            refused(&node, &account, &format!("{scheme}://{host}/")).await;
        }
    }
    // Plain http is spoken only where the operator allowed it.
    refused(&node, &account, "http://api.example.com").await;
    assert_eq!(site.rows("SELECT id FROM account WHERE base_url IS NOT NULL").await.len(), 0);
    assert_eq!(site.rows("SELECT id FROM account").await.len(), 1);
}

async fn security_b1_metadata_services_are_refused_even_where_private_ranges_are_allowed(site: Site) {
    let node = site.start().flags(&["--allow-upstream", "0.0.0.0/0,::/0"]).run().await;
    let account = account(&node).await;
    for host in [
        "169.254.169.254",
        "0xa9fea9fe",
        "2852039166",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::169.254.169.254]",
        "[fd00:ec2::254]",
        "100.100.100.200",
        "metadata.google.internal",
        "METADATA.google.internal.",
    ] {
        refused(&node, &account, &format!("http://{host}/latest")).await;
    }
    let fine = json!({ "base_url": "http://10.1.2.3:8080" });
    node.rest().patch(&format!("/integrated-account/{account}"), fine).await.ok();
}

async fn security_b3_only_plain_addresses_of_http_are_base_urls(site: Site) {
    let node = site.node().await;
    let account = account(&node).await;
    for url in [
        "http://u:hidden-password@127.0.0.1/",
        "https://user@api.example.com/",
        "https://:hidden-password@api.example.com/",
        "http://127.0.0.1/#x",
        "https://api.example.com/?a=1",
        "https://api.example.com/?",
        "https://api.example.com/#",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "ftp://api.example.com/",
        "unix:/var/run/docker.sock",
        "unix:///var/run/docker.sock",
        "data:text/plain,x",
        "javascript:alert(1)",
        "ws://api.example.com",
        "//api.example.com",
        "api.example.com",
        "https://",
        "",
        " ",
        "https://exa mple.com",
        "https://api.example.com:99999",
    ] {
        refused(&node, &account, url).await;
    }
    assert_eq!(site.rows("SELECT id FROM account").await.len(), 1);
}

async fn security_b4_an_address_that_was_allowed_once_is_checked_at_each_connection(site: Site) {
    let scene = Scene::new(&site).await;
    let server = scene.server(json!({})).await;
    Mcp::of(&server).done(DATABASES, json!({})).await;
    scene.node.stop().await;
    // The same account on a node whose operator allows no address of this machine.
    let node = closed(&site).await;
    let url = format!("{}/mcp/{}", node.address, crate::scene::token(&server));
    let told = Mcp::new(url).failed(DATABASES, json!({})).await;
    assert!(!told.contains("127.0.0.1") && !told.contains(SECRET), "{told}");
    assert_eq!(scene.vendor.count(), 1);
}

async fn security_b9_requests_go_to_the_address_of_the_account_alone(site: Site) {
    let scene = Scene::new(&site).await;
    let elsewhere = Upstream::answering(EMPTY).await;
    let mcp = scene.mcp(json!({})).await;
    let headers =
        ["x-base-url", "x-upstream-url", "x-forwarded-host", "forwarded", "x-original-url", "host-override"];
    for name in headers {
        mcp.clone().header(name, &elsewhere.base_url()).done(DATABASES, json!({})).await;
    }
    for key in ["base_url", "url", "server", "host", "servers"] {
        mcp.failed(DATABASES, json!({ key: elsewhere.base_url() })).await;
    }
    assert_eq!((scene.vendor.count(), elsewhere.count()), (headers.len(), 0));
    for seen in scene.vendor.seen() {
        assert_eq!(seen.header("host"), [scene.vendor.address.to_string()]);
        assert!(headers.iter().all(|name| seen.header(name).is_empty()), "{}", seen.head);
    }
}
