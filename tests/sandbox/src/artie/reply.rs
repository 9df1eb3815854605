//! What the vendor answers: JSON, nothing at all, or `{"error": "…"}` (rules 97 and 99).

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

/// What a route answers, or why it refuses.
pub(crate) type Outcome = Result<Reply, Fault>;

/// An answer; without a body it is empty.
#[derive(Clone, Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Option<Value>,
}

impl Reply {
    pub(crate) fn ok(body: Value) -> Self {
        Self { status: 200, headers: Vec::new(), body: Some(body) }
    }

    /// Done, with nothing to tell.
    pub(crate) fn empty() -> Self {
        Self { status: 204, headers: Vec::new(), body: None }
    }

    /// The verdict of a test: nothing when all is well, otherwise 200 with an `error` (rule 106).
    pub(crate) fn verdict(outcome: Result<(), String>) -> Self {
        outcome.map_or_else(|error| Self::ok(json!({"error": error})), |()| Self::empty())
    }
}

impl IntoResponse for Reply {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut builder = Response::builder().status(status);
        let typed = self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        if self.body.is_some() && !typed {
            builder = builder.header("content-type", "application/json");
        }
        for (name, value) in self.headers {
            builder = builder.header(name, value);
        }
        let text = self.body.map(|body| body.to_string()).unwrap_or_default();
        builder.body(text.into()).unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
    }
}

/// A refusal: a status and its sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) status: u16,
    pub(crate) error: String,
}

impl Fault {
    pub(crate) fn new(status: u16, error: impl Into<String>) -> Self {
        Self { status, error: error.into() }
    }

    /// What was sent is wrong.
    pub(crate) fn bad(error: impl Into<String>) -> Self {
        Self::new(400, error)
    }

    /// The account has no such thing.
    pub(crate) fn missing(noun: &str) -> Self {
        Self::new(404, format!("{noun} not found"))
    }
}

impl From<Fault> for Reply {
    fn from(fault: Fault) -> Self {
        Self { status: fault.status, headers: Vec::new(), body: Some(json!({"error": fault.error})) }
    }
}
