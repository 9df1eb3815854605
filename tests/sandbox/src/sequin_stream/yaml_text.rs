//! Data as YAML text: block style, keys in alphabetical order, texts quoted when they must be.

use serde_json::{Map, Value};

/// A whole document.
pub(crate) fn document(value: &Value) -> String {
    let mut text = String::from("---\n");
    match value {
        Value::Object(map) if !map.is_empty() => write_map(map, 0, &mut text),
        other => {
            text.push_str(&scalar(other));
            text.push('\n');
        }
    }
    text
}

fn write_map(map: &Map<String, Value>, depth: usize, text: &mut String) {
    let mut entries: Vec<(&String, &Value)> = map.iter().collect();
    entries.sort_unstable_by_key(|(key, _)| *key);
    for (number, (key, value)) in entries.into_iter().enumerate() {
        // The first key of a list item stands on the line of its dash.
        if number > 0 || text.ends_with('\n') {
            text.push_str(&"  ".repeat(depth));
        }
        text.push_str(&quoted(key));
        text.push(':');
        write_value(value, depth, text);
    }
}

fn write_value(value: &Value, depth: usize, text: &mut String) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            text.push('\n');
            write_map(map, depth + 1, text);
        }
        Value::Array(items) if !items.is_empty() => {
            text.push('\n');
            write_list(items, depth + 1, text);
        }
        other => {
            text.push(' ');
            text.push_str(&scalar(other));
            text.push('\n');
        }
    }
}

fn write_list(items: &[Value], depth: usize, text: &mut String) {
    for item in items {
        text.push_str(&"  ".repeat(depth));
        text.push('-');
        match item {
            Value::Object(map) if !map.is_empty() => {
                text.push(' ');
                write_map(map, depth + 1, text);
            }
            other => write_value(other, depth, text),
        }
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => quoted(text),
        Value::Array(_) => "[]".to_owned(),
        Value::Object(_) => "{}".to_owned(),
        other => other.to_string(),
    }
}

/// Plain when nobody can take it for something else, in double quotes (which are JSON's) otherwise.
fn quoted(text: &str) -> String {
    let safe = text.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '/')
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || "_-./".contains(letter));
    let word = text.to_ascii_lowercase();
    let reserved =
        matches!(word.as_str(), "true" | "false" | "null" | "yes" | "no" | "on" | "off" | "y" | "n");
    if safe && !reserved { text.to_owned() } else { Value::String(text.to_owned()).to_string() }
}
