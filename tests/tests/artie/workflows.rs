//! What agents do step by step, through the official SDK's client and against the simulated vendor.

use crate::agent::{Agent, Era};
use crate::world::{Demo, named, text};
use serde_json::{Value, json};
use std::time::Duration;

const LIST: &str = "list_all_artie_pipelines";
const GET: &str = "get_single_artie_pipeline_by_id";
const START: &str = "artie_pipelines_start";
const CANCEL: &str = "artie_pipelines_cancel_backfill";
const STATUS: &str = "artie_pipelines_update_status";
const CONNECTOR: &str = "get_single_artie_connector_by_id";
const WAREHOUSE: &str = "artie_connectors_create_snowflake_warehouse";
const SEARCH: &str = "artie_data_catalog_search";
const READERS: &str = "list_all_artie_source_readers";
const READER: &str = "create_a_artie_source_reader";
const VALIDATE: &str = "artie_source_readers_validate_unsaved";
const DETAILS: &str = "artie_connectors_fetch_table_details";

const SNOWFLAKE: &str = "a2b7d9c1-7f35-4e21-8a2c-1f0d9e3b7c55";
const ACCOUNT_URL: &str = "https://acme-eu1.snowflakecomputing.com";

fn id(record: &Value) -> String {
    record["uuid"].as_str().expect("a uuid").to_owned()
}

/// What the agent tells its user: the warehouse's name, and uuid and state of the pipeline.
async fn provision(agent: &mut Agent, warehouse: &str, pipeline: &str) -> (String, String, Value) {
    let snowflake = json!({ "uuid": SNOWFLAKE, "type": "snowflake", "sharedConfig": null });
    agent.ask(WAREHOUSE, json!({ "connector": snowflake, "name": warehouse })).await;
    let pipelines = agent.ask(LIST, json!({})).await;
    let uuid = id(named(&pipelines, pipeline));
    let started = agent.call(START, json!({ "id": uuid })).await;
    assert_eq!(started["isError"], false, "{started}");
    (warehouse.to_owned(), uuid, started["_meta"]["toolpress/next"].clone())
}

#[tokio::test]
async fn row_125_a_warehouse_is_provisioned_and_the_pipeline_starts() {
    for era in Era::BOTH {
        let demo = Demo::new().await;
        let mut agent = Agent::speaking(&demo.serve().await, era).await;
        let (warehouse, uuid, next) = provision(&mut agent, "artie_sync_compute", "MySQL to BigQuery").await;
        assert_eq!(agent.called, [WAREHOUSE, LIST, START]);
        assert_eq!(
            demo.requests(),
            [
                "POST /connectors/new-snowflake-warehouse".to_owned(),
                "GET /pipelines".to_owned(),
                format!("POST /pipelines/{uuid}/start"),
            ]
        );
        assert_eq!(demo.body(0)["name"], warehouse.as_str());
        assert!(demo.simulated.warehouses(ACCOUNT_URL).contains(&warehouse));
        assert_eq!(demo.simulated.pipeline("MySQL to BigQuery"), Some(uuid.clone()), "found by its name");

        // It answers before the pipeline runs, and tells how to see when it does.
        assert_eq!((&next[0]["tool"], &next[0]["arguments"]), (&json!(GET), &json!({ "id": uuid })));
        let starting = agent.ask(GET, json!({ "id": uuid })).await;
        assert_eq!((&starting["isDeploying"], &starting["status"]), (&json!(true), &json!("paused")));
        demo.clock.advance(Duration::from_secs(9));
        let running = agent.ask(GET, json!({ "id": uuid })).await;
        assert_eq!((&running["isDeploying"], &running["status"]), (&json!(false), &json!("running")));
    }
}

