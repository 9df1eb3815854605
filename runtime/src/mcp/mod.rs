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
mod params;
mod prompts;
mod result;
mod sse;
mod stdio;

pub(crate) use http::Routes;
pub use http::{router, site};
pub(crate) use list::ToolList;
pub use stdio::stdio;

use crate::Server;
use serde_json::{Map, Value};
use std::sync::Arc;
use toolpress_core::Tool;

/// Runs one call outside any conversation; its result as JSON text, `None` when there is no room.
pub(crate) async fn call_alone(
    server: &Arc<Server>,
    tool: &'static Tool,
    arguments: Map<String, Value>,
) -> Option<Vec<u8>> {
    let admission = server.admit(tool)?;
    let call = call::Call::new(Arc::clone(server), era::Era::Legacy, tool, arguments, None, admission);
    Some(call.await.result)
}
