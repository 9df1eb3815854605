//! Where a bridge leads: the server's address, and the header fields that go with every request.

use crate::{Token, TokenKind};
use http::header::{
    ACCEPT, ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HOST, TE,
    TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use http::{HeaderMap, HeaderName, HeaderValue};
use std::fmt;
use url::{Host, Url};

/// Fields that say how a message is framed or what it is; another value would make it another message.
const OURS: [HeaderName; 12] = [
    ACCEPT,
    ACCEPT_ENCODING,
    CONNECTION,
    CONTENT_ENCODING,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    EXPECT,
    HOST,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// Path segments from this length on are taken for secrets, in characters.
const LONG: usize = 16;

/// A server to be reached over HTTP. Shown without its secrets.
#[derive(Clone)]
pub struct Remote {
    url: Url,
    headers: HeaderMap,
}

/// Why an address or a header field cannot be used. Tells names, never values.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum RemoteError {
    /// The text is no URL.
    #[error("the URL cannot be read: {0}; write it as https://host/path")]
    NoUrl(#[from] url::ParseError),
    /// The URL leads nowhere over HTTP.
    #[error("the URL must begin with http:// or https:// and name a host")]
    NotHttp,
    /// The text has no name and value.
    #[error("a header is written as `Name: value`")]
    NoHeader,
    /// The name cannot be that of a header.
    #[error("`{0}` is no name of a header")]
    BadName(String),
    /// The value holds what no header can.
    #[error("the value of the header `{0}` holds characters that no header can")]
    BadValue(String),
    /// The field belongs to the transport.
    #[error("the header `{0}` is set by the bridge itself")]
    Reserved(String),
}

impl Remote {
    /// The server at this address.
    ///
    /// # Errors
    /// If the text is no http or https URL.
    pub fn new(url: &str) -> Result<Self, RemoteError> {
        let mut url = Url::parse(url.trim())?;
        if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none_or(str::is_empty) {
            return Err(RemoteError::NotHttp);
        }
        url.set_fragment(None);
        Ok(Self { url, headers: HeaderMap::new() })
    }

    /// Sends a header field, written as `Name: value`, with every request.
    ///
    /// # Errors
    /// If the text is no such field, or the transport needs the field for itself.
    pub fn header_line(&mut self, line: &str) -> Result<(), RemoteError> {
        let (name, value) = line.split_once(':').ok_or(RemoteError::NoHeader)?;
        self.header(name.trim(), value.trim())
    }

    /// Sends a header field with every request. Another value under the same name is replaced.
    ///
    /// # Errors
    /// If name or value cannot be sent, or the transport needs the field for itself.
    pub fn header(&mut self, name: &str, value: &str) -> Result<(), RemoteError> {
        let name = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| RemoteError::BadName(name.escape_debug().take(LONG).collect()))?;
        // `mcp-…` says what a message is, and must agree with its body.
        if OURS.contains(&name) || name.as_str().starts_with("mcp-") {
            return Err(RemoteError::Reserved(name.to_string()));
        }
        let mut value = HeaderValue::from_str(value).map_err(|_| RemoteError::BadValue(name.to_string()))?;
        value.set_sensitive(true);
        self.headers.insert(name, value);
        Ok(())
    }

    /// Whether the address ends with a token of an MCP server of ours whose checksum is wrong: mistyped, or copied
    /// in part. No server is behind such an address.
    pub fn is_mistyped(&self) -> bool {
        let token = self.url.path().split_once("/mcp/").map(|(_, token)| token);
        token.is_some_and(|token| {
            token.starts_with(TokenKind::Server.prefix()) && Token::parse(TokenKind::Server, token).is_none()
        })
    }

    /// Whether what is sent can be read on the way: plain http to another machine.
    pub fn is_exposed(&self) -> bool {
        let local = match self.url.host() {
            Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        self.url.scheme() == "http" && !local
    }

    pub(super) fn url(&self) -> &Url {
        &self.url
    }

    pub(super) fn host(&self) -> &str {
        self.url.host_str().unwrap_or_default()
    }

    pub(super) fn headers(&self) -> &HeaderMap {
        &self.headers
    }
}

impl fmt::Display for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&self.url))
    }
}

