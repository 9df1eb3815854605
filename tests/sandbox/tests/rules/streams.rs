//! Pull streams: who may be pulled, what comes in which order, and what ack and nack do (rules 71–74, 79–89).

use std::time::Duration;

use serde_json::{Value, json};
use toolpress_sandbox::sequin_stream::Change;

use crate::support::{Answer, Bench, missing, summary};

const ACK_IDS: &str = "Invalid ack_ids. Must send a top-level `ack_ids` property that is a non-empty list of valid UUID strings";
const BATCH: &str = "Invalid `max_batch_size`. `max_batch_size` must be an integer between 1 and 1000.";

async fn ack(bench: &Bench, ids: &[&str]) -> Answer {
    bench.post("/sequin_streams/stream/ack", json!({"ack_ids": ids})).await
}

async fn nack(bench: &Bench, ids: &[&str]) -> Answer {
    bench.post("/sequin_streams/stream/nack", json!({"ack_ids": ids})).await
}

fn done() -> Answer {
    (200, json!({"success": true}))
}

#[tokio::test]
async fn rule_71_only_streams_can_be_pulled() {
    let bench = Bench::streaming().await;
    bench.sink("pushed", json!({"destination": {"type": "nats", "host": "n.test", "port": 4222}})).await;
    for name in ["pushed", "nope"] {
        for prefix in ["sequin_streams", "http_pull_consumers"] {
            let path = format!("/{prefix}/{name}");
            assert_eq!(bench.get(&format!("{path}/receive")).await, missing("consumer"));
            assert_eq!(bench.post(&format!("{path}/ack"), json!({})).await, missing("consumer"));
            assert_eq!(bench.post(&format!("{path}/nack"), json!({})).await, missing("consumer"));
        }
    }
    let id = bench.get("/sinks/stream").await.1["id"].as_str().expect("an id").to_owned();
    bench.order("stream", 1);
    for (method, path) in [
        ("GET", format!("/http_pull_consumers/{id}/receive")),
        ("POST", "/sequin_streams/stream/receive".to_owned()),
    ] {
        let body = (method == "POST").then(|| json!({"max_batch_size": 5}));
        assert_eq!(bench.send(method, &path, body).await.0, 200, "{method} {path}");
    }
}

#[tokio::test]
async fn rule_72_lookups_are_remembered_about_ten_seconds() {
    let bench = Bench::connected().await;
    let receive = || bench.get("/sequin_streams/late/receive");
    assert_eq!(receive().await, missing("consumer"));
    bench.sink("late", json!({})).await;
    bench.pass(8);
    assert_eq!(receive().await, missing("consumer"), "the 404 is remembered too");
    bench.pass(4);
    assert_eq!(receive().await, (200, json!({"data": []})));
    // A remembered stream that is gone has no store any more.
    bench.delete("/sinks/late").await;
    assert_eq!(receive().await, summary(500, "Call to SlotMessageStore failed with :noproc"));
    bench.pass(12);
    assert_eq!(receive().await, missing("consumer"));
}

#[tokio::test]
async fn rule_73_order_of_checks() {
    let bench = Bench::streaming().await;
    let receive =
        async |name: &str, query: &str| bench.get(&format!("/sequin_streams/{name}/receive?{query}")).await;
    assert_eq!(receive("nope", "batch_size=0&wait_for=0").await, missing("consumer"));
    assert_eq!(receive("stream", "batch_size=0&wait_for=0").await, summary(400, BATCH));
    assert_eq!(receive("stream", "batch_size=1&wait_for=0").await.0, 400);
}

