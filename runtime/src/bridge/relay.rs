//! The loop between the pipes and the server: many requests at a time, every line whole.

use super::exchange::{Ask, Context, Exchange};
use super::problem::Problem;
use super::session::{Session, modern};
use super::{BridgeLimits, Remote};
use crate::mcp::jsonrpc::{self, INVALID_REQUEST, Id, Message, Notification, Request, RpcError};
use crate::mcp::lines::{Line, Lines, write};
use bytes::Bytes;
use http::StatusCode;
use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, BufReader};
use tokio::sync::{RwLock, Semaphore, mpsc};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::timeout;

/// How many lines may wait for a slow reader.
const LINES: usize = 64;
/// How many requests may wait for each that runs.
const WAITING: usize = 8;
/// How long running requests may go on after a signal. Clients that send one kill soon after.
const GRACE: Duration = Duration::from_secs(2);

/// Carries messages between a pair of pipes and a server until the input ends, `stop` comes or nobody
/// reads the output any more. Requests that run at the end of the input may finish within the drain time.
///
/// # Errors
/// If the HTTP client cannot be set up, the input cannot be read or the output cannot be written.
pub async fn run(
    remote: Remote,
    limits: BridgeLimits,
    input: impl AsyncRead + Unpin,
    output: impl AsyncWrite + Unpin + Send + 'static,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let drain = limits.drain;
    let exchange = Exchange::new(remote, limits).map_err(|error| io::Error::other(error.without_url()))?;
    let (lines, queue) = mpsc::channel(LINES);
    let mut writer = tokio::spawn(write(queue, output));
    let mut relay = Relay::new(exchange, lines);
    let (read, drain) = tokio::select! {
        read = relay.receive(BufReader::new(input)) => (read, drain),
        () = stop => (Ok(()), drain.min(GRACE)),
        // The client closed our output: nobody is left to answer.
        written = &mut writer => return written.unwrap_or(Ok(())),
    };
    tokio::select! {
        () = relay.finish(drain) => {}
        written = &mut writer => return written.unwrap_or(Ok(())),
    }
    drop(relay);
    let written = writer.await.unwrap_or(Ok(()));
    read.and(written)
}

struct Running {
    task: AbortHandle,
    /// In the modern era a request is cancelled by leaving it, without a word.
    modern: bool,
}

struct Relay {
    shared: Arc<Shared>,
    tasks: JoinSet<Option<Id>>,
    running: HashMap<Id, Running>,
    /// Streams of what the server sends of its own accord.
    listening: JoinSet<()>,
}

/// What every task needs.
struct Shared {
    exchange: Exchange,
    /// Locked for writing while `initialize` and its confirmation are under way, since all that follows
    /// needs what they settle.
    session: Arc<RwLock<Session>>,
    lines: mpsc::Sender<Bytes>,
    room: Semaphore,
}

impl Relay {
    fn new(exchange: Exchange, lines: mpsc::Sender<Bytes>) -> Self {
        let room = Semaphore::new(exchange.limits.requests);
        let shared = Shared { exchange, session: Arc::default(), lines, room };
        Self {
            shared: Arc::new(shared),
            tasks: JoinSet::new(),
            running: HashMap::new(),
            listening: JoinSet::new(),
        }
    }

    async fn receive(&mut self, input: impl AsyncBufRead + Unpin) -> io::Result<()> {
        let limit = self.shared.exchange.limits.request_body;
        let mut lines = Lines::new(input, limit);
        loop {
            let line = tokio::select! {
                line = lines.next() => line?,
                Some(ended) = self.tasks.join_next() => {
                    if let Ok(Some(id)) = ended {
                        self.running.remove(&id);
                    }
                    continue;
                }
            };
            let answer = match line {
                Line::End => return Ok(()),
                Line::TooLong(id) => {
                    let message = format!(
                        "The message is longer than {limit} bytes. Send less at once, or raise --request-body."
                    );
                    let error = RpcError::new(StatusCode::PAYLOAD_TOO_LARGE, INVALID_REQUEST, message);
                    Some(error.answer(&id))
                }
                Line::Whole(line) if line.trim_ascii().is_empty() => None,
                Line::Whole(line) => self.take(line.into()).await,
            };
            if let Some(answer) = answer
                && self.shared.lines.send(answer).await.is_err()
            {
                return Ok(());
            }
        }
    }

