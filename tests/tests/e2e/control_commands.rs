//! `account`, `server` and `api-token` against a running `toolpress serve`, and the bridge to what they made.

use crate::agent::{Agent, Era};
use crate::program::{bare, finish};
use crate::support::World;
use serde_json::{Value, json};
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::Child;
use toolpress_sandbox::sequin_stream::SequinStream;

pub(crate) const KEY: &str = "an-admin-key-that-is-long-enough-for-a-test";

/// `toolpress serve` with a database in memory. It ends when this is dropped.
pub(crate) struct Node {
    _process: Child,
    pub(crate) address: String,
}

impl Node {
    pub(crate) async fn start() -> Self {
        let command = bare(&[
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--database",
            "sqlite::memory:",
            "--allow-upstream",
            "127.0.0.0/8",
        ]);
        let mut command = tokio::process::Command::from(command);
        command.env("TOOLPRESS_ADMIN_KEY", KEY).env("TOOLPRESS_LOG", "warn");
        let mut process = command.stdout(Stdio::piped()).kill_on_drop(true).spawn().expect("a process");
        let mut lines = BufReader::new(process.stdout.take().expect("its output")).lines();
        let address = loop {
            let line = lines.next_line().await.expect("a line").expect("an address");
            if let Some((_, address)) = line.split_once(" listens on ") {
                break address.to_owned();
            }
        };
        // Whoever closes the pipe would end the server's output.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        Self { _process: process, address }
    }

    async fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let mut command = bare(arguments);
        command.env("TOOLPRESS_SERVER", &self.address).env("TOOLPRESS_ADMIN_KEY", KEY);
        command.env("SEQUIN_STREAM_API_TOKEN", SequinStream::TOKEN);
        finish(command).await
    }

    /// What a command prints with `--json`; it must go well.
    async fn json(&self, arguments: &[&str]) -> Value {
        let (code, out, err) = self.run(&[arguments, &["--json"]].concat()).await;
        assert_eq!((code, err.as_str()), (0, ""), "{arguments:?}: {out}");
        if out.is_empty() { Value::Null } else { serde_json::from_str(&out).expect("JSON") }
    }
}

#[tokio::test]
async fn accounts_servers_and_tokens_live_and_end_by_command() {
    let world = World::new().await;
    let node = Node::start().await;
    let create = ["account", "create", "sequin_stream", "--name", "prod", "--base-url", &world.base_url];
    let account = node.json(&create).await;
    assert_eq!(account["ready"], true);
    assert_eq!(node.json(&["account", "check", "prod"]).await["ok"], true);
    let create = ["server", "create", "prod", "--name", "reader", "--methods", "read", "--expires-in", "1h"];
    let server = node.json(&create).await;
    let url = server["url"].as_str().expect("a URL").to_owned();
    assert_eq!(server["integrated_account_id"], account["id"]);

    let list = "list_all_sequin_stream_sink_consumers";
    let mut agent = Agent::connect(&url).await;
    assert_eq!(agent.tools().await.len(), 13);
    assert_eq!(agent.ask(list, json!({ "limit": 1 })).await["result_count"], 1);

    // The second factor reaches the server through the bridge.
    let token = node.json(&["api-token", "create", "agents", "--account", "prod"]).await;
    let changed =
        node.json(&["server", "update", "reader", "--require-api-token-auth", "--clear", "methods"]).await;
    assert_eq!(changed["config"]["require_api_token_auth"], true);
    for name in ["Toolpress-Api-Token", "Authorization"] {
        let prefix = if name == "Authorization" { "Bearer " } else { "" };
        let mut command = bare(&["bridge", &url, "--header-env", &format!("{name}=SECOND"), "--log", "warn"]);
        command.env("SECOND", format!("{prefix}{}", token["token"].as_str().expect("a token")));
        let mut agent = Agent::over_pipes(command, Era::Modern).await;
        assert_eq!(agent.tools().await.len(), 36);
        assert_eq!(agent.ask(list, json!({ "limit": 2 })).await["result_count"], 2);
    }

    let rotated = node.json(&["server", "rotate", "reader", "--overlap", "0"]).await;
    assert_ne!(rotated["url"], server["url"]);
    assert_eq!(node.json(&["server", "list"]).await["result"].as_array().map(Vec::len), Some(1));
    let (code, _, err) = node.run(&["server", "update", "reader", "--tags", "databasse"]).await;
    assert!(code == 2 && err.contains("did you mean `databases`?"), "{err}");
    assert_eq!(node.json(&["server", "delete", "reader"]).await, Value::Null);
    assert_eq!(node.json(&["api-token", "delete", "agents"]).await, Value::Null);
    assert_eq!(node.json(&["account", "delete", "prod"]).await, Value::Null);
    assert_eq!(node.json(&["account", "list"]).await["result"], json!([]));
}
