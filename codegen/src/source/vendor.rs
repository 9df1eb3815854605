//! Reads `vendor.yaml`: what the API is made of.

use super::fields::{Fields, text, wrong};
use super::files::Spanned;
use super::record::errors;
use super::records::{Auth, Credential, Method, Named, Paging, RateLimit, Resource, Tag, Vendor, Wait};
use super::yaml::{Data, Node};
use crate::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Reads the vendor file. The records of resource files and types are added by the caller.
pub(super) fn vendor(node: &Node, found: &mut Diagnostics) -> Option<Vendor> {
    let mut fields = Fields::of("a vendor file", node, found)?;
    let label = fields.required_text("label", found);
    if !fields.has("resources") {
        fields.missing("resources", found);
    }
    let vendor = Vendor {
        label: label.unwrap_or_else(|| Spanned::new("unnamed".to_owned(), fields.span)),
        docs: fields.text("docs", found),
        base_url: fields.text("base_url", found),
        auth: fields.take("auth").and_then(|node| auth(node, found)).unwrap_or(Auth::None),
        credentials: each(&mut fields, "credentials", found, credential),
        headers: each(&mut fields, "headers", found, |_, node, found| text(node, found)),
        write_headers: each(&mut fields, "write_headers", found, |_, node, found| text(node, found)),
        error_message: fields.texts("error_message", found).unwrap_or_default(),
        records: fields.text("records", found),
        record: fields.text("record", found),
        failure: fields.text("failure", found),
        paging: fields.take("paging").and_then(|node| paging(node, found)),
        query_arrays: fields.text("query_arrays", found),
        rate_limit: fields.take("rate_limit").and_then(|node| rate_limit(node, found)),
        tags: each(&mut fields, "tags", found, tag),
        instructions: fields.texts("instructions", found).unwrap_or_default(),
        errors: fields.take("errors").map(|node| errors(node, found)).unwrap_or_default(),
        resources: each(&mut fields, "resources", found, resource),
        types: Vec::new(),
        workflows: Vec::new(),
        records_of: Vec::new(),
        files: Vec::new(),
    };
    fields.end(found);
    Some(vendor)
}

/// Reads a mapping with free keys.
fn each<T>(
    fields: &mut Fields<'_>,
    key: &'static str,
    found: &mut Diagnostics,
    read: impl Fn(&Spanned<String>, &Node, &mut Diagnostics) -> Option<T>,
) -> Named<T> {
    let Some(fields) = fields.take(key).and_then(|node| Fields::of(key, node, found)) else {
        return Vec::new();
    };
    fields
        .rest()
        .into_iter()
        .filter_map(|(name, node)| Some((name.clone(), read(name, node, found)?)))
        .collect()
}

fn auth(node: &Node, found: &mut Diagnostics) -> Option<Auth> {
    if matches!(&node.data, Data::Text(text) if text == "none") {
        return Some(Auth::None);
    }
    let mut fields = Fields::of("auth", node, found)?;
    let bearer = fields.text("bearer", found);
    let header = fields.text("header", found);
    let credential = fields.text("credential", found);
    let basic = fields.take("basic").and_then(|node| {
        let mut fields = Fields::of("basic auth", node, found)?;
        let username = fields.required_text("username", found);
        let password = fields.text("password", found);
        fields.end(found);
        Some(Auth::Basic { username: username?, password })
    });
    let span = fields.span;
    fields.end(found);
    match (bearer, header, credential, basic) {
        (Some(credential), None, None, None) => Some(Auth::Bearer(credential)),
        (None, Some(name), Some(credential), None) => Some(Auth::Header { name, credential }),
        (None, None, None, Some(basic)) => Some(basic),
        _ => {
            found.add(
                Diagnostic::new(Code::AuthShape, span, "this tells no single way to prove who asks").help(
                    "`{ bearer: credential }`, `{ header: x-api-key, credential: name }`, \
                 `{ basic: { username: name, password: name } }` or `none`",
                ),
            );
            None
        }
    }
}

fn credential(_: &Spanned<String>, node: &Node, found: &mut Diagnostics) -> Option<Credential> {
    let mut fields = Fields::of("a credential", node, found)?;
    let help = fields.text("help", found);
    let secret = fields.flag("secret", found).is_none_or(|flag| flag.value);
    fields.end(found);
    Some(Credential { help, secret })
}

fn tag(_: &Spanned<String>, node: &Node, found: &mut Diagnostics) -> Option<Tag> {
    let mut fields = Fields::of("a tag", node, found)?;
    let description = fields.text("description", found);
    let aliases = fields.texts("aliases", found).unwrap_or_default();
    fields.end(found);
    Some(Tag { description, aliases })
}

fn rate_limit(node: &Node, found: &mut Diagnostics) -> Option<RateLimit> {
    let mut fields = Fields::of("rate-limit headers", node, found)?;
    let headers = RateLimit {
        limit: fields.text("limit", found),
        remaining: fields.text("remaining", found),
        reset: fields.text("reset", found),
        unit: fields.text("unit", found),
        used_slash_size: fields.flag("used_slash_size", found).is_some_and(|flag| flag.value),
    };
    fields.end(found);
    Some(headers)
}

