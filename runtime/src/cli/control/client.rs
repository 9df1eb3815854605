//! Requests to the control plane.

use super::problem::refused;
use crate::call::Trouble;
use crate::cli::Failure;
use crate::{bridge, http_client};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method};
use reqwest::{Client, redirect};
use serde_json::Value;
use std::env;
use std::fs;
use std::path::Path;
use std::time::Duration;
use url::Url;

/// Where the key is looked for, in this order.
const VARIABLES: [&str; 2] = ["TOOLPRESS_ADMIN_KEY", "TOOLPRESS_API_KEY"];
/// How long an answer may take; checking an account asks its vendor.
const PATIENCE: Duration = Duration::from_secs(180);
/// How many records are asked for at once; the most that the server gives.
const PAGE: &str = "1000";
/// Largest answer, in bytes.
const LARGEST: usize = 64 << 20;

/// A key of the control plane.
pub(super) struct Key(HeaderValue);

impl Key {
    /// The key in this file, or in the environment.
    pub(super) fn find(file: Option<&Path>) -> Result<Self, Failure> {
        if let Some(path) = file {
            let shown = path.display();
            let text = fs::read_to_string(path)
                .map_err(|error| Failure::Usage(format!("--admin-key-file: {shown}: {error}")))?;
            return Self::read(&text)
                .ok_or_else(|| Failure::Usage(format!("--admin-key-file: {shown} holds no key")));
        }
        let set = VARIABLES.iter().filter_map(|name| Some((name, env::var(name).ok()?)));
        let Some((name, text)) = set.into_iter().find(|(_, text)| !text.trim().is_empty()) else {
            let message = "no key: set TOOLPRESS_ADMIN_KEY (or TOOLPRESS_API_KEY, an API token of scope admin), or name a file with --admin-key-file";
            return Err(Failure::Usage(message.to_owned()));
        };
        Self::read(&text).ok_or_else(|| Failure::Usage(format!("{name} holds no key")))
    }

    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return None;
        }
        let mut value = HeaderValue::from_str(&format!("Bearer {text}")).ok()?;
        value.set_sensitive(true);
        Some(Self(value))
    }
}

/// The control plane of one server.
pub(super) struct Control {
    client: Client,
    base: Url,
    key: HeaderValue,
}

impl Control {
    pub(super) fn new(server: &str, key: &Key) -> Result<Self, Failure> {
        let usage = |error: &dyn std::fmt::Display| Failure::Usage(format!("--server: {error}"));
        let remote = bridge::Remote::new(server).map_err(|error| usage(&error))?;
        if remote.is_exposed() {
            tracing::warn!("the key can be read on the way to {remote}; use https");
        }
        let base = Url::parse(server.trim()).map_err(|error| usage(&error))?;
        if base.query().is_some() || base.cannot_be_a_base() {
            return Err(usage(&"must be an address without a query"));
        }
        let builder = || {
            Client::builder()
                .user_agent(concat!("toolpress/", env!("CARGO_PKG_VERSION")))
                // Another place would be given the key.
                .redirect(redirect::Policy::none())
                .no_proxy()
                .connect_timeout(Duration::from_secs(10))
                .timeout(PATIENCE)
        };
        let client = http_client::build(builder).map_err(|error| Failure::failed(error.without_url()))?;
        Ok(Self { client, base, key: key.0.clone() })
    }

    pub(super) async fn get(&self, path: &[&str]) -> Result<Value, Failure> {
        self.ask(Method::GET, path, &[], None).await
    }

    pub(super) async fn post(&self, path: &[&str], body: Option<&Value>) -> Result<Value, Failure> {
        self.ask(Method::POST, path, &[], body).await
    }

    pub(super) async fn patch(&self, path: &[&str], body: &Value) -> Result<Value, Failure> {
        self.ask(Method::PATCH, path, &[], Some(body)).await
    }

    pub(super) async fn delete(&self, path: &[&str]) -> Result<(), Failure> {
        self.ask(Method::DELETE, path, &[], None).await.map(drop)
    }

    /// All records of a list, page after page.
    pub(super) async fn list(&self, path: &[&str]) -> Result<Vec<Value>, Failure> {
        let mut records = Vec::new();
        let mut cursor: Option<String> = None;
        loop {
            let mut query = vec![("limit", PAGE)];
            query.extend(cursor.as_deref().map(|cursor| ("next_cursor", cursor)));
            let mut page = self.ask(Method::GET, path, &query, None).await?;
            let Value::Array(more) = page["result"].take() else {
                return Err(unreadable("a list without `result`"));
            };
            let empty = more.is_empty();
            records.extend(more);
            match page["next_cursor"].as_str() {
                // A cursor that leads nowhere would be followed for ever.
                Some(next) if !empty && cursor.as_deref() != Some(next) => cursor = Some(next.to_owned()),
                _ => return Ok(records),
            }
        }
    }

    async fn ask(
        &self,
        method: Method,
        path: &[&str],
        query: &[(&str, &str)],
        body: Option<&Value>,
    ) -> Result<Value, Failure> {
        let mut url = self.base.clone();
        url.set_fragment(None);
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut request = self.client.request(method, url).header(AUTHORIZATION, self.key.clone());
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.to_string());
        }
        let mut response = request.send().await.map_err(|error| self.unreached(&error, None))?;
        let status = response.status();
        let mut text = Vec::new();
        loop {
            let chunk =
                response.chunk().await.map_err(|error| self.unreached(&error, Some(status.as_u16())))?;
            match chunk {
                Some(chunk) if text.len() + chunk.len() > LARGEST => return Err(unreadable("too much")),
                Some(chunk) => text.extend_from_slice(&chunk),
                None => break,
            }
        }
        if !status.is_success() {
            return Err(refused(status, response.headers(), &text));
        }
        if text.is_empty() {
            return Ok(Value::Null);
        }
        serde_json::from_slice(&text).map_err(|_| unreadable("no JSON"))
    }

    fn unreached(&self, error: &reqwest::Error, status: Option<u16>) -> Failure {
        let place = self.base.origin().ascii_serialization();
        let how = if error.is_timeout() && !error.is_connect() {
            format!("did not answer within {} s", PATIENCE.as_secs())
        } else {
            match Trouble::of(error, status) {
                Trouble::Dns => "has no address".to_owned(),
                Trouble::Connect(how) => how.to_owned(),
                Trouble::Tls(problem) => format!("is not trustworthy: {problem}"),
                Trouble::Garbled(how) => format!("answered what cannot be read: {how}"),
                _ => {
                    "broke the connection; look whether it did what was asked before you repeat it".to_owned()
                }
            }
        };
        Failure::Failed(format!(
            "{place} {how}. Is the server running there? --server or TOOLPRESS_SERVER says where it is"
        ))
    }
}

fn unreadable(what: &str) -> Failure {
    Failure::Failed(format!("the server answered {what}; is it a Toolpress server, and of this version?"))
}

#[cfg(test)]
mod tests {
    use super::Key;

    #[test]
    fn a_key_is_one_line() {
        for (text, fits) in [
            ("tpa_x\n", true),
            (" tpa_x ", true),
            ("", false),
            ("a b", true),
            ("a\nb", false),
            ("ä\u{7f}", false),
        ] {
            assert_eq!(Key::read(text).is_some(), fits, "{text:?}");
        }
        assert!(Key::read("tpa_x").is_some_and(|key| key.0.is_sensitive() && key.0 == "Bearer tpa_x"));
    }
}
