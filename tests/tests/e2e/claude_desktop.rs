//! `docs/claude-desktop.md`, done as it is written. The client's file is where Linux has it.
#![cfg(target_os = "linux")]

use crate::agent::{Agent, Era};
use crate::control_commands::{KEY, Node};
use crate::program::finish;
use crate::support::World;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;
use toolpress_sandbox::sequin_stream::SequinStream;
use toolpress_tests::program::{executable, root};

/// Somebody at a shell who types what the page says, with their own values in the place of the page's.
struct Administrator {
    home: TempDir,
    values: BTreeMap<&'static str, String>,
    exported: Vec<(String, String)>,
}

impl Administrator {
    async fn types(&mut self, line: &str) -> String {
        let line =
            self.values.iter().rev().fold(line.to_owned(), |line, (theirs, own)| line.replace(theirs, own));
        if let Some(exports) = line.strip_prefix("export ") {
            let pairs = exports.split(' ').map(|pair| pair.split_once('=').expect("a value"));
            self.exported.extend(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())));
            return String::new();
        }
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", &line]).env_clear().envs(self.exported.iter().cloned());
        shell.env("PATH", executable().parent().expect("a folder")).env("HOME", self.home.path());
        let (code, out, err) = finish(shell).await;
        assert_eq!(code, 0, "{line}\n{out}{err}");
        out
    }

    /// Starts what stands in the client's file, as the client does.
    async fn opens_claude(&self) -> Agent {
        let file = self.home.path().join(".config/Claude/claude_desktop_config.json");
        let text = std::fs::read_to_string(file).expect("the client's file");
        let entry = serde_json::from_str::<Value>(&text).expect("JSON")["mcpServers"]["sequin"].clone();
        let program = Path::new(entry["command"].as_str().expect("a command"));
        let mut command = Command::new(executable().with_file_name(program.file_name().expect("a name")));
        command
            .args(entry["args"].as_array().expect("arguments").iter().filter_map(Value::as_str))
            .env_clear();
        for (name, value) in entry["env"].as_object().expect("an environment") {
            command.env(name, value.as_str().expect("a text"));
        }
        Agent::over_pipes(command, Era::Legacy).await
    }
}

#[tokio::test]
async fn row_163_the_page_for_administrators_works_as_it_is_written() {
    let page = std::fs::read_to_string(root().join("docs/claude-desktop.md")).expect("the page");
    let (world, node) = (World::new().await, Node::start().await);
    let mut administrator = Administrator {
        home: TempDir::new().expect("a folder"),
        values: BTreeMap::from([
            ("https://tools.example.com", node.address.clone()),
            ("tpa_…", KEY.to_owned()),
            ("SEQUIN_STREAM_API_TOKEN=…", format!("SEQUIN_STREAM_API_TOKEN={}", SequinStream::TOKEN)),
            // The page's account is at the vendor's own address.
            ("create sequin_stream", format!("create sequin_stream --base-url {}", world.base_url)),
        ]),
        exported: Vec::new(),
    };

    let mut done = Vec::new();
    for line in page.lines().filter_map(|line| line.strip_prefix("$ ")) {
        let step = line
            .split(' ')
            .skip_while(|word| *word != "toolpress")
            .skip(1)
            .take(2)
            .collect::<Vec<_>>()
            .join(" ");
        if step.starts_with("serve ") {
            continue;
        }
        let printed = administrator.types(line).await;
        match step.as_str() {
            "server create" | "server rotate" => {
                let url = printed.split_whitespace().find(|word| word.contains("/mcp/tp_")).expect("a URL");
                administrator.values.insert("https://tools.example.com/mcp/tp_…", url.to_owned());
            }
            "install claude-desktop" => {
                let mut agent = administrator.opens_claude().await;
                let names = agent.tools().await;
                assert!(
                    names.len() == 12 && names.iter().all(|name| !name.starts_with("create_")),
                    "{names:?}"
                );
                agent.ask("list_all_sequin_stream_sink_consumers", json!({})).await;
            }
            _ => {}
        }
        done.push(step);
    }
    let steps = [
        "",
        "account create",
        "account check",
        "server create",
        "install claude-desktop",
        "server rotate",
        "server delete",
    ];
    assert_eq!(done, steps);
    let left = administrator.types("toolpress server list --json").await;
    assert_eq!(serde_json::from_str::<Value>(&left).expect("JSON")["result"], json!([]));
}
