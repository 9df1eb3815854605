//! Whatever is pressed, every client takes it: the rules of all of them, held against the very entries that
//! are going to be served.
//!
//! Most of them hold because the press writes schemas in no other form; this is where that is shown.

use serde_json::{Map, Value as Json};
use std::collections::BTreeSet;
use std::path::Path;
use toolpress_codegen::Config;

/// All that a node may say. Combinators, references, `nullable` and the like are not among it: Gemini and
/// Claude refuse them, in the root or anywhere.
const KEYWORDS: &[&str] = &[
    "type",
    "description",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "default",
    "format",
    "pattern",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
];

fn entries() -> Vec<Json> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut entries = Vec::new();
    for folder in ["schemas", "tests/own-vendor/docs"] {
        let loaded = Config::new(root.join(folder)).load().expect("sound documentation");
        entries.extend(loaded.entries());
    }
    assert!(entries.len() > 30, "only {} tools are pressed", entries.len());
    entries.iter().map(|entry| serde_json::from_str(entry).expect("an entry is JSON")).collect()
}

fn text<'j>(json: &'j Json, key: &str) -> &'j str {
    json[key].as_str().unwrap_or_else(|| panic!("`{key}` is a text in {json}"))
}

#[test]
fn names_and_descriptions_are_taken_by_every_client() {
    let mut names = BTreeSet::new();
    for entry in entries() {
        let name = text(&entry, "name").to_owned();
        assert!(name.len() <= 64 && name.starts_with(|c: char| c.is_ascii_lowercase()), "{name}");
        assert!(name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'), "{name}");
        let length = text(&entry, "description").chars().count();
        assert!((10..=1000).contains(&length), "{name}: {length} characters");
        // ChatGPT asks for these on every tool.
        for hint in ["readOnlyHint", "destructiveHint", "openWorldHint"] {
            assert!(entry["annotations"][hint].is_boolean(), "{name}: {hint}");
        }
        assert!(names.insert(name.clone()), "{name} stands twice");
    }
}

#[test]
fn input_schemas_are_taken_by_every_client() {
    for entry in entries() {
        let name = text(&entry, "name");
        let schema = &entry["inputSchema"];
        assert_eq!(schema["type"], "object", "{name}");
        assert_eq!(schema["additionalProperties"], false, "{name}");
        assert!(schema["properties"].is_object() && schema["required"].is_array(), "{name}");
        node(schema, name);
    }
}

fn node(schema: &Json, place: &str) {
    let Json::Object(node_keys) = schema else { panic!("{place}: a schema is an object, never `true`") };
    for key in node_keys.keys() {
        assert!(KEYWORDS.contains(&key.as_str()), "{place}: `{key}`");
    }
    let ty = text(schema, "type");
    match ty {
        "array" => node(&schema["items"], &format!("{place}[]")),
        "object" => object(node_keys, place),
        "string" | "integer" | "number" | "boolean" => {}
        other => panic!("{place}: no type is called `{other}`"),
    }
    if let Some(words) = node_keys.get("enum") {
        let words = words.as_array().expect("a list of words");
        assert!(
            ty == "string" && !words.is_empty() && words.iter().all(Json::is_string),
            "{place}: {words:?}"
        );
    }
}

fn object(schema: &Map<String, Json>, place: &str) {
    let none = Map::new();
    let properties = schema.get("properties").and_then(Json::as_object).unwrap_or(&none);
    for (key, property) in properties {
        let portable = key.len() <= 64 && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        assert!(portable && !key.is_empty(), "{place}: `{key}`");
        node(property, &format!("{place}.{key}"));
    }
    // Gemini refuses a list that requires what is not there.
    for required in schema.get("required").and_then(Json::as_array).into_iter().flatten() {
        assert!(
            properties.contains_key(required.as_str().expect("a name")),
            "{place}: {required} is required"
        );
    }
}