impl fmt::Debug for Remote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let headers: Vec<&str> = self.headers.keys().map(HeaderName::as_str).collect();
        f.debug_struct("Remote").field("url", &shown(&self.url)).field("headers", &headers).finish()
    }
}

/// An address as logs may show it: no user, no query, and of long path segments the last four characters.
pub(super) fn shown(url: &Url) -> String {
    let mut text = url.origin().ascii_serialization();
    for segment in url.path_segments().into_iter().flatten() {
        text.push('/');
        let length = segment.chars().count();
        if length < LONG {
            text.push_str(segment);
            continue;
        }
        text.push_str(if segment.starts_with("tp_") { "tp_…" } else { "…" });
        text.extend(segment.chars().skip(length - 4));
    }
    if url.query().is_some() {
        text.push_str("?…");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Remote, RemoteError};
    use crate::{Token, TokenKind};

    #[test]
    fn an_address_is_shown_without_its_secrets() {
        for (url, shown) in [
            ("http://127.0.0.1:8484/mcp/tp_0123456789abcdefghij", "http://127.0.0.1:8484/mcp/tp_…ghij"),
            (
                "https://u:secret@h.example/a/0123456789abcdefghij/b?key=secret#x",
                "https://h.example/a/…ghij/b?…",
            ),
            ("https://h.example", "https://h.example/"),
        ] {
            let mut remote = Remote::new(url).expect("a URL");
            remote.header_line("Authorization: Bearer secret").expect("a header");
            assert_eq!(remote.to_string(), shown);
            assert!(!format!("{remote:?}").contains("secret"));
        }
    }

    #[test]
    fn addresses_without_http_are_refused() {
        for url in ["", "mcp", "ftp://h.example", "file:///etc/passwd", "http://", "data:x"] {
            assert!(Remote::new(url).is_err(), "{url}");
        }
    }

    #[test]
    fn headers_that_would_change_the_message_are_refused() {
        let mut remote = Remote::new("http://localhost").expect("a URL");
        for line in [
            "no colon",
            ": value",
            "two words: x",
            "X: a\r\nY: b",
            "X: a\0",
            "Host: other.example",
            "content-type: text/plain",
            "Content-Length: 3",
            "MCP-Protocol-Version: 1999-01-01",
            "Mcp-Session-Id: stolen",
            "transfer-encoding: chunked",
        ] {
            let error = remote.header_line(line).expect_err(line);
            assert!(!error.to_string().contains("stolen"), "{error}");
        }
        assert_eq!(remote.header_line("Host: x"), Err(RemoteError::Reserved("host".to_owned())));
        assert_eq!(remote.header_line("Authorization:Bearer a:b"), Ok(()));
        assert_eq!(remote.headers()["authorization"], "Bearer a:b");
    }

    #[test]
    fn a_token_that_was_copied_in_part_shows() {
        let token = Token::generate(TokenKind::Server).expect("randomness");
        let mistyped = |url: &str| Remote::new(url).expect("a URL").is_mistyped();
        let url = format!("https://h.example/prefix/mcp/{}", token.expose());
        assert!(!mistyped(&url) && mistyped(&url[..url.len() - 1]) && mistyped("https://h.example/mcp/tp_…"));
        assert!(!mistyped("https://h.example/mcp/other") && !mistyped("https://h.example/tp_x"));
    }

    #[test]
    fn plain_http_is_only_safe_on_this_machine() {
        for (url, exposed) in [
            ("http://localhost:1/x", false),
            ("http://127.0.0.1/x", false),
            ("http://[::1]/x", false),
            ("https://h.example", false),
            ("http://h.example", true),
            ("http://10.0.0.1", true),
        ] {
            assert_eq!(Remote::new(url).expect("a URL").is_exposed(), exposed, "{url}");
        }
    }
}
