//! Which tools there are, how they are named, and what all of their texts cost a model.

use crate::press::repository;
use crate::world::{Setup, sequin};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Every operation of the vendor's router (aliases once), and the tool that makes it callable.
const OPERATIONS: [(&str, &str); 36] = [
    ("GET /postgres_databases", "list_all_sequin_stream_postgres_databases"),
    ("GET /postgres_databases/{}", "get_single_sequin_stream_postgres_database_by_id"),
    ("POST /postgres_databases", "create_a_sequin_stream_postgres_database"),
    ("PATCH /postgres_databases/{}", "update_a_sequin_stream_postgres_database_by_id"),
    ("DELETE /postgres_databases/{}", "delete_a_sequin_stream_postgres_database_by_id"),
    (
        "POST /postgres_databases/{}/test_connection",
        "create_a_sequin_stream_postgres_database_test_connection",
    ),
    ("POST /postgres_databases/{}/refresh_tables", "create_a_sequin_stream_postgres_database_table_refresh"),
    ("GET /postgres_replications", "list_all_sequin_stream_postgres_replications"),
    ("GET /postgres_replications/{}", "get_single_sequin_stream_postgres_replication_by_id"),
    ("POST /postgres_replications", "create_a_sequin_stream_postgres_replication"),
    ("PATCH /postgres_replications/{}", "update_a_sequin_stream_postgres_replication_by_id"),
    ("DELETE /postgres_replications/{}", "delete_a_sequin_stream_postgres_replication_by_id"),
    ("GET /api_keys", "list_all_sequin_stream_api_keys"),
    ("POST /api_keys", "create_a_sequin_stream_api_key"),
    ("DELETE /api_keys/{}", "delete_a_sequin_stream_api_key_by_id"),
    ("GET /local_tunnels", "list_all_sequin_stream_local_tunnels"),
    ("GET /destinations/http_endpoints", "list_all_sequin_stream_http_endpoints"),
    ("GET /destinations/http_endpoints/{}", "get_single_sequin_stream_http_endpoint_by_id"),
    ("POST /destinations/http_endpoints", "create_a_sequin_stream_http_endpoint"),
    ("PATCH /destinations/http_endpoints/{}", "update_a_sequin_stream_http_endpoint_by_id"),
    ("DELETE /destinations/http_endpoints/{}", "delete_a_sequin_stream_http_endpoint_by_id"),
    ("GET /sinks", "list_all_sequin_stream_sink_consumers"),
    ("GET /sinks/{}", "get_single_sequin_stream_sink_consumer_by_id"),
    ("POST /sinks", "create_a_sequin_stream_sink_consumer"),
    ("PATCH /sinks/{}", "update_a_sequin_stream_sink_consumer_by_id"),
    ("DELETE /sinks/{}", "delete_a_sequin_stream_sink_consumer_by_id"),
    ("GET /sinks/{}/backfills", "list_all_sequin_stream_backfills"),
    ("GET /sinks/{}/backfills/{}", "get_single_sequin_stream_backfill_by_id"),
    ("POST /sinks/{}/backfills", "create_a_sequin_stream_backfill"),
    ("PATCH /sinks/{}/backfills/{}", "update_a_sequin_stream_backfill_by_id"),
    ("GET /http_pull_consumers/{}/receive", "list_all_sequin_stream_http_pull_consumers"),
    ("POST /http_pull_consumers/{}/ack", "create_a_sequin_stream_http_pull_consumer_ack"),
    ("POST /http_pull_consumers/{}/nack", "create_a_sequin_stream_http_pull_consumer_nack"),
    ("POST /config/plan", "sequin_stream_config_plan"),
    ("POST /config/apply", "sequin_stream_config_apply"),
    ("GET /config/export", "sequin_stream_config_export"),
];

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

/// The words of a name or text, lower case, without plural endings and filler.
fn words(text: &str) -> Vec<String> {
    let split = text.split(|c: char| !c.is_ascii_alphanumeric()).map(str::to_lowercase);
    let split = split.map(|word| word.trim_end_matches('s').to_owned());
    split
        .filter(|word| !["", "a", "an", "the", "by", "of", "it", "all", "single"].contains(&word.as_str()))
        .collect()
}

#[tokio::test]
async fn row_004_every_description_says_more_than_the_name() {
    let (client, _) = sequin().await;
    for tool in client.tools().await {
        let (name, description) = (text(&tool["name"]), text(&tool["description"]));
        assert!(description.chars().count() >= 20, "{name}: {description}");
        let known = words(name);
        let news = words(description).into_iter().filter(|word| !known.contains(word)).count();
        assert!(news >= 2, "{name}: {description}");
        let placeholder =
            ["todo", "tbd", "lorem"].into_iter().find(|word| description.to_lowercase().contains(word));
        assert_eq!(placeholder, None, "{name}");
    }
}

