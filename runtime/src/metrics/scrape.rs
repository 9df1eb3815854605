//! All figures of a process as the text that Prometheus and its kin read.

use super::{Answer, Metrics, VendorCounts};
use crate::observe::Ending;
use crate::store::Store;
use crate::web::{Connections, Stopping};
use crate::{Activity, Directory, Shared};
use axum::Router;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use jiff::Timestamp;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, prometheus_text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Registry;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::timeout;
use toolpress_core::Catalog;

/// How long the database may take to answer before a scrape says that it is down.
const PATIENCE: Duration = Duration::from_secs(2);

/// Everything that has figures to tell.
#[derive(Debug)]
pub struct Scrape {
    /// The catalogue that is served.
    pub catalog: &'static Catalog,
    /// What is counted about calls.
    pub metrics: Arc<Metrics>,
    /// The database.
    pub store: Arc<dyn Store>,
    /// Tokens that were looked up.
    pub directory: Arc<Directory>,
    /// Calls that run.
    pub shared: Arc<Shared>,
    /// What is written down about calls.
    pub activity: Activity,
    /// Clients that are connected.
    pub connections: Arc<Connections>,
    /// When the process began.
    pub started: Timestamp,
}

impl Scrape {
    /// The answer to a scrape.
    pub(crate) async fn answer(self: Arc<Self>) -> Response {
        match self.text().await {
            Ok(text) => ([(CONTENT_TYPE, prometheus_text::CONTENT_TYPE)], text).into_response(),
            Err(error) => {
                tracing::error!(%error, "the metrics could not be written");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }

    async fn text(self: Arc<Self>) -> Result<String, fmt::Error> {
        let database_up = matches!(timeout(PATIENCE, self.store.ready()).await, Ok(Ok(())));
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Now { scrape: self, database_up }));
        let mut text = String::new();
        prometheus_text::encode(&mut text, &registry)?;
        Ok(text)
    }
}

/// The routes of a listener that is there for machines that watch: `/metrics` and `/readyz`, open to
/// whoever can reach it.
pub(crate) fn routes(scrape: Arc<Scrape>, stopping: Stopping) -> Router {
    let store = Arc::clone(&scrape.store);
    Router::new().route("/metrics", get(move || Arc::clone(&scrape).answer())).route(
        "/readyz",
        get(async move || match store.ready().await {
            _ if stopping.has_begun() => (StatusCode::SERVICE_UNAVAILABLE, "stopping\n"),
            Ok(()) => (StatusCode::OK, "ready\n"),
            Err(error) => {
                tracing::warn!(%error, "not ready");
                (StatusCode::SERVICE_UNAVAILABLE, "the database does not answer\n")
            }
        }),
    )
}

#[derive(Debug)]
struct Now {
    scrape: Arc<Scrape>,
    database_up: bool,
}

impl Collector for Now {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut page = Page(encoder);
        self.process(&mut page)?;
        self.calls(&mut page)?;
        self.requests(&mut page)?;
        self.storage(&mut page)
    }
}

impl Now {
    fn process(&self, page: &mut Page<'_>) -> fmt::Result {
        let build =
            [("version", env!("CARGO_PKG_VERSION")), ("documentation", self.scrape.catalog.fingerprint)];
        let help = "The version, and a fingerprint of the vendors' documentation";
        page.gauges("toolpress_build_info", help, [(build, 1)])?;
        let help = "When the process began, in seconds since 1970";
        page.gauge("process_start_time_seconds", help, self.scrape.started.as_second().unsigned_abs())
    }

