//! Requests that came to nothing here, before any vendor was asked.

use std::sync::atomic::{AtomicU64, Ordering};

/// Why a request was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The token in the URL is none, or none any more.
    UnknownToken,
    /// A server that wants an API token got none, or a wrong one.
    Unauthorized,
    /// Tokens cannot be looked up now.
    Unavailable,
    /// A key of the control plane that is missing or wrong.
    WrongKey,
    /// A key that does not open this.
    Forbidden,
    /// Too many wrong keys or tokens came from one address.
    Throttled,
}

impl Refusal {
    const ALL: [Self; 6] = [
        Self::UnknownToken,
        Self::Unauthorized,
        Self::Unavailable,
        Self::WrongKey,
        Self::Forbidden,
        Self::Throttled,
    ];

    /// As it is written in logs and metrics.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::UnknownToken => "unknown_token",
            Self::Unauthorized => "unauthorized",
            Self::Unavailable => "unavailable",
            Self::WrongKey => "wrong_key",
            Self::Forbidden => "forbidden",
            Self::Throttled => "throttled",
        }
    }
}

/// How many requests were refused, by reason.
#[derive(Debug, Default)]
pub(crate) struct Refusals([AtomicU64; Refusal::ALL.len()]);

impl Refusals {
    pub(crate) fn count(&self, reason: Refusal) {
        self.0[reason as usize].fetch_add(1, Ordering::Relaxed);
    }

    /// Reasons with their numbers.
    pub(super) fn all(&self) -> impl Iterator<Item = (&'static str, u64)> {
        Refusal::ALL
            .into_iter()
            .map(|reason| (reason.as_str(), self.0[reason as usize].load(Ordering::Relaxed)))
    }
}
