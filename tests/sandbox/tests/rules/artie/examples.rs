//! The examples of the tools' documentation, sent to the demo company: each finds what it talks about.

use serde_json::{Value, json};

use super::support::Bench;

const PIPELINE: &str = "c9b1f0de-6a57-4c44-9d0e-3f1b6d0a7e21";
const READER: &str = "4d6c0f0a-58f3-4a7e-9d0e-6b4b6c2a9a10";
const SOURCE: &str = "9e4d2c1b-8a7f-4e6d-b5c4-3a2918273645";
const DESTINATION: &str = "a2b7d9c1-7f35-4e21-8a2c-1f0d9e3b7c55";
const SALT: &str = "0f3c6a9e-2b1d-4f7a-8e55-7d9c1b2a3f40";
const KEY: &str = "3a5b7c9d-1e2f-4a6b-8c0d-2e4f6a8b0c1d";
const INGESTION_KEY: &str = "6f8a0b2c-4d5e-4f7a-9b1c-3d5e7f9a1b2c";
const TUNNEL: &str = "5b8e7d6c-4a3f-4e2d-9c1b-0a9f8e7d6c5b";
const LINK: &str = "8c7b6a59-4837-4261-9504-f3e2d1c0b9a8";
const ORACLE: &str = "51627384-95a6-4b7c-88d9-eafb0c1d2e45";
const DYNAMODB: &str = "62738495-a6b7-4c8d-99ea-fb0c1d2e3f56";
const HUBSPOT_READER: &str = "738495a6-b7c8-4d9e-8a0b-1c2d3e4f5061";
const COMPANY: &str = "11aa5c3e-4d2b-4a90-8f17-6e5d4c3b2a10";
const ENVIRONMENT: &str = "22bb6d4f-5e3c-4ba1-9028-7f6e5d4c3b21";
const TABLE: &str = "7c1e4b8a-90d2-4e6f-a1b3-5c2d8f7e6a90";
const SERVICE: &str = "com.amazonaws.vpce.us-east-1.vpce-svc-0a1b2c3d4e5f67890";

fn postgres() -> Value {
    json!({"type": "postgresql",
        "sharedConfig": {"host": "db.internal.acme.test", "port": 5432, "user": "artie", "password": "correct-horse"}})
}

fn snowflake() -> Value {
    json!({"uuid": DESTINATION, "type": "snowflake", "sharedConfig": {"username": "ARTIE", "virtualDWH": "ARTIE_WH",
        "accountURL": "https://acme-eu1.snowflakecomputing.com", "password": "correct-horse"}})
}

fn reader(database: &str, settings: &Value) -> Value {
    json!({"uuid": READER, "name": "orders reader", "companyUUID": COMPANY, "environmentUUID": ENVIRONMENT,
        "dataPlaneName": "aws-us-east-1", "connectorUUID": SOURCE, "status": "running", "isValid": true,
        "isShared": false, "database": database, "containerName": "", "settings": settings})
}

fn pipeline(tables: &Value, others: Value) -> Value {
    let base = json!({"name": "orders pg → snowflake", "sourceReaderUUID": READER, "destinationUUID": DESTINATION,
        "specificDestCfg": {"database": "ANALYTICS", "schema": "PUBLIC"}, "tables": tables});
    super::support::merged(base, others)
}

/// Sends examples to a fresh demo each and compares the statuses.
async fn expect(examples: Vec<(&str, String, Value, u16)>) {
    for (method, path, body, wanted) in examples {
        let bench = Bench::demo();
        let body = (!body.is_null()).then_some(body);
        let (status, answer) = bench.send(method, &path, body).await;
        assert_eq!(status, wanted, "{method} {path}: {answer}");
        assert!(status != 200 || answer.get("error").is_none(), "{method} {path}: {answer}");
    }
}

