//! Parameter tables and rules.

use super::request;
use crate::model::{Kind, Object, Param, Rule, Shape, Tool, TypeDef, Variant};
use crate::name::constant_name;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use std::cell::RefCell;
use std::collections::HashMap;

/// Writes tables, in a module of their own where every name is the core's.
///
/// What many tools have alike is written once: it becomes a static of its own, remembered here.
#[derive(Default)]
pub(super) struct Tables {
    texts: RefCell<Vec<TextRules>>,
    sendings: RefCell<Shared>,
    params: RefCell<Shared>,
}

/// Fewest characters, most characters, pattern.
type TextRules = (u64, Option<u64>, Option<String>);

/// The statics of a tool.
pub(super) struct Names {
    /// None if it takes nothing.
    pub(super) params: Option<Ident>,
    pub(super) sending: Ident,
}

/// Values with the names of their statics, found by their text.
#[derive(Default)]
struct Shared {
    names: HashMap<String, Ident>,
    values: Vec<(Ident, TokenStream)>,
}

impl Shared {
    fn name(&mut self, value: TokenStream, name: impl FnOnce(usize) -> Ident) -> Ident {
        let place = self.values.len();
        self.names
            .entry(value.to_string())
            .or_insert_with(|| {
                let name = name(place);
                self.values.push((name.clone(), value));
                name
            })
            .clone()
    }
}

