//! What a call came to, before it is wrapped for a protocol.

use serde_json::{Map, Value};

/// The result of one tool call.
#[derive(Debug, Clone)]
pub struct CallOutcome {
    /// The call failed: at the vendor, on the way, or before anything was sent.
    pub is_error: bool,
    /// What a model reads.
    pub text: String,
    /// The same as a JSON object. Success: `{"result": …}`, for lists also `next_cursor` and
    /// `result_count`. Failure: `{"error": {"kind", "message", …}}`.
    pub structured: Value,
    /// Entries for `_meta`, under keys `toolpress/…`.
    pub meta: Map<String, Value>,
    /// What the vendor told about its rate limit.
    pub rate_limit: RateLimit,
    /// Remarks that a model should read beside [`Self::text`], each a text block of its own, so that
    /// the text of a success stays the JSON of [`Self::structured`] and nothing else.
    pub notes: Vec<String>,
    /// What the vendor gave that is no text. [`Self::structured`] tells only what it is and how long.
    pub blocks: Vec<Block>,
}

impl CallOutcome {
    /// The vendor's HTTP status, if it answered.
    pub fn status(&self) -> Option<u16> {
        self.meta.get("toolpress/status")?.as_u64()?.try_into().ok()
    }

    /// Whether a request went to the vendor, or was at least on its way.
    pub fn sent(&self) -> bool {
        let kind = self.structured.pointer("/error/kind").and_then(Value::as_str);
        !matches!(kind, Some("arguments" | "cursor" | "credential" | "policy"))
    }
}

/// Content that is no text, in base64.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A picture.
    Image {
        /// Its media type.
        mime_type: String,
        /// Its bytes.
        data: String,
    },
    /// A sound.
    Audio {
        /// Its media type.
        mime_type: String,
        /// Its bytes.
        data: String,
    },
    /// Any other bytes, as an embedded resource.
    Resource {
        /// A name for it. Not an address: the bytes cannot be fetched without the account.
        uri: String,
        /// Its media type.
        mime_type: String,
        /// Its bytes.
        blob: String,
    },
}

/// A vendor's rate limit, normalised: whole numbers, times in seconds from now.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RateLimit {
    /// The quota.
    pub limit: Option<u64>,
    /// What is left of it.
    pub remaining: Option<u64>,
    /// Seconds until more is granted.
    pub reset: Option<u64>,
    /// Seconds the vendor asks to wait before the next request; takes precedence over `reset`.
    pub retry_after: Option<u64>,
}

impl RateLimit {
    /// The header fields for a client, as named by the drafts up to
    /// `draft-ietf-httpapi-ratelimit-headers-06`; only those known.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, u64)> + use<> {
        [
            ("ratelimit-limit", self.limit),
            ("ratelimit-remaining", self.remaining),
            ("ratelimit-reset", self.reset),
        ]
        .into_iter()
        .filter_map(|(name, value)| Some((name, value?)))
    }

    /// The same and `retry-after` as a JSON object; `None` when the vendor told nothing.
    pub fn meta(&self) -> Option<Value> {
        let members = self.headers().chain(self.retry_after.map(|seconds| ("retry-after", seconds)));
        let members: Map<String, Value> =
            members.map(|(name, value)| (name.to_owned(), value.into())).collect();
        (!members.is_empty()).then_some(Value::Object(members))
    }

    /// Seconds to wait before the next request, as far as the vendor told. `Retry-After` beats the reset.
    pub fn wait(&self) -> Option<u64> {
        self.retry_after.or(self.reset)
    }

    /// Nothing is left, or the vendor asked to wait although it does not tell what is left.
    pub(super) fn is_used_up(&self) -> bool {
        self.remaining == Some(0) || (self.remaining.is_none() && self.retry_after.is_some())
    }
}
