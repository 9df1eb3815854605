//! HTTP as every part of the server needs it: who may speak to us, how much, how fast.

mod guard;
mod listen;
mod open_files;
mod pack;
mod patience;
mod stopping;

pub(crate) use guard::behind;
pub use guard::{BadOrigin, Front};
pub(crate) use listen::serve_counted;
pub use listen::{Connections, Peer, serve};
pub use open_files::raise_open_files;
pub(crate) use pack::{Packed, gzip};
pub use stopping::Stopping;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::response::Response;
use axum::{BoxError, Extension, Router};
use bytes::BytesMut;
use futures_util::future::poll_immediate;
use http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use http_body::Body as _;
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use std::convert::Infallible;
use std::mem;
use std::pin::pin;
use std::time::Duration;
use tokio::time::timeout;
use tower::Service;

/// What can be served: routes, or anything else that answers requests. Each connection has a copy of its own.
pub trait Site:
    Service<Request, Response = Response, Error = Infallible, Future: Send + 'static>
    + Clone
    + Send
    + Sync
    + 'static
{
    /// Tells a copy whose connection it serves from now on.
    fn meet(&mut self, peer: Peer);
}

/// Every request of the connection gets the peer as an extension.
impl Site for Router {
    fn meet(&mut self, peer: Peer) {
        *self = mem::take(self).layer(Extension(peer));
    }
}

/// `/healthz`, which says no more than that somebody is there.
pub(crate) fn health() -> Router {
    Router::new().route("/healthz", axum::routing::get(|| async { "ok\n" }))
}

/// Reads a whole body within bounds of size and time.
///
/// # Errors
/// The status to answer, and a sentence. A length that is announced too large is refused before anything is
/// read.
pub(crate) async fn read_body(
    body: Body,
    limit: usize,
    patience: Duration,
) -> Result<Bytes, (StatusCode, String)> {
    let too_large = || (StatusCode::PAYLOAD_TOO_LARGE, format!("The body is larger than {limit} bytes."));
    if body.size_hint().lower() > limit as u64 {
        return Err(too_large());
    }
    let mut reading = pin!(whole(Limited::new(body, limit)));
    // Most bodies are there already, and a clock takes longer than they do.
    let read = match poll_immediate(&mut reading).await {
        Some(read) => Ok(read),
        None => timeout(patience, reading).await,
    };
    match read {
        Ok(Ok(body)) => Ok(body),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err((StatusCode::BAD_REQUEST, "The body broke off.".to_owned())),
        Err(_) => Err((StatusCode::REQUEST_TIMEOUT, "The body took too long.".to_owned())),
    }
}

/// All of a body. One that comes in one piece is not copied.
async fn whole(mut body: Limited<Body>) -> Result<Bytes, BoxError> {
    let Some(first) = body.frame().await else { return Ok(Bytes::new()) };
    let first = first?.into_data().unwrap_or_default();
    if body.is_end_stream() {
        return Ok(first);
    }
    let mut all = BytesMut::from(first);
    while let Some(frame) = body.frame().await {
        // Trailers say nothing that is of use here.
        if let Ok(data) = frame?.into_data() {
            all.extend_from_slice(&data);
        }
    }
    Ok(all.freeze())
}

/// Whether a body is announced as JSON and nothing else, and as it is. Two announcements could be read in two ways.
pub(crate) fn is_plain_json(headers: &HeaderMap) -> bool {
    let mut fields = headers.get_all(CONTENT_TYPE).iter();
    let media = fields.next().map(HeaderValue::as_bytes).unwrap_or_default();
    let media = media.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    media.eq_ignore_ascii_case(b"application/json")
        && fields.next().is_none()
        && headers.get_all(CONTENT_ENCODING).iter().all(|coding| coding == "identity")
}

/// Whether a list such as `Accept` names a value itself, not by a wildcard, with a weight above zero.
pub(crate) fn accepts(headers: &HeaderMap, header: &HeaderName, wanted: &str) -> bool {
    let entries = headers.get_all(header).iter().flat_map(|list| list.as_bytes().split(|byte| *byte == b','));
    entries.map(|entry| entry.split(|byte| *byte == b';').map(<[u8]>::trim_ascii)).any(|mut parts| {
        parts.next().is_some_and(|name| name.eq_ignore_ascii_case(wanted.as_bytes()))
            && !parts.any(|parameter| {
                let weight = parameter.strip_prefix(b"q=").or_else(|| parameter.strip_prefix(b"Q="));
                weight.and_then(|weight| str::from_utf8(weight).ok()?.parse::<f32>().ok()) == Some(0.0)
            })
    })
}

#[cfg(test)]
mod tests {
    use super::{Peer, Site as _, accepts, is_plain_json};
    use axum::body::{Body, to_bytes};
    use axum::extract::Request;
    use axum::{Extension, Router};
    use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, CONTENT_TYPE};
    use http::{HeaderMap, HeaderValue};
    use std::net::SocketAddr;
    use tower::Service as _;

    #[tokio::test]
    async fn routes_know_whom_they_have_met() {
        let told = async |Extension(peer): Extension<Peer>| peer.0.to_string();
        let mut site = Router::new().fallback_service(Router::new().fallback(told));
        site.meet(Peer(SocketAddr::from(([192, 0, 2, 7], 80))));
        let response = site.call(Request::new(Body::empty())).await.unwrap();
        assert_eq!(to_bytes(response.into_body(), 100).await.unwrap(), "192.0.2.7:80");
    }

    #[test]
    fn only_what_is_named_with_a_weight_is_accepted() {
        for (header, expected) in [
            ("gzip", true),
            ("br, GZIP;q=0.5", true),
            ("gzip;q=0", false),
            ("gzip; q=0.000, br", false),
            ("*", false),
            ("xgzip", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, HeaderValue::from_static(header));
            assert_eq!(accepts(&headers, &ACCEPT_ENCODING, "gzip"), expected, "{header}");
        }
    }

    #[test]
    fn json_is_announced_once_and_as_it_is() {
        let announced = |types: &[&'static str], coding: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in types {
                headers.append(CONTENT_TYPE, HeaderValue::from_static(value));
            }
            for value in coding {
                headers.append(CONTENT_ENCODING, HeaderValue::from_static(value));
            }
            is_plain_json(&headers)
        };
        assert!(announced(&["application/json"], &[]));
        assert!(announced(&["Application/JSON ; charset=utf-8"], &["identity"]));
        for types in
            [&[][..], &["text/plain"], &["application/jsonp"], &["application/json", "application/json"]]
        {
            assert!(!announced(types, &[]), "{types:?}");
        }
        for coding in [&["gzip"][..], &["identity", "gzip"]] {
            assert!(!announced(&["application/json"], coding), "{coding:?}");
        }
    }
}
