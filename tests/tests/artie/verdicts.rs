//! Success that lies: tests of the vendor that answer 200 and say in the body that they failed.

use crate::world::{Demo, recorded};
use serde_json::{Value, json};

const PING: &str = "artie_connectors_ping";
const SOURCE: &str = "artie_pipelines_validate_unsaved_source";
const DESTINATION: &str = "artie_pipelines_validate_unsaved_destination";
const READER: &str = "artie_source_readers_validate_unsaved";

const CONNECTOR: &str = "9e4d2c1b-8a7f-4e6d-b5c4-3a2918273645";

fn postgres(password: &str) -> Value {
    let host = "db.internal.acme.test";
    json!({ "type": "postgresql", "sharedConfig": { "host": host, "port": 5432, "user": "artie", "password": password } })
}

/// Each test of the vendor, called in a way that is fine.
fn tests() -> [(&'static str, Value); 4] {
    let reader = json!({ "connectorUUID": CONNECTOR, "name": "r", "database": "orders" });
    let orders = json!([{ "name": "orders", "schema": "public" }]);
    let source = json!({ "tables": orders, "validateTables": true, "sourceReader": reader });
    let warehouse = "a2b7d9c1-7f35-4e21-8a2c-1f0d9e3b7c55";
    let analytics = json!({ "database": "ANALYTICS", "schema": "PUBLIC" });
    let destination = json!({ "specificCfg": analytics, "destinationUUID": warehouse });
    [
        (PING, postgres("correct-horse")),
        (SOURCE, source),
        (DESTINATION, destination),
        (READER, json!({ "sourceReader": reader })),
    ]
}

#[tokio::test]
async fn row_065_a_200_that_names_an_error_is_a_failure() {
    let (client, recorder) = recorded().await;
    for (tool, arguments) in tests() {
        recorder.reply(200, &json!({ "error": "replication slot is already in use" }));
        let (status, told) = client.fail(tool, arguments).await;
        assert_eq!(status, 200, "{tool}");
        assert!(told.contains("replication slot is already in use"), "{tool}: {told}");
        assert_eq!(recorder.seen().len(), 1, "{tool} is not repeated");
    }
}

#[tokio::test]
async fn row_065_nothing_or_an_empty_error_is_a_success() {
    let (client, recorder) = recorded().await;
    for (tool, arguments) in tests() {
        recorder.reply_nothing();
        client.done(tool, arguments.clone()).await;
        for fine in [json!({}), json!({ "error": "" }), json!({ "error": null })] {
            recorder.reply(200, &fine);
            assert_eq!(client.call(tool, arguments.clone()).await["isError"], false, "{tool}: {fine}");
        }
    }
}

/// Elsewhere a field of this name is data.
#[tokio::test]
async fn row_065_only_tests_are_judged_by_their_bodies() {
    let (client, recorder) = recorded().await;
    recorder.reply(200, &json!({ "uuid": CONNECTOR, "error": "of last night" }));
    let found = client.done("get_single_artie_connector_by_id", json!({ "id": CONNECTOR })).await;
    assert_eq!(found["error"], "of last night");
}

#[tokio::test]
async fn row_065_the_simulated_tests_pass_and_fail_for_the_reason_they_name() {
    let client = Demo::new().await.client().await;
    for (tool, arguments) in tests() {
        client.done(tool, arguments).await;
    }
    let (status, told) = client.fail(PING, postgres("wrong")).await;
    assert_eq!(status, 200);
    assert!(told.contains("password authentication failed for user \"artie\""), "{told}");
    assert!(told.contains("refused the login"), "what to do about it is said: {told}");
    assert!(!told.contains("wrong"), "{told}");

    let [_, (_, mut source), (_, mut destination), (_, mut reader)] = tests();
    source["tables"] = json!([{ "name": "ordres", "schema": "public" }]);
    destination["specificCfg"] = json!({ "database": "ANALYTIX", "schema": "PUBLIC" });
    reader["sourceReader"]["database"] = json!("nowhere");
    for (tool, arguments, reason) in
        [(SOURCE, source, "ordres"), (DESTINATION, destination, "ANALYTIX"), (READER, reader, "nowhere")]
    {
        let (status, told) = client.fail(tool, arguments).await;
        assert_eq!(status, 200, "{tool}");
        let reason = format!("\"{reason}\" does not exist").replace("\"ordres", "\"public.ordres");
        assert!(told.contains(&reason), "{tool}: {told}");
    }
}

#[tokio::test]
async fn row_065_each_test_is_there_and_says_that_it_saves_nothing() {
    let (client, _) = recorded().await;
    for (name, _) in tests() {
        let tool = client.tool(name).await;
        let description = tool["description"].as_str().expect("a description");
        assert!(description.starts_with("Tests "), "{name}: {description}");
        let harmless = ["saves nothing", "changes nothing"].iter().any(|words| description.contains(words));
        assert!(harmless && description.contains("`error`"), "{name}: {description}");
        assert_eq!(tool["annotations"]["readOnlyHint"], true, "{name}");
    }
}

/// The order is told where it matters: before anything is created.
#[tokio::test]
async fn row_065_creating_names_the_tests_that_come_first() {
    let (client, _) = recorded().await;
    for (create, first) in
        [("create_a_artie_pipeline", &[SOURCE, DESTINATION][..]), ("create_a_artie_connector", &[PING][..])]
    {
        let description = client.description(create).await;
        for test in first {
            assert!(description.contains(test), "{create}: {description}");
        }
    }
}

#[tokio::test]
async fn row_058_fifty_validations_are_fifty_requests_and_the_limit_is_told() {
    let demo = Demo::new().await;
    demo.simulated.set_validations_per_minute(Some(30));
    let client = demo.client().await;
    let [.., (tool, arguments)] = tests();
    let mut refused = 0;
    for round in 0..50 {
        let result = client.call(tool, arguments.clone()).await;
        let limited = result["structuredContent"]["error"]["status"] == 429;
        assert_eq!(result["isError"], limited, "{result}");
        assert_eq!(limited, round >= 30, "call {round}: {result}");
        refused += u32::from(limited);
    }
    assert_eq!(refused, 20);
    assert_eq!(demo.log.len(), 50, "neither repeated nor held back");
    let (_, told) = client.fail(tool, arguments).await;
    assert!(told.contains("one call at a time"), "{told}");
}

#[tokio::test]
async fn row_167_an_unsaved_source_reader_is_validated() {
    let demo = Demo::new().await;
    let client = demo.client().await;
    let count = |list: &Value| list.as_array().expect("a list").len();
    let before = count(&client.done("list_all_artie_source_readers", json!({})).await);
    let reader = json!({ "connectorUUID": CONNECTOR, "name": "staging-db-replica", "database": "orders" });
    client.done(READER, json!({ "sourceReader": reader })).await;
    assert_eq!(demo.requests().last().map(String::as_str), Some("POST /source-readers/validate-unsaved"));
    assert_eq!(demo.body(1), json!({ "sourceReader": reader }));
    let after = count(&client.done("list_all_artie_source_readers", json!({})).await);
    assert_eq!(before, after, "nothing is saved");
}
