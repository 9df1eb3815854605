//! The part of RFC 9651 (structured fields) that rate-limit fields use: lists of items with parameters.
//!
//! As the RFC demands, a field that breaks the grammar anywhere gives nothing at all.

/// Digits of the largest integer.
const LONGEST_INTEGER: usize = 15;

/// One member of a list: its name (a string or token, or the digits of a number) and its parameters.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Member {
    /// The bare item as text.
    pub(super) name: String,
    /// Parameters whose values are integers; others are read over.
    params: Vec<(String, i64)>,
}

impl Member {
    /// An integer parameter that is not negative.
    pub(super) fn count(&self, name: &str) -> Option<u64> {
        let (_, value) = self.params.iter().rev().find(|(key, _)| key == name)?;
        u64::try_from(*value).ok()
    }
}

/// Reads a list, `None` if it is malformed.
pub(super) fn list(text: &str) -> Option<Vec<Member>> {
    let mut rest = Reader(text.trim_matches(' '));
    let mut members = Vec::new();
    while !rest.0.is_empty() {
        members.push(rest.member()?);
        rest.space();
        if rest.0.is_empty() {
            return Some(members);
        }
        rest.expect(',')?;
        rest.space();
        if rest.0.is_empty() {
            return None;
        }
    }
    Some(members)
}

/// Reads `name=integer, …`, the form of `draft-ietf-httpapi-ratelimit-headers-07`.
pub(super) fn dictionary(text: &str) -> Option<Vec<(String, u64)>> {
    let member = |part: &str| {
        let (name, value) = part.split(';').next()?.split_once('=')?;
        let digits = Some(value.trim()).filter(|value| value.bytes().all(|byte| byte.is_ascii_digit()))?;
        let value = Some(digits).filter(|digits| digits.len() <= LONGEST_INTEGER)?.parse().ok()?;
        Some((name.trim().to_ascii_lowercase(), value))
    };
    text.split(',').map(member).collect()
}

struct Reader<'t>(&'t str);

enum Item {
    Integer(i64),
    Other(String),
}

impl Reader<'_> {
    fn space(&mut self) {
        self.0 = self.0.trim_start_matches([' ', '\t']);
    }

    fn expect(&mut self, wanted: char) -> Option<()> {
        self.0 = self.0.strip_prefix(wanted)?;
        Some(())
    }

    fn take(&mut self, fits: impl Fn(char) -> bool) -> String {
        let end = self.0.find(|c| !fits(c)).unwrap_or(self.0.len());
        let (taken, rest) = self.0.split_at(end);
        self.0 = rest;
        taken.to_owned()
    }

    fn member(&mut self) -> Option<Member> {
        let name = match self.item()? {
            Item::Integer(number) => number.to_string(),
            Item::Other(text) => text,
        };
        let mut params = Vec::new();
        while self.expect(';').is_some() {
            self.space();
            let key = self.take(|c| matches!(c, 'a'..='z' | '0'..='9' | '_' | '-' | '.' | '*'));
            if !key.starts_with(|c: char| c.is_ascii_lowercase() || c == '*') {
                return None;
            }
            // A key alone is the boolean true.
            if self.expect('=').is_some()
                && let Item::Integer(value) = self.item()?
            {
                params.push((key, value));
            }
        }
        Some(Member { name, params })
    }

    fn item(&mut self) -> Option<Item> {
        let first = self.0.chars().next()?;
        match first {
            '"' => self.string().map(Item::Other),
            '-' | '0'..='9' => self.number(),
            ':' => {
                self.expect(':')?;
                let bytes = self.take(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '='));
                self.expect(':')?;
                Some(Item::Other(bytes))
            }
            '?' => {
                self.expect('?')?;
                let digit = self.take(|c| matches!(c, '0' | '1'));
                (digit.len() == 1).then_some(Item::Other(digit))
            }
            'A'..='Z' | 'a'..='z' | '*' => {
                Some(Item::Other(self.take(|c| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~:/".contains(c))))
            }
            _ => None,
        }
    }

    fn string(&mut self) -> Option<String> {
        self.expect('"')?;
        let mut text = String::new();
        let mut chars = self.0.char_indices();
        while let Some((place, c)) = chars.next() {
            match c {
                '"' => {
                    self.0 = &self.0[place + 1..];
                    return Some(text);
                }
                '\\' => text.push(chars.next().map(|(_, c)| c).filter(|c| matches!(c, '"' | '\\'))?),
                ' '..='~' => text.push(c),
                _ => return None,
            }
        }
        None
    }

    fn number(&mut self) -> Option<Item> {
        let sign = if self.expect('-').is_some() { "-" } else { "" };
        let digits = self.take(|c| c.is_ascii_digit());
        if digits.is_empty() || digits.len() > LONGEST_INTEGER {
            return None;
        }
        if self.expect('.').is_some() {
            let fraction = self.take(|c| c.is_ascii_digit());
            let fits = (1..=3).contains(&fraction.len()) && digits.len() <= 12;
            return fits.then(|| Item::Other(format!("{sign}{digits}.{fraction}")));
        }
        format!("{sign}{digits}").parse().ok().map(Item::Integer)
    }
}

#[cfg(test)]
mod tests {
    use super::{dictionary, list};

    #[test]
    fn lists_of_policies_are_read() {
        let members = list(r#""burst";q=100;w=60, daily;q=1000;qu="requests";w=86400;pk=:AB==:;x"#).unwrap();
        assert_eq!(members.len(), 2);
        assert_eq!((members[0].name.as_str(), members[0].count("q")), ("burst", Some(100)));
        assert_eq!((members[1].name.as_str(), members[1].count("w")), ("daily", Some(86400)));
        assert_eq!(members[1].count("qu"), None);
        assert_eq!(list("100;w=60").unwrap()[0].name, "100");
    }

    #[test]
    fn malformed_lists_give_nothing() {
        for text in [
            "\"a;r=1",
            "\"a\";r=1,",
            "\"a\";r=",
            "\"a\";R=1",
            "a b",
            "limit=1",
            "\"a\";r=1234567890123456",
            "é",
            "\"\\n\"",
        ] {
            assert_eq!(list(text), None, "{text}");
        }
        assert_eq!(list("").unwrap().len(), 0);
        assert_eq!(list("\"a\";r=-1").unwrap()[0].count("r"), None);
    }

    #[test]
    fn the_form_of_draft_7_is_read() {
        let read = dictionary("limit=100, remaining=50, reset=30").unwrap();
        assert_eq!(read[2], ("reset".to_owned(), 30));
        for text in ["limit=100, remaining=-1", "limit=+1", "limit=9999999999999999", "limit="] {
            assert_eq!(dictionary(text), None, "{text}");
        }
        assert_eq!(dictionary("\"a\";r=1"), None);
    }
}
