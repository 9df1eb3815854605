//! What the client is told when the server did not answer: what happened, and what to do.

use super::exchange::Context;
use super::remote::shown;
use crate::call::{Trouble, seconds, size};
use crate::mcp::jsonrpc::{INTERNAL_ERROR, INVALID_REQUEST, RpcError};
use http::header::{CONTENT_TYPE, LOCATION, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use serde_json::json;
use std::time::Duration;

/// Longest wait that is passed on, in seconds; a longer one is a slip of the server.
const LONGEST_WAIT: u64 = 24 * 3_600;

/// Why there is no answer to pass on.
#[derive(Debug)]
pub(super) enum Problem {
    /// The connection could not be made, or broke.
    Network(Trouble),
    /// No sign of life for this long.
    Quiet(Duration),
    /// An answer of HTTP that is none of MCP.
    Status(Refused),
    /// The answer is larger than this, in bytes.
    TooLarge(usize),
    /// What came is no answer to this request.
    Unreadable(&'static str),
    /// Too many requests wait already.
    Busy,
}

/// An answer of HTTP, as far as it tells what to do.
#[derive(Debug)]
pub(super) struct Refused {
    status: StatusCode,
    media: String,
    wait: Option<u64>,
    location: Option<String>,
}

impl Refused {
    pub(super) fn new(status: StatusCode, headers: &HeaderMap, context: &Context<'_>) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let media = text(&CONTENT_TYPE).and_then(|media| media.split(';').next()).unwrap_or_default().trim();
        let wait = text(&RETRY_AFTER).and_then(|wait| wait.trim().parse().ok());
        let location = text(&LOCATION).and_then(|location| context.remote.url().join(location).ok());
        Self {
            status,
            media: media.chars().filter(|c| !c.is_control()).take(60).collect(),
            wait: wait.filter(|wait| *wait <= LONGEST_WAIT),
            location: location.as_ref().map(shown),
        }
    }

    /// What to do, where the status alone tells.
    pub(super) fn advice(&self, context: &Context<'_>) -> Option<String> {
        let wait = |otherwise: &str| match self.wait {
            Some(wait) => format!("Try again in {wait} s."),
            None => otherwise.to_owned(),
        };
        Some(match self.status.as_u16() {
            300..=399 => match &self.location {
                Some(location) => format!("It redirects to {location}. If that is right, use that address for the bridge."),
                None => "It redirects to nowhere. Check the URL.".to_owned(),
            },
            401 => "A valid credential is needed: give the bridge one, for instance with `--header-env Authorization=VARIABLE`.".to_owned(),
            403 => "This client or its credential may not do that. Ask whoever runs the server.".to_owned(),
            404 | 410 if context.in_session => "The server has ended the session. Restart the client, or reconnect to the server in it.".to_owned(),
            404 | 410 => "Check the URL: it may be mistyped, or the MCP server behind it may have expired or been deleted.".to_owned(),
            405 => "Nothing there speaks MCP over streamable HTTP. Check the URL.".to_owned(),
            413 => "The request is too large for the server. Send less at once.".to_owned(),
            429 => wait("Wait before the next request."),
            503 => wait("The server has no room now; try again in a moment."),
            500..=599 => "Try again later; if it stays so, tell whoever runs the server.".to_owned(),
            _ => return None,
        })
    }
}

impl Problem {
    /// The error for the client. Names the host and no more of the address.
    pub(super) fn error(&self, context: &Context<'_>) -> RpcError {
        let host = context.remote.host();
        let message = match self {
            Self::Network(trouble) => network(trouble, host, context),
            Self::Quiet(time) => format!(
                "The MCP server at {host} gave no sign of life for {}. {}",
                seconds(*time),
                context.repetition()
            ),
            Self::Status(refused) => status(refused, host, context),
            Self::TooLarge(limit) => format!(
                "The answer of the MCP server at {host} is larger than {}. Ask for less, or raise --answer-body.",
                size(*limit)
            ),
            Self::Unreadable(how) => {
                format!("The MCP server at {host} answered, but {how}. {}", context.repetition())
            }
            Self::Busy => "Too many requests wait already. Wait for answers before sending more.".to_owned(),
        };
        let (status, code) = match self {
            Self::Status(refused) if refused.status == StatusCode::PAYLOAD_TOO_LARGE => {
                (refused.status, INVALID_REQUEST)
            }
            Self::Status(refused) => (refused.status, INTERNAL_ERROR),
            _ => (StatusCode::BAD_GATEWAY, INTERNAL_ERROR),
        };
        let mut error = RpcError::new(status, code, message);
        if let Self::Status(refused) = self {
            let mut data = json!({ "status": refused.status.as_u16() });
            if let Some(wait) = refused.wait {
                data["retry_after"] = wait.into();
            }
            error.data = Some(Box::new(data));
        }
        error
    }
}

fn status(refused: &Refused, host: &str, context: &Context<'_>) -> String {
    let status = refused.status;
    let what = if status.is_success() {
        let media = if refused.media.is_empty() { "nothing" } else { &refused.media };
        return format!(
            "The MCP server at {host} answered {status} with {media} instead of a JSON-RPC message. Check that the URL is that of an MCP server."
        );
    } else {
        format!("The MCP server at {host} answered {status}.")
    };
    match refused.advice(context) {
        Some(advice) => format!("{what} {advice}"),
        None => format!("{what} Check the URL and what is sent."),
    }
}

fn network(trouble: &Trouble, host: &str, context: &Context<'_>) -> String {
    match trouble {
        Trouble::Dns => format!(
            "The MCP server was not reached: the name {host} has no address. Check the URL and the network."
        ),
        Trouble::Connect(how) => format!(
            "The MCP server was not reached: {host} {how}. Check that it is running and that the URL is right."
        ),
        Trouble::Tls(problem) => format!(
            "The MCP server was not reached: the connection to {host} is not trustworthy ({problem}). Check the URL; nothing was sent."
        ),
        Trouble::Garbled(how) => {
            format!(
                "The answer of {host} cannot be read: {how}. Check that the URL is that of an MCP server."
            )
        }
        Trouble::Broken { status: Some(_) } => format!(
            "The connection to the MCP server at {host} broke in the middle of the answer. {}",
            context.repetition()
        ),
        // The others come from vendors, whom a bridge does not meet.
        _ => format!(
            "The connection to the MCP server at {host} broke before it answered. {}",
            context.repetition()
        ),
    }
}
