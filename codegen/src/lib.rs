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
//! The work goes through five rooms, always in this order: `source` reads YAML into records that know
//! their places, `validate` finds everything that is wrong with them, `lower` turns them into the
//! [`model`], and `emit` writes the model as Rust. Mistakes in documentation are build errors that show
//! file, line and column, all of them at once.

mod config;
pub mod diagnostic;
mod emit;
mod error;
mod lower;
pub mod model;
mod name;
mod source;
mod validate;

pub use config::{Config, Loaded};
pub use error::Error;
pub use source::{SourceFile, Sources, Span, Spanned};
