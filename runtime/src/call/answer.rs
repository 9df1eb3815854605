//! A successful answer as a result: what the vendor gave, in one of two shapes that never surprise.
//!
//! What is no text becomes a block of its own beside the text; the text then tells its type and length.
//! An answer in several parts is an array of them.

use super::body::{Binary, Body, Content};
use super::outcome::{Block, CallOutcome, RateLimit};
use super::paging::Page;
use super::refusal::Scene;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use toolpress_core::{Answer, Tool};

/// The result of an answer with a status of 2xx.
pub(super) fn success(
    scene: &Scene<'_>,
    page: Option<&Page>,
    status: u16,
    content: Content,
    rate_limit: RateLimit,
) -> CallOutcome {
    let mut meta = meta(status, &rate_limit);
    let parts = content.parts();
    let mut notes: Vec<String> = content.note.into_iter().collect();
    if status == 206 {
        notes.push("HTTP 206: this is a part of what there is.".to_owned());
    }
    if rate_limit.remaining == Some(0) {
        let wait = rate_limit.wait().map_or(String::new(), |seconds| format!(" {} s", seconds.max(1)));
        notes.push(format!(
            "The vendor's rate limit is used up. Wait{wait} before the next call; Toolpress does not retry."
        ));
    }
    let mut blocks = Vec::new();
    if let (Body::Text(_) | Body::Binary(_), Some(kind)) = (&content.body, content.kind) {
        meta.insert("toolpress/content-type".to_owned(), kind.into());
    }
    let empty = matches!(content.body, Body::Empty);
    let structured = match (parts, content.body) {
        (Some(parts), _) => {
            let told = parts.into_iter().enumerate().map(|(place, part)| {
                let uri = format!("{}#{}", uri(scene), place + 1);
                tell(part, uri, &mut blocks)
            });
            json!({ "result": told.collect::<Vec<_>>() })
        }
        (None, Body::Json(body)) => shape(scene.tool, page, body),
        (None, body) => json!({ "result": tell(body, uri(scene), &mut blocks) }),
    };
    let text = if empty { done(scene, status) } else { structured.to_string() };
    CallOutcome { is_error: false, text, structured, meta, rate_limit, notes, blocks }
}

/// An empty answer names nothing, so the text says what the call was about.
fn done(scene: &Scene<'_>, status: u16) -> String {
    let subject = scene.subject();
    let space = if subject.is_empty() { "" } else { " " };
    format!("Done. HTTP {status}, no content.{space}{subject}")
}

/// A body, or a part of one, as JSON. What is no text goes to the blocks.
fn tell(body: Body, uri: String, blocks: &mut Vec<Block>) -> Value {
    match body {
        Body::Empty => Value::Null,
        Body::Json(value) => value,
        Body::Text(text) => text.into(),
        Body::Binary(binary) => {
            let told = json!({ "content_type": binary.media, "bytes": binary.bytes.len() });
            blocks.push(block(binary, uri));
            told
        }
    }
}

/// A name for what was answered: the place it came from, without host, query and whatever else could
/// open it.
fn uri(scene: &Scene<'_>) -> String {
    format!("toolpress://{}{}", scene.caller.vendor.slug, scene.url.path())
}

/// Bytes as clients know them.
fn block(binary: Binary, uri: String) -> Block {
    let (mime_type, data) = (binary.media, STANDARD.encode(&binary.bytes));
    match mime_type.split('/').next() {
        Some("image") => Block::Image { mime_type, data },
        Some("audio") => Block::Audio { mime_type, data },
        _ => Block::Resource { uri, mime_type, blob: data },
    }
}

/// Entries of `_meta` that every answer of a vendor gives.
pub(super) fn meta(status: u16, rate_limit: &RateLimit) -> Map<String, Value> {
    let mut meta = Map::new();
    meta.insert("toolpress/status".to_owned(), status.into());
    if let Some(told) = rate_limit.meta() {
        meta.insert("toolpress/ratelimit".to_owned(), told);
    }
    meta
}

/// Takes what the documentation promises out of the body. A body that is otherwise is passed on whole.
fn shape(tool: &Tool, page: Option<&Page>, mut body: Value) -> Value {
    match tool.answer {
        Answer::One(path) => {
            let result = take(&mut body, path).unwrap_or(body);
            json!({ "result": result })
        }
        Answer::List { records, .. } => {
            let records = match take(&mut body, records) {
                Some(Value::Array(records)) => records,
                // Some languages write an empty list as null.
                Some(Value::Null) => Vec::new(),
                Some(other) => return json!({ "result": other }),
                None => return json!({ "result": body }),
            };
            let (records, next) = match page {
                Some(page) => page.cut(records, &body),
                None => (records, None),
            };
            let count = records.len();
            json!({ "result": records, "next_cursor": next, "result_count": count })
        }
    }
}

/// Takes the value at a path of keys out, `None` if there is none.
fn take(body: &mut Value, path: &[&str]) -> Option<Value> {
    path.iter().try_fold(body, |value, key| value.get_mut(key)).map(Value::take)
}
