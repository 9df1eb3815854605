//! Rules over several fields: every field they name exists.

use crate::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::lower::documented;
use crate::source::Spanned;
use crate::source::records::{Condition, Map, Named, Rule, Schema, Vendor};
use crate::source::resolve::resolve;

pub(super) fn check(vendor: &Vendor, found: &mut Diagnostics) {
    if found.has_errors() {
        return;
    }
    for method in documented(vendor) {
        let record = method.record;
        let mut fields: Named<Schema> = record.path.clone();
        fields.extend(record.query.iter().chain(&record.header).cloned());
        if let Some(body) = &record.body {
            fields.extend(body.schema.properties.iter().flatten().cloned());
            rules(&body.schema.rules, &fields, vendor, found);
            inner(&body.schema, vendor, found);
        }
        rules(&record.rules, &fields, vendor, found);
    }
    vendor.types.iter().for_each(|(_, schema)| inner(schema, vendor, found));
}

/// The rules of a schema's objects, at any depth.
fn inner(schema: &Schema, vendor: &Vendor, found: &mut Diagnostics) {
    if let Some(properties) = &schema.properties {
        if schema.ty.is_some() {
            rules(&schema.rules, properties, vendor, found);
        }
        properties.iter().for_each(|(_, property)| inner(property, vendor, found));
    }
    for (_, variant) in schema.variants.iter().flatten() {
        let none = Named::new();
        rules(&variant.rules, variant.properties.as_ref().unwrap_or(&none), vendor, found);
        variant.properties.iter().flatten().for_each(|(_, property)| inner(property, vendor, found));
    }
    schema.items.iter().for_each(|items| inner(items, vendor, found));
    if let Some(Map::Of(values)) = &schema.map {
        inner(values, vendor, found);
    }
}

fn rules(rules: &[Rule], fields: &Named<Schema>, vendor: &Vendor, found: &mut Diagnostics) {
    for rule in rules {
        match rule {
            Rule::ExactlyOneOf(names) | Rule::AtLeastOneOf(names) | Rule::AtMostOneOf(names) => {
                names.iter().for_each(|name| exists(name, fields, vendor, found));
            }
            Rule::Requires { when, fields: names, .. } | Rule::Forbids { when, fields: names, .. } => {
                condition(when, fields, vendor, found);
                names.iter().for_each(|name| exists(name, fields, vendor, found));
            }
        }
    }
}

fn condition(when: &Condition, fields: &Named<Schema>, vendor: &Vendor, found: &mut Diagnostics) {
    exists(&when.field, fields, vendor, found);
    let Some(Target::Words(words)) = target(when.field.as_str(), fields, vendor) else { return };
    for value in &when.values {
        if !words.contains(&value.value) {
            let message = format!("`{}` never is `{}`", when.field.value, value.value);
            let names = words.iter().map(String::as_str);
            found
                .add(Diagnostic::new(Code::RuleValue, value.span, message).did_you_mean(&value.value, names));
        }
    }
}

fn exists(name: &Spanned<String>, fields: &Named<Schema>, vendor: &Vendor, found: &mut Diagnostics) {
    if target(name.as_str(), fields, vendor).is_none() {
        let message = format!("no field is called `{}` here", name.value);
        let names = fields.iter().map(|(name, _)| name.as_str());
        found.add(Diagnostic::new(Code::RuleField, name.span, message).did_you_mean(&name.value, names));
    }
}

/// What a dotted path leads to.
enum Target {
    /// A field with these words.
    Words(Vec<String>),
    /// Any other field.
    Other,
}

fn target(path: &str, fields: &Named<Schema>, vendor: &Vendor) -> Option<Target> {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    let (_, schema) = fields.iter().find(|(name, _)| name.value == first)?;
    let schema = resolve(schema, &vendor.types);
    let Some(rest) = rest else {
        return Some(match &schema.words {
            Some(words) => Target::Words(words.value.iter().map(|word| word.value.clone()).collect()),
            None => Target::Other,
        });
    };
    if schema.tag.as_ref().is_some_and(|tag| tag.value == rest) {
        let words = schema.variants.iter().flatten().map(|(name, _)| name.value.clone());
        return Some(Target::Words(words.collect()));
    }
    if let Some(properties) = &schema.properties {
        return target(rest, properties, vendor);
    }
    let variants = schema.variants.iter().flatten().filter_map(|(_, variant)| variant.properties.as_ref());
    variants.into_iter().find_map(|properties| target(rest, properties, vendor))
}
