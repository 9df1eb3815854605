//! `serve`: MCP over HTTP, the control plane and its page.

use super::bounds::{self, Bounds};
use super::installation::{self, Place};
use super::sandbox::{self, SandboxVendor};
use super::{Failure, output, termination};
use crate::call::{EgressPolicy, Upstream};
use crate::control::{Control, Parts};
use crate::metrics::{Metrics, Scrape};
use crate::store::{Address, Store};
use crate::web::{self, Connections, Front, Stopping};
use crate::{Activity, Directory, Limits, Shared, mcp, metrics, page};
use axum::Router;
use clap::builder::FalseyValueParser;
use ipnet::IpNet;
use jiff::Timestamp;
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

    /// A second address for /metrics and /readyz, open to whoever reaches it; a port alone means this machine only
    #[arg(long, env = "TOOLPRESS_METRICS_LISTEN", value_name = "[ADDRESS:]PORT")]
    metrics_listen: Option<String>,

    /// How long the server goes on after a signal to stop while /readyz says 503, for proxies that must notice first
    #[arg(long, env = "TOOLPRESS_STOP_DELAY", value_parser = bounds::time, value_name = "TIME")]
    stop_delay: Option<Duration>,

    #[command(flatten)]
    bounds: Bounds,
}

pub(super) async fn run(
    args: Args,
    catalog: &'static Catalog,
    simulators: impl FnOnce() -> Vec<SandboxVendor>,
) -> Result<(), Failure> {
    let started = Timestamp::now();
    let mut front = Front::new(args.public_url.as_ref());
    for origin in &args.allow_origin {
        front.allow_origin(origin).map_err(|error| Failure::Usage(error.to_string()))?;
    }
    let limits = args.bounds.limits();
    web::raise_open_files(&limits);
    let (listener, address) = listen(&args).await?;
    let watched = match &args.metrics_listen {
        Some(address) => Some(metrics_listener(address).await?),
        None => None,
    };

    let database = if args.sandbox { args.place.address(&Address::Memory) } else { args.place.stored()? };
    let sql = installation::store(&database).await?;
    let store: Arc<dyn Store> = sql.clone();
    let keys = installation::keys(args.place.key_file(&database).as_deref(), &*store).await?;
    let (admin_key, made) = installation::admin_key(args.admin_key_file.as_deref(), &*store).await?;

    let upstream = Upstream::new(limits.clone(), policy(&args)).map_err(Failure::failed)?;
    let shared = Shared::new(upstream, limits.clone());
    let metrics = Metrics::new(catalog);
    let (activity, written) = Activity::start(Arc::clone(&store));
    let directory = Directory::start(
        catalog,
        Arc::clone(&store),
        Arc::clone(&keys),
        Arc::clone(&shared),
        activity.clone(),
        Arc::clone(&metrics),
    );
    let connections = Connections::new(&limits);
    let scrape = Arc::new(Scrape {
        catalog,
        metrics: Arc::clone(&metrics),
        store: Arc::clone(&store),
        directory: Arc::clone(&directory),
        shared: Arc::clone(&shared),
        activity: activity.clone(),
        connections: Arc::clone(&connections),
        started,
    });
    let stopping = Stopping::default();
    let shown = address.as_str().trim_end_matches('/').to_owned();
    output::print(&format!("Toolpress {} listens on {shown}", env!("CARGO_PKG_VERSION")))?;
    output::print(&format!("  Admin page   {shown}/\n  Database     {database}"))?;
    if let Some(listener) = &watched {
        let address = listener.local_addr().map_err(Failure::failed)?;
        output::print(&format!("  Metrics      http://{address}/metrics"))?;
    }
    if let Some(key) = made {
        tracing::info!(target: "audit", action = "admin-key.create", by = "first run");
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
        scrape: Arc::clone(&scrape),
        stopping: stopping.clone(),
    });
    let watching = watched.map(|listener| watch(listener, scrape, stopping.clone(), &limits));
    let refusals = Arc::clone(metrics.refusals());
    let others = control.routes().merge(page::routes());
    let routes = mcp::Routes::new(directory, &limits, refusals, others);
    drop(control);
    let stop = stop(stopping, args.stop_delay);
    web::serve_counted(listener, web::behind(front, routes), &limits, &connections, stop).await;
    // It holds what waits for its last words to be written.
    if let Some(watching) = watching {
        watching.abort();
        let _ = watching.await;
    }
    end(written, &sql).await;
    Ok(())
}

/// A signal to stop, and then as long as proxies need to notice.
async fn stop(stopping: Stopping, delay: Option<Duration>) {
    termination().await;
    stopping.begin();
    if let Some(delay) = delay {
        tokio::time::sleep(delay).await;
    }
}

/// Serves machines that watch, until it is aborted.
fn watch(
    listener: TcpListener,
    scrape: Arc<Scrape>,
    stopping: Stopping,
    limits: &Limits,
) -> tokio::task::JoinHandle<()> {
    let mut routes = metrics::routes(scrape, stopping);
    // Pages on the web may reach this machine through a browser; who opened it wider has named it as he likes.
    if listener.local_addr().is_ok_and(|address| address.ip().is_loopback()) {
        routes = Router::new()
            .fallback_service(web::behind(Front::default(), web::Packed(routes.merge(web::health()))));
    }
    let limits = limits.clone();
    tokio::spawn(async move { web::serve(listener, routes, &limits, std::future::pending()).await })
}

async fn metrics_listener(address: &str) -> Result<TcpListener, Failure> {
    let address = match address.parse::<u16>() {
        Ok(port) => SocketAddr::from((Ipv4Addr::LOCALHOST, port)).to_string(),
        Err(_) => address.to_owned(),
    };
    TcpListener::bind(&address)
        .await
        .map_err(|error| Failure::Failed(format!("cannot listen for metrics on {address}: {error}")))
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
