//! A simulated account to talk to, and short ways to say things to it.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use toolpress_sandbox::Clock;
use toolpress_sandbox::sequin_stream::{Change, Postgres, SequinStream, Table};
use tower::ServiceExt as _;

/// Where the simulated Postgres of these tests answers.
pub(crate) const HOST: &str = "pg.test";

/// An answer: status and JSON body (null when the body is no JSON).
pub(crate) type Answer = (u16, Value);

/// A simulated deployment under a clock that stands still.
#[derive(Clone)]
pub(crate) struct Bench {
    pub(crate) clock: Clock,
    pub(crate) simulated: SequinStream,
    pub(crate) router: Router,
}

impl Bench {
    /// One account with nothing in it, next to a Postgres server with a few tables.
    pub(crate) fn empty() -> Self {
        let bench = Self::over(SequinStream::empty);
        bench.simulated.add_postgres(server(HOST));
        bench
    }

    /// As [`Bench::empty`], with the server connected as the database `main`.
    pub(crate) async fn connected() -> Self {
        let bench = Self::empty();
        let (status, body) = bench.post("/postgres_databases", database("main")).await;
        assert_eq!(status, 201, "{body}");
        bench
    }

    /// As [`Bench::connected`], with a pull stream `stream` over `public.orders`.
    pub(crate) async fn streaming() -> Self {
        let bench = Self::connected().await;
        bench.sink("stream", json!({})).await;
        bench
    }

    pub(crate) fn over(make: fn(Clock) -> SequinStream) -> Self {
        let clock = Clock::manual();
        let simulated = make(clock.clone());
        let router = simulated.simulator().router;
        Self { clock, simulated, router }
    }

    /// Adds a pull stream over `public.orders`; `with` replaces or adds keys.
    pub(crate) async fn sink(&self, name: &str, with: Value) -> Value {
        let (status, body) = self.post("/sinks", stream(name, with)).await;
        assert_eq!(status, 200, "{body}");
        body
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send("POST", path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: Value) -> Answer {
        self.send("PATCH", path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send("DELETE", path, None).await
    }

    pub(crate) async fn send(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let token = format!("Bearer {}", SequinStream::TOKEN);
        let mut headers = vec![("authorization", token.as_str()), ("accept", "application/json")];
        if body.is_some() {
            headers.push(("content-type", "application/json"));
        }
        let text = body.map(|body| body.to_string()).unwrap_or_default();
        self.raw(method, path, &headers, &text).await
    }

    /// A request with exactly these headers and this body.
    pub(crate) async fn raw(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("/api{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Body::from(body.to_owned())).expect("a well-formed request");
        let response = self.router.clone().oneshot(request).await.expect("the router never fails");
        let status = response.status().as_u16();
        let bytes = response.into_body().collect().await.expect("a whole body").to_bytes();
        (status, serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    /// Lets time pass.
    pub(crate) fn pass(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// Puts a new order into a stream and returns the message's `ack_id`.
    pub(crate) fn order(&self, sink: &str, id: u64) -> String {
        let change = Change::insert("orders", json!({"id": id, "status": "new"}));
        self.simulated.enqueue(sink, &change).expect("a known sink and table")
    }

    /// Receives up to `count` messages of `stream`.
    pub(crate) async fn receive(&self, count: u64) -> Vec<Value> {
        let (status, body) =
            self.get(&format!("/sequin_streams/stream/receive?max_batch_size={count}")).await;
        assert_eq!(status, 200, "{body}");
        body["data"].as_array().expect("a list").clone()
    }

    /// The ids of the records that a receive of many gives.
    pub(crate) async fn received_ids(&self) -> Vec<u64> {
        let messages = self.receive(1000).await;
        messages.iter().map(|message| message["data"]["record"]["id"].as_u64().expect("an id")).collect()
    }
}

/// A Postgres server holding the logical database `app`.
pub(crate) fn server(hostname: &str) -> Postgres {
    let tables = vec![
        Table::new("orders", &["id", "status", "region"]).rows(1000),
        Table::new("users", &["id", "email"]).rows(300),
        Table::new("events", &["kind", "at"]).primary_key(&[]).rows(10),
        Table::new("billing.invoices", &["id", "amount_cents"]).rows(500),
    ];
    Postgres::new(hostname, 5432)
        .login("sequin", "open sesame")
        .database("app", tables)
        .database("other", Vec::new())
        .publication("pub")
        .slot("slot", "app")
}

/// The body that connects [`server`].
pub(crate) fn database(name: &str) -> Value {
    json!({
        "name": name,
        "hostname": HOST,
        "port": 5432,
        "database": "app",
        "username": "sequin",
        "password": "open sesame",
        "replication_slots": [{"slot_name": "slot", "publication_name": "pub"}],
    })
}

/// The body of a pull stream over `public.orders`.
pub(crate) fn stream(name: &str, with: Value) -> Value {
    let body = json!({
        "name": name,
        "database": "main",
        "source": {"include_tables": ["public.orders"]},
        "destination": {"type": "sequin_stream"},
    });
    merged(body, with)
}

/// `body` with the keys of `with`; a null takes a key away.
pub(crate) fn merged(mut body: Value, with: Value) -> Value {
    if let (Value::Object(body), Value::Object(with)) = (&mut body, with) {
        for (key, value) in with {
            if value.is_null() {
                body.remove(&key);
            } else {
                body.insert(key, value);
            }
        }
    }
    body
}

/// The body of a domain rule's refusal.
pub(crate) fn rule(summary: &str) -> Answer {
    (422, json!({"summary": summary, "validation_errors": {}, "code": null}))
}

/// The body of a changeset's refusal.
#[allow(clippy::needless_pass_by_value, reason = "callers write the errors in place")]
pub(crate) fn invalid(errors: Value) -> Answer {
    (422, json!({"summary": "Validation failed", "validation_errors": errors}))
}

/// The body of an entity that is not there.
pub(crate) fn missing(entity: &str) -> Answer {
    (404, json!({"summary": format!("Not found: No `{entity}` found matching the provided ID or name")}))
}

/// The framework's bodies.
pub(crate) fn framework(status: u16, detail: &str) -> Answer {
    (status, json!({"errors": {"detail": detail}}))
}

/// Asserts that a text is the vendor's for a refusal with one sentence.
pub(crate) fn summary(status: u16, text: &str) -> Answer {
    (status, json!({"summary": text}))
}
