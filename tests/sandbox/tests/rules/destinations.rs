//! What each of the sixteen destination types accepts, shows and refuses (rules 43 and 14).

use serde_json::{Value, json};
use toolpress_sandbox::sequin_stream::SequinStream;

use crate::support::{Bench, invalid, merged, rule, stream};

/// The least that creates a sink of each type, but webhook and `sequin_stream`.
fn bodies() -> Vec<(&'static str, Value)> {
    vec![
        ("kafka", json!({"hosts": "a.test:9092,b.test:9093", "topic": "t"})),
        (
            "sqs",
            json!({"queue_url": "https://sqs.eu-west-1.amazonaws.com/123456789012/q.fifo", "access_key_id": "AKIA1234567890", "secret_access_key": "very-secret"}),
        ),
        (
            "sns",
            json!({"topic_arn": "arn:aws:sns:eu-west-1:123456789012:t", "access_key_id": "AKIA1234567890", "secret_access_key": "very-secret"}),
        ),
        (
            "kinesis",
            json!({"stream_arn": "arn:aws:kinesis:eu-west-1:123456789012:stream/s", "access_key_id": "AKIA1234567890", "secret_access_key": "very-secret"}),
        ),
        ("s2", json!({"basin": "my-basin-1", "stream": "s", "access_token": "very-secret"})),
        ("redis_stream", json!({"host": "r.test", "port": 6379, "stream_key": "k"})),
        ("redis_string", json!({"host": "r.test", "port": 6379})),
        ("rabbitmq", json!({"host": "r.test", "port": 5672, "exchange": "x"})),
        ("nats", json!({"host": "n.test", "port": 4222})),
        (
            "gcp_pubsub",
            json!({"project_id": "my-project", "topic_id": "topic", "credentials": {"type": "service_account", "private_key": "very-secret-key"}}),
        ),
        (
            "azure_event_hub",
            json!({"namespace": "n", "event_hub_name": "h", "shared_access_key_name": "k", "shared_access_key": "very-secret"}),
        ),
        (
            "typesense",
            json!({"endpoint_url": "https://t.test", "collection_name": "c", "api_key": "very-secret"}),
        ),
        (
            "meilisearch",
            json!({"endpoint_url": "https://m.test", "index_name": "i", "api_key": "very-secret"}),
        ),
        (
            "elasticsearch",
            json!({"endpoint_url": "https://e.test", "index_name": "i", "auth_value": "very-secret"}),
        ),
    ]
}

fn body(kind: &str, with: Value) -> Value {
    let found = bodies().into_iter().find(|(known, _)| *known == kind).map(|(_, body)| body);
    merged(merged(found.unwrap_or(json!({})), with), json!({"type": kind}))
}

async fn create(bench: &Bench, destination: Value) -> (u16, Value) {
    let name = format!("s{}", bench.simulated.simulator().log.len());
    bench.post("/sinks", stream(&name, json!({"destination": destination, "routing": "none"}))).await
}

async fn shown(bench: &Bench, destination: Value) -> Value {
    let (status, sink) = create(bench, destination).await;
    assert_eq!(status, 200, "{sink}");
    sink["destination"].clone()
}

async fn refused(bench: &Bench, destination: Value, errors: Value) {
    assert_eq!(create(bench, destination.clone()).await, invalid(json!({"sink": errors})), "{destination}");
}

#[tokio::test]
async fn every_type_can_be_created_and_hides_its_secrets() {
    let bench = Bench::connected().await;
    for (kind, fields) in bodies() {
        let shown = shown(&bench, body(kind, json!({}))).await;
        assert_eq!(shown["type"], kind);
        let text = shown.to_string();
        assert!(!text.contains("very-secret"), "{text}");
        assert!(!text.contains(":null"), "nothing null is shown: {text}");
        for (key, value) in fields.as_object().expect("an object") {
            let secret = [
                "access_key_id",
                "secret_access_key",
                "access_token",
                "shared_access_key",
                "api_key",
                "auth_value",
                "credentials",
            ];
            if !secret.contains(&key.as_str()) {
                assert_eq!(&shown[key], value, "{kind}.{key}");
            }
        }
    }
}

#[tokio::test]
async fn twelve_types_ask_for_routing() {
    let bench = Bench::connected().await;
    let free = ["redis_string", "nats"];
    let mut asked = 0;
    for (kind, _) in bodies() {
        let answer = bench.post("/sinks", stream(kind, json!({"destination": body(kind, json!({}))}))).await;
        if free.contains(&kind) {
            assert_eq!(answer.0, 200, "{kind}");
        } else {
            assert_eq!(answer, invalid(json!({"sink": {"routing_mode": ["is required"]}})), "{kind}");
            asked += 1;
        }
    }
    assert_eq!(asked, 12);
}

