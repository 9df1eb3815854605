//! Links in text: `{backfills.get}` becomes the tool's name, or the text vanishes with the tool.

use super::filter::Documented;
use crate::model::Prose;
use crate::source::Spanned;
use std::collections::HashMap;

/// A part of a text with links.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Part<'t> {
    Text(&'t str),
    /// `resource.method`, and where the brace begins, in bytes.
    Link(&'t str, usize),
}

/// Splits a text at its links. Only `{word.word}` is a link; a `$` before the brace keeps it literal.
pub(crate) fn parts(text: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut plain_from = 0;
    let mut search_from = 0;
    while let Some(open) = text[search_from..].find('{').map(|open| open + search_from) {
        let Some(close) = text[open..].find('}').map(|close| close + open) else { break };
        let inner = &text[open + 1..close];
        let is_link = inner.split_once('.').is_some_and(|(resource, method)| word(resource) && word(method));
        if text[..open].ends_with('$') {
            parts.push(Part::Text(&text[plain_from..open - 1]));
            plain_from = open;
        } else if is_link {
            parts.push(Part::Text(&text[plain_from..open]));
            parts.push(Part::Link(inner, open));
            plain_from = close + 1;
        } else {
            search_from = open + 1;
            continue;
        }
        search_from = close + 1;
    }
    parts.push(Part::Text(&text[plain_from..]));
    parts.retain(|part| *part != Part::Text(""));
    parts
}

fn word(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

/// The tools that links can lead to.
#[derive(Debug)]
pub(super) struct Links(HashMap<String, String>);

impl Links {
    pub(super) fn new(vendor: &str, methods: &[Documented<'_>]) -> Self {
        let entry =
            |method: &Documented<'_>| (format!("{}.{}", method.resource, method.method), method.tool(vendor));
        Self(methods.iter().map(entry).collect())
    }

    /// The text with names filled in; `None` if it mentions a tool that is not pressed.
    pub(super) fn one(&self, text: &Spanned<String>) -> Option<Prose> {
        let mut prose = Prose::default();
        for part in parts(text.as_str()) {
            match part {
                Part::Text(text) => prose.text.push_str(text),
                Part::Link(link, _) => {
                    let tool = self.0.get(link)?;
                    prose.text.push_str(tool);
                    prose.mentions.push(tool.clone());
                }
            }
        }
        Some(prose)
    }

    /// The name of the tool a link leads to; `None` if it is not pressed.
    pub(super) fn tool(&self, link: &Spanned<String>) -> Option<&str> {
        self.0.get(&link.value).map(String::as_str)
    }

    /// All texts that mention only pressed tools.
    pub(super) fn all(&self, texts: &[Spanned<String>]) -> Vec<Prose> {
        texts.iter().filter_map(|text| self.one(text)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, parts};

    #[test]
    fn only_dotted_words_in_braces_are_links() {
        assert_eq!(
            parts("Poll {backfills.get}."),
            [Part::Text("Poll "), Part::Link("backfills.get", 5), Part::Text(".")]
        );
        assert_eq!(parts("{\"a\": 1} and {id}"), [Part::Text("{\"a\": 1} and {id}")]);
        assert_eq!(parts("${a.b} stays"), [Part::Text("{a.b} stays")]);
        assert_eq!(parts("open { brace"), [Part::Text("open { brace")]);
    }
}
