//! Answers that are no success: 3xx, 4xx, 5xx and whatever else a vendor may send.
//!
//! The lines go from what happened, over the vendor's own words, to what to do next: the documentation's
//! advice first, then what the status alone tells.

use super::Caller;
use super::body::{Body, Content};
use super::failure::{Failure, Kind};
use super::outcome::RateLimit;
use super::vendor_message::{self, LONGEST, clip};
use http::header::LOCATION;
use http::{HeaderMap, StatusCode, Uri};
use serde_json::Value;
use toolpress_core::{Effect, ErrorAdvice, Tool, compose};
use url::Url;

/// Largest vendor body, in bytes of JSON, that stands as JSON in the structured error.
const LARGEST_BODY: usize = 16 << 10;

/// What was asked of whom.
pub(super) struct Scene<'c> {
    pub(super) caller: &'c Caller<'c>,
    pub(super) tool: &'static Tool,
    /// The request's address, of which no more than the path is ever told.
    pub(super) uri: Uri,
    /// The values in the path by the names of their parameters.
    pub(super) path: Vec<(&'static str, String)>,
}

impl Scene<'_> {
    /// `POST /api/things`
    pub(super) fn request(&self) -> String {
        format!("{} {}", self.tool.http, clip(self.uri.path(), 200))
    }

    /// What the call is about: the parameters in the path, `id: 7, table: orders`.
    pub(super) fn subject(&self) -> String {
        let told =
            self.path.iter().filter(|(name, _)| self.tool.param(name).is_some_and(|param| !param.secret));
        let told: Vec<_> = told.map(|(name, value)| format!("{name}: {}", clip(value, 100))).collect();
        told.join(", ")
    }

    /// Whether the call can be repeated without harm, as a sentence.
    pub(super) fn repetition(&self) -> &'static str {
        if self.is_repeatable() {
            "It is safe to repeat this call."
        } else {
            "The change may or may not have happened: look before you repeat this call."
        }
    }

    pub(super) fn is_repeatable(&self) -> bool {
        self.tool.idempotent || self.tool.effect == Effect::Read
    }

    /// The tool that lists what this tool's resource has, if the caller can see it.
    fn lister(&self) -> Option<&'static str> {
        let mut visible = self.caller.vendor.visible(self.caller.mask);
        let (_, lister) =
            visible.find(|(_, other)| other.resource == self.tool.resource && other.method == "list")?;
        (lister.name != self.tool.name).then_some(lister.name)
    }
}

/// The failure that an answer stands for.
pub(super) fn refused(
    scene: &Scene<'_>,
    status: StatusCode,
    headers: &HeaderMap,
    content: Content,
    rate_limit: RateLimit,
) -> Box<Failure> {
    let code = status.as_u16();
    let label = scene.caller.vendor.label;
    let named = status.canonical_reason().map_or(code.to_string(), |reason| format!("{code} {reason}"));
    let lies = if status.is_success() { ", yet the answer reports a failure" } else { "" };
    let happened = format!("{label} answered {} with {named}{lies}.", scene.request());
    if status.is_redirection() {
        return redirected(scene, &happened, code, headers, rate_limit);
    }
    let (words, raw) = words(scene, &content);
    let mut lines = vec![happened];
    if let Some(words) = &words {
        lines.push(format!("Message: {words}"));
    }
    if let Some(raw) = raw {
        lines.push(format!("Answer: {raw}"));
    }
    lines.extend(content.note);
    let advised = advise(scene, code, &content.body.text(), &mut lines);
    let limited = is_rate_limit(code, &rate_limit);
    if limited || (rate_limit.retry_after.is_some() && code >= 500) {
        lines.push(wait_sentence(rate_limit.wait()));
    }
    if !limited && let Some(next) = next_step(scene, code, advised) {
        lines.push(next);
    }
    let mut failure = Failure::new(Kind::Vendor, words.unwrap_or_else(|| lines[0].clone()));
    failure.lines = lines;
    failure.status = Some(code);
    failure.retry_after = if limited { rate_limit.wait() } else { rate_limit.retry_after };
    failure.rate_limit = rate_limit;
    failure.body = structured_body(content.body);
    failure
}

