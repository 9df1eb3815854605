//! The load client: kept-alive connections that send the same bytes again and again and count the
//! answers. It reads no more of an answer than it must, so that it costs less than any server.

use crate::process::Process;
use anyhow::{Context as _, bail, ensure};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

/// An address and the request to send there.
#[derive(Debug, Clone)]
pub struct Target {
    address: String,
    request: Vec<u8>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    /// The header, as it came.
    pub header: String,
    /// The body, as it came.
    pub body: Vec<u8>,
}

/// What one measurement gave.
#[derive(Debug, Clone, Copy)]
pub struct Rate {
    /// Answers per second.
    pub per_second: f64,
    /// CPU microseconds of the server per answer.
    pub cpu_us: f64,
}

impl Target {
    /// A POST of JSON to `url`. `gzip` says that compressed answers are taken.
    ///
    /// # Errors
    /// If the URL is none of `http`.
    pub fn post(url: &str, body: &str, gzip: bool) -> anyhow::Result<Self> {
        let rest = url.strip_prefix("http://").context("not an http URL")?;
        let (address, path) = rest.split_once('/').unwrap_or((rest, ""));
        let encoding = if gzip { "accept-encoding: gzip\r\n" } else { "" };
        let request = format!(
            "POST /{path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
             accept: application/json, text/event-stream\r\nmcp-protocol-version: 2025-11-25\r\n\
             {encoding}content-length: {}\r\n\r\n{body}",
            body.len()
        );
        Ok(Self { address: address.to_owned(), request: request.into_bytes() })
    }

    /// The same request to another server of this kind, at the address of `url`.
    ///
    /// # Errors
    /// If the URL is none of `http`.
    pub fn at(&self, url: &str) -> anyhow::Result<Self> {
        let rest = url.strip_prefix("http://").context("not an http URL")?;
        let address = rest.split('/').next().unwrap_or(rest).to_owned();
        Ok(Self { address, request: self.request.clone() })
    }

    /// One answer, whole.
    ///
    /// # Errors
    /// If there is none with status 200.
    pub async fn once(&self) -> anyhow::Result<Answer> {
        let mut connection = self.connect().await?;
        let mut body = Vec::new();
        let header = connection.exchange(&self.request, |part| body.extend_from_slice(part)).await?;
        Ok(Answer { header: String::from_utf8_lossy(&header).into_owned(), body })
    }

    /// Loads the server for a while with this many connections, each with one request on its way.
    ///
    /// # Errors
    /// If any answer is missing, has another status than 200 or another length than `length`.
    pub async fn load(
        &self,
        server: &Process,
        connections: usize,
        time: Duration,
        length: usize,
    ) -> anyhow::Result<Rate> {
        let mut open = Vec::new();
        for _ in 0..connections {
            let mut connection = self.connect().await?;
            // Connections to the vendor are made now, not while the clock runs.
            connection.exchange(&self.request, |_| ()).await?;
            open.push(connection);
        }
        let mut running = JoinSet::new();
        let (cpu, start) = (server.cpu()?, Instant::now());
        for mut connection in open {
            let request = self.request.clone();
            running.spawn(async move {
                let mut answers = 0_u32;
                while start.elapsed() < time {
                    let mut got = 0;
                    connection.exchange(&request, |part| got += part.len()).await?;
                    ensure!(got == length, "an answer of {got} bytes instead of {length}");
                    answers += 1;
                }
                anyhow::Ok(answers)
            });
        }
        let mut answers = 0.0;
        while let Some(counted) = running.join_next().await {
            answers += f64::from(counted??);
        }
        let seconds = start.elapsed().as_secs_f64();
        let cpu = server.cpu()? - cpu;
        Ok(Rate { per_second: answers / seconds, cpu_us: cpu / answers * 1e6 })
    }

