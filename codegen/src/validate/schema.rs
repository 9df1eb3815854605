//! Schemas: each says one thing, in the portable profile that every client accepts.

use super::{limits, value, words};
use crate::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::records::{Map, Named, Schema, Vendor};
use crate::source::resolve::{resolve, type_of};
use crate::source::{Span, Spanned};

const TYPES: &[&str] = &["string", "integer", "number", "boolean", "object", "array", "any"];

/// What a schema is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Use {
    /// A model fills it in.
    Input,
    /// A vendor's answer, which is told, not checked.
    Output,
    /// A shared type: whichever of the two refers to it.
    Shared,
}

struct Check<'d, 'f> {
    types: &'d Named<Schema>,
    found: &'f mut Diagnostics,
}

pub(super) fn check(vendor: &Vendor, found: &mut Diagnostics) {
    let mut check = Check { types: &vendor.types, found };
    let cycles = vendor.types.iter().filter(|(name, schema)| check.cycle(name, schema)).count();
    if cycles > 0 {
        // What follows resolves references and would never end.
        return;
    }
    for (_, schema) in &vendor.types {
        check.schema(schema, Use::Shared);
    }
    for file in &vendor.records_of {
        for (_, record) in &file.records {
            for (name, schema) in record.path.iter().chain(&record.query).chain(&record.header) {
                check.property(name, schema, Use::Input);
            }
            if let Some(body) = &record.body {
                for (name, schema) in body.schema.properties.iter().flatten() {
                    check.property(name, schema, Use::Input);
                }
                check.required_names(&body.schema);
                if body.schema.is_array() {
                    check.schema(&body.schema, Use::Input);
                }
            }
            if let Some(returns) = &record.returns {
                check.schema(returns, Use::Output);
            }
        }
    }
}

/// Who refuses a key that is not portable.
fn refusal(key: &str) -> String {
    let claude = key.len() <= 64 && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b));
    let who = if claude { "clients that make fields of keys refuse" } else { "Claude refuses" };
    format!("{who} the key `{key}`")
}

