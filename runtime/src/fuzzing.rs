//! Doors for fuzz targets and property tests to readers that are private otherwise.
//!
//! No part of the public interface: nothing here is kept stable, and nothing but tests may use it. It is
//! hidden from the documentation rather than behind a feature, since the tests of this package could not
//! turn a feature of their own package on; what it costs is two small functions.

use crate::call::address;
use crate::mcp::jsonrpc::{self, Message};
use toolpress_core::Request;
use url::Url;

/// What a body was taken for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Heard {
    /// A request, with the id as it will be echoed, its method and its parameters.
    Request(Vec<u8>, String, String),
    /// A notification, with its method.
    Notification(String),
    /// An answer to a request, of which the server makes none.
    Response,
    /// None of these: HTTP status, JSON-RPC code, and the whole answer.
    Refused(u16, i32, Vec<u8>),
}

/// Reads a JSON-RPC message as both transports do.
pub fn hear(body: &[u8]) -> Heard {
    match jsonrpc::read(body) {
        Ok(Message::Request(request)) => {
            let params = serde_json::Value::Object(serde_json::Map::clone(&request.params)).to_string();
            Heard::Request(request.id.text().to_vec(), request.method, params)
        }
        Ok(Message::Notification(notification)) => Heard::Notification(notification.method),
        Ok(Message::Response) => Heard::Response,
        Err((id, error)) => Heard::Refused(error.status.as_u16(), error.code, error.answer(&id).to_vec()),
    }
}

/// The URL that a request goes to, `None` if it is refused.
pub fn url(base: &Url, request: &Request) -> Option<Url> {
    address::url(base, request)
}
