//! Large, endless and packed answers, and what they cost the server's process.

use crate::mock::{Mock, Reply, bytes_answer};
use crate::process::{Process, Setup};
use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use serde_json::json;
use std::io::Write as _;
use std::time::{Duration, Instant};

const PLAIN: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";

/// Spaces, of which JSON may hold as many as it likes.
static BLANK: [u8; 1 << 20] = [b' '; 1 << 20];

fn gzip(bytes: &[u8], times: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    (0..times).for_each(|_| encoder.write_all(bytes).expect("memory"));
    encoder.finish().expect("memory")
}

fn zlib(bytes: &[u8], times: usize) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    (0..times).for_each(|_| encoder.write_all(bytes).expect("memory"));
    encoder.finish().expect("memory")
}

fn brotli(bytes: &[u8], times: usize) -> Vec<u8> {
    let mut encoder = brotli::CompressorWriter::new(Vec::new(), 64 << 10, 2, 22);
    (0..times).for_each(|_| encoder.write_all(bytes).expect("memory"));
    encoder.into_inner()
}

/// The beginning of a gzip file, and a block of a megabyte of blanks that can follow again and again.
fn endless_gzip() -> (Vec<u8>, Vec<u8>) {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
    let mut blocks = [Vec::new(), Vec::new()];
    for block in &mut blocks {
        encoder.write_all(&BLANK).expect("memory");
        encoder.flush().expect("memory");
        block.append(encoder.get_mut());
    }
    let [first, again] = blocks;
    ([&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff], &first[..]].concat(), again)
}

/// `error.kind` of a call to a vendor that answers so, and how long it took. The server needs no more than
/// a little memory for it.
async fn kind_of(reply: Reply) -> (String, Duration) {
    let mock = Mock::always(reply).await;
    let process = Process::start(&Setup { vendor: &mock.base(), ..Setup::default() });
    let started = Instant::now();
    let result = process.call("get_single_acme_item_by_id", "7").await;
    let took = started.elapsed();
    assert_eq!(result["isError"], true, "{result}");
    let text = result["content"][0]["text"].to_string();
    assert!(text.len() < 2_000, "{text}");
    if let Some(peak) = process.peak() {
        assert!(peak < 96 << 10, "{peak} KiB at the peak: {text}");
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(mock.closed(), 1, "the vendor's connection is closed");
    (result["structuredContent"]["error"]["kind"].as_str().unwrap_or_default().to_owned(), took)
}

#[tokio::test]
async fn security_d1_d2_endless_answers_are_cut_and_cost_little() {
    let (first, again) = endless_gzip();
    let packed = [PLAIN, b"content-encoding: gzip\r\n\r\n", &first].concat();
    let chunk = [b"100000\r\n".as_slice(), &BLANK, b"\r\n"].concat();
    let chunked = [PLAIN, b"transfer-encoding: chunked\r\n\r\n"].concat();
    let until_close = [PLAIN, b"connection: close\r\n\r\n"].concat();
    for (head, more) in [(packed, again), (chunked, chunk), (until_close, BLANK.to_vec())] {
        let (kind, took) = kind_of(Reply::Endless(head, more, Duration::ZERO)).await;
        assert_eq!(kind, "too_large");
        assert!(took < Duration::from_secs(10), "{took:?}");
    }
}

#[tokio::test]
async fn security_d2_packed_answers_are_counted_unpacked_whatever_the_packing() {
    for (coding, packed) in
        [("gzip", gzip(&BLANK, 12)), ("deflate", zlib(&BLANK, 12)), ("br", brotli(&BLANK, 12))]
    {
        assert!(packed.len() < 256 << 10, "{coding}: {}", packed.len());
        let field = format!("content-encoding: {coding}");
        let reply =
            Reply::Close(bytes_answer("200 OK", &["content-type: application/json", &field], &packed));
        assert_eq!(kind_of(reply).await.0, "too_large", "{coding}");
    }
    // Each of these is whole and small, and unpacks to what it should.
    for (coding, packed) in
        [("gzip", gzip(b"{\"a\":1}", 1)), ("deflate", zlib(b"{\"a\":1}", 1)), ("br", brotli(b"{\"a\":1}", 1))]
    {
        let field = format!("content-encoding: {coding}");
        let bytes = bytes_answer("200 OK", &["content-type: application/json", &field], &packed);
        let mock = Mock::always(Reply::Keep(bytes)).await;
        let process = Process::start(&Setup { vendor: &mock.base(), ..Setup::default() });
        let result = process.call("get_single_acme_item_by_id", "7").await;
        assert_eq!(result["structuredContent"], json!({ "result": { "a": 1 } }), "{coding}");
    }
}

/// Packed twice, or packed in a way that was not asked for: never more than the bytes that came.
#[tokio::test]
async fn security_d2_unknown_and_nested_packing_is_not_unpacked_without_end() {
    let nested = gzip(&gzip(&BLANK, 12), 1);
    let zstd = [0x28, 0xb5, 0x2f, 0xfd, 0x04, 0x00];
    for (coding, packed) in
        [("gzip, gzip", &nested[..]), ("gzip", &nested), ("zstd", &zstd), ("x-none", &zstd)]
    {
        let field = format!("content-encoding: {coding}");
        let bytes = bytes_answer("200 OK", &["content-type: application/json", &field], packed);
        let mock = Mock::always(Reply::Keep(bytes)).await;
        let process = Process::start(&Setup { vendor: &mock.base(), ..Setup::default() });
        let result = process.call("get_single_acme_item_by_id", "7").await;
        assert!(result.to_string().len() < 512 << 10, "{coding}");
        if let Some(peak) = process.peak() {
            assert!(peak < 64 << 10, "{coding}: {peak} KiB at the peak");
        }
        process.call("get_single_acme_item_by_id", "7").await;
    }
}

#[tokio::test]
async fn security_d1_a_body_of_five_megabytes_arrives_whole() {
    let long = "é".repeat(5 << 19);
    let body = json!({ "long": long }).to_string();
    let mock = Mock::answering("200 OK", &["content-type: application/json"], &body).await;
    let process = Process::start(&Setup { vendor: &mock.base(), ..Setup::default() });
    for _ in 0..2 {
        let result = process.call("get_single_acme_item_by_id", "7").await;
        assert_eq!(result["isError"], false);
        assert!(result["structuredContent"]["result"]["long"] == long.as_str());
    }
    if let Some(peak) = process.peak() {
        assert!(peak < 192 << 10, "{peak} KiB at the peak");
    }
}
