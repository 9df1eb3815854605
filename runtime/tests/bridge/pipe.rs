//! The client's end of a bridge in this process.

use serde_json::{Value, json};
use std::io;
use std::time::Duration;
use tokio::io::{
    AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf,
};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use toolpress_runtime::bridge::{self, BridgeLimits, Remote};

/// Longest time that anything here may take.
const PATIENCE: Duration = Duration::from_secs(30);

pub(crate) struct Pipe {
    pub(crate) input: Option<WriteHalf<DuplexStream>>,
    output: Option<Lines<BufReader<ReadHalf<DuplexStream>>>>,
    running: JoinHandle<io::Result<()>>,
    stop: Option<oneshot::Sender<()>>,
}

impl Pipe {
    pub(crate) fn open(url: &str) -> Self {
        Self::within(url, BridgeLimits::default())
    }

    pub(crate) fn within(url: &str, limits: BridgeLimits) -> Self {
        Self::to(Remote::new(url).expect("a URL"), limits)
    }

    pub(crate) fn to(remote: Remote, limits: BridgeLimits) -> Self {
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let (output, input) = tokio::io::split(ours);
        let (reader, writer) = tokio::io::split(theirs);
        let (stop, stopped) = oneshot::channel();
        let stopped = async {
            if stopped.await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let running = tokio::spawn(bridge::run(remote, limits, reader, writer, stopped));
        let output = Some(BufReader::new(output).lines());
        Self { input: Some(input), output, running, stop: Some(stop) }
    }

    pub(crate) async fn say(&mut self, line: impl AsRef<[u8]>) {
        let input = self.input.as_mut().expect("an open input");
        input.write_all(line.as_ref()).await.expect("a reader");
        input.write_all(b"\n").await.expect("a reader");
    }

    /// The next line, if one comes.
    pub(crate) async fn line(&mut self) -> Option<String> {
        let lines = self.output.as_mut().expect("an open output");
        timeout(PATIENCE, lines.next_line()).await.expect("a line in time").expect("UTF-8")
    }

    pub(crate) async fn hear(&mut self) -> Value {
        let line = self.line().await.expect("a line");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    pub(crate) async fn ask(&mut self, line: impl AsRef<[u8]>) -> Value {
        self.say(line).await;
        self.hear().await
    }

    /// Closes the input.
    pub(crate) async fn close(&mut self) {
        self.input.take().expect("an open input").shutdown().await.expect("a pipe");
    }

    /// Sends the signal to stop.
    pub(crate) fn stop(&mut self) {
        self.stop.take().expect("once").send(()).expect("a bridge");
    }

    /// Goes away without a word.
    pub(crate) fn hang_up(&mut self) {
        self.output = None;
        self.input = None;
    }

    /// Waits for the end; what was still said.
    pub(crate) async fn end(mut self) -> (io::Result<()>, Vec<Value>) {
        let mut rest = Vec::new();
        if self.output.is_some() {
            // The pipe in memory only ends when both its halves are gone.
            self.input = None;
            while let Some(line) = self.line().await {
                rest.push(serde_json::from_str(&line).expect("JSON"));
            }
        }
        let ended = timeout(PATIENCE, self.running).await.expect("an end in time");
        (ended.expect("no panic"), rest)
    }
}

/// A legacy request.
pub(crate) fn rpc(id: u32, method: &str, params: &Value) -> String {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string()
}

/// A legacy call of a tool.
pub(crate) fn call(id: u32) -> String {
    rpc(id, "tools/call", &json!({ "name": "t", "arguments": {} }))
}

/// A modern request.
pub(crate) fn modern(id: u32, method: &str, mut params: Value) -> String {
    params["_meta"] = json!({
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientCapabilities": {},
    });
    rpc(id, method, &params)
}

/// A notification.
pub(crate) fn note(method: &str, params: &Value) -> String {
    json!({ "jsonrpc": "2.0", "method": method, "params": params }).to_string()
}
