//! Who may speak to a node at all: hosts, origins, the first run; and what answers tell a browser.

use crate::scene::{DATABASES, Scene, token};
use reqwest::Method;
use serde_json::json;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use toolpress_tests::engine::{ADMIN_KEY, Site};
use toolpress_tests::mcp::Mcp;
use toolpress_tests::on_both_engines;
use toolpress_tests::rest::{Rest, send};
use toolpress_tests::serving::Node;

on_both_engines!(
    security_f1_f4_pages_of_other_origins_are_turned_away,
    security_f2_f3_only_names_that_are_ours_are_served,
    security_f8_the_first_run_makes_a_random_key_and_shows_it_once,
    security_f8_beyond_this_machine_nothing_listens_without_a_public_name,
    security_e21_addresses_with_a_token_leak_nowhere,
);

async fn security_f1_f4_pages_of_other_origins_are_turned_away(site: Site) {
    let scene = Scene::of(site.start().flags(&["--allow-origin", "https://app.example.com"])).await;
    let server = scene.server(json!({})).await;
    let mcp_path = format!("/mcp/{}", token(&server));
    let paths =
        ["/integrated-account", "/session", "/openapi.json", "/readyz", "/healthz", &mcp_path, "/mcp"];
    for origin in [
        "https://evil.example",
        "null",
        "http://127.0.0.1.evil.example",
        "file://",
        "https://app.example.com.evil",
    ] {
        for path in paths {
            for method in [Method::GET, Method::POST, Method::OPTIONS, Method::DELETE] {
                let request = scene.rest.request(method.clone(), path).header("origin", origin);
                let request = request.header("access-control-request-method", "POST").json(&json!({}));
                let answer = send(request).await;
                assert_eq!(answer.status, 403, "{method} {path} from {origin}");
                assert!(!answer.headers.contains_key("access-control-allow-origin"));
                assert!(!answer.headers.contains_key("access-control-allow-credentials"));
            }
        }
    }
    assert_eq!(Mcp::of(&server).header("origin", "https://evil.example").status().await, 403);
    assert_eq!(scene.vendor.count(), 0);
    // Without an Origin, from this machine, and from the one that was allowed.
    Mcp::of(&server).done(DATABASES, json!({})).await;
    Mcp::of(&server).header("origin", &scene.node.address).done(DATABASES, json!({})).await;
    let allowed = Mcp::of(&server).header("origin", "https://app.example.com");
    let allowed = allowed.call(DATABASES, json!({})).await;
    assert_eq!(allowed.headers["access-control-allow-origin"], "https://app.example.com");
    assert!(!allowed.headers.contains_key("access-control-allow-credentials"));
    allowed.ok();
}

/// Sends bytes as they are; all that comes back.
async fn raw(node: &Node, request: String) -> String {
    let address = node.address.trim_start_matches("http://").to_owned();
    let exchange = move || {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(toolpress_tests::PATIENCE))?;
        stream.write_all(request.as_bytes())?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        std::io::Result::Ok(String::from_utf8_lossy(&answer).into_owned())
    };
    tokio::task::spawn_blocking(exchange).await.expect("a thread").expect("an answer")
}

async fn security_f2_f3_only_names_that_are_ours_are_served(site: Site) {
    let scene = Scene::of(site.start().public_url("http://tools.example.com")).await;
    let authorization = format!("authorization: Bearer {ADMIN_KEY}\r\nconnection: close\r\n");
    let get = async |target: &str, hosts: &str| {
        raw(&scene.node, format!("GET {target} HTTP/1.1\r\n{hosts}{authorization}\r\n")).await
    };
    for hosts in [
        "host: evil.example\r\n",
        "host: 10.0.0.1\r\n",
        "host: tools.example.com.evil.example\r\n",
        "host: evil.example\r\nx-forwarded-host: tools.example.com\r\n",
        "host: \r\n",
    ] {
        let told = get("/integrated-account", hosts).await;
        let status = told.split(' ').nth(1).unwrap_or_default();
        assert!(["403", "400"].contains(&status) && !told.contains(&scene.account), "{hosts:?}: {told}");
    }
    for (target, hosts) in [
        ("/integrated-account", "host: localhost\r\nhost: evil.example\r\n"),
        ("/integrated-account", "host: evil.example\r\nhost: localhost\r\n"),
        ("http://evil.example/integrated-account", "host: localhost\r\n"),
        ("http://localhost/integrated-account", "host: evil.example\r\n"),
    ] {
        let told = get(target, hosts).await;
        assert!(
            told.starts_with("HTTP/1.1 4") && !told.contains(&scene.account),
            "{target} {hosts:?}: {told}"
        );
    }
    for host in ["localhost", "127.0.0.1:1", "tools.example.com", "[::1]:80", "TOOLS.example.com"] {
        let told = get("/integrated-account", &format!("host: {host}\r\n")).await;
        assert!(told.starts_with("HTTP/1.1 200") && told.contains(&scene.account), "{host}: {told}");
    }
    // Addresses that are handed out are of the configured name, whatever a client says.
    let request = scene.rest.request(Method::POST, &scene.servers()).json(&json!({}));
    let request = request.header("x-forwarded-host", "evil.example").header("x-forwarded-proto", "https");
    let made = send(request.header("forwarded", "host=evil.example;proto=https")).await.created();
    assert_eq!(made["url"], format!("http://tools.example.com/mcp/{}", token(&made)));
}

