//! The golden requests: what each tool of Sequin Stream sends for realistic arguments, byte for byte.
//!
//! Bodies are written in the order in which their fields are sent. Arguments are deliberately given in
//! another order here and there.

use serde_json::{Value, json};

/// One call and the request it must become.
pub(crate) struct Golden {
    pub(crate) tool: &'static str,
    pub(crate) arguments: Value,
    /// Method, path and query.
    pub(crate) request: &'static str,
    /// The body; `None` where nothing is sent.
    pub(crate) body: Option<Value>,
}

pub(crate) const UUID: &str = "7f0c1a52-6d1e-4c8b-9d7e-2b3f4a5c6d7e";

/// All of them.
pub(crate) fn goldens() -> Vec<Golden> {
    [databases(), replications(), account(), endpoints(), sinks(), backfills(), streams()]
        .into_iter()
        .flatten()
        .collect()
}

/// The golden request of one tool.
pub(crate) fn golden(tool: &str) -> Golden {
    let found = goldens().into_iter().find(|golden| golden.tool == tool);
    found.unwrap_or_else(|| panic!("no golden request of {tool}"))
}

fn plain(tool: &'static str, arguments: Value, request: &'static str) -> Golden {
    Golden { tool, arguments, request, body: None }
}

fn with_body(tool: &'static str, arguments: Value, request: &'static str, body: Value) -> Golden {
    Golden { tool, arguments, request, body: Some(body) }
}

fn databases() -> Vec<Golden> {
    let slots = json!([{ "slot_name": "sequin_slot_01", "publication_name": "sequin_pub" }]);
    let primary = json!({
        "hostname": "pg-primary.acme.test", "port": 5433, "database": "core", "username": "sequin",
        "password": "correct-horse", "ssl": true, "ipv6": false,
    });
    let database = json!({
        "name": "prod-analytics-db", "hostname": "db.internal.acme.test", "port": 5432, "database": "core",
        "username": "sequin", "password": "correct-horse", "ssl": true, "ipv6": false, "use_local_tunnel": false,
        "annotations": { "team": "billing", "tier": 1 }, "primary": primary, "replication_slots": slots,
    });
    let changes = json!({
        "name": "orders-prod-2", "hostname": "pg2.acme.test", "port": 6432, "database": "orders",
        "username": "sequin", "password": "battery-staple", "ssl": true, "ipv6": true, "use_local_tunnel": false,
        "annotations": { "team": "orders" }, "primary": { "port": 5434 },
        "replication_slots": [{ "id": UUID, "slot_name": "s2", "publication_name": "p2", "status": "disabled" }],
    });
    let mut update = changes.clone();
    update["id"] = json!("orders-prod");
    vec![
        plain(
            "list_all_sequin_stream_postgres_databases",
            json!({ "limit": 50, "show_sensitive": true }),
            "GET /api/postgres_databases?show_sensitive=true",
        ),
        plain(
            "get_single_sequin_stream_postgres_database_by_id",
            json!({ "show_sensitive": false, "id": "orders-prod" }),
            "GET /api/postgres_databases/orders-prod?show_sensitive=false",
        ),
        with_body(
            "create_a_sequin_stream_postgres_database",
            database.clone(),
            "POST /api/postgres_databases",
            database,
        ),
        with_body(
            "update_a_sequin_stream_postgres_database_by_id",
            update,
            "PATCH /api/postgres_databases/orders-prod",
            changes,
        ),
        plain(
            "delete_a_sequin_stream_postgres_database_by_id",
            json!({ "id": "orders-prod" }),
            "DELETE /api/postgres_databases/orders-prod",
        ),
        plain(
            "create_a_sequin_stream_postgres_database_test_connection",
            json!({ "database_id_or_name": "orders-prod" }),
            "POST /api/postgres_databases/orders-prod/test_connection",
        ),
        plain(
            "create_a_sequin_stream_postgres_database_table_refresh",
            json!({ "database_id_or_name": UUID }),
            "POST /api/postgres_databases/7f0c1a52-6d1e-4c8b-9d7e-2b3f4a5c6d7e/refresh_tables",
        ),
        plain("list_all_sequin_stream_local_tunnels", json!({ "limit": 5 }), "GET /api/local_tunnels"),
    ]
}

