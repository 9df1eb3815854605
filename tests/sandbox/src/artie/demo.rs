//! The demo company: something streaming, something in backfill, something to start, something to connect.
//!
//! The uuids written here are those of the examples in the documentation of the tools, so that every example finds
//! what it talks about.

use jiff::{Span, Timestamp};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::state::{Account, Connector, IngestionKey, Link, Reader, Secret, Stamps, Tunnel};
use super::world::Outside;
use super::{demo_pipelines, demo_servers};

/// The production Postgres connector.
pub(crate) const PRODUCTION: Uuid = Uuid::from_u128(0x9e4d_2c1b_8a7f_4e6d_b5c4_3a29_1827_3645);
/// The Snowflake connector.
pub(crate) const WAREHOUSE: Uuid = Uuid::from_u128(0xa2b7_d9c1_7f35_4e21_8a2c_1f0d_9e3b_7c55);
/// The reader of the production database.
pub(crate) const ORDERS_READER: Uuid = Uuid::from_u128(0x4d6c_0f0a_58f3_4a7e_9d0e_6b4b_6c2a_9a10);
/// The reader that several pipelines share.
const SHARED_READER: Uuid = Uuid::from_u128(0x8495_a6b7_c8d9_4eaf_9b0c_1d2e_3f40_5162);
/// A reader that no pipeline uses.
const SPARE_READER: Uuid = Uuid::from_u128(0x95a6_b7c8_d9ea_4fb0_8c1d_2e3f_4051_6273);
/// The reader of events that are sent by API.
const HUBSPOT_READER: Uuid = Uuid::from_u128(0x7384_95a6_b7c8_4d9e_8a0b_1c2d_3e4f_5061);
/// The salt of personal data.
pub(crate) const SALT: Uuid = Uuid::from_u128(0x0f3c_6a9e_2b1d_4f7a_8e55_7d9c_1b2a_3f40);
const KEY: Uuid = Uuid::from_u128(0x3a5b_7c9d_1e2f_4a6b_8c0d_2e4f_6a8b_0c1d);
const INGESTION_KEY: Uuid = Uuid::from_u128(0x6f8a_0b2c_4d5e_4f7a_9b1c_3d5e_7f9a_1b2c);
const TUNNEL: Uuid = Uuid::from_u128(0x5b8e_7d6c_4a3f_4e2d_9c1b_0a9f_8e7d_6c5b);
const LINK: Uuid = Uuid::from_u128(0x8c7b_6a59_4837_4261_9504_f3e2_d1c0_b9a8);
const MYSQL: Uuid = Uuid::from_u128(0x1d2e_3f40_5162_4738_8495_a6b7_c8d9_eaf1);
const BIGQUERY: Uuid = Uuid::from_u128(0x2e3f_4051_6273_4849_95a6_b7c8_d9ea_fb12);
const STAGING: Uuid = Uuid::from_u128(0x3f40_5162_7384_495a_a6b7_c8d9_eafb_0c23);
const HUBSPOT: Uuid = Uuid::from_u128(0x4051_6273_8495_4a6b_b7c8_d9ea_fb0c_1d34);
const ORACLE: Uuid = Uuid::from_u128(0x5162_7384_95a6_4b7c_88d9_eafb_0c1d_2e45);
const DYNAMODB: Uuid = Uuid::from_u128(0x6273_8495_a6b7_4c8d_99ea_fb0c_1d2e_3f56);

/// Fills an account and the world around it.
pub(crate) fn fill(account: &mut Account, outside: &mut Outside) {
    outside.servers.extend(demo_servers::all());
    let now = outside.now();
    let since = Stamps::at(ago(now, 24 * 30));
    account.tunnels.push(tunnel(account, since));
    account.links.push(link(account, since));
    account.salts.push(secret(SALT, "pii", "E-mail addresses and names", outside, since));
    account.encryption_keys.push(secret(KEY, "card data", "Card numbers in orders", outside, since));
    account.connectors = connectors(since);
    account.readers = readers(outside, since);
    if let Some(reader) = account.readers.iter().find(|reader| reader.connector == HUBSPOT) {
        account.ingestion_keys.push(IngestionKey {
            uuid: INGESTION_KEY,
            reader: reader.uuid,
            name: "webshop".to_owned(),
            last4: "9f3c".to_owned(),
            expires_at: None,
            stamps: since,
        });
    }
    demo_pipelines::fill(account, outside, since);
}

/// The reader of a connector and name, for the pipelines.
pub(crate) fn reader_named(account: &Account, name: &str) -> Option<Uuid> {
    let mut readers = account.readers.iter();
    readers.find(|reader| super::shape::text(&reader.fields, "name") == name).map(|reader| reader.uuid)
}

/// Where `MySQL to BigQuery` and others load into.
pub(crate) fn bigquery() -> Uuid {
    BIGQUERY
}

/// So many hours before.
pub(crate) fn ago(now: Timestamp, hours: i64) -> Timestamp {
    now.checked_sub(Span::new().hours(hours)).unwrap_or(now)
}

/// The members of an object literal.
pub(crate) fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        _ => Map::new(),
    }
}

