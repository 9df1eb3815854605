//! Parameters of a message: kept as text, made into a map only where somebody looks into all of them.

use serde_json::{Map, Value};
use std::ops::Deref;
use std::sync::OnceLock;
use toolpress_core::walk;

/// The parameters. They read like a map, which is made at the first look.
#[derive(Debug, Clone, Default)]
pub(crate) struct Params {
    /// An object in compact JSON, read strictly; empty where there are no parameters.
    text: String,
    map: OnceLock<Map<String, Value>>,
}

impl Params {
    /// From compact JSON; `None` if it is neither an object nor null.
    pub(super) fn of_compact(text: &str) -> Option<Self> {
        match text.as_bytes().first()? {
            b'{' => Some(Self { text: text.to_owned(), map: OnceLock::new() }),
            b'n' => Some(Self::default()),
            _ => None,
        }
    }

    /// Each parameter, its name as it is written, quotes included, and the text of its value.
    pub(super) fn members(&self) -> impl Iterator<Item = (&str, &str)> {
        walk::members(&self.text)
    }

    /// The text of one parameter. `quoted` is its name in quotes.
    pub(super) fn text_of(&self, quoted: &str) -> Option<&str> {
        self.members().find(|(name, _)| *name == quoted).map(|(_, text)| text)
    }
}

impl Deref for Params {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Self::Target {
        self.map.get_or_init(|| match walk::value(&self.text) {
            Value::Object(map) => map,
            _ => Map::new(),
        })
    }
}

impl From<Map<String, Value>> for Params {
    fn from(map: Map<String, Value>) -> Self {
        let map = Value::Object(map);
        let text = map.to_string();
        Self { text, map: OnceLock::new() }
    }
}

#[cfg(test)]
mod tests {
    use super::Params;
    use serde_json::{Map, Value, json};

    #[test]
    fn the_text_and_the_map_say_the_same() {
        let params = Params::of_compact(r#"{"name":"a","arguments":{"b":[1]},"é":null}"#).unwrap();
        assert_eq!(params.text_of(r#""arguments""#), Some(r#"{"b":[1]}"#));
        assert_eq!(params.text_of(r#""b""#), None);
        assert_eq!(params["arguments"], json!({"b": [1]}));
        assert_eq!((params.len(), params.members().count()), (3, 3));
        let Value::Object(map) = json!({"x": "\"y\n"}) else { unreachable!() };
        let params = Params::from(map.clone());
        assert_eq!((&*params, params.text_of(r#""x""#)), (&map, Some(r#""\"y\n""#)));
    }

    #[test]
    fn no_parameters_are_none() {
        assert_eq!(*Params::of_compact("null").unwrap(), Map::new());
        assert_eq!(*Params::of_compact("{}").unwrap(), Map::new());
        for other in ["[]", "1", "\"x\"", "true", ""] {
            assert!(Params::of_compact(other).is_none(), "{other}");
        }
    }
}
