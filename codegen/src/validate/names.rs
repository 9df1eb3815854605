//! Names that must be one of a kind: vendors, tools, and the Rust types of a vendor.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::lower::documented;
use crate::name;
use crate::source::records::Vendor;
use crate::source::{Span, Spanned};
use std::collections::HashMap;

/// Some clients count the server's name in; over this many characters a tool may be left out.
const COMFORTABLE: usize = 48;
const LONGEST: usize = 64;

pub(super) fn check(vendors: &[Vendor], found: &mut Diagnostics) {
    let mut slugs: HashMap<String, Span> = HashMap::new();
    let mut tools: HashMap<String, Span> = HashMap::new();
    for vendor in vendors {
        let slug = name::slug(vendor.label.as_str());
        clash("vendor", &mut slugs, slug.clone(), vendor.label.span, found);
        let mut types: HashMap<String, Span> =
            vendor.types.iter().map(|(name, _)| (name::type_name(name.as_str()), name.span)).collect();
        for method in documented(vendor) {
            let (Some(span), tool) = (place(vendor, method.resource, method.method), method.tool(&slug))
            else {
                continue;
            };
            length(&tool, span, found);
            clash("tool", &mut tools, tool, span, found);
            let words = name::words(method.resource, &method.singular(), method.method);
            clash("Rust type", &mut types, name::type_name(&words), span, found);
        }
        if slug.is_empty() || slug.starts_with(|c: char| c.is_ascii_digit()) {
            let message = format!("`{}` gives no name that tools could carry", vendor.label.value);
            found.add(Diagnostic::error("label", vendor.label.span, message).help("begin it with a letter"));
        }
        for (resource, record) in &vendor.resources {
            let methods = record.methods.iter().map(|(method, _)| method);
            [resource].into_iter().chain(methods).for_each(|word| snake(word, found));
        }
    }
}

fn place(vendor: &Vendor, resource: &str, method: &str) -> Option<Span> {
    let (_, resource) = vendor.resources.iter().find(|(name, _)| name.value == resource)?;
    resource.methods.iter().find(|(name, _)| name.value == method).map(|(name, _)| name.span)
}

fn clash(what: &str, seen: &mut HashMap<String, Span>, name: String, span: Span, found: &mut Diagnostics) {
    if let Some(first) = seen.get(&name) {
        let message = format!("two {what}s would be called `{name}`");
        found.add(Diagnostic::error("name-clash", span, message).label("second").related(*first, "first"));
        return;
    }
    seen.insert(name, span);
}

fn length(tool: &str, span: Span, found: &mut Diagnostics) {
    let length = tool.len();
    if length > LONGEST {
        let message =
            format!("the tool's name `{tool}` has {length} characters; {LONGEST} is the most clients take");
        found.add(Diagnostic::error("name-length", span, message).help("shorten the resource or method"));
    } else if length > COMFORTABLE {
        let message =
            format!("the tool's name `{tool}` has {length} characters; some clients count theirs in");
        found.add(
            Diagnostic::warning("name-length", span, message).help(format!("up to {COMFORTABLE} is safe")),
        );
    }
}

fn snake(word: &Spanned<String>, found: &mut Diagnostics) {
    let fits = word.value.starts_with(|c: char| c.is_ascii_lowercase())
        && word.value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !fits {
        let message = format!("`{}` cannot be part of a tool's name", word.value);
        found.add(Diagnostic::error("name", word.span, message).help("lower-case letters, digits and `_`"));
    }
}
