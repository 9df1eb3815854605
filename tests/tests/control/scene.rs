//! A node with one connected account, and the vendor behind it.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use toolpress_tests::engine::Site;
use toolpress_tests::mcp::Mcp;
use toolpress_tests::rest::Rest;
use toolpress_tests::serving::{Node, Start};
use toolpress_tests::upstream::Upstream;

/// The credential of the account.
pub(crate) const SECRET: &str = "canary-credential-of-the-account-7f3a";

/// A list tool of the vendor, without required arguments.
pub(crate) const DATABASES: &str = "list_all_sequin_stream_postgres_databases";

/// A tool of the vendor that takes an id.
pub(crate) const DATABASE: &str = "get_single_sequin_stream_postgres_database_by_id";

/// A tool that is left out wherever only reading is allowed.
pub(crate) const DELETE_DATABASE: &str = "delete_a_sequin_stream_postgres_database_by_id";

/// An answer that fits all list tools of the bundled vendors.
pub(crate) const EMPTY: &str = r#"{"data":[],"items":[]}"#;

/// An id that nothing has.
pub(crate) const NOBODY: &str = "0198a6a0-0000-7000-8000-000000000000";

/// A node, its control plane, an account, its vendor.
pub(crate) struct Scene {
    pub(crate) node: Node,
    pub(crate) rest: Rest,
    pub(crate) vendor: Upstream,
    pub(crate) account: String,
}

impl Scene {
    pub(crate) async fn new(site: &Site) -> Self {
        Self::of(site.start()).await
    }

    pub(crate) async fn of(start: Start) -> Self {
        let vendor = Upstream::answering(EMPTY).await;
        let node = start.run().await;
        let rest = node.rest();
        let account = rest.account("sequin_stream", &vendor.base_url(), SECRET).await;
        Self { node, rest, vendor, account }
    }

    /// The path of the account.
    pub(crate) fn account_path(&self) -> String {
        format!("/integrated-account/{}", self.account)
    }

    /// The path of the account's servers.
    pub(crate) fn servers(&self) -> String {
        format!("{}/mcp", self.account_path())
    }

    /// The path of a server.
    pub(crate) fn path(&self, server: &Value) -> String {
        format!("{}/{}", self.servers(), server["id"].as_str().expect("an id"))
    }

    /// Makes a server.
    pub(crate) async fn server(&self, body: Value) -> Value {
        self.rest.server(&self.account, body).await
    }

    /// A client of a new server with this configuration.
    pub(crate) async fn mcp(&self, config: Value) -> Mcp {
        Mcp::of(&self.server(json!({ "config": config })).await)
    }
}

/// The token in the answer that made it.
pub(crate) fn token(made: &Value) -> &str {
    made["token"].as_str().expect("a token")
}

/// A moment from now on, as it is sent.
pub(crate) fn in_seconds(seconds: i64) -> String {
    Timestamp::now().saturating_add(SignedDuration::from_secs(seconds)).expect("a moment").to_string()
}

/// Waits until something holds, asking again and again.
pub(crate) async fn until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let asking = async {
        while !holds().await {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(toolpress_tests::PATIENCE, asking).await.unwrap_or_else(|_| panic!("never: {what}"));
}
