//! The result of `tools/call` as JSON.
//!
//! An answer stands in it twice, as text for a model and as a structure for programs. Both are written from
//! the same JSON text: copied once, escaped once.

use super::era::{Era, META_SERVER_INFO};
use crate::Server;
use crate::call::{Block, CallOutcome};
use serde::Serialize;

/// Writes a result, in the order that clients print best.
pub(super) fn result(server: &Server, era: Era, outcome: CallOutcome) -> Vec<u8> {
    let mut meta = outcome.meta;
    let mut out = Vec::with_capacity(outcome.text.len() * 5 / 4 + outcome.structured.text().len() + 1024);
    out.push(b'{');
    if era == Era::Modern {
        meta.insert(META_SERVER_INFO.to_owned(), server.info().clone());
        out.extend_from_slice(br#""resultType":"complete","#);
    }
    // Some clients show or read nothing but the first block.
    out.extend_from_slice(br#""content":[{"type":"text","text":"#);
    quote(&mut out, &outcome.text);
    out.push(b'}');
    let notes = outcome.notes.iter().map(|text| Content::Text { text });
    for content in outcome.blocks.iter().map(Content::from).chain(notes) {
        out.push(b',');
        write(&mut out, &content);
    }
    out.extend_from_slice(br#"],"structuredContent":"#);
    out.extend_from_slice(outcome.structured.text().as_bytes());
    out.extend_from_slice(br#","isError":"#);
    out.extend_from_slice(if outcome.is_error { b"true" } else { b"false" });
    if !meta.is_empty() {
        out.extend_from_slice(br#","_meta":"#);
        write(&mut out, &meta);
    }
    out.push(b'}');
    out
}

fn write(out: &mut Vec<u8>, value: &impl Serialize) {
    // Texts and maps with text keys always serialise, and a vector takes everything.
    let _ = serde_json::to_writer(out, value);
}

/// Adds a text as a JSON string.
fn quote(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let (parts, rest) = text.as_bytes().as_chunks::<PART>();
    for part in parts {
        // Without branches, so that the compiler makes vector instructions of it.
        let control = part.iter().fold(0, |any, byte| any | u8::from(*byte < b' '));
        let special =
            part.iter().fold(0, |any, byte| any | u8::from(*byte == b'"') | u8::from(*byte == b'\\'));
        match (control, special) {
            (0, 0) => out.extend_from_slice(part),
            (0, _) => quote_part(out, part),
            _ => part.iter().for_each(|byte| escape(out, *byte)),
        }
    }
    rest.iter().for_each(|byte| escape(out, *byte));
    out.push(b'"');
}

/// How many bytes are looked at together.
const PART: usize = 64;

/// What each byte but control characters becomes, as two bytes of which the second may be one too many.
const ESCAPED: [[u8; 2]; 256] = {
    let mut escaped = [[0; 2]; 256];
    let mut byte = 0;
    while byte < 256 {
        #[expect(clippy::cast_possible_truncation, reason = "the loop ends at 256")]
        let plain = byte as u8;
        escaped[byte] = if matches!(plain, b'"' | b'\\') { [b'\\', plain] } else { [plain, 0] };
        byte += 1;
    }
    escaped
};

/// Adds bytes of which some are quotes or backslashes. JSON inside JSON has a quote every few bytes, so a
/// branch for each would cost more than writing two bytes for every one and counting on by one or two.
fn quote_part(out: &mut Vec<u8>, part: &[u8; PART]) {
    const ROOM: usize = 2 * PART;
    let (mut escaped, mut end) = ([0; ROOM + 2], 0_usize);
    for byte in part {
        let two = ESCAPED[usize::from(*byte)];
        let at = end % ROOM;
        escaped[at] = two[0];
        escaped[at + 1] = two[1];
        end += 1 + usize::from(two[1] != 0);
    }
    out.extend_from_slice(&escaped[..end]);
}

/// Adds one byte of a string.
fn escape(out: &mut Vec<u8>, byte: u8) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let short = match byte {
        b'"' | b'\\' => byte,
        0x08 => b'b',
        0x0c => b'f',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0..=0x1f => {
            out.extend_from_slice(b"\\u00");
            return out.extend([HEX[usize::from(byte >> 4)], HEX[usize::from(byte & 15)]]);
        }
        _ => return out.push(byte),
    };
    out.extend([b'\\', short]);
}

/// A content block, which both eras write alike.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase", rename_all_fields = "camelCase")]
enum Content<'r> {
    Text { text: &'r str },
    Image { data: &'r str, mime_type: &'r str },
    Audio { data: &'r str, mime_type: &'r str },
    Resource { resource: Embedded<'r> },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Embedded<'r> {
    uri: &'r str,
    mime_type: &'r str,
    blob: &'r str,
}

impl<'r> From<&'r Block> for Content<'r> {
    fn from(block: &'r Block) -> Self {
        match block {
            Block::Image { mime_type, data } => Self::Image { data, mime_type },
            Block::Audio { mime_type, data } => Self::Audio { data, mime_type },
            Block::Resource { uri, mime_type, blob } => {
                Self::Resource { resource: Embedded { uri, mime_type, blob } }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Block, Content, quote};
    use proptest::prelude::*;
    use serde_json::{json, to_value};

    #[test]
    fn blocks_are_written_as_the_protocol_names_them() {
        let (mime_type, data) = ("image/png".to_owned(), "/w==".to_owned());
        let uri = "toolpress://acme/x".to_owned();
        let table = [
            (
                Block::Image { mime_type: mime_type.clone(), data: data.clone() },
                json!({ "type": "image", "data": "/w==", "mimeType": "image/png" }),
            ),
            (
                Block::Audio { mime_type: mime_type.clone(), data: data.clone() },
                json!({ "type": "audio", "data": "/w==", "mimeType": "image/png" }),
            ),
            (
                Block::Resource { uri, mime_type, blob: data },
                json!({ "type": "resource", "resource":
                    { "uri": "toolpress://acme/x", "mimeType": "image/png", "blob": "/w==" } }),
            ),
        ];
        for (block, expected) in table {
            assert_eq!(to_value(Content::from(&block)).unwrap(), expected);
        }
        let text = Content::Text { text: "x" };
        assert_eq!(to_value(text).unwrap(), json!({ "type": "text", "text": "x" }));
    }

    proptest! {
        #[test]
        fn any_text_is_written_as_a_json_string(text in r#"[a-d"\\\\\x00-\x1f\x7fé😀]{0,200}"#) {
            let mut out = Vec::new();
            quote(&mut out, &text);
            prop_assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string(&text).unwrap());
        }

        #[test]
        fn a_text_without_control_characters_is_too(text in r#"[a-d"\\\\é]{0,200}"#) {
            let mut out = Vec::new();
            quote(&mut out, &text);
            prop_assert_eq!(String::from_utf8(out).unwrap(), serde_json::to_string(&text).unwrap());
        }
    }
}
