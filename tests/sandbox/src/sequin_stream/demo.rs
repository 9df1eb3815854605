//! The demo account: a small company with something healthy, something broken and something running.

use std::time::Duration;

use jiff::{Span, Timestamp};
use serde_json::{Value, json};
use uuid::Uuid;

use super::config_apply::upsert_all;
use super::demo_feed::{Feed, billing, invoice_due, legacy_order, put, signup};
use super::health::{Check, Health};
use super::postgres::{Postgres, Table};
use super::state::Account;
use super::world::Outside;
use super::{Change, api_keys, backfills};

// The ids of the examples in the documentation of the tools, so that every example finds what it talks about.
const CI_KEY: Uuid = Uuid::from_u128(0x5c1d_2b7e_93a4_4f0e_8b52_7d6e_1f3a_9c40);
const STAGING_SLOT: Uuid = Uuid::from_u128(0x0b1e_7c52_51f4_4c1c_8a0f_5d3f_5a9f_7e21);
const WAREHOUSE_BACKFILL: Uuid = Uuid::from_u128(0x7f0c_1a52_6d1e_4c8b_9d7e_2b3f_4a5c_6d7e);

/// Fills an account and the world around it.
pub(crate) fn fill(account: &mut Account, outside: &mut Outside) {
    outside.servers.extend([new_server(), prod_server(), legacy_server(), staging_server()]);
    let now = outside.now();
    // The demo is made the way customers make things, so it can hold nothing the vendor would refuse; a test
    // checks that it is complete.
    if let Value::Object(config) = config() {
        let _ = upsert_all(account, outside, &config, now);
    }
    // Migrated after the tables were read: the account sees it after a refresh.
    for server in outside.servers.iter_mut().filter(|server| server.hostname == "pg.prod.example.com") {
        server.put_table(
            "app",
            Table::new("user_preferences", &["id", "user_id", "theme", "locale"]).rows(9_300),
        );
    }
    for (name, token) in [("ci-pipeline", "demo-ci-pipeline-token"), ("terraform", "demo-terraform-token")] {
        let _ = api_keys::add(account, outside, Some(&json!(name)), Some(&json!(token)));
    }
    let since = ago(now, 24 * 30);
    for sink in &mut account.sinks {
        sink.inserted_at = since;
        sink.health = Health::working();
        if sink.name == "inventory_updates" {
            let error = "[http_endpoint]: Unexpected response: HTTP status 503 (14 messages failing since 2 hours ago)";
            sink.health.dictated.insert(Check::Delivery, ("error".to_owned(), Some(error.to_owned())));
        }
    }
    for key in &mut account.api_keys {
        key.inserted_at = since;
        if key.name == "ci-pipeline" {
            key.id = CI_KEY;
        }
    }
    // No sink reads it, so nothing else knows its id.
    for slot in account.slots.iter_mut().filter(|slot| slot.slot_name == "staging_slot") {
        slot.id = STAGING_SLOT;
    }
    start_backfills(account, outside, now);
    start_feeds(account, outside, now);
}

/// Where `prod-analytics-db` can be connected.
fn new_server() -> Postgres {
    let tables = vec![
        Table::new("invoices", &["id", "customer_id", "status", "amount_cents", "currency", "created_at"])
            .rows(54_700)
            .estimate(54_900),
        Table::new("invoice_items", &["id", "invoice_id", "description", "amount_cents"]).rows(212_400),
        Table::new("customers", &["id", "name", "email", "created_at"]).rows(8_150),
        Table::new("users", &["id", "email", "plan_tier", "created_at"]).rows(12_480),
        Table::new("analytics.page_views", &["id", "user_id", "path", "viewed_at"]).rows(940_000),
    ];
    let server = Postgres::new("db.internal.example.com", 5432)
        .database("core", tables)
        .slot("sequin_slot_01", "core")
        .slot("sequin_slot", "core");
    ["sequin_pub", "sequin_pub_01", "sequin_publication", "sequin_slot_01_pub", "sequin_slot_01_publication"]
        .into_iter()
        .fold(server, Postgres::publication)
}

