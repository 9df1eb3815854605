//! JSON-RPC 2.0 envelopes, read so that no two readers can understand one differently.
//!
//! Refused, whatever the era: batches, members that stand twice, members in another case (`Method`),
//! ids that are neither text nor number, nesting without end. An id is echoed with the very characters
//! it came in.

use super::params::Params;
use bytes::Bytes;
use http::StatusCode;
use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use serde_json::error::Category;
use serde_json::value::RawValue;
use serde_json::{Value, json};
use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;
use toolpress_core::{compact, strict, walk};

/// The text is no JSON.
pub(crate) const PARSE_ERROR: i32 = -32700;
/// The JSON is no request.
pub(crate) const INVALID_REQUEST: i32 = -32600;
/// There is no such method.
pub(crate) const METHOD_NOT_FOUND: i32 = -32601;
/// The parameters do not fit the method; unknown tools too.
pub(crate) const INVALID_PARAMS: i32 = -32602;
/// It is our fault, or there is no room now.
pub(crate) const INTERNAL_ERROR: i32 = -32603;

/// What a client sent.
#[derive(Debug)]
pub(crate) enum Message {
    /// Wants an answer.
    Request(Request),
    /// Wants none.
    Notification(Notification),
    /// Answers a request of ours. We send none, so there is nothing to do with it.
    Response,
}

/// A request.
#[derive(Debug)]
pub(crate) struct Request {
    pub(crate) id: Id,
    pub(crate) method: String,
    pub(crate) params: Params,
}

/// A notification.
#[derive(Debug)]
pub(crate) struct Notification {
    pub(crate) method: String,
    pub(crate) params: Params,
}

/// The id of a request as JSON text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Id(Bytes);

impl Id {
    /// For answers to what had no readable id.
    pub(crate) const NULL: Self = Self(Bytes::from_static(b"null"));

    /// From JSON text.
    fn read(text: &str) -> Option<Self> {
        let fits = match text.as_bytes().first()? {
            // It is echoed, so it must be a text for every reader: half a surrogate pair is one for some only.
            b'"' => !text.contains('\\') || serde_json::from_str::<String>(text).is_ok(),
            first => *first == b'-' || first.is_ascii_digit(),
        };
        fits.then(|| Self(Bytes::copy_from_slice(text.as_bytes())))
    }

    /// The id inside a parameter such as `requestId`.
    pub(crate) fn of(value: &Value) -> Option<Self> {
        matches!(value, Value::String(_) | Value::Number(_)).then(|| Self(value.to_string().into()))
    }

    /// The id that is this JSON text; `None` if no id is.
    pub(crate) fn of_text(text: &[u8]) -> Option<Self> {
        serde_json::from_slice::<&RawValue>(text).ok().and_then(|raw| Self::read(raw.get()))
    }

    /// The JSON text.
    pub(crate) fn text(&self) -> &[u8] {
        &self.0
    }
}

/// An error answer.
#[derive(Debug, PartialEq)]
pub(crate) struct RpcError {
    /// Status of the HTTP answer; stdio has none.
    pub(crate) status: StatusCode,
    pub(crate) code: i32,
    pub(crate) message: String,
    pub(crate) data: Option<Box<Value>>,
    /// Seconds after which another attempt makes sense.
    pub(crate) retry_after: Option<u64>,
}

impl RpcError {
    pub(crate) fn new(status: StatusCode, code: i32, message: impl Into<String>) -> Self {
        let retry_after = (status == StatusCode::SERVICE_UNAVAILABLE).then_some(1);
        Self { status, code, message: message.into(), data: None, retry_after }
    }

    /// The whole answer.
    pub(crate) fn answer(&self, id: &Id) -> Bytes {
        let mut error = json!({ "code": self.code, "message": self.message });
        if let (Some(data), Value::Object(fields)) = (&self.data, &mut error) {
            fields.insert("data".to_owned(), data.as_ref().clone());
        }
        failure(id, &error.to_string())
    }
}

/// The whole answer of a request that went well; `result` is JSON text.
pub(crate) fn answer(id: &Id, result: impl AsRef<[u8]>) -> Bytes {
    envelope(id, "result", result.as_ref())
}

