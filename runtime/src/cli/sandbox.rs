//! `serve --sandbox`: simulated vendors in the process, and an account connected to each.

use super::{Failure, output};
use crate::{Account, Limits, MemoryRegistry, Server, ServerOptions, Shared, web};
use axum::Router;
use serde_json::json;
use std::fmt;
use std::sync::Arc;
use tokio::net::TcpListener;
use toolpress_core::{Catalog, Mask};

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

/// Starts the simulators and a server for each, and tells how to reach them below `address`.
pub(super) async fn start(
    catalog: &'static Catalog,
    simulators: Vec<SandboxVendor>,
    shared: &Arc<Shared>,
    registry: &MemoryRegistry,
    output_schemas: bool,
    address: &str,
) -> Result<(), Failure> {
    let mut count = 0;
    for simulator in simulators {
        // Another catalogue, or one that was pressed without this vendor.
        let Some(vendor) = catalog.vendor(simulator.vendor) else { continue };
        let mask = Mask::all(vendor);
        let tools = mask.count();
        let account = Arc::new(connect(vendor, simulator, shared.limits()).await?);
        let options = ServerOptions { name: None, output_schemas };
        let server = Server::new(Arc::clone(shared), catalog, vendor, mask, account, options);
        let token = registry.add(server).map_err(Failure::failed)?;
        tracing::info!(vendor = vendor.slug, %token, "sandbox server");
        let url = format!("{address}/mcp/{}", token.expose());
        let cursor = json!({ "mcpServers": { (vendor.slug): { "url": url } } });
        output::print(&format!(
            "\n{} (sandbox, {tools} tools)\n  URL          {url}\n  Claude Code  claude mcp add --transport http {} {url}\n  Cursor       {cursor}",
            vendor.label, vendor.slug,
        ))?;
        count += 1;
    }
    if count == 0 {
        return Err(Failure::Usage("this binary holds no simulator for any of its vendors".to_owned()));
    }
    output::print("\nAll data is made up and lives in memory. Stop with Ctrl-C.")
}

async fn connect(
    vendor: &'static toolpress_core::Vendor,
    simulator: SandboxVendor,
    limits: &Limits,
) -> Result<Account, Failure> {
    let SandboxVendor { base_path, credentials, router, .. } = simulator;
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.map_err(Failure::failed)?;
    let address = listener.local_addr().map_err(Failure::failed)?;
    let limits = limits.clone();
    tokio::spawn(async move { web::serve(listener, router, &limits, std::future::pending()).await });
    let base_url = format!("http://{address}{base_path}");
    let credential = |name: &str| {
        let known = credentials.iter().find(|(known, _)| *known == name);
        known.map(|(_, credential)| credential.clone())
    };
    Account::new(format!("sandbox-{}", vendor.slug), vendor, Some(&base_url), credential)
        .map_err(Failure::failed)
}