    /// Acts on one message; the answer, if it is not worth sending.
    async fn take(&mut self, line: Bytes) -> Option<Bytes> {
        match jsonrpc::read(&line) {
            Ok(Message::Request(request)) => return self.start(request, line).await,
            Ok(Message::Notification(note)) if note.method == "notifications/cancelled" => {
                self.cancel(&note, line);
            }
            Ok(Message::Notification(note)) if note.method == "notifications/initialized" => {
                let session = Arc::clone(&self.shared.session).write_owned().await;
                let shared = Arc::clone(&self.shared);
                self.listening.spawn(async move {
                    let headers = session.headers();
                    let taken = shared.exchange.tell(line, &headers).await;
                    drop(session);
                    if taken {
                        shared.exchange.listen(&headers, &shared.lines).await;
                    }
                });
            }
            Ok(Message::Notification(note)) => {
                let shared = Arc::clone(&self.shared);
                self.tasks.spawn(async move {
                    let headers = shared.session.read().await.headers_for(&note.method, &note.params);
                    shared.exchange.tell(line, &headers).await;
                    None
                });
            }
            Ok(Message::Response) => self.pass_on(line),
            Err((id, error)) => return Some(error.answer(&id)),
        }
        None
    }

    /// Sends what belongs to the session as a whole.
    fn pass_on(&mut self, line: Bytes) {
        let shared = Arc::clone(&self.shared);
        self.tasks.spawn(async move {
            let headers = shared.session.read().await.headers();
            shared.exchange.tell(line, &headers).await;
            None
        });
    }

    async fn start(&mut self, request: Request, line: Bytes) -> Option<Bytes> {
        let id = request.id.clone();
        if self.running.contains_key(&id) {
            let message = "A request with this id is still running.";
            return Some(RpcError::new(StatusCode::BAD_REQUEST, INVALID_REQUEST, message).answer(&id));
        }
        let shared = Arc::clone(&self.shared);
        if self.running.len() >= shared.exchange.limits.requests.saturating_mul(WAITING) {
            let context =
                Context { remote: &shared.exchange.remote, method: &request.method, in_session: false };
            return Some(Problem::Busy.error(&context).answer(&id));
        }
        let modern = modern(&request.params).is_some();
        let task = if request.method == "initialize" {
            let mut session = Arc::clone(&shared.session).write_owned().await;
            self.tasks.spawn(async move { shared.request(request, line, Some(&mut session)).await })
        } else {
            self.tasks.spawn(async move { shared.request(request, line, None).await })
        };
        self.running.insert(id, Running { task, modern });
        None
    }

    /// Leaves a running request. Legacy servers are told so, too, as to them a broken connection means
    /// nothing. A cancelled request gets no answer.
    fn cancel(&mut self, note: &Notification, line: Bytes) {
        let id = note.params.get("requestId").and_then(Id::of);
        let Some(running) = id.and_then(|id| self.running.remove(&id)) else { return };
        running.task.abort();
        if !running.modern {
            self.pass_on(line);
        }
    }

    /// Lets running requests end within a time, then the session.
    async fn finish(&mut self, drain: Duration) {
        let finished = timeout(drain, async { while self.tasks.join_next().await.is_some() {} }).await;
        if finished.is_err() {
            tracing::warn!(requests = self.tasks.len(), "requests were still running at the end");
        }
        self.tasks.shutdown().await;
        self.listening.shutdown().await;
        let session = self.shared.session.read().await;
        if session.is_kept() {
            self.shared.exchange.end(&session.headers()).await;
        }
    }
}

impl Shared {
    /// Asks the server and answers the client, once there is room. `opening` is the session that this
    /// request settles.
    async fn request(&self, request: Request, body: Bytes, opening: Option<&mut Session>) -> Option<Id> {
        let Request { id, method, params } = request;
        let (headers, in_session) = match &opening {
            Some(session) => (session.headers_for(&method, &params), false),
            None => {
                let session = self.session.read().await;
                (session.headers_for(&method, &params), session.is_kept() && modern(&params).is_none())
            }
        };
        drop(params);
        // After the lock, so that those who wait for the handshake leave it room. Never closed.
        let _room = self.room.acquire().await.ok();
        let context = Context { remote: &self.exchange.remote, method: &method, in_session };
        let ask = Ask { id: &id, body, headers, context };
        let started = Instant::now();
        let line = match self.exchange.ask(&ask, &self.lines).await {
            Ok(answered) => {
                if let Some(session) = opening {
                    session.open(&answered.headers, &answered.line);
                }
                answered.line
            }
            Err(problem) => {
                let error = problem.error(&ask.context);
                tracing::warn!("{}", error.message);
                error.answer(&id)
            }
        };
        tracing::debug!(method, ms = started.elapsed().as_millis(), "answered");
        // Fails only when nobody reads any more.
        let _ = self.lines.send(line).await;
        Some(id)
    }
}
