//! Strict JSON: what two readers could read differently is refused.
//!
//! `serde_json` keeps the last of two equal keys. An argument object with such keys would mean one thing
//! to a filter and another to the vendor, so it is turned down here, as is nesting without end.

use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::map::Entry;
use serde_json::{Map, Value};
use std::fmt;

/// Deepest nesting of arrays and objects that is read.
pub const MAX_DEPTH: usize = 64;

/// Keys that mean something else to `serde_json` than to anybody: under one it hands a number's digits on,
/// under another it takes a text for JSON and reads that, keys that stand twice included.
pub(crate) const PRIVATE: &str = "$serde_json::private::";

/// Reads a JSON text: no key twice in one object, at most [`MAX_DEPTH`] levels, every digit kept.
///
/// # Errors
/// What is wrong with the text, in `serde_json`'s words, with line and column.
pub fn parse(text: &str) -> Result<Value, serde_json::Error> {
    if text.contains(PRIVATE) {
        return Err(unusable());
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Build { depth: 0 }.deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// Reads a JSON object; see [`parse`].
///
/// # Errors
/// As [`parse`]; also when the text is another JSON value.
pub fn parse_object(text: &str) -> Result<Map<String, Value>, serde_json::Error> {
    match parse(text)? {
        Value::Object(map) => Ok(map),
        _ => Err(serde_json::Error::custom("expected a JSON object")),
    }
}

fn unusable<E: serde::de::Error>() -> E {
    E::custom(format_args!("`{PRIVATE}` cannot be used"))
}

/// Builds a value, as `serde_json` does, but looks at its keys and its depth.
struct Build {
    depth: usize,
}

impl Build {
    fn inner<E: serde::de::Error>(&self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom(format_args!("nested deeper than {MAX_DEPTH} levels")));
        }
        Ok(Self { depth: self.depth + 1 })
    }
}

impl<'de> DeserializeSeed<'de> for Build {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Build {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(self.inner()?)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(key) = map.next_key_seed(Key)? {
            let Some(key) = key else {
                let digits: String = map.next_value()?;
                return digits.parse().map(Value::Number).map_err(A::Error::custom);
            };
            let value = map.next_value_seed(self.inner()?)?;
            match fields.entry(key) {
                Entry::Vacant(place) => {
                    place.insert(value);
                }
                Entry::Occupied(twice) => {
                    return Err(A::Error::custom(format_args!(
                        "the key `{}` stands twice in one object",
                        clip(twice.key())
                    )));
                }
            }
        }
        Ok(Value::Object(fields))
    }
}

/// A key as the text has it; `None` for the one under which the parser hands a number on.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Option<String>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<String>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Option<String>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    // What is lent has no escapes, so had it stood in the text, the text would have been refused.
    fn visit_borrowed_str<E>(self, key: &'de str) -> Result<Option<String>, E> {
        Ok((!key.starts_with(PRIVATE)).then(|| key.to_owned()))
    }

    fn visit_str<E: serde::de::Error>(self, key: &str) -> Result<Option<String>, E> {
        if key.starts_with(PRIVATE) { Err(unusable()) } else { Ok(Some(key.to_owned())) }
    }
}

/// The beginning of a text that may be long.
pub(crate) fn clip(text: &str) -> String {
    const LONGEST: usize = 60;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_DEPTH, parse, parse_object};

    #[test]
    fn equal_keys_are_refused_at_any_depth() {
        assert!(parse(r#"{"a":1,"b":{"a":1}}"#).is_ok());
        let error = parse(r#"[{"id":"1","x":{"k":1,"k":1}}]"#).unwrap_err().to_string();
        assert!(error.contains("the key `k` stands twice"), "{error}");
    }

    #[test]
    fn numbers_keep_every_digit() {
        let digits = "123456789012345678901234567890.5";
        assert_eq!(parse(digits).unwrap().to_string(), digits);
    }

    #[test]
    fn security_c3_the_parsers_own_keys_are_refused_however_written() {
        for name in ["Number", "RawValue"] {
            for first in ["$", r"\u0024"] {
                for value in [r#""1""#, r#""{\"id\":1,\"id\":2}""#, r#"{"id":1,"id":2}"#] {
                    let text = format!(r#"{{"a":{{"{first}serde_json::private::{name}":{value}}}}}"#);
                    assert!(parse(&text).is_err(), "{text}");
                }
            }
        }
        assert!(parse(r#"{"serde_json::private::Number":"\u0024"}"#).is_ok());
    }

    #[test]
    fn nesting_has_an_end() {
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        assert!(parse(&nested(MAX_DEPTH)).is_ok());
        assert!(parse(&nested(MAX_DEPTH + 1)).is_err());
        assert!(parse(&"[".repeat(100_000)).is_err());
    }

    #[test]
    fn what_is_not_one_json_object_is_refused() {
        for text in ["", "[]", "{} {}", "{\"a\":NaN}", "\u{feff}{}", "{\"a\":\"\\ud800\"}"] {
            assert!(parse_object(text).is_err(), "{text}");
        }
    }
}