    fn calls(&self, page: &mut Page<'_>) -> fmt::Result {
        let vendors = &self.scrape.metrics.vendors;
        let calls = vendors.iter().flat_map(|counts| {
            counts.tools.iter().zip(counts.vendor.tools).flat_map(|(endings, tool)| {
                Ending::ALL.into_iter().zip(endings).map(|(ending, count)| {
                    let labels =
                        [("vendor", counts.vendor.slug), ("tool", tool.name), ("outcome", ending.as_str())];
                    (labels, read(count))
                })
            })
        });
        page.counters("toolpress_calls", "Calls that ended", calls)?;
        let answers = vendors.iter().flat_map(|counts| {
            Answer::ALL.into_iter().zip(&counts.answers).map(|(answer, count)| {
                ([("vendor", counts.vendor.slug), ("status", answer.as_str())], read(count))
            })
        });
        let help = "What vendors answered; none where no answer came, 4xx without 429";
        page.counters("toolpress_upstream_answers", help, answers)?;
        let name = "toolpress_call_duration_seconds";
        let mut family = page.0.encode_descriptor(
            name,
            "How long calls took, waiting for the vendor included",
            None,
            MetricType::Histogram,
        )?;
        for counts in vendors {
            let labels = [("vendor", counts.vendor.slug)];
            counts.durations.encode(family.encode_family(&labels)?)?;
        }
        let bytes = |of: fn(&VendorCounts) -> &AtomicU64| {
            vendors.iter().map(move |counts| ([("vendor", counts.vendor.slug)], read(of(counts))))
        };
        let help = "Arguments of calls, as bytes of JSON";
        page.counters("toolpress_call_request_bytes", help, bytes(|counts| &counts.request_bytes))?;
        let help = "Text of results, in bytes";
        page.counters("toolpress_call_response_bytes", help, bytes(|counts| &counts.response_bytes))?;
        let shared = &self.scrape.shared;
        page.gauge("toolpress_calls_running", "Calls that run now", shared.running() as u64)?;
        let help = "Calls that may run at the same time; further ones are refused as busy";
        page.gauge("toolpress_calls_limit", help, shared.limits().calls as u64)
    }

    fn requests(&self, page: &mut Page<'_>) -> fmt::Result {
        let (shared, connections) = (&self.scrape.shared, &self.scrape.connections);
        let refused = self.scrape.metrics.refusals.all();
        let refused =
            refused.chain([("busy", shared.turned_away()), ("connections", connections.turned_away())]);
        let refused = refused.map(|(reason, count)| ([("reason", reason)], count));
        page.counters("toolpress_refused", "Requests and connections that were refused here", refused)?;
        let help = "Clients that are connected now";
        page.gauge("toolpress_connections", help, connections.open() as u64)?;
        let help = "Clients that may be connected; further ones are closed at once";
        page.gauge("toolpress_connections_limit", help, shared.limits().connections as u64)
    }

    fn storage(&self, page: &mut Page<'_>) -> fmt::Result {
        let lookups = self.scrape.directory.lookups();
        let lookups = lookups.map(|(kind, result, count)| ([("kind", kind), ("result", result)], count));
        let help = "Tokens that were looked up: hit in memory, miss for the database, outage in memory while \
                    the database is down";
        page.counters("toolpress_token_lookups", help, lookups)?;
        let help = "Whether the database answered this scrape";
        page.gauge("toolpress_database_up", help, u64::from(self.database_up))?;
        let help = "Pieces of work that the database did not do";
        page.counter("toolpress_database_errors", help, self.scrape.store.failures())?;
        let help = "Calls that are missing from the list of recent calls, because there were too many";
        page.counter("toolpress_events_dropped", help, self.scrape.activity.dropped())
    }
}

fn read(counter: &AtomicU64) -> u64 {
    counter.load(Ordering::Relaxed)
}

/// No label, as a label set.
const NONE: [(&str, &str); 0] = [];

/// The text in the making.
struct Page<'e>(DescriptorEncoder<'e>);

impl Page<'_> {
    /// The name is written with `_total` behind it.
    fn counters<L: EncodeLabelSet>(
        &mut self,
        name: &str,
        help: &str,
        values: impl IntoIterator<Item = (L, u64)>,
    ) -> fmt::Result {
        let mut family = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        for (labels, value) in values {
            family.encode_family(&labels)?.encode_counter::<L, _, u64>(&value, None)?;
        }
        Ok(())
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        self.counters(name, help, [(NONE, value)])
    }

    fn gauges<L: EncodeLabelSet>(
        &mut self,
        name: &str,
        help: &str,
        values: impl IntoIterator<Item = (L, u64)>,
    ) -> fmt::Result {
        let mut family = self.0.encode_descriptor(name, help, None, MetricType::Gauge)?;
        for (labels, value) in values {
            family.encode_family(&labels)?.encode_gauge(&value)?;
        }
        Ok(())
    }

    fn gauge(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        self.gauges(name, help, [(NONE, value)])
    }
}
