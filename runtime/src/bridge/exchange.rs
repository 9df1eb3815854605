//! One message to the server and what comes back.

use super::BridgeLimits;
use super::events::{Decoder, Event};
use super::incoming::{Incoming, on_one_line};
use super::problem::{Problem, Refused};
use super::remote::Remote;
use crate::call::Trouble;
use crate::http_client;
use crate::mcp::jsonrpc::Id;
use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderName};
use http::{HeaderMap, HeaderValue, Method};
use reqwest::{Client, ClientBuilder, Response, redirect};
use std::collections::VecDeque;
use std::time::Duration;
use tokio::sync::mpsc::Sender;
use tokio::time::{sleep, timeout};

/// How long the server may take for what needs no answer.
const NOTE: Duration = Duration::from_secs(10);
/// How long an unused connection is kept.
const IDLE: Duration = Duration::from_secs(20);
/// How often a stream is taken up again without anything coming.
const ATTEMPTS: u32 = 5;
/// How often a redirect within the server is followed; frameworks add and remove a last slash so.
const REDIRECTS: usize = 3;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const BOTH: HeaderValue = HeaderValue::from_static("application/json, text/event-stream");
const EVENTS: HeaderValue = HeaderValue::from_static("text/event-stream");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Errors whose code says all there is to say, whatever the status.
const TOLD_BY_CODE: [i64; 5] = [-32601, -32602, -32020, -32021, -32022];

/// What a problem is told about.
#[derive(Debug)]
pub(super) struct Context<'c> {
    pub(super) remote: &'c Remote,
    pub(super) method: &'c str,
    /// The server knows us by a session.
    pub(super) in_session: bool,
}

impl Context<'_> {
    /// Whether the request may be sent again.
    pub(super) fn repetition(&self) -> &'static str {
        if self.method == "tools/call" {
            "The call may have had its effect; look before it is repeated."
        } else {
            "Try again."
        }
    }
}

/// What there is to ask.
#[derive(Debug)]
pub(super) struct Ask<'a> {
    pub(super) id: &'a Id,
    pub(super) body: Bytes,
    /// The header fields of this message.
    pub(super) headers: HeaderMap,
    pub(super) context: Context<'a>,
}

/// An answer for the client, and the header it came with.
#[derive(Debug)]
pub(super) struct Answered {
    pub(super) line: Bytes,
    pub(super) headers: HeaderMap,
}

/// The way to the server.
#[derive(Debug)]
pub(super) struct Exchange {
    client: Client,
    pub(super) remote: Remote,
    pub(super) limits: BridgeLimits,
}

impl Exchange {
    pub(super) fn new(remote: Remote, limits: BridgeLimits) -> Result<Self, reqwest::Error> {
        let client = http_client::build(|| builder(limits.connect_timeout))?;
        Ok(Self { client, remote, limits })
    }

    /// Sends a request; gives its answer. What comes before the answer goes to `lines` at once.
    pub(super) async fn ask(&self, ask: &Ask<'_>, lines: &Sender<Bytes>) -> Result<Answered, Problem> {
        let mut response = self.send(Method::POST, BOTH, &ask.headers, Some(ask.body.clone())).await?;
        let headers = std::mem::take(response.headers_mut());
        let status = response.status();
        let refused = || Problem::Status(Refused::new(status, &headers, &ask.context));
        let line = match media(&headers) {
            Media::Events if status.is_success() => self.follow(response, ask, lines).await?,
            // An answer without a type may be one nevertheless.
            Media::Json | Media::None => self.whole(response, ask, refused()).await?,
            Media::Events | Media::Other => return Err(refused()),
        };
        Ok(Answered { line, headers })
    }