    /// Puts each of these requests to a server once, over this many connections.
    ///
    /// # Errors
    /// If any answer is missing, has another status than 200 or another length than `length`.
    pub async fn each(
        targets: Arc<[Self]>,
        server: &Process,
        connections: usize,
        length: usize,
    ) -> anyhow::Result<Rate> {
        let mut open = Vec::new();
        for target in targets.iter().take(connections) {
            open.push(target.connect().await?);
        }
        let next = Arc::new(AtomicUsize::new(0));
        let mut running = JoinSet::new();
        let (cpu, start) = (server.cpu()?, Instant::now());
        for mut connection in open {
            let (targets, next) = (Arc::clone(&targets), Arc::clone(&next));
            running.spawn(async move {
                while let Some(target) = targets.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let mut got = 0;
                    connection.exchange(&target.request, |part| got += part.len()).await?;
                    ensure!(got == length, "an answer of {got} bytes instead of {length}");
                }
                anyhow::Ok(())
            });
        }
        while let Some(ended) = running.join_next().await {
            ended??;
        }
        let answers = f64::from(u32::try_from(targets.len())?);
        let seconds = start.elapsed().as_secs_f64();
        Ok(Rate { per_second: answers / seconds, cpu_us: (server.cpu()? - cpu) / answers * 1e6 })
    }

    /// A connection to where the request goes.
    ///
    /// # Errors
    /// If nobody listens there.
    pub async fn connect(&self) -> anyhow::Result<Connection> {
        let stream = TcpStream::connect(&self.address).await?;
        stream.set_nodelay(true)?;
        Ok(Connection { stream, buffer: vec![0; 256 << 10] })
    }
}

/// A kept-alive connection.
#[derive(Debug)]
pub struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
}

impl Connection {
    /// Puts a request and gives the whole body of the answer.
    ///
    /// # Errors
    /// If there is none with status 200.
    pub async fn ask(&mut self, target: &Target) -> anyhow::Result<Vec<u8>> {
        let mut body = Vec::new();
        self.exchange(&target.request, |part| body.extend_from_slice(part)).await?;
        Ok(body)
    }

    /// Sends a request and hands the parts of the answer's body on. Gives back the header.
    async fn exchange(&mut self, request: &[u8], mut body: impl FnMut(&[u8])) -> anyhow::Result<Vec<u8>> {
        self.stream.write_all(request).await?;
        let mut filled = 0;
        let end = loop {
            let read = self.stream.read(&mut self.buffer[filled..]).await?;
            ensure!(read > 0, "the connection ended");
            filled += read;
            if let Some(end) = self.buffer[..filled].windows(4).position(|four| four == b"\r\n\r\n") {
                break end + 4;
            }
        };
        let header = self.buffer[..end].to_vec();
        let mut body_of = Length::read(&header)?.body();
        let mut done = body_of.take(&self.buffer[end..filled], &mut body)?;
        while !done {
            let read = self.stream.read(&mut self.buffer).await?;
            ensure!(read > 0, "the connection ended");
            done = body_of.take(&self.buffer[..read], &mut body)?;
        }
        Ok(header)
    }
}

/// How the end of a body is known.
enum Length {
    Announced(usize),
    Chunked,
}

impl Length {
    fn read(header: &[u8]) -> anyhow::Result<Self> {
        let header = std::str::from_utf8(header)?;
        if !header.starts_with("HTTP/1.1 200 ") {
            bail!("answered {header:?}");
        }
        for (name, value) in header.lines().filter_map(|line| line.split_once(':')) {
            if name.eq_ignore_ascii_case("content-length") {
                return Ok(Self::Announced(value.trim().parse()?));
            }
            if name.eq_ignore_ascii_case("transfer-encoding") {
                return Ok(Self::Chunked);
            }
        }
        bail!("an answer of no length")
    }

    fn body(self) -> Body {
        match self {
            Self::Announced(left) => Body { left, chunked: false, line: Vec::new(), last: false },
            Self::Chunked => Body { left: 0, chunked: true, line: Vec::new(), last: false },
        }
    }
}

/// A body on its way in.
struct Body {
    /// Bytes left of it, or of the present chunk.
    left: usize,
    chunked: bool,
    /// The line between two chunks, as far as it is there.
    line: Vec<u8>,
    last: bool,
}

impl Body {
    /// Takes what came in; true at the end.
    fn take(&mut self, mut bytes: &[u8], body: &mut impl FnMut(&[u8])) -> anyhow::Result<bool> {
        loop {
            let (part, rest) = bytes.split_at(bytes.len().min(self.left));
            body(part);
            self.left -= part.len();
            bytes = rest;
            if self.left > 0 || !self.chunked {
                ensure!(bytes.is_empty(), "more than was announced");
                return Ok(self.left == 0);
            }
            let Some((byte, rest)) = bytes.split_first() else { return Ok(false) };
            bytes = rest;
            self.line.push(*byte);
            if *byte == b'\n' && self.line.len() > 2 {
                let line = std::str::from_utf8(&self.line)?.trim();
                if self.last {
                    return Ok(true);
                }
                self.left = usize::from_str_radix(line, 16)?;
                self.last = self.left == 0;
                self.line.clear();
            } else if self.last && self.line == b"\r\n" {
                return Ok(true);
            }
        }
    }
}
