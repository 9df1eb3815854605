//! What the control plane refuses, and how it says so: every field that is wrong, and what could stand there.

use crate::scene::{NOBODY, SECRET, Scene, in_seconds};
use reqwest::Method;
use serde_json::{Value, json};
use toolpress_tests::engine::Site;
use toolpress_tests::on_both_engines;
use toolpress_tests::rest::{Answer, send};

on_both_engines!(
    every_wrong_field_is_named_with_what_could_stand_there,
    row_145_an_end_is_at_least_a_minute_ahead_and_has_a_zone,
    security_e10_unknown_and_empty_filters_are_refused_and_nothing_is_stored,
    security_e14_members_that_are_not_the_callers_are_refused,
    bodies_that_are_no_json_objects_are_refused,
    what_does_not_exist_is_not_found_whatever_the_id,
    other_methods_are_told_apart_from_other_paths,
    changes_at_the_same_time_are_all_made_or_refused,
);

/// The fields that a refusal names, sorted.
fn fields(error: &Value) -> Vec<&str> {
    let details = error["details"].as_array().into_iter().flatten();
    let mut fields: Vec<&str> = details.filter_map(|detail| detail["field"].as_str()).collect();
    fields.sort_unstable();
    fields
}

fn detail<'e>(error: &'e Value, field: &str) -> &'e Value {
    let details = error["details"].as_array().into_iter().flatten();
    details.into_iter().find(|detail| detail["field"] == field).unwrap_or_else(|| panic!("{field}: {error}"))
}

async fn every_wrong_field_is_named_with_what_could_stand_there(site: Site) {
    let scene = Scene::new(&site).await;
    let body = json!({ "name": " ", "expires_at": "tomorrow", "colour": "red", "config": {
        "methods": ["reed", "list"], "tags": "sinks", "effects": ["reads"], "method": 1,
        "require_api_token_auth": "yes" } });
    let error = scene.rest.post(&scene.servers(), body).await.refused(400);
    assert_eq!(error["code"], "invalid_request");
    let expected = [
        "colour",
        "config.effects",
        "config.method",
        "config.methods",
        "config.require_api_token_auth",
        "config.tags",
        "expires_at",
        "name",
    ];
    assert_eq!(fields(&error), expected);
    assert_eq!(detail(&error, "config.methods")["did_you_mean"], "read");
    assert_eq!(detail(&error, "config.effects")["valid"], json!(["read", "write", "destructive"]));
    assert_eq!(detail(&error, "config.method")["did_you_mean"], "methods");
    let valid = detail(&error, "config.methods")["valid"].as_array().expect("methods");
    assert!(["read", "write", "custom", "list", "plan"].iter().all(|word| valid.contains(&json!(word))));
    assert!(detail(&error, "expires_at")["problem"].as_str().is_some_and(|text| text.contains("zone")));
    // The message alone tells it too, for people.
    let message = error["message"].as_str().expect("a message");
    assert!(expected.iter().all(|field| message.contains(&format!("`{field}`"))), "{message}");

    // A filter that leaves no tool is told together with what else is wrong.
    let body = json!({ "colour": 1, "config": { "methods": ["plan"], "tags": ["backfills"] } });
    let error = scene.rest.post(&scene.servers(), body).await.refused(400);
    assert_eq!(fields(&error), ["colour", "config"]);

    let body = json!({ "integration": "sequin_steam", "name": "x\u{7}", "credentials": ["x"], "id": 1 });
    let error = scene.rest.post("/integrated-account", body).await.refused(400);
    assert_eq!(fields(&error), ["credentials", "id", "integration", "name"]);
    assert_eq!(detail(&error, "integration")["did_you_mean"], "sequin_stream");
    let body = json!({ "integration": "artie", "name": "n", "credentials": { "api_token": "x" } });
    let error = scene.rest.post("/integrated-account", body).await.refused(400);
    assert_eq!(fields(&error), ["credentials.api_key", "credentials.api_token"]);
    assert_eq!(detail(&error, "credentials.api_token")["valid"], json!(["api_key"]));
    for secret in ["", "  ", "a\nb", "a\u{0}b"] {
        let body = json!({ "integration": "artie", "name": "n", "credentials": { "api_key": secret } });
        let error = scene.rest.post("/integrated-account", body).await.refused(400);
        assert!(fields(&error)[0].starts_with("credentials"), "{secret:?}: {error}");
    }

    let body = json!({ "scope": "root", "integrated_account_id": NOBODY, "nam": "n" });
    let error = scene.rest.post("/api-token", body).await.refused(400);
    assert_eq!(fields(&error), ["integrated_account_id", "nam", "name", "scope"]);
    assert_eq!(detail(&error, "scope")["valid"], json!(["mcp", "admin"]));
    let bound = json!({ "name": "n", "scope": "admin", "integrated_account_id": scene.account });
    assert_eq!(fields(&scene.rest.post("/api-token", bound).await.refused(400)), ["integrated_account_id"]);

    let server = scene.server(json!({})).await;
    for (body, field) in [
        (json!({ "overlap_seconds": -1 }), "overlap_seconds"),
        (json!({ "overlap_seconds": 604_801 }), "overlap_seconds"),
        (json!({ "overlap_seconds": 1.5 }), "overlap_seconds"),
        (json!({ "overlap": 1 }), "overlap"),
    ] {
        let path = format!("{}/rotate", scene.path(&server));
        assert_eq!(fields(&scene.rest.post(&path, body).await.refused(400)), [field]);
    }
    let long = "é".repeat(201);
    for name in [json!(null), json!(""), json!(long), json!(7)] {
        let change = json!({ "name": name });
        assert_eq!(
            fields(&scene.rest.patch(&scene.path(&server), change.clone()).await.refused(400)),
            ["name"]
        );
        assert_eq!(fields(&scene.rest.patch(&scene.account_path(), change).await.refused(400)), ["name"]);
    }
    assert_eq!(scene.server(json!({ "name": "é".repeat(200) })).await["name"], "é".repeat(200));
}

