//! An agent without a mind: the official SDK's client, which remembers what it called.

use crate::world::text;
use rmcp::model::{
    CallToolRequestParams, ClientCapabilities, ClientConfig, GetPromptRequestParams, Implementation,
    ProtocolVersion,
};
use rmcp::service::RunningService;
use rmcp::transport::StreamableHttpClientTransport;
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::{ClientHandler, ClientLifecycleMode, RoleClient, serve_client_with_lifecycle};
use serde_json::Value;

/// A generation of the protocol, as a client chooses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Era {
    /// The handshake of 2025-11-25.
    Legacy,
    /// 2026-07-28, which has none.
    Modern,
}

impl Era {
    pub(crate) const BOTH: [Self; 2] = [Self::Legacy, Self::Modern];

    fn version(self) -> ProtocolVersion {
        match self {
            Self::Legacy => ProtocolVersion::V_2025_11_25,
            Self::Modern => ProtocolVersion::V_2026_07_28,
        }
    }

    fn lifecycle(self) -> ClientLifecycleMode {
        match self {
            Self::Legacy => ClientLifecycleMode::Initialize,
            Self::Modern => ClientLifecycleMode::Discover { preferred_versions: vec![self.version()] },
        }
    }
}

/// Who the client says it is.
#[derive(Clone)]
pub(crate) struct Caller(Era);

impl ClientHandler for Caller {
    fn get_info(&self) -> ClientConfig {
        let who = Implementation::new("toolpress-artie", "1");
        ClientConfig::new(ClientCapabilities::default(), who).with_protocol_version(self.0.version())
    }
}

/// A connected client that remembers which tools it called.
pub(crate) struct Agent {
    service: RunningService<RoleClient, Caller>,
    pub(crate) called: Vec<&'static str>,
    results: Vec<(&'static str, Value)>,
}

impl Agent {
    /// Connects in the older era, which most clients speak.
    pub(crate) async fn connect(url: &str) -> Self {
        Self::speaking(url, Era::Legacy).await
    }

    pub(crate) async fn speaking(url: &str, era: Era) -> Self {
        let client = reqwest::Client::builder().no_proxy().pool_max_idle_per_host(0).build();
        let config = StreamableHttpClientTransportConfig::with_uri(url);
        let transport = StreamableHttpClientTransport::with_client(client.expect("a client"), config);
        let service = serve_client_with_lifecycle(Caller(era), transport, era.lifecycle()).await;
        Self { service: service.expect("a connection"), called: Vec::new(), results: Vec::new() }
    }

    /// The result of a call, whatever became of it.
    pub(crate) async fn call(&mut self, tool: &'static str, arguments: Value) -> Value {
        self.called.push(tool);
        let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
        let request = CallToolRequestParams::new(tool).with_arguments(arguments);
        let result = self.service.call_tool(request).await.expect("a result");
        let result = serde_json::to_value(result).expect("JSON");
        self.results.push((tool, result.clone()));
        result
    }

    /// What a model read of the results of a tool so far.
    pub(crate) fn texts(&self, tool: &str) -> Vec<String> {
        self.results.iter().filter(|(called, _)| *called == tool).map(|(_, result)| text(result)).collect()
    }

    /// What a call that must go well gives.
    pub(crate) async fn ask(&mut self, tool: &'static str, arguments: Value) -> Value {
        let mut result = self.call(tool, arguments).await;
        assert_eq!(result["isError"], false, "{tool}: {result}");
        result["structuredContent"]["result"].take()
    }

    /// The prompts that are listed.
    pub(crate) async fn prompts(&self) -> Vec<Value> {
        let prompts = self.service.list_all_prompts().await.expect("a list");
        prompts.iter().map(|prompt| serde_json::to_value(prompt).expect("JSON")).collect()
    }

    /// A prompt, or why there is none.
    pub(crate) async fn prompt(&self, name: &str, arguments: Value) -> Result<Value, String> {
        let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
        let request = GetPromptRequestParams::new(name).with_arguments(arguments);
        let result = self.service.get_prompt(request).await.map_err(|error| error.to_string())?;
        Ok(serde_json::to_value(result).expect("JSON"))
    }

    /// Whether the server says that it has prompts.
    pub(crate) fn offers_prompts(&self) -> bool {
        self.service.peer_info().is_some_and(|info| info.capabilities.prompts.is_some())
    }
}
