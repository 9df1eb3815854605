//! Streamable HTTP: one POST, one answer, nothing kept.
//!
//! Lenient where clients differ (`Accept`), strict where a browser or a gateway could be used against a
//! server (media type, headers against body, methods).

use super::dispatch::{Reply, dispatch};
use super::era::Era;
use super::jsonrpc::{
    INTERNAL_ERROR, INVALID_REQUEST, Id, Message, Request, RpcError, answer, answer_in_parts, read,
};
use super::sse;
use crate::audit::Sample;
use crate::call::RateLimit;
use crate::metrics::{Refusal, Refusals};
use crate::registry::{Found, Registry};
use crate::throttle::Throttle;
use crate::web::{self, Front, Packed, Peer, Site};
use crate::{Limits, Server, Token, TokenKind};
use axum::Router;
use axum::body::Body;
use axum::extract::Request as HttpRequest;
use axum::response::Response;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use http::header::{
    ACCEPT, ACCEPT_ENCODING, ALLOW, AUTHORIZATION, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE,
    RETRY_AFTER, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use std::convert::Infallible;
use std::future::ready;
use std::mem;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tokio::time::timeout;
use tower::Service;

#[derive(Debug)]
struct Endpoint {
    registry: Arc<dyn Registry>,
    limits: Limits,
    refusals: Arc<Refusals>,
    /// Which refusals are written down.
    sample: Arc<Sample>,
    /// Who guesses tokens.
    guesses: Throttle,
}

/// Requests per minute and address that may find no server: clients whose server has ended go on asking for a
/// while, and many of them can stand behind one address.
const GUESSES: u32 = 200;

/// The API token of a server that wants one, where `Authorization` holds the server's own token.
const API_TOKEN: HeaderName = HeaderName::from_static("toolpress-api-token");

/// `POST /mcp/{token}` for every server of the registry, behind the checks of the front.
pub fn site(registry: Arc<dyn Registry>, front: Front, limits: &Limits) -> impl Site {
    web::behind(front, Routes::new(registry, limits, Arc::default(), Router::new()))
}

/// [`site`] as routes, for use among others.
pub fn router(registry: Arc<dyn Registry>, front: Front, limits: &Limits) -> Router {
    Router::new().fallback_service(site(registry, front, limits))
}

/// `POST /mcp/{token}`, `POST /mcp` with the token as `Authorization: Bearer`, since addresses end up in
/// logs, `/healthz`, and other routes.
///
/// Calls and lists are most of what is ever asked, so they go straight to the endpoint.
#[derive(Debug, Clone)]
pub(crate) struct Routes {
    endpoint: Arc<Endpoint>,
    others: Packed<Router>,
    /// Kept here, since a request takes longer to get an extension than to be found.
    peer: Option<Peer>,
}

impl Routes {
    pub(crate) fn new(
        registry: Arc<dyn Registry>,
        limits: &Limits,
        refusals: Arc<Refusals>,
        others: Router,
    ) -> Self {
        let (limits, guesses) = (limits.clone(), Throttle::new(GUESSES));
        let endpoint = Arc::new(Endpoint { registry, limits, refusals, sample: Arc::default(), guesses });
        Self { endpoint, others: Packed(web::health().merge(others)), peer: None }
    }
}

impl Service<HttpRequest> for Routes {
    type Response = Response;
    type Error = Infallible;
    type Future = BoxFuture<'static, Result<Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: HttpRequest) -> Self::Future {
        let path = request.uri().path();
        // Tokens need no escapes, so what is written with them is none, and answered like any other.
        let in_path = path.strip_prefix("/mcp/").filter(|token| !token.is_empty() && !token.contains('/'));
        if in_path.is_none() && path != "/mcp" {
            if let Some(peer) = self.peer {
                request.extensions_mut().insert(peer);
            }
            return self.others.call(request);
        }
        if request.method() != Method::POST {
            return Box::pin(ready(Ok(not_allowed())));
        }
        let headers = request.headers();
        let token =
            in_path.or_else(|| bearer(headers)).and_then(|text| Token::parse(TokenKind::Server, text));
        let sent = Sent {
            token,
            // Where the token stands in `Authorization`, an API token does not.
            bearer_is_token: in_path.is_none(),
            peer: self.peer.or_else(|| request.extensions().get().copied()),
        };
        Box::pin(receive(Arc::clone(&self.endpoint), sent, request))
    }
}

