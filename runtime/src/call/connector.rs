//! How vendors are connected to: the resolver that knows where calls may go, TCP, TLS, one deadline over all
//! of it, and the connections that are kept for the next call.

use super::egress::EgressPolicy;
use crate::{Limits, http_client};
use bytes::Bytes;
use http::Uri;
use http_body_util::Full;
use hyper_rustls::{HttpsConnectorBuilder, MaybeHttpsStream};
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use std::time::Duration;
use tokio::net::TcpStream;
use tower::BoxError;
use tower::timeout::Timeout;
use tower::util::{BoxCloneSyncService, MapFuture};

/// Sends requests over kept connections, HTTP/1.1 or HTTP/2. It follows no redirect and asks no proxy.
pub(super) type Client = legacy::Client<Connector, Full<Bytes>>;

type Connector = BoxCloneSyncService<Uri, MaybeHttpsStream<TokioIo<TcpStream>>, BoxError>;

/// Most response header fields, and their largest size in bytes over HTTP/2.
const HEADER_FIELDS: usize = 256;
const HEADER_BYTES: u32 = 128 << 10;

/// How long an unused connection is kept. Vendors close theirs after about as long.
const IDLE: Duration = Duration::from_secs(20);

/// How often, and how many times, a silent connection is asked whether the other side is still there.
const PROBE: Duration = Duration::from_secs(15);
const PROBES: u32 = 3;

/// A client that connects to what the policy allows; `plain` for http.
///
/// # Errors
/// If there are no root certificates.
pub(super) fn client(limits: &Limits, policy: &EgressPolicy, plain: bool) -> Result<Client, rustls::Error> {
    let mut tcp = HttpConnector::new_with_resolver(policy.resolver(plain));
    // TLS comes on top.
    tcp.enforce_http(false);
    tcp.set_nodelay(true);
    // Shared out among the addresses of a name, so that one that is silent leaves time for the next.
    tcp.set_connect_timeout(Some(limits.connect_timeout));
    tcp.set_keepalive(Some(PROBE));
    tcp.set_keepalive_interval(Some(PROBE));
    tcp.set_keepalive_retries(Some(PROBES));
    let tls = HttpsConnectorBuilder::new().with_tls_config(http_client::tls()?);
    let connector = tls.https_or_http().enable_all_versions().wrap_connector(tcp);
    let connector = MapFuture::new(Timeout::new(connector, limits.connect_timeout), Box::pin);
    Ok(legacy::Client::builder(TokioExecutor::new())
        .timer(TokioTimer::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .http1_max_headers(HEADER_FIELDS)
        .http2_max_header_list_size(HEADER_BYTES)
        .build(BoxCloneSyncService::new(connector)))
}
