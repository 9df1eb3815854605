//! Sinks: rules 41–54 (destinations have a file of their own).

use serde_json::{Value, json};
use toolpress_sandbox::sequin_stream::Check;

use crate::support::{Bench, invalid, merged, missing, rule, stream};

#[tokio::test]
async fn rule_41_unknown_keys_are_refused_and_some_ignored() {
    let bench = Bench::connected().await;
    for key in ["health", "filters", "ack_wait_ms", "legacy_transform", "visibility"] {
        let answer = bench.post("/sinks", stream("s", json!({key: 1}))).await;
        assert_eq!(answer, rule(&format!("Unknown field: {key}")));
    }
    // The first wrong key in alphabetical order answers.
    let both = stream("s", json!({"zzz": 1, "batch_size": 0}));
    assert_eq!(bench.post("/sinks", both).await, rule("batch_size must be a positive integer <= 1000"));
    let ignored = json!({"id": 1, "inserted_at": 1, "updated_at": 1, "account_id": 1, "replication_slot_id": 1,
        "sequence_id": 1, "consumer_start": 1, "active_backfill": 1, "active_backfills": 1, "message_kind": 1});
    bench.sink("s", ignored).await;
    // So an answer without its health can be sent back.
    let (_, mut shown) = bench.get("/sinks/s").await;
    assert_eq!(bench.patch("/sinks/s", shown.clone()).await, rule("Unknown field: health"));
    shown.as_object_mut().expect("an object").remove("health");
    assert_eq!(bench.patch("/sinks/s", shown.clone()).await, (200, shown));
}

#[tokio::test]
async fn rule_42_database_is_a_name_and_goes_with_the_source() {
    let bench = Bench::streaming().await;
    let id = bench.get("/postgres_databases/main").await.1["id"].clone();
    for name in [json!("nope"), id] {
        assert_eq!(bench.post("/sinks", stream("s", json!({"database": name}))).await, missing("database"));
    }
    let without = json!({"name": "s", "destination": {"type": "sequin_stream"}});
    let blank = invalid(json!({"replication_slot_id": ["can't be blank"]}));
    assert_eq!(bench.post("/sinks", without).await, blank);
    for change in [
        json!({"source": {"include_tables": ["orders"]}}),
        json!({"tables": []}),
        json!({"table": "orders"}),
        json!({"initial_backfill": true}),
    ] {
        assert_eq!(bench.patch("/sinks/stream", change.clone()).await, missing("database"), "{change}");
        let with = merged(change, json!({"database": "main"}));
        assert_eq!(bench.patch("/sinks/stream", with).await.0, 200);
    }
}

#[tokio::test]
async fn rule_43_routing_must_be_said() {
    let bench = Bench::connected().await;
    bench.simulated.add_function("by_region", "routing", "def route(a, r, c, m), do: %{}");
    let kafka = json!({"destination": {"type": "kafka", "hosts": "k.test:9092", "topic": "orders"}});
    let refusal = invalid(json!({"sink": {"routing_mode": ["is required"]}}));
    assert_eq!(bench.post("/sinks", stream("s", kafka.clone())).await, refusal);
    let shown = bench.sink("static", merged(kafka.clone(), json!({"routing": "none"}))).await;
    assert_eq!((&shown["routing"], &shown["destination"]["topic"]), (&json!("none"), &json!("orders")));
    let shown = bench.sink("dynamic", merged(kafka, json!({"routing": "by_region"}))).await;
    assert_eq!((&shown["routing"], shown["destination"].get("topic")), (&json!("by_region"), None));
    let topicless = json!({"routing": "none", "destination": {"type": "kafka", "hosts": "k.test:9092"}});
    let blank = invalid(json!({"sink": {"topic": ["can't be blank"]}}));
    assert_eq!(bench.post("/sinks", stream("s", topicless)).await, blank);
    // An update may leave it out: the destination remembers.
    let moved = json!({"destination": {"type": "kafka", "hosts": "k2.test:9092", "topic": "orders2"}});
    assert_eq!(bench.patch("/sinks/static", moved).await.1["destination"]["topic"], "orders2");
}

#[tokio::test]
async fn rule_44_functions_must_exist() {
    let bench = Bench::connected().await;
    for key in ["transform", "filter", "routing", "enrichment"] {
        let answer = bench.post("/sinks", stream("s", json!({key: "nope"}))).await;
        assert_eq!(answer, rule("Function 'nope' not found."), "{key}");
        let answer = bench.post("/sinks", stream("s", json!({key: ""}))).await;
        assert_eq!(answer, rule("Function '' not found."), "{key}");
    }
    bench.simulated.add_function("enrich", "enrichment", "SELECT $1");
    let many = json!({"enrichment": "enrich", "source": {"include_tables": ["orders", "users"]}});
    let text = "Enrichment is not supported for multiple tables. To use enrichment, please specify a single included table in the source.";
    assert_eq!(bench.post("/sinks", stream("s", many)).await, invalid(json!({"enrichment_id": [text]})));
    assert_eq!(bench.sink("s", json!({"enrichment": "enrich"})).await["enrichment"], "enrich");
}

