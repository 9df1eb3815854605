//! Tagged unions whose tag stands beside them: it must be there, and its words must be the variants.

use crate::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Spanned;
use crate::source::records::{Map, Named, Schema, Vendor};
use crate::source::resolve::resolve;

pub(super) fn check(vendor: &Vendor, found: &mut Diagnostics) {
    let mut check = Check { types: &vendor.types, found };
    for (_, schema) in &vendor.types {
        check.inside(schema);
    }
    for (_, record) in vendor.records_of.iter().flat_map(|file| &file.records) {
        // Fields of a body are parameters like all others.
        let body = record.body.as_ref().map(|body| &body.schema);
        let params = record.path.iter().chain(&record.query).chain(&record.header);
        let fields = body.iter().flat_map(|body| body.properties.iter().flatten());
        let params: Named<Schema> = params.chain(fields).cloned().collect();
        check.fields(&params);
        if let Some(body) = body.filter(|body| body.is_array()) {
            check.inside(body);
        }
    }
}

struct Check<'d, 'f> {
    types: &'d Named<Schema>,
    found: &'f mut Diagnostics,
}

impl Check<'_, '_> {
    fn inside(&mut self, schema: &Schema) {
        if let Some(properties) = &schema.properties {
            self.fields(properties);
        }
        schema.variants.iter().flatten().for_each(|(_, variant)| self.inside(variant));
        let values = match &schema.map {
            Some(Map::Of(values)) => Some(values.as_ref()),
            _ => None,
        };
        for alone in schema.items.as_deref().into_iter().chain(values) {
            if let Some(tag) = &resolve(alone, self.types).tag_from {
                let message =
                    format!("nothing stands beside this union, so `{}` cannot tell its variant", tag.value);
                let help = "give the object a property for the tag and one for the union";
                self.found.add(Diagnostic::new(Code::DeadTag, alone.span, message).help(help));
            }
            self.inside(alone);
        }
    }

    /// Fields that stand beside each other.
    fn fields(&mut self, fields: &Named<Schema>) {
        for (name, schema) in fields {
            let union = resolve(schema, self.types);
            if let (Some(tag), Some(variants)) = (&union.tag_from, &union.variants) {
                self.tag(name, tag, variants, fields);
            }
            self.inside(schema);
        }
    }

    fn tag(
        &mut self,
        union: &Spanned<String>,
        tag: &Spanned<String>,
        variants: &Named<Schema>,
        fields: &Named<Schema>,
    ) {
        let Some((_, told)) = fields.iter().find(|(name, _)| name.value == tag.value) else {
            let message =
                format!("`{}` is told apart by `{}`, which does not stand beside it", union.value, tag.value);
            let names = fields.iter().map(|(name, _)| name.as_str()).filter(|name| *name != union.value);
            let diagnostic = Diagnostic::new(Code::DeadTag, union.span, message)
                .related(tag.span, "named here")
                .did_you_mean(&tag.value, names);
            self.found.add(diagnostic);
            return;
        };
        let Some(words) = resolve(told, self.types).words.clone() else {
            let message =
                format!("`{}` tells the variants of `{}` apart, but has no `enum`", tag.value, union.value);
            let help = "list the names of the variants as its `enum`";
            self.found.add(
                Diagnostic::new(Code::DeadTag, told.span, message).related(tag.span, "named here").help(help),
            );
            return;
        };
        self.words(tag, variants, &words);
        self.names(variants);
    }

    /// Each word has a variant, and each variant a word.
    fn words(
        &mut self,
        tag: &Spanned<String>,
        variants: &Named<Schema>,
        words: &Spanned<Vec<Spanned<String>>>,
    ) {
        let is_word = |variant: &Spanned<String>| words.value.iter().any(|word| word.value == variant.value);
        for (variant, _) in variants.iter().filter(|(variant, _)| !is_word(variant)) {
            let message = format!("`{}` never is `{}`", tag.value, variant.value);
            let known = words.value.iter().map(|word| word.as_str());
            let diagnostic =
                Diagnostic::new(Code::TagValue, variant.span, message).related(words.span, "its words");
            self.found.add(diagnostic.did_you_mean(&variant.value, known));
        }
        let has_variant = |word: &Spanned<String>| variants.iter().any(|(name, _)| name.value == word.value);
        for word in words.value.iter().filter(|word| !has_variant(word)) {
            let message = format!("no variant says what goes with `{}` `{}`", tag.value, word.value);
            let help =
                format!("add `{0}:` to the variants, or `{0}: {{ open: true }}` if nobody knows", word.value);
            let diagnostic =
                Diagnostic::new(Code::TagValue, word.span, message).related(tag.span, "told apart here");
            self.found.add(diagnostic.help(help));
        }
    }

    /// Pressed into one struct, a key cannot be sent under two names.
    fn names(&mut self, variants: &Named<Schema>) {
        let mut keys: Vec<(&Spanned<String>, String)> = Vec::new();
        for (name, key) in variants.iter().flat_map(|(_, variant)| variant.properties.iter().flatten()) {
            let key = resolve(key, self.types);
            let sent = key.wire_name.as_ref().unwrap_or(name).value.clone();
            match keys.iter().find(|(first, _)| first.value == name.value) {
                Some((first, first_sent)) if *first_sent != sent => {
                    let message = format!(
                        "`{}` is sent as `{sent}` here and as `{first_sent}` in another variant",
                        name.value
                    );
                    let diagnostic =
                        Diagnostic::new(Code::UnionKey, name.span, message).related(first.span, "first here");
                    self.found.add(diagnostic.help("give them two names"));
                }
                Some(_) => {}
                None => keys.push((name, sent)),
            }
        }
    }
}
