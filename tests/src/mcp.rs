//! A small client of MCP servers, for what the official ones do not let one do or see.

use crate::rest::{Answer, client, send};
use reqwest::Client;
use serde_json::{Value, json};

/// A client of one URL.
#[derive(Debug, Clone)]
pub struct Mcp {
    client: Client,
    url: String,
    headers: Vec<(String, String)>,
}

impl Mcp {
    /// A client that has nothing but a URL.
    pub fn new(url: impl Into<String>) -> Self {
        Self { client: client(), url: url.into(), headers: Vec::new() }
    }

    /// A client of the server that the control plane answered.
    pub fn of(server: &Value) -> Self {
        Self::new(server["url"].as_str().expect("a URL"))
    }

    /// The same with a header field.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// The same with an API token as second proof.
    #[must_use]
    pub fn bearer(self, token: &str) -> Self {
        self.header("authorization", &format!("Bearer {token}"))
    }

    /// Sends a JSON-RPC request.
    pub async fn ask(&self, method: &str, params: Value) -> Answer {
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": method, "params": params });
        let mut request = self.client.post(&self.url).json(&body);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        send(request.header("accept", "application/json, text/event-stream")).await
    }

    /// The handshake of the older era; its result.
    pub async fn initialize(&self) -> Value {
        let params = json!({ "protocolVersion": "2025-11-25", "capabilities": {},
            "clientInfo": { "name": "tests", "version": "1" } });
        self.ask("initialize", params).await.ok()["result"].take()
    }

    /// All tools of the list.
    pub async fn list(&self) -> Vec<Value> {
        let mut answer = self.ask("tools/list", json!({})).await.ok();
        let Value::Array(tools) = answer["result"]["tools"].take() else { panic!("{answer}") };
        tools
    }

    /// The names of all tools.
    pub async fn names(&self) -> Vec<String> {
        let names = self.list().await.into_iter();
        names.map(|tool| tool["name"].as_str().expect("a name").to_owned()).collect()
    }

    /// Calls a tool; the whole answer.
    pub async fn call(&self, tool: &str, arguments: Value) -> Answer {
        self.ask("tools/call", json!({ "name": tool, "arguments": arguments })).await
    }

    /// Calls a tool; the structured content of its success.
    pub async fn done(&self, tool: &str, arguments: Value) -> Value {
        let mut answer = self.call(tool, arguments).await.ok();
        assert!(!answer["result"]["isError"].as_bool().unwrap_or_default(), "{answer}");
        answer["result"]["structuredContent"].take()
    }

    /// Calls a tool; the text of its failure.
    pub async fn failed(&self, tool: &str, arguments: Value) -> String {
        let answer = self.call(tool, arguments).await.ok();
        assert_eq!(answer["result"]["isError"], true, "{answer}");
        answer["result"]["content"][0]["text"].as_str().expect("a text").to_owned()
    }

    /// The status of a `tools/list`, for whether the server is there at all.
    pub async fn status(&self) -> u16 {
        self.ask("tools/list", json!({})).await.status.as_u16()
    }
}
