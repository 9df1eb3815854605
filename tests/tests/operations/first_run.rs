//! What nobody has set up yet is closed.

use reqwest::Method;
use toolpress_tests::engine::{Engine, Site};
use toolpress_tests::program::bare;
use toolpress_tests::rest::{Rest, send};

toolpress_tests::on_both_engines!(security_f8_the_first_key_is_random_and_shown_once);

async fn security_f8_the_first_key_is_random_and_shown_once(site: Site) {
    let first = site.start().without_admin_key().run().await;
    let line = first.output.line("Admin key").await.expect("the key");
    let key = line.split_whitespace().nth(2).expect("a key").to_owned();
    assert!(key.starts_with("tpa_") && key.len() == 53, "{key}");
    assert!(first.address.starts_with("http://127.0.0.1:"), "{}", first.address);
    let open = Rest::new(&first.address, None);
    let document = open.with_key(&key).get("/openapi.json").await.ok();
    let mut closed = 0;
    for (path, operations) in document["paths"].as_object().expect("paths") {
        for (method, operation) in operations.as_object().expect("operations") {
            if operation["security"] == serde_json::json!([{}]) {
                continue;
            }
            let method = Method::from_bytes(method.to_uppercase().as_bytes()).expect("a method");
            let answer =
                send(open.request(method.clone(), path).header("content-type", "application/json")).await;
            assert_eq!(answer.headers["www-authenticate"], "Bearer", "{method} {path}");
            answer.refused(401);
            closed += 1;
        }
    }
    assert!(closed >= 20, "{closed}");
    let (status, output, log) = first.stop().await;
    assert!(status.success());
    assert_eq!(output.matches(&key).count(), 1);
    assert!(!log.contains(&key) && log.contains("admin-key.create"), "{log}");

    let second = site.start().without_admin_key().run().await;
    Rest::new(&second.address, Some(&key)).get("/integration").await.ok();
    let (_, output, _) = second.stop().await;
    assert!(!output.contains("tpa_"), "{output}");
}

#[tokio::test]
async fn security_f8_beyond_this_machine_a_public_address_must_be_named() {
    let site = Engine::Sqlite.site().await.expect("SQLite is built in");
    for address in ["0.0.0.0:0", "[::]:0"] {
        let mut command = bare(&["serve", "--listen", address, "--database"]);
        command.arg(&site.database).current_dir(site.folder());
        let (code, output, log) = crate::told(&command.output().expect("a process"));
        assert_eq!((code, output.as_str()), (Some(2), ""), "{log}");
        assert!(log.contains("--public-url"), "{log}");
    }
    assert_eq!(std::fs::read_dir(site.folder()).expect("a folder").count(), 0, "nothing was made");
    let open = site.start().without_admin_key();
    let open = open.flags(&["--public-url", "https://tools.example.com"]).run().await;
    assert_eq!(open.address, "https://tools.example.com");
    assert!(open.output.line("Admin key").await.is_some(), "there is no key that others know");
}
