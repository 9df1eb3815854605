//! Backfills: rules 55–70.

use serde_json::{Value, json};
use toolpress_sandbox::sequin_stream::{Change, Table};

use crate::support::{Answer, Bench, HOST, framework, invalid, missing, rule};

async fn start(bench: &Bench, body: Value) -> Value {
    let (status, shown) = bench.post("/sinks/stream/backfills", body).await;
    assert_eq!(status, 200, "{shown}");
    shown
}

async fn look(bench: &Bench, backfill: &Value) -> Value {
    bench.get(&path(backfill)).await.1
}

async fn set(bench: &Bench, backfill: &Value, state: &str) -> Answer {
    bench.patch(&path(backfill), json!({"state": state})).await
}

fn path(backfill: &Value) -> String {
    format!("/sinks/stream/backfills/{}", backfill["id"].as_str().expect("an id"))
}

/// A stream over every table, and 100 rows a second.
async fn everything() -> Bench {
    let bench = Bench::connected().await;
    bench.sink("stream", json!({"source": null})).await;
    bench.simulated.set_backfill_rate(100);
    bench
}

#[tokio::test]
async fn rule_55_a_single_table_goes_without_saying() {
    let bench = Bench::streaming().await;
    assert_eq!(start(&bench, json!({})).await["table"], "public.orders");
}

#[tokio::test]
async fn rule_56_otherwise_the_table_is_required() {
    let bench = everything().await;
    let refusal = rule("Table reference is required");
    assert_eq!(bench.post("/sinks/stream/backfills", json!({})).await, refusal);
    bench.sink("two", json!({"source": {"include_tables": ["orders", "users"]}})).await;
    assert_eq!(bench.post("/sinks/two/backfills", json!({"state": "active"})).await, refusal);
}

#[tokio::test]
async fn rule_57_the_table_must_be_known_and_in_the_source() {
    let bench = Bench::streaming().await;
    let create = |table: &str| bench.post("/sinks/stream/backfills", json!({"table": table}));
    assert_eq!(create("nope").await, rule("Table nope not found"));
    assert_eq!(create("users").await, rule("Table users not in sink's source configuration"));
    assert_eq!(
        create("billing.invoices").await,
        rule("Table billing.invoices not in sink's source configuration")
    );
    assert_eq!(create("orders").await.1["table"], "public.orders");
}

#[tokio::test]
async fn rule_58_other_keys_are_unknown() {
    let bench = Bench::streaming().await;
    for key in ["sort_column", "tables", "max_timeout_ms", "id"] {
        let answer = bench.post("/sinks/stream/backfills", json!({key: "x"})).await;
        assert_eq!(answer, rule(&format!("Unknown field: {key}")));
    }
    let backfill = start(&bench, json!({})).await;
    let answer = bench.patch(&path(&backfill), json!({"table": "orders"})).await;
    assert_eq!(answer, rule("Unknown field: table"));
}

#[tokio::test]
async fn rule_59_created_then_estimated() {
    let bench = everything().await;
    bench.simulated.add_table(
        HOST,
        5432,
        "app",
        Table::new("orders", &["id", "status"]).rows(1000).estimate(1040),
    );
    bench.post("/postgres_databases/main/refresh_tables", json!({})).await;
    let backfill = start(&bench, json!({"table": "orders"})).await;
    let wanted = json!({
        "id": backfill["id"],
        "sink_consumer": "stream",
        "table": "public.orders",
        "state": "active",
        "sort_column": null,
        "rows_initial_count": null,
        "rows_processed_count": 0,
        "rows_ingested_count": 0,
        "completed_at": null,
        "canceled_at": null,
        "inserted_at": "2026-11-20T09:00:00Z",
        "updated_at": "2026-11-20T09:00:00Z",
    });
    assert_eq!(backfill, wanted);
    bench.pass(1);
    assert_eq!(look(&bench, &backfill).await["rows_initial_count"], 1040);
}

