//! Another key for stored credentials, under load, and broken off.

use crate::{TOOL, arguments, command, told};
use serde_json::json;
use sqlx::Row as _;
use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use toolpress_tests::engine::{ADMIN_KEY, Engine, Site};
use toolpress_tests::mcp::Mcp;
use toolpress_tests::program::{bare, executable};
use toolpress_tests::serving::{Node, Start};
use toolpress_tests::upstream::Upstream;

/// Enough that a rotation takes a while.
const ACCOUNTS: usize = 60;

toolpress_tests::on_both_engines!(
    security_e19_a_rotation_under_load_loses_no_credential_and_no_call,
    security_e19_nodes_with_copies_of_the_file_are_rotated_in_steps,
    security_e19_what_does_not_open_keeps_its_key,
);

/// The credential of an account, a client of its server, and that server's token.
type Client = (String, Mcp, String);

async fn client(node: &Node, account: &str, secret: String) -> Client {
    let server = node.rest().server(account, json!({})).await;
    (secret, Mcp::of(&server), server["token"].as_str().expect("a token").to_owned())
}

/// Accounts, each with a credential of its own, and a server for each.
async fn accounts(node: &Node, vendor: &Upstream, number: usize) -> Vec<Client> {
    let mut made = Vec::new();
    for number in 0..number {
        let secret = format!("secret-{number}");
        let account = node.rest().account("sequin_stream", &vendor.base_url(), &secret).await;
        made.push(client(node, &account, secret).await);
    }
    made
}

/// Which keys the stored credentials are encrypted with.
async fn keys(site: &Site) -> Vec<String> {
    let rows = site.rows("SELECT key_id FROM credential").await;
    rows.iter().map(|row| row.get("key_id")).collect()
}

/// The same server on another node.
fn at(client: &Client, node: &Node) -> Client {
    let (secret, _, token) = client;
    (secret.clone(), Mcp::new(format!("{}/mcp/{token}", node.address)), token.clone())
}

