//! The log, which goes to standard error.

use clap::ValueEnum;
use jiff::Timestamp;
use std::cell::RefCell;
use std::fmt;
use std::io::{IsTerminal as _, stderr};
use tracing::field::{Field, Visit};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::field::RecordFields;
use tracing_subscriber::filter::ParseError;
use tracing_subscriber::fmt::FormatFields;
use tracing_subscriber::fmt::format::Writer;
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
        LogFormat::Text => log.with_ansi(false).fmt_fields(Plain).try_init(),
        LogFormat::Json => {
            log.json().flatten_event(true).with_current_span(false).with_span_list(false).try_init()
        }
    };
    Ok(())
}

/// Fields without colours: `message name=value`. The usual way writes empty colours around everything, and
/// looks at each character of a text for what it may have to escape.
struct Plain;

impl<'w> FormatFields<'w> for Plain {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'w>, fields: R) -> fmt::Result {
        let mut line = Line { writer, space: "", written: Ok(()) };
        fields.record(&mut line);
        line.written
    }
}

/// A line on its way.
struct Line<'w> {
    writer: Writer<'w>,
    /// What stands between this field and the one before.
    space: &'static str,
    written: fmt::Result,
}

impl Line<'_> {
    /// Writes the name, and leaves the value to `write`.
    fn put(&mut self, field: &Field, write: impl FnOnce(&mut Writer<'_>) -> fmt::Result) {
        let space = std::mem::replace(&mut self.space, " ");
        self.written = self.written.and_then(|()| {
            self.writer.write_str(space)?;
            if field.name() != "message" {
                self.writer.write_str(field.name())?;
                self.writer.write_char('=')?;
            }
            write(&mut self.writer)
        });
    }
}

impl Visit for Line<'_> {
    fn record_str(&mut self, field: &Field, value: &str) {
        // Whether it all stands for itself between quotes. Without branches, so that the compiler makes vector
        // instructions of it.
        let plain = |byte: u8| matches!(byte, b' ' | b'!' | b'#'..=b'[' | b']'..=b'~');
        if value.bytes().fold(true, |all, byte| all & plain(byte)) {
            self.put(field, |writer| {
                writer.write_char('"')?;
                writer.write_str(value)?;
                writer.write_char('"')
            });
        } else {
            self.record_debug(field, &value);
        }
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, |writer| writer.write_str(if value { "true" } else { "false" }));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.put(field, |writer| write!(writer, "{value:?}"));
    }
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

#[cfg(test)]
mod tests {
    use super::{Clock, Plain};
    use std::io;
    use std::sync::{Arc, Mutex};
    use tracing_subscriber::fmt::MakeWriter;

    /// Keeps what is written.
    #[derive(Clone, Default)]
    struct Kept(Arc<Mutex<Vec<u8>>>);

    impl io::Write for Kept {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl<'w> MakeWriter<'w> for Kept {
        type Writer = Self;

        fn make_writer(&'w self) -> Self {
            self.clone()
        }
    }

    #[test]
    fn lines_are_plain_and_texts_cannot_break_them() {
        let kept = Kept::default();
        let log = tracing_subscriber::fmt().with_timer(Clock).with_ansi(false).fmt_fields(Plain);
        tracing::subscriber::with_default(log.with_writer(kept.clone()).finish(), || {
            let odd = "a\"b\\c\nINFO forged\u{1b}[31mé";
            tracing::info!(tool = "get_item", none = None::<&str>, ms = 7_u64, ok = true, odd, "a call");
        });
        let text = String::from_utf8(kept.0.lock().unwrap().clone()).unwrap();
        let (time, rest) = text.split_once("  INFO ").expect("a level");
        assert!(time.parse::<jiff::Timestamp>().is_ok() && time.len() == 27, "{time}");
        let (_, fields) = rest.split_once(": ").expect("a target");
        let expected = r#"a call tool="get_item" ms=7 ok=true odd="a\"b\\c\nINFO forged\u{1b}[31mé""#;
        assert_eq!(fields, format!("{expected}\n"));
    }
}
