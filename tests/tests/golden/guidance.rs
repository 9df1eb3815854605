//! The domain knowledge that descriptions, schemas and errors carry, and the rules checked before any
//! request.

use crate::world::{Client, Reply, Setup, sequin};
use serde_json::{Value, json};

const DATABASE: &str = "create_a_sequin_stream_postgres_database";
const DELETE_DATABASE: &str = "delete_a_sequin_stream_postgres_database_by_id";
const LIST_SINKS: &str = "list_all_sequin_stream_sink_consumers";
const DELETE_SINK: &str = "delete_a_sequin_stream_sink_consumer_by_id";
const SINK: &str = "create_a_sequin_stream_sink_consumer";
const RECEIVE: &str = "list_all_sequin_stream_http_pull_consumers";
const ACK: &str = "create_a_sequin_stream_http_pull_consumer_ack";
const NACK: &str = "create_a_sequin_stream_http_pull_consumer_nack";
const BACKFILL: &str = "create_a_sequin_stream_backfill";
const GET_BACKFILL: &str = "get_single_sequin_stream_backfill_by_id";

async fn description(client: &Client, tool: &str) -> String {
    client.tool(tool).await["description"].as_str().expect("a text").to_owned()
}

async fn schema(client: &Client, tool: &str) -> Value {
    client.tool(tool).await["inputSchema"].clone()
}

/// Fails unless the text holds all of these.
fn holds(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part:?} in {text:?}");
    }
}

#[tokio::test]
async fn row_067_row_068_deleting_a_database_names_what_must_go_first() {
    let (client, vendor) = sequin().await;
    let text = description(&client, DELETE_DATABASE).await;
    holds(&text, &["Fails while sinks or WAL pipelines use it", LIST_SINKS, DELETE_SINK]);
    let instructions = client.rpc("initialize", json!({})).await.result()["instructions"].clone();
    holds(instructions.as_str().unwrap(), &["Databases feed sinks", "a sink has backfills"]);

    let error =
        "Cannot delete database that's used by WAL pipelines. Please delete associated WAL pipelines first.";
    vendor.reply(Reply::json(422, &json!({ "success": false, "error": error })));
    let answer = client.call(DELETE_DATABASE, json!({ "id": "audit_db" })).await;
    assert!(answer.is_error());
    holds(&answer.text(), &[error, "No tool removes them", "console"]);
    assert!(!answer.text().contains(DELETE_SINK), "sinks are not the reason: {}", answer.text());
}

#[tokio::test]
async fn row_069_the_refusal_for_dependent_sinks_says_which_two_tools_to_call() {
    let (client, vendor) = sequin().await;
    let error = "Cannot delete database that's used by sink consumers. Please delete associated sink consumers first.";
    vendor.reply(Reply::json(422, &json!({ "success": false, "error": error })));
    let answer = client.call(DELETE_DATABASE, json!({ "id": "prod_db" })).await;
    assert!(answer.is_error());
    holds(&answer.text(), &[error, LIST_SINKS, DELETE_SINK, "then repeat this call"]);
}

#[tokio::test]
async fn row_070_row_072_receiving_says_what_an_ack_id_is_and_what_happens_without_an_ack() {
    let (client, _) = sequin().await;
    let text = description(&client, RECEIVE).await;
    holds(&text, &["opaque ack_id", "verbatim", "Unacked ones are redelivered after 30 s"]);
    for tool in [ACK, NACK] {
        let ids = &schema(&client, tool).await["properties"]["ack_ids"];
        assert_eq!(ids["description"], "Exactly as received", "{tool}");
    }
}

#[tokio::test]
async fn row_071_receive_ack_and_nack_lead_to_each_other() {
    let (client, _) = sequin().await;
    for (tool, others) in [(RECEIVE, [ACK, NACK]), (ACK, [RECEIVE, NACK]), (NACK, [RECEIVE, ACK])] {
        holds(&description(&client, tool).await, &others);
    }
}

