//! Between typed fields and JSON: the conversions that pressed structs are made of.
//!
//! What is generic here is compiled once for every pressed type, so it holds the conversion and no more:
//! no closure, no chain of iterators, no map. The rest is in functions that are compiled once.

use serde_json::{Map, Number, Value};
use std::collections::BTreeMap;
use std::fmt;

/// A type whose values are fields of a JSON object; `None` is an absent field.
pub trait Wire: Sized {
    /// Reads a checked value. A value that was not checked gives the type's emptiest value.
    fn from_value(value: Option<Value>) -> Self;
    /// The field to send, `None` to leave it out.
    fn into_value(self) -> Option<Value>;
}

impl Wire for String {
    fn from_value(value: Option<Value>) -> Self {
        match value {
            Some(Value::String(text)) => text,
            _ => Self::new(),
        }
    }
    fn into_value(self) -> Option<Value> {
        Some(Value::String(self))
    }
}

impl Wire for i64 {
    fn from_value(value: Option<Value>) -> Self {
        value.and_then(|value| value.as_i64()).unwrap_or_default()
    }
    fn into_value(self) -> Option<Value> {
        Some(self.into())
    }
}

impl Wire for bool {
    fn from_value(value: Option<Value>) -> Self {
        matches!(value, Some(Value::Bool(true)))
    }
    fn into_value(self) -> Option<Value> {
        Some(self.into())
    }
}

impl Wire for Number {
    fn from_value(value: Option<Value>) -> Self {
        match value {
            Some(Value::Number(number)) => number,
            _ => 0.into(),
        }
    }
    fn into_value(self) -> Option<Value> {
        Some(Value::Number(self))
    }
}

impl Wire for Value {
    fn from_value(value: Option<Value>) -> Self {
        value.unwrap_or_default()
    }
    fn into_value(self) -> Option<Value> {
        Some(self)
    }
}

impl Wire for Map<String, Value> {
    fn from_value(value: Option<Value>) -> Self {
        match value {
            Some(Value::Object(map)) => map,
            _ => Self::new(),
        }
    }
    fn into_value(self) -> Option<Value> {
        Some(Value::Object(self))
    }
}

impl<T: Wire> Wire for BTreeMap<String, T> {
    fn from_value(value: Option<Value>) -> Self {
        let map: Map<String, Value> = Wire::from_value(value);
        map.into_iter().map(|(key, value)| (key, T::from_value(Some(value)))).collect()
    }
    fn into_value(self) -> Option<Value> {
        let fields = self.into_iter().filter_map(|(key, value)| Some((key, value.into_value()?)));
        Some(Value::Object(fields.collect()))
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn from_value(value: Option<Value>) -> Self {
        let mut list = Self::new();
        for item in items_of(value) {
            list.push(T::from_value(Some(item)));
        }
        list
    }
    fn into_value(self) -> Option<Value> {
        let mut items = Vec::with_capacity(self.len());
        for item in self {
            items.extend(item.into_value());
        }
        Some(Value::Array(items))
    }
}

/// The items of a checked array.
#[inline(never)]
fn items_of(value: Option<Value>) -> Vec<Value> {
    match value {
        Some(Value::Array(items)) => items,
        _ => Vec::new(),
    }
}

impl<T: Wire> Wire for Option<T> {
    fn from_value(value: Option<Value>) -> Self {
        if value.is_some() { Some(T::from_value(value)) } else { None }
    }
    fn into_value(self) -> Option<Value> {
        match self {
            Some(value) => value.into_value(),
            None => None,
        }
    }
}

/// A value that may be JSON `null`, which is something else than not given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nullable<T> {
    /// JSON `null`.
    Null,
    /// A value.
    Value(T),
}

impl<T: Wire> Wire for Nullable<T> {
    fn from_value(value: Option<Value>) -> Self {
        match value {
            None | Some(Value::Null) => Self::Null,
            value => Self::Value(T::from_value(value)),
        }
    }
    fn into_value(self) -> Option<Value> {
        match self {
            Self::Null => Some(Value::Null),
            Self::Value(value) => value.into_value(),
        }
    }
}

impl<T> From<T> for Nullable<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

/// A value that is never printed: its `Debug` form is `Secret(…)`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret<T = String>(T);

impl<T> Secret<T> {
    /// The value itself.
    pub const fn expose(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Secret<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl<T> From<T> for Secret<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl From<&str> for Secret {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl<T: Wire> Wire for Secret<T> {
    fn from_value(value: Option<Value>) -> Self {
        Self(T::from_value(value))
    }
    fn into_value(self) -> Option<Value> {
        self.0.into_value()
    }
}

/// The value as text, for fields that a vendor wants quoted: `true` becomes `"true"`.
pub fn as_text<T: Wire>(value: T) -> Option<Value> {
    Some(match value.into_value()? {
        Value::Null => Value::Null,
        Value::String(text) => Value::String(text),
        other => Value::String(other.to_string()),
    })
}

/// A JSON object in the making.
#[derive(Debug, Default)]
pub struct Fields(Map<String, Value>);

impl Fields {
    /// No field yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The fields of a checked value.
    pub fn of(value: Option<Value>) -> Self {
        Self(Wire::from_value(value))
    }

    /// Adds a field unless the value is absent.
    pub fn put<T: Wire>(&mut self, name: &str, value: T) {
        put(&mut self.0, name, value.into_value());
    }

    /// Takes a field out.
    pub fn take<T: Wire>(&mut self, name: &str) -> T {
        T::from_value(take(&mut self.0, name))
    }

    /// Adds fields that stand in no table. A field that is there already stays.
    pub fn extend(&mut self, more: Map<String, Value>) {
        for (name, value) in more {
            self.0.entry(name).or_insert(value);
        }
    }

    /// What is left, or what was made.
    pub fn into_map(self) -> Map<String, Value> {
        self.0
    }

    /// The object.
    pub fn into_value(self) -> Value {
        Value::Object(self.0)
    }
}

/// What [`Fields::take`] and its like do for every type; pressed code has thousands of types, so only the
/// conversion itself is compiled for each.
#[inline(never)]
pub(crate) fn take(fields: &mut Map<String, Value>, name: &str) -> Option<Value> {
    fields.shift_remove(name)
}

/// The same for putting.
#[inline(never)]
pub(crate) fn put(fields: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        fields.insert(name.to_owned(), value);
    }
}

/// The word that tells the variant of a tagged union; empty if there is none.
pub fn tag_of<'v>(value: &'v Option<Value>, tag: &str) -> &'v str {
    value.as_ref().and_then(|value| value.get(tag)).and_then(Value::as_str).unwrap_or_default()
}

/// A variant of a tagged union: its tag first, then its fields.
pub fn tagged(tag: &str, word: &str, fields: Option<Value>) -> Value {
    let mut tagged = Map::new();
    tagged.insert(tag.to_owned(), word.into());
    if let Some(Value::Object(fields)) = fields {
        tagged.extend(fields);
    }
    Value::Object(tagged)
}
