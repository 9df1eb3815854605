//! A scripted vendor on 127.0.0.1 that writes down the raw bytes of every request.

use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the vendor does after a request.
#[derive(Clone)]
pub(crate) enum Reply {
    /// Sends these bytes and keeps the connection.
    Keep(Vec<u8>),
    /// Sends these bytes and closes the connection.
    Close(Vec<u8>),
    /// Sends these bytes and resets the connection.
    Reset(Vec<u8>),
    /// Waits, then sends these bytes.
    Later(Duration, Vec<u8>),
    /// Sends the first bytes, then the second ones again and again.
    Endless(Vec<u8>, Vec<u8>, Duration),
    /// Sends these bytes and then nothing more.
    Hang(Vec<u8>),
}

/// One request as it came in.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Request line and header fields.
    pub(crate) head: String,
    /// The body.
    pub(crate) body: String,
}

impl Seen {
    /// The request line without the version.
    pub(crate) fn line(&self) -> &str {
        self.head.lines().next().unwrap().trim_end_matches(" HTTP/1.1")
    }

    /// All values of a header field.
    pub(crate) fn header(&self, name: &str) -> Vec<&str> {
        let fields = self.head.lines().skip(1).filter_map(|line| line.split_once(": "));
        fields.filter(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value).collect()
    }
}

#[derive(Clone)]
pub(crate) struct Mock {
    pub(crate) address: std::net::SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    closed: Arc<Mutex<usize>>,
}

impl Mock {
    /// A vendor that replies by a script, which gets the request and its number from 0.
    pub(crate) async fn scripted(script: impl Fn(&Seen, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mock =
            Self { address: listener.local_addr().unwrap(), seen: Arc::default(), closed: Arc::default() };
        let (shared, script) = (mock.clone(), Arc::new(script));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (mock, script) = (shared.clone(), Arc::clone(&script));
                tokio::spawn(async move {
                    mock.serve(stream, &*script).await;
                    *mock.closed.lock().unwrap() += 1;
                });
            }
        });
        mock
    }

    /// A vendor that always replies the same.
    pub(crate) async fn always(reply: Reply) -> Self {
        Self::scripted(move |_, _| reply.clone()).await
    }

    /// A vendor that always answers with this status, these header fields and this body.
    pub(crate) async fn answering(status: &str, fields: &[&str], body: &str) -> Self {
        Self::always(Reply::Keep(answer(status, fields, body))).await
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn count(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    /// Connections that have come to their end, whoever ended them.
    pub(crate) fn closed(&self) -> usize {
        *self.closed.lock().unwrap()
    }

    pub(crate) fn base(&self) -> String {
        format!("http://{}/api", self.address)
    }

    async fn serve(&self, mut stream: TcpStream, script: &(dyn Fn(&Seen, usize) -> Reply + Send + Sync)) {
        while let Some(seen) = read(&mut stream).await {
            let number = {
                let mut all = self.seen.lock().unwrap();
                all.push(seen.clone());
                all.len() - 1
            };
            match script(&seen, number) {
                Reply::Keep(bytes) => stream.write_all(&bytes).await.unwrap(),
                Reply::Close(bytes) => {
                    let _ = stream.write_all(&bytes).await;
                    return;
                }
                Reply::Reset(bytes) => {
                    let _ = stream.write_all(&bytes).await;
                    tokio::time::sleep(Duration::from_millis(50)).await;
                    let _ = stream.set_zero_linger();
                    return;
                }
                Reply::Later(wait, bytes) => {
                    tokio::time::sleep(wait).await;
                    let _ = stream.write_all(&bytes).await;
                }
                Reply::Endless(head, more, pause) => {
                    let _ = stream.write_all(&head).await;
                    while stream.write_all(&more).await.is_ok() {
                        tokio::time::sleep(pause).await;
                    }
                    return;
                }
                Reply::Hang(bytes) => {
                    let _ = stream.write_all(&bytes).await;
                    let _ = stream.read(&mut [0]).await;
                    return;
                }
            }
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
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut seen = Seen { head, body: String::new() };
    let length: usize = seen.header("content-length").first().map_or(0, |text| text.parse().unwrap());
    while bytes.len() < end + length {
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
    assert_eq!(bytes.len(), end + length, "one request at a time");
    seen.body = String::from_utf8(bytes[end..].to_vec()).unwrap();
    Some(seen)
}

/// A complete HTTP answer.
pub(crate) fn answer(status: &str, fields: &[&str], body: &str) -> Vec<u8> {
    bytes_answer(status, fields, body.as_bytes())
}

pub(crate) fn bytes_answer(status: &str, fields: &[&str], body: &[u8]) -> Vec<u8> {
    let length = format!("content-length: {}", body.len());
    let mut lines = vec![format!("HTTP/1.1 {status}")];
    lines.extend(fields.iter().map(|field| (*field).to_owned()));
    lines.extend((!status.starts_with("204") && !status.starts_with("304")).then_some(length));
    [lines.join("\r\n").as_bytes(), b"\r\n\r\n", body].concat()
}
