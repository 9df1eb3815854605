//! What descriptions, schemas and annotations tell a model about Artie's pipelines and connectors.

use crate::world::{artie, recorded};
use serde_json::{Value, json};
use toolpress_core::Effect;

fn required(tool: &Value) -> Vec<&str> {
    let required = tool["inputSchema"]["required"].as_array().expect("a list");
    required.iter().map(|name| name.as_str().expect("a name")).collect()
}

fn effect(name: &str) -> Effect {
    artie().tool(name).expect("a tool").1.effect
}

#[tokio::test]
async fn row_086_states_are_changed_by_actions_and_not_by_an_update() {
    let (client, _) = recorded().await;
    for (name, action, wanted) in [
        ("artie_pipelines_start", "start", Effect::Write),
        ("artie_pipelines_cancel_backfill", "backfill/cancel", Effect::Destructive),
        ("artie_pipelines_update_status", "status", Effect::Destructive),
    ] {
        let (_, tool) = artie().tool(name).expect("a tool");
        assert_eq!(
            (tool.http.to_string(), tool.path),
            ("POST".to_owned(), &*format!("/pipelines/{{id}}/{action}"))
        );
        assert_eq!(tool.effect, wanted, "{name}");
    }
    for name in ["update_a_artie_pipeline_by_id", "artie_pipelines_update_with_source_reader"] {
        let description = client.description(name).await;
        assert!(description.contains("not its status") || description.contains("not their status"), "{name}");
        let tool = client.tool(name).await;
        assert!(tool["inputSchema"]["properties"].get("status").is_none(), "{name}");
    }
    let update = client.description("update_a_artie_pipeline_by_id").await;
    assert!(update.contains("To pause or resume, use artie_pipelines_update_status."), "{update}");
    assert!(update.contains("artie_pipelines_start"), "how it takes effect is said: {update}");
}

/// A status among the keys of creation never reaches the vendor.
#[tokio::test]
async fn row_086_an_update_with_a_status_is_refused_before_it_is_sent() {
    let (client, recorder) = recorded().await;
    let pipeline = json!({
        "name": "orders", "sourceReaderUUID": "4d6c0f0a-58f3-4a7e-9d0e-6b4b6c2a9a10", "status": "running",
        "destinationUUID": "a2b7d9c1-7f35-4e21-8a2c-1f0d9e3b7c55", "specificDestCfg": {}, "tables": [],
    });
    let update = json!({ "id": "c9b1f0de-6a57-4c44-9d0e-3f1b6d0a7e21", "pipeline": pipeline });
    let result = client.call("update_a_artie_pipeline_by_id", update).await;
    assert_eq!(result["isError"], true, "{result}");
    assert!(crate::world::text(&result).contains("status"), "{result}");
    assert_eq!(recorder.seen().len(), 0);
}

#[tokio::test]
async fn row_087_each_step_of_discovery_names_the_one_before_it_and_what_to_pass_on() {
    let (client, _) = recorded().await;
    let [databases, schemas, tables] = [
        client.description("artie_connectors_fetch_databases").await,
        client.description("artie_connectors_fetch_schemas").await,
        client.description("artie_connectors_fetch_tables").await,
    ];
    for (step, description) in [&databases, &schemas, &tables].into_iter().enumerate() {
        assert!(description.starts_with(&format!("Discovery, step {}:", step + 1)), "{description}");
    }
    assert!(databases.contains("Then artie_connectors_fetch_schemas."), "{databases}");
    let from = "`databaseName` is `items[].name` of artie_connectors_fetch_databases.";
    assert!(schemas.contains(from) && tables.contains(from), "{schemas}\n{tables}");
    assert!(schemas.contains("Then artie_connectors_fetch_tables."), "{schemas}");
    assert!(tables.contains("`schemaName` comes from artie_connectors_fetch_schemas."), "{tables}");
}

