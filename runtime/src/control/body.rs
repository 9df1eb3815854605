//! Bodies of requests: JSON objects within bounds.

use super::Control;
use super::error::{ApiError, Detail};
use super::fields::Fields;
use crate::web;
use axum::extract::{FromRequest, Request};
use http::StatusCode;
use toolpress_core::strict;

/// Largest body; nothing of ours needs more.
const LARGEST: usize = 256 << 10;

/// The members of a JSON object that came as a body.
pub(super) struct JsonObject(pub(super) Fields);

impl FromRequest<Control> for JsonObject {
    type Rejection = ApiError;

    async fn from_request(request: Request, control: &Control) -> Result<Self, ApiError> {
        let (head, body) = request.into_parts();
        if !web::is_plain_json(&head.headers) {
            let message = "Send `Content-Type: application/json`, once and without Content-Encoding.";
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(ApiError::new(status, "unsupported_media_type", message));
        }
        let limits = control.limits();
        let largest = limits.request_body.min(LARGEST);
        let body = web::read_body(body, largest, limits.read_timeout).await;
        let body = body.map_err(|(status, message)| {
            let code =
                if status == StatusCode::PAYLOAD_TOO_LARGE { "payload_too_large" } else { "invalid_request" };
            ApiError::new(status, code, message)
        })?;
        let not_json = |problem: String| ApiError::invalid(vec![Detail::new("", problem)]);
        let text = std::str::from_utf8(&body).map_err(|_| not_json("The body is not UTF-8.".to_owned()))?;
        let members = strict::parse_object(text)
            .map_err(|error| not_json(format!("The body cannot be read: {error}.")))?;
        Ok(Self(Fields::new(members)))
    }
}
