//! The server that the official MCP conformance suite is run against.
//!
//! It is the product's server with fixture tools: most are pressed from `docs/` and call a small API in
//! the same process. Prints one line for each server, its name and its address, and runs until killed.

mod schema;
mod upstream;

use std::env;
use std::error::Error;
use std::io::{Write as _, stdout};
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use toolpress_core::{Mask, Vendor};
use toolpress_runtime::call::{EgressPolicy, Upstream};
use toolpress_runtime::web::{self, Front};
use toolpress_runtime::{Account, Limits, MemoryRegistry, Server, ServerOptions, Shared, mcp};

include!(concat!(env!("OUT_DIR"), "/catalog.rs"));

const USAGE: &str = "usage: toolpress-conformance [--listen ADDRESS]";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut limits = Limits::default();
    // The suite waits for signs of life no longer than a fraction of a second.
    limits.keep_alive = Duration::from_millis(40);

    let listener = TcpListener::bind(address(env::args().skip(1))?).await?;
    let address = listener.local_addr()?;
    let vendors = [("fixtures", &test::VENDOR), ("schema", &schema::VENDOR)];
    let shared = Shared::new(Upstream::new(limits.clone(), EgressPolicy::trusted())?, limits.clone());
    let base_url = start_upstream(&limits).await?;
    let registry = Arc::new(MemoryRegistry::new());
    let mut out = stdout();
    for (name, vendor) in vendors {
        let token = registry.add(server(&shared, vendor, &base_url)?)?;
        writeln!(out, "{name} http://{address}/mcp/{}", token.expose())?;
    }
    out.flush()?;
    web::serve(listener, mcp::router(registry, Front::new(None), &limits), &limits, std::future::pending())
        .await;
    Ok(())
}

fn address(mut arguments: impl Iterator<Item = String>) -> Result<String, String> {
    let address = match arguments.next() {
        None => "127.0.0.1:0".to_owned(),
        Some(flag) if flag == "--listen" => arguments.next().ok_or(USAGE)?,
        Some(_) => return Err(USAGE.to_owned()),
    };
    if arguments.next().is_some() { Err(USAGE.to_owned()) } else { Ok(address) }
}

async fn start_upstream(limits: &Limits) -> Result<String, Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let base_url = format!("http://{}", listener.local_addr()?);
    let limits = limits.clone();
    tokio::spawn(async move {
        web::serve(listener, upstream::router(), &limits, std::future::pending()).await;
    });
    Ok(base_url)
}

fn server(shared: &Arc<Shared>, vendor: &'static Vendor, base_url: &str) -> Result<Server, Box<dyn Error>> {
    let account = Account::new(vendor.slug, vendor, Some(base_url), |_| None)?;
    let (mask, options) = (Mask::all(vendor), ServerOptions::default());
    Ok(Server::new(Arc::clone(shared), &CATALOG, vendor, mask, Arc::new(account), options))
}
