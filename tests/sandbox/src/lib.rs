//! Simulators of vendor APIs, faithful enough to try and to test tools against.
//!
//! Each simulator is an ordinary [`axum::Router`] over state in memory. Nothing runs in the background: what a
//! vendor does over time (backfills, leases, new messages) is worked out from the [`Clock`] on each request, so a
//! test that moves a manual clock sees the same story every time.

pub mod artie;
mod clock;
mod ids;
mod log;
pub mod sequin_stream;

pub use clock::Clock;
pub use log::{Received, RequestLog};

use uuid::Uuid;

/// A simulated vendor, ready to be served.
#[derive(Clone, Debug)]
pub struct Simulator {
    /// Snake-case name of the vendor, for example `sequin_stream`.
    pub vendor: &'static str,
    /// Path under which the vendor's routes live, for example `/api`; may be empty.
    pub base_path: &'static str,
    /// Credential fields and the values that open the demo account.
    pub credentials: Vec<(&'static str, String)>,
    /// The vendor's routes, base path included.
    pub router: axum::Router,
    /// Every request the router has received.
    pub log: RequestLog,
}

/// All simulators with demo data, on one clock. Each call makes fresh accounts with fresh random tokens.
pub fn simulators(clock: &Clock) -> Vec<Simulator> {
    vec![
        sequin_stream::SequinStream::demo_with_token(clock.clone(), &random_token()).simulator(),
        artie::Artie::demo_with_token(clock.clone(), &format!("arsk_{}", random_token())).simulator(),
    ]
}

/// A token of more than 256 random bits: version 4 UUIDs carry 122 each, so three are needed.
fn random_token() -> String {
    let mut token: String = (0..3).map(|_| Uuid::new_v4().simple().to_string()).collect();
    token.truncate(72);
    token
}
