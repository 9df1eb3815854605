//! From `tools/call` to the bytes on the wire, for every tool.

use crate::table::{golden, goldens};
use crate::world::{Seen, TOKEN, sequin};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The header fields a request may have; each once at most.
const FIELDS: [&str; 7] =
    ["accept", "accept-encoding", "authorization", "content-length", "content-type", "host", "user-agent"];

fn check_headers(tool: &str, seen: &Seen) {
    let bearer = format!("Bearer {TOKEN}");
    assert_eq!(seen.header("authorization"), [&bearer], "{tool}");
    assert_eq!(seen.header("accept"), ["application/json"], "{tool}");
    let writes = seen.line.starts_with("POST ") || seen.line.starts_with("PATCH ");
    let media: &[&str] = if writes { &["application/json"] } else { &[] };
    assert_eq!(seen.header("content-type"), media, "{tool}");
    if !seen.body.is_empty() {
        assert_eq!(seen.header("content-length"), [seen.body.len().to_string()], "{tool}");
    }
    let agents = seen.header("user-agent");
    assert!(matches!(agents[..], [agent] if agent.starts_with("toolpress/")), "{tool}: {agents:?}");
    for (name, _) in &seen.headers {
        assert!(FIELDS.contains(&name.as_str()), "{tool} sends {name}");
        assert_eq!(seen.header(name).len(), 1, "{tool} repeats {name}");
    }
}

#[tokio::test]
async fn row_011_every_tool_sends_exactly_its_golden_request() {
    let (client, vendor) = sequin().await;
    for golden in goldens() {
        let answer = client.call(golden.tool, golden.arguments).await;
        let seen = vendor.seen();
        assert_eq!(seen.len(), 1, "{}: {}", golden.tool, answer.text());
        assert_eq!(seen[0].line, golden.request, "{}", golden.tool);
        let body = golden.body.map(|body| body.to_string()).unwrap_or_default();
        assert_eq!(seen[0].body, body, "{}", golden.tool);
        check_headers(golden.tool, &seen[0]);
        assert!(!answer.is_error(), "{}: {}", golden.tool, answer.text());
    }
}

#[tokio::test]
async fn row_011_no_tool_is_without_a_golden_request() {
    let goldens: Vec<_> = goldens().iter().map(|golden| golden.tool).collect();
    let distinct: BTreeSet<_> = goldens.iter().copied().collect();
    assert_eq!(goldens.len(), distinct.len(), "a tool has two");
    let (client, _) = sequin().await;
    let tools = client.tools().await;
    let tools: BTreeSet<_> = tools.iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    assert_eq!(distinct, tools);
}

/// A golden request that leaves an argument out proves nothing about it. Alternatives that exclude each
/// other are covered by the tests that name them.
#[tokio::test]
async fn row_011_every_argument_stands_in_a_golden_request() {
    const ELSEWHERE: [(&str, &str); 8] = [
        ("create_a_sequin_stream_postgres_database", "url"),
        ("update_a_sequin_stream_postgres_database_by_id", "url"),
        ("create_a_sequin_stream_postgres_replication", "postgres_database_id"),
        ("create_a_sequin_stream_http_endpoint", "url"),
        ("create_a_sequin_stream_http_endpoint", "webhook_site"),
        ("update_a_sequin_stream_http_endpoint_by_id", "url"),
        ("update_a_sequin_stream_http_endpoint_by_id", "local"),
        ("update_a_sequin_stream_http_endpoint_by_id", "path"),
    ];
    let (client, _) = sequin().await;
    for tool in client.tools().await {
        let name = tool["name"].as_str().unwrap();
        let given = golden(name).arguments;
        for (param, _) in tool["inputSchema"]["properties"].as_object().unwrap() {
            let paging = param == "limit" || param == "next_cursor";
            let elsewhere = ELSEWHERE.contains(&(name, param));
            assert!(given.get(param).is_some() != elsewhere || paging, "{name}.{param}");
        }
    }
}

