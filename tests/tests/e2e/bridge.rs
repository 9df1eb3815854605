//! `toolpress bridge` between the official SDK's client, which starts it, and the server behind a URL.

use crate::agent::{Agent, Era, request};
use crate::clients::go_round;
use crate::long_poll::{RECEIVE, asked, empty_stream, lively, silent, soon, waiting};
use crate::program::bare;
use crate::support::{Trace, World, all_names, serve};
use rmcp::model::{CallToolRequest, ClientRequest, ProtocolVersion};
use rmcp::service::PeerRequestOptions;
use rmcp::transport::TokioChildProcess;
use rmcp::{ClientLifecycleMode, serve_client_with_lifecycle};
use serde_json::json;
use std::process::Command;
use toolpress_core::Filter;

/// The bridge to a URL, with nothing else in its environment.
fn bridge(url: &str) -> Command {
    let mut command = bare(&["bridge"]);
    command.env("TOOLPRESS_URL", url).env("TOOLPRESS_LOG", "warn");
    command
}

#[tokio::test]
async fn row_48_a_client_that_starts_commands_lists_and_calls_behind_a_url_in_both_eras() {
    for era in Era::BOTH {
        let world = World::new().await;
        let mut agent = Agent::over_pipes(bridge(&world.serve().await), era).await;
        go_round(&world, &mut agent, era).await;
        agent.service.cancel().await.expect("an end in peace");
    }
}

#[tokio::test]
async fn a_client_that_probes_finds_the_newest_era_through_it() {
    let world = World::new().await;
    let command = tokio::process::Command::from(bridge(&world.serve().await));
    let lifecycle = ClientLifecycleMode::Auto {
        preferred_versions: vec![ProtocolVersion::V_2026_07_28],
        legacy_version: Some(ProtocolVersion::V_2025_11_25),
    };
    let transport = TokioChildProcess::new(command).expect("a process");
    let service = serve_client_with_lifecycle((), transport, lifecycle).await.expect("a connection");
    let version = service.peer_info().expect("what the server told").protocol_version.clone();
    assert_eq!(version, ProtocolVersion::V_2026_07_28);
    assert_eq!(service.list_all_tools().await.expect("a list").len(), all_names().len());
}

#[tokio::test]
async fn signs_of_life_come_through_it_before_the_answer() {
    for era in Era::BOTH {
        let world = empty_stream().await;
        let url = world.serve_with(&Filter::default(), lively()).await;
        let mut agent = Agent::over_pipes(bridge(&url), era).await;
        let received = agent.ask(RECEIVE, waiting(700)).await;
        assert_eq!(received["result"], json!([]));
        let heard = agent.progress();
        assert!(heard.len() >= 3, "{era:?}: {heard:?}");
    }
}

#[tokio::test]
async fn calls_run_side_by_side_through_it() {
    let world = empty_stream().await;
    let agent = Agent::over_pipes(bridge(&world.serve().await), Era::Legacy).await;
    let slow = agent.service.call_tool(request(RECEIVE, waiting(1_500)));
    let list = "list_all_sequin_stream_sink_consumers";
    let quick = async {
        asked(&world).await;
        let calls = (0..20).map(|_| agent.service.call_tool(request(list, json!({ "limit": 1 }))));
        for call in calls.collect::<Vec<_>>() {
            assert_ne!(call.await.expect("a result").is_error, Some(true));
        }
        std::time::Instant::now()
    };
    let slow = async { (slow.await.expect("a result"), std::time::Instant::now()) };
    let ((_, slow), quick) = tokio::join!(slow, quick);
    assert!(quick < slow);
}

#[tokio::test]
async fn a_cancelled_call_ends_at_the_vendor() {
    for era in Era::BOTH {
        let (base_url, asked, left) = silent().await;
        let url = serve(&base_url, &Filter::default(), lively(), &Trace::default()).await;
        let agent = Agent::over_pipes(bridge(&url), era).await;
        let call = CallToolRequest::new(request(RECEIVE, waiting(60_000)));
        let call = ClientRequest::CallToolRequest(call);
        let options = PeerRequestOptions::no_options();
        let handle = agent.service.send_cancellable_request(call, options).await.expect("a call under way");
        soon(asked).await;
        handle.cancel(Some("enough".to_owned())).await.expect("a cancellation");
        soon(left).await;
        assert_eq!(agent.tools().await, all_names(), "and the bridge goes on");
    }
}

#[tokio::test]
async fn a_url_that_has_ended_is_told_of() {
    let world = World::new().await;
    let url = world.serve().await;
    let gone = format!("{}0000", &url[..url.len() - 4]);
    let line = json!({ "jsonrpc": "2.0", "id": 7, "method": "tools/list" }).to_string();
    let mut child = tokio::process::Command::from(bridge(&gone))
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .expect("a process");
    let mut input = child.stdin.take().expect("its input");
    tokio::io::AsyncWriteExt::write_all(&mut input, format!("{line}\n").as_bytes()).await.expect("a line");
    drop(input);
    let (code, out, err) = crate::program::ended(child.wait_with_output().await.expect("an end"));
    let answer: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, &answer["id"]), (0, &json!(7)));
    let message = answer["error"]["message"].as_str().expect("a message");
    assert!(message.contains("There is no server at this address.") && message.contains("Check the URL"));
    let token = url.rsplit('/').next().expect("a token");
    assert!(!err.contains(&token[3..30]), "{err}");
}
