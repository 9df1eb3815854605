//! Lines of a pipe, one message each, none of them longer than is allowed.
//!
//! What follows the limit is thrown away as it comes in, but looked at for the message's id: clients that
//! write the id last would otherwise never learn which of their requests was too long.

use super::jsonrpc::Id;
use bytes::Bytes;
use std::io;
use std::mem::take;
use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::mpsc;

/// Longest id, in bytes, that is looked for in a line that is too long.
const LONGEST_ID: usize = 256;

/// What came in.
#[derive(Debug)]
pub(crate) enum Line {
    /// A line without its end.
    Whole(Vec<u8>),
    /// A line above the limit, with its id, or `null` where none was found.
    TooLong(Id),
    /// The input has ended.
    End,
}

/// The lines of an input.
#[derive(Debug)]
pub(crate) struct Lines<R> {
    input: R,
    limit: usize,
    line: Vec<u8>,
    /// Set while a line is above the limit.
    seeker: Option<IdSeeker>,
}

impl<R: AsyncBufRead + Unpin> Lines<R> {
    /// Lines of at most `limit` bytes.
    pub(crate) fn new(input: R, limit: usize) -> Self {
        Self { input, limit, line: Vec::new(), seeker: None }
    }

    /// The next line. A future that is dropped half-way loses nothing: the next one goes on from there.
    pub(crate) async fn next(&mut self) -> io::Result<Line> {
        loop {
            let part = self.input.fill_buf().await?;
            if part.is_empty() {
                let nothing = self.line.is_empty() && self.seeker.is_none();
                return Ok(if nothing { Line::End } else { self.ended() });
            }
            let end = part.iter().position(|byte| *byte == b'\n');
            let taken = &part[..end.unwrap_or(part.len())];
            match &mut self.seeker {
                Some(seeker) => seeker.feed(taken),
                None if self.line.len() + taken.len() > self.limit => {
                    let mut seeker = IdSeeker::default();
                    seeker.feed(&take(&mut self.line));
                    seeker.feed(taken);
                    self.seeker = Some(seeker);
                }
                None => self.line.extend_from_slice(taken),
            }
            let used = taken.len() + usize::from(end.is_some());
            self.input.consume(used);
            if end.is_some() {
                return Ok(self.ended());
            }
        }
    }

    fn ended(&mut self) -> Line {
        match self.seeker.take() {
            Some(seeker) => Line::TooLong(seeker.found.unwrap_or(Id::NULL)),
            None => Line::Whole(take(&mut self.line)),
        }
    }
}

/// Writes each message of the queue as one line, until the queue ends.
pub(crate) async fn write(
    mut queue: mpsc::Receiver<Bytes>,
    mut output: impl AsyncWrite + Unpin,
) -> io::Result<()> {
    while let Some(message) = queue.recv().await {
        output.write_all(&message).await?;
        output.write_all(b"\n").await?;
        output.flush().await?;
    }
    Ok(())
}

/// Finds the member `id` of the outermost object, in whatever pieces the text comes, without keeping it.
#[derive(Debug, Default)]
struct IdSeeker {
    depth: usize,
    inside: bool,
    escaped: bool,
    /// The colon of the present member has come.
    value: bool,
    /// The present member is `id`.
    wanted: bool,
    /// Text of the present key or value.
    text: Vec<u8>,
    found: Option<Id>,
}

impl IdSeeker {
    fn feed(&mut self, part: &[u8]) {
        if self.found.is_none() {
            part.iter().for_each(|byte| self.take(*byte));
        }
    }

    fn take(&mut self, byte: u8) {
        if self.inside {
            self.keep(byte);
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.inside = false,
                _ => {}
            }
            return;
        }
        match byte {
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => {
                if self.depth == 1 {
                    self.end_member();
                }
                self.depth = self.depth.saturating_sub(1);
            }
            b',' if self.depth == 1 => self.end_member(),
            b':' if self.depth == 1 => {
                self.wanted = self.text == br#""id""#;
                self.value = true;
                self.text.clear();
            }
            b' ' | b'\t' | b'\r' => {}
            _ => {
                self.inside = byte == b'"';
                self.keep(byte);
            }
        }
    }

    fn keep(&mut self, byte: u8) {
        if self.depth == 1 && self.text.len() <= LONGEST_ID {
            self.text.push(byte);
        }
    }

    fn end_member(&mut self) {
        // A number that was cut would be another id.
        if self.value && self.wanted && self.found.is_none() && self.text.len() <= LONGEST_ID {
            self.found = Id::of_text(&self.text);
        }
        self.value = false;
        self.wanted = false;
        self.text.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::{IdSeeker, Line, Lines};
    use crate::mcp::jsonrpc::Id;
    use tokio::io::BufReader;

    fn found(text: &str, size: usize) -> Option<String> {
        let mut seeker = IdSeeker::default();
        text.as_bytes().chunks(size).for_each(|part| seeker.feed(part));
        seeker.found.map(|id| String::from_utf8_lossy(id.text()).into_owned())
    }

    #[test]
    fn an_id_is_found_wherever_it_stands() {
        for (text, id) in [
            (r#"{"id":7,"method":"x","params":{"id":8}}"#, Some("7")),
            (
                r#"{"method":"x","params":{"a":"}\"","id":8,"b":[{"id":9}]},"jsonrpc":"2.0","id": "a\"b" }"#,
                Some(r#""a\"b""#),
            ),
            (r#"{"params":{"text":"\"id\":1,"},"id":-2}"#, Some("-2")),
            (r#"{"params":{"id":8}}"#, None),
            (r#"{"id":{"id":8}}"#, None),
            (r#"{"id":null}"#, None),
            (r#"[{"id":8}]"#, None),
            ("xxxx", None),
        ] {
            for size in [1, 2, 7, 1_000] {
                assert_eq!(found(text, size).as_deref(), id, "{text}");
            }
        }
    }

    #[tokio::test]
    async fn a_line_that_is_too_long_is_known_by_its_id() {
        let long = format!(r#"{{"params":"{}","id":5}}"#, "x".repeat(100));
        let text = format!("{{}}\n{long}\n\nlast");
        // A small buffer, so that lines come in pieces.
        let mut lines = Lines::new(BufReader::with_capacity(8, text.as_bytes()), 20);
        let mut seen = Vec::new();
        loop {
            match lines.next().await.expect("a line") {
                Line::Whole(line) => seen.push(String::from_utf8(line).expect("text")),
                Line::TooLong(id) => {
                    seen.push(format!("too long: {:?}", id == Id::of_text(b"5").expect("an id")));
                }
                Line::End => break,
            }
        }
        assert_eq!(seen, ["{}", "too long: true", "", "last"]);
    }
}
