//! What is made and removed on the servers, and deleting connectors: rules 110, 112 and 115.

use serde_json::{Value, json};

use super::support::{ACCOUNT, Bench, HOST, NOBODY, done, merged, pg, refused, sf};

#[tokio::test]
async fn rule_110_things_are_created_once() {
    let bench = Bench::empty();
    let again = async |path: &str, body: Value, noun: &str| {
        let body = merged(json!({"connector": sf()}), body);
        assert_eq!(bench.post(path, body.clone()).await, done(), "{path}");
        assert_eq!(bench.post(path, body).await, refused(400, &format!("{noun} already exists")));
    };
    again("/connectors/new-database", json!({"name": "RAW"}), "database \"RAW\"").await;
    let body = json!({"databaseName": "RAW", "name": "SHOP"});
    again("/connectors/new-schema", body, "schema \"SHOP\"").await;
    let body = json!({"name": "artie_sync_compute"});
    again("/connectors/new-snowflake-warehouse", body, "warehouse \"artie_sync_compute\"").await;
    // All of it is there.
    let (_, list) = bench.post("/connectors/databases", sf()).await;
    assert_eq!(list["items"][1]["name"], "RAW");
    let (_, list) =
        bench.post("/connectors/schemas", json!({"connector": sf(), "databaseName": "RAW"})).await;
    assert_eq!(list, json!({"items": [{"name": "SHOP"}]}));
    assert_eq!(bench.simulated.warehouses(ACCOUNT), ["WH", "artie_sync_compute"]);
    let mut moved = sf();
    moved["sharedConfig"]["virtualDWH"] = json!("artie_sync_compute");
    assert_eq!(bench.post("/connectors/ping", moved).await, done());
}

#[tokio::test]
async fn rule_110_what_cannot_be_created_is_refused() {
    let bench = Bench::empty();
    let post = async |path: &str, body: Value| bench.post(path, body).await;
    let refusal = refused(400, "warehouses can only be created through a snowflake connector");
    let body = json!({"connector": pg(), "name": "X"});
    assert_eq!(post("/connectors/new-snowflake-warehouse", body).await, refusal);
    let body = json!({"connector": sf()});
    assert_eq!(post("/connectors/new-snowflake-warehouse", body).await, refused(400, "name is required"));
    let body = json!({"connector": sf(), "databaseName": "GONE", "name": "X"});
    assert_eq!(post("/connectors/new-schema", body).await, refused(400, "database \"GONE\" does not exist"));
}

#[tokio::test]
async fn rule_112_deleting_a_connector_stops_its_pipelines() {
    for of in ["source", "destination"] {
        let (bench, built) = Bench::streaming().await;
        let uuid = if of == "source" { &built.source } else { &built.destination };
        assert_eq!(bench.delete(&format!("/connectors/{uuid}")).await, done());
        let (_, pipeline) = bench.pipeline(&built.pipeline).await;
        assert_eq!(pipeline["status"], "paused", "{of}");
        assert_eq!(bench.act(&built.pipeline, "start", json!({})).await.0, 400);
        let (status, all) =
            bench.get(&format!("/pipelines/{}?includeRelatedObjects=true", built.pipeline)).await;
        assert_eq!((status, all["sourceConnector"].is_null()), (200, of == "source"));
    }
}

#[tokio::test]
async fn rule_115_only_slots_nobody_reads_are_dropped() {
    let (bench, built) = Bench::built().await;
    let drop = async |uuid: &str, slot: Value| {
        let path = format!("/connectors/{uuid}/postgres-drop-replication-slot");
        bench.post(&path, json!({"slotName": slot})).await
    };
    assert_eq!(drop(&built.source, json!("live")).await, refused(400, "replication slot \"live\" is active"));
    assert_eq!(drop(&built.source, json!("old")).await, done());
    assert_eq!(
        drop(&built.source, json!("old")).await,
        refused(404, "replication slot \"old\" does not exist")
    );
    assert_eq!(bench.simulated.slots(HOST), ["live"]);
    assert_eq!(drop(&built.source, Value::Null).await, refused(400, "slotName is required"));
    assert_eq!(drop(&built.destination, json!("old")).await.0, 400);
    assert_eq!(drop(NOBODY, json!("old")).await, refused(404, "connector not found"));
}

#[tokio::test]
async fn connectors_are_saved_shown_and_replaced() {
    let (bench, built) = Bench::streaming().await;
    let path = format!("/connectors/{}", built.source);
    let (_, shown) = bench.get(&path).await;
    assert_eq!((&shown["isValid"], &shown["sharedConfig"]), (&json!(true), &pg()["sharedConfig"]));
    let mut changed = merged(shown, json!({"label": "renamed"}));
    changed["sharedConfig"]["password"] = json!("wrong");
    let (status, changed) = bench.post(&path, changed).await;
    assert_eq!((status, &changed["label"], &changed["isValid"]), (200, &json!("renamed"), &json!(false)));
    assert_eq!(bench.pipeline(&built.pipeline).await.1["hasUndeployedChanges"], true);
    assert_eq!(bench.post(&path, sf()).await.0, 400);
    assert_eq!(bench.post(&path, json!({"label": "alone"})).await, refused(400, "type is required"));
    let away = merged(pg(), json!({"sshTunnelUUID": NOBODY}));
    assert_eq!(bench.post("/connectors", away).await.0, 400);
}

#[tokio::test]
async fn oracle_and_dynamodb_have_their_own_actions() {
    let bench = Bench::empty();
    let config = json!({"host": "oracle.test", "user": "C##ARTIE", "password": "x"});
    let oracle = bench.made("/connectors", json!({"type": "oracle", "sharedConfig": config})).await;
    let column =
        json!({"name": "ID", "metadata": {"dataType": "NUMBER", "notNull": true, "isPrimaryKey": true}});
    let body = json!({"database": "ORCLPDB1", "tables": [{"schema": "SALES", "name": "ORDERS", "columns": [column]}]});
    let (status, script) =
        bench.post(&format!("/connectors/{oracle}/generate-shadow-script"), body.clone()).await;
    assert_eq!(status, 200);
    let script = script["script"].as_str().expect("a script");
    assert!(script.contains("CREATE TABLE \"SALES\".\"ORDERS_ARTIE_SHADOW\" (\n  \"ID\" NUMBER NOT NULL,"));
    let stream = "arn:aws:dynamodb:us-east-1:1:table/devices/stream/2026";
    let config = json!({"streamsArn": stream, "awsRoleARN": "arn:aws:iam::1:role/artie"});
    let dynamo = bench.made("/connectors", json!({"type": "dynamodb", "sharedConfig": config})).await;
    assert_eq!(bench.post(&format!("/connectors/{dynamo}/generate-shadow-script"), body).await.0, 400);
    let path = format!("/connectors/{dynamo}/start-dynamodb-export");
    let (status, export) = bench.post(&path, json!({"s3Bucket": "exports", "s3Prefix": null})).await;
    assert_eq!(status, 200);
    let arn = export["exportARN"].as_str().expect("an ARN");
    assert!(arn.starts_with("arn:aws:dynamodb:us-east-1:1:table/devices/export/"));
    assert_ne!(bench.post(&path, json!({"s3Bucket": "exports"})).await.1["exportARN"], arn);
    assert_eq!(bench.post(&path, json!({})).await, refused(400, "s3Bucket is required"));
}
