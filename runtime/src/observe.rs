//! What is told of every call: how it went, never what was in it.

use crate::call::CallOutcome;
use serde::Serialize;
use serde_json::{Map, Value};
use std::time::{Duration, Instant};
use std::{fmt, io};
use toolpress_core::Tool;

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The vendor did it.
    Ok,
    /// The vendor refused, or could not be reached.
    Error,
    /// Nothing was sent: the arguments, the credential or the address did not do.
    Refused,
    /// The client went away.
    Cancelled,
}

impl Ending {
    /// All of them, in their order.
    pub const ALL: [Self; 4] = [Self::Ok, Self::Error, Self::Refused, Self::Cancelled];

    /// As it is written in logs, metrics and the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Error => "error",
            Self::Refused => "refused",
            Self::Cancelled => "cancelled",
        }
    }
}

/// One call that ended.
#[derive(Debug, Clone)]
pub struct CallReport {
    /// The tool.
    pub tool: &'static Tool,
    /// How it ended.
    pub ending: Ending,
    /// The vendor's HTTP status, if it answered.
    pub upstream_status: Option<u16>,
    /// How long it took.
    pub duration: Duration,
    /// Bytes of the arguments as JSON.
    pub request_bytes: usize,
    /// Bytes of the result's text.
    pub response_bytes: usize,
}

/// Is told of every call of a server.
pub trait Observer: Send + Sync + fmt::Debug {
    /// A call ended. Called in the middle of serving, so it must not take long.
    fn called(&self, report: &CallReport);

    /// A call was turned away, since too many run.
    fn turned_away(&self, tool: &'static Tool) {
        let _ = tool;
    }
}

/// A call that runs; reported once, also when it is dropped.
pub(crate) struct Watch<'s> {
    observer: Option<&'s dyn Observer>,
    report: CallReport,
    started: Instant,
}

impl<'s> Watch<'s> {
    pub(crate) fn start(
        observer: Option<&'s dyn Observer>,
        tool: &'static Tool,
        arguments: &Map<String, Value>,
    ) -> Self {
        let report = CallReport {
            tool,
            ending: Ending::Cancelled,
            upstream_status: None,
            duration: Duration::ZERO,
            // Not counted where nobody is told.
            request_bytes: if observer.is_some() { length(arguments) } else { 0 },
            response_bytes: 0,
        };
        Self { observer, report, started: Instant::now() }
    }

    pub(crate) fn ended(&mut self, outcome: &CallOutcome) {
        self.report.ending = match outcome.is_error {
            false => Ending::Ok,
            true if outcome.sent() => Ending::Error,
            true => Ending::Refused,
        };
        self.report.upstream_status = outcome.status;
        self.report.response_bytes = outcome.text.len();
    }
}

/// Bytes of a value as JSON.
fn length(value: &impl Serialize) -> usize {
    let mut length = Length(0);
    // Maps with text keys always serialise, and counting takes everything.
    let _ = serde_json::to_writer(&mut length, value);
    length.0
}

/// Counts what is written to it.
struct Length(usize);

impl io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Watch<'_> {
    fn drop(&mut self) {
        if let Some(observer) = self.observer {
            self.report.duration = self.started.elapsed();
            observer.called(&self.report);
        }
    }
}