fn replications() -> Vec<Golden> {
    let database = json!({
        "name": "orders-prod", "hostname": "pg.acme.test", "port": 5432, "database": "orders",
        "username": "sequin", "password": "correct-horse", "ssl": true, "ipv6": false,
        "use_local_tunnel": false, "annotations": { "a": [1, 2.50] },
    });
    let slot = json!({
        "slot_name": "sequin_slot", "publication_name": "sequin_pub", "postgres_database": database,
        "annotations": { "owner": "dba" }, "partition_count": 2,
    });
    vec![
        plain("list_all_sequin_stream_postgres_replications", json!({}), "GET /api/postgres_replications"),
        plain(
            "get_single_sequin_stream_postgres_replication_by_id",
            json!({ "id": UUID }),
            "GET /api/postgres_replications/7f0c1a52-6d1e-4c8b-9d7e-2b3f4a5c6d7e",
        ),
        with_body(
            "create_a_sequin_stream_postgres_replication",
            slot.clone(),
            "POST /api/postgres_replications",
            slot,
        ),
        with_body(
            "update_a_sequin_stream_postgres_replication_by_id",
            json!({ "status": "disabled", "id": UUID, "partition_count": 4, "annotations": {},
                    "publication_name": "p", "slot_name": "s" }),
            "PATCH /api/postgres_replications/7f0c1a52-6d1e-4c8b-9d7e-2b3f4a5c6d7e",
            json!({ "slot_name": "s", "publication_name": "p", "status": "disabled", "annotations": {},
                    "partition_count": 4 }),
        ),
        plain(
            "delete_a_sequin_stream_postgres_replication_by_id",
            json!({ "id": UUID }),
            "DELETE /api/postgres_replications/7f0c1a52-6d1e-4c8b-9d7e-2b3f4a5c6d7e",
        ),
    ]
}

/// API keys, and the configuration of the whole account.
fn account() -> Vec<Golden> {
    const YAML: &str =
        "http_endpoints:\n  - name: \"finance_webhook\"\n    url: https://hooks.acme.test/cdc\n";
    vec![
        plain("list_all_sequin_stream_api_keys", json!({ "limit": 1000 }), "GET /api/api_keys"),
        with_body(
            "create_a_sequin_stream_api_key",
            json!({ "token": "s3cret-of-ci", "name": "ci" }),
            "POST /api/api_keys",
            json!({ "name": "ci", "token": "s3cret-of-ci" }),
        ),
        plain(
            "delete_a_sequin_stream_api_key_by_id",
            json!({ "id": UUID }),
            "DELETE /api/api_keys/7f0c1a52-6d1e-4c8b-9d7e-2b3f4a5c6d7e",
        ),
        with_body(
            "sequin_stream_config_plan",
            json!({ "yaml": YAML }),
            "POST /api/config/plan",
            json!({ "yaml": YAML }),
        ),
        with_body(
            "sequin_stream_config_apply",
            json!({ "yaml": YAML }),
            "POST /api/config/apply",
            json!({ "yaml": YAML }),
        ),
        plain(
            "sequin_stream_config_export",
            json!({ "show_sensitive": true }),
            "GET /api/config/export?show-sensitive=true",
        ),
    ]
}

fn endpoints() -> Vec<Golden> {
    let headers = json!({ "x-source": "sequin" });
    let encrypted = json!({ "authorization": "Bearer top-secret" });
    vec![
        plain("list_all_sequin_stream_http_endpoints", json!({}), "GET /api/destinations/http_endpoints"),
        plain(
            "get_single_sequin_stream_http_endpoint_by_id",
            json!({ "id": "finance_webhook" }),
            "GET /api/destinations/http_endpoints/finance_webhook",
        ),
        with_body(
            "create_a_sequin_stream_http_endpoint",
            json!({ "name": "local_dev", "local": true, "path": "/webhooks", "headers": headers,
                    "encrypted_headers": encrypted }),
            "POST /api/destinations/http_endpoints",
            json!({ "name": "local_dev", "local": "true", "path": "/webhooks", "headers": headers,
                    "encrypted_headers": encrypted }),
        ),
        with_body(
            "update_a_sequin_stream_http_endpoint_by_id",
            json!({ "id": "finance_webhook", "name": "inbox", "webhook_site": true, "headers": {},
                    "encrypted_headers": encrypted }),
            "PATCH /api/destinations/http_endpoints/finance_webhook",
            json!({ "name": "inbox", "webhook.site": true, "headers": {}, "encrypted_headers": encrypted }),
        ),
        plain(
            "delete_a_sequin_stream_http_endpoint_by_id",
            json!({ "id": "finance_webhook" }),
            "DELETE /api/destinations/http_endpoints/finance_webhook",
        ),
    ]
}

