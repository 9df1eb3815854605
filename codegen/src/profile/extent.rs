//! How deep and how wide an input schema is.

use serde_json::Value as Json;

/// The step of a path that leads from an array to its items.
pub(crate) const ITEMS: &str = "[]";

/// What of an input schema can be too much. Paths are steps from the root.
#[derive(Debug, Default)]
pub(super) struct Extent<'s> {
    /// The path to the first of the deepest nodes; as many levels as it has steps.
    pub(super) deepest: Vec<&'s str>,
    /// Properties at all depths.
    pub(super) properties: usize,
    /// Each enum and how many words it has.
    pub(super) enums: Vec<(Vec<&'s str>, usize)>,
}

impl<'s> Extent<'s> {
    /// Measures a schema.
    pub(super) fn of(schema: &'s Json) -> Self {
        let mut extent = Self::default();
        extent.node(schema, &mut Vec::new());
        extent
    }

    fn node(&mut self, node: &'s Json, path: &mut Vec<&'s str>) {
        if path.len() > self.deepest.len() {
            self.deepest.clone_from(path);
        }
        if let Some(words) = node.get("enum").and_then(Json::as_array) {
            self.enums.push((path.clone(), words.len()));
        }
        for (name, property) in node.get("properties").and_then(Json::as_object).into_iter().flatten() {
            self.properties += 1;
            self.step(name, property, path);
        }
        if let Some(items) = node.get("items") {
            self.step(ITEMS, items, path);
        }
    }

    fn step(&mut self, step: &'s str, node: &'s Json, path: &mut Vec<&'s str>) {
        path.push(step);
        self.node(node, path);
        path.pop();
    }
}

/// A path as people write it: `lines[].size`.
pub(super) fn dotted(path: &[&str]) -> String {
    path.join(".").replace(".[]", ITEMS)
}

#[cfg(test)]
mod tests {
    use super::{Extent, dotted};
    use serde_json::json;

    #[test]
    fn levels_properties_and_words_are_counted() {
        let schema = json!({"type": "object", "properties": {
            "name": {"type": "string", "enum": ["a", "b"]},
            "lines": {"type": "array", "items": {"type": "object", "properties": {
                "size": {"type": "string", "enum": ["s", "m", "l"]},
            }}},
        }});
        let extent = Extent::of(&schema);
        assert_eq!(extent.deepest, ["lines", "[]", "size"]);
        assert_eq!(extent.properties, 3);
        assert_eq!(extent.enums, [(vec!["name"], 2), (vec!["lines", "[]", "size"], 3)]);
        assert_eq!(dotted(&extent.deepest), "lines[].size");
    }
}
