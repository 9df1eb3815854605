//! Strict JSON as compact text, in one pass and without building a value.
//!
//! What comes out is, byte for byte, what [`crate::strict::parse`] and writing the value again would give.
//! Where this reader is in doubt it gives up, and the slow way decides: it never accepts what that refuses.

use crate::strict::{MAX_DEPTH, PRIVATE};
use memchr::memmem::Finder;
use std::borrow::Cow;
use std::sync::LazyLock;

/// Objects with more keys than this are sorted to find equal ones, so that no object costs the square of
/// its size.
const FEW_KEYS: usize = 24;

/// The text without white space between its parts, its strings and numbers written as `serde_json` writes
/// them. `None`: the text is none, or one that only [`crate::strict::parse`] can judge.
pub fn compact(text: &str) -> Option<Cow<'_, str>> {
    let mut scan = Scan {
        text,
        bytes: text.as_bytes(),
        at: 0,
        copied: 0,
        out: String::new(),
        // Enough for most texts, which then set nothing aside anew.
        frames: Vec::with_capacity(8),
        keys: Vec::with_capacity(16),
    };
    scan.document()?;
    let compact = if scan.copied == 0 && scan.out.is_empty() {
        Cow::Borrowed(text)
    } else {
        scan.copy_until(text.len());
        Cow::Owned(scan.out)
    };
    PRIVATE_KEY.find(compact.as_bytes()).is_none().then_some(compact)
}

/// Looks for [`PRIVATE`]; setting the search up takes longer than the search.
static PRIVATE_KEY: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new(PRIVATE));

struct Scan<'t> {
    text: &'t str,
    bytes: &'t [u8],
    /// The next byte.
    at: usize,
    /// How much of the text is in `out` or left out on purpose.
    copied: usize,
    out: String,
    /// The open arrays and objects.
    frames: Vec<Frame>,
    /// The keys of all open objects.
    keys: Vec<Key>,
}

#[derive(Clone, Copy)]
enum Frame {
    Array,
    /// Number of keys before those of this object.
    Object(usize),
}

/// A key without escapes, by its place in the text.
#[derive(Clone, Copy)]
struct Key {
    /// Its first bytes, which tell most keys apart.
    first: u64,
    start: usize,
    end: usize,
}

