//! Configuration: rules 91–95.

use std::time::Duration;

use serde_json::{Value, json};
use toolpress_sandbox::sequin_stream::Reach;

use crate::support::{Answer, Bench, HOST, framework, missing, rule, summary};

const DATABASE: &str = "
databases:
  - name: main
    hostname: pg.test
    database: app
    username: sequin
    password: open sesame
    slot: {name: slot}
    publication: {name: pub}
";
const SINK: &str = "
sinks:
  - name: stream
    database: main
    source: {include_tables: [public.orders]}
    destination: {type: sequin_stream}
    initial_backfill: true
";

async fn apply(bench: &Bench, yaml: &str) -> Answer {
    bench.post("/config/apply", json!({"yaml": yaml})).await
}

async fn plan(bench: &Bench, yaml: &str) -> Answer {
    bench.post("/config/plan", json!({"yaml": yaml})).await
}

fn named<'a>(body: &'a Value, list: &str, name: &str) -> &'a Value {
    let found = body[list].as_array().and_then(|list| list.iter().find(|one| one["name"] == name));
    found.unwrap_or(&Value::Null)
}

#[tokio::test]
async fn rule_91_yaml_must_be_there_and_parse() {
    let bench = Bench::empty();
    for path in ["/config/plan", "/config/apply"] {
        assert_eq!(bench.post(path, json!({})).await, framework(400, "Bad Request"));
        let (status, body) = bench.post(path, json!({"yaml": "databases: [unclosed"})).await;
        assert_eq!(status, 400);
        assert!(body["summary"].as_str().is_some_and(|text| text.starts_with("Invalid YAML: ")), "{body}");
    }
    let text = "Account configuration only supported when self hosting and using a config file on boot.";
    assert_eq!(apply(&bench, "account: {name: Mine}").await, summary(400, text));
}

#[tokio::test]
async fn rule_92_new_databases_need_hostname_and_database() {
    let bench = Bench::empty();
    let text = "Error creating database 'new': \n- hostname: can't be blank\n- database: can't be blank";
    assert_eq!(apply(&bench, "databases: [{name: new}]").await, summary(400, text));
    assert_eq!(plan(&bench, "databases: [{name: new}]").await, summary(400, text));
    let nameless = summary(400, "Database name is required for each database");
    assert_eq!(apply(&bench, "databases: [{hostname: x}]").await, nameless);
    let slotless = DATABASE.replace("slot: {name: slot}", "");
    let text = "Error creating database 'main': `slot` is not specified";
    assert_eq!(apply(&bench, &slotless).await, summary(400, text));
    let unknown = DATABASE.replace("{name: slot}", "{name: nope}");
    let text = "Error creating replication slot for database 'main': Replication slot `nope` does not exist";
    assert_eq!(apply(&bench, &unknown).await, summary(400, text));
}

#[tokio::test]
async fn rule_93_apply_is_all_or_nothing() {
    let bench = Bench::empty();
    let yaml = format!("{DATABASE}{}", SINK.replace("public.orders", "public.nope"));
    assert_eq!(apply(&bench, &yaml).await, rule("Table 'public.nope' not found in database 'main'"));
    assert_eq!(bench.get("/postgres_databases").await.1, json!({"data": []}));
    let yaml = format!("{DATABASE}{}", SINK.replace("database: main", "database: nope"));
    assert_eq!(apply(&bench, &yaml).await, missing("database"));
    assert_eq!(bench.get("/postgres_databases").await.1, json!({"data": []}));
}

