//! `account`, `server` and `api-token`: a running server's control plane from scripts and terminals.
//!
//! Keys and credentials come from the environment, from files or from standard input, never from
//! arguments, which other users of a machine can see.

pub(super) mod account;
pub(super) mod api_token;
mod client;
mod credentials;
mod lookup;
mod problem;
pub(super) mod server;
mod table;

use super::{Failure, output};
use client::{Control, Key};
use serde_json::Value;
use std::io::{IsTerminal as _, Write as _};
use std::path::PathBuf;
use table::{Column, table};

/// Which server, and on whose behalf.
#[derive(clap::Args)]
pub(super) struct Connection {
    /// Where the server is
    #[arg(
        long,
        env = "TOOLPRESS_SERVER",
        default_value = "http://127.0.0.1:8484",
        value_name = "URL",
        global = true
    )]
    server: String,

    /// A file that holds the admin key, or an API token of scope admin; if not given, the key is taken from
    /// `TOOLPRESS_ADMIN_KEY` or `TOOLPRESS_API_KEY`
    #[arg(long, env = "TOOLPRESS_ADMIN_KEY_FILE", value_name = "PATH", global = true)]
    admin_key_file: Option<PathBuf>,

    /// Prints JSON, as the server answers it
    #[arg(long, global = true)]
    json: bool,
}

impl Connection {
    fn open(&self) -> Result<Control, Failure> {
        Control::new(&self.server, &Key::find(self.admin_key_file.as_deref())?)
    }

    /// Prints records as a table, or as a list of JSON.
    fn records(&self, records: &[Value], columns: &[Column]) -> Result<(), Failure> {
        if self.json {
            return output::print(&serde_json::json!({ "result": records, "next_cursor": null }).to_string());
        }
        if records.is_empty() {
            return output::print("None.");
        }
        output::print(&table(records, columns))
    }

    /// Prints one record as lines, or as JSON.
    fn record(&self, record: &Value, columns: &[Column]) -> Result<(), Failure> {
        if self.json {
            output::print(&record.to_string())
        } else {
            output::print(&table::lines(record, columns))
        }
    }

    /// Prints a sentence for people; scripts know by the exit code.
    fn say(&self, sentence: &str) -> Result<(), Failure> {
        if self.json { Ok(()) } else { output::print(sentence) }
    }
}

/// Asks a person whether to go on. Scripts are not asked.
fn confirmed(question: &str, yes: bool) -> Result<(), Failure> {
    if yes || !std::io::stdin().is_terminal() {
        return Ok(());
    }
    let mut err = std::io::stderr().lock();
    let _ = write!(err, "{question} [y/N] ");
    let _ = err.flush();
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(Failure::failed)?;
    if matches!(answer.trim(), "y" | "Y" | "yes") {
        Ok(())
    } else {
        Err(Failure::Failed("nothing was done".to_owned()))
    }
}

/// A time in seconds: `90`, `90s`, `15m`, `12h`, `7d`, `2w`.
fn period(text: &str) -> Result<u64, String> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: u64 = text[..end].parse().map_err(|_| "must begin with a whole number".to_owned())?;
    let unit = match &text[end..] {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3_600,
        "d" => 86_400,
        "w" => 604_800,
        _ => return Err("takes seconds, or the units s, m, h, d and w".to_owned()),
    };
    // A century is a slip, and what comes after cannot be written as a date.
    number
        .checked_mul(unit)
        .filter(|seconds| *seconds <= 3_155_760_000)
        .ok_or_else(|| "is too long".to_owned())
}

#[cfg(test)]
mod tests {
    use super::period;

    #[test]
    fn periods_have_units() {
        for (text, seconds) in
            [("0", 0), ("90", 90), ("90s", 90), ("15m", 900), ("12h", 43_200), ("7d", 604_800)]
        {
            assert_eq!(period(text), Ok(seconds));
        }
        for wrong in ["", "d", "-1", "1 d", "1y", "99999999999999999999", "9999999w"] {
            assert!(period(wrong).is_err(), "{wrong}");
        }
    }
}
