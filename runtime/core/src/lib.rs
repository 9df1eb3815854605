//! What pressed code names: catalogues and tools, parameters and their rules, arguments and requests.
//!
//! The press writes `static` tables of these types and small functions over them; the server reads the
//! tables. Nothing here knows a vendor, a transport or the network, and nothing here can fail on a
//! table the press wrote: what can be wrong is found while the documentation is pressed, or is told to
//! the caller as [`Violations`] before anything is sent.

mod args;
mod catalog;
mod check;
mod compact;
mod filter;
mod heal;
mod param;
mod prose;
mod request;
mod sending;
pub mod strict;
mod suggest;
mod violation;
pub mod walk;
mod wire;
mod workflow;

pub use args::Args;
pub use catalog::{
    Answer, Auth, Catalog, Credential, Effect, ErrorAdvice, HttpMethod, Next, Paging, RateLimitHeaders,
    ResetUnit, Source, Tag, Tool, Vendor, Wait,
};
pub use compact::compact;
pub use filter::{Filter, FilterError, FilterProblem, Mask};
pub use param::{ANY_TEXT, Condition, Kind, Object, Param, Pattern, Place, Rule, Sent, Text, Variant};
pub use prose::{Piece, compose};
pub use request::{BodyEncoding, ListStyle, Request, TargetError};
pub use sending::{Body, Build, Copied, Sending};
pub use suggest::nearest;
pub use violation::{Violation, Violations};
pub use wire::{Argument, Fields, Nullable, Secret, Secrets, Wire, debug};
pub use workflow::{PromptPart, Workflow, WorkflowArgument};

/// The JSON types that pressed code names, so that a crate of pressed code needs no other dependency.
pub mod json {
    pub use serde_json::{Map, Number, Value};
}
