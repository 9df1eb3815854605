//! The bounds of everything that could grow or last without end.

use std::time::Duration;

/// Bounds on sizes, times and numbers. The defaults fit one small machine.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Limits {
    /// Largest request body, in bytes; a larger one answers 413.
    pub request_body: usize,
    /// Largest header of a request, its first line included, in bytes; at least 8 KiB.
    pub request_header: usize,
    /// Largest vendor answer after decompression, in bytes.
    pub upstream_body: usize,
    /// How long a vendor may take for one call, unless the tool's documentation says otherwise.
    pub upstream_timeout: Duration,
    /// How long connecting to a vendor may take.
    pub connect_timeout: Duration,
    /// What is added to a tool's own wait (long polling) to get its deadline.
    pub wait_margin: Duration,
    /// How long a client may take to send a request's header or body.
    pub read_timeout: Duration,
    /// Calls at the same time, per MCP server.
    pub calls_per_server: usize,
    /// Calls at the same time, in the whole process.
    pub calls: usize,
    /// Open client connections at the same time; a further one is closed at once.
    pub connections: usize,
    /// How long running calls may go on after a termination signal.
    pub drain: Duration,
    /// When an answer takes longer than this, the client is kept alive with signs of life this far apart.
    pub keep_alive: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request_body: 4 << 20,
            request_header: 64 << 10,
            upstream_body: 8 << 20,
            upstream_timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(5),
            wait_margin: Duration::from_secs(15),
            read_timeout: Duration::from_secs(30),
            calls_per_server: 64,
            calls: 512,
            connections: 4096,
            drain: Duration::from_secs(30),
            keep_alive: Duration::from_secs(10),
        }
    }
}
