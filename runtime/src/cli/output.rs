//! Writing to the terminal.

use super::Failure;
use std::io::{ErrorKind, IsTerminal as _, Write as _};

/// Writes a result, with a line break after it.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        // The reader has seen enough, as in `… | head`.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => written.map_err(Failure::failed),
    }
}

/// Writes a message for people. There is nowhere to report a failure to.
pub(super) fn complain(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

/// Whether a person reads the results.
pub(super) fn for_people() -> bool {
    std::io::stdout().is_terminal()
}
