//! `stdio`: one vendor's tools for a client that starts commands.

use super::bounds::Bounds;
use super::filter::FilterArgs;
use super::{Failure, account, termination};
use crate::call::{EgressPolicy, Upstream};
use crate::{Server, ServerOptions, Shared, mcp};
use clap::builder::FalseyValueParser;
use std::io::ErrorKind;
use std::sync::Arc;
use toolpress_core::Catalog;

const EXAMPLES: &str = "\
Credentials come from the environment: <VENDOR>_<CREDENTIAL>, such as ACME_API_TOKEN.

Examples:
  ACME_API_TOKEN=… toolpress stdio acme --methods read
  claude mcp add acme --env ACME_API_TOKEN=… -- toolpress stdio acme --tags items
  {\"mcpServers\":{\"acme\":{\"command\":\"toolpress\",\"args\":[\"stdio\",\"acme\"],\"env\":{\"ACME_API_TOKEN\":\"…\"}}}}";

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// The vendor, by its name in snake case
    vendor: String,

    /// Where the API is, instead of the documented address
    #[arg(long, env = "TOOLPRESS_BASE_URL", value_name = "URL")]
    base_url: Option<String>,

    #[command(flatten)]
    filter: FilterArgs,

    /// Puts each tool's outputSchema into the list
    #[arg(long, env = "TOOLPRESS_OUTPUT_SCHEMAS", value_parser = FalseyValueParser::new())]
    output_schemas: bool,

    /// The name that clients show; the vendor's if not given
    #[arg(long, env = "TOOLPRESS_NAME", value_name = "NAME")]
    name: Option<String>,

    #[command(flatten)]
    bounds: Bounds,
}

pub(super) async fn run(args: Args, catalog: &'static Catalog) -> Result<(), Failure> {
    let vendor = account::vendor(catalog, &args.vendor)?;
    let mask = args.filter.select(vendor)?;
    let account = Arc::new(account::account(vendor, args.base_url.as_deref())?);
    let limits = args.bounds.limits();
    // Whoever starts the process chooses where it goes.
    let upstream = Upstream::new(limits.clone(), EgressPolicy::trusted()).map_err(Failure::failed)?;
    let options =
        ServerOptions { name: args.name, output_schemas: args.output_schemas, ..ServerOptions::default() };
    let server = Server::new(Shared::new(upstream, limits), catalog, vendor, mask, account, options);
    let ended = mcp::stdio(Arc::new(server), tokio::io::stdin(), tokio::io::stdout(), termination()).await;
    match ended {
        // The client has gone, which is how such a session ends.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        ended => ended.map_err(Failure::failed),
    }
}
