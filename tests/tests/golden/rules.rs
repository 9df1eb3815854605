//! Rules over several arguments: each one is told before any request, and lets through what it should.

use crate::world::sequin;
use serde_json::{Value, json};

const ENDPOINT: &str = "create_a_sequin_stream_http_endpoint";
const CHANGE_ENDPOINT: &str = "update_a_sequin_stream_http_endpoint_by_id";
const REPLICATION: &str = "create_a_sequin_stream_postgres_replication";
const CHANGE_DATABASE: &str = "update_a_sequin_stream_postgres_database_by_id";
const SINK: &str = "create_a_sequin_stream_sink_consumer";
const CHANGE_SINK: &str = "update_a_sequin_stream_sink_consumer_by_id";

/// The arguments of a first object and those of a second.
fn with(first: &Value, second: &Value) -> Value {
    let (mut all, second) = (first.clone(), second.as_object().expect("an object"));
    second.iter().for_each(|(name, value)| all[name] = value.clone());
    all
}

/// Tool, arguments that break a rule, and what the text must hold.
fn broken() -> Vec<(&'static str, Value, &'static str)> {
    let endpoint = json!({ "name": "e" });
    let slot = json!({ "slot_name": "s", "publication_name": "p" });
    let database = json!({ "hostname": "h", "database": "d", "username": "u", "password": "p" });
    let sink = json!({ "name": "s", "database": "d", "destination": { "type": "sequin_stream" } });
    let source = |source: Value| with(&sink, &json!({ "source": source }));
    vec![
        (ENDPOINT, endpoint.clone(), "exactly one of `url`, `webhook_site`, `local` is required"),
        (ENDPOINT, with(&endpoint, &json!({ "url": "https://h.test", "webhook_site": true })), "only one of"),
        (ENDPOINT, with(&endpoint, &json!({ "local": true })), "`path` is required"),
        (ENDPOINT, with(&endpoint, &json!({ "url": "hooks.acme.test/cdc" })), "`url`"),
        (ENDPOINT, with(&json!({ "name": "a b" }), &json!({ "url": "https://h.test" })), "`name`"),
        (CHANGE_ENDPOINT, json!({ "id": "e", "url": "https://h.test", "local": true }), "only one of"),
        (REPLICATION, slot.clone(), "exactly one of `postgres_database_id`, `postgres_database` is required"),
        (
            REPLICATION,
            with(&slot, &json!({ "postgres_database_id": "d", "postgres_database": database })),
            "only one of",
        ),
        (
            REPLICATION,
            with(&slot, &json!({ "postgres_database": { "hostname": "h" } })),
            "`postgres_database.password` is required",
        ),
        (
            CHANGE_DATABASE,
            json!({ "id": "d", "url": "postgresql://u:p@h:1/d", "port": 5433 }),
            "`port` cannot be given",
        ),
        (CHANGE_DATABASE, json!({ "id": "d", "port": 65_536 }), "`port`"),
        (
            CHANGE_DATABASE,
            json!({ "id": "d", "replication_slots": [{ "slot_name": "s" }] }),
            "`replication_slots[0].id` is required",
        ),
        (SINK, source(json!({ "include_tables": ["a"], "exclude_tables": ["b"] })), "only one of"),
        (SINK, source(json!({ "include_schemas": ["a"], "exclude_schemas": ["b"] })), "only one of"),
        (SINK, source(json!({ "include_tables": [] })), "`source.include_tables`"),
        (SINK, source(json!({ "tables": ["a"] })), "`source.tables` is unknown"),
        (
            SINK,
            with(&sink, &json!({ "tables": [{ "group_column_names": ["a"] }] })),
            "`tables[0].name` is required",
        ),
        (SINK, with(&sink, &json!({ "filter": "" })), "`filter` must not be empty"),
        (SINK, with(&sink, &json!({ "batch_size": 1001 })), "`batch_size` must be an integer from 1 to 1000"),
        (SINK, with(&sink, &json!({ "max_retry_count": 0 })), "`max_retry_count`"),
        (
            SINK,
            with(&sink, &json!({ "actions": ["insert", "truncate"] })),
            "`actions[1]` cannot be `truncate`",
        ),
        (SINK, with(&sink, &json!({ "health": {} })), "`health` is unknown"),
        (CHANGE_SINK, json!({ "id": "s", "source": { "include_tables": ["a"] } }), "`database` is required"),
        (CHANGE_SINK, json!({ "id": "s", "tables": [] }), "`database` is required"),
        (
            CHANGE_SINK,
            json!({ "id": "s", "destination": { "batch": false } }),
            "`destination.type` is required",
        ),
        (CHANGE_SINK, json!({ "id": "..", "status": "paused" }), "`id`"),
    ]
}

