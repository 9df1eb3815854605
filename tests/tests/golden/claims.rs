//! What else the articles say of the tools: warnings, states, and the vendor's schemas in full.

use crate::press::repository;
use crate::world::{Setup, sequin};
use serde_json::{Map, Value, json};
use toolpress_codegen::Config;
use toolpress_codegen::model::{Kind, Param, Shape, Vendor};

async fn description(tool: &str) -> String {
    let (client, _) = sequin().await;
    client.tool(tool).await["description"].as_str().expect("a text").to_owned()
}

fn holds(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?} in {text:?}");
    }
}

#[tokio::test]
async fn row_151_the_nested_schema_of_a_replication_slot_is_whole() {
    let (client, _) = sequin().await;
    let tool = client.tool("create_a_sequin_stream_postgres_database").await;
    let item = &tool["inputSchema"]["properties"]["replication_slots"]["items"];
    assert_eq!(
        (&item["type"], &item["required"]),
        (&json!("object"), &json!(["slot_name", "publication_name"]))
    );
    let fields: Vec<_> = item["properties"].as_object().unwrap().keys().collect();
    assert_eq!(fields, ["slot_name", "publication_name", "status"]);
    assert_eq!(item["properties"]["status"]["enum"], json!(["active", "disabled"]));

    let tool = client.tool("update_a_sequin_stream_postgres_database_by_id").await;
    let item = &tool["inputSchema"]["properties"]["replication_slots"]["items"];
    assert_eq!((&item["required"], &item["properties"]["id"]["format"]), (&json!(["id"]), &json!("uuid")));
}

#[tokio::test]
async fn row_153_a_backfill_warns_of_its_volume_and_of_duplicates() {
    let text = description("create_a_sequin_stream_backfill").await;
    holds(&text, &["every existing row", "`read` messages", "much volume", "duplicates downstream"]);
}

#[tokio::test]
async fn row_154_the_states_of_a_sink_are_told_where_it_is_looked_at() {
    let tool = "get_single_sequin_stream_sink_consumer_by_id";
    let text = description(tool).await;
    holds(&text, &["status (active, disabled, paused)"]);
    holds(&text, &["health (healthy, warning, error, initializing, waiting, paused)"]);
    let (client, _) = Setup::sequin().output_schemas().start().await;
    let sink = client.tool(tool).await["outputSchema"]["properties"]["result"]["properties"].clone();
    holds(&sink["status"].to_string(), &["active", "disabled", "paused"]);
    holds(&sink["health"]["properties"]["status"].to_string(), &["healthy", "warning", "error", "waiting"]);
}

#[tokio::test]
async fn row_155_cancelling_says_what_it_does_and_that_it_is_final() {
    let text = description("update_a_sequin_stream_backfill_by_id").await;
    holds(&text, &["`cancelled` stops it at once", "irreversible", "rows already ingested still arrive"]);
    let (client, _) = sequin().await;
    let hints = client.tool("update_a_sequin_stream_backfill_by_id").await["annotations"].clone();
    assert_eq!((&hints["destructiveHint"], &hints["readOnlyHint"]), (&json!(true), &json!(false)));
}

#[tokio::test]
async fn row_156_a_table_refresh_says_when_it_is_needed() {
    let text = description("create_a_sequin_stream_postgres_database_table_refresh").await;
    holds(&text, &["after schema changes", "migrations", "before new tables are used"]);
}

#[tokio::test]
async fn row_157_row_158_a_nack_redelivers_and_may_do_so_for_ever() {
    let text = description("create_a_sequin_stream_http_pull_consumer_nack").await;
    holds(&text, &["immediate redelivery", "same ack_id", "no discard", "loop forever"]);
    let (client, _) = sequin().await;
    let hints = client.tool("create_a_sequin_stream_http_pull_consumer_nack").await["annotations"].clone();
    assert_eq!(hints["destructiveHint"], false);
}

