//! The tools pressed from the documentation in `schemas/`: one module per vendor, one struct per tool.
//!
//! Nothing here is written by hand. A server reads [`CATALOG`]; a Rust programmer fills the struct of a
//! tool and calls its `into_request`. Each tool's documentation shows how.

include!(concat!(env!("OUT_DIR"), "/catalog.rs"));
