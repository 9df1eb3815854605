//! Doc comments, escaped so that rustdoc takes them as text.

use crate::model::{Param, Tool, Vendor};
use proc_macro2::TokenStream;
use quote::quote;

/// One `#[doc]` attribute for each line.
pub(super) fn attribute(text: &str) -> TokenStream {
    let lines =
        text.trim_end().lines().map(|line| if line.is_empty() { String::new() } else { format!(" {line}") });
    quote! { #(#[doc = #lines])* }
}

/// The same as text, indented.
pub(super) fn comment(text: &str, indent: usize) -> String {
    let lines = text.trim_end().lines();
    lines.map(|line| format!("{:indent$}{}\n", "", format!("/// {line}").trim_end())).collect()
}

pub(super) fn vendor(vendor: &Vendor) -> String {
    let docs =
        vendor.docs.as_ref().map(|docs| format!("\n\nVendor's documentation: <{docs}>")).unwrap_or_default();
    format!("Tools of {}.{docs}", escape(&vendor.label))
}

pub(super) fn tool(tool: &Tool) -> String {
    let mut text = escape(&tool.description);
    for note in &tool.notes {
        text.push(' ');
        text.push_str(&escape(&note.text));
    }
    text.push_str(&format!("\n\n`{} {}`, tool `{}`.", tool.verb, tool.path, tool.name));
    if let Some(docs) = &tool.docs {
        text.push_str(&format!("\n\nVendor's documentation: <{docs}>"));
    }
    text
}

pub(super) fn param(param: &Param) -> String {
    let mut text =
        if param.description.is_empty() { format!("`{}`", param.name) } else { escape(&param.description) };
    if let Some(default) = &param.default {
        text.push_str(&format!(" Default: `{default}`."));
    }
    text
}

/// Escapes what Markdown or rustdoc would read as links or tags, outside of code spans.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut in_code = false;
    for c in text.chars() {
        if c == '`' {
            in_code = !in_code;
        } else if !in_code && matches!(c, '[' | ']' | '<' | '>' | '*' | '_') {
            escaped.push('\\');
        }
        escaped.push(if c == '\n' { ' ' } else { c });
    }
    escaped.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn markup_is_escaped_outside_code_only() {
        assert_eq!(escape("a [b] <c> `d[0]`"), "a \\[b\\] \\<c\\> `d[0]`");
        assert_eq!(escape("sink_id\nnext "), "sink\\_id next");
    }
}
