//! Implementations that differ between types in little more than names.
//!
//! Each is formatted once, with places to fill: reading and formatting the same lines for every type would
//! be most of a press.

use super::pretty;
use crate::model::{Kind, Param};
use proc_macro2::TokenStream;
use quote::quote;

/// The implementations that pressed types have besides their own functions.
///
/// Written out, they cost the compiler less than derives. Everything is `inline`: only crates that use a
/// type compile code for it.
pub(super) struct Forms {
    clone: Form,
    fields: Form,
    /// A struct of nothing has what the trait gives.
    no_fields: Form,
    words: Form,
    debug: Form,
}

/// Formatted text with places for a type's name and for lines of a function.
struct Form(String);

const LINES: &str = "        __lines__!();\n";

impl Form {
    fn new(tokens: TokenStream) -> Self {
        Self(pretty(tokens))
    }

    fn fill(&self, name: &str, lines: &str) -> String {
        self.0.replace("__Name__", name).replacen(LINES, lines, 1)
    }
}

impl Forms {
    pub(super) fn new(core: &TokenStream) -> Self {
        Self {
            clone: Form::new(quote! {
                impl ::core::clone::Clone for __Name__ {
                    #[inline]
                    fn clone(&self) -> Self { __lines__!(); }
                }
            }),
            fields: Form::new(quote! {
                impl #core::Wire for __Name__ {
                    #[inline]
                    fn fields(&self, to: &mut #core::Fields) { __lines__!(); }
                }
            }),
            no_fields: Form::new(quote! {
                impl #core::Wire for __Name__ {}
            }),
            words: Form::new(quote! {
                impl ::core::cmp::Eq for __Name__ {}

                impl #core::Wire for __Name__ {
                    #[inline]
                    fn word(&self) -> ::core::option::Option<&'static str> {
                        ::core::option::Option::Some(self.as_str())
                    }
                }

                impl ::core::fmt::Debug for __Name__ {
                    #[inline]
                    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                        f.write_str(self.as_str())
                    }
                }
            }),
            debug: Form::new(quote! {
                impl ::core::fmt::Debug for __Name__ {
                    #[inline]
                    fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                        #core::debug(self, f)
                    }
                }
            }),
        }
    }

    /// `Clone` of a struct: values that are copied are no calls, which a derive would make of them.
    pub(super) fn clone<'p>(
        &self,
        name: &str,
        params: impl Iterator<Item = &'p Param>,
        open: bool,
    ) -> String {
        let mut lines = "        Self {\n".to_owned();
        for param in params {
            let field = &param.field_name;
            let copied = matches!(param.kind, Kind::Integer { .. } | Kind::Boolean | Kind::Enum { .. });
            let call = if copied && !param.nullable && !param.secret { "" } else { ".clone()" };
            lines.push_str(&format!("            {field}: self.{field}{call},\n"));
        }
        if open {
            lines.push_str("            undocumented: self.undocumented.clone(),\n");
        }
        lines.push_str("        }\n");
        self.clone.fill(name, &lines)
    }

    /// How a struct becomes a JSON object, and its `Debug` form, which is that object.
    pub(super) fn wire<'p>(&self, name: &str, params: impl Iterator<Item = &'p Param>, open: bool) -> String {
        let mut lines = String::new();
        for param in params {
            lines.push_str(&format!("        to.put({:?}, &self.{});\n", param.name, param.field_name));
        }
        if open {
            lines.push_str("        to.extend(&self.undocumented);\n");
        }
        let form = if lines.is_empty() { &self.no_fields } else { &self.fields };
        form.fill(name, &lines) + &self.debug(name)
    }

    /// What an enum of words has beside its words.
    pub(super) fn words(&self, name: &str) -> String {
        self.words.fill(name, "")
    }

    /// `Debug` of whatever becomes JSON.
    pub(super) fn debug(&self, name: &str) -> String {
        self.debug.fill(name, "")
    }
}
