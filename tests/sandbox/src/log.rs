//! What a simulator was asked, kept for assertions.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::body::Bytes;
use axum::http::request::Parts;

/// Older requests are forgotten, so that a simulator served for days does not grow.
const KEPT: usize = 10_000;

/// One request a simulator received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// The method, in capitals.
    pub method: String,
    /// The path as sent, base path included, still percent-encoded.
    pub path: String,
    /// The raw query without its question mark, empty when there was none.
    pub query: String,
    /// Headers in the order received, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body's bytes.
    pub body: Vec<u8>,
}

/// Shared list of received requests; clones look at the same list. Keeps the last 10,000.
#[derive(Clone, Debug, Default)]
pub struct RequestLog(Arc<Mutex<VecDeque<Received>>>);

impl RequestLog {
    /// Every kept request, oldest first.
    pub fn all(&self) -> Vec<Received> {
        self.entries().iter().cloned().collect()
    }

    /// Every kept request, oldest first, leaving the list empty.
    pub fn take(&self) -> Vec<Received> {
        self.entries().drain(..).collect()
    }

    /// How many requests are kept.
    pub fn len(&self) -> usize {
        self.entries().len()
    }

    /// Whether no request is kept.
    pub fn is_empty(&self) -> bool {
        self.entries().is_empty()
    }

    /// Keeps a request; one whose body could not be read is kept without it.
    pub(crate) fn record(&self, parts: &Parts, body: Option<&Bytes>) {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let headers = parts.headers.iter().map(|(name, value)| (name.to_string(), text(value.as_bytes())));
        let received = Received {
            method: parts.method.to_string(),
            path: parts.uri.path().to_owned(),
            query: parts.uri.query().unwrap_or_default().to_owned(),
            headers: headers.collect(),
            body: body.map(|bytes| bytes.to_vec()).unwrap_or_default(),
        };
        let mut entries = self.entries();
        if entries.len() >= KEPT {
            entries.pop_front();
        }
        entries.push_back(received);
    }

    fn entries(&self) -> MutexGuard<'_, VecDeque<Received>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
