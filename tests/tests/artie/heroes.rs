//! The prompts of the articles about Artie, each as the one call it comes down to.

use crate::world::{Client, Recorder, recorded};
use serde_json::{Value, json};

const PIPELINE: &str = "c9b1f0de-6a57-4c44-9d0e-3f1b6d0a7e21";
const CONNECTOR: &str = "9e4d2c1b-8a7f-4e6d-b5c4-3a2918273645";

/// Request line and body of a call that must go well, and what the model is told.
async fn hero(client: &Client, recorder: &Recorder, tool: &str, arguments: Value) -> (String, Value, Value) {
    let told = client.done(tool, arguments).await;
    let seen = recorder.only();
    let body = if seen.body.is_empty() { Value::Null } else { seen.json() };
    (seen.line, body, told)
}

#[tokio::test]
async fn row_110_fetch_the_details_of_users() {
    let (client, recorder) = recorded().await;
    let id =
        json!({ "name": "id", "metadata": { "dataType": "bigint", "isPrimaryKey": true, "notNull": true } });
    let table = json!({ "schema": "public", "name": "users", "columns": [id], "isView": false });
    recorder.reply(200, &table);
    let arguments = json!({ "id": CONNECTOR, "schemaName": "public", "tableName": "users", "isView": false });
    let tool = "artie_connectors_fetch_table_details";
    let (line, body, told) = hero(&client, &recorder, tool, arguments).await;
    let query = "schemaName=public&tableName=users&isView=false";
    assert_eq!(line, format!("GET /connectors/{CONNECTOR}/detail?{query}"));
    assert_eq!((body, told), (Value::Null, table));
}

#[tokio::test]
async fn row_111_start_a_pipeline() {
    let (client, recorder) = recorded().await;
    for (given, sent) in [
        (json!({ "id": PIPELINE }), json!({})),
        (json!({ "id": PIPELINE, "disableBackFill": true }), json!({ "disableBackFill": true })),
        (json!({ "keepPaused": true, "id": PIPELINE }), json!({ "keepPaused": true })),
    ] {
        recorder.reply_nothing();
        let (line, body, told) = hero(&client, &recorder, "artie_pipelines_start", given).await;
        assert_eq!(line, format!("POST /pipelines/{PIPELINE}/start"));
        assert_eq!((body, told), (sent, Value::Null));
    }
}

#[tokio::test]
async fn row_112_cancel_a_backfill() {
    let (client, recorder) = recorded().await;
    recorder.reply_nothing();
    let table = "7c1e4b8a-90d2-4e6f-a1b3-5c2d8f7e6a90";
    let arguments = json!({ "tableUUIDs": [table], "id": PIPELINE, "historyTableUUIDs": [] });
    let tool = "artie_pipelines_cancel_backfill";
    let (line, body, _) = hero(&client, &recorder, tool, arguments).await;
    assert_eq!(line, format!("POST /pipelines/{PIPELINE}/backfill/cancel"));
    assert_eq!(body, json!({ "tableUUIDs": [table], "historyTableUUIDs": [] }));
}

#[tokio::test]
async fn row_113_create_the_reader_of_a_staging_replica() {
    let (client, recorder) = recorded().await;
    let reader =
        json!({ "uuid": PIPELINE, "name": "staging-db-replica", "status": "draft", "isValid": true });
    recorder.reply(200, &reader);
    let arguments =
        json!({ "connectorUUID": CONNECTOR, "name": "staging-db-replica", "database": "staging" });
    let tool = "create_a_artie_source_reader";
    let (line, body, told) = hero(&client, &recorder, tool, arguments.clone()).await;
    assert_eq!((line.as_str(), body), ("POST /source-readers", arguments));
    assert_eq!(told, reader);
}

#[tokio::test]
async fn row_114_search_the_catalogue() {
    let (client, recorder) = recorded().await;
    let table = json!({ "databaseName": "orders", "schemaName": "billing", "name": "billing_events" });
    let found = json!([{ "connectorUUID": CONNECTOR, "score": 1.0, "object": { "table": table } }]);
    recorder.reply(200, &json!({ "items": found }));
    let query = json!({ "query": "billing_events" });
    let (line, body, told) = hero(&client, &recorder, "artie_data_catalog_search", query.clone()).await;
    assert_eq!((line.as_str(), body, told), ("POST /data-catalog/search", query, found));
}

#[tokio::test]
async fn row_115_create_a_warehouse() {
    let (client, recorder) = recorded().await;
    recorder.reply_nothing();
    let connector = json!({ "uuid": CONNECTOR, "type": "snowflake" });
    let arguments = json!({ "name": "artie_sync_compute", "connector": connector });
    let tool = "artie_connectors_create_snowflake_warehouse";
    let (line, body, _) = hero(&client, &recorder, tool, arguments.clone()).await;
    assert_eq!((line.as_str(), body), ("POST /connectors/new-snowflake-warehouse", arguments));
}

#[tokio::test]
async fn row_117_the_pipelines_come_with_id_and_status() {
    let (client, recorder) = recorded().await;
    let light = |name: &str, status: &str| json!({ "uuid": PIPELINE, "name": name, "status": status, "hasBackfillingTables": false });
    let pipelines = json!([light("MySQL to BigQuery", "paused"), light("orders", "running")]);
    recorder.reply(200, &json!({ "items": pipelines }));
    let (line, body, told) = hero(&client, &recorder, "list_all_artie_pipelines", json!({})).await;
    assert_eq!((line.as_str(), body, told), ("GET /pipelines", Value::Null, pipelines));
    // The list of readers has no envelope.
    let readers = json!([{ "uuid": CONNECTOR, "name": "orders reader" }]);
    recorder.reply(200, &readers);
    let (line, _, told) = hero(&client, &recorder, "list_all_artie_source_readers", json!({})).await;
    assert_eq!((line.as_str(), told), ("GET /source-readers", readers));
}

#[tokio::test]
async fn row_118_pause_a_pipeline() {
    let (client, recorder) = recorded().await;
    for status in ["paused", "transfer paused", "running"] {
        recorder.reply(200, &json!({ "pipeline": { "uuid": PIPELINE, "name": "orders", "status": status } }));
        let arguments = json!({ "id": PIPELINE, "status": status });
        let tool = "artie_pipelines_update_status";
        let (line, body, told) = hero(&client, &recorder, tool, arguments).await;
        assert_eq!(line, format!("POST /pipelines/{PIPELINE}/status"));
        assert_eq!(body, json!({ "status": status }));
        assert_eq!(
            (&told["pipeline"]["uuid"], &told["pipeline"]["status"]),
            (&json!(PIPELINE), &json!(status))
        );
    }
    let typo =
        client.call("artie_pipelines_update_status", json!({ "id": PIPELINE, "status": "pause" })).await;
    assert_eq!(typo["isError"], true);
    assert_eq!(recorder.seen().len(), 0);
}
