//! YAML text → a tree of values that know their places. The only module that knows the YAML crate.

use super::files::{Span, Spanned};
use crate::Code;
use crate::diagnostic::Diagnostic;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value as Json;
use std::fmt;

/// A value and its place.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) data: Data,
    pub(crate) span: Span,
}

/// What a value is.
#[derive(Debug, Clone)]
pub(crate) enum Data {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(String),
    List(Vec<Node>),
    Map(Vec<(Spanned<String>, Node)>),
}

impl Node {
    /// The JSON type, with an article.
    pub(crate) fn noun(&self) -> &'static str {
        match self.data {
            Data::Null => "nothing",
            Data::Bool(_) => "a boolean",
            Data::Number(_) => "a number",
            Data::Text(_) => "a text",
            Data::List(_) => "a list",
            Data::Map(_) => "a mapping",
        }
    }

    /// The value without places.
    pub(crate) fn to_json(&self) -> Json {
        match &self.data {
            Data::Null => Json::Null,
            Data::Bool(value) => Json::Bool(*value),
            Data::Number(value) => Json::Number(value.clone()),
            Data::Text(value) => Json::String(value.clone()),
            Data::List(items) => Json::Array(items.iter().map(Self::to_json).collect()),
            Data::Map(entries) => Json::Object(
                entries.iter().map(|(key, value)| (key.value.clone(), value.to_json())).collect(),
            ),
        }
    }
}

/// Values inside values: more than any documentation needs, and little enough for the stack of a thread.
const DEEPEST: usize = 32;

/// Reads one YAML document.
///
/// # Errors
/// The first thing that is not YAML, or a key that stands twice.
pub(crate) fn parse(text: &str, file: usize) -> Result<Node, Box<Diagnostic>> {
    let budget = serde_yaml::budget! { max_depth: DEEPEST };
    let options = serde_yaml::options! { strict_booleans: true, budget: budget };
    match serde_yaml::from_str_with_options::<Tree>(text, options) {
        Ok(tree) => Ok(tree.place(file, text)),
        Err(error) => Err(Box::new(broken(&error, text, file))),
    }
}

fn broken(error: &serde_yaml::Error, text: &str, file: usize) -> Diagnostic {
    let start = error.location().map_or(0, |location| {
        let line = usize::try_from(location.line()).unwrap_or(1).saturating_sub(1);
        let column = usize::try_from(location.column()).unwrap_or(1).saturating_sub(1);
        let line_start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
        let rest = text.get(line_start..).unwrap_or_default();
        line_start + rest.char_indices().nth(column).map_or(rest.len(), |(offset, _)| offset)
    });
    let end = text.get(start..).and_then(|rest| rest.chars().next()).map_or(start, |c| start + c.len_utf8());
    let span = Span { file, start, end };
    // The first line of the crate's report is its message; the rest is its own picture of the place.
    let report = error.to_string();
    let message = report.lines().next().unwrap_or_default();
    let message = message.strip_prefix("error: ").unwrap_or(message);
    let message =
        message.split_once(": ").filter(|(place, _)| place.starts_with("line ")).map_or(message, |(_, m)| m);
    match message.strip_prefix("duplicate mapping key: ") {
        Some(key) => {
            let key = key.split(',').next().unwrap_or(key);
            let span = Span { end: (start + key.len()).min(text.len()), ..span };
            Diagnostic::new(Code::DuplicateKey, span, format!("the key `{key}` stands twice"))
                .label("given again here")
                .help("remove one of the two, or merge them")
        }
        None => Diagnostic::new(Code::Yaml, span, format!("this is not YAML: {message}")),
    }
}

/// A value as the YAML crate hands it over.
struct Tree(serde_yaml::Spanned<Branch>);

enum Branch {
    Leaf(Data),
    List(Vec<Tree>),
    Map(Vec<(serde_yaml::Spanned<String>, Tree)>),
}

impl Tree {
    fn place(self, file: usize, source: &str) -> Node {
        let mut span = span(self.0.defined, file);
        let data = match self.0.value {
            Branch::Leaf(Data::Text(text)) => {
                span = inside_quotes(span, source, &text);
                Data::Text(text)
            }
            Branch::Leaf(data) => data,
            Branch::List(items) => {
                Data::List(items.into_iter().map(|item| item.place(file, source)).collect())
            }
            Branch::Map(entries) => {
                let entry = |(key, value): (serde_yaml::Spanned<String>, Self)| {
                    (Spanned::new(key.value, self::span(key.defined, file)), value.place(file, source))
                };
                Data::Map(entries.into_iter().map(entry).collect())
            }
        };
        Node { data, span }
    }
}

/// The place of a quoted text without its quotes, so that a part of the text has a place too.
fn inside_quotes(span: Span, source: &str, text: &str) -> Span {
    let inner = Span { start: span.start + 1, end: span.end.saturating_sub(1), ..span };
    let quoted = source.get(span.range()).is_some_and(|raw| raw.starts_with(['"', '\'']));
    if quoted && source.get(inner.range()) == Some(text) { inner } else { span }
}

fn span(location: serde_yaml::Location, file: usize) -> Span {
    let at = location.span();
    let start = at.byte_offset().and_then(|start| usize::try_from(start).ok()).unwrap_or(0);
    let len = at.byte_len().and_then(|len| usize::try_from(len).ok()).unwrap_or(0);
    Span { file, start, end: start + len }
}

impl<'de> Deserialize<'de> for Tree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde_yaml::Spanned::deserialize(deserializer).map(Self)
    }
}

impl<'de> Deserialize<'de> for Branch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyBranch)
    }
}

struct AnyBranch;

impl<'de> Visitor<'de> for AnyBranch {
    type Value = Branch;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Branch, E> {
        Ok(Branch::Leaf(Data::Bool(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Branch, E> {
        Ok(Branch::Leaf(Data::Number(value.into())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Branch, E> {
        Ok(Branch::Leaf(Data::Number(value.into())))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Branch, E> {
        let number = serde_json::Number::from_f64(value);
        Ok(Branch::Leaf(number.map_or_else(|| Data::Text(value.to_string()), Data::Number)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Branch, E> {
        Ok(Branch::Leaf(Data::Text(value.to_owned())))
    }

    fn visit_unit<E>(self) -> Result<Branch, E> {
        Ok(Branch::Leaf(Data::Null))
    }

    fn visit_none<E>(self) -> Result<Branch, E> {
        Ok(Branch::Leaf(Data::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Branch, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Branch::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Branch, A::Error> {
        let mut map = Vec::new();
        while let Some(entry) = entries.next_entry()? {
            map.push(entry);
        }
        Ok(Branch::Map(map))
    }
}