#[tokio::test]
async fn row_073_row_082_acknowledging_takes_ids_and_nothing_else() {
    let (client, vendor) = sequin().await;
    for tool in [ACK, NACK] {
        let schema = schema(&client, tool).await;
        let ids = &schema["properties"]["ack_ids"];
        assert_eq!((&ids["type"], &ids["items"]["type"]), (&json!("array"), &json!("string")), "{tool}");
        assert_eq!(ids["minItems"], 1, "{tool}");
        assert_eq!(schema["required"], json!(["consumer_id_or_name", "ack_ids"]), "{tool}");
        assert_eq!(schema["additionalProperties"], false, "{tool}");
        for arguments in [
            json!({ "consumer_id_or_name": "s", "ack_ids": [] }),
            json!({ "consumer_id_or_name": "s", "ack_ids": [{}] }),
            json!({ "consumer_id_or_name": "s", "ack_ids": "a" }),
            json!({ "consumer_id_or_name": "s" }),
            json!({ "ack_ids": ["a"] }),
            json!({ "consumer_id_or_name": "s", "ack_ids": ["a"], "batch_size": 1 }),
        ] {
            assert!(client.call(tool, arguments.clone()).await.is_error(), "{tool} takes {arguments}");
        }
    }
    assert_eq!(vendor.seen().len(), 0);
}

#[tokio::test]
async fn row_074_row_075_a_backfill_runs_on_and_is_polled() {
    let (client, _) = sequin().await;
    holds(&description(&client, BACKFILL).await, &["asynchronously", "state active", GET_BACKFILL]);
    let text = description(&client, GET_BACKFILL).await;
    holds(&text, &["poll until `state` is completed, cancelled or failed"]);
    holds(&text, &["rows_processed_count / rows_initial_count", "estimate", "null or 0"]);
}

#[tokio::test]
async fn row_076_a_database_is_given_by_url_or_by_parts_and_never_by_both_or_none() {
    let (client, vendor) = sequin().await;
    holds(
        &description(&client, DATABASE).await,
        &["either by `url` or by hostname, database, username and password"],
    );
    let url = "postgresql://u:p@h:5432/d";
    let slots = json!([{ "slot_name": "s", "publication_name": "p" }]);
    let both = json!({ "url": url, "hostname": "h", "database": "d", "username": "u", "password": "p" });
    let table = [
        (both, vec!["only one of", "`hostname`", "`url` holds them all"]),
        (json!({ "url": url, "port": 5433 }), vec!["`port` cannot be given"]),
        (json!({ "url": url, "password": "p" }), vec!["`password` cannot be given"]),
        (json!({}), vec!["url", "hostname", "required"]),
        (json!({ "database": "d", "username": "u", "password": "p" }), vec!["hostname"]),
        (json!({ "hostname": "h" }), vec!["`database`", "`username`", "`password`"]),
        (json!({ "hostname": "h", "database": "d", "username": "u" }), vec!["`password` is required"]),
        (json!({ "url": "postgresql://u:p@h/d" }), vec!["`url`"]),
        (json!({ "url": "postgresql://u:p@h:5432/d?sslmode=require" }), vec!["`url`"]),
    ];
    for (mut arguments, parts) in table {
        arguments["name"] = json!("d");
        arguments["replication_slots"] = slots.clone();
        let answer = client.call(DATABASE, arguments).await;
        assert_eq!(answer.structured()["error"]["kind"], "arguments", "{}", answer.text());
        holds(&answer.text(), &parts);
        holds(&answer.text(), &["nothing was sent"]);
    }
    assert_eq!(vendor.seen().len(), 0);
}

