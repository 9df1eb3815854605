//! One documented method → one tool.

use super::filter::Documented;
use super::prose::Links;
use super::schema::{Types, rules};
use super::{advice, guidance, keys, output};
use crate::model::{Answer, Body, Kind, ListStyle, Paging, Param, Place, Tool, Wait};
use crate::name;
use crate::source::records::{self, Vendor};
use serde_json::json;

/// Page sizes a model may ask for, and what it gets when it does not.
const LARGEST_PAGE: i64 = 1000;
const COMMON_PAGE: i64 = 100;

pub(super) fn tool(
    vendor: &str,
    documented: &Vendor,
    method: &Documented<'_>,
    links: &Links,
    types: &mut Types<'_>,
) -> Tool {
    let record = method.record;
    let words = name::words(method.resource, &method.singular(), method.method);
    let type_name = name::type_name(&words);
    let answer = answer(documented, method);
    let (body, params) = params(&type_name, method, &answer, types);
    let verb = method.method_record.verb.value.clone();
    let description = match &record.deprecated {
        None => record.description.value.clone(),
        Some(instead) => {
            let instead = links.one(instead).map(|prose| prose.text).unwrap_or_default();
            format!("Deprecated. {instead} {}", record.description.value)
        }
    };
    Tool {
        name: method.tool(vendor),
        title: name::title(&words),
        field_name: name::field_name(&words),
        resource: method.resource.to_owned(),
        method: method.method.to_owned(),
        path: format!("{}{}", method.resource_record.path.value, method.method_record.path.value),
        effect: method.effect(),
        idempotent: method
            .method_record
            .idempotent
            .as_ref()
            .map_or(verb != "POST", |idempotent| idempotent.value),
        tags: method.tags(),
        rules: rules(&record.rules),
        description,
        notes: links.all(&record.notes).into_iter().chain(guidance::sentences(record, links)).collect(),
        docs: record.docs.as_ref().or(documented.docs.as_ref()).map(|docs| docs.value.clone()),
        headers: headers(documented, &verb, body),
        query_arrays: match documented.query_arrays.as_ref().map(|style| style.as_str()) {
            Some("comma") => ListStyle::Comma,
            Some("brackets") => ListStyle::Brackets,
            _ => ListStyle::Repeat,
        },
        timeout_ms: method.method_record.timeout.as_ref().map(|timeout| timeout.value),
        wait: method.method_record.wait.as_ref().map(|wait| Wait {
            param: wait.param.value.clone(),
            unit_ms: wait.unit_ms,
            max_ms: wait.max_ms,
        }),
        errors: advice(&record.errors, links),
        failure: method
            .method_record
            .failure
            .as_ref()
            .or(documented.failure.as_ref())
            .map(|path| keys(path.as_str())),
        next: guidance::next(record, links),
        requires: guidance::requires(record, links),
        output_schema: record
            .returns
            .as_ref()
            .map(|returns| output::result(&answer, returns, types.shared())),
        examples: record.examples.iter().map(|example| example.value.clone()).collect(),
        type_name,
        verb,
        params,
        body,
        answer,
    }
}

fn answer(vendor: &Vendor, method: &Documented<'_>) -> Answer {
    let own = method.method_record;
    let path = |own: &Option<_>, common: &Option<_>| {
        own.as_ref()
            .or(common.as_ref())
            .map(|path: &crate::Spanned<String>| keys(path.as_str()))
            .unwrap_or_default()
    };
    if !method.is_list() {
        return Answer::One { at: path(&own.record, &vendor.record) };
    }
    let paging = match own.paging.as_ref().or(vendor.paging.as_ref()) {
        None | Some(records::Paging::Sliced) => Paging::Sliced,
        Some(records::Paging::Whole) => Paging::Whole,
        Some(records::Paging::Cursor { param, limit, next }) => {
            Paging::Cursor { param: param.clone(), limit: limit.clone(), next: keys(next) }
        }
        Some(records::Paging::Page { param, limit, first }) => {
            Paging::Page { param: param.clone(), limit: limit.clone(), first: *first }
        }
        Some(records::Paging::Offset { param, limit }) => {
            Paging::Offset { param: param.clone(), limit: limit.clone() }
        }
    };
    Answer::List { records: path(&own.records, &vendor.records), paging }
}

/// The parameters in order, and what the body is made of.
fn params(
    owner: &str,
    method: &Documented<'_>,
    answer: &Answer,
    types: &mut Types<'_>,
) -> (Body, Vec<Param>) {
    let record = method.record;
    let mut params = types.fields(owner, Place::Path, &record.path, &[]);
    params.extend(types.fields(owner, Place::Query, &record.query, &[]));
    params.extend(types.fields(owner, Place::Header, &record.header, &[]));
    let body = match &record.body {
        None => Body::None,
        Some(body) if body.schema.is_array() => {
            params.push(types.field(owner, Place::Body, "body", &body.schema, true));
            Body::Whole
        }
        Some(body) => {
            let properties = body.schema.properties.clone().unwrap_or_default();
            params.extend(types.fields(owner, Place::Body, &properties, &body.schema.required_names));
            if body.form { Body::Form } else { Body::Json }
        }
    };
    if matches!(answer, Answer::List { paging, .. } if *paging != Paging::Whole) {
        params.extend(paging_params());
    }
    (body, params)
}

/// What every list tool takes, however the vendor makes its pages.
fn paging_params() -> [Param; 2] {
    let param = |name: &str, kind, description: &str, default| Param {
        name: name.to_owned(),
        wire_name: name.to_owned(),
        field_name: name.to_owned(),
        place: Place::Paging,
        required: false,
        nullable: false,
        secret: false,
        brief: false,
        as_text: false,
        from: None,
        kind,
        description: description.to_owned(),
        default,
        format: None,
    };
    let limit = Kind::Integer { min: 1, max: LARGEST_PAGE };
    let cursor = Kind::Text { min: 0, max: None, pattern: None };
    [
        param("limit", limit, "", Some(json!(COMMON_PAGE))),
        param(
            "next_cursor",
            cursor,
            "From the previous page; pass it back exactly as you received it.",
            None,
        ),
    ]
}

/// Headers of the vendor, and those of writing requests; names in lower case.
fn headers(vendor: &Vendor, verb: &str, body: Body) -> Vec<(String, String)> {
    let writes = matches!(verb, "POST" | "PUT" | "PATCH");
    let more = if writes { vendor.write_headers.as_slice() } else { &[] };
    let mut headers: Vec<(String, String)> = Vec::new();
    for (name, value) in vendor.headers.iter().chain(more) {
        let name = name.value.to_ascii_lowercase();
        headers.retain(|(there, _)| *there != name);
        headers.push((name, value.value.clone()));
    }
    let content_type = match body {
        Body::None => None,
        Body::Json | Body::Whole => Some("application/json"),
        Body::Form => Some("application/x-www-form-urlencoded"),
    };
    if let Some(content_type) = content_type {
        let documented = headers.iter().any(|(name, _)| name == "content-type");
        if !documented || body == Body::Form {
            headers.retain(|(name, _)| name != "content-type");
            headers.push(("content-type".to_owned(), content_type.to_owned()));
        }
    }
    headers
}
