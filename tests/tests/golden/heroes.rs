//! The tools that the articles praise, each with the values of the article's own prompt, against a vendor
//! that records what it is asked. Where article and vendor differ, the vendor's facts are asserted.

use crate::world::{Client, Reply, Vendor, sequin};
use serde_json::{Value, json};

/// Calls a tool that must exist and be described; the request it made, and its result.
async fn hero(client: &Client, vendor: &Vendor, tool: &str, arguments: Value) -> (String, Value, Value) {
    let listed = client.tool(tool).await;
    assert!(listed["description"].as_str().is_some_and(|text| text.len() >= 20), "{tool}");
    let given = arguments.as_object().expect("arguments");
    let known = listed["inputSchema"]["properties"].as_object().expect("properties");
    assert!(given.keys().all(|name| known.contains_key(name)), "{tool} does not list all of {given:?}");
    let result = client.done(tool, arguments).await;
    let seen = vendor.only();
    let body = if seen.body.is_empty() { Value::Null } else { seen.json() };
    (seen.line, body, result)
}

#[tokio::test]
async fn row_095_connect_a_postgres_instance() {
    let (client, vendor) = sequin().await;
    let arguments = json!({
        "name": "prod-analytics-db", "hostname": "db.internal.example.com", "port": 5432, "database": "core",
        "ssl": true, "username": "sequin", "password": "correct-horse",
        "replication_slots": [{ "slot_name": "sequin_slot_01", "publication_name": "sequin_pub" }],
    });
    let tool = "create_a_sequin_stream_postgres_database";
    vendor.reply(Reply::json(
        201,
        &json!({ "id": "6f3c", "name": "prod-analytics-db", "password": "cor*******e" }),
    ));
    let (line, body, result) = hero(&client, &vendor, tool, arguments).await;
    assert_eq!(line, "POST /api/postgres_databases");
    let wanted = json!({
        "name": "prod-analytics-db", "hostname": "db.internal.example.com", "port": 5432, "database": "core",
        "username": "sequin", "password": "correct-horse", "ssl": true,
        "replication_slots": [{ "slot_name": "sequin_slot_01", "publication_name": "sequin_pub" }],
    });
    assert_eq!(body, wanted);
    assert_eq!(result["name"], "prod-analytics-db");
}

#[tokio::test]
async fn row_096_row_103_pull_ten_messages_and_keep_their_ids() {
    let (client, vendor) = sequin().await;
    for stream in ["user_signups_consumer", "billing_events"] {
        // No form of an id is taken for granted.
        let messages = json!([
            { "ack_id": "ack-123", "data": { "action": "insert", "record": { "id": 1, "plan_tier": "enterprise" } } },
            { "ack_id": "MTYyeJ7abUjl1pO=/+", "data": { "action": "update", "record": { "id": 12_345_678_901_234_567_890_u64 } } },
        ]);
        vendor.reply(Reply::json(200, &json!({ "data": messages })));
        let arguments = json!({ "consumer_id_or_name": stream, "batch_size": 10 });
        let tool = "list_all_sequin_stream_http_pull_consumers";
        let (line, body, result) = hero(&client, &vendor, tool, arguments).await;
        assert_eq!(line, format!("GET /api/http_pull_consumers/{stream}/receive?batch_size=10"));
        assert_eq!((body, result), (Value::Null, messages));
    }
}

#[tokio::test]
async fn row_097_row_101_row_104_ids_go_back_unchanged_and_in_order() {
    let (client, vendor) = sequin().await;
    for (action, stream) in
        [("ack", "user_signups_consumer"), ("ack", "billing_events"), ("nack", "legacy_orders_consumer")]
    {
        let tool = format!("create_a_sequin_stream_http_pull_consumer_{action}");
        let ids = json!(["ack-125", "ack-123", "ack-124", " MTYyeJ7abUjl1pO=/+ ", "ack-123"]);
        vendor.reply(Reply::json(200, &json!({ "success": true })));
        let arguments = json!({ "consumer_id_or_name": stream, "ack_ids": ids });
        let (line, body, result) = hero(&client, &vendor, &tool, arguments).await;
        assert_eq!(line, format!("POST /api/http_pull_consumers/{stream}/{action}"));
        assert_eq!((body, result), (json!({ "ack_ids": ids }), json!({ "success": true })));
    }
}

#[tokio::test]
async fn row_098_route_invoices_to_the_finance_webhook() {
    let (client, vendor) = sequin().await;
    let body = json!({
        "name": "billing_events_to_webhook",
        "database": "prod-analytics-db",
        "destination": { "type": "webhook", "http_endpoint": "finance_webhook" },
        "source": { "include_tables": ["invoices"] },
        "actions": ["insert", "update"],
    });
    let tool = "create_a_sequin_stream_sink_consumer";
    let (line, sent, _) = hero(&client, &vendor, tool, body.clone()).await;
    assert_eq!((line.as_str(), sent), ("POST /api/sinks", body));
}