#[tokio::test]
async fn row_125_a_warehouse_that_exists_stops_the_agent_before_anything_starts() {
    let demo = Demo::new().await;
    let mut agent = Agent::connect(&demo.serve().await).await;
    let snowflake = json!({ "uuid": SNOWFLAKE, "type": "snowflake", "sharedConfig": null });
    let made = agent.call(WAREHOUSE, json!({ "connector": snowflake, "name": "ARTIE_WH" })).await;
    assert_eq!(made["isError"], true);
    assert!(text(&made).contains("\"ARTIE_WH\" already exists"), "{made}");
    assert!(text(&made).contains("artie_connectors_ping"), "what to try next is said: {made}");
    assert_eq!(demo.simulated.warehouses(ACCOUNT_URL), ["ARTIE_WH", "REPORTING_WH"]);
}

/// The configuration as it is saved, whole or only named.
#[tokio::test]
async fn row_094_row_166_the_connector_goes_back_as_it_was_read_and_the_name_is_the_id() {
    let demo = Demo::new().await;
    let mut agent = Agent::connect(&demo.serve().await).await;
    let read = agent.ask(CONNECTOR, json!({ "id": SNOWFLAKE })).await;
    assert_eq!(read["type"], "snowflake");
    let connector =
        json!({ "uuid": read["uuid"], "type": read["type"], "sharedConfig": read["sharedConfig"] });
    let made = agent.call(WAREHOUSE, json!({ "connector": connector, "name": "artie_sync_compute" })).await;
    assert_eq!(made["isError"], false, "{made}");
    // No id comes back; the name identifies it from then on, and a second one is refused by it.
    let again = agent.call(WAREHOUSE, json!({ "connector": connector, "name": "artie_sync_compute" })).await;
    assert!(text(&again).contains("artie_sync_compute"), "{again}");
    let warehouses = demo.simulated.warehouses(ACCOUNT_URL);
    assert_eq!(warehouses.iter().filter(|name| *name == "artie_sync_compute").count(), 1);
}

/// Uuids of the tables of a pipeline whose backfill, or that of their history, is under way.
fn under_way(pipeline: &Value, stage: &str) -> Vec<String> {
    let tables = pipeline["tables"].as_array().expect("tables").iter();
    tables.filter(|table| table[stage] == "in_progress").map(id).collect()
}

/// What the agent tells its user: name and uuid of each pipeline it changed.
async fn emergency(agent: &mut Agent, pause: bool) -> Vec<(String, String)> {
    let pipelines = agent.ask(LIST, json!({})).await;
    let mut changed = Vec::new();
    for pipeline in pipelines.as_array().expect("a list") {
        if pipeline["hasBackfillingTables"] != true {
            continue;
        }
        let uuid = id(pipeline);
        let read = agent.ask(GET, json!({ "id": uuid })).await;
        let (tables, histories) =
            (under_way(&read, "backfillStage"), under_way(&read, "historyTableBackfillStage"));
        let cancel = json!({
            "id": uuid, "tableUUIDs": tables, "historyTableUUIDs": histories,
            "optionalReason": "the database is overloaded",
        });
        let cancelled = agent.call(CANCEL, cancel).await;
        assert_eq!(cancelled["isError"], false, "{cancelled}");
        assert_eq!(cancelled["_meta"]["toolpress/next"][0]["arguments"]["id"], uuid.as_str());
        if pause {
            let paused = agent.ask(STATUS, json!({ "id": uuid, "status": "paused" })).await;
            assert_eq!(paused["pipeline"]["status"], "paused");
            assert_eq!(
                (&paused["pipeline"]["uuid"], &paused["pipeline"]["name"]),
                (&json!(uuid), &pipeline["name"])
            );
        }
        changed.push((read["name"].as_str().expect("a name").to_owned(), uuid));
    }
    changed
}

const BACKFILLING: [&str; 2] = ["Orders Postgres to Snowflake", "Billing to Snowflake"];

