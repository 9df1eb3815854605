//! The demo account: what people ask an assistant to do can be done on it.

use serde_json::{Value, json};
use toolpress_sandbox::sequin_stream::SequinStream;

use crate::support::{Bench, invalid};

fn demo() -> Bench {
    Bench::over(SequinStream::with_demo_data)
}

fn names(body: &Value) -> Vec<&str> {
    body["data"].as_array().expect("a list").iter().filter_map(|one| one["name"].as_str()).collect()
}

async fn pull(bench: &Bench, stream: &str, count: u64) -> Vec<Value> {
    let path = format!("/http_pull_consumers/{stream}/receive?batch_size={count}");
    let (status, body) = bench.get(&path).await;
    assert_eq!(status, 200, "{body}");
    body["data"].as_array().expect("a list").clone()
}

#[tokio::test]
async fn the_demo_is_complete() {
    let bench = demo();
    assert_eq!(
        names(&bench.get("/postgres_databases").await.1),
        ["prod_db", "legacy_db", "staging_db", "audit_db"]
    );
    let endpoints = bench.get("/destinations/http_endpoints").await.1;
    assert_eq!(names(&endpoints), ["finance_webhook", "inventory_hook", "stripe_hook", "local_dev"]);
    let sinks = bench.get("/sinks").await.1;
    let wanted = "user_signups_consumer billing_events invoice_processor legacy_orders_consumer inventory_updates stripe_webhooks_sink legacy_user_sync warehouse_sync snowflake_sink";
    assert_eq!(names(&sinks).join(" "), wanted);
    assert_eq!(names(&bench.get("/api_keys").await.1), ["Default", "ci-pipeline", "terraform"]);
    assert_eq!(bench.get("/local_tunnels").await.1["data"].as_array().map(Vec::len), Some(2));
    assert_eq!(bench.get("/config/export").await.0, 200);
    for name in ["prod_db", "legacy_db", "staging_db", "audit_db"] {
        let test = bench.post(&format!("/postgres_databases/{name}/test_connection"), json!({})).await;
        assert_eq!(test, (200, json!({"success": true})), "{name}");
    }
}

#[tokio::test]
async fn the_same_demo_every_time() {
    let (one, two) = (demo(), demo());
    for bench in [&one, &two] {
        bench.pass(3600);
    }
    for path in ["/sinks", "/postgres_databases", "/sinks/warehouse_sync/backfills"] {
        assert_eq!(one.get(path).await, two.get(path).await);
    }
    assert_eq!(pull(&one, "billing_events", 1000).await, pull(&two, "billing_events", 1000).await);
}

#[tokio::test]
async fn connect_a_database_create_a_sink_backfill_it() {
    let bench = demo();
    let body = json!({"name": "prod-analytics-db", "hostname": "db.internal.example.com", "port": 5432, "database": "core",
        "username": "sequin", "password": "anything", "ssl": true,
        "replication_slots": [{"slot_name": "sequin_slot_01", "publication_name": "sequin_pub"}]});
    assert_eq!(bench.post("/postgres_databases", body).await.0, 201);
    let sink = json!({"name": "billing_events_to_webhook", "database": "prod-analytics-db",
        "source": {"include_tables": ["invoices"]}, "actions": ["insert", "update"],
        "destination": {"type": "webhook", "http_endpoint": "finance_webhook"}});
    assert_eq!(bench.post("/sinks", sink).await.0, 200);
    let path = "/sinks/billing_events_to_webhook/backfills";
    let (status, backfill) = bench.post(path, json!({"table": "invoices"})).await;
    assert_eq!((status, &backfill["state"]), (200, &json!("active")));
    let path = format!("{path}/{}", backfill["id"].as_str().expect("an id"));
    bench.pass(10);
    let (_, shown) = bench.get(&path).await;
    assert_eq!((&shown["state"], &shown["rows_initial_count"]), (&json!("active"), &json!(54_900)));
    let processed = shown["rows_processed_count"].as_u64().expect("a count");
    assert!(0 < processed && processed < 54_700);
    bench.pass(30);
    let (_, shown) = bench.get(&path).await;
    assert_eq!((&shown["state"], &shown["rows_processed_count"]), (&json!("completed"), &json!(54_700)));
}

#[tokio::test]
async fn pull_ten_and_acknowledge_the_enterprise_ones() {
    let bench = demo();
    let messages = pull(&bench, "user_signups_consumer", 10).await;
    assert_eq!(messages.len(), 10);
    let enterprise: Vec<&Value> = messages
        .iter()
        .filter(|message| message["data"]["record"]["plan_tier"] == "enterprise")
        .map(|message| &message["ack_id"])
        .collect();
    assert!(enterprise.len() >= 3);
    let path = "/http_pull_consumers/user_signups_consumer/ack";
    assert_eq!(bench.post(path, json!({"ack_ids": enterprise})).await.0, 200);
    // The older ids of people's prompts are refused.
    assert_eq!(bench.post(path, json!({"ack_ids": ["ack-123"]})).await.0, 400);
    let billing = pull(&bench, "billing_events", 10).await;
    assert_eq!(billing.len(), 10);
    let actions: std::collections::BTreeSet<_> =
        billing.iter().map(|one| one["data"]["action"].as_str()).collect();
    assert_eq!(actions.len(), 3);
}

