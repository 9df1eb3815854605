//! Examples must be calls that would be accepted.

use super::value;
use crate::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::lower::{Documented, documented};
use crate::source::Spanned;
use crate::source::records::{Named, Schema, Vendor};
use serde_json::Value as Json;

pub(super) fn check(vendor: &Vendor, found: &mut Diagnostics) {
    if found.has_errors() {
        // References may be dead or without end; those are to be mended first.
        return;
    }
    for method in documented(vendor) {
        for example in &method.record.examples {
            one(vendor, &method, example, found);
        }
    }
}

fn one(vendor: &Vendor, method: &Documented<'_>, example: &Spanned<Json>, found: &mut Diagnostics) {
    let Json::Object(given) = &example.value else { return };
    let params = params(method);
    let mut problems = Vec::new();
    for (name, schema, required) in &params {
        match given.get(name.as_str()) {
            Some(value) => problems.extend(
                value::problem_beside(schema, &vendor.types, value, given)
                    .map(|p| format!("`{}`: {p}", name.value)),
            ),
            None if *required && schema.from.is_none() => {
                problems.push(format!("`{}` is missing", name.value));
            }
            None => {}
        }
    }
    for key in given.keys() {
        let paging = method.method == "list" && matches!(key.as_str(), "limit" | "next_cursor");
        let whole = key == "body" && method.record.body.as_ref().is_some_and(|body| body.schema.is_array());
        if !paging && !whole && !params.iter().any(|(name, ..)| name.value == *key) {
            problems.push(format!("`{key}` is no parameter"));
        }
    }
    if let Some(body) = method.record.body.as_ref().filter(|body| body.schema.is_array()) {
        match given.get("body") {
            Some(value) => problems.extend(value::problem(&body.schema, &vendor.types, value)),
            None => problems.push("`body` is missing".to_owned()),
        }
    }
    for problem in problems {
        let message =
            format!("this example of `{}.{}` would be refused: {problem}", method.resource, method.method);
        found.add(Diagnostic::new(Code::Example, example.span, message));
    }
}

fn params<'d>(method: &Documented<'d>) -> Vec<(&'d Spanned<String>, &'d Schema, bool)> {
    let record = method.record;
    let mut params = Vec::new();
    let mut add = |named: &'d Named<Schema>, names: &[Spanned<String>], always: bool| {
        for (name, schema) in named {
            let flag = schema.required.as_ref().is_some_and(|required| required.value);
            params.push((
                name,
                schema,
                always || flag || names.iter().any(|required| required.value == name.value),
            ));
        }
    };
    add(&record.path, &[], true);
    add(&record.query, &[], false);
    add(&record.header, &[], false);
    if let Some(properties) = record.body.as_ref().and_then(|body| body.schema.properties.as_ref()) {
        let names = record.body.as_ref().map(|body| body.schema.required_names.as_slice());
        add(properties, names.unwrap_or_default(), false);
    }
    params
}
