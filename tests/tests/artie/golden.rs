//! From `tools/call` to the bytes on the wire: every tool, called as its documentation shows it.

use crate::world::{Client, Recorder, Seen, TOKEN, artie, recorded};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use toolpress_codegen::Config;
use toolpress_codegen::model::Tool;

/// The operations of the vendor's API, and the tools that make them callable.
const OPERATIONS: [(&str, &str); 60] = [
    ("GET /column-hashing-salts", "list_all_artie_column_hashing_salts"),
    ("POST /column-hashing-salts", "create_a_artie_column_hashing_salt"),
    ("GET /column-hashing-salts/{}", "get_single_artie_column_hashing_salt_by_id"),
    ("POST /column-hashing-salts/{}", "update_a_artie_column_hashing_salt_by_id"),
    ("DELETE /column-hashing-salts/{}", "delete_a_artie_column_hashing_salt_by_id"),
    ("POST /column-hashing-salts/{}/preview", "artie_column_hashing_salts_preview"),
    ("POST /connectors", "create_a_artie_connector"),
    ("GET /connectors/{}", "get_single_artie_connector_by_id"),
    ("POST /connectors/{}", "update_a_artie_connector_by_id"),
    ("DELETE /connectors/{}", "delete_a_artie_connector_by_id"),
    ("POST /connectors/ping", "artie_connectors_ping"),
    ("POST /connectors/databases", "artie_connectors_fetch_databases"),
    ("POST /connectors/schemas", "artie_connectors_fetch_schemas"),
    ("POST /connectors/tables", "artie_connectors_fetch_tables"),
    ("GET /connectors/{}/detail", "artie_connectors_fetch_table_details"),
    ("POST /connectors/postgres-publications", "artie_connectors_fetch_postgres_publications"),
    ("POST /connectors/new-database", "artie_connectors_create_database"),
    ("POST /connectors/new-schema", "artie_connectors_create_schema"),
    ("POST /connectors/new-snowflake-warehouse", "artie_connectors_create_snowflake_warehouse"),
    ("POST /connectors/{}/generate-shadow-script", "artie_connectors_generate_shadow_script"),
    ("POST /connectors/{}/postgres-drop-replication-slot", "artie_connectors_drop_postgres_replication_slot"),
    ("POST /connectors/{}/start-dynamodb-export", "artie_connectors_start_dynamodb_export"),
    ("POST /data-catalog/search", "artie_data_catalog_search"),
    ("GET /encryption-keys", "list_all_artie_encryption_keys"),
    ("POST /encryption-keys", "create_a_artie_encryption_key"),
    ("GET /encryption-keys/{}", "get_single_artie_encryption_key_by_id"),
    ("POST /encryption-keys/{}", "update_a_artie_encryption_key_by_id"),
    ("DELETE /encryption-keys/{}", "delete_a_artie_encryption_key_by_id"),
    ("POST /ingestion-api-keys", "create_a_artie_ingestion_api_key"),
    ("POST /ingestion-api-keys/{}", "update_a_artie_ingestion_api_key_by_id"),
    ("DELETE /ingestion-api-keys/{}", "delete_a_artie_ingestion_api_key_by_id"),
    ("GET /pipelines", "list_all_artie_pipelines"),
    ("POST /pipelines", "create_a_artie_pipeline"),
    ("GET /pipelines/{}", "get_single_artie_pipeline_by_id"),
    ("POST /pipelines/{}", "update_a_artie_pipeline_by_id"),
    ("DELETE /pipelines/{}", "delete_a_artie_pipeline_by_id"),
    ("POST /pipelines/{}/start", "artie_pipelines_start"),
    ("POST /pipelines/{}/status", "artie_pipelines_update_status"),
    ("POST /pipelines/{}/backfill/cancel", "artie_pipelines_cancel_backfill"),
    ("POST /pipelines/{}/detect-schema-changes", "artie_pipelines_detect_schema_changes"),
    ("POST /pipelines/{}/update-with-source-reader", "artie_pipelines_update_with_source_reader"),
    ("POST /pipelines/create-from-source", "artie_pipelines_create_from_source"),
    ("POST /pipelines/validate-unsaved-source", "artie_pipelines_validate_unsaved_source"),
    ("POST /pipelines/validate-unsaved-destination", "artie_pipelines_validate_unsaved_destination"),
    ("POST /privatelink-connections", "create_a_artie_privatelink_connection"),
    ("GET /privatelink-connections/{}", "get_single_artie_privatelink_connection_by_id"),
    ("POST /privatelink-connections/{}", "update_a_artie_privatelink_connection_by_id"),
    ("DELETE /privatelink-connections/{}", "delete_a_artie_privatelink_connection_by_id"),
    ("GET /source-readers", "list_all_artie_source_readers"),
    ("POST /source-readers", "create_a_artie_source_reader"),
    ("GET /source-readers/{}", "get_single_artie_source_reader_by_id"),
    ("POST /source-readers/{}", "update_a_artie_source_reader_by_id"),
    ("DELETE /source-readers/{}", "delete_a_artie_source_reader_by_id"),
    ("POST /source-readers/{}/deploy", "artie_source_readers_deploy"),
    ("POST /source-readers/{}/status", "artie_source_readers_update_status"),
    ("POST /source-readers/validate-unsaved", "artie_source_readers_validate_unsaved"),
    ("POST /ssh-tunnels", "create_a_artie_ssh_tunnel"),
    ("GET /ssh-tunnels/{}", "get_single_artie_ssh_tunnel_by_id"),
    ("POST /ssh-tunnels/{}", "update_a_artie_ssh_tunnel_by_id"),
    ("DELETE /ssh-tunnels/{}", "delete_a_artie_ssh_tunnel_by_id"),
];

