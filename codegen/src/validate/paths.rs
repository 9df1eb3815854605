//! Path templates and parameters: each placeholder documented, each parameter used, no name twice.

use crate::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::lower::{Documented, documented};
use crate::source::Spanned;
use crate::source::records::{Named, Vendor};

pub(super) fn check(vendor: &Vendor, found: &mut Diagnostics) {
    for method in documented(vendor) {
        shape(&method, found);
        placeholders(&method, found);
        names(&method, found);
        bodies(&method, found);
        flat(&method, found);
        wait(&method, found);
    }
}

/// The placeholders of a template, with their places.
fn placeholders_of(template: &Spanned<String>) -> Vec<Spanned<String>> {
    let mut names = Vec::new();
    let mut offset = 0;
    while let Some(open) = template.value[offset..].find('{').map(|open| open + offset) {
        let Some(close) = template.value[open..].find('}').map(|close| close + open) else { break };
        let name = template.value[open + 1..close].to_owned();
        names.push(Spanned::new(name, template.span.part(open, close + 1 - open)));
        offset = close + 1;
    }
    names
}

fn shape(method: &Documented<'_>, found: &mut Diagnostics) {
    let parts = [&method.resource_record.path, &method.method_record.path];
    for template in parts.into_iter().filter(|template| !template.value.is_empty()) {
        let text = &template.value;
        let balanced = text.matches('{').count() == text.matches('}').count();
        let legal = text.chars().all(|c| c.is_ascii_graphic() && !"?#\\\"<>^`| ".contains(c));
        let dots = text.split('/').any(|segment| matches!(segment, "." | ".."));
        if !text.starts_with('/') || text.ends_with('/') || text.contains("//") || !balanced || !legal || dots
        {
            let message = format!("`{text}` is no path");
            let help = "a path begins with `/`, has no empty segments and no query: `/things/{id}/parts`";
            found.add(Diagnostic::new(Code::Path, template.span, message).help(help));
        }
    }
}

fn placeholders(method: &Documented<'_>, found: &mut Diagnostics) {
    let mut wanted = placeholders_of(&method.resource_record.path);
    wanted.extend(placeholders_of(&method.method_record.path));
    let documented = &method.record.path;
    for (place, placeholder) in wanted.iter().enumerate() {
        if !documented.iter().any(|(name, _)| name.value == placeholder.value) {
            let message = format!(
                "path names `{{{}}}`, but `{}.{}` documents no such parameter",
                placeholder.value, method.resource, method.method
            );
            let names = documented.iter().map(|(name, _)| name.as_str());
            let diagnostic = Diagnostic::new(Code::PathParam, placeholder.span, message)
                .label("needs an entry under `path:`")
                .related(method.record.description.span, "the record")
                .did_you_mean(&placeholder.value, names);
            found.add(diagnostic);
        }
        if let Some(first) = wanted[..place].iter().find(|first| first.value == placeholder.value) {
            let message = format!("`{{{}}}` stands twice in one path", placeholder.value);
            found.add(
                Diagnostic::new(Code::Path, placeholder.span, message).related(first.span, "first here"),
            );
        }
    }
    for (name, _) in documented {
        if !wanted.iter().any(|placeholder| placeholder.value == name.value) {
            let message =
                format!("`{}` is a path parameter, but the path has no `{{{}}}`", name.value, name.value);
            let diagnostic = Diagnostic::new(Code::PathParam, name.span, message)
                .label("not in the path")
                .did_you_mean(&name.value, wanted.iter().map(Spanned::as_str));
            found.add(diagnostic);
        }
    }
}

