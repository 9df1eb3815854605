//! One vendor's module: its types, its tools and its table.

use super::table::{Tables, option};
use super::{Style, entry, tool, types};
use crate::model::{Auth, PromptPart, Vendor, Workflow, WorkflowArgument};
use proc_macro2::TokenStream;
use quote::quote;
use std::collections::BTreeMap;

pub(super) fn vendor(vendor: &Vendor, style: &Style) -> TokenStream {
    let core = &style.core;
    let tables = Tables::default();
    let types = vendor.types.iter().map(|def| types::type_def(def, core));
    let names: Vec<_> = vendor.tools.iter().map(|tool| tables.names(tool)).collect();
    let tools = || vendor.tools.iter().zip(&names);
    let structures = tools().map(|(tool, names)| tool::structure(vendor, tool, names, style));
    let entries: Vec<_> = tools().map(|(tool, names)| tool::table(vendor, tool, names)).collect();
    let type_tables: Vec<_> = vendor.types.iter().map(|def| tables.of_type(def)).collect();
    let shared = tables.shared();
    let table = table(vendor, &entries);
    quote! {
        pub use tables::VENDOR;
        #(#structures)*
        #(#types)*

        /// What a server reads. No documented name stands here, so short paths mean the core's.
        mod tables {
            use #core::*;

            #table
            #shared
            #(#type_tables)*
        }
    }
}

fn table(vendor: &Vendor, entries: &[TokenStream]) -> TokenStream {
    let Vendor { slug, label, .. } = vendor;
    let doc = super::docs::attribute(&format!(
        "{}: how to reach it, and its tools sorted by name.",
        super::docs::escape(label)
    ));
    let text = |text: &Option<String>| option(text.as_ref().map(|text| quote! { #text }));
    let (docs, base_url, auth) = (text(&vendor.docs), text(&vendor.base_url), auth(&vendor.auth));
    let credentials = vendor.credentials.iter().map(|credential| {
        let (name, help, secret) = (&credential.name, &credential.help, credential.secret);
        quote! { Credential { name: #name, help: #help, secret: #secret } }
    });
    let error_message = vendor.error_message.iter().map(|path| quote! { &[#(#path),*] });
    let rate_limit = option(vendor.rate_limit.as_ref().map(|headers| {
        let (limit, remaining, reset) =
            (text(&headers.limit), text(&headers.remaining), text(&headers.reset));
        let unit = option(headers.unit.map(|unit| {
            let unit = types::identifier(unit);
            quote! { ResetUnit::#unit }
        }));
        let used_slash_size = headers.used_slash_size;
        quote! {
            &RateLimitHeaders {
                limit: #limit,
                remaining: #remaining,
                reset: #reset,
                unit: #unit,
                used_slash_size: #used_slash_size,
            }
        }
    }));
    let errors = super::tool::advice(vendor, &vendor.errors);
    let instructions = entry::sentences(vendor, &vendor.instructions);
    let methods = methods(vendor).into_iter().map(|(name, words)| quote! { (#name, &[#(#words),*]) });
    let tags = vendor.tags.iter().map(|tag| {
        let (name, aliases, description) = (&tag.name, &tag.aliases, &tag.description);
        let words = mask(vendor, |tool| tool.tags.contains(name));
        quote! {
            Tag { name: #name, aliases: &[#(#aliases),*], description: #description, mask: &[#(#words),*] }
        }
    });
    let workflows = workflows(vendor);
    quote! {
        #doc
        pub static VENDOR: Vendor = Vendor {
            slug: #slug,
            label: #label,
            docs: #docs,
            base_url: #base_url,
            auth: #auth,
            credentials: &[#(#credentials),*],
            error_message: &[#(#error_message),*],
            rate_limit: #rate_limit,
            errors: #errors,
            instructions: #instructions,
            tools: TOOLS,
            workflows: #workflows,
            methods: &[#(#methods),*],
            tags: &[#(#tags),*],
        };

        static TOOLS: &[Tool] = &[#(#entries),*];
    }
}

fn workflows(vendor: &Vendor) -> TokenStream {
    let workflows = vendor.workflows.iter().map(|workflow| {
        let Workflow { name, title, description, .. } = workflow;
        let arguments = workflow.arguments.iter().map(|argument| {
            let WorkflowArgument { name, description, required } = argument;
            quote! { WorkflowArgument { name: #name, description: #description, required: #required } }
        });
        let text = workflow.text.iter().map(|part| match part {
            PromptPart::Text(text) => quote! { PromptPart::Text(#text) },
            PromptPart::Argument(name) => quote! { PromptPart::Argument(#name) },
        });
        let needs = workflow.tools.iter().filter_map(|tool| entry::place(vendor, tool));
        quote! {
            Workflow {
                name: #name,
                title: #title,
                description: #description,
                arguments: &[#(#arguments),*],
                text: &[#(#text),*],
                needs: &[#(#needs),*],
            }
        }
    });
    quote! { &[#(#workflows),*] }
}

fn auth(auth: &Auth) -> TokenStream {
    let auth = match auth {
        Auth::None => quote! { None },
        Auth::Bearer { credential } => quote! { Bearer { credential: #credential } },
        Auth::Header { name, credential } => quote! { Header { name: #name, credential: #credential } },
        Auth::Basic { username, password } => {
            let password = option(password.as_ref().map(|password| quote! { #password }));
            quote! { Basic { username: #username, password: #password } }
        }
    };
    quote! { Auth::#auth }
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
