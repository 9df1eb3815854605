//! MCP over pipes: one JSON-RPC message per line, both generations, many requests at a time.
//!
//! Nothing but JSON-RPC is ever written. When the input ends, running calls may finish within the
//! drain time.

use super::call::Call;
use super::dispatch::{Reply, dispatch};
use super::era::Era;
use super::jsonrpc::{self, Id, Message, Notification, RpcError, answer};
use super::lines::{Line, Lines, write};
use crate::Server;
use bytes::Bytes;
use http::StatusCode;
use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufRead, AsyncRead, AsyncWrite, BufReader};
use tokio::sync::mpsc;
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{MissedTickBehavior, interval, timeout};

/// How many answers may wait for a slow reader.
const ANSWERS: usize = 64;

/// Serves one server over a pair of pipes until the input ends or `stop` comes.
///
/// # Errors
/// If the input cannot be read or the output cannot be written.
pub async fn stdio(
    server: Arc<Server>,
    input: impl AsyncRead + Unpin,
    output: impl AsyncWrite + Unpin + Send + 'static,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let (answers, queue) = mpsc::channel(ANSWERS);
    let mut writer = tokio::spawn(write(queue, output));
    let drain = server.limits().drain;
    let mut session = Session { server, answers, calls: JoinSet::new(), running: HashMap::new() };
    let read = tokio::select! {
        read = session.receive(BufReader::new(input)) => read,
        () = stop => Ok(()),
        // The client closed our output: nobody is left to answer.
        written = &mut writer => return written.unwrap_or(Ok(())),
    };
    let Session { answers, mut calls, .. } = session;
    let finished = timeout(drain, async { while calls.join_next().await.is_some() {} }).await;
    if finished.is_err() {
        tracing::warn!(calls = calls.len(), "calls were still running at the end of the drain time");
    }
    calls.shutdown().await;
    drop(answers);
    let written = writer.await.unwrap_or(Ok(()));
    read.and(written)
}

struct Session {
    server: Arc<Server>,
    answers: mpsc::Sender<Bytes>,
    calls: JoinSet<Id>,
    running: HashMap<Id, AbortHandle>,
}

impl Session {
    async fn receive(&mut self, input: impl AsyncBufRead + Unpin) -> io::Result<()> {
        let limit = self.server.limits().request_body;
        let mut lines = Lines::new(input, limit);
        loop {
            let line = tokio::select! {
                line = lines.next() => line?,
                Some(ended) = self.calls.join_next() => {
                    if let Ok(id) = ended {
                        self.running.remove(&id);
                    }
                    continue;
                }
            };
            let answer = match line {
                Line::End => return Ok(()),
                Line::TooLong(id) => {
                    let message = format!("The line is longer than {limit} bytes.");
                    let error = RpcError::new(StatusCode::PAYLOAD_TOO_LARGE, jsonrpc::PARSE_ERROR, message);
                    Some(error.answer(&id))
                }
                Line::Whole(line) if line.trim_ascii().is_empty() => None,
                Line::Whole(line) => self.take(&line),
            };
            if let Some(answer) = answer
                && self.answers.send(answer).await.is_err()
            {
                return Ok(());
            }
        }
    }

    /// Acts on one message; the answer, if there is one already.
    fn take(&mut self, line: &[u8]) -> Option<Bytes> {
        let request = match jsonrpc::read(line) {
            Ok(Message::Request(request)) => request,
            Ok(Message::Notification(notification)) => {
                self.note(&notification);
                return None;
            }
            Ok(Message::Response) => return None,
            Err((id, error)) => return Some(error.answer(&id)),
        };
        let id = request.id.clone();
        let era = match Era::over_stdio(&request) {
            Ok(era) => era,
            Err(error) => return Some(error.answer(&id)),
        };
        match dispatch(&self.server, era, &request) {
            Ok(Reply::Result(result)) => Some(answer(&id, &result)),
            Ok(Reply::List) => Some(self.server.list().answer(era, &id).concat().into()),
            Ok(Reply::Call(call)) => self.start(id, call),
            Err(error) => Some(error.answer(&id)),
        }
    }

    fn start(&mut self, id: Id, call: Call) -> Option<Bytes> {
        if self.running.contains_key(&id) {
            let message = "A request with this id is still running.";
            let error = RpcError::new(StatusCode::BAD_REQUEST, jsonrpc::INVALID_REQUEST, message);
            return Some(error.answer(&id));
        }
        let (answers, every) = (self.answers.clone(), self.server.limits().keep_alive);
        let task = self.calls.spawn(run(id.clone(), call, answers, every));
        self.running.insert(id, task);
        None
    }

    /// The only notification that changes anything is a cancellation. A cancelled request gets no answer.
    fn note(&mut self, notification: &Notification) {
        if notification.method == "notifications/cancelled"
            && let Some(id) = notification.params.get("requestId").and_then(Id::of)
            && let Some(task) = self.running.remove(&id)
        {
            task.abort();
        }
    }
}

async fn run(id: Id, mut call: Call, answers: mpsc::Sender<Bytes>, every: Duration) -> Id {
    let mut ticks = interval(every.max(Duration::from_millis(1)));
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    ticks.reset();
    let finished = loop {
        tokio::select! {
            finished = &mut call => break finished,
            _ = ticks.tick() => {
                if let Some(note) = call.progress() {
                    let _ = answers.send(note).await;
                }
            }
        }
    };
    // Fails only when nobody reads any more.
    let _ = answers.send(answer(&id, &finished.result)).await;
    id
}
