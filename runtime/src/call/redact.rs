//! Keeps an account's secrets out of everything a call gives back.
//!
//! Vendors echo what they were sent: in error messages, in debug headers, inside base64 of a whole
//! request. Every form a secret is likely to come back in is looked for and replaced.

use super::json::Json;
use super::outcome::{Block, CallOutcome};
use super::proof::basic_pair;
use crate::Account;
use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use serde_json::{Map, Value};
use std::fmt::Write as _;
use toolpress_core::{Auth, Vendor};

/// What stands where a secret stood.
const MARK: &str = "[redacted]";

/// Shorter secrets are left alone: they are words of ordinary text, and replacing them would spoil
/// every answer and protect nothing.
const SHORTEST: usize = 4;

/// Shorter pieces of base64 would be found where no secret is.
const SHORTEST_ENCODED: usize = 8;

/// The forms of an account's secrets.
pub(crate) struct Redactor {
    /// Longest first.
    forms: Vec<String>,
    /// Finds all forms at once, also as they are written inside JSON. `None`: there is nothing to find, or
    /// too much to look for at once.
    any: Option<AhoCorasick>,
}

impl Redactor {
    /// What keeps this account's secrets in. Costs more than a look through an answer, so it is kept.
    pub(crate) fn new(vendor: &Vendor, account: &Account) -> Self {
        let documented = vendor.credentials.iter().filter(|credential| credential.secret);
        let mut secrets: Vec<String> = documented
            .filter_map(|credential| account.credential(credential.name))
            .map(|secret| secret.expose().to_owned())
            .collect();
        if let Auth::Basic { username, password } = vendor.auth {
            secrets.extend(basic_pair(account, username, password));
        }
        let mut forms: Vec<String> = secrets
            .iter()
            .filter(|secret| secret.len() >= SHORTEST)
            .flat_map(|secret| forms(secret))
            .collect();
        forms.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        forms.dedup();
        Self::of(forms)
    }

    fn of(forms: Vec<String>) -> Self {
        let mut wanted: Vec<String> = forms.iter().map(|form| quoted(form)).collect();
        wanted.extend_from_slice(&forms);
        wanted.sort_unstable();
        wanted.dedup();
        // The smallest automaton: there is one for each account, and vector instructions do most of the work,
        // which they can only where the leftmost match is wanted.
        let mut builder = AhoCorasick::builder();
        builder.match_kind(MatchKind::LeftmostFirst).kind(Some(AhoCorasickKind::ContiguousNFA));
        Self { any: builder.build(&wanted).ok().filter(|_| !forms.is_empty()), forms }
    }

    /// Whether a text, or a JSON text, may hold a secret. Where it says no there is none: what stands in a
    /// string of JSON as one piece stands in the JSON text as one piece too, with the same escapes.
    fn may_hold(&self, text: &str) -> bool {
        match &self.any {
            Some(any) => any.is_match(text),
            None => !self.forms.is_empty(),
        }
    }

    /// The text without secrets.
    pub(super) fn text(&self, text: String) -> String {
        if !self.may_hold(&text) {
            return text;
        }
        self.forms.iter().fold(text, |text, form| {
            if text.contains(form.as_str()) { text.replace(form.as_str(), MARK) } else { text }
        })
    }

    /// Whether bytes that are no text hold a secret.
    pub(super) fn finds(&self, bytes: &[u8]) -> bool {
        let text = String::from_utf8_lossy(bytes);
        self.forms.iter().any(|form| text.contains(form.as_str()))
    }

    /// The JSON without secrets.
    pub(super) fn json(&self, json: Json) -> Json {
        if self.may_hold(json.text()) { self.value(json.into_value()).into() } else { json }
    }

    /// The value without secrets, in strings, keys and numbers.
    fn value(&self, value: Value) -> Value {
        if self.forms.is_empty() {
            return value;
        }
        match value {
            Value::String(text) => Value::String(self.text(text)),
            Value::Number(number)
                if self.forms.iter().any(|form| number.as_str().contains(form.as_str())) =>
            {
                Value::String(MARK.to_owned())
            }
            Value::Array(items) => items.into_iter().map(|item| self.value(item)).collect(),
            Value::Object(fields) => Value::Object(self.fields(fields)),
            other => other,
        }
    }

    fn fields(&self, fields: Map<String, Value>) -> Map<String, Value> {
        fields.into_iter().map(|(key, value)| (self.text(key), self.value(value))).collect()
    }

