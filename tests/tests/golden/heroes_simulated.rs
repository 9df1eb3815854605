//! The prompts of the articles carried out against the simulated vendor.

use crate::world::{Client, simulated};
use serde_json::{Value, json};
use std::time::Duration;
use toolpress_sandbox::Clock;
use toolpress_sandbox::sequin_stream::SequinStream;

const RECEIVE: &str = "list_all_sequin_stream_http_pull_consumers";
const ACK: &str = "create_a_sequin_stream_http_pull_consumer_ack";
const NACK: &str = "create_a_sequin_stream_http_pull_consumer_nack";
const CREATE_BACKFILL: &str = "create_a_sequin_stream_backfill";
const LIST_BACKFILLS: &str = "list_all_sequin_stream_backfills";
const GET_BACKFILL: &str = "get_single_sequin_stream_backfill_by_id";
const UPDATE_BACKFILL: &str = "update_a_sequin_stream_backfill_by_id";
const GET_SINK: &str = "get_single_sequin_stream_sink_consumer_by_id";

async fn demo() -> (Client, SequinStream, Clock) {
    let clock = Clock::manual();
    let sequin = SequinStream::with_demo_data(clock.clone());
    (simulated(&sequin).await, sequin, clock)
}

/// The error that a call must end in.
async fn refused(client: &Client, tool: &str, arguments: Value) -> (u64, String) {
    let answer = client.call(tool, arguments).await;
    assert!(answer.is_error(), "{}", answer.text());
    (answer.structured()["error"]["status"].as_u64().expect("a status"), answer.text())
}

fn ids(messages: &Value) -> Vec<Value> {
    messages.as_array().expect("messages").iter().map(|message| message["ack_id"].clone()).collect()
}

async fn connect_database(client: &Client) -> Value {
    let arguments = json!({
        "name": "prod-analytics-db", "hostname": "db.internal.example.com", "port": 5432, "database": "core",
        "username": "sequin", "password": "correct-horse", "ssl": true,
        "replication_slots": [{ "slot_name": "sequin_slot_01", "publication_name": "sequin_pub" }],
    });
    client.done("create_a_sequin_stream_postgres_database", arguments).await
}

async fn route_invoices(client: &Client) -> Value {
    let arguments = json!({
        "name": "billing_events_to_webhook", "database": "prod-analytics-db", "actions": ["insert", "update"],
        "source": { "include_tables": ["invoices"] },
        "destination": { "type": "webhook", "http_endpoint": "finance_webhook" },
    });
    client.done("create_a_sequin_stream_sink_consumer", arguments).await
}

#[tokio::test]
async fn row_095_the_database_is_connected_with_its_slot() {
    let (client, _, _) = demo().await;
    let made = connect_database(&client).await;
    let slot = &made["replication_slots"][0];
    assert_eq!((&slot["slot_name"], &slot["status"]), (&json!("sequin_slot_01"), &json!("active")));
    assert_eq!((&made["ssl"], &made["database"]), (&json!(true), &json!("core")));
    assert_ne!(made["password"], "correct-horse");
    let got = client
        .done("get_single_sequin_stream_postgres_database_by_id", json!({ "id": "prod-analytics-db" }))
        .await;
    assert_eq!(got["id"], made["id"]);
    let tested = json!({ "database_id_or_name": "prod-analytics-db" });
    client.done("create_a_sequin_stream_postgres_database_test_connection", tested).await;
}

#[tokio::test]
async fn row_096_row_097_pulled_messages_are_acknowledged_and_do_not_come_back() {
    let (client, sequin, clock) = demo().await;
    let stream = "user_signups_consumer";
    let ten = json!({ "consumer_id_or_name": stream, "batch_size": 10 });
    let messages = client.done(RECEIVE, ten.clone()).await;
    let received = ids(&messages);
    assert!(!received.is_empty() && received.len() <= 10);
    let enterprise: Vec<_> = messages
        .as_array()
        .unwrap()
        .iter()
        .filter(|message| message["data"]["record"]["plan_tier"] == "enterprise")
        .map(|message| message["ack_id"].clone())
        .collect();
    assert!(!enterprise.is_empty(), "{messages}");

    // The ids of the article are no ids of this vendor, and the error says where real ones come from.
    let invented = json!({ "consumer_id_or_name": stream, "ack_ids": ["ack-123", "ack-124", "ack-125"] });
    let (status, text) = refused(&client, ACK, invented).await;
    assert!(status == 400 && text.contains(RECEIVE), "{text}");

    let before = sequin.stored_messages(stream);
    client.done(ACK, json!({ "consumer_id_or_name": stream, "ack_ids": enterprise })).await;
    assert_eq!(sequin.stored_messages(stream), before - enterprise.len());
    clock.advance(Duration::from_secs(31));
    let again =
        ids(&client.done(RECEIVE, json!({ "consumer_id_or_name": stream, "batch_size": 1000 })).await);
    assert!(enterprise.iter().all(|id| !again.contains(id)));
    let unacked = received.iter().filter(|id| !enterprise.contains(id));
    assert!(unacked.into_iter().all(|id| again.contains(id)), "what was not acknowledged comes again");
}