#[tokio::test]
async fn row_011_alternatives_send_what_was_chosen() {
    let slots = json!([{ "slot_name": "s", "publication_name": "p" }]);
    let url = "postgresql://sequin:correct-horse@pg.acme.test:5432/orders";
    let table = [
        (
            "create_a_sequin_stream_postgres_database",
            json!({ "name": "d", "url": url, "replication_slots": slots }),
            json!({ "name": "d", "url": url, "replication_slots": slots }),
        ),
        (
            "update_a_sequin_stream_postgres_database_by_id",
            json!({ "id": "d", "url": url }),
            json!({ "url": url }),
        ),
        (
            "create_a_sequin_stream_postgres_replication",
            json!({ "slot_name": "s", "publication_name": "p", "postgres_database_id": "d" }),
            json!({ "slot_name": "s", "publication_name": "p", "postgres_database_id": "d" }),
        ),
        (
            "create_a_sequin_stream_http_endpoint",
            json!({ "name": "e", "url": "https://hooks.acme.test/cdc" }),
            json!({ "name": "e", "url": "https://hooks.acme.test/cdc" }),
        ),
        (
            "create_a_sequin_stream_http_endpoint",
            json!({ "name": "e", "webhook_site": true }),
            json!({ "name": "e", "webhook.site": true }),
        ),
        (
            "update_a_sequin_stream_http_endpoint_by_id",
            json!({ "id": "e", "local": true, "path": "/in" }),
            json!({ "local": "true", "path": "/in" }),
        ),
        (
            "update_a_sequin_stream_http_endpoint_by_id",
            json!({ "id": "e", "url": "https://h.acme.test" }),
            json!({ "url": "https://h.acme.test" }),
        ),
    ];
    let (client, vendor) = sequin().await;
    for (tool, arguments, body) in table {
        client.done(tool, arguments).await;
        assert_eq!(vendor.only().body, body.to_string(), "{tool}");
    }
}

#[tokio::test]
async fn row_011_without_optional_arguments_nothing_is_made_up() {
    let table = [
        ("list_all_sequin_stream_postgres_databases", json!({}), "GET /api/postgres_databases", ""),
        (
            "list_all_sequin_stream_http_pull_consumers",
            json!({ "consumer_id_or_name": "s" }),
            "GET /api/http_pull_consumers/s/receive",
            "",
        ),
        (
            "create_a_sequin_stream_backfill",
            json!({ "sink_id_or_name": "s" }),
            "POST /api/sinks/s/backfills",
            "{}",
        ),
        ("update_a_sequin_stream_sink_consumer_by_id", json!({ "id": "s" }), "PATCH /api/sinks/s", "{}"),
        ("sequin_stream_config_export", json!({}), "GET /api/config/export", ""),
    ];
    let (client, vendor) = sequin().await;
    for (tool, arguments, line, body) in table {
        client.done(tool, arguments).await;
        let seen = vendor.only();
        assert_eq!((seen.line.as_str(), seen.body.as_str()), (line, body), "{tool}");
    }
}

#[tokio::test]
async fn row_016_flat_arguments_are_split_to_path_query_and_body() {
    for golden in goldens() {
        let given = golden.arguments.as_object().unwrap();
        let body = golden.body.clone().unwrap_or_else(|| json!({}));
        for (name, value) in given.iter().filter(|(name, _)| *name != "limit") {
            let wire = match name.as_str() {
                "webhook_site" => "webhook.site",
                "show_sensitive" if golden.tool.contains("config") => "show-sensitive",
                other => other,
            };
            let text = value.as_str().map_or_else(|| value.to_string(), |text| text.replace(' ', "%20"));
            let (path, query) = golden.request.split_once('?').unwrap_or((golden.request, ""));
            let places = [
                path.split('/').any(|segment| segment == text),
                query.split('&').any(|pair| pair == format!("{wire}={text}")),
                body.get(wire).is_some(),
            ];
            let count = places.iter().filter(|there| **there).count();
            assert_eq!(count, 1, "{}: `{name}` stands in {count} places", golden.tool);
        }
    }
}

