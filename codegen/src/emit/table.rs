//! Parameter tables and rules.

use crate::model::{Kind, Object, Param, Place, Rule, Variant};
use crate::name::constant_name;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use std::cell::RefCell;

/// Writes tables; remembers the text constraints it came across, which become statics of their own.
pub(super) struct Tables<'c> {
    pub(super) core: &'c TokenStream,
    texts: RefCell<Vec<TextRules>>,
}

/// Fewest characters, most characters, pattern.
type TextRules = (u64, Option<u64>, Option<String>);

impl<'c> Tables<'c> {
    pub(super) fn new(core: &'c TokenStream) -> Self {
        Self { core, texts: RefCell::default() }
    }

    /// The statics that the tables refer to. Patterns are compiled when first used, so they cannot be
    /// constants.
    pub(super) fn texts(&self) -> TokenStream {
        let core = self.core;
        let texts = self.texts.borrow();
        let statics = texts.iter().enumerate().map(|(place, (min, max, pattern))| {
            let name = format_ident!("TEXT_{place}");
            let (min, max) = (count(*min), option(max.map(count)));
            let pattern = option(pattern.as_ref().map(|pattern| quote! { #core::Pattern::new(#pattern) }));
            quote! { static #name: #core::Text = #core::Text { min: #min, max: #max, pattern: #pattern }; }
        });
        quote! { #(#statics)* }
    }

    pub(super) fn params(&self, params: &[Param]) -> TokenStream {
        let core = self.core;
        let asked = params.iter().filter(|param| param.from.is_none());
        let entries = asked.map(|param| {
            let Param { name, required, nullable, secret, .. } = param;
            let place = match param.place {
                Place::Path => quote! { Path },
                Place::Query => quote! { Query },
                Place::Header => quote! { Header },
                Place::Body => quote! { Body },
                Place::Paging => quote! { Paging },
            };
            let kind = self.kind(&param.kind);
            quote! {
                #core::Param {
                    name: #name,
                    place: #core::Place::#place,
                    required: #required,
                    nullable: #nullable,
                    secret: #secret,
                    kind: #kind,
                }
            }
        });
        quote! { &[#(#entries),*] }
    }

    fn kind(&self, kind: &Kind) -> TokenStream {
        let core = self.core;
        match kind {
            Kind::Text { min: 0, max: None, pattern: None } => quote! { #core::Kind::Text(&#core::ANY_TEXT) },
            Kind::Text { min, max, pattern } => {
                let wanted = (*min, *max, pattern.clone());
                let mut texts = self.texts.borrow_mut();
                let place = texts.iter().position(|text| *text == wanted).unwrap_or_else(|| {
                    texts.push(wanted);
                    texts.len() - 1
                });
                let name = format_ident!("TEXT_{place}");
                quote! { #core::Kind::Text(&#name) }
            }
            Kind::Enum { words, .. } => quote! { #core::Kind::Enum(&[#(#words),*]) },
            Kind::Integer { min, max } => {
                let (min, max) = (bound(*min, i64::MIN), bound(*max, i64::MAX));
                quote! { #core::Kind::Integer { min: #min, max: #max } }
            }
            Kind::Number { min, max } => {
                let (min, max) =
                    (option(min.map(|min| quote! { #min })), option(max.map(|max| quote! { #max })));
                quote! { #core::Kind::Number { min: #min, max: #max } }
            }
            Kind::Boolean => quote! { #core::Kind::Boolean },
            Kind::List { items, min, max } => {
                let items = self.kind(items);
                let (min, max) = (count(*min), option(max.map(count)));
                quote! { #core::Kind::List { items: &#items, min: #min, max: #max } }
            }
            Kind::Object { ty } => {
                let table = table_name(ty);
                quote! { #core::Kind::Object(&#table) }
            }
            Kind::Union { ty } => {
                let table = table_name(ty);
                quote! { #table }
            }
            Kind::Map { values } => {
                let values = self.kind(values);
                quote! { #core::Kind::Map(&#values) }
            }
            Kind::Any => quote! { #core::Kind::Any },
        }
    }

    pub(super) fn object(&self, object: &Object) -> TokenStream {
        let core = self.core;
        let (fields, rules, open) = (self.params(&object.fields), self.rules(&object.rules), object.open);
        quote! { #core::Object { fields: #fields, rules: #rules, open: #open } }
    }

    /// The table of a struct type.
    pub(super) fn object_static(&self, ty: &str, object: &Object) -> TokenStream {
        let core = self.core;
        let (name, object) = (table_name(ty), self.object(object));
        quote! { static #name: #core::Object = #object; }
    }

    /// The table of a union type; `kind` is the core's word for where its tag stands.
    pub(super) fn union_const(&self, ty: &str, kind: &str, tag: &str, variants: &[Variant]) -> TokenStream {
        let core = self.core;
        let kind = format_ident!("{kind}");
        let (name, variants_name) = (table_name(ty), format_ident!("{}_VARIANTS", constant_name(ty)));
        let variants = variants.iter().map(|variant| {
            let (word, object) = (&variant.word, self.object(&variant.object));
            quote! { #core::Variant { tag: #word, object: #object } }
        });
        quote! {
            static #variants_name: &[#core::Variant] = &[#(#variants),*];
            const #name: #core::Kind = #core::Kind::#kind { tag: #tag, variants: #variants_name };
        }
    }

    pub(super) fn rules(&self, rules: &[Rule]) -> TokenStream {
        let core = self.core;
        let rules = rules.iter().map(|rule| match rule {
            Rule::ExactlyOneOf(fields) => quote! { #core::Rule::ExactlyOneOf(&[#(#fields),*]) },
            Rule::AtLeastOneOf(fields) => quote! { #core::Rule::AtLeastOneOf(&[#(#fields),*]) },
            Rule::AtMostOneOf(fields) => quote! { #core::Rule::AtMostOneOf(&[#(#fields),*]) },
            Rule::Requires { field, values, fields, say } => quote! {
                #core::Rule::Requires {
                    when: #core::Condition { field: #field, values: &[#(#values),*] },
                    fields: &[#(#fields),*],
                    say: #say,
                }
            },
            Rule::Forbids { field, values, fields, say } => quote! {
                #core::Rule::Forbids {
                    when: #core::Condition { field: #field, values: &[#(#values),*] },
                    fields: &[#(#fields),*],
                    say: #say,
                }
            },
        });
        quote! { &[#(#rules),*] }
    }
}

fn table_name(ty: &str) -> proc_macro2::Ident {
    format_ident!("{}_TABLE", constant_name(ty))
}

fn bound(value: i64, open: i64) -> TokenStream {
    if value == open && open == i64::MIN {
        quote! { i64::MIN }
    } else if value == open {
        quote! { i64::MAX }
    } else {
        let value = proc_macro2::Literal::i64_unsuffixed(value);
        quote! { #value }
    }
}

fn count(value: u64) -> TokenStream {
    let value = proc_macro2::Literal::u64_unsuffixed(value);
    quote! { #value }
}

/// `Some(…)` or `None` by full path.
pub(super) fn option(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote! { ::core::option::Option::Some(#value) },
        None => quote! { ::core::option::Option::None },
    }
}
