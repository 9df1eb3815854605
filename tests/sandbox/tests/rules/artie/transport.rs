//! Authentication, errors, lists, verbs: rules 96–99.

use serde_json::{Value, json};
use toolpress_sandbox::artie::Artie;

use super::support::{Bench, NOBODY, done, pg, refused};

#[tokio::test]
async fn rule_96_a_missing_or_bad_key_is_401() {
    let bench = Bench::empty();
    let malformed = refused(401, "missing or malformed API key");
    assert_eq!(bench.raw("GET", "/pipelines", &[], "").await, malformed);
    for value in [Artie::TOKEN, "Bearer", "Bearer sk_other", "Basic YXJza18="] {
        assert_eq!(
            bench.raw("GET", "/pipelines", &[("authorization", value)], "").await,
            malformed,
            "{value}"
        );
    }
    let unknown = [("authorization", "Bearer arsk_nobody")];
    assert_eq!(bench.raw("POST", "/connectors/ping", &unknown, "").await, refused(401, "invalid API key"));
    assert!(Artie::TOKEN.starts_with("arsk_"));
    assert_eq!(bench.get("/pipelines").await.0, 200);
}

#[tokio::test]
async fn rule_96_keys_open_their_own_company_only() {
    let bench = Bench::empty();
    let connector = bench.made("/connectors", pg()).await;
    bench.simulated.add_account("arsk_other");
    let other = [("authorization", "Bearer arsk_other")];
    let path = format!("/connectors/{connector}");
    assert_eq!(bench.raw("GET", &path, &other, "").await, refused(404, "connector not found"));
    assert_eq!(bench.get(&path).await.0, 200);
}

#[tokio::test]
async fn rule_97_refusals_carry_an_error() {
    let bench = Bench::empty();
    assert_eq!(bench.post("/pipelines", json!({})).await, refused(400, "pipeline is required"));
    assert_eq!(
        bench.post("/pipelines", json!([])).await,
        refused(400, "the request body must be a JSON object")
    );
    assert_eq!(bench.send("POST", "/pipelines", None).await, refused(400, "a request body is required"));
    let token = format!("Bearer {}", Artie::TOKEN);
    let (status, body) = bench.raw("POST", "/connectors", &[("authorization", &token)], "{\"type\":").await;
    assert_eq!(status, 400);
    assert!(body["error"].as_str().is_some_and(|error| error.starts_with("invalid JSON")));
    let body = json!({"connectorUUID": 5});
    assert_eq!(bench.post("/source-readers", body).await, refused(400, "connectorUUID must be a UUID"));
}

#[tokio::test]
async fn rule_98_lists_have_items_but_for_source_readers() {
    let bench = Bench::demo();
    for path in ["/pipelines", "/column-hashing-salts", "/encryption-keys"] {
        let (status, list) = bench.get(path).await;
        assert_eq!(status, 200);
        assert!(list["items"].as_array().is_some_and(|items| !items.is_empty()), "{path}: {list}");
    }
    let (_, readers) = bench.get("/source-readers").await;
    assert!(readers.as_array().is_some_and(|readers| readers.len() > 2));
    // These have no list.
    for path in ["/connectors", "/ssh-tunnels", "/privatelink-connections", "/ingestion-api-keys"] {
        assert_eq!(bench.get(path).await, refused(405, "method not allowed"), "{path}");
    }
}

#[tokio::test]
async fn rule_99_updates_are_posts_and_deletes_answer_nothing() {
    let (bench, built) = Bench::built().await;
    let paths = [
        ("pipelines", built.pipeline),
        ("source-readers", built.reader),
        ("connectors", built.source),
        ("connectors", built.destination),
    ];
    for (resource, uuid) in paths {
        let path = format!("/{resource}/{uuid}");
        assert_eq!(bench.send("PUT", &path, Some(json!({}))).await.0, 405);
        assert_eq!(bench.send("PATCH", &path, Some(json!({}))).await.0, 405);
        assert_eq!(bench.delete(&path).await, done());
        assert_eq!(bench.get(&path).await.0, 404);
        assert_eq!(bench.delete(&path).await.0, 404);
    }
}

#[tokio::test]
async fn rule_99_unknown_uuids_are_404() {
    let bench = Bench::demo();
    let items = [
        ("column-hashing-salts", "column hashing salt"),
        ("connectors", "connector"),
        ("encryption-keys", "encryption key"),
        ("pipelines", "pipeline"),
        ("privatelink-connections", "PrivateLink connection"),
        ("source-readers", "source reader"),
        ("ssh-tunnels", "SSH tunnel"),
    ];
    for (resource, noun) in items {
        let missing = refused(404, &format!("{noun} not found"));
        assert_eq!(bench.get(&format!("/{resource}/{NOBODY}")).await, missing);
        assert_eq!(bench.get(&format!("/{resource}/by%20name")).await, missing);
        assert_eq!(bench.post(&format!("/{resource}/{NOBODY}"), json!({"name": "x"})).await, missing.clone());
        assert_eq!(bench.delete(&format!("/{resource}/{NOBODY}")).await, missing);
    }
    let path = format!("/ingestion-api-keys/{NOBODY}");
    assert_eq!(bench.post(&path, json!({})).await, refused(404, "ingestion API key not found"));
    assert_eq!(bench.get("/deployments").await, refused(404, "route not found"));
}

#[tokio::test]
async fn requests_are_logged_and_answers_can_be_dictated() {
    let bench = Bench::empty();
    bench.simulated.fail_next(503, &[("retry-after", "7")], json!({"error": "busy"}));
    bench.simulated.fail_next(502, &[], Value::Null);
    assert_eq!(bench.get("/pipelines?environmentUUID=x").await, refused(503, "busy"));
    assert_eq!(bench.get("/pipelines").await, (502, Value::Null));
    assert_eq!(bench.get("/pipelines").await.0, 200);
    bench.simulated.rate_limit(1, &[("retry-after", "30")]);
    assert_eq!(bench.get("/pipelines").await.0, 200);
    assert_eq!(bench.get("/pipelines").await, refused(429, "Too Many Requests"));
    bench.simulated.behave();
    assert_eq!(bench.get("/pipelines").await.0, 200);
    let log = bench.simulated.simulator().log.take();
    assert_eq!(log.len(), 6);
    let first = log.first().expect("a request");
    assert_eq!((first.path.as_str(), first.query.as_str()), ("/pipelines", "environmentUUID=x"));
}
