//! What is kept of calls and secrets: nothing that was in them, wherever one looks.

use crate::scene::{DATABASES, SECRET, Scene, token, until};
use serde_json::json;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use toolpress_tests::engine::{ADMIN_KEY, Site};
use toolpress_tests::mcp::Mcp;
use toolpress_tests::on_both_engines;
use toolpress_tests::rest::Rest;
use toolpress_tests::upstream::{Reply, Upstream, answer};

on_both_engines!(
    row_148_nothing_of_a_call_is_kept,
    row_140_security_e3_e15_e20_no_secret_is_in_the_log_the_store_or_the_process,
);

/// All ways in which a secret could be written down.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let hex: String = secret.bytes().map(|byte| format!("{byte:02x}")).collect();
    let mut forms = vec![secret.as_bytes().to_vec(), hex.to_uppercase().into_bytes(), hex.into_bytes()];
    // The three ways in which base64 may cut it, without the ends that depend on what is around it.
    for skipped in 0..3 {
        let encoded = base64(&secret.as_bytes()[skipped..]);
        forms.push(encoded.as_bytes()[..encoded.len() - 4].to_vec());
    }
    forms.push(secret.bytes().rev().collect());
    forms
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digits = |chunk: &[u8]| {
        let number = chunk.iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        let digit = |place: usize| char::from(ALPHABET[(number >> (18 - 6 * place) & 63) as usize]);
        (0..=chunk.len()).map(digit).collect::<String>()
    };
    bytes.chunks(3).map(digits).collect()
}

fn assert_absent(what: &str, haystack: &[u8], secrets: &[&str]) {
    for secret in secrets {
        for form in forms(secret) {
            let found = memchr::memmem::find(haystack, &form);
            assert!(found.is_none(), "{what} holds {}", String::from_utf8_lossy(&form));
        }
    }
}

async fn row_148_nothing_of_a_call_is_kept(site: Site) {
    let scene = Scene::of(site.start().env("TOOLPRESS_LOG", "trace")).await;
    let (asked, told) = ("canary-in-the-arguments-a81f", "canary-in-the-answer-5c2e");
    let good =
        answer("200 OK", &["content-type: application/json"], &format!(r#"{{"data":{{"name":"{told}"}}}}"#));
    let bad = format!(r#"{{"summary":"no: {told}"}}"#);
    let bad = answer("422 Unprocessable Entity", &["content-type: application/json"], &bad);
    let vendor = Upstream::scripted(move |_, number| {
        Reply::Bytes(if number % 2 == 0 { good.clone() } else { bad.clone() })
    });
    let vendor = vendor.await;
    let account = scene.rest.account("sequin_stream", &vendor.base_url(), SECRET).await;
    let mcp = Mcp::of(&scene.rest.server(&account, json!({})).await);
    let get = "get_single_sequin_stream_postgres_database_by_id";
    assert!(mcp.done(get, json!({ "id": asked })).await.to_string().contains(told));
    assert!(mcp.failed(get, json!({ "id": asked })).await.contains(told));
    mcp.failed(get, json!({ "id": asked, asked: asked })).await;
    mcp.call(asked, json!({ "id": asked })).await.ok();
    let trial = format!("/integrated-account/{account}/tool/{get}");
    let tried = scene.rest.post(&trial, json!({ "arguments": { "id": asked } })).await;
    assert!(tried.ok().to_string().contains(told));
    let calls = format!("/integrated-account/{account}/call");
    until("the calls are written down", async || {
        scene.rest.get(&calls).await.ok()["result"].as_array().is_some_and(|calls| calls.len() == 4)
    })
    .await;
    let listed = scene.rest.get(&calls).await.text;
    let (output, log) = {
        let (_, output, log) = scene.node.stop().await;
        (output, log)
    };
    assert!(log.contains(get), "the log is not empty: {log}");
    let stored = site.bytes_at_rest().await;
    assert!(stored.windows(get.len()).any(|part| part == get.as_bytes()), "what is kept can be found");
    for (what, text) in [
        ("the list", listed.as_bytes()),
        ("the output", output.as_bytes()),
        ("the log", log.as_bytes()),
        ("the store", &stored),
    ] {
        assert_absent(what, text, &[asked, told]);
    }
}

async fn row_140_security_e3_e15_e20_no_secret_is_in_the_log_the_store_or_the_process(site: Site) {
    // The key in a file, since whoever puts it into the environment has put it there.
    let key_file = site.folder().join("admin-key");
    fs::write(&key_file, ADMIN_KEY).expect("written");
    fs::set_permissions(&key_file, fs::Permissions::from_mode(0o600)).expect("its mode");
    let path = key_file.to_str().expect("a path");
    let start =
        site.start().without_admin_key().flags(&["--admin-key-file", path]).env("TOOLPRESS_LOG", "trace");
    let node = start.run().await;
    fs::remove_file(&key_file).expect("removed");
    let rest = Rest::new(&node.address, Some(ADMIN_KEY));
    let vendor = Upstream::scripted(|seen, _| {
        // A vendor that repeats what it was sent.
        let fields = ["content-type: application/json"];
        let repeated = json!({ "summary": seen.head }).to_string();
        Reply::Bytes(answer("401 Unauthorized", &fields, &repeated))
    })
    .await;
    let account = rest.account("sequin_stream", &vendor.base_url(), SECRET).await;
    let server = rest.server(&account, json!({ "config": { "require_api_token_auth": true } })).await;
    let second = rest.post("/api-token", json!({ "name": "n" })).await.created();
    let (first, second) = (token(&server).to_owned(), token(&second).to_owned());
    let mcp = Mcp::of(&server).bearer(&second);
    let mut told = mcp.failed(DATABASES, json!({})).await;
    told.push_str(&Mcp::of(&server).call(DATABASES, json!({})).await.text);
    told.push_str(&Mcp::of(&server).bearer(&first).call(DATABASES, json!({})).await.text);
    told.push_str(&rest.with_key(&second).get("/integrated-account").await.text);
    told.push_str(&rest.with_key(&first).get("/integrated-account").await.text);
    told.push_str(&rest.post(&format!("/integrated-account/{account}/check"), json!({})).await.text);
    told.push_str(&rest.get(&format!("/mcp/{first}")).await.text);
    told.push_str(&rest.get(&format!("/integrated-account/{account}?token={first}")).await.text);
    assert_eq!(vendor.count(), 2);
    let secrets = [SECRET, ADMIN_KEY, &*first, &*second];
    let id = node.id();
    for file in ["cmdline", "environ"] {
        let content = fs::read(format!("/proc/{id}/{file}")).unwrap_or_default();
        assert_absent(file, &content, &secrets);
    }
    let (_, output, log) = node.stop().await;
    assert!(log.contains(DATABASES), "the log is not empty: {log}");
    let stored = site.bytes_at_rest().await;
    for (what, text) in [
        ("an answer", told.as_bytes()),
        ("the output", output.as_bytes()),
        ("the log", log.as_bytes()),
        ("the store", &stored),
    ] {
        assert_absent(what, text, &secrets);
    }
}
