//! One HTTP request to a vendor, before it has a host and credentials.

use crate::check::segment_problem;
use crate::{HttpMethod, Secrets, Wire, wire};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};
use std::fmt;

/// Everything but the unreserved characters of RFC 3986 section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A request below a vendor's base URL.
#[derive(Clone, PartialEq)]
pub struct Request {
    /// Verb.
    pub method: HttpMethod,
    /// Path template, such as `/sinks/{id}`.
    pub template: &'static str,
    /// Values of the placeholders, unencoded.
    pub path: Vec<(&'static str, String)>,
    /// Query parameters in order, unencoded.
    pub query: Vec<(&'static str, String)>,
    /// Header fields; credentials are added by whoever sends the request.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Option<Value>,
    /// How the body is written.
    pub encoding: BodyEncoding,
}

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyEncoding {
    /// `application/json`
    Json,
    /// `application/x-www-form-urlencoded`; nested fields as `a[b]`.
    Form,
}

/// How an array is written in a query string.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListStyle {
    /// `k=a&k=b`
    Repeat,
    /// `k=a,b`
    Comma,
    /// `k[]=a&k[]=b`
    Brackets,
}

/// Why a request has no URL. Checked arguments never lead here; a struct filled by hand can.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetError {
    /// Name of the placeholder.
    pub name: String,
    /// What is wrong with its value.
    pub problem: &'static str,
}

impl fmt::Display for TargetError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.name, self.problem)
    }
}

impl std::error::Error for TargetError {}

impl Request {
    /// A request without parameters.
    pub fn new(method: HttpMethod, template: &'static str, headers: &[(&'static str, &'static str)]) -> Self {
        Self {
            method,
            template,
            path: Vec::new(),
            query: Vec::new(),
            headers: headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect(),
            body: None,
            encoding: BodyEncoding::Json,
        }
    }

    /// Fills a placeholder of the path.
    pub fn path(&mut self, name: &'static str, value: &impl Wire) {
        self.add_path(name, value.value(Secrets::Shown));
    }

    /// Adds a query parameter unless the value is absent.
    pub fn query(&mut self, name: &'static str, value: &impl Wire) {
        self.add_query(name, value.value(Secrets::Shown));
    }

    /// Adds an array to the query string unless it is absent.
    pub fn query_list(
        &mut self,
        name: &'static str,
        brackets: &'static str,
        style: ListStyle,
        value: &impl Wire,
    ) {
        self.add_query_list(name, brackets, style, value.value(Secrets::Shown));
    }

    /// Adds a header field unless the value is absent.
    pub fn header(&mut self, name: &'static str, value: &impl Wire) {
        self.add_header(name, value.value(Secrets::Shown));
    }

    /// Makes the body an object, empty so far.
    pub fn object(&mut self, encoding: BodyEncoding) {
        self.encoding = encoding;
        self.body = Some(Value::Object(Map::new()));
    }

    /// Adds a field to the body unless the value is absent.
    pub fn field(&mut self, name: &str, value: &impl Wire) {
        self.add_field(name, value.value(Secrets::Shown));
    }

    /// Makes the value the whole body.
    pub fn whole(&mut self, value: &impl Wire) {
        self.body = value.value(Secrets::Shown);
    }

    // What is above is compiled for every type it is called with, what is below once.

    #[inline(never)]
    pub(crate) fn add_path(&mut self, name: &'static str, value: Option<Value>) {
        self.path.push((name, value.map(plain).unwrap_or_default()));
    }

    #[inline(never)]
    pub(crate) fn add_query(&mut self, name: &'static str, value: Option<Value>) {
        self.query.extend(value.map(|value| (name, plain(value))));
    }