#[tokio::test]
async fn row_098_row_099_row_100_a_sink_is_made_and_backfilled_to_the_end() {
    let (client, _, clock) = demo().await;
    connect_database(&client).await;
    let sink = route_invoices(&client).await;
    assert_eq!(sink["source"]["include_tables"], json!(["public.invoices"]));
    assert_eq!((&sink["actions"], &sink["status"]), (&json!(["insert", "update"]), &json!("active")));

    let sink = "billing_events_to_webhook";
    let started = json!({ "sink_id_or_name": sink, "table": "invoices" });
    let backfill = client.done(CREATE_BACKFILL, started.clone()).await;
    assert_eq!((&backfill["state"], &backfill["table"]), (&json!("active"), &json!("public.invoices")));
    let (status, text) = refused(&client, CREATE_BACKFILL, started).await;
    assert!(status == 422 && text.contains(LIST_BACKFILLS) && text.contains(UPDATE_BACKFILL), "{text}");

    let poll = json!({ "sink_id_or_name": sink, "id": backfill["id"] });
    let mut seen = Vec::new();
    for _ in 0..1_000 {
        let now = client.done(GET_BACKFILL, poll.clone()).await;
        assert_eq!(now["id"], backfill["id"]);
        if let (Some(done), Some(all)) =
            (now["rows_processed_count"].as_u64(), now["rows_initial_count"].as_u64())
        {
            seen.push(done * 100 / all);
        }
        if now["state"] == "completed" {
            break;
        }
        assert_eq!(now["state"], "active");
        clock.advance(Duration::from_secs(2));
    }
    assert!(seen.is_sorted() && seen.first() < seen.last(), "{seen:?}");
    assert!(seen.last().is_some_and(|percent| (95..=105).contains(percent)), "{seen:?}");

    let (status, text) =
        refused(&client, GET_BACKFILL, json!({ "sink_id_or_name": sink, "id": "bf-9921" })).await;
    assert!(status == 400 && text.contains("must be a UUID") && text.contains(LIST_BACKFILLS), "{text}");
}

#[tokio::test]
async fn row_101_what_is_returned_comes_again_at_once_under_its_old_id() {
    let (client, sequin, _) = demo().await;
    let stream = "legacy_orders_consumer";
    let pull = json!({ "consumer_id_or_name": stream, "batch_size": 100 });
    let messages = client.done(RECEIVE, pull.clone()).await;
    let valid = |message: &&Value| message["data"]["record"]["customer_uuid"].is_string();
    let (good, bad): (Vec<_>, Vec<_>) = messages.as_array().unwrap().iter().partition(valid);
    assert!(!good.is_empty() && !bad.is_empty(), "{messages}");
    let of =
        |messages: &[&Value]| messages.iter().map(|message| message["ack_id"].clone()).collect::<Vec<_>>();
    client.done(ACK, json!({ "consumer_id_or_name": stream, "ack_ids": of(&good) })).await;
    client.done(NACK, json!({ "consumer_id_or_name": stream, "ack_ids": of(&bad) })).await;
    assert!(sequin.stored_messages(stream) >= bad.len());
    let again = ids(&client.done(RECEIVE, pull).await);
    assert!(of(&bad).iter().all(|id| again.contains(id)), "{again:?}");
    assert!(of(&good).iter().all(|id| !again.contains(id)), "{again:?}");
}

