//! No secret in anything that a node tells: logs at their loudest, metrics, refusals, its own command line.

use crate::{TOOL, arguments};
use reqwest::Method;
use serde_json::{Value, json};
use std::fmt::Write as _;
use toolpress_tests::engine::{ADMIN_KEY, Site};
use toolpress_tests::mcp::Mcp;
use toolpress_tests::rest::send;
use toolpress_tests::upstream::{Reply, Upstream, answer};

const CREDENTIAL: &str = "canary/credential+of=the vendor?7f3a";

/// The forms in which a secret could come out.
fn forms(secret: &str) -> Vec<String> {
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
    let hex = |bytes: &[u8]| {
        bytes.iter().fold(String::new(), |mut text, byte| {
            write!(text, "{byte:02x}").expect("text");
            text
        })
    };
    let digest = <sha2::Sha256 as sha2::Digest>::digest(secret);
    let decimals = |bytes: &[u8]| bytes.iter().map(u8::to_string).collect::<Vec<_>>().join(", ");
    let url: String =
        reqwest::Url::parse_with_params("x:", [("x", secret)]).expect("a URL").query().expect("a query")[2..]
            .to_owned();
    vec![
        secret.to_owned(),
        url.clone(),
        url.replace('+', "%20"),
        STANDARD_NO_PAD.encode(secret),
        URL_SAFE_NO_PAD.encode(secret),
        hex(secret.as_bytes()),
        hex(&digest),
        hex(&digest).to_uppercase(),
        STANDARD_NO_PAD.encode(digest),
        URL_SAFE_NO_PAD.encode(digest),
        decimals(&digest),
        decimals(secret.as_bytes()),
    ]
}

fn assert_private(place: &str, text: &str, secrets: &[String]) {
    assert!(!text.is_empty(), "{place} is empty");
    for secret in secrets {
        for form in forms(secret) {
            assert!(!text.contains(&form), "{place} holds {secret} as {form}");
        }
    }
}

toolpress_tests::on_both_engines!(security_e20_e22_no_secret_leaves_a_node_that_tells_everything);

