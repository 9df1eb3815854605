//! Rust types: structs, enums and tagged unions, and how they become JSON.

use super::form::Forms;
use super::{Style, docs, pretty};
use crate::model::{Kind, Object, Param, Shape, TypeDef, Variant};
use crate::name::type_name;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// A type with its conversions.
pub(super) fn type_def(def: &TypeDef, style: &Style, forms: &Forms) -> String {
    let doc = docs::attribute(&if def.description.is_empty() {
        format!("`{}`", def.name)
    } else {
        docs::escape(&def.description)
    });
    match &def.shape {
        Shape::Enum(words) => word_enum(&def.name, &doc, words) + &forms.words(&def.name),
        Shape::Object(object) => structure(&def.name, &doc, object, style, forms),
        Shape::Union { adjacent: true, variants, keys, .. } => {
            // Which variant it is stands elsewhere, so in Rust it is one struct with the fields of all.
            let object = Object {
                fields: keys.clone(),
                rules: Vec::new(),
                open: variants.iter().any(|variant| variant.object.open),
            };
            structure(&def.name, &doc, &object, style, forms)
        }
        Shape::Union { tag, variants, .. } => union(&def.name, &doc, tag, variants, style, forms),
    }
}

/// The fields of a struct, each with its documentation.
pub(super) fn fields<'p>(params: impl Iterator<Item = &'p Param>, core: &TokenStream) -> TokenStream {
    let fields = params.map(|param| {
        let (name, ty) = (identifier(&param.field_name), field_type(param, core));
        let doc = docs::attribute(&docs::param(param));
        quote! { #doc pub #name: #ty }
    });
    quote! { #(#fields),* }
}

/// `new` takes the required fields and leaves the others out.
pub(super) fn constructor<'p>(
    params: impl Iterator<Item = &'p Param> + Clone,
    more: &TokenStream,
    core: &TokenStream,
) -> TokenStream {
    let takes = params.clone().filter(|param| param.required).map(|param| {
        let (name, ty) = (identifier(&param.field_name), field_type(param, core));
        if takes_into(param) {
            quote! { #name: impl ::core::convert::Into<#ty> }
        } else {
            quote! { #name: #ty }
        }
    });
    let sets = params.map(|param| {
        let name = identifier(&param.field_name);
        match (param.required, takes_into(param)) {
            (true, true) => quote! { #name: #name.into() },
            (true, false) => quote! { #name },
            (false, _) => quote! { #name: ::core::option::Option::None },
        }
    });
    quote! {
        /// Sets the required fields; the others are left out.
        #[inline]
        pub fn new(#(#takes),*) -> Self {
            Self { #(#sets,)* #more }
        }
    }
}

fn takes_into(param: &Param) -> bool {
    matches!(param.kind, Kind::Text { .. }) || param.secret || param.nullable
}

/// The type of a field: optional, nullable and secret on top of what it holds.
fn field_type(param: &Param, core: &TokenStream) -> TokenStream {
    let mut ty = value_type(&param.kind, core);
    if param.secret {
        ty = if matches!(param.kind, Kind::Text { .. }) {
            quote! { #core::Secret }
        } else {
            quote! { #core::Secret<#ty> }
        };
    }
    if param.nullable {
        ty = quote! { #core::Nullable<#ty> };
    }
    if param.required {
        ty
    } else {
        quote! { ::core::option::Option<#ty> }
    }
}

fn value_type(kind: &Kind, core: &TokenStream) -> TokenStream {
    match kind {
        Kind::Text { .. } => quote! { ::std::string::String },
        Kind::Integer { .. } => quote! { i64 },
        Kind::Number { .. } => quote! { #core::json::Number },
        Kind::Boolean => quote! { bool },
        Kind::List { items, .. } => {
            let items = value_type(items, core);
            quote! { ::std::vec::Vec<#items> }
        }
        Kind::Enum { ty, .. } | Kind::Object { ty } | Kind::Union { ty } => {
            let ty = identifier(ty);
            quote! { #ty }
        }
        Kind::Map { values } if **values == Kind::Any => {
            quote! { #core::json::Map<::std::string::String, #core::json::Value> }
        }
        Kind::Map { values } => {
            let values = value_type(values, core);
            quote! { ::std::collections::BTreeMap<::std::string::String, #values> }
        }
        Kind::Any => quote! { #core::json::Value },
    }
}

fn structure(name: &str, doc: &TokenStream, object: &Object, style: &Style, forms: &Forms) -> String {
    let core = &style.core;
    let params = object.fields.iter().filter(|param| param.from.is_none());
    let fields = fields(params.clone(), core);
    let (more_field, more_new) = if object.open {
        (
            quote! {
                , /// Fields beyond the documented ones.
                pub undocumented: #core::json::Map<::std::string::String, #core::json::Value>
            },
            quote! { undocumented: ::core::default::Default::default(), },
        )
    } else {
        Default::default()
    };
    let constructor = constructor(params.clone(), &more_new, core);
    let ident = identifier(name);
    let own = pretty(quote! {
        #doc
        pub struct #ident { #fields #more_field }

        impl #ident { #constructor }
    });
    own + &forms.clone(name, params.clone(), object.open) + &forms.wire(name, params, object.open)
}

fn word_enum(name: &str, doc: &TokenStream, words: &[String]) -> String {
    let name = identifier(name);
    let variants: Vec<_> = words.iter().map(|word| identifier(&type_name(word))).collect();
    let docs = words.iter().map(|word| docs::attribute(&format!("`{word}`")));
    pretty(quote! {
        #doc
        #[derive(Clone, Copy, PartialEq)]
        pub enum #name { #(#docs #variants),* }

        impl #name {
            /// The word on the wire.
            #[inline]
            pub const fn as_str(self) -> &'static str {
                match self { #(Self::#variants => #words),* }
            }
        }
    })
}

fn union(
    name: &str,
    doc: &TokenStream,
    tag: &str,
    variants: &[Variant],
    style: &Style,
    forms: &Forms,
) -> String {
    let core = &style.core;
    let structures = variants.iter().filter(|variant| has_fields(variant)).map(|variant| {
        let told = format!("Fields of the {tag} `{}`.", variant.word);
        structure(&variant.fields_type, &docs::attribute(&told), &variant.object, style, forms)
    });
    let arms = variants.iter().map(|variant| {
        let variant_name = identifier(&variant.type_name);
        let told = if variant.description.is_empty() {
            format!("`{}`", variant.word)
        } else {
            docs::escape(&variant.description)
        };
        let doc = docs::attribute(&told);
        if has_fields(variant) {
            let fields = identifier(&variant.fields_type);
            quote! { #doc #variant_name(#fields) }
        } else {
            quote! { #doc #variant_name }
        }
    });
    let writes = variants.iter().map(|variant| {
        let (variant_name, word) = (identifier(&variant.type_name), &variant.word);
        if has_fields(variant) {
            quote! {
                Self::#variant_name(fields) => {
                    to.put(#tag, #word);
                    #core::Wire::fields(fields, to);
                }
            }
        } else {
            quote! { Self::#variant_name => to.put(#tag, #word), }
        }
    });
    let ident = identifier(name);
    let own = pretty(quote! {
        #doc
        #[derive(Clone)]
        pub enum #ident { #(#arms),* }

        impl #core::Wire for #ident {
            #[inline]
            fn fields(&self, to: &mut #core::Fields) {
                match self { #(#writes)* }
            }
        }
    });
    own + &forms.debug(name) + &structures.collect::<String>()
}

/// Whether a variant has fields beside the tag.
pub(super) fn has_fields(variant: &Variant) -> bool {
    !variant.object.fields.is_empty() || variant.object.open
}

/// An identifier of a name that has gone through `name`.
pub(super) fn identifier(name: &str) -> Ident {
    match name.strip_prefix("r#") {
        Some(keyword) => Ident::new_raw(keyword, proc_macro2::Span::call_site()),
        None => format_ident!("{name}"),
    }
}
