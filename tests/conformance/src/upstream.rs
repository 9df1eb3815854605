//! The API behind the fixture tools: one route for each kind of answer.

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::time::Duration;
use tokio::time::sleep;

/// Several times the interval between two signs of life, and shorter than the suite's patience.
const A_WHILE: Duration = Duration::from_millis(300);

/// One red pixel.
const PIXEL: &[u8] = b"\x89PNG\r\n\x1a\n\
    \0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0\x90wS\xde\
    \0\0\0\x0cIDATx\xdac\xf8\xcf\xc0\0\0\x03\x01\x01\0\xf7\x03AC\
    \0\0\0\0IEND\xaeB`\x82";

/// Eight samples of silence: PCM, one channel, 8000 per second, 16 bits each.
const SILENCE: &[u8] = b"RIFF\x34\0\0\0WAVE\
    fmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0\
    data\x10\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";

/// An empty ZIP archive, with a comment that is not UTF-8.
const ARCHIVE: &[u8] = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\xff";

/// All routes.
pub(crate) fn router() -> Router {
    Router::new()
        .route("/text", get("This is a simple text."))
        .route("/image", get(([(CONTENT_TYPE, "image/png")], PIXEL)))
        .route("/audio", get(([(CONTENT_TYPE, "audio/wav")], SILENCE)))
        .route("/document", get(([(CONTENT_TYPE, "application/zip")], ARCHIVE)))
        .route("/parts", get(parts))
        .route("/refusal", get(refusal))
        .route("/slow/{what}", get(slow))
}

async fn refusal() -> Response {
    let body = r#"{"message":"This is refused on purpose."}"#;
    (StatusCode::UNPROCESSABLE_ENTITY, [(CONTENT_TYPE, "application/json")], body).into_response()
}

async fn slow() -> &'static str {
    sleep(A_WHILE).await;
    "This took a while."
}

async fn parts() -> Response {
    let parts: [(&str, &[u8]); 3] = [
        ("text/plain", b"A picture and an archive follow."),
        ("image/png", PIXEL),
        ("application/zip", ARCHIVE),
    ];
    let mut body = Vec::new();
    for (media, bytes) in parts {
        body.extend_from_slice(format!("--part\r\nContent-Type: {media}\r\n\r\n").as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(b"--part--\r\n");
    ([(CONTENT_TYPE, "multipart/mixed; boundary=part")], body).into_response()
}
