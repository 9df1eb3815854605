//! Input schemas as clients need them: JSON Schema 2020-12, and the portable part of it at that.

use crate::table::goldens;
use crate::world::{Setup, sequin};
use serde_json::{Value, json};

/// The keywords of the portable profile. No combinators, references, boolean schemas.
const KEYWORDS: [&str; 16] = [
    "type",
    "properties",
    "required",
    "additionalProperties",
    "items",
    "enum",
    "description",
    "default",
    "format",
    "pattern",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "minLength",
    "maxLength",
];

/// What is wrong with the input schema of a tool.
fn problems(schema: &Value) -> Vec<String> {
    let mut found = Vec::new();
    if schema["type"] != "object" || !schema["properties"].is_object() || !schema["required"].is_array() {
        found.push("the root is no object with properties and required".to_owned());
    }
    if schema["additionalProperties"] != json!(false) {
        found.push("the root is open".to_owned());
    }
    node("", schema, &mut found);
    found
}

fn node(path: &str, schema: &Value, found: &mut Vec<String>) {
    let mut wrong = |what: &str| found.push(format!("{path}: {what}"));
    let Some(fields) = schema.as_object() else { return wrong("is no object") };
    let Some(kind) = schema["type"].as_str() else { return wrong("has not one type") };
    if !["object", "array", "string", "integer", "number", "boolean"].contains(&kind) {
        wrong("has a type that does not exist");
    }
    for key in fields.keys().filter(|key| !KEYWORDS.contains(&key.as_str())) {
        wrong(&format!("has the keyword {key}"));
    }
    let only = |keys: &[&str], owner: &[&str]| {
        owner.contains(&kind) || keys.iter().all(|key| !fields.contains_key(*key))
    };
    if !only(&["items", "minItems", "maxItems"], &["array"])
        || !only(&["properties", "required", "additionalProperties"], &["object"])
        || !only(&["pattern", "format", "enum", "minLength", "maxLength"], &["string"])
        || !only(&["minimum", "maximum"], &["integer", "number"])
    {
        wrong("has keywords of another type");
    }
    if kind == "array" && !fields.contains_key("items") {
        wrong("is an array of anything");
    }
    for text in ["description", "pattern", "format"] {
        if fields.get(text).is_some_and(|value| value.as_str().is_none_or(str::is_empty)) {
            wrong(&format!("has a {text} that is no text"));
        }
    }
    if let Some(words) = fields.get("enum") {
        let words = words.as_array().map(Vec::as_slice).unwrap_or_default();
        if words.is_empty() || words.iter().any(|word| !word.is_string()) {
            wrong("has an enum that is no list of words");
        }
    }
    if fields.get("default").is_some_and(|default| !fits(schema, default)) {
        wrong("has a default that does not fit");
    }
    if let (Some(min), Some(max)) = (schema["minimum"].as_i64(), schema["maximum"].as_i64())
        && min > max
    {
        wrong("has an empty range");
    }
    let properties = schema["properties"].as_object();
    for name in schema["required"].as_array().into_iter().flatten() {
        let known = name.as_str().is_some_and(|name| properties.is_some_and(|all| all.contains_key(name)));
        if !known {
            found.push(format!("{path}: requires {name}, which it does not have"));
        }
    }
    for (name, property) in properties.into_iter().flatten() {
        if name.is_empty() || name.len() > 64 || !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        {
            found.push(format!("{path}: has the key {name:?}"));
        }
        node(&format!("{path}/{name}"), property, found);
    }
    if let Some(items) = fields.get("items") {
        node(&format!("{path}[]"), items, found);
    }
}

