//! Credentials at rest and the key file that opens them.

use crate::scene::{DATABASES, EMPTY, SECRET, Scene, token};
use serde_json::json;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use toolpress_tests::engine::Site;
use toolpress_tests::mcp::Mcp;
use toolpress_tests::on_both_engines;
use toolpress_tests::serving::Node;
use toolpress_tests::upstream::Upstream;

on_both_engines!(
    security_e16_a_credential_moved_to_another_account_does_not_open,
    security_e17_a_credential_does_not_follow_a_base_url_changed_in_the_database,
    security_e18_the_key_file_is_made_once_private_and_apart,
    security_e18_without_the_right_key_no_node_starts,
);

/// A client of a server of a node that came before.
fn again(node: &Node, token: &str) -> Mcp {
    Mcp::new(format!("{}/mcp/{token}", node.address))
}

async fn security_e16_a_credential_moved_to_another_account_does_not_open(site: Site) {
    let scene = Scene::new(&site).await;
    let theirs = Upstream::answering(EMPTY).await;
    let other = scene.rest.account("sequin_stream", &theirs.base_url(), "the-other-secret").await;
    let same_vendor = scene.rest.account("sequin_stream", &scene.vendor.base_url(), "the-third-secret").await;
    let ours = scene.server(json!({})).await;
    let [theirs_server, same_server] =
        [scene.rest.server(&other, json!({})).await, scene.rest.server(&same_vendor, json!({})).await];
    scene.node.stop().await;
    for account in [&other, &same_vendor] {
        let swap = format!(
            "UPDATE credential SET sealed = (SELECT sealed FROM credential WHERE account_id = '{}') \
             WHERE account_id = '{account}'",
            scene.account
        );
        assert_eq!(site.execute(&swap).await, 1);
    }
    let node = site.node().await;
    for server in [&theirs_server, &same_server] {
        let told = again(&node, token(server)).failed(DATABASES, json!({})).await;
        assert!(told.contains("credential") && !told.contains("secret"), "{told}");
    }
    assert_eq!((theirs.count(), scene.vendor.count()), (0, 0));
    let line = node.log.line("cannot be used").await.expect("a line");
    assert!(line.contains(&other) && !line.contains("secret-"), "{line}");
    again(&node, token(&ours)).done(DATABASES, json!({})).await;
    // Entered again, it works again.
    let new = json!({ "credentials": { "api_token": "entered-again" } });
    node.rest().patch(&format!("/integrated-account/{other}"), new).await.ok();
    again(&node, token(&theirs_server)).done(DATABASES, json!({})).await;
    assert_eq!(theirs.seen()[0].header("authorization"), ["Bearer entered-again"]);
}

async fn security_e17_a_credential_does_not_follow_a_base_url_changed_in_the_database(site: Site) {
    let scene = Scene::new(&site).await;
    let server = scene.server(json!({})).await;
    let thief = Upstream::answering(EMPTY).await;
    let (change, back) = (set_base_url(&thief.base_url()), set_base_url(&scene.vendor.base_url()));
    // On the running node, noticed with the next change, and after a restart.
    site.execute(&change).await;
    site.execute("UPDATE account SET revision = revision + 1").await;
    let mcp = Mcp::of(&server);
    mcp.failed(DATABASES, json!({})).await;
    scene.node.stop().await;
    let node = site.node().await;
    let told = again(&node, token(&server)).failed(DATABASES, json!({})).await;
    assert!(told.contains("credential") && !told.contains(SECRET), "{told}");
    assert_eq!(thief.count(), 0);
    site.execute(&back).await;
    site.execute("UPDATE account SET revision = revision + 1").await;
    let mcp = again(&node, token(&server));
    crate::scene::until("it opens at its own address", async || {
        mcp.call(DATABASES, json!({})).await.ok()["result"]["isError"] == false
    })
    .await;
    assert_eq!(scene.vendor.seen()[0].header("authorization"), [format!("Bearer {SECRET}")]);
}

fn set_base_url(url: &str) -> String {
    format!("UPDATE account SET base_url = '{url}'")
}

async fn security_e18_the_key_file_is_made_once_private_and_apart(site: Site) {
    let scene = Scene::new(&site).await;
    let mode = fs::metadata(site.key_file()).expect("a key file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let key = fs::read_to_string(site.key_file()).expect("a text");
    let server = scene.server(json!({})).await;
    scene.node.stop().await;
    let node = site.node().await;
    assert_eq!(fs::read_to_string(site.key_file()).expect("a text"), key, "made once");
    again(&node, token(&server)).done(DATABASES, json!({})).await;
    let secret = key.lines().find(|line| !line.starts_with('#')).and_then(|line| line.split_once(' '));
    let secret = secret.expect("a key").1;
    let (output, log) = node.kill().await;
    assert!(!output.contains(secret) && !log.contains(secret));
    fs::remove_file(site.key_file()).expect("removed");
    let stored = site.bytes_at_rest().await;
    assert!(!stored.windows(secret.len()).any(|part| part == secret.as_bytes()), "not in the database");
}

async fn security_e18_without_the_right_key_no_node_starts(site: Site) {
    let scene = Scene::new(&site).await;
    let server = scene.server(json!({})).await;
    scene.node.stop().await;
    let (path, safe) = (site.key_file(), site.folder().join("safe"));
    let refuses = async |why: &str| {
        let (code, output, log) = site.start().fail().await;
        assert_eq!(code, Some(1), "{output}{log}");
        assert!(log.contains(why), "{why}: {log}");
        assert!(!output.contains("listens") && !log.contains("panicked"), "{output}{log}");
    };
    let put = |from: &Path, mode: u32| {
        fs::copy(from, &path).expect("copied");
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).expect("its mode");
    };
    fs::rename(&path, &safe).expect("moved");
    refuses("key that is not at").await;
    assert!(!path.exists(), "never made anew");

    put(&safe, 0o644);
    refuses("chmod 600").await;
    put(&safe, 0o640);
    refuses("chmod 600").await;

    let elsewhere = toolpress_tests::engine::Engine::Sqlite.site().await.expect("SQLite is built in");
    elsewhere.node().await.stop().await;
    put(&elsewhere.key_file(), 0o600);
    refuses("does not open").await;
    for junk in ["", "nonsense", "00000000 AAAA\n"] {
        fs::write(&path, junk).expect("written");
        refuses("key").await;
    }
    put(&safe, 0o600);
    let node = site.node().await;
    again(&node, token(&server)).done(DATABASES, json!({})).await;
}