impl Tables {
    /// The statics that the tables refer to. Patterns are compiled when first used, so they cannot be
    /// constants.
    pub(super) fn shared(&self) -> TokenStream {
        let texts = self.texts.borrow();
        let texts = texts.iter().enumerate().map(|(place, (min, max, pattern))| {
            let name = format_ident!("TEXT_{place}");
            let (min, max) = (count(*min), option(max.map(count)));
            let pattern = option(pattern.as_ref().map(|pattern| quote! { Pattern::new(#pattern) }));
            quote! { static #name: Text = Text { min: #min, max: #max, pattern: #pattern }; }
        });
        let (params, sendings) = (self.params.borrow(), self.sendings.borrow());
        let params = params.values.iter().map(|(name, value)| {
            quote! { pub(super) static #name: &[Param] = #value; }
        });
        let sendings = sendings.values.iter().map(|(name, value)| {
            quote! { pub(super) static #name: Sending = #value; }
        });
        quote! { #(#params)* #(#sendings)* #(#texts)* }
    }

    /// The statics that tell what a tool takes and how it is sent. Parameters that several tools have are
    /// named after the first of them.
    pub(super) fn names(&self, tool: &Tool) -> Names {
        let sending = request::sending(tool);
        let sending = self.sendings.borrow_mut().name(sending, |place| format_ident!("SENDING_{place}"));
        let params = tool.params.iter().any(|param| param.from.is_none()).then(|| {
            let name = format_ident!("{}_PARAMS", constant_name(&tool.field_name));
            let params = self.params(&tool.params);
            self.params.borrow_mut().name(params, |_| name)
        });
        Names { params, sending }
    }

    fn params(&self, params: &[Param]) -> TokenStream {
        let asked = params.iter().filter(|param| param.from.is_none());
        let entries = asked.map(|param| {
            let Param { name, required, nullable, secret, .. } = param;
            let (place, kind) = (request::place(param.place), self.kind(&param.kind));
            quote! {
                Param {
                    name: #name,
                    place: Place::#place,
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
        match kind {
            Kind::Text { min: 0, max: None, pattern: None } => quote! { Kind::Text(&ANY_TEXT) },
            Kind::Text { min, max, pattern } => {
                let wanted = (*min, *max, pattern.clone());
                let mut texts = self.texts.borrow_mut();
                let place = texts.iter().position(|text| *text == wanted).unwrap_or_else(|| {
                    texts.push(wanted);
                    texts.len() - 1
                });
                let name = format_ident!("TEXT_{place}");
                quote! { Kind::Text(&#name) }
            }
            Kind::Enum { words, .. } => quote! { Kind::Enum(&[#(#words),*]) },
            Kind::Integer { min, max } => {
                let (min, max) = (bound(*min, i64::MIN), bound(*max, i64::MAX));
                quote! { Kind::Integer { min: #min, max: #max } }
            }
            Kind::Number { min, max } => {
                let (min, max) =
                    (option(min.map(|min| quote! { #min })), option(max.map(|max| quote! { #max })));
                quote! { Kind::Number { min: #min, max: #max } }
            }
            Kind::Boolean => quote! { Kind::Boolean },
            Kind::List { items, min, max } => {
                let items = self.kind(items);
                let (min, max) = (count(*min), option(max.map(count)));
                quote! { Kind::List { items: &#items, min: #min, max: #max } }
            }
            Kind::Object { ty } => {
                let table = table_name(ty);
                quote! { Kind::Object(&#table) }
            }
            Kind::Union { ty } => {
                let table = table_name(ty);
                quote! { #table }
            }
            Kind::Map { values } => {
                let values = self.kind(values);
                quote! { Kind::Map(&#values) }
            }
            Kind::Any => quote! { Kind::Any },
        }
    }

    fn object(&self, object: &Object) -> TokenStream {
        let (fields, rules, open) = (self.params(&object.fields), Self::rules(&object.rules), object.open);
        let sent = request::sent(&object.fields, |param| param.wire_name.clone());
        quote! { Object { fields: #fields, rules: #rules, open: #open, sent: #sent } }
    }

    /// The table of a type, if it has one.
    pub(super) fn of_type(&self, def: &TypeDef) -> TokenStream {
        match &def.shape {
            Shape::Enum(_) => TokenStream::new(),
            Shape::Object(object) => self.object_static(&def.name, object),
            Shape::Union { tag, adjacent, variants, .. } => {
                let kind = if *adjacent { "Adjacent" } else { "Union" };
                self.union_const(&def.name, kind, tag, variants)
            }
        }
    }

    fn object_static(&self, ty: &str, object: &Object) -> TokenStream {
        let (name, object) = (table_name(ty), self.object(object));
        quote! { static #name: Object = #object; }
    }

    /// The table of a union type; `kind` is the core's word for where its tag stands.
    fn union_const(&self, ty: &str, kind: &str, tag: &str, variants: &[Variant]) -> TokenStream {
        let kind = format_ident!("{kind}");
        let (name, variants_name) = (table_name(ty), format_ident!("{}_VARIANTS", constant_name(ty)));
        let variants = variants.iter().map(|variant| {
            let (word, object) = (&variant.word, self.object(&variant.object));
            quote! { Variant { tag: #word, object: #object } }
        });
        quote! {
            static #variants_name: &[Variant] = &[#(#variants),*];
            const #name: Kind = Kind::#kind { tag: #tag, variants: #variants_name };
        }
    }

    pub(super) fn rules(rules: &[Rule]) -> TokenStream {
        let rules = rules.iter().map(|rule| match rule {
            Rule::ExactlyOneOf(fields) => quote! { Rule::ExactlyOneOf(&[#(#fields),*]) },
            Rule::AtLeastOneOf(fields) => quote! { Rule::AtLeastOneOf(&[#(#fields),*]) },
            Rule::AtMostOneOf(fields) => quote! { Rule::AtMostOneOf(&[#(#fields),*]) },
            Rule::Requires { field, values, fields, say } => quote! {
                Rule::Requires {
                    when: Condition { field: #field, values: &[#(#values),*] },
                    fields: &[#(#fields),*],
                    say: #say,
                }
            },
            Rule::Forbids { field, values, fields, say } => quote! {
                Rule::Forbids {
                    when: Condition { field: #field, values: &[#(#values),*] },
                    fields: &[#(#fields),*],
                    say: #say,
                }
            },
        });
        quote! { &[#(#rules),*] }
    }
}

fn table_name(ty: &str) -> Ident {
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

/// `Some(…)` or `None`, for tables: no documented name stands beside them that could shadow these.
pub(super) fn option(value: Option<TokenStream>) -> TokenStream {
    match value {
        Some(value) => quote! { Some(#value) },
        None => quote! { None },
    }
}