#[tokio::test]
async fn row_126_row_165_only_running_backfills_are_cancelled_and_each_pipeline_is_reported() {
    for era in Era::BOTH {
        let demo = Demo::new().await;
        let mut agent = Agent::speaking(&demo.serve().await, era).await;
        let before = agent.ask(LIST, json!({})).await;
        let changed = emergency(&mut agent, false).await;
        assert_eq!(agent.called, [LIST, LIST, GET, CANCEL, GET, CANCEL]);
        assert_eq!(changed.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), BACKFILLING);
        for (name, uuid) in &changed {
            assert_eq!(demo.simulated.pipeline(name).as_ref(), Some(uuid));
        }
        let cancels: Vec<_> = demo.requests().into_iter().filter(|line| line.starts_with("POST")).collect();
        let wanted: Vec<_> =
            changed.iter().map(|(_, uuid)| format!("POST /pipelines/{uuid}/backfill/cancel")).collect();
        assert_eq!(cancels, wanted, "nothing else is touched");
        let told: Vec<_> =
            changed.iter().map(|(_, uuid)| format!("Done. HTTP 204, no content. id: {uuid}")).collect();
        assert_eq!(agent.texts(CANCEL), told, "each result tells which pipeline it was");
        assert_eq!(demo.body(5)["historyTableUUIDs"], demo.body(5)["tableUUIDs"], "the history too");

        let after = agent.ask(LIST, json!({})).await;
        for pipeline in after.as_array().expect("a list") {
            assert_eq!(pipeline["hasBackfillingTables"], false, "{pipeline}");
            let was = named(&before, pipeline["name"].as_str().expect("a name"));
            assert_eq!(pipeline["status"], was["status"], "streaming goes on, and what was paused stays so");
        }
    }
}

#[tokio::test]
async fn row_126_whom_the_user_lets_pause_them_pauses_only_those() {
    let demo = Demo::new().await;
    let mut agent = Agent::connect(&demo.serve().await).await;
    let changed = emergency(&mut agent, true).await;
    assert_eq!(agent.called, [LIST, GET, CANCEL, STATUS, GET, CANCEL, STATUS]);
    assert_eq!(changed.len(), 2);
    let after = agent.ask(LIST, json!({})).await;
    let status = |name: &str| named(&after, name)["status"].as_str().expect("a status").to_owned();
    for name in BACKFILLING {
        assert_eq!(status(name), "paused");
    }
    assert_eq!(status("Product catalogue to BigQuery"), "running");
    assert_eq!(status("Sessions to BigQuery"), "transfer paused");
    assert_eq!(status("Hubspot to Snowflake"), "draft");
}

#[tokio::test]
async fn row_126_without_a_running_backfill_nothing_is_touched() {
    let demo = Demo::new().await;
    let mut agent = Agent::connect(&demo.serve().await).await;
    emergency(&mut agent, false).await;
    demo.log.take();
    agent.called.clear();
    assert_eq!(emergency(&mut agent, false).await, []);
    assert_eq!((agent.called, demo.requests()), (vec![LIST], vec!["GET /pipelines".to_owned()]));
}

#[tokio::test]
async fn row_127_one_backfill_is_found_by_name_and_cancelled() {
    let demo = Demo::new().await;
    let mut agent = Agent::connect(&demo.serve().await).await;
    let pipelines = agent.ask(LIST, json!({})).await;
    let uuid = id(named(&pipelines, "Orders Postgres to Snowflake"));
    let read = agent.ask(GET, json!({ "id": uuid })).await;
    let tables = under_way(&read, "backfillStage");
    assert_eq!(tables.len(), 1, "one of three is under way");
    agent.ask(CANCEL, json!({ "id": uuid, "tableUUIDs": tables, "historyTableUUIDs": [] })).await;
    assert_eq!(agent.called, [LIST, GET, CANCEL]);
    assert_eq!(demo.body(2), json!({ "tableUUIDs": tables, "historyTableUUIDs": [] }));
    let after = agent.ask(GET, json!({ "id": uuid })).await;
    assert_eq!((&after["hasBackfillingTables"], &after["status"]), (&json!(false), &json!("running")));
    let cancelled = named(&after["tables"], "orders");
    assert_eq!((id(cancelled), &cancelled["backfillStage"]), (tables[0].clone(), &json!("cancelled")));
}

