//! Input schemas in the portable profile: what every client's model accepts.
//!
//! The root is a closed object; no combinators, no references; one type per node. A tagged union is one
//! object with the keys of all variants, each telling which variants it belongs to.

use crate::model::{Kind, Object, Param, Shape, Tool, Variant, Vendor};
use serde_json::{Map, Value as Json, json};

/// The input schema of a tool.
pub(crate) fn input(vendor: &Vendor, tool: &Tool) -> Json {
    let mut schema = object(vendor, &tool.params);
    let required = schema.remove("required").unwrap_or_else(|| json!([]));
    schema.insert("required".to_owned(), required);
    schema.insert("additionalProperties".to_owned(), json!(false));
    Json::Object(schema)
}

fn object(vendor: &Vendor, params: &[Param]) -> Map<String, Json> {
    let asked = || params.iter().filter(|param| param.from.is_none());
    let properties: Map<_, _> = asked().map(|param| (param.name.clone(), property(vendor, param))).collect();
    let required: Vec<_> = asked().filter(|param| param.required).map(|param| param.name.as_str()).collect();
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("properties".to_owned(), Json::Object(properties));
    if !required.is_empty() {
        schema.insert("required".to_owned(), json!(required));
    }
    schema
}

fn property(vendor: &Vendor, param: &Param) -> Json {
    let mut node = kind(vendor, &param.kind);
    if param.brief {
        bare(&mut node);
    }
    if let Some(format) = &param.format {
        node.insert("format".to_owned(), json!(format));
    }
    if let Some(default) = param.default.as_ref().filter(|_| !param.brief) {
        node.insert("default".to_owned(), default.clone());
    }
    if !param.description.is_empty() {
        node.insert("description".to_owned(), json!(param.description));
    }
    Json::Object(node)
}

/// Leaves of a node only what a client must know: its type, its words, and the same of its items.
fn bare(node: &mut Map<String, Json>) {
    node.retain(|key, _| matches!(key.as_str(), "type" | "enum" | "items"));
    if let Some(Json::Object(items)) = node.get_mut("items") {
        bare(items);
    }
}

fn kind(vendor: &Vendor, kind: &Kind) -> Map<String, Json> {
    let mut node = Map::new();
    let mut set = |key: &str, value: Option<Json>| {
        if let Some(value) = value {
            node.insert(key.to_owned(), value);
        }
    };
    match kind {
        Kind::Text { min, max, pattern } => {
            set("type", Some(json!("string")));
            set("minLength", (*min > 0).then(|| json!(min)));
            set("maxLength", max.map(|max| json!(max)));
            set("pattern", pattern.as_ref().map(|pattern| json!(pattern)));
        }
        Kind::Enum { words, .. } => {
            set("type", Some(json!("string")));
            set("enum", Some(json!(words)));
        }
        Kind::Integer { min, max } => {
            set("type", Some(json!("integer")));
            set("minimum", (*min != i64::MIN).then(|| json!(min)));
            set("maximum", (*max != i64::MAX).then(|| json!(max)));
        }
        Kind::Number { min, max } => {
            set("type", Some(json!("number")));
            set("minimum", min.map(|min| json!(min)));
            set("maximum", max.map(|max| json!(max)));
        }
        Kind::Boolean => set("type", Some(json!("boolean"))),
        Kind::List { items, min, max } => {
            set("type", Some(json!("array")));
            set("items", Some(Json::Object(self::kind(vendor, items))));
            set("minItems", (*min > 0).then(|| json!(min)));
            set("maxItems", max.map(|max| json!(max)));
        }
        Kind::Object { ty } | Kind::Union { ty } => match vendor.ty(ty).map(|ty| &ty.shape) {
            Some(Shape::Object(Object { fields, .. })) => return object(vendor, fields),
            Some(Shape::Union { adjacent: true, keys, .. }) => return object(vendor, keys),
            Some(Shape::Union { tag, variants, keys, .. }) => return union(vendor, tag, variants, keys),
            _ => set("type", Some(json!("object"))),
        },
        Kind::Map { .. } => set("type", Some(json!("object"))),
        // A node must have one type; text is the one every value can be written in.
        Kind::Any => set("type", Some(json!("string"))),
    }
    node
}

fn union(vendor: &Vendor, tag: &str, variants: &[Variant], keys: &[Param]) -> Map<String, Json> {
    let words: Vec<_> = variants.iter().map(|variant| variant.word.as_str()).collect();
    let mut properties = Map::new();
    properties.insert(tag.to_owned(), json!({"type": "string", "enum": words}));
    properties.extend(keys.iter().map(|key| (key.name.clone(), property(vendor, key))));
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("properties".to_owned(), Json::Object(properties));
    schema.insert("required".to_owned(), json!([tag]));
    schema
}
