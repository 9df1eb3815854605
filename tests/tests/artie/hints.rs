//! What may follow a call, told to programs in `_meta`.

use crate::world::{Client, Recorder, effects, recorded, recorded_with, tags};
use serde_json::{Value, json};

const CREATE: &str = "create_a_artie_pipeline";
const START: &str = "artie_pipelines_start";
const GET: &str = "get_single_artie_pipeline_by_id";
const UUID: &str = "c9b1f0de-6a57-4c44-9d0e-3f1b6d0a7e21";

fn pipeline() -> Value {
    json!({ "pipeline": {
        "name": "orders", "sourceReaderUUID": "4d6c0f0a-58f3-4a7e-9d0e-6b4b6c2a9a10",
        "destinationUUID": "a2b7d9c1-7f35-4e21-8a2c-1f0d9e3b7c55",
        "specificDestCfg": { "database": "ANALYTICS", "schema": "PUBLIC" },
        "tables": [{ "name": "orders", "schema": "public" }],
    } })
}

/// What a call to create a pipeline says may follow.
async fn created(client: &Client, recorder: &Recorder) -> Value {
    recorder.reply(200, &json!({ "uuid": UUID, "name": "orders", "status": "draft" }));
    let result = client.call(CREATE, pipeline()).await;
    assert_eq!(result["isError"], false, "{result}");
    assert_eq!(result["_meta"]["toolpress/status"], 200, "{result}");
    result["_meta"]["toolpress/next"].clone()
}

#[tokio::test]
async fn a_new_pipeline_is_followed_by_its_start_with_the_id_filled_in() {
    let (client, recorder) = recorded().await;
    let next = created(&client, &recorder).await;
    assert_eq!(next, json!([{ "tool": START, "arguments": { "id": UUID } }]));
    // What was filled in is a call as it stands.
    recorder.seen();
    client.done(START, next[0]["arguments"].clone()).await;
    assert_eq!(recorder.only().line, format!("POST /pipelines/{UUID}/start"));
}

#[tokio::test]
async fn a_start_is_followed_by_polling_with_the_argument_it_was_given() {
    let (client, recorder) = recorded().await;
    recorder.reply_nothing();
    let result = client.call(START, json!({ "id": UUID })).await;
    let until = json!({ "field": "isDeploying", "values": [false] });
    let next = json!([{ "tool": GET, "arguments": { "id": UUID }, "until": until }]);
    assert_eq!(result["_meta"]["toolpress/next"], next);
    recorder.reply_nothing();
    let cancel = json!({ "id": UUID, "tableUUIDs": [UUID], "historyTableUUIDs": [] });
    let result = client.call("artie_pipelines_cancel_backfill", cancel).await;
    let until = json!({ "field": "hasBackfillingTables", "values": [false] });
    let next = json!([{ "tool": GET, "arguments": { "id": UUID }, "until": until }]);
    assert_eq!(result["_meta"]["toolpress/next"], next);
}

#[tokio::test]
async fn what_is_filtered_out_is_no_hint() {
    let (client, recorder) = recorded_with(&toolpress_core::Filter {
        methods: Some(vec!["create".to_owned()]),
        ..toolpress_core::Filter::default()
    })
    .await;
    assert!(!client.names().await.contains(&START.to_owned()));
    assert_eq!(created(&client, &recorder).await, Value::Null);

    let (client, recorder) = recorded_with(&tags(&["pipelines"])).await;
    assert_eq!(created(&client, &recorder).await[0]["tool"], START, "it is there where it can be seen");

    let (client, recorder) = recorded_with(&effects(&["write"])).await;
    recorder.reply_nothing();
    let result = client.call(START, json!({ "id": UUID })).await;
    assert_eq!(result["isError"], false);
    assert!(result["_meta"].get("toolpress/next").is_none(), "{result}");
}

#[tokio::test]
async fn a_failure_is_followed_by_nothing() {
    let (client, recorder) = recorded().await;
    recorder.reply(400, &json!({ "error": "specificDestCfg.schema is required" }));
    let result = client.call(CREATE, pipeline()).await;
    assert_eq!(result["isError"], true);
    assert!(result["_meta"].get("toolpress/next").is_none(), "{result}");
}

/// What is filled in comes from one record: a list leaves the choice to the model.
#[tokio::test]
async fn a_list_chooses_no_record() {
    let (client, recorder) = recorded().await;
    let table = json!({ "databaseName": "orders", "schemaName": "public", "name": "users" });
    let found = json!({ "connectorUUID": UUID, "score": 1.0, "object": { "table": table } });
    recorder.reply(200, &json!({ "items": [found, found] }));
    let result = client.call("artie_data_catalog_search", json!({ "query": "users" })).await;
    let next = result["_meta"]["toolpress/next"].as_array().expect("hints").clone();
    assert_eq!(next.len(), 2, "{result}");
    assert!(next.iter().all(|hint| hint["arguments"] == json!({})), "{result}");
}

/// Secrets of a call are not said again.
#[tokio::test]
async fn a_ping_is_followed_by_saving_without_the_password() {
    let (client, recorder) = recorded().await;
    recorder.reply_nothing();
    let config = json!({ "host": "db.acme.test", "user": "artie", "password": "correct-horse" });
    let result =
        client.call("artie_connectors_ping", json!({ "type": "postgresql", "sharedConfig": config })).await;
    let next = json!([{ "tool": "create_a_artie_connector", "arguments": { "type": "postgresql" } }]);
    assert_eq!(result["_meta"]["toolpress/next"], next);
    assert!(!result.to_string().contains("correct-horse"), "{result}");
}
