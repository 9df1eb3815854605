//! One vendor's module: its types, its tools and its table.

use super::alike::Alike;
use super::constant::{Constant, array, call, list, option, plain, record, text, texts, word};
use super::form::Forms;
use super::table::{Names, Tables};
use super::{Style, docs, entry, tool, types};
use crate::model::{Auth, PromptPart, RateLimit, Vendor, Workflow};
use crate::name::field_name;
use std::collections::BTreeMap;

pub(super) fn vendor(vendor: &Vendor, style: &Style) -> String {
    let mut tables = Tables::new(vendor);
    let names: Vec<_> = vendor.tools.iter().map(|tool| tables.names(tool)).collect();
    let shared = tables.into_text();
    let forms = Forms::new(&style.core);
    let mut items = String::new();
    for (tool, names) in vendor.tools.iter().zip(&names) {
        indented(&tool::structure(vendor, tool, names, style, &forms), &mut items);
    }
    let alike = Alike::new(&vendor.types);
    for def in &vendor.types {
        let item = alike.alias(def).unwrap_or_else(|| types::type_def(def, style, &forms));
        indented(&item, &mut items);
    }
    let table = table(vendor, &names);
    let about = docs::comment(&docs::vendor(vendor), 0);
    let (module, core) = (field_name(&vendor.slug), style.core_path());
    format!(
        "{about}#[allow(clippy::all, clippy::pedantic)]\npub mod {module} {{\n    pub use tables::VENDOR;\n{items}\
         \n    /// What a server reads. No documented name stands here, so short paths mean the core's.\n    \
         mod tables {{\n        use {core}::*;\n{table}{shared}    }}\n}}\n"
    )
}

/// Adds the items of a module. No literal in them goes over several lines.
fn indented(items: &str, to: &mut String) {
    for line in items.lines() {
        if !line.is_empty() {
            to.push_str("    ");
            to.push_str(line);
        }
        to.push('\n');
    }
}

/// The statics that a server reads.
fn table(vendor: &Vendor, names: &[Names]) -> String {
    let optional = |value: &Option<String>| option(value.as_deref().map(text));
    let credentials = vendor.credentials.iter().map(|one| {
        let (name, help, secret) = (text(&one.name), text(&one.help), plain(one.secret));
        record("Credential", [("name", name), ("help", help), ("secret", secret)])
    });
    let methods = methods(vendor).into_iter().map(|(name, words)| call("", [text(name), numbers(words)]));
    let tags = vendor.tags.iter().map(|tag| {
        let mask = mask(vendor, |tool| tool.tags.contains(&tag.name));
        let (name, aliases, description) = (text(&tag.name), texts(&tag.aliases), text(&tag.description));
        record(
            "Tag",
            [("name", name), ("aliases", aliases), ("description", description), ("mask", numbers(mask))],
        )
    });
    let entry = record(
        "Vendor",
        [
            ("slug", text(&vendor.slug)),
            ("label", text(&vendor.label)),
            ("docs", optional(&vendor.docs)),
            ("base_url", optional(&vendor.base_url)),
            ("auth", auth(&vendor.auth)),
            ("credentials", list(credentials)),
            ("error_message", list(vendor.error_message.iter().map(texts))),
            ("rate_limit", option(vendor.rate_limit.as_ref().map(rate_limit))),
            ("errors", tool::advice(vendor, &vendor.errors)),
            ("instructions", entry::sentences(vendor, &vendor.instructions)),
            ("tools", word("&TOOLS")),
            ("workflows", workflows(vendor)),
            ("methods", list(methods)),
            ("tags", list(tags)),
        ],
    );
    let tools = vendor.tools.iter().zip(names).map(|(tool, names)| tool::table(vendor, tool, names));
    let about = format!("{}: how to reach it, and its tools sorted by name.", docs::escape(&vendor.label));
    let mut text = docs::comment(&about, 8);
    text.push_str("        pub static VENDOR: Vendor = ");
    entry.write(&mut text, 8, 36);
    let tools = array(tools);
    text.push_str(&format!(";\n        static TOOLS: [Tool; {}] = ", tools.len()));
    tools.write(&mut text, 8, 40);
    text.push_str(";\n");
    text
}

fn rate_limit(headers: &RateLimit) -> Constant {
    let optional = |value: &Option<String>| option(value.as_deref().map(text));
    let unit = option(headers.unit.map(|unit| word(format!("ResetUnit::{unit}"))));
    let fields = [
        ("limit", optional(&headers.limit)),
        ("remaining", optional(&headers.remaining)),
        ("reset", optional(&headers.reset)),
        ("unit", unit),
        ("used_slash_size", plain(headers.used_slash_size)),
    ];
    record("RateLimitHeaders", fields).by_reference()
}

fn workflows(vendor: &Vendor) -> Constant {
    list(vendor.workflows.iter().map(|workflow: &Workflow| {
        let arguments = workflow.arguments.iter().map(|argument| {
            let (name, description) = (text(&argument.name), text(&argument.description));
            let required = plain(argument.required);
            record("WorkflowArgument", [("name", name), ("description", description), ("required", required)])
        });
        let parts = workflow.text.iter().map(|part| match part {
            PromptPart::Text(words) => call("PromptPart::Text", [text(words)]),
            PromptPart::Argument(name) => call("PromptPart::Argument", [text(name)]),
        });
        let needs = workflow.tools.iter().filter_map(|tool| entry::place(vendor, tool));
        record(
            "Workflow",
            [
                ("name", text(&workflow.name)),
                ("title", text(&workflow.title)),
                ("description", text(&workflow.description)),
                ("arguments", list(arguments)),
                ("text", list(parts)),
                ("needs", list(needs.map(plain))),
            ],
        )
    }))
}

fn auth(auth: &Auth) -> Constant {
    match auth {
        Auth::None => word("Auth::None"),
        Auth::Bearer { credential } => record("Auth::Bearer", [("credential", text(credential))]),
        Auth::Header { name, credential } => {
            record("Auth::Header", [("name", text(name)), ("credential", text(credential))])
        }
        Auth::Basic { username, password } => {
            let password = option(password.as_deref().map(text));
            record("Auth::Basic", [("username", text(username)), ("password", password)])
        }
    }
}

fn numbers(words: Vec<u64>) -> Constant {
    list(words.into_iter().map(plain))
}

/// Which tools have which method, by method name.
fn methods(vendor: &Vendor) -> BTreeMap<&str, Vec<u64>> {
    let names = vendor.tools.iter().map(|tool| tool.method.as_str());
    names.map(|name| (name, mask(vendor, |tool| tool.method == name))).collect()
}

/// A set of tools as bits, in order of their places.
fn mask(vendor: &Vendor, holds: impl Fn(&crate::model::Tool) -> bool) -> Vec<u64> {
    let mut words = vec![0_u64; vendor.tools.len().div_ceil(64)];
    for (place, _) in vendor.tools.iter().enumerate().filter(|(_, tool)| holds(tool)) {
        words[place / 64] |= 1 << (place % 64);
    }
    words
}
