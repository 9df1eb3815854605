//! `serve`: MCP over HTTP, the control plane and its page.

use super::bounds::Bounds;
use super::installation::{self, Place};
use super::sandbox::{self, SandboxVendor};
use super::{Failure, output, termination};
use crate::call::{EgressPolicy, Upstream};
use crate::control::{Control, Parts};
use crate::store::{Address, Store};
use crate::web::{self, Front};
use crate::{Activity, Directory, Shared, mcp, page};
use clap::builder::FalseyValueParser;
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::time::timeout;
use toolpress_core::Catalog;
use url::Url;

const EXAMPLES: &str = "\
Examples:
  toolpress serve --sandbox                                      everything simulated, nothing stored
  toolpress serve                                                a database and its key in this folder
  toolpress serve --listen 0.0.0.0:8484 --public-url https://tools.example.com
  toolpress serve --database postgres://tools@db/tools --key-file /etc/toolpress.key";

/// How long the end of the process waits for what is still to be written.
const LAST_WORDS: Duration = Duration::from_secs(5);

#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Address and port
    #[arg(long, env = "TOOLPRESS_LISTEN", default_value = "127.0.0.1:8484", value_name = "ADDRESS")]
    listen: String,

    /// What clients call the server; requests for other hosts are refused, except for names of this machine
    #[arg(long, env = "TOOLPRESS_PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    public_url: Option<Url>,

    #[command(flatten)]
    place: Place,

    /// Holds the key to the control plane; without it `TOOLPRESS_ADMIN_KEY`, or one that is made at the first run and shown once
    #[arg(long, env = "TOOLPRESS_ADMIN_KEY_FILE", value_name = "FILE")]
    admin_key_file: Option<PathBuf>,

    /// Starts simulated vendors and connects an account to each
    #[arg(long, env = "TOOLPRESS_SANDBOX", value_parser = FalseyValueParser::new())]
    sandbox: bool,

    /// Lets accounts have base URLs in this range of private addresses, over http too; may be repeated
    #[arg(long, env = "TOOLPRESS_ALLOW_UPSTREAM", value_delimiter = ',', value_name = "CIDR")]
    allow_upstream: Vec<IpNet>,

    /// Lets pages of this origin call the server (CORS); may be repeated
    #[arg(long, env = "TOOLPRESS_ALLOW_ORIGIN", value_delimiter = ',', value_name = "ORIGIN")]
    allow_origin: Vec<String>,

    /// Puts each tool's outputSchema into the lists of the sandbox
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
    let mut front = Front::new(args.public_url.as_ref());
    for origin in &args.allow_origin {
        front.allow_origin(origin).map_err(|error| Failure::Usage(error.to_string()))?;
    }
    let limits = args.bounds.limits();
    web::raise_open_files(&limits);
    let (listener, address) = listen(&args).await?;

    let database = if args.sandbox { args.place.address(&Address::Memory) } else { args.place.stored()? };
    let sql = installation::store(&database).await?;
    let store: Arc<dyn Store> = sql.clone();
    let keys = installation::keys(args.place.key_file(&database).as_deref(), &*store).await?;
    let (admin_key, made) = installation::admin_key(args.admin_key_file.as_deref(), &*store).await?;

    let upstream = Upstream::new(limits.clone(), policy(&args)).map_err(Failure::failed)?;
    let shared = Shared::new(upstream, limits.clone());
    let (activity, written) = Activity::start(Arc::clone(&store));
    let directory = Directory::start(
        catalog,
        Arc::clone(&store),
        Arc::clone(&keys),
        Arc::clone(&shared),
        activity.clone(),
    );
    let shown = address.as_str().trim_end_matches('/').to_owned();
    output::print(&format!("Toolpress {} listens on {shown}", env!("CARGO_PKG_VERSION")))?;
    output::print(&format!("  Admin page   {shown}/\n  Database     {database}"))?;
    if let Some(key) = made {
        output::print(&format!("  Admin key    {}   (shown this once)", key.expose()))?;
    }
    if args.sandbox {
        let scene = sandbox::Scene {
            catalog,
            store: &*store,
            keys: &keys,
            limits: &limits,
            address: &shown,
            output_schemas: args.output_schemas,
        };
        sandbox::start(scene, simulators()).await?;
    }
    let control = Control::new(Parts {
        catalog,
        store: Arc::clone(&store),
        keys,
        shared,
        activity,
        admin_key,
        address,
    });
    let routes = mcp::routes(directory, &limits).merge(control.routes()).merge(page::routes());
    drop(control);
    web::serve(listener, web::behind(front, routes), &limits, termination()).await;
    end(written, &sql).await;
    Ok(())
}

/// Everything that is known is written before the process ends.
async fn end(written: tokio::task::JoinHandle<()>, store: &crate::store::SqlStore) {
    if timeout(LAST_WORDS, written).await.is_err() {
        tracing::warn!("the last calls could not be written down");
    }
    if timeout(LAST_WORDS, store.close()).await.is_err() {
        tracing::warn!("the database did not let go");
    }
}

/// Listens, and tells what clients call the server.
async fn listen(args: &Args) -> Result<(TcpListener, Url), Failure> {
    let listener = TcpListener::bind(&args.listen)
        .await
        .map_err(|error| Failure::Failed(format!("cannot listen on {}: {error}", args.listen)))?;
    let bound = listener.local_addr().map_err(Failure::failed)?;
    let address = match &args.public_url {
        Some(url) => url.clone(),
        None if bound.ip().is_loopback() => local(bound)?,
        None => {
            let message = "listening beyond this machine needs --public-url: the address that clients use, \
                           best https behind a proxy that holds the certificate";
            return Err(Failure::Usage(message.to_owned()));
        }
    };
    Ok((listener, address))
}

fn local(bound: SocketAddr) -> Result<Url, Failure> {
    Url::parse(&format!("http://{bound}")).map_err(Failure::failed)
}

/// Public addresses, and what the operator allows. The simulators are on this machine.
fn policy(args: &Args) -> EgressPolicy {
    let simulators = args.sandbox.then(|| IpNet::from(IpAddr::V4(Ipv4Addr::LOCALHOST)));
    EgressPolicy::guarded(args.allow_upstream.iter().copied().chain(simulators))
}

fn public_url(text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("{error}; write it as https://host"))?;
    let fits = matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.fragment().is_none();
    if fits { Ok(url) } else { Err("must be an http or https address without query and fragment".to_owned()) }
}
