//! The official SDK's client against the server: both eras, over HTTP and over pipes.

use crate::agent::{Agent, Era, http_transport};
use crate::program::program;
use crate::support::{World, all_names, filter, names_of};
use rmcp::model::{ErrorCode, ProtocolVersion};
use rmcp::{ClientLifecycleMode, serve_client_with_lifecycle};
use serde_json::{Value, json};

const LIST: &str = "list_all_sequin_stream_sink_consumers";
const NACK: &str = "create_a_sequin_stream_http_pull_consumer_nack";

/// A list, a read, a write, an error of the vendor, one of the arguments, one of the name.
pub(crate) async fn go_round(world: &World, agent: &mut Agent, era: Era) {
    let info = agent.service.peer_info().expect("what the server told of itself");
    assert_eq!(info.protocol_version, era.version());
    let server = info.server_info.as_ref().expect("its name");
    assert_eq!((server.name.as_str(), server.version.as_str()), ("Sequin Stream", "0.1.0"));
    assert!(info.instructions.as_ref().is_some_and(|text| text.contains("Databases feed sinks")));

    let names = agent.tools().await;
    assert_eq!(names.len(), 36);
    assert_eq!(names, all_names());

    let sinks = agent.ask(LIST, json!({ "limit": 4 })).await;
    assert_eq!(sinks["result_count"], 4);
    assert!(sinks["next_cursor"].is_string());
    let rest = agent.ask(LIST, json!({ "next_cursor": sinks["next_cursor"] })).await;
    assert_eq!((&rest["result_count"], &rest["next_cursor"]), (&json!(5), &Value::Null));

    let made = agent
        .ask("create_a_sequin_stream_http_endpoint", json!({ "name": "n", "url": "https://a.example/x" }));
    let made = made.await["result"].take();
    let read = agent.ask("get_single_sequin_stream_http_endpoint_by_id", json!({ "id": made["id"] })).await;
    assert_eq!(read["result"]["name"], "n");
    let gone = agent.ask("delete_a_sequin_stream_http_endpoint_by_id", json!({ "id": "n" })).await;
    assert_eq!(gone["result"]["deleted"], true);

    let told = agent.fail("get_single_sequin_stream_http_endpoint_by_id", json!({ "id": "n" })).await;
    assert!(told.contains("404 Not Found") && told.contains("No `http endpoint` found"), "{told}");
    let before = world.log.len();
    let told = agent.fail(NACK, json!({ "consumer": "x" })).await;
    assert!(told.contains("`consumer_id_or_name`") && told.contains("`ack_ids`"), "{told}");
    let error = agent.unknown("create_a_sequin_stream_sink", json!({})).await;
    assert_eq!(error.code, ErrorCode::INVALID_PARAMS);
    assert!(error.message.contains("Did you mean"), "{error}");
    assert_eq!(world.log.len(), before, "what cannot be right is not sent");
}

#[tokio::test]
async fn row_52_the_sdk_lists_and_calls_over_http_in_the_era_of_handshakes() {
    let world = World::new().await;
    let mut agent = Agent::over_http(&world.serve().await, Era::Legacy).await;
    go_round(&world, &mut agent, Era::Legacy).await;
}

#[tokio::test]
async fn row_52_the_sdk_lists_and_calls_over_http_in_the_era_without() {
    let world = World::new().await;
    let mut agent = Agent::over_http(&world.serve().await, Era::Modern).await;
    go_round(&world, &mut agent, Era::Modern).await;
}

#[tokio::test]
async fn row_52_the_sdk_lists_and_calls_over_pipes_in_both_eras() {
    for era in Era::BOTH {
        let world = World::new().await;
        let command = program(&["stdio", "sequin_stream", "--base-url", &world.base_url]);
        let mut agent = Agent::over_pipes(command, era).await;
        go_round(&world, &mut agent, era).await;
        agent.service.cancel().await.expect("an end in peace");
    }
}

#[tokio::test]
async fn a_client_that_probes_finds_the_newest_era() {
    let world = World::new().await;
    let transport = http_transport(&world.serve().await);
    let lifecycle = ClientLifecycleMode::Auto {
        preferred_versions: vec![ProtocolVersion::V_2026_07_28],
        legacy_version: Some(ProtocolVersion::V_2025_11_25),
    };
    let service = serve_client_with_lifecycle((), transport, lifecycle).await.expect("a connection");
    let version = service.peer_info().expect("what the server told").protocol_version.clone();
    assert_eq!(version, ProtocolVersion::V_2026_07_28);
    assert_eq!(service.list_all_tools().await.expect("a list").len(), 36);
}

#[tokio::test]
async fn both_eras_and_both_transports_list_the_same() {
    let world = World::new().await;
    let url = world.serve().await;
    let mut lists = Vec::new();
    for era in Era::BOTH {
        let command = program(&["stdio", "sequin_stream", "--base-url", &world.base_url]);
        for agent in [Agent::over_http(&url, era).await, Agent::over_pipes(command, era).await] {
            let tools = agent.service.list_all_tools().await.expect("a list");
            lists.push(serde_json::to_value(tools).expect("JSON"));
        }
    }
    assert!(lists[0].as_array().is_some_and(|tools| tools.len() == 36));
    assert!(lists.iter().all(|list| *list == lists[0]));
}

#[tokio::test]
async fn every_listed_tool_is_described_and_annotated() {
    let world = World::new().await;
    let agent = Agent::connect(&world.serve().await).await;
    let count = |effect: &str| names_of(&filter(&[], &[], &[effect])).len();
    let (mut reads, mut destroys) = (0, 0);
    for tool in agent.service.list_all_tools().await.expect("a list") {
        let tool = serde_json::to_value(tool).expect("JSON");
        assert!(tool["description"].as_str().is_some_and(|text| text.ends_with('.')), "{tool}");
        assert_eq!(tool["inputSchema"]["type"], "object", "{tool}");
        assert_eq!(tool["inputSchema"]["additionalProperties"], false, "{tool}");
        let hints = &tool["annotations"];
        assert!(hints["readOnlyHint"].is_boolean() && hints["openWorldHint"].is_boolean(), "{tool}");
        reads += usize::from(hints["readOnlyHint"] == true);
        destroys += usize::from(hints["destructiveHint"] == true);
    }
    assert_eq!((reads, destroys), (count("read"), count("destructive")));
}