#[tokio::test]
async fn rule_93_apply_upserts_by_name_and_never_deletes() {
    let bench = Bench::empty();
    let (status, body) = apply(&bench, &format!("{DATABASE}{SINK}")).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(named(&body, "resources", "main")["password"], "open sesame", "in clear text");
    let sink = named(&body, "resources", "stream").clone();
    assert_eq!(sink["ack_wait_ms"], 30_000);
    let (_, body) = apply(&bench, "http_endpoints: [{name: hook, url: 'https://example.com'}]").await;
    assert_eq!(named(&body, "resources", "stream")["id"], sink["id"], "left alone");
    assert_eq!(named(&body, "resources", "hook")["host"], "example.com");
    let (_, body) = apply(&bench, &SINK.replace("initial_backfill: true", "batch_size: 9")).await;
    assert_eq!(named(&body, "resources", "stream")["id"], sink["id"], "changed in place");
    assert_eq!(bench.get("/sinks/stream").await.1["batch_size"], 9);
    let renamed = DATABASE.replace("{name: slot}", "{name: other}");
    let text = "Updating a database's replication slot is not supported. You can update in the Sequin web console. (Current slot name: slot, new slot name: other)";
    assert_eq!(apply(&bench, &renamed).await, rule(text));
    let tokens = summary(401, "api token creation is not supported in Sequin Cloud");
    assert_eq!(apply(&bench, "api_tokens: [{name: x, token: y}]").await, tokens);
}

#[tokio::test]
async fn rule_52_config_backfills_new_sinks_only() {
    let bench = Bench::empty();
    apply(&bench, &format!("{DATABASE}{SINK}")).await;
    let backfills = async || bench.get("/sinks/stream/backfills").await.1["data"].as_array().map(Vec::len);
    assert_eq!(backfills().await, Some(1));
    bench.pass(60);
    assert_eq!(bench.get("/sinks/stream").await.1["active_backfills"], json!([]));
    apply(&bench, &format!("{DATABASE}{SINK}")).await;
    assert_eq!(backfills().await, Some(1));
}

#[tokio::test]
async fn rule_93_left_out_functions_are_detached() {
    let bench = Bench::empty();
    let functions = "functions: [{name: row, type: path, path: record}]";
    let attached = format!("{DATABASE}{functions}{SINK}    transform: row\n");
    let (status, body) = apply(&bench, &attached).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(bench.get("/sinks/stream").await.1["transform"], "row");
    apply(&bench, SINK).await;
    assert_eq!(bench.get("/sinks/stream").await.1["transform"], "none");
    let kafka = SINK.replace("{type: sequin_stream}", "{type: kafka, hosts: 'k.test:9092', topic: t}");
    let (status, body) = apply(&bench, &kafka.replace("name: stream", "name: pushed")).await;
    assert_eq!(status, 200, "routing is static here: {body}");
}

#[tokio::test]
async fn rule_94_plan_shows_and_rolls_back() {
    let bench = Bench::empty();
    let created = DATABASE
        .replace("{name: slot}", "{name: fresh_slot, create_if_not_exists: true}")
        .replace("{name: pub}", "{name: fresh_pub, create_if_not_exists: true}");
    let (status, body) = plan(&bench, &format!("{created}{SINK}")).await;
    assert_eq!(status, 200, "{body}");
    let kinds: Vec<_> = body["changes"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|change| {
            (change["action"].as_str().unwrap_or(""), change["resource_type"].as_str().unwrap_or(""))
        })
        .collect();
    assert_eq!(kinds, [("create", "database"), ("create", "sink"), ("update", "account")]);
    assert_eq!(
        (&body["changes"][0]["new"]["password"], &body["changes"][0]["old"]),
        (&json!("ope*******e"), &json!(null))
    );
    let actions = json!([
        {"description": "Ensure publication `fresh_pub` exists"},
        {"description": "Ensure replication slot `fresh_slot` exists"},
        {"description": "Create initial backfill for sink 'stream'"},
    ]);
    assert_eq!(body["actions"], actions);
    assert_eq!(bench.get("/postgres_databases").await.1, json!({"data": []}));
    assert!(!bench.simulated.has_slot(HOST, 5432, "fresh_slot"));
    assert_eq!(apply(&bench, &format!("{created}{SINK}")).await.0, 200);
    assert!(bench.simulated.has_slot(HOST, 5432, "fresh_slot"));
    let test = bench.post("/postgres_databases/main/test_connection", json!({})).await;
    assert_eq!(test, (200, json!({"success": true})));
    // Unchanged resources are updates, too.
    let (_, body) = plan(&bench, "").await;
    let actions: Vec<_> =
        body["changes"].as_array().expect("a list").iter().map(|one| one["action"].clone()).collect();
    assert_eq!(actions, ["update", "update", "update"]);
}

