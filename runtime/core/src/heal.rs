//! Mends slips whose meaning is beyond doubt.
//!
//! Models quote numbers, send objects as JSON text and write numbers where an id is wanted. What cannot
//! be mended without guessing stays as it is and becomes a violation.

use crate::{Kind, strict};
use serde_json::{Number, Value};

/// The value a caller meant; the value itself if there is nothing to mend.
pub(crate) fn heal(kind: &Kind, value: Value) -> Value {
    let mended = match (kind, &value) {
        (Kind::Integer { .. }, Value::String(text)) => integer(text.trim()),
        (Kind::Integer { .. }, Value::Number(number)) if !is_integer(number.as_str()) => {
            integer(number.as_str())
        }
        (Kind::Number { .. }, Value::String(text)) => number(text.trim()),
        (Kind::Boolean, Value::String(text)) => boolean(text.trim()),
        (Kind::Text(_), Value::Number(number)) if is_integer(number.as_str()) => {
            Some(Value::String(number.as_str().to_owned()))
        }
        (Kind::List { .. }, Value::String(text)) => strict::parse(text).ok().filter(Value::is_array),
        (
            Kind::Object(_) | Kind::Union { .. } | Kind::Adjacent { .. } | Kind::Map(_),
            Value::String(text),
        ) => strict::parse(text).ok().filter(Value::is_object),
        _ => None,
    };
    mended.unwrap_or(value)
}

/// `5`, `-5` and `5.0` are the integer 5; `5e0` and `05` are not.
fn integer(text: &str) -> Option<Value> {
    let whole = match text.split_once('.') {
        Some((whole, fraction)) if !fraction.is_empty() && fraction.bytes().all(|b| b == b'0') => whole,
        Some(_) => return None,
        None => text,
    };
    is_integer(whole).then(|| number(whole)).flatten()
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty()
        && digits.bytes().all(|b| b.is_ascii_digit())
        && (digits.len() == 1 || !digits.starts_with('0'))
}

fn number(text: &str) -> Option<Value> {
    text.parse::<Number>().ok().map(Value::Number)
}

fn boolean(text: &str) -> Option<Value> {
    match text {
        "true" => Some(Value::Bool(true)),
        "false" => Some(Value::Bool(false)),
        _ => None,
    }
}
