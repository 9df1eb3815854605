//! A successful answer as a result: what the vendor gave, in one of two shapes that never surprise.
//!
//! What is no text becomes a block of its own beside the text; the text then tells its type and length.
//! An answer in several parts is an array of them.

use super::body::{Binary, Body, Content};
use super::json::Json;
use super::outcome::{Block, CallOutcome, RateLimit};
use super::paging::Page;
use super::refusal::Scene;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Map, Value, json};
use toolpress_core::{Answer, Tool, walk};

/// The result of an answer with a status of 2xx.
pub(super) fn success(
    scene: &Scene<'_>,
    page: Option<&Page>,
    status: u16,
    content: Content,
    rate_limit: RateLimit,
) -> CallOutcome {
    let mut hints = Map::new();
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
        hints.insert("toolpress/content-type".to_owned(), kind.into());
    }
    let empty = matches!(content.body, Body::Empty);
    let structured = match (parts, content.body) {
        (Some(parts), _) => {
            let told = parts.into_iter().enumerate().map(|(place, part)| {
                let uri = format!("{}#{}", uri(scene), place + 1);
                tell(part, uri, &mut blocks)
            });
            json!({ "result": told.collect::<Vec<_>>() }).into()
        }
        (None, Body::Json(body)) => shape(scene.tool, page, &body),
        (None, body) => json!({ "result": tell(body, uri(scene), &mut blocks) }).into(),
    };
    let text = if empty { done(scene, status) } else { structured.text().to_owned() };
    CallOutcome { is_error: false, text, structured, status: Some(status), rate_limit, hints, notes, blocks }
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
        Body::Json(body) => body.into_value(),
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
    format!("toolpress://{}{}", scene.caller.vendor.slug, scene.uri.path())
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

/// Takes what the documentation promises out of the body. A body that is otherwise is passed on whole.
fn shape(tool: &Tool, page: Option<&Page>, body: &Json) -> Json {
    let only = |result: &str| Json::of_compact(["{\"result\":", result, "}"].concat());
    let (path, listed) = match tool.answer {
        Answer::One(path) => (path, false),
        Answer::List { records, .. } => (records, true),
    };
    let Some(result) = body.at(path) else { return only(body.text()) };
    let records = match walk::items(result) {
        Some(records) if listed => records,
        // Some languages write an empty list as null.
        None if listed && result == "null" => Vec::new(),
        _ => return only(result),
    };
    let (records, next) = match page {
        Some(page) => page.cut(records, body),
        None => (records, None),
    };
    let mut text = String::with_capacity(result.len() + 160);
    text.push_str("{\"result\":[");
    for (place, record) in records.iter().enumerate() {
        if place > 0 {
            text.push(',');
        }
        text.push_str(record);
    }
    // A cursor is base64, which needs no escapes.
    let next = next.map_or_else(|| "null".to_owned(), |cursor| format!("\"{cursor}\""));
    text.push_str(&format!("],\"next_cursor\":{next},\"result_count\":{}}}", records.len()));
    Json::of_compact(text)
}
