//! Transport, authentication and the shapes of errors: rules 1–14.

use std::collections::BTreeSet;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};
use toolpress_sandbox::sequin_stream::SequinStream;
use toolpress_sandbox::{Clock, simulators};
use tower::ServiceExt as _;

use crate::support::{Bench, database, framework, invalid, merged, missing, rule, summary};

const HELP: &str = "API tokens are generated in the Sequin console (console.sequin.io) and should be included in the Authorization header of your request. For example:\n\nAuthorization: Bearer <your-api-token>\n\n";
const JSON: (&str, &str) = ("accept", "application/json");

fn bearer() -> String {
    format!("Bearer {}", SequinStream::TOKEN)
}

#[tokio::test]
async fn rule_01_no_token_is_401() {
    let wanted =
        summary(401, &format!("Please provide a valid API token in the Authorization header.\n\n{HELP}"));
    let bench = Bench::empty();
    assert_eq!(bench.raw("GET", "/sinks", &[JSON], "").await, wanted);
    assert_eq!(bench.raw("POST", "/config/apply", &[JSON], "").await, wanted);
}

#[tokio::test]
async fn rule_02_scheme_must_be_exactly_bearer() {
    let text = format!(
        "Please provide a valid API token in the Authorization header. Ensure your Authorization value is prefixed with \"Bearer\".\n\n{HELP}"
    );
    for value in [SequinStream::TOKEN, "bearer token", "Basic dG9rZW4=", "Bearer"] {
        let headers = [("authorization", value), JSON];
        assert_eq!(Bench::empty().raw("GET", "/sinks", &headers, "").await, summary(401, &text), "{value}");
    }
}

#[tokio::test]
async fn rule_03_unknown_token_is_401() {
    let text = "The API token you provided is invalid or has expired. Your token may have been revoked or deleted in the Sequin console.\n";
    let headers = [("authorization", "Bearer nobody's"), JSON];
    assert_eq!(Bench::empty().raw("GET", "/sinks", &headers, "").await, summary(401, text));
}

#[tokio::test]
async fn rule_04_two_tokens_are_one_too_many() {
    let text = format!("Please provide exactly one Authorization header in your request.\n\n{HELP}");
    let token = bearer();
    let headers = [("authorization", token.as_str()), ("authorization", token.as_str()), JSON];
    assert_eq!(Bench::empty().raw("GET", "/sinks", &headers, "").await, summary(401, &text));
}

#[tokio::test]
async fn rule_05_writes_need_the_json_content_type_after_auth() {
    let bench = Bench::connected().await;
    let token = bearer();
    let headers = [("authorization", token.as_str()), JSON];
    let refusal = summary(400, "Content-Type: application/json is required");
    for (method, path) in [
        ("POST", "/sinks"),
        ("PUT", "/sinks/x"),
        ("PATCH", "/sinks/x"),
        ("POST", "/postgres_databases/main/test_connection"),
    ] {
        assert_eq!(bench.raw(method, path, &headers, "").await, refusal, "{method} {path}");
    }
    assert_eq!(bench.raw("POST", "/sinks", &[JSON], "").await.0, 401);
    assert_eq!(bench.raw("GET", "/sinks", &headers, "").await.0, 200);
    assert_eq!(bench.raw("DELETE", "/sinks/x", &headers, "").await, missing("consumer"));
    let typed = [("authorization", token.as_str()), ("content-type", "application/json; charset=utf-8")];
    assert_eq!(bench.raw("POST", "/postgres_databases/main/test_connection", &typed, "").await.0, 200);
}

#[tokio::test]
async fn rule_06_unknown_routes_are_404() {
    let bench = Bench::empty();
    for (method, path) in
        [("GET", "/sink_consumers"), ("DELETE", "/config/export"), ("GET", "/"), ("POST", "/sinks/x")]
    {
        assert_eq!(bench.send(method, path, None).await, framework(404, "Not Found"), "{method} {path}");
    }
    // Before the token is looked at; and a page for whoever does not ask for JSON.
    assert_eq!(bench.raw("GET", "/nowhere", &[JSON], "").await, framework(404, "Not Found"));
    assert_eq!(bench.raw("GET", "/nowhere", &[], "").await, (404, Value::Null));
    // Whoever takes anything but JSON gets nothing of a known route either.
    let page = [("accept", "text/html"), ("authorization", &*bearer())];
    assert_eq!(bench.raw("GET", "/sinks", &page, "").await.0, 406);
}