    #[inline(never)]
    pub(crate) fn add_query_list(
        &mut self,
        name: &'static str,
        brackets: &'static str,
        style: ListStyle,
        value: Option<Value>,
    ) {
        let Some(Value::Array(items)) = value else { return };
        let mut items = items.into_iter().map(plain);
        match style {
            ListStyle::Repeat => self.query.extend(items.map(|item| (name, item))),
            ListStyle::Brackets => self.query.extend(items.map(|item| (brackets, item))),
            ListStyle::Comma => {
                let first = items.next().unwrap_or_default();
                self.query.push((name, items.fold(first, |list, item| list + "," + &item)));
            }
        }
    }

    #[inline(never)]
    pub(crate) fn add_header(&mut self, name: &'static str, value: Option<Value>) {
        self.headers.extend(value.map(|value| (name, plain(value))));
    }

    #[inline(never)]
    pub(crate) fn add_field(&mut self, name: &str, value: Option<Value>) {
        if let Some(Value::Object(body)) = &mut self.body {
            wire::put(body, name, value);
        }
    }

    /// Path and query string, percent-encoded, ready to follow a base URL that has no trailing slash.
    ///
    /// # Errors
    /// If a placeholder has no value, or one that cannot be a path segment (empty, `.`, `..`, control
    /// characters): URL parsers would make another path of it.
    pub fn target(&self) -> Result<String, TargetError> {
        let mut target = String::with_capacity(self.template.len() + 32);
        let mut rest = self.template;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else { break };
            let Some((_, value)) = self.path.iter().find(|(placeholder, _)| *placeholder == name) else {
                return Err(TargetError { name: name.to_owned(), problem: "has no value" });
            };
            if let Some(problem) = segment_problem(value) {
                return Err(TargetError { name: name.to_owned(), problem });
            }
            target.push_str(before);
            target.extend(utf8_percent_encode(value, RESERVED));
            rest = after;
        }
        target.push_str(rest);
        for (place, (name, value)) in self.query.iter().enumerate() {
            target.push(if place == 0 { '?' } else { '&' });
            target.extend(utf8_percent_encode(name, RESERVED));
            target.push('=');
            target.extend(utf8_percent_encode(value, RESERVED));
        }
        Ok(target)
    }

    /// The body as bytes, `None` when there is none.
    pub fn body_bytes(&self) -> Option<Vec<u8>> {
        let body = self.body.as_ref()?;
        Some(match self.encoding {
            BodyEncoding::Json => body.to_string().into_bytes(),
            BodyEncoding::Form => form(body).into_bytes(),
        })
    }
}

/// Names and shapes only: bodies may hold secrets.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names =
            |pairs: &[(&'static str, String)]| pairs.iter().map(|(name, _)| *name).collect::<Vec<_>>();
        f.debug_struct("Request")
            .field("method", &self.method.as_str())
            .field("template", &self.template)
            .field("query", &names(&self.query))
            .field("headers", &names(&self.headers))
            .field("body", &self.body.as_ref().map(|_| "…"))
            .finish()
    }
}

/// A JSON value as the text that stands in a URL or header.
fn plain(value: Value) -> String {
    match value {
        Value::String(text) => text,
        other => other.to_string(),
    }
}

fn form(body: &Value) -> String {
    fn add(name: &str, value: &Value, pairs: &mut Vec<String>) {
        match value {
            Value::Object(fields) => {
                fields.iter().for_each(|(key, value)| add(&format!("{name}[{key}]"), value, pairs));
            }
            Value::Array(items) => items.iter().for_each(|item| add(&format!("{name}[]"), item, pairs)),
            Value::Null => pairs.push(format!("{}=", utf8_percent_encode(name, RESERVED))),
            scalar => {
                let text = plain(scalar.clone());
                let (name, text) =
                    (utf8_percent_encode(name, RESERVED), utf8_percent_encode(&text, RESERVED));
                pairs.push(format!("{name}={text}"));
            }
        }
    }
    let mut pairs = Vec::new();
    if let Value::Object(fields) = body {
        fields.iter().for_each(|(name, value)| add(name, value, &mut pairs));
    }
    pairs.join("&")
}
