//! The address of a request: the account's base URL with the filled template behind it, or nothing.
//!
//! Parsers of URLs fold dot segments, drop tabs and encode what should have been encoded; a folded path is
//! another resource. So an address is made only of characters and segments that every parser leaves as they
//! are. Property tests hold it against a parser.

use super::failure::{Failure, Kind};
use bytes::Bytes;
use http::Uri;
use http::uri::PathAndQuery;
use toolpress_core::{Request, Violation};
use url::Url;

/// Longest URL in bytes that the `http` crate takes. Vendors take far less.
const LONGEST_URL: usize = 65_534;

/// The address of a request below a base URL, of which `origin` is what the client takes.
///
/// # Errors
/// If it would not be the documented one, or is too long.
pub(super) fn address(base: &Url, origin: &Uri, request: &Request) -> Result<Uri, Box<Failure>> {
    let target = request.target().map_err(|problem| {
        let path = problem.name.clone();
        Failure::of_arguments(vec![Violation { path, message: problem.problem.to_owned() }])
    })?;
    let length = base.as_str().trim_end_matches('/').len() + target.len();
    if length > LONGEST_URL {
        let message =
            format!("the arguments make an address of {length} bytes, and at most {LONGEST_URL} can be sent");
        return Err(Failure::of_arguments(vec![Violation { path: String::new(), message }]));
    }
    if !is_the_documented_one(&target, request.template) {
        return Err(astray());
    }
    let path = base.path().trim_end_matches('/');
    let target = if path.is_empty() { target } else { [path, &target].concat() };
    let mut parts = origin.clone().into_parts();
    let target = PathAndQuery::from_maybe_shared(Bytes::from(target)).map_err(|_| astray())?;
    parts.path_and_query = Some(target);
    Uri::from_parts(parts).map_err(|_| astray())
}

/// [`address`] for tests from outside, as a parser reads it.
pub(crate) fn url(base: &Url, request: &Request) -> Option<Url> {
    let address = address(base, &base.as_str().parse().ok()?, request).ok()?;
    Url::parse(&address.to_string()).ok()
}

/// Whether every parser reads a target as it is written, below the base URL, with as many segments as the
/// template has.
fn is_the_documented_one(target: &str, template: &str) -> bool {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let slashes = |text: &str| text.bytes().filter(|byte| *byte == b'/').count();
    let Some(segments) = path.strip_prefix('/') else { return false };
    slashes(path) == slashes(template)
        && segments.split('/').all(|segment| is_plain(segment, is_path_character) && !is_dots(segment))
        && is_plain(query, is_query_character)
}

/// Whether a text is made of such characters and of bytes that are percent-encoded.
fn is_plain(text: &str, fits: impl Fn(u8) -> bool) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let hexadecimal = |digit: Option<u8>| digit.is_some_and(|digit| digit.is_ascii_hexdigit());
        let encoded = byte == b'%' && hexadecimal(bytes.next()) && hexadecimal(bytes.next());
        if !encoded && !fits(byte) {
            return false;
        }
    }
    true
}

/// `pchar` of RFC 3986, and the brackets that parsers leave alone.
fn is_path_character(byte: u8) -> bool {
    is_unreserved(byte) || b"!$&'()*+,;=:@[]".contains(&byte)
}

/// What stands in a query string beside what is encoded.
fn is_query_character(byte: u8) -> bool {
    is_unreserved(byte) || matches!(byte, b'=' | b'&')
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

/// Whether parsers fold a segment away, which they also do when its dots are encoded.
fn is_dots(segment: &str) -> bool {
    let shortest = segment.len() <= "%2e%2e".len();
    shortest && matches!(&*segment.to_ascii_lowercase().replace("%2e", "."), "." | "..")
}

/// An address that is not what was written.
fn astray() -> Box<Failure> {
    Failure::new(Kind::Policy, "The request's address is not the documented one; nothing was sent.")
}

#[cfg(test)]
mod tests {
    use super::is_the_documented_one;
    use toolpress_core::{HttpMethod, Request};
    use url::Url;

    fn url(base: &str, template: &'static str, values: &[(&'static str, &str)]) -> Option<String> {
        let mut request = Request::new(HttpMethod::Get, template, &[]);
        for (name, value) in values {
            request.path(name, &(*value).to_owned());
        }
        super::url(&Url::parse(base).unwrap(), &request).map(String::from)
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

    #[test]
    fn whatever_passes_is_what_a_parser_reads() {
        for byte in 0..=u8::MAX {
            for text in [format!("/a{}b", char::from(byte)), format!("/a?b={}", char::from(byte))] {
                let url = Url::parse(&format!("https://h{text}")).unwrap();
                if is_the_documented_one(&text, "/a") {
                    assert_eq!(url.as_str(), format!("https://h{text}"));
                }
            }
        }
        for path in ["/%2E/a", "/a/.%2e", "/%2e%2E", "/a/%2", "/a/%zz", "//", "/a b"] {
            assert!(!is_the_documented_one(path, path) || path == "//", "{path}");
        }
    }
}
