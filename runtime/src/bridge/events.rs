//! Server-sent events, read as the HTML standard says (section 9.2.6), in whatever pieces they come.

/// The delay before a broken stream is taken up again, where the server names none, in milliseconds.
const RETRY: u64 = 1_000;
/// Longest delay that a server can ask for, in milliseconds.
const LONGEST_RETRY: u64 = 30_000;

/// One event.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Event {
    /// Its type; empty for the default, `message`.
    pub(super) kind: String,
    /// Its data lines.
    pub(super) data: Vec<u8>,
}

/// An event is larger than allowed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLarge;

/// Reads a stream of events.
#[derive(Debug)]
pub(super) struct Decoder {
    limit: usize,
    line: Vec<u8>,
    /// The last byte was a carriage return, so a line feed now belongs to it.
    returned: bool,
    /// Nothing but a byte order mark can have come.
    fresh: bool,
    kind: String,
    data: Vec<u8>,
    last_id: String,
    retry: u64,
}

impl Decoder {
    /// A decoder for events of at most `limit` bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self {
            limit,
            line: Vec::new(),
            returned: false,
            fresh: true,
            kind: String::new(),
            data: Vec::new(),
            last_id: String::new(),
            retry: RETRY,
        }
    }

    /// The id to take a broken stream up from, if the server gave one.
    pub(super) fn last_id(&self) -> Option<&str> {
        (!self.last_id.is_empty()).then_some(self.last_id.as_str())
    }

    /// How long to wait before that, in milliseconds.
    pub(super) fn retry(&self) -> u64 {
        self.retry
    }

    /// Goes on with another stream, as one that takes up the first.
    pub(super) fn restart(&mut self) {
        self.line.clear();
        self.data.clear();
        self.kind.clear();
        self.returned = false;
        self.fresh = true;
    }

    /// Reads on; the events that are complete now.
    ///
    /// # Errors
    /// If an event is larger than allowed.
    pub(super) fn push(&mut self, part: &[u8]) -> Result<Vec<Event>, TooLarge> {
        let mut events = Vec::new();
        let mut rest = part;
        while let Some(first) = rest.first() {
            if std::mem::take(&mut self.returned) && *first == b'\n' {
                rest = &rest[1..];
                continue;
            }
            let end = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n'));
            let taken = &rest[..end.unwrap_or(rest.len())];
            if self.line.len() + self.data.len() + taken.len() > self.limit {
                return Err(TooLarge);
            }
            self.line.extend_from_slice(taken);
            let Some(end) = end else { break };
            self.returned = rest[end] == b'\r';
            rest = &rest[end + 1..];
            events.extend(self.end_line());
        }
        Ok(events)
    }

    /// What was begun when the stream ended. The standard drops it; servers that forget the last empty line
    /// mean it, and whether it is whole shows when it is read.
    pub(super) fn finish(&mut self) -> Option<Event> {
        let line = (!self.line.is_empty()).then(|| self.end_line()).flatten();
        line.or_else(|| self.dispatch())
    }

    fn end_line(&mut self) -> Option<Event> {
        let line = std::mem::take(&mut self.line);
        let line = match line.strip_prefix(b"\xef\xbb\xbf") {
            Some(rest) if self.fresh => rest,
            _ => &line[..],
        };
        self.fresh = false;
        if line.is_empty() {
            return self.dispatch();
        }
        let colon = line.iter().position(|byte| *byte == b':');
        let (field, value) = match colon {
            // A comment, which is a sign of life.
            Some(0) => return None,
            Some(colon) => (&line[..colon], &line[colon + 1..]),
            None => (line, &b""[..]),
        };
        let value = value.strip_prefix(b" ").unwrap_or(value);
        match field {
            b"data" => {
                self.data.extend_from_slice(value);
                self.data.push(b'\n');
            }
            b"event" => self.kind = String::from_utf8_lossy(value).into_owned(),
            b"id" if !value.contains(&0) => self.last_id = String::from_utf8_lossy(value).into_owned(),
            b"retry" => {
                let text =
                    std::str::from_utf8(value).ok().filter(|text| text.bytes().all(|b| b.is_ascii_digit()));
                if let Some(retry) = text.and_then(|text| text.parse::<u64>().ok()) {
                    self.retry = retry.min(LONGEST_RETRY);
                }
            }
            _ => {}
        }
        None
    }

    fn dispatch(&mut self) -> Option<Event> {
        let (kind, mut data) = (std::mem::take(&mut self.kind), std::mem::take(&mut self.data));
        data.pop()?;
        (!data.is_empty()).then_some(Event { kind, data })
    }
}

#[cfg(test)]
mod tests {
    use super::{Decoder, Event, TooLarge};

    fn read(text: &[u8], size: usize) -> (Vec<Event>, Decoder) {
        let mut decoder = Decoder::new(1 << 16);
        let events = text.chunks(size).flat_map(|part| decoder.push(part).expect("events")).collect();
        (events, decoder)
    }

    fn event(kind: &str, data: &str) -> Event {
        Event { kind: kind.to_owned(), data: data.as_bytes().to_vec() }
    }

    #[test]
    fn every_line_end_and_every_cut_gives_the_same_events() {
        let text = "\u{feff}: hello\nid: 7\nretry: 20\nevent: message\ndata: {\"a\":\ndata: 1}\n\n\n:\n\ndata:x\nother\nid\n\nevent: odd\ndata: é\n\ndata\n\ndata: cut";
        let expected = [event("message", "{\"a\":\n1}"), event("", "x"), event("odd", "é")];
        for end in ["\n", "\r\n", "\r"] {
            let text = text.replace('\n', end);
            for size in 1..text.len() {
                let (events, mut decoder) = read(text.as_bytes(), size);
                assert_eq!(events, expected, "{end:?} {size}");
                assert_eq!((decoder.last_id(), decoder.retry()), (None, 20), "an empty id takes the id back");
                assert_eq!(decoder.finish(), Some(event("", "cut")));
                assert_eq!(decoder.finish(), None);
            }
        }
    }

    #[test]
    fn odd_fields_change_nothing() {
        let (events, decoder) = read(b"id: 1\nid: a\0b\nretry: -5\nretry: 1e3\nretry: 99999999\ndata\n\n", 3);
        assert_eq!(events, []);
        assert_eq!((decoder.last_id(), decoder.retry()), (Some("1"), 30_000));
    }

    #[test]
    fn a_stream_that_is_taken_up_begins_a_new_line() {
        let (_, mut decoder) = read(b"id: 4\ndata: half", 5);
        decoder.restart();
        assert_eq!(decoder.push(b"data: whole\n\n"), Ok(vec![event("", "whole")]));
        assert_eq!(decoder.last_id(), Some("4"));
    }

    #[test]
    fn an_event_without_end_is_given_up() {
        let mut decoder = Decoder::new(100);
        assert_eq!(decoder.push(&[b'x'; 101]), Err(TooLarge));
        let mut decoder = Decoder::new(100);
        let pushed = (0..50).map(|_| decoder.push(b"data: 12345\n")).collect::<Result<Vec<_>, _>>();
        assert_eq!(pushed, Err(TooLarge));
    }
}
