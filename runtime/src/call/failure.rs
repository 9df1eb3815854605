//! A call that failed, told so that a model knows what happened and what to do next.
//!
//! Every failure is one result with a text and a JSON object; none of them holds a secret, an address a
//! name resolved to, or a path of this machine.

use super::outcome::{CallOutcome, RateLimit};
use serde_json::{Map, Value, json};
use toolpress_core::{Violation, Violations};

/// What kind of failure it is, for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// The arguments do not fit; nothing was sent.
    Arguments,
    /// The cursor is not one of ours; nothing was sent.
    Cursor,
    /// The account has no usable credential; nothing was sent.
    Credential,
    /// The address is not allowed; nothing was sent.
    Policy,
    /// No connection.
    Connect,
    /// No trustworthy connection.
    Tls,
    /// No answer in time.
    Timeout,
    /// The connection broke.
    Broken,
    /// The answer is not HTTP, or its body cannot be decoded.
    Garbled,
    /// The answer is too large.
    TooLarge,
    /// The vendor pointed elsewhere.
    Redirect,
    /// The vendor refused, or failed itself.
    Vendor,
}

impl Kind {
    /// The word in `error.kind`.
    fn as_str(self) -> &'static str {
        match self {
            Self::Arguments => "arguments",
            Self::Cursor => "cursor",
            Self::Credential => "credential",
            Self::Policy => "policy",
            Self::Connect => "connect",
            Self::Tls => "tls",
            Self::Timeout => "timeout",
            Self::Broken => "broken",
            Self::Garbled => "garbled",
            Self::TooLarge => "too_large",
            Self::Redirect => "redirect",
            Self::Vendor => "vendor",
        }
    }
}

/// A failure in the making.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) kind: Kind,
    /// One sentence for `error.message`.
    pub(super) message: String,
    /// What a model reads, line by line. Empty: the message alone.
    pub(super) lines: Vec<String>,
    pub(super) status: Option<u16>,
    pub(super) body: Option<Value>,
    pub(super) violations: Vec<Violation>,
    pub(super) rate_limit: RateLimit,
    /// Seconds to wait, if the vendor named them.
    pub(super) retry_after: Option<u64>,
}

impl Failure {
    /// A failure that one message tells completely.
    pub(super) fn new(kind: Kind, message: impl Into<String>) -> Box<Self> {
        Box::new(Self {
            kind,
            message: message.into(),
            lines: Vec::new(),
            status: None,
            body: None,
            violations: Vec::new(),
            rate_limit: RateLimit::default(),
            retry_after: None,
        })
    }

    /// Arguments that do not fit.
    pub(super) fn of_arguments(violations: Vec<Violation>) -> Box<Self> {
        let violations = Violations(violations);
        let mut failure = Self::new(Kind::Arguments, violations.to_string());
        failure.violations = violations.0;
        failure
    }

    /// The result of the call.
    pub(super) fn into_outcome(self) -> CallOutcome {
        let mut error = Map::new();
        error.insert("kind".to_owned(), self.kind.as_str().into());
        if let Some(status) = self.status {
            error.insert("status".to_owned(), status.into());
        }
        error.insert("message".to_owned(), self.message.clone().into());
        if let Some(body) = self.body {
            error.insert("body".to_owned(), body);
        }
        if !self.violations.is_empty() {
            let told = self.violations.iter().map(|v| json!({ "path": v.path, "message": v.message }));
            error.insert("violations".to_owned(), told.collect());
        }
        if let Some(seconds) = self.retry_after {
            error.insert("retry_after".to_owned(), seconds.into());
        }
        CallOutcome {
            is_error: true,
            text: if self.lines.is_empty() { self.message } else { self.lines.join("\n") },
            structured: json!({ "error": error }).into(),
            status: self.status,
            rate_limit: self.rate_limit,
            hints: Map::new(),
            notes: Vec::new(),
            blocks: Vec::new(),
        }
    }
}
