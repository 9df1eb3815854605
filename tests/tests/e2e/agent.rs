//! An agent without a mind: the official SDK's client, and what the tests want to know of it.

use crate::support::{Trace, client_builder};
use rmcp::model::{
    CallToolRequestParams, ClientCapabilities, ClientConfig, Implementation, ProgressNotificationParam,
    ProtocolVersion,
};
use rmcp::service::{NotificationContext, RunningService};
use rmcp::transport::streamable_http_client::StreamableHttpClientTransportConfig;
use rmcp::transport::{IntoTransport, StreamableHttpClientTransport, TokioChildProcess};
use rmcp::{
    ClientHandler, ClientLifecycleMode, ErrorData, RoleClient, ServiceError, serve_client_with_lifecycle,
};
use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};

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

    pub(crate) fn version(self) -> ProtocolVersion {
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

/// What the client hears beside answers.
#[derive(Clone)]
pub(crate) struct Ears {
    era: Era,
    progress: Arc<Mutex<Vec<ProgressNotificationParam>>>,
}

impl ClientHandler for Ears {
    fn get_info(&self) -> ClientConfig {
        let who = Implementation::new("toolpress-e2e", "1");
        ClientConfig::new(ClientCapabilities::default(), who).with_protocol_version(self.era.version())
    }

    async fn on_progress(&self, note: ProgressNotificationParam, _: NotificationContext<RoleClient>) {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner).push(note);
    }
}

/// A connected client that remembers which tools it called.
pub(crate) struct Agent {
    pub(crate) service: RunningService<RoleClient, Ears>,
    pub(crate) called: Vec<String>,
    trace: Trace,
}

impl Agent {
    /// Connects over HTTP in the older era, which most clients speak.
    pub(crate) async fn connect(url: &str) -> Self {
        Self::over_http(url, Era::Legacy).await
    }

    /// Connects over HTTP.
    pub(crate) async fn over_http(url: &str, era: Era) -> Self {
        Self::over(http_transport(url), era).await
    }

    /// Starts a command and speaks with it over its pipes.
    pub(crate) async fn over_pipes(command: std::process::Command, era: Era) -> Self {
        let command = tokio::process::Command::from(command);
        Self::over(TokioChildProcess::new(command).expect("a process"), era).await
    }

    async fn over<E, A>(transport: impl IntoTransport<RoleClient, E, A>, era: Era) -> Self
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        let ears = Ears { era, progress: Arc::default() };
        let service = serve_client_with_lifecycle(ears, transport, era.lifecycle());
        Self { service: service.await.expect("a connection"), called: Vec::new(), trace: Trace::default() }
    }

    /// The same agent, writing down what it says and hears.
    pub(crate) fn traced(mut self, trace: &Trace) -> Self {
        self.trace = trace.clone();
        self
    }

    /// Names of the listed tools.
    pub(crate) async fn tools(&self) -> Vec<String> {
        let tools = self.service.list_all_tools().await.expect("a list");
        tools.into_iter().map(|tool| tool.name.into_owned()).collect()
    }

    /// The result of a call, whatever became of it.
    pub(crate) async fn call(&mut self, tool: &'static str, arguments: Value) -> Value {
        self.called.push(tool.to_owned());
        self.trace.note(format!("agent asks: {tool}"));
        let result = self.service.call_tool(request(tool, arguments)).await.expect("a result");
        let result = serde_json::to_value(result).expect("JSON");
        self.trace.note(format!("agent told: {}", result["structuredContent"]));
        result
    }

    /// What a call that must go well gives: `structuredContent`.
    pub(crate) async fn ask(&mut self, tool: &'static str, arguments: Value) -> Value {
        let mut result = self.call(tool, arguments).await;
        assert_eq!(result["isError"], false, "{tool}: {result}");
        result["structuredContent"].take()
    }

    /// The text of a call that must fail at the vendor or before.
    pub(crate) async fn fail(&mut self, tool: &'static str, arguments: Value) -> String {
        let result = self.call(tool, arguments).await;
        assert_eq!(result["isError"], true, "{tool}: {result}");
        result["content"][0]["text"].as_str().expect("a text").to_owned()
    }

    /// The JSON-RPC error of a call that the server does not know.
    pub(crate) async fn unknown(&mut self, tool: &'static str, arguments: Value) -> ErrorData {
        match self.service.call_tool(request(tool, arguments)).await {
            Err(ServiceError::McpError(error)) => error,
            other => panic!("{tool} must be unknown: {other:?}"),
        }
    }

    /// The signs of life heard so far.
    pub(crate) fn progress(&self) -> Vec<ProgressNotificationParam> {
        self.service.service().progress.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The SDK's transport, set up as by its default, but without proxies.
pub(crate) fn http_transport(url: &str) -> StreamableHttpClientTransport<reqwest::Client> {
    let client = client_builder().pool_max_idle_per_host(0).build().expect("a client");
    StreamableHttpClientTransport::with_client(client, StreamableHttpClientTransportConfig::with_uri(url))
}

/// The parameters of `tools/call`.
pub(crate) fn request(tool: &'static str, arguments: Value) -> CallToolRequestParams {
    match arguments {
        Value::Object(arguments) => CallToolRequestParams::new(tool).with_arguments(arguments),
        other => panic!("arguments are an object, not {other}"),
    }
}
