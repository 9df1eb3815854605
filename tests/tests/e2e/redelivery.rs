//! Leases in simulated time: what is not acked in 30 s comes again, under the same id.

use crate::agent::{Agent, Era};
use crate::support::World;
use serde_json::{Value, json};
use std::time::Duration;

async fn receive(agent: &mut Agent) -> Vec<Value> {
    let arguments = json!({ "consumer_id_or_name": "invoice_processor", "batch_size": 3 });
    let answer = agent.ask("list_all_sequin_stream_http_pull_consumers", arguments).await;
    answer["result"].as_array().expect("a list").clone()
}

fn ids(messages: &[Value]) -> Vec<Value> {
    messages.iter().map(|message| message["ack_id"].clone()).collect()
}

async fn ack(agent: &mut Agent, ids: &[Value]) {
    let arguments = json!({ "consumer_id_or_name": "invoice_processor", "ack_ids": ids });
    agent.ask("create_a_sequin_stream_http_pull_consumer_ack", arguments).await;
}

#[tokio::test]
async fn unacked_messages_come_again_after_30_s_and_acked_ones_never() {
    for era in Era::BOTH {
        let world = World::new().await;
        let mut agent = Agent::over_http(&world.serve().await, era).await;
        let first = receive(&mut agent).await;
        assert_eq!(first.len(), 3);

        world.clock.advance(Duration::from_secs(29));
        let others = receive(&mut agent).await;
        assert!(ids(&others).iter().all(|id| !ids(&first).contains(id)), "leased ones are not handed out");
        ack(&mut agent, &ids(&others)).await;

        world.clock.advance(Duration::from_secs(2));
        let again = receive(&mut agent).await;
        assert_eq!(again, first, "the same messages under the same ids");
        ack(&mut agent, &ids(&again)).await;

        world.clock.advance(Duration::from_secs(60));
        let rest = receive(&mut agent).await;
        assert!(ids(&rest).iter().all(|id| !ids(&first).contains(id) && !ids(&others).contains(id)));
        assert_eq!(world.simulated.stored_messages("invoice_processor"), 6);
    }
}

#[tokio::test]
async fn a_late_ack_still_counts() {
    let world = World::new().await;
    let mut agent = Agent::connect(&world.serve().await).await;
    let first = receive(&mut agent).await;
    world.clock.advance(Duration::from_secs(31));
    ack(&mut agent, &ids(&first)).await;
    let next = receive(&mut agent).await;
    assert!(ids(&next).iter().all(|id| !ids(&first).contains(id)));
    assert_eq!(world.simulated.stored_messages("invoice_processor"), 9);
}
