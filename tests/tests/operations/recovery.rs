//! Keys that are lost: a new admin key, credentials that are given up.

use crate::{TOOL, arguments, command, told};
use serde_json::json;
use std::time::{Duration, Instant};
use toolpress_tests::engine::{Engine, Site};
use toolpress_tests::mcp::Mcp;
use toolpress_tests::rest::{Rest, send};
use toolpress_tests::upstream::Upstream;

toolpress_tests::on_both_engines!(
    a_lost_admin_key_is_replaced_and_everybody_logged_out,
    security_e18_a_lost_key_file_is_got_over,
);

async fn a_lost_admin_key_is_replaced_and_everybody_logged_out(site: Site) {
    let node = site.start().without_admin_key().run().await;
    let line = node.output.line("Admin key").await.expect("the key");
    let old = line.split_whitespace().nth(2).expect("a key").to_owned();
    let open = Rest::new(&node.address, None);
    let page = open.post("/session", json!({ "admin_key": old })).await;
    let cookie =
        page.headers["set-cookie"].to_str().expect("text").split(';').next().expect("a cookie").to_owned();
    page.ok();
    let look = || open.request(reqwest::Method::GET, "/session").header("cookie", &cookie);
    send(look()).await.ok();

    assert_eq!(told(&command(&site, &["admin-key"])).0, Some(2), "only with --reset");
    let (code, out, log) = told(&command(&site, &["admin-key", "--reset"]));
    assert_eq!(code, Some(0), "{log}");
    let new = out.trim_end();
    assert!(new.starts_with("tpa_") && new.len() == old.len() && !out.trim_end().contains('\n'), "{out}");
    open.with_key(&old).get("/integration").await.refused(401);
    open.with_key(new).get("/integration").await.ok();
    send(look()).await.refused(401);
    open.post("/session", json!({ "admin_key": new })).await.ok();
}

async fn security_e18_a_lost_key_file_is_got_over(site: Site) {
    let vendor = Upstream::answering(r#"{"id":"a"}"#).await;
    let node = site.node().await;
    let account = node.rest().account("sequin_stream", &vendor.base_url(), "canary-of-the-credential").await;
    let server = node.rest().server(&account, json!({})).await;
    let token = server["token"].as_str().expect("a token").to_owned();
    node.stop().await;
    std::fs::remove_file(site.key_file()).expect("a key file");

    let (code, _, log) = site.start().fail().await;
    assert_eq!(code, Some(1), "{log}");
    assert!(log.contains("1 credentials") && log.contains("toolpress account forget-credentials"), "{log}");
    assert!(!site.key_file().exists(), "it is never made anew in silence");

    let (code, out, log) = told(&command(&site, &["account", "forget-credentials", "--json"]));
    assert_eq!((code, out.as_str()), (Some(0), "{\"forgotten\":1}\n"), "{log}");
    let node = site.node().await;
    let shown = node.rest().get(&format!("/integrated-account/{account}")).await.ok();
    assert_eq!((&shown["ready"], &shown["credentials"][0]["set"]), (&json!(false), &json!(false)));
    let mcp = Mcp::new(format!("{}/mcp/{token}", node.address));
    assert!(mcp.failed(TOOL, arguments()).await.contains("credential"), "the server is still there");
    assert_eq!(vendor.count(), 0);
    let again = json!({ "credentials": { "api_token": "another" } });
    node.rest().patch(&format!("/integrated-account/{account}"), again).await.ok();
    // Other nodes hear of it within a second; this one may be a moment late too.
    let began = Instant::now();
    while mcp.call(TOOL, arguments()).await.ok()["result"]["isError"] == true {
        assert!(began.elapsed() < Duration::from_secs(2), "the new credential is not used");
    }
    assert_eq!(vendor.seen()[0].header("authorization"), ["Bearer another"]);
}

#[tokio::test]
async fn commands_for_a_database_do_not_make_one() {
    let site = Engine::Sqlite.site().await.expect("SQLite is built in");
    for arguments in
        [&["admin-key", "--reset"][..], &["rotate-key"], &["account", "forget-credentials", "-y"]]
    {
        let (code, out, log) = told(&command(&site, arguments));
        assert_eq!((code, out.as_str()), (Some(2), ""), "{log}");
        assert!(log.contains("there is no database at") && log.contains("--database"), "{log}");
        let (code, _, log) = told(&command(&site, &[arguments, &["--database", "sqlite::memory:"]].concat()));
        assert_eq!(code, Some(2), "{log}");
    }
    assert_eq!(std::fs::read_dir(site.folder()).expect("a folder").count(), 0);
}

#[tokio::test]
async fn help_of_the_commands_for_keys_shows_examples() {
    let site = Engine::Sqlite.site().await.expect("SQLite is built in");
    for arguments in [
        &["admin-key", "--help"][..],
        &["rotate-key", "--help"],
        &["account", "forget-credentials", "--help"],
    ] {
        let (code, out, _) = told(&command(&site, arguments));
        assert_eq!(code, Some(0));
        assert!(
            out.contains(&format!("\n  toolpress {}", arguments[..arguments.len() - 1].join(" "))),
            "{out}"
        );
        let flat = out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(flat.contains("--database") && flat.contains("[env: TOOLPRESS_DATABASE"), "{out}");
    }
    let (_, out, _) = told(&command(&site, &["serve", "--help"]));
    let flat = out.split_whitespace().collect::<Vec<_>>().join(" ");
    for bound in [
        "REQUEST_BODY",
        "REQUEST_HEADER",
        "UPSTREAM_BODY",
        "UPSTREAM_TIMEOUT",
        "CONNECT_TIMEOUT",
        "WAIT_MARGIN",
        "READ_TIMEOUT",
        "CALLS_PER_SERVER",
        "CALLS",
        "CONNECTIONS",
        "DRAIN",
        "KEEP_ALIVE",
        "METRICS_LISTEN",
        "STOP_DELAY",
        "LOG_FORMAT",
    ] {
        assert!(flat.contains(&format!("[env: TOOLPRESS_{bound}=")), "{bound}: {out}");
    }
}
