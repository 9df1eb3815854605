//! Pipelines: rules 100–105 and 118.

use serde_json::{Value, json};
use toolpress_sandbox::artie::Table;

use super::support::{Bench, HOST, NOBODY, done, merged, payload, refused, table_uuids};

fn flags(pipeline: &Value) -> (&str, bool, bool, bool) {
    let flag = |name: &str| pipeline[name].as_bool().expect("a flag");
    let status = pipeline["status"].as_str().expect("a status");
    (status, flag("isDeploying"), flag("hasUndeployedChanges"), flag("hasBackfillingTables"))
}

#[tokio::test]
async fn rule_100_a_created_pipeline_is_a_draft() {
    let (bench, built) = Bench::built().await;
    let (_, pipeline) = bench.pipeline(&built.pipeline).await;
    assert_eq!(flags(&pipeline), ("draft", false, true, false));
    assert_eq!((&pipeline["sourceType"], &pipeline["lastDeployedAt"]), (&json!("postgresql"), &Value::Null));
    assert_eq!(pipeline["createdAt"], "2026-11-20T09:00:00Z");
    let (_, list) = bench.get("/pipelines").await;
    let light = &list["items"][0];
    assert_eq!(light["uuid"], json!(built.pipeline));
    assert!(light.get("tables").is_none() && light.get("advancedSettings").is_none());
}

#[tokio::test]
async fn rule_100_drafts_can_be_made_from_a_source_alone() {
    let (bench, built) = Bench::built().await;
    let body = json!({"sourceConnectorUUID": built.source, "destinationType": "snowflake"});
    let (status, pipeline) = bench.post("/pipelines/create-from-source", body).await;
    assert_eq!((status, flags(&pipeline)), (200, ("draft", false, true, false)));
    assert_eq!(pipeline["tables"], json!([]));
    let reader = pipeline["sourceReaderUUID"].as_str().expect("a reader");
    let (_, reader) = bench.get(&format!("/source-readers/{reader}")).await;
    assert_eq!((&reader["connectorUUID"], &reader["isValid"]), (&json!(built.source), &json!(false)));
    let body = json!({"sourceType": "mysql", "destinationType": null});
    let (status, pipeline) = bench.post("/pipelines/create-from-source", body).await;
    assert_eq!((status, &pipeline["destinationUUID"]), (200, &Value::Null));
    assert_eq!(bench.post("/pipelines/create-from-source", json!({})).await.0, 400);
    assert_eq!(bench.post("/pipelines/create-from-source", json!({"sourceType": "s3"})).await.0, 400);
}

#[tokio::test]
async fn rule_101_start_deploys_then_runs_then_backfills() {
    let (bench, built) = Bench::built().await;
    assert_eq!(bench.send("POST", &format!("/pipelines/{}/start", built.pipeline), None).await, done());
    let (_, pipeline) = bench.pipeline(&built.pipeline).await;
    assert_eq!(flags(&pipeline), ("draft", true, false, false));
    bench.pass(8);
    let (_, pipeline) = bench.pipeline(&built.pipeline).await;
    assert_eq!(flags(&pipeline), ("running", false, false, true));
    assert_eq!(pipeline["lastDeployedAt"], "2026-11-20T09:00:08Z");
    assert_eq!(pipeline["tables"][0]["backfillStage"], "in_progress");
    // Seen late, it has happened when it should have.
    bench.pass(120);
    let (_, pipeline) = bench.pipeline(&built.pipeline).await;
    assert_eq!(flags(&pipeline), ("running", false, false, false));
    assert_eq!(pipeline["tables"][0]["status"], "streaming");
    // Tables are backfilled once.
    assert_eq!(bench.act(&built.pipeline, "start", json!({})).await, done());
    bench.pass(8);
    assert_eq!(flags(&bench.pipeline(&built.pipeline).await.1), ("running", false, false, false));
}

