//! The flags for the bounds of everything that could grow or last without end.

use crate::Limits;
use std::time::Duration;

/// Bounds. Sizes as `4MiB` or in bytes, times as `30s`, `500ms`, `2m` or in seconds.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "Bounds")]
pub(super) struct Bounds {
    /// Largest request body; a larger one is refused, as is JSON that is nested deeper than 64
    #[arg(long, env = "TOOLPRESS_REQUEST_BODY", default_value = "4MiB", value_parser = size, value_name = "SIZE")]
    request_body: usize,
    /// Largest header of a request, at least 8KiB
    #[arg(long, env = "TOOLPRESS_REQUEST_HEADER", default_value = "64KiB", value_parser = header, value_name = "SIZE")]
    request_header: usize,
    /// Largest vendor answer after decompression
    #[arg(long, env = "TOOLPRESS_UPSTREAM_BODY", default_value = "8MiB", value_parser = size, value_name = "SIZE")]
    upstream_body: usize,
    /// How long a vendor may take for one call, unless the tool's documentation says otherwise
    #[arg(long, env = "TOOLPRESS_UPSTREAM_TIMEOUT", default_value = "30s", value_parser = time, value_name = "TIME")]
    upstream_timeout: Duration,
    /// How long connecting to a vendor may take
    #[arg(long, env = "TOOLPRESS_CONNECT_TIMEOUT", default_value = "5s", value_parser = time, value_name = "TIME")]
    connect_timeout: Duration,
    /// What a long-polling tool gets on top of its own wait
    #[arg(long, env = "TOOLPRESS_WAIT_MARGIN", default_value = "15s", value_parser = time, value_name = "TIME")]
    wait_margin: Duration,
    /// How long a client may take to send a header or a body, or keep a connection without a request
    #[arg(long, env = "TOOLPRESS_READ_TIMEOUT", default_value = "30s", value_parser = time, value_name = "TIME")]
    read_timeout: Duration,
    /// Calls at the same time, per MCP server; further ones are refused with 503 and Retry-After
    #[arg(long, env = "TOOLPRESS_CALLS_PER_SERVER", default_value = "64", value_parser = count, value_name = "N")]
    calls_per_server: usize,
    /// Calls at the same time, in the whole process; further ones are refused with 503 and Retry-After
    #[arg(long, env = "TOOLPRESS_CALLS", default_value = "512", value_parser = count, value_name = "N")]
    calls: usize,
    /// Open client connections at the same time; further ones are closed at once
    #[arg(long, env = "TOOLPRESS_CONNECTIONS", default_value = "4096", value_parser = count, value_name = "N")]
    connections: usize,
    /// How long running calls may go on after a signal to stop
    #[arg(long, env = "TOOLPRESS_DRAIN", default_value = "30s", value_parser = time, value_name = "TIME")]
    drain: Duration,
    /// How far apart signs of life are while a call takes long
    #[arg(long, env = "TOOLPRESS_KEEP_ALIVE", default_value = "10s", value_parser = time, value_name = "TIME")]
    keep_alive: Duration,
}

impl Bounds {
    pub(super) fn limits(&self) -> Limits {
        Limits {
            request_body: self.request_body,
            request_header: self.request_header,
            upstream_body: self.upstream_body,
            upstream_timeout: self.upstream_timeout,
            connect_timeout: self.connect_timeout,
            wait_margin: self.wait_margin,
            read_timeout: self.read_timeout,
            calls_per_server: self.calls_per_server,
            calls: self.calls,
            connections: self.connections,
            drain: self.drain,
            keep_alive: self.keep_alive,
        }
    }
}

/// A number above zero and what stands behind it.
fn number(text: &str) -> Result<(u64, &str), String> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    match text[..end].parse() {
        Ok(0) => Err("must be above zero".to_owned()),
        Ok(number) => Ok((number, text[end..].trim())),
        Err(_) => Err("must begin with a whole number".to_owned()),
    }
}

pub(super) fn size(text: &str) -> Result<usize, String> {
    let (number, unit) = number(text)?;
    let factor = match unit.to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        _ => return Err("takes bytes, or the units KiB, MiB and GiB".to_owned()),
    };
    let bytes = number.checked_mul(factor).and_then(|bytes| usize::try_from(bytes).ok());
    // Half the address space, so that sums with it cannot overflow.
    bytes.filter(|bytes| *bytes <= usize::MAX / 2).ok_or_else(|| "is too large".to_owned())
}

fn header(text: &str) -> Result<usize, String> {
    // Below this the HTTP library would not start.
    size(text)
        .and_then(|bytes| if bytes >= 8 << 10 { Ok(bytes) } else { Err("must be 8KiB at least".to_owned()) })
}

pub(super) fn time(text: &str) -> Result<Duration, String> {
    let (number, unit) = number(text)?;
    let factor = match unit {
        "ms" => 1,
        "" | "s" => 1_000,
        "m" => 60_000,
        _ => return Err("takes seconds, or the units ms, s and m".to_owned()),
    };
    // More than a year is a slip, and far from what timers can count.
    let ms = number.checked_mul(factor).filter(|ms| *ms <= 366 * 24 * 3_600_000);
    ms.map(Duration::from_millis).ok_or_else(|| "is too long".to_owned())
}

pub(super) fn count(text: &str) -> Result<usize, String> {
    let (number, rest) = number(text)?;
    let fits = rest.is_empty() && number <= 1 << 20;
    fits.then(|| usize::try_from(number).ok()).flatten().ok_or_else(|| "must be at most 1048576".to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Bounds, count, header, size, time};
    use crate::Limits;
    use clap::Parser;
    use std::time::Duration;

    #[derive(Parser)]
    struct Flags {
        #[command(flatten)]
        bounds: Bounds,
    }

    #[test]
    fn the_flags_default_to_the_limits_of_the_library() {
        let flags = Flags::parse_from(["x"]);
        assert_eq!(format!("{:?}", flags.bounds.limits()), format!("{:?}", Limits::default()));
    }

    #[test]
    fn sizes_times_and_counts_have_units() {
        assert_eq!(size("4MiB"), Ok(4 << 20));
        assert_eq!(size("17"), Ok(17));
        assert_eq!(header("8KiB"), Ok(8 << 10));
        assert!(header("8191").is_err());
        assert_eq!(time("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(time("2m"), Ok(Duration::from_secs(120)));
        assert_eq!(time("7"), Ok(Duration::from_secs(7)));
        assert_eq!(count("64"), Ok(64));
        for wrong in ["", "0", "-1", "x", "1 parsec", "99999999999999999999", "18446744073709551615k"] {
            assert!(size(wrong).is_err() && time(wrong).is_err() && count(wrong).is_err(), "{wrong}");
        }
    }
}
