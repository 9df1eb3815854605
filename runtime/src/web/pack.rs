//! Answers compressed for clients that take it: those of any routes on their way out, and those that are
//! whole at once.

use super::{Peer, Site};
use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::future::BoxFuture;
use http::HeaderValue;
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, VARY};
use std::convert::Infallible;
use std::io::Write as _;
use std::task::{Context, Poll};
use tower::Service;
use tower::layer::Layer as _;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, Predicate as _};

/// Compresses whatever a service answers, where that does good.
#[derive(Debug, Clone)]
pub(crate) struct Packed<S>(pub(crate) S);

impl<S: Site> Service<Request> for Packed<S> {
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.0.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        if request.headers().contains_key(ACCEPT_ENCODING) {
            let layer = CompressionLayer::new().quality(CompressionLevel::Fastest);
            let running = layer.layer(&mut self.0).call(request);
            return Box::pin(async { Ok(running.await?.map(Body::new)) });
        }
        let running = self.0.call(request);
        Box::pin(async {
            let mut response = running.await?;
            vary(&mut response);
            Ok(response)
        })
    }
}

impl<S: Site> Site for Packed<S> {
    fn meet(&mut self, peer: Peer) {
        self.0.meet(peer);
    }
}

/// Tells caches that another client could get this answer compressed, as the layer that compresses does.
fn vary(response: &mut Response) {
    let packed = response.headers().contains_key(CONTENT_ENCODING);
    if !packed && !response.headers().contains_key(VARY) && DefaultPredicate::new().should_compress(response)
    {
        response.headers_mut().insert(VARY, HeaderValue::from_static("accept-encoding"));
    }
}

/// What fits into one packet arrives no sooner for being smaller.
const ONE_PACKET: usize = 1_400;

/// A whole body compressed, as fast as can be; `None` for one that is so small that it does not matter.
pub(crate) fn gzip(parts: &[Bytes]) -> Option<Bytes> {
    let length: usize = parts.iter().map(Bytes::len).sum();
    if length <= ONE_PACKET {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(length / 4), Compression::fast());
    for part in parts {
        encoder.write_all(part).ok()?;
    }
    encoder.finish().ok().map(Bytes::from)
}

#[cfg(test)]
mod tests {
    use super::{ONE_PACKET, gzip};
    use bytes::Bytes;
    use flate2::read::GzDecoder;
    use std::io::Read as _;

    #[test]
    fn what_is_larger_than_a_packet_is_packed_whole() {
        let part = Bytes::from(vec![b'x'; ONE_PACKET]);
        assert!(gzip(std::slice::from_ref(&part)).is_none());
        let packed = gzip(&[part, Bytes::from_static(b"yz")]).expect("packed");
        let mut plain = String::new();
        GzDecoder::new(&packed[..]).read_to_string(&mut plain).expect("gzip");
        assert_eq!(plain, "x".repeat(ONE_PACKET) + "yz");
    }
}