#[expect(clippy::too_many_lines, reason = "one walk past everything that could tell a secret")]
async fn security_e20_e22_no_secret_leaves_a_node_that_tells_everything(site: Site) {
    for format in ["text", "json"] {
        // A vendor that throws back what it was given.
        let vendor = Upstream::scripted(|seen, number| {
            let json: &[&str] = &["content-type: application/json"];
            let told = json!({ "summary": format!("you said {} {}", seen.head, seen.body) }).to_string();
            Reply::Bytes(answer(if number % 2 == 0 { "200 OK" } else { "401 Unauthorized" }, json, &told))
        })
        .await;
        let node = site
            .start()
            .flags(&["--log", "trace", "--log-format", format, "--metrics-listen", "0"])
            .run()
            .await;
        let rest = node.rest();
        let mut told = String::new();
        let mut tell = |answer: &toolpress_tests::rest::Answer| {
            told.push_str(&answer.text);
            for (name, value) in &answer.headers {
                write!(told, "\n{name}: {}", String::from_utf8_lossy(value.as_bytes())).expect("text");
            }
        };

        let body = json!({ "integration": "sequin_stream", "name": "a", "base_url": vendor.base_url(),
            "credentials": { "api_token": CREDENTIAL } });
        let created = rest.post("/integrated-account", body.clone()).await;
        tell(&created);
        let account = created.created()["id"].as_str().expect("an id").to_owned();
        let here = format!("/integrated-account/{account}");
        let server = rest.server(&account, json!({})).await;
        let rotated = rest
            .post(&format!("{here}/mcp/{}/rotate", server["id"].as_str().expect("an id")), json!({}))
            .await
            .ok();
        let guarded = rest.server(&account, json!({ "config": { "require_api_token_auth": true } })).await;
        let scoped = rest.post("/api-token", json!({ "name": "m" })).await.created();
        let admin = rest.post("/api-token", json!({ "name": "a", "scope": "admin" })).await.created();
        let text = |value: &Value| value["token"].as_str().expect("a token").to_owned();
        let page = rest.without_key().post("/session", json!({ "admin_key": ADMIN_KEY })).await;
        let cookie = page.headers["set-cookie"]
            .to_str()
            .expect("text")
            .split(';')
            .next()
            .expect("a cookie")
            .to_owned();
        let session = cookie.split_once('=').expect("a value").1.to_owned();
        let csrf = page.ok()["csrf_token"].as_str().expect("a token").to_owned();

        for _ in 0..2 {
            tell(&Mcp::of(&server).call(TOOL, arguments()).await);
            tell(&Mcp::of(&rotated).call(TOOL, arguments()).await);
            tell(&Mcp::of(&guarded).bearer(&text(&scoped)).call(TOOL, arguments()).await);
            tell(
                &Mcp::new(format!("{}/mcp", node.address))
                    .bearer(&text(&server))
                    .call(TOOL, arguments())
                    .await,
            );
            tell(&rest.post(&format!("{here}/tool/{TOOL}"), json!({ "arguments": arguments() })).await);
            tell(&rest.post(&format!("{here}/check"), json!({})).await);
        }
        // Every route, with every key, in the right place and in wrong ones.
        let document = rest.get("/openapi.json").await.ok();
        let operations = document["paths"].as_object().expect("paths").iter();
        let operations: Vec<_> = operations
            .flat_map(|(path, operations)| {
                operations.as_object().expect("operations").keys().map(move |method| (method, path))
            })
            .collect();
        for key in [text(&scoped), text(&admin), text(&server), session.clone(), format!("{ADMIN_KEY}x")] {
            for (method, path) in &operations {
                let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
                if method == Method::DELETE {
                    continue;
                }
                for id in [account.as_str(), key.as_str(), "%zz"] {
                    let path = path
                        .replace("{id}", id)
                        .replace("{mcp_id}", id)
                        .replace("{slug}", id)
                        .replace("{tool}", TOOL);
                    // Odd members are named in the refusal; values must not be repeated, whatever they are.
                    let body = json!({ "name": { "secret": CREDENTIAL }, "credentials": { "api_token": [CREDENTIAL] }, "admin_key": [ADMIN_KEY] });
                    tell(&send(rest.with_key(&key).request(method.clone(), &path).json(&body)).await);
                    let request = rest.without_key().request(method.clone(), &path).header("cookie", &cookie);
                    tell(&send(request.json(&body)).await);
                }
            }
        }
        let broken =
            rest.request(Method::POST, "/integrated-account").header("content-type", "application/json");
        tell(&send(broken.body(format!("{body}{CREDENTIAL}"))).await);
        tell(&rest.post("/integrated-account", json!({ "integration": "sequin_stream", "name": "a", "base_url": format!("http://u:{ADMIN_KEY}@127.0.0.1/"), "credentials": { "api_token": format!("{CREDENTIAL}\n") } })).await);
        // As another tenant would look around.
        for path in
            ["/integrated-account", "/api-token", "/session", "/metrics", "/openapi.json", here.as_str()]
        {
            tell(&rest.with_key(&text(&admin)).get(path).await);
        }
        let metrics = crate::health::watched(&node).await.get("/metrics").await.text;
        let command_line = std::fs::read(format!("/proc/{}/cmdline", node.id())).expect("a command line");

        let secrets = [
            ADMIN_KEY.to_owned(),
            CREDENTIAL.to_owned(),
            text(&server),
            text(&rotated),
            text(&guarded),
            text(&scoped),
            text(&admin),
            session,
            csrf,
        ];
        // `created` answers are where tokens are told; those are not among the answers that are looked at. The
        // page's own answer holds its token, on purpose.
        assert_private("metrics", &metrics, &secrets);
        assert_private("the command line", &String::from_utf8_lossy(&command_line), &secrets);
        // A session that is shown tells its own token to its own page.
        let told = told.replace(&secrets[8], "");
        assert_private("an answer", &told, &secrets[..8]);
        let (_, output, log) = node.stop().await;
        assert!(log.contains("TRACE"), "it tells everything");
        assert_private("the output", &output, &secrets);
        assert_private("the log", &log, &secrets);
    }
}
