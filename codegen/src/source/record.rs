//! Reads resource files: the documentation record of each method.

use super::fields::{Fields, list};
use super::files::Spanned;
use super::records::{Advice, Body, Record, ResourceFile};
use super::yaml::{Data, Node};
use super::{guidance, schema};
use crate::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Reads a resource file.
pub(super) fn resource_file(
    resource: String,
    file: usize,
    node: &Node,
    found: &mut Diagnostics,
) -> ResourceFile {
    let entries = match Fields::of("a resource file", node, found) {
        Some(fields) => fields.rest(),
        None => Vec::new(),
    };
    let records =
        entries.into_iter().filter_map(|(method, node)| Some((method.clone(), record(method, node, found)?)));
    ResourceFile { resource, file, records: records.collect() }
}

fn record(method: &Spanned<String>, node: &Node, found: &mut Diagnostics) -> Option<Record> {
    let mut fields = Fields::of("a documentation record", node, found)?;
    fields.span = method.span;
    let description = fields.required_text("description", found);
    let mut parameters = |key, fields: &mut Fields<'_>| {
        fields.take(key).map(|node| schema::named("parameters", node, found)).unwrap_or_default()
    };
    let (path, query, header) = (
        parameters("path", &mut fields),
        parameters("query", &mut fields),
        parameters("header", &mut fields),
    );
    let (guidance, errors) =
        fields.take("guidance").map(|node| guidance::read(node, found)).unwrap_or_default();
    let record = Record {
        path,
        query,
        header,
        description: description.unwrap_or_else(|| Spanned::new(String::new(), method.span)),
        notes: fields.texts("notes", found).unwrap_or_default(),
        docs: fields.text("docs", found),
        deprecated: fields.text("deprecated", found),
        body: fields.take("body").map(|node| body(node, found)),
        rules: fields.take("rules").map(|node| schema::rules(node, found)).unwrap_or_default(),
        returns: fields.take("returns").map(|node| schema::schema(node, found)),
        errors,
        guidance,
        examples: fields.take("examples").map(|node| examples(node, found)).unwrap_or_default(),
    };
    fields.end(found);
    Some(record)
}

fn body(node: &Node, found: &mut Diagnostics) -> Body {
    let mut encoding = None;
    let schema =
        schema::read("a body", node, found, |fields, found| encoding = fields.text("encoding", found));
    let form = match encoding.as_ref().map(|encoding| (encoding.as_str(), encoding.span)) {
        None | Some(("json", _)) => false,
        Some(("form", _)) => true,
        Some((other, span)) => {
            let message = format!("bodies cannot be written as `{other}`");
            found.add(Diagnostic::new(Code::UnknownWord, span, message).help("`json` or `form`"));
            false
        }
    };
    Body { form, schema }
}

/// Reads advice on errors.
pub(super) fn errors(node: &Node, found: &mut Diagnostics) -> Vec<Advice> {
    let advice = |node: &Node| {
        let mut fields = Fields::of("advice on an error", node, found)?;
        let status = fields.size("status", found);
        let contains = fields.text("contains", found);
        let say = fields.required_text("say", found);
        fields.end(found);
        Some(Advice { status, contains, say: say? })
    };
    match &node.data {
        Data::List(items) => items.iter().filter_map(advice).collect(),
        _ => {
            list(node, found);
            Vec::new()
        }
    }
}

fn examples(node: &Node, found: &mut Diagnostics) -> Vec<Spanned<serde_json::Value>> {
    let examples = list(node, found);
    examples
        .iter()
        .map(|node| {
            let span = Fields::of("an example", node, found).map_or(node.span, |fields| fields.span);
            Spanned::new(node.to_json(), span)
        })
        .collect()
}
