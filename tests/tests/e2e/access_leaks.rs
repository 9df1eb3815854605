//! A filtered-out tool does not exist: its name is in nothing that a filtered server says, errors included.

use crate::copies::{schemas, tools_of};
use crate::support::{World, filter, hidden, http_client, mentions, names_of, post, rpc, sequin};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use toolpress_core::{ErrorAdvice, Filter};

/// Answers of the vendor that each make the server say something else.
const STATUSES: [u16; 9] = [200, 302, 401, 403, 404, 409, 422, 429, 500];

/// Every question that makes a server speak, and the answers' texts.
struct Interview<'w> {
    world: &'w World,
    client: reqwest::Client,
    url: String,
    examples: &'w BTreeMap<String, Value>,
}

impl Interview<'_> {
    async fn ask(&self, method: &str, params: Value) -> String {
        post(&self.client, &self.url, &rpc(method, &params)).await.1
    }

    async fn call(&self, tool: &str, arguments: &Value) -> String {
        self.ask("tools/call", json!({ "name": tool, "arguments": arguments })).await
    }

    /// What the server says of itself, in both eras.
    async fn introductions(&self) -> Vec<String> {
        let meta = json!({ "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
        } });
        let mut said = vec![
            self.ask("initialize", json!({ "protocolVersion": "2025-11-25" })).await,
            self.ask("tools/list", json!({})).await,
            self.ask("nonsense", json!({})).await,
        ];
        said.extend(self.prompts().await);
        for method in ["server/discover", "tools/list"] {
            let request = self.client.post(&self.url).header("mcp-protocol-version", "2026-07-28");
            let request = request.header("mcp-method", method).json(&rpc(method, &meta));
            let text = request.send().await.expect("an answer").text().await.expect("a text");
            assert!(text.contains("\"resultType\":\"complete\""), "{text}");
            said.push(text);
        }
        said
    }

    /// The prompts, if it has any, each with its arguments filled in and without.
    async fn prompts(&self) -> Vec<String> {
        let list = self.ask("prompts/list", json!({})).await;
        let answer: Value = serde_json::from_str(&list).expect("JSON");
        let mut said = vec![list];
        for prompt in answer["result"]["prompts"].as_array().into_iter().flatten() {
            let arguments = prompt["arguments"].as_array().into_iter().flatten();
            let filled: serde_json::Map<String, Value> = arguments
                .map(|argument| (argument["name"].as_str().expect("a name").to_owned(), json!("x")))
                .collect();
            for arguments in [json!(filled), json!({})] {
                let get = json!({ "name": prompt["name"], "arguments": arguments });
                said.push(self.ask("prompts/get", get).await);
            }
        }
        said
    }

    /// What it says when a tool fails, in every way that the documentation or the status tells about.
    async fn failures(&self, tool: &'static toolpress_core::Tool) -> Vec<String> {
        let example = &self.examples[tool.name];
        let mut said = vec![
            self.call(tool.name, &json!({})).await,
            self.call(tool.name, &json!({ "nonsense": 1, "id": 7, "limit": "x", "next_cursor": "x" })).await,
        ];
        let advice = |advice: &ErrorAdvice| (advice.status.unwrap_or(500), advice.contains);
        let documented = tool.errors.iter().chain(sequin().errors).map(advice);
        for (status, words) in documented.chain(STATUSES.map(|status| (status, ""))) {
            self.world.simulated.fail_next(status, &[], json!({ "summary": words }));
            let asked = self.world.log.len();
            said.push(self.call(tool.name, example).await);
            assert_eq!(self.world.log.len(), asked + 1, "{} with its own example is sent", tool.name);
        }
        said
    }
}

/// Asks a server behind this filter everything, and looks for hidden names in what it says.
async fn interview(filter: &Filter, examples: &BTreeMap<String, Value>) {
    let world = World::new().await;
    let url = world.serve_only(filter).await;
    let interview = Interview { world: &world, client: http_client(), url, examples };
    let hidden = hidden(filter);
    assert!(!hidden.is_empty(), "{filter:?}");
    let mut said = interview.introductions().await;
    for name in names_of(filter) {
        let (_, tool) = sequin().tool(name).expect("a tool");
        said.extend(interview.failures(tool).await);
    }
    for tool in &hidden {
        // The name that was asked for comes back, as any other would.
        let answer = interview.call(tool.name, &json!({})).await;
        said.push(answer.replacen(tool.name, "…", 1));
    }
    for text in &said {
        for tool in &hidden {
            assert!(!mentions(text, tool.name), "{filter:?}: {} in {text}", tool.name);
        }
    }
}

#[tokio::test]
async fn row_132_a_read_only_server_never_names_what_it_hides() {
    let examples = tools_of(&schemas());
    interview(&filter(&["read"], &[], &[]), &examples).await;
    interview(&filter(&[], &[], &["read"]), &examples).await;
}

#[tokio::test]
async fn row_132_nor_does_a_server_for_any_one_method_or_effect() {
    let examples = tools_of(&schemas());
    for (method, _) in sequin().methods {
        interview(&filter(&[method], &[], &[]), &examples).await;
    }
    for effect in ["write", "destructive"] {
        interview(&filter(&[], &[], &[effect]), &examples).await;
    }
}

#[tokio::test]
async fn row_132_nor_does_a_server_for_any_one_tag() {
    let examples = tools_of(&schemas());
    for tag in sequin().tags {
        interview(&filter(&[], &[tag.name], &[]), &examples).await;
    }
}

#[tokio::test]
async fn what_is_left_out_of_a_filtered_server_is_said_by_an_unfiltered_one() {
    let world = World::new().await;
    let ask = json!({ "sink_id_or_name": "warehouse_sync", "table": "public.orders" });
    let params = json!({ "name": "create_a_sequin_stream_backfill", "arguments": ask });
    for (filter, named) in [(Filter::default(), true), (filter(&["create"], &[], &[]), false)] {
        let url = world.serve_only(&filter).await;
        let (_, text) = post(&http_client(), &url, &rpc("tools/call", &params)).await;
        assert!(text.contains("already has an active backfill"), "{text}");
        assert_eq!(mentions(&text, "update_a_sequin_stream_backfill_by_id"), named, "{text}");
        assert_eq!(mentions(&text, "list_all_sequin_stream_backfills"), named, "{text}");
    }
}
