//! Receiving with a wait, on the real clock: when it ends, what is heard meanwhile, and who hangs up.

use crate::agent::{Agent, Era, request};
use crate::program::program;
use crate::support::{Trace, World, filter, http_client, rpc, serve};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use tokio::io::AsyncReadExt as _;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};
use toolpress_core::Filter;
use toolpress_runtime::Limits;
use toolpress_sandbox::Clock;
use toolpress_sandbox::sequin_stream::Change;

pub(crate) const RECEIVE: &str = "list_all_sequin_stream_http_pull_consumers";
const STREAM: &str = "invoice_processor";
/// Far more than anything here may take.
const PATIENCE: Duration = Duration::from_secs(5);

pub(crate) fn waiting(ms: u64) -> Value {
    json!({ "consumer_id_or_name": STREAM, "batch_size": 10, "wait_for": ms })
}

/// Signs of life come quickly.
pub(crate) fn lively() -> Limits {
    let mut limits = Limits::default();
    limits.keep_alive = Duration::from_millis(100);
    limits
}

/// A vendor on the real clock whose stream is empty.
pub(crate) async fn empty_stream() -> World {
    let world = World::in_time(Clock::system()).await;
    let mut agent = Agent::connect(&world.serve().await).await;
    let all = json!({ "consumer_id_or_name": STREAM, "batch_size": 1000 });
    let messages = agent.ask(RECEIVE, all).await;
    let ids: Vec<&Value> =
        messages["result"].as_array().expect("a list").iter().map(|message| &message["ack_id"]).collect();
    let acked = json!({ "consumer_id_or_name": STREAM, "ack_ids": ids });
    agent.ask("create_a_sequin_stream_http_pull_consumer_ack", acked).await;
    assert_eq!(world.simulated.stored_messages(STREAM), 0);
    world.log.take();
    world
}

/// Waits until the vendor was asked.
pub(crate) async fn asked(world: &World) {
    let asked = async {
        while world.log.is_empty() {
            sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(PATIENCE, asked).await.expect("a request");
}

#[tokio::test]
async fn a_wait_ends_when_a_message_arrives() {
    for era in Era::BOTH {
        let world = empty_stream().await;
        let mut agent = Agent::over_http(&world.serve().await, era).await;
        let began = Instant::now();
        let receive = agent.ask(RECEIVE, waiting(20_000));
        let arrive = async {
            asked(&world).await;
            sleep(Duration::from_millis(150)).await;
            let change = Change::insert("public.invoices", json!({ "id": 1, "status": "open" }));
            world.simulated.enqueue(STREAM, &change).expect("a known stream")
        };
        let (received, ack_id) = tokio::join!(receive, arrive);
        assert_eq!(received["result"].as_array().map(Vec::len), Some(1));
        assert_eq!(received["result"][0]["ack_id"], ack_id);
        assert!(began.elapsed() > Duration::from_millis(150) && began.elapsed() < PATIENCE);
        assert_eq!(world.log.all()[0].query, "batch_size=10&wait_for=20000");
        assert_eq!(world.log.len(), 1, "one request, however long it takes");
    }
}

#[tokio::test]
async fn a_wait_in_vain_ends_empty_after_its_time() {
    let world = empty_stream().await;
    let mut agent = Agent::connect(&world.serve().await).await;
    let began = Instant::now();
    let received = agent.ask(RECEIVE, waiting(500)).await;
    assert_eq!(received["result"], json!([]));
    assert!(began.elapsed() >= Duration::from_millis(500) && began.elapsed() < PATIENCE);
}

#[tokio::test]
async fn a_wait_longer_than_the_usual_deadline_is_granted() {
    let world = empty_stream().await;
    let mut limits = Limits::default();
    limits.upstream_timeout = Duration::from_millis(200);
    let mut agent = Agent::connect(&world.serve_with(&Filter::default(), limits).await).await;
    assert_eq!(agent.ask(RECEIVE, waiting(600)).await["result"], json!([]));
}

#[tokio::test]
async fn clients_that_take_events_get_signs_of_life_and_the_others_one_json() {
    let world = empty_stream().await;
    let url = world.serve_with(&Filter::default(), lively()).await;
    let mut params = json!({ "name": RECEIVE, "arguments": waiting(600) });
    params["_meta"]["progressToken"] = json!("p1");
    let ask = |accept: &'static str| {
        http_client().post(&url).header("accept", accept).json(&rpc("tools/call", &params)).send()
    };
    for accept in ["application/json", "*/*"] {
        let response = ask(accept).await.expect("an answer");
        assert_eq!(response.headers()["content-type"], "application/json");
        let answer: Value = response.json().await.expect("JSON");
        assert_eq!(answer["result"]["structuredContent"]["result"], json!([]));
    }
    let response = ask("application/json, text/event-stream").await.expect("an answer");
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    let text = response.text().await.expect("a text");
    let events: Vec<Value> = text
        .lines()
        .filter_map(|line| line.strip_prefix("data: "))
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let (answer, notes) = events.split_last().expect("an answer");
    assert_eq!((&answer["id"], &answer["result"]["structuredContent"]["result"]), (&json!(1), &json!([])));
    assert!(notes.len() >= 3, "{text}");
    for note in notes {
        assert_eq!(
            (&note["method"], &note["params"]["progressToken"]),
            (&json!("notifications/progress"), &json!("p1"))
        );
    }
}

#[tokio::test]
async fn the_sdk_hears_progress_over_http_and_over_pipes_in_both_eras() {
    for era in Era::BOTH {
        let world = empty_stream().await;
        let url = world.serve_with(&Filter::default(), lively()).await;
        let pipes = ["stdio", "sequin_stream", "--base-url", &world.base_url, "--keep-alive", "100ms"];
        let agents = [Agent::over_http(&url, era).await, Agent::over_pipes(program(&pipes), era).await];
        for mut agent in agents {
            assert_eq!(agent.ask(RECEIVE, waiting(600)).await["result"], json!([]));
            let heard = agent.progress();
            assert!(heard.len() >= 3, "{heard:?}");
            assert!(heard.is_sorted_by(|a, b| a.progress < b.progress), "{heard:?}");
            let says = |note: &rmcp::model::ProgressNotificationParam| {
                note.message.as_ref().is_some_and(|text| text.contains("Sequin Stream"))
            };
            assert!(heard.iter().all(says), "{heard:?}");
        }
    }
}

/// A vendor that takes one request and never answers. Tells when it was asked, and when it was left.
pub(crate) async fn silent() -> (String, oneshot::Receiver<()>, oneshot::Receiver<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let base_url = format!("http://{}/api", listener.local_addr().expect("an address"));
    let (tell_asked, asked) = oneshot::channel();
    let (tell_left, left) = oneshot::channel();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.expect("a connection");
        let mut heard = vec![0; 4096];
        assert!(stream.read(&mut heard).await.expect("a request") > 0);
        tell_asked.send(()).expect("a test that waits");
        while stream.read(&mut heard).await.is_ok_and(|count| count > 0) {}
        let _ = tell_left.send(());
    });
    (base_url, asked, left)
}

