//! Carries MCP between a client that only starts commands and a server that only speaks HTTP.
//!
//! Each line from the client becomes one POST; what comes back, at once or as a stream of events, becomes
//! lines again. The server may be anybody's. Nothing is kept but what the older protocol versions ask to
//! be repeated: the negotiated version and the session's id. No address and no header value is ever
//! logged, as both hold secrets.

mod events;
mod exchange;
mod incoming;
mod problem;
mod relay;
mod remote;
mod session;

pub use relay::run;
pub use remote::{Remote, RemoteError};

use std::time::Duration;

/// Bounds of a bridge.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct BridgeLimits {
    /// Longest line from the client, in bytes; a longer one is answered with an error.
    pub request_body: usize,
    /// Largest answer or event of the server after decompression, in bytes.
    pub answer_body: usize,
    /// Requests at the same time; further ones wait.
    pub requests: usize,
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// How long the server may show no sign of life while it owes an answer.
    pub quiet: Duration,
    /// How long running requests may go on once the client has closed its end.
    pub drain: Duration,
}

impl Default for BridgeLimits {
    fn default() -> Self {
        Self {
            request_body: 4 << 20,
            answer_body: 64 << 20,
            requests: 64,
            connect_timeout: Duration::from_secs(10),
            quiet: Duration::from_secs(300),
            drain: Duration::from_secs(30),
        }
    }
}
