//! HTTP endpoints, API keys, replications, tunnels: rules 33–40.

use serde_json::{Value, json};

use crate::support::{Bench, HOST, framework, invalid, missing, rule, summary};

const PATH: &str = "/destinations/http_endpoints";

async fn hook(bench: &Bench, body: Value) -> Value {
    let (status, shown) = bench.post(PATH, body).await;
    assert_eq!(status, 200, "{shown}");
    shown
}

#[tokio::test]
async fn rule_33_unknown_keys_are_refused_and_some_ignored() {
    let bench = Bench::empty();
    let body = json!({"name": "hook", "url": "https://example.com/in", "method": "POST", "zebra": 1});
    assert_eq!(bench.post(PATH, body).await, rule("Unknown field: method"));
    let ignored = json!({"id": "x", "inserted_at": "x", "updated_at": "x", "account_id": "x", "name": "hook",
        "url": "https://user:pass@example.com:8443/in?a=b#c", "headers": [{"key": "x-a", "value": "1"}]});
    let shown = hook(&bench, ignored).await;
    assert_eq!(shown["url"], "https://example.com:8443/in?a=b#c");
    assert_eq!(shown["headers"], json!({"x-a": "1"}));
    let wrong = json!({"name": "other", "url": "https://example.com", "headers": "x: y"});
    let text = "Invalid headers configuration. Must be a list of key-value pairs.";
    assert_eq!(bench.post(PATH, wrong).await, rule(text));
    let twin = json!({"name": "hook", "url": "https://example.com"});
    assert_eq!(bench.post(PATH, twin).await, invalid(json!({"name": ["has already been taken"]})));
}

#[tokio::test]
async fn rule_34_urls_need_scheme_and_host() {
    let bench = Bench::empty();
    let blank = json!({"scheme": ["can't be blank"], "host": ["can't be blank"]});
    assert_eq!(bench.post(PATH, json!({"name": "hook", "url": "just-a-path"})).await, invalid(blank));
    let scheme = json!({"scheme": ["is invalid"]});
    assert_eq!(bench.post(PATH, json!({"name": "hook", "url": "ftp://example.com"})).await, invalid(scheme));
    let host = json!({"host": ["must be a valid hostname"]});
    assert_eq!(bench.post(PATH, json!({"name": "hook", "url": "https://exa_mple.com"})).await, invalid(host));
    let shown = hook(&bench, json!({"name": "inbox", "webhook.site": "true"})).await;
    assert!(shown["url"].as_str().is_some_and(|url| url.starts_with("https://webhook.site/")));
}

#[tokio::test]
async fn rule_35_local_is_the_text_true() {
    let bench = Bench::empty();
    let body = json!({"name": "dev", "local": true, "path": "/in"});
    let blank = json!({"scheme": ["can't be blank"], "host": ["can't be blank"]});
    assert_eq!(bench.post(PATH, body).await, invalid(blank));
    let shown = hook(&bench, json!({"name": "dev", "local": "true", "path": "/in"})).await;
    assert_eq!((&shown["local"], &shown["path"], shown.get("url")), (&json!(true), &json!("/in"), None));
    // It is reached through a tunnel from then on.
    let (_, tunnels) = bench.get("/local_tunnels").await;
    let wanted = json!([{"entity_id": shown["id"], "bastion_port": 23001, "entity_name": "dev"}]);
    assert_eq!(tunnels["data"], wanted);
}

#[tokio::test]
async fn rule_36_endpoints_in_use_stay() {
    let bench = Bench::connected().await;
    let shown = hook(&bench, json!({"name": "hook", "url": "https://example.com"})).await;
    let id = shown["id"].as_str().expect("an id");
    let webhook = json!({"destination": {"type": "webhook", "http_endpoint": "hook"}});
    bench.sink("one", webhook.clone()).await;
    bench.sink("two", webhook).await;
    let text = format!("Cannot delete HTTP endpoint hook ({id}), as it is in use by 2 sink consumer(s)");
    assert_eq!(bench.delete(&format!("{PATH}/hook")).await, summary(400, &text));
    bench.delete("/sinks/one").await;
    bench.delete("/sinks/two").await;
    assert_eq!(bench.delete(&format!("{PATH}/hook")).await, (200, json!({"id": id, "deleted": true})));
    assert_eq!(bench.get(&format!("{PATH}/hook")).await, missing("http endpoint"));
}

#[tokio::test]
async fn rule_36_update_replaces_headers_as_a_whole() {
    let bench = Bench::empty();
    hook(&bench, json!({"name": "hook", "url": "https://example.com/a", "headers": {"a": "1", "b": "2"}}))
        .await;
    let (status, shown) = bench.patch(&format!("{PATH}/hook"), json!({"headers": {"c": "3"}})).await;
    assert_eq!(
        (status, &shown["headers"], &shown["url"]),
        (200, &json!({"c": "3"}), &json!("https://example.com/a"))
    );
    let (_, shown) = bench.patch(&format!("{PATH}/hook"), json!({"name": "renamed"})).await;
    assert_eq!(bench.get(&format!("{PATH}/renamed")).await, (200, shown));
}