#[tokio::test]
async fn rule_101_backfills_can_be_left_out_or_kept_waiting() {
    let (bench, built) = Bench::built().await;
    assert_eq!(bench.act(&built.pipeline, "start", json!({"disableBackFill": true})).await, done());
    bench.pass(8);
    assert_eq!(flags(&bench.pipeline(&built.pipeline).await.1), ("running", false, false, false));

    let (bench, built) = Bench::built().await;
    let tables = json!([
        {"schema": "public", "name": "orders", "advancedSettings": {"skipBackfill": true}},
        {"schema": "public", "name": "users"},
    ]);
    let body = json!({"pipeline": payload(&built, json!({"tables": tables}))});
    assert_eq!(bench.post(&format!("/pipelines/{}", built.pipeline), body).await.0, 200);
    assert_eq!(bench.act(&built.pipeline, "start", json!({"keepPaused": true})).await, done());
    bench.pass(8);
    let (_, pipeline) = bench.pipeline(&built.pipeline).await;
    assert_eq!(flags(&pipeline), ("paused", false, false, false));
    assert_eq!(bench.act(&built.pipeline, "status", json!({"status": "running"})).await.0, 200);
    let (_, pipeline) = bench.pipeline(&built.pipeline).await;
    assert_eq!(flags(&pipeline), ("running", false, false, true));
    assert_eq!(pipeline["tables"][0]["backfillStage"], "");
    assert_eq!(pipeline["tables"][1]["backfillStage"], "in_progress");
}

#[tokio::test]
async fn rule_101_what_cannot_run_is_not_started() {
    let (bench, built) = Bench::built().await;
    let start = async || bench.act(&built.pipeline, "start", json!({})).await;
    let save = async |with: Value| {
        let body = json!({"pipeline": payload(&built, with)});
        assert_eq!(bench.post(&format!("/pipelines/{}", built.pipeline), body).await.0, 200);
    };
    save(json!({"tables": []})).await;
    assert_eq!(start().await, refused(400, "the pipeline has no tables"));
    save(json!({"destinationUUID": null})).await;
    assert_eq!(start().await, refused(400, "the pipeline has no destination"));
    save(json!({"tables": [{"schema": "public", "name": "gone"}]})).await;
    assert_eq!(start().await, refused(400, "table \"public.gone\" does not exist in database \"app\""));
    save(json!({"specificDestCfg": {"database": "ANALYTICS"}})).await;
    assert_eq!(start().await, refused(400, "specificDestCfg.schema is required for snowflake"));
    save(json!({})).await;
    bench.simulated.forbid_pipeline(&built.pipeline);
    assert_eq!(start().await.0, 403);
    assert_eq!(bench.act(&built.pipeline, "status", json!({"status": "paused"})).await.0, 403);
    assert_eq!(bench.act(NOBODY, "start", json!({})).await, refused(404, "pipeline not found"));
}

#[tokio::test]
async fn rule_102_status_pauses_and_resumes() {
    let (bench, built) = Bench::streaming().await;
    for status in ["paused", "running", "transfer paused", "running", "running"] {
        let (code, body) = bench.act(&built.pipeline, "status", json!({"status": status})).await;
        assert_eq!((code, &body["pipeline"]["status"]), (200, &json!(status)));
    }
    let (_, readers) = bench.get("/source-readers").await;
    assert_eq!(readers[0]["status"], "running");
    assert_eq!(bench.act(&built.pipeline, "status", json!({"status": "paused"})).await.0, 200);
    assert_eq!(bench.get("/source-readers").await.1[0]["status"], "paused");
    for bad in [json!({}), json!({"status": "draft"}), json!({"status": "stopped"}), json!({"status": 1})] {
        assert_eq!(bench.act(&built.pipeline, "status", bad.clone()).await.0, 400, "{bad}");
    }
}

#[tokio::test]
async fn rule_102_resuming_validates_and_deploys_conflict() {
    let (bench, built) = Bench::streaming().await;
    assert_eq!(bench.act(&built.pipeline, "status", json!({"status": "paused"})).await.0, 200);
    bench.simulated.set_reach(HOST, toolpress_sandbox::artie::Reach::Timeout);
    let resumed = bench.act(&built.pipeline, "status", json!({"status": "running"})).await;
    assert_eq!(resumed, refused(400, "dial tcp pg.test:5432: i/o timeout"));
    bench.simulated.set_reach(HOST, toolpress_sandbox::artie::Reach::Open);
    assert_eq!(bench.act(&built.pipeline, "start", json!({})).await, done());
    assert_eq!(bench.act(&built.pipeline, "status", json!({"status": "paused"})).await.0, 409);
    bench.pass(8);
    assert_eq!(bench.act(&built.pipeline, "status", json!({"status": "paused"})).await.0, 200);
    // A draft has to be started.
    let draft = bench.made("/pipelines", json!({"pipeline": payload(&built, json!({}))})).await;
    assert_eq!(bench.act(&draft, "status", json!({"status": "running"})).await.0, 400);
}

