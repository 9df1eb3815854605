//! The first look at every HTTP request: the host it is meant for and the page it comes from.
//!
//! A page on the web can make a browser speak to a loopback port, and with a DNS name of its own it can
//! even read the answers (DNS rebinding). So only names that are ours pass, whatever the path.

use super::{Peer, Site};
use axum::extract::Request;
use axum::response::{IntoResponse as _, Response};
use futures_util::future::{Either, Ready, ready};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_METHOD, CONTENT_TYPE, HOST,
    ORIGIN, REFERRER_POLICY, VARY, X_CONTENT_TYPE_OPTIONS,
};
use http::uri::Authority;
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use std::convert::Infallible;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tower::Service;
use url::{Host, Url};

/// What the server is called from outside.
#[derive(Debug, Clone, Default)]
pub struct Front {
    public_host: Option<String>,
    origins: Vec<String>,
}

/// An origin that no browser would send.
#[derive(Debug, thiserror::Error)]
#[error("`{0}` is no origin; write scheme and host, as in https://app.example.com")]
pub struct BadOrigin(String);

impl Front {
    /// A server that is also known by the host of `public_url`, beside the names of this machine.
    pub fn new(public_url: Option<&Url>) -> Self {
        let public_host = public_url.and_then(Url::host_str).map(str::to_lowercase);
        Self { public_host, origins: Vec::new() }
    }

    /// Lets pages of another origin call the server (CORS).
    ///
    /// # Errors
    /// If the text is no origin.
    pub fn allow_origin(&mut self, origin: &str) -> Result<(), BadOrigin> {
        let url = Url::parse(origin).ok().filter(|url| {
            matches!(url.scheme(), "http" | "https") && url.path() == "/" && url.query().is_none()
        });
        let url = url.ok_or_else(|| BadOrigin(origin.to_owned()))?;
        self.origins.push(url.origin().ascii_serialization());
        Ok(())
    }

    fn knows_host(&self, host: &str) -> bool {
        // What clients write; the rest takes a parser of URLs.
        host == "localhost"
            || host == "127.0.0.1"
            || self.public_host.as_ref().is_some_and(|public| public.eq_ignore_ascii_case(host))
            || is_loopback(host)
    }

    fn knows_origin(&self, origin: &str) -> bool {
        self.origins.iter().any(|known| known == origin)
            || Url::parse(origin).is_ok_and(|url| {
                matches!(url.scheme(), "http" | "https")
                    && url.host_str().is_some_and(|host| self.knows_host(host))
            })
    }
}

fn is_loopback(host: &str) -> bool {
    match Host::parse(host) {
        // Parsing has made it lower case.
        Ok(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Ok(Host::Ipv4(address)) => IpAddr::V4(address).is_loopback(),
        Ok(Host::Ipv6(address)) => IpAddr::V6(address).is_loopback(),
        Err(_) => false,
    }
}

/// What is served, behind the checks of a front.
pub(crate) fn behind<S: Site<Future: Unpin>>(front: Front, inner: S) -> Guarded<S> {
    Guarded { front: Arc::new(front), inner }
}

/// A service behind the checks of a front. Written out rather than made of the usual layers: each of those
/// copies the ones below for every request.
#[derive(Debug, Clone)]
pub(crate) struct Guarded<S> {
    front: Arc<Front>,
    inner: S,
}

impl<S: Site<Future: Unpin>> Service<Request> for Guarded<S> {
    type Response = Response;
    type Error = Infallible;
    type Future = Either<Ready<Result<Response, Infallible>>, Telling<S::Future>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let shared = match admitted(&self.front, &request) {
            Ok(shared) => shared,
            Err(message) => return Either::Left(ready(Ok(forbidden(message)))),
        };
        let preflight = shared.is_some()
            && request.method() == Method::OPTIONS
            && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
        if preflight {
            let mut response = StatusCode::NO_CONTENT.into_response();
            told(response.headers_mut(), shared, preflight);
            return Either::Left(ready(Ok(response)));
        }
        Either::Right(Telling { answer: self.inner.call(request), shared })
    }
}

impl<S: Site<Future: Unpin>> Site for Guarded<S> {
    fn meet(&mut self, peer: Peer) {
        self.inner.meet(peer);
    }
}

/// An answer to come, to which is added what every answer tells.
pub(crate) struct Telling<F> {
    answer: F,
    shared: Option<HeaderValue>,
}

