//! The log, and the audit lines in it.

use crate::{TOOL, arguments, command, told};
use serde_json::{Value, json};
use toolpress_tests::engine::{ADMIN_KEY, Engine, Site};
use toolpress_tests::mcp::Mcp;
use toolpress_tests::serving::Node;
use toolpress_tests::upstream::{Reply, Upstream, answer};

const CREDENTIAL: &str = "canary-credential-of-the-vendor";
const ARGUMENT: &str = "canary-argument-of-a-call";
const BODY: &str = "canary-in-the-answer";

/// Every kind of event once; what was made, by what it is called in the log.
async fn everything(node: &Node) -> Value {
    let vendor = Upstream::scripted(|_, number| {
        let (status, body) = if number % 2 == 0 { ("200 OK", BODY) } else { ("500 Oops", "{}") };
        Reply::Bytes(answer(
            status,
            &["content-type: application/json"],
            &json!({ "data": body }).to_string(),
        ))
    })
    .await;
    let rest = node.rest();
    let account = rest.account("sequin_stream", &vendor.base_url(), CREDENTIAL).await;
    let here = format!("/integrated-account/{account}");
    rest.patch(&here, json!({ "name": "other" })).await.ok();
    let server = rest.server(&account, json!({})).await;
    let id = server["id"].as_str().expect("an id").to_owned();
    let mcp = Mcp::of(&server);
    mcp.done(TOOL, json!({ "id": ARGUMENT })).await;
    mcp.failed(TOOL, arguments()).await;
    mcp.failed(TOOL, json!({ "nonsense": ARGUMENT })).await;
    rest.post(&format!("{here}/tool/{TOOL}"), json!({ "arguments": arguments() })).await.ok();
    rest.post(&format!("{here}/check"), json!({})).await.ok();
    rest.patch(&format!("{here}/mcp/{id}"), json!({ "config": { "methods": ["read"] } })).await.ok();
    let rotated = rest.post(&format!("{here}/mcp/{id}/rotate"), json!({ "overlap_seconds": 0 })).await.ok();
    let api_token = rest.post("/api-token", json!({ "name": "mine", "scope": "mcp" })).await.created();
    let guarded = rest.server(&account, json!({ "config": { "require_api_token_auth": true } })).await;

    // What is refused.
    assert_eq!(mcp.status().await, 404, "rotated away");
    assert_eq!(Mcp::of(&guarded).status().await, 401);
    rest.with_key("a wrong key").get("/integration").await.refused(401);
    let token = api_token["token"].as_str().expect("a token");
    rest.with_key(token).get(&format!("/api-token/{token}")).await.refused(403);
    rest.without_key().post("/session", json!({ "admin_key": "a wrong key" })).await.refused(401);

    let page = rest.without_key().post("/session", json!({ "admin_key": ADMIN_KEY })).await;
    let cookie =
        page.headers["set-cookie"].to_str().expect("text").split(';').next().expect("a cookie").to_owned();
    page.ok();
    let log_out = rest.without_key().request(reqwest::Method::DELETE, "/session").header("cookie", &cookie);
    assert_eq!(toolpress_tests::rest::send(log_out).await.status, 204);

    let api_token_id = api_token["id"].as_str().expect("an id");
    assert_eq!(rest.delete(&format!("/api-token/{api_token_id}")).await.status, 204);
    assert_eq!(rest.delete(&format!("{here}/mcp/{id}")).await.status, 204);
    assert_eq!(rest.delete(&here).await.status, 204);
    let secrets = [
        ADMIN_KEY,
        CREDENTIAL,
        ARGUMENT,
        BODY,
        token,
        server["token"].as_str().expect("a token"),
        rotated["token"].as_str().expect("a token"),
        guarded["token"].as_str().expect("a token"),
        cookie.split_once('=').expect("a value").1,
    ];
    json!({ "account": account, "server": id, "api_token": api_token_id, "secrets": secrets })
}