#[tokio::test]
async fn rule_103_backfills_are_cancelled_by_table() {
    let (bench, built) = Bench::built().await;
    bench.act(&built.pipeline, "start", json!({})).await;
    bench.pass(8);
    let (_, pipeline) = bench.pipeline(&built.pipeline).await;
    let tables = table_uuids(&pipeline);
    let cancel = async |body: Value| bench.act(&built.pipeline, "backfill/cancel", body).await;
    let whole = json!({"tableUUIDs": [tables[0]], "historyTableUUIDs": [], "optionalReason": "peak traffic"});
    for missing in ["tableUUIDs", "historyTableUUIDs"] {
        let body = merged(whole.clone(), json!({missing: null}));
        assert_eq!(cancel(body).await, refused(400, &format!("{missing} is required")));
    }
    let body = json!({"tableUUIDs": [NOBODY], "historyTableUUIDs": []});
    let unknown = format!("table {NOBODY} does not belong to this pipeline");
    assert_eq!(cancel(body).await, refused(400, &unknown));
    assert_eq!(cancel(json!({"tableUUIDs": ["orders"], "historyTableUUIDs": []})).await.0, 400);
    assert_eq!(cancel(whole.clone()).await, done());
    assert_eq!(cancel(whole).await, done());
    let (_, pipeline) = bench.pipeline(&built.pipeline).await;
    assert_eq!(flags(&pipeline), ("running", false, false, true));
    assert_eq!(
        (&pipeline["tables"][0]["backfillStage"], &pipeline["tables"][0]["status"]),
        (&json!("cancelled"), &json!("streaming"))
    );
    assert_eq!(cancel(json!({"tableUUIDs": [tables[1]], "historyTableUUIDs": []})).await, done());
    assert_eq!(flags(&bench.pipeline(&built.pipeline).await.1), ("running", false, false, false));
}

#[tokio::test]
async fn rule_103_history_tables_go_by_their_table() {
    let (bench, built) = Bench::built().await;
    let tables = json!([{"schema": "public", "name": "orders", "enableHistoryMode": true,
        "advancedSettings": {"shouldBackfillHistoryTable": true}}]);
    let body = json!({"pipeline": payload(&built, json!({"tables": tables}))});
    bench.post(&format!("/pipelines/{}", built.pipeline), body).await;
    bench.act(&built.pipeline, "start", json!({})).await;
    bench.pass(8);
    let (_, pipeline) = bench.pipeline(&built.pipeline).await;
    assert_eq!(pipeline["tables"][0]["historyTableBackfillStage"], "in_progress");
    let body = json!({"tableUUIDs": [], "historyTableUUIDs": table_uuids(&pipeline)});
    assert_eq!(bench.act(&built.pipeline, "backfill/cancel", body).await, done());
    let (_, pipeline) = bench.pipeline(&built.pipeline).await;
    let table = &pipeline["tables"][0];
    let stages = (&table["backfillStage"], &table["historyTableBackfillStage"]);
    assert_eq!(stages, (&json!("in_progress"), &json!("cancelled")));
}

#[tokio::test]
async fn rule_104_updates_wait_for_a_start() {
    let (bench, built) = Bench::streaming().await;
    let (_, before) = bench.pipeline(&built.pipeline).await;
    let uuid = &table_uuids(&before)[0];
    let tables = json!([{"uuid": uuid, "schema": "public", "name": "orders"}, {"schema": "billing", "name": "invoices"}]);
    let body = json!({"pipeline": payload(&built, json!({"name": "renamed", "tables": tables}))});
    let (status, saved) = bench.post(&format!("/pipelines/{}", built.pipeline), body).await;
    assert_eq!((status, flags(&saved)), (200, ("running", false, true, false)));
    assert_eq!((&saved["name"], &saved["tables"][0]["uuid"]), (&json!("renamed"), &json!(uuid)));
    // Known tables stay what they are, others are new or gone.
    assert_eq!(saved["tables"][0]["status"], "streaming");
    assert_eq!(
        (&saved["tables"][1]["name"], &saved["tables"][1]["status"]),
        (&json!("invoices"), &json!(""))
    );
    assert_eq!(saved["tables"].as_array().map(Vec::len), Some(2));
    assert_eq!(bench.act(&built.pipeline, "start", json!({})).await, done());
    bench.pass(8);
    let (_, pipeline) = bench.pipeline(&built.pipeline).await;
    assert_eq!(flags(&pipeline), ("running", false, false, true));
    assert_eq!(pipeline["tables"][1]["status"], "backfilling");
    let tables = json!([{"uuid": NOBODY, "schema": "public", "name": "orders"}]);
    let body = json!({"pipeline": payload(&built, json!({"tables": tables}))});
    assert_eq!(bench.post(&format!("/pipelines/{}", built.pipeline), body).await.0, 400);
}

