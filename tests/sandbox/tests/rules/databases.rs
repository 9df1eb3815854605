//! Databases: rules 15–32.

use serde_json::{Value, json};
use toolpress_sandbox::sequin_stream::{Postgres, Reach, Table};

use crate::support::{Bench, HOST, database, framework, merged, missing, rule, server, stream};

#[tokio::test]
async fn rule_15_create_needs_exactly_one_slot() {
    let bench = Bench::empty();
    let refusal = rule("A `replication_slots` field with exactly one slot is required");
    let slot = json!({"slot_name": "slot", "publication_name": "pub"});
    for slots in [json!(null), json!({}), json!([]), json!([slot, slot]), json!(["slot"])] {
        let body = merged(database("main"), json!({"replication_slots": slots}));
        assert_eq!(bench.post("/postgres_databases", body).await, refusal);
    }
}

#[tokio::test]
async fn rule_16_url_excludes_other_details() {
    let bench = Bench::empty();
    for key in ["hostname", "port", "database", "username", "password"] {
        let body = json!({"name": "main", "url": "postgresql://a:b@pg.test:5432/app", key: "x"});
        let text = "Bad connection details. If `url` is specified, no other connection params are allowed";
        assert_eq!(bench.post("/postgres_databases", body).await, rule(text), "{key}");
    }
}

#[tokio::test]
async fn rule_17_url_needs_port_and_path() {
    let bench = Bench::empty();
    for (url, names) in [
        ("postgresql://a:b@pg.test/app", "port"),
        ("postgresql://a:b@pg.test:5432", "database"),
        ("postgresql://a:b@pg.test", "database, port"),
        ("nonsense:", "database, hostname, port"),
    ] {
        let text = format!(
            "Parameters missing from `url`: {names}. It should look like: postgresql://user:password@localhost:5432/mydb"
        );
        assert_eq!(bench.post("/postgres_databases", json!({"url": url})).await, rule(&text), "{url}");
    }
}

#[tokio::test]
async fn rule_18_url_has_no_query() {
    let text = "Query parameters not allowed in `url` - specify e.g. ssl with `ssl` key";
    let body = json!({"url": "postgresql://a:b@pg.test:5432/app?sslmode=require"});
    assert_eq!(Bench::empty().post("/postgres_databases", body).await, rule(text));
}

#[tokio::test]
async fn rule_19_unreachable_hosts() {
    let bench = Bench::empty();
    for (reach, text, code) in [
        (Reach::NoSuchHost, "The host is not reachable (nxdomain).", "nxdomain"),
        (Reach::Refused, "The host is not reachable on that port (econnrefused).", "econnrefused"),
        (Reach::TimedOut, "Timed out attempting to reach the host on that port.", "timeout"),
    ] {
        bench.simulated.set_reach(HOST, 5432, reach);
        let answer = bench.post("/postgres_databases", database("main")).await;
        assert_eq!(answer, (422, json!({"summary": text, "validation_errors": {}, "code": code})));
    }
    // Hosts nobody has heard of, and closed ports, need no setting up.
    let unknown = merged(database("main"), json!({"hostname": "nowhere.test"}));
    assert_eq!(bench.post("/postgres_databases", unknown).await.1["code"], "nxdomain");
    let closed = merged(database("main"), json!({"port": 6543}));
    assert_eq!(bench.post("/postgres_databases", closed).await.1["code"], "econnrefused");
}

#[tokio::test]
async fn rule_20_wrong_credentials() {
    let bench = Bench::empty();
    let body = merged(database("main"), json!({"password": "wrong"}));
    let text = "Failed to connect to database. Please check connection details. (error=invalid_password password authentication failed for user \"sequin\")";
    assert_eq!(bench.post("/postgres_databases", body).await, rule(text));
    let body = merged(database("main"), json!({"database": "nope"}));
    let text = "Failed to connect to database. Please check connection details. (error=invalid_catalog_name database \"nope\" does not exist)";
    assert_eq!(bench.post("/postgres_databases", body).await, rule(text));
}