#[tokio::test]
async fn rule_60_one_open_backfill_per_table() {
    let bench = everything().await;
    let backfill = start(&bench, json!({"table": "orders"})).await;
    let refusal = invalid(json!({"sink_consumer_id": ["already has an active backfill"]}));
    let again = || bench.post("/sinks/stream/backfills", json!({"table": "public.orders"}));
    assert_eq!(again().await, refusal);
    set(&bench, &backfill, "paused").await;
    assert_eq!(again().await, refusal);
    start(&bench, json!({"table": "users"})).await;
    set(&bench, &backfill, "cancelled").await;
    assert_eq!(again().await.0, 200);
}

#[tokio::test]
async fn rule_61_both_counters_grow_together() {
    let bench = everything().await;
    let backfill = start(&bench, json!({"table": "orders"})).await;
    for (seconds, rows) in [(1, 0), (2, 200), (3, 500)] {
        bench.pass(seconds);
        let shown = look(&bench, &backfill).await;
        assert_eq!(
            (&shown["rows_processed_count"], &shown["rows_ingested_count"]),
            (&json!(rows), &json!(rows))
        );
        assert_eq!(shown["state"], "active");
    }
}

#[tokio::test]
async fn rule_62_the_end_of_the_table_completes() {
    let bench = everything().await;
    let backfill = start(&bench, json!({"table": "orders"})).await;
    bench.pass(60);
    let shown = look(&bench, &backfill).await;
    assert_eq!((&shown["state"], &shown["rows_processed_count"]), (&json!("completed"), &json!(1000)));
    assert_eq!(shown["completed_at"], "2026-11-20T09:01:00.000000Z");
    let keyless = start(&bench, json!({"table": "events"})).await;
    bench.pass(2);
    let shown = look(&bench, &keyless).await;
    assert_eq!((&shown["state"], &shown["completed_at"]), (&json!("failed"), &json!(null)));
}

#[tokio::test]
async fn rule_63_transitions() {
    let bench = everything().await;
    let refusal = |from: &str, to: &str, valid: &str| {
        let text = format!("Invalid state transition from {from} to {to}. Valid transitions: {valid}");
        invalid(json!({"state": [text]}))
    };
    let backfill = start(&bench, json!({"table": "orders"})).await;
    assert_eq!(set(&bench, &backfill, "paused").await.1["state"], "paused");
    assert_eq!(
        set(&bench, &backfill, "completed").await,
        refusal("paused", "completed", "active, cancelled")
    );
    assert_eq!(set(&bench, &backfill, "active").await.1["state"], "active");
    for end in ["completed", "failed", "cancelled"] {
        let backfill = start(&bench, json!({"table": "users"})).await;
        assert_eq!(set(&bench, &backfill, end).await.1["state"], end);
        assert_eq!(set(&bench, &backfill, "active").await, refusal(end, "active", "none"));
    }
}

#[tokio::test]
async fn rule_64_the_same_state_changes_nothing() {
    let bench = everything().await;
    let backfill = start(&bench, json!({"table": "orders"})).await;
    assert_eq!(set(&bench, &backfill, "active").await, (200, backfill.clone()));
    let (_, cancelled) = set(&bench, &backfill, "cancelled").await;
    bench.pass(5);
    assert_eq!(set(&bench, &backfill, "cancelled").await.1["canceled_at"], cancelled["canceled_at"]);
    assert_eq!(bench.patch(&path(&backfill), json!({})).await.0, 200);
}

#[tokio::test]
async fn rule_65_unknown_states() {
    let bench = everything().await;
    let backfill = start(&bench, json!({"table": "orders"})).await;
    for state in ["canceled", "cancel", "done", ""] {
        assert_eq!(set(&bench, &backfill, state).await, invalid(json!({"state": ["is invalid"]})), "{state}");
    }
}

