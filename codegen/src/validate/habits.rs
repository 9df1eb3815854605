//! Habits of good documentation: nothing here is wrong, but somebody will miss it.
//!
//! Brevity can be on purpose: who means it, allows the code.

use crate::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::lower::{Documented, documented};
use crate::name;
use crate::source::records::{Map, Schema, Vendor};
use crate::source::resolve::{resolve, type_of};
use std::collections::HashMap;

/// Words that tell nothing beside a tool's name.
const FILLERS: &[&str] = &[
    "a", "all", "an", "and", "by", "for", "from", "given", "in", "its", "new", "of", "on", "one", "single",
    "specific", "the", "this", "with", "your",
];

pub(super) fn check(vendor: &Vendor, found: &mut Diagnostics) {
    let mut words = Words::default();
    for method in documented(vendor) {
        repeats_name(vendor, &method, &mut words, found);
        implicit_effect(&method, found);
        returns(&method, found);
        descriptions(vendor, &method, found);
        example(&method, found);
    }
    for (name, resource) in vendor.resources.iter().filter(|(_, resource)| resource.methods.is_empty()) {
        let message = format!("resource `{}` has no methods", name.value);
        let help = format!("add some, such as `list: GET` for GET {}", resource.path.value);
        found.add(Diagnostic::new(Code::NoMethods, name.span, message).help(help));
    }
    unused_tags(vendor, found);
    unused_types(vendor, found);
}

fn repeats_name(vendor: &Vendor, method: &Documented<'_>, words: &mut Words, found: &mut Diagnostics) {
    let slug = name::slug(vendor.label.as_str());
    let title = name::words(method.resource, &method.singular(), method.method);
    let name = format!("{} {title}", method.tool(&slug));
    let known: Vec<_> = parts(&name).map(|word| words.singular(word)).collect();
    let description = &method.record.description;
    let repeated = |word: &str| {
        let word = words.singular(word);
        known.contains(&word) || FILLERS.contains(&word.as_str())
    };
    if parts(description.as_str()).all(repeated) {
        let message = "this description only repeats the tool's name";
        let help = "say what the name does not: what comes back, in which order, what changes, what it needs";
        found.add(Diagnostic::new(Code::DescriptionRepeatsName, description.span, message).help(help));
    }
}

/// The words of a text.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty())
}

/// Words in lower case and without endings: `Lists` → `list`. Inflection is slow, and few words make up the
/// names of many tools.
#[derive(Default)]
struct Words {
    singulars: HashMap<String, String>,
}

impl Words {
    fn singular(&mut self, word: &str) -> String {
        if let Some(singular) = self.singulars.get(word) {
            return singular.clone();
        }
        let singular = name::singular(&word.to_ascii_lowercase());
        self.singulars.insert(word.to_owned(), singular.clone());
        singular
    }
}

/// A verb tells what `create` or `delete` does; what `cancel` does only a person can tell.
fn implicit_effect(method: &Documented<'_>, found: &mut Diagnostics) {
    let custom = !matches!(method.method, "list" | "get" | "create" | "update" | "delete");
    let record = method.method_record;
    if custom && record.verb.value != "GET" && record.effect.is_none() {
        let effect = method.effect().as_str();
        let message = format!("`{}.{}` is taken for `{effect}`", method.resource, method.method);
        let http = format!("{} {}", record.verb.value, record.path.value);
        let help =
            format!("say so: `{{ http: \"{}\", effect: {effect} }}`, or what is true", http.trim_end());
        found.add(
            Diagnostic::new(Code::ImplicitEffect, method.place, message)
                .label("`read`, `write` or `destructive`?")
                .help(help),
        );
    }
}

fn returns(method: &Documented<'_>, found: &mut Diagnostics) {
    if matches!(method.method, "list" | "get") && method.record.returns.is_none() {
        let message = format!("`{}.{}` does not say what it answers", method.resource, method.method);
        let help = "add `returns:`, of a list the schema of one record";
        found.add(Diagnostic::new(Code::NoReturns, method.record_place, message).help(help));
    }
}

