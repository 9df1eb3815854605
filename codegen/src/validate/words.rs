//! Texts a model reads: there, short enough, and free of what people do not see.

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::lower::documented;
use crate::source::Spanned;
use crate::source::records::Vendor;

const LONGEST: usize = 1000;
const FIRST_SENTENCE: usize = 150;
const SHORTEST: usize = 10;

pub(super) fn check(vendor: &Vendor, found: &mut Diagnostics) {
    for method in documented(vendor) {
        let record = method.record;
        let description = &record.description;
        let length = description.value.chars().count();
        let notes: usize = record.notes.iter().map(|note| note.value.chars().count() + 1).sum();
        // An absent one has been reported while reading.
        if (1..SHORTEST).contains(&length) {
            let message = "this description tells a model nothing";
            found.add(
                Diagnostic::error("description", description.span, message).help("say what the call does"),
            );
        }
        if length + notes > LONGEST {
            let message = format!(
                "description and notes have {} characters; {LONGEST} is the most clients take",
                length + notes
            );
            found.add(Diagnostic::error("description-length", description.span, message));
        }
        let first =
            description.value.split_inclusive(". ").next().unwrap_or_default().trim_end().chars().count();
        if first > FIRST_SENTENCE {
            let message = format!("the first sentence has {first} characters; lists show {FIRST_SENTENCE}");
            found.add(Diagnostic::warning("first-sentence", description.span, message));
        }
        [description].into_iter().chain(&record.notes).for_each(|text| hidden(text, found));
    }
    vendor.instructions.iter().for_each(|text| hidden(text, found));
}

/// Characters that steer a model or a terminal without being seen.
pub(super) fn hidden(text: &Spanned<String>, found: &mut Diagnostics) {
    let unseen = |c: &char| {
        matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}'
            | '\u{e0000}'..='\u{e007f}')
            || (c.is_control() && *c != '\n')
    };
    if let Some(c) = text.value.chars().find(unseen) {
        let message = format!("this text holds the invisible character U+{:04X}", u32::from(c));
        found.add(Diagnostic::error("hidden-text", text.span, message).help("remove it"));
    }
}
