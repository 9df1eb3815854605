//! A client as small as can be: one connection, one request at a time, nothing but what a test needs.

use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// A kept connection to a server.
pub(crate) struct Wire {
    stream: TcpStream,
    bytes: Vec<u8>,
}

impl Wire {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        Self { stream: TcpStream::connect(address).await.expect("a connection"), bytes: Vec::new() }
    }

    /// Status and body of the answer to a POST of JSON.
    pub(crate) async fn post(&mut self, token: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let head = format!(
            "POST /mcp/{token} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        self.stream.write_all(&[head.as_bytes(), body].concat()).await.expect("a request is taken");
        let end =
            self.read_until(|bytes| Some(bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4)).await;
        let head = String::from_utf8(self.bytes.drain(..end).collect()).expect("a head is text");
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
        let length: usize = length.and_then(|length| length.parse().ok()).expect("a length");
        self.read_until(|bytes| (bytes.len() >= length).then_some(length)).await;
        let status = head.get(9..12).and_then(|status| status.parse().ok()).expect("a status");
        (status, self.bytes.drain(..length).collect())
    }

    async fn read_until(&mut self, done: impl Fn(&[u8]) -> Option<usize>) -> usize {
        loop {
            if let Some(end) = done(&self.bytes) {
                return end;
            }
            assert!(self.stream.read_buf(&mut self.bytes).await.expect("bytes") > 0, "the server hung up");
        }
    }
}