impl<F: Future<Output = Result<Response, Infallible>> + Unpin> Future for Telling<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let Ok(mut response) = ready!(Pin::new(&mut self.answer).poll(context));
        told(response.headers_mut(), self.shared.take(), false);
        Poll::Ready(Ok(response))
    }
}

/// Lets a request in, or says why not. Gives the origin back if it is another one that may call.
fn admitted(front: &Front, request: &Request) -> Result<Option<HeaderValue>, &'static str> {
    if !addressed(front, request) {
        return Err("This host name is not served; the operator can set it with --public-url.");
    }
    let mut origins = request.headers().get_all(ORIGIN).iter();
    let Some(origin) = origins.next() else { return Ok(None) };
    if origins.next().is_some() || !origin.to_str().is_ok_and(|origin| front.knows_origin(origin)) {
        return Err("Pages of this origin may not call; the operator can add it with --allow-origin.");
    }
    let shared = front.origins.iter().any(|known| known.as_bytes() == origin.as_bytes());
    Ok(shared.then(|| origin.clone()))
}

/// Adds what every answer tells a browser.
fn told(headers: &mut HeaderMap, shared: Option<HeaderValue>, preflight: bool) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    // A token in the address must not travel on in a Referer.
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    let Some(origin) = shared else { return };
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.append(VARY, HeaderValue::from_static("origin"));
    let exposed = "ratelimit-limit, ratelimit-remaining, ratelimit-reset, retry-after";
    headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(exposed));
    if preflight {
        let sent = "accept, authorization, content-type, mcp-method, mcp-name, mcp-protocol-version";
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(sent));
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }
}

/// Every name the request gives for its target must be ours: `Host` (once), and the authority that
/// HTTP/2 and absolute-form requests carry.
fn addressed(front: &Front, request: &Request) -> bool {
    let authority = request.uri().authority();
    let mut hosts = request.headers().get_all(HOST).iter();
    let host = match (hosts.next(), hosts.next()) {
        (None, _) => return authority.is_some_and(|name| front.knows_host(name.host())),
        (Some(host), None) => host.to_str().ok().is_some_and(|host| match plain_host(host) {
            Some(name) => front.knows_host(name),
            None => host.parse::<Authority>().is_ok_and(|host| front.knows_host(host.host())),
        }),
        _ => false,
    };
    host && authority.is_none_or(|name| front.knows_host(name.host()))
}

/// The name in a `Host` field of letters, digits, dots and dashes, which are most; those need no parser.
fn plain_host(field: &str) -> Option<&str> {
    let (name, port) = field.split_once(':').unwrap_or((field, "80"));
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-');
    let fits = !name.is_empty() && name.bytes().all(is_plain);
    (fits && !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit())).then_some(name)
}

fn forbidden(message: &'static str) -> Response {
    let body = format!(r#"{{"jsonrpc":"2.0","id":null,"error":{{"code":-32600,"message":"{message}"}}}}"#);
    (StatusCode::FORBIDDEN, [(CONTENT_TYPE, "application/json")], body).into_response()
}

#[cfg(test)]
mod tests {
    use super::Front;
    use url::Url;

    #[test]
    fn names_of_this_machine_and_the_public_one_are_known() {
        let front = Front::new(Some(&Url::parse("https://Tools.example.com/x").unwrap()));
        for host in ["localhost", "app.localhost", "127.0.0.1", "127.0.0.2", "[::1]", "TOOLS.example.com"] {
            assert!(front.knows_host(host), "{host}");
        }
        for host in ["evil.example", "localhost.evil.example", "10.0.0.1", "example.com", "[::2]", ""] {
            assert!(!front.knows_host(host), "{host}");
        }
    }

    #[test]
    fn origins_are_compared_whole() {
        let mut front = Front::default();
        front.allow_origin("https://app.example.com").unwrap();
        for origin in ["https://app.example.com", "http://localhost:3000", "http://[::1]:1"] {
            assert!(front.knows_origin(origin), "{origin}");
        }
        for origin in ["null", "http://app.example.com", "https://app.example.com.evil", "file://localhost"] {
            assert!(!front.knows_origin(origin), "{origin}");
        }
        for text in ["app.example.com", "*", "https://a.example/path", "ftp://a.example"] {
            assert!(front.allow_origin(text).is_err(), "{text}");
        }
    }
}
