//! Names that must be one of a kind: vendors, tools, and the Rust types of a vendor.

use crate::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::lower::documented;
use crate::name;
use crate::source::records::Vendor;
use crate::source::{Span, Spanned};
use std::collections::HashMap;

// Cursor leaves out tools whose name has more than 60 characters together with the server's.
const COMFORTABLE: usize = 48;
// What OpenAI and Gemini take.
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
            let (span, tool) = (method.place, method.tool(&slug));
            length(&tool, span, found);
            clash("tool", &mut tools, tool, span, found);
            let words = name::words(method.resource, &method.singular(), method.method);
            clash("Rust type", &mut types, name::type_name(&words), span, found);
        }
        if slug.is_empty() || slug.starts_with(|c: char| c.is_ascii_digit()) {
            let message = format!("`{}` gives no name that tools could carry", vendor.label.value);
            found
                .add(Diagnostic::new(Code::Label, vendor.label.span, message).help("begin it with a letter"));
        }
        for (resource, record) in &vendor.resources {
            let methods = record.methods.iter().map(|(method, _)| method);
            let words = [resource].into_iter().chain(&record.singular).chain(methods);
            words.for_each(|word| snake(word, found));
        }
    }
}

fn clash(what: &str, seen: &mut HashMap<String, Span>, name: String, span: Span, found: &mut Diagnostics) {
    if let Some(first) = seen.get(&name) {
        let message = format!("two {what}s would be called `{name}`");
        found.add(Diagnostic::new(Code::NameClash, span, message).label("second").related(*first, "first"));
        return;
    }
    seen.insert(name, span);
}

fn length(tool: &str, span: Span, found: &mut Diagnostics) {
    let length = tool.len();
    if length > LONGEST {
        let message =
            format!("the tool's name `{tool}` has {length} characters; OpenAI and Gemini take {LONGEST}");
        found.add(Diagnostic::new(Code::NameLength, span, message).help("shorten the resource or method"));
    } else if length > COMFORTABLE {
        let message = format!(
            "the tool's name `{tool}` has {length} characters; Cursor counts the server's in and leaves long ones out"
        );
        found
            .add(Diagnostic::new(Code::LongName, span, message).help(format!("up to {COMFORTABLE} is safe")));
    }
}

fn snake(word: &Spanned<String>, found: &mut Diagnostics) {
    let fits = word.value.starts_with(|c: char| c.is_ascii_lowercase())
        && word.value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if !fits {
        let message = format!("`{}` cannot be part of a tool's name", word.value);
        found.add(Diagnostic::new(Code::Name, word.span, message).help("lower-case letters, digits and `_`"));
    }
}
