//! A running tool call and the JSON its outcome becomes.
//!
//! The call runs inside the future, not in a task of its own: whoever drops it (a client that went away,
//! a cancellation) aborts the request to the vendor and gives the place in the queue back. A panic ends
//! the call and nothing else.

use super::era::Era;
use super::jsonrpc::notification;
use super::result::result;
use crate::Server;
use crate::call::{CallOutcome, RateLimit};
use crate::server::Admission;
use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde_json::{Map, Value, json};
use std::fmt;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use toolpress_core::Tool;

/// A call that runs while it is polled.
pub(crate) struct Call {
    outcome: BoxFuture<'static, Finished>,
    progress: Option<Value>,
    label: &'static str,
    started: Instant,
}

/// A call that came to its end.
#[derive(Debug)]
pub(crate) struct Finished {
    /// The result of `tools/call` as JSON text.
    pub(crate) result: Vec<u8>,
    /// What the vendor told about its rate limit.
    pub(crate) rate_limit: RateLimit,
}

impl Call {
    pub(crate) fn new(
        server: Arc<Server>,
        era: Era,
        tool: &'static Tool,
        arguments: Map<String, Value>,
        progress: Option<Value>,
        admission: Admission,
    ) -> Self {
        let (label, started) = (server.vendor().label, Instant::now());
        let outcome = async move {
            let _admission = admission;
            let outcome = AssertUnwindSafe(server.call(tool, arguments)).catch_unwind().await;
            let outcome = outcome.unwrap_or_else(|_| broken(label));
            let (error, ms) = (outcome.is_error, ms(started.elapsed()));
            // Where somebody takes note of calls, the audit line says this and more.
            if !server.is_observed() {
                tracing::info!(server = server.name(), tool = tool.name, error, ms, "call");
            }
            Finished { rate_limit: outcome.rate_limit, result: result(&server, era, outcome) }
        };
        Self { outcome: outcome.boxed(), progress, label, started }
    }

    /// A sign of life for a client that asked for progress. Its number grows from one to the next.
    pub(crate) fn progress(&self) -> Option<Bytes> {
        let token = self.progress.as_ref()?;
        let waited = self.started.elapsed();
        let message = format!("Waiting for {} for {} s.", self.label, waited.as_secs());
        // Whole milliseconds are fine enough to grow from tick to tick.
        let seconds = Duration::from_millis(ms(waited)).as_secs_f64();
        let params = json!({ "progressToken": token, "progress": seconds, "message": message });
        Some(notification("notifications/progress", &params))
    }
}

impl Future for Call {
    type Output = Finished;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Finished> {
        self.outcome.poll_unpin(context)
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").field("started", &self.started).finish_non_exhaustive()
    }
}

fn ms(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

fn broken(label: &str) -> CallOutcome {
    let text = format!(
        "Toolpress failed inside; this is a fault of the server, not of the arguments. The call may have \
         reached {label}: look before you repeat it."
    );
    CallOutcome {
        is_error: true,
        structured: json!({ "error": { "message": text } }).into(),
        text,
        status: None,
        hints: Map::new(),
        notes: Vec::new(),
        blocks: Vec::new(),
        rate_limit: RateLimit::default(),
    }
}
