//! Texts a model reads: there, with a short first sentence, and free of what people do not see.

use crate::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::lower::documented;
use crate::source::Spanned;
use crate::source::records::Vendor;

const FIRST_SENTENCE: usize = 150;
const SHORTEST: usize = 10;

pub(super) fn check(vendor: &Vendor, found: &mut Diagnostics) {
    for method in documented(vendor) {
        let record = method.record;
        let description = &record.description;
        let length = description.value.chars().count();
        // An absent one has been reported while reading.
        if (1..SHORTEST).contains(&length) {
            let message = "this description tells a model nothing";
            found.add(
                Diagnostic::new(Code::Description, description.span, message).help("say what the call does"),
            );
        }
        let first =
            description.value.split_inclusive(". ").next().unwrap_or_default().trim_end().chars().count();
        if first > FIRST_SENTENCE {
            let message = format!("the first sentence has {first} characters; lists show {FIRST_SENTENCE}");
            found.add(Diagnostic::new(Code::FirstSentence, description.span, message));
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
        found.add(Diagnostic::new(Code::HiddenText, text.span, message).help("remove it"));
    }
}
