//! Reads the fields of a mapping: each asked for once, what nobody asked for is an unknown key.

use super::files::{Span, Spanned};
use super::yaml::{Data, Node};
use crate::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// A mapping that is being read.
pub(super) struct Fields<'n> {
    /// What the mapping is, for messages: `a schema`.
    what: &'static str,
    pub(super) span: Span,
    entries: Vec<(&'n Spanned<String>, &'n Node)>,
    asked: Vec<&'static str>,
}

impl<'n> Fields<'n> {
    /// Begins to read a mapping; reports and gives `None` if the node is something else.
    pub(super) fn of(what: &'static str, node: &'n Node, found: &mut Diagnostics) -> Option<Self> {
        let Data::Map(entries) = &node.data else {
            found.add(wrong(node, "a mapping").label(format!("{what} is a mapping")));
            return None;
        };
        let entries: Vec<_> = entries.iter().map(|(key, value)| (key, value)).collect();
        // The span of a mapping in block style covers nothing useful; its first key does.
        let span = entries.first().map_or(node.span, |(key, _)| key.span);
        Some(Self { what, span, entries, asked: Vec::new() })
    }

    /// Takes the value of a key out.
    pub(super) fn take(&mut self, key: &'static str) -> Option<&'n Node> {
        self.asked.push(key);
        let place = self.entries.iter().position(|(name, _)| name.value == key)?;
        Some(self.entries.remove(place).1)
    }

    /// Whether a key is there that nobody has taken.
    pub(super) fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(name, _)| name.value == key)
    }

    /// Takes a text out.
    pub(super) fn text(&mut self, key: &'static str, found: &mut Diagnostics) -> Option<Spanned<String>> {
        self.take(key).and_then(|node| text(node, found))
    }

    /// Takes a text out that must be there.
    pub(super) fn required_text(
        &mut self,
        key: &'static str,
        found: &mut Diagnostics,
    ) -> Option<Spanned<String>> {
        match self.take(key).map(|node| text(node, found)) {
            Some(text) if text.as_ref().is_none_or(|text| !text.value.trim().is_empty()) => text,
            _ => {
                self.missing(key, found);
                None
            }
        }
    }

    /// Reports that a key is missing.
    pub(super) fn missing(&self, key: &'static str, found: &mut Diagnostics) {
        let message = format!("{} needs `{key}`", self.what);
        found.add(Diagnostic::new(Code::MissingKey, self.span, message).label(format!("add `{key}` here")));
    }

    /// Takes a boolean out.
    pub(super) fn flag(&mut self, key: &'static str, found: &mut Diagnostics) -> Option<Spanned<bool>> {
        let node = self.take(key)?;
        match node.data {
            Data::Bool(value) => Some(Spanned::new(value, node.span)),
            _ => {
                found.add(wrong(node, "`true` or `false`"));
                None
            }
        }
    }

    /// Takes a whole number of zero or more out.
    pub(super) fn size(&mut self, key: &'static str, found: &mut Diagnostics) -> Option<Spanned<u64>> {
        let node = self.take(key)?;
        let size = match &node.data {
            Data::Number(number) => number.as_u64(),
            _ => None,
        };
        if size.is_none() {
            found.add(wrong(node, "a whole number of 0 or more"));
        }
        size.map(|size| Spanned::new(size, node.span))
    }

    /// Takes a list of texts out; a single text counts as a list of one.
    pub(super) fn texts(
        &mut self,
        key: &'static str,
        found: &mut Diagnostics,
    ) -> Option<Vec<Spanned<String>>> {
        self.take(key).map(|node| texts(node, found))
    }

    /// The entries nobody has taken, for mappings with free keys.
    pub(super) fn rest(self) -> Vec<(&'n Spanned<String>, &'n Node)> {
        self.entries
    }

    /// Ends the reading: what is left is unknown.
    pub(super) fn end(self, found: &mut Diagnostics) {
        for (key, _) in &self.entries {
            let message = format!("{} has no key `{}`", self.what, key.value);
            let known = self.asked.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ");
            let mut diagnostic = Diagnostic::new(Code::UnknownKey, key.span, message)
                .label("not a key of this mapping")
                .did_you_mean(&key.value, self.asked.iter().copied());
            if diagnostic.help.is_none() {
                diagnostic = diagnostic.help(format!("the keys are {known}"));
            }
            found.add(diagnostic);
        }
    }
}

/// A value of the wrong type.
pub(super) fn wrong(node: &Node, expected: &str) -> Diagnostic {
    Diagnostic::new(Code::WrongType, node.span, format!("expected {expected}, found {}", node.noun()))
        .label(format!("should be {expected}"))
}

/// Reads a text. Numbers and booleans count as what they look like.
pub(super) fn text(node: &Node, found: &mut Diagnostics) -> Option<Spanned<String>> {
    let text = match &node.data {
        Data::Text(text) => text.clone(),
        Data::Number(number) => number.to_string(),
        Data::Bool(value) => value.to_string(),
        _ => {
            found.add(wrong(node, "a text"));
            return None;
        }
    };
    Some(Spanned::new(text, node.span))
}

/// Reads a list of texts; a single text counts as a list of one.
pub(super) fn texts(node: &Node, found: &mut Diagnostics) -> Vec<Spanned<String>> {
    match &node.data {
        Data::List(items) => items.iter().filter_map(|item| text(item, found)).collect(),
        Data::Text(_) => text(node, found).into_iter().collect(),
        _ => {
            found.add(wrong(node, "a list of texts"));
            Vec::new()
        }
    }
}

/// Reads a list of anything.
pub(super) fn list<'n>(node: &'n Node, found: &mut Diagnostics) -> &'n [Node] {
    match &node.data {
        Data::List(items) => items,
        _ => {
            found.add(wrong(node, "a list"));
            &[]
        }
    }
}
