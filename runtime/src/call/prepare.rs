//! Makes the one HTTP request of a call: the address, the header fields, the body.

use super::address::address;
use super::failure::{Failure, Kind};
use crate::Account;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use toolpress_core::{Auth, BodyEncoding, HttpMethod, Request, Vendor, Violation};

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
    if let Some((name, mut value)) = proof(vendor, account)? {
        value.set_sensitive(true);
        headers.insert(name, value);
    }
    Ok(headers)
}

/// The header field that proves who sends the request.
fn proof(vendor: &Vendor, account: &Account) -> Result<Option<(HeaderName, HeaderValue)>, Box<Failure>> {
    let secret = |name: &'static str| {
        account.credential(name).map(toolpress_core::Secret::expose).ok_or_else(|| unusable(vendor, name))
    };
    Ok(match vendor.auth {
        Auth::None => None,
        Auth::Bearer { credential } => {
            let value = format!("Bearer {}", secret(credential)?);
            Some((AUTHORIZATION, value.parse().map_err(|_| unusable(vendor, credential))?))
        }
        Auth::Header { name, credential } => {
            let field = HeaderName::from_bytes(name.as_bytes()).map_err(|_| unusable(vendor, credential))?;
            Some((field, secret(credential)?.parse().map_err(|_| unusable(vendor, credential))?))
        }
        Auth::Basic { username, password } => {
            let pair = basic_pair(account, username, password).ok_or_else(|| unusable(vendor, username))?;
            let value = format!("Basic {}", STANDARD.encode(pair));
            Some((AUTHORIZATION, value.parse().map_err(|_| unusable(vendor, username))?))
        }
    })
}

/// User name and password as RFC 7617 joins them.
pub(super) fn basic_pair(account: &Account, username: &str, password: Option<&str>) -> Option<String> {
    let password = match password {
        Some(name) => account.credential(name)?.expose(),
        None => "",
    };
    Some(format!("{}:{password}", account.credential(username)?.expose()))
}

fn unusable(vendor: &Vendor, credential: &str) -> Box<Failure> {
    let message = format!(
        "The connected {} account has no usable credential `{credential}`; nothing was sent. A person must enter it again.",
        vendor.label
    );
    Failure::new(Kind::Credential, message)
}