/// The same in parts, for results that are long.
pub(crate) fn answer_in_parts(id: &Id, result: Vec<u8>) -> [Bytes; 3] {
    let head = [HEAD.as_bytes(), &id.0, b",\"result\":"].concat();
    [head.into(), result.into(), Bytes::from_static(b"}")]
}

/// The whole answer of a request that failed; `error` is JSON text.
pub(crate) fn failure(id: &Id, error: &str) -> Bytes {
    envelope(id, "error", error.as_bytes())
}

/// A notification to the client; `params` is JSON.
pub(crate) fn notification(method: &str, params: &Value) -> Bytes {
    json!({ "jsonrpc": "2.0", "method": method, "params": params }).to_string().into()
}

/// The beginning of every answer, up to the id.
pub(crate) const HEAD: &str = r#"{"jsonrpc":"2.0","id":"#;

fn envelope(id: &Id, member: &str, value: &[u8]) -> Bytes {
    let mut out = Vec::with_capacity(HEAD.len() + id.0.len() + value.len() + 16);
    for part in [HEAD.as_bytes(), &id.0, b",\"", member.as_bytes(), b"\":", value, b"}"] {
        out.extend_from_slice(part);
    }
    out.into()
}

/// A refusal, with the id it is to be answered under.
pub(crate) type Refusal = (Id, RpcError);

/// Reads one message.
///
/// # Errors
/// What to answer, with the id if one could be read.
pub(crate) fn read(body: &[u8]) -> Result<Message, Refusal> {
    let text = std::str::from_utf8(body)
        .map_err(|error| nameless(PARSE_ERROR, format!("The message is not UTF-8: {error}.")))?;
    // Most clients write compact JSON; what is not, or is wrong, goes the slow way, which tells why.
    let (envelope, strict) = match Envelope::of_compact(text) {
        Some(envelope) => (envelope, true),
        None => (examine(text)?, false),
    };

    let id = match envelope.id {
        None => None,
        Some(raw) => Some(Id::read(raw).ok_or_else(|| {
            nameless(INVALID_REQUEST, "`id` must be a string or a number, never null.".into())
        })?),
    };
    let known = || id.clone().unwrap_or(Id::NULL);
    let invalid = |message: &str| refuse(known(), INVALID_REQUEST, message.to_owned());
    if envelope.version.is_none_or(|raw| raw != r#""2.0""#) {
        return Err(invalid("`jsonrpc` must be \"2.0\"."));
    }
    let Some(method) = envelope.method else {
        let answers = id.is_some() && envelope.outcome;
        return if answers { Ok(Message::Response) } else { Err(invalid("`method` is missing.")) };
    };
    let Value::String(method) = walk::value(method) else {
        return Err(invalid("`method` must be a string."));
    };
    let params = match envelope.params {
        None => Some(Params::default()),
        Some(params) if strict => Params::of_compact(params),
        Some(params) => match strict::parse(params) {
            Ok(Value::Null) => Some(Params::default()),
            Ok(Value::Object(params)) => Some(params.into()),
            Ok(_) => None,
            Err(error) => {
                return Err(refuse(known(), code(&error), format!("`params` cannot be read: {error}.")));
            }
        },
    };
    let params = params.ok_or_else(|| invalid("`params` must be an object."))?;
    Ok(match id {
        Some(id) => Message::Request(Request { id, method, params }),
        None => Message::Notification(Notification { method, params }),
    })
}

/// Reads the members of a message that is not known to be in order.
fn examine(text: &str) -> Result<Envelope<'_>, Refusal> {
    if too_deep(text) {
        let message = format!("The message is nested deeper than {} levels.", strict::MAX_DEPTH);
        return Err(nameless(PARSE_ERROR, message));
    }
    let not_json = |error: &serde_json::Error| format!("The message cannot be read: {error}.");
    if text.trim_ascii_start().starts_with('[') {
        return Err(match serde_json::from_str::<IgnoredAny>(text) {
            Ok(_) => nameless(INVALID_REQUEST, "Batches are not served; send one message at a time.".into()),
            Err(error) => nameless(PARSE_ERROR, not_json(&error)),
        });
    }
    serde_json::from_str(text).map_err(|error| nameless(code(&error), not_json(&error)))
}

