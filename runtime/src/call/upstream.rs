//! The way out: the HTTP client that all calls share.
//!
//! It follows no redirect, repeats nothing, asks no proxy of the environment and keeps no cookies. What
//! it reads is counted after decompression, while it comes in.

use super::egress::EgressPolicy;
use super::prepare::Prepared;
use super::transport::Trouble;
use crate::{Limits, http_client};
use http::{HeaderMap, StatusCode};
use reqwest::{Client, ClientBuilder, redirect, retry};
use std::time::Duration;
use url::Url;

/// Most response header fields, and their largest size in bytes over HTTP/2.
const HEADER_FIELDS: usize = 256;
const HEADER_BYTES: u32 = 128 << 10;

/// How long an unused connection is kept. Vendors close theirs after about as long.
const IDLE: Duration = Duration::from_secs(20);

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
pub struct UpstreamError(#[from] reqwest::Error);

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
        let plain = match policy.resolver(true) {
            None => None,
            Some(_) if !policy.speaks_plain_http() => None,
            Some(_) => Some(client(&limits, &policy, true)?),
        };
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
    pub(super) async fn exchange(&self, request: Prepared, deadline: Duration) -> Result<Answered, Trouble> {
        self.policy.check(&request.url).map_err(Trouble::Refused)?;
        tokio::time::timeout(deadline, self.send(request)).await.unwrap_or(Err(Trouble::Timeout(deadline)))
    }

    async fn send(&self, request: Prepared) -> Result<Answered, Trouble> {
        let client = self.client_for(&request.url);
        let mut sending = client.request(request.method, request.url).headers(request.headers);
        if let Some(body) = request.body {
            sending = sending.body(body);
        }
        let response = sending.send().await.map_err(|error| Trouble::of(&error, None))?;
        self.read(response).await
    }

    fn client_for(&self, url: &Url) -> &Client {
        self.plain.as_ref().filter(|_| url.scheme() == "http").unwrap_or(&self.secure)
    }

    /// Reads the body, never more than the limit. An error answer that is too large or breaks off is
    /// still an answer: its beginning tells enough. A success that is not complete is none.
    async fn read(&self, mut response: reqwest::Response) -> Result<Answered, Trouble> {
        let status = response.status();
        let limit = self.limits.upstream_body;
        let headers = std::mem::take(response.headers_mut());
        // A length is only a promise, so no more than a little is set aside for it.
        let announced = response.content_length().and_then(|length| usize::try_from(length).ok());
        let mut body = Vec::with_capacity(announced.unwrap_or_default().min(limit).min(64 << 10));
        let mut trouble = None;
        if status.is_success() && response.content_length().is_some_and(|length| length > limit as u64) {
            return Err(Trouble::TooLarge { status: status.as_u16(), limit });
        }
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) if body.len() + chunk.len() > limit => {
                    body.extend_from_slice(&chunk[..limit - body.len()]);
                    trouble = Some(Trouble::TooLarge { status: status.as_u16(), limit });
                }
                Ok(Some(chunk)) => {
                    body.extend_from_slice(&chunk);
                    continue;
                }
                Ok(None) => {}
                Err(error) => trouble = Some(Trouble::of(&error, Some(status.as_u16()))),
            }
            break;
        }
        match trouble {
            Some(trouble) if status.is_success() => Err(trouble),
            trouble => Ok(Answered { status, headers, body, cut: trouble.is_some() }),
        }
    }
}

fn client(limits: &Limits, policy: &EgressPolicy, plain: bool) -> Result<Client, reqwest::Error> {
    http_client::build(|| builder(limits, policy, plain))
}

fn builder(limits: &Limits, policy: &EgressPolicy, plain: bool) -> ClientBuilder {
    let builder = Client::builder()
        .user_agent(concat!("toolpress/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .retry(retry::never())
        .referer(false)
        .no_proxy()
        .connect_timeout(limits.connect_timeout)
        .pool_idle_timeout(IDLE)
        .tcp_nodelay(true)
        .http1_max_headers(HEADER_FIELDS)
        .http2_max_header_list_size(HEADER_BYTES);
    match policy.resolver(plain) {
        Some(resolver) => builder.dns_resolver(resolver),
        None => builder,
    }
}