#[tokio::test]
async fn rule_66_cancel_and_pause_stop_the_reader_and_resume_goes_on() {
    let bench = everything().await;
    let backfill = start(&bench, json!({"table": "orders"})).await;
    bench.pass(3);
    set(&bench, &backfill, "paused").await;
    bench.pass(100);
    assert_eq!(look(&bench, &backfill).await["rows_processed_count"], 200);
    set(&bench, &backfill, "active").await;
    bench.pass(1);
    assert_eq!(look(&bench, &backfill).await["rows_processed_count"], 300);
    let (_, shown) = set(&bench, &backfill, "cancelled").await;
    assert_eq!(shown["canceled_at"], "2026-11-20T09:01:44.000000Z");
    bench.pass(100);
    let shown = look(&bench, &backfill).await;
    assert_eq!((&shown["rows_processed_count"], &shown["completed_at"]), (&json!(300), &json!(null)));
    // What has been read stays in the stream.
    assert_eq!(bench.simulated.stored_messages("stream"), 300);
}

#[tokio::test]
async fn rule_67_newest_first_and_only_open_ones_on_the_sink() {
    let bench = everything().await;
    let first = start(&bench, json!({"table": "orders"})).await;
    bench.pass(2);
    set(&bench, &first, "cancelled").await;
    let second = start(&bench, json!({"table": "users"})).await;
    bench.pass(1);
    let third = start(&bench, json!({"table": "billing.invoices"})).await;
    set(&bench, &third, "paused").await;
    let ids = |list: &Value| {
        list.as_array().expect("a list").iter().map(|one| one["id"].clone()).collect::<Vec<_>>()
    };
    let (_, list) = bench.get("/sinks/stream/backfills").await;
    assert_eq!(ids(&list["data"]), [third["id"].clone(), second["id"].clone(), first["id"].clone()]);
    let (_, sink) = bench.get("/sinks/stream").await;
    assert_eq!(ids(&sink["active_backfills"]), [second["id"].clone(), third["id"].clone()]);
}

#[tokio::test]
async fn rule_68_another_sinks_backfill() {
    let bench = Bench::streaming().await;
    bench.sink("other", json!({})).await;
    let backfill = start(&bench, json!({})).await;
    let id = backfill["id"].as_str().expect("an id");
    let foreign = format!("/sinks/other/backfills/{id}");
    let state = json!({"state": "paused"});
    assert_eq!(bench.patch(&foreign, state.clone()).await, framework(500, "Internal Server Error"));
    assert_eq!(bench.get(&foreign).await, missing("backfill"));
    let unknown = "/sinks/stream/backfills/3b241101-e2bb-4255-8caf-4136c566a962";
    assert_eq!(bench.patch(unknown, state.clone()).await, missing("backfill"));
    assert_eq!(bench.patch(&format!("/sinks/nope/backfills/{id}"), state).await, missing("consumer"));
}

#[tokio::test]
async fn rule_69_there_is_no_delete() {
    let bench = Bench::streaming().await;
    let backfill = start(&bench, json!({})).await;
    assert_eq!(bench.delete(&path(&backfill)).await, framework(404, "Not Found"));
}

#[tokio::test]
async fn rule_70_rows_arrive_as_reads_whatever_the_actions() {
    let bench = Bench::connected().await;
    bench.sink("stream", json!({"actions": ["delete"]})).await;
    let insert = Change::insert("orders", json!({"id": 5000, "status": "new"}));
    assert_eq!(bench.simulated.commit("main", &insert), 0, "inserts are not wanted");
    start(&bench, json!({})).await;
    bench.pass(10);
    let messages = bench.receive(2).await;
    assert_eq!(messages.len(), 2);
    for message in messages {
        assert_eq!((&message["data"]["action"], &message["data"]["changes"]), (&json!("read"), &json!(null)));
        assert_eq!(message["data"]["metadata"]["table_name"], "orders");
    }
}
