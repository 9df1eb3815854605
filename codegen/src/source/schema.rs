//! Reads schemas and the rules that span several of their fields.

use super::fields::{Fields, list, text, texts, wrong};
use super::files::Spanned;
use super::records::{Condition, Map, Named, Rule, Schema};
use super::yaml::{Data, Node};
use crate::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use serde_json::Number;

/// Reads one schema.
pub(super) fn schema(node: &Node, found: &mut Diagnostics) -> Schema {
    read("a schema", node, found, |_, _| {})
}

/// Reads one schema, and further keys that only stand there.
pub(super) fn read(
    what: &'static str,
    node: &Node,
    found: &mut Diagnostics,
    more: impl FnOnce(&mut Fields<'_>, &mut Diagnostics),
) -> Schema {
    let Some(mut fields) = Fields::of(what, node, found) else {
        return Schema { span: node.span, ..Schema::default() };
    };
    more(&mut fields, found);
    let (required, required_names) = required(&mut fields, found);
    let schema = Schema {
        span: fields.span,
        reference: fields.text("$ref", found),
        ty: fields.text("type", found),
        description: fields.text("description", found),
        required,
        required_names,
        nullable: on(&mut fields, "nullable", found),
        secret: on(&mut fields, "secret", found),
        brief: on(&mut fields, "brief", found),
        deprecated: on(&mut fields, "deprecated", found),
        default: fields.take("default").map(|node| Spanned::new(node.to_json(), node.span)),
        example: fields.take("example").map(|node| Spanned::new(node.to_json(), node.span)),
        words: fields.take("enum").map(|node| Spanned::new(texts(node, found), node.span)),
        min: number(&mut fields, "min", found),
        max: number(&mut fields, "max", found),
        min_length: fields.size("min_length", found),
        max_length: fields.size("max_length", found),
        min_items: fields.size("min_items", found),
        max_items: fields.size("max_items", found),
        pattern: fields.text("pattern", found),
        format: fields.text("format", found),
        items: fields.take("items").map(|node| Box::new(schema(node, found))),
        properties: fields.take("properties").map(|node| named("properties", node, found)),
        rules: fields.take("rules").map(|node| rules(node, found)).unwrap_or_default(),
        open: on(&mut fields, "open", found),
        map: fields.take("map").and_then(|node| map(node, found)),
        tag: fields.text("tag", found),
        tag_from: fields.text("tag_from", found),
        variants: fields.take("variants").map(|node| named("variants", node, found)),
        wire_name: fields.text("wire_name", found),
        wire: fields.text("wire", found),
        from: fields.text("from", found),
    };
    fields.end(found);
    schema
}

/// Reads a mapping of names to schemas.
pub(super) fn named(what: &'static str, node: &Node, found: &mut Diagnostics) -> Named<Schema> {
    let entries = match Fields::of(what, node, found) {
        Some(fields) => fields.rest(),
        None => Vec::new(),
    };
    entries
        .into_iter()
        .map(|(name, node)| match node.data {
            // A variant without fields of its own.
            Data::Null if what == "variants" => {
                (name.clone(), Schema { span: name.span, ..Schema::default() })
            }
            _ => {
                let mut schema = schema(node, found);
                schema.span = name.span;
                (name.clone(), schema)
            }
        })
        .collect()
}

/// `required: true` on a property, or a list of names on an object.
fn required(
    fields: &mut Fields<'_>,
    found: &mut Diagnostics,
) -> (Option<Spanned<bool>>, Vec<Spanned<String>>) {
    match fields.take("required") {
        None => (None, Vec::new()),
        Some(Node { data: Data::Bool(value), span }) => (Some(Spanned::new(*value, *span)), Vec::new()),
        Some(node) => (None, texts(node, found)),
    }
}

fn on(fields: &mut Fields<'_>, key: &'static str, found: &mut Diagnostics) -> bool {
    fields.flag(key, found).is_some_and(|flag| flag.value)
}

fn number(fields: &mut Fields<'_>, key: &'static str, found: &mut Diagnostics) -> Option<Spanned<Number>> {
    let node = fields.take(key)?;
    match &node.data {
        Data::Number(number) => Some(Spanned::new(number.clone(), node.span)),
        _ => {
            found.add(wrong(node, "a number"));
            None
        }
    }
}

fn map(node: &Node, found: &mut Diagnostics) -> Option<Map> {
    match &node.data {
        Data::Bool(on) => on.then_some(Map::Any),
        Data::Map(_) => Some(Map::Of(Box::new(schema(node, found)))),
        _ => {
            found.add(wrong(node, "`true` or the schema of the values"));
            None
        }
    }
}

/// Reads a list of rules.
pub(super) fn rules(node: &Node, found: &mut Diagnostics) -> Vec<Rule> {
    list(node, found).iter().filter_map(|node| rule(node, found)).collect()
}

fn rule(node: &Node, found: &mut Diagnostics) -> Option<Rule> {
    let mut fields = Fields::of("a rule", node, found)?;
    let span = fields.span;
    let exactly = fields.texts("exactly_one_of", found);
    let least = fields.texts("at_least_one_of", found);
    let most = fields.texts("at_most_one_of", found);
    let when = fields.take("when").and_then(|node| condition(node, found));
    let requires = fields.texts("requires", found);
    let forbids = fields.texts("forbids", found);
    let say = fields.text("say", found);
    fields.end(found);
    let rule = match (exactly, least, most, when, requires, forbids) {
        (Some(fields), None, None, None, None, None) => Rule::ExactlyOneOf(fields),
        (None, Some(fields), None, None, None, None) => Rule::AtLeastOneOf(fields),
        (None, None, Some(fields), None, None, None) => Rule::AtMostOneOf(fields),
        (None, None, None, Some(when), Some(fields), None) => Rule::Requires { when, fields, say },
        (None, None, None, Some(when), None, Some(fields)) => Rule::Forbids { when, fields, say },
        _ => {
            let diagnostic =
                Diagnostic::new(Code::RuleShape, span, "this rule says either nothing or too much");
            found.add(diagnostic.help(
                "one of `exactly_one_of`, `at_least_one_of`, `at_most_one_of`, or `when` with `requires` or `forbids`",
            ));
            return None;
        }
    };
    Some(rule)
}

/// `when: field`, or `when: { field: value }`, or `when: { field: [value, …] }`.
fn condition(node: &Node, found: &mut Diagnostics) -> Option<Condition> {
    match &node.data {
        Data::Text(_) => Some(Condition { field: text(node, found)?, values: Vec::new() }),
        Data::Map(entries) if entries.len() == 1 => {
            let (field, node) = &entries[0];
            let values = match &node.data {
                Data::List(_) => texts(node, found),
                _ => text(node, found).into_iter().collect(),
            };
            Some(Condition { field: field.clone(), values })
        }
        _ => {
            found.add(wrong(node, "a field, or one field with its values"));
            None
        }
    }
}
