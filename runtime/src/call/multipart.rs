//! Answers in several parts (RFC 2046 section 5.1), such as the results of a batch.
//!
//! All or nothing: a body that does not keep to the form is passed on whole, as what it is.

/// More parts are no answer that a model could use.
const MOST: usize = 100;

/// One part.
#[derive(Debug, PartialEq)]
pub(super) struct Part<'b> {
    /// The announced content type.
    pub(super) kind: Option<&'b str>,
    pub(super) body: &'b [u8],
}

/// The parts of a body, if its type and its form are those of one.
pub(super) fn split<'b>(kind: &str, body: &'b [u8]) -> Option<Vec<Part<'b>>> {
    let delimiter = format!("\r\n--{}", boundary(kind)?).into_bytes();
    // What stands before the first delimiter is for readers who do not know the form.
    let mut rest = match body.strip_prefix(&delimiter[2..]) {
        Some(rest) => rest,
        None => after(body, &delimiter)?,
    };
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        let (padding, from) = cut(rest, b"\r\n")?;
        if parts.len() == MOST || !padding.iter().all(|byte| matches!(byte, b' ' | b'\t')) {
            return None;
        }
        let (part, next) = cut(from, &delimiter)?;
        parts.push(read(part)?);
        rest = next;
    }
    (!parts.is_empty()).then_some(parts)
}

/// The parameter `boundary` of `multipart/…`.
fn boundary(kind: &str) -> Option<&str> {
    let (media, parameters) = kind.split_once(';')?;
    let (family, _) = media.trim_start().split_once('/')?;
    let mut named = parameters.split(';').filter_map(|parameter| parameter.split_once('='));
    let (_, boundary) = named.find(|(name, _)| name.trim().eq_ignore_ascii_case("boundary"))?;
    let boundary = boundary.trim().trim_matches('"');
    let fits = family.eq_ignore_ascii_case("multipart") && (1..=70).contains(&boundary.len());
    fits.then_some(boundary)
}

fn read(part: &[u8]) -> Option<Part<'_>> {
    // Without fields, the empty line comes first.
    let (fields, body) = match part.strip_prefix(b"\r\n") {
        Some(body) => (&part[..0], body),
        None => cut(part, b"\r\n\r\n")?,
    };
    let fields = std::str::from_utf8(fields).ok()?;
    let mut fields = fields.split("\r\n").filter_map(|field| field.split_once(':'));
    let kind = fields.find(|(name, _)| name.eq_ignore_ascii_case("content-type"));
    Some(Part { kind: kind.map(|(_, kind)| kind.trim()), body })
}

fn after<'b>(body: &'b [u8], mark: &[u8]) -> Option<&'b [u8]> {
    cut(body, mark).map(|(_, rest)| rest)
}

/// What stands before and after the first mark.
fn cut<'b>(body: &'b [u8], mark: &[u8]) -> Option<(&'b [u8], &'b [u8])> {
    let place = body.windows(mark.len()).position(|window| window == mark)?;
    Some((&body[..place], &body[place + mark.len()..]))
}

#[cfg(test)]
mod tests {
    use super::{MOST, Part, split};

    const KIND: &str = "Multipart/Mixed; charset=utf-8; Boundary=\"a-b\"";

    #[test]
    fn parts_are_found_between_their_delimiters() {
        let body = b"for others\r\n--a-b \t\r\ncontent-TYPE: image/png \r\nX: y\r\n\r\n\x89\r\n--a-\r\n\
            \r\n--a-b\r\n\r\nplain\r\n--a-b\r\nX: y\r\n\r\n\r\n--a-b--\r\nend";
        let parts = split(KIND, body).unwrap();
        let expected = [
            Part { kind: Some("image/png"), body: b"\x89\r\n--a-\r\n" },
            Part { kind: None, body: b"plain" },
            Part { kind: None, body: b"" },
        ];
        assert_eq!(parts, expected);
        assert_eq!(split(KIND, b"--a-b\r\n\r\nx\r\n--a-b--").unwrap().len(), 1);
    }

    #[test]
    fn what_does_not_keep_to_the_form_is_not_split() {
        let whole: &[u8] = b"--a-b\r\n\r\nx\r\n--a-b--";
        for kind in ["text/plain; boundary=a-b", "multipart/mixed", "multipart/mixed; boundary=", "multipart"]
        {
            assert_eq!(split(kind, whole), None, "{kind}");
        }
        let many = format!("{}--a-b--", "--a-b\r\n\r\nx\r\n".repeat(MOST + 1));
        let bodies: &[&[u8]] = &[
            b"",
            b"x",
            b"--a-b--",
            b"--a-b\r\n",
            b"--a-b\r\n\r\nx",
            b"--a-b\r\n\r\nx\r\n--a-b",
            b"--a-b\r\nX: y\r\n--a-b--",
            b"--a-bc\r\n\r\nx\r\n--a-b--",
            many.as_bytes(),
        ];
        for body in bodies {
            assert_eq!(split(KIND, body), None, "{}", String::from_utf8_lossy(body));
        }
    }
}