#[tokio::test]
async fn row_077_exactly_one_replication_slot() {
    let (client, vendor) = sequin().await;
    let slots = &schema(&client, DATABASE).await["properties"]["replication_slots"];
    assert_eq!((&slots["minItems"], &slots["maxItems"]), (&json!(1), &json!(1)));
    let slot = json!({ "slot_name": "s", "publication_name": "p" });
    for slots in [json!([]), json!([slot, slot]), json!([{ "slot_name": "s" }]), json!([{}]), Value::Null] {
        let arguments =
            json!({ "name": "d", "url": "postgresql://u:p@h:5432/d", "replication_slots": slots });
        let answer = client.call(DATABASE, arguments).await;
        assert!(answer.is_error() && answer.text().contains("`replication_slots"), "{}", answer.text());
    }
    assert_eq!(vendor.seen().len(), 0);
}

#[tokio::test]
async fn row_078_a_sink_needs_name_database_and_destination() {
    let (client, vendor) = sequin().await;
    let schema = schema(&client, SINK).await;
    assert_eq!(schema["required"], json!(["name", "database", "destination"]));
    assert_eq!(schema["properties"]["destination"]["required"], json!(["type"]));
    let answer = client.call(SINK, json!({})).await;
    holds(&answer.text(), &["`name` is required", "`database` is required", "`destination` is required"]);
    // What a destination needs depends on its type.
    let table = [
        (json!({ "type": "webhook" }), "`destination.http_endpoint` is required"),
        (json!({ "type": "webhook", "http_endpoint": "e", "topic": "t" }), "does not go with type `webhook`"),
        (json!({ "type": "kafka" }), "`destination.hosts` is required"),
        (
            json!({ "type": "kafka", "hosts": "k:1", "sasl_mechanism": "plain" }),
            "`destination.username` is required",
        ),
        (json!({ "type": "kafka", "hosts": "k" }), "`destination.hosts`"),
        (json!({ "type": "kinesis", "access_key_id": "a" }), "`destination.secret_access_key` is required"),
        (json!({ "type": "webhok" }), "did you mean `webhook`"),
        (json!({ "http_endpoint": "e" }), "`destination.type` is required"),
    ];
    for (destination, part) in table {
        let arguments =
            json!({ "name": "s", "database": "d", "destination": destination, "routing": "none" });
        holds(&client.call(SINK, arguments).await.text(), &[part]);
    }
    assert_eq!(vendor.seen().len(), 0);
}

#[tokio::test]
async fn row_078_twelve_kinds_of_destination_need_a_routing() {
    let (client, vendor) = sequin().await;
    let told = schema(&client, SINK).await["properties"]["routing"]["description"].clone();
    holds(
        told.as_str().unwrap(),
        &["`none`", "Required except for webhook, sequin_stream, nats, redis_string"],
    );
    let host = json!({ "host": "h.acme.test", "port": 1 });
    for (kind, needs) in
        [("redis_stream", true), ("rabbitmq", true), ("redis_string", false), ("nats", false)]
    {
        let mut destination = host.clone();
        destination["type"] = json!(kind);
        let arguments = json!({ "name": "s", "database": "d", "destination": destination });
        let answer = client.call(SINK, arguments).await;
        assert_eq!(answer.is_error(), needs, "{kind}: {}", answer.text());
        assert_eq!(vendor.seen().len(), usize::from(!needs), "{kind}");
        assert_eq!(answer.text().contains("`routing` is required"), needs, "{kind}: {}", answer.text());
    }
}

#[tokio::test]
async fn row_079_a_backfill_needs_its_sink_and_says_when_it_needs_a_table() {
    let (client, vendor) = sequin().await;
    let schema = schema(&client, BACKFILL).await;
    assert_eq!(schema["required"], json!(["sink_id_or_name"]));
    let table = schema["properties"]["table"]["description"].as_str().unwrap();
    holds(table, &["`schema.table`", "needed unless the sink streams exactly one table"]);
    let body = json!({ "summary": "Table reference is required", "validation_errors": {}, "code": null });
    vendor.reply(Reply::json(422, &body));
    let answer = client.call(BACKFILL, json!({ "sink_id_or_name": "s" })).await;
    holds(&answer.text(), &["Table reference is required", "name one in `table`"]);
}