#[tokio::test]
async fn rule_21_missing_publication_or_slot() {
    let bench = Bench::empty();
    let with = |slot: &str, publication: &str| {
        let slots = json!([{"slot_name": slot, "publication_name": publication}]);
        merged(database("main"), json!({"replication_slots": slots}))
    };
    // The publication is looked at first.
    assert_eq!(bench.post("/postgres_databases", with("no", "no")).await, missing("publication"));
    assert_eq!(bench.post("/postgres_databases", with("no", "pub")).await, missing("replication slot"));
    let elsewhere = merged(database("main"), json!({"database": "other"}));
    let text = "Replication slot was created in a different logical database";
    assert_eq!(bench.post("/postgres_databases", elsewhere).await, rule(text));
    bench.simulated.add_postgres(server(HOST).without_logical_wal());
    let text = "Database wal_level is not set to 'logical'. If you recently turned this setting on, it's possible you still need to restart your server.";
    assert_eq!(bench.post("/postgres_databases", database("main")).await, rule(text));
    bench.simulated.add_postgres(server(HOST).without_connect_permission());
    let text = "User does not have connect permission on database";
    assert_eq!(bench.post("/postgres_databases", database("main")).await, rule(text));
}

#[tokio::test]
async fn rule_21_replicas_need_their_primary() {
    let bench = Bench::empty();
    bench.simulated.add_postgres(server(HOST).standby(17));
    let text = "Primary connection parameters are required for replica databases. Edit the database to add primary connection details.\n";
    assert_eq!(bench.post("/postgres_databases", database("main")).await, rule(text));
    bench.simulated.add_postgres(Postgres::new("primary.test", 5432));
    let primary =
        json!({"hostname": "primary.test", "database": "app", "username": "u", "password": "hidden"});
    let body = merged(database("main"), json!({"primary": primary}));
    let (status, shown) = bench.post("/postgres_databases", body.clone()).await;
    assert_eq!(status, 201, "{shown}");
    let wanted = json!({"hostname": "primary.test", "port": 5432, "database": "app", "username": "u", "ssl": false, "ipv6": false});
    assert_eq!(shown["primary"], wanted);
    bench.simulated.add_postgres(server(HOST).standby(15));
    let text = "PostgreSQL version 16 or higher is required for replica databases";
    assert_eq!(bench.post("/postgres_databases", merged(body, json!({"name": "old"}))).await, rule(text));
}

#[tokio::test]
async fn rule_22_created_is_201_with_an_active_slot() {
    let bench = Bench::empty();
    let slots = json!([{"slot_name": "slot", "publication_name": "pub", "status": "disabled"}]);
    let body = merged(
        database("main"),
        json!({"replication_slots": slots, "pool_size": 99, "nonsense": 1, "annotations": {"a": 1}}),
    );
    let (status, shown) = bench.post("/postgres_databases", body).await;
    assert_eq!(status, 201);
    assert_eq!(shown["password"], "ope*******e");
    assert_eq!(shown["pool_size"], 10);
    assert_eq!(shown["ssl"], false);
    assert_eq!(shown["replication_slots"][0]["status"], "active");
    assert_eq!(shown["replication_slots"][0]["slot_name"], "slot");
    let keys: Vec<_> = shown.as_object().expect("an object").keys().map(String::as_str).collect();
    let wanted = "id name hostname port database username password ssl ipv6 use_local_tunnel pool_size queue_interval queue_target replication_slots";
    assert_eq!(keys.join(" "), wanted);
    // By URL as well.
    let url = "postgresql://sequin:open sesame@pg.test:5432/app";
    let body = json!({"name": "by-url", "url": url, "replication_slots": database("x")["replication_slots"]});
    let (status, shown) = bench.post("/postgres_databases", body).await;
    assert_eq!((status, &shown["hostname"], &shown["database"]), (201, &json!(HOST), &json!("app")));
}

