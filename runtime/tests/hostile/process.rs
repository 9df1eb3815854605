//! A server in a process of its own: this very test binary, started again.

use crate::fixture::{call, rpc};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Lines, Read as _, Write as _};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use toolpress_core::Mask;
use toolpress_runtime::call::{EgressPolicy, Upstream};
use toolpress_runtime::web::{self, Front};
use toolpress_runtime::{Account, Limits, MemoryRegistry, Server, ServerOptions, Shared, mcp};

/// What the process is told through its environment.
const VENDOR: &str = "HOSTILE_VENDOR";
const READ_TIMEOUT_MS: &str = "HOSTILE_READ_TIMEOUT_MS";
const CONNECTIONS: &str = "HOSTILE_CONNECTIONS";

/// How a process differs from one with the default bounds.
#[derive(Default)]
pub(crate) struct Setup<'s> {
    /// Base URL of the vendor.
    pub(crate) vendor: &'s str,
    pub(crate) read_timeout: Option<Duration>,
    pub(crate) connections: Option<usize>,
    /// A file of certificates that the process trusts instead of the system's.
    pub(crate) roots: Option<&'s std::path::Path>,
}

/// A server that shows every tool of the small vendor. It ends when this is dropped.
pub(crate) struct Process {
    child: Child,
    /// The process lives as long as its input is open.
    alive: Option<ChildStdin>,
    /// Open as long as that, since the harness has a last word to say.
    _output: Lines<BufReader<ChildStdout>>,
    pub(crate) address: SocketAddr,
    pub(crate) token: String,
    client: reqwest::Client,
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    pub(crate) fn start(setup: &Setup<'_>) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command.args(["--exact", "process::a_process_serves_until_its_input_ends", "--nocapture"]);
        command.env(VENDOR, setup.vendor).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        if let Some(patience) = setup.read_timeout {
            command.env(READ_TIMEOUT_MS, patience.as_millis().to_string());
        }
        if let Some(connections) = setup.connections {
            command.env(CONNECTIONS, connections.to_string());
        }
        if let Some(roots) = setup.roots {
            command.env("SSL_CERT_FILE", roots);
        }
        let mut child = command.spawn().expect("a process");
        let alive = child.stdin.take().expect("its input");
        let mut output = BufReader::new(child.stdout.take().expect("its output")).lines();
        // The harness says what it runs, and does not end that line.
        let served = output.find_map(|line| {
            let line = line.expect("text");
            let (_, told) = line.split_once("serving ")?;
            let (address, token) = told.split_once(' ')?;
            Some((address.parse().expect("an address"), token.to_owned()))
        });
        let (address, token) = served.expect("the process serves");
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        Self { child, alive: Some(alive), _output: output, address, token, client }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/mcp/{}", self.address, self.token)
    }

    pub(crate) async fn send(&self, body: impl Into<reqwest::Body>) -> (u16, String) {
        let request = self.client.post(self.url()).header("content-type", "application/json").body(body);
        let response = request.send().await.expect("an answer");
        (response.status().as_u16(), response.text().await.expect("a text"))
    }

    /// The result of a call.
    pub(crate) async fn call(&self, tool: &str, id: &str) -> Value {
        let (status, text) = self.send(rpc("tools/call", &call(tool, id))).await;
        let answer: Value = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        assert_eq!(status, 200, "{text}");
        answer["result"].clone()
    }

    /// An ordinary call goes well.
    pub(crate) async fn is_well(&self) {
        let result = self.call("get_single_acme_item_by_id", "7").await;
        assert_eq!(result["isError"], false, "{result}");
    }

    /// Memory in use, in KiB; `None` where the system does not tell.
    pub(crate) fn memory(&self) -> Option<usize> {
        self.status("VmRSS:")
    }

    /// Most memory that was ever in use, in KiB.
    pub(crate) fn peak(&self) -> Option<usize> {
        self.status("VmHWM:")
    }

    fn status(&self, field: &str) -> Option<usize> {
        let text = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = text.lines().find_map(|line| line.strip_prefix(field))?;
        line.trim().strip_suffix(" kB")?.parse().ok()
    }

    /// Ends the process and gives what it wrote to standard error.
    pub(crate) fn log(mut self) -> String {
        let _ = self.child.kill();
        let mut log = String::new();
        let errors = self.child.stderr.as_mut().expect("its errors");
        errors.read_to_string(&mut log).expect("text");
        log
    }
}

/// Growth in KiB, skipped by name where the system does not tell.
pub(crate) fn grown(before: Option<usize>, after: Option<usize>) -> Option<usize> {
    let grown = before.zip(after).map(|(before, after)| after.saturating_sub(before));
    if grown.is_none() {
        #[expect(clippy::print_stderr, reason = "who runs the test should know what it did not look at")]
        {
            eprintln!("memory is not looked at: this system has no /proc");
        }
    }
    grown
}

/// Plays both parts: with a vendor in its environment it is the server that [`Process::start`] starts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_serves_until_its_input_ends() {
    if let Ok(vendor) = std::env::var(VENDOR) {
        return serve(&vendor).await;
    }
    let mut process = Process::start(&Setup { vendor: "http://127.0.0.1:9", ..Setup::default() });
    assert_eq!(process.send(rpc("ping", &json!({}))).await.0, 200);
    drop(process.alive.take());
    let ended = tokio::task::spawn_blocking(move || process.child.wait()).await.expect("a thread");
    assert!(ended.expect("an end").success());
}

async fn serve(vendor: &str) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<usize>().ok());
    let mut limits = Limits::default();
    if let Some(patience) = number(READ_TIMEOUT_MS) {
        limits.read_timeout = Duration::from_millis(patience as u64);
    }
    limits.connections = number(CONNECTIONS).unwrap_or(limits.connections);
    web::raise_open_files(&limits);
    let acme = &crate::acme::ACME;
    let account = Account::new("a1", acme, Some(vendor), |_| Some("canary-of-the-process".to_owned()))
        .expect("an account");
    let upstream = Upstream::new(limits.clone(), EgressPolicy::trusted()).expect("a client");
    let shared = Shared::new(upstream, limits.clone());
    let mask = Mask::all(acme);
    let options = ServerOptions::default();
    let server = Server::new(shared, &crate::acme::CATALOG, acme, mask, Arc::new(account), options);
    let registry = Arc::new(MemoryRegistry::new());
    let token = registry.add(server).expect("a token");
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    writeln!(std::io::stdout(), "serving {address} {}", token.expose()).expect("an output");
    let router = mcp::router(registry, Front::default(), &limits);
    let ended = tokio::task::spawn_blocking(|| std::io::stdin().read_to_end(&mut Vec::new()));
    web::serve(listener, router, &limits, async { ended.await.map_or((), |_| ()) }).await;
}