fn key_lines(site: &Site) -> Vec<String> {
    let text = std::fs::read_to_string(site.key_file()).expect("a key file");
    text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

/// Every server's calls reach the vendor with the account's own credential.
async fn all_work(servers: &[Client], vendor: &Upstream) {
    for (secret, mcp, _) in servers {
        mcp.done(TOOL, arguments()).await;
        let bearer = format!("Bearer {secret}");
        // Others call at the same time.
        assert!(
            vendor.seen().iter().rev().take(20).any(|seen| seen.header("authorization") == [bearer.as_str()]),
            "{secret}"
        );
    }
}

async fn security_e19_a_rotation_under_load_loses_no_credential_and_no_call(site: Site) {
    let vendor = Upstream::answering(r#"{"id":"a"}"#).await;
    let node = site.node().await;
    let servers = accounts(&node, &vendor, ACCOUNTS).await;
    let old = keys(&site).await.pop().expect("a key");

    let (stop, called) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let load = tokio::spawn({
        let (stop, called, servers) = (Arc::clone(&stop), Arc::clone(&called), servers.clone());
        async move {
            while !stop.load(Ordering::Relaxed) {
                for (_, mcp, _) in &servers {
                    mcp.done(TOOL, arguments()).await;
                    called.fetch_add(1, Ordering::Relaxed);
                }
            }
        }
    });
    // Killed in the middle.
    let mut killed = 0;
    while killed < 3 {
        let mut rotation = Command::new(executable());
        rotation.args(["rotate-key", "--database", &site.database, "--key-file"]).arg(site.key_file());
        let mut rotation =
            rotation.env_clear().stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("a process");
        let before = key_lines(&site).len();
        while key_lines(&site).len() == before && rotation.try_wait().expect("a state").is_none() {
            tokio::task::yield_now().await;
        }
        let newest = key_lines(&site)[0].split(' ').next().expect("an id").to_owned();
        while rotation.try_wait().expect("a state").is_none() && !keys(&site).await.contains(&newest) {}
        let midway = rotation.try_wait().expect("a state").is_none();
        rotation.kill().expect("killed");
        rotation.wait().expect("an end");
        let ids: BTreeSet<String> =
            key_lines(&site).iter().map(|line| line.split(' ').next().expect("an id").to_owned()).collect();
        assert!(ids.contains(&old), "the key from before is still there");
        assert!(keys(&site).await.iter().all(|key| ids.contains(key)), "every key in use is in the file");
        killed += 1;
        assert!(midway || killed > 1 || site.engine == Engine::Sqlite, "it was too quick to be killed");
    }
    let (code, _, log) = told(&command(&site, &["rotate-key"]));
    assert_eq!(code, Some(0), "{log}");
    let newest = key_lines(&site)[0].split(' ').next().expect("an id").to_owned();
    assert!(keys(&site).await.iter().all(|key| *key == newest));
    // What the running node encrypts now is encrypted with the new key.
    let mut servers = servers;
    let late = node.rest().account("sequin_stream", &vendor.base_url(), "secret-late").await;
    servers.push(client(&node, &late, "secret-late".to_owned()).await);
    assert!(keys(&site).await.iter().all(|key| *key == newest));

    let (code, out, log) = told(&command(&site, &["rotate-key", "--retire"]));
    assert_eq!(code, Some(0), "{log}");
    assert!(out.contains("Only the newest key is left"), "{out}");
    assert_eq!(key_lines(&site).len(), 1);
    stop.store(true, Ordering::Relaxed);
    load.await.expect("no call failed");
    assert!(called.load(Ordering::Relaxed) > ACCOUNTS, "there was load");
    all_work(&servers, &vendor).await;
    node.stop().await;
    let node = site.node().await;
    let moved: Vec<_> = servers.iter().map(|client| at(client, &node)).collect();
    all_work(&moved, &vendor).await;
}

async fn security_e19_nodes_with_copies_of_the_file_are_rotated_in_steps(site: Site) {
    let vendor = Upstream::answering(r#"{"id":"a"}"#).await;
    let node = site.node().await;
    let copy = site.folder().join("copy.key");
    std::fs::copy(site.key_file(), &copy).expect("a copy");
    let mut other =
        bare(&["serve", "--listen", "127.0.0.1:0", "--allow-upstream", "127.0.0.0/8", "--database"]);
    other.arg(&site.database).arg("--key-file").arg(&copy).env("TOOLPRESS_ADMIN_KEY", ADMIN_KEY);
    let other = Start::of(other, Some(ADMIN_KEY)).run().await;
    let servers = accounts(&node, &vendor, 3).await;
    let there: Vec<_> = servers.iter().map(|client| at(client, &other)).collect();
    for step in [&["rotate-key", "--prepare"][..], &["rotate-key"], &["rotate-key", "--retire"]] {
        let (code, _, log) = told(&command(&site, step));
        assert_eq!(code, Some(0), "{step:?}: {log}");
        // Before the copy has been made the other node must serve all the same.
        if step.len() == 2 && step[1] == "--prepare" || step.len() == 1 {
            all_work(&there, &vendor).await;
        }
        std::fs::copy(site.key_file(), &copy).expect("a copy");
        all_work(&servers, &vendor).await;
        all_work(&there, &vendor).await;
    }
    assert_eq!(key_lines(&site).len(), 1);
}

async fn security_e19_what_does_not_open_keeps_its_key(site: Site) {
    let vendor = Upstream::answering(r#"{"id":"a"}"#).await;
    let node = site.node().await;
    let servers = accounts(&node, &vendor, 2).await;
    site.execute("UPDATE account SET base_url = 'http://127.0.0.1:9/elsewhere' WHERE id = (SELECT MIN(id) FROM account)").await;
    let (code, _, log) = told(&command(&site, &["rotate-key"]));
    assert_eq!(code, Some(1), "{log}");
    assert!(
        log.contains("`api_token` of account")
            && log.contains("--new-credentials")
            && !log.contains("secret-"),
        "{log}"
    );
    let (code, _, log) = told(&command(&site, &["rotate-key", "--retire"]));
    assert_eq!(code, Some(1), "{log}");
    assert_eq!(key_lines(&site).len(), 2, "the old key is still needed");
    all_work(&servers[1..], &vendor).await;
}