#[tokio::test]
async fn rule_45_batch_size_limits() {
    let bench = Bench::connected().await;
    let refusal = rule("batch_size must be a positive integer <= 1000");
    for size in [json!(0), json!(-1), json!(1001), json!("10"), json!(1.5), json!(true), json!([1])] {
        assert_eq!(bench.post("/sinks", stream("s", json!({"batch_size": size}))).await, refusal);
    }
    let mut null = stream("s", json!({}));
    null["batch_size"] = Value::Null;
    assert_eq!(bench.post("/sinks", null).await, refusal);
    assert_eq!(bench.sink("s", json!({"batch_size": 1000})).await["batch_size"], 1000);
}

#[tokio::test]
async fn rule_45_other_values_of_their_own_kind() {
    let bench = Bench::connected().await;
    let create = |with: Value| bench.post("/sinks", stream("s", with));
    let retries = rule("max_retry_count must be a non-negative integer");
    assert_eq!(create(json!({"max_retry_count": -1})).await, retries);
    assert_eq!(create(json!({"max_retry_count": "3"})).await, retries);
    let zero = invalid(json!({"max_retry_count": ["must be greater than 0"]}));
    assert_eq!(create(json!({"max_retry_count": 0})).await, zero);
    let policy = rule("load_shedding_policy must be one of: 'pause_on_full', 'discard_on_full'");
    assert_eq!(create(json!({"load_shedding_policy": "drop"})).await, policy);
    let grouping = rule("message_grouping must be a boolean");
    assert_eq!(create(json!({"message_grouping": "yes"})).await, grouping);
    for (key, value) in [("status", "stopped"), ("timestamp_format", "rfc2822"), ("actions", "insert")] {
        assert_eq!(create(json!({key: value})).await, invalid(json!({key: ["is invalid"]})), "{key}");
    }
    assert_eq!(create(json!({"actions": ["read"]})).await, invalid(json!({"actions": ["is invalid"]})));
    let annotations = invalid(json!({"annotations": ["annotations size limit exceeded"]}));
    assert_eq!(create(json!({"annotations": {"a": "x".repeat(8200)}})).await, annotations);
    let destination = rule("`sink` is required on sink consumers.");
    let mut null = stream("s", json!({}));
    null["destination"] = Value::Null;
    assert_eq!(bench.post("/sinks", null).await, destination);
    assert_eq!(create(json!({"destination": null})).await, invalid(json!({"sink": ["can't be blank"]})));
    bench.sink("s", json!({"message_grouping": "false"})).await;
    assert_eq!(create(json!({})).await, invalid(json!({"name": ["has already been taken"]})));
}

#[tokio::test]
async fn rule_46_single_message_webhooks_have_batches_of_one() {
    let bench = Bench::connected().await;
    bench.post("/destinations/http_endpoints", json!({"name": "hook", "url": "https://example.com"})).await;
    let single = json!({"type": "webhook", "http_endpoint": "hook", "batch": false});
    let text = "batch_size must be 1 when batch is false for webhook sinks";
    let refusal = invalid(json!({"batch_size": [text]}));
    let body = stream("s", json!({"destination": single, "batch_size": 2}));
    assert_eq!(bench.post("/sinks", body).await, refusal);
    let shown = bench.sink("s", json!({"destination": single})).await;
    let wanted =
        json!({"type": "webhook", "http_endpoint": "hook", "http_endpoint_path": null, "batch": false});
    assert_eq!(shown["destination"], wanted);
    assert_eq!(bench.patch("/sinks/s", json!({"batch_size": 5})).await, refusal);
}