impl Site for Routes {
    fn meet(&mut self, peer: Peer) {
        self.peer = Some(peer);
    }
}

/// What a request tells of who sends it.
struct Sent {
    /// What could be a server's token.
    token: Option<Token>,
    bearer_is_token: bool,
    peer: Option<Peer>,
}

/// Answers a POST.
#[expect(
    clippy::manual_async_fn,
    reason = "would keep its parameters twice, and more than 1 kB takes longer to get"
)]
fn receive(
    endpoint: Arc<Endpoint>,
    sent: Sent,
    mut request: HttpRequest,
) -> impl Future<Output = Result<Response, Infallible>> + Send {
    async move {
        let body = mem::take(request.body_mut());
        let mut response = match endpoint.serve(&sent, request.headers(), body).await {
            Ok(response) => response,
            Err((id, error)) => refuse(&id, &error),
        };
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Ok(response)
    }
}

/// The only field of this name.
fn field<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut fields = headers.get_all(name).iter();
    let field = fields.next()?.to_str().ok()?;
    fields.next().is_none().then_some(field)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, credential) = field(headers, &AUTHORIZATION)?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(credential.trim())
}

impl Endpoint {
    async fn serve(&self, sent: &Sent, headers: &HeaderMap, body: Body) -> Result<Response, (Id, RpcError)> {
        let bearer = if sent.bearer_is_token { None } else { bearer(headers) };
        let api_token = field(headers, &API_TOKEN).or(bearer);
        let server = self.find(sent, api_token).await.map_err(|error| (Id::NULL, error))?;
        acceptable(headers).map_err(|error| (Id::NULL, error))?;
        let body = web::read_body(body, self.limits.request_body, self.limits.read_timeout).await;
        let body =
            body.map_err(|(status, message)| (Id::NULL, RpcError::new(status, INVALID_REQUEST, message)))?;
        let request = match read(&body)? {
            Message::Request(request) => request,
            Message::Notification(_) | Message::Response => return Ok(status(StatusCode::ACCEPTED)),
        };
        self.answer(&server, headers, &request).await.map_err(|error| (request.id, error))
    }

    /// Takes note of a request that found no server. The token is not told: it may open another one.
    fn refused(&self, reason: Refusal, peer: Option<Peer>) {
        self.refusals.count(reason);
        let Some(left_out) = self.sample.pass() else { return };
        let peer = peer.map(|peer| tracing::field::display(peer.0.ip().to_canonical()));
        tracing::info!(target: "audit", action = "mcp.denied", reason = reason.as_str(), peer, left_out);
    }

    async fn find(&self, sent: &Sent, api_token: Option<&str>) -> Result<Arc<Server>, RpcError> {
        let refusal = |status, code, message: &str| Err(RpcError::new(status, code, message));
        let found = match &sent.token {
            Some(token) => self.registry.find(token, api_token).await,
            None => Found::Nothing,
        };
        let peer = sent.peer;
        match found {
            Found::Server(server) => Ok(server),
            Found::Nothing => match self.guesses.failed(peer.map(|peer| peer.0.ip())) {
                Ok(()) => {
                    self.refused(Refusal::UnknownToken, peer);
                    refusal(StatusCode::NOT_FOUND, INVALID_REQUEST, "There is no server at this address.")
                }
                Err(seconds) => {
                    self.refused(Refusal::Throttled, peer);
                    let message = "Too many requests from here found no server. Check the address.";
                    let error = RpcError::new(StatusCode::TOO_MANY_REQUESTS, INVALID_REQUEST, message);
                    Err(RpcError { retry_after: Some(seconds), ..error })
                }
            },
            Found::Unauthorized => {
                self.refused(Refusal::Unauthorized, peer);
                let message = "This server also wants `Authorization: Bearer <API token>`.";
                refusal(StatusCode::UNAUTHORIZED, INVALID_REQUEST, message)
            }
            Found::Unavailable => {
                self.refused(Refusal::Unavailable, peer);
                let message = "It cannot be known now whether there is a server here. Try again in a second.";
                refusal(StatusCode::SERVICE_UNAVAILABLE, INTERNAL_ERROR, message)
            }
        }
    }

