//! No input makes the simulator panic, and every answer is empty or JSON.

use serde_json::{Value, json};
use toolpress_sandbox::artie::Artie;

use super::support::Bench;

const PRODUCTION: &str = "9e4d2c1b-8a7f-4e6d-b5c4-3a2918273645";
const PIPELINE: &str = "c9b1f0de-6a57-4c44-9d0e-3f1b6d0a7e21";
const READER: &str = "4d6c0f0a-58f3-4a7e-9d0e-6b4b6c2a9a10";

fn paths() -> Vec<String> {
    let collections = [
        "column-hashing-salts",
        "connectors",
        "encryption-keys",
        "ingestion-api-keys",
        "pipelines",
        "privatelink-connections",
        "source-readers",
        "ssh-tunnels",
        "connectors/databases",
        "connectors/new-database",
        "connectors/new-schema",
        "connectors/new-snowflake-warehouse",
        "connectors/ping",
        "connectors/postgres-publications",
        "connectors/schemas",
        "connectors/tables",
        "data-catalog/search",
        "pipelines/create-from-source",
        "pipelines/validate-unsaved-destination",
        "pipelines/validate-unsaved-source",
        "source-readers/validate-unsaved",
    ];
    let items = [
        ("column-hashing-salts", "0f3c6a9e-2b1d-4f7a-8e55-7d9c1b2a3f40", "/preview"),
        ("connectors", PRODUCTION, ""),
        ("connectors", PRODUCTION, "/generate-shadow-script"),
        ("connectors", PRODUCTION, "/postgres-drop-replication-slot"),
        ("connectors", PRODUCTION, "/start-dynamodb-export"),
        ("encryption-keys", "3a5b7c9d-1e2f-4a6b-8c0d-2e4f6a8b0c1d", ""),
        ("ingestion-api-keys", "6f8a0b2c-4d5e-4f7a-9b1c-3d5e7f9a1b2c", ""),
        ("pipelines", PIPELINE, ""),
        ("pipelines", PIPELINE, "/backfill/cancel"),
        ("pipelines", PIPELINE, "/start"),
        ("pipelines", PIPELINE, "/status"),
        ("pipelines", PIPELINE, "/update-with-source-reader"),
        ("privatelink-connections", "8c7b6a59-4837-4261-9504-f3e2d1c0b9a8", ""),
        ("source-readers", READER, ""),
        ("source-readers", READER, "/status"),
        ("ssh-tunnels", "5b8e7d6c-4a3f-4e2d-9c1b-0a9f8e7d6c5b", ""),
        ("pipelines", "%ff%00%2F..%2F", ""),
        ("connectors", "%F0%9F%A6%80", "/detail?schemaName=%ff&isView=x"),
    ];
    let collections = collections.iter().map(|path| format!("/{path}"));
    collections
        .chain(items.iter().map(|(resource, id, action)| format!("/{resource}/{id}{action}")))
        .collect()
}

const KEYS: [&str; 40] = [
    "name",
    "type",
    "sharedConfig",
    "uuid",
    "label",
    "connector",
    "databaseName",
    "schemaName",
    "forceRefresh",
    "query",
    "pipeline",
    "sourceReader",
    "sourceReaderUUID",
    "connectorUUID",
    "database",
    "settings",
    "tablesConfig",
    "isShared",
    "tables",
    "validateTables",
    "specificCfg",
    "destination",
    "destinationUUID",
    "sourceConnector",
    "sourceType",
    "sourceConnectorUUID",
    "advancedSettings",
    "tableUUIDs",
    "historyTableUUIDs",
    "status",
    "keepPaused",
    "slotName",
    "s3Bucket",
    "value",
    "salt",
    "kmsKeyUUID",
    "expiresAt",
    "host",
    "port",
    "availabilityZoneIds",
];

fn values() -> Vec<Value> {
    let odd = vec![
        json!(null),
        json!(true),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!("…\u{0}🦀"),
        json!("draft"),
        json!(PRODUCTION),
        json!([]),
        json!([null, 1, "x", {}, []]),
        json!([{"name": "orders", "advancedSettings": {"ctidSettings": {"enabled": true, "chunkSize": u64::MAX}}}]),
        json!({}),
        json!({"": null, "type": "postgresql", "sharedConfig": {"host": "://@/?", "user": "x", "port": 1e9}}),
        json!({"type": "mongodb", "sharedConfig": {"host": "mongodb+srv://a:b@/é?x"}}),
        json!({"type": "snowflake", "sharedConfig": {"accountURL": "https://", "username": "é", "virtualDWH": "🦀"}}),
        json!({"name": "x", "sourceReaderUUID": READER, "tables": [{"name": "é", "schema": "🦀"}], "advancedSettings": []}),
        json!({"name": "x", "sourceReaderUUID": READER, "advancedSettings": {"autoReplicateNewTables": true, "autoReplicateIgnoreRegex": "(["}}),
        json!({"uuid": READER, "connectorUUID": PRODUCTION, "settings": {"databasesToSync": [1]}, "tablesConfig": {"a": 5}}),
        json!({"public.x": {"schema": {}, "name": []}}),
    ];
    odd
}

#[tokio::test]
async fn junk_is_answered() {
    for path in paths() {
        let bench = Bench::demo();
        bench.simulated.set_validations_per_minute(None);
        for key in KEYS {
            for value in values() {
                let mut body =
                    json!({"name": "junk", "tables": [], "validateTables": true, "type": "postgresql"});
                body[key] = value;
                let (status, answer) = bench.post(&path, body.clone()).await;
                assert!((200..500).contains(&status), "{path} {body}: {status} {answer}");
                assert!(status < 400 || answer["error"].is_string(), "{path} {body}: {answer}");
            }
        }
        // Time goes on, and everything can still be looked at.
        bench.pass(30);
        let (_, list) = bench.get("/pipelines").await;
        for pipeline in list["items"].as_array().expect("items").iter().rev().take(10) {
            let uuid = pipeline["uuid"].as_str().expect("a uuid");
            assert_eq!(bench.get(&format!("/pipelines/{uuid}?includeRelatedObjects=true")).await.0, 200);
        }
        assert_eq!(bench.get("/source-readers").await.0, 200, "{path}");
    }
}

#[tokio::test]
async fn bodies_that_are_no_objects_are_refused() {
    let bench = Bench::demo();
    let token = format!("Bearer {}", Artie::TOKEN);
    for text in ["[]", "null", "5", "{\"a\":", "\u{feff}{}", "\"\""] {
        let (status, _) = bench.raw("POST", "/pipelines", &[("authorization", &token)], text).await;
        assert_eq!(status, 400, "{text}");
    }
}
