//! One tool: its struct, its tables and the function between them.

use super::constant::{Constant, call, list, option, plain, record, text, texts, word};
use super::form::Forms;
use super::table::{Names, rules};
use super::types::{constructor, fields, identifier};
use super::{Style, docs, entry, example, pretty, request};
use crate::model::{Advice, Answer, Effect, Next, Paging, Param, Place, Source, Tool, Vendor, Wait};
use proc_macro2::TokenStream;
use quote::quote;

/// The struct a Rust programmer fills.
pub(super) fn structure(
    vendor: &Vendor,
    tool: &Tool,
    sending: &Names,
    style: &Style,
    forms: &Forms,
) -> String {
    let core = &style.core;
    let name = identifier(&tool.type_name);
    let mut doc = docs::tool(tool);
    if let Some(example) = example::markdown(vendor, tool, style) {
        doc.push('\n');
        doc.push_str(&example);
    }
    let doc = docs::attribute(&doc);
    let own = tool.params.iter().filter(|param| is_own(param));
    let into_request = request::into_request(tool, sending, core);
    let (definition, clone) = if own.clone().next().is_none() {
        let definition = quote! {
            #[derive(Clone)]
            pub struct #name;

            impl #name { #into_request }
        };
        (definition, String::new())
    } else {
        let (fields, new) = (fields(own.clone(), core), constructor(own.clone(), &TokenStream::new(), core));
        let definition = quote! {
            pub struct #name { #fields }

            impl #name { #new #into_request }
        };
        (definition, forms.clone(&tool.type_name, own.clone(), false))
    };
    pretty(quote! { #doc #definition }) + &clone + &forms.wire(&tool.type_name, own, false)
}

/// Paging belongs to whoever sends the request; copies are made of other fields.
fn is_own(param: &Param) -> bool {
    param.place != Place::Paging && param.from.is_none()
}

/// The tool's entry in the vendor's table.
pub(super) fn table(vendor: &Vendor, tool: &Tool, names: &Names) -> Constant {
    let effect = match tool.effect {
        Effect::Read => "Effect::Read",
        Effect::Write => "Effect::Write",
        Effect::Destructive => "Effect::Destructive",
    };
    let common = [
        ("name", text(&tool.name)),
        ("title", text(&tool.title)),
        ("resource", text(&tool.resource)),
        ("method", text(&tool.method)),
        ("http", word(format!("HttpMethod::{}", request::verb(&tool.verb)))),
        ("path", text(&tool.path)),
        ("effect", word(effect)),
        ("idempotent", plain(tool.idempotent)),
        ("tags", texts(&tool.tags)),
        ("params", names.params.as_ref().map_or_else(|| list([]), word)),
        ("entry", entry::pieces(vendor, tool)),
        ("build", call("Build::Table", [word(&names.sending).by_reference()])),
    ];
    record("Tool", common.into_iter().chain(special(vendor, tool)).chain([("", word("..Tool::PLAIN"))]))
}

/// The fields in which a tool is not like most others.
fn special(vendor: &Vendor, tool: &Tool) -> impl Iterator<Item = (&'static str, Constant)> {
    let plain_answer = matches!(&tool.answer, Answer::One { at } if at.is_empty());
    let wait = |wait: &Wait| {
        let (param, unit, max) = (text(&wait.param), plain(wait.unit_ms), plain(wait.max_ms));
        call("Some", [record("Wait", [("param", param), ("unit_ms", unit), ("max_ms", max)])])
    };
    [
        ("rules", (!tool.rules.is_empty()).then(|| rules(&tool.rules))),
        (
            "output_schema",
            tool.output_schema.as_ref().map(|schema| call("Some", [text(&schema.to_string())])),
        ),
        ("answer", (!plain_answer).then(|| answer(&tool.answer))),
        ("timeout_ms", tool.timeout_ms.map(|timeout| call("Some", [plain(timeout)]))),
        ("wait", tool.wait.as_ref().map(wait)),
        ("errors", (!tool.errors.is_empty()).then(|| advice(vendor, &tool.errors))),
        ("failure", tool.failure.as_ref().map(|path| call("Some", [texts(path)]))),
        ("next", (!tool.next.is_empty()).then(|| next(vendor, &tool.next))),
    ]
    .into_iter()
    .filter_map(|(name, value)| Some((name, value?)))
}

fn answer(answer: &Answer) -> Constant {
    let (records, paging) = match answer {
        Answer::One { at } => return call("Answer::One", [texts(at)]),
        Answer::List { records, paging } => (records, paging),
    };
    let paging = match paging {
        Paging::Whole => word("Paging::Whole"),
        Paging::Sliced => word("Paging::Sliced"),
        Paging::Cursor { param, limit, next } => {
            let limit = option(limit.as_deref().map(text));
            let fields = [("cursor_param", text(param)), ("limit_param", limit), ("next", texts(next))];
            record("Paging::Cursor", fields)
        }
        Paging::Page { param, limit, first } => {
            let fields = [("page_param", text(param)), ("limit_param", text(limit)), ("first", plain(first))];
            record("Paging::Page", fields)
        }
        Paging::Offset { param, limit } => {
            record("Paging::Offset", [("offset_param", text(param)), ("limit_param", text(limit))])
        }
    };
    record("Answer::List", [("records", texts(records)), ("paging", paging)])
}

/// The table of calls that may follow.
fn next(vendor: &Vendor, next: &[Next]) -> Constant {
    list(next.iter().filter_map(|next| {
        let place = entry::place(vendor, &next.tool)?;
        let pass = next.pass.iter().map(|(param, source)| {
            let source = match source {
                Source::Field(path) => call("Source::Field", [texts(path)]),
                Source::Argument(name) => call("Source::Argument", [text(name)]),
            };
            call("", [text(param), source])
        });
        let until = next
            .until
            .as_ref()
            .map(|(field, values)| call("", [texts(field), texts(values.iter().map(ToString::to_string))]));
        Some(record("Next", [("tool", plain(place)), ("pass", list(pass)), ("until", option(until))]))
    }))
}

/// A table of advice on errors.
pub(super) fn advice(vendor: &Vendor, errors: &[Advice]) -> Constant {
    list(errors.iter().map(|error| {
        let say = entry::sentences(vendor, std::slice::from_ref(&error.say));
        let status = option(error.status.map(plain));
        record("ErrorAdvice", [("status", status), ("contains", text(&error.contains)), ("say", say)])
    }))
}
