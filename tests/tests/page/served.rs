//! The files of the page: how they are sent, and what they hold.

use crate::Scene;
use reqwest::Method;
use std::collections::BTreeSet;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use toolpress_tests::rest::{Answer, send};

/// Addresses that a file names in attributes, imports and styles.
fn named(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for opening in ["href=\"", "src=\"", "from \"./", "src: \"", "url("] {
        for rest in text.split(opening).skip(1) {
            let address = rest.split(['"', ')']).next().unwrap_or_default();
            if opening == "from \"./" {
                found.insert(format!("page/{address}"));
            } else {
                found.insert(address.to_owned());
            }
        }
    }
    found.retain(|address| !address.starts_with('#'));
    found
}

/// Every file of the page, by following what each names.
async fn files(scene: &Scene) -> Vec<(String, Answer)> {
    let (mut waiting, mut seen) = (vec![String::new()], BTreeSet::from([String::new()]));
    let mut files = Vec::new();
    while let Some(address) = waiting.pop() {
        let answer = scene.browser.get(&format!("/{address}")).await;
        assert_eq!(answer.status, 200, "/{address}");
        waiting.extend(named(&answer.text).into_iter().filter(|next| seen.insert(next.clone())));
        files.push((address, answer));
    }
    files
}

fn field<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

#[tokio::test]
async fn every_file_that_the_page_names_is_served_with_its_type() {
    let scene = Scene::new(&[]).await;
    let files = files(&scene).await;
    assert!(files.len() > 10, "{} files", files.len());
    for (address, answer) in &files {
        let kind = match address.rsplit_once('.').map(|(_, ending)| ending) {
            None => "text/html; charset=utf-8",
            Some("js") => "text/javascript; charset=utf-8",
            Some("css") => "text/css; charset=utf-8",
            Some("svg") => "image/svg+xml",
            other => panic!("{address} has the ending {other:?}"),
        };
        assert_eq!(field(answer, "content-type"), kind, "{address}");
        assert_eq!(field(answer, "cache-control"), "no-cache", "{address}");
    }
}

#[tokio::test]
async fn a_file_that_the_browser_has_is_not_sent_again() {
    let scene = Scene::new(&[]).await;
    for (address, answer) in files(&scene).await {
        let tag = field(&answer, "etag").to_owned();
        assert!(tag.starts_with("W/\""), "{address}: {tag}");
        for known in [tag.clone(), format!("\"other\", {}", tag.trim_start_matches("W/")), "*".to_owned()] {
            let request = scene.browser.request(Method::GET, &format!("/{address}"));
            let again = send(request.header("if-none-match", &known)).await;
            assert_eq!((again.status.as_u16(), again.text.as_str()), (304, ""), "{address} {known}");
            assert_eq!(field(&again, "etag"), tag);
        }
        let request = scene.browser.request(Method::GET, &format!("/{address}"));
        assert_eq!(send(request.header("if-none-match", "W/\"other\"")).await.status, 200);
    }
}

#[tokio::test]
async fn the_page_names_no_vendor() {
    let scene = Scene::new(&[]).await;
    let vendors = scene.node.rest().get("/integration").await.ok();
    for (address, answer) in files(&scene).await {
        let text = answer.text.to_lowercase();
        for vendor in vendors["result"].as_array().expect("vendors") {
            for name in ["slug", "label"] {
                let name = vendor[name].as_str().expect("a name").to_lowercase();
                // As a word: a short name may stand inside another.
                let words = text.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ' ');
                assert!(!words.into_iter().any(|word| word == name), "{address} names {name}");
            }
        }
    }
}