#[tokio::test]
async fn row_102_row_106_health_and_status_are_there_to_be_judged() {
    let (client, _, _) = demo().await;
    let sinks = client.done("list_all_sequin_stream_sink_consumers", json!({})).await;
    let named = |name: &str| sinks.as_array().unwrap().iter().find(|sink| sink["name"] == name).cloned();
    let stalled = named("inventory_updates").expect("the sink of the article");
    assert_eq!((&stalled["status"], &stalled["health"]["status"]), (&json!("active"), &json!("error")));
    let checks = stalled["health"]["checks"].as_array().unwrap();
    assert!(checks.iter().any(|check| check["status"] == "error" && check["error"].is_string()));

    let by_name = client.done(GET_SINK, json!({ "id": "stripe_webhooks_sink" })).await;
    assert_eq!((&by_name["batch_size"], &by_name["health"]["status"]), (&json!(25), &json!("healthy")));
    assert_eq!(client.done(GET_SINK, json!({ "id": by_name["id"] })).await, by_name);
    let (status, text) = refused(&client, GET_SINK, json!({ "id": "no_such_sink" })).await;
    assert!(status == 404 && text.contains("list_all_sequin_stream_sink_consumers"), "{text}");
}

#[tokio::test]
async fn row_103_row_104_ten_billing_events_with_action_and_keys() {
    let (client, sequin, _) = demo().await;
    let stream = "billing_events";
    let messages = client.done(RECEIVE, json!({ "consumer_id_or_name": stream, "batch_size": 10 })).await;
    let all = messages.as_array().unwrap();
    assert_eq!(all.len(), 10);
    for message in all {
        let action = message["data"]["action"].as_str().unwrap();
        assert!(["insert", "update", "delete"].contains(&action), "{action}");
        assert!(message["data"]["metadata"]["record_pks"].as_array().is_some_and(|keys| !keys.is_empty()));
    }
    let before = sequin.stored_messages(stream);
    client.done(ACK, json!({ "consumer_id_or_name": stream, "ack_ids": ids(&messages)[..3] })).await;
    assert_eq!(sequin.stored_messages(stream), before - 3);
}

#[tokio::test]
async fn row_105_all_users_are_sent_again() {
    let (client, _, _) = demo().await;
    let sink = "legacy_user_sync";
    let (status, text) = refused(&client, CREATE_BACKFILL, json!({ "sink_id_or_name": sink })).await;
    assert!(status == 422 && text.contains("name one in `table`"), "{text}");
    let backfill = client.done(CREATE_BACKFILL, json!({ "sink_id_or_name": sink, "table": "users" })).await;
    assert_eq!((&backfill["state"], &backfill["sink_consumer"]), (&json!("active"), &json!(sink)));
}

#[tokio::test]
async fn row_107_row_109_the_active_backfill_is_found_and_cancelled_for_good() {
    let (client, _, _) = demo().await;
    let sink = json!({ "sink_id_or_name": "warehouse_sync" });
    let backfills = client.done(LIST_BACKFILLS, sink.clone()).await;
    let active = backfills
        .as_array()
        .unwrap()
        .iter()
        .find(|backfill| backfill["state"] == "active" && backfill["table"] == "public.orders");
    let mut change = sink;
    change["id"] = active.expect("the backfill of the article")["id"].clone();
    change["state"] = json!("cancelled");
    let cancelled = client.done(UPDATE_BACKFILL, change.clone()).await;
    assert_eq!((&cancelled["state"], &cancelled["id"]), (&json!("cancelled"), &change["id"]));
    assert!(cancelled["canceled_at"].is_string());
    change["state"] = json!("active");
    let (status, text) = refused(&client, UPDATE_BACKFILL, change).await;
    assert!(status == 422 && text.contains(CREATE_BACKFILL), "{text}");
}

#[tokio::test]
async fn row_108_a_new_table_can_be_used_once_it_was_read() {
    let (client, _, _) = demo().await;
    let sink = json!({ "name": "preferences", "database": "prod_db", "destination": { "type": "sequin_stream" },
                       "source": { "include_tables": ["user_preferences"] } });
    let (status, text) = refused(&client, "create_a_sequin_stream_sink_consumer", sink.clone()).await;
    let refresh = "create_a_sequin_stream_postgres_database_table_refresh";
    assert!(status == 422 && text.contains(refresh), "{text}");
    let refreshed = client.done(refresh, json!({ "database_id_or_name": "prod_db" })).await;
    assert_eq!(refreshed, json!({ "success": true }));
    client.done("create_a_sequin_stream_sink_consumer", sink).await;
}
