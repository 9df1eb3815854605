//! JSON that is passed on: kept as compact text, made into a value only when somebody looks into it.
//!
//! Most answers are never looked into. What a tool's documentation names (where its records are, where the
//! next cursor is) is found in the text.

use serde_json::Value;
use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;
use toolpress_core::{compact, strict};

/// A JSON value as compact text. Reads like a [`Value`], which is made at the first look.
#[derive(Clone, Default)]
pub struct Json {
    text: String,
    value: OnceLock<Value>,
}

impl Json {
    /// Reads a text strictly; see [`strict::parse`].
    pub(super) fn read(text: &str) -> Result<Self, serde_json::Error> {
        match compact(text) {
            Some(compact) => Ok(Self::of_compact(compact.into_owned())),
            None => strict::parse(text).map(Self::from),
        }
    }

    /// JSON from a text that was made of compact JSON.
    pub(super) fn of_compact(text: String) -> Self {
        Self { text, value: OnceLock::new() }
    }

    /// The text, without white space between its parts.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The value.
    pub fn value(&self) -> &Value {
        // The text has been read before or was written from values, so there is no error to tell.
        self.value.get_or_init(|| serde_json::from_str(&self.text).unwrap_or_default())
    }

    /// The value itself.
    pub(super) fn into_value(mut self) -> Value {
        self.value();
        self.value.take().unwrap_or_default()
    }

    /// The text of the value at a path of keys.
    pub(super) fn at(&self, path: &[&str]) -> Option<&str> {
        path.iter().try_fold(&*self.text, |object, key| member(object, key))
    }
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        Self { text: value.to_string(), value: value.into() }
    }
}

impl Deref for Json {
    type Target = Value;

    fn deref(&self) -> &Value {
        self.value()
    }
}

impl PartialEq<Value> for Json {
    fn eq(&self, other: &Value) -> bool {
        self.value() == other
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// The items of an array in compact JSON; `None` if it is none.
pub(super) fn items(array: &str) -> Option<Vec<&str>> {
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

/// The member of an object in compact JSON; `None` if there is none, or the text is no object.
fn member<'t>(object: &'t str, key: &str) -> Option<&'t str> {
    // As the key is written in compact JSON, quotes included.
    let wanted = Value::from(key).to_string();
    let mut rest = object.strip_prefix('{')?;
    while rest.starts_with('"') {
        let (key, behind) = rest.split_at(end_of_value(rest));
        let behind = behind.strip_prefix(':')?;
        let (value, behind) = behind.split_at(end_of_value(behind));
        if key == wanted {
            return Some(value);
        }
        rest = behind.strip_prefix(',').unwrap_or_default();
    }
    None
}

/// Where the value ends that compact JSON begins with.
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
    loop {
        match bytes.get(at) {
            Some(b'\\') => at += 2,
            Some(b'"') => return at + 1,
            Some(_) => at += 1,
            None => return bytes.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Json, items};
    use proptest::prelude::*;
    use serde_json::{Value, json};

    #[test]
    fn members_are_found_in_the_text() {
        let body = json!({
            "a": {"b": [1, {"c": "]}"}], "\"x\\": "y\"\\", "": null, "n": -1.5},
            "b": "a", "list": [[], {}, "", ",", "\\", true, 12],
        });
        let body = Json::of_compact(body.to_string());
        let table: [(&[&str], Option<&str>); 9] = [
            (&["a", "b"], Some(r#"[1,{"c":"]}"}]"#)),
            (&["a", "\"x\\"], Some(r#""y\"\\""#)),
            (&["a", ""], Some("null")),
            (&["a", "n"], Some("-1.5")),
            (&["b"], Some(r#""a""#)),
            (&["c"], None),
            (&["b", "a"], None),
            (&["list", "0"], None),
            (&[], Some(body.text())),
        ];
        for (path, wanted) in table {
            assert_eq!(body.at(path), wanted, "{path:?}");
        }
        let list = items(body.at(&["list"]).unwrap()).unwrap();
        assert_eq!(list, ["[]", "{}", r#""""#, r#"",""#, r#""\\""#, "true", "12"]);
        assert_eq!(items("[]"), Some(vec![]));
        assert_eq!(items("{}"), None);
    }

    fn value() -> impl Strategy<Value = Value> {
        let text = r#"[ab"\\,:{}\[\]]{0,4}"#;
        let leaf =
            prop_oneof![Just(Value::Null), any::<i64>().prop_map(Value::from), text.prop_map(Value::from)];
        leaf.prop_recursive(4, 40, 5, move |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
                proptest::collection::vec((text, inner), 0..5)
                    .prop_map(|fields| Value::Object(fields.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn the_text_says_what_the_value_says(value in value()) {
            let body = Json::of_compact(value.to_string());
            prop_assert_eq!(&body, &value);
            if let Value::Object(fields) = &value {
                for (key, field) in fields {
                    prop_assert_eq!(body.at(&[key]).map(str::to_owned), Some(field.to_string()));
                }
            }
            let wanted = value.as_array().map(|items| items.iter().map(Value::to_string).collect::<Vec<_>>());
            let got = items(body.text()).map(|items| items.into_iter().map(str::to_owned).collect());
            prop_assert_eq!(got, wanted);
        }
    }
}
