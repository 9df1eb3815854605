//! The server that the official MCP conformance suite is run against.
fn main() {}