impl Scan<'_> {
    fn document(&mut self) -> Option<()> {
        loop {
            match self.token()? {
                b'"' => {
                    self.string()?;
                }
                b'{' => {
                    self.open(Frame::Object(self.keys.len()))?;
                    match self.token()? {
                        b'}' => self.close()?,
                        b'"' => {
                            self.key()?;
                            continue;
                        }
                        _ => return None,
                    }
                }
                b'[' => {
                    self.open(Frame::Array)?;
                    if self.token()? != b']' {
                        self.at -= 1;
                        continue;
                    }
                    self.close()?;
                }
                b'0' => self.after_integer()?,
                b'1'..=b'9' => self.integer()?,
                b'-' => match self.take()? {
                    b'0' => self.after_integer()?,
                    b'1'..=b'9' => self.integer()?,
                    _ => return None,
                },
                b't' => self.word(b"rue")?,
                b'f' => self.word(b"alse")?,
                b'n' => self.word(b"ull")?,
                _ => return None,
            }
            if self.after_value()? {
                return Some(());
            }
        }
    }

    /// Goes on to where the next value begins; true at the end of the text.
    fn after_value(&mut self) -> Option<bool> {
        loop {
            let Some(frame) = self.frames.last().copied() else {
                if self.at < self.bytes.len() {
                    self.blanks();
                }
                return (self.at == self.bytes.len()).then_some(true);
            };
            match (frame, self.token()?) {
                (Frame::Array, b',') => return Some(false),
                (Frame::Object(_), b',') => {
                    if self.token()? != b'"' {
                        return None;
                    }
                    self.key()?;
                    return Some(false);
                }
                (Frame::Array, b']') | (Frame::Object(_), b'}') => self.close()?,
                _ => return None,
            }
        }
    }

    /// The next byte.
    fn take(&mut self) -> Option<u8> {
        let byte = *self.bytes.get(self.at)?;
        self.at += 1;
        Some(byte)
    }

    /// The next byte that is no white space.
    fn token(&mut self) -> Option<u8> {
        let byte = self.take()?;
        if byte > b' ' {
            return Some(byte);
        }
        self.at -= 1;
        self.blanks();
        self.take()
    }

    /// Leaves white space out.
    fn blanks(&mut self) {
        self.copy_until(self.at);
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = self.bytes.get(self.at) {
            self.at += 1;
        }
        self.copied = self.at;
    }

    fn copy_until(&mut self, end: usize) {
        if self.out.capacity() == 0 {
            self.out.reserve(self.text.len());
        }
        self.out.push_str(&self.text[self.copied..end]);
        self.copied = end;
    }

    fn open(&mut self, frame: Frame) -> Option<()> {
        if self.frames.len() == MAX_DEPTH {
            return None;
        }
        self.frames.push(frame);
        Some(())
    }

    fn close(&mut self) -> Option<()> {
        if let Frame::Object(before) = self.frames.pop()? {
            let keys = self.keys.get_mut(before..)?;
            if keys.len() > FEW_KEYS {
                let of = |key: &Key| &self.bytes[key.start..key.end];
                keys.sort_unstable_by(|a, b| of(a).cmp(of(b)));
                if keys.windows(2).any(|pair| of(&pair[0]) == of(&pair[1])) {
                    return None;
                }
            }
            self.keys.truncate(before);
        }
        Some(())
    }

    /// A key behind its opening quote, and the colon. Keys with escapes are left to the slow way.
    #[inline]
    fn key(&mut self) -> Option<()> {
        let start = self.at;
        let first = match self.bytes[start..].first_chunk::<8>() {
            Some(eight) => {
                let word = u64::from_le_bytes(*eight);
                match special(word) {
                    // Short keys, which most are, are a word.
                    found if found != 0 => {
                        let length = found.trailing_zeros() as usize / 8;
                        if eight[length & 7] != b'"' {
                            return None;
                        }
                        self.at = start + length + 1;
                        word & ((1 << (8 * length)) - 1)
                    }
                    _ => {
                        self.at = start + 8;
                        if self.string()? {
                            return None;
                        }
                        word
                    }
                }
            }
            None => {
                if self.string()? {
                    return None;
                }
                self.bytes[start..self.at - 1].iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte))
            }
        };
        let end = self.at - 1;
        if let Some(Frame::Object(before)) = self.frames.last() {
            let others = &self.keys[*before..];
            let same = |other: &Key| {
                other.first == first && self.bytes[other.start..other.end] == self.bytes[start..end]
            };
            if others.len() < FEW_KEYS && others.iter().any(same) {
                return None;
            }
        }
        self.keys.push(Key { first, start, end });
        (self.token()? == b':').then_some(())
    }

    /// A string behind its opening quote. Tells whether it has escapes.
    #[inline]
    fn string(&mut self) -> Option<bool> {
        while let Some(eight) = self.bytes[self.at..].first_chunk::<8>() {
            let found = special(u64::from_le_bytes(*eight));
            if found != 0 {
                let length = found.trailing_zeros() as usize / 8;
                self.at += length;
                if eight[length & 7] != b'"' {
                    return self.rest_of_string();
                }
                self.at += 1;
                return Some(false);
            }
            self.at += 8;
        }
        self.rest_of_string()
    }

    /// The same where there are escapes, or the text is at its end.
    #[inline(never)]
    fn rest_of_string(&mut self) -> Option<bool> {
        let mut escapes = false;
        loop {
            self.at += plain(&self.bytes[self.at..]);
            match self.take()? {
                b'"' => return Some(escapes),
                b'\\' => {
                    escapes = true;
                    self.escape()?;
                }
                _ => return None,
            }
        }
    }

    /// An escape behind its backslash.
    fn escape(&mut self) -> Option<()> {
        let start = self.at - 1;
        let meant = match self.take()? {
            b'"' | b'\\' | b'b' | b'f' | b'n' | b'r' | b't' => return Some(()),
            b'/' => '/',
            b'u' => match self.four_digits()? {
                high @ 0xd800..=0xdbff => {
                    let (b'\\', b'u') = (self.take()?, self.take()?) else { return None };
                    let low @ 0xdc00..=0xdfff = self.four_digits()? else { return None };
                    char::from_u32(0x1_0000 + ((high - 0xd800) << 10 | (low - 0xdc00)))?
                }
                code => char::from_u32(code)?,
            },
            _ => return None,
        };
        self.copy_until(start);
        escape_char(&mut self.out, meant);
        self.copied = self.at;
        Some(())
    }

    fn four_digits(&mut self) -> Option<u32> {
        (0..4).try_fold(0, |code, _| Some(code << 4 | char::from(self.take()?).to_digit(16)?))
    }

    fn digits(&mut self) {
        while let Some(b'0'..=b'9') = self.bytes.get(self.at) {
            self.at += 1;
        }
    }

    fn integer(&mut self) -> Option<()> {
        self.digits();
        self.after_integer()
    }

    fn after_integer(&mut self) -> Option<()> {
        match self.bytes.get(self.at) {
            // Only a leading zero can be followed by a digit here.
            Some(b'0'..=b'9') => None,
            Some(b'.') => {
                self.at += 1;
                let start = self.at;
                self.digits();
                if self.at == start {
                    return None;
                }
                self.exponent()
            }
            _ => self.exponent(),
        }
    }

    /// The exponent of a number, if it has one. `serde_json` writes it as `e`, a sign and digits.
    fn exponent(&mut self) -> Option<()> {
        let Some(b'e' | b'E') = self.bytes.get(self.at) else { return Some(()) };
        self.copy_until(self.at);
        self.at += 1;
        self.out.push('e');
        match self.bytes.get(self.at)? {
            sign @ (b'+' | b'-') => {
                self.out.push(char::from(*sign));
                self.at += 1;
            }
            _ => self.out.push('+'),
        }
        self.copied = self.at;
        self.digits();
        (self.at > self.copied).then_some(())
    }

    fn word(&mut self, rest: &[u8]) -> Option<()> {
        let end = self.at + rest.len();
        let fits = self.bytes.get(self.at..end)? == rest;
        self.at = end;
        fits.then_some(())
    }
}

