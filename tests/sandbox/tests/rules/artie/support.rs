//! A simulated company to talk to, and short ways to say things to it.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use toolpress_sandbox::Clock;
use toolpress_sandbox::artie::{Artie, Server, Table};
use tower::ServiceExt as _;

pub(crate) use crate::support::merged;

/// An answer: status and JSON body (null when the body is empty).
pub(crate) type Answer = (u16, Value);

/// Nobody's uuid.
pub(crate) const NOBODY: &str = "00000000-0000-4000-8000-000000000000";

/// The address of the Postgres source of these tests.
pub(crate) const HOST: &str = "pg.test";

/// The address of their Snowflake destination.
pub(crate) const ACCOUNT: &str = "https://acme.snowflakecomputing.com";

/// A simulated world under a clock that stands still.
#[derive(Clone)]
pub(crate) struct Bench {
    pub(crate) clock: Clock,
    pub(crate) simulated: Artie,
    router: Router,
}

/// The uuids of what [`Bench::built`] has made.
#[derive(Clone, Debug)]
pub(crate) struct Built {
    pub(crate) source: String,
    pub(crate) destination: String,
    pub(crate) reader: String,
    pub(crate) pipeline: String,
}

impl Bench {
    /// An account with nothing in it, next to a Postgres and a Snowflake.
    pub(crate) fn empty() -> Self {
        let bench = Self::over(Artie::empty);
        bench.simulated.set_validations_per_minute(None);
        bench.simulated.add_server(postgres());
        bench.simulated.add_server(snowflake());
        bench
    }

    /// The demo company.
    pub(crate) fn demo() -> Self {
        Self::over(Artie::with_demo_data)
    }

    fn over(make: fn(Clock) -> Artie) -> Self {
        let clock = Clock::manual();
        let simulated = make(clock.clone());
        let router = simulated.simulator().router;
        Self { clock, simulated, router }
    }

    /// An account with a draft pipeline from Postgres to Snowflake over `public.orders` and `public.users`.
    pub(crate) async fn built() -> (Self, Built) {
        let bench = Self::empty();
        let source = bench.made("/connectors", pg()).await;
        let destination = bench.made("/connectors", sf()).await;
        let reader = json!({"connectorUUID": source, "name": "reader", "database": "app"});
        let reader = bench.made("/source-readers", reader).await;
        let mut built = Built { source, destination, reader, pipeline: String::new() };
        built.pipeline = bench.made("/pipelines", json!({"pipeline": payload(&built, json!({}))})).await;
        (bench, built)
    }

    /// As [`Bench::built`], started and past its backfills.
    pub(crate) async fn streaming() -> (Self, Built) {
        let (bench, built) = Self::built().await;
        let started = bench.act(&built.pipeline, "start", json!({})).await;
        assert_eq!(started, (204, Value::Null));
        bench.pass(8);
        bench.pass(120);
        let (_, pipeline) = bench.pipeline(&built.pipeline).await;
        assert_eq!(
            (&pipeline["status"], &pipeline["hasBackfillingTables"]),
            (&json!("running"), &json!(false))
        );
        (bench, built)
    }

    /// Creates something and returns its uuid.
    pub(crate) async fn made(&self, path: &str, body: Value) -> String {
        let (status, body) = self.post(path, body).await;
        assert_eq!(status, 200, "{path}: {body}");
        body["uuid"].as_str().unwrap_or_else(|| panic!("{path}: {body}")).to_owned()
    }

    pub(crate) async fn pipeline(&self, uuid: &str) -> Answer {
        self.get(&format!("/pipelines/{uuid}")).await
    }

    /// Posts to an action of a pipeline.
    pub(crate) async fn act(&self, uuid: &str, action: &str, body: Value) -> Answer {
        self.post(&format!("/pipelines/{uuid}/{action}"), body).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None).await
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let token = format!("Bearer {}", Artie::TOKEN);
        let text = body.map(|body| body.to_string()).unwrap_or_default();
        self.raw(method, path, &[("authorization", &token)], &text).await
    }

    /// A request with exactly these headers and this body. Bodies are JSON or nothing.
    pub(crate) async fn raw(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).expect("a well-formed request");
        let response = self.router.clone().oneshot(request).await.expect("the router never fails");
        let status = response.status().as_u16();
        let typed = response.headers().contains_key("content-type");
        let bytes = response.into_body().collect().await.expect("a whole body").to_bytes();
        assert_eq!(
            typed,
            !bytes.is_empty(),
            "{method} {path}: a content type if and only if there is a body"
        );
        if bytes.is_empty() {
            return (status, Value::Null);
        }
        (status, serde_json::from_slice(&bytes).expect("a JSON body"))
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

pub(crate) fn postgres() -> Server {
    let tables = vec![
        Table::new("public.orders", &["id bigint pk", "email text not null", "total integer"]),
        Table::new("public.users", &["id bigint pk", "email text not null", "payload jsonb"]),
        Table::new("billing.invoices", &["id uuid pk"]),
    ];
    Server::new("postgresql", HOST)
        .port(5432)
        .login("artie", "open sesame")
        .database("app", tables)
        .database("other", Vec::new())
        .slot("live", true)
        .slot("old", false)
        .publication("dbz_publication", true)
}

fn snowflake() -> Server {
    Server::new("snowflake", ACCOUNT)
        .login("ARTIE", "open sesame")
        .warehouse("WH")
        .database("ANALYTICS", vec![Table::new("PUBLIC.ORDERS", &["ID NUMBER pk"])])
}

/// The body of a connector to [`postgres`].
pub(crate) fn pg() -> Value {
    let config = json!({"host": HOST, "port": 5432, "user": "artie", "password": "open sesame"});
    json!({"type": "postgresql", "label": "source", "sharedConfig": config})
}

/// The body of a connector to the Snowflake.
pub(crate) fn sf() -> Value {
    let config =
        json!({"accountURL": ACCOUNT, "virtualDWH": "WH", "username": "ARTIE", "password": "open sesame"});
    json!({"type": "snowflake", "label": "destination", "sharedConfig": config})
}

/// The payload of a pipeline; `with` replaces or adds keys, a null takes one away.
pub(crate) fn payload(built: &Built, with: Value) -> Value {
    let payload = json!({
        "name": "orders",
        "sourceReaderUUID": built.reader,
        "destinationUUID": built.destination,
        "specificDestCfg": {"database": "ANALYTICS", "schema": "PUBLIC"},
        "tables": [{"schema": "public", "name": "orders"}, {"schema": "public", "name": "users"}],
    });
    merged(payload, with)
}

/// The body of a refusal.
pub(crate) fn refused(status: u16, error: &str) -> Answer {
    (status, json!({"error": error}))
}

/// The verdict of a failed test.
pub(crate) fn invalid(error: &str) -> Answer {
    refused(200, error)
}

/// Done, with nothing to tell.
pub(crate) fn done() -> Answer {
    (204, Value::Null)
}

/// The uuids of a pipeline's tables.
pub(crate) fn table_uuids(pipeline: &Value) -> Vec<String> {
    let tables = pipeline["tables"].as_array().expect("tables");
    tables.iter().map(|table| table["uuid"].as_str().expect("a uuid").to_owned()).collect()
}