#[tokio::test]
async fn rule_23_names_are_unique() {
    let bench = Bench::connected().await;
    let errors = |errors: Value| (422, json!({"summary": null, "validation_errors": errors, "code": null}));
    let answer = bench.post("/postgres_databases", database("main")).await;
    assert_eq!(answer, errors(json!({"name": ["Database name must be unique"]})));
    let answer = bench.post("/postgres_databases", database("no spaces")).await;
    let text = "Can only contain alphanumeric characters, underscores, hyphens, or dots";
    assert_eq!(answer, errors(json!({"name": [text]})));
    let answer = bench.post("/postgres_databases", merged(database("x"), json!({"name": null}))).await;
    assert_eq!(answer, errors(json!({"name": ["can't be blank"]})));
    let big = json!({"annotations": {"text": "x".repeat(8192)}});
    let answer = bench.post("/postgres_databases", merged(database("x"), big)).await;
    assert_eq!(answer, errors(json!({"annotations": ["annotations size limit exceeded"]})));
}

#[tokio::test]
async fn rule_24_update_without_port_resets_it() {
    let bench = Bench::connected().await;
    let (_, shown) = bench.patch("/postgres_databases/main", json!({"port": 6000})).await;
    assert_eq!(shown["port"], 6000);
    let (_, shown) = bench.patch("/postgres_databases/main", json!({"ssl": true})).await;
    assert_eq!((&shown["port"], &shown["ssl"]), (&json!(5432), &json!(true)));
}

#[tokio::test]
async fn rule_25_slots_in_updates() {
    let bench = Bench::connected().await;
    let before = bench.get("/postgres_databases/main").await.1["replication_slots"].clone();
    let update = |slots: Value| bench.patch("/postgres_databases/main", json!({"replication_slots": slots}));
    let text = "Slot in `replication_slots` must have an `id` field for updates. Alternatively, if you don't want to change the slot, you can omit the `replication_slots` key on the request body.";
    assert_eq!(update(json!([{"slot_name": "new"}])).await, rule(text));
    let text =
        "For updates, you can omit the `replication_slots` field or provide a list with exactly one slot";
    assert_eq!(update(json!([{"id": "x"}, {"id": "y"}])).await, rule(text));
    assert_eq!(update(json!([])).await.1["replication_slots"], before);
    // The id is not compared: the database's own slot changes.
    let (status, shown) = update(json!([{"id": "whatever", "status": "disabled"}])).await;
    assert_eq!(status, 200);
    assert_eq!(shown["replication_slots"][0]["status"], "disabled");
    assert_eq!(shown["replication_slots"][0]["id"], before[0]["id"]);
    let answer = update(json!([{"id": "x", "slot_name": ""}])).await;
    let errors = json!({"replication_slots": {"slot_name": ["can't be blank"]}});
    let wanted = json!({"summary": "Validation failed", "validation_errors": errors, "code": null});
    assert_eq!(answer, (422, wanted));
}

#[tokio::test]
async fn rule_26_update_does_not_connect() {
    let bench = Bench::connected().await;
    bench.simulated.set_reach(HOST, 5432, Reach::NoSuchHost);
    let body = json!({"hostname": "elsewhere.test", "password": "another secret", "port": 5432});
    let (status, shown) = bench.send("PUT", "/postgres_databases/main", Some(body)).await;
    assert_eq!(
        (status, &shown["hostname"], &shown["password"]),
        (200, &json!("elsewhere.test"), &json!("ano**********t"))
    );
}

#[tokio::test]
async fn rule_27_delete_database_with_sinks_is_refused() {
    let bench = Bench::streaming().await;
    let text = "Cannot delete database that's used by sink consumers. Please delete associated sink consumers first.";
    let refusal = (422, json!({"success": false, "error": text}));
    assert_eq!(bench.delete("/postgres_databases/main").await, refusal);
    assert_eq!(bench.get("/postgres_databases/main").await.0, 200);
}

#[tokio::test]
async fn rule_28_delete_database_with_change_retentions_is_refused_after_sinks() {
    let bench = Bench::streaming().await;
    bench.simulated.add_change_retention("audit", "main");
    let (_, body) = bench.delete("/postgres_databases/main").await;
    assert!(
        body["error"].as_str().is_some_and(|text| text.contains("sink consumers")),
        "sinks are tested first"
    );
    bench.delete("/sinks/stream").await;
    let text =
        "Cannot delete database that's used by WAL pipelines. Please delete associated WAL pipelines first.";
    let refusal = (422, json!({"success": false, "error": text}));
    assert_eq!(bench.delete("/postgres_databases/main").await, refusal);
    bench.simulated.remove_change_retention("audit");
    assert_eq!(bench.delete("/postgres_databases/main").await.0, 200);
}

