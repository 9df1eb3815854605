//! What people ask of the demo company, step by step.

use serde_json::{Value, json};

use super::support::{Bench, done, table_uuids};

async fn pipeline_named(bench: &Bench, name: &str) -> Value {
    let (_, list) = bench.get("/pipelines").await;
    let mut items = list["items"].as_array().expect("items").iter();
    items.find(|pipeline| pipeline["name"] == name).unwrap_or_else(|| panic!("{name}")).clone()
}

fn uuid(of: &Value) -> &str {
    of["uuid"].as_str().expect("a uuid")
}

#[tokio::test]
async fn everything_in_the_demo_works() {
    let bench = Bench::demo();
    let (_, readers) = bench.get("/source-readers").await;
    for reader in readers.as_array().expect("readers") {
        assert_eq!(reader["isValid"], true, "{reader}");
        let connector = reader["connectorUUID"].as_str().expect("a uuid");
        assert_eq!(bench.get(&format!("/connectors/{connector}")).await.1["isValid"], true, "{connector}");
    }
    let (_, list) = bench.get("/pipelines").await;
    let items = list["items"].as_array().expect("items");
    let mut statuses: Vec<&str> = items.iter().filter_map(|pipeline| pipeline["status"].as_str()).collect();
    statuses.sort_unstable();
    statuses.dedup();
    assert_eq!(statuses, ["draft", "paused", "running", "transfer paused"]);
    for pipeline in items {
        assert_eq!(bench.act(uuid(pipeline), "start", json!({})).await, done(), "{pipeline}");
    }
}

#[tokio::test]
async fn the_users_table_of_production_is_described() {
    let bench = Bench::demo();
    let (_, found) = bench.post("/data-catalog/search", json!({"query": "users"})).await;
    let mut labels = Vec::new();
    for found in found["items"].as_array().expect("items") {
        let connector = found["connectorUUID"].as_str().expect("a uuid");
        let (_, shown) = bench.get(&format!("/connectors/{connector}")).await;
        labels.push((shown["label"].as_str().expect("a label").to_owned(), found.clone()));
    }
    let (_, production) =
        labels.iter().find(|(label, _)| label == "Production Postgres").expect("production");
    let table = &production["object"]["table"];
    let path = format!(
        "/connectors/{}/detail?schemaName={}&tableName={}",
        production["connectorUUID"].as_str().expect("a uuid"),
        table["schemaName"].as_str().expect("a schema"),
        table["name"].as_str().expect("a name"),
    );
    let (status, detail) = bench.get(&path).await;
    let columns = detail["columns"].as_array().expect("columns");
    let keys: Vec<&Value> = columns
        .iter()
        .filter(|column| column["metadata"]["isPrimaryKey"] == true)
        .map(|column| &column["name"])
        .collect();
    assert_eq!((status, columns.len(), keys), (200, 7, vec![&json!("id")]));
}

#[tokio::test]
async fn mysql_to_bigquery_is_started() {
    let bench = Bench::demo();
    for (name, before) in [("MySQL to BigQuery", "paused"), ("Hubspot to Snowflake", "draft")] {
        let pipeline = pipeline_named(&bench, name).await;
        assert_eq!(pipeline["status"], before);
        assert_eq!(bench.act(uuid(&pipeline), "start", json!({})).await, done());
        let (_, deploying) = bench.pipeline(uuid(&pipeline)).await;
        assert_eq!(deploying["isDeploying"], true);
        bench.pass(8);
        let (_, running) = bench.pipeline(uuid(&pipeline)).await;
        assert_eq!((&running["status"], &running["isDeploying"]), (&json!("running"), &json!(false)));
    }
}

#[tokio::test]
async fn only_the_pipelines_in_backfill_are_touched() {
    let bench = Bench::demo();
    let (_, before) = bench.get("/pipelines").await;
    let mut modified = Vec::new();
    for pipeline in before["items"].as_array().expect("items") {
        if pipeline["hasBackfillingTables"] != true {
            continue;
        }
        let (_, full) = bench.pipeline(uuid(pipeline)).await;
        let stage = |name: &str| {
            let tables = full["tables"].as_array().expect("tables").iter();
            tables.filter(|table| table[name] == "in_progress").map(uuid).collect::<Vec<_>>()
        };
        let body = json!({
            "tableUUIDs": stage("backfillStage"),
            "historyTableUUIDs": stage("historyTableBackfillStage"),
        });
        assert_eq!(bench.act(uuid(pipeline), "backfill/cancel", body).await, done());
        modified.push(pipeline["name"].as_str().expect("a name").to_owned());
    }
    assert_eq!(modified, ["Orders Postgres to Snowflake", "Billing to Snowflake"]);
    let (_, after) = bench.get("/pipelines").await;
    for (before, after) in
        before["items"].as_array().into_iter().flatten().zip(after["items"].as_array().into_iter().flatten())
    {
        assert_eq!(after["hasBackfillingTables"], false);
        assert_eq!(after["status"], before["status"]);
    }
}

