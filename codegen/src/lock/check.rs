//! Documentation against the lock → diagnostics.

use super::{Change, Lock, What};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::lower::documented;
use crate::source::records::Vendor;
use crate::source::{Sources, Span};
use crate::{Code, name, profile};

/// How to say that a change is meant.
const ACKNOWLEDGE: &str =
    "if it is meant, `TOOLPRESS_LOCK=update cargo build` or `cargo toolpress lock` writes the lock anew";

/// Holds what is promised now against the lock; `None` if there is none yet.
pub(crate) fn check(old: Option<&Lock>, new: &Lock, vendors: &[Vendor], found: &mut Diagnostics) {
    let Some(first) = vendors.first() else { return };
    let Some(old) = old else {
        let help = "`TOOLPRESS_LOCK=update cargo build` or `cargo toolpress lock` writes it";
        let message = "there is no lock yet, so a change that breaks callers would go unseen";
        found.add(Diagnostic::new(Code::StaleLock, first.label.span, message).help(help));
        return;
    };
    let changes = old.changes(new);
    let (breaking, harmless): (Vec<_>, Vec<_>) = changes.iter().partition(|change| change.breaking());
    let added = || changes.iter().filter(|change| change.what == What::ToolAdded).map(|c| c.tool.as_str());
    for change in breaking {
        let mut help = ACKNOWLEDGE.to_owned();
        if let (What::ToolRemoved, Some(near)) = (&change.what, name::nearest(&change.tool, added())) {
            help = format!("`{near}` is new; if the tool was renamed, keep its old name; {help}");
        }
        let message = format!("{}, which breaks the lock", sentence(change));
        found.add(Diagnostic::new(Code::BreakingChange, place(change, vendors), message).help(help));
    }
    if let Some(change) = harmless.first() {
        let more = match harmless.len() - 1 {
            0 => String::new(),
            1 => " and one more change".to_owned(),
            more => format!(" and {more} more changes"),
        };
        let message = format!("the lock does not know that {}{more}", sentence(change));
        let help = "`TOOLPRESS_LOCK=update cargo build` or `cargo toolpress lock` takes them over";
        found.add(Diagnostic::new(Code::StaleLock, place(change, vendors), message).help(help));
    }
}

/// The change with the name of its tool.
fn sentence(change: &Change) -> String {
    let of = if change.param.is_some() { ": " } else { " " };
    format!("`{}`{of}{change}", change.tool)
}

/// Where the documentation of what changed stands: the parameter, the record, or the vendor.
fn place(change: &Change, vendors: &[Vendor]) -> Span {
    let vendor = vendors.iter().find(|vendor| name::slug(vendor.label.as_str()) == change.vendor);
    let Some(vendor) = vendor else {
        return vendors.first().map_or_else(|| Sources::start_of(0), |first| first.label.span);
    };
    let Some(method) = documented(vendor).into_iter().find(|m| m.tool(&change.vendor) == change.tool) else {
        return vendor.label.span;
    };
    let path = change.param.as_deref().filter(|_| !matches!(change.what, What::ParamRemoved { .. }));
    profile::place(&steps(path.unwrap_or_default()), vendor, &method)
}

/// `a[].b` → `a`, `[]`, `b`; variants are no step.
fn steps(path: &str) -> Vec<&str> {
    let mut steps = Vec::new();
    for part in path.split('.').filter(|part| !part.is_empty()) {
        let end = part.find(['[', '{', '<']).unwrap_or(part.len());
        steps.push(&part[..end]);
        steps.extend(part[end..].matches("[]").map(|_| profile::ITEMS));
    }
    steps
}
