//! Looks into compact JSON text: finds what is wanted by its place, and builds only that.
//!
//! What is walked over is what [`crate::compact`] gave, or was made of such text. Any other text gives
//! something or nothing, but no panic.

use crate::compact::plain;
use crate::strict::MAX_DEPTH;
use serde_json::{Map, Value};

/// What was read is at most [`MAX_DEPTH`] deep, and what is made of it a little deeper.
const DEEPEST: usize = 2 * MAX_DEPTH;

/// The members of an object: each key as it is written, quotes included, and the text of its value.
pub fn members(object: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = object.strip_prefix('{').unwrap_or_default();
    std::iter::from_fn(move || {
        if !rest.starts_with('"') {
            return None;
        }
        let (key, behind) = rest.split_at(end_of_value(rest));
        let behind = behind.strip_prefix(':')?;
        let (value, behind) = behind.split_at(end_of_value(behind));
        rest = behind.strip_prefix(',').unwrap_or_default();
        Some((key, value))
    })
}

/// The member of an object; `None` if there is none, or the text is no object.
pub fn member<'t>(object: &'t str, key: &str) -> Option<&'t str> {
    // As the key is written in compact JSON.
    let wanted = Value::from(key).to_string();
    members(object).find(|(key, _)| *key == wanted).map(|(_, value)| value)
}

/// The items of an array; `None` if the text is none.
pub fn items(array: &str) -> Option<Vec<&str>> {
    let inside = array.strip_prefix('[')?.strip_suffix(']')?;
    let mut items = Vec::new();
    let mut rest = inside;
    while !rest.is_empty() {
        let (item, behind) = rest.split_at(end_of_value(rest));
        items.push(item);
        rest = behind.strip_prefix(',').unwrap_or_default();
    }
    Some(items)
}

/// The value that a text stands for.
pub fn value(text: &str) -> Value {
    Builder { rest: text, depth: 0 }.value().unwrap_or_default()
}

/// Builds a value without asking again whether the text is in order.
struct Builder<'t> {
    rest: &'t str,
    /// Open arrays and objects.
    depth: usize,
}

impl Builder<'_> {
    fn value(&mut self) -> Option<Value> {
        match self.rest.as_bytes().first()? {
            b'{' => {
                // Most objects are small.
                let mut map = Map::with_capacity(4);
                self.list(b'}', |builder| {
                    let key = builder.text()?;
                    builder.rest = builder.rest.strip_prefix(':')?;
                    map.insert(key, builder.value()?);
                    Some(())
                })?;
                Some(Value::Object(map))
            }
            b'[' => {
                let mut items = Vec::new();
                self.list(b']', |builder| {
                    items.push(builder.value()?);
                    Some(())
                })?;
                Some(Value::Array(items))
            }
            b'"' => self.text().map(Value::String),
            _ => match self.take(end_of_value(self.rest)) {
                "null" => Some(Value::Null),
                "true" => Some(Value::Bool(true)),
                "false" => Some(Value::Bool(false)),
                number => number.parse().ok().map(Value::Number),
            },
        }
    }

    /// What stands between brackets, with commas between its parts.
    fn list(&mut self, close: u8, mut part: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        self.take(1);
        while *self.rest.as_bytes().first()? != close {
            part(self)?;
            if let Some(behind) = self.rest.strip_prefix(',') {
                self.rest = behind;
            }
        }
        self.take(1);
        self.depth -= 1;
        Some(())
    }

    fn text(&mut self) -> Option<String> {
        let behind = self.rest.strip_prefix('"')?;
        let plain = plain(behind.as_bytes());
        if behind.as_bytes().get(plain) == Some(&b'"') {
            self.rest = &behind[plain + 1..];
            return Some(behind[..plain].to_owned());
        }
        serde_json::from_str(self.take(end_of_value(self.rest))).ok()
    }

    fn take(&mut self, length: usize) -> &str {
        let (taken, rest) = self.rest.split_at(length);
        self.rest = rest;
        taken
    }
}

/// Where the value ends that a text begins with.
fn end_of_value(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at = end_of_string(bytes, at + 1);
                if depth == 0 {
                    return at;
                }
                continue;
            }
            b'[' | b'{' => depth += 1,
            b']' | b'}' => {
                // The end of what the value stands in.
                if depth == 0 {
                    return at;
                }
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            b',' if depth == 0 => return at,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

/// Where a string ends, closing quote included.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(rest) = bytes.get(at..) {
        at += plain(rest);
        match bytes.get(at) {
            Some(b'"') => return at + 1,
            Some(b'\\') => at += 2,
            Some(_) => at += 1,
            None => break,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests;
