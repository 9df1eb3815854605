//! Presses vendor API documentation into typed Rust tools.
//!
//! For build scripts:
//!
//! ```no_run
//! // build.rs
//! fn main() -> Result<(), toolpress_codegen::Error> {
//!     toolpress_codegen::Config::new("schemas").compile()
//! }
//! ```
//!
//! The work goes through six rooms, always in this order: `source` reads YAML into records that know
//! their places, `validate` finds everything that is wrong with them, `lower` turns them into the
//! [`model`], `profile` looks at it as clients will, and `emit` writes it as Rust. Mistakes in documentation are build errors that show
//! file, line and column, all of them at once.

mod code;
mod config;
pub mod diagnostic;
mod emit;
mod error;
mod loaded;
mod lock;
mod lower;
pub mod model;
mod name;
mod profile;
mod selection;
mod source;
mod validate;

pub use code::Code;
pub use config::Config;
pub use error::Error;
pub use loaded::Loaded;
pub use lock::{Change, Lock, LockedKind, LockedParam, LockedTool, What};
pub use name::slug;
pub use source::{SourceFile, Sources, Span, Spanned};
