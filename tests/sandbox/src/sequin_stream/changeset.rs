//! Casting and checking of record fields, with the messages of the vendor's record library.
//!
//! Two habits matter to callers: an empty string counts as absent, and when a field has several messages the
//! latest check comes first.

use regex_lite::Regex;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::error::Fault;

/// What a name of the account may look like.
pub(crate) const NAME: &str = r"^[a-zA-Z0-9_\-.]+$";
/// Serialized annotations may not be longer.
const ANNOTATIONS_LIMIT: usize = 8192;

/// The wrong fields of one record.
#[derive(Clone, Debug, Default)]
pub(crate) struct Errors(Map<String, Value>);

impl Errors {
    pub(crate) fn add(&mut self, field: &str, message: impl Into<String>) {
        let message = Value::String(message.into());
        if let Value::Array(messages) = self.0.entry(field).or_insert_with(|| json!([])) {
            messages.insert(0, message);
        }
    }

    /// Puts the errors of an embedded record under its field.
    pub(crate) fn nest(&mut self, field: &str, inner: Self) {
        if !inner.is_empty() {
            self.0.insert(field.to_owned(), Value::Object(inner.0));
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn into_fields(self) -> Map<String, Value> {
        self.0
    }

    pub(crate) fn changeset(self) -> Result<(), Fault> {
        if self.0.is_empty() { Ok(()) } else { Err(Fault::Changeset(self.0)) }
    }

    /// A field that must be there. A field already in error is left alone.
    pub(crate) fn required(&mut self, field: &str, value: &Value, message: &str) {
        let blank = match value {
            Value::Null => true,
            Value::String(text) => text.trim().is_empty(),
            _ => false,
        };
        if blank && !self.0.contains_key(field) {
            self.add(field, message);
        }
    }

    pub(crate) fn present(&mut self, field: &str, value: &Value) {
        self.required(field, value, "can't be blank");
    }

    pub(crate) fn format(&mut self, field: &str, value: &Value, pattern: &str, message: &str) {
        if value.as_str().is_some_and(|text| !matches(pattern, text)) {
            self.add(field, message);
        }
    }

    pub(crate) fn longest(&mut self, field: &str, value: &Value, limit: usize) {
        if value.as_str().is_some_and(|text| text.chars().count() > limit) {
            self.add(field, format!("should be at most {limit} character(s)"));
        }
    }

    pub(crate) fn above(&mut self, field: &str, value: &Value, limit: i64) {
        if value.as_i64().is_some_and(|number| number <= limit) {
            self.add(field, format!("must be greater than {limit}"));
        }
    }

    pub(crate) fn at_least(&mut self, field: &str, value: &Value, limit: i64) {
        if value.as_i64().is_some_and(|number| number < limit) {
            self.add(field, format!("must be greater than or equal to {limit}"));
        }
    }

    pub(crate) fn at_most(&mut self, field: &str, value: &Value, limit: i64) {
        if value.as_i64().is_some_and(|number| number > limit) {
            self.add(field, format!("must be less than or equal to {limit}"));
        }
    }

    /// A TCP port of a destination.
    pub(crate) fn port(&mut self, field: &str, value: &Value) {
        match value.as_i64() {
            Some(number) if number <= 0 => self.add(field, "must be greater than 0"),
            Some(number) if number >= 65_536 => self.add(field, "must be less than 65536"),
            _ => {}
        }
    }

    pub(crate) fn name(&mut self, value: &Value) {
        let message = "Can only contain alphanumeric characters, underscores, hyphens, or dots";
        self.format("name", value, NAME, message);
    }

    pub(crate) fn annotations(&mut self, value: &Value) {
        if value.to_string().len() > ANNOTATIONS_LIMIT {
            self.add("annotations", "annotations size limit exceeded");
        }
    }

    pub(crate) fn text(&mut self, field: &str, value: Option<&Value>) -> Value {
        match value {
            None | Some(Value::Null) => Value::Null,
            Some(Value::String(text)) if text.is_empty() => Value::Null,
            Some(text @ Value::String(_)) => text.clone(),
            Some(_) => self.invalid(field),
        }
    }

    pub(crate) fn integer(&mut self, field: &str, value: Option<&Value>) -> Value {
        match value {
            None | Some(Value::Null) => Value::Null,
            Some(Value::String(text)) if text.is_empty() => Value::Null,
            Some(Value::String(text)) => {
                text.parse::<i64>().map_or_else(|_| self.invalid(field), Value::from)
            }
            Some(number) => number.as_i64().map_or_else(|| self.invalid(field), Value::from),
        }
    }

    pub(crate) fn flag(&mut self, field: &str, value: Option<&Value>) -> Value {
        match value {
            None | Some(Value::Null) => Value::Null,
            Some(flag @ Value::Bool(_)) => flag.clone(),
            Some(Value::String(text)) => match text.as_str() {
                "" => Value::Null,
                "true" | "1" => Value::Bool(true),
                "false" | "0" => Value::Bool(false),
                _ => self.invalid(field),
            },
            Some(_) => self.invalid(field),
        }
    }

    pub(crate) fn object(&mut self, field: &str, value: Option<&Value>) -> Value {
        match value {
            None | Some(Value::Null) => Value::Null,
            Some(object @ Value::Object(_)) => object.clone(),
            Some(_) => self.invalid(field),
        }
    }

    pub(crate) fn one_of(&mut self, field: &str, value: Option<&Value>, allowed: &[&str]) -> Value {
        match value {
            None | Some(Value::Null) => Value::Null,
            Some(Value::String(word)) if allowed.contains(&word.as_str()) => Value::String(word.clone()),
            Some(_) => self.invalid(field),
        }
    }

    fn invalid(&mut self, field: &str) -> Value {
        self.add(field, "is invalid");
        Value::Null
    }
}

/// Whether `text` fits a pattern of this crate. A pattern that does not compile fits nothing.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(text))
}

/// The part of `text` a pattern's first group holds.
pub(crate) fn captured(pattern: &str, text: &str) -> Option<String> {
    let captures = Regex::new(pattern).ok()?.captures(text)?;
    captures.get(1).map(|part| part.as_str().to_owned())
}

/// A UUID as text with or without hyphens; the other notations the `uuid` crate reads are not the vendor's.
pub(crate) fn uuid(text: &str) -> Option<Uuid> {
    if matches!(text.len(), 32 | 36) { Uuid::try_parse(text).ok() } else { None }
}

/// Whether an `id_or_name` is looked up as an id (rule 11): only RFC 4122 version 4 counts.
pub(crate) fn own_uuid(text: &str) -> Option<Uuid> {
    uuid(text).filter(|id| id.get_version_num() == 4 && id.get_variant() == uuid::Variant::RFC4122)
}

/// A path `id` that must be a UUID (rule 12).
pub(crate) fn path_uuid(text: &str) -> Result<Uuid, Fault> {
    uuid(text).ok_or(Fault::Framework(400))
}

/// Splits a table reference at its first dot; without a dot the schema is `public`.
pub(crate) fn table_reference(reference: &str) -> (&str, &str) {
    reference.split_once('.').unwrap_or(("public", reference))
}
