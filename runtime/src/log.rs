//! The log, which goes to standard error.

use clap::ValueEnum;
use jiff::Timestamp;
use std::cell::RefCell;
use std::fmt;
use std::io::{IsTerminal as _, stderr};
use tracing::field::Field;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::MakeExt as _;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::{Writer, debug_fn};
use tracing_subscriber::fmt::time::FormatTime;

/// How lines of the log are written.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub enum LogFormat {
    /// For people; with colours on a terminal
    Text,
    /// One JSON object per line
    Json,
}

/// Begins to write what passes the filter, such as `info` or `warn,toolpress_runtime=debug`. Does nothing where
/// somebody writes a log already.
///
/// # Errors
/// If the filter cannot be read.
pub fn start(filter: &str, format: LogFormat) -> Result<(), ParseError> {
    // Below this the HTTP/2 library writes down addresses, which hold tokens.
    let filter = EnvFilter::try_new(filter)?.add_directive("h2=info".parse()?);
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_timer(Clock).with_writer(stderr);
    // That is all that can fail.
    let _ = match format {
        LogFormat::Text if stderr().is_terminal() => log.try_init(),
        LogFormat::Text => log.with_ansi(false).fmt_fields(plain_fields()).try_init(),
        LogFormat::Json => {
            log.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init()
        }
    };
    Ok(())
}

/// Fields without colours: `message name=value`. The usual way writes empty colours around everything.
fn plain_fields() -> impl for<'w> FormatFields<'w> {
    debug_fn(|writer: &mut Writer<'_>, field: &Field, value: &dyn fmt::Debug| match field.name() {
        "message" => write!(writer, "{value:?}"),
        name => write!(writer, "{name}={value:?}"),
    })
    .delimited(" ")
}

/// UTC to the microsecond, as in `2026-11-28T09:30:00.012345Z`. The date is worked out once a second, not for
/// every line.
struct Clock;

impl FormatTime for Clock {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        thread_local! {
            static SECOND: RefCell<(i64, String)> = const { RefCell::new((i64::MIN, String::new())) };
        }
        let now = Timestamp::now();
        SECOND.with_borrow_mut(|(second, text)| {
            if *second != now.as_second() {
                *second = now.as_second();
                *text = now.strftime("%Y-%m-%dT%H:%M:%S").to_string();
            }
            write!(writer, "{text}.{:06}Z", now.subsec_microsecond())
        })
    }
}
