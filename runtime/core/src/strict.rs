//! Strict JSON: what two readers could read differently is refused.
//!
//! `serde_json` keeps the last of two equal keys. An argument object with such keys would mean one thing
//! to a filter and another to the vendor, so it is turned down here, as is nesting without end.

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::collections::HashSet;
use std::fmt;

/// Deepest nesting of arrays and objects that is read.
pub const MAX_DEPTH: usize = 64;

/// Under this key `serde_json` hands a number's digits on (feature `arbitrary_precision`).
const NUMBER: &str = "$serde_json::private::Number";

/// Reads a JSON text: no key twice in one object, at most [`MAX_DEPTH`] levels, every digit kept.
///
/// # Errors
/// What is wrong with the text, in `serde_json`'s words, with line and column.
pub fn parse(text: &str) -> Result<Value, serde_json::Error> {
    if text.contains(NUMBER) {
        // As a key it would turn into a number further on.
        return Err(serde_json::Error::custom(format_args!("`{NUMBER}` cannot be used")));
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    Walk { depth: 0 }.deserialize(&mut reader)?;
    reader.end()?;
    serde_json::from_str(text)
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

/// Walks a value without building it.
struct Walk {
    depth: usize,
}

impl Walk {
    fn inner<E: serde::de::Error>(&self) -> Result<Self, E> {
        if self.depth == MAX_DEPTH {
            return Err(E::custom(format_args!("nested deeper than {MAX_DEPTH} levels")));
        }
        Ok(Self { depth: self.depth + 1 })
    }
}

impl<'de> DeserializeSeed<'de> for Walk {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        while seq.next_element_seed(self.inner()?)?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut seen = HashSet::new();
        while let Some(key) = map.next_key::<String>()? {
            if key == NUMBER {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            map.next_value_seed(self.inner()?)?;
            if let Some(twice) = seen.replace(key) {
                return Err(A::Error::custom(format_args!(
                    "the key `{}` stands twice in one object",
                    clip(&twice)
                )));
            }
        }
        Ok(())
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
    fn an_object_cannot_pass_for_a_number() {
        assert!(parse(r#"{"a":{"$serde_json::private::Number":"1"}}"#).is_err());
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
