//! A name that means one address when an account is made and another when it is used.
//!
//! The node runs in a mount namespace of its own, where the test writes `/etc/hosts`. That takes Linux and
//! the right to make namespaces; without it the test says so and is skipped.

use crate::scene::{DATABASES, EMPTY, SECRET};
use serde_json::json;
use std::fs;
use std::process::{Command, Stdio};
use toolpress_tests::engine::{ADMIN_KEY, Site};
use toolpress_tests::mcp::Mcp;
use toolpress_tests::program::executable;
use toolpress_tests::serving::Start;
use toolpress_tests::upstream::{Reply, Upstream, answer};
use toolpress_tests::{on_both_engines, skip};

on_both_engines!(security_b4_a_name_that_is_rebound_leads_nowhere);

/// `unshare` with what it takes here to mount something in a namespace.
fn unshare() -> Option<Vec<&'static str>> {
    let ways = [vec!["unshare", "--mount"], vec!["unshare", "--map-root-user", "--mount"]];
    let works = |way: &Vec<&str>| {
        let mut tried = Command::new(way[0]);
        tried.args(&way[1..]).args(["sh", "-c", "mount --bind /etc/hosts /etc/hosts"]);
        tried.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        tried.status().is_ok_and(|status| status.success())
    };
    ways.into_iter().find(works)
}

async fn security_b4_a_name_that_is_rebound_leads_nowhere(site: Site) {
    let Some(way) = unshare() else {
        skip("unshare", "no mount namespace can be made here");
        return;
    };
    // Each call makes a connection of its own, which is what is checked.
    let bytes = answer("200 OK", &["content-type: application/json", "connection: close"], EMPTY);
    let vendor = Upstream::scripted(move |_, _| Reply::Bytes(bytes.clone())).await;
    let hosts = site.folder().join("hosts");
    let bind = |address: &str| {
        // The file is changed in place, since it is what is mounted.
        fs::write(&hosts, format!("127.0.0.1 localhost\n{address} vendor.rebound.test\n")).expect("written");
    };
    // Only one address of this machine is allowed; first the name means it.
    bind("127.0.0.1");
    let script = format!("mount --bind '{}' /etc/hosts && exec \"$@\"", hosts.display());
    let mut command = Command::new(way[0]);
    command.args(&way[1..]).args(["sh", "-c", &script, "sh"]).arg(executable());
    command.args(["serve", "--listen", "127.0.0.1:0", "--allow-upstream", "127.0.0.1/32", "--database"]);
    command.arg(&site.database).arg("--key-file").arg(site.key_file()).current_dir(site.folder());
    command.env("TOOLPRESS_ADMIN_KEY", ADMIN_KEY);
    let node = Start::of(command, Some(ADMIN_KEY)).run().await;
    let base_url = format!("http://vendor.rebound.test:{}/api", vendor.address.port());
    let account = node.rest().account("sequin_stream", &base_url, SECRET).await;
    let server = node.rest().server(&account, json!({})).await;
    let mcp = Mcp::of(&server);
    mcp.done(DATABASES, json!({})).await;
    assert_eq!(vendor.seen()[0].header("authorization"), [format!("Bearer {SECRET}")]);

    // Then it means others: not allowed, of a cloud's metadata service, private.
    for address in ["127.0.0.2", "169.254.169.254", "10.0.0.1", "::1"] {
        bind(address);
        let told = mcp.failed(DATABASES, json!({})).await;
        assert!(!told.contains(address) && !told.contains(SECRET), "{told}");
        assert!(told.contains("not allowed") || told.contains("never connected to"), "{told}");
    }
    assert_eq!(vendor.count(), 1);
    bind("127.0.0.1");
    mcp.done(DATABASES, json!({})).await;
}
