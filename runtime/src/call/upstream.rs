//! The way out: the HTTP client that all calls share.
//!
//! It follows no redirect, repeats nothing, asks no proxy of the environment and keeps no cookies. What
//! it reads is counted after decompression, while it comes in.

use super::connector::{Client, client};
use super::egress::EgressPolicy;
use super::prepare::Prepared;
use super::transport::Trouble;
use crate::{Account, Limits};
use bytes::{Buf, BufMut as _};
use http::header::{ACCEPT_ENCODING, CONTENT_ENCODING, USER_AGENT};
use http::uri::Scheme;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode};
use http_body::Body;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use std::future::ready;
use std::time::Duration;
use tower::{BoxError, Service as _, service_fn};
use tower_http::decompression::{Decompression, DecompressionBody};

/// What requests say about who sends them.
const PRODUCT: HeaderValue = HeaderValue::from_static(concat!("toolpress/", env!("CARGO_PKG_VERSION")));

/// The codings that [`unpack`] knows.
const CODINGS: HeaderValue = HeaderValue::from_static("gzip,deflate,br");

/// The client for all vendors and accounts, with its bounds and its rule of where it may go.
#[derive(Debug)]
pub struct Upstream {
    limits: Limits,
    policy: EgressPolicy,
    secure: Client,
    /// Like `secure`, but resolves names to expressly allowed addresses only, since it speaks plain http.
    plain: Option<Client>,
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client cannot be set up: {0}")]
pub struct UpstreamError(#[from] rustls::Error);

/// A vendor's answer.
pub(super) struct Answered {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
    /// The body is the beginning of a longer one. Only error answers may be cut.
    pub(super) cut: bool,
}

impl Upstream {
    /// A client with these bounds that connects to what the policy allows.
    ///
    /// # Errors
    /// If the client cannot be set up, for instance because no root certificates can be read.
    pub fn new(limits: Limits, policy: EgressPolicy) -> Result<Self, UpstreamError> {
        let secure = client(&limits, &policy, false)?;
        let plain = policy.tells_plain_http_apart() && policy.speaks_plain_http();
        let plain = if plain { Some(client(&limits, &policy, true)?) } else { None };
        Ok(Self { limits, policy, secure, plain })
    }

    /// The bounds of calls.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// Where calls may go; [`EgressPolicy::check`] tells whether a base URL is worth storing.
    pub fn policy(&self) -> &EgressPolicy {
        &self.policy
    }

    /// Sends a request once and reads the whole answer.
    pub(super) async fn exchange(
        &self,
        account: &Account,
        request: Prepared,
        deadline: Duration,
    ) -> Result<Answered, Trouble> {
        // The request goes to the account's origin: its address is made so.
        self.policy.check(account.base_url()).map_err(Trouble::Refused)?;
        tokio::time::timeout(deadline, self.send(request)).await.unwrap_or(Err(Trouble::Timeout(deadline)))
    }

    async fn send(&self, prepared: Prepared) -> Result<Answered, Trouble> {
        let mut request = Request::new(Full::from(prepared.body.unwrap_or_default()));
        *request.method_mut() = prepared.method;
        *request.uri_mut() = prepared.uri;
        *request.headers_mut() = prepared.headers;
        request.headers_mut().entry(USER_AGENT).or_insert(PRODUCT);
        request.headers_mut().entry(ACCEPT_ENCODING).or_insert(CODINGS);
        let client = self.plain.as_ref().filter(|_| request.uri().scheme() == Some(&Scheme::HTTP));
        let sent = client.unwrap_or(&self.secure).request(request).await;
        let response = sent.map_err(|error| Trouble::of(&error, None))?;
        if response.headers().contains_key(CONTENT_ENCODING) {
            self.read(unpack(response).await?).await
        } else {
            self.read(response).await
        }
    }

    /// Reads the body, never more than the limit. An error answer that is too large or breaks off is
    /// still an answer: its beginning tells enough. A success that is not complete is none.
    async fn read<B>(&self, response: Response<B>) -> Result<Answered, Trouble>
    where
        B: Body<Data: Buf, Error: Into<BoxError>> + Unpin,
    {
        let (head, mut coming) = response.into_parts();
        let (status, headers) = (head.status, head.headers);
        let limit = self.limits.upstream_body;
        let announced = coming.size_hint().exact();
        if status.is_success() && announced.is_some_and(|length| length > limit as u64) {
            return Err(Trouble::TooLarge { status: status.as_u16(), limit });
        }
        // A length is only a promise, so no more than a little is set aside for it.
        let announced = announced.and_then(|length| usize::try_from(length).ok());
        let mut body = Vec::with_capacity(announced.unwrap_or_default().min(limit).min(64 << 10));
        let mut trouble = None;
        while let Some(frame) = coming.frame().await {
            match frame.map(|frame| frame.into_data()) {
                Ok(Ok(chunk)) if body.len() + chunk.remaining() > limit => {
                    body.put(chunk.take(limit - body.len()));
                    trouble = Some(Trouble::TooLarge { status: status.as_u16(), limit });
                    break;
                }
                Ok(Ok(chunk)) => body.put(chunk),
                // Trailers.
                Ok(Err(_)) => {}
                Err(error) => {
                    trouble = Some(Trouble::of(&*error.into(), Some(status.as_u16())));
                    break;
                }
            }
        }
        match trouble {
            Some(trouble) if status.is_success() => Err(trouble),
            trouble => Ok(Answered { status, headers, body, cut: trouble.is_some() }),
        }
    }
}

/// Unpacks an answer. The layer does so with what a service answers; this one answers what has come in already,
/// so that answers in no coding, which are most, do not pass through it.
async fn unpack(response: Response<Incoming>) -> Result<Response<DecompressionBody<Incoming>>, Trouble> {
    let mut response = Some(response);
    let answer = service_fn(|_: Request<()>| ready(response.take().ok_or(())));
    let unpacked = Decompression::new(answer).call(Request::new(())).await;
    unpacked.map_err(|()| Trouble::Garbled("its body was lost"))
}
