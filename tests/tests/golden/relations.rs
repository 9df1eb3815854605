//! From database to sink to backfill to message, with nothing but what the tools themselves return.

use crate::world::{sequin, simulated};
use serde_json::{Value, json};
use toolpress_sandbox::Clock;
use toolpress_sandbox::sequin_stream::SequinStream;

fn named<'v>(records: &'v Value, key: &str, wanted: &Value) -> Option<&'v Value> {
    records.as_array().expect("records").iter().find(|record| record[key] == *wanted)
}

#[tokio::test]
async fn row_159_ids_and_names_lead_from_one_resource_to_the_next() {
    let client = simulated(&SequinStream::with_demo_data(Clock::manual())).await;
    let databases = client.done("list_all_sequin_stream_postgres_databases", json!({})).await;
    let database = named(&databases, "name", &json!("prod_db")).expect("the database");
    let sinks = client.done("list_all_sequin_stream_sink_consumers", json!({})).await;
    let sink = named(&sinks, "database", &database["name"]).expect("a sink of the database");
    for key in ["id", "name"] {
        let got =
            client.done("get_single_sequin_stream_sink_consumer_by_id", json!({ "id": sink[key] })).await;
        assert_eq!(got["id"], sink["id"]);
        let got = client
            .done("get_single_sequin_stream_postgres_database_by_id", json!({ "id": database[key] }))
            .await;
        assert_eq!(got["id"], database["id"]);
        let refresh = json!({ "database_id_or_name": database[key] });
        client.done("create_a_sequin_stream_postgres_database_table_refresh", refresh).await;
    }

    let warehouse = named(&sinks, "name", &json!("warehouse_sync")).expect("the sink");
    for key in ["id", "name"] {
        let sink = json!({ "sink_id_or_name": warehouse[key] });
        let backfills = client.done("list_all_sequin_stream_backfills", sink.clone()).await;
        let mut one = sink;
        one["id"] = backfills[0]["id"].clone();
        let backfill = client.done("get_single_sequin_stream_backfill_by_id", one).await;
        assert_eq!(backfill["sink_consumer"], warehouse["name"]);
    }
    let active = &warehouse["active_backfills"][0]["id"];
    let one = json!({ "sink_id_or_name": warehouse["id"], "id": active });
    assert_eq!(client.done("get_single_sequin_stream_backfill_by_id", one).await["state"], "active");

    let streams =
        sinks.as_array().unwrap().iter().filter(|sink| sink["destination"]["type"] == "sequin_stream");
    let mut received = 0;
    for stream in streams {
        let pull = json!({ "consumer_id_or_name": stream["id"] });
        let messages = client.done("list_all_sequin_stream_http_pull_consumers", pull).await;
        let message = &messages[0]["data"]["metadata"];
        assert_eq!(
            (&message["consumer"]["id"], &message["database_name"]),
            (&stream["id"], &stream["database"])
        );
        received += 1;
    }
    assert_eq!(received, 4);
}

#[tokio::test]
async fn row_159_parameters_say_whether_they_take_an_id_or_a_name() {
    let (client, _) = sequin().await;
    let instructions = client.rpc("initialize", json!({})).await.result()["instructions"].clone();
    let instructions = instructions.as_str().expect("instructions");
    for part in [
        "sinks (also called consumers)",
        "A sink of type `sequin_stream` is a stream",
        "Databases, sinks and HTTP endpoints are found by UUID or name",
        "a sink's `database` and `http_endpoint` are names only",
    ] {
        assert!(instructions.contains(part), "no {part:?} in {instructions:?}");
    }
    for tool in client.tools().await {
        let (name, properties) = (tool["name"].as_str().unwrap(), &tool["inputSchema"]["properties"]);
        for param in properties.as_object().unwrap().keys().filter(|param| param.ends_with("_id")) {
            let told = properties[param]["description"].as_str().unwrap_or_default();
            assert!(told.contains("UUID or name"), "{name}.{param}: {told}");
        }
        if properties.get("id").is_some() && properties["id"]["format"] != "uuid" {
            let description = tool["description"].as_str().unwrap();
            assert!(description.contains("by UUID or name"), "{name}: {description}");
        }
    }
}

/// A cursor that the server makes itself, since this vendor answers everything at once.
#[tokio::test]
async fn row_013_row_014_pages_of_a_vendor_without_pages_are_complete_and_disjoint() {
    let client = simulated(&SequinStream::with_demo_data(Clock::manual())).await;
    let tool = "list_all_sequin_stream_sink_consumers";
    let all = client.call(tool, json!({})).await.structured();
    assert_eq!((&all["result_count"], &all["next_cursor"]), (&json!(9), &Value::Null));
    let (mut pages, mut cursor) = (Vec::new(), Value::Null);
    for _ in 0..9 {
        let page = client.call(tool, json!({ "limit": 4, "next_cursor": cursor })).await.structured();
        let records = page["result"].as_array().unwrap().clone();
        assert_eq!(page["result_count"], records.len());
        pages.push(records);
        cursor = page["next_cursor"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [4, 4, 1]);
    let ids = |records: &[Value]| records.iter().map(|sink| sink["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&pages.concat()), ids(all["result"].as_array().unwrap()));
}