#[tokio::test]
async fn rule_37_api_keys() {
    let bench = Bench::empty();
    let (status, key) = bench.post("/api_keys", json!({"name": "ci", "token": "my own secret"})).await;
    assert_eq!(status, 200);
    let keys: Vec<_> = key.as_object().expect("an object").keys().collect();
    assert_eq!(keys, ["id", "name", "inserted_at"]);
    assert_eq!(key["inserted_at"], "2026-11-20T09:00:00Z");
    let headers = [("authorization", "Bearer my own secret")];
    assert_eq!(bench.raw("GET", "/sinks", &headers, "").await.0, 200);
    let taken = invalid(json!({"name": ["has already been taken"]}));
    assert_eq!(bench.post("/api_keys", json!({"name": "ci"})).await, taken);
    let blank = invalid(json!({"name": ["can't be blank"]}));
    assert_eq!(bench.post("/api_keys", json!({})).await, blank);
    let path = format!("/api_keys/{}", key["id"].as_str().expect("an id"));
    assert_eq!(bench.delete(&path).await, (200, json!({"success": true})));
    assert_eq!(bench.delete(&path).await, missing("api token"));
    let (_, left) = bench.get("/api_keys").await;
    assert_eq!(left["data"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn rule_38_deleting_the_key_in_use_locks_out() {
    let bench = Bench::empty();
    let id = bench.get("/api_keys").await.1["data"][0]["id"].as_str().expect("an id").to_owned();
    assert_eq!(bench.delete(&format!("/api_keys/{id}")).await.0, 200);
    assert_eq!(bench.get("/api_keys").await.0, 401);
}

#[tokio::test]
async fn rule_39_replications_do_not_move() {
    let bench = Bench::connected().await;
    let (_, list) = bench.get("/postgres_replications").await;
    let path = format!("/postgres_replications/{}", list["data"][0]["id"].as_str().expect("an id"));
    let wanted = json!({
        "summary": "Cannot update postgres_database_id",
        "validation_errors": {"base": ["Updating postgres_database_id is not allowed"]},
        "code": null,
    });
    assert_eq!(bench.patch(&path, json!({"postgres_database_id": "x"})).await, (422, wanted));
    let (status, shown) = bench.patch(&path, json!({"slot_name": "renamed"})).await;
    assert_eq!(
        (status, &shown["slot_name"], &shown["publication_name"]),
        (200, &json!("renamed"), &json!("pub"))
    );
    let blank = invalid(json!({"slot_name": ["can't be blank"]}));
    assert_eq!(bench.patch(&path, json!({"slot_name": ""})).await, blank);
}

#[tokio::test]
async fn rule_40_replications_show_and_delete() {
    let bench = Bench::streaming().await;
    let one = bench.get("/postgres_replications").await.1["data"][0].clone();
    let keys: Vec<_> = one.as_object().expect("an object").keys().map(String::as_str).collect();
    assert_eq!(keys.join(" "), "id publication_name slot_name account_id postgres_database_id");
    let id = one["id"].as_str().expect("an id");
    let path = format!("/postgres_replications/{id}");
    assert_eq!(bench.get(&path).await, (200, json!({"postgres_replication": one, "info": null})));
    // With a sink attached the foreign key raises.
    assert_eq!(bench.delete(&path).await, framework(500, "Internal Server Error"));
    bench.delete("/sinks/stream").await;
    assert_eq!(bench.delete(&path).await, (200, json!({"id": id, "deleted": true})));
    assert_eq!(bench.get(&path).await, missing("pg replication"));
}

#[tokio::test]
async fn rule_40_replications_are_created_on_known_slots() {
    let bench = Bench::connected().await;
    let create = |body: Value| bench.post("/postgres_replications", body);
    let blank = json!({"publication_name": ["can't be blank"], "slot_name": ["can't be blank"]});
    assert_eq!(create(json!({})).await, invalid(blank));
    let names = json!({"slot_name": "slot", "publication_name": "pub"});
    assert_eq!(create(names).await, rule("Missing postgres_database_id or postgres_database"));
    let with = |slot: &str, publication: &str, database: &str| json!({"slot_name": slot, "publication_name": publication, "postgres_database_id": database});
    assert_eq!(create(with("slot", "pub", "nope")).await, rule("Database with id nope not found"));
    assert_eq!(create(with("no", "pub", "main")).await, rule("Replication slot `no` does not exist"));
    assert_eq!(create(with("slot", "no", "main")).await, rule("Publication `no` does not exist"));
    let taken = invalid(json!({"slot_name": ["has already been taken"]}));
    assert_eq!(create(with("slot", "pub", "main")).await, taken);
    assert_eq!(create(json!({"unheard_of": 1})).await.0, 500);
    let nested = json!({"slot_name": "slot", "publication_name": "pub", "postgres_database": {"name": "second",
        "hostname": HOST, "database": "app", "username": "sequin", "password": "open sesame"}});
    assert_eq!(create(nested).await.0, 200);
    assert_eq!(bench.get("/postgres_databases/second").await.0, 200);
}
