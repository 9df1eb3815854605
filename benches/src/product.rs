//! `toolpress serve` as people run it: a process with a database, told what to do through its REST API.

use crate::process::{Core, Process};
use crate::synthetic::SLUG;
use anyhow::{Context as _, ensure};
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{Method, StatusCode};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use tokio::task::JoinSet;

const ADMIN_KEY: &str = "the-admin-key-of-the-benchmarks";

/// Requests to the control plane at a time.
const AT_A_TIME: usize = 16;

/// A running product.
#[derive(Debug)]
pub struct Product {
    /// The process; its URL is that of the control plane.
    pub process: Process,
    client: reqwest::Client,
}

/// A fresh folder for a database in a file.
///
/// # Errors
/// If it cannot be made.
pub fn folder(path: PathBuf) -> anyhow::Result<PathBuf> {
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path)?;
    Ok(path)
}

/// The address of a database in a folder.
pub fn sqlite(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("toolpress.db").display())
}

impl Product {
    /// Starts it on a database, with a key file in `folder` and further flags.
    ///
    /// # Errors
    /// If it does not start.
    pub fn start(program: &Path, database: &str, folder: &Path, flags: &[&str]) -> anyhow::Result<Self> {
        let mut command = Core::Tested.command(program);
        command.args(["serve", "--listen", "127.0.0.1:0", "--database", database, "--key-file"]);
        command.arg(folder.join("toolpress.key")).args(["--allow-upstream", "127.0.0.1/32"]).args(flags);
        command.env("TOOLPRESS_ADMIN_KEY", ADMIN_KEY);
        let process = Process::start(command)?;
        let _ = rustls::crypto::ring::default_provider().install_default();
        Ok(Self { process, client: reqwest::Client::builder().no_proxy().build()? })
    }

    /// A request to the control plane.
    ///
    /// # Errors
    /// If there is no answer, or one of another status than `wanted`.
    pub async fn ask(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        wanted: StatusCode,
    ) -> anyhow::Result<Value> {
        ask(&self.client, method, &format!("{}{path}", self.process.url), body, wanted).await
    }

    /// Connects an account to a vendor at `base_url` and gives its id.
    ///
    /// # Errors
    /// If it is refused.
    pub async fn connect(&self, base_url: &str, credential: &str) -> anyhow::Result<String> {
        let body = json!({
            "integration": SLUG, "name": "bench", "base_url": base_url,
            "credentials": { "api_token": credential },
        });
        let account = self.ask(Method::POST, "/integrated-account", Some(body), StatusCode::CREATED).await?;
        Ok(account["id"].as_str().context("an account without an id")?.to_owned())
    }

    /// Creates servers for an account and gives their URLs.
    ///
    /// # Errors
    /// If any is refused.
    pub async fn servers(&self, account: &str, count: usize) -> anyhow::Result<Vec<String>> {
        let (mut urls, mut running) = (Vec::with_capacity(count), JoinSet::new());
        for number in 0..count {
            if running.len() == AT_A_TIME {
                urls.extend(running.join_next().await.transpose()?.transpose()?);
            }
            let url = format!("{}/integrated-account/{account}/mcp", self.process.url);
            let (client, body) = (self.client.clone(), json!({ "name": format!("bench {number}") }));
            running.spawn(async move {
                let server = ask(&client, Method::POST, &url, Some(body), StatusCode::CREATED).await?;
                anyhow::Ok(server["url"].as_str().context("a server without a URL")?.to_owned())
            });
        }
        while let Some(url) = running.join_next().await {
            urls.push(url??);
        }
        Ok(urls)
    }
}

async fn ask(
    client: &reqwest::Client,
    method: Method,
    url: &str,
    body: Option<Value>,
    wanted: StatusCode,
) -> anyhow::Result<Value> {
    let mut request = client.request(method, url).header(AUTHORIZATION, format!("Bearer {ADMIN_KEY}"));
    if let Some(body) = body {
        request = request.header(CONTENT_TYPE, "application/json").body(body.to_string());
    }
    let response = request.send().await?;
    let (status, text) = (response.status(), response.text().await?);
    ensure!(status == wanted, "{url} answered {status}: {text}");
    Ok(if text.is_empty() { Value::Null } else { serde_json::from_str(&text)? })
}
