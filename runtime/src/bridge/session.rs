//! The header fields that MCP asks for, in both eras.
//!
//! Modern requests repeat in headers what their body says. Legacy ones carry the version and the session
//! that `initialize` settled.

use crate::mcp::era::META_VERSION;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};

const VERSION: HeaderName = HeaderName::from_static("mcp-protocol-version");
const METHOD: HeaderName = HeaderName::from_static("mcp-method");
const NAME: HeaderName = HeaderName::from_static("mcp-name");
const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");

/// What `initialize` settled, if there was one.
#[derive(Debug, Default)]
pub(super) struct Session {
    version: Option<HeaderValue>,
    id: Option<HeaderValue>,
}

impl Session {
    /// Takes what the answer to `initialize` says: the version of its result, the session of its header.
    pub(super) fn open(&mut self, headers: &HeaderMap, answer: &[u8]) {
        self.id = headers.get(SESSION).cloned();
        if let Some(id) = &mut self.id {
            id.set_sensitive(true);
        }
        let answer: Option<Value> = serde_json::from_slice(answer).ok();
        let version =
            answer.as_ref().and_then(|answer| answer.get("result")?.get("protocolVersion")?.as_str());
        self.version = version.and_then(|version| HeaderValue::from_str(version).ok());
    }

    /// Whether the server keeps something for us.
    pub(super) fn is_kept(&self) -> bool {
        self.id.is_some()
    }

    /// For what has no body of its own: streams, the end of the session, answers.
    pub(super) fn headers(&self) -> HeaderMap {
        let fields = [(VERSION, &self.version), (SESSION, &self.id)];
        fields.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))).collect()
    }

    /// For a request or notification.
    pub(super) fn headers_for(&self, method: &str, params: &Map<String, Value>) -> HeaderMap {
        let Some(version) = modern(params) else {
            // A second handshake begins from nothing.
            return if method == "initialize" { HeaderMap::new() } else { self.headers() };
        };
        let named = match method {
            "tools/call" | "prompts/get" => params.get("name"),
            "resources/read" => params.get("uri"),
            _ => None,
        };
        let fields =
            [(VERSION, Some(version)), (METHOD, Some(method)), (NAME, named.and_then(Value::as_str))];
        fields.into_iter().filter_map(|(name, text)| Some((name, encoded(text?)?))).collect()
    }
}

/// The version that a modern message tells of itself.
pub(super) fn modern(params: &Map<String, Value>) -> Option<&str> {
    params.get("_meta")?.get(META_VERSION)?.as_str()
}

/// A text as a header value; wrapped where a header could not carry it as it is, or would look wrapped.
fn encoded(text: &str) -> Option<HeaderValue> {
    let plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte))
        && text.trim() == text
        && !(text.starts_with("=?base64?") && text.ends_with("?="));
    let wrapped = || format!("=?base64?{}?=", STANDARD.encode(text));
    HeaderValue::from_str(&if plain { text.to_owned() } else { wrapped() }).ok()
}

#[cfg(test)]
mod tests {
    use super::{Session, encoded};
    use http::{HeaderMap, HeaderValue};
    use serde_json::{Map, Value, json};

    fn params(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(map) => map,
            other => panic!("{other} is no object"),
        }
    }

    fn names(headers: &HeaderMap) -> Vec<String> {
        headers.iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap_or("?"))).collect()
    }

    #[test]
    fn legacy_requests_repeat_what_the_handshake_settled() {
        let mut session = Session::default();
        assert!(session.headers_for("tools/list", &Map::new()).is_empty());
        let answered = HeaderMap::from_iter([(super::SESSION, HeaderValue::from_static("s-1"))]);
        session.open(&answered, br#"{"jsonrpc":"2.0","id":1,"result":{"protocolVersion":"2025-06-18"}}"#);
        let sent = session.headers_for("tools/call", &params(json!({ "name": "x" })));
        assert_eq!(names(&sent), ["mcp-protocol-version: 2025-06-18", "mcp-session-id: s-1"]);
        assert!(session.is_kept());
        assert!(session.headers_for("initialize", &Map::new()).is_empty());
        session.open(&HeaderMap::new(), br#"{"error":{}}"#);
        assert!(session.headers().is_empty());
    }

    #[test]
    fn modern_requests_repeat_what_their_body_says() {
        let meta = json!({ "io.modelcontextprotocol/protocolVersion": "2026-07-28" });
        for (method, named, name) in [
            ("tools/call", json!({ "name": "get_item" }), Some("get_item")),
            ("resources/read", json!({ "uri": "a://ü" }), Some("=?base64?YTovL8O8?=")),
            ("tools/list", json!({ "name": "x" }), None),
        ] {
            let mut params = params(named);
            params.insert("_meta".to_owned(), meta.clone());
            let mut expected =
                vec!["mcp-protocol-version: 2026-07-28".to_owned(), format!("mcp-method: {method}")];
            expected.extend(name.map(|name| format!("mcp-name: {name}")));
            assert_eq!(names(&Session::default().headers_for(method, &params)), expected);
        }
    }

    #[test]
    fn what_a_header_cannot_carry_is_wrapped() {
        for (text, value) in [
            ("plain text", "plain text"),
            (" x", "=?base64?IHg=?="),
            ("a\r\nB: c", "=?base64?YQ0KQjogYw==?="),
            ("=?base64?eA==?=", "=?base64?PT9iYXNlNjQ/ZUE9PT89?="),
            ("", ""),
        ] {
            assert_eq!(encoded(text).expect("a value"), value);
        }
    }
}