#[tokio::test]
async fn rule_74_batch_sizes() {
    let bench = Bench::streaming().await;
    (1..=10).for_each(|id| drop(bench.order("stream", id)));
    let count = |answer: Answer| answer.1["data"].as_array().map(Vec::len);
    let receive = async |query: &str| bench.get(&format!("/sequin_streams/stream/receive{query}")).await;
    assert_eq!(count(receive("").await), Some(1));
    assert_eq!(count(receive("?max_batch_size=2").await), Some(2));
    assert_eq!(count(receive("?batch_size=3&max_batch_size=1").await), Some(3));
    let posted = bench.post("/sequin_streams/stream/receive", json!({"max_batch_size": 4})).await;
    assert_eq!(count(posted), Some(4));
    for query in
        ["?max_batch_size=0", "?max_batch_size=1001", "?batch_size=ten", "?batch_size=1.5", "?batch_size="]
    {
        assert_eq!(receive(query).await, summary(400, BATCH), "{query}");
    }
    for value in [json!(0), json!(1001), json!(null), json!([1]), json!(2.5)] {
        let mut body = json!({});
        body["max_batch_size"] = value;
        assert_eq!(bench.post("/sequin_streams/stream/receive", body).await, summary(400, BATCH));
    }
}

#[tokio::test]
async fn rule_79_redelivered_messages_are_the_same() {
    let bench = Bench::streaming().await;
    let ack_id = bench.order("stream", 1);
    let first = bench.receive(1).await;
    assert_eq!(first[0]["ack_id"], json!(ack_id));
    nack(&bench, &[&ack_id]).await;
    assert_eq!(bench.receive(1).await, first);
    bench.pass(31);
    assert_eq!(bench.receive(1).await, first);
}

#[tokio::test]
async fn rule_80_live_changes_before_backfill_rows() {
    let bench = Bench::streaming().await;
    let read = |id: u64| bench.simulated.enqueue("stream", &Change::read("orders", json!({"id": id})));
    read(1);
    read(2);
    bench.order("stream", 3);
    // The same row again: it waits behind the backfill row of its group.
    bench.order("stream", 2);
    bench.order("stream", 4);
    assert_eq!(bench.received_ids().await, [3, 4, 1, 2]);
    let messages = bench.receive(10).await;
    assert_eq!(messages, Vec::<Value>::new());
}

#[tokio::test]
async fn rule_81_one_message_per_group() {
    let bench = Bench::streaming().await;
    let first = bench.order("stream", 1);
    let second = bench.order("stream", 1);
    bench.order("stream", 2);
    assert_eq!(bench.received_ids().await, [1, 2]);
    assert_eq!(bench.received_ids().await, Vec::<u64>::new(), "the group is in flight");
    ack(&bench, &[&first]).await;
    let next = bench.receive(10).await;
    assert_eq!(next.iter().map(|message| &message["ack_id"]).collect::<Vec<_>>(), [&json!(second)]);
}

