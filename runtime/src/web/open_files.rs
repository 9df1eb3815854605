//! How many connections the operating system lets the process have.

use crate::Limits;

/// Raises the process's limit of open files to what the bounds need, as far as the system lets it.
///
/// Shells commonly give out 256 or 1024, which a flood of idle clients would use up: neither a client nor a
/// vendor could be connected to then. On systems without such a limit this does nothing.
pub fn raise_open_files(limits: &Limits) {
    // A connection for every client, one or two for every call, and what the program itself has open.
    let needed = limits.connections.saturating_add(limits.calls.saturating_mul(2)).saturating_add(256);
    raise(u64::try_from(needed).unwrap_or(u64::MAX));
}

#[cfg(unix)]
fn raise(needed: u64) {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = maximum.map_or(needed, |maximum| maximum.min(needed));
    // `None` is no limit at all.
    if current.is_some_and(|current| current < wanted) {
        let raised = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), maximum });
        if raised.is_err() || wanted < needed {
            tracing::warn!(
                needed,
                "the system allows fewer open files than there may be connections and calls"
            );
        }
    }
}

#[cfg(not(unix))]
fn raise(_: u64) {}
