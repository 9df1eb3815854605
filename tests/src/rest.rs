//! A small client of the control plane.

use reqwest::header::HeaderMap;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};

/// A client with a key, or without.
#[derive(Debug, Clone)]
pub struct Rest {
    client: Client,
    address: String,
    key: Option<String>,
}

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// Its status.
    pub status: StatusCode,
    /// Its header fields.
    pub headers: HeaderMap,
    /// Its body as it came.
    pub text: String,
    /// Its body as JSON; null if it is none.
    pub body: Value,
}

impl Rest {
    /// A client of the node at an address.
    pub fn new(address: &str, key: Option<&str>) -> Self {
        Self {
            client: client(),
            address: address.trim_end_matches('/').to_owned(),
            key: key.map(str::to_owned),
        }
    }

    /// The same client with another key.
    #[must_use]
    pub fn with_key(&self, key: &str) -> Self {
        Self { key: Some(key.to_owned()), ..self.clone() }
    }

    /// The same client without a key.
    #[must_use]
    pub fn without_key(&self) -> Self {
        Self { key: None, ..self.clone() }
    }

    /// A request in the making, with the key.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.address));
        match &self.key {
            Some(key) => request.bearer_auth(key),
            None => request,
        }
    }

    /// `GET`.
    pub async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }

    /// `POST`.
    pub async fn post(&self, path: &str, body: Value) -> Answer {
        send(self.request(Method::POST, path).json(&body)).await
    }

    /// `PATCH`.
    pub async fn patch(&self, path: &str, body: Value) -> Answer {
        send(self.request(Method::PATCH, path).json(&body)).await
    }

    /// `DELETE`.
    pub async fn delete(&self, path: &str) -> Answer {
        send(self.request(Method::DELETE, path)).await
    }

    /// Connects an account whose only credential is `secret`; its id.
    pub async fn account(&self, integration: &str, base_url: &str, secret: &str) -> String {
        let credential = match integration {
            "sequin_stream" => "api_token",
            _ => "api_key",
        };
        let account = json!({ "integration": integration, "name": format!("{integration} account"),
            "base_url": base_url, "credentials": { credential: secret } });
        self.post("/integrated-account", account).await.created()["id"].as_str().expect("an id").to_owned()
    }

    /// Makes a server of an account; all that was answered.
    pub async fn server(&self, account: &str, body: Value) -> Value {
        self.post(&format!("/integrated-account/{account}/mcp"), body).await.created()
    }
}

impl Answer {
    /// The body of a 200.
    pub fn ok(self) -> Value {
        self.expect(StatusCode::OK)
    }

    /// The body of a 201.
    pub fn created(self) -> Value {
        self.expect(StatusCode::CREATED)
    }

    /// The `error` of a refusal with this status.
    pub fn refused(self, status: u16) -> Value {
        let status = StatusCode::from_u16(status).expect("a status");
        let mut body = self.expect(status);
        assert!(body["error"]["code"].is_string() && body["error"]["message"].is_string(), "{body}");
        body["error"].take()
    }

    /// The body, if the status is this.
    ///
    /// # Panics
    /// If it is another.
    pub fn expect(self, status: StatusCode) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.body
    }
}

/// An HTTP client for loopback, without proxies and redirects.
pub fn client() -> Client {
    // Another client of this process may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().no_proxy().redirect(Policy::none()).tls_certs_only([]);
    client.build().expect("a client")
}

/// Sends a request and reads the whole answer.
pub async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status(), response.headers().clone());
    let text = response.text().await.expect("a body");
    let body = serde_json::from_str(&text).unwrap_or_default();
    Answer { status, headers, text, body }
}