/// Facts of the vendor's API, and where the model finds them.
#[tokio::test]
async fn row_168_documented_facts_stand_in_the_input_schemas() {
    let table = [
        (
            "create_a_sequin_stream_sink_consumer",
            "/batch_size",
            json!({ "type": "integer", "minimum": 1, "maximum": 1000, "default": 1 }),
        ),
        (
            "create_a_sequin_stream_sink_consumer",
            "/status",
            json!({ "type": "string", "enum": ["active", "disabled", "paused"], "default": "active" }),
        ),
        (
            "create_a_sequin_stream_sink_consumer",
            "/timestamp_format",
            json!({ "type": "string", "enum": ["iso8601", "unix_microsecond"], "default": "iso8601" }),
        ),
        (
            "create_a_sequin_stream_sink_consumer",
            "/load_shedding_policy",
            json!({ "type": "string", "enum": ["pause_on_full", "discard_on_full"], "default": "pause_on_full" }),
        ),
        (
            "create_a_sequin_stream_sink_consumer",
            "/max_retry_count",
            json!({ "type": "integer", "minimum": 1, "description": "Default: unlimited" }),
        ),
        (
            "create_a_sequin_stream_sink_consumer",
            "/message_grouping",
            json!({ "type": "boolean", "default": true }),
        ),
        (
            "create_a_sequin_stream_sink_consumer",
            "/name",
            json!({ "type": "string", "pattern": "^[a-zA-Z0-9_.-]+$" }),
        ),
        (
            "create_a_sequin_stream_sink_consumer",
            "/database",
            json!({ "type": "string", "description": "Name, not id" }),
        ),
        (
            "create_a_sequin_stream_sink_consumer",
            "/destination/properties/sasl_mechanism/enum",
            json!(["plain", "scram_sha_256", "scram_sha_512", "aws_msk_iam"]),
        ),
        (
            "create_a_sequin_stream_sink_consumer",
            "/destination/properties/http_endpoint/description",
            json!("webhook*: name"),
        ),
        (
            "update_a_sequin_stream_sink_consumer_by_id",
            "/actions",
            json!({ "type": "array", "items": { "type": "string", "enum": ["insert", "update", "delete"] } }),
        ),
        ("create_a_sequin_stream_postgres_database", "/ssl", json!({ "type": "boolean", "default": false })),
        (
            "create_a_sequin_stream_postgres_database",
            "/port",
            json!({ "type": "integer", "description": "Default: 5432" }),
        ),
        ("get_single_sequin_stream_backfill_by_id", "/id", json!({ "type": "string", "format": "uuid" })),
        (
            "update_a_sequin_stream_postgres_replication_by_id",
            "/status",
            json!({ "type": "string", "enum": ["active", "disabled"] }),
        ),
    ];
    let (client, _) = sequin().await;
    for (tool, pointer, wanted) in table {
        let properties = client.tool(tool).await["inputSchema"]["properties"].clone();
        assert_eq!(properties.pointer(pointer), Some(&wanted), "{tool}{pointer}");
    }
}

/// Every documented property, at every depth, is listed with its type, words, format and description.
#[tokio::test]
async fn row_168_nothing_that_is_documented_is_lost_on_the_way_to_the_schema() {
    let loaded = Config::new(repository("schemas")).load().expect("sound documentation");
    let vendor =
        loaded.catalog.vendors.iter().find(|vendor| vendor.slug == "sequin_stream").expect("the vendor");
    let (client, _) = sequin().await;
    let tools = client.tools().await;
    let mut compared = 0;
    for tool in &vendor.tools {
        let listed = tools.iter().find(|listed| listed["name"] == tool.name).expect("the tool");
        let properties = listed["inputSchema"]["properties"].as_object().expect("properties");
        compared += compare(vendor, &tool.name, &tool.params, properties);
    }
    assert!(compared > 150, "only {compared} properties");
}

fn compare(vendor: &Vendor, path: &str, params: &[Param], properties: &Map<String, Value>) -> usize {
    let names: Vec<_> = params.iter().map(|param| &param.name).collect();
    assert_eq!(properties.keys().collect::<Vec<_>>(), names, "{path}");
    let mut compared = params.len();
    for param in params {
        let (path, node) = (format!("{path}.{}", param.name), &properties[&param.name]);
        let kind = match &param.kind {
            Kind::Text { .. } | Kind::Enum { .. } | Kind::Any => "string",
            Kind::Integer { .. } => "integer",
            Kind::Number { .. } => "number",
            Kind::Boolean => "boolean",
            Kind::List { .. } => "array",
            Kind::Object { .. } | Kind::Union { .. } | Kind::Map { .. } => "object",
        };
        assert_eq!(node["type"], kind, "{path}");
        assert_eq!(node["format"].as_str(), param.format.as_deref(), "{path}");
        assert_eq!(node["description"].as_str().unwrap_or_default(), param.description, "{path}");
        if let Kind::Enum { words, .. } = &param.kind {
            assert_eq!(node["enum"], json!(words), "{path}");
        }
        if param.brief {
            continue;
        }
        assert_eq!(node.get("default"), param.default.as_ref(), "{path}");
        let inner = match &param.kind {
            Kind::List { items, .. } => (&**items, &node["items"]),
            other => (other, node),
        };
        if let (Kind::Object { ty }, node) = inner {
            let Some(Shape::Object(object)) = vendor.ty(ty).map(|ty| &ty.shape) else { panic!("{path}") };
            let properties = node["properties"].as_object().expect("properties");
            compared += compare(vendor, &path, &object.fields, properties);
        }
    }
    compared
}