#[tokio::test]
async fn kafka() {
    let bench = Bench::connected().await;
    let hosts =
        json!({"hosts": ["must be a comma-separated list of host:port pairs with valid ports (1-65535)"]});
    for wrong in ["a.test", "a.test:0", "a.test:70000", "a.test:9092,"] {
        refused(&bench, body("kafka", json!({"hosts": wrong})), hosts.clone()).await;
    }
    let text = "[sasl_mechanism] Invalid SASL mechanism 'PLAIN'. Must be one of: plain, scram_sha_256, scram_sha_512, aws_msk_iam";
    assert_eq!(create(&bench, body("kafka", json!({"sasl_mechanism": "PLAIN"}))).await, rule(text));
    let text = "is required when SASL Mechanism is plain";
    let needed = json!({"username": [text], "password": [text]});
    refused(&bench, body("kafka", json!({"sasl_mechanism": "plain"})), needed).await;
    let unset = json!({"sasl_mechanism": ["must be set when SASL credentials are provided"]});
    refused(&bench, body("kafka", json!({"username": "u"})), unset).await;
    let text = "is required when SASL Mechanism is aws_msk_iam";
    let needed = json!({"aws_access_key_id": [text], "aws_secret_access_key": [text], "aws_region": [text], "tls": [text]});
    refused(&bench, body("kafka", json!({"sasl_mechanism": "aws_msk_iam"})), needed).await;
    refused(&bench, body("kafka", json!({"compression": "brotli"})), json!({"compression": ["is invalid"]}))
        .await;
    let with = json!({"sasl_mechanism": "scram_sha_256", "username": "u", "password": "secretcode", "compression": "lz4"});
    let shown = shown(&bench, body("kafka", with)).await;
    assert_eq!(
        (&shown["password"], &shown["compression"], &shown["tls"]),
        (&json!("sec******e"), &json!("lz4"), &json!(false))
    );
}

#[tokio::test]
async fn amazon() {
    let bench = Bench::connected().await;
    let queue = shown(&bench, body("sqs", json!({"is_fifo": false}))).await;
    assert_eq!(
        (&queue["region"], &queue["is_fifo"]),
        (&json!("eu-west-1"), &json!(true)),
        "both come from the URL"
    );
    let text = "must be a valid AWS SQS URL (https://sqs.<region>.amazonaws.com/<account-id>/<queue-name>)";
    let wrong = body("sqs", json!({"queue_url": "https://example.com/q", "region": "eu-west-1"}));
    refused(&bench, wrong, json!({"queue_url": [text]})).await;
    let wrong = body("sns", json!({"topic_arn": "arn:aws:sns:eu-west-1:12:t", "region": "eu-west-1"}));
    let text = "must be a valid AWS SNS Topic ARN (arn:aws:sns:<region>:<account-id>:<topic-name>)";
    refused(&bench, wrong, json!({"topic_arn": [text]})).await;
    let keyless = body("kinesis", json!({"secret_access_key": null}));
    refused(&bench, keyless, json!({"secret_access_key": ["can't be blank"]})).await;
    let emulated = body("sqs", json!({"use_emulator": true}));
    refused(&bench, emulated, json!({"emulator_base_url": ["can't be blank"]})).await;
    let role = body("sns", json!({"use_task_role": true}));
    let text =
        "Task role credentials are not supported in Sequin Cloud. Please use explicit credentials instead.";
    refused(&bench, role.clone(), json!({"use_task_role": [text]})).await;
    bench.simulated.set_self_hosted(true);
    let topic = shown(&bench, role).await;
    assert_eq!((&topic["use_task_role"], topic.get("access_key_id")), (&json!(true), None));
}

