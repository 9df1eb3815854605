//! Makes the one HTTP request of a call: the address, the header fields, the body.

use super::address::address;
use super::failure::{Failure, Kind};
use super::proof::Unusable;
use crate::Account;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use toolpress_core::{BodyEncoding, HttpMethod, Request, Vendor, Violation};

/// Fields that belong to the connection or the transport, not to a vendor's documentation.
const TRANSPORT: [&str; 11] = [
    "connection",
    "content-length",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// A request that is ready to be sent.
pub(super) struct Prepared {
    pub(super) method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    pub(super) body: Option<Vec<u8>>,
}

/// Makes the request, with the account's address and credentials.
pub(super) fn prepare(
    vendor: &Vendor,
    account: &Account,
    request: &Request,
) -> Result<Prepared, Box<Failure>> {
    let method = match request.method {
        HttpMethod::Get => Method::GET,
        HttpMethod::Post => Method::POST,
        HttpMethod::Put => Method::PUT,
        HttpMethod::Patch => Method::PATCH,
        HttpMethod::Delete => Method::DELETE,
    };
    Ok(Prepared {
        method,
        uri: address(account.base_url(), account.origin(), request)?,
        headers: headers(vendor, account, request)?,
        body: request.body_bytes(),
    })
}

/// Header fields: the documented ones, then what the body is, then who sends it. A later one replaces an
/// earlier one of the same name, so that nothing can stand in for the account's credential.
fn headers(vendor: &Vendor, account: &Account, request: &Request) -> Result<HeaderMap, Box<Failure>> {
    let mut headers = HeaderMap::new();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    for (name, value) in &request.headers {
        let unfit = |problem: &str| {
            let violation = Violation { path: (*name).to_owned(), message: problem.to_owned() };
            Failure::of_arguments(vec![violation])
        };
        let field =
            HeaderName::from_bytes(name.as_bytes()).map_err(|_| unfit("is no name of a header field"))?;
        if TRANSPORT.contains(&field.as_str()) {
            return Err(unfit("is a header field that the server alone sets"));
        }
        let value = HeaderValue::from_str(value)
            .map_err(|_| unfit("goes into a header, so only printable ASCII is allowed"))?;
        headers.insert(field, value);
    }
    if request.body.is_some() {
        match request.encoding {
            BodyEncoding::Json if headers.contains_key(CONTENT_TYPE) => {}
            BodyEncoding::Json => {
                headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            }
            BodyEncoding::Form => {
                let form = HeaderValue::from_static("application/x-www-form-urlencoded");
                headers.insert(CONTENT_TYPE, form);
            }
        }
    }
    match account.proof() {
        Ok(Some((name, value))) => drop(headers.insert(name, value.clone())),
        Ok(None) => {}
        Err(Unusable(credential)) => return Err(unusable(vendor, credential)),
    }
    Ok(headers)
}

fn unusable(vendor: &Vendor, credential: &str) -> Box<Failure> {
    let message = format!(
        "The connected {} account has no usable credential `{credential}`; nothing was sent. A person must enter it again.",
        vendor.label
    );
    Failure::new(Kind::Credential, message)
}
