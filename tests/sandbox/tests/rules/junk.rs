//! No input makes the simulator panic, and no answer is anything but JSON of a known shape.

use serde_json::{Value, json};
use toolpress_sandbox::sequin_stream::SequinStream;

use crate::support::Bench;

const ROUTES: [(&str, &str); 22] = [
    ("POST", "/postgres_databases"),
    ("PATCH", "/postgres_databases/prod_db"),
    ("POST", "/postgres_databases/prod_db/test_connection"),
    ("POST", "/postgres_databases/prod_db/refresh_tables"),
    ("POST", "/postgres_replications"),
    ("POST", "/api_keys"),
    ("POST", "/destinations/http_endpoints"),
    ("PATCH", "/destinations/http_endpoints/finance_webhook"),
    ("POST", "/sinks"),
    ("PATCH", "/sinks/warehouse_sync"),
    ("PUT", "/sinks/billing_events"),
    ("POST", "/sinks/legacy_user_sync/backfills"),
    ("PATCH", "/sinks/legacy_user_sync/backfills/3b241101-e2bb-4255-8caf-4136c566a962"),
    ("POST", "/sequin_streams/billing_events/receive"),
    ("POST", "/http_pull_consumers/billing_events/ack"),
    ("POST", "/http_pull_consumers/billing_events/nack"),
    ("POST", "/config/plan"),
    ("POST", "/config/apply"),
    ("GET", "/config/export"),
    ("GET", "/sinks/%ff%00%2F..%2F"),
    ("GET", "/sequin_streams/%F0%9F%A6%80/receive"),
    ("DELETE", "/sinks/%20"),
];

const KEYS: [&str; 34] = [
    "name",
    "url",
    "hostname",
    "port",
    "database",
    "username",
    "password",
    "ssl",
    "primary",
    "annotations",
    "replication_slots",
    "slot_name",
    "postgres_database",
    "postgres_database_id",
    "token",
    "headers",
    "encrypted_headers",
    "local",
    "path",
    "webhook.site",
    "destination",
    "source",
    "tables",
    "table",
    "schema",
    "actions",
    "batch_size",
    "max_retry_count",
    "initial_backfill",
    "routing",
    "state",
    "ack_ids",
    "yaml",
    "status",
];

fn values() -> Vec<Value> {
    let kinds =
        ["kafka", "sqs", "sns", "kinesis", "s2", "redis_stream", "gcp_pubsub", "typesense", "webhook", "?"];
    let odd = [
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!("…\u{0}🦀"),
        json!("postgresql://:@[::1]:99999/x?y#z"),
        json!("https://[::1"),
        json!([]),
        json!([null, 1, "x", {}, []]),
        json!({}),
        json!({"type": 5, "name": [], "include_tables": {}, "include_schemas": [1]}),
        json!([{"name": "orders", "group_column_names": 5, "id": null, "table": 7}]),
        json!("sinks: [1]\ndatabases: {a: b}"),
        json!("databases: [{name: 1}, {name: x, port: -5, hostname: [], primary: 3}]"),
        json!("functions: [{name: f, function: []}]\nusers: [{email: 1}]"),
        json!("- just\n- a list"),
        json!("a: &a [*a]"),
    ];
    let typed = kinds.iter().map(|kind| {
        json!({"type": kind, "hosts": 1, "host": [], "port": "x", "queue_url": "é", "topic_arn": {}, "stream_arn": "",
            "basin": "🦀", "credentials": [], "endpoint_url": ":", "http_endpoint": 3, "sasl_mechanism": {}})
    });
    odd.into_iter().chain(typed).collect()
}

#[tokio::test]
async fn junk_is_answered() {
    let bench = Bench::over(SequinStream::with_demo_data);
    for (method, path) in ROUTES {
        for key in KEYS {
            for value in values() {
                let mut body = json!({"database": "prod_db", "name": "junk"});
                body[key] = value;
                let (status, answer) = bench.send(method, path, Some(body.clone())).await;
                assert!((200..=502).contains(&status), "{method} {path} {body}: {status}");
                assert!(answer.is_object(), "{method} {path} {body}: {answer}");
            }
        }
    }
    for text in ["", "[]", "null", "5", "{\"a\":", "\u{feff}{}"] {
        let token = format!("Bearer {}", SequinStream::TOKEN);
        let headers = [("authorization", token.as_str()), ("content-type", "application/json")];
        let (status, answer) = bench.raw("POST", "/sinks", &headers, text).await;
        assert!(matches!(status, 400 | 422), "{text}: {status}");
        assert!(answer.is_object());
    }
    // And it still works.
    assert_eq!(bench.get("/sinks").await.0, 200);
    assert_eq!(bench.get("/config/export").await.0, 200);
}