#[tokio::test]
async fn row_127_a_table_of_another_pipeline_is_refused() {
    let demo = Demo::new().await;
    let mut agent = Agent::connect(&demo.serve().await).await;
    let other = demo.simulated.pipeline("MySQL to BigQuery").expect("a pipeline");
    let foreign = json!({ "id": other, "tableUUIDs": [SNOWFLAKE], "historyTableUUIDs": [] });
    let refused = agent.call(CANCEL, foreign).await;
    assert_eq!(refused["isError"], true);
    assert!(text(&refused).contains(GET), "where the right ones are is said: {refused}");
}

#[tokio::test]
async fn row_128_names_lead_to_ids_before_anything_is_done() {
    let demo = Demo::new().await;
    let mut agent = Agent::connect(&demo.serve().await).await;
    for list in [LIST, READERS] {
        for record in agent.ask(list, json!({})).await.as_array().expect("a list") {
            assert!(!record["name"].as_str().expect("a name").is_empty(), "{list}: {record}");
            assert_eq!(id(record).len(), 36, "{list}");
        }
    }
    // A name in place of an id changes nothing, and the answer says where ids come from.
    let refused = agent.call(START, json!({ "id": "MySQL to BigQuery" })).await;
    assert_eq!(refused["structuredContent"]["error"]["status"], 404, "{refused}");
    for words in ["names are not accepted", LIST] {
        assert!(text(&refused).contains(words), "{words}: {refused}");
    }
}

/// From a table's name to the pipelines that carry it.
#[tokio::test]
async fn row_093_row_114_row_128_a_table_leads_to_its_pipelines() {
    let demo = Demo::new().await;
    let mut agent = Agent::connect(&demo.serve().await).await;
    let matches = agent.ask(SEARCH, json!({ "query": "billing_events" })).await;
    let best = &matches[0];
    assert_eq!(best["object"]["table"]["name"], "billing_events");
    let readers = agent.ask(READERS, json!({})).await;
    let readers: Vec<_> = readers
        .as_array()
        .expect("a list")
        .iter()
        .filter(|reader| reader["connectorUUID"] == best["connectorUUID"])
        .map(|reader| reader["uuid"].clone())
        .collect();
    assert!(!readers.is_empty());
    let pipelines = agent.ask(LIST, json!({})).await;
    let mut found = Vec::new();
    for pipeline in pipelines.as_array().expect("a list") {
        if readers.contains(&pipeline["sourceReaderUUID"]) {
            let read = agent.ask(GET, json!({ "id": pipeline["uuid"] })).await;
            let mut tables = read["tables"].as_array().expect("tables").iter();
            if tables.any(|table| table["schema"] == "billing" && table["name"] == "billing_events") {
                found.push(id(pipeline));
            }
        }
    }
    assert_eq!(found, [demo.simulated.pipeline("Billing to Snowflake").expect("a pipeline")]);
}

#[tokio::test]
async fn row_110_row_128_the_table_of_the_production_connector_is_described() {
    let demo = Demo::new().await;
    let mut agent = Agent::connect(&demo.serve().await).await;
    let matches = agent.ask(SEARCH, json!({ "query": "users" })).await;
    let mut production = None;
    for found in matches.as_array().expect("matches") {
        let connector = agent.ask(CONNECTOR, json!({ "id": found["connectorUUID"] })).await;
        if connector["label"] == "Production Postgres" && found["object"]["table"]["name"] == "users" {
            production = Some(found.clone());
            break;
        }
    }
    let found = production.expect("the table");
    let table = &found["object"]["table"];
    let ask = json!({
        "id": found["connectorUUID"], "schemaName": table["schemaName"], "tableName": table["name"],
    });
    let details = agent.ask(DETAILS, ask).await;
    let key = named(&details["columns"], "id");
    assert_eq!(
        (&key["metadata"]["isPrimaryKey"], &key["metadata"]["dataType"]),
        (&json!(true), &json!("bigint"))
    );
    let email = named(&details["columns"], "email");
    assert_eq!(
        (&email["metadata"]["isPrimaryKey"], &email["metadata"]["notNull"]),
        (&json!(false), &json!(true))
    );
}