    /// Sends what wants no answer; whether the server took it.
    pub(super) async fn tell(&self, body: Bytes, headers: &HeaderMap) -> bool {
        let sent = timeout(NOTE, self.send(Method::POST, BOTH, headers, Some(body))).await;
        match sent {
            Ok(Ok(response)) if response.status().is_success() => true,
            Ok(Ok(response)) => {
                tracing::debug!(status = response.status().as_u16(), "a notification was not taken");
                false
            }
            Ok(Err(_)) | Err(_) => {
                tracing::debug!("a notification did not arrive");
                false
            }
        }
    }

    /// Tells the server that the session is over.
    pub(super) async fn end(&self, headers: &HeaderMap) {
        // Servers may refuse, and nothing hangs on it.
        let _ = timeout(Duration::from_secs(2), self.send(Method::DELETE, BOTH, headers, None)).await;
    }

    /// Passes on what the server sends of its own accord, for as long as it offers a stream for that.
    pub(super) async fn listen(&self, headers: &HeaderMap, lines: &Sender<Bytes>) {
        let mut decoder = Decoder::new(self.limits.answer_body);
        let mut vain = 0;
        while vain < ATTEMPTS {
            let Some(response) = self.take_up(&decoder, headers).await else { return };
            decoder.restart();
            let mut stream = Stream { response, decoder: &mut decoder, queue: VecDeque::new() };
            vain += 1;
            while let Ok(Some(event)) = stream.next(self.limits.quiet, self.limits.answer_body).await {
                vain = 0;
                if let Some(text) = message(&event)
                    && matches!(Incoming::read(text), Some(Incoming::Message))
                    && lines.send(on_one_line(text).into()).await.is_err()
                {
                    return;
                }
            }
            sleep(Duration::from_millis(decoder.retry())).await;
        }
    }

    async fn send(
        &self,
        method: Method,
        accept: HeaderValue,
        headers: &HeaderMap,
        body: Option<Bytes>,
    ) -> Result<Response, Problem> {
        let request = self.client.request(method, self.remote.url().clone());
        let mut request =
            request.headers(self.remote.headers().clone()).headers(headers.clone()).header(ACCEPT, accept);
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, JSON).body(body);
        }
        match timeout(self.limits.quiet, request.send()).await {
            Ok(sent) => sent.map_err(|error| Problem::Network(Trouble::of(&error, None))),
            Err(_) => Err(Problem::Quiet(self.limits.quiet)),
        }
    }

    /// The one answer of a body that is JSON.
    async fn whole(&self, mut response: Response, ask: &Ask<'_>, refused: Problem) -> Result<Bytes, Problem> {
        let limit = self.limits.answer_body;
        let mut body = Vec::new();
        while let Some(chunk) = chunk(&mut response, self.limits.quiet).await? {
            if body.len() + chunk.len() > limit {
                return Err(Problem::TooLarge(limit));
            }
            body.extend_from_slice(&chunk);
        }
        let Some(Incoming::Answer(answer)) = std::str::from_utf8(&body).ok().and_then(Incoming::read) else {
            return Err(refused);
        };
        let advice = match &refused {
            Problem::Status(refused) if !answer.code().is_some_and(|code| TOLD_BY_CODE.contains(&code)) => {
                refused.advice(&ask.context)
            }
            _ => None,
        };
        answer.line(ask.id, advice.as_deref()).ok_or(Problem::Unreadable("not this request"))
    }

    /// The answer in a stream. A stream that ends too early is taken up again, if the server numbers its
    /// events.
    async fn follow(
        &self,
        response: Response,
        ask: &Ask<'_>,
        lines: &Sender<Bytes>,
    ) -> Result<Bytes, Problem> {
        let limit = self.limits.answer_body;
        let mut decoder = Decoder::new(limit);
        let mut response = response;
        let mut vain = 0;
        loop {
            let mut stream = Stream { response, decoder: &mut decoder, queue: VecDeque::new() };
            let ended = loop {
                let event = match stream.next(self.limits.quiet, limit).await {
                    Ok(Some(event)) => event,
                    Ok(None) => break Problem::Unreadable("its stream ended before the answer"),
                    Err(problem @ (Problem::TooLarge(_) | Problem::Quiet(_))) => return Err(problem),
                    Err(problem) => break problem,
                };
                vain = 0;
                match message(&event).and_then(|text| Some((text, Incoming::read(text)?))) {
                    Some((_, Incoming::Answer(answer))) => match answer.line(ask.id, None) {
                        Some(line) => return Ok(line),
                        None => tracing::warn!("the server answered another request in this stream"),
                    },
                    // Fails when nobody reads any more; then this task ends soon, too.
                    Some((text, Incoming::Message)) => drop(lines.send(on_one_line(text).into()).await),
                    None => tracing::debug!("an event that is no message was left out"),
                }
            };
            vain += 1;
            if decoder.last_id().is_none() || vain > ATTEMPTS {
                return Err(ended);
            }
            sleep(Duration::from_millis(decoder.retry())).await;
            response = self.take_up(&decoder, &ask.headers).await.ok_or(ended)?;
            decoder.restart();
        }
    }

    /// A stream from where the last one ended, if the server gives one.
    async fn take_up(&self, decoder: &Decoder, headers: &HeaderMap) -> Option<Response> {
        let mut headers = headers.clone();
        if let Some(id) = decoder.last_id() {
            headers.insert(LAST_EVENT_ID, HeaderValue::from_str(id).ok()?);
        }
        let response = self.send(Method::GET, EVENTS, &headers, None).await.ok()?;
        let fits = response.status().is_success() && matches!(media(response.headers()), Media::Events);
        fits.then_some(response)
    }
}

