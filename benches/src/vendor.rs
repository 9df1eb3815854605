//! A vendor with many customers, who says who asked for what, and who holds back or misbehaves on request.
//!
//! Below `/{customer}` it takes any GET and looks at the last segment of its path: `hold-…` is answered when
//! `HOLD` is over, `fault-N-…` with the Nth fault of [`FAULTS`], anything else at once with who asked for
//! it: [`echo`]. A request with another customer's credential is refused.

use std::net::Ipv4Addr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

/// How long a held answer takes, unless told otherwise.
pub const HOLD: Duration = Duration::from_secs(15);

/// What a vendor does wrong, in the order of their numbers; `None` closes the connection without a word.
/// What is complete says that the connection ends with it: otherwise the next request could be on its way there,
/// and fail for no fault of the server.
pub const FAULTS: [Option<&str>; 6] = [
    Some(
        "HTTP/1.1 500 Oops\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: 19\r\n\r\n{\"message\":\"broken\"}",
    ),
    Some("HTTP/1.1 429 Slow\r\nretry-after: 7\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"),
    Some("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5000\r\n\r\n{\"cut\":"),
    Some(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: 9\r\n\r\n{\"a\":1,,}",
    ),
    Some(
        "HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:9/\r\nconnection: close\r\ncontent-length: 0\r\n\r\n",
    ),
    None,
];

/// The credential of a customer, as long as real ones are.
pub fn credential(customer: usize) -> String {
    format!("4Zx8Qm2Lr7Tb1Wd9Kp5Ys3Nf6Hc0-{customer:05}")
}

/// What the vendor answers.
pub fn echo(customer: usize, id: &str) -> String {
    format!(r#"{{"customer":{customer},"id":"{id}"}}"#)
}

/// Serves on a free port, prints the base URL, and runs until it is killed.
///
/// # Errors
/// If there is no port.
pub async fn serve() -> anyhow::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    println!("http://{}", listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::spawn(connection(stream));
    }
}

async fn connection(mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    let mut heard = Vec::with_capacity(4096);
    loop {
        while !heard.ends_with(b"\r\n\r\n") {
            if stream.read_buf(&mut heard).await? == 0 {
                return Ok(());
            }
        }
        let header = String::from_utf8_lossy(&heard).into_owned();
        heard.clear();
        let Some((customer, id)) = asked(&header) else {
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await?;
            continue;
        };
        if !header.contains(&credential(customer)) {
            stream.write_all(b"HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n").await?;
            continue;
        }
        let fault = id.strip_prefix("fault-").and_then(|rest| rest.split('-').next()?.parse::<usize>().ok());
        if let Some(fault) = fault {
            let answer = FAULTS[fault % FAULTS.len()].unwrap_or_default();
            stream.write_all(answer.as_bytes()).await?;
            // What announces more than it sends, or says nothing at all, has to end.
            return stream.shutdown().await;
        }
        if id.starts_with("hold-") {
            sleep(HOLD).await;
        }
        let body = echo(customer, id);
        let answer = format!(
            "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(answer.as_bytes()).await?;
    }
}

/// Customer and id, from `GET /{customer}/…/{id}?… HTTP/1.1`.
fn asked(header: &str) -> Option<(usize, &str)> {
    let path = header.strip_prefix("GET /")?.split([' ', '?']).next()?;
    let (customer, rest) = path.split_once('/')?;
    Some((customer.parse().ok()?, rest.rsplit('/').next()?))
}