#[tokio::test]
async fn hosts_and_ports() {
    let bench = Bench::connected().await;
    for kind in ["redis_stream", "redis_string", "rabbitmq", "nats"] {
        refused(&bench, body(kind, json!({"host": null})), json!({"host": ["can't be blank"]})).await;
        refused(&bench, body(kind, json!({"port": 0})), json!({"port": ["must be greater than 0"]})).await;
        refused(&bench, body(kind, json!({"port": 65536})), json!({"port": ["must be less than 65536"]}))
            .await;
        refused(&bench, body(kind, json!({"port": "six"})), json!({"port": ["is invalid"]})).await;
        assert_eq!(shown(&bench, body(kind, json!({"port": "6000"}))).await["port"], 6000);
    }
    let older = merged(body("redis_stream", json!({})), json!({"type": "redis"}));
    assert_eq!(shown(&bench, older).await["type"], "redis_stream");
    let negative = json!({"database": ["must be greater than or equal to 0"]});
    refused(&bench, body("redis_string", json!({"database": -1})), negative).await;
    refused(
        &bench,
        body("redis_string", json!({"expire_ms": 0})),
        json!({"expire_ms": ["must be greater than 0"]}),
    )
    .await;
    let rabbit = shown(&bench, body("rabbitmq", json!({}))).await;
    assert_eq!(rabbit["virtual_host"], "/");
    assert!(rabbit["connection_id"].is_string());
}

#[tokio::test]
async fn clouds() {
    let bench = Bench::connected().await;
    let basin =
        "can only include lowercase letters, numbers, and hyphens. It cannot begin or end with a hyphen.";
    refused(&bench, body("s2", json!({"basin": "-my-basin-"})), json!({"basin": [basin]})).await;
    let short = json!({"basin": ["should be at least 8 character(s)"]});
    refused(&bench, body("s2", json!({"basin": "short"})), short).await;
    let google = body("gcp_pubsub", json!({"credentials": "eyJ0eXBlIjoi"}));
    refused(&bench, google, json!({"credentials": ["is invalid"]})).await;
    let text = "must be between 6 and 30 characters, start with a letter, and contain only lowercase letters, numbers, and hyphens";
    refused(&bench, body("gcp_pubsub", json!({"project_id": "My"})), json!({"project_id": [text]})).await;
    let google = shown(&bench, body("gcp_pubsub", json!({}))).await;
    assert_eq!(google["credentials"], json!({"type": "service_account", "private_key": "ver***********y"}));
    let keyless = body("azure_event_hub", json!({"shared_access_key": null}));
    refused(&bench, keyless, json!({"shared_access_key": ["can't be blank"]})).await;
}

#[tokio::test]
async fn search_engines() {
    let bench = Bench::connected().await;
    for (url, text) in [
        ("t.test", "must include a scheme, ie. https://"),
        ("ftp://t.test", "must include a valid scheme, ie. http or https"),
        ("https://", "must include a host"),
        ("https://t.test?a=b", "must not include query params, found: a=b"),
        ("https://t.test#frag", "must not include a fragment, found: frag"),
    ] {
        refused(&bench, body("typesense", json!({"endpoint_url": url})), json!({"endpoint_url": [text]}))
            .await;
        refused(&bench, body("meilisearch", json!({"endpoint_url": url})), json!({"endpoint_url": [text]}))
            .await;
    }
    let limit = |number: u32| json!({"timeout_seconds": [format!("must be less than or equal to {number}")]});
    refused(&bench, body("typesense", json!({"timeout_seconds": 3601})), limit(3600)).await;
    refused(&bench, body("meilisearch", json!({"timeout_seconds": 301})), limit(300)).await;
    let shown_search = shown(&bench, body("meilisearch", json!({"batch_size": 50}))).await;
    assert!(shown_search.get("batch_size").is_none());
    let elastic = shown(&bench, body("elasticsearch", json!({}))).await;
    assert_eq!(elastic["auth_type"], "api_key");
    // The vendor's parser falls over this word of its own schema.
    assert_eq!(create(&bench, body("elasticsearch", json!({"auth_type": "none"}))).await.0, 500);
    let wrong = body("elasticsearch", json!({"endpoint_url": "nonsense"}));
    refused(&bench, wrong, json!({"endpoint_url": ["must be a valid URL"]})).await;
}

#[tokio::test]
async fn webhook_paths() {
    let bench = Bench::over(SequinStream::with_demo_data);
    let create = |path: &str| {
        let destination =
            json!({"type": "webhook", "http_endpoint": "finance_webhook", "http_endpoint_path": path});
        let body = json!({"name": "hooked", "database": "prod_db", "destination": destination});
        bench.post("/sinks", body)
    };
    let start = json!({"sink": {"http_endpoint_path": ["must start with '/', '?', '#', or be blank"]}});
    assert_eq!(create("in").await, invalid(start));
    let path = json!({"sink": {"http_endpoint_path": ["must be a valid URL path or empty"]}});
    assert_eq!(create("#in").await, invalid(path));
    assert_eq!(create("/in").await.1["destination"]["http_endpoint_path"], "/in");
}