#[tokio::test]
async fn rule_07_exceptions_are_500() {
    let bench = Bench::connected().await;
    let body = json!({"name": "x", "database": "main", "destination": {"type": "carrier_pigeon"}});
    assert_eq!(bench.post("/sinks", body).await, framework(500, "Internal Server Error"));
    let malformed = [("authorization", &*bearer()), ("content-type", "application/json")];
    assert_eq!(bench.raw("POST", "/sinks", &malformed, "{").await, framework(400, "Bad Request"));
}

#[tokio::test]
async fn rule_08_other_accounts_are_not_there() {
    let bench = Bench::connected().await;
    bench.simulated.add_account("Other", "other-token");
    let headers = [("authorization", "Bearer other-token"), JSON];
    assert_eq!(
        bench.raw("GET", "/postgres_databases/main", &headers, "").await,
        missing("postgres database")
    );
    assert_eq!(bench.raw("GET", "/postgres_databases", &headers, "").await, (200, json!({"data": []})));
}

#[tokio::test]
async fn rule_09_not_found_names_the_entity_and_no_parameters() {
    let bench = Bench::streaming().await;
    let id = "3b241101-e2bb-4255-8caf-4136c566a962";
    for (path, entity) in [
        ("/postgres_databases/secret-name".to_owned(), "postgres database"),
        ("/sinks/secret-name".to_owned(), "consumer"),
        ("/destinations/http_endpoints/secret-name".to_owned(), "http endpoint"),
        (format!("/sinks/stream/backfills/{id}"), "backfill"),
        (format!("/postgres_replications/{id}"), "pg replication"),
    ] {
        assert_eq!(bench.get(&path).await, missing(entity));
    }
    assert_eq!(bench.delete(&format!("/api_keys/{id}")).await, missing("api token"));
}

#[tokio::test]
async fn rule_10_two_shapes_of_422() {
    let bench = Bench::connected().await;
    assert_eq!(bench.post("/sinks", json!({"health": 1})).await, rule("Unknown field: health"));
    let nameless = json!({"url": "https://example.com"});
    let blank = invalid(json!({"name": ["can't be blank"]}));
    assert_eq!(bench.post("/destinations/http_endpoints", nameless).await, blank);
}

#[tokio::test]
async fn rule_11_version_4_uuids_are_ids_and_all_else_names() {
    let bench = Bench::connected().await;
    let (_, by_name) = bench.get("/postgres_databases/main").await;
    let id = by_name["id"].as_str().expect("an id");
    assert_eq!(bench.get(&format!("/postgres_databases/{id}")).await, (200, by_name.clone()));
    // A name that looks like an id is never found by it; a UUID of another version is a name.
    let (four, seven) = ("0a64c1a6-7a0f-4a4c-9d0a-0d5b9b8f3b11", "018f4c1a-7a0f-7a4c-9d0a-0d5b9b8f3b11");
    for name in [four, seven] {
        assert_eq!(bench.post("/postgres_databases", merged(database(name), json!({}))).await.0, 201);
    }
    assert_eq!(bench.get(&format!("/postgres_databases/{four}")).await.0, 404);
    assert_eq!(bench.get(&format!("/postgres_databases/{seven}")).await.0, 200);
}

#[tokio::test]
async fn rule_12_malformed_ids_are_400() {
    let bench = Bench::streaming().await;
    let refusal = framework(400, "Bad Request");
    assert_eq!(bench.get("/sinks/stream/backfills/bf-104").await, refusal);
    assert_eq!(bench.patch("/sinks/stream/backfills/bf-104", json!({"state": "paused"})).await, refusal);
    assert_eq!(bench.delete("/api_keys/ci").await, refusal);
    assert_eq!(bench.get("/postgres_replications/main").await, refusal);
}

