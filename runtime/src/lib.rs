//! Serves any pressed catalogue over the Model Context Protocol.
//!
//! Nothing here knows a vendor: a catalogue comes in as `&'static` tables, and everything a call needs
//! (paths, rules, texts) is read from them. The binary links this library with a catalogue.

mod account;
mod activity;
pub mod admin_key;
mod audit;
pub mod bridge;
pub mod call;
pub mod cli;
pub mod control;
mod directory;
#[doc(hidden)]
pub mod fuzzing;
mod http_client;
pub mod keyring;
mod limits;
pub mod log;
pub mod mcp;
pub mod metrics;
mod observe;
pub mod page;
mod registry;
mod server;
mod server_config;
pub mod store;
mod throttle;
mod token;
pub mod web;

pub use account::{Account, AccountError};
pub use activity::Activity;
pub use directory::Directory;
pub use limits::Limits;
/// The allocator for programs that serve: a call takes many small pieces of memory, which it hands out with less
/// work than most systems' own. Each program chooses its allocator, so it says so itself:
///
/// ```
/// #[global_allocator]
/// static ALLOCATOR: toolpress_runtime::Allocator = toolpress_runtime::Allocator;
/// ```
pub use mimalloc::MiMalloc as Allocator;
pub use observe::{CallReport, Ending, Observer};
pub use registry::{Found, MemoryRegistry, Registry};
pub use server::{Server, ServerOptions, Shared};
pub use server_config::ServerConfig;
pub use token::{NoRandomness, Token, TokenKind};
