//! What a vendor's body holds: nothing, JSON, text, or bytes that are neither.
//!
//! JSON is read strictly. What is announced as JSON but is none, or could be read in two ways, is passed
//! on as text with a remark; an answer is never lost because of its form. The one exception are bytes
//! that hold a secret: taking it out would break them, so they are withheld.

use super::json::{self, Json};
use super::multipart;
use super::redact::Redactor;
use http::HeaderMap;
use http::header::CONTENT_TYPE;
use std::borrow::Cow;
use toolpress_core::Tool;

/// A body and what there is to say about it.
pub(super) struct Content {
    pub(super) body: Body,
    /// The announced content type.
    pub(super) kind: Option<String>,
    /// A remark for the model.
    pub(super) note: Option<String>,
}

/// A body without secrets.
pub(super) enum Body {
    Empty,
    Json(Json),
    Text(String),
    Binary(Binary),
}

/// Bytes that are no text.
pub(super) struct Binary {
    /// Their media type, lower case, without parameters.
    pub(super) media: String,
    /// The bytes.
    pub(super) bytes: Vec<u8>,
}

/// What stands for bytes that hold a secret.
const WITHHELD: &str = "The vendor's answer is not text and holds a credential; it is withheld.";

impl Content {
    /// Whether the answer tells that the call failed, whatever its status says.
    pub(super) fn reports_failure(&self, tool: &Tool) -> bool {
        let (Some(path), Body::Json(body)) = (tool.failure, &self.body) else { return false };
        body.at(path).is_some_and(|told| !matches!(told, "null" | "false" | "\"\""))
    }

    /// Reads an answer's body.
    pub(super) fn read(headers: &HeaderMap, bytes: Vec<u8>, cut: bool, redactor: &Redactor) -> Self {
        let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let (body, note) = interpret(bytes, kind.as_deref(), cut);
        let body = match body {
            Body::Json(body) => Body::Json(redactor.json(body)),
            Body::Text(text) => Body::Text(redactor.text(text)),
            Body::Binary(binary) if redactor.finds(&binary.bytes) => Body::Text(WITHHELD.to_owned()),
            Body::Binary(Binary { media, bytes }) => {
                Body::Binary(Binary { media: redactor.text(media), bytes })
            }
            Body::Empty => Body::Empty,
        };
        Self { body, kind, note }
    }

    /// The bodies of an answer in several parts; `None` for any other. What holds a secret has been taken
    /// out of the whole.
    pub(super) fn parts(&self) -> Option<Vec<Body>> {
        let whole = match &self.body {
            Body::Text(text) => text.as_bytes(),
            Body::Binary(binary) => &binary.bytes,
            Body::Empty | Body::Json(_) => return None,
        };
        let parts = multipart::split(self.kind.as_deref()?, whole)?;
        Some(parts.iter().map(|part| interpret(part.body.to_vec(), part.kind, false).0).collect())
    }
}

impl Body {
    /// The body as text, for error advice that looks for words in it.
    pub(super) fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Json(body) => body.text().into(),
            Self::Text(text) => text.into(),
            Self::Empty | Self::Binary(_) => "".into(),
        }
    }
}

fn interpret(bytes: Vec<u8>, kind: Option<&str>, cut: bool) -> (Body, Option<String>) {
    let media = kind.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let announced_json = media.ends_with("/json") || media.ends_with("+json");
    if is_never_text(&media) && !bytes.is_empty() && !cut {
        return (Body::Binary(Binary { media, bytes }), None);
    }
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) if is_latin1(kind) => error.into_bytes().iter().map(|byte| char::from(*byte)).collect(),
        // The limit may have cut a character in two.
        Err(error) if cut => String::from_utf8_lossy(error.as_bytes()).into_owned(),
        Err(error) => {
            // RFC 9110 section 8.3: the type of what comes without one.
            let media = if media.is_empty() { "application/octet-stream".to_owned() } else { media };
            return (Body::Binary(Binary { media, bytes: error.into_bytes() }), None);
        }
    };
    let bare = json::bare(&text);
    if bare.is_empty() {
        return (Body::Empty, None);
    }
    if !announced_json && !media.is_empty() && !bare.starts_with(['{', '[']) {
        return (Body::Text(text), None);
    }
    match Json::read(text) {
        Ok(body) => (Body::Json(body), None),
        Err((problem, text)) => {
            let note =
                format!("The vendor's answer is announced as JSON but {problem}; it is passed on as text.");
            (Body::Text(text), announced_json.then_some(note))
        }
    }
}