#[tokio::test]
async fn row_088_later_steps_need_what_earlier_ones_gave() {
    let (client, recorder) = recorded().await;
    let step = async |name: &str| client.tool(&format!("artie_connectors_{name}")).await;
    assert_eq!(required(&step("fetch_databases").await), ["type"]);
    assert_eq!(required(&step("fetch_schemas").await), ["connector", "databaseName"]);
    let tables = step("fetch_tables").await;
    assert_eq!(required(&tables), ["connector", "databaseName"]);
    // Some sources have no schemas, so the schema's name is known to the tool, but not required by it.
    let told = &tables["inputSchema"]["properties"]["schemaName"];
    assert_eq!(told, &json!({ "type": "string", "description": "Unless the source has no schemas" }));
    assert_eq!(required(&step("fetch_table_details").await), ["id", "schemaName", "tableName"]);

    let config = json!({ "host": "db.acme.test", "user": "artie", "password": "correct-horse" });
    let connector = json!({ "type": "postgresql", "sharedConfig": config });
    for name in ["fetch_schemas", "fetch_tables"] {
        let result =
            client.call(&format!("artie_connectors_{name}"), json!({ "connector": connector })).await;
        assert_eq!(result["isError"], true, "{name}");
        assert!(crate::world::text(&result).contains("`databaseName`"), "{result}");
    }
    assert_eq!(recorder.seen().len(), 0);
}

#[tokio::test]
async fn row_089_start_tells_from_what_state_and_to_what_it_leads() {
    let (client, _) = recorded().await;
    let description = client.description("artie_pipelines_start").await;
    for words in [
        "Starts a draft pipeline",
        "resumes a paused one",
        "deploys saved changes",
        "before the deploy is done",
        "until `isDeploying` is false",
        "`id` is `uuid` of list_all_artie_pipelines",
    ] {
        assert!(description.contains(words), "{words}: {description}");
    }
}

#[tokio::test]
async fn row_090_cancelling_a_backfill_leaves_streaming_alone() {
    let (client, _) = recorded().await;
    let tool = client.tool("artie_pipelines_cancel_backfill").await;
    let description = tool["description"].as_str().expect("a description");
    assert!(description.contains("streaming of new changes goes on"), "{description}");
    assert!(description.contains("Only needed where hasBackfillingTables is true"), "{description}");
    assert_eq!(required(&tool), ["id", "tableUUIDs", "historyTableUUIDs"]);
    assert_eq!(tool["annotations"]["destructiveHint"], true);
    let pause = client.description("artie_pipelines_update_status").await;
    assert!(pause.contains("To stop only a backfill, use artie_pipelines_cancel_backfill."), "{pause}");
}

#[tokio::test]
async fn row_091_table_details_tell_columns_types_and_keys() {
    let description = recorded().await.0.description("artie_connectors_fetch_table_details").await;
    for word in ["columns", "dataType", "isPrimaryKey", "notNull", "saved connector"] {
        assert!(description.contains(word), "{word}: {description}");
    }
    let (_, tool) = artie().tool("artie_connectors_fetch_table_details").expect("a tool");
    assert_eq!(tool.effect, Effect::Read);
    let schema: Value = serde_json::from_str(tool.output_schema.expect("a schema")).expect("JSON");
    let table = &schema["properties"]["result"]["properties"];
    let column = &table["columns"]["items"]["properties"];
    assert!(column["name"].is_object());
    for key in ["dataType", "isPrimaryKey", "notNull", "defaultValue"] {
        assert!(column["metadata"]["properties"][key].is_object(), "{key}: {column}");
    }
}

/// Credentials belong to the connector; a reader only names it.
#[tokio::test]
async fn row_092_a_reader_takes_its_credentials_from_its_connector() {
    let (client, _) = recorded().await;
    let tool = client.tool("create_a_artie_source_reader").await;
    let description = tool["description"].as_str().expect("a description");
    assert!(description.contains("source connector, which holds host and credentials"), "{description}");
    assert!(description.contains("`connectorUUID` is `uuid` of create_a_artie_connector."), "{description}");
    assert_eq!(required(&tool), ["connectorUUID"]);
    assert_eq!(effect("create_a_artie_source_reader"), Effect::Write);
    let given = &tool["inputSchema"]["properties"];
    let connector = client.tool("create_a_artie_connector").await;
    let config = &connector["inputSchema"]["properties"]["sharedConfig"]["properties"];
    for key in ["host", "port", "user", "username", "password", "privateKey", "credentialsData"] {
        assert!(config[key].is_object(), "{key}: {config}");
        assert!(given.get(key).is_none(), "{key}: {given}");
        assert!(given["settings"]["properties"].get(key).is_none(), "{key}: {given}");
    }
    let (_, connector) = artie().tool("create_a_artie_connector").expect("a tool");
    assert!(connector.takes_secrets());
}

