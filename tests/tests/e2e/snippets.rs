//! What people paste into clients: the page's and the README's words, and what `toolpress install` writes.

use crate::agent::{Agent, Era};
use crate::program::bare;
use crate::support::{World, all_names};
use serde_json::Value;
use std::process::Command;
use toolpress_tests::program::root;

fn file(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).expect("a file")
}

/// What `toolpress install CLIENT --print` says of the only server in it.
fn entry(client: &str, url: &str) -> Value {
    let printed = bare(&["install", client, "--url", url, "--print"]).output().expect("a process");
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    let document: Value = serde_json::from_slice(&printed.stdout).expect("JSON");
    let servers = document.as_object().and_then(|object| object.values().next()?.as_object());
    servers.and_then(|servers| servers.values().next()).expect("a server").clone()
}

#[test]
fn row_46_both_ways_into_chatgpt_are_told() {
    for place in ["README.md", "runtime/src/page/assets/snippets.js"] {
        let text = file(place);
        for way in ["Settings → Apps → Advanced settings → Developer mode", "Settings → Connectors → Add"]
        {
            assert!(text.contains(way), "{place} does not tell {way}");
        }
    }
}

#[tokio::test]
async fn row_48_row_49_what_is_entered_for_a_client_that_starts_commands_works_as_it_stands() {
    let world = World::new().await;
    let entry = entry("claude-desktop", &world.serve().await);
    let mut command = Command::new(entry["command"].as_str().expect("a command"));
    command.env_clear();
    command.args(entry["args"].as_array().expect("arguments").iter().filter_map(Value::as_str));
    for (name, value) in entry["env"].as_object().expect("an environment") {
        command.env(name, value.as_str().expect("a text"));
    }
    let agent = Agent::over_pipes(command, Era::Legacy).await;
    assert_eq!(agent.tools().await, all_names());
}

#[tokio::test]
async fn row_49_what_is_entered_for_a_client_that_takes_a_url_works_as_it_stands() {
    let world = World::new().await;
    let url = world.serve().await;
    for client in ["cursor", "vscode"] {
        let entry = entry(client, &url);
        let mut agent = Agent::over_http(entry["url"].as_str().expect("a URL"), Era::Legacy).await;
        assert_eq!(agent.tools().await, all_names(), "{client}");
        agent.ask("list_all_sequin_stream_sink_consumers", serde_json::json!({})).await;
    }
}

#[test]
fn row_49_no_snippet_starts_a_package_that_does_not_exist() {
    let missing = "@modelcontextprotocol/server-sse";
    let readme = file("README.md");
    let told: Vec<_> = readme.lines().filter(|line| line.contains(missing)).collect();
    assert!(told.iter().all(|line| line.contains("does not exist")), "{told:?}");
    assert!(!file("runtime/src/page/assets/snippets.js").contains(missing));
}
