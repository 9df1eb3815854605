//! What a call came to, before it is wrapped for a protocol.

use super::Json;
use http::HeaderName;
use http::header::RETRY_AFTER;
use serde::ser::{Serialize, SerializeMap as _, Serializer};
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
    pub structured: Json,
    /// The vendor's HTTP status, if it answered.
    pub status: Option<u16>,
    /// What the vendor told about its rate limit.
    pub rate_limit: RateLimit,
    /// Further entries for `_meta`, under keys `toolpress/…`.
    pub hints: Map<String, Value>,
    /// Remarks that a model should read beside [`Self::text`], each a text block of its own, so that
    /// the text of a success stays the JSON of [`Self::structured`] and nothing else.
    pub notes: Vec<String>,
    /// What the vendor gave that is no text. [`Self::structured`] tells only what it is and how long.
    pub blocks: Vec<Block>,
}

impl CallOutcome {
    /// The entries of `_meta`: the vendor's status and rate limit, as far as it told them, and the hints.
    pub fn meta(&self) -> Meta<'_> {
        Meta(self)
    }

    /// Whether a request went to the vendor, or was at least on its way.
    pub fn sent(&self) -> bool {
        let kind = self.structured.at(&["error", "kind"]);
        !matches!(kind, Some("\"arguments\"" | "\"cursor\"" | "\"credential\"" | "\"policy\""))
    }
}

/// What stands in a result's `_meta`, as a JSON object.
#[derive(Debug, Clone, Copy)]
pub struct Meta<'o>(&'o CallOutcome);

impl Meta<'_> {
    /// There is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.0.status.is_none() && self.0.hints.is_empty()
    }
}

impl Serialize for Meta<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        if let Some(status) = self.0.status {
            map.serialize_entry("toolpress/status", &status)?;
            if !self.0.rate_limit.is_unknown() {
                map.serialize_entry("toolpress/ratelimit", &self.0.rate_limit)?;
            }
        }
        for (key, value) in &self.0.hints {
            map.serialize_entry(key, value)?;
        }
        map.end()
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
    pub fn headers(&self) -> impl Iterator<Item = (HeaderName, u64)> + use<> {
        const LIMIT: HeaderName = HeaderName::from_static("ratelimit-limit");
        const REMAINING: HeaderName = HeaderName::from_static("ratelimit-remaining");
        const RESET: HeaderName = HeaderName::from_static("ratelimit-reset");
        [(LIMIT, self.limit), (REMAINING, self.remaining), (RESET, self.reset)]
            .into_iter()
            .filter_map(|(name, value)| Some((name, value?)))
    }

    /// The vendor told nothing.
    pub fn is_unknown(&self) -> bool {
        *self == Self::default()
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

/// The header fields for a client and `retry-after`, as a JSON object.
impl Serialize for RateLimit {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let members = self.headers().chain(self.retry_after.map(|seconds| (RETRY_AFTER, seconds)));
        let mut map = serializer.serialize_map(None)?;
        for (name, number) in members {
            map.serialize_entry(name.as_str(), &number)?;
        }
        map.end()
    }
}
