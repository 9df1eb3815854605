//! What narrows a schema: words, patterns and bounds, each on the type it is for.

use crate::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::name::type_name;
use crate::source::Spanned;
use crate::source::records::Schema;

pub(super) fn check(schema: &Schema, found: &mut Diagnostics) {
    words(schema, found);
    pattern(schema, found);
    owners(schema, found);
    ranges(schema, found);
}

fn words(schema: &Schema, found: &mut Diagnostics) {
    let Some(words) = &schema.words else { return };
    if schema.ty.as_ref().is_some_and(|ty| ty.value != "string") {
        let message = "only words can be listed in `enum`";
        found.add(Diagnostic::new(Code::EnumType, words.span, message).help("make it `type: string`"));
    }
    if words.value.is_empty() {
        let message = "this `enum` allows nothing";
        found.add(Diagnostic::new(Code::EnumEmpty, words.span, message).help("list its words, or remove it"));
    }
    for (place, word) in words.value.iter().enumerate() {
        let same = |other: &&Spanned<String>| type_name(other.as_str()) == type_name(word.as_str());
        if let Some(first) = words.value[..place].iter().find(same) {
            let message = format!("`{}` and `{}` would be one variant", first.value, word.value);
            found.add(Diagnostic::new(Code::EnumClash, word.span, message).related(first.span, "first here"));
        }
    }
}

fn pattern(schema: &Schema, found: &mut Diagnostics) {
    let Some(pattern) = &schema.pattern else { return };
    if let Err(error) = regex_lite::Regex::new(pattern.as_str()) {
        let message = format!("this pattern cannot be compiled: {error}");
        found.add(Diagnostic::new(Code::Pattern, pattern.span, message));
    }
}

/// Each bound belongs to one type; on another it would never be checked.
fn owners(schema: &Schema, found: &mut Diagnostics) {
    let is = |types: &[&str]| schema.ty.as_ref().is_none_or(|ty| types.contains(&ty.as_str()));
    let groups = [
        (
            "numbers",
            is(&["integer", "number"]),
            [schema.min.as_ref().map(|n| n.span), schema.max.as_ref().map(|n| n.span)],
        ),
        (
            "texts",
            is(&["string"]),
            [schema.min_length.as_ref().map(|n| n.span), schema.max_length.as_ref().map(|n| n.span)],
        ),
        (
            "arrays",
            is(&["array"]),
            [schema.min_items.as_ref().map(|n| n.span), schema.max_items.as_ref().map(|n| n.span)],
        ),
    ];
    for (what, fits, spans) in groups {
        if let (false, Some(span)) = (fits, spans.into_iter().flatten().next()) {
            found.add(Diagnostic::new(Code::ConstraintType, span, format!("this bound is for {what}")));
        }
    }
}

/// Something fits between two bounds.
fn ranges(schema: &Schema, found: &mut Diagnostics) {
    let number = |n: &Option<Spanned<serde_json::Number>>| {
        n.as_ref().and_then(|n| n.value.as_f64()).zip(n.as_ref().map(|n| n.span))
    };
    if let (Some((min, _)), Some((max, span))) = (number(&schema.min), number(&schema.max))
        && min > max
    {
        found.add(Diagnostic::new(Code::Range, span, format!("no number is from {min} to {max}")));
    }
    let sizes = [(&schema.min_length, &schema.max_length), (&schema.min_items, &schema.max_items)];
    for (min, max) in sizes {
        if let (Some(min), Some(max)) = (min, max)
            && min.value > max.value
        {
            found.add(Diagnostic::new(
                Code::Range,
                max.span,
                format!("nothing has {} to {}", min.value, max.value),
            ));
        }
    }
}
