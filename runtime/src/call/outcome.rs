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
    /// `result_count`. Failure: `{"error": {…}}`.
    pub structured: Value,
    /// Entries for `_meta`, under keys `toolpress/…`.
    pub meta: Map<String, Value>,
    /// What the vendor told about its rate limit.
    pub rate_limit: RateLimit,
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