/// The events of one answer.
struct Stream<'d> {
    response: Response,
    decoder: &'d mut Decoder,
    queue: VecDeque<Event>,
}

impl Stream<'_> {
    async fn next(&mut self, quiet: Duration, limit: usize) -> Result<Option<Event>, Problem> {
        loop {
            if let Some(event) = self.queue.pop_front() {
                return Ok(Some(event));
            }
            match chunk(&mut self.response, quiet).await? {
                Some(chunk) => {
                    self.queue.extend(self.decoder.push(&chunk).map_err(|_| Problem::TooLarge(limit))?);
                }
                None => return Ok(self.decoder.finish()),
            }
        }
    }
}

async fn chunk(response: &mut Response, quiet: Duration) -> Result<Option<Bytes>, Problem> {
    let status = Some(response.status().as_u16());
    match timeout(quiet, response.chunk()).await {
        Ok(chunk) => chunk.map_err(|error| Problem::Network(Trouble::of(&error, status))),
        Err(_) => Err(Problem::Quiet(quiet)),
    }
}

/// The text of an event that carries a message.
fn message(event: &Event) -> Option<&str> {
    let carries = matches!(event.kind.as_str(), "" | "message");
    carries.then(|| std::str::from_utf8(&event.data).ok()).flatten()
}

enum Media {
    None,
    Json,
    Events,
    Other,
}

fn media(headers: &HeaderMap) -> Media {
    let Some(media) = headers.get(CONTENT_TYPE) else { return Media::None };
    let media = media.to_str().unwrap_or_default().split(';').next().unwrap_or_default().trim();
    match media.to_ascii_lowercase().as_str() {
        "application/json" => Media::Json,
        "text/event-stream" => Media::Events,
        _ => Media::Other,
    }
}

fn builder(connect_timeout: Duration) -> ClientBuilder {
    Client::builder()
        .user_agent(concat!("toolpress/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::custom(|attempt| {
            // Only these keep method and body; another origin would be given the credentials.
            let keeps = matches!(attempt.status().as_u16(), 307 | 308);
            let here =
                attempt.previous().first().is_some_and(|first| first.origin() == attempt.url().origin());
            if keeps && here && attempt.previous().len() <= REDIRECTS {
                attempt.follow()
            } else {
                attempt.stop()
            }
        }))
        .referer(false)
        .no_proxy()
        .connect_timeout(connect_timeout)
        .pool_idle_timeout(IDLE)
        .tcp_nodelay(true)
}