#[tokio::test]
async fn rule_13_no_rate_limit_no_pages() {
    let bench = Bench::streaming().await;
    for _ in 0..300 {
        assert_eq!(bench.get("/sinks").await.0, 200);
    }
    let (_, body) = bench.get("/sinks?limit=1&cursor=x").await;
    let keys: Vec<_> = body.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["data"]);
    // Only a test can dictate a 429.
    bench.simulated.rate_limit(1, &[("retry-after", "7")]);
    assert_eq!(bench.get("/sinks").await.0, 200);
    assert_eq!(bench.get("/sinks").await, summary(429, "Too many requests"));
    bench.simulated.behave();
    bench.simulated.fail_next(503, &[], json!({"summary": "down"}));
    assert_eq!(bench.get("/sinks").await, summary(503, "down"));
    assert_eq!(bench.get("/sinks").await.0, 200);
}

#[tokio::test]
async fn rule_13_dictated_answers_carry_their_headers() {
    let bench = Bench::empty();
    bench.simulated.fail_next(
        429,
        &[("retry-after", "7"), ("x-ratelimit-remaining", "0")],
        json!({"summary": "slow"}),
    );
    let request = Request::get("/api/sinks").body(Body::empty()).expect("a request");
    let response = bench.router.clone().oneshot(request).await.expect("the router never fails");
    assert_eq!(response.status(), 429);
    assert_eq!(response.headers()["retry-after"], "7");
    assert_eq!(response.headers()["x-ratelimit-remaining"], "0");
    assert_eq!(response.headers()["content-type"], "application/json; charset=utf-8");
}

#[tokio::test]
async fn rule_14_secrets_keep_their_ends() {
    let bench = Bench::empty();
    let secrets = json!({"a": "12345", "b": "password", "c": "secretcode", "d": "x".repeat(60), "e": ""});
    let body = json!({"name": "hook", "url": "https://example.com", "encrypted_headers": secrets});
    let (status, shown) = bench.post("/destinations/http_endpoints", body).await;
    assert_eq!(status, 200);
    let hidden = format!("xxx{}x", "*".repeat(20));
    let wanted = json!({"a": "*****", "b": "p******d", "c": "sec******e", "d": hidden, "e": ""});
    assert_eq!(shown["encrypted_headers"], wanted);
}

#[tokio::test]
async fn requests_are_logged_as_received() {
    let bench = Bench::empty();
    let log = bench.simulated.simulator().log;
    log.take();
    bench.post("/sinks?a=b%20c", json!({"name": 1})).await;
    let received = log.take();
    assert!(log.is_empty());
    let [one] = received.as_slice() else { panic!("one request, not {}", received.len()) };
    assert_eq!(
        (one.method.as_str(), one.path.as_str(), one.query.as_str()),
        ("POST", "/api/sinks", "a=b%20c")
    );
    assert_eq!(one.body, br#"{"name":1}"#);
    assert!(one.headers.contains(&("authorization".to_owned(), bearer())));
}

#[tokio::test]
async fn simulators_get_random_tokens() {
    let (one, two) = (simulators(&Clock::manual()), simulators(&Clock::manual()));
    let tokens: Vec<&String> =
        one.iter().chain(&two).flat_map(|one| &one.credentials).map(|(_, value)| value).collect();
    assert_eq!(tokens.len(), 4);
    let distinct: BTreeSet<&String> = tokens.iter().copied().collect();
    assert_eq!(distinct.len(), 4);
    assert!(tokens.iter().all(|token| token.len() >= 64));
    let vendors: Vec<_> = one.iter().map(|one| (one.vendor, one.base_path)).collect();
    assert_eq!(vendors, [("sequin_stream", "/api"), ("artie", "")]);
    assert!(tokens.iter().skip(1).step_by(2).all(|token| token.starts_with("arsk_")));
}