#[tokio::test]
async fn row_076_row_078_a_broken_rule_is_told_and_nothing_is_sent() {
    let (client, vendor) = sequin().await;
    for (tool, arguments, part) in broken() {
        let answer = client.call(tool, arguments.clone()).await;
        assert!(answer.is_error(), "{tool} takes {arguments}");
        assert_eq!(answer.structured()["error"]["kind"], "arguments", "{tool}: {}", answer.text());
        assert!(answer.text().contains(part), "no {part:?} for {arguments}: {}", answer.text());
        assert!(answer.text().contains("nothing was sent"), "{}", answer.text());
    }
    assert_eq!(vendor.seen().len(), 0);
}

#[tokio::test]
async fn row_076_row_078_rules_let_through_what_they_should() {
    let (client, vendor) = sequin().await;
    let sink = json!({ "name": "s", "database": "d", "destination": { "type": "sequin_stream" } });
    let table = [
        (ENDPOINT, json!({ "name": "e", "local": true, "path": "/in" })),
        (CHANGE_ENDPOINT, json!({ "id": "e", "headers": {} })),
        (REPLICATION, json!({ "slot_name": "s", "publication_name": "p", "postgres_database_id": "d" })),
        (CHANGE_DATABASE, json!({ "id": "d", "replication_slots": [] })),
        (SINK, with(&sink, &json!({ "source": { "include_tables": ["a"], "exclude_schemas": ["b"] } }))),
        (SINK, with(&sink, &json!({ "batch_size": 1000, "routing": "none", "source": {} }))),
        (CHANGE_SINK, json!({ "id": "s", "database": "d", "source": { "include_tables": ["a"] } })),
        (CHANGE_SINK, json!({ "id": "s", "status": "disabled" })),
    ];
    for (tool, arguments) in table {
        let answer = client.call(tool, arguments.clone()).await;
        assert!(!answer.is_error(), "{tool} refuses {arguments}: {}", answer.text());
        assert_eq!(vendor.seen().len(), 1);
    }
}

#[tokio::test]
async fn row_076_everything_that_is_wrong_is_told_at_once() {
    let (client, vendor) = sequin().await;
    let arguments = json!({ "name": "a b", "destination": { "type": "kafka", "host": "k:1" }, "batch_size": 0,
                            "statsu": "active" });
    let answer = client.call(SINK, arguments).await;
    let violations = answer.structured()["error"]["violations"].clone();
    let paths: Vec<_> = violations.as_array().unwrap().iter().map(|wrong| wrong["path"].clone()).collect();
    for path in
        ["name", "database", "destination.hosts", "destination.host", "batch_size", "statsu", "routing"]
    {
        assert!(paths.contains(&json!(path)), "{path} is not in {paths:?}");
        assert!(answer.text().contains(&format!("`{path}`")), "{path}: {}", answer.text());
    }
    assert!(answer.text().contains("did you mean `status`?"), "{}", answer.text());
    assert_eq!(vendor.seen().len(), 0);
}

#[tokio::test]
async fn row_076_secrets_in_wrong_arguments_are_not_repeated() {
    let (client, _) = sequin().await;
    let arguments = json!({ "name": "d", "url": "postgresql://sequin:correct-horse@h/d", "password": ["battery-staple"],
                            "replication_slots": [] });
    let answer = client.call("create_a_sequin_stream_postgres_database", arguments).await;
    assert!(answer.is_error());
    for secret in ["correct-horse", "battery-staple"] {
        assert!(!answer.body.contains(secret), "{}", answer.text());
    }
}