pub(crate) async fn soon(event: oneshot::Receiver<()>) {
    timeout(PATIENCE, event).await.expect("in time").expect("the vendor still listens");
}

#[tokio::test]
async fn a_client_that_hangs_up_ends_the_request_to_the_vendor() {
    for accept in ["application/json", "application/json, text/event-stream"] {
        let (base_url, asked, left) = silent().await;
        let url = serve(&base_url, &filter(&["read"], &[], &[]), lively(), &Trace::default()).await;
        let message = rpc("tools/call", &json!({ "name": RECEIVE, "arguments": waiting(60_000) }));
        let client = tokio::spawn(async move {
            let request = http_client().post(&url).header("accept", accept).json(&message);
            request.send().await.expect("a beginning").text().await
        });
        soon(asked).await;
        // Long enough for the stream of events to have begun.
        sleep(Duration::from_millis(250)).await;
        client.abort();
        soon(left).await;
    }
}

#[tokio::test]
async fn an_sdk_client_that_goes_away_ends_the_request_to_the_vendor() {
    for era in Era::BOTH {
        let (base_url, asked, left) = silent().await;
        let url = serve(&base_url, &Filter::default(), lively(), &Trace::default()).await;
        let agent = Agent::over_http(&url, era).await;
        let peer = agent.service.peer().clone();
        let call = tokio::spawn(async move { peer.call_tool_once(request(RECEIVE, waiting(60_000))).await });
        soon(asked).await;
        agent.service.cancel().await.expect("an end");
        soon(left).await;
        assert!(call.await.expect("no panic").is_err());
    }
}

#[tokio::test]
async fn a_call_cancelled_over_pipes_ends_the_request_to_the_vendor() {
    let (base_url, asked, left) = silent().await;
    let agent = Agent::over_pipes(program(&["stdio", "sequin_stream", "--base-url", &base_url]), Era::Legacy);
    let agent = agent.await;
    let peer = agent.service.peer().clone();
    let call = tokio::spawn(async move { peer.call_tool_once(request(RECEIVE, waiting(60_000))).await });
    soon(asked).await;
    // The SDK sends notifications/cancelled for a call that is dropped.
    call.abort();
    soon(left).await;
    assert_eq!(agent.tools().await.len(), 36, "the session goes on");
}