#[tokio::test]
async fn security_f6_the_policy_lets_nothing_in_and_the_page_needs_nothing() {
    let scene = Scene::new(&[]).await;
    for (address, answer) in files(&scene).await {
        let policy = field(&answer, "content-security-policy");
        for rule in [
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "connect-src 'self'",
            "img-src 'self'",
            "form-action 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        ] {
            assert!(policy.split("; ").any(|given| given == rule), "{address}: {rule} is not in {policy}");
        }
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
        let text = &answer.text;
        for unwanted in [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
            "style=\"",
            "<style",
            "javascript:",
        ] {
            assert!(!text.contains(unwanted), "{address} holds {unwanted}");
        }
        let mut handlers = text.split('<').filter_map(|tag| tag.split_once('>')).map(|(tag, _)| tag);
        assert!(
            !address.is_empty() || !handlers.any(|tag| tag.contains(" on")),
            "{address} has inline handlers"
        );
        assert!(!named(text).iter().any(|one| one.contains("//")), "{address} names another host");
    }
}

#[tokio::test]
async fn security_f6_hostile_names_come_back_as_json_and_nothing_else() {
    let scene = Scene::new(&[]).await;
    let rest = scene.node.rest();
    for name in [
        "<img src=x onerror=alert(1)>",
        "</script><script>alert(1)</script>",
        "{{7*7}}",
        "\"'><svg onload=alert(1)>",
    ] {
        let answer = rest.post("/api-token", serde_json::json!({ "name": name })).await;
        assert_eq!(field(&answer, "content-type"), "application/json");
        assert_eq!(field(&answer, "x-content-type-options"), "nosniff");
        assert_eq!(answer.created()["name"], name);
    }
    let account = serde_json::json!({ "integration": "sequin_stream", "name": "a", "credentials": { "api_token": "x" },
        "base_url": "javascript:alert(1)" });
    let error = rest.post("/integrated-account", account).await.refused(400);
    assert_eq!(error["details"][0]["field"], "base_url");
}

#[tokio::test]
async fn security_f7_nothing_is_framed_or_guessed() {
    let scene = Scene::new(&[]).await;
    for path in ["/", "/page/app.js", "/page/style.css", "/page/none.js"] {
        let answer = scene.browser.get(path).await;
        assert_eq!(field(&answer, "x-content-type-options"), "nosniff", "{path}");
        assert_eq!(field(&answer, "x-frame-options"), "DENY", "{path}");
        assert_eq!(field(&answer, "referrer-policy"), "no-referrer", "{path}");
        assert!(field(&answer, "content-security-policy").contains("frame-ancestors 'none'"), "{path}");
    }
    let answer = scene.browser.get("/session").await;
    assert_eq!(field(&answer, "x-content-type-options"), "nosniff");
}

/// The status of a request whose path is sent as it stands.
async fn status_of(scene: &Scene, path: &str) -> u16 {
    let host = scene.node.address.trim_start_matches("http://");
    let mut connection = TcpStream::connect(host).await.expect("a connection");
    let request = format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n");
    connection.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.expect("an answer");
    assert!(!answer.contains("root:"), "{path}");
    answer.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status")
}

#[tokio::test]
async fn security_f10_no_path_leads_out_of_the_page() {
    let scene = Scene::new(&[]).await;
    assert_eq!(status_of(&scene, "/page/app.js").await, 200);
    for path in [
        "/page/..%2f..%2fetc/passwd",
        "/page/..%2f..%2f..%2fetc%2fpasswd",
        "/page/../../../../etc/passwd",
        "/page/%2e%2e/%2e%2e/etc/passwd",
        "/page/..%5c..%5cetc%5cpasswd",
        "/page//etc/passwd",
        "/page/%2fetc%2fpasswd",
        "/page/..%2findex.html",
        "/page/./app.js",
        "/page/x/../app.js",
        "/page/app.js%00.html",
        "/page/app.js/",
        "/page/",
        "/page",
        "/page/mod.rs",
        "/page/APP.JS",
        "/admin/..%2f..%2fetc/passwd",
        "//page/app.js",
    ] {
        assert_eq!(status_of(&scene, path).await, 404, "{path}");
    }
}
