//! A server that answers each request with the very bytes that a test wants, and tells what it was sent.

use serde_json::Value;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    /// Null if there was no JSON.
    pub(crate) body: Value,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The JSON-RPC method, or the method of HTTP where there is no body.
    pub(crate) fn what(&self) -> &str {
        self.body["method"].as_str().unwrap_or(&self.method)
    }
}

/// One thing the server does. After the last one it hangs up.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    Send(Vec<u8>),
    Wait(Duration),
    /// Waits for the test to let one more pass.
    Pass(Arc<Semaphore>),
    /// Waits until the client hangs up, and notes it.
    Linger,
}

/// What the server has seen so far.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    seen: Arc<Mutex<Vec<Seen>>>,
    left: Arc<Mutex<usize>>,
}

impl Log {
    pub(crate) fn all(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What was asked, in order.
    pub(crate) fn whats(&self) -> Vec<String> {
        self.all().iter().map(|seen| seen.what().to_owned()).collect()
    }

    /// Waits until this many requests have come.
    pub(crate) async fn come(&self, count: usize) {
        for _ in 0..2_000 {
            if self.all().len() >= count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("only {:?}", self.whats());
    }

    /// Waits until a client has hung up on a lingering server.
    pub(crate) async fn left(&self) {
        for _ in 0..500 {
            if *self.left.lock().unwrap_or_else(PoisonError::into_inner) > 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("nobody hung up");
    }
}

/// Starts a server; its address, and what it sees.
pub(crate) async fn serve(script: impl Fn(&Seen) -> Vec<Step> + Send + Sync + 'static) -> (String, Log) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}/mcp", listener.local_addr().expect("an address"));
    let log = Log::default();
    let (script, kept) = (Arc::new(script), log.clone());
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (script, log) = (Arc::clone(&script), kept.clone());
            tokio::spawn(async move { perform(stream, &*script, &log).await });
        }
    });
    (url, log)
}

async fn perform(mut stream: TcpStream, script: &(impl Fn(&Seen) -> Vec<Step> + Sync), log: &Log) {
    let _ = stream.set_nodelay(true);
    let Some(seen) = receive(&mut stream).await else { return };
    let steps = script(&seen);
    log.seen.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
    for step in steps {
        match step {
            Step::Send(bytes) => {
                if stream.write_all(&bytes).await.is_err() {
                    return;
                }
            }
            Step::Wait(time) => tokio::time::sleep(time).await,
            Step::Pass(gate) => gate.acquire().await.expect("an open gate").forget(),
            Step::Linger => {
                if matches!(stream.read(&mut [0; 16]).await, Ok(0) | Err(_)) {
                    *log.left.lock().unwrap_or_else(PoisonError::into_inner) += 1;
                }
            }
        }
    }
    let _ = stream.shutdown().await;
}

async fn receive(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let head = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        // A client that begins with TLS is not understood.
        if stream.read_buf(&mut bytes).await.ok()? == 0 || bytes.first() == Some(&0x16) {
            return None;
        }
    };
    let text = String::from_utf8(bytes[..head].to_vec()).ok()?;
    let mut lines = text.lines();
    let mut first = lines.next()?.split(' ');
    let (method, path) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let length: usize = length.map_or(Some(0), |(_, value)| value.parse().ok())?;
    while bytes.len() < head + 4 + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    let body = serde_json::from_slice(&bytes[head + 4..]).unwrap_or_default();
    Some(Seen { method, path, headers, body })
}

/// A head without a length, so that the end of the connection is the end of the body.
pub(crate) fn head(status: &str, fields: &[(&str, &str)]) -> Step {
    let fields: String = fields.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    Step::Send(format!("HTTP/1.1 {status}\r\nconnection: close\r\n{fields}\r\n").into_bytes())
}

/// A whole answer.
pub(crate) fn answer(status: &str, media: &str, body: &str) -> Vec<Step> {
    vec![head(status, &[("content-type", media)]), Step::Send(body.as_bytes().to_vec())]
}

/// A whole answer of JSON.
pub(crate) fn json(body: &Value) -> Vec<Step> {
    answer("200 OK", "application/json", &body.to_string())
}

/// The result of a request, as most servers give it.
pub(crate) fn result(seen: &Seen, result: &Value) -> Vec<Step> {
    json(&serde_json::json!({ "jsonrpc": "2.0", "id": seen.body["id"], "result": result }))
}

/// For what needs no answer.
pub(crate) fn accepted() -> Vec<Step> {
    vec![head("202 Accepted", &[("content-length", "0")])]
}

pub(crate) fn wait(ms: u64) -> Step {
    Step::Wait(Duration::from_millis(ms))
}
