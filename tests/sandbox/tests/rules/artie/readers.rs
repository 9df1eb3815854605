//! Source readers: rules 111 and 112.

use serde_json::{Value, json};

use super::support::{Bench, Built, NOBODY, done, merged, payload, refused};

async fn shared(bench: &Bench, built: &Built) -> String {
    let listed = |name: &str| json!({"schema": "public", "name": name});
    let body = json!({
        "connectorUUID": built.source,
        "name": "shared",
        "database": "app",
        "isShared": true,
        "tablesConfig": {"public.orders": listed("orders"), "public.users": listed("users")},
    });
    bench.made("/source-readers", body).await
}

#[tokio::test]
async fn rule_111_shared_readers_are_deployed_paused_and_resumed() {
    let (bench, built) = Bench::built().await;
    let reader = shared(&bench, &built).await;
    let path = format!("/source-readers/{reader}");
    assert_eq!(bench.get(&path).await.1["status"], "draft");
    let set = async |status: &str| bench.post(&format!("{path}/status"), json!({"status": status})).await;
    assert_eq!(set("running").await, refused(400, "the source reader has not been deployed"));
    assert_eq!(bench.send("POST", &format!("{path}/deploy"), None).await, done());
    assert_eq!(bench.get(&path).await.1["status"], "running");
    for status in ["paused", "running", "running"] {
        let (code, reader) = set(status).await;
        assert_eq!((code, &reader["status"]), (200, &json!(status)));
    }
    assert_eq!(set("draft").await.0, 400);
    assert_eq!(set("stopped").await.0, 400);
}

#[tokio::test]
async fn rule_111_others_follow_their_pipeline() {
    let (bench, built) = Bench::streaming().await;
    let path = format!("/source-readers/{}", built.reader);
    assert_eq!(bench.get(&path).await.1["status"], "running");
    assert_eq!(bench.post(&format!("{path}/status"), json!({"status": "paused"})).await.0, 400);
    assert_eq!(bench.send("POST", &format!("{path}/deploy"), None).await.0, 400);
}

#[tokio::test]
async fn rule_111_invalid_readers_are_not_deployed() {
    let (bench, built) = Bench::built().await;
    let reader = shared(&bench, &built).await;
    let path = format!("/source-readers/{reader}");
    bench.simulated.set_reach(super::support::HOST, toolpress_sandbox::artie::Reach::Refused);
    assert_eq!(bench.get(&path).await.1["isValid"], false);
    let refusal = refused(400, "dial tcp pg.test:5432: connect: connection refused");
    assert_eq!(bench.send("POST", &format!("{path}/deploy"), None).await, refusal);
}

#[tokio::test]
async fn rule_111_pipelines_of_a_shared_reader_wait_for_it() {
    let (bench, built) = Bench::built().await;
    let reader = shared(&bench, &built).await;
    let body = json!({"pipeline": payload(&built, json!({"sourceReaderUUID": reader}))});
    let pipeline = bench.made("/pipelines", body).await;
    let refusal = refused(400, "the shared source reader is not running: deploy it first");
    assert_eq!(bench.act(&pipeline, "start", json!({})).await, refusal);
    bench.send("POST", &format!("/source-readers/{reader}/deploy"), None).await;
    assert_eq!(bench.act(&pipeline, "start", json!({})).await, done());
}

#[tokio::test]
async fn rule_112_readers_of_active_pipelines_stay() {
    let (bench, built) = Bench::streaming().await;
    let path = format!("/source-readers/{}", built.reader);
    let refusal = refused(400, "the source reader is used by pipeline \"orders\"");
    assert_eq!(bench.delete(&path).await, refusal);
    assert_eq!(bench.delete(&format!("/pipelines/{}", built.pipeline)).await, done());
    assert_eq!(bench.delete(&path).await, done());
    assert_eq!(bench.get(&path).await.0, 404);
    assert_eq!(bench.get("/source-readers").await.1, json!([]));
}

#[tokio::test]
async fn readers_are_created_and_replaced_whole() {
    let (bench, built) = Bench::streaming().await;
    let settings = json!({"replicationSlotOverride": "artie_staging", "backfillBatchSize": null});
    let body = json!({"connectorUUID": built.source, "name": "staging-db-replica", "database": "app", "settings": settings});
    let (status, reader) = bench.post("/source-readers", body).await;
    assert_eq!((status, &reader["status"], &reader["isValid"]), (200, &json!("draft"), &json!(true)));
    assert_eq!(reader["settings"], json!({"replicationSlotOverride": "artie_staging"}));
    assert_eq!(bench.post("/source-readers", json!({})).await, refused(400, "connectorUUID is required"));
    let nobody = json!({"connectorUUID": NOBODY});
    assert_eq!(bench.post("/source-readers", nobody).await.0, 400);
    let destination = json!({"connectorUUID": built.destination});
    assert_eq!(bench.post("/source-readers", destination).await.0, 400);

    let path = format!("/source-readers/{}", built.reader);
    let (_, shown) = bench.get(&path).await;
    for name in ["uuid", "companyUUID", "environmentUUID", "status", "isValid", "settings", "containerName"] {
        let partial = merged(shown.clone(), json!({name: null}));
        assert_eq!(bench.post(&path, partial).await, refused(400, &format!("{name} is required")));
    }
    let changed = merged(shown, json!({"name": "renamed"}));
    let (status, changed) = bench.post(&path, changed).await;
    assert_eq!((status, &changed["name"]), (200, &json!("renamed")));
    let (_, pipeline): (u16, Value) = bench.pipeline(&built.pipeline).await;
    assert_eq!(pipeline["hasUndeployedChanges"], true);
}