#[tokio::test]
async fn row_006_row_007_every_operation_of_the_vendor_is_a_tool() {
    let vendor = toolpress_generated::CATALOG.vendor("sequin_stream").expect("the vendor");
    let operation = |tool: &toolpress_core::Tool| {
        let path: Vec<_> =
            tool.path.split('/').map(|part| if part.starts_with('{') { "{}" } else { part }).collect();
        (format!("{} {}", tool.http, path.join("/")), tool.name)
    };
    let pressed: BTreeMap<_, _> = vendor.tools.iter().map(operation).collect();
    let wanted: BTreeMap<_, _> = OPERATIONS.iter().map(|(line, name)| ((*line).to_owned(), *name)).collect();
    assert_eq!(pressed, wanted);
    assert_eq!(vendor.tools.len(), OPERATIONS.len());

    let (client, _) = sequin().await;
    let mut names: Vec<_> = OPERATIONS.iter().map(|(_, name)| *name).collect();
    names.sort_unstable();
    let listed = client.tools().await;
    assert_eq!(listed.iter().map(|tool| text(&tool["name"])).collect::<Vec<_>>(), names);
}

/// The copies of all entries that people read beside the code: none is missing, none is left over.
#[tokio::test]
async fn row_010_the_inventory_is_complete_and_open_to_everyone() {
    let (client, _) = Setup::sequin().output_schemas().start().await;
    let folder = repository("generated/tests/snapshots/sequin_stream");
    let files = std::fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").file_name());
    let published: BTreeSet<_> =
        files.filter_map(|file| Some(file.to_str()?.strip_suffix(".snap")?.to_owned())).collect();
    let tools = client.tools().await;
    assert_eq!(published, tools.iter().map(|tool| text(&tool["name"]).to_owned()).collect());
    for tool in tools {
        for part in ["inputSchema", "outputSchema", "annotations"] {
            assert!(tool[part].is_object(), "{} has no {part}", tool["name"]);
        }
    }
}

#[tokio::test]
async fn row_012_actions_beside_the_usual_five_are_tools_of_their_own() {
    let (client, vendor) = sequin().await;
    for (name, when) in [
        ("sequin_stream_config_plan", "would change"),
        ("sequin_stream_config_apply", "Creates and updates"),
        ("sequin_stream_config_export", "configuration as YAML"),
    ] {
        let tool = client.tool(name).await;
        assert!(text(&tool["description"]).contains(when), "{name}");
        let arguments = if name.ends_with("export") { json!({}) } else { json!({ "yaml": "sinks: []" }) };
        client.done(name, arguments).await;
        let action = name.rsplit('_').next().unwrap();
        assert!(vendor.only().line.ends_with(&format!("/config/{action}")));
    }
}

#[tokio::test]
async fn row_013_row_014_lists_take_a_limit_and_an_opaque_cursor() {
    let (client, _) = sequin().await;
    let mut lists = 0;
    for tool in client.tools().await {
        let (name, properties) = (text(&tool["name"]), &tool["inputSchema"]["properties"]);
        // Receiving leases what it returns, so it is no list that could be paged through.
        let paged = name.starts_with("list_all_") && !name.ends_with("_http_pull_consumers");
        assert_eq!(properties.get("limit").is_some(), paged, "{name}");
        assert_eq!(properties.get("next_cursor").is_some(), paged, "{name}");
        if paged {
            lists += 1;
            let limit = json!({ "type": "integer", "minimum": 1, "maximum": 1000, "default": 100 });
            assert_eq!(properties["limit"], limit, "{name}");
            let told = text(&properties["next_cursor"]["description"]);
            assert!(told.contains("exactly as you received it"), "{name}: {told}");
            let required = tool["inputSchema"]["required"].as_array().unwrap();
            assert!(
                !required.contains(&json!("limit")) && !required.contains(&json!("next_cursor")),
                "{name}"
            );
        }
    }
    assert_eq!(lists, 7);
}

#[tokio::test]
async fn row_015_arguments_are_one_flat_object() {
    let (client, vendor) = sequin().await;
    for tool in client.tools().await {
        let properties = tool["inputSchema"]["properties"].as_object().unwrap();
        for wrapper in ["query", "body", "params", "arguments", "request", "input"] {
            assert!(!properties.contains_key(wrapper), "{}", tool["name"]);
        }
    }
    let wrapped = json!({ "body": { "yaml": "sinks: []" } });
    assert!(client.call("sequin_stream_config_plan", wrapped).await.is_error());
    assert_eq!(vendor.seen().len(), 0);
}

/// What a model reads of all tools is paid for in every conversation.
#[tokio::test]
async fn budget_the_texts_of_all_tools_cost_a_model_22_000_bytes_at_most() {
    let (client, _) = sequin().await;
    let tools = client.tools().await;
    let bytes = |tool: &Value| {
        text(&tool["name"]).len() + text(&tool["description"]).len() + tool["inputSchema"].to_string().len()
    };
    let total: usize = tools.iter().map(bytes).sum();
    assert!(total <= 22_000, "{total} bytes");
    let mut lengths = Vec::new();
    for tool in &tools {
        let (name, description) = (text(&tool["name"]), text(&tool["description"]));
        let first = description.split_inclusive(". ").next().unwrap_or_default().trim_end();
        assert!(first.chars().count() <= 150, "{name}: {first}");
        assert!(description.chars().count() <= 1_000, "{name}");
        lengths.push(description.chars().count());
    }
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(median <= 250, "the median description has {median} characters");
}