/// The header fields a request may have; each once at most.
const FIELDS: [&str; 7] =
    ["accept", "accept-encoding", "authorization", "content-length", "content-type", "host", "user-agent"];

/// The tools as documented, with their examples.
pub(crate) fn documented() -> Vec<Tool> {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas");
    let loaded = Config::new(schemas).vendors(["artie"]).load().expect("sound documentation");
    loaded.catalog.vendors.into_iter().flat_map(|vendor| vendor.tools).collect()
}

/// The request that a call becomes.
async fn sent(client: &Client, recorder: &Recorder, tool: &str, arguments: &Value) -> Seen {
    let result = client.call(tool, arguments.clone()).await;
    assert_eq!(result["isError"], false, "{tool}: {result}");
    recorder.only()
}

/// A request with uuids left out of its path, to be compared with an operation.
fn operation(line: &str) -> String {
    let (method, target) = line.split_once(' ').expect("a method");
    let path = target.split('?').next().unwrap_or_default();
    let is_id = |part: &str| part.len() == 36 && part.matches('-').count() == 4;
    let parts: Vec<_> = path.split('/').map(|part| if is_id(part) { "{}" } else { part }).collect();
    format!("{method} {}", parts.join("/"))
}

fn check_headers(tool: &str, seen: &Seen) {
    assert_eq!(seen.header("authorization"), [format!("Bearer {TOKEN}")], "{tool}");
    assert_eq!(seen.header("accept"), ["application/json"], "{tool}");
    let media: &[&str] =
        if seen.line.starts_with("POST ") && !seen.body.is_empty() { &["application/json"] } else { &[] };
    assert_eq!(seen.header("content-type"), media, "{tool}");
    if !seen.body.is_empty() {
        assert_eq!(seen.header("content-length"), [seen.body.len().to_string()], "{tool}");
    }
    for (name, _) in &seen.headers {
        assert!(FIELDS.contains(&name.as_str()), "{tool} sends {name}");
        assert_eq!(seen.header(name).len(), 1, "{tool} repeats {name}");
    }
}