#[tokio::test]
async fn rule_81_groups_by_columns_or_none_at_all() {
    let bench = Bench::streaming().await;
    let tables = json!([{"name": "orders", "group_column_names": ["region", "status"]}]);
    bench.sink("grouped", json!({"tables": tables})).await;
    bench.sink("loose", json!({"message_grouping": false})).await;
    for sink in ["grouped", "loose"] {
        for (id, region) in [(1, "eu"), (2, "eu"), (3, "us"), (1, "eu")] {
            let record = json!({"id": id, "region": region, "status": "new"});
            bench.simulated.enqueue(sink, &Change::insert("orders", record));
        }
    }
    let ids = async |sink: &str| {
        let (_, body) = bench.get(&format!("/sequin_streams/{sink}/receive?batch_size=10")).await;
        let messages = body["data"].as_array().expect("a list");
        messages.iter().map(|message| message["data"]["record"]["id"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(ids("grouped").await, [1, 3]);
    assert_eq!(ids("loose").await, [1, 2, 3, 1]);
}

#[tokio::test]
async fn rule_82_paused_streams_are_silent() {
    let bench = Bench::streaming().await;
    bench.order("stream", 1);
    bench.patch("/sinks/stream", json!({"status": "paused"})).await;
    assert_eq!(bench.receive(10).await, Vec::<Value>::new());
    bench.patch("/sinks/stream", json!({"status": "disabled"})).await;
    bench.simulated.set_store_running("stream", true);
    assert_eq!(bench.receive(10).await, Vec::<Value>::new());
    bench.patch("/sinks/stream", json!({"status": "active"})).await;
    assert_eq!(bench.received_ids().await, [1]);
}

// The store's call timeout ("[SlotMessageStore] call timed out after 5000ms") comes from load the simulator does
// not have; `fail_next` dictates it.
#[tokio::test]
async fn rule_83_a_store_that_does_not_run_is_500() {
    let bench = Bench::streaming().await;
    let refusal = summary(500, "Call to SlotMessageStore failed with :noproc");
    let id = bench.order("stream", 1);
    bench.patch("/sinks/stream", json!({"status": "disabled"})).await;
    assert_eq!(bench.get("/sequin_streams/stream/receive").await, refusal);
    assert_eq!(ack(&bench, &[&id]).await, refusal);
    assert_eq!(nack(&bench, &[&id]).await, refusal);
    bench.patch("/sinks/stream", json!({"status": "active"})).await;
    assert_eq!(bench.get("/sequin_streams/stream/receive").await.0, 200);
    // The slot may be disabled too, and a new sink's store needs a moment.
    let slot = json!({"replication_slots": [{"id": "x", "status": "disabled"}]});
    bench.patch("/postgres_databases/main", slot).await;
    assert_eq!(bench.get("/sequin_streams/stream/receive").await, refusal);
    bench
        .patch("/postgres_databases/main", json!({"replication_slots": [{"id": "x", "status": "active"}]}))
        .await;
    bench.simulated.set_store_start(Duration::from_secs(2));
    bench.sink("young", json!({})).await;
    assert_eq!(bench.get("/sequin_streams/young/receive").await, refusal);
    bench.pass(2);
    assert_eq!(bench.get("/sequin_streams/young/receive").await.0, 200);
}

#[tokio::test]
async fn rule_84_ack_ids_are_uuids() {
    let bench = Bench::streaming().await;
    let good = bench.order("stream", 1);
    for verb in ["ack", "nack"] {
        let path = format!("/sequin_streams/stream/{verb}");
        for ids in [
            json!(null),
            json!([]),
            json!(good),
            json!([""]),
            json!(["ack-123"]),
            json!([good, "x"]),
            json!([1]),
        ] {
            let mut body = json!({});
            body["ack_ids"] = ids;
            assert_eq!(bench.post(&path, body).await, summary(400, ACK_IDS));
        }
        assert_eq!(bench.post(&path, json!({})).await, summary(400, ACK_IDS));
    }
    assert_eq!(bench.simulated.stored_messages("stream"), 1);
}

#[tokio::test]
async fn rule_85_ack_removes_for_good() {
    let bench = Bench::streaming().await;
    let (leased, unleased) = (bench.order("stream", 1), bench.order("stream", 2));
    bench.receive(1).await;
    assert_eq!(ack(&bench, &[&leased, &unleased]).await, done());
    assert_eq!(ack(&bench, &[&leased]).await, done(), "again");
    assert_eq!(ack(&bench, &["3b241101-e2bb-4255-8caf-4136c566a962"]).await, done(), "unknown");
    bench.pass(60);
    assert_eq!(bench.receive(10).await, Vec::<Value>::new());
    assert_eq!(bench.simulated.stored_messages("stream"), 0);
}

#[tokio::test]
async fn rule_86_ack_works_after_the_lease_and_after_redelivery() {
    let bench = Bench::streaming().await;
    let (one, two) = (bench.order("stream", 1), bench.order("stream", 2));
    bench.receive(2).await;
    bench.pass(31);
    assert_eq!(ack(&bench, &[&one]).await, done());
    assert_eq!(bench.received_ids().await, [2]);
    assert_eq!(ack(&bench, &[&two]).await, done());
    bench.pass(31);
    assert_eq!(bench.receive(10).await, Vec::<Value>::new());
}

#[tokio::test]
async fn rule_87_nack_makes_deliverable_at_once() {
    let bench = Bench::streaming().await;
    bench.patch("/sinks/stream", json!({"max_retry_count": 1})).await;
    let id = bench.order("stream", 1);
    // However often: nothing is counted, nothing is put aside.
    for _ in 0..5 {
        assert_eq!(bench.received_ids().await, [1]);
        assert_eq!(nack(&bench, &[&id, "3b241101-e2bb-4255-8caf-4136c566a962"]).await, done());
    }
    assert_eq!(bench.received_ids().await, [1]);
}

#[tokio::test]
async fn rule_88_shape_of_a_message() {
    let bench = Bench::streaming().await;
    let record = json!({"id": 42, "status": "shipped"});
    bench.simulated.commit("main", &Change::update("orders", record.clone(), json!({"status": "packed"})));
    let messages = bench.receive(1).await;
    let message = &messages[0];
    let ack_id = message["ack_id"].as_str().expect("a text");
    assert_eq!(
        (ack_id.len(), ack_id.as_bytes()[14], message["data"]["action"].as_str()),
        (36, b'4', Some("update"))
    );
    let keys: Vec<_> = message.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(keys, ["ack_id", "data"]);
    assert_eq!(
        (&message["data"]["record"], &message["data"]["changes"]),
        (&record, &json!({"status": "packed"}))
    );
    let metadata = &message["data"]["metadata"];
    let sink = bench.get("/sinks/stream").await.1;
    let database = bench.get("/postgres_databases/main").await.1;
    let wanted = json!({
        "table_schema": "public",
        "table_name": "orders",
        "commit_timestamp": "2026-11-20T09:00:00.000000Z",
        "commit_lsn": metadata["commit_lsn"],
        "commit_idx": 0,
        "database_name": "main",
        "transaction_annotations": null,
        "idempotency_key": metadata["idempotency_key"],
        "record_pks": ["42"],
        "enrichment": null,
        "consumer": {"id": sink["id"], "name": "stream", "annotations": {}},
        "database": {"id": database["id"], "name": "main", "annotations": {}, "database": "app", "hostname": "pg.test"},
    });
    assert_eq!(metadata, &wanted);
    bench.simulated.add_function("row", "path", "record");
    bench.patch("/sinks/stream", json!({"transform": "row"})).await;
    assert_eq!(bench.receive(1).await[0]["data"], record);
}

#[tokio::test]
async fn rule_89_full_stores_pause_or_drop() {
    let bench = Bench::streaming().await;
    bench.sink("dropping", json!({"load_shedding_policy": "discard_on_full"})).await;
    bench.simulated.set_buffer_limit(2);
    let first = bench.order("stream", 1);
    (2..=4).for_each(|id| drop(bench.order("stream", id)));
    (1..=4).for_each(|id| drop(bench.order("dropping", id)));
    assert_eq!(bench.received_ids().await, [1, 2]);
    ack(&bench, &[&first]).await;
    assert_eq!(bench.received_ids().await, [3], "the paused replication goes on");
    let (_, body) = bench.get("/sequin_streams/dropping/receive?batch_size=10").await;
    let ids: Vec<Value> =
        body["data"].as_array().expect("a list").iter().map(|one| one["ack_id"].clone()).collect();
    assert_eq!(ids.len(), 2);
    bench.post("/sequin_streams/dropping/ack", json!({"ack_ids": ids})).await;
    assert_eq!(bench.simulated.stored_messages("dropping"), 0, "what was dropped is gone");
    // A backfill is held up as well.
    bench.simulated.set_backfill_rate(100);
    let (_, backfill) = bench.post("/sinks/stream/backfills", json!({})).await;
    bench.pass(60);
    let path = format!("/sinks/stream/backfills/{}", backfill["id"].as_str().expect("an id"));
    assert_eq!(bench.get(&path).await.1["rows_processed_count"], 0);
    bench.simulated.set_buffer_limit(5000);
    let ids: Vec<Value> = bench.receive(10).await.iter().map(|one| one["ack_id"].clone()).collect();
    bench.post("/sequin_streams/stream/ack", json!({"ack_ids": ids})).await;
    bench.pass(60);
    assert_eq!(bench.get(&path).await.1["state"], "completed");
    assert_eq!(bench.simulated.stored_messages("stream"), 1001, "order 4 and the rows of the backfill");
}