#[tokio::test]
async fn row_017_a_flat_call_becomes_the_vendors_nested_payload() {
    let (client, vendor) = sequin().await;
    let destination = json!({
        "type": "gcp_pubsub", "project_id": "acme-prod-1", "topic_id": "orders",
        "credentials": { "type": "service_account", "private_key": "-----BEGIN\nKEY-----" },
    });
    let arguments = json!({
        "name": "orders-pubsub", "database": "orders-prod", "routing": "none",
        "destination": destination, "source": { "include_tables": ["public.orders", "public.refunds"] },
    });
    client.done("create_a_sequin_stream_sink_consumer", arguments).await;
    let body = vendor.only().json();
    assert_eq!(body["destination"], destination);
    assert_eq!(body["source"], json!({ "include_tables": ["public.orders", "public.refunds"] }));
    assert_eq!(body.as_object().unwrap().len(), 5);
    // The same arguments as some models write them: the object as text.
    let arguments = json!({
        "name": "s", "database": "d", "destination": "{\"type\": \"sequin_stream\"}",
    });
    client.done("create_a_sequin_stream_sink_consumer", arguments).await;
    assert_eq!(vendor.only().json()["destination"], json!({ "type": "sequin_stream" }));
}

#[tokio::test]
async fn row_017_every_kind_of_destination_reaches_the_vendor_whole() {
    let table: [Value; 16] = [
        json!({ "type": "webhook", "http_endpoint": "e", "http_endpoint_path": "/in", "batch": true }),
        json!({ "type": "sequin_stream" }),
        json!({ "type": "kafka", "hosts": "k.acme.test:9092", "topic": "t", "tls": true, "sasl_mechanism": "aws_msk_iam",
                "aws_access_key_id": "AK", "aws_secret_access_key": "sk", "aws_region": "eu-west-1" }),
        json!({ "type": "sqs", "queue_url": "https://sqs.eu-west-1.amazonaws.com/123456789012/q.fifo", "region": "eu-west-1",
                "access_key_id": "AK", "secret_access_key": "sk", "use_emulator": true, "emulator_base_url": "http://localhost:4566" }),
        json!({ "type": "sns", "topic_arn": "arn:aws:sns:eu-west-1:123456789012:t", "use_task_role": true }),
        json!({ "type": "kinesis", "stream_arn": "arn:aws:kinesis:eu-west-1:123456789012:stream/s",
                "access_key_id": "AK", "secret_access_key": "sk" }),
        json!({ "type": "s2", "basin": "acme-basin", "stream": "orders", "access_token": "t" }),
        json!({ "type": "redis_stream", "host": "r.acme.test", "port": 6379, "stream_key": "orders", "database": 2, "tls": true,
                "username": "u", "password": "p" }),
        json!({ "type": "redis_string", "host": "r.acme.test", "port": 6379, "database": 0, "expire_ms": 60000 }),
        json!({ "type": "rabbitmq", "host": "mq.acme.test", "port": 5672, "exchange": "x", "username": "u", "password": "p",
                "virtual_host": "/", "tls": false }),
        json!({ "type": "nats", "host": "n.acme.test", "port": 4222, "jwt": "j", "nkey_seed": "n", "tls": true }),
        json!({ "type": "gcp_pubsub", "project_id": "acme-prod-1", "topic_id": "orders", "use_emulator": true,
                "emulator_base_url": "http://localhost:8085" }),
        json!({ "type": "azure_event_hub", "namespace": "ns", "event_hub_name": "h", "shared_access_key_name": "n",
                "shared_access_key": "k" }),
        json!({ "type": "typesense", "endpoint_url": "https://ts.acme.test", "collection_name": "c", "api_key": "k",
                "batch_size": 40, "timeout_seconds": 10 }),
        json!({ "type": "meilisearch", "endpoint_url": "https://ms.acme.test", "index_name": "i", "primary_key": "id",
                "api_key": "k", "batch_size": 100, "timeout_seconds": 5 }),
        json!({ "type": "elasticsearch", "endpoint_url": "https://es.acme.test", "index_name": "i", "auth_type": "bearer",
                "auth_value": "v", "batch_size": 100 }),
    ];
    let (client, vendor) = sequin().await;
    let tool = client.tool("create_a_sequin_stream_sink_consumer").await;
    let kinds: Vec<_> = table.iter().map(|destination| destination["type"].clone()).collect();
    assert_eq!(tool["inputSchema"]["properties"]["destination"]["properties"]["type"]["enum"], json!(kinds));
    for destination in table {
        let arguments =
            json!({ "name": "s", "database": "d", "routing": "none", "destination": destination });
        client.done("create_a_sequin_stream_sink_consumer", arguments).await;
        assert_eq!(vendor.only().json()["destination"], destination);
    }
}
