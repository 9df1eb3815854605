//! What the server sends: JSON-RPC messages, told apart without building them.

use crate::mcp::jsonrpc::{self, Id};
use bytes::Bytes;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;
use serde_json::value::RawValue;

/// A message of the server.
#[derive(Debug)]
pub(super) enum Incoming<'t> {
    /// Answers a request.
    Answer(Answer<'t>),
    /// A notification, or a request of the server's own.
    Message,
}

/// An answer; exactly one of result and error is there.
#[derive(Debug)]
pub(super) struct Answer<'t> {
    id: Option<&'t RawValue>,
    error: Option<&'t RawValue>,
    text: &'t str,
}

#[derive(Deserialize)]
struct Members<'t> {
    #[serde(borrow, default)]
    id: Option<&'t RawValue>,
    #[serde(default)]
    method: Option<IgnoredAny>,
    #[serde(borrow, default)]
    result: Option<&'t RawValue>,
    #[serde(borrow, default)]
    error: Option<&'t RawValue>,
}

impl<'t> Incoming<'t> {
    /// Reads a message; `None` if the text is none.
    pub(super) fn read(text: &'t str) -> Option<Self> {
        let members: Members<'_> = serde_json::from_str(text).ok()?;
        match (members.method, members.result, members.error) {
            (Some(_), None, None) => Some(Self::Message),
            (None, Some(_), None) | (None, None, Some(_)) => {
                Some(Self::Answer(Answer { id: members.id, error: members.error, text }))
            }
            _ => None,
        }
    }
}

impl Answer<'_> {
    /// The line for the client, if this answers the request `id`. Servers that could not read an id answer
    /// under `null`. `advice` follows the message of an error.
    pub(super) fn line(&self, id: &Id, advice: Option<&str>) -> Option<Bytes> {
        if self.id.is_some_and(|given| !same(given, id)) {
            return None;
        }
        match (self.error, advice) {
            (Some(error), Some(advice)) => Some(jsonrpc::failure(id, &advised(error, advice))),
            _ if self.id.is_some() => Some(on_one_line(self.text).into()),
            (Some(error), None) => Some(jsonrpc::failure(id, &on_one_line(error.get()))),
            // A result for nobody is no answer.
            (None, _) => None,
        }
    }

    /// The code of an error.
    pub(super) fn code(&self) -> Option<i64> {
        let error: Value = serde_json::from_str(self.error?.get()).ok()?;
        error.get("code")?.as_i64()
    }
}

/// Whether two ids mean the same, however they are written.
fn same(given: &RawValue, id: &Id) -> bool {
    let (given, id) =
        (serde_json::from_str::<Value>(given.get()), serde_json::from_slice::<Value>(id.text()));
    matches!((given, id), (Ok(given), Ok(id)) if given == id)
}

fn advised(error: &RawValue, advice: &str) -> String {
    let Ok(Value::Object(mut error)) = serde_json::from_str(error.get()) else {
        return on_one_line(error.get());
    };
    let message = error.get("message").and_then(Value::as_str).unwrap_or_default().trim_end();
    let gap = if message.is_empty() { "" } else { " " };
    let message = format!("{message}{gap}{advice}");
    error.insert("message".to_owned(), message.into());
    Value::Object(error).to_string()
}

/// A JSON text without line breaks. Where they stand in JSON, they mean no more than a space.
pub(super) fn on_one_line(text: &str) -> String {
    text.trim().replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::Incoming;
    use crate::mcp::jsonrpc::Id;

    fn line(text: &str, id: &str, advice: Option<&str>) -> Option<String> {
        let id = Id::of_text(id.as_bytes()).expect("an id");
        match Incoming::read(text)? {
            Incoming::Answer(answer) => {
                answer.line(&id, advice).map(|line| String::from_utf8_lossy(&line).into_owned())
            }
            Incoming::Message => Some("a message".to_owned()),
        }
    }

    #[test]
    fn answers_are_known_by_their_id() {
        for (text, id, expected) in [
            (r#"{"jsonrpc":"2.0","id":1,"result":{}}"#, "1", Some(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#)),
            (
                "\n{\"id\":\"\\u0061\",\r\n\"result\":{}}\n",
                r#""a""#,
                Some(r#"{"id":"\u0061",  "result":{}}"#),
            ),
            (r#"{"id":2,"result":{}}"#, "1", None),
            (r#"{"id":"1","result":{}}"#, "1", None),
            (r#"{"id":null,"result":{}}"#, "1", None),
            (
                r#"{"id":null,"error":{"code":-1,"message":"m"}}"#,
                "1",
                Some(r#"{"jsonrpc":"2.0","id":1,"error":{"code":-1,"message":"m"}}"#),
            ),
            (r#"{"jsonrpc":"2.0","method":"notifications/progress","params":{}}"#, "1", Some("a message")),
            (r#"{"id":1,"method":"ping"}"#, "1", Some("a message")),
            (r#"{"id":1,"result":{},"error":{}}"#, "1", None),
            (r#"{"id":1,"id":1,"result":{}}"#, "1", None),
            (r#"[{"id":1,"result":{}}]"#, "1", None),
            ("<html>", "1", None),
            ("[DONE]", "1", None),
        ] {
            assert_eq!(line(text, id, None).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn advice_follows_the_servers_own_words() {
        let text = r#"{"id":7,"error":{"code":-5,"message":"No.","data":{"n":1.10}}}"#;
        let expected =
            r#"{"jsonrpc":"2.0","id":7,"error":{"code":-5,"message":"No. Ask.","data":{"n":1.10}}}"#;
        assert_eq!(line(text, "7", Some("Ask.")).as_deref(), Some(expected));
        assert_eq!(
            line(r#"{"id":7,"error":3}"#, "7", Some("Ask.")).as_deref(),
            Some(r#"{"jsonrpc":"2.0","id":7,"error":3}"#)
        );
    }
}