/// Whether a value fits a schema of the profile.
fn fits(schema: &Value, value: &Value) -> bool {
    let size = |key: &str| schema[key].as_i64();
    let within = |number: i64, min: &str, max: &str| {
        size(min).is_none_or(|min| number >= min) && size(max).is_none_or(|max| number <= max)
    };
    match (schema["type"].as_str().unwrap_or_default(), value) {
        ("string", Value::String(_)) => schema["enum"].as_array().is_none_or(|words| words.contains(value)),
        ("boolean", Value::Bool(_)) => true,
        ("integer", Value::Number(number)) => {
            number.as_i64().is_some_and(|n| within(n, "minimum", "maximum"))
        }
        ("number", Value::Number(_)) => true,
        ("array", Value::Array(items)) => {
            within(i64::try_from(items.len()).unwrap(), "minItems", "maxItems")
                && items.iter().all(|item| fits(&schema["items"], item))
        }
        ("object", Value::Object(fields)) => {
            let Some(properties) = schema["properties"].as_object() else { return true };
            let required = schema["required"].as_array().into_iter().flatten();
            required.filter_map(Value::as_str).all(|name| fields.contains_key(name))
                && fields
                    .iter()
                    .all(|(name, value)| properties.get(name).is_some_and(|node| fits(node, value)))
        }
        _ => false,
    }
}

#[tokio::test]
async fn row_018_every_input_schema_is_in_the_portable_profile() {
    for setup in [Setup::sequin(), Setup::paper_mill()] {
        let (client, _) = setup.start().await;
        for tool in client.tools().await {
            assert_eq!(problems(&tool["inputSchema"]), Vec::<String>::new(), "{}", tool["name"]);
        }
    }
}

#[test]
fn row_018_the_check_of_the_profile_finds_what_clients_reject() {
    let root = |property: Value| json!({ "type": "object", "properties": { "a": property }, "required": [], "additionalProperties": false });
    assert_eq!(
        problems(&root(json!({ "type": "array", "items": { "type": "string" } }))),
        Vec::<String>::new()
    );
    for broken in [
        root(json!({ "type": ["string", "null"] })),
        root(json!({ "anyOf": [{ "type": "string" }] })),
        root(json!({ "type": "string", "nullable": true })),
        root(json!({ "$ref": "#/x" })),
        root(json!(true)),
        root(json!({ "type": "array" })),
        root(json!({ "type": "array", "items": { "type": "array" } })),
        root(json!({ "type": "string", "enum": [1] })),
        root(json!({ "type": "integer", "default": "5" })),
        root(json!({ "type": "object", "properties": { "webhook.site": { "type": "string" } } })),
        root(json!({ "type": "object", "required": ["b"] })),
        json!({ "type": "object", "properties": {}, "additionalProperties": false }),
        json!({ "type": "object", "properties": {}, "required": [] }),
    ] {
        assert_eq!(problems(&broken).len(), 1, "{broken}: {:?}", problems(&broken));
    }
}

#[tokio::test]
async fn row_018_the_list_of_tools_has_the_shape_of_the_protocol() {
    for (setup, with_output) in [(Setup::sequin(), false), (Setup::sequin().output_schemas(), true)] {
        let (client, _) = setup.start().await;
        for tool in client.tools().await {
            let name = tool["name"].as_str().unwrap();
            let alphabet = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
            assert!(alphabet && name.len() <= 64 && name.as_bytes()[0].is_ascii_lowercase(), "{name}");
            let keys: Vec<_> = tool.as_object().unwrap().keys().map(String::as_str).collect();
            let mut wanted = vec!["name", "description", "inputSchema", "annotations"];
            wanted.extend(with_output.then_some("outputSchema"));
            assert_eq!(keys, wanted, "{name}");
            let annotations = tool["annotations"].as_object().unwrap();
            assert!(annotations["title"].as_str().is_some_and(|title| !title.is_empty()), "{name}");
            let hints = ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"];
            assert!(hints.iter().all(|hint| annotations[*hint].is_boolean()), "{name}");
            assert_eq!(annotations.len(), 5, "{name}");
            assert!(!with_output || tool["outputSchema"]["type"] == "object", "{name}");
        }
    }
}

/// A client that checks arguments by the listed schema lets every golden call pass.
#[tokio::test]
async fn row_018_golden_arguments_fit_the_listed_schemas() {
    let (client, _) = sequin().await;
    let tools = client.tools().await;
    for golden in goldens() {
        let tool = tools.iter().find(|tool| tool["name"] == golden.tool).expect("the tool");
        assert!(fits(&tool["inputSchema"], &golden.arguments), "{}", golden.tool);
        let mut misspelt = golden.arguments.clone();
        misspelt["no_such_argument"] = json!(1);
        assert!(!fits(&tool["inputSchema"], &misspelt), "{}", golden.tool);
    }
}
