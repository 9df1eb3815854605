//! One tool: its struct, its tables and the function between them.

use super::table::{Names, Tables, option};
use super::types::{constructor, fields, identifier, wire};
use super::{Style, docs, entry, example, request};
use crate::model::{Advice, Answer, Effect, Next, Paging, Param, Place, Source, Tool, Vendor};
use proc_macro2::TokenStream;
use quote::quote;

/// The struct a Rust programmer fills.
pub(super) fn structure(vendor: &Vendor, tool: &Tool, sending: &Names, style: &Style) -> TokenStream {
    let core = &style.core;
    let name = identifier(&tool.type_name);
    let mut doc = docs::tool(tool);
    if let Some(example) = example::markdown(vendor, tool, style) {
        doc.push('\n');
        doc.push_str(&example);
    }
    let doc = docs::attribute(&doc);
    let own = tool.params.iter().filter(|param| is_own(param));
    let (definition, new) = if own.clone().next().is_none() {
        (quote! { pub struct #name; }, quote! {})
    } else {
        let fields = fields(own.clone(), core);
        (quote! { pub struct #name { #fields } }, constructor(own.clone(), &TokenStream::new(), core))
    };
    let into_request = request::into_request(tool, sending, core);
    let wire = wire(&name, own, &TokenStream::new(), core);
    quote! {
        #doc
        #[derive(Clone)]
        #definition

        impl #name { #new #into_request }

        #wire
    }
}

/// Paging belongs to whoever sends the request; copies are made of other fields.
fn is_own(param: &Param) -> bool {
    param.place != Place::Paging && param.from.is_none()
}

/// The tool's entry in the vendor's table.
pub(super) fn table(vendor: &Vendor, tool: &Tool, names: &Names) -> TokenStream {
    let Tool { name, title, resource, method, path, idempotent, tags, .. } = tool;
    let verb = request::verb(&tool.verb);
    let effect = match tool.effect {
        Effect::Read => quote! { Read },
        Effect::Write => quote! { Write },
        Effect::Destructive => quote! { Destructive },
    };
    let sending = &names.sending;
    let params = match &names.params {
        Some(params) => quote! { #params },
        None => quote! { &[] },
    };
    let entry = entry::pieces(vendor, tool);
    let special = special(vendor, tool);
    quote! {
        Tool {
            name: #name,
            title: #title,
            resource: #resource,
            method: #method,
            http: HttpMethod::#verb,
            path: #path,
            effect: Effect::#effect,
            idempotent: #idempotent,
            tags: &[#(#tags),*],
            params: #params,
            entry: #entry,
            build: Build::Table(&#sending),
            #special
            ..Tool::PLAIN
        }
    }
}

/// The fields in which a tool is not like most others.
fn special(vendor: &Vendor, tool: &Tool) -> TokenStream {
    let mut fields = TokenStream::new();
    let mut set = |name: &str, value: TokenStream| {
        let name = identifier(name);
        fields.extend(quote! { #name: #value, });
    };
    if !tool.rules.is_empty() {
        set("rules", Tables::rules(&tool.rules));
    }
    if let Some(schema) = &tool.output_schema {
        let schema = entry::literal(&schema.to_string());
        set("output_schema", quote! { Some(#schema) });
    }
    if !matches!(&tool.answer, Answer::One { at } if at.is_empty()) {
        set("answer", answer(&tool.answer));
    }
    if let Some(timeout) = tool.timeout_ms {
        set("timeout_ms", quote! { Some(#timeout) });
    }
    if let Some(wait) = &tool.wait {
        let (param, unit_ms, max_ms) = (&wait.param, wait.unit_ms, wait.max_ms);
        set("wait", quote! { Some(Wait { param: #param, unit_ms: #unit_ms, max_ms: #max_ms }) });
    }
    if !tool.errors.is_empty() {
        set("errors", advice(vendor, &tool.errors));
    }
    if let Some(path) = &tool.failure {
        set("failure", quote! { Some(&[#(#path),*]) });
    }
    if !tool.next.is_empty() {
        set("next", next(vendor, &tool.next));
    }
    fields
}

fn answer(answer: &Answer) -> TokenStream {
    match answer {
        Answer::One { at } => quote! { Answer::One(&[#(#at),*]) },
        Answer::List { records, paging } => {
            let paging = match paging {
                Paging::Whole => quote! { Whole },
                Paging::Sliced => quote! { Sliced },
                Paging::Cursor { param, limit, next } => {
                    let limit = option(limit.as_ref().map(|limit| quote! { #limit }));
                    quote! { Cursor { cursor_param: #param, limit_param: #limit, next: &[#(#next),*] } }
                }
                Paging::Page { param, limit, first } => {
                    quote! { Page { page_param: #param, limit_param: #limit, first: #first } }
                }
                Paging::Offset { param, limit } => {
                    quote! { Offset { offset_param: #param, limit_param: #limit } }
                }
            };
            quote! { Answer::List { records: &[#(#records),*], paging: Paging::#paging } }
        }
    }
}

/// The table of calls that may follow.
fn next(vendor: &Vendor, next: &[Next]) -> TokenStream {
    let links = next.iter().filter_map(|next| {
        let place = entry::place(vendor, &next.tool)?;
        let pass = next.pass.iter().map(|(param, source)| {
            let source = match source {
                Source::Field(path) => quote! { Field(&[#(#path),*]) },
                Source::Argument(name) => quote! { Argument(#name) },
            };
            quote! { (#param, Source::#source) }
        });
        let until = option(next.until.as_ref().map(|(field, values)| {
            let values = values.iter().map(ToString::to_string);
            quote! { (&[#(#field),*], &[#(#values),*]) }
        }));
        Some(quote! { Next { tool: #place, pass: &[#(#pass),*], until: #until } })
    });
    quote! { &[#(#links),*] }
}

/// A table of advice on errors.
pub(super) fn advice(vendor: &Vendor, errors: &[Advice]) -> TokenStream {
    let errors = errors.iter().map(|error| {
        let status = option(error.status.map(|status| quote! { #status }));
        let contains = &error.contains;
        let say = entry::sentences(vendor, std::slice::from_ref(&error.say));
        quote! { ErrorAdvice { status: #status, contains: #contains, say: #say } }
    });
    quote! { &[#(#errors),*] }
}
