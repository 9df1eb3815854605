//! Input that means harm, from both sides: clients that flood, stall and smuggle, vendors that lie, stall
//! and overflow. `docs/security-rows.md` tells which test proves which row of the threat model.
//!
//! Tests that look at memory or at many connections run the server in a process of its own (`process`), so
//! that what they measure is the server's.

#[path = "../acme/mod.rs"]
#[allow(dead_code, reason = "shared with other test binaries")]
mod acme;
#[path = "../mcp/fixture.rs"]
#[allow(dead_code, reason = "shared with other test binaries")]
mod fixture;
#[path = "../call/mock.rs"]
#[allow(dead_code, reason = "shared with other test binaries")]
mod mock;

mod answers;
mod connections;
mod data;
mod framing;
mod http2;
#[allow(unreachable_pub, reason = "shared with the fuzz targets")]
mod kinds;
mod malformed;
mod neighbours;
#[allow(unreachable_pub, reason = "shared with the fuzz targets")]
mod oracles;
mod packed;
mod process;
mod properties;
mod rows;
mod tls;
mod wire;
