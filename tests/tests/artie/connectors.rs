//! The settings of connectors: which keys belong to which type is known before anything is sent.

use crate::world::recorded;
use serde_json::{Value, json};

const CREATE: &str = "create_a_artie_connector";
const PING: &str = "artie_connectors_ping";
const TABLES: &str = "artie_connectors_fetch_tables";

fn postgres() -> Value {
    json!({ "host": "db.internal.acme.test", "user": "artie", "password": "correct-horse" })
}

#[tokio::test]
async fn keys_that_a_type_does_not_take_are_refused_before_anything_is_sent() {
    let (client, recorder) = recorded().await;
    let with = |key: &str, value: Value| {
        let mut config = postgres();
        config[key] = value;
        json!({ "type": "postgresql", "sharedConfig": config })
    };
    let bare = |kind: &str| json!({ "type": kind, "sharedConfig": {} });
    let table = [
        (with("hots", json!("h")), "`sharedConfig.hots` is unknown; did you mean `host`?"),
        (
            with("username", json!("a")),
            "`sharedConfig.username` does not go with type `postgresql`, only with mssql, snowflake, redshift",
        ),
        (with("port", json!("x")), "`sharedConfig.port` must be"),
        (bare("postgresql"), "`sharedConfig.user` is required"),
        (bare("mssql"), "`sharedConfig.username` is required"),
        (bare("dynamodb"), "`sharedConfig.streamsArn` is required"),
        (bare("iceberg"), "`sharedConfig.provider` is required"),
        (json!({ "type": "postgressql", "sharedConfig": postgres() }), "did you mean `postgresql`?"),
    ];
    for (arguments, wanted) in table {
        for tool in [CREATE, PING] {
            let (_, text) = client.fail(tool, arguments.clone()).await;
            assert!(text.contains(wanted), "{tool}: no {wanted:?} in {text}");
            assert!(!text.contains("correct-horse"), "{text}");
        }
        // The same where the connector is one argument among others.
        let inner = json!({ "connector": arguments, "databaseName": "orders" });
        let (_, text) = client.fail(TABLES, inner).await;
        let wanted = wanted.replace("`sharedConfig.", "`connector.sharedConfig.");
        assert!(text.contains(&wanted), "{TABLES}: no {wanted:?} in {text}");
    }
    assert!(recorder.seen().is_empty());
}

/// Saved connectors carry the keys of other types as empty texts, and updates send all of them back.
#[tokio::test]
async fn blank_keys_of_other_types_are_left_out() {
    let (client, recorder) = recorded().await;
    let mut config = postgres();
    config["username"] = json!("");
    config["streamsArn"] = Value::Null;
    client.done(CREATE, json!({ "type": "postgresql", "sharedConfig": config })).await;
    assert_eq!(recorder.only().json()["sharedConfig"], postgres());
}

#[tokio::test]
async fn types_whose_keys_are_not_published_take_any() {
    let (client, recorder) = recorded().await;
    let config = json!({ "anything": { "nested": 1 }, "host": "h" });
    client.done(CREATE, json!({ "type": "clickhouse", "sharedConfig": config })).await;
    let sent = recorder.only().json()["sharedConfig"].clone();
    assert_eq!((&sent["anything"], &sent["host"]), (&config["anything"], &config["host"]));
}

#[tokio::test]
async fn every_key_tells_the_types_that_take_it() {
    let (client, _) = recorded().await;
    let tool = client.tool(CREATE).await;
    let schema = &tool["inputSchema"]["properties"];
    let types = schema["type"]["enum"].as_array().expect("types");
    let config = schema["sharedConfig"]["properties"].as_object().expect("keys");
    for (key, told) in config {
        let told = told["description"].as_str().expect("a description");
        let takers = told.split(':').next().unwrap_or_default().split(", ");
        for taker in takers {
            assert!(types.contains(&json!(taker.trim_end_matches('*'))), "{key}: {told}");
        }
    }
    assert_eq!(config["user"]["description"], "postgresql*, oracle*, mysql*, cockroach*, mongodb");
}