fn connectors(stamps: Stamps) -> Vec<Connector> {
    let connector = |uuid, kind: &str, label: &str, config: Value, others: Value| {
        let mut fields = object(others);
        fields.insert("label".to_owned(), json!(label));
        Connector { uuid, kind: kind.to_owned(), config: object(config), fields, stamps }
    };
    vec![
        connector(
            PRODUCTION,
            "postgresql",
            "Production Postgres",
            json!({"host": "db.internal.acme.test", "port": 5432, "user": "artie", "password": "correct-horse"}),
            json!({"defaultDatabase": "orders"}),
        ),
        connector(
            WAREHOUSE,
            "snowflake",
            "Primary data warehouse (Snowflake)",
            json!({"accountURL": "https://acme-eu1.snowflakecomputing.com", "virtualDWH": "ARTIE_WH",
                "username": "ARTIE", "password": "correct-horse"}),
            json!({"defaultDatabase": "ANALYTICS"}),
        ),
        connector(
            MYSQL,
            "mysql",
            "Shop MySQL",
            json!({"host": "mysql.internal.acme.test", "port": 3306, "user": "artie", "password": "correct-horse"}),
            json!({"defaultDatabase": "shop", "privateLinkUUID": LINK.to_string()}),
        ),
        connector(
            BIGQUERY,
            "bigquery",
            "Analytics BigQuery",
            json!({"projectID": "acme-analytics", "location": "EU", "credentialsData": "{\"type\":\"service_account\"}"}),
            json!({}),
        ),
        connector(
            STAGING,
            "postgresql",
            "Staging Postgres (staging VPC)",
            json!({"host": "db.staging.acme.test", "port": 5432, "user": "artie_staging", "password": "correct-horse"}),
            json!({"defaultDatabase": "staging", "sshTunnelUUID": TUNNEL.to_string()}),
        ),
        connector(HUBSPOT, "api", "Hubspot events", json!({}), json!({})),
        connector(
            ORACLE,
            "oracle",
            "Sales Oracle",
            json!({"host": "oracle.internal.acme.test", "port": 1521, "user": "C##ARTIE", "password": "correct-horse"}),
            json!({}),
        ),
        connector(
            DYNAMODB,
            "dynamodb",
            "Device state DynamoDB",
            json!({"streamsArn": demo_servers::STREAM, "awsRoleARN": "arn:aws:iam::123456789012:role/artie"}),
            json!({}),
        ),
    ]
}

fn readers(outside: &mut Outside, stamps: Stamps) -> Vec<Reader> {
    let mut reader = |connector: Uuid, name: &str, database: &str, settings: Value| Reader {
        uuid: outside.new_id(),
        connector,
        shared: false,
        status: "draft",
        fields: object(
            json!({"name": name, "database": database, "containerName": "", "settings": settings}),
        ),
        stamps,
    };
    let slot = |name: &str| json!({"replicationSlotOverride": name});
    let mut orders = reader(PRODUCTION, "orders reader", "orders", slot("artie_orders"));
    orders.uuid = ORDERS_READER;
    let mut spare = reader(STAGING, "staging smoke test", "staging", slot("artie_smoke_test"));
    spare.uuid = SPARE_READER;
    let mut hubspot = reader(HUBSPOT, "Hubspot reader", "", json!({}));
    hubspot.uuid = HUBSPOT_READER;
    let mut billing = reader(PRODUCTION, "shared billing reader", "orders", slot("artie_billing"));
    billing.uuid = SHARED_READER;
    billing.shared = true;
    billing.status = "running";
    billing.fields.insert(
        "tablesConfig".to_owned(),
        json!({
            "billing.billing_events": {"schema": "billing", "name": "billing_events"},
            "billing.payments": {"schema": "billing", "name": "payments"},
        }),
    );
    vec![
        orders,
        billing,
        reader(PRODUCTION, "products reader", "orders", slot("artie_products")),
        reader(MYSQL, "shop reader", "shop", json!({})),
        hubspot,
        spare,
        reader(ORACLE, "sales reader", "ORCLPDB1", json!({})),
        reader(DYNAMODB, "device state reader", "", json!({})),
    ]
}

fn secret(uuid: Uuid, name: &str, description: &str, outside: &mut Outside, stamps: Stamps) -> Secret {
    let (name, description) = (name.to_owned(), description.to_owned());
    Secret { uuid, name, description, value: outside.new_secret(), kms: None, stamps }
}

fn tunnel(account: &Account, stamps: Stamps) -> Tunnel {
    Tunnel {
        uuid: TUNNEL,
        environment: account.environment,
        name: "staging bastion".to_owned(),
        host: "bastion.acme.test".to_owned(),
        port: 22,
        username: "artie".to_owned(),
        public_key: "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ artie".to_owned(),
        stamps,
    }
}

fn link(account: &Account, stamps: Stamps) -> Link {
    Link {
        uuid: LINK,
        environment: account.environment,
        name: "orders link".to_owned(),
        service: "com.amazonaws.vpce.us-east-1.vpce-svc-0a1b2c3d4e5f67890".to_owned(),
        zones: vec![json!("use1-az1"), json!("use1-az2")],
        data_plane: None,
        asked_at: stamps.created,
        dictated: None,
        stamps,
    }
}
