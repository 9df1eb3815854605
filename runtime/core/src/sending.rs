//! From checked arguments to the request, by the tables: each argument goes to its place, under the name the
//! vendor gave it.
//!
//! A walk over data, so that pressed code needs no function of its own for any tool.

use crate::{Args, BodyEncoding, HttpMethod, Kind, ListStyle, Param, Place, Request, Secrets, Sent, Wire};
use crate::{Fields, Object};
use serde_json::{Map, Value};

/// How checked arguments become a request.
#[derive(Debug, Clone, Copy)]
pub enum Build {
    /// By the tables, as all pressed tools do.
    Table(&'static Sending),
    /// By a function, in catalogues that are written by hand.
    Function(fn(&mut Args) -> Request),
}

/// What the parameter table of a tool leaves open: all that a vendor sees and a model does not.
#[derive(Debug)]
pub struct Sending {
    /// Header fields of every request.
    pub headers: &'static [(&'static str, &'static str)],
    /// What the body is made of.
    pub body: Body,
    /// How arrays are written in the query string.
    pub lists: ListStyle,
    /// The parameters that are not sent as they are given.
    pub sent: &'static [Sent],
    /// Parameters that are not asked for, because they repeat another.
    pub copies: &'static [Copied],
}

/// What a request carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// Nothing.
    None,
    /// The body parameters, as a JSON object.
    Json,
    /// The body parameters, form-encoded.
    Form,
    /// The one body parameter itself, as JSON.
    Whole,
}

/// A parameter that repeats another.
#[derive(Debug)]
pub struct Copied {
    /// Name of the other one.
    pub from: &'static str,
    /// Where it goes.
    pub place: Place,
    /// The name the vendor uses.
    pub wire: &'static str,
    /// It is sent as text.
    pub as_text: bool,
}

impl Sending {
    /// The request that a tool's struct stands for.
    pub fn of<T: Wire>(
        &self,
        http: HttpMethod,
        path: &'static str,
        params: &'static [Param],
        call: &T,
    ) -> Request {
        let mut fields = Fields::new(Secrets::Shown);
        call.fields(&mut fields);
        self.request(http, path, params, fields.into_map())
    }

    pub(crate) fn request(
        &self,
        http: HttpMethod,
        path: &'static str,
        params: &'static [Param],
        args: Map<String, Value>,
    ) -> Request {
        let mut request = Request::new(http, path, self.headers);
        match self.body {
            Body::None | Body::Whole => {}
            Body::Json => request.object(BodyEncoding::Json),
            Body::Form => request.object(BodyEncoding::Form),
        }
        for (name, mut value) in args {
            let Some(param) = params.iter().find(|param| param.name == name) else { continue };
            for copy in self.copies.iter().filter(|copy| copy.from == name) {
                let copied = if copy.as_text { text(value.clone()) } else { value.clone() };
                self.add(&mut request, copy.place, copy.wire, &param.kind, copied);
            }
            send(&param.kind, &mut value);
            let sent = self.sent.iter().find(|sent| sent.name == name);
            let value = if sent.is_some_and(|sent| sent.as_text) { text(value) } else { value };
            let wire = sent.map_or(param.name, |sent| sent.wire);
            self.add(&mut request, param.place, wire, &param.kind, value);
        }
        request
    }

    fn add(&self, request: &mut Request, place: Place, name: &'static str, kind: &Kind, value: Value) {
        let value = Some(value);
        match place {
            Place::Path => request.add_path(name, value),
            Place::Query if matches!(kind, Kind::List { .. }) => {
                request.add_query_list(name, name, self.lists, value);
            }
            Place::Query => request.add_query(name, value),
            Place::Header => request.add_header(name, value),
            Place::Body if self.body == Body::Whole => request.body = value,
            Place::Body => request.add_field(name, value),
            Place::Paging => {}
        }
    }
}

/// Makes of a value what is sent: fields inside it may have other names for the vendor.
fn send(kind: &Kind, value: &mut Value) {
    match (kind, value) {
        (Kind::List { items, .. }, Value::Array(list)) if is_nested(items) => {
            list.iter_mut().for_each(|item| send(items, item));
        }
        (Kind::Map(values), Value::Object(map)) if is_nested(values) => {
            map.values_mut().for_each(|value| send(values, value));
        }
        (Kind::Object(object), Value::Object(map)) => fields(&[object], map),
        (Kind::Union { tag, variants }, Value::Object(map)) => {
            let word = map.get(*tag).and_then(Value::as_str);
            let chosen = variants.iter().find(|variant| Some(variant.tag) == word);
            if let Some(variant) = chosen {
                fields(&[&variant.object], map);
            }
        }
        // A field means the same in every variant that takes it, so nobody needs to know which one this is.
        (Kind::Adjacent { variants, .. }, Value::Object(map)) => {
            let objects: Vec<_> = variants.iter().map(|variant| &variant.object).collect();
            fields(&objects, map);
        }
        _ => {}
    }
}

const fn is_nested(kind: &Kind) -> bool {
    !matches!(
        kind,
        Kind::Text(_)
            | Kind::Enum(_)
            | Kind::Integer { .. }
            | Kind::Number { .. }
            | Kind::Boolean
            | Kind::Any
    )
}

fn fields(objects: &[&'static Object], map: &mut Map<String, Value>) {
    let nested = |param: &&&Param| is_nested(&param.kind);
    if objects.iter().any(|object| object.fields.iter().any(|param| nested(&&param))) {
        for (name, value) in map.iter_mut() {
            let mut params = objects.iter().flat_map(|object| object.fields);
            if let Some(param) = params.find(|param| param.name == name) {
                send(&param.kind, value);
            }
        }
    }
    if objects.iter().all(|object| object.sent.is_empty()) {
        return;
    }
    for (name, value) in std::mem::take(map) {
        let sent = objects.iter().flat_map(|object| object.sent).find(|sent| sent.name == name);
        let value = if sent.is_some_and(|sent| sent.as_text) { text(value) } else { value };
        // Undocumented fields come last and replace nothing.
        map.entry(sent.map_or(name, |sent| sent.wire.to_owned())).or_insert(value);
    }
}

/// The value as text, for fields that a vendor wants quoted.
fn text(value: Value) -> Value {
    match value {
        Value::Null | Value::String(_) => value,
        other => Value::String(other.to_string()),
    }
}
