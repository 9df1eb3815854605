//! `serve --sandbox`: simulated vendors in the process, and an account connected to each.

use super::{Failure, output};
use crate::keyring::{Binding, KeyFile};
use crate::store::{AccountRow, SealedCredential, ServerRow, Slice, Store};
use crate::{Limits, ServerConfig, Token, TokenKind, web};
use axum::Router;
use jiff::Timestamp;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::fmt;
use tokio::net::TcpListener;
use toolpress_core::{Catalog, Vendor};
use url::Url;
use uuid::Uuid;

/// What the accounts and servers of the sandbox are called, and who made them.
const NAME: &str = "sandbox";

/// A simulated vendor.
pub struct SandboxVendor {
    /// Whom it plays, by the name in snake case.
    pub vendor: &'static str,
    /// Path of its API, such as `/api`; may be empty.
    pub base_path: &'static str,
    /// Credentials that it takes, by their documented names.
    pub credentials: Vec<(&'static str, String)>,
    /// The simulation.
    pub router: Router,
}

impl fmt::Debug for SandboxVendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxVendor")
            .field("vendor", &self.vendor)
            .field("base_path", &self.base_path)
            .finish_non_exhaustive()
    }
}

/// Where the sandbox is set up.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scene<'s> {
    pub(super) catalog: &'static Catalog,
    pub(super) store: &'s dyn Store,
    pub(super) keys: &'s KeyFile,
    pub(super) limits: &'s Limits,
    pub(super) address: &'s str,
    pub(super) output_schemas: bool,
}

/// Starts the simulators, connects an account to each with a server for all its tools, and tells how to
/// reach them.
pub(super) async fn start(scene: Scene<'_>, simulators: Vec<SandboxVendor>) -> Result<(), Failure> {
    let mut count = 0;
    for simulator in simulators {
        // Another catalogue, or one that was pressed without this vendor.
        let Some(vendor) = scene.catalog.vendor(simulator.vendor) else { continue };
        let tools = vendor.tools.len();
        let (token, door) = connect(scene, vendor, simulator).await?;
        tracing::info!(vendor = vendor.slug, %token, "sandbox server");
        let url = format!("{}/mcp/{}", scene.address, token.expose());
        let cursor = json!({ "mcpServers": { (vendor.slug): { "url": url } } });
        output::print(&format!(
            "\n{} (sandbox, {tools} tools)\n  URL          {url}\n  Claude Code  claude mcp add --transport http {} {url}\n  Cursor       {cursor}\n  Simulator    {door}",
            vendor.label, vendor.slug,
        ))?;
        count += 1;
    }
    if count == 0 {
        return Err(Failure::Usage("this binary holds no simulator for any of its vendors".to_owned()));
    }
    output::print("\nAll data of the vendors is made up and lives in memory. Stop with Ctrl-C.")
}

/// Gives the token of the server, and what it takes to connect another account to the simulator.
async fn connect(
    scene: Scene<'_>,
    vendor: &'static Vendor,
    simulator: SandboxVendor,
) -> Result<(Token, String), Failure> {
    let SandboxVendor { base_path, credentials, router, .. } = simulator;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(Failure::failed)?;
    let address = listener.local_addr().map_err(Failure::failed)?;
    let limits = scene.limits.clone();
    tokio::spawn(async move { web::serve(listener, router, &limits, std::future::pending()).await });
    let base_url = format!("http://{address}{base_path}");
    tracing::info!(vendor = vendor.slug, base_url, "simulator");
    let account = account(scene, vendor, &base_url, &credentials).await?;
    let given = credentials.iter().map(|(name, secret)| format!("{name}={secret}"));
    let door = std::iter::once(base_url).chain(given).collect::<Vec<_>>().join("  ");
    Ok((server(scene, vendor, &account).await?, door))
}

/// Connects the account, the same one as in the run before if the database remembers that.
async fn account(
    scene: Scene<'_>,
    vendor: &'static Vendor,
    base_url: &str,
    credentials: &[(&'static str, String)],
) -> Result<String, Failure> {
    let digest = Sha256::new_with_prefix(b"toolpress sandbox ").chain_update(vendor.slug).finalize();
    let id = digest.first_chunk().map_or_else(Uuid::now_v7, |bytes| Uuid::new_v8(*bytes)).to_string();
    let origin = Url::parse(base_url).map_err(Failure::failed)?.origin().ascii_serialization();
    let ring = scene.keys.ring().map_err(Failure::failed)?;
    let seal = |(name, secret): &(&'static str, String)| {
        ring.seal(Binding { account: &id, origin: &origin, name }, secret)
    };
    let sealed: Vec<SealedCredential> =
        credentials.iter().map(seal).collect::<Result<_, _>>().map_err(Failure::failed)?;
    let now = Timestamp::now().as_millisecond();
    let mut row = AccountRow {
        id: id.clone(),
        integration: vendor.slug.to_owned(),
        name: format!("{} {NAME}", vendor.label),
        base_url: Some(base_url.to_owned()),
        created_by: NAME.to_owned(),
        created_at: now,
        updated_at: now,
        revision: 1,
    };
    let done = match scene.store.account(&id).await.map_err(Failure::failed)? {
        None => scene.store.add_account(&row, &sealed).await,
        Some(before) => {
            row.revision = before.revision + 1;
            scene.store.put_account(&row, &sealed).await
        }
    };
    done.map(|()| id).map_err(Failure::failed)
}

/// Makes a new server; those of earlier runs end, since nobody can know their addresses again.
async fn server(scene: Scene<'_>, vendor: &'static Vendor, account: &str) -> Result<Token, Failure> {
    let now = Timestamp::now().as_millisecond();
    let slice = Slice { before: None, limit: 1_000 };
    let before = scene.store.servers(account, now, slice).await.map_err(Failure::failed)?;
    for server in before.iter().filter(|server| server.created_by == NAME) {
        scene.store.delete_server(account, &server.id).await.map_err(Failure::failed)?;
    }
    let token = Token::generate(TokenKind::Server).map_err(Failure::failed)?;
    let config = ServerConfig { output_schemas: scene.output_schemas, ..ServerConfig::default() };
    let row = ServerRow {
        id: Uuid::now_v7().to_string(),
        account_id: account.to_owned(),
        name: vendor.label.to_owned(),
        config: serde_json::to_string(&config).map_err(Failure::failed)?,
        expires_at: None,
        token_last4: token.last4().to_owned(),
        created_by: NAME.to_owned(),
        created_at: now,
        updated_at: now,
        last_used_at: None,
        revision: 1,
    };
    scene.store.add_server(&row, &token.hash()).await.map_err(Failure::failed)?;
    Ok(token)
}