async fn row_145_an_end_is_at_least_a_minute_ahead_and_has_a_zone(site: Site) {
    let scene = Scene::new(&site).await;
    let too_soon = [in_seconds(55), in_seconds(0), in_seconds(-3600), "1970-01-01T00:00:00Z".to_owned()];
    let not_moments = ["2099-12-31T23:59:59", "2099-12-31", "soon", "", "4102444800", "2099-13-01T00:00:00Z"];
    for moment in too_soon.iter().map(String::as_str).chain(not_moments) {
        let body = json!({ "expires_at": moment });
        assert_eq!(
            fields(&scene.rest.post(&scene.servers(), body).await.refused(400)),
            ["expires_at"],
            "{moment}"
        );
    }
    for moment in [json!(4_102_444_800_u64), json!(true), json!({})] {
        let body = json!({ "expires_at": moment });
        assert_eq!(fields(&scene.rest.post(&scene.servers(), body).await.refused(400)), ["expires_at"]);
    }
    assert_eq!(site.rows("SELECT id FROM server").await.len(), 0);

    // A short window is long enough; any zone will do, and what is shown is the same moment in UTC.
    assert!(scene.server(json!({ "expires_at": in_seconds(90) })).await["expires_at"].is_string());
    let server = scene.server(json!({ "expires_at": "2099-12-31T23:59:59.5+02:00" })).await;
    assert_eq!(server["expires_at"], "2099-12-31T21:59:59.500Z");
    let path = scene.path(&server);
    for moment in &too_soon {
        let change = json!({ "expires_at": moment });
        assert_eq!(fields(&scene.rest.patch(&path, change).await.refused(400)), ["expires_at"]);
    }
    assert_eq!(
        scene.rest.patch(&path, json!({ "name": "n" })).await.ok()["expires_at"],
        server["expires_at"]
    );
    assert_eq!(scene.rest.patch(&path, json!({ "expires_at": null })).await.ok()["expires_at"], Value::Null);
    assert_eq!(scene.rest.get(&path).await.ok()["expires_at"], Value::Null);
}