/// A request as a person reviews it. The secret is left out, and what differs from machine to machine.
fn shown(seen: &Seen) -> String {
    let mut text = format!("{}\n", seen.line);
    for field in ["accept", "authorization", "content-type"] {
        for value in seen.header(field) {
            text += &format!("{field}: {}\n", value.replace(TOKEN, "<api_key>"));
        }
    }
    if !seen.body.is_empty() {
        text += &format!("\n{}\n", seen.body);
    }
    text
}

#[tokio::test]
async fn row_011_every_tool_sends_exactly_its_golden_requests() {
    let (client, recorder) = recorded().await;
    for tool in documented() {
        let mut requests = Vec::new();
        for example in &tool.examples {
            let seen = sent(&client, &recorder, &tool.name, example).await;
            check_headers(&tool.name, &seen);
            requests.push(shown(&seen));
        }
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(tool.name.as_str(), requests.join("\n---\n"));
        });
    }
}

#[tokio::test]
async fn row_006_row_008_every_operation_of_the_vendor_is_called_by_its_tool() {
    let (client, recorder) = recorded().await;
    let mut called = BTreeMap::new();
    for tool in documented() {
        for example in &tool.examples {
            let seen = sent(&client, &recorder, &tool.name, example).await;
            called.insert(operation(&seen.line), tool.name.clone());
        }
    }
    let wanted: BTreeMap<_, _> =
        OPERATIONS.iter().map(|(line, tool)| ((*line).to_owned(), (*tool).to_owned())).collect();
    assert_eq!(called, wanted);
    assert_eq!(artie().tools.len(), OPERATIONS.len());
    let mut names: Vec<_> = OPERATIONS.iter().map(|(_, tool)| *tool).collect();
    names.sort_unstable();
    assert_eq!(client.names().await, names, "all are shown unless a filter says otherwise");
}

#[test]
fn row_011_no_tool_is_without_a_golden_request() {
    let tools = documented();
    assert_eq!(tools.len(), artie().tools.len());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/artie/snapshots");
    let files = std::fs::read_dir(folder).expect("a folder").map(|file| file.expect("a file").file_name());
    let golden: BTreeSet<_> =
        files.filter_map(|file| Some(file.to_str()?.strip_suffix(".snap")?.to_owned())).collect();
    let named: BTreeSet<_> = tools.iter().map(|tool| tool.name.clone()).collect();
    assert_eq!(golden, named);
    for tool in tools {
        assert!(!tool.examples.is_empty(), "{} shows no call", tool.name);
    }
}

/// Whatever is given arrives: nothing is dropped, renamed or put where it does not belong.
#[tokio::test]
async fn row_011_each_argument_arrives_in_its_place() {
    let (client, recorder) = recorded().await;
    for tool in documented() {
        for example in &tool.examples {
            let seen = sent(&client, &recorder, &tool.name, example).await;
            let (method, target) = seen.line.split_once(' ').expect("a method");
            let (path, query) = target.split_once('?').unwrap_or((target, ""));
            let given = example.as_object().expect("arguments");
            let mut arrived = serde_json::Map::new();
            if let Some(id) = given.get("id") {
                assert!(path.contains(id.as_str().expect("a text")), "{}: {}", tool.name, seen.line);
                arrived.insert("id".to_owned(), id.clone());
            }
            for pair in query.split('&').filter(|pair| !pair.is_empty()) {
                let (name, value) = pair.split_once('=').expect("a value");
                let value = if value == "true" { true.into() } else { value.into() };
                arrived.insert(name.to_owned(), value);
            }
            if method == "POST" && !seen.body.is_empty() {
                let mut body = seen.json().as_object().expect("an object").clone();
                // Full replacements repeat the id of the path.
                if !given.contains_key("uuid") && body.contains_key("uuid") {
                    assert_eq!(body.remove("uuid").as_ref(), given.get("id"), "{}", tool.name);
                }
                arrived.extend(body);
            }
            assert_eq!(&arrived, given, "{}", tool.name);
        }
    }
}
