//! Whether a documented value fits a documented schema.

use crate::source::records::{Map, Named, Schema};
use crate::source::resolve::resolve;
use serde_json::{Map as Fields, Value as Json};

/// What is wrong with a value, `None` if it fits.
pub(super) fn problem(schema: &Schema, types: &Named<Schema>, value: &Json) -> Option<String> {
    let schema = resolve(schema, types);
    if value.is_null() {
        return (!schema.nullable).then(|| "null is not allowed".to_owned());
    }
    if let Some(words) = &schema.words {
        let word = value.as_str().unwrap_or_default();
        if words.value.iter().any(|known| known.value == word) {
            return None;
        }
        let words: Vec<_> = words.value.iter().map(|word| word.as_str()).collect();
        return Some(format!("{value} is not one of {}", words.join(", ")));
    }
    if schema.variants.is_some() {
        return union(&schema, types, value);
    }
    match schema.ty.as_ref().map(|ty| ty.as_str()) {
        Some("string") => text(&schema, value),
        Some("integer") if !(value.is_i64() || value.is_u64()) => Some(format!("{value} is no integer")),
        Some("number") if !value.is_number() => Some(format!("{value} is no number")),
        Some("integer" | "number") => range(&schema, value),
        Some("boolean") => (!value.is_boolean()).then(|| format!("{value} is neither true nor false")),
        Some("array") => array(&schema, types, value),
        Some("object") => object(&schema, types, value),
        _ => None,
    }
}

/// As [`problem`], of a field that may be told apart by one of the fields beside it.
pub(super) fn problem_beside(
    schema: &Schema,
    types: &Named<Schema>,
    value: &Json,
    fields: &Fields<String, Json>,
) -> Option<String> {
    let schema = resolve(schema, types);
    match &schema.tag_from {
        Some(tag) if !value.is_null() => {
            let word = fields.get(&tag.value).and_then(Json::as_str)?;
            variant(&schema, types, value, &tag.value, word)
        }
        _ => problem(&schema, types, value),
    }
}

fn text(schema: &Schema, value: &Json) -> Option<String> {
    let Some(text) = value.as_str() else { return Some(format!("{value} is no text")) };
    let length = text.chars().count() as u64;
    if schema.min_length.as_ref().is_some_and(|min| length < min.value)
        || schema.max_length.as_ref().is_some_and(|max| length > max.value)
    {
        return Some(format!("{value} has {length} characters"));
    }
    let pattern = schema.pattern.as_ref().and_then(|pattern| regex_lite::Regex::new(pattern.as_str()).ok());
    pattern
        .filter(|pattern| !pattern.is_match(text))
        .map(|pattern| format!("{value} does not match /{pattern}/"))
}

fn range(schema: &Schema, value: &Json) -> Option<String> {
    let number = value.as_f64()?;
    let min = schema.min.as_ref().and_then(|min| min.value.as_f64());
    let max = schema.max.as_ref().and_then(|max| max.value.as_f64());
    (min.is_some_and(|min| number < min) || max.is_some_and(|max| number > max))
        .then(|| format!("{value} is out of range"))
}

fn array(schema: &Schema, types: &Named<Schema>, value: &Json) -> Option<String> {
    let Some(items) = value.as_array() else { return Some(format!("{value} is no array")) };
    let length = items.len() as u64;
    if schema.min_items.as_ref().is_some_and(|min| length < min.value)
        || schema.max_items.as_ref().is_some_and(|max| length > max.value)
    {
        return Some(format!("it has {length} items"));
    }
    let documented = schema.items.as_deref()?;
    items.iter().find_map(|item| problem(documented, types, item))
}

fn object(schema: &Schema, types: &Named<Schema>, value: &Json) -> Option<String> {
    let Some(fields) = value.as_object() else { return Some(format!("{value} is no object")) };
    match &schema.map {
        Some(Map::Any) => return None,
        Some(Map::Of(values)) => return fields.values().find_map(|value| problem(values, types, value)),
        None => {}
    }
    let properties = schema.properties.as_ref()?;
    let required = |name: &str, property: &Schema| {
        schema.required_names.iter().any(|required| required.value == name)
            || resolve(property, types).required.as_ref().is_some_and(|required| required.value)
    };
    for (name, property) in properties {
        match fields.get(&name.value) {
            Some(value) => {
                if let Some(problem) = problem_beside(property, types, value, fields) {
                    return Some(format!("`{}`: {problem}", name.value));
                }
            }
            None if property.from.is_none() && required(&name.value, property) => {
                return Some(format!("`{}` is missing", name.value));
            }
            None => {}
        }
    }
    let unknown =
        fields.keys().find(|key| !schema.open && !properties.iter().any(|(name, _)| name.value == **key));
    unknown.map(|key| format!("`{key}` is unknown"))
}

fn union(schema: &Schema, types: &Named<Schema>, value: &Json) -> Option<String> {
    // Without what stands beside it, nobody knows the variant.
    let tag = schema.tag.as_ref()?;
    let word = value.get(&tag.value).and_then(Json::as_str).unwrap_or_default();
    let mut fields = value.as_object()?.clone();
    fields.shift_remove(&tag.value);
    variant(schema, types, &Json::Object(fields), &tag.value, word)
}

/// What is wrong with the fields of the variant that a word chooses.
fn variant(schema: &Schema, types: &Named<Schema>, value: &Json, tag: &str, word: &str) -> Option<String> {
    let variants = schema.variants.as_ref()?;
    let Some((_, variant)) = variants.iter().find(|(name, _)| name.value == word) else {
        return Some(format!("`{tag}` is not one of the variants"));
    };
    let variant = resolve(variant, types);
    if variant.properties.is_none() && !variant.open {
        let fields = value.as_object()?;
        return fields.keys().next().map(|key| format!("`{key}` is unknown in variant `{word}`"));
    }
    object(&variant, types, value)
}
