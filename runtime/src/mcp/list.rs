//! The answer to `tools/list`: bytes made once, sent with the id of each request spliced in.
//!
//! Both eras share the array. For clients that take gzip, the array is compressed once; what stands
//! before it goes into a stored block in front (RFC 1951 section 3.2.4), and the checksum is combined.
//! One gzip member, since some clients stop reading after the first.

use super::era::{Era, META_SERVER_INFO};
use super::jsonrpc::{HEAD, Id};
use bytes::{BufMut, Bytes, BytesMut};
use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};
use serde_json::Value;
use std::io::Write as _;
use std::sync::OnceLock;

/// How long a modern client may keep a list, in milliseconds. A server's filter can be changed.
pub(crate) const TTL_MS: u32 = 300_000;

const LEGACY_START: &str = r#","result":{"tools":"#;
const END: &str = "}}";

/// A server's tools.
#[derive(Debug)]
pub(crate) struct ToolList {
    array: Bytes,
    modern_start: Bytes,
    zipped: OnceLock<Option<Zipped>>,
}

/// The array and the end of the message, compressed.
#[derive(Debug)]
struct Zipped {
    blocks: Bytes,
    crc: Crc,
}

impl ToolList {
    /// A list from its JSON text.
    pub(crate) fn new(array: String, info: &Value) -> Self {
        let modern_start = format!(
            r#","result":{{"resultType":"complete","ttlMs":{TTL_MS},"cacheScope":"private","_meta":{{"{META_SERVER_INFO}":{info}}},"tools":"#
        );
        Self { array: array.into(), modern_start: modern_start.into(), zipped: OnceLock::new() }
    }

    /// The whole answer in parts.
    pub(crate) fn answer(&self, era: Era, id: &Id) -> [Bytes; 5] {
        [
            Bytes::from_static(HEAD.as_bytes()),
            id.bytes(),
            self.start(era),
            self.array.clone(),
            Bytes::from_static(END.as_bytes()),
        ]
    }

    /// The whole answer compressed, in parts; `None` when the id is too long for one stored block.
    pub(crate) fn gzip(&self, era: Era, id: &Id) -> Option<[Bytes; 3]> {
        let zipped = self.zipped.get_or_init(|| self.zip().ok()).as_ref()?;
        let plain = [HEAD.as_bytes(), &id.bytes(), &self.start(era)].concat();
        let length = u16::try_from(plain.len()).ok()?;
        let mut crc = Crc::new();
        crc.update(&plain);
        crc.combine(&zipped.crc);

        let mut head = BytesMut::with_capacity(plain.len() + 15);
        // Gzip (RFC 1952): magic, deflate, no flags, no time, no extra flags, unknown system.
        head.put_slice(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
        // A stored block that is not the last.
        head.put_u8(0);
        head.put_u16_le(length);
        head.put_u16_le(!length);
        head.put_slice(&plain);
        let mut tail = BytesMut::with_capacity(8);
        tail.put_u32_le(crc.sum());
        tail.put_u32_le(crc.amount());
        Some([head.freeze(), zipped.blocks.clone(), tail.freeze()])
    }

    fn start(&self, era: Era) -> Bytes {
        match era {
            Era::Legacy => Bytes::from_static(LEGACY_START.as_bytes()),
            Era::Modern => self.modern_start.clone(),
        }
    }

    fn zip(&self) -> std::io::Result<Zipped> {
        let mut crc = Crc::new();
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        for part in [&self.array[..], END.as_bytes()] {
            crc.update(part);
            encoder.write_all(part)?;
        }
        Ok(Zipped { blocks: encoder.finish()?.into(), crc })
    }
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