fn sinks() -> Vec<Golden> {
    let sink = json!({
        "name": "orders-kafka", "database": "orders-prod",
        "destination": {
            "type": "kafka", "hosts": "kafka-1.acme.test:9093,kafka-2.acme.test:9093", "topic": "orders",
            "tls": true, "username": "sequin", "password": "correct-horse",
            "sasl_mechanism": "scram_sha_512", "compression": "zstd",
        },
        "routing": "none", "source": { "include_tables": ["public.orders"] },
        "tables": [{ "name": "public.orders", "group_column_names": ["account_id", "region"] }],
        "actions": ["insert", "update"], "status": "paused", "batch_size": 100, "filter": "enterprise_only",
        "transform": "record_only", "enrichment": "none", "timestamp_format": "unix_microsecond",
        "max_retry_count": 5, "load_shedding_policy": "discard_on_full", "message_grouping": true,
        "annotations": { "team": "billing" },
    });
    let changes = json!({
        "name": "orders-hook", "database": "orders-prod",
        "destination": { "type": "webhook", "http_endpoint": "finance_webhook",
                         "http_endpoint_path": "/billing/v2", "batch": false },
        "routing": "none", "source": { "exclude_schemas": ["audit"] }, "tables": [], "actions": ["delete"],
        "status": "disabled", "batch_size": 1, "filter": "none", "transform": "none", "enrichment": "none",
        "timestamp_format": "iso8601", "max_retry_count": 1, "load_shedding_policy": "pause_on_full",
        "message_grouping": false, "annotations": {},
    });
    let mut update = changes.clone();
    update["id"] = json!("orders-kafka");
    vec![
        plain("list_all_sequin_stream_sink_consumers", json!({ "limit": 10 }), "GET /api/sinks"),
        plain(
            "get_single_sequin_stream_sink_consumer_by_id",
            json!({ "id": "sink.with space" }),
            "GET /api/sinks/sink.with%20space",
        ),
        with_body("create_a_sequin_stream_sink_consumer", sink.clone(), "POST /api/sinks", sink),
        with_body(
            "update_a_sequin_stream_sink_consumer_by_id",
            update,
            "PATCH /api/sinks/orders-kafka",
            changes,
        ),
        plain(
            "delete_a_sequin_stream_sink_consumer_by_id",
            json!({ "id": "orders-kafka" }),
            "DELETE /api/sinks/orders-kafka",
        ),
    ]
}

fn backfills() -> Vec<Golden> {
    vec![
        plain(
            "list_all_sequin_stream_backfills",
            json!({ "sink_id_or_name": "warehouse_sync" }),
            "GET /api/sinks/warehouse_sync/backfills",
        ),
        plain(
            "get_single_sequin_stream_backfill_by_id",
            json!({ "id": UUID, "sink_id_or_name": "warehouse_sync" }),
            "GET /api/sinks/warehouse_sync/backfills/7f0c1a52-6d1e-4c8b-9d7e-2b3f4a5c6d7e",
        ),
        with_body(
            "create_a_sequin_stream_backfill",
            json!({ "state": "paused", "table": "public.invoices", "sink_id_or_name": "warehouse_sync" }),
            "POST /api/sinks/warehouse_sync/backfills",
            json!({ "table": "public.invoices", "state": "paused" }),
        ),
        with_body(
            "update_a_sequin_stream_backfill_by_id",
            json!({ "sink_id_or_name": "warehouse_sync", "id": UUID, "state": "cancelled" }),
            "PATCH /api/sinks/warehouse_sync/backfills/7f0c1a52-6d1e-4c8b-9d7e-2b3f4a5c6d7e",
            json!({ "state": "cancelled" }),
        ),
    ]
}

fn streams() -> Vec<Golden> {
    let ids = json!(["9d0a1f5e-8f6e-4a58-8a2f-0a5b7f0f9d33", "1c5f0c7b-52c1-4a0d-b0f7-6f8d3a4e9b21"]);
    vec![
        plain(
            "list_all_sequin_stream_http_pull_consumers",
            json!({ "wait_for": 5000, "batch_size": 10, "consumer_id_or_name": "user_signups_consumer" }),
            "GET /api/http_pull_consumers/user_signups_consumer/receive?batch_size=10&wait_for=5000",
        ),
        with_body(
            "create_a_sequin_stream_http_pull_consumer_ack",
            json!({ "consumer_id_or_name": "user_signups_consumer", "ack_ids": ids }),
            "POST /api/http_pull_consumers/user_signups_consumer/ack",
            json!({ "ack_ids": ids }),
        ),
        with_body(
            "create_a_sequin_stream_http_pull_consumer_nack",
            json!({ "ack_ids": ids, "consumer_id_or_name": "legacy_orders_consumer" }),
            "POST /api/http_pull_consumers/legacy_orders_consumer/nack",
            json!({ "ack_ids": ids }),
        ),
    ]
}