async fn security_f8_the_first_run_makes_a_random_key_and_shows_it_once(site: Site) {
    let node = site.start().without_admin_key().run().await;
    let line = node.output.line("Admin key").await.expect("a key");
    let key = line.split_whitespace().find(|word| word.starts_with("tpa_")).expect("a key").to_owned();
    assert!(key.len() > 45, "{line}");
    let rest = Rest::new(&node.address, Some(&key));
    assert_eq!(rest.get("/integrated-account").await.status, 200);
    for guess in ["admin", "toolpress", "changeme", "", "tpa_"] {
        assert_eq!(rest.with_key(guess).get("/integrated-account").await.status, 401, "{guess}");
    }
    let (_, output, log) = node.stop().await;
    assert_eq!(output.matches(&key).count(), 1, "shown once");
    assert!(!log.contains(&key));

    let again = site.start().without_admin_key().run().await;
    let rest = Rest::new(&again.address, Some(&key));
    assert_eq!(rest.get("/integrated-account").await.status, 200);
    let (_, output, log) = again.stop().await;
    assert!(!output.contains("tpa_") && !log.contains("tpa_"), "{output}{log}");
    let stored = site.bytes_at_rest().await;
    assert!(!stored.windows(key.len()).any(|part| part == key.as_bytes()));

    // A key from outside takes its place while it is given.
    let node = site.node().await;
    assert_eq!(node.rest().get("/integrated-account").await.status, 200);
    assert_eq!(Rest::new(&node.address, Some(&key)).get("/integrated-account").await.status, 401);
    let (code, _, log) = site.start().env("TOOLPRESS_ADMIN_KEY", "short").fail().await;
    assert!(code == Some(2) && log.contains("too short") && !log.contains("\"short\""), "{log}");
}

async fn security_f8_beyond_this_machine_nothing_listens_without_a_public_name(site: Site) {
    for address in ["0.0.0.0:0", "[::]:0"] {
        let mut start = site.start();
        let mut command = std::process::Command::new(start.command().get_program());
        command.env_clear().env("TOOLPRESS_ADMIN_KEY", ADMIN_KEY).current_dir(site.folder());
        command.args(["serve", "--listen", address, "--database", &site.database, "--key-file"]);
        command.arg(site.key_file());
        let (code, output, log) = toolpress_tests::serving::Start::of(command, None).fail().await;
        // A machine without IPv6 cannot even try.
        let wanted =
            log.contains("--public-url") || (address.starts_with('[') && log.contains("cannot listen"));
        assert!(code.is_some_and(|code| code != 0) && wanted, "{output}{log}");
        assert!(!output.contains("listens"), "{output}");
    }
    let help = toolpress_tests::program::bare(&["serve", "--help"]).output().expect("a process");
    assert!(String::from_utf8_lossy(&help.stdout).contains("[default: 127.0.0.1:8484]"));
}

async fn security_e21_addresses_with_a_token_leak_nowhere(site: Site) {
    let scene = Scene::new(&site).await;
    let server = scene.server(json!({})).await;
    let url = server["url"].as_str().expect("a URL");
    let answers = [
        Mcp::of(&server).call(DATABASES, json!({})).await,
        Mcp::new(format!("{url}x")).call(DATABASES, json!({})).await,
        Rest::new(url, None).get("").await,
        scene.rest.get(&scene.servers()).await,
        scene.rest.get("/nothing").await,
        scene.rest.without_key().get("/integrated-account").await,
    ];
    for answer in answers {
        assert_eq!(answer.headers["referrer-policy"], "no-referrer");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert!(!answer.text.contains(token(&server)), "{}", answer.text);
        if answer.status != 404 || answer.text.contains("jsonrpc") {
            let told = answer.headers.get("cache-control").map(|value| value.to_str().expect("a text"));
            assert!(answer.status == 405 || told == Some("no-store"), "{told:?}: {}", answer.text);
        }
    }
}
