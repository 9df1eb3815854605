//! The document of the control plane and what it describes. (Schemathesis tries the rest, `tests/openapi`.)

use crate::TOOL;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use toolpress_tests::engine::Engine;
use toolpress_tests::rest::send;
use toolpress_tests::upstream::Upstream;

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

#[tokio::test(flavor = "multi_thread")]
async fn every_path_takes_the_documented_methods_and_no_other() {
    let site = Engine::Sqlite.site().await.expect("SQLite is built in");
    let node = site.node().await;
    let rest = node.rest();
    let document = rest.get("/openapi.json").await.ok();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        let operations = operations.as_object().expect("operations");
        let path = path.replace(['{', '}'], "");
        let mut allowed: BTreeSet<String> = operations.keys().map(|method| method.to_uppercase()).collect();
        if allowed.contains("GET") {
            allowed.insert("HEAD".to_owned());
        }
        for method in METHODS {
            let name = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            let answer = send(rest.request(name, &path)).await;
            if operations.contains_key(method) {
                let status = answer.status.as_u16().to_string();
                let told = &operations[method]["responses"][&status];
                assert!(told.is_object(), "{method} {path} answers {status}, which is not documented");
            } else {
                let listed = answer.headers["allow"].to_str().expect("text").split(',');
                assert_eq!(
                    listed.map(|method| method.trim().to_owned()).collect::<BTreeSet<_>>(),
                    allowed,
                    "{path}"
                );
                // That one is answered in front of everything that speaks JSON.
                if path != "/healthz" {
                    answer.refused(405);
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_examples_of_the_document_are_accepted() {
    let vendor = Upstream::answering(r#"{"id":"a"}"#).await;
    let site = Engine::Sqlite.site().await.expect("SQLite is built in");
    let node = site.node().await;
    let rest = node.rest();
    let document = rest.get("/openapi.json").await.ok();
    let account = rest.account("sequin_stream", &vendor.base_url(), "secret").await;
    let server = rest.server(&account, json!({})).await;
    let mut tried = Vec::new();
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
            let Some(name) = schema.as_str().and_then(|schema| schema.rsplit('/').next()) else { continue };
            let example = &document["components"]["schemas"][name]["example"];
            // An example of a key would be no key.
            if name == "LogIn" {
                continue;
            }
            assert!(example.is_object(), "{name} has no example");
            let mut example = example.clone();
            if name == "Unsaved" {
                // What is checked is called, here the vendor of this test.
                example["base_url"] = vendor.base_url().into();
            }
            let id = server["id"].as_str().expect("an id");
            let path = path.replace("{id}", &account).replace("{mcp_id}", id).replace("{tool}", TOOL);
            let documented = &document["components"]["schemas"]["NewAccount"]["example"]["integration"];
            let path = path.replace("{slug}", documented.as_str().expect("a vendor"));
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            let answer = send(rest.request(method, &path).json(&example)).await;
            assert!(answer.status.is_success(), "{name}: {}", answer.text);
            tried.push(name.to_owned());
        }
    }
    tried.sort();
    let expected = [
        "AccountChange",
        "NewAccount",
        "NewApiToken",
        "NewServer",
        "Rotation",
        "ServerChange",
        "Trial",
        "Unsaved",
    ];
    assert_eq!(tried, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_refused_is_refused_in_the_documented_form() {
    let site = Engine::Sqlite.site().await.expect("SQLite is built in");
    let node = site.node().await;
    let rest = node.rest();
    let account = rest.account("artie", "http://127.0.0.1:9", "secret").await;
    let here = format!("/integrated-account/{account}");
    let text = |body: &str| rest.request(Method::POST, "/api-token").body(body.to_owned());
    let json = |body: &str| text(body).header("content-type", "application/json");
    let large = format!(r#"{{"name":"{}"}}"#, "x".repeat(300 << 10));
    for (status, request) in [
        (400, json("{")),
        (400, json(r#"{"name":1,"scope":"other","nonsense":true}"#)),
        (400, rest.request(Method::GET, "/integrated-account?limit=0&limit=1&page=2")),
        (401, rest.with_key("wrong").request(Method::GET, "/integration")),
        (404, rest.request(Method::GET, "/integration/nothing")),
        (404, rest.request(Method::GET, "/integrated-account/%00")),
        (404, rest.request(Method::GET, "/integrated-account/%ff")),
        (404, rest.request(Method::DELETE, &format!("{here}/mcp/nothing"))),
        (405, rest.request(Method::PUT, "/integrated-account")),
        (413, json(&large)),
        (415, text(r#"{"name":"x"}"#)),
    ] {
        let answer = send(request).await;
        assert_eq!(answer.headers["content-type"], "application/json", "{status}");
        assert_eq!(answer.headers["cache-control"], "no-store", "{status}");
        let body: Value = answer.body.clone();
        let error = answer.refused(status);
        assert_eq!(body.as_object().expect("an object").len(), 1, "{body}");
        let members: BTreeSet<&str> =
            error.as_object().expect("an object").keys().map(String::as_str).collect();
        assert!(members.is_subset(&BTreeSet::from(["code", "message", "details"])), "{error}");
    }
}
