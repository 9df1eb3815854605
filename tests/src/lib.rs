//! What end-to-end tests share: the product as a process, databases of both kinds, a vendor that does as
//! it is told, clients of the control plane and of MCP servers.
//!
//! Tests wait for events, never for a time that should be enough.

#![allow(clippy::missing_panics_doc, reason = "what goes wrong in a test ends it")]

pub mod engine;
pub mod mcp;
pub mod postgres;
pub mod program;
pub mod rest;
pub mod serving;
pub mod upstream;

use std::time::Duration;

/// How long anything may take on a slow and busy machine before a test gives up.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// Whether the environment demands a tool, by its name in `TOOLPRESS_REQUIRE`.
pub fn is_required(tool: &str) -> bool {
    std::env::var("TOOLPRESS_REQUIRE").is_ok_and(|list| list.split(',').any(|name| name.trim() == tool))
}

/// Says on the terminal that a test is skipped, and why.
///
/// # Panics
/// If the environment demands the tool that is missing.
#[allow(clippy::print_stderr, reason = "whoever runs the tests must see it")]
pub fn skip(tool: &str, problem: &str) {
    assert!(!is_required(tool), "TOOLPRESS_REQUIRE demands {tool}: {problem}");
    eprintln!("skipped: {tool} is missing ({problem})");
}
