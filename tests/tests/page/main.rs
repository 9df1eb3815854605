//! The page at `/` and its sessions, as a browser's network sees them. What a person sees of it is walked
//! through by `tests/page/run.sh`.

mod served;
mod sessions;

use reqwest::Method;
use serde_json::json;
use tempfile::TempDir;
use toolpress_tests::program::bare;
use toolpress_tests::rest::{Answer, Rest, send};
use toolpress_tests::serving::{Node, Start};

/// The admin key of the nodes here.
const KEY: &str = "tpa-admin-key-of-the-page-tests";

/// A node with an empty database.
struct Scene {
    node: Node,
    /// A client without a key, as a browser is one.
    browser: Rest,
    _folder: TempDir,
}

impl Scene {
    async fn new(flags: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        // A port that was free just now: with a public address, the node does not say where it listens.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        let place = listener.local_addr().expect("an address").to_string();
        drop(listener);
        let mut command = bare(&["serve", "--listen", &place, "--database", "sqlite:page.db"]);
        command.current_dir(folder.path()).env("TOOLPRESS_ADMIN_KEY", KEY);
        let node = Start::of(command, Some(KEY)).flags(flags).run().await;
        let browser = Rest::new(&format!("http://{place}"), None);
        Self { node, browser, _folder: folder }
    }

    /// Logs in.
    async fn session(&self) -> Session {
        let answer = self.browser.post("/session", json!({ "admin_key": KEY })).await;
        let cookie = answer.headers["set-cookie"].to_str().expect("a cookie").to_owned();
        let token = answer.ok()["csrf_token"].as_str().expect("a token").to_owned();
        Session { browser: self.browser.clone(), cookie, token }
    }
}

/// A session of the page.
struct Session {
    browser: Rest,
    /// The whole field that set it.
    cookie: String,
    token: String,
}

impl Session {
    /// What the browser sends back of the cookie.
    fn pair(&self) -> &str {
        self.cookie.split(';').next().unwrap_or_default()
    }

    /// A request with the cookie, and with this as the token that scripts send along.
    async fn ask(&self, method: Method, path: &str, token: Option<&str>) -> Answer {
        let sends = method == Method::POST;
        let mut request = self.browser.request(method, path).header("cookie", self.pair());
        if let Some(token) = token {
            request = request.header("x-csrf-token", token);
        }
        if sends {
            request = request.json(&json!({ "name": "made by the page" }));
        }
        send(request).await
    }

    /// How many API tokens there are.
    async fn api_tokens(&self) -> usize {
        self.ask(Method::GET, "/api-token", None).await.ok()["result"].as_array().expect("a list").len()
    }
}