#[tokio::test]
async fn messages_keep_arriving_but_not_without_end() {
    let bench = demo();
    let before = bench.simulated.stored_messages("billing_events");
    bench.pass(60);
    bench.get("/sinks").await;
    assert_eq!(bench.simulated.stored_messages("billing_events"), before + 4);
    bench.pass(100_000_000);
    bench.get("/sinks").await;
    assert_eq!(bench.simulated.stored_messages("billing_events"), 200);
}

#[tokio::test]
async fn a_failing_sink_is_found_and_backfilled() {
    let bench = demo();
    let (_, sinks) = bench.get("/sinks").await;
    let failing: Vec<&Value> = sinks["data"]
        .as_array()
        .expect("a list")
        .iter()
        .filter(|sink| sink["health"]["status"] == "error")
        .collect();
    assert_eq!(failing.iter().map(|sink| &sink["name"]).collect::<Vec<_>>(), ["inventory_updates"]);
    let (status, backfill) =
        bench.post("/sinks/inventory_updates/backfills", json!({"table": "stock_levels"})).await;
    assert_eq!((status, &backfill["state"]), (200, &json!("active")));
    let (_, stripe) = bench.get("/sinks/stripe_webhooks_sink").await;
    assert_eq!((&stripe["health"]["status"], &stripe["batch_size"]), (&json!("healthy"), &json!(25)));
}

#[tokio::test]
async fn an_active_backfill_is_found_and_cancelled() {
    let bench = demo();
    let (_, list) = bench.get("/sinks/warehouse_sync/backfills").await;
    let active = &list["data"][0];
    assert_eq!((&active["state"], &active["table"]), (&json!("active"), &json!("public.orders")));
    assert!(active["rows_processed_count"].as_u64().is_some_and(|rows| rows > 1_000_000));
    let path = format!("/sinks/warehouse_sync/backfills/{}", active["id"].as_str().expect("an id"));
    assert_eq!(
        bench.patch(&path, json!({"state": "canceled"})).await,
        invalid(json!({"state": ["is invalid"]}))
    );
    assert_eq!(bench.patch(&path, json!({"state": "cancelled"})).await.1["state"], "cancelled");
    // Another sink has nothing running, and starts.
    let (_, list) = bench.get("/sinks/snowflake_sink/backfills").await;
    assert_eq!(list["data"][0]["state"], "completed");
    assert_eq!(bench.post("/sinks/snowflake_sink/backfills", json!({"table": "transactions"})).await.0, 200);
    // A sink over all tables must be told which.
    assert_eq!(bench.post("/sinks/legacy_user_sync/backfills", json!({})).await.0, 422);
    assert_eq!(bench.post("/sinks/legacy_user_sync/backfills", json!({"table": "users"})).await.0, 200);
}

#[tokio::test]
async fn a_refresh_shows_the_new_table() {
    let bench = demo();
    let sink = json!({"name": "prefs", "database": "prod_db", "source": {"include_tables": ["user_preferences"]},
        "destination": {"type": "sequin_stream"}});
    assert_eq!(bench.post("/sinks", sink.clone()).await.0, 422);
    assert_eq!(bench.post("/postgres_databases/prod_db/refresh_tables", json!({})).await.0, 200);
    assert_eq!(bench.post("/sinks", sink).await.0, 200);
}

#[tokio::test]
async fn stuck_and_broken_messages_are_put_back() {
    let bench = demo();
    let stuck = pull(&bench, "invoice_processor", 5).await;
    assert_eq!(stuck.len(), 5);
    let ids: Vec<&Value> = stuck.iter().map(|message| &message["ack_id"]).collect();
    assert_eq!(
        bench.post("/http_pull_consumers/invoice_processor/nack", json!({"ack_ids": ids})).await.0,
        200
    );
    assert_eq!(pull(&bench, "invoice_processor", 5).await, stuck);
    let orders = pull(&bench, "legacy_orders_consumer", 16).await;
    let broken = orders.iter().filter(|order| !order["data"]["record"]["customer_uuid"].is_string()).count();
    assert_eq!((orders.len(), broken), (16, 4));
}

#[tokio::test]
async fn databases_in_use_cannot_be_deleted() {
    let bench = demo();
    let error =
        async |name: &str| bench.delete(&format!("/postgres_databases/{name}")).await.1["error"].to_string();
    assert!(error("prod_db").await.contains("sink consumers"));
    assert!(error("audit_db").await.contains("WAL pipelines"));
    assert_eq!(bench.delete("/postgres_databases/staging_db").await.0, 200);
}
