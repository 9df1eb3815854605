//! The answer to `tools/list`: bytes made once, sent with the id of each request spliced in.
//!
//! Both eras share the array. For clients that take gzip, the array is compressed once; what stands
//! before it goes into a stored block in front (RFC 1951 section 3.2.4), and the checksum is combined.
//! One gzip member, since some clients stop reading after the first.

use super::era::{Era, META_SERVER_INFO};
use super::jsonrpc::{HEAD, Id};
use bytes::Bytes;
use flate2::Compression;
use flate2::write::DeflateEncoder;
use serde_json::Value;
use std::io::Write as _;
use std::sync::OnceLock;

/// How long a modern client may keep a list, in milliseconds. A server's filter can be changed.
pub(crate) const TTL_MS: u32 = 300_000;

const LEGACY_START: &str = r#","result":{"tools":"#;
const END: &str = "}}";

/// Gzip (RFC 1952): magic, deflate, no flags, no time, no extra flags, unknown system; then a stored block that is
/// not the last, and room for its length twice.
const GZIP_START: [u8; 15] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff, 0, 0, 0, 0, 0];

/// A server's tools.
#[derive(Debug)]
pub(crate) struct ToolList {
    /// The array and the end of the message.
    tail: Bytes,
    modern_start: Bytes,
    zipped: OnceLock<Option<Zipped>>,
}

/// The array and the end of the message, compressed.
#[derive(Debug)]
struct Zipped {
    blocks: Bytes,
    /// Checksum of what is compressed.
    sum: u32,
    /// Its length; gzip counts modulo 2³².
    amount: u32,
    /// What takes a checksum past that many bytes.
    shift: u32,
}

impl ToolList {
    /// A list from its JSON text.
    pub(crate) fn new(array: String, info: &Value) -> Self {
        let modern_start = format!(
            r#","result":{{"resultType":"complete","ttlMs":{TTL_MS},"cacheScope":"private","_meta":{{"{META_SERVER_INFO}":{info}}},"tools":"#
        );
        Self { tail: (array + END).into(), modern_start: modern_start.into(), zipped: OnceLock::new() }
    }

    /// The whole answer in parts.
    pub(crate) fn answer(&self, era: Era, id: &Id) -> [Bytes; 2] {
        [self.head(&[], era, id).into(), self.tail.clone()]
    }

    /// The whole answer compressed, in parts; `None` when the id is too long for one stored block.
    pub(crate) fn gzip(&self, era: Era, id: &Id) -> Option<[Bytes; 3]> {
        let zipped = self.zipped.get_or_init(|| self.zip().ok()).as_ref()?;
        let mut head = self.head(&GZIP_START, era, id);
        let (start, plain) = head.split_at_mut(GZIP_START.len());
        let length = u16::try_from(plain.len()).ok()?;
        start[11..13].copy_from_slice(&length.to_le_bytes());
        start[13..].copy_from_slice(&(!length).to_le_bytes());
        let sum = multiply(zipped.shift, crc32fast::hash(plain)) ^ zipped.sum;
        let amount = zipped.amount.wrapping_add(u32::from(length));
        let tail = [sum.to_le_bytes(), amount.to_le_bytes()].concat();
        Some([head.into(), zipped.blocks.clone(), tail.into()])
    }

    /// What stands before the array, behind `before`.
    fn head(&self, before: &[u8], era: Era, id: &Id) -> Vec<u8> {
        let start = match era {
            Era::Legacy => LEGACY_START.as_bytes(),
            Era::Modern => &self.modern_start,
        };
        [before, HEAD.as_bytes(), id.text(), start].concat()
    }

    fn zip(&self) -> std::io::Result<Zipped> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&self.tail)?;
        let blocks = encoder.finish()?.into();
        // Modulo 2³², as gzip counts.
        #[expect(clippy::cast_possible_truncation)]
        let amount = self.tail.len() as u32;
        Ok(Zipped { blocks, sum: crc32fast::hash(&self.tail), amount, shift: shift(amount) })
    }
}

/// The product of two polynomials modulo that of the checksum (RFC 1952 section 8), all with their bits in
/// reverse. The checksum of two texts in a row is `multiply(shift(second's length), first's) ^ second's`.
fn multiply(a: u32, mut b: u32) -> u32 {
    const POLYNOMIAL: u32 = 0xedb8_8320;
    let mut product = 0;
    for place in (0..32).rev() {
        if a >> place & 1 == 1 {
            product ^= b;
        }
        b = if b & 1 == 1 { b >> 1 ^ POLYNOMIAL } else { b >> 1 };
    }
    product
}

/// x to the power of eight times the number of bytes. Costs as much as the rest of an answer does, so it is
/// kept; that is why the library does not combine the checksums, which would do this each time.
fn shift(mut bytes: u32) -> u32 {
    let (mut power, mut square) = (1 << 31, 1 << 23);
    while bytes > 0 {
        if bytes & 1 == 1 {
            power = multiply(square, power);
        }
        square = multiply(square, square);
        bytes >>= 1;
    }
    power
}

#[cfg(test)]
mod tests {
    use super::{Era, Id, ToolList};
    use flate2::read::GzDecoder;
    use serde_json::json;
    use std::io::Read as _;

    #[test]
    fn the_compressed_answer_is_one_member_and_says_the_same() {
        let array = format!("[{}]", vec![r#"{"name":"get_item"}"#; 5_000].join(","));
        let list = ToolList::new(array, &json!({"name": "x"}));
        let id = Id::of(&json!("a \"b\"")).unwrap();
        for era in [Era::Legacy, Era::Modern] {
            let zipped = list.gzip(era, &id).unwrap().concat();
            let mut text = Vec::new();
            GzDecoder::new(&zipped[..]).read_to_end(&mut text).unwrap();
            assert_eq!(text, list.answer(era, &id).concat());
            assert!(zipped.len() < text.len() / 10);
        }
        let long = Id::of(&json!("x".repeat(70_000))).unwrap();
        assert!(list.gzip(Era::Legacy, &long).is_none());
    }
}