#[tokio::test]
async fn examples_of_pipelines() {
    let at = |action: &str| format!("/pipelines/{PIPELINE}{action}");
    let hashed =
        json!([{"name": "orders", "schema": "public", "advancedSettings": {"columnsToHash": ["email"]}}]);
    let others = json!({"columnHashingSaltUUID": SALT, "advancedSettings": {"enableSoftDelete": true, "flushIntervalSeconds": 60}});
    let known = json!({"uuid": TABLE, "name": "orders", "schema": "public"});
    let refunds = json!({"name": "refunds", "schema": "public", "enableHistoryMode": true});
    let plain = json!([{"name": "orders", "schema": "public"}]);
    let settings = json!({"replicationSlotOverride": "artie_orders", "enableHeartbeats": true});
    expect(vec![
        ("GET", "/pipelines".to_owned(), Value::Null, 200),
        ("GET", at("?includeRelatedObjects=true"), Value::Null, 200),
        ("POST", "/pipelines".to_owned(), json!({"pipeline": pipeline(&hashed, others)}), 200),
        ("POST", at(""), json!({"pipeline": pipeline(&json!([known, refunds]), json!({}))}), 200),
        ("DELETE", at(""), Value::Null, 204),
        ("POST", at("/start"), Value::Null, 204),
        ("POST", at("/start"), json!({"disableBackFill": true}), 204),
        ("POST", at("/status"), json!({"status": "paused"}), 200),
        ("POST", at("/backfill/cancel"),
            json!({"tableUUIDs": [TABLE], "historyTableUUIDs": [], "optionalReason": "peak traffic"}), 204),
        ("POST", at("/detect-schema-changes"), Value::Null, 204),
        ("POST", at("/update-with-source-reader"),
            json!({"pipeline": pipeline(&json!([known]), json!({})), "sourceReader": reader("orders", &settings)}), 200),
        ("POST", "/pipelines/create-from-source".to_owned(),
            json!({"sourceConnectorUUID": SOURCE, "destinationType": "snowflake"}), 200),
        ("POST", "/pipelines/validate-unsaved-source".to_owned(),
            json!({"sourceReaderUUID": READER, "validateTables": true, "tables": plain}), 204),
        ("POST", "/pipelines/validate-unsaved-destination".to_owned(),
            json!({"destinationUUID": DESTINATION, "specificCfg": {"database": "ANALYTICS", "schema": "PUBLIC"},
                "sourceType": "postgresql", "tables": plain}), 204),
    ])
    .await;
}

#[tokio::test]
async fn examples_of_connectors() {
    let at = |action: &str| format!("/connectors/{SOURCE}{action}");
    let below = |action: &str| format!("/connectors/{action}");
    let wrapped = |body: Value| super::support::merged(json!({"connector": postgres()}), body);
    let loaded = |body: Value| super::support::merged(json!({"connector": snowflake()}), body);
    let update = json!({"label": "orders-prod", "sshTunnelUUID": TUNNEL});
    let column =
        json!({"name": "ID", "metadata": {"dataType": "NUMBER", "notNull": true, "isPrimaryKey": true}});
    let shadow = json!({"database": "ORCLPDB1", "tables": [{"schema": "SALES", "name": "ORDERS", "columns": [column]}]});
    expect(vec![
        ("GET", at(""), Value::Null, 200),
        (
            "POST",
            "/connectors".to_owned(),
            super::support::merged(postgres(), json!({"label": "orders-prod"})),
            200,
        ),
        ("POST", "/connectors".to_owned(), super::support::merged(snowflake(), json!({"uuid": null})), 200),
        ("POST", at(""), super::support::merged(postgres(), update), 200),
        ("DELETE", at(""), Value::Null, 204),
        ("POST", below("ping"), postgres(), 204),
        ("POST", below("databases"), postgres(), 200),
        ("POST", below("schemas"), wrapped(json!({"databaseName": "orders"})), 200),
        ("POST", below("tables"), wrapped(json!({"databaseName": "orders", "schemaName": "public"})), 200),
        ("GET", at("/detail?schemaName=public&tableName=users"), Value::Null, 200),
        ("POST", below("postgres-publications"), wrapped(json!({"databaseName": "orders"})), 200),
        ("POST", below("new-database"), loaded(json!({"name": "STAGING"})), 204),
        // The database is there already.
        ("POST", below("new-database"), loaded(json!({"name": "ANALYTICS"})), 400),
        ("POST", below("new-schema"), loaded(json!({"databaseName": "ANALYTICS", "name": "ORDERS"})), 204),
        ("POST", below("new-snowflake-warehouse"), loaded(json!({"name": "artie_sync_compute"})), 204),
        ("POST", at("/postgres-drop-replication-slot"), json!({"slotName": "artie_old"}), 204),
        ("POST", below(&format!("{ORACLE}/generate-shadow-script")), shadow, 200),
        (
            "POST",
            below(&format!("{DYNAMODB}/start-dynamodb-export")),
            json!({"s3Bucket": "acme-exports", "s3Prefix": "artie/"}),
            200,
        ),
        ("POST", "/data-catalog/search".to_owned(), json!({"query": "billing_events"}), 200),
    ])
    .await;
}