    async fn answer(
        &self,
        server: &Arc<Server>,
        headers: &HeaderMap,
        request: &Request,
    ) -> Result<Response, RpcError> {
        let (era, id) = (Era::over_http(headers, request)?, &request.id);
        let mut call = match dispatch(server, era, request)? {
            Reply::Result(result) => return Ok(packable(headers, [answer(id, &result)])),
            Reply::List => return Ok(list(server, era, id, headers)),
            Reply::Call(call) => call,
        };
        let finished = match timeout(self.limits.keep_alive, &mut call).await {
            Ok(finished) => finished,
            Err(_) if web::accepts(headers, &ACCEPT, "text/event-stream") => {
                return Ok(events(sse::body(call, id.clone(), self.limits.keep_alive)));
            }
            Err(_) => call.await,
        };
        let parts = answer_in_parts(id, finished.result);
        let mut response = packable(headers, parts);
        tell_rate_limit(&finished.rate_limit, response.headers_mut());
        Ok(response)
    }
}

/// A browser sends other media types across origins without asking, so only JSON is taken.
fn acceptable(headers: &HeaderMap) -> Result<(), RpcError> {
    if web::is_plain_json(headers) {
        return Ok(());
    }
    let message = "Send `Content-Type: application/json`, once and without Content-Encoding.";
    Err(RpcError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, INVALID_REQUEST, message))
}

/// A result, compressed if the client takes that and it does good.
fn packable<const N: usize>(headers: &HeaderMap, parts: [Bytes; N]) -> Response {
    let packed = if takes_gzip(headers) { web::gzip(&parts) } else { None };
    match packed {
        Some(packed) => coded([packed], true),
        None => coded(parts, false),
    }
}

fn list(server: &Server, era: Era, id: &Id, headers: &HeaderMap) -> Response {
    let packed = if takes_gzip(headers) { server.list().gzip(era, id) } else { None };
    match packed {
        Some(packed) => coded(packed, true),
        None => coded(server.list().answer(era, id), false),
    }
}

fn takes_gzip(headers: &HeaderMap) -> bool {
    web::accepts(headers, &ACCEPT_ENCODING, "gzip")
}

/// Parts that are copied together, since that costs less than handing on each, in bytes.
const SHORT: usize = 8 << 10;

/// A result that another client could get in the other coding.
fn coded<const N: usize>(parts: [Bytes; N], packed: bool) -> Response {
    let short = parts.iter().map(Bytes::len).sum::<usize>() <= SHORT;
    let body = if short { parts.concat().into() } else { Body::new(Frames(parts.into_iter())) };
    let mut response = json(StatusCode::OK, body);
    if packed {
        response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response.headers_mut().insert(VARY, HeaderValue::from_static("accept-encoding"));
    response
}

fn tell_rate_limit(rate_limit: &RateLimit, headers: &mut HeaderMap) {
    for (name, value) in rate_limit.headers() {
        headers.insert(name, value.into());
    }
}

fn refuse(id: &Id, error: &RpcError) -> Response {
    let mut response = json(error.status, error.answer(id));
    if let Some(seconds) = error.retry_after {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
    if error.status == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(http::header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    response
}

fn json(status: StatusCode, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    // With what is added on the way out; limits of rate are seldom told.
    let mut headers = HeaderMap::with_capacity(6);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    *response.headers_mut() = headers;
    response
}

fn events(body: Body) -> Response {
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // Proxies of the nginx kind would hold events back.
    response.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}

/// Streams that are opened by GET and sessions that are ended by DELETE: there are none.
fn not_allowed() -> Response {
    let mut response = status(StatusCode::METHOD_NOT_ALLOWED);
    response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
    response
}

fn status(status: StatusCode) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}

/// A body of parts that are there already; nothing is copied together.
struct Frames<const N: usize>(std::array::IntoIter<Bytes, N>);

impl<const N: usize> http_body::Body for Frames<N> {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.next().map(|part| Ok(http_body::Frame::data(part))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_slice().is_empty()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        http_body::SizeHint::with_exact(self.0.as_slice().iter().map(|part| part.len() as u64).sum())
    }
}