#[tokio::test]
async fn rule_47_sources() {
    let bench = Bench::connected().await;
    let create = |source: Value| bench.post("/sinks", stream("s", json!({"source": source})));
    let schemas = json!({"source": {"exclude_schemas": ["cannot be set when include_schemas is set"]}});
    let both = json!({"include_schemas": ["public"], "exclude_schemas": ["billing"]});
    assert_eq!(create(both).await, invalid(schemas));
    let both = json!({"include_tables": ["orders"], "exclude_tables": ["users"]});
    assert_eq!(create(both).await.0, 422);
    let none = json!({"source": {"include_schemas": ["should have at least 1 item(s)"]}});
    assert_eq!(create(json!({"include_schemas": []})).await, invalid(none));
    let unknown = rule("Table 'nope' not found in database 'main'");
    assert_eq!(create(json!({"include_tables": ["orders", "nope"]})).await, unknown);
    let unknown = rule("Table 'billing.nope' not found in database 'main'");
    assert_eq!(create(json!({"exclude_tables": ["billing.nope"]})).await, unknown);
    let (status, shown) = create(json!({"include_tables": ["orders", "billing.invoices"]})).await;
    assert_eq!(status, 200);
    assert_eq!(shown["source"]["include_tables"], json!(["public.orders", "billing.invoices"]));
    // The deprecated forms.
    let shown = bench.sink("by-table", json!({"source": null, "table": "users"})).await;
    assert_eq!(shown["source"]["include_tables"], json!(["public.users"]));
    let shown = bench.sink("by-schema", json!({"source": null, "schema": "billing"})).await;
    assert_eq!(shown["source"]["include_schemas"], json!(["billing"]));
}

#[tokio::test]
async fn rule_47_group_columns() {
    let bench = Bench::connected().await;
    let create = |tables: Value| bench.post("/sinks", stream("s", json!({"tables": tables})));
    let list = rule("Invalid `tables` attribute: must be a list of maps.");
    assert_eq!(create(json!({"name": "orders"})).await, list);
    let name = rule("Invalid `tables` attribute: missing required `name` key.");
    assert_eq!(create(json!([{"group_column_names": ["id"]}])).await, name);
    let column = rule(
        "Failed to parse tables: Not found: No `postgres column` found matching params: `column=nope, table=public.orders`",
    );
    assert_eq!(create(json!([{"name": "orders", "group_column_names": ["nope"]}])).await, column);
    let grouped = json!([{"name": "orders", "group_column_names": ["region"]}]);
    let off = json!({"tables": grouped, "message_grouping": false});
    let (status, body) = bench.post("/sinks", stream("s", off)).await;
    assert_eq!(status, 422);
    let text = body["validation_errors"]["message_grouping"][0].as_str().expect("a message");
    assert!(
        text.starts_with("Cannot specify group columns when message_grouping is disabled. Found"),
        "{text}"
    );
    let (_, shown) = create(grouped).await;
    assert_eq!(shown["tables"], json!([{"name": "public.orders", "group_column_names": ["region"]}]));
}

#[tokio::test]
async fn rule_48_unknown_http_endpoint() {
    let bench = Bench::connected().await;
    for destination in [json!({"type": "webhook", "http_endpoint": "nope"}), json!({"type": "webhook"})] {
        let body = stream("s", json!({"destination": destination}));
        assert_eq!(bench.post("/sinks", body).await, missing("http endpoint"));
    }
}

#[tokio::test]
async fn rule_49_defaults() {
    let bench = Bench::connected().await;
    let body = json!({"name": "s", "database": "main", "destination": {"type": "sequin_stream"}});
    let (status, shown) = bench.post("/sinks", body).await;
    let wanted = json!({
        "id": shown["id"],
        "name": "s",
        "database": "main",
        "status": "active",
        "actions": ["insert", "update", "delete"],
        "source": {"include_schemas": null, "exclude_schemas": null, "include_tables": null, "exclude_tables": null},
        "tables": [],
        "destination": {"type": "sequin_stream"},
        "batch_size": 1,
        "filter": "none",
        "transform": "none",
        "routing": "none",
        "enrichment": "none",
        "timestamp_format": "iso8601",
        "active_backfills": [],
        "max_retry_count": null,
        "load_shedding_policy": "pause_on_full",
        "message_grouping": true,
        "annotations": {},
    });
    assert_eq!((status, shown), (200, wanted));
}

#[tokio::test]
async fn rule_50_health_is_on_list_and_get_only() {
    let bench = Bench::connected().await;
    let created = bench.sink("s", json!({})).await;
    assert!(created.get("health").is_none());
    assert!(bench.patch("/sinks/s", json!({"batch_size": 2})).await.1.get("health").is_none());
    let health = async || bench.get("/sinks/s").await.1["health"].clone();
    let fresh = health().await;
    assert_eq!((&fresh["name"], &fresh["status"]), (&json!("Consumer health"), &json!("initializing")));
    let names: Vec<_> =
        fresh["checks"].as_array().expect("a list").iter().map(|check| check["name"].clone()).collect();
    let wanted = [
        "Sink configuration",
        "Message filtering",
        "Message ingestion",
        "Messages pending delivery",
        "Message delivery",
    ];
    assert_eq!(names, wanted);
    bench.pass(3);
    assert_eq!(health().await["status"], "waiting");
    assert_eq!(bench.get("/sinks").await.1["data"][0]["health"], health().await);
    bench.simulated.set_health("s", Check::Delivery, "error", Some("[http_endpoint]: connection refused"));
    assert_eq!(health().await["status"], "error");
    let delivery = json!({"name": "Message delivery", "status": "error", "error": "[http_endpoint]: connection refused"});
    assert_eq!(health().await["checks"][4], delivery);
    bench.simulated.set_health("s", Check::Delivery, "stale", None);
    assert_eq!(health().await["status"], "warning");
    bench.simulated.set_health("s", Check::Configuration, "error", None);
    assert_eq!(health().await["checks"][4], json!({"name": "Message delivery", "status": "initializing"}));
    for status in ["paused", "disabled"] {
        bench.patch("/sinks/s", json!({"status": status})).await;
        assert_eq!(health().await["status"], "paused");
    }
}