#[tokio::test]
async fn rule_94_new_databases_are_waited_for() {
    let bench = Bench::empty();
    bench.simulated.set_reach(HOST, 5432, Reach::Refused);
    let start = || {
        let waiting = bench.clone();
        tokio::spawn(async move { apply(&waiting, DATABASE).await })
    };
    let settle = async || {
        for _ in 0..50 {
            tokio::task::yield_now().await;
        }
    };
    let applied = start();
    settle().await;
    assert!(!applied.is_finished());
    bench.clock.advance(Duration::from_secs(31));
    let text = "[customer_postgres]: Failed to connect to database 'main' after 30000ms. Please check your database credentials.";
    assert_eq!(applied.await.expect("no panic"), summary(502, text));
    let applied = start();
    settle().await;
    bench.simulated.set_reach(HOST, 5432, Reach::Up);
    bench.clock.advance(Duration::from_secs(3));
    assert_eq!(applied.await.expect("no panic").0, 200);
}

#[tokio::test]
async fn rule_95_export() {
    let bench = Bench::empty();
    let endpoint =
        "http_endpoints: [{name: hook, url: 'https://example.com/in', encrypted_headers: {a: secretcode}}]";
    apply(&bench, &format!("{DATABASE}{SINK}{endpoint}")).await;
    let export = async |query: &str| {
        let (status, body) = bench.get(&format!("/config/export{query}")).await;
        assert_eq!(status, 200);
        body["yaml"].as_str().expect("a text").to_owned()
    };
    let hidden = export("").await;
    assert!(hidden.contains("ope*******e") && hidden.contains("sec******e"), "{hidden}");
    assert!(!hidden.contains("open sesame"), "{hidden}");
    assert_eq!(export("?show_sensitive=true").await, hidden, "the key has a hyphen");
    assert_eq!(export("?show-sensitive=1").await, hidden);
    let open = export("?show-sensitive=true").await;
    assert!(open.contains("open sesame") && open.contains("secretcode"), "{open}");
    for group in ["databases:", "http_endpoints:", "sinks:"] {
        assert!(open.lines().any(|line| line == group), "{group} in {open}");
    }
    // What was exported in clear can be applied elsewhere.
    let other = Bench::empty();
    let (status, body) = apply(&other, &open).await;
    assert_eq!(status, 200, "{body}");
    assert_eq!(other.get("/sinks/stream").await.1["source"]["include_tables"], json!(["public.orders"]));
    assert_eq!(other.get("/config/export?show-sensitive=true").await.0, 200);
}

#[tokio::test]
async fn functions_and_change_retentions_come_from_config() {
    let bench = Bench::connected().await;
    let enrichment = "functions: [{name: e, type: enrichment, code: SELECT 1}]";
    let (status, body) = apply(&bench, enrichment).await;
    assert_eq!(status, 400);
    assert!(body["summary"].as_str().is_some_and(|text| text.starts_with("Enrichment functions must use")));
    let (status, _) = apply(&bench, "functions: [{name: f, type: magic, code: x}]").await;
    assert_eq!(status, 400);
    let retention = |database: &str| {
        format!(
            "change_retentions: [{{name: audit, source_database: {database}, source_table_schema: public, source_table_name: orders, destination_database: main, destination_table_schema: public, destination_table_name: events}}]"
        )
    };
    let text = "Error setting up change retention 'audit': Not found: No `database` found matching params: `name=nope`";
    assert_eq!(apply(&bench, &retention("nope")).await, summary(400, text));
    assert_eq!(apply(&bench, &retention("main")).await.0, 200);
    let (status, body) = bench.delete("/postgres_databases/main").await;
    assert_eq!(status, 422);
    assert!(body["error"].as_str().is_some_and(|text| text.contains("WAL pipelines")));
}
