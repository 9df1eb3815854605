//! What agents do with the messages of streams, step by step, against the simulated vendor.

use crate::agent::Agent;
use crate::support::{World, body};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const RECEIVE: &str = "list_all_sequin_stream_http_pull_consumers";
const ACK: &str = "create_a_sequin_stream_http_pull_consumer_ack";
const NACK: &str = "create_a_sequin_stream_http_pull_consumer_nack";

async fn receive(agent: &mut Agent, stream: &str, batch_size: u64) -> Vec<Value> {
    let arguments = json!({ "consumer_id_or_name": stream, "batch_size": batch_size });
    agent.ask(RECEIVE, arguments).await["result"].as_array().expect("a list").clone()
}

fn ack_ids<'a>(messages: impl IntoIterator<Item = &'a Value>) -> Vec<&'a str> {
    messages.into_iter().map(|message| message["ack_id"].as_str().expect("an ack_id")).collect()
}

#[tokio::test]
async fn row_122_valid_orders_are_acked_and_the_others_nacked_each_exactly_once() {
    let world = World::new().await;
    let mut agent = Agent::connect(&world.serve().await).await;
    let messages = receive(&mut agent, "legacy_orders_consumer", 100).await;
    assert_eq!(messages.len(), 16);
    let is_valid = |message: &&Value| message["data"]["record"]["customer_uuid"].is_string();
    let (valid, faulty): (Vec<&Value>, Vec<&Value>) = messages.iter().partition(is_valid);
    let (valid, faulty) = (ack_ids(valid), ack_ids(faulty));
    assert_eq!((valid.len(), faulty.len()), (12, 4), "what the agent reports");
    let arguments = |ids: &[&str]| json!({ "consumer_id_or_name": "legacy_orders_consumer", "ack_ids": ids });
    let acked = agent.ask(ACK, arguments(&valid)).await;
    let nacked = agent.ask(NACK, arguments(&faulty)).await;
    assert_eq!((&acked["result"]["success"], &nacked["result"]["success"]), (&json!(true), &json!(true)));
    assert_eq!(agent.called, [RECEIVE, ACK, NACK]);

    let sent = world.log.all();
    let pull = "/api/http_pull_consumers/legacy_orders_consumer";
    assert_eq!(
        world.requests(),
        [format!("GET {pull}/receive"), format!("POST {pull}/ack"), format!("POST {pull}/nack")]
    );
    assert_eq!((body(&sent[1]), body(&sent[2])), (json!({ "ack_ids": valid }), json!({ "ack_ids": faulty })));
    let used: Vec<&str> = valid.iter().chain(&faulty).copied().collect();
    let distinct: BTreeSet<&str> = used.iter().copied().collect();
    assert_eq!(used.len(), 16, "each id once");
    assert_eq!(distinct, ack_ids(&messages).into_iter().collect(), "and all of them");

    let again = receive(&mut agent, "legacy_orders_consumer", 100).await;
    assert_eq!(ack_ids(&again), faulty, "only what was nacked comes again");
}

#[tokio::test]
async fn row_123_a_stalled_stream_is_looked_into_and_put_back() {
    let world = World::new().await;
    let mut agent = Agent::connect(&world.serve().await).await;
    let messages = receive(&mut agent, "invoice_processor", 5).await;
    let ids = ack_ids(&messages);
    let reported: Vec<&Value> = messages.iter().map(|message| &message["data"]["record"]["id"]).collect();
    assert_eq!((ids.len(), reported.len()), (5, 5));
    assert!(reported.iter().all(|id| id.is_number()), "{reported:?}");
    let nacked =
        agent.call(NACK, json!({ "consumer_id_or_name": "invoice_processor", "ack_ids": ids })).await;
    // The vendor answers 200 with a body, not 204.
    assert_eq!(nacked["structuredContent"], json!({ "result": { "success": true } }));
    assert_eq!(nacked["_meta"]["toolpress/status"], 200);

    assert_eq!(agent.called, [RECEIVE, NACK]);
    let sent = world.log.all();
    assert_eq!(sent[0].query, "batch_size=5");
    assert_eq!(body(&sent[1]), json!({ "ack_ids": ids }), "exactly the five");
    assert!(!world.requests().iter().any(|request| request.ends_with("/ack")), "nothing is acknowledged");
    assert_eq!(world.simulated.stored_messages("invoice_processor"), 12, "nothing is lost");
    assert_eq!(world.simulated.leased_messages("invoice_processor"), 0);
    let again = receive(&mut agent, "invoice_processor", 5).await;
    assert_eq!(ack_ids(&again), ids);
}

#[tokio::test]
async fn row_123_ids_that_are_no_ids_are_refused_with_the_way_to_right_ones() {
    let world = World::new().await;
    let mut agent = Agent::connect(&world.serve().await).await;
    let wrong = json!({ "consumer_id_or_name": "invoice_processor", "ack_ids": ["42"] });
    let told = agent.fail(NACK, wrong).await;
    assert!(told.contains("ack_ids"), "{told}");
    let none = json!({ "consumer_id_or_name": "invoice_processor", "ack_ids": [] });
    let told = agent.fail(NACK, none).await;
    assert!(told.contains("ack_ids"), "{told}");
    assert_eq!(world.simulated.stored_messages("invoice_processor"), 12);
}

#[tokio::test]
async fn row_150_two_equal_calls_are_two_requests_and_the_second_sees_what_changed() {
    let world = World::new().await;
    let mut agent = Agent::connect(&world.serve().await).await;
    let first = agent.ask("list_all_sequin_stream_http_endpoints", json!({})).await;
    let made = json!({ "name": "between", "url": "https://a.example/x" });
    agent.ask("create_a_sequin_stream_http_endpoint", made).await;
    let second = agent.ask("list_all_sequin_stream_http_endpoints", json!({})).await;
    assert_eq!(world.requests().len(), 3);
    let count = |answer: &Value| answer["result"].as_array().map(Vec::len);
    assert_eq!(count(&second), count(&first).map(|count| count + 1));
}
