//! What a filtered server runs: what it lists, and nothing that it does not, however well the name is known.

use crate::agent::{Agent, Era};
use crate::support::{World, filter, hidden, http_client, names_of, rpc};
use rmcp::model::ErrorCode;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use toolpress_core::Filter;

/// Status, headers without the date, body.
type Answer = (u16, BTreeMap<String, String>, String);

async fn call(client: &reqwest::Client, url: &str, tool: &str, arguments: &Value) -> Answer {
    let message = rpc("tools/call", &json!({ "name": tool, "arguments": arguments }));
    let response = client.post(url).json(&message).send().await.expect("an answer");
    let headers =
        response.headers().iter().filter(|(name, _)| !["date", "content-length"].contains(&name.as_str()));
    let headers =
        headers.map(|(name, value)| (name.to_string(), value.to_str().expect("a text").to_owned())).collect();
    (response.status().as_u16(), headers, response.text().await.expect("a text"))
}

/// Asserts that an answer is the one to a name that means nothing. A suggestion may only be a visible name.
fn assert_unknown(answer: &Answer, name: &str, visible: &[&str]) {
    let (status, _, body) = answer;
    let body: Value = serde_json::from_str(body).expect("JSON");
    let message = body["error"]["message"].as_str().expect("a message");
    let rest = message.strip_prefix(&format!("Unknown tool `{name}`.")).expect("the usual beginning");
    let meant = rest.strip_prefix(" Did you mean `").and_then(|rest| rest.strip_suffix("`?"));
    assert!(rest.is_empty() || meant.is_some_and(|meant| visible.contains(&meant)), "{message}");
    let error = json!({ "code": -32602, "message": message });
    assert_eq!((*status, body), (200, json!({ "jsonrpc": "2.0", "id": 1, "error": error })));
}

#[tokio::test]
async fn row_130_a_hidden_tool_answers_as_a_name_that_never_was_and_the_vendor_hears_nothing() {
    let client = http_client();
    for filter in [
        filter(&["read"], &[], &[]),
        filter(&[], &["tunnels"], &[]),
        filter(&[], &[], &["destructive"]),
        filter(&["custom"], &[], &[]),
    ] {
        let world = World::new().await;
        let url = world.serve_only(&filter).await;
        let visible = names_of(&filter);
        for tool in hidden(&filter) {
            let arguments = json!({ "id": "warehouse_sync", "sink_id_or_name": "warehouse_sync" });
            let answer = call(&client, &url, tool.name, &arguments).await;
            assert_unknown(&answer, tool.name, &visible);
            let invented = format!("{}z", &tool.name[..tool.name.len() - 1]);
            let other = call(&client, &url, &invented, &arguments).await;
            assert_unknown(&other, &invented, &visible);
            assert_eq!(answer.1, other.1, "not even the headers differ");
        }
        assert_eq!(world.requests(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn row_131_an_auditor_can_neither_backfill_nor_delete_nor_acknowledge() {
    let world = World::new().await;
    let url = world.serve_only(&filter(&["read"], &[], &[])).await;
    let stored = world.simulated.stored_messages("invoice_processor");
    for era in Era::BOTH {
        let mut auditor = Agent::over_http(&url, era).await;
        let messages = auditor.ask(
            "list_all_sequin_stream_http_pull_consumers",
            json!({ "consumer_id_or_name": "invoice_processor" }),
        );
        let ack_id = messages.await["result"][0]["ack_id"].take();
        assert!(ack_id.is_string(), "reading works");
        let before = world.log.len();
        for (tool, arguments) in [
            (
                "create_a_sequin_stream_backfill",
                json!({ "sink_id_or_name": "snowflake_sink", "table": "transactions" }),
            ),
            ("delete_a_sequin_stream_postgres_database_by_id", json!({ "id": "staging_db" })),
            (
                "create_a_sequin_stream_http_pull_consumer_ack",
                json!({ "consumer_id_or_name": "invoice_processor", "ack_ids": [ack_id] }),
            ),
        ] {
            let error = auditor.unknown(tool, arguments).await;
            assert_eq!((error.code, error.data), (ErrorCode::INVALID_PARAMS, None), "{tool}");
            assert!(error.message.starts_with(&format!("Unknown tool `{tool}`.")), "{}", error.message);
        }
        assert_eq!(world.log.len(), before, "the vendor hears nothing");
    }
    assert_eq!(world.simulated.stored_messages("invoice_processor"), stored);
    let mut agent = Agent::connect(&world.serve().await).await;
    let database =
        agent.ask("get_single_sequin_stream_postgres_database_by_id", json!({ "id": "staging_db" }));
    assert_eq!(database.await["result"]["name"], "staging_db");
}

#[tokio::test]
async fn row_147_the_same_calls_pass_on_a_server_that_lists_the_tools() {
    let world = World::new().await;
    let mut agent = Agent::connect(&world.serve_only(&filter(&["write"], &[], &[])).await).await;
    let backfill = json!({ "sink_id_or_name": "snowflake_sink", "table": "transactions" });
    agent.ask("create_a_sequin_stream_backfill", backfill.clone()).await;
    assert_eq!(world.requests(), ["POST /api/sinks/snowflake_sink/backfills"]);
    let error = agent.unknown("list_all_sequin_stream_sink_consumers", json!({})).await;
    assert_eq!(error.code, ErrorCode::INVALID_PARAMS);
    let mut reader = Agent::connect(&world.serve_only(&filter(&["read"], &[], &[])).await).await;
    reader.unknown("create_a_sequin_stream_backfill", backfill).await;
    assert_eq!(world.requests().len(), 1, "each server keeps its own filter");
}

#[tokio::test]
async fn row_146_without_the_right_address_nothing_reaches_the_vendor() {
    let world = World::new().await;
    let (client, url) = (http_client(), world.serve_only(&Filter::default()).await);
    let (address, token) = url.rsplit_once('/').expect("a token at the end");
    let flipped: String = token.chars().rev().collect();
    let other = {
        let elsewhere = World::new().await.serve().await;
        elsewhere.rsplit_once('/').expect("a token at the end").1.to_owned()
    };
    let longer = format!("{token}0");
    let wrong = ["x", "tp_", &token[1..], &flipped, &other, &longer, &token.to_uppercase()];
    for wrong in wrong {
        for message in [
            rpc(
                "initialize",
                &json!({ "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": { "name": "x", "version": "1" } }),
            ),
            rpc("tools/list", &json!({})),
            rpc("tools/call", &json!({ "name": "list_all_sequin_stream_sink_consumers", "arguments": {} })),
        ] {
            let response = client.post(format!("{address}/{wrong}")).json(&message).send().await;
            let response = response.expect("an answer");
            assert_eq!(response.status().as_u16(), 404, "{wrong} {message}");
            let text = response.text().await.expect("a text");
            assert!(!text.contains("sequin"), "{text}");
        }
    }
    assert!(world.log.is_empty(), "{:?}", world.requests());
    let (status, ..) = call(&client, &url, "list_all_sequin_stream_sink_consumers", &json!({})).await;
    assert_eq!((status, world.log.len()), (200, 1), "the right address works");
}
