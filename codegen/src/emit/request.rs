//! The request that a tool's struct stands for.

use super::types::{identifier, sent};
use crate::model::{Body, Kind, ListStyle, Param, Place, Tool};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// `into_request` of a tool's struct.
pub(super) fn into_request(tool: &Tool, core: &TokenStream) -> TokenStream {
    let (verb, path) = (verb(&tool.verb), &tool.path);
    let headers = tool.headers.iter().map(|(name, value)| quote! { (#name, #value) });
    let copies = tool.params.iter().filter_map(|param| {
        let (copy, from) = (copy_of(param), identifier(param.from.as_deref()?));
        Some(quote! { let #copy = self.#from.clone(); })
    });
    let body = match tool.body {
        Body::None | Body::Whole => quote! {},
        Body::Json => quote! { request.object(#core::BodyEncoding::Json); },
        Body::Form => quote! { request.object(#core::BodyEncoding::Form); },
    };
    let parts = tool.params.iter().map(|param| part(tool, param, core));
    quote! {
        /// The HTTP request, to be sent below the vendor's base URL with its credentials.
        pub fn into_request(self) -> #core::Request {
            #(#copies)*
            #[allow(unused_mut)]
            let mut request = #core::Request::new(#core::HttpMethod::#verb, #path, &[#(#headers),*]);
            #body
            #(#parts)*
            request
        }
    }
}

fn part(tool: &Tool, param: &Param, core: &TokenStream) -> TokenStream {
    let wire_name = &param.wire_name;
    let value = if param.from.is_some() {
        let copy = copy_of(param);
        quote! { #copy }
    } else {
        let field = identifier(&param.field_name);
        quote! { self.#field }
    };
    let value = sent(param, value, core);
    match param.place {
        // The placeholder has the model's name; the vendor never sees it.
        Place::Path => {
            let name = &param.name;
            quote! { request.path(#name, #value); }
        }
        Place::Query if matches!(param.kind, Kind::List { .. }) => {
            let style = match tool.query_arrays {
                ListStyle::Repeat => quote! { Repeat },
                ListStyle::Comma => quote! { Comma },
                ListStyle::Brackets => quote! { Brackets },
            };
            let brackets = format!("{wire_name}[]");
            quote! { request.query_list(#wire_name, #brackets, #core::ListStyle::#style, #value); }
        }
        Place::Query => quote! { request.query(#wire_name, #value); },
        Place::Header => quote! { request.header(#wire_name, #value); },
        Place::Body if tool.body == Body::Whole => quote! { request.whole(#value); },
        Place::Body => quote! { request.field(#wire_name, #value); },
        Place::Paging => quote! {},
    }
}

fn copy_of(param: &Param) -> Ident {
    format_ident!("copy_of_{}", param.field_name.trim_start_matches("r#"))
}

/// The variant of the core's `HttpMethod`.
pub(super) fn verb(verb: &str) -> Ident {
    format_ident!("{}", crate::name::type_name(&verb.to_ascii_lowercase()))
}
