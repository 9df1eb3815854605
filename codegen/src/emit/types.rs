//! Rust types: structs, enums and tagged unions, and how they become JSON.

use super::docs;
use crate::model::{Kind, Object, Param, Shape, TypeDef, Variant};
use crate::name::type_name;
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// A type with its conversions.
pub(super) fn type_def(def: &TypeDef, core: &TokenStream) -> TokenStream {
    let name = identifier(&def.name);
    let doc = docs::attribute(&if def.description.is_empty() {
        format!("`{}`", def.name)
    } else {
        docs::escape(&def.description)
    });
    match &def.shape {
        Shape::Enum(words) => word_enum(&name, &doc, words, core),
        Shape::Object(object) => structure(&name, &doc, object, core),
        Shape::Union { adjacent: true, variants, keys, .. } => {
            // Which variant it is stands elsewhere, so in Rust it is one struct with the fields of all.
            let object = Object {
                fields: keys.clone(),
                rules: Vec::new(),
                open: variants.iter().any(|variant| variant.object.open),
            };
            structure(&name, &doc, &object, core)
        }
        Shape::Union { tag, variants, .. } => union(&name, &doc, tag, variants, core),
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

fn structure(name: &Ident, doc: &TokenStream, object: &Object, core: &TokenStream) -> TokenStream {
    let params = object.fields.iter().filter(|param| param.from.is_none());
    let fields = fields(params.clone(), core);
    let (more_field, more_new, more_clone, more_put) = if object.open {
        (
            quote! {
                , /// Fields beyond the documented ones.
                pub undocumented: #core::json::Map<::std::string::String, #core::json::Value>
            },
            quote! { undocumented: ::core::default::Default::default(), },
            quote! { undocumented: self.undocumented.clone(), },
            quote! { to.extend(&self.undocumented); },
        )
    } else {
        Default::default()
    };
    let constructor = constructor(params.clone(), &more_new, core);
    let clone = clone(name, params.clone(), &more_clone);
    let wire = wire(name, params, &more_put, core);
    quote! {
        #doc
        pub struct #name { #fields #more_field }

        impl #name { #constructor }

        #clone

        #wire
    }
}

/// `Clone`: values that are copied are no calls, which a derive would make of them.
pub(super) fn clone<'p>(
    name: &Ident,
    params: impl Iterator<Item = &'p Param>,
    more: &TokenStream,
) -> TokenStream {
    let fields = params.map(|param| {
        let name = identifier(&param.field_name);
        let copied = matches!(param.kind, Kind::Integer { .. } | Kind::Boolean | Kind::Enum { .. });
        if copied && !param.nullable && !param.secret {
            quote! { #name: self.#name, }
        } else {
            quote! { #name: self.#name.clone(), }
        }
    });
    quote! {
        impl ::core::clone::Clone for #name {
            #[inline]
            fn clone(&self) -> Self {
                Self { #(#fields)* #more }
            }
        }
    }
}

/// How a struct becomes a JSON object, and its `Debug` form, which is that object.
///
/// Written out, these cost the compiler less than derives. Everything is `inline`: only
/// crates that use a type compile code for it.
pub(super) fn wire<'p>(
    name: &Ident,
    params: impl Iterator<Item = &'p Param>,
    more: &TokenStream,
    core: &TokenStream,
) -> TokenStream {
    let puts = params.map(|param| {
        let (field, key) = (identifier(&param.field_name), &param.name);
        quote! { to.put(#key, &self.#field); }
    });
    let body = quote! { #(#puts)* #more };
    // A struct of nothing has what the trait gives.
    let fields = (!body.is_empty()).then(|| {
        quote! {
            #[inline]
            fn fields(&self, to: &mut #core::Fields) { #body }
        }
    });
    let debug = debug(name, core);
    quote! {
        impl #core::Wire for #name { #fields }

        #debug
    }
}

fn debug(name: &Ident, core: &TokenStream) -> TokenStream {
    quote! {
        impl ::core::fmt::Debug for #name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                #core::debug(self, f)
            }
        }
    }
}

fn word_enum(name: &Ident, doc: &TokenStream, words: &[String], core: &TokenStream) -> TokenStream {
    let variants: Vec<_> = words.iter().map(|word| identifier(&type_name(word))).collect();
    let docs = words.iter().map(|word| docs::attribute(&format!("`{word}`")));
    quote! {
        #doc
        #[derive(Clone, Copy, PartialEq)]
        pub enum #name { #(#docs #variants),* }

        impl ::core::cmp::Eq for #name {}

        impl #name {
            /// The word on the wire.
            #[inline]
            pub const fn as_str(self) -> &'static str {
                match self { #(Self::#variants => #words),* }
            }
        }

        impl #core::Wire for #name {
            #[inline]
            fn word(&self) -> ::core::option::Option<&'static str> {
                ::core::option::Option::Some(self.as_str())
            }
        }

        impl ::core::fmt::Debug for #name {
            #[inline]
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(self.as_str())
            }
        }
    }
}

fn union(
    name: &Ident,
    doc: &TokenStream,
    tag: &str,
    variants: &[Variant],
    core: &TokenStream,
) -> TokenStream {
    let structures = variants.iter().filter(|variant| has_fields(variant)).map(|variant| {
        let told = format!("Fields of the {tag} `{}`.", variant.word);
        structure(&identifier(&variant.fields_type), &docs::attribute(&told), &variant.object, core)
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
    let debug = debug(name, core);
    quote! {
        #doc
        #[derive(Clone)]
        pub enum #name { #(#arms),* }

        impl #core::Wire for #name {
            #[inline]
            fn fields(&self, to: &mut #core::Fields) {
                match self { #(#writes)* }
            }
        }

        #debug

        #(#structures)*
    }
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