/// Audit lines of a JSON log.
fn audit(log: &str) -> Vec<Value> {
    let lines =
        log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")));
    lines.filter(|line: &Value| line["target"] == "audit").collect()
}

/// The lines with an action.
fn of<'l>(lines: &'l [Value], action: &str) -> Vec<&'l Value> {
    lines.iter().filter(|line| line["action"] == action).collect()
}

toolpress_tests::on_both_engines!(security_e23_every_change_call_and_refusal_is_one_line_of_json);

async fn security_e23_every_change_call_and_refusal_is_one_line_of_json(site: Site) {
    let node = site.start().flags(&["--log-format", "json"]).run().await;
    let made = everything(&node).await;
    let (_, _, log) = node.stop().await;
    let lines = audit(&log);
    for line in &lines {
        assert!(
            line["timestamp"].is_string() && line["level"] == "INFO" && line["action"].is_string(),
            "{line}"
        );
    }
    for (action, by, about) in [
        ("account.create", "admin-key", &["account"][..]),
        ("account.update", "admin-key", &["account"]),
        ("account.delete", "admin-key", &["account"]),
        ("mcp.update", "admin-key", &["account", "server"]),
        ("mcp.rotate", "admin-key", &["account", "server"]),
        ("mcp.delete", "admin-key", &["account", "server"]),
        ("api-token.create", "admin-key", &["api_token"]),
        ("api-token.delete", "admin-key", &["api_token"]),
        ("log-in", "page", &[]),
        ("log-out", "page", &[]),
    ] {
        let found = of(&lines, action);
        assert_eq!(found.len(), 1, "{action}: {found:?}");
        assert_eq!(found[0]["by"], by, "{action}");
        about.iter().for_each(|about| assert_eq!(found[0][about], made[about], "{action}"));
    }
    assert_eq!(of(&lines, "mcp.create").len(), 2);

    let calls = of(&lines, "call");
    let told = calls.iter().map(|call| {
        (
            call["by"].as_str().unwrap_or_default(),
            call["outcome"].as_str().unwrap_or_default(),
            call["upstream_status"].as_u64(),
        )
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            ("mcp", "ok", Some(200)),
            ("mcp", "error", Some(500)),
            ("mcp", "refused", None),
            ("admin-key", "ok", Some(200)),
            ("admin-key", "error", Some(500))
        ]
    );
    for call in &calls[..4] {
        assert_eq!((&call["account"], &call["tool"]), (&made["account"], &json!(TOOL)));
        assert!(
            call["ms"].is_u64() && call["request_bytes"].is_u64() && call["response_bytes"].is_u64(),
            "{call}"
        );
    }
    assert_eq!((&calls[0]["server"], &calls[3]["server"]), (&made["server"], &Value::Null));

    let denied: Vec<_> = of(&lines, "denied")
        .iter()
        .map(|line| {
            (
                line["reason"].as_str().unwrap_or_default().to_owned(),
                line["path"].as_str().unwrap_or_default().to_owned(),
            )
        })
        .collect();
    let expected = [("wrong_key", "/integration"), ("forbidden", "/api-token/…"), ("wrong_key", "/session")];
    assert_eq!(denied, expected.map(|(reason, path)| (reason.to_owned(), path.to_owned())));
    let refused: Vec<_> = of(&lines, "mcp.denied").iter().map(|line| line["reason"].clone()).collect();
    assert_eq!(refused, ["unknown_token", "unauthorized"]);
    of(&lines, "denied").iter().for_each(|line| assert_eq!(line["peer"], "127.0.0.1"));
    private(&log, &made);
}