#[tokio::test]
async fn rule_104_pipeline_and_reader_are_updated_together_or_not_at_all() {
    let (bench, built) = Bench::streaming().await;
    let path = format!("/pipelines/{}/update-with-source-reader", built.pipeline);
    let (_, reader) = bench.get(&format!("/source-readers/{}", built.reader)).await;
    let settings = json!({"enableHeartbeats": true});
    let reader = merged(reader, json!({"name": "renamed reader", "settings": settings}));
    let pipeline = payload(&built, json!({"name": "renamed"}));
    let bad = json!({"pipeline": pipeline, "sourceReader": merged(reader.clone(), json!({"status": null}))});
    assert_eq!(bench.post(&path, bad).await, refused(400, "status is required"));
    assert_eq!(bench.pipeline(&built.pipeline).await.1["name"], "orders");
    let (status, both) = bench.post(&path, json!({"pipeline": pipeline, "sourceReader": reader})).await;
    assert_eq!((status, &both["pipeline"]["name"]), (200, &json!("renamed")));
    assert_eq!(
        (&both["sourceReader"]["name"], &both["sourceReader"]["settings"]),
        (&json!("renamed reader"), &settings)
    );
    assert_eq!(bench.pipeline(&built.pipeline).await.1["hasUndeployedChanges"], true);
}

#[tokio::test]
async fn rule_105_related_objects_are_given_when_asked_for() {
    let (bench, built) = Bench::built().await;
    let path = format!("/pipelines/{}?includeRelatedObjects=true", built.pipeline);
    let (_, all) = bench.get(&path).await;
    assert_eq!(all["pipeline"], bench.pipeline(&built.pipeline).await.1);
    assert_eq!(all["sourceReader"]["uuid"], json!(built.reader));
    assert_eq!(all["sourceConnector"]["uuid"], json!(built.source));
    assert_eq!(all["destinationConnector"]["uuid"], json!(built.destination));
    let body = json!({"pipeline": payload(&built, json!({"destinationUUID": null}))});
    bench.post(&format!("/pipelines/{}", built.pipeline), body).await;
    assert!(bench.get(&path).await.1.get("destinationConnector").is_none());
    let (_, bare) = bench.get(&format!("/pipelines/{}?includeRelatedObjects=false", built.pipeline)).await;
    assert_eq!(bare["uuid"], json!(built.pipeline));
}

#[tokio::test]
async fn rule_118_schema_changes_are_found_later() {
    let (bench, built) = Bench::streaming().await;
    let settings = json!({"autoReplicateNewTables": true, "autoReplicateIgnoreRegex": "^tmp_"});
    let body = json!({"pipeline": payload(&built, json!({"advancedSettings": settings}))});
    bench.post(&format!("/pipelines/{}", built.pipeline), body).await;
    for name in ["public.refunds", "public.tmp_import", "audit.log"] {
        bench.simulated.add_table(HOST, "app", Table::new(name, &["id bigint pk"]));
    }
    let path = format!("/pipelines/{}/detect-schema-changes", built.pipeline);
    assert_eq!(bench.send("POST", &path, None).await, done());
    let names = async || -> Vec<Value> {
        let (_, pipeline) = bench.pipeline(&built.pipeline).await;
        pipeline["tables"].as_array().expect("tables").iter().map(|table| table["name"].clone()).collect()
    };
    assert_eq!(names().await, ["orders", "users"]);
    bench.pass(5);
    assert_eq!(names().await, ["orders", "users", "refunds"]);
    let (_, pipeline) = bench.pipeline(&built.pipeline).await;
    assert_eq!(pipeline["tables"][2]["backfillStage"], "in_progress");
    let path = format!("/pipelines/{NOBODY}/detect-schema-changes");
    assert_eq!(bench.send("POST", &path, None).await, refused(404, "pipeline not found"));
}