#[tokio::test]
async fn row_092_credentials_are_not_repeated_by_what_is_refused() {
    let (client, recorder) = recorded().await;
    let config =
        json!({ "host": "db.acme.test", "user": "artie", "password": "correct-horse", "port": "many" });
    let arguments = json!({ "type": "postgresql", "sharedConfig": config });
    let settings = json!({ "archiveLogPassword": "correct-horse", "enableHeartbeats": "perhaps" });
    let reader = json!({ "connectorUUID": "9e4d2c1b-8a7f-4e6d-b5c4-3a2918273645", "settings": settings });
    for (tool, arguments, wrong) in [
        ("create_a_artie_connector", &arguments, "sharedConfig.port"),
        ("artie_connectors_ping", &arguments, "sharedConfig.port"),
        ("create_a_artie_source_reader", &reader, "settings.enableHeartbeats"),
    ] {
        let result = client.call(tool, arguments.clone()).await;
        assert_eq!(result["isError"], true, "{tool}");
        assert!(crate::world::text(&result).contains(wrong), "{tool}: {result}");
        assert!(!result.to_string().contains("correct-horse"), "{tool}: {result}");
    }
    assert_eq!(recorder.seen().len(), 0);
}

#[tokio::test]
async fn row_093_the_catalogue_is_searched_as_a_whole_and_leads_to_pipelines() {
    let (client, _) = recorded().await;
    let description = client.description("artie_data_catalog_search").await;
    assert!(description.contains("all databases, schemas and tables"), "{description}");
    assert!(description.contains("connectorUUID"), "{description}");
    // The vendor answers no pipelines, so the way to them is told.
    for tool in ["list_all_artie_source_readers", "list_all_artie_pipelines"] {
        assert!(description.contains(tool), "{tool}: {description}");
    }
    assert!(description.contains("sourceReaderUUID"), "{description}");
    assert_eq!(effect("artie_data_catalog_search"), Effect::Read);
}

#[tokio::test]
async fn row_094_row_166_a_warehouse_needs_connector_and_name_and_has_no_size() {
    let (client, recorder) = recorded().await;
    let name = "artie_connectors_create_snowflake_warehouse";
    let tool = client.tool(name).await;
    assert_eq!(required(&tool), ["connector", "name"]);
    let description = tool["description"].as_str().expect("a description");
    for words in ["The size cannot be chosen", "its name is its id", "get_single_artie_connector_by_id"] {
        assert!(description.contains(words), "{words}: {description}");
    }
    // A wish for a size is refused rather than dropped without a word.
    let connector = json!({ "uuid": "a2b7d9c1-7f35-4e21-8a2c-1f0d9e3b7c55", "type": "snowflake" });
    let sized = json!({ "connector": connector, "name": "artie_sync_compute", "size": "X-Small" });
    let result = client.call(name, sized).await;
    assert_eq!(result["isError"], true);
    assert!(crate::world::text(&result).contains("size"), "{result}");
    assert_eq!(recorder.seen().len(), 0);
}

#[tokio::test]
async fn row_118_the_status_tool_says_that_it_changes_and_what_looks() {
    let (client, _) = recorded().await;
    let tool = client.tool("artie_pipelines_update_status").await;
    assert_eq!(required(&tool), ["id", "status"]);
    let words = json!(["draft", "paused", "transfer paused", "running"]);
    assert_eq!(tool["inputSchema"]["properties"]["status"]["enum"], words);
    let description = tool["description"].as_str().expect("a description");
    assert!(description.contains("To see the status, use get_single_artie_pipeline_by_id."), "{description}");
    assert_eq!(effect("get_single_artie_pipeline_by_id"), Effect::Read);
}
