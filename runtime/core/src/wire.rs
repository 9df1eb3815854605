//! Between typed fields and JSON: what pressed structs are made of.
//!
//! Pressed code has thousands of types, so each implements as little as it can: one function of [`Wire`]
//! that names its fields. All else is compiled once, or where it is used.

use serde_json::{Map, Number, Value};
use std::any::type_name;
use std::collections::BTreeMap;
use std::fmt;

/// A type whose values are fields of a JSON object, under the names a model uses.
///
/// A type implements one of the functions: an object `fields`, a set of words `word`, all others `value`.
pub trait Wire {
    /// The value; `None` leaves the field out.
    fn value(&self, secrets: Secrets) -> Option<Value> {
        match self.word() {
            Some(word) => Some(word.into()),
            None => {
                let mut fields = Fields::new(secrets);
                self.fields(&mut fields);
                Some(Value::Object(fields.into_map()))
            }
        }
    }
    /// Adds the fields of an object.
    fn fields(&self, _to: &mut Fields) {}
    /// The word, where words are all there is.
    fn word(&self) -> Option<&'static str> {
        None
    }
}

/// Whether values that must not be printed are written out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Secrets {
    /// As the vendor gets them.
    Shown,
    /// As people see them in logs.
    Hidden,
}

impl Wire for str {
    fn value(&self, _: Secrets) -> Option<Value> {
        Some(Value::String(self.to_owned()))
    }
}

impl Wire for String {
    fn value(&self, _: Secrets) -> Option<Value> {
        Some(Value::String(self.clone()))
    }
}

impl Wire for i64 {
    fn value(&self, _: Secrets) -> Option<Value> {
        Some((*self).into())
    }
}

impl Wire for bool {
    fn value(&self, _: Secrets) -> Option<Value> {
        Some((*self).into())
    }
}

impl Wire for Number {
    fn value(&self, _: Secrets) -> Option<Value> {
        Some(Value::Number(self.clone()))
    }
}

impl Wire for Value {
    fn value(&self, _: Secrets) -> Option<Value> {
        Some(self.clone())
    }
}

impl Wire for Map<String, Value> {
    fn value(&self, _: Secrets) -> Option<Value> {
        Some(Value::Object(self.clone()))
    }
}

impl<T: Wire> Wire for BTreeMap<String, T> {
    fn value(&self, secrets: Secrets) -> Option<Value> {
        let fields = self.iter().filter_map(|(key, value)| Some((key.clone(), value.value(secrets)?)));
        Some(Value::Object(fields.collect()))
    }
}

impl<T: Wire> Wire for Vec<T> {
    fn value(&self, secrets: Secrets) -> Option<Value> {
        Some(Value::Array(self.iter().filter_map(|item| item.value(secrets)).collect()))
    }
}

impl<T: Wire> Wire for Option<T> {
    fn value(&self, secrets: Secrets) -> Option<Value> {
        self.as_ref()?.value(secrets)
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
    fn value(&self, secrets: Secrets) -> Option<Value> {
        match self {
            Self::Null => Some(Value::Null),
            Self::Value(value) => value.value(secrets),
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
    fn value(&self, secrets: Secrets) -> Option<Value> {
        match secrets {
            Secrets::Shown => self.0.value(secrets),
            Secrets::Hidden => Some("…".into()),
        }
    }
}

/// A JSON object in the making.
#[derive(Debug)]
pub struct Fields {
    map: Map<String, Value>,
    secrets: Secrets,
}

impl Fields {
    /// No field yet.
    pub fn new(secrets: Secrets) -> Self {
        Self { map: Map::new(), secrets }
    }

    /// Adds a field unless the value is absent.
    pub fn put<T: Wire + ?Sized>(&mut self, name: &str, value: &T) {
        put(&mut self.map, name, value.value(self.secrets));
    }

    /// Adds fields that stand in no table. A field that is there already stays.
    pub fn extend(&mut self, more: &Map<String, Value>) {
        for (name, value) in more {
            self.map.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }

    /// The object.
    pub fn into_map(self) -> Map<String, Value> {
        self.map
    }
}

/// Takes a field out.
#[inline(never)]
pub(crate) fn take(fields: &mut Map<String, Value>, name: &str) -> Option<Value> {
    fields.shift_remove(name)
}

/// Adds a field unless the value is absent.
#[inline(never)]
pub(crate) fn put(fields: &mut Map<String, Value>, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        fields.insert(name.to_owned(), value);
    }
}

/// The `Debug` form of every pressed type: its name and what is set, as JSON without secrets.
///
/// # Errors
/// Those of the formatter.
pub fn debug<T: Wire>(value: &T, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let path = type_name::<T>();
    f.write_str(path.rsplit("::").next().unwrap_or(path))?;
    match value.value(Secrets::Hidden) {
        Some(value) if f.alternate() => write!(f, " {value:#}"),
        Some(value) => write!(f, " {value}"),
        None => Ok(()),
    }
}

/// A type that an argument can be taken out as, where a catalogue is written by hand.
pub trait Argument: Sized {
    /// Reads a checked value. A value that was not checked gives the type's emptiest value.
    fn from_value(value: Option<Value>) -> Self;
}

impl Argument for String {
    fn from_value(value: Option<Value>) -> Self {
        match value {
            Some(Value::String(text)) => text,
            _ => Self::new(),
        }
    }
}

impl Argument for i64 {
    fn from_value(value: Option<Value>) -> Self {
        value.and_then(|value| value.as_i64()).unwrap_or_default()
    }
}

impl Argument for bool {
    fn from_value(value: Option<Value>) -> Self {
        matches!(value, Some(Value::Bool(true)))
    }
}

impl Argument for Number {
    fn from_value(value: Option<Value>) -> Self {
        match value {
            Some(Value::Number(number)) => number,
            _ => 0.into(),
        }
    }
}

impl Argument for Value {
    fn from_value(value: Option<Value>) -> Self {
        value.unwrap_or_default()
    }
}

impl Argument for Map<String, Value> {
    fn from_value(value: Option<Value>) -> Self {
        match value {
            Some(Value::Object(map)) => map,
            _ => Self::new(),
        }
    }
}

impl<T: Argument> Argument for Vec<T> {
    fn from_value(value: Option<Value>) -> Self {
        match value {
            Some(Value::Array(items)) => items.into_iter().map(|item| T::from_value(Some(item))).collect(),
            _ => Self::new(),
        }
    }
}

impl<T: Argument> Argument for Option<T> {
    fn from_value(value: Option<Value>) -> Self {
        value.map(|value| T::from_value(Some(value)))
    }
}
