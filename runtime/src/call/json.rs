//! JSON that is passed on: kept as compact text, made into a value only when somebody looks into it.
//!
//! Most answers are never looked into. What a tool's documentation names (where its records are, where the
//! next cursor is) is found in the text.

use serde_json::Value;
use std::borrow::Cow;
use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;
use toolpress_core::{compact, strict, walk};

/// A JSON value as compact text. Reads like a [`Value`], which is made at the first look.
#[derive(Clone, Default)]
pub struct Json {
    text: String,
    value: OnceLock<Value>,
}

impl Json {
    /// Reads a text strictly, but for a byte order mark; see [`strict::parse`]. One that is compact already,
    /// as most are, is kept as it is.
    ///
    /// # Errors
    /// What is wrong, and the text.
    pub(super) fn read(text: String) -> Result<Self, (serde_json::Error, String)> {
        let bare = bare(&text);
        match compact(bare) {
            Some(Cow::Borrowed(_)) if bare.len() == text.len() => Ok(Self::of_compact(text)),
            Some(compact) => Ok(Self::of_compact(compact.into_owned())),
            None => strict::parse(bare).map(Self::from).map_err(|problem| (problem, text)),
        }
    }

    /// JSON from a text that was made of compact JSON.
    pub(super) fn of_compact(text: String) -> Self {
        Self { text, value: OnceLock::new() }
    }

    /// The text, without white space between its parts.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The value.
    pub fn value(&self) -> &Value {
        self.value.get_or_init(|| walk::value(&self.text))
    }

    /// The value itself.
    pub(super) fn into_value(mut self) -> Value {
        self.value();
        self.value.take().unwrap_or_default()
    }

    /// The text of the value at a path of keys.
    pub(super) fn at(&self, path: &[&str]) -> Option<&str> {
        path.iter().try_fold(&*self.text, |object, key| walk::member(object, key))
    }
}

/// A text without what may stand around JSON. RFC 8259 section 8.1 lets a reader ignore a byte order mark.
pub(super) fn bare(text: &str) -> &str {
    text.trim_start_matches('\u{feff}').trim()
}

impl From<Value> for Json {
    fn from(value: Value) -> Self {
        Self { text: value.to_string(), value: value.into() }
    }
}

impl Deref for Json {
    type Target = Value;

    fn deref(&self) -> &Value {
        self.value()
    }
}

impl PartialEq<Value> for Json {
    fn eq(&self, other: &Value) -> bool {
        self.value() == other
    }
}

impl fmt::Debug for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
