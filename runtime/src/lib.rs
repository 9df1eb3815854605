//! Serves any pressed catalogue over the Model Context Protocol.
//!
//! Nothing here knows a vendor: a catalogue comes in as `&'static` tables, and everything a call needs
//! (paths, rules, texts) is read from them. The binary links this library with a catalogue.

mod account;
pub mod bridge;
pub mod call;
pub mod cli;
#[doc(hidden)]
pub mod fuzzing;
mod http_client;
mod limits;
pub mod mcp;
mod registry;
mod server;
mod token;
pub mod web;

pub use account::{Account, AccountError};
pub use limits::Limits;
pub use registry::{Found, MemoryRegistry, Registry};
pub use server::{Server, ServerOptions, Shared};
pub use token::{NoRandomness, Token};
