//! Serves any pressed catalogue over the Model Context Protocol.
//!
//! Nothing here knows a vendor: a catalogue comes in as `&'static` tables, and everything a call needs
//! (paths, rules, texts) is read from them. The binary links this library with a catalogue.

mod account;
pub mod call;
mod limits;

pub use account::{Account, AccountError};
pub use limits::Limits;