#[tokio::test]
async fn row_080_receiving_takes_a_batch_size_and_a_wait() {
    let (client, _) = sequin().await;
    let properties = schema(&client, RECEIVE).await["properties"].clone();
    let batch = &properties["batch_size"];
    assert_eq!(
        (&batch["type"], &batch["minimum"], &batch["maximum"]),
        (&json!("integer"), &json!(1), &json!(1000))
    );
    let wait = &properties["wait_for"];
    assert_eq!(
        (&wait["type"], &wait["minimum"], &wait["maximum"]),
        (&json!("integer"), &json!(500), &json!(300_000))
    );
    holds(wait["description"].as_str().unwrap(), &["Milliseconds"]);
}

#[tokio::test]
async fn row_081_row_083_answers_are_described_field_by_field() {
    let (client, _) = Setup::sequin().output_schemas().start().await;
    let message = client.tool(RECEIVE).await["outputSchema"]["properties"]["result"]["items"].clone();
    assert!(message["properties"]["ack_id"].is_object());
    let data = message["properties"]["data"]["description"].as_str().expect("a text").to_owned();
    holds(
        &data,
        &["record", "changes", "action", "insert", "update", "delete", "read", "metadata", "record_pks"],
    );

    let sink = client.tool("get_single_sequin_stream_sink_consumer_by_id").await;
    let sink = &sink["outputSchema"]["properties"]["result"]["properties"];
    for field in [
        "status",
        "health",
        "source",
        "destination",
        "batch_size",
        "load_shedding_policy",
        "actions",
        "tables",
    ] {
        assert!(sink[field].is_object(), "{field}");
    }
    let checks = &sink["health"]["properties"]["checks"]["items"]["properties"];
    assert!(checks["name"].is_object() && checks["status"].is_object() && checks["error"].is_object());
    let backfill = client.tool(GET_BACKFILL).await;
    let backfill = &backfill["outputSchema"]["properties"]["result"]["properties"];
    for field in ["state", "rows_initial_count", "rows_processed_count", "rows_ingested_count", "canceled_at"]
    {
        assert!(backfill[field].is_object(), "{field}");
    }
}

#[tokio::test]
async fn row_084_a_backfill_is_cancelled_with_the_vendors_spelling() {
    let (client, vendor) = sequin().await;
    let tool = "update_a_sequin_stream_backfill_by_id";
    let schema = schema(&client, tool).await;
    assert_eq!(schema["required"], json!(["sink_id_or_name", "id", "state"]));
    let states = schema["properties"]["state"]["enum"].as_array().unwrap();
    assert!(states.contains(&json!("cancelled")) && !states.contains(&json!("canceled")), "{states:?}");
    let answer = client.call(tool, json!({ "sink_id_or_name": "s", "id": "b", "state": "canceled" })).await;
    holds(&answer.text(), &["`state` cannot be `canceled`", "did you mean `cancelled`"]);
    assert_eq!(vendor.seen().len(), 0);
}

/// The article's 204 is a 200 in truth; either is a success.
#[tokio::test]
async fn row_085_a_table_refresh_takes_the_database_and_succeeds_with_or_without_content() {
    let (client, vendor) = sequin().await;
    let tool = "create_a_sequin_stream_postgres_database_table_refresh";
    assert_eq!(schema(&client, tool).await["required"], json!(["database_id_or_name"]));
    vendor.reply(Reply::json(200, &json!({ "success": true })));
    vendor.reply(Reply::empty(204));
    let arguments = json!({ "database_id_or_name": "prod_db" });
    assert_eq!(client.done(tool, arguments.clone()).await, json!({ "success": true }));
    assert_eq!(client.done(tool, arguments).await, Value::Null);
}
