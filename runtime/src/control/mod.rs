//! The control plane: a REST API over the store.
//!
//! A request comes in through `auth`, its body is read by `body` and `fields`, which collect everything
//! that is wrong, and every refusal is an `error::ApiError`. One file per kind of resource.

mod accounts;
mod api_tokens;
mod auth;
mod body;
mod error;
mod fields;
mod integrations;
mod list;
mod moment;
mod openapi;
mod path;
mod servers;
mod session;
mod tools;

use crate::activity::Activity;
use crate::admin_key::AdminKey;
use crate::audit::Sample;
use crate::call::EgressPolicy;
use crate::keyring::KeyFile;
use crate::metrics::{Refusals, Scrape, VendorCounts};
use crate::store::Store;
use crate::throttle::Throttle;
use crate::web::Stopping;
use crate::{Limits, Shared};
use axum::Router;
use axum::extract::State;
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use error::ApiError;
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use std::sync::Arc;
use toolpress_core::{Catalog, Vendor};
use url::Url;
use utoipa::IntoParams;

/// What the control plane works with.
#[derive(Debug, Clone)]
pub struct Control(Arc<Parts>, Arc<Denials>);

/// What is known of requests that were denied.
#[derive(Debug, Default)]
struct Denials {
    throttle: Throttle,
    sample: Sample,
}

/// The parts of a [`Control`].
#[derive(Debug)]
pub struct Parts {
    /// The vendors that are compiled in.
    pub catalog: &'static Catalog,
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// What credentials are encrypted with.
    pub keys: Arc<KeyFile>,
    /// The way to the vendors.
    pub shared: Arc<Shared>,
    /// Takes note of calls.
    pub activity: Activity,
    /// The operator's key.
    pub admin_key: AdminKey,
    /// What the server is called from outside, without a trailing slash.
    pub address: Url,
    /// The figures of the process.
    pub scrape: Arc<Scrape>,
    /// Whether the process is about to end.
    pub stopping: Stopping,
}

/// An id in a path.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[allow(dead_code, reason = "describes a parameter")]
struct Id {
    /// The id, as it was answered.
    id: String,
}

/// The id of a server in a path.
#[derive(IntoParams)]
#[into_params(parameter_in = Path)]
#[allow(dead_code, reason = "describes a parameter")]
struct McpId {
    /// The id of the server.
    mcp_id: String,
}

use Id as ID;
use McpId as MCP_ID;

impl Control {
    /// A control plane of these parts.
    pub fn new(parts: Parts) -> Self {
        Self(Arc::new(parts), Arc::default())
    }

    /// Its routes.
    pub fn routes(&self) -> Router {
        let protected = Router::new()
            .route("/integration", get(integrations::list))
            .route("/integration/{slug}", get(integrations::show))
            .route("/integration/{slug}/tools", get(integrations::tools))
            .route("/integration/{slug}/check", post(tools::check_unsaved))
            .route("/integrated-account", get(accounts::list).post(accounts::create))
            .route(
                "/integrated-account/{id}",
                get(accounts::show).patch(accounts::update).delete(accounts::delete),
            )
            .route("/integrated-account/{id}/check", post(tools::check))
            .route("/integrated-account/{id}/tool/{tool}", post(tools::call))
            .route("/integrated-account/{id}/call", get(tools::calls))
            .route("/integrated-account/{id}/mcp", get(servers::list).post(servers::create))
            .route(
                "/integrated-account/{id}/mcp/{mcp_id}",
                get(servers::show).patch(servers::update).delete(servers::delete),
            )
            .route("/integrated-account/{id}/mcp/{mcp_id}/rotate", post(servers::rotate))
            .route("/api-token", get(api_tokens::list).post(api_tokens::create))
            .route("/api-token/{id}", get(api_tokens::show).delete(api_tokens::delete))
            .route("/openapi.json", get(openapi::show))
            .route("/metrics", get(metrics))
            .route_layer(from_fn_with_state(self.clone(), auth::require));
        let open = Router::new()
            .route("/session", get(session::show).delete(session::log_out).post(session::log_in))
            .route("/readyz", get(ready));
        protected
            .merge(open)
            .method_not_allowed_fallback(async || {
                let message = "This path does not take this method.";
                ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
            })
            .layer(map_response(unstored))
            .with_state(self.clone())
    }

    fn catalog(&self) -> &'static Catalog {
        self.0.catalog
    }

    fn store(&self) -> &dyn Store {
        &*self.0.store
    }

    fn keys(&self) -> &KeyFile {
        &self.0.keys
    }

    fn shared(&self) -> &Arc<Shared> {
        &self.0.shared
    }

    fn limits(&self) -> &Limits {
        self.0.shared.limits()
    }

    fn policy(&self) -> &EgressPolicy {
        self.0.shared.policy()
    }

    fn activity(&self) -> &Activity {
        &self.0.activity
    }

    fn admin_key(&self) -> &AdminKey {
        &self.0.admin_key
    }

    fn throttle(&self) -> &Throttle {
        &self.1.throttle
    }

    /// Which denials are written down.
    fn denials(&self) -> &Sample {
        &self.1.sample
    }

    fn refusals(&self) -> &Refusals {
        self.0.scrape.metrics.refusals()
    }

    /// Where calls of a vendor are counted.
    fn counts(&self, vendor: &'static Vendor) -> Option<Arc<VendorCounts>> {
        self.0.scrape.metrics.vendor(vendor)
    }

    fn address(&self) -> &str {
        self.0.address.as_str().trim_end_matches('/')
    }

    /// Browsers reach it over https.
    fn is_secure(&self) -> bool {
        self.0.address.scheme() == "https"
    }

    /// Milliseconds since 1970 by the clock of the database.
    fn now(&self) -> i64 {
        self.0.store.now()
    }
}

/// Whether the process serves HTTP at all.
#[utoipa::path(get, path = "/healthz", tag = "process", security(()), responses(
    (status = 200, body = String, content_type = "text/plain")))]
#[allow(dead_code, reason = "describes what the front answers before anything else")]
fn health() {}

/// Figures about the process, for Prometheus and its kin.
#[utoipa::path(get, path = "/metrics", tag = "process", responses(
    (status = 200, body = String, content_type = "text/plain")))]
async fn metrics(State(control): State<Control>) -> Response {
    Arc::clone(&control.0.scrape).answer().await
}

/// Whether requests can be served: the database answers, and the process is not about to end. Open to all,
/// and says no more than that.
#[utoipa::path(get, path = "/readyz", tag = "process", security(()), responses(
    (status = 200, body = String, content_type = "text/plain")))]
async fn ready(State(control): State<Control>) -> Response {
    if control.0.stopping.has_begun() {
        return ApiError::stopping().into_response();
    }
    match control.store().ready().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => ApiError::from(error).into_response(),
    }
}

/// Answers of the control plane may hold what nobody else should read.
async fn unstored(mut response: Response) -> Response {
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