/// The top bit of each byte that is a quote, a backslash or a control character, up to the first of them:
/// borrows spoil only bytes behind it.
fn special(word: u64) -> u64 {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const TOPS: u64 = 0x8080_8080_8080_8080;
    let (quote, backslash) = (word ^ (ONES * 0x22), word ^ (ONES * 0x5c));
    (quote.wrapping_sub(ONES) & !quote
        | backslash.wrapping_sub(ONES) & !backslash
        | word.wrapping_sub(ONES * 0x20) & !word)
        & TOPS
}

/// How many bytes at the beginning need no escape in a JSON string.
pub(crate) fn plain(bytes: &[u8]) -> usize {
    let (words, _) = bytes.as_chunks::<8>();
    for (place, word) in words.iter().enumerate() {
        let found = special(u64::from_le_bytes(*word));
        if found != 0 {
            return place * 8 + found.trailing_zeros() as usize / 8;
        }
    }
    let rest = &bytes[words.len() * 8..];
    let end = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f));
    words.len() * 8 + end.unwrap_or(rest.len())
}

/// Writes a character as `serde_json` writes it inside a string.
fn escape_char(out: &mut String, meant: char) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    match meant {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        control @ '\0'..='\u{1f}' => {
            out.push_str("\\u00");
            let code = control as usize;
            out.push(char::from(HEX[code >> 4]));
            out.push(char::from(HEX[code & 15]));
        }
        other => out.push(other),
    }
}

#[cfg(test)]
mod tests;
