//! What agents do with sinks and backfills, step by step, against the simulated vendor.

use crate::agent::Agent;
use crate::support::{World, body};
use serde_json::{Value, json};

const SINKS: &str = "list_all_sequin_stream_sink_consumers";
const CREATE: &str = "create_a_sequin_stream_backfill";
const GET: &str = "get_single_sequin_stream_backfill_by_id";
const LIST: &str = "list_all_sequin_stream_backfills";
const UPDATE: &str = "update_a_sequin_stream_backfill_by_id";

fn records(answer: &Value) -> &Vec<Value> {
    answer["result"].as_array().expect("a list")
}

fn named<'a>(answer: &'a Value, name: &str) -> &'a Value {
    records(answer).iter().find(|record| record["name"] == name).expect("a record of this name")
}

/// What the agent tells its user: the sink's health, and the backfill's id and state.
async fn recover(agent: &mut Agent, sink: &str, table: &str) -> Option<(String, String, String)> {
    let sinks = agent.ask(SINKS, json!({})).await;
    let health = named(&sinks, sink)["health"]["status"].as_str().expect("a health").to_owned();
    if health == "healthy" {
        return None;
    }
    let made = agent.ask(CREATE, json!({ "sink_id_or_name": sink, "table": table })).await;
    let id = made["result"]["id"].as_str().expect("an id").to_owned();
    let read = agent.ask(GET, json!({ "sink_id_or_name": sink, "id": id })).await;
    assert_eq!(read["result"]["id"], id.as_str());
    let state = read["result"]["state"].as_str().expect("a state").to_owned();
    Some((health, id, state))
}

#[tokio::test]
async fn row_119_a_stalled_pipeline_is_diagnosed_and_backfilled() {
    let world = World::new().await;
    let mut agent = Agent::connect(&world.serve().await).await;
    let (health, id, state) =
        recover(&mut agent, "inventory_updates", "stock_levels").await.expect("an unhealthy sink");
    assert_eq!(agent.called, [SINKS, CREATE, GET]);
    assert_eq!((health.as_str(), state.as_str()), ("error", "active"));
    let sent = world.log.all();
    assert_eq!(body(&sent[1]), json!({ "table": "stock_levels" }));
    let backfills = agent.ask(LIST, json!({ "sink_id_or_name": "inventory_updates" })).await;
    assert_eq!(records(&backfills).len(), 1, "one backfill for one gap");
    assert_eq!(records(&backfills)[0]["table"], "public.stock_levels");
    assert_eq!(records(&backfills)[0]["id"], id.as_str());
}

#[tokio::test]
async fn row_119_a_healthy_sink_is_left_alone() {
    let world = World::new().await;
    let mut agent = Agent::connect(&world.serve().await).await;
    assert_eq!(recover(&mut agent, "stripe_webhooks_sink", "payments").await, None);
    assert_eq!(world.requests(), ["GET /api/sinks"]);
}

#[tokio::test]
async fn row_120_the_id_of_the_new_backfill_is_used_unchanged() {
    let world = World::new().await;
    let mut agent = Agent::connect(&world.serve().await).await;
    let (_, id, state) =
        recover(&mut agent, "inventory_updates", "public.stock_levels").await.expect("an unhealthy sink");
    assert_eq!(state, "active");
    assert_eq!(
        world.requests(),
        [
            "GET /api/sinks".to_owned(),
            "POST /api/sinks/inventory_updates/backfills".to_owned(),
            format!("GET /api/sinks/inventory_updates/backfills/{id}"),
        ]
    );
}

#[tokio::test]
async fn row_121_each_message_goes_from_agent_to_vendor_and_back() {
    let world = World::new().await;
    let mut agent = Agent::connect(&world.serve().await).await.traced(&world.trace);
    let (_, id, _) =
        recover(&mut agent, "inventory_updates", "stock_levels").await.expect("an unhealthy sink");
    let lines = world.trace.lines();
    let told: Vec<Value> = lines
        .iter()
        .filter_map(|line| line.strip_prefix("agent told: "))
        .map(|told| serde_json::from_str(told).expect("JSON"))
        .collect();
    assert_eq!(named(&told[0], "inventory_updates")["health"]["status"], "error");
    assert_eq!((&told[1]["result"]["state"], &told[1]["result"]["id"]), (&json!("active"), &json!(id)));
    let steps: Vec<&str> = lines.iter().map(|line| line.split(" {").next().unwrap_or_default()).collect();
    let step = |tool: &str, request: &str| {
        [
            format!("agent asks: {tool}"),
            format!("server asked: {tool}"),
            format!("vendor asked: {request}"),
            "vendor answers: 200".to_owned(),
            "server answers: 200".to_owned(),
            "agent told:".to_owned(),
        ]
    };
    let backfills = "/api/sinks/inventory_updates/backfills";
    let expected = [
        step(SINKS, "GET /api/sinks"),
        step(CREATE, &format!("POST {backfills}")),
        step(GET, &format!("GET {backfills}/{id}")),
    ];
    assert_eq!(steps, expected.concat());
}

/// The id and state of the job at the end, and whether it was there before.
async fn orchestrate(agent: &mut Agent, sink: &str, table: &str) -> (bool, String, String) {
    let backfills = agent.ask(LIST, json!({ "sink_id_or_name": sink })).await;
    let active = records(&backfills).iter().find(|backfill| backfill["state"] == "active");
    let (found, job) = match active {
        Some(active) => (true, active.clone()),
        None => {
            let made = agent.ask(CREATE, json!({ "sink_id_or_name": sink, "table": table })).await;
            (false, made["result"].clone())
        }
    };
    let text = |key: &str| job[key].as_str().expect("a text").to_owned();
    (found, text("id"), text("state"))
}