#[tokio::test]
async fn row_099_row_105_start_a_backfill() {
    let (client, vendor) = sequin().await;
    for (sink, table) in [("billing_events_to_webhook", "invoices"), ("legacy_user_sync", "users")] {
        vendor
            .reply(Reply::json(200, &json!({ "id": "7f0c", "state": "active", "rows_initial_count": null })));
        let arguments = json!({ "sink_id_or_name": sink, "table": table });
        let (line, body, result) = hero(&client, &vendor, "create_a_sequin_stream_backfill", arguments).await;
        assert_eq!(line, format!("POST /api/sinks/{sink}/backfills"));
        assert_eq!(body, json!({ "table": table }));
        assert_eq!((&result["id"], &result["state"]), (&json!("7f0c"), &json!("active")));
    }
}

#[tokio::test]
async fn row_100_see_how_far_a_backfill_is() {
    let (client, vendor) = sequin().await;
    let tool = "get_single_sequin_stream_backfill_by_id";
    assert_eq!(client.tool(tool).await["inputSchema"]["required"], json!(["sink_id_or_name", "id"]));
    let backfill = json!({ "state": "active", "rows_initial_count": 54_700, "rows_processed_count": 12_000 });
    vendor.reply(Reply::json(200, &backfill));
    let arguments = json!({ "sink_id_or_name": "billing_events_to_webhook", "id": "bf-9921" });
    let (line, _, result) = hero(&client, &vendor, tool, arguments).await;
    assert_eq!(line, "GET /api/sinks/billing_events_to_webhook/backfills/bf-9921");
    assert_eq!(result, backfill);
}

#[tokio::test]
async fn row_102_row_106_see_status_and_health_of_sinks() {
    let (client, vendor) = sequin().await;
    let health = json!({ "status": "error", "checks": [{ "name": "Message delivery", "status": "error", "error": "503" }] });
    let sink =
        json!({ "name": "stripe_webhooks_sink", "status": "active", "batch_size": 25, "health": health });
    vendor.reply(Reply::json(200, &json!({ "data": [sink] })));
    let tool = "list_all_sequin_stream_sink_consumers";
    let (line, _, result) = hero(&client, &vendor, tool, json!({})).await;
    assert_eq!((line.as_str(), result), ("GET /api/sinks", json!([sink])));

    vendor.reply(Reply::json(200, &sink));
    let tool = "get_single_sequin_stream_sink_consumer_by_id";
    let description = client.tool(tool).await["description"].clone();
    assert!(description.as_str().unwrap().contains("by UUID or name"));
    let (line, _, result) = hero(&client, &vendor, tool, json!({ "id": "stripe_webhooks_sink" })).await;
    assert_eq!((line.as_str(), result), ("GET /api/sinks/stripe_webhooks_sink", sink));
}

#[tokio::test]
async fn row_107_row_109_find_a_backfill_and_cancel_it() {
    let (client, vendor) = sequin().await;
    let list = "list_all_sequin_stream_backfills";
    assert_eq!(client.tool(list).await["inputSchema"]["required"], json!(["sink_id_or_name"]));
    let backfills = json!([
        { "id": "b2", "table": "public.orders", "state": "active" },
        { "id": "b1", "table": "public.orders", "state": "completed" },
    ]);
    vendor.reply(Reply::json(200, &json!({ "data": backfills })));
    let (line, _, found) = hero(&client, &vendor, list, json!({ "sink_id_or_name": "warehouse_sync" })).await;
    assert_eq!((line.as_str(), &found), ("GET /api/sinks/warehouse_sync/backfills", &backfills));

    let active = found.as_array().unwrap().iter().find(|backfill| backfill["state"] == "active").unwrap();
    vendor.reply(Reply::json(200, &json!({ "id": "b2", "state": "cancelled" })));
    let arguments = json!({ "sink_id_or_name": "warehouse_sync", "id": active["id"], "state": "cancelled" });
    let tool = "update_a_sequin_stream_backfill_by_id";
    let (line, body, result) = hero(&client, &vendor, tool, arguments).await;
    assert_eq!(line, "PATCH /api/sinks/warehouse_sync/backfills/b2");
    assert_eq!((body, &result["state"]), (json!({ "state": "cancelled" }), &json!("cancelled")));
}

#[tokio::test]
async fn row_108_refresh_the_tables_after_a_migration() {
    let (client, vendor) = sequin().await;
    vendor.reply(Reply::json(200, &json!({ "success": true })));
    let tool = "create_a_sequin_stream_postgres_database_table_refresh";
    let (line, body, result) =
        hero(&client, &vendor, tool, json!({ "database_id_or_name": "prod_db" })).await;
    assert_eq!(line, "POST /api/postgres_databases/prod_db/refresh_tables");
    assert_eq!((body, result), (Value::Null, json!({ "success": true })));
}