#[tokio::test]
async fn rule_29_delete_removes_database_and_slot() {
    let bench = Bench::connected().await;
    let id = bench.get("/postgres_databases/main").await.1["id"].clone();
    assert_eq!(bench.delete("/postgres_databases/main").await, (200, json!({"success": true, "id": id})));
    assert_eq!(bench.get("/postgres_databases/main").await, missing("postgres database"));
    assert_eq!(bench.get("/postgres_replications").await, (200, json!({"data": []})));
    assert!(bench.simulated.has_slot(HOST, 5432, "slot"), "the slot in Postgres stays");
}

#[tokio::test]
async fn rule_30_test_connection() {
    let bench = Bench::connected().await;
    let path = "/postgres_databases/main/test_connection";
    let test = || bench.post(path, json!({}));
    assert_eq!(test().await, (200, json!({"success": true})));
    let failed = |reason: &str| (422, json!({"success": false, "reason": reason}));
    bench.simulated.set_reach(HOST, 5432, Reach::Refused);
    assert_eq!(test().await, failed("The host is not reachable on that port (econnrefused)."));
    bench.simulated.set_reach(HOST, 5432, Reach::Up);
    bench.simulated.drop_slot(HOST, 5432, "slot");
    assert_eq!(test().await, failed("Not found: replication_slot with params %{name: \"slot\"}"));
    bench.simulated.drop_publication(HOST, 5432, "pub");
    assert_eq!(test().await, failed("Not found: publication with params %{name: \"pub\"}"));
    bench.simulated.add_postgres(server(HOST).login("sequin", "rotated"));
    let text =
        "Error from Postgres: password authentication failed for user \"sequin\" (code=invalid_password)";
    assert_eq!(test().await, failed(text));
    let unknown = bench.post("/postgres_databases/nope/test_connection", json!({})).await;
    assert_eq!(unknown, missing("postgres database"));
    assert_eq!(
        bench.post("/postgres_databases/main/test-connection", json!({})).await,
        framework(404, "Not Found")
    );
}

#[tokio::test]
async fn rule_31_refresh_makes_new_tables_known() {
    let bench = Bench::connected().await;
    bench.simulated.add_table(HOST, 5432, "app", Table::new("fresh", &["id"]).rows(5));
    let body = stream("later", json!({"source": {"include_tables": ["fresh"]}}));
    assert_eq!(bench.post("/sinks", body.clone()).await, rule("Table 'fresh' not found in database 'main'"));
    let path = "/postgres_databases/main/refresh_tables";
    assert_eq!(bench.post(path, json!({})).await, (200, json!({"success": true})));
    assert_eq!(bench.post("/sinks", body).await.0, 200);
    assert_eq!(bench.post("/sinks/later/backfills", json!({"table": "fresh"})).await.0, 200);
    bench.simulated.set_reach(HOST, 5432, Reach::TimedOut);
    assert_eq!(bench.post(path, json!({})).await, (422, json!({"success": false})));
    let unknown = bench.post("/postgres_databases/nope/refresh_tables", json!({})).await;
    assert_eq!(unknown, missing("postgres database"));
}

#[tokio::test]
async fn rule_32_show_sensitive_is_the_word_true() {
    let bench = Bench::connected().await;
    for (query, password) in [
        ("?show_sensitive=true", "open sesame"),
        ("?show_sensitive=True", "ope*******e"),
        ("?show_sensitive=1", "ope*******e"),
        ("", "ope*******e"),
    ] {
        let (_, one) = bench.get(&format!("/postgres_databases/main{query}")).await;
        assert_eq!(one["password"], password, "{query}");
        let (_, all) = bench.get(&format!("/postgres_databases{query}")).await;
        assert_eq!(all["data"][0]["password"], password, "{query}");
    }
}