/// What every client takes as a key.
fn portable(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

impl Check<'_, '_> {
    fn error(&mut self, code: Code, span: Span, message: impl Into<String>, help: &str) {
        let diagnostic = Diagnostic::new(code, span, message);
        self.found.add(if help.is_empty() { diagnostic } else { diagnostic.help(help) });
    }

    /// A type that holds itself has no end, in Rust as in a model's prompt.
    fn cycle(&mut self, name: &Spanned<String>, schema: &Schema) -> bool {
        let mut path = vec![name.value.clone()];
        let Some(span) = self.reaches(schema, &name.value, &mut path) else { return false };
        let message = format!("type `{}` holds itself", name.value);
        let help = "describe the inner one with `map: true`, which takes any fields";
        let diagnostic =
            Diagnostic::new(Code::TypeCycle, name.span, message).related(span, "refers back to it");
        self.found.add(diagnostic.help(help));
        true
    }

    fn reaches(&self, schema: &Schema, target: &str, path: &mut Vec<String>) -> Option<Span> {
        if let Some(reference) = &schema.reference {
            let name = type_of(reference.as_str())?;
            if name == target {
                return Some(reference.span);
            }
            if path.iter().any(|seen| seen == name) {
                return None;
            }
            path.push(name.to_owned());
            let (_, shared) = self.types.iter().find(|(ty, _)| ty.value == name)?;
            return self.reaches(shared, target, path);
        }
        let map = match &schema.map {
            Some(Map::Of(values)) => Some(values.as_ref()),
            _ => None,
        };
        let properties = schema.properties.iter().chain(&schema.variants).flatten().map(|(_, schema)| schema);
        let mut inner = properties.chain(schema.items.as_deref()).chain(map);
        inner.find_map(|inner| self.reaches(inner, target, path))
    }

    fn property(&mut self, name: &Spanned<String>, schema: &Schema, usage: Use) {
        if usage != Use::Output && schema.from.is_none() && !portable(&name.value) {
            let message = refusal(&name.value);
            let help = format!(
                "name it `{}` and add `wire_name: \"{}\"`",
                crate::name::field_name(&name.value).trim_start_matches("r#"),
                name.value
            );
            self.error(Code::KeyAlphabet, name.span, message, &help);
        }
        if let Some(description) = &schema.description {
            words::hidden(description, self.found);
        }
        self.schema(schema, usage);
    }

    fn schema(&mut self, schema: &Schema, usage: Use) {
        if let Some(reference) = &schema.reference {
            return self.reference(schema, reference);
        }
        self.ty(schema);
        limits::check(schema, self.found);
        self.required_names(schema);
        self.shape(schema, usage);
        self.values(schema);
        for (name, property) in schema.properties.iter().flatten() {
            self.property(name, property, usage);
        }
        if let Some(items) = &schema.items {
            self.schema(items, usage);
        }
        if let Some(Map::Of(values)) = &schema.map {
            self.schema(values, usage);
        }
        self.variants(schema, usage);
    }

    fn reference(&mut self, schema: &Schema, reference: &Spanned<String>) {
        let known =
            type_of(reference.as_str()).is_some_and(|name| self.types.iter().any(|(ty, _)| ty.value == name));
        if !known {
            let message = format!("`{}` leads to no shared type", reference.value);
            let names: Vec<_> =
                self.types.iter().map(|(name, _)| format!("#/types/{}", name.value)).collect();
            let diagnostic = Diagnostic::new(Code::DeadRef, reference.span, message)
                .label("expected `#/types/Name` from types.yaml")
                .did_you_mean(&reference.value, names.iter().map(String::as_str));
            self.found.add(diagnostic);
        }
        let own = [
            schema.ty.as_ref().map(|ty| ty.span),
            schema.words.as_ref().map(|words| words.span),
            schema.properties.as_ref().and_then(|properties| properties.first()).map(|(name, _)| name.span),
            schema.items.as_ref().map(|items| items.span),
        ];
        if let Some(span) = own.into_iter().flatten().next() {
            let help = "beside `$ref` only description, required, nullable, brief, secret, default, example, wire_name, from and deprecated count";
            self.error(Code::RefSibling, span, "this key is lost beside `$ref`", help);
        }
    }

    fn ty(&mut self, schema: &Schema) {
        match &schema.ty {
            Some(ty) if !TYPES.contains(&ty.as_str()) => {
                let message = format!("no type is called `{}`", ty.value);
                let diagnostic = Diagnostic::new(Code::UnknownType, ty.span, message)
                    .label(format!("one of {}", TYPES.join(", ")))
                    .did_you_mean(&ty.value, TYPES.iter().copied());
                self.found.add(diagnostic);
            }
            None if schema.words.is_none() && schema.variants.is_none() => {
                self.error(
                    Code::MissingType,
                    schema.span,
                    "this schema has no `type`",
                    "add `type:`, or `$ref:`",
                );
            }
            _ => {}
        }
    }

    fn required_names(&mut self, schema: &Schema) {
        for required in &schema.required_names {
            let properties = schema.properties.iter().flatten();
            if !properties.clone().any(|(name, _)| name.value == required.value) {
                let message = format!("`{}` is required but not among `properties`", required.value);
                let names: Vec<_> = properties.map(|(name, _)| name.as_str()).collect();
                let diagnostic = Diagnostic::new(Code::UnknownRequired, required.span, message);
                self.found.add(diagnostic.did_you_mean(&required.value, names));
            }
        }
    }

    fn shape(&mut self, schema: &Schema, usage: Use) {
        let ty = schema.ty.as_ref().map(|ty| ty.as_str());
        if ty == Some("array") && schema.items.is_none() && usage != Use::Output {
            self.error(Code::Items, schema.span, "this array does not say what it holds", "add `items:`");
        }
        if let Some(items) = schema.items.as_ref().filter(|_| ty != Some("array")) {
            self.error(Code::Items, items.span, "`items` belongs to an array", "make it `type: array`");
        }
        if let Some((name, _)) =
            schema.properties.as_ref().and_then(|p| p.first()).filter(|_| ty.is_some_and(|ty| ty != "object"))
        {
            self.error(
                Code::Properties,
                name.span,
                "`properties` belong to an object",
                "make it `type: object`",
            );
        }
        if ty == Some("object")
            && schema.properties.is_none()
            && schema.map.is_none()
            && schema.variants.is_none()
            && usage != Use::Output
        {
            let help = "add `properties:`, or `map: true` for free keys";
            self.error(Code::Object, schema.span, "this object does not say what it holds", help);
        }
        match (schema.tag.as_ref().or(schema.tag_from.as_ref()), &schema.variants) {
            (Some(tag), None) => {
                self.error(Code::Union, tag.span, "`tag` without `variants`", "add `variants:`");
            }
            (None, Some(variants)) => {
                let span = variants.first().map_or(schema.span, |(name, _)| name.span);
                self.error(
                    Code::Union,
                    span,
                    "`variants` without `tag`",
                    "add `tag:` with the field that tells them apart, or `tag_from:` if it stands beside the object",
                );
            }
            _ => {}
        }
        if let (Some(_), Some(beside)) = (&schema.tag, &schema.tag_from) {
            let message = "this union has two tags";
            self.error(
                Code::Union,
                beside.span,
                message,
                "`tag` is in the object, `tag_from` beside it: keep one",
            );
        }
        if let Some(wire) = schema.wire.as_ref().filter(|wire| wire.value != "string") {
            self.error(Code::UnknownWord, wire.span, "only `wire: string` is known", "");
        }
    }

    /// Defaults and examples must be values that the schema takes.
    fn values(&mut self, schema: &Schema) {
        for (what, given) in [("default", &schema.default), ("example", &schema.example)] {
            let Some(given) = given else { continue };
            if given.value.is_null() {
                continue;
            }
            if let Some(problem) = value::problem(schema, self.types, &given.value) {
                let message = format!("this {what} does not fit its schema: {problem}");
                self.error(Code::Value, given.span, message, "");
            }
        }
    }

    /// The keys of all variants are shown in one object, so a key has one type in all of them.
    fn variants(&mut self, schema: &Schema, usage: Use) {
        // The tag has no `wire_name`: a union told apart by such a key needs another shape.
        if let Some(tag) = schema.tag.as_ref().filter(|tag| usage != Use::Output && !portable(&tag.value)) {
            let message = refusal(&tag.value);
            let help = "describe the object with `map: true` and say in `description` what it holds";
            self.error(Code::KeyAlphabet, tag.span, message, help);
        }
        let mut keys: Vec<(&Spanned<String>, String)> = Vec::new();
        for (word, variant) in schema.variants.iter().flatten() {
            if let Some(description) = &variant.description {
                words::hidden(description, self.found);
            }
            self.required_names(variant);
            for (name, property) in variant.properties.iter().flatten() {
                self.property(name, property, usage);
                let ty = resolve(property, self.types)
                    .ty
                    .as_ref()
                    .map_or("string".to_owned(), |ty| ty.value.clone());
                if schema.tag.as_ref().is_some_and(|tag| tag.value == name.value) {
                    let message =
                        format!("`{}` is the tag; variant `{}` has it already", name.value, word.value);
                    self.error(Code::Union, name.span, message, "remove it");
                }
                match keys.iter().find(|(first, _)| first.value == name.value) {
                    Some((first, first_ty)) if *first_ty != ty => {
                        let message =
                            format!("`{}` is {ty} here and {first_ty} in another variant", name.value);
                        let diagnostic = Diagnostic::new(Code::UnionKey, name.span, message)
                            .related(first.span, "first here")
                            .help("give one of them another name with `wire_name`");
                        self.found.add(diagnostic);
                    }
                    Some(_) => {}
                    None => keys.push((name, ty)),
                }
            }
        }
    }
}
