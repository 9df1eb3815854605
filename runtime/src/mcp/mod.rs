//! The Model Context Protocol, both generations, over HTTP and over pipes.
//!
//! One dispatch, two framings: `dispatch` decides what a request gets, `http` and `stdio` carry it.
//! Tools are served, and documented workflows as prompts. Nothing is kept between two requests.

mod call;
mod dispatch;
pub(crate) mod era;
mod http;
pub(crate) mod jsonrpc;
pub(crate) mod lines;
mod list;
mod prompts;
mod sse;
mod stdio;

pub use http::router;
pub(crate) use list::ToolList;
pub use stdio::stdio;