/// The parameters a model is asked for and told nothing of; one warning for all of a tool.
fn descriptions(vendor: &Vendor, method: &Documented<'_>, found: &mut Diagnostics) {
    let record = method.record;
    let body = record.body.iter().flat_map(|body| body.schema.properties.iter().flatten());
    let params = record.path.iter().chain(&record.query).chain(&record.header).chain(body);
    let undescribed: Vec<_> = params
        .filter(|(name, schema)| {
            let schema = resolve(schema, &vendor.types);
            // What an id is, the tool's name tells; and the words of an enum tell what they are for.
            let told = name.value == "id" || schema.description.is_some() || schema.words.is_some();
            !told && schema.from.is_none()
        })
        .map(|(name, _)| name)
        .collect();
    let Some(first) = undescribed.first() else { return };
    let names: Vec<_> = undescribed.iter().map(|name| format!("`{}`", name.value)).collect();
    let message = format!("`{}.{}` does not describe {}", method.resource, method.method, names.join(", "));
    let help = "say what the name does not: the unit, the form, where the value is found";
    found.add(Diagnostic::new(Code::NoDescription, first.span, message).help(help));
}

fn example(method: &Documented<'_>, found: &mut Diagnostics) {
    let Some(body) = &method.record.body else { return };
    let fields = body.schema.properties.as_ref().is_some_and(|properties| !properties.is_empty());
    if (fields || body.schema.is_array()) && method.record.examples.is_empty() {
        let message = format!("`{}.{}` has a body, but no example", method.resource, method.method);
        let help = "add one whole call to `examples:`; it is checked, and becomes a test of the pressed code";
        found.add(Diagnostic::new(Code::NoExample, method.record_place, message).help(help));
    }
}

fn unused_tags(vendor: &Vendor, found: &mut Diagnostics) {
    let resources = vendor.resources.iter().map(|(_, resource)| resource);
    let used = resources.flat_map(|resource| {
        resource.tags.iter().chain(resource.methods.iter().flat_map(|(_, method)| &method.tags))
    });
    let used: Vec<_> = used.map(|tag| tag.as_str()).collect();
    for (name, _) in vendor.tags.iter().filter(|(name, _)| !used.contains(&name.as_str())) {
        let message = format!("nothing is tagged `{}`", name.value);
        let help = "give it to a resource or method, or remove it";
        found.add(Diagnostic::new(Code::UnusedTag, name.span, message).help(help));
    }
}

fn unused_types(vendor: &Vendor, found: &mut Diagnostics) {
    let mut used = Vec::new();
    for record in vendor.records_of.iter().flat_map(|file| &file.records).map(|(_, record)| record) {
        let params = record.path.iter().chain(&record.query).chain(&record.header).map(|(_, schema)| schema);
        let body = record.body.as_ref().map(|body| &body.schema);
        params.chain(body).chain(&record.returns).for_each(|schema| references(schema, &mut used));
    }
    vendor.types.iter().for_each(|(_, schema)| references(schema, &mut used));
    for (name, _) in vendor.types.iter().filter(|(name, _)| !used.contains(&name.as_str())) {
        let message = format!("nothing refers to type `{}`", name.value);
        let help = format!("use it as `$ref: \"#/types/{}\"`, or remove it", name.value);
        found.add(Diagnostic::new(Code::UnusedType, name.span, message).help(help));
    }
}

/// The shared types that a schema refers to, at any depth.
fn references<'s>(schema: &'s Schema, used: &mut Vec<&'s str>) {
    used.extend(schema.reference.as_ref().and_then(|reference| type_of(reference.as_str())));
    let inner = schema.properties.iter().chain(&schema.variants).flatten().map(|(_, schema)| schema);
    inner.chain(schema.items.as_deref()).for_each(|schema| references(schema, used));
    if let Some(Map::Of(values)) = &schema.map {
        references(values, used);
    }
}