async fn security_e10_unknown_and_empty_filters_are_refused_and_nothing_is_stored(site: Site) {
    let scene = Scene::new(&site).await;
    let server = scene.server(json!({ "config": { "methods": ["read"] } })).await;
    for (config, field) in [
        (json!({ "methods": [] }), "config.methods"),
        (json!({ "tags": [] }), "config.tags"),
        (json!({ "effects": [] }), "config.effects"),
        (json!({ "methods": ["READ"] }), "config.methods"),
        (json!({ "methods": ["read "] }), "config.methods"),
        (json!({ "methods": [""] }), "config.methods"),
        (json!({ "tags": ["databasse"] }), "config.tags"),
        (json!({ "tags": ["pipelines"] }), "config.tags"),
        (json!({ "effects": ["*"] }), "config.effects"),
        (json!({ "methods": ["read", null] }), "config.methods"),
        (json!({ "methods": { "read": true } }), "config.methods"),
    ] {
        let error = scene.rest.post(&scene.servers(), json!({ "config": config })).await.refused(400);
        assert_eq!(fields(&error), [field], "{config}");
        let error = scene.rest.patch(&scene.path(&server), json!({ "config": config })).await.refused(400);
        assert_eq!(fields(&error), [field], "{config}");
    }
    let listed = scene.rest.get(&scene.servers()).await.ok();
    assert_eq!(listed["result"].as_array().map(Vec::len), Some(1));
    assert_eq!(listed["result"][0]["config"], server["config"]);
}

async fn security_e14_members_that_are_not_the_callers_are_refused(site: Site) {
    let scene = Scene::new(&site).await;
    let server = scene.server(json!({})).await;
    let account = json!({ "integration": "artie", "name": "n", "credentials": { "api_key": SECRET } });
    let foreign = [
        "id",
        "tenant_id",
        "created_at",
        "updated_at",
        "created_by",
        "revision",
        "is_admin",
        "ready",
        "token",
        "url",
        "token_last4",
        "last_used_at",
        "integrated_account_id",
        "__proto__",
        "constructor",
    ];
    for key in foreign {
        let with = |mut body: Value| {
            body[key] = json!("canary");
            body
        };
        for answer in [
            scene.rest.post("/integrated-account", with(account.clone())).await,
            scene.rest.patch(&scene.account_path(), with(json!({}))).await,
            scene.rest.post(&scene.servers(), with(json!({}))).await,
            scene.rest.patch(&scene.path(&server), with(json!({}))).await,
        ] {
            let error = answer.refused(400);
            assert!(fields(&error).contains(&key), "{error}");
        }
        if key != "integrated_account_id" {
            let error = scene.rest.post("/api-token", with(json!({ "name": "n" }))).await.refused(400);
            assert_eq!(fields(&error), [key]);
        }
    }
    // The vendor of an account stays what it is.
    let change = json!({ "integration": "artie" });
    assert_eq!(fields(&scene.rest.patch(&scene.account_path(), change).await.refused(400)), ["integration"]);
    assert_eq!(site.rows("SELECT id FROM account").await.len(), 1);
    assert_eq!(site.rows("SELECT id FROM server").await.len(), 1);
    assert_eq!(site.rows("SELECT id FROM api_token").await.len(), 0);
}

async fn bodies_that_are_no_json_objects_are_refused(site: Site) {
    let scene = Scene::new(&site).await;
    let post = async |content_type: &str, body: Vec<u8>| -> Answer {
        let request = scene.rest.request(Method::POST, &scene.servers());
        send(request.header("content-type", content_type).body(body)).await
    };
    let json = "application/json";
    for body in [
        &b""[..],
        b"[]",
        b"null",
        b"\"x\"",
        b"{",
        b"{} {}",
        b"\xef\xbb\xbf{}",
        b"{\"name\":\"\xff\"}",
        b"{\"name\":\"\\ud800\"}",
        b"{\"name\":\"a\",\"name\":\"b\"}",
        b"{\"config\":{\"tags\":[\"sinks\"],\"tags\":[\"admin\"]}}",
        b"{\"expires_at\":1e400}",
    ] {
        let error = post(json, body.to_vec()).await.refused(400);
        assert_eq!(error["code"], "invalid_request", "{body:?}");
    }
    let deep = [b"{\"config\":".repeat(200), b"1".to_vec(), b"}".repeat(200)].concat();
    post(json, deep).await.refused(400);
    for media in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""] {
        assert_eq!(post(media, b"{}".to_vec()).await.refused(415)["code"], "unsupported_media_type");
    }
    let large = format!("{{\"name\":\"{}\"}}", "x".repeat(300 << 10));
    assert_eq!(post(json, large.into_bytes()).await.refused(413)["code"], "payload_too_large");
    assert_eq!(site.rows("SELECT id FROM server").await.len(), 0);
    let fine = post("application/json; charset=utf-8", b"{}".to_vec()).await;
    assert_eq!(fine.status, 201, "{}", fine.text);
}