/// Only shapes count: which pipelines may start is the vendor's to say.
#[tokio::test]
async fn row_111_row_117_list_then_start_then_look() {
    let demo = Demo::new().await;
    let mut agent = Agent::connect(&demo.serve().await).await;
    let pipelines = agent.ask(LIST, json!({})).await;
    let words = ["draft", "paused", "transfer paused", "running"];
    for pipeline in pipelines.as_array().expect("a list") {
        assert_eq!(id(pipeline).len(), 36);
        assert!(words.contains(&pipeline["status"].as_str().expect("a status")), "{pipeline}");
        for flag in ["isDeploying", "hasBackfillingTables", "hasUndeployedChanges"] {
            assert!(pipeline[flag].is_boolean(), "{flag} of {pipeline}");
        }
    }
    let uuid = id(named(&pipelines, "MySQL to BigQuery"));
    assert_eq!(named(&pipelines, "MySQL to BigQuery")["status"], "paused");
    agent.ask(START, json!({ "id": uuid })).await;
    demo.clock.advance(Duration::from_secs(9));
    assert_eq!(agent.ask(GET, json!({ "id": uuid })).await["status"], "running");
    assert_eq!(agent.called, [LIST, START, GET]);
}

#[tokio::test]
async fn row_116_databases_then_schemas_then_tables() {
    let demo = Demo::new().await;
    let mut agent = Agent::connect(&demo.serve().await).await;
    let config = json!({ "host": "db.internal.acme.test", "port": 5432, "user": "artie", "password": "correct-horse" });
    let connector = json!({ "type": "postgresql", "sharedConfig": config });
    let databases = agent.ask("artie_connectors_fetch_databases", connector.clone()).await;
    let database = named(&databases["items"], "orders")["name"].clone();
    let ask = json!({ "connector": connector, "databaseName": database });
    let schemas = agent.ask("artie_connectors_fetch_schemas", ask).await;
    let schema = named(&schemas["items"], "billing")["name"].clone();
    let ask = json!({ "connector": connector, "databaseName": database, "schemaName": schema });
    let tables = agent.ask("artie_connectors_fetch_tables", ask).await;
    let names: Vec<_> = tables.as_array().expect("tables").iter().map(|table| &table["name"]).collect();
    assert_eq!(names, ["billing_events", "payments"]);
    assert_eq!(
        demo.requests(),
        ["POST /connectors/databases", "POST /connectors/schemas", "POST /connectors/tables"]
    );
    assert_eq!(
        (demo.body(1)["databaseName"].clone(), demo.body(2)["schemaName"].clone()),
        (database, schema)
    );
}

/// The staging database is reached through the tunnel of its connector, which the reader only names.
#[tokio::test]
async fn row_113_row_092_a_reader_of_the_staging_database_is_tested_and_created() {
    let demo = Demo::new().await;
    let mut agent = Agent::connect(&demo.serve().await).await;
    let readers = agent.ask(READERS, json!({})).await;
    let connector = named(&readers, "staging smoke test")["connectorUUID"].clone();
    let reader = json!({ "connectorUUID": connector, "name": "staging-db-replica", "database": "staging" });
    agent.ask(VALIDATE, json!({ "sourceReader": reader })).await;
    let made = agent.ask(READER, reader).await;
    assert_eq!((&made["status"], &made["isValid"]), (&json!("draft"), &json!(true)));
    assert_eq!(agent.called, [READERS, VALIDATE, READER]);
    let readers = agent.ask(READERS, json!({})).await;
    assert_eq!(named(&readers, "staging-db-replica")["uuid"], made["uuid"]);
}
