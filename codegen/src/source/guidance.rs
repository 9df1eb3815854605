//! Reads guidance: the typed links from one tool to others.

use super::fields::{Fields, list, text, wrong};
use super::files::Spanned;
use super::record::errors;
use super::records::{Advice, Guidance, Instead, Named, Next, Poll, Requires};
use super::yaml::{Data, Node};
use crate::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Reads the guidance of a record: links, and advice on errors.
pub(super) fn read(node: &Node, found: &mut Diagnostics) -> (Guidance, Vec<Advice>) {
    let Some(mut fields) = Fields::of("guidance", node, found) else { return Default::default() };
    let guidance = Guidance {
        requires: each(&mut fields, "requires", found, requires),
        next: each(&mut fields, "next", found, next),
        poll: fields.take("poll").and_then(|node| poll(node, found)),
        instead: each(&mut fields, "instead", found, instead),
        undo: fields.text("undo", found),
        danger: fields.text("danger", found),
    };
    let errors = fields.take("errors").map(|node| errors(node, found)).unwrap_or_default();
    fields.end(found);
    (guidance, errors)
}

fn each<T>(
    fields: &mut Fields<'_>,
    key: &'static str,
    found: &mut Diagnostics,
    read: impl Fn(&Node, &mut Diagnostics) -> Option<T>,
) -> Vec<T> {
    let Some(node) = fields.take(key) else { return Vec::new() };
    match &node.data {
        Data::List(_) => list(node, found).iter().filter_map(|node| read(node, found)).collect(),
        _ => read(node, found).into_iter().collect(),
    }
}

/// `{ tool: a.b, field: name, param: database }`, or only the tool.
fn requires(node: &Node, found: &mut Diagnostics) -> Option<Requires> {
    if let Data::Text(_) = node.data {
        return Some(Requires { tool: text(node, found)?, field: None, param: None, tell: true });
    }
    let mut fields = Fields::of("a required call", node, found)?;
    let tool = fields.required_text("tool", found);
    let field = fields.text("field", found);
    let param = fields.text("param", found);
    let tell = fields.flag("tell", found).is_none_or(|flag| flag.value);
    fields.end(found);
    Some(Requires { tool: tool?, field, param, tell })
}

/// `{ tool: a.b, pass: { id: id, sink: $sink } }`, or only the tool.
fn next(node: &Node, found: &mut Diagnostics) -> Option<Next> {
    if let Data::Text(_) = node.data {
        return Some(Next { tool: text(node, found)?, pass: Named::new(), tell: true });
    }
    let mut fields = Fields::of("a following call", node, found)?;
    let next = next_of(&mut fields, found);
    fields.end(found);
    next
}

fn next_of(fields: &mut Fields<'_>, found: &mut Diagnostics) -> Option<Next> {
    let tool = fields.required_text("tool", found);
    let pass = fields.take("pass").and_then(|node| Fields::of("passed values", node, found));
    let pass = pass.map(Fields::rest).unwrap_or_default();
    let pass = pass.into_iter().filter_map(|(name, node)| Some((name.clone(), text(node, found)?))).collect();
    let tell = fields.flag("tell", found).is_none_or(|flag| flag.value);
    Some(Next { tool: tool?, pass, tell })
}

/// `{ tool: a.get, pass: {…}, until: { state: [done, failed] }, progress: [done_count, count] }`
fn poll(node: &Node, found: &mut Diagnostics) -> Option<Poll> {
    let mut fields = Fields::of("polling", node, found)?;
    let next = next_of(&mut fields, found);
    let until = match fields.take("until") {
        Some(Node { data: Data::Map(entries), .. }) if entries.len() == 1 => {
            let (field, node) = &entries[0];
            let value = |node: &Node| Spanned::new(node.to_json(), node.span);
            let values = match &node.data {
                Data::List(items) => items.iter().map(value).collect(),
                _ => vec![value(node)],
            };
            Some((field.clone(), values))
        }
        Some(node) => {
            found.add(wrong(node, "one field with the values that end the polling"));
            None
        }
        None => {
            fields.missing("until", found);
            None
        }
    };
    let progress = fields.texts("progress", found).unwrap_or_default();
    fields.end(found);
    if progress.len() > 2 {
        let message = "progress is one field, or two: what is done and what there is";
        found.add(Diagnostic::new(Code::PollProgress, progress[2].span, message));
    }
    let (field, values) = until?;
    Some(Poll { next: next?, field, values, progress })
}

/// `{ purpose: To check a status, tool: a.get }`
fn instead(node: &Node, found: &mut Diagnostics) -> Option<Instead> {
    let mut fields = Fields::of("a better tool", node, found)?;
    let purpose = fields.required_text("purpose", found);
    let tool = fields.required_text("tool", found);
    fields.end(found);
    Some(Instead { purpose: purpose?, tool: tool? })
}

/// A text that a value is passed from: a field of the answer, or `$name` for an argument of the call.
pub(crate) fn argument(source: &Spanned<String>) -> Option<&str> {
    source.value.strip_prefix('$')
}