#[tokio::test]
async fn rule_51_updates_are_partial() {
    let bench = Bench::connected().await;
    bench.simulated.add_function("only_new", "filter", "true");
    bench.simulated.add_function("record", "path", "record");
    bench.sink("s", json!({"filter": "only_new", "transform": "record", "annotations": {"a": 1}})).await;
    let (_, shown) = bench.patch("/sinks/s", json!({"batch_size": 7})).await;
    assert_eq!(
        (&shown["filter"], &shown["transform"], &shown["batch_size"]),
        (&json!("only_new"), &json!("record"), &json!(7))
    );
    assert_eq!(shown["annotations"], json!({"a": 1}));
    let (_, shown) = bench.send("PUT", "/sinks/s", Some(json!({"filter": "none", "name": "t"}))).await;
    assert_eq!((&shown["filter"], &shown["transform"]), (&json!("none"), &json!("record")));
    assert_eq!(bench.get("/sinks/s").await, missing("consumer"));
    assert_eq!(bench.get("/sinks/t").await.0, 200);
}

#[tokio::test]
async fn rule_52_initial_backfill_is_validated_and_forgotten() {
    let bench = Bench::connected().await;
    let create = |initial: Value| bench.post("/sinks", stream("s", json!({"initial_backfill": initial})));
    let text = "initial_backfill must be true, false, or a list of table configurations";
    assert_eq!(create(json!("yes")).await, rule(text));
    let unknown = rule("Table 'nope' not found in database 'main'");
    assert_eq!(create(json!([{"table": "nope"}])).await, unknown);
    for (item, text) in [
        (json!({}), "initial_backfill table configuration requires 'table' field"),
        (json!("orders"), "initial_backfill entries must be objects with 'table' field"),
        (
            json!({"table": "orders", "type": "some"}),
            "initial_backfill type must be 'full' or 'partial', got: some",
        ),
        (json!({"table": "orders", "type": "partial"}), "partial backfill requires 'sort_column' field"),
        (
            json!({"table": "orders", "type": "partial", "sort_column": "id"}),
            "partial backfill requires 'start_position' field",
        ),
    ] {
        assert_eq!(create(json!([item])).await, rule(text));
    }
    let (status, shown) = create(json!(true)).await;
    assert_eq!((status, &shown["active_backfills"]), (200, &json!([])));
    assert_eq!(bench.get("/sinks/s/backfills").await, (200, json!({"data": []})));
}

#[tokio::test]
async fn rule_53_delete_takes_backfills_and_messages_along() {
    let bench = Bench::streaming().await;
    bench.order("stream", 1);
    let (_, backfill) = bench.post("/sinks/stream/backfills", json!({})).await;
    let id = bench.get("/sinks/stream").await.1["id"].clone();
    assert_eq!(bench.delete("/sinks/stream").await, (200, json!({"id": id, "deleted": true})));
    assert_eq!(bench.get("/sinks/stream").await, missing("consumer"));
    bench.sink("stream", json!({})).await;
    assert_eq!(bench.get("/sinks/stream/backfills").await.1, json!({"data": []}));
    let path = format!("/sinks/stream/backfills/{}", backfill["id"].as_str().expect("an id"));
    assert_eq!(bench.get(&path).await, missing("backfill"));
    assert_eq!(bench.simulated.stored_messages("stream"), 0);
}

#[tokio::test]
async fn rule_54_an_update_replays_what_is_leased() {
    let bench = Bench::streaming().await;
    bench.order("stream", 1);
    assert_eq!(bench.received_ids().await, [1]);
    assert_eq!(bench.received_ids().await, Vec::<u64>::new());
    bench.patch("/sinks/stream", json!({"annotations": {"touched": true}})).await;
    assert_eq!(bench.received_ids().await, [1]);
    // Disabling restarts nothing.
    bench.simulated.set_store_running("stream", true);
    bench.patch("/sinks/stream", json!({"status": "disabled"})).await;
    assert_eq!(bench.simulated.leased_messages("stream"), 1);
}
