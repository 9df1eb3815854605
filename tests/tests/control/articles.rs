//! The requests that the articles print, word for word apart from host, account and key.

use crate::scene::{EMPTY, SECRET};
use jiff::Zoned;
use serde_json::{Value, json};
use std::process::Stdio;
use tokio::process::Command;
use toolpress_tests::engine::{ADMIN_KEY, Site};
use toolpress_tests::mcp::Mcp;
use toolpress_tests::upstream::Upstream;
use toolpress_tests::{on_both_engines, skip};

on_both_engines!(
    row_22_the_request_of_the_first_article_works_with_curl,
    row_23_the_request_of_the_second_article_works_with_fetch,
    row_23_24_the_request_of_the_third_article_works_with_fetch,
);

/// With `ChatGPT`, Sequin Stream.
const CURL: &str = r#"curl -X POST https://api.truto.one/integrated-account/{integrated_account_id}/mcp \
  -H "Authorization: Bearer YOUR_TRUTO_API_KEY" \
  -H "Content-Type: application/json" \
  -d '{
    "name": "Sequin Ops Agent",
    "config": {
      "methods": ["read", "write"],
      "tags": ["database", "consumer"]
    },
    "expires_at": "2026-12-31T23:59:59Z"
  }'"#;

/// With Claude, Sequin Stream.
const FETCH: &str = r#"const response = await fetch('https://api.truto.one/integrated-account/YOUR_ACCOUNT_ID/mcp', {
  method: 'POST',
  headers: {
    'Authorization': 'Bearer YOUR_TRUTO_API_KEY',
    'Content-Type': 'application/json'
  },
  body: JSON.stringify({
    name: "Sequin Pipeline Ops Agent",
    config: {
      methods: ["read", "write", "custom"] // Allow all operations
    },
    expires_at: "2026-12-31T23:59:59Z" // Optional: Auto-revoke access
  })
});

const data = await response.json();
console.log(data.url); // Use this URL to connect the MCP client"#;

/// With `ChatGPT`, Artie.
const FETCH_ARTIE: &str = r#"const response = await fetch('https://api.truto.one/integrated-account/<ARTIE_ACCOUNT_ID>/mcp', {
  method: 'POST',
  headers: {
    'Authorization': `Bearer ${TRUTO_API_KEY}`,
    'Content-Type': 'application/json'
  },
  body: JSON.stringify({
    name: "Artie Production DevOps Agent",
    config: {
      methods: ["read", "write", "custom"]
    }
  })
});

const mcpServer = await response.json();
console.log(mcpServer.url); "#;

/// The last day of the year that the articles mean, or of the next one once that is over.
fn end_of_year() -> String {
    let today = Zoned::now().date();
    let year = if today.month() == 12 && today.day() > 29 { today.year() + 1 } else { today.year() };
    format!("{}-12-31T23:59:59Z", year.max(2026))
}

/// What a command prints; `None` if the tool is missing.
async fn printed(tool: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(tool).args(arguments).stdin(Stdio::null()).output().await;
    let output = match output {
        Ok(output) => output,
        Err(error) => {
            skip(tool, &error.to_string());
            return None;
        }
    };
    assert!(output.status.success(), "{tool}: {}", String::from_utf8_lossy(&output.stderr));
    Some(String::from_utf8(output.stdout).expect("a text"))
}

async fn row_22_the_request_of_the_first_article_works_with_curl(site: Site) {
    let vendor = Upstream::answering(EMPTY).await;
    let node = site.node().await;
    let account = node.rest().account("sequin_stream", &vendor.base_url(), SECRET).await;
    if printed("curl", &["--version"]).await.is_none() {
        return;
    }
    let end = end_of_year();
    let command = CURL
        .replace("https://api.truto.one", &node.address)
        .replace("{integrated_account_id}", &account)
        .replace("YOUR_TRUTO_API_KEY", ADMIN_KEY)
        .replace("2026-12-31T23:59:59Z", &end);
    let told = printed("sh", &["-c", &format!("{command} --silent --noproxy '*'")]).await.expect("a shell");
    let server: Value = serde_json::from_str(&told).expect("JSON");
    assert_eq!(server["name"], "Sequin Ops Agent", "{server}");
    assert_eq!(server["config"]["methods"], json!(["read", "write"]));
    assert_eq!(server["config"]["tags"], json!(["database", "consumer"]));
    assert_eq!(server["expires_at"], end.replace("59Z", "59.000Z"));
    let names = Mcp::of(&server).names().await;
    assert_eq!(names.len(), server["tools"]);
    assert!(names.iter().all(|name| ["postgres", "tunnel", "consumer"].iter().any(|tag| name.contains(tag))));
}

async fn row_23_the_request_of_the_second_article_works_with_fetch(site: Site) {
    let end = end_of_year();
    let script = FETCH.replace("YOUR_TRUTO_API_KEY", ADMIN_KEY).replace("2026-12-31T23:59:59Z", &end);
    fetched(&site, "sequin_stream", &script, "YOUR_ACCOUNT_ID", "Sequin Pipeline Ops Agent").await;
}

async fn row_23_24_the_request_of_the_third_article_works_with_fetch(site: Site) {
    let script = format!("const TRUTO_API_KEY = '{ADMIN_KEY}';\n{FETCH_ARTIE}");
    fetched(&site, "artie", &script, "<ARTIE_ACCOUNT_ID>", "Artie Production DevOps Agent").await;
}

/// Runs a script and connects to the URL that it prints: all operations are allowed.
async fn fetched(site: &Site, vendor: &str, script: &str, placeholder: &str, name: &str) {
    let upstream = Upstream::answering(EMPTY).await;
    let node = site.node().await;
    let account = node.rest().account(vendor, &upstream.base_url(), SECRET).await;
    let script = script.replace("https://api.truto.one", &node.address).replace(placeholder, &account);
    let Some(url) = printed("node", &["--input-type=module", "--eval", &script]).await else { return };
    let mcp = Mcp::new(url.trim());
    assert_eq!(mcp.initialize().await["serverInfo"]["name"], name);
    let all = node.rest().get(&format!("/integration/{vendor}")).await.ok()["tools"].take();
    assert_eq!(json!(mcp.names().await.len()), all);
    let servers = node.rest().get(&format!("/integrated-account/{account}/mcp")).await.ok();
    let expires = &servers["result"][0]["expires_at"];
    assert_eq!(expires.is_null(), !script.contains("expires_at"), "{expires}");
}