async fn what_does_not_exist_is_not_found_whatever_the_id(site: Site) {
    let scene = Scene::new(&site).await;
    let server = scene.server(json!({})).await;
    let long = "9".repeat(5000);
    let ids =
        [NOBODY, "1", "'", "%27%20OR%201=1", "%00", "a%00b", "%F0%9F%94%91", "..%2f..", "~", "%25", &long];
    for id in ids {
        for path in [
            format!("/integrated-account/{id}"),
            format!("/integrated-account/{id}/mcp"),
            format!("/integrated-account/{id}/mcp/{}", server["id"].as_str().expect("an id")),
            format!("/integrated-account/{id}/call"),
            format!("{}/{id}", scene.servers()),
            format!("/api-token/{id}"),
            format!("/integration/{id}"),
            format!("/integration/{id}/tools"),
        ] {
            assert_eq!(scene.rest.get(&path).await.refused(404)["code"], "not_found", "GET {path}");
        }
        for path in [
            format!("/integrated-account/{id}"),
            format!("{}/{id}", scene.servers()),
            format!("/api-token/{id}"),
        ] {
            assert_eq!(scene.rest.delete(&path).await.refused(404)["code"], "not_found", "DELETE {path}");
        }
        for path in [format!("/integrated-account/{id}"), format!("{}/{id}", scene.servers())] {
            assert_eq!(scene.rest.patch(&path, json!({})).await.refused(404)["code"], "not_found", "{path}");
        }
    }
    // What is no text at all is nothing that exists either.
    for path in ["/integrated-account/%ff", "/integrated-account/%ff/mcp", "/api-token/%c3%28"] {
        let answer = scene.rest.get(path).await;
        assert!([400, 404].contains(&answer.status.as_u16()), "{path}: {}", answer.status);
        assert!(answer.body["error"]["code"].is_string(), "{path}: {}", answer.text);
    }
    assert_eq!(scene.rest.get(&scene.path(&server)).await.status, 200);
}

async fn other_methods_are_told_apart_from_other_paths(site: Site) {
    let scene = Scene::new(&site).await;
    for (method, path, allowed) in [
        (Method::PUT, "/integrated-account", "GET"),
        (Method::DELETE, "/integrated-account", "POST"),
        (Method::PATCH, "/api-token/x", "DELETE"),
        (Method::POST, "/integration", "GET"),
    ] {
        let answer = send(scene.rest.request(method, path).json(&json!({}))).await;
        let allow = answer.headers.get("allow").and_then(|allow| allow.to_str().ok()).unwrap_or_default();
        assert!(allow.contains(allowed), "{path}: {allow}");
        assert_eq!(answer.refused(405)["code"], "method_not_allowed");
    }
    for path in ["/integrated-accounts", "/integrated-account/", "/mcp-servers", "/admin"] {
        assert_eq!(scene.rest.get(path).await.status, 404, "{path}");
    }
}

async fn changes_at_the_same_time_are_all_made_or_refused(site: Site) {
    let scene = Scene::new(&site).await;
    let server = scene.server(json!({ "name": "n", "config": { "methods": ["read"] } })).await;
    let path = scene.path(&server);
    let mut running = tokio::task::JoinSet::new();
    for number in 0..16 {
        let (rest, path) = (scene.rest.clone(), path.clone());
        running.spawn(async move {
            let answer = rest.patch(&path, json!({ "name": format!("n{number}") })).await;
            (answer.status.as_u16(), answer.body["name"].clone())
        });
    }
    let mut names = Vec::new();
    while let Some(done) = running.join_next().await {
        match done.expect("an answer") {
            (200, name) => names.push(name),
            (409, _) => {}
            other => panic!("{other:?}"),
        }
    }
    let shown = scene.rest.get(&path).await.ok();
    assert!(names.contains(&shown["name"]), "{shown}: {names:?}");
    let rows = site.rows("SELECT revision FROM server").await;
    let revision: i64 = sqlx::Row::try_get(&rows[0], 0).expect("a number");
    assert_eq!(usize::try_from(revision).ok(), Some(1 + names.len()), "each change counts once");
    assert_eq!(shown["config"], server["config"]);
}