    /// The last look, over all that did not come out of a body that was looked through before.
    pub(super) fn outcome(&self, outcome: &mut CallOutcome) {
        if outcome.hints.iter().any(|(key, value)| self.may_be_in(key, value)) {
            outcome.hints = self.fields(std::mem::take(&mut outcome.hints));
        }
        outcome.notes.iter_mut().for_each(|note| *note = self.text(std::mem::take(note)));
        for block in &mut outcome.blocks {
            if let Block::Resource { uri, .. } = block {
                *uri = self.text(std::mem::take(uri));
            }
        }
        if outcome.is_error {
            outcome.text = self.text(std::mem::take(&mut outcome.text));
            outcome.structured = self.json(std::mem::take(&mut outcome.structured));
        }
    }

    fn may_be_in(&self, key: &str, value: &Value) -> bool {
        self.may_hold(key)
            || match value {
                Value::String(text) => self.may_hold(text),
                Value::Number(number) => self.may_hold(number.as_str()),
                Value::Null | Value::Bool(_) => false,
                Value::Array(items) => items.iter().any(|item| self.may_be_in("", item)),
                Value::Object(fields) => fields.iter().any(|(key, value)| self.may_be_in(key, value)),
            }
    }
}

/// A secret as it is, escaped for JSON and for URLs, in hexadecimal and in base64.
fn forms(secret: &str) -> Vec<String> {
    let mut forms = vec![secret.to_owned(), quoted(secret)];
    for upper in [true, false] {
        let strict = percent(secret, upper, |byte| byte.is_ascii_alphanumeric());
        let usual = percent(secret, upper, |byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte));
        // HTML forms write a space as `+` and keep `*`.
        let form = percent(secret, upper, |byte| byte.is_ascii_alphanumeric() || b"-._* ".contains(&byte));
        forms.extend([strict, usual, form.replace(' ', "+")]);
    }
    let hex = secret.bytes().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    forms.push(hex.to_uppercase());
    forms.push(hex);
    forms.extend((0..3).flat_map(|before| base64_inside(secret, before)));
    forms.retain(|form| form.len() >= SHORTEST);
    forms
}

/// A text as it stands between the quotes of a JSON string.
fn quoted(text: &str) -> String {
    let quoted = Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

fn percent(secret: &str, upper: bool, plain: impl Fn(u8) -> bool) -> String {
    secret.bytes().fold(String::new(), |mut text, byte| {
        let _ = match (plain(byte), upper) {
            (true, _) => write!(text, "{}", char::from(byte)),
            (false, true) => write!(text, "%{byte:02X}"),
            (false, false) => write!(text, "%{byte:02x}"),
        };
        text
    })
}

/// The characters of base64 that the secret alone decides when this many bytes (modulo 3) precede it.
fn base64_inside(secret: &str, before: usize) -> Vec<String> {
    let mut bytes = vec![0; before];
    bytes.extend_from_slice(secret.as_bytes());
    let first = (before * 8).div_ceil(6);
    let last = bytes.len() * 8 / 6;
    [STANDARD_NO_PAD.encode(&bytes), URL_SAFE_NO_PAD.encode(&bytes)]
        .iter()
        .filter_map(|text| text.get(first..last))
        .filter(|text| text.len() >= SHORTEST_ENCODED)
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{MARK, Redactor, forms};
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE};
    use serde_json::json;

    const SECRET: &str = "CANARY_a+b/c=?\"é";

    fn redactor() -> Redactor {
        let mut forms = forms(SECRET);
        forms.sort_by_key(|form| std::cmp::Reverse(form.len()));
        Redactor::of(forms)
    }

    #[test]
    fn security_d11_a_secret_is_found_in_every_common_encoding() {
        let redactor = redactor();
        let percent: String = url::form_urlencoded::byte_serialize(SECRET.as_bytes()).collect();
        let mut echoes = vec![SECRET.to_owned(), percent, json!(SECRET).to_string()];
        for prefix in ["", "B", "Be", "Bearer ", "user:"] {
            let whole = format!("{prefix}{SECRET}");
            echoes.extend([STANDARD.encode(&whole), URL_SAFE.encode(&whole)]);
        }
        assert!(redactor.finds(format!("\0{SECRET}").as_bytes()) && !redactor.finds(b"\xffCANARY"));
        echoes.push("43414e4152595f612b622f633d3f22c3a9".to_owned());
        for echo in echoes {
            let told = redactor.text(format!("you sent {echo}."));
            assert!(told.contains(MARK), "{echo} -> {told}");
            assert!(!told.contains("CANARY"), "{told}");
        }
    }

    #[test]
    fn values_are_looked_through_at_every_depth() {
        let redactor = redactor();
        let told = redactor.value(json!({"a": [{SECRET: SECRET}], "n": 5, "ok": "text"}));
        assert_eq!(told, json!({"a": [{MARK: MARK}], "n": 5, "ok": "text"}));
        let digits = Redactor::of(forms("12345678"));
        assert_eq!(digits.value(json!(9_123_456_780_u64)), json!(MARK));
    }
}
