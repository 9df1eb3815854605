//! Receiving with `wait_for`: the vendor may hold its answer back for as long as it was asked to.

use crate::world::{Reply, Setup, simulated};
use serde_json::json;
use std::time::{Duration, Instant};
use toolpress_sandbox::Clock;
use toolpress_sandbox::sequin_stream::{Change, SequinStream};

const RECEIVE: &str = "list_all_sequin_stream_http_pull_consumers";
const BOTH: &str = "application/json, text/event-stream";

/// Half a minute of the product is a tenth of a second here.
fn hasty() -> Setup {
    Setup::sequin().limits(|limits| {
        limits.upstream_timeout = Duration::from_millis(100);
        limits.wait_margin = Duration::from_millis(1_500);
        limits.keep_alive = Duration::from_millis(50);
    })
}

#[tokio::test]
async fn row_060_row_061_a_wait_longer_than_the_common_deadline_ends_with_messages() {
    let (client, vendor) = hasty().start().await;
    let message = json!({ "ack_id": "9d0a1f5e-8f6e-4a58-8a2f-0a5b7f0f9d33", "data": { "action": "insert" } });
    vendor.reply(Reply::json(200, &json!({ "data": [message] })).after(700));
    let arguments = json!({ "consumer_id_or_name": "s", "wait_for": 600 });
    assert_eq!(client.done(RECEIVE, arguments).await, json!([message]));
    assert_eq!(vendor.only().line, "GET /api/http_pull_consumers/s/receive?wait_for=600");
}

#[tokio::test]
async fn row_061_without_a_wait_the_common_deadline_holds() {
    let (client, vendor) = hasty().start().await;
    for tool in [RECEIVE, "list_all_sequin_stream_backfills"] {
        let arguments = match tool {
            RECEIVE => json!({ "consumer_id_or_name": "s" }),
            _ => json!({ "sink_id_or_name": "s" }),
        };
        vendor.reply(Reply::json(200, &json!({ "data": [] })).after(5_000));
        let begun = Instant::now();
        let answer = client.call(tool, arguments).await;
        assert!(begun.elapsed() < Duration::from_secs(3), "{tool}");
        assert!(answer.is_error() && answer.structured()["error"]["kind"] == "timeout", "{tool}");
        assert!(answer.text().contains("did not answer"), "{}", answer.text());
    }
}

#[tokio::test]
async fn row_061_the_deadline_of_a_wait_is_the_wait_and_a_margin() {
    let setup = hasty().limits(|limits| limits.wait_margin = Duration::from_millis(200));
    let (client, vendor) = setup.start().await;
    vendor.reply(Reply::json(200, &json!({ "data": [] })).after(10_000));
    let begun = Instant::now();
    let answer = client.call(RECEIVE, json!({ "consumer_id_or_name": "s", "wait_for": 500 })).await;
    let took = begun.elapsed();
    assert!(answer.is_error() && took >= Duration::from_millis(700), "{took:?}");
    assert!(took < Duration::from_secs(5), "{took:?}");
    // Whether the messages were leased is unknown then, and the text does not pretend otherwise.
    assert!(answer.text().contains("may or may not have happened"), "{}", answer.text());
}

#[tokio::test]
async fn row_061_a_wait_outside_of_the_vendors_bounds_is_never_sent() {
    let (client, vendor) = hasty().start().await;
    for wait in [json!(0), json!(499), json!(300_001), json!(-1), json!(1.5), json!("5s")] {
        let answer = client.call(RECEIVE, json!({ "consumer_id_or_name": "s", "wait_for": wait })).await;
        assert!(answer.is_error() && answer.text().contains("`wait_for`"), "{wait}: {}", answer.text());
    }
    assert_eq!(vendor.seen().len(), 0);
    for wait in [json!(500), json!(300_000), json!("5000")] {
        client.done(RECEIVE, json!({ "consumer_id_or_name": "s", "wait_for": wait })).await;
    }
    let lines: Vec<_> = vendor.seen().into_iter().map(|seen| seen.line).collect();
    assert!(lines[2].ends_with("?wait_for=5000"), "{lines:?}");
}

#[tokio::test]
async fn row_061_a_client_that_takes_events_is_kept_alive_while_it_waits() {
    let (client, vendor) = hasty().start().await;
    vendor.reply(Reply::json(200, &json!({ "data": [] })).after(500));
    let mut params = json!({ "name": RECEIVE, "arguments": { "consumer_id_or_name": "s", "wait_for": 500 } });
    let answer = client.send("tools/call", params.clone(), BOTH).await;
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    assert!(answer.body.matches(": keep-alive\n\n").count() >= 2, "{}", answer.body);
    assert_eq!(answer.structured()["result"], json!([]));

    vendor.reply(Reply::json(200, &json!({ "data": [] })).after(500));
    params["_meta"] = json!({ "progressToken": "t" });
    let answer = client.send("tools/call", params, BOTH).await;
    assert!(answer.body.matches("notifications/progress").count() >= 2, "{}", answer.body);
    assert!(answer.body.contains("Waiting for Sequin Stream"), "{}", answer.body);
    assert!(!answer.is_error());
}

#[tokio::test]
async fn row_060_the_simulated_stream_answers_when_a_message_comes_or_the_wait_is_over() {
    let sequin = SequinStream::with_demo_data(Clock::system());
    let client = simulated(&sequin).await;
    let stream = "invoice_processor";
    while sequin.stored_messages(stream) > 0 {
        let received =
            client.done(RECEIVE, json!({ "consumer_id_or_name": stream, "batch_size": 1000 })).await;
        let ids: Vec<_> =
            received.as_array().unwrap().iter().map(|message| message["ack_id"].clone()).collect();
        let arguments = json!({ "consumer_id_or_name": stream, "ack_ids": ids });
        client.done("create_a_sequin_stream_http_pull_consumer_ack", arguments).await;
    }

    let begun = Instant::now();
    let waiting = json!({ "consumer_id_or_name": stream, "wait_for": 700 });
    assert_eq!(client.done(RECEIVE, waiting).await, json!([]));
    assert!(begun.elapsed() >= Duration::from_millis(700), "{:?}", begun.elapsed());

    let later = sequin.clone();
    let arrival = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        later.enqueue(stream, &Change::insert("invoices", json!({ "id": 7, "status": "due" })))
    });
    let begun = Instant::now();
    let waiting = json!({ "consumer_id_or_name": stream, "wait_for": 20_000 });
    let received = client.done(RECEIVE, waiting).await;
    assert!(begun.elapsed() < Duration::from_secs(10), "{:?}", begun.elapsed());
    let ack_id = arrival.await.unwrap().expect("a stream");
    assert_eq!((&received[0]["ack_id"], &received[0]["data"]["record"]["id"]), (&json!(ack_id), &json!(7)));
}