fn prod_server() -> Postgres {
    let tables = vec![
        Table::new("users", &["id", "email", "company", "plan_tier", "created_at"]).rows(12_480),
        // Read slowly, so that its backfill lasts for hours.
        Table::new("orders", &["id", "customer_uuid", "status", "total_cents", "created_at"])
            .rows(4_812_300)
            .estimate(4_850_000)
            .rows_per_second(150),
        Table::new("order_items", &["id", "order_id", "product_id", "quantity"]).rows(9_630_200),
        Table::new("products", &["id", "name", "price_cents"]).rows(1_840),
        Table::new("stock_levels", &["id", "sku", "warehouse", "quantity", "updated_at"])
            .rows(8_240)
            .estimate(8_300),
        Table::new("invoices", &["id", "customer_id", "status", "amount_cents", "currency"]).rows(54_700),
        Table::new("payments", &["id", "invoice_id", "amount_cents", "method"]).rows(88_200),
        Table::new("transactions", &["id", "account_id", "amount_cents", "booked_at"])
            .rows(120_400)
            .estimate(121_000),
        Table::new("audit.event_log", &["actor", "event", "at"]).primary_key(&[]).rows(40_000),
    ];
    Postgres::new("pg.prod.example.com", 5432)
        .database("app", tables)
        .publication("sequin_pub")
        .slot("sequin_slot", "app")
}

fn legacy_server() -> Postgres {
    let tables = vec![
        Table::new("users", &["id", "email", "full_name", "created_at"]).rows(21_600).estimate(21_500),
        Table::new("accounts", &["id", "name", "owner_id"]).rows(3_900),
        Table::new("orders", &["id", "customer_uuid", "status", "total_cents"]).rows(30_016),
    ];
    Postgres::new("pg.legacy.example.com", 5433)
        .database("legacy", tables)
        .publication("legacy_pub")
        .slot("legacy_slot", "legacy")
}

fn staging_server() -> Postgres {
    let tables = vec![
        Table::new("users", &["id", "email"]).rows(120),
        Table::new("user_events", &["id", "user_id", "event"]),
    ];
    Postgres::new("localhost", 5432)
        .database("staging", tables)
        .publication("staging_pub")
        .slot("staging_slot", "staging")
        .slot("audit_slot", "staging")
}

/// Everything of the demo account that a configuration can say.
fn config() -> Value {
    json!({
        "users": [{"email": "ops@acme.example.com", "password": "demo-password-1"}],
        "databases": [
            database("prod_db", "pg.prod.example.com", 5432, "app", "sequin_slot", "sequin_pub"),
            database("legacy_db", "pg.legacy.example.com", 5433, "legacy", "legacy_slot", "legacy_pub"),
            database("staging_db", "localhost", 5432, "staging", "staging_slot", "staging_pub"),
            database("audit_db", "localhost", 5432, "staging", "audit_slot", "staging_pub"),
        ],
        "change_retentions": [{
            "name": "user_audit_log",
            "source_database": "audit_db",
            "source_table_schema": "public",
            "source_table_name": "users",
            "destination_database": "audit_db",
            "destination_table_schema": "public",
            "destination_table_name": "user_events",
        }],
        "http_endpoints": [
            {
                "name": "finance_webhook",
                "url": "https://hooks.acme.example.com/cdc",
                "headers": {"x-source": "sequin"},
                "encrypted_headers": {"authorization": "Bearer demo-finance-secret"},
            },
            {"name": "inventory_hook", "url": "https://inventory.acme.example.com/webhooks/stock"},
            {"name": "stripe_hook", "url": "https://payments.acme.example.com/stripe"},
            {"name": "local_dev", "local": "true", "path": "/webhooks"},
        ],
        "functions": [
            {"name": "record_only", "type": "path", "path": "record", "description": "Only the row itself"},
            {
                "name": "enterprise_only",
                "type": "filter",
                "description": "Rows of the enterprise plan",
                "code": "def filter(action, record, changes, metadata) do\n  record[\"plan_tier\"] == \"enterprise\"\nend",
            },
            {
                "name": "topic_per_table",
                "type": "routing",
                "sink_type": "kafka",
                "code": "def route(action, record, changes, metadata) do\n  %{topic: metadata.table_name}\nend",
            },
        ],
        "sinks": streams().into_iter().chain(pushes()).collect::<Vec<_>>(),
    })
}

fn database(name: &str, hostname: &str, port: u16, database: &str, slot: &str, publication: &str) -> Value {
    json!({
        "name": name,
        "hostname": hostname,
        "port": port,
        "database": database,
        "username": "sequin",
        "password": format!("demo-{name}-password"),
        "ssl": hostname != "localhost",
        "use_local_tunnel": name == "staging_db",
        "slot": {"name": slot},
        "publication": {"name": publication},
    })
}

fn stream(name: &str, database: &str, tables: &[&str]) -> Value {
    json!({
        "name": name,
        "database": database,
        "source": {"include_tables": tables},
        "destination": {"type": "sequin_stream"},
    })
}

