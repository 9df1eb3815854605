//! Links between tools: `{resource.method}` must lead somewhere.

use crate::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::lower::{Part, documented, parts};
use crate::source::Spanned;
use crate::source::records::{Advice, Vendor};

pub(super) fn check(vendor: &Vendor, found: &mut Diagnostics) {
    let methods = documented(vendor);
    let targets: Vec<String> = methods.iter().map(|m| format!("{}.{}", m.resource, m.method)).collect();
    texts(&vendor.instructions, &targets, found);
    advice(&vendor.errors, &targets, found);
    for method in &methods {
        let record = method.record;
        texts(&record.notes, &targets, found);
        texts(record.deprecated.as_slice(), &targets, found);
        advice(&record.errors, &targets, found);
        if let Some(Part::Link(link, _)) =
            parts(record.description.as_str()).into_iter().find(|part| matches!(part, Part::Link(..)))
        {
            let message = format!("a description cannot mention another tool: `{{{link}}}`");
            let help = "move the sentence to `notes:`, where it vanishes when that tool is filtered out";
            found.add(Diagnostic::new(Code::LinkPlace, record.description.span, message).help(help));
        }
    }
}

fn advice(advice: &[Advice], targets: &[String], found: &mut Diagnostics) {
    for advice in advice {
        texts(std::slice::from_ref(&advice.say), targets, found);
        // A 200 can be an error where `failure` is declared.
        if let Some(status) = advice.status.as_ref().filter(|status| !(200..=599).contains(&status.value)) {
            let message = format!("{} is no status of an answer", status.value);
            found.add(Diagnostic::new(Code::Status, status.span, message).help("200 to 599"));
        }
    }
}

fn texts(texts: &[Spanned<String>], targets: &[String], found: &mut Diagnostics) {
    for text in texts {
        for part in parts(text.as_str()) {
            let Part::Link(link, at) = part else { continue };
            if targets.iter().any(|target| target == link) {
                continue;
            }
            // A quote or block marker may stand between the place of the text and its first letter, so the
            // link's own place is only near; the label names it.
            let span = text.span.part(at, link.len() + 2);
            let diagnostic =
                Diagnostic::new(Code::DeadLink, span, format!("no tool is documented as `{link}`"))
                    .label(format!("`{{{link}}}` leads nowhere"))
                    .did_you_mean(link, targets.iter().map(String::as_str));
            found.add(diagnostic);
        }
    }
}
