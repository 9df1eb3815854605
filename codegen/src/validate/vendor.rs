//! The vendor file: credentials, base URL, words with a fixed meaning.

use crate::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::lower::RESET_UNITS;
use crate::source::Spanned;
use crate::source::records::{Auth, Method, Vendor};

pub(super) fn check(vendor: &Vendor, found: &mut Diagnostics) {
    credentials(vendor, found);
    base_url(vendor, found);
    headers(vendor, found);
    one_of(vendor.query_arrays.as_ref(), "style of arrays", &["repeat", "comma", "brackets"], found);
    if let Some(headers) = &vendor.rate_limit {
        let units: Vec<_> = RESET_UNITS.iter().map(|(word, _)| *word).collect();
        one_of(headers.unit.as_ref(), "unit", &units, found);
    }
    for (_, resource) in &vendor.resources {
        for (_, method) in &resource.methods {
            verb(method, found);
            one_of(method.effect.as_ref(), "effect", &["read", "write", "destructive"], found);
        }
        tags(vendor, &resource.tags, found);
        resource.methods.iter().for_each(|(_, method)| tags(vendor, &method.tags, found));
    }
    aliases(vendor, found);
}

fn credentials(vendor: &Vendor, found: &mut Diagnostics) {
    let used = match &vendor.auth {
        Auth::None => Vec::new(),
        Auth::Bearer(credential) | Auth::Header { credential, .. } => vec![credential],
        Auth::Basic { username, password } => [username].into_iter().chain(password).collect(),
    };
    for credential in &used {
        if !vendor.credentials.iter().any(|(name, _)| name.value == credential.value) {
            let message = format!("no credential is called `{}`", credential.value);
            let names = vendor.credentials.iter().map(|(name, _)| name.as_str());
            let diagnostic = Diagnostic::new(Code::UnknownCredential, credential.span, message)
                .label("not among `credentials`")
                .did_you_mean(&credential.value, names);
            found.add(diagnostic);
        }
    }
    for (name, credential) in &vendor.credentials {
        if credential.help.is_none() {
            let message = format!("credential `{}` does not say where to find it", name.value);
            found.add(Diagnostic::new(Code::CredentialHelp, name.span, message).help("add `help:`"));
        }
        if !name.value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_') {
            let message = format!("`{}` is no name for a credential", name.value);
            let help = "lower-case letters, digits and `_`: it becomes an environment variable";
            found.add(Diagnostic::new(Code::CredentialName, name.span, message).help(help));
        }
    }
}

fn base_url(vendor: &Vendor, found: &mut Diagnostics) {
    let Some(url) = &vendor.base_url else { return };
    let rest = url.value.strip_prefix("https://").or_else(|| url.value.strip_prefix("http://"));
    if rest.is_none_or(|rest| rest.is_empty() || rest.starts_with('/') || rest.contains(['?', '#', '@', ' ']))
    {
        let message = format!("`{}` cannot be a base URL", url.value);
        let help = "a base URL is `https://host/path` without user name, query and fragment";
        found.add(Diagnostic::new(Code::BaseUrl, url.span, message).help(help));
    }
}

fn headers(vendor: &Vendor, found: &mut Diagnostics) {
    for (name, value) in vendor.headers.iter().chain(&vendor.write_headers) {
        let token = |b: u8| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b);
        if name.value.is_empty() || !name.value.bytes().all(token) {
            let message = format!("`{}` is no header name", name.value);
            found.add(Diagnostic::new(Code::Header, name.span, message));
        }
        if !value.value.bytes().all(|b| (b' '..=b'~').contains(&b)) {
            let message = format!("the value of header `{}` is not printable ASCII", name.value);
            found.add(Diagnostic::new(Code::Header, value.span, message));
        }
    }
}

fn verb(method: &Method, found: &mut Diagnostics) {
    const VERBS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE"];
    let verb = &method.verb;
    if !VERBS.contains(&verb.as_str()) {
        let message = format!("`{}` is no HTTP method that can be pressed", verb.value);
        let diagnostic = Diagnostic::new(Code::HttpMethod, verb.span, message)
            .label("expected `VERB` or `VERB /path`")
            .did_you_mean(&verb.value.to_uppercase(), VERBS.iter().copied());
        found.add(diagnostic);
    }
}

fn tags(vendor: &Vendor, used: &[Spanned<String>], found: &mut Diagnostics) {
    for tag in used {
        if !vendor.tags.iter().any(|(name, _)| name.value == tag.value) {
            let message = format!("no tag is called `{}`", tag.value);
            let names = vendor.tags.iter().map(|(name, _)| name.as_str());
            let diagnostic = Diagnostic::new(Code::UnknownTag, tag.span, message)
                .label("not among the vendor's `tags`")
                .did_you_mean(&tag.value, names);
            found.add(diagnostic);
        }
    }
}

/// Every word that names a tag names one only.
fn aliases(vendor: &Vendor, found: &mut Diagnostics) {
    let mut words: Vec<&Spanned<String>> = Vec::new();
    for (name, tag) in &vendor.tags {
        if tag.description.is_none() {
            let message = format!("tag `{}` is not described", name.value);
            found.add(Diagnostic::new(Code::TagDescription, name.span, message).help("add `description:`"));
        }
        for word in [name].into_iter().chain(&tag.aliases) {
            if let Some(first) = words.iter().find(|first| first.value == word.value) {
                let message = format!("`{}` already names a tag", word.value);
                found.add(
                    Diagnostic::new(Code::TagClash, word.span, message).related(first.span, "first here"),
                );
            }
            words.push(word);
        }
    }
}

fn one_of(word: Option<&Spanned<String>>, what: &str, valid: &[&str], found: &mut Diagnostics) {
    if let Some(word) = word.filter(|word| !valid.contains(&word.as_str())) {
        let message = format!("no {what} is called `{}`", word.value);
        let label = format!("one of {}", valid.join(", "));
        let diagnostic = Diagnostic::new(Code::UnknownWord, word.span, message)
            .label(label)
            .did_you_mean(&word.value, valid.iter().copied());
        found.add(diagnostic);
    }
}
