//! The pipelines of the demo company, in every state there is.

use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;

use super::backfill::Backfill;
use super::demo::{ORDERS_READER, SALT, WAREHOUSE, bigquery, object, reader_named};
use super::state::{Account, Pipeline, Stamps, Status, Table};
use super::world::Outside;
use crate::clock::later;

const ORDERS: Uuid = Uuid::from_u128(0xc9b1_f0de_6a57_4c44_9d0e_3f1b_6d0a_7e21);
const ORDERS_TABLE: Uuid = Uuid::from_u128(0x7c1e_4b8a_90d2_4e6f_a1b3_5c2d_8f7e_6a90);

/// How long the backfills under way still take: long enough to be found by whoever tries the demo.
const LEFT: Duration = Duration::from_secs(14 * 24 * 3600);

/// Adds them to an account that has its readers and connectors.
pub(crate) fn fill(account: &mut Account, outside: &mut Outside, stamps: Stamps) {
    let until = later(outside.now(), LEFT);
    let running = Backfill::Running(until);
    let done = Backfill::Completed;
    let reader = |name: &str| reader_named(account, name).unwrap_or_default();
    let (billing, products) = (reader("shared billing reader"), reader("products reader"));
    let (shop, hubspot) = (reader("shop reader"), reader("Hubspot reader"));
    let snowflake = |schema: &str| json!({"database": "ANALYTICS", "schema": schema});
    let mut make = Make { outside, stamps };

    let mut orders = make.pipeline("Orders Postgres to Snowflake", "postgresql", Status::Running);
    orders.uuid = ORDERS;
    orders.fields.extend(object(json!({
        "sourceReaderUUID": ORDERS_READER.to_string(),
        "destinationUUID": WAREHOUSE.to_string(),
        "columnHashingSaltUUID": SALT.to_string(),
        "specificDestCfg": snowflake("PUBLIC"),
        "advancedSettings": {"enableSoftDelete": true, "flushIntervalSeconds": 60},
    })));
    orders.tables = vec![
        make.table("public", "orders", running),
        make.table("public", "order_items", done),
        make.table("public", "users", done).with(json!({"advancedSettings": {"columnsToHash": ["email"]}})),
    ];
    if let Some(table) = orders.tables.first_mut() {
        table.uuid = ORDERS_TABLE;
    }

    let mut events = make.pipeline("Billing to Snowflake", "postgresql", Status::Running);
    events.fields.extend(object(json!({
        "sourceReaderUUID": billing.to_string(),
        "destinationUUID": WAREHOUSE.to_string(),
        "specificDestCfg": snowflake("BILLING"),
    })));
    let mut billing_events = make.table("billing", "billing_events", running).with(json!({
        "enableHistoryMode": true,
        "advancedSettings": {"shouldBackfillHistoryTable": true},
    }));
    billing_events.history = running;
    events.tables = vec![billing_events, make.table("billing", "payments", done)];

    let mut catalogue = make.pipeline("Product catalogue to BigQuery", "postgresql", Status::Running);
    catalogue.fields.extend(object(json!({
        "sourceReaderUUID": products.to_string(),
        "destinationUUID": bigquery().to_string(),
        "specificDestCfg": {"dataset": "catalogue"},
        "advancedSettings": {"autoReplicateNewTables": true, "autoReplicateIgnoreRegex": "^(tmp_|order|user)"},
    })));
    catalogue.tables = vec![make.table("public", "products", done)];
    catalogue.undeployed = true;

    let mut mysql = make.pipeline("MySQL to BigQuery", "mysql", Status::Paused);
    mysql.fields.extend(object(json!({
        "sourceReaderUUID": shop.to_string(),
        "destinationUUID": bigquery().to_string(),
        "specificDestCfg": {"dataset": "shop"},
    })));
    mysql.tables = vec![make.table("", "customers", done), make.table("", "carts", done)];

    let mut sessions = make.pipeline("Sessions to BigQuery", "mysql", Status::TransferPaused);
    sessions.fields.extend(object(json!({
        "sourceReaderUUID": shop.to_string(),
        "destinationUUID": bigquery().to_string(),
        "specificDestCfg": {"dataset": "shop"},
    })));
    sessions.tables = vec![make.table("", "sessions", Backfill::Waiting(LEFT))];

    let mut contacts = make.pipeline("Hubspot to Snowflake", "api", Status::Draft);
    contacts.fields.extend(object(json!({
        "sourceReaderUUID": hubspot.to_string(),
        "destinationUUID": WAREHOUSE.to_string(),
        "specificDestCfg": {"database": "MARKETING", "schema": "HUBSPOT"},
    })));
    contacts.tables = ["contacts", "deals"].map(|name| make.new_table("", name)).to_vec();
    contacts.undeployed = true;
    contacts.last_deployed = None;

    account.pipelines = vec![orders, events, catalogue, mysql, sessions, contacts];
}

struct Make<'a> {
    outside: &'a mut Outside,
    stamps: Stamps,
}

impl Make<'_> {
    fn pipeline(&mut self, name: &str, source_kind: &str, status: Status) -> Pipeline {
        Pipeline {
            uuid: self.outside.new_id(),
            status,
            source_kind: source_kind.to_owned(),
            fields: object(json!({"name": name})),
            tables: Vec::new(),
            undeployed: false,
            deploy: None,
            detection: None,
            last_deployed: Some(self.stamps.created),
            stamps: self.stamps,
        }
    }

    fn table(&mut self, schema: &str, name: &str, backfill: Backfill) -> Table {
        Table { deployed: true, backfill, ..self.new_table(schema, name) }
    }

    fn new_table(&mut self, schema: &str, name: &str) -> Table {
        Table {
            uuid: self.outside.new_id(),
            fields: object(json!({"schema": schema, "name": name})),
            deployed: false,
            backfill: Backfill::None,
            history: Backfill::None,
            stamps: self.stamps,
        }
    }
}

impl Table {
    fn with(mut self, fields: Value) -> Self {
        self.fields.extend(object(fields));
        self
    }
}
