//! A tool's entry in `tools/list`, as JSON text in pieces.

use super::constant::{Constant, list, plain, record, text};
use super::schema;
use crate::model::{Effect, Prose, Tool, Vendor};
use serde_json::json;

/// The pieces of the entry without its closing brace.
pub(super) fn pieces(vendor: &Vendor, tool: &Tool) -> Constant {
    let schema = schema::input(vendor, tool).to_string();
    prose(vendor, &merge(texts(tool, &schema)))
}

/// The entry with all its closing sentences, as a client reads it where nothing is filtered out. `schema` is
/// the text of the tool's input schema.
pub(crate) fn whole(tool: &Tool, schema: &str) -> String {
    texts(tool, schema).into_iter().map(|piece| piece.text).collect::<String>() + "}"
}

/// Only the closing sentences of the description can vanish; everything around them is one text.
fn texts(tool: &Tool, schema: &str) -> Vec<Prose> {
    let mut pieces = vec![Prose {
        text: format!("{{\"name\":{},\"description\":\"{}", json!(tool.name), inner(&tool.description)),
        mentions: Vec::new(),
    }];
    for note in &tool.notes {
        pieces.push(Prose { text: format!(" {}", inner(&note.text)), mentions: note.mentions.clone() });
    }
    let annotations = json!({
        "title": tool.title,
        "readOnlyHint": tool.effect == Effect::Read,
        "destructiveHint": tool.effect == Effect::Destructive,
        "idempotentHint": tool.idempotent,
        "openWorldHint": true,
    });
    pieces.push(Prose {
        text: format!("\",\"inputSchema\":{schema},\"annotations\":{annotations}"),
        mentions: vec![],
    });
    pieces
}

/// Texts with links, each a piece of its own, parted by spaces.
pub(super) fn sentences(vendor: &Vendor, texts: &[Prose]) -> Constant {
    let spaced = texts.iter().enumerate().map(|(place, prose)| Prose {
        text: if place == 0 { prose.text.clone() } else { format!(" {}", prose.text) },
        mentions: prose.mentions.clone(),
    });
    prose(vendor, &merge(spaced.collect()))
}

fn prose(vendor: &Vendor, pieces: &[Prose]) -> Constant {
    list(pieces.iter().map(|piece| {
        // A vendor has far fewer than 65,536 tools: its list would not fit any client.
        let places = piece.mentions.iter().filter_map(|name| place(vendor, name));
        record("Piece", [("text", text(&piece.text)), ("needs", list(places.map(plain)))])
    }))
}

/// The place of a tool in the vendor's table.
pub(super) fn place(vendor: &Vendor, tool: &str) -> Option<u16> {
    let place = vendor.tools.binary_search_by(|there| there.name.as_str().cmp(tool)).ok()?;
    u16::try_from(place).ok()
}

/// Joins neighbours that mention nothing.
fn merge(pieces: Vec<Prose>) -> Vec<Prose> {
    let mut merged: Vec<Prose> = Vec::new();
    for piece in pieces {
        match merged.last_mut() {
            Some(last) if last.mentions.is_empty() && piece.mentions.is_empty() => {
                last.text.push_str(&piece.text);
            }
            _ => merged.push(piece),
        }
    }
    merged
}

/// A text as it stands between the quotes of a JSON string.
fn inner(text: &str) -> String {
    let quoted = json!(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}
