//! Answers packed in one piece.
//!
//! A compressor's tables cost more to make than a usual answer costs to compress, so each thread keeps one.
//! Long answers are left to the layer that packs while it sends.

use bytes::Bytes;
use flate2::{Compress, Compression, Crc, FlushCompress, Status};
use std::cell::Cell;

/// Longest answer, in bytes, that is packed in one piece.
const LONGEST: usize = 256 << 10;

/// Magic, deflate, no flags, no time, fastest, unknown system (RFC 1952).
const HEAD: [u8; 10] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 0xff];

thread_local! {
    static COMPRESSOR: Cell<Option<Compress>> = const { Cell::new(None) };
}

/// The parts as one gzip member; `None` if they are too long for that.
pub(crate) fn gzip(parts: &[Bytes]) -> Option<Bytes> {
    let length: usize = parts.iter().map(Bytes::len).sum();
    if length > LONGEST {
        return None;
    }
    let mut compress = COMPRESSOR.take().unwrap_or_else(|| Compress::new(Compression::fast(), false));
    compress.reset();
    let mut crc = Crc::new();
    // What does not shrink grows by a few bytes for every block.
    let mut out = Vec::with_capacity(length + length / 1000 + 64);
    out.extend_from_slice(&HEAD);
    for part in parts {
        crc.update(part);
        let before = compress.total_in();
        compress.compress_vec(part, &mut out, FlushCompress::None).ok()?;
        if compress.total_in() - before != part.len() as u64 {
            return None;
        }
    }
    let ended = compress.compress_vec(&[], &mut out, FlushCompress::Finish).ok()?;
    COMPRESSOR.set(Some(compress));
    if ended != Status::StreamEnd {
        return None;
    }
    out.extend_from_slice(&crc.sum().to_le_bytes());
    out.extend_from_slice(&crc.amount().to_le_bytes());
    Some(out.into())
}

#[cfg(test)]
mod tests {
    use super::{LONGEST, gzip};
    use bytes::Bytes;
    use flate2::read::GzDecoder;
    use std::io::Read as _;

    #[test]
    fn parts_become_one_member_again_and_again() {
        let mut state = 1_u64;
        let mut noise = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state.to_be_bytes()[0]
        };
        let texts = [
            Vec::new(),
            b"{\"a\":1}".repeat(1_000),
            (0..LONGEST - 10).map(|_| noise()).collect(),
            b"x".to_vec(),
        ];
        for text in texts {
            let packed = gzip(&[Bytes::from_static(b"head"), text.clone().into(), Bytes::from_static(b"}")]);
            let mut got = Vec::new();
            GzDecoder::new(&packed.unwrap()[..]).read_to_end(&mut got).unwrap();
            assert_eq!(got, [b"head", &text[..], b"}"].concat());
        }
        assert!(gzip(&[vec![0; LONGEST + 1].into()]).is_none());
    }
}