fn paging(node: &Node, found: &mut Diagnostics) -> Option<Paging> {
    match &node.data {
        Data::Text(word) if word == "whole" => return Some(Paging::Whole),
        Data::Text(word) if word == "sliced" => return Some(Paging::Sliced),
        Data::Map(_) => {}
        _ => {
            found.add(wrong(node, "`sliced`, `whole`, or one of `cursor`, `page`, `offset`"));
            return None;
        }
    }
    let mut fields = Fields::of("paging", node, found)?;
    let cursor = fields.take("cursor").and_then(|node| {
        let mut fields = Fields::of("cursor paging", node, found)?;
        let (param, next) = (fields.required_text("param", found), fields.required_text("next", found));
        let limit = fields.text("limit", found).map(|limit| limit.value);
        fields.end(found);
        Some(Paging::Cursor { param: param?.value, limit, next: next?.value })
    });
    let page = fields.take("page").and_then(|node| {
        let mut fields = Fields::of("page paging", node, found)?;
        let (param, limit) = (fields.required_text("param", found), fields.required_text("limit", found));
        let first = fields.size("first", found).map_or(1, |first| first.value);
        fields.end(found);
        Some(Paging::Page { param: param?.value, limit: limit?.value, first })
    });
    let offset = fields.take("offset").and_then(|node| {
        let mut fields = Fields::of("offset paging", node, found)?;
        let (param, limit) = (fields.required_text("param", found), fields.required_text("limit", found));
        fields.end(found);
        Some(Paging::Offset { param: param?.value, limit: limit?.value })
    });
    fields.end(found);
    cursor.or(page).or(offset)
}

fn resource(name: &Spanned<String>, node: &Node, found: &mut Diagnostics) -> Option<Resource> {
    let mut fields = Fields::of("a resource", node, found)?;
    fields.span = name.span;
    let tags = fields.texts("tags", found).unwrap_or_default();
    let singular = fields.text("singular", found);
    let path = fields.required_text("path", found);
    let methods = each(&mut fields, "methods", found, method);
    fields.end(found);
    Some(Resource { tags, singular, path: path?, methods })
}

fn method(name: &Spanned<String>, node: &Node, found: &mut Diagnostics) -> Option<Method> {
    if let Data::Text(_) = node.data {
        let (verb, path) = http(&text(node, found)?);
        return Some(Method {
            verb,
            path,
            effect: None,
            idempotent: None,
            tags: Vec::new(),
            records: None,
            record: None,
            failure: None,
            paging: None,
            timeout: None,
            wait: None,
        });
    }
    let mut fields = Fields::of("a method", node, found)?;
    fields.span = name.span;
    let http = fields.required_text("http", found).map(|text| http(&text));
    let effect = fields.text("effect", found);
    let idempotent = fields.flag("idempotent", found);
    let tags = fields.texts("tags", found).unwrap_or_default();
    let records = fields.text("records", found);
    let record = fields.text("record", found);
    let failure = fields.text("failure", found);
    let paging = fields.take("paging").and_then(|node| paging(node, found));
    let timeout = fields.text("timeout", found).and_then(|text| duration(&text, found));
    let wait = fields.take("wait").and_then(|node| wait(node, found));
    fields.end(found);
    let (verb, path) = http?;
    Some(Method { verb, path, effect, idempotent, tags, records, record, failure, paging, timeout, wait })
}

/// `GET /{id}` → the verb and what follows it.
fn http(text: &Spanned<String>) -> (Spanned<String>, Spanned<String>) {
    let (verb, path) = text.value.split_once(' ').unwrap_or((&text.value, ""));
    let path = path.trim_start();
    let skip = text.value.len() - path.len();
    (
        Spanned::new(verb.to_owned(), text.span.part(0, verb.len())),
        Spanned::new(
            path.to_owned(),
            if path.is_empty() { text.span } else { text.span.part(skip, path.len()) },
        ),
    )
}

fn wait(node: &Node, found: &mut Diagnostics) -> Option<Wait> {
    let mut fields = Fields::of("long polling", node, found)?;
    let param = fields.required_text("param", found);
    let unit = fields.text("unit", found);
    let max = fields.required_text("max", found).and_then(|text| duration(&text, found));
    fields.end(found);
    let unit_ms = match unit.as_ref().map(|unit| (unit.as_str(), unit.span)) {
        None | Some(("ms", _)) => 1,
        Some(("s", _)) => 1000,
        Some((other, span)) => {
            let message = format!("no unit of time is called `{other}`");
            found.add(Diagnostic::new(Code::UnknownWord, span, message).help("`ms` or `s`"));
            1
        }
    };
    Some(Wait { param: param?, unit_ms, max_ms: max?.value })
}

/// `500ms`, `60s` or `2m`, in milliseconds.
fn duration(text: &Spanned<String>, found: &mut Diagnostics) -> Option<Spanned<u64>> {
    let digits = text.value.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match &text.value[digits.len()..] {
        "ms" => Some(1),
        "s" => Some(1000),
        "m" => Some(60_000),
        _ => None,
    };
    let milliseconds =
        digits.trim().parse::<u64>().ok().zip(factor).and_then(|(n, factor)| n.checked_mul(factor));
    if milliseconds.is_none() {
        let message = format!("`{}` is no duration", text.value);
        found.add(
            Diagnostic::new(Code::Duration, text.span, message).help("write it as `500ms`, `60s` or `2m`"),
        );
    }
    milliseconds.map(|ms| Spanned::new(ms, text.span))
}
