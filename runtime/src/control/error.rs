//! What the control plane answers when it does not do what it was asked.

use crate::NoRandomness;
use crate::keyring::KeyError;
use crate::store::StoreError;
use axum::Json;
use axum::response::{IntoResponse, Response};
use http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use serde::Serialize;
use utoipa::ToSchema;

/// A refusal: `{"error": {…}}`.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ErrorBody {
    error: ErrorObject,
}

#[derive(Debug, Serialize, ToSchema)]
struct ErrorObject {
    /// A word for programs.
    code: &'static str,
    /// A sentence for people.
    message: String,
    /// Every field that is wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    details: Vec<Detail>,
}

/// One thing wrong with a request.
#[derive(Debug, Serialize, ToSchema, PartialEq, Eq)]
pub(super) struct Detail {
    /// Path of the field, such as `config.tags`; empty for the whole body.
    pub(super) field: String,
    /// What is wrong with it.
    pub(super) problem: String,
    /// What could stand there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) valid: Vec<String>,
    /// What was probably meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) did_you_mean: Option<String>,
}

impl Detail {
    pub(super) fn new(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { field: field.into(), problem: problem.into(), valid: Vec::new(), did_you_mean: None }
    }
}

/// Why a request is refused.
#[derive(Debug)]
pub(super) struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
    details: Vec<Detail>,
    retry_after: Option<u64>,
}

impl ApiError {
    pub(super) fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), details: Vec::new(), retry_after: None }
    }

    /// Fields that are wrong.
    pub(super) fn invalid(details: Vec<Detail>) -> Self {
        Self::refused("invalid_request", details)
    }

    /// Fields that are wrong in a way that programs may want to tell apart.
    pub(super) fn refused(code: &'static str, details: Vec<Detail>) -> Self {
        let named = details.iter().map(|detail| match detail.field.as_str() {
            "" => detail.problem.clone(),
            field => format!("`{field}` {}", detail.problem),
        });
        let message = named.collect::<Vec<_>>().join("; ");
        Self { details, ..Self::new(StatusCode::BAD_REQUEST, code, message) }
    }

    pub(super) fn not_found(what: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", format!("There is no {what} with this id."))
    }

    /// For paths that nothing can have.
    pub(super) fn nothing() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found", "There is nothing at this path.")
    }

    pub(super) fn unauthenticated() -> Self {
        let message = "Send `Authorization: Bearer` with the admin key or an API token of scope `admin`.";
        Self::new(StatusCode::UNAUTHORIZED, "unauthenticated", message)
    }

    pub(super) fn forbidden(message: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", message)
    }

    pub(super) fn too_many(seconds: u64) -> Self {
        let message = format!("Too many wrong keys came from this address. Try again in {seconds} s.");
        let error = Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", message);
        Self { retry_after: Some(seconds), ..error }
    }

    pub(super) fn busy() -> Self {
        let message = "Too many calls are running; nothing was sent. Try again in a second.";
        let error = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message);
        Self { retry_after: Some(1), ..error }
    }

    pub(super) fn stopping() -> Self {
        let message = "The server is about to end. Ask another one.";
        let error = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message);
        Self { retry_after: Some(1), ..error }
    }

    pub(super) fn is_not_found(&self) -> bool {
        self.status == StatusCode::NOT_FOUND
    }

    pub(super) fn internal(problem: &dyn std::fmt::Display) -> Self {
        tracing::error!(%problem, "a request of the control plane failed");
        let message = "Something went wrong here; the log of the server tells what.";
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", message)
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(problem) => {
                tracing::warn!(problem, "the database is not available");
                let message = "The database is not available now; nothing was changed. Try again soon.";
                let error = Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", message);
                Self { retry_after: Some(1), ..error }
            }
            StoreError::Conflict => {
                let message = "Somebody else changed it in the meantime. Read it and try again.";
                Self::new(StatusCode::CONFLICT, "conflict", message)
            }
            StoreError::Orphan => Self::not_found("account"),
            StoreError::Unusable(problem) => Self::internal(&problem),
        }
    }
}

impl From<KeyError> for ApiError {
    fn from(error: KeyError) -> Self {
        Self::internal(&error)
    }
}

impl From<NoRandomness> for ApiError {
    fn from(error: NoRandomness) -> Self {
        Self::internal(&error)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let Self { status, code, message, details, retry_after } = self;
        let body = ErrorBody { error: ErrorObject { code, message, details } };
        let mut response = (status, Json(body)).into_response();
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(RETRY_AFTER, seconds.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            response.headers_mut().insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}