fn refuse(id: Id, code: i32, message: String) -> Refusal {
    (id, RpcError::new(StatusCode::BAD_REQUEST, code, message))
}

fn nameless(code: i32, message: String) -> Refusal {
    refuse(Id::NULL, code, message)
}

fn code(error: &serde_json::Error) -> i32 {
    if error.classify() == Category::Data { INVALID_REQUEST } else { PARSE_ERROR }
}

/// Looks at brackets outside strings only, so it costs no memory and can come before any parser.
fn too_deep(text: &str) -> bool {
    let (mut depth, mut inside, mut escaped) = (0_usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if inside => escaped = true,
            b'"' => inside = !inside,
            b'[' | b'{' if !inside => {
                depth += 1;
                if depth > strict::MAX_DEPTH {
                    return true;
                }
            }
            b']' | b'}' if !inside => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    false
}

/// The members of a message as JSON text, unread.
#[derive(Default)]
struct Envelope<'b> {
    version: Option<&'b str>,
    id: Option<&'b str>,
    method: Option<&'b str>,
    params: Option<&'b str>,
    /// A `result` or `error` is there.
    outcome: bool,
}

/// The members that mean something.
const KNOWN: [&str; 6] = ["jsonrpc", "id", "method", "params", "result", "error"];

impl<'b> Envelope<'b> {
    /// The members of a message that is an object in compact and strict JSON, each in its right case; `None`
    /// for any other.
    fn of_compact(text: &'b str) -> Option<Self> {
        if !text.starts_with('{') || !matches!(compact(text), Some(Cow::Borrowed(_))) {
            return None;
        }
        let mut envelope = Self::default();
        for (key, value) in walk::members(text) {
            // Keys with escapes are not taken for compact.
            envelope.put(key.get(1..key.len() - 1)?, value).ok()?;
        }
        Some(envelope)
    }

    /// Takes a member; fails with the name of the one that it only seems to be.
    fn put(&mut self, key: &str, value: &'b str) -> Result<(), &'static str> {
        match key {
            "jsonrpc" => self.version = Some(value),
            "id" => self.id = Some(value),
            "method" => self.method = Some(value),
            "params" => self.params = Some(value),
            "result" | "error" => self.outcome = true,
            // By the upper case, as that also unmasks `ſ`, which some readers fold to `s`.
            other => {
                let upper = other.to_uppercase();
                let meant = KNOWN.into_iter().find(|known| known.to_uppercase() == upper);
                return meant.map_or(Ok(()), Err);
            }
        }
        Ok(())
    }
}

impl<'de: 'b, 'b> Deserialize<'de> for Envelope<'b> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Envelope<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON-RPC message, which is an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let (mut envelope, mut seen) = (Envelope::default(), HashSet::new());
        while let Some(Key(key)) = map.next_key::<Key<'de>>()? {
            let value = map.next_value::<&'de RawValue>()?.get();
            envelope
                .put(&key, value)
                .map_err(|meant| A::Error::custom(format_args!("the member `{meant}` is in another case")))?;
            if !seen.insert(key) {
                return Err(A::Error::custom("a member stands twice"));
            }
        }
        Ok(envelope)
    }
}

/// A key, copied only where it has escapes.
struct Key<'k>(Cow<'k, str>);

impl<'de: 'k, 'k> Deserialize<'de> for Key<'k> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(KeyText)
    }
}

struct KeyText;

impl<'de> Visitor<'de> for KeyText {
    type Value = Key<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Self::Value, E> {
        Ok(Key(key.into()))
    }

    fn visit_str<E>(self, key: &str) -> Result<Self::Value, E> {
        Ok(Key(key.to_owned().into()))
    }
}

#[cfg(test)]
mod tests {
    use super::{INVALID_REQUEST, Id, Message, PARSE_ERROR, read};

