//! `returns` → the JSON Schema of a result.
//!
//! Clients check results against it and drop what does not fit, so it asks for nothing: no field is
//! required, every value may be null, fields beyond the documented ones may be there, words and formats
//! are told, not demanded.

use crate::model::{Answer, Paging};
use crate::source::records::{Map, Named, Schema};
use crate::source::resolve::resolve;
use serde_json::{Map as JsonMap, Value as Json, json};

/// The schema of `structuredContent`.
pub(super) fn result(answer: &Answer, returns: &Schema, types: &Named<Schema>) -> Json {
    let value = value(returns, types);
    match answer {
        Answer::One { .. } => json!({"type": "object", "properties": {"result": value}}),
        Answer::List { paging, .. } => {
            let mut properties = json!({
                "result": {"type": ["array", "null"], "items": value},
                "next_cursor": {"type": ["string", "null"]},
                "result_count": {"type": "integer"},
            });
            if *paging == Paging::Whole {
                properties["next_cursor"] = json!({"type": "null"});
            }
            json!({"type": "object", "properties": properties})
        }
    }
}

fn value(schema: &Schema, types: &Named<Schema>) -> Json {
    let schema = resolve(schema, types);
    let mut json = JsonMap::new();
    match schema.ty.as_ref().map(|ty| ty.as_str()) {
        None | Some("any") if schema.words.is_none() => {}
        ty => {
            json.insert("type".to_owned(), json!([ty.unwrap_or("string"), "null"]));
        }
    }
    let mut description = schema.description.as_ref().map(|text| text.value.clone()).unwrap_or_default();
    if let Some(words) = &schema.words {
        let words: Vec<_> = words.value.iter().map(|word| word.as_str()).collect();
        let list = format!("One of {}.", words.join(", "));
        description = if description.is_empty() { list } else { format!("{description} {list}") };
    }
    if !description.is_empty() {
        json.insert("description".to_owned(), json!(description));
    }
    if let Some(items) = &schema.items {
        json.insert("items".to_owned(), value(items, types));
    }
    let mut properties = JsonMap::new();
    if let Some(tag) = &schema.tag {
        properties.insert(tag.value.clone(), json!({"type": ["string", "null"]}));
    }
    let variants =
        schema.variants.iter().flatten().flat_map(|(_, variant)| variant.properties.iter().flatten());
    for (name, property) in schema.properties.iter().flatten().chain(variants) {
        let wire_name = property.wire_name.as_ref().unwrap_or(name);
        properties.entry(wire_name.value.clone()).or_insert_with(|| value(property, types));
    }
    if !properties.is_empty() {
        json.insert("properties".to_owned(), Json::Object(properties));
    }
    if let Some(Map::Of(values)) = &schema.map {
        json.insert("additionalProperties".to_owned(), value(values, types));
    }
    Json::Object(json)
}
