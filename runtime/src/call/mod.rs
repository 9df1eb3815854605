//! One call from arguments to result: check, build, send once, read, tell.
//!
//! Nothing is sent before everything is checked, and nothing is sent twice. Neither arguments nor
//! answers are logged or kept.

pub(crate) mod address;
mod answer;
mod body;
mod connector;
mod deadline;
mod egress;
mod failure;
mod json;
mod multipart;
mod next;
mod outcome;
mod paging;
mod prepare;
pub(crate) mod proof;
mod rate_limit;
pub(crate) mod redact;
mod refusal;
mod reset;
mod structured_field;
mod transport;
mod upstream;
mod vendor_message;

pub use deadline::deadline;
pub use egress::{EgressError, EgressPolicy};
pub use json::Json;
pub use outcome::{Block, CallOutcome, Meta, RateLimit};
pub(crate) use transport::{Trouble, seconds, size};
pub use upstream::{Upstream, UpstreamError};

use crate::Account;
use body::Content;
use failure::Failure;
use redact::Redactor;
use refusal::Scene;
use serde_json::{Map, Value};
use std::time::SystemTime;
use toolpress_core::{Mask, Tool, Vendor};

/// On whose behalf a call is made.
#[derive(Debug)]
pub struct Caller<'a> {
    /// Whose API is called.
    pub vendor: &'static Vendor,
    /// The tools the caller can see; advice never names another one.
    pub mask: &'a Mask,
    /// The connected account.
    pub account: &'a Account,
}

/// Calls a tool: checks the arguments, sends at most one request, tells what came of it.
///
/// Never fails otherwise than by an outcome that is an error. Whether the tool is inside the mask is for
/// the caller of this function to decide. Dropping the future abandons the request and closes its
/// connection.
pub async fn call(
    upstream: &Upstream,
    caller: Caller<'_>,
    tool: &'static Tool,
    arguments: Map<String, Value>,
) -> CallOutcome {
    let redactor = caller.account.redactor();
    let mut outcome = match attempt(upstream, &caller, tool, arguments, redactor).await {
        Ok(outcome) => outcome,
        Err(failure) => failure.into_outcome(),
    };
    redactor.outcome(&mut outcome);
    tracing::debug!(tool = tool.name, status = outcome.status, error = outcome.is_error, "call");
    outcome
}

async fn attempt(
    upstream: &Upstream,
    caller: &Caller<'_>,
    tool: &'static Tool,
    arguments: Map<String, Value>,
    redactor: &Redactor,
) -> Result<CallOutcome, Box<Failure>> {
    let mut args = tool.check(arguments).map_err(|violations| Failure::of_arguments(violations.0))?;
    let deadline = deadline::of(upstream.limits(), tool, |name| args.get(name));
    let asked = paging::Asked::take(tool, &mut args);
    let kept = next::Kept::of(tool, &args);
    let mut request = tool.request(args);
    let page = asked.open(tool, caller.account, &mut request)?;
    let prepared = prepare::prepare(caller.vendor, caller.account, &request)?;
    let scene = Scene { caller, tool, uri: prepared.uri.clone(), path: request.path };

    let answered = upstream.exchange(caller.account, prepared, deadline).await;
    let answered = answered.map_err(|trouble| transport::failed(&scene, &trouble))?;

    let (status, headers) = (answered.status, answered.headers);
    let rate_limit = RateLimit::read(status.as_u16(), &headers, caller.vendor.rate_limit, SystemTime::now());
    let content = Content::read(&headers, answered.body, answered.cut, redactor);
    if status.is_success() && !content.reports_failure(tool) {
        let mut outcome = answer::success(&scene, page.as_ref(), status.as_u16(), content, rate_limit);
        if let Some(hint) = kept.hint(caller, tool, &outcome.structured) {
            outcome.notes.extend(next::to_poll(status.as_u16(), &hint));
            outcome.hints.insert("toolpress/next".to_owned(), hint);
        }
        Ok(outcome)
    } else {
        Err(refusal::refused(&scene, status, &headers, content, rate_limit))
    }
}
