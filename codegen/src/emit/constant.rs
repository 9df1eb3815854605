//! Constant expressions of the tables, laid out like formatted code.
//!
//! Tables are most of what is pressed and have few forms, so they are written as text at once: making
//! tokens of them, reading those as syntax and formatting that would be most of a press. What has types
//! and functions in it goes through prettyplease.

use proc_macro2::Literal;
use std::fmt::{Display, Write as _};

/// Columns of a line, unless one word is longer.
const WIDTH: usize = 100;
/// Spaces of one level.
const STEP: usize = 4;

/// A constant expression.
#[derive(Debug)]
pub(super) struct Constant {
    /// What opens it; without entries it is all there is.
    open: String,
    entries: Vec<Entry>,
    close: &'static str,
    /// Columns on one line.
    width: usize,
}

/// A part of an expression, with the name of its field if it is one.
type Entry = (&'static str, Constant);

/// A literal number, a path, or whatever else is never broken.
pub(super) fn word(word: impl Into<String>) -> Constant {
    let open = word.into();
    Constant { width: open.len(), open, entries: Vec::new(), close: "" }
}

/// A number or flag.
pub(super) fn plain(value: impl Display) -> Constant {
    word(value.to_string())
}

/// A string literal; raw where that spares JSON its backslashes.
pub(super) fn text(text: &str) -> Constant {
    let pays = text.contains('"') && !text.contains("\"#") && !text.contains('\r');
    word(if pays { format!("r#\"{text}\"#") } else { Literal::string(text).to_string() })
}

/// An array. A large static costs the compiler less as an array than as a slice, which it would have to
/// promote first.
pub(super) fn array(items: impl IntoIterator<Item = Constant>) -> Constant {
    group("[".to_owned(), items.into_iter().map(|item| ("", item)).collect(), "]")
}

/// A slice.
pub(super) fn list(items: impl IntoIterator<Item = Constant>) -> Constant {
    array(items).by_reference()
}

/// A slice of texts.
pub(super) fn texts<T: AsRef<str>>(items: impl IntoIterator<Item = T>) -> Constant {
    list(items.into_iter().map(|item| text(item.as_ref())))
}

/// A tuple, a variant with values, a call: `path` and values in parentheses.
pub(super) fn call(path: &str, items: impl IntoIterator<Item = Constant>) -> Constant {
    group(format!("{path}("), items.into_iter().map(|item| ("", item)).collect(), ")")
}

/// A struct, or a variant with fields.
pub(super) fn record(path: &str, fields: impl IntoIterator<Item = Entry>) -> Constant {
    group(format!("{path} {{"), fields.into_iter().collect(), "}")
}

/// `Some(…)` or `None`: no documented name stands beside tables that could shadow these.
pub(super) fn option(value: Option<Constant>) -> Constant {
    match value {
        Some(value) => call("Some", [value]),
        None => word("None"),
    }
}

fn group(open: String, entries: Vec<Entry>, close: &'static str) -> Constant {
    let inner: usize = entries.iter().map(|(name, value)| label(name) + value.width + 2).sum();
    // Braces stand off from what is in them.
    let width = open.len() + inner + close.len();
    Constant { open, entries, close, width }
}

/// Columns of a field's name and what parts it from the value.
fn label(name: &str) -> usize {
    if name.is_empty() { 0 } else { name.len() + 2 }
}

impl Constant {
    /// How many parts it has.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// A reference to it.
    pub(super) fn by_reference(mut self) -> Self {
        self.open.insert(0, '&');
        self.width += 1;
        self
    }

    /// The expression as text; the first line continues one that has `used` columns, the others are
    /// indented by `indent`.
    pub(super) fn write(&self, to: &mut String, indent: usize, used: usize) {
        // One more column for what follows: a comma or semicolon.
        if self.entries.is_empty() {
            to.push_str(&self.open);
            to.push_str(self.close);
        } else if used + self.width < WIDTH {
            self.write_flat(to);
        } else if self.entries.iter().all(|(name, value)| name.is_empty() && value.entries.is_empty()) {
            self.write_filled(to, indent);
        } else {
            self.write_broken(to, indent);
        }
    }

    fn write_flat(&self, to: &mut String) {
        let space = if self.close == "}" { " " } else { "" };
        to.push_str(&self.open);
        to.push_str(space);
        for (place, (name, value)) in self.entries.iter().enumerate() {
            if place > 0 {
                to.push_str(", ");
            }
            write_label(to, name);
            if value.entries.is_empty() {
                to.push_str(&value.open);
                to.push_str(value.close);
            } else {
                value.write_flat(to);
            }
        }
        to.push_str(space);
        to.push_str(self.close);
    }

    /// As many words on each line as it holds.
    fn write_filled(&self, to: &mut String, indent: usize) {
        to.push_str(&self.open);
        let mut column = WIDTH;
        for (_, word) in &self.entries {
            if column + word.width + 2 > WIDTH {
                line(to, indent + STEP);
                column = indent + STEP;
            } else {
                to.push(' ');
                column += 1;
            }
            to.push_str(&word.open);
            to.push_str(word.close);
            to.push(',');
            column += word.width + 1;
        }
        line(to, indent);
        to.push_str(self.close);
    }

    /// One entry on each line.
    fn write_broken(&self, to: &mut String, indent: usize) {
        to.push_str(&self.open);
        for (name, value) in &self.entries {
            line(to, indent + STEP);
            write_label(to, name);
            value.write(to, indent + STEP, indent + STEP + label(name));
            // Nothing may follow what a struct takes from another.
            if !value.open.starts_with("..") {
                to.push(',');
            }
        }
        line(to, indent);
        to.push_str(self.close);
    }
}

fn write_label(to: &mut String, name: &str) {
    if !name.is_empty() {
        let _ = write!(to, "{name}: ");
    }
}

fn line(to: &mut String, indent: usize) {
    to.push('\n');
    to.extend(std::iter::repeat_n(' ', indent));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(constant: &Constant) -> String {
        let mut text = String::new();
        constant.write(&mut text, 0, 0);
        text
    }

    #[test]
    fn what_fits_stays_on_one_line() {
        let kind = record("Kind::List", [("items", word("Kind::Any").by_reference()), ("min", plain(0))]);
        assert_eq!(written(&kind), "Kind::List { items: &Kind::Any, min: 0 }");
        assert_eq!(written(&call("Some", [texts(["a", "b\n"])])), r#"Some(&["a", "b\n"])"#);
        assert_eq!(written(&list([])), "&[]");
        assert_eq!(written(&text("{\"a\":1}")), "r#\"{\"a\":1}\"#");
        assert_eq!(written(&text("\"#")), r##""\"#""##);
    }

    #[test]
    fn what_is_too_long_is_broken_where_it_is_widest() {
        let long = "x".repeat(WIDTH);
        let tool =
            record("Tool", [("tags", texts(["a"])), ("name", text(&long)), ("", word("..Tool::PLAIN"))]);
        let expected = format!("Tool {{\n    tags: &[\"a\"],\n    name: \"{long}\",\n    ..Tool::PLAIN\n}}");
        assert_eq!(written(&tool), expected);
        let numbers = written(&list((0..60).map(plain)));
        assert!(numbers.starts_with("&[\n    0, 1, 2,") && numbers.ends_with(" 59,\n]"), "{numbers}");
        assert!(numbers.lines().count() > 3 && numbers.lines().all(|line| line.len() <= WIDTH), "{numbers}");
    }

    #[test]
    fn the_text_is_rust() {
        let inner = record("Piece", [("text", text("\"a\"")), ("needs", list([plain(1), plain(2)]))]);
        let outer = record("Tool", [("entry", list([inner])), ("at", call("", [text("→"), plain(true)]))]);
        syn::parse_str::<syn::Expr>(&written(&outer)).unwrap();
    }
}