fn streams() -> Vec<Value> {
    vec![
        stream("user_signups_consumer", "prod_db", &["public.users"]),
        stream("billing_events", "prod_db", &["public.invoices", "public.payments"]),
        stream("invoice_processor", "prod_db", &["public.invoices"]),
        stream("legacy_orders_consumer", "legacy_db", &["public.orders"]),
    ]
}

fn pushes() -> Vec<Value> {
    vec![
        json!({
            "name": "inventory_updates",
            "database": "prod_db",
            "source": {"include_tables": ["public.stock_levels", "public.products"]},
            "destination": {"type": "webhook", "http_endpoint": "inventory_hook", "http_endpoint_path": "/v2"},
            "batch_size": 10,
            "annotations": {"team": "fulfilment"},
        }),
        json!({
            "name": "stripe_webhooks_sink",
            "database": "prod_db",
            "source": {"include_tables": ["public.payments"]},
            "destination": {"type": "webhook", "http_endpoint": "stripe_hook"},
            "batch_size": 25,
            "max_retry_count": 8,
            "annotations": {"team": "billing"},
        }),
        json!({
            "name": "legacy_user_sync",
            "database": "legacy_db",
            "destination": {
                "type": "kinesis",
                "stream_arn": "arn:aws:kinesis:eu-west-1:123456789012:stream/legacy-users",
                "access_key_id": "AKIADEMO0000EXAMPLE",
                "secret_access_key": "demo-secret-access-key",
            },
            "batch_size": 100,
        }),
        json!({
            "name": "warehouse_sync",
            "database": "prod_db",
            "source": {"include_tables": ["public.orders", "public.order_items"]},
            "destination": {"type": "kafka", "hosts": "kafka.acme.example.com:9092", "topic": "warehouse", "tls": true},
            "batch_size": 200,
            "load_shedding_policy": "discard_on_full",
        }),
        json!({
            "name": "snowflake_sink",
            "database": "prod_db",
            "source": {"include_tables": ["public.transactions", "public.payments"]},
            "destination": {
                "type": "sqs",
                "queue_url": "https://sqs.eu-west-1.amazonaws.com/123456789012/snowflake-ingest",
                "access_key_id": "AKIADEMO0000EXAMPLE",
                "secret_access_key": "demo-secret-access-key",
            },
            "batch_size": 10,
        }),
    ]
}

/// One long backfill under way, and one that was completed yesterday.
fn start_backfills(account: &mut Account, outside: &mut Outside, now: Timestamp) {
    for (sink, table, state, hours) in
        [("warehouse_sync", "orders", "active", 2), ("snowflake_sink", "transactions", "completed", 26)]
    {
        let found = account.sinks.iter().find(|known| known.name == sink);
        let found =
            found.and_then(|sink| Some((sink.id, account.database_of(sink.slot_id)?.table(table)?.clone())));
        let Some((sink, table)) = found else { continue };
        let Ok(id) = backfills::add(account, outside, sink, table, None, state) else { continue };
        for backfill in account.backfills.iter_mut().filter(|backfill| backfill.id == id) {
            backfill.inserted_at = ago(now, hours);
            backfill.anchor = ago(now, hours);
            if state == "active" {
                backfill.id = WAREHOUSE_BACKFILL;
            } else {
                backfill.initial = backfill.table.estimate;
                backfill.processed = backfill.table.rows;
                backfill.completed_at = Some(ago(now, hours - 1));
                backfill.updated_at = ago(now, hours - 1);
            }
        }
    }
}

/// Messages that wait already, and those that will arrive.
fn start_feeds(account: &mut Account, outside: &mut Outside, now: Timestamp) {
    type Waiting = (&'static str, u64, Option<u64>, fn(u64) -> Change);
    let feeds: [Waiting; 4] = [
        ("user_signups_consumer", 24, Some(20), signup),
        ("billing_events", 18, Some(15), billing),
        // Nobody has read this one for a while; what waits is all there is.
        ("invoice_processor", 12, None, invoice_due),
        ("legacy_orders_consumer", 16, Some(30), legacy_order),
    ];
    for (name, waiting, seconds, make) in feeds {
        let Some(sink) = account.sinks.iter().find(|sink| sink.name == name).map(|sink| sink.id) else {
            continue;
        };
        let every = Duration::from_secs(seconds.unwrap_or(1));
        let mut feed = Feed { sink, every, next_at: crate::clock::later(now, every), number: 0, make };
        for _ in 0..waiting {
            put(account, outside, &mut feed);
        }
        if seconds.is_some() {
            account.feeds.push(feed);
        }
    }
}

fn ago(now: Timestamp, hours: i64) -> Timestamp {
    now.checked_sub(Span::new().hours(hours)).unwrap_or(now)
}