/// Media that are bytes even where those happen to be valid UTF-8, as silence is. Drawings written in XML
/// are text, which a model can read.
fn is_never_text(media: &str) -> bool {
    let family = media.split_once('/').map_or("", |(family, _)| family);
    matches!(family, "audio" | "font" | "image" | "video") && !media.ends_with("+xml")
}

fn is_latin1(kind: Option<&str>) -> bool {
    let kind = kind.unwrap_or_default().to_ascii_lowercase();
    kind.split(';').skip(1).filter_map(|part| part.trim().strip_prefix("charset=")).any(|charset| {
        matches!(charset.trim_matches('"'), "iso-8859-1" | "latin1" | "latin-1" | "us-ascii" | "windows-1252")
    })
}

#[cfg(test)]
mod tests {
    use super::{Binary, Body, interpret};

    fn read(bytes: &[u8], kind: Option<&str>) -> (String, bool) {
        let (body, note) = interpret(bytes.to_vec(), kind, false);
        let told = match body {
            Body::Empty => "empty".to_owned(),
            Body::Json(value) => format!("json {value}"),
            Body::Text(text) => format!("text {text}"),
            Body::Binary(Binary { media, bytes }) => format!("binary {media} {bytes:?}"),
        };
        (told, note.is_some())
    }

    #[test]
    fn security_d6_d7_every_body_is_passed_on_as_what_it_is() {
        const JSON: Option<&str> = Some("application/json; charset=utf-8");
        let deep = format!("{}{}", "[".repeat(70), "]".repeat(70));
        let table: &[(&[u8], Option<&str>, &str, bool)] = &[
            (b"", JSON, "empty", false),
            (b" \r\n", JSON, "empty", false),
            (b"{\"a\":1.10}", JSON, "json {\"a\":1.10}", false),
            (b"{\"a\":1}", None, "json {\"a\":1}", false),
            (b"{\"a\":1}", Some("text/plain"), "json {\"a\":1}", false),
            (b"[1]", Some("application/vnd.api+json"), "json [1]", false),
            (b"\xef\xbb\xbf{}", JSON, "json {}", false),
            (b"{\"a\":1,\"a\":2}", JSON, "text {\"a\":1,\"a\":2}", true),
            (b"{\"a\":", JSON, "text {\"a\":", true),
            (b"{not json}", Some("text/plain"), "text {not json}", false),
            (deep.as_bytes(), JSON, &format!("text {deep}"), true),
            (b"<html>", Some("text/html"), "text <html>", false),
            (b"5", Some("text/plain"), "text 5", false),
            (b"5", None, "json 5", false),
            (b"OK", None, "text OK", false),
            (b"\xff\xfe\x00", Some("image/png"), "binary image/png [255, 254, 0]", false),
            (b"\xff", None, "binary application/octet-stream [255]", false),
            (b"\xff", Some("Application/PDF; a=b"), "binary application/pdf [255]", false),
            (b"\0\0", Some("audio/wav"), "binary audio/wav [0, 0]", false),
            (b"", Some("audio/wav"), "empty", false),
            (b"<svg/>", Some("image/svg+xml"), "text <svg/>", false),
            (b"{\"a\":\"\xe9\"}", Some("application/json; charset=latin1"), "json {\"a\":\"é\"}", false),
        ];
        for (bytes, kind, wanted, noted) in table {
            assert_eq!(read(bytes, *kind), ((*wanted).to_owned(), *noted), "{wanted}");
        }
    }
}
