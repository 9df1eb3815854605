//! The Model Context Protocol, both generations, over HTTP and over pipes.
//!
//! One dispatch, two framings: `dispatch` decides what a request gets, `http` and `stdio` carry it.
//! Only tools are served. Nothing is kept between two requests.

mod call;
mod dispatch;
mod era;
mod http;
mod jsonrpc;
mod list;
mod sse;
mod stdio;

pub use http::router;
pub(crate) use list::ToolList;
pub use stdio::stdio;
