//! Refusals of the control plane, told with every field that is wrong.

use super::table::clean;
use crate::cli::Failure;
use http::header::RETRY_AFTER;
use http::{HeaderMap, StatusCode};
use serde::Deserialize;
use std::fmt::Write as _;

#[derive(Deserialize)]
struct Body {
    error: Problem,
}

#[derive(Deserialize)]
struct Problem {
    message: String,
    #[serde(default)]
    details: Vec<Detail>,
}

#[derive(Deserialize)]
struct Detail {
    #[serde(default)]
    field: String,
    problem: String,
    #[serde(default)]
    valid: Vec<String>,
    #[serde(default)]
    did_you_mean: Option<String>,
}

/// The failure that an answer without success is. What was asked wrongly is a matter of usage.
pub(super) fn refused(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Failure {
    let mut text = match serde_json::from_slice::<Body>(body) {
        Ok(Body { error }) => told(&error),
        Err(_) => format!("the server answered {status}; is it a Toolpress server?"),
    };
    match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
            text.push_str("\nThe key comes from --admin-key-file, TOOLPRESS_ADMIN_KEY or TOOLPRESS_API_KEY.");
        }
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            let wait = headers.get(RETRY_AFTER).and_then(|wait| wait.to_str().ok()?.parse::<u64>().ok());
            text.push_str(&wait.map_or_else(String::new, |wait| format!("\nTry again in {wait} s.")));
        }
        _ => {}
    }
    if status == StatusCode::BAD_REQUEST { Failure::Usage(text) } else { Failure::Failed(text) }
}

fn told(problem: &Problem) -> String {
    let mut text = clean(&problem.message);
    for Detail { field, problem, valid, did_you_mean } in &problem.details {
        let place = if field.is_empty() { String::new() } else { format!("{}: ", clean(field)) };
        let _ = write!(text, "\n  {place}{}", clean(problem.trim_end_matches('.')));
        let stop = match did_you_mean {
            Some(meant) => format!("; did you mean `{}`?", clean(meant)),
            None => ".".to_owned(),
        };
        text.push_str(&stop);
        if !valid.is_empty() {
            let _ = write!(text, " Valid: {}", clean(&valid.join(", ")));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::refused;
    use crate::cli::Failure;
    use http::{HeaderMap, HeaderValue, StatusCode};

    #[test]
    fn every_wrong_field_is_told() {
        let body = br#"{"error":{"code":"invalid_request","message":"Two fields are wrong.","details":[
            {"field":"config.tags","problem":"there is no tag `databasse`","valid":["databases","sinks"],"did_you_mean":"databases"},
            {"field":"name","problem":"is too long\u001b[31m"}]}}"#;
        let Failure::Usage(text) = refused(StatusCode::BAD_REQUEST, &HeaderMap::new(), body) else {
            panic!("asked wrongly");
        };
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "Two fields are wrong.");
        assert_eq!(
            lines[1],
            "  config.tags: there is no tag `databasse`; did you mean `databases`? Valid: databases, sinks"
        );
        assert!(lines[2].starts_with("  name: is too long") && !text.contains('\u{1b}'), "{text:?}");
    }

    #[test]
    fn other_refusals_are_failures_that_say_what_to_do() {
        let wait = HeaderMap::from_iter([(super::RETRY_AFTER, HeaderValue::from_static("5"))]);
        for (status, body, told) in [
            (401, &br#"{"error":{"code":"unauthenticated","message":"No key."}}"#[..], "TOOLPRESS_ADMIN_KEY"),
            (404, br#"{"error":{"code":"not_found","message":"No such account."}}"#, "No such account."),
            (503, br#"{"error":{"code":"unavailable","message":"Later."}}"#, "Try again in 5 s."),
            (502, b"<html>", "502 Bad Gateway"),
        ] {
            let status = StatusCode::from_u16(status).expect("a status");
            let Failure::Failed(text) = refused(status, &wait, body) else { panic!("{status}") };
            assert!(text.contains(told), "{text}");
        }
    }
}
