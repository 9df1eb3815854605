//! How the vendor hides secrets in its answers (rule 14).

use serde_json::{Map, Value};

/// Up to five characters become stars, six to nine keep both ends, longer ones keep three and one.
pub(crate) fn obfuscate(secret: &str) -> String {
    let letters: Vec<char> = secret.chars().collect();
    let (head, stars) = match letters.len() {
        length @ 0..=5 => return "*".repeat(length),
        length @ 6..=9 => (1, length - 2),
        length => (3, (length - 4).min(20)),
    };
    let kept: String = letters.iter().take(head).collect();
    let end: String = letters.iter().last().into_iter().collect();
    format!("{kept}{}{end}", "*".repeat(stars))
}

/// A secret as it is shown: in clear when asked for, hidden otherwise. What is no text stays what it is.
pub(crate) fn shown(secret: &Value, show_sensitive: bool) -> Value {
    match secret {
        Value::String(text) if !show_sensitive => Value::String(obfuscate(text)),
        other => other.clone(),
    }
}

/// Every value of an object as [`shown`].
pub(crate) fn all_shown(secrets: &Map<String, Value>, show_sensitive: bool) -> Value {
    secrets.iter().map(|(name, secret)| (name.clone(), shown(secret, show_sensitive))).collect()
}