#[tokio::test(flavor = "multi_thread")]
async fn security_e23_the_log_for_people_says_the_same() {
    let site = Engine::Sqlite.site().await.expect("SQLite is built in");
    let node = site.start().run().await;
    let made = everything(&node).await;
    let (_, _, log) = node.stop().await;
    for action in [
        "account.create",
        "account.update",
        "account.delete",
        "mcp.create",
        "mcp.update",
        "mcp.rotate",
        "mcp.delete",
        "api-token.create",
        "api-token.delete",
        "log-in",
        "log-out",
        "denied",
        "mcp.denied",
        "call",
    ] {
        assert!(log.contains(&format!(" INFO audit: action=\"{action}\"")), "{action}: {log}");
    }
    assert!(
        log.contains(&format!(
            "by=\"mcp\" account=\"{}\" server=\"{}\" tool=\"{TOOL}\" outcome=\"ok\" upstream_status=200",
            made["account"].as_str().expect("an id"),
            made["server"].as_str().expect("an id")
        )),
        "{log}"
    );
    private(&log, &made);
}

fn private(log: &str, made: &Value) {
    for secret in made["secrets"].as_array().expect("a list") {
        assert!(!log.contains(secret.as_str().expect("text")), "{secret} is in the log");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn security_e23_refusals_by_the_thousand_do_not_fill_the_log() {
    let site = Engine::Sqlite.site().await.expect("SQLite is built in");
    let node = site.start().flags(&["--log-format", "json", "--metrics-listen", "0"]).run().await;
    let nobody = Mcp::new(format!("{}/mcp/tp_nothing", node.address));
    for _ in 0..300 {
        let status = nobody.status().await;
        assert!(status == 404 || status == 429, "{status}");
        node.rest().with_key("a wrong key").get("/integration").await;
    }
    let text = crate::health::watched(&node).await.get("/metrics").await.text;
    let count = |reason: &str| {
        let series = format!("toolpress_refused_total{{reason=\"{reason}\"}} ");
        let count = text.lines().find_map(|line| line.strip_prefix(&series)).expect("a count");
        count.parse::<u64>().expect("a number")
    };
    // Two hundred unknown tokens and twenty wrong keys in a minute are answered as what they are.
    assert_eq!(count("unknown_token") + count("wrong_key") + count("throttled"), 600, "{text}");
    assert!(count("unknown_token") >= 200 && count("wrong_key") >= 20 && count("throttled") > 0, "{text}");
    let (_, _, log) = node.stop().await;
    let lines = audit(&log);
    // Ten in each ten seconds, and this takes a few seconds.
    assert!((10..100).contains(&of(&lines, "mcp.denied").len()), "{}", of(&lines, "mcp.denied").len());
    assert!((10..100).contains(&of(&lines, "denied").len()), "{}", of(&lines, "denied").len());
}

#[tokio::test(flavor = "multi_thread")]
async fn security_e23_what_expires_and_what_commands_do_is_written_down_too() {
    let site = Engine::Sqlite.site().await.expect("SQLite is built in");
    let node = site.start().flags(&["--log-format", "json"]).run().await;
    let account = node.rest().account("artie", "http://127.0.0.1:9", CREDENTIAL).await;
    let server = node.rest().server(&account, json!({})).await;
    let id = server["id"].as_str().expect("an id");
    site.execute(&format!("UPDATE server SET expires_at = 1, revision = revision + 1 WHERE id = '{id}'"))
        .await;
    let line = node.log.line("server.expired").await.expect("a line");
    let line: Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!(
        (&line["target"], &line["server"], &line["by"]),
        (&json!("audit"), &json!(id), &json!("expiry"))
    );
    node.stop().await;
    for (arguments, action) in [
        (&["admin-key", "--reset"][..], "admin-key.reset"),
        (&["rotate-key"], "key.rotate"),
        (&["account", "forget-credentials", "--yes"], "credentials.forget"),
    ] {
        let (code, out, log) = told(&command(&site, &[arguments, &["--log-format", "json"]].concat()));
        assert_eq!(code, Some(0), "{log}");
        let lines = audit(&log);
        assert_eq!((of(&lines, action).len(), &lines[0]["by"]), (1, &json!("command line")), "{log}");
        assert!(!log.contains(out.trim()), "{log}");
    }
}