#[tokio::test]
async fn examples_of_source_readers() {
    let at = |action: &str| format!("/source-readers/{READER}{action}");
    let shared = json!({"connectorUUID": SOURCE, "name": "shared orders reader", "database": "orders", "isShared": true,
        "tablesConfig": {"public.orders": {"schema": "public", "name": "orders", "excludeColumns": ["card_number"]}}});
    let heartbeats = json!({"replicationSlotOverride": "artie_orders", "enableHeartbeats": true});
    expect(vec![
        ("GET", "/source-readers".to_owned(), Value::Null, 200),
        ("GET", at(""), Value::Null, 200),
        (
            "POST",
            "/source-readers".to_owned(),
            json!({"connectorUUID": SOURCE, "name": "staging-db-replica",
            "database": "staging", "settings": {"replicationSlotOverride": "artie_staging"}}),
            200,
        ),
        ("POST", "/source-readers".to_owned(), shared, 200),
        ("POST", at(""), reader("orders", &heartbeats), 200),
        // It is in use, and it is not shared.
        ("DELETE", at(""), Value::Null, 400),
        ("POST", at("/deploy"), Value::Null, 400),
        ("POST", at("/status"), json!({"status": "paused"}), 400),
        (
            "POST",
            "/source-readers/validate-unsaved".to_owned(),
            json!({"sourceReader": {"connectorUUID": SOURCE,
            "name": "staging-db-replica", "database": "orders"}}),
            204,
        ),
    ])
    .await;
}

#[tokio::test]
async fn examples_of_secrets_and_networking() {
    let salts = |action: &str| format!("/column-hashing-salts/{SALT}{action}");
    let key = format!("/encryption-keys/{KEY}");
    let ingestion = format!("/ingestion-api-keys/{INGESTION_KEY}");
    let (tunnel, link) = (format!("/ssh-tunnels/{TUNNEL}"), format!("/privatelink-connections/{LINK}"));
    let service = json!({"name": "orders link", "vpcServiceName": SERVICE, "availabilityZoneIds": ["use1-az1", "use1-az2"]});
    let bastion = json!({"name": "bastion", "host": "bastion-2.acme.test", "port": 22, "username": "artie",
        "publicKey": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ artie", "companyUUID": COMPANY,
        "environmentUUID": ENVIRONMENT, "uuid": TUNNEL});
    expect(vec![
        ("GET", "/column-hashing-salts".to_owned(), Value::Null, 200),
        ("GET", salts(""), Value::Null, 200),
        (
            "POST",
            "/column-hashing-salts".to_owned(),
            json!({"name": "pii", "description": "E-mail addresses"}),
            200,
        ),
        ("POST", salts(""), json!({"name": "pii 2026"}), 200),
        ("POST", salts("/preview"), json!({"value": "jane@acme.test"}), 200),
        // A pipeline hashes with it.
        ("DELETE", salts(""), Value::Null, 400),
        ("GET", "/encryption-keys".to_owned(), Value::Null, 200),
        ("GET", key.clone(), Value::Null, 200),
        ("POST", "/encryption-keys".to_owned(), json!({"name": "card data"}), 200),
        ("POST", key.clone(), json!({"name": "card data 2026"}), 200),
        ("DELETE", key, Value::Null, 204),
        (
            "POST",
            "/ingestion-api-keys".to_owned(),
            json!({"sourceReaderUUID": HUBSPOT_READER, "name": "webshop"}),
            200,
        ),
        ("POST", ingestion.clone(), json!({"expiresAt": "2027-01-31T00:00:00Z"}), 200),
        ("DELETE", ingestion, Value::Null, 204),
        ("GET", tunnel.clone(), Value::Null, 200),
        (
            "POST",
            "/ssh-tunnels".to_owned(),
            json!({"name": "bastion", "host": "bastion.acme.test", "port": 22, "username": "artie"}),
            200,
        ),
        ("POST", tunnel.clone(), bastion, 200),
        // Connectors go through both.
        ("DELETE", tunnel, Value::Null, 400),
        ("GET", link.clone(), Value::Null, 200),
        ("POST", "/privatelink-connections".to_owned(), service.clone(), 200),
        ("POST", link.clone(), service, 200),
        ("DELETE", link, Value::Null, 400),
    ])
    .await;
}