    fn refusal(body: impl AsRef<[u8]>) -> (Id, i32) {
        let (id, error) = read(body.as_ref()).expect_err("refused");
        (id, error.code)
    }

    #[test]
    fn ids_are_echoed_as_they_came() {
        for id in ["1", "-0", "1e400", "9007199254740993.0", r#""a\u0041\n""#, r#""""#] {
            let body = format!(r#"{{"jsonrpc":"2.0","method":"ping","id": {id} }}"#);
            let Ok(Message::Request(request)) = read(body.as_bytes()) else { panic!("{id}") };
            assert_eq!(request.id.text(), id.as_bytes());
        }
    }

    #[test]
    fn security_c6_ids_of_other_types_are_refused() {
        for id in ["null", "true", "[]", "{}", "[1]", r#""\udbda""#, r#""a\udbdaA\u0041""#] {
            let body = format!(r#"{{"jsonrpc":"2.0","method":"ping","id":{id}}}"#);
            assert_eq!(refusal(body), (Id::NULL, INVALID_REQUEST), "{id}");
        }
    }

    #[test]
    fn security_c2_deep_nesting_is_refused_before_it_is_parsed() {
        let nested = |depth: usize| {
            let (open, close) = ("[".repeat(depth), "]".repeat(depth));
            format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","params":{{"x":{open}{close}}}}}"#)
        };
        assert!(read(nested(60).as_bytes()).is_ok());
        assert_eq!(refusal(nested(129)).1, PARSE_ERROR);
        assert_eq!(refusal("[".repeat(100_000)).1, PARSE_ERROR);
        let in_a_string = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"\"{}"}}"#, "[".repeat(1_000));
        assert!(read(in_a_string.as_bytes()).is_ok());
    }

    #[test]
    fn security_c3_members_that_stand_twice_are_refused() {
        for body in [
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","method":"tools/call"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"x","m\u0065thod":"y"}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"x","extra":1,"extra":2}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"x","params":{"name":"a","name":"b"}}"#,
            r#"{"jsonrpc":"2.0","id":1,"method":"x","params":{"arguments":{"id":"a","id":"b"}}}"#,
        ] {
            assert_eq!(refusal(body).1, INVALID_REQUEST, "{body}");
        }
    }

    #[test]
    fn security_c4_members_in_another_case_are_refused() {
        for key in ["Method", "METHOD", "PARAMS", "params\u{17f}", "param\u{17f}", "Id", "JsonRpc"] {
            let body = format!(r#"{{"jsonrpc":"2.0","id":1,"method":"ping","{key}":"x"}}"#);
            if key == "params\u{17f}" {
                assert!(read(body.as_bytes()).is_ok(), "another word altogether");
            } else {
                assert_eq!(refusal(body).1, INVALID_REQUEST, "{key}");
            }
        }
    }

    #[test]
    fn security_c5_what_is_not_json_in_utf8_is_refused() {
        let utf16: Vec<u8> = "{}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let bodies: [&[u8]; 6] = [
            b"",
            b"\xff",
            b"\xef\xbb\xbf{}",
            &utf16,
            br#"{"jsonrpc":"2.0","id":1,"method":"ping","params":{"a":"\ud800"}}"#,
            br#"{"jsonrpc":"2.0","id":1,"method":"ping"} x"#,
        ];
        for body in bodies {
            assert_eq!(refusal(body).1, PARSE_ERROR, "{}", String::from_utf8_lossy(body));
        }
    }

    #[test]
    fn security_c7_batches_are_refused() {
        for body in ["[]", r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#] {
            assert_eq!(refusal(body), (Id::NULL, INVALID_REQUEST));
        }
    }

    #[test]
    fn messages_without_id_are_notifications_and_answers_are_known() {
        let note = read(br#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#);
        assert!(matches!(note, Ok(Message::Notification(_))));
        assert!(matches!(read(br#"{"jsonrpc":"2.0","id":1,"result":{}}"#), Ok(Message::Response)));
        assert_eq!(refusal(r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#).1, INVALID_REQUEST);
        assert_eq!(refusal(r#"{"jsonrpc":"2.0","id":1}"#).1, INVALID_REQUEST);
    }
}
