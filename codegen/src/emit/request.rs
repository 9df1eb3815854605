//! How a tool's arguments are sent: the table, and `into_request` of its struct.

use super::constant::{Constant, call, list, plain, record, text, word};
use super::table::Names;
use super::types::identifier;
use crate::model::{Body, Kind, ListStyle, Param, Place, Tool};
use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};

/// `into_request` of a tool's struct.
pub(super) fn into_request(tool: &Tool, names: &Names, core: &TokenStream) -> TokenStream {
    let (verb, path, sending) = (verb(&tool.verb), &tool.path, identifier(&names.sending));
    let params = match &names.params {
        Some(params) => {
            let params = identifier(params);
            quote! { tables::#params }
        }
        None => quote! { &[] },
    };
    quote! {
        /// The HTTP request, to be sent below the vendor's base URL with its credentials.
        #[inline]
        pub fn into_request(self) -> #core::Request {
            tables::#sending.of(#core::HttpMethod::#verb, #path, #params, &self)
        }
    }
}

/// All that a vendor sees of a tool's parameters and a model does not.
pub(super) fn sending(tool: &Tool) -> Constant {
    let headers = tool.headers.iter().map(|(name, value)| call("", [text(name), text(value)]));
    let body = match tool.body {
        Body::None => "Body::None",
        Body::Json => "Body::Json",
        Body::Form => "Body::Form",
        Body::Whole => "Body::Whole",
    };
    let lists = match tool.query_arrays {
        ListStyle::Repeat => "ListStyle::Repeat",
        ListStyle::Comma => "ListStyle::Comma",
        ListStyle::Brackets => "ListStyle::Brackets",
    };
    let sent = sent(&tool.params, |param| {
        let is_list = matches!(param.kind, Kind::List { .. });
        match param.place {
            // The placeholder has the model's name; the vendor never sees it.
            Place::Path | Place::Paging => param.name.clone(),
            Place::Query if is_list && tool.query_arrays == ListStyle::Brackets => {
                format!("{}[]", param.wire_name)
            }
            _ => param.wire_name.clone(),
        }
    });
    let copies = tool.params.iter().filter_map(|copy| {
        let from = tool.params.iter().find(|param| Some(&param.field_name) == copy.from.as_ref())?;
        let wire = if copy.place == Place::Path { &copy.name } else { &copy.wire_name };
        let (from, place, wire) = (text(&from.name), place(copy.place), text(wire));
        let as_text = plain(copy.as_text);
        Some(record("Copied", [("from", from), ("place", place), ("wire", wire), ("as_text", as_text)]))
    });
    record(
        "Sending",
        [
            ("headers", list(headers)),
            ("body", word(body)),
            ("lists", word(lists)),
            ("sent", sent),
            ("copies", list(copies)),
        ],
    )
}

/// The parameters that are not sent as they are given; `wire` tells the vendor's name for each.
pub(super) fn sent(params: &[Param], wire: impl Fn(&Param) -> String) -> Constant {
    list(params.iter().filter(|param| param.from.is_none()).filter_map(|param| {
        let (name, wire, as_text) = (&param.name, wire(param), param.as_text);
        let sent =
            || record("Sent", [("name", text(name)), ("wire", text(&wire)), ("as_text", plain(as_text))]);
        (as_text || wire != *name).then(sent)
    }))
}

/// The variant of the core's `Place`.
pub(super) fn place(place: Place) -> Constant {
    word(match place {
        Place::Path => "Place::Path",
        Place::Query => "Place::Query",
        Place::Header => "Place::Header",
        Place::Body => "Place::Body",
        Place::Paging => "Place::Paging",
    })
}

/// The variant of the core's `HttpMethod`.
pub(super) fn verb(verb: &str) -> Ident {
    format_ident!("{}", crate::name::type_name(&verb.to_ascii_lowercase()))
}
