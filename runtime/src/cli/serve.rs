//! `serve`: MCP over HTTP.

use super::bounds::Bounds;
use super::sandbox::{self, SandboxVendor};
use super::{Failure, output, termination};
use crate::call::{EgressPolicy, Upstream};
use crate::web::{self, Front};
use crate::{MemoryRegistry, Shared, mcp};
use clap::builder::FalseyValueParser;
use std::sync::Arc;
use tokio::net::TcpListener;
use toolpress_core::Catalog;
use url::Url;

const EXAMPLES: &str = "\
Examples:
  toolpress serve --sandbox
  toolpress serve --sandbox --listen 0.0.0.0:8484 --public-url https://tools.example.com
  toolpress serve --sandbox --allow-origin https://app.example.com";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Address and port
    #[arg(long, env = "TOOLPRESS_LISTEN", default_value = "127.0.0.1:8484", value_name = "ADDRESS")]
    listen: String,

    /// What clients call the server; requests for other hosts are refused, except for names of this machine
    #[arg(long, env = "TOOLPRESS_PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    public_url: Option<Url>,

    /// Starts simulated vendors and connects an account to each
    #[arg(long, env = "TOOLPRESS_SANDBOX", value_parser = FalseyValueParser::new())]
    sandbox: bool,

    /// Lets pages of this origin call the server (CORS); may be repeated
    #[arg(long, env = "TOOLPRESS_ALLOW_ORIGIN", value_delimiter = ',', value_name = "ORIGIN")]
    allow_origin: Vec<String>,

    /// Puts each tool's outputSchema into the list
    #[arg(long, env = "TOOLPRESS_OUTPUT_SCHEMAS", value_parser = FalseyValueParser::new())]
    output_schemas: bool,

    #[command(flatten)]
    bounds: Bounds,
}

pub(super) async fn run(
    args: Args,
    catalog: &'static Catalog,
    simulators: impl FnOnce() -> Vec<SandboxVendor>,
) -> Result<(), Failure> {
    if !args.sandbox {
        let message =
            "stored accounts are not part of this version; use `serve --sandbox`, or `stdio VENDOR`";
        return Err(Failure::Usage(message.to_owned()));
    }
    let mut front = Front::new(args.public_url.as_ref());
    for origin in &args.allow_origin {
        front.allow_origin(origin).map_err(|error| Failure::Usage(error.to_string()))?;
    }
    let limits = args.bounds.limits();
    web::raise_open_files(&limits);
    let listener = TcpListener::bind(&args.listen)
        .await
        .map_err(|error| Failure::Failed(format!("cannot listen on {}: {error}", args.listen)))?;
    let bound = listener.local_addr().map_err(Failure::failed)?;
    if !bound.ip().is_loopback() && args.public_url.is_none() {
        tracing::warn!("only requests for names of this machine are answered; set --public-url");
    }
    let address = match &args.public_url {
        Some(url) => url.as_str().trim_end_matches('/').to_owned(),
        None if bound.ip().is_unspecified() => format!("http://localhost:{}", bound.port()),
        None => format!("http://{bound}"),
    };
    output::print(&format!("Toolpress {} listens on {address}", env!("CARGO_PKG_VERSION")))?;

    // The simulators are on this machine.
    let upstream = Upstream::new(limits.clone(), EgressPolicy::trusted()).map_err(Failure::failed)?;
    let shared = Shared::new(upstream, limits.clone());
    let registry = Arc::new(MemoryRegistry::new());
    sandbox::start(catalog, simulators(), &shared, &registry, args.output_schemas, &address).await?;
    let router = mcp::router(registry, front, &limits);
    web::serve(listener, router, &limits, termination()).await;
    Ok(())
}

fn public_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("{error}; write it as https://host"))?;
    let fits = matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.fragment().is_none();
    if fits { Ok(url) } else { Err("must be an http or https address without query and fragment".to_owned()) }
}
