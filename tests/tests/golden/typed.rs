//! The same requests for a Rust programmer: fill the struct of a tool, send what it becomes.

use crate::table::{UUID, golden};
use serde_json::{Map, Value, json};
use toolpress_core::Request;
use toolpress_generated::sequin_stream::{
    Action, BackfillState, ConfigExport, CreateHttpEndpoint, CreateHttpPullConsumerAck,
    CreatePostgresDatabase, CreatePostgresDatabasePrimary, CreatePostgresDatabaseReplicationSlotsItem,
    CreateSinkConsumer, Destination, DestinationKafka, DestinationKafkaCompression,
    DestinationKafkaSaslMechanism, GroupedTablesItem, ListHttpPullConsumers, LoadSheddingPolicy, SinkStatus,
    Source, TimestampFormat, UpdateBackfill,
};

fn object(value: Value) -> Map<String, Value> {
    serde_json::from_value(value).expect("an object")
}

/// The typed request is the golden one, and the one that the same arguments make.
fn check(tool: &str, typed: &Request) {
    let golden = golden(tool);
    let target = typed.target().expect("a target");
    assert_eq!(format!("{} /api{target}", typed.method), golden.request, "{tool}");
    assert_eq!(typed.body, golden.body, "{tool}");
    let (_, pressed) = toolpress_generated::CATALOG.tool(tool).expect("the tool");
    let args = pressed.check(object(golden.arguments)).expect("sound arguments");
    assert_eq!(*typed, pressed.request(args), "{tool}");
}

#[test]
fn row_011_the_typed_database_is_the_golden_request() {
    let primary = CreatePostgresDatabasePrimary {
        port: Some(5433),
        ssl: Some(true),
        ipv6: Some(false),
        ..CreatePostgresDatabasePrimary::new("pg-primary.acme.test", "core", "sequin", "correct-horse")
    };
    let slot = CreatePostgresDatabaseReplicationSlotsItem::new("sequin_slot_01", "sequin_pub");
    let typed = CreatePostgresDatabase {
        hostname: Some("db.internal.acme.test".into()),
        port: Some(5432),
        database: Some("core".into()),
        username: Some("sequin".into()),
        password: Some("correct-horse".into()),
        ssl: Some(true),
        ipv6: Some(false),
        use_local_tunnel: Some(false),
        annotations: Some(object(json!({ "team": "billing", "tier": 1 }))),
        primary: Some(primary),
        ..CreatePostgresDatabase::new("prod-analytics-db", vec![slot])
    };
    let shown = format!("{typed:?} {:?}", typed.clone().into_request());
    assert!(!shown.contains("correct-horse"), "{shown}");
    check("create_a_sequin_stream_postgres_database", &typed.into_request());
}

#[test]
fn row_011_row_017_the_typed_sink_is_the_golden_request() {
    let kafka = DestinationKafka {
        topic: Some("orders".into()),
        tls: Some(true),
        username: Some("sequin".into()),
        password: Some("correct-horse".into()),
        sasl_mechanism: Some(DestinationKafkaSaslMechanism::ScramSha512),
        compression: Some(DestinationKafkaCompression::Zstd),
        ..DestinationKafka::new("kafka-1.acme.test:9093,kafka-2.acme.test:9093")
    };
    let tables = GroupedTablesItem {
        group_column_names: Some(vec!["account_id".into(), "region".into()]),
        ..GroupedTablesItem::new("public.orders")
    };
    let source = Source { include_tables: Some(vec!["public.orders".into()]), ..Source::new() };
    let typed = CreateSinkConsumer {
        routing: Some("none".into()),
        source: Some(source),
        tables: Some(vec![tables]),
        actions: Some(vec![Action::Insert, Action::Update]),
        status: Some(SinkStatus::Paused),
        batch_size: Some(100),
        filter: Some("enterprise_only".into()),
        transform: Some("record_only".into()),
        enrichment: Some("none".into()),
        timestamp_format: Some(TimestampFormat::UnixMicrosecond),
        max_retry_count: Some(5),
        load_shedding_policy: Some(LoadSheddingPolicy::DiscardOnFull),
        message_grouping: Some(true),
        annotations: Some(object(json!({ "team": "billing" }))),
        ..CreateSinkConsumer::new("orders-kafka", "orders-prod", Destination::Kafka(kafka))
    };
    check("create_a_sequin_stream_sink_consumer", &typed.into_request());
}

#[test]
fn row_011_typed_path_query_and_body_are_the_golden_requests() {
    let typed = ListHttpPullConsumers {
        batch_size: Some(10),
        wait_for: Some(5000),
        ..ListHttpPullConsumers::new("user_signups_consumer")
    };
    check("list_all_sequin_stream_http_pull_consumers", &typed.into_request());

    let ids = ["9d0a1f5e-8f6e-4a58-8a2f-0a5b7f0f9d33", "1c5f0c7b-52c1-4a0d-b0f7-6f8d3a4e9b21"];
    let typed = CreateHttpPullConsumerAck::new("user_signups_consumer", ids.map(str::to_owned).to_vec());
    check("create_a_sequin_stream_http_pull_consumer_ack", &typed.into_request());

    let typed = UpdateBackfill::new("warehouse_sync", UUID, BackfillState::Cancelled);
    check("update_a_sequin_stream_backfill_by_id", &typed.into_request());

    let typed = ConfigExport { show_sensitive: Some(true) };
    check("sequin_stream_config_export", &typed.into_request());
}

#[test]
fn row_011_what_the_vendor_wants_as_text_is_a_boolean_in_rust() {
    let typed = CreateHttpEndpoint {
        local: Some(true),
        path: Some("/webhooks".into()),
        headers: Some([("x-source".into(), "sequin".into())].into_iter().collect()),
        encrypted_headers: Some(
            [("authorization".into(), "Bearer top-secret".into())]
                .into_iter()
                .collect::<std::collections::BTreeMap<_, _>>()
                .into(),
        ),
        ..CreateHttpEndpoint::new("local_dev")
    };
    check("create_a_sequin_stream_http_endpoint", &typed.into_request());
}

#[test]
fn row_011_a_struct_with_a_segment_that_is_none_has_no_target() {
    for id in ["", ".", "..", "a\nb"] {
        let request = UpdateBackfill::new(id, UUID, BackfillState::Paused).into_request();
        assert_eq!(request.target().unwrap_err().name, "sink_id_or_name", "{id:?}");
    }
}
