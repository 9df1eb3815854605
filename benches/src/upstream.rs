//! The vendor's API of the benchmarks: answers every GET on kept-alive connections with the same bytes,
//! at the least cost, so that the two sides that call it are what is measured.

use std::net::Ipv4Addr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const END_OF_HEADER: &[u8] = b"\r\n\r\n";

/// A record of about this many bytes as JSON text.
pub fn body(size: usize) -> String {
    let item = r#"{"k":"abcdefgh","n":12345,"ok":true,"t":"2026-11-20T12:00:00Z"}"#;
    let items = vec![item; size.saturating_sub(120) / (item.len() + 1)];
    format!(
        r#"{{"id":"th_1","name":"bench","status":"active","price":12.50,"note":null,"items":[{}]}}"#,
        items.join(",")
    )
}

/// Serves on a free port, prints the base URL, and runs until it is killed.
///
/// # Errors
/// If there is no port.
pub async fn serve(size: usize) -> anyhow::Result<()> {
    let body = body(size);
    let answer = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-ratelimit-limit: 1000\r\n\
         x-ratelimit-remaining: 999\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let answer: &'static [u8] = answer.leak().as_bytes();
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(connection(stream, answer));
    }
}

async fn connection(mut stream: TcpStream, answer: &[u8]) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut heard = Vec::with_capacity(4096);
    loop {
        while !heard.ends_with(END_OF_HEADER) {
            if stream.read_buf(&mut heard).await? == 0 {
                return Ok(());
            }
        }
        heard.clear();
        stream.write_all(answer).await?;
    }
}
