//! The token of a request (rules 1–4).

use axum::http::{HeaderMap, header};

use super::error::Fault;

const WANTED: &str = "Please provide a valid API token in the Authorization header.";
const PREFIX: &str = "Ensure your Authorization value is prefixed with \"Bearer\".";
const ONE: &str = "Please provide exactly one Authorization header in your request.";
const HELP: &str = "API tokens are generated in the Sequin console (console.sequin.io) and should be included in the Authorization header of your request. For example:\n\nAuthorization: Bearer <your-api-token>\n";
const UNKNOWN: &str = "The API token you provided is invalid or has expired. Your token may have been revoked or deleted in the Sequin console.\n";

/// The token of the one `Authorization: Bearer …` header; the word and its space are matched exactly.
pub(crate) fn token(headers: &HeaderMap) -> Result<String, Fault> {
    let values: Vec<_> = headers.get_all(header::AUTHORIZATION).iter().collect();
    match values.as_slice() {
        [] => Err(refusal(WANTED)),
        [one] => match String::from_utf8_lossy(one.as_bytes()).strip_prefix("Bearer ") {
            Some(token) => Ok(token.to_owned()),
            None => Err(refusal(&format!("{WANTED} {PREFIX}"))),
        },
        _ => Err(refusal(ONE)),
    }
}

/// The refusal of a token no account owns.
pub(crate) fn unknown() -> Fault {
    Fault::Summary(401, UNKNOWN.to_owned())
}

fn refusal(sentence: &str) -> Fault {
    Fault::Summary(401, format!("{sentence}\n\n{HELP}\n"))
}
