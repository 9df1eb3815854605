//! A scripted vendor on loopback that writes down the bytes of every request.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::timeout;

/// The vendor.
#[derive(Debug, Clone)]
pub struct Upstream {
    /// Where it listens.
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    count: watch::Receiver<usize>,
}

/// What it does after a request.
#[derive(Debug, Clone)]
pub enum Reply {
    /// Sends these bytes and keeps the connection.
    Bytes(Vec<u8>),
    /// Sends nothing, until the other side leaves.
    Hang,
    /// Waits until the sender says `true` (or is dropped), then sends these bytes.
    After(watch::Receiver<bool>, Vec<u8>),
}

/// One request as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Request line and header fields.
    pub head: String,
    /// The body.
    pub body: String,
}

impl Seen {
    /// Method and target.
    pub fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1")
    }

    /// All values of a header field.
    pub fn header(&self, name: &str) -> Vec<&str> {
        let fields = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        fields.filter(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
    }
}

impl Upstream {
    /// A vendor that replies by a script, which gets the request and its number from 0.
    pub async fn scripted(script: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        let (told, count) = watch::channel(0);
        let upstream = Self { address, seen: Arc::default(), count };
        let (seen, script, told) = (Arc::clone(&upstream.seen), Arc::new(script), Arc::new(told));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, script, told) = (Arc::clone(&seen), Arc::clone(&script), Arc::clone(&told));
                tokio::spawn(async move { serve(stream, &seen, &told, &*script).await });
            }
        });
        upstream
    }

    /// A vendor that always answers 200 with this JSON.
    pub async fn answering(body: &str) -> Self {
        let bytes = answer("200 OK", &["content-type: application/json"], body);
        Self::scripted(move |_, _| Reply::Bytes(bytes.clone())).await
    }

    /// The base URL of an account with it.
    pub fn base_url(&self) -> String {
        format!("http://{}/api", self.address)
    }

    /// The requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many there were.
    pub fn count(&self) -> usize {
        *self.count.borrow()
    }

    /// Waits until there were so many.
    pub async fn reached(&self, number: usize) {
        let mut count = self.count.clone();
        let waited = timeout(crate::PATIENCE, count.wait_for(|count| *count >= number)).await;
        waited.expect("requests in time").expect("a vendor");
    }
}

async fn serve(
    mut stream: TcpStream,
    all: &Mutex<Vec<Seen>>,
    told: &watch::Sender<usize>,
    script: &(dyn Fn(&Seen, usize) -> Reply + Send + Sync),
) {
    while let Some(seen) = read(&mut stream).await {
        let number = {
            let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
            all.push(seen.clone());
            all.len() - 1
        };
        told.send_modify(|count| *count += 1);
        let bytes = match script(&seen, number) {
            Reply::Bytes(bytes) => bytes,
            Reply::Hang => {
                let _ = stream.read(&mut [0]).await;
                return;
            }
            Reply::After(mut gate, bytes) => {
                let _ = gate.wait_for(|open| *open).await;
                bytes
            }
        };
        if stream.write_all(&bytes).await.is_err() {
            return;
        }
    }
}

async fn read(stream: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let mut seen = Seen { head: String::from_utf8_lossy(&bytes[..end]).into_owned(), body: String::new() };
    let length = seen.header("content-length").first().and_then(|text| text.parse().ok()).unwrap_or(0);
    while bytes.len() < end + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    seen.body = String::from_utf8_lossy(&bytes[end..]).into_owned();
    Some(seen)
}

/// A complete HTTP answer.
pub fn answer(status: &str, fields: &[&str], body: &str) -> Vec<u8> {
    let mut text = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n", body.len());
    for field in fields {
        text.push_str(field);
        text.push_str("\r\n");
    }
    text.push_str("\r\n");
    text.push_str(body);
    text.into_bytes()
}
