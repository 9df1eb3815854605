//! A vendor's own words about an error, made readable wherever in the body they stand.

use serde_json::Value;

/// Most characters of a vendor's message or body that are repeated.
pub(super) const LONGEST: usize = 2_000;

/// Where messages stand when the documentation does not tell.
const USUAL: &[&[&str]] = &[
    &["message"],
    &["error", "message"],
    &["error"],
    &["errors"],
    &["detail"],
    &["title"],
    &["error_description"],
    &["reason"],
];

/// The messages at these paths of keys, all that are present, in order; else at the usual places.
pub(super) fn message(body: &Value, paths: &[&[&str]]) -> Option<String> {
    let at = |paths: &[&[&str]]| {
        let mut found: Vec<String> = Vec::new();
        for path in paths {
            let value = path.iter().try_fold(body, |value, key| value.get(key));
            let Some(text) = value.map(readable).filter(|text| !text.is_empty()) else { continue };
            // A path inside another one has been told already.
            if !found.iter().any(|told| told.contains(&text)) {
                found.push(text);
            }
        }
        (!found.is_empty()).then(|| clip(&found.join("; "), LONGEST))
    };
    at(paths).or_else(|| match body {
        Value::String(text) => Some(clip(text, LONGEST)),
        Value::Array(_) => Some(clip(&readable(body), LONGEST)),
        _ => at(USUAL),
    })
}

/// `{"name": ["has already been taken"]}` becomes `name: has already been taken`.
fn readable(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.trim().to_owned(),
        Value::Array(items) => join(items.iter().map(readable)),
        Value::Object(fields) => join(fields.iter().map(|(key, value)| {
            let text = readable(value);
            if text.is_empty() { text } else { format!("{key}: {text}") }
        })),
        other => other.to_string(),
    }
}

fn join(texts: impl Iterator<Item = String>) -> String {
    texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("; ")
}

/// Whether the body tells more than the message: a text or number that does not stand in it.
pub(super) fn says_more(body: &Value, message: &str) -> bool {
    match body {
        Value::Null | Value::Bool(_) => false,
        Value::String(text) => !message.contains(text.trim()),
        Value::Number(number) => !message.contains(number.as_str()),
        Value::Array(items) => items.iter().any(|item| says_more(item, message)),
        Value::Object(fields) => fields.iter().any(|(key, value)| {
            // The status has been told beside the message.
            !matches!(key.as_str(), "status" | "statusCode" | "status_code" | "code")
                && says_more(value, message)
                || (key == "code" && value.is_string() && says_more(value, message))
        }),
    }
}

/// What an error page in HTML says: its title, or its text without tags.
pub(super) fn of_page(html: &str) -> String {
    let lower = html.to_ascii_lowercase();
    let title = lower.find("<title").and_then(|from| {
        let from = from + lower[from..].find('>')? + 1;
        Some(html[from..from + lower[from..].find("</title")?].trim().to_owned())
    });
    title.filter(|title| !title.is_empty()).unwrap_or_else(|| {
        let mut inside = false;
        let plain: String = html
            .chars()
            .filter(|c| {
                inside = (inside || *c == '<') && *c != '>';
                !inside && *c != '>'
            })
            .collect();
        plain.split_whitespace().collect::<Vec<_>>().join(" ")
    })
}

/// The beginning of a text, marked where it was cut.
pub(super) fn clip(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{message, of_page, says_more};
    use serde_json::json;

    #[test]
    fn messages_are_found_and_readable() {
        let paths: &[&[&str]] = &[&["summary"], &["error"], &["errors", "detail"], &["validation_errors"]];
        let table = [
            (json!({"summary": "Nope", "extra": 1}), Some("Nope")),
            (json!({"error": "taken"}), Some("taken")),
            (json!({"errors": {"detail": "Not Found"}}), Some("Not Found")),
            (
                json!({"summary": "Validation failed", "validation_errors": {"name": ["has already been taken", "is odd"], "slots": {"0": "bad"}}}),
                Some("Validation failed; name: has already been taken; is odd; slots: 0: bad"),
            ),
            (json!({"summary": "x", "error": "x"}), Some("x")),
            (json!({"summary": null, "error": ""}), None),
            (json!({"message": "elsewhere"}), Some("elsewhere")),
            (json!({"error": {"message": "inner", "code": 5}}), Some("message: inner; code: 5")),
            (json!([{"message": "a"}, "b"]), Some("message: a; b")),
            (json!("plain"), Some("plain")),
            (json!(5), None),
            (json!({"data": "none"}), None),
        ];
        for (body, wanted) in table {
            assert_eq!(message(&body, paths).as_deref(), wanted, "{body}");
        }
        let long = json!({"error": "é".repeat(5_000)});
        assert_eq!(message(&long, paths).unwrap().chars().count(), 2_001);
    }

    #[test]
    fn a_body_is_repeated_only_when_it_says_more() {
        assert!(!says_more(&json!({"error": "taken", "status": 422, "ok": false}), "taken"));
        assert!(!says_more(&json!({"v": {"name": ["taken"]}}), "name: taken"));
        assert!(says_more(&json!({"error": "taken", "request_id": "r1"}), "taken"));
        assert!(says_more(&json!({"error": "taken", "code": "E_TAKEN"}), "taken"));
    }

    #[test]
    fn error_pages_are_shortened_to_what_they_say() {
        assert_eq!(
            of_page("<html><head><TITLE>502 Bad Gateway</TITLE></head><body>x</body>"),
            "502 Bad Gateway"
        );
        assert_eq!(of_page("<p>Too  <b>busy</b>\n now</p>"), "Too busy now");
        assert_eq!(of_page("<title>İ</title>"), "İ");
        assert_eq!(of_page("<"), "");
    }
}