#[tokio::test]
async fn row_124_without_an_active_backfill_one_is_started() {
    let world = World::new().await;
    let mut agent = Agent::connect(&world.serve().await).await;
    let (found, id, state) = orchestrate(&mut agent, "snowflake_sink", "transactions").await;
    assert_eq!((found, state.as_str()), (false, "active"), "the completed one of yesterday does not count");
    assert_eq!(agent.called, [LIST, CREATE]);
    assert_eq!(
        world.requests(),
        ["GET /api/sinks/snowflake_sink/backfills", "POST /api/sinks/snowflake_sink/backfills"]
    );
    assert_eq!(body(&world.log.all()[1]), json!({ "table": "transactions" }));
    let backfills = agent.ask(LIST, json!({ "sink_id_or_name": "snowflake_sink" })).await;
    let active: Vec<_> = records(&backfills).iter().filter(|job| job["state"] == "active").collect();
    assert_eq!((active.len(), &active[0]["id"]), (1, &json!(id)));
}

#[tokio::test]
async fn row_124_with_an_active_backfill_the_agent_stops_and_nothing_is_doubled() {
    let world = World::new().await;
    let url = world.serve().await;
    let mut agent = Agent::connect(&url).await;
    let (_, first, _) = orchestrate(&mut agent, "snowflake_sink", "transactions").await;
    world.log.take();
    let mut second = Agent::connect(&url).await;
    assert_eq!(
        orchestrate(&mut second, "snowflake_sink", "transactions").await,
        (true, first, "active".to_owned())
    );
    assert_eq!(
        (second.called, world.requests()),
        (vec![LIST.to_owned()], vec!["GET /api/sinks/snowflake_sink/backfills".to_owned()])
    );

    let told =
        agent.fail(CREATE, json!({ "sink_id_or_name": "snowflake_sink", "table": "transactions" })).await;
    assert!(told.contains("already has an active backfill"), "{told}");
    assert!(told.contains(LIST) && told.contains(UPDATE), "an agent that did not look is told how: {told}");
    let backfills = agent.ask(LIST, json!({ "sink_id_or_name": "snowflake_sink" })).await;
    assert_eq!(records(&backfills).iter().filter(|job| job["state"] == "active").count(), 1);
}

#[tokio::test]
async fn row_127_an_active_backfill_is_found_and_cancelled() {
    let world = World::new().await;
    let mut agent = Agent::connect(&world.serve().await).await;
    let backfills = agent.ask(LIST, json!({ "sink_id_or_name": "warehouse_sync" })).await;
    let active = records(&backfills)
        .iter()
        .find(|backfill| backfill["state"] == "active" && backfill["table"] == "public.orders");
    let id = active.expect("an active backfill")["id"].clone();
    let cancel = json!({ "sink_id_or_name": "warehouse_sync", "id": id, "state": "cancelled" });
    let cancelled = agent.ask(UPDATE, cancel).await["result"].take();
    assert_eq!((&cancelled["id"], &cancelled["state"]), (&id, &json!("cancelled")));
    assert!(cancelled["canceled_at"].is_string());
    assert_eq!(agent.called, [LIST, UPDATE]);
    let sent = world.log.all();
    let path = format!("PATCH /api/sinks/warehouse_sync/backfills/{}", id.as_str().expect("an id"));
    assert_eq!(
        (world.requests()[1].as_str(), body(&sent[1])),
        (path.as_str(), json!({ "state": "cancelled" }))
    );

    let again = json!({ "sink_id_or_name": "warehouse_sync", "id": id, "state": "active" });
    let told = agent.fail(UPDATE, again).await;
    assert!(told.contains("stays so") && told.contains(CREATE), "it cannot be undone: {told}");
    let misspelt = json!({ "sink_id_or_name": "warehouse_sync", "id": id, "state": "canceled" });
    let told = agent.fail(UPDATE, misspelt).await;
    assert!(told.contains("`cancelled`"), "the nearest word is named: {told}");
    assert_eq!(world.requests().len(), 3, "a wrong word is not sent");
}

#[tokio::test]
async fn row_128_lists_tell_name_and_id_and_either_leads_to_the_record() {
    let world = World::new().await;
    let mut agent = Agent::connect(&world.serve().await).await;
    for (list, get) in [
        (SINKS, "get_single_sequin_stream_sink_consumer_by_id"),
        ("list_all_sequin_stream_postgres_databases", "get_single_sequin_stream_postgres_database_by_id"),
        ("list_all_sequin_stream_http_endpoints", "get_single_sequin_stream_http_endpoint_by_id"),
    ] {
        let listed = agent.ask(list, json!({})).await;
        assert!(records(&listed).len() > 2);
        for record in records(&listed) {
            assert!(record["id"].is_string() && record["name"].is_string(), "{list}: {record}");
        }
        let record = &records(&listed)[1];
        let by_id = agent.ask(get, json!({ "id": record["id"] })).await;
        let by_name = agent.ask(get, json!({ "id": record["name"] })).await;
        assert_eq!(by_id, by_name);
        assert_eq!(by_id["result"]["id"], record["id"]);
    }
    let keys = agent.ask("list_all_sequin_stream_api_keys", json!({})).await;
    assert!(records(&keys).iter().all(|key| key["id"].is_string() && key["name"].is_string()));

    // A found id serves as the parent of the next call.
    let sinks = agent.ask(SINKS, json!({})).await;
    let sink = &named(&sinks, "warehouse_sync")["id"];
    let backfills = agent.ask(LIST, json!({ "sink_id_or_name": sink })).await;
    assert_eq!(records(&backfills)[0]["sink_consumer"], "warehouse_sync");
}
