//! The vendor's ways to say no, and the bodies that go with them (rules 6–10).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

/// What a route answers: a JSON body with a status, or a refusal.
pub(crate) type Outcome = Result<Reply, Fault>;

/// A JSON answer.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Value,
}

impl Reply {
    pub(crate) fn ok(body: Value) -> Self {
        Self::new(200, body)
    }

    pub(crate) fn new(status: u16, body: Value) -> Self {
        Self { status, headers: Vec::new(), body }
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut builder = Response::builder().status(status);
        if !self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type")) {
            builder = builder.header("content-type", "application/json; charset=utf-8");
        }
        for (name, value) in self.headers {
            builder = builder.header(name, value);
        }
        builder
            .body(self.body.to_string().into())
            .unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
    }
}

/// A refusal, by the shape of its body.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// An exception or a missing route, answered by the web framework.
    Framework(u16),
    /// A status with one sentence.
    Summary(u16, String),
    /// An entity that is not in the account. What was searched for is never repeated (rule 9).
    NotFound(&'static str),
    /// A domain rule was broken: 422 with a code, which may be null.
    Validation { summary: Option<String>, errors: Value, code: Option<&'static str> },
    /// Fields of a record are wrong: 422 without a code.
    Changeset(Map<String, Value>),
    /// A body of the route's own making.
    Own(u16, Value),
}

impl Fault {
    /// A domain rule told in one sentence.
    pub(crate) fn rule(summary: impl Into<String>) -> Self {
        Self::Validation { summary: Some(summary.into()), errors: json!({}), code: None }
    }

    /// Fields of a record are wrong, but the vendor words it as a domain rule without a sentence (rule 23).
    pub(crate) fn fields(errors: Map<String, Value>) -> Self {
        Self::Validation { summary: None, errors: Value::Object(errors), code: None }
    }

    /// One field of a record is wrong.
    pub(crate) fn field(name: &str, message: &str) -> Self {
        let mut errors = Map::new();
        errors.insert(name.to_owned(), json!([message]));
        Self::Changeset(errors)
    }

    pub(crate) fn bad_request(summary: impl Into<String>) -> Self {
        Self::Summary(400, summary.into())
    }

    /// The sentence the vendor puts into another error when this one caused it.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::Framework(status) => detail(*status).to_owned(),
            Self::Summary(_, summary) => summary.clone(),
            Self::NotFound(entity) => not_found(entity),
            Self::Validation { summary, errors, .. } => {
                let listed = listed(errors);
                format!("{}\n{listed}", summary.as_deref().unwrap_or_default()).trim_end().to_owned()
            }
            Self::Changeset(errors) => listed(&Value::Object(errors.clone())),
            Self::Own(_, body) => body.to_string(),
        }
    }
}

impl From<Fault> for Reply {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Framework(status) => Self::new(status, json!({"errors": {"detail": detail(status)}})),
            Fault::Summary(status, summary) => Self::new(status, json!({"summary": summary})),
            Fault::NotFound(entity) => Self::new(404, json!({"summary": not_found(entity)})),
            Fault::Validation { summary, errors, code } => {
                Self::new(422, json!({"summary": summary, "validation_errors": errors, "code": code}))
            }
            Fault::Changeset(errors) => {
                Self::new(422, json!({"summary": "Validation failed", "validation_errors": errors}))
            }
            Fault::Own(status, body) => Self::new(status, body),
        }
    }
}

fn not_found(entity: &str) -> String {
    format!("Not found: No `{entity}` found matching the provided ID or name")
}

fn detail(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        404 => "Not Found",
        406 => "Not Acceptable",
        413 => "Request Entity Too Large",
        _ => "Internal Server Error",
    }
}

/// `- field: one; two` for each field, a line each.
fn listed(errors: &Value) -> String {
    let Value::Object(fields) = errors else { return String::new() };
    let line = |(name, messages): (&String, &Value)| {
        let messages: Vec<String> = match messages {
            Value::Array(items) => items
                .iter()
                .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
                .collect(),
            other => vec![other.to_string()],
        };
        format!("- {name}: {}", messages.join("; "))
    };
    fields.iter().map(line).collect::<Vec<_>>().join("\n")
}
