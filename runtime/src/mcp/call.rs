//! A running tool call and the JSON its outcome becomes.
//!
//! The call runs inside the future, not in a task of its own: whoever drops it (a client that went away,
//! a cancellation) aborts the request to the vendor and gives the place in the queue back. A panic ends
//! the call and nothing else.

use super::era::{Era, META_SERVER_INFO};
use super::jsonrpc::notification;
use crate::Server;
use crate::call::{Block, CallOutcome, RateLimit};
use crate::server::Admission;
use bytes::Bytes;
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use serde::Serialize;
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
    pub(crate) result: String,
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
            tracing::info!(server = server.name(), tool = tool.name, error, ms, "call");
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
        structured: json!({ "error": { "message": text } }),
        text,
        meta: Map::new(),
        notes: Vec::new(),
        blocks: Vec::new(),
        rate_limit: RateLimit::default(),
    }
}

/// The result of `tools/call`, in the order that clients print best.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ToolResult<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    result_type: Option<&'static str>,
    content: Vec<Content<'r>>,
    structured_content: &'r Value,
    is_error: bool,
    #[serde(rename = "_meta", skip_serializing_if = "Map::is_empty")]
    meta: Map<String, Value>,
}

/// A content block, which both eras write alike.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase", rename_all_fields = "camelCase")]
enum Content<'r> {
    Text { text: &'r str },
    Image { data: &'r str, mime_type: &'r str },
    Audio { data: &'r str, mime_type: &'r str },
    Resource { resource: Embedded<'r> },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Embedded<'r> {
    uri: &'r str,
    mime_type: &'r str,
    blob: &'r str,
}

impl<'r> From<&'r Block> for Content<'r> {
    fn from(block: &'r Block) -> Self {
        match block {
            Block::Image { mime_type, data } => Self::Image { data, mime_type },
            Block::Audio { mime_type, data } => Self::Audio { data, mime_type },
            Block::Resource { uri, mime_type, blob } => {
                Self::Resource { resource: Embedded { uri, mime_type, blob } }
            }
        }
    }
}

fn result(server: &Server, era: Era, outcome: CallOutcome) -> String {
    let mut meta = outcome.meta;
    if era == Era::Modern {
        meta.insert(META_SERVER_INFO.to_owned(), server.info().clone());
    }
    let text = |text| Content::Text { text };
    // Some clients show or read nothing but the first block.
    let content = std::iter::once(text(outcome.text.as_str()))
        .chain(outcome.blocks.iter().map(Content::from))
        .chain(outcome.notes.iter().map(|note| text(note)));
    let result = ToolResult {
        result_type: (era == Era::Modern).then_some("complete"),
        content: content.collect(),
        structured_content: &outcome.structured,
        is_error: outcome.is_error,
        meta,
    };
    // Maps with text keys always serialise.
    serde_json::to_string(&result).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{Block, Content};
    use serde_json::{json, to_value};

    #[test]
    fn blocks_are_written_as_the_protocol_names_them() {
        let (mime_type, data) = ("image/png".to_owned(), "/w==".to_owned());
        let uri = "toolpress://acme/x".to_owned();
        let table = [
            (
                Block::Image { mime_type: mime_type.clone(), data: data.clone() },
                json!({ "type": "image", "data": "/w==", "mimeType": "image/png" }),
            ),
            (
                Block::Audio { mime_type: mime_type.clone(), data: data.clone() },
                json!({ "type": "audio", "data": "/w==", "mimeType": "image/png" }),
            ),
            (
                Block::Resource { uri, mime_type, blob: data },
                json!({ "type": "resource", "resource":
                    { "uri": "toolpress://acme/x", "mimeType": "image/png", "blob": "/w==" } }),
            ),
        ];
        for (block, expected) in table {
            assert_eq!(to_value(Content::from(&block)).unwrap(), expected);
        }
        let text = Content::Text { text: "x" };
        assert_eq!(to_value(text).unwrap(), json!({ "type": "text", "text": "x" }));
    }
}
