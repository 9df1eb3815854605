//! The result of `tools/call` as JSON.
//!
//! An answer stands in it twice, as text for a model and as a structure for programs. Both are written from
//! the same JSON text: copied once, escaped once.

use super::era::{Era, META_SERVER_INFO};
use crate::Server;
use crate::call::{Block, CallOutcome};
use serde::Serialize;

/// Writes a result, in the order that clients print best.
pub(super) fn result(server: &Server, era: Era, mut outcome: CallOutcome) -> Vec<u8> {
    let mut out = Vec::with_capacity(outcome.text.len() * 5 / 4 + outcome.structured.text().len() + 1024);
    out.push(b'{');
    if era == Era::Modern {
        outcome.hints.insert(META_SERVER_INFO.to_owned(), server.info().clone());
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
    if !outcome.meta().is_empty() {
        out.extend_from_slice(br#","_meta":"#);
        write(&mut out, &outcome.meta());
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
    // Without branches, so that the compiler makes vector instructions of it.
    if text.bytes().fold(0, |any, byte| any | u8::from(byte < b' ')) != 0 {
        text.bytes().for_each(|byte| escape(out, byte));
    } else {
        quote_words(out, text.as_bytes());
    }
    out.push(b'"');
}

/// Adds bytes without control characters. JSON inside JSON has a quote every few bytes: eight bytes are
/// written at once, and written again one place on from each quote or backslash among them.
fn quote_words(out: &mut Vec<u8>, bytes: &[u8]) {
    const WORD: usize = 8;
    let start = out.len();
    // Twice as much if every byte is escaped, and room for a last word.
    out.resize(start + 2 * bytes.len() + 2 * WORD, 0);
    let (into, mut end) = (&mut out[start..], 0);
    let mut put = |at: usize, word: u64| {
        if let Some(place) = into[at..].first_chunk_mut() {
            *place = word.to_le_bytes();
        }
    };
    let (words, rest) = bytes.as_chunks::<WORD>();
    for word in words {
        let mut word = u64::from_le_bytes(*word);
        let (mut found, mut left) = (special(word), WORD);
        put(end, word);
        while found != 0 {
            let plain = found.trailing_zeros() as usize / 8;
            (end, left) = (end + plain, left - plain);
            word >>= 8 * plain;
            found = (found & (found - 1)) >> (8 * plain);
            put(end, word << 8 | u64::from(b'\\'));
            put(end + 1, word);
            end += 1;
        }
        end += left;
    }
    out.truncate(start + end);
    rest.iter().for_each(|byte| escape(out, *byte));
}

/// The top bit of each byte that is a quote or a backslash.
fn special(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    // No carry leaves its byte.
    let zeros = |word: u64| !(((word & !TOPS) + !TOPS) | word) & TOPS;
    zeros(word ^ (ONES * u64::from(b'"'))) | zeros(word ^ (ONES * u64::from(b'\\')))
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