/// The host that a redirection names is all that is told of it: the rest may hold a one-time secret.
fn redirected(
    scene: &Scene<'_>,
    happened: &str,
    code: u16,
    headers: &HeaderMap,
    rate_limit: RateLimit,
) -> Box<Failure> {
    let location = headers.get(LOCATION).and_then(|value| value.to_str().ok());
    // Joined as a browser would: `//other/path` names another host.
    let target = location.map(|text| Url::parse(&scene.uri.to_string()).ok()?.join(text).ok());
    let target = match target {
        None => String::new(),
        Some(Some(url)) if url.host_str() == scene.uri.host() => {
            " It points to another address of the same host.".to_owned()
        }
        Some(Some(url)) => {
            format!(" It points to the host {}.", clip(url.host_str().unwrap_or("of no name"), 100))
        }
        Some(None) => " Where it points to cannot be read.".to_owned(),
    };
    let message = format!(
        "{happened}{target} Redirects are not followed, so that credentials go nowhere else. A person must check the account's base URL."
    );
    let mut failure = Failure::new(Kind::Redirect, message);
    failure.status = Some(code);
    failure.rate_limit = rate_limit;
    failure
}

/// The vendor's message, and the body where it says more.
fn words(scene: &Scene<'_>, content: &Content) -> (Option<String>, Option<String>) {
    match &content.body {
        Body::Empty | Body::Binary(_) => (None, None),
        Body::Json(body) => {
            let words = vendor_message::message(body, scene.caller.vendor.error_message);
            let more = vendor_message::says_more(body, words.as_deref().unwrap_or_default());
            (words, more.then(|| clip(body.text(), LONGEST)))
        }
        Body::Text(text) => {
            let html = content.kind.as_deref().is_some_and(|kind| kind.contains("html"));
            let words = if html { vendor_message::of_page(text) } else { text.trim().to_owned() };
            ((!words.is_empty()).then(|| clip(&words, LONGEST)), None)
        }
    }
}

/// Adds the documentation's advice, the tool's before the vendor's. Tells whether there was any.
fn advise(scene: &Scene<'_>, status: u16, body: &str, lines: &mut Vec<String>) -> bool {
    let all = scene.tool.errors.iter().chain(scene.caller.vendor.errors);
    let fitting = all.filter(|advice: &&ErrorAdvice| advice.fits(status, body));
    let before = lines.len();
    for advice in fitting {
        let text = compose(advice.say, scene.caller.mask).trim().to_owned();
        if !text.is_empty() && !lines.contains(&text) {
            lines.push(text);
        }
    }
    lines.len() > before
}

/// Some vendors refuse for the rate with 403.
fn is_rate_limit(status: u16, rate_limit: &RateLimit) -> bool {
    status == 429 || (status == 403 && rate_limit.is_used_up())
}

fn wait_sentence(wait: Option<u64>) -> String {
    match wait {
        Some(seconds) => {
            format!("Wait {} s before the next call; Toolpress does not retry.", seconds.max(1))
        }
        None => "Wait before the next call; Toolpress does not retry.".to_owned(),
    }
}

/// What the status alone tells to do. Where the documentation has advice, only what nobody may miss.
fn next_step(scene: &Scene<'_>, status: u16, advised: bool) -> Option<String> {
    let label = scene.caller.vendor.label;
    Some(match status {
        401 => format!(
            "The credentials of the connected {label} account were refused. Repeating the call will not help: a person must renew them."
        ),
        408 | 425 | 500..=599 => scene.repetition().to_owned(),
        _ if advised => return None,
        403 => format!(
            "The credentials of the connected {label} account do not allow this. Repeating the call will not help: a person must grant the right."
        ),
        404 | 410 => match scene.lister() {
            Some(lister) => {
                format!("Nothing is there under these names or ids. `{lister}` shows what there is.")
            }
            None => "Nothing is there under these names or ids. Check them; do not guess.".to_owned(),
        },
        409 => "The present state does not allow this. Look at it before you try again.".to_owned(),
        400 | 422 => "Correct the arguments by the message above; the same call would fail again.".to_owned(),
        _ => return None,
    })
}

/// The body for programs: as JSON if it is that and not too large, else its beginning as text.
fn structured_body(body: Body) -> Option<Value> {
    match body {
        Body::Json(body) if body.text().len() <= LARGEST_BODY => Some(body.into_value()),
        Body::Json(_) | Body::Text(_) => Some(clip(&body.text(), LONGEST).into()),
        Body::Empty | Body::Binary(_) => None,
    }
}