#[tokio::test]
async fn a_reader_of_the_staging_database_is_created() {
    let bench = Bench::demo();
    let (_, readers) = bench.get("/source-readers").await;
    let readers = readers.as_array().expect("readers");
    assert!(readers.iter().all(|reader| reader["name"] != "staging-db-replica"));
    assert!(readers.iter().any(|reader| reader["isShared"] == true && reader["status"] == "running"));
    let staging = readers.iter().find(|reader| reader["database"] == "staging").expect("a staging reader");
    let reader = json!({
        "connectorUUID": staging["connectorUUID"],
        "name": "staging-db-replica",
        "database": staging["database"],
        "settings": {"replicationSlotOverride": "artie_staging"},
    });
    assert_eq!(bench.post("/source-readers/validate-unsaved", json!({"sourceReader": reader})).await, done());
    let (status, made) = bench.post("/source-readers", reader).await;
    assert_eq!((status, &made["isValid"], &made["status"]), (200, &json!(true), &json!("draft")));
}

#[tokio::test]
async fn billing_events_lead_to_their_pipelines() {
    let bench = Bench::demo();
    let (_, found) = bench.post("/data-catalog/search", json!({"query": "billing_events"})).await;
    let found = found["items"].as_array().expect("items");
    assert_eq!(found.len(), 3);
    let (_, readers) = bench.get("/source-readers").await;
    let (_, pipelines) = bench.get("/pipelines").await;
    let mut names = Vec::new();
    for pipeline in pipelines["items"].as_array().expect("items") {
        let reader = readers
            .as_array()
            .expect("readers")
            .iter()
            .find(|reader| reader["uuid"] == pipeline["sourceReaderUUID"]);
        let connector = reader.map(|reader| &reader["connectorUUID"]);
        if !found.iter().any(|found| Some(&found["connectorUUID"]) == connector) {
            continue;
        }
        let (_, full) = bench.pipeline(uuid(pipeline)).await;
        if full["tables"].as_array().expect("tables").iter().any(|table| table["name"] == "billing_events") {
            names.push(pipeline["name"].clone());
        }
    }
    assert_eq!(names, ["Billing to Snowflake"]);
}

#[tokio::test]
async fn warehouses_are_created_through_the_primary_connector() {
    let bench = Bench::demo();
    let orders = pipeline_named(&bench, "Orders Postgres to Snowflake").await;
    let (_, all) = bench.get(&format!("/pipelines/{}?includeRelatedObjects=true", uuid(&orders))).await;
    let connector = &all["destinationConnector"];
    assert_eq!(connector["type"], "snowflake");
    for name in ["artie_sync_compute", "marketing_analytics"] {
        let connector = json!({"uuid": connector["uuid"], "type": "snowflake", "sharedConfig": connector["sharedConfig"]});
        let body = json!({"connector": connector, "name": name});
        assert_eq!(bench.post("/connectors/new-snowflake-warehouse", body).await, done());
    }
    let warehouses = bench.simulated.warehouses("https://acme-eu1.snowflakecomputing.com");
    assert_eq!(warehouses, ["ARTIE_WH", "REPORTING_WH", "artie_sync_compute", "marketing_analytics"]);
}

#[tokio::test]
async fn backfills_of_paused_pipelines_wait() {
    let bench = Bench::demo();
    let pipeline = pipeline_named(&bench, "Sessions to BigQuery").await;
    assert_eq!(pipeline["hasBackfillingTables"], false);
    bench.act(uuid(&pipeline), "status", json!({"status": "running"})).await;
    let (_, full) = bench.pipeline(uuid(&pipeline)).await;
    assert_eq!(full["hasBackfillingTables"], true);
    let body = json!({"tableUUIDs": table_uuids(&full), "historyTableUUIDs": []});
    assert_eq!(bench.act(uuid(&pipeline), "backfill/cancel", body).await, done());
}