/// The arguments are one flat object, so no two parameters share a name.
fn names(method: &Documented<'_>, found: &mut Diagnostics) {
    let record = method.record;
    let none = Named::new();
    let body = record.body.as_ref().and_then(|body| body.schema.properties.as_ref()).unwrap_or(&none);
    let mut seen: Vec<(&Spanned<String>, &str)> = Vec::new();
    let places =
        [("path", &record.path), ("query", &record.query), ("header", &record.header), ("body", body)];
    for (place, params) in places {
        for (name, schema) in params {
            if schema.from.is_some() {
                continue;
            }
            if let Some((first, first_place)) = seen.iter().find(|(first, _)| first.value == name.value) {
                let message = format!("`{}` is a {first_place} and a {place} parameter", name.value);
                let help = "rename one of them and keep the vendor's name with `wire_name`";
                found.add(
                    Diagnostic::new(Code::ParamClash, name.span, message)
                        .related(first.span, "first here")
                        .help(help),
                );
            }
            if method.method == "list" && matches!(name.value.as_str(), "limit" | "next_cursor") {
                let message = format!("`{}` of a list is added by the press", name.value);
                let help = "leave it out, tell `paging` how the vendor makes pages, or set `paging: whole`";
                let whole =
                    matches!(method.method_record.paging, Some(crate::source::records::Paging::Whole));
                if !whole {
                    found.add(Diagnostic::new(Code::ParamClash, name.span, message).help(help));
                }
            }
            seen.push((name, place));
        }
    }
    for (name, schema) in places.iter().flat_map(|(_, params)| params.iter()) {
        if let Some(from) = &schema.from
            && !seen.iter().any(|(there, _)| there.value == from.value)
        {
            let message = format!("`{}` is filled from `{}`, which is no parameter", name.value, from.value);
            let names = seen.iter().map(|(name, _)| name.as_str());
            found.add(
                Diagnostic::new(Code::UnknownParam, from.span, message).did_you_mean(&from.value, names),
            );
        }
    }
}

fn bodies(method: &Documented<'_>, found: &mut Diagnostics) {
    let Some(body) = &method.record.body else { return };
    if method.method_record.verb.value == "GET" {
        let message = "a GET request carries no body";
        found.add(
            Diagnostic::new(Code::Body, body.schema.span, message).help("document the fields under `query:`"),
        );
    }
    let is = |ty: &str| body.schema.ty.as_ref().is_some_and(|there| there.value == ty);
    if body.schema.reference.is_some() || !(body.schema.ty.is_none() || is("object") || is("array")) {
        let message = "a body is an object with `properties`, or an array";
        found.add(Diagnostic::new(Code::Body, body.schema.span, message));
    }
}

/// Paths, query strings and headers hold no objects.
fn flat(method: &Documented<'_>, found: &mut Diagnostics) {
    let record = method.record;
    for (place, params) in
        [("path", &record.path), ("query string", &record.query), ("header", &record.header)]
    {
        for (name, schema) in params {
            if schema.ty.as_ref().is_some_and(|ty| ty.value == "object") || schema.properties.is_some() {
                let message = format!("`{}` is an object, which cannot stand in a {place}", name.value);
                found.add(Diagnostic::new(Code::FlatParam, name.span, message));
            }
        }
    }
}

fn wait(method: &Documented<'_>, found: &mut Diagnostics) {
    let Some(wait) = &method.method_record.wait else { return };
    let record = method.record;
    let params = record
        .query
        .iter()
        .chain(record.body.iter().flat_map(|body| body.schema.properties.iter().flatten()));
    let named: Vec<_> = params.collect();
    match named.iter().find(|(name, _)| name.value == wait.param.value) {
        Some((_, schema)) if schema.ty.as_ref().is_some_and(|ty| ty.value == "integer") => {}
        Some(_) => {
            let message = format!("`{}` must be an integer to wait by", wait.param.value);
            found.add(Diagnostic::new(Code::Wait, wait.param.span, message));
        }
        None => {
            let message = format!("`{}` is no query or body parameter", wait.param.value);
            let names = named.iter().map(|(name, _)| name.as_str());
            found.add(
                Diagnostic::new(Code::UnknownParam, wait.param.span, message)
                    .did_you_mean(&wait.param.value, names),
            );
        }
    }
}
