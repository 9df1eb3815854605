//! Makes the one HTTP request of a call: the final URL, the header fields, the body.
//!
//! The URL is made of text and then parsed, and what the parser made of it must be what was written:
//! parsers fold dot segments and drop tabs, and a folded path is another resource.

use super::failure::{Failure, Kind};
use crate::Account;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use toolpress_core::{Auth, BodyEncoding, HttpMethod, Request, Vendor, Violation};
use url::Url;

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

/// Longest URL in bytes that the `http` crate takes. Vendors take far less.
const LONGEST_URL: usize = 65_534;

/// A request that is ready to be sent.
pub(super) struct Prepared {
    pub(super) method: Method,
    pub(super) url: Url,
    /// The same as the client takes it.
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
    let url = final_url(account.base_url(), request)?;
    Ok(Prepared {
        method,
        uri: url.as_str().parse().map_err(|_| astray())?,
        url,
        headers: headers(vendor, account, request)?,
        body: request.body_bytes(),
    })
}

/// The base URL with the request's path and query behind it.
fn final_url(base: &Url, request: &Request) -> Result<Url, Box<Failure>> {
    let target = request.target().map_err(|problem| {
        let path = problem.name.clone();
        Failure::of_arguments(vec![Violation { path, message: problem.problem.to_owned() }])
    })?;
    let written = format!("{}{target}", base.as_str().trim_end_matches('/'));
    if written.len() > LONGEST_URL {
        let message = format!(
            "the arguments make an address of {} bytes, and at most {LONGEST_URL} can be sent",
            written.len()
        );
        return Err(Failure::of_arguments(vec![Violation { path: String::new(), message }]));
    }
    let url = Url::parse(&written).map_err(|_| astray())?;
    let (path, query) = match target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (target.as_str(), None),
    };
    let base_path = base.path().trim_end_matches('/');
    let slashes = |text: &str| text.bytes().filter(|byte| *byte == b'/').count();
    let unchanged = url.path().strip_prefix(base_path) == Some(path) && url.query() == query;
    let same_origin = (url.scheme(), url.host(), url.port()) == (base.scheme(), base.host(), base.port());
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let complete = slashes(path) == slashes(request.template) && !path.contains(['{', '}']);
    if unchanged && same_origin && plain && complete { Ok(url) } else { Err(astray()) }
}

/// An address that is not what was written.
fn astray() -> Box<Failure> {
    Failure::new(Kind::Policy, "The request's address is not the documented one; nothing was sent.")
}

/// [`final_url`] for tests from outside.
pub(crate) fn url(base: &Url, request: &Request) -> Option<Url> {
    final_url(base, request).ok()
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

#[cfg(test)]
mod tests {
    use super::final_url;
    use toolpress_core::{HttpMethod, Request};
    use url::Url;

    fn url(base: &str, template: &'static str, values: &[(&'static str, &str)]) -> Option<String> {
        let mut request = Request::new(HttpMethod::Get, template, &[]);
        for (name, value) in values {
            request.path(name, &(*value).to_owned());
        }
        final_url(&Url::parse(base).unwrap(), &request).ok().map(String::from)
    }

    #[test]
    fn a_url_is_the_base_and_the_filled_template_or_nothing() {
        assert_eq!(
            url("https://h/api", "/items/{id}", &[("id", "a/b?c#d")]).unwrap(),
            "https://h/api/items/a%2Fb%3Fc%23d"
        );
        assert_eq!(url("https://h", "/items/{id}", &[("id", "1")]).unwrap(), "https://h/items/1");
        assert_eq!(
            url("https://h/api", "/items/{id}", &[("id", "%2e%2e")]).unwrap(),
            "https://h/api/items/%252e%252e"
        );
        for id in ["", ".", "..", "\t", ".\t.", ".\n.", "a\0"] {
            assert_eq!(url("https://h/api", "/items/{id}", &[("id", id)]), None, "{id:?}");
        }
        assert_eq!(url("https://h/api", "/items/{id}", &[]), None);
        assert_eq!(url("https://h/api", "/items/../admin", &[]), None);
        assert_eq!(url("https://h/api", "/items/%2e%2e/admin", &[]), None);
        assert_eq!(url("https://h", "@evil/x", &[]), None);
        assert_eq!(url("https://h:1", "2/x", &[]), None);
        assert_eq!(url("https://h/api", "/items/{id", &[]), None);
    }

    #[test]
    fn security_a11_a_value_is_not_filled_in_again() {
        let filled = url("https://h", "/a/{one}/b/{two}", &[("one", "{two}"), ("two", "2")]).unwrap();
        assert_eq!(filled, "https://h/a/%7Btwo%7D/b/2");
    }
}
