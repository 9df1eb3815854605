//! `account`, `server` and `api-token` against a control plane that is written down here.

use crate::{finish, program};
use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};
use std::io::Write as _;
use std::process::Stdio;
use std::sync::{Arc, Mutex};

const KEY: &str = "tpa_key-of-the-test";

type Log = Arc<Mutex<Vec<(String, Value)>>>;

pub(crate) fn all() {
    let plane = Plane::start();
    lists_follow_their_cursor(&plane);
    what_is_wrong_is_told_by_exit_code_and_field(&plane);
    credentials_never_stand_among_the_arguments(&plane);
    servers_are_made_changed_and_rotated(&plane);
    names_will_do_where_they_are_the_only_ones(&plane);
    tokens_are_shown_once(&plane);
    a_server_that_is_not_there_is_told_of();
}

struct Plane {
    url: String,
    log: Log,
}

impl Plane {
    fn start() -> Self {
        let (send, receive) = std::sync::mpsc::channel();
        let log = Log::default();
        let kept = Arc::clone(&log);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            runtime.expect("a runtime").block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
                let address = listener.local_addr().expect("an address");
                send.send(format!("http://{address}/base")).expect("a reader");
                axum::serve(listener, Router::new().fallback(answer).with_state(kept))
                    .await
                    .expect("serving");
            });
        });
        Self { url: receive.recv().expect("an address"), log }
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        self.run_with(arguments, &[], None)
    }

    fn run_with(
        &self,
        arguments: &[&str],
        env: &[(&str, &str)],
        input: Option<&str>,
    ) -> (i32, String, String) {
        self.log.lock().expect("a log").clear();
        let mut command = program(arguments);
        command.env("TOOLPRESS_SERVER", &self.url).env("TOOLPRESS_ADMIN_KEY", KEY).envs(env.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("a process");
        let mut pipe = child.stdin.take().expect("its input");
        let _ = pipe.write_all(input.unwrap_or_default().as_bytes());
        drop(pipe);
        let told = finish(child.wait_with_output().expect("an end"));
        assert!(!told.1.contains(KEY) && !told.2.contains(KEY), "{told:?}");
        told
    }

    /// Requests of the last run, and their bodies.
    fn asked(&self) -> Vec<(String, Value)> {
        self.log.lock().expect("a log").clone()
    }

    fn last(&self) -> (String, Value) {
        self.asked().pop().expect("a request")
    }
}

async fn answer(State(log): State<Log>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let body = to_bytes(body, 1 << 20).await.expect("a body");
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    let target = head.uri.path_and_query().expect("a path").as_str().to_owned();
    let asked = format!("{} {}", head.method, target.strip_prefix("/base").expect("below the base"));
    log.lock().expect("a log").push((asked.clone(), body.clone()));
    let key = head.headers.get("authorization").and_then(|key| key.to_str().ok());
    if key != Some(&format!("Bearer {KEY}")) {
        return refuse(401, &json!({ "code": "unauthenticated", "message": "The key is not known." }));
    }
    let account = |id: &str, name: &str| json!({ "id": id, "name": name, "integration": "acme", "ready": true, "created_at": "2026-11-20T10:00:00.123Z", "credentials": [{ "name": "api_token", "secret": true, "set": true }] });
    let server = |id: &str, account: &str, name: &str| json!({ "id": id, "name": name, "integrated_account_id": account, "integration": "acme", "tools": 4, "token_hint": "tp_…abcd", "config": {} });
    let page = |records: Value, next: Value| Some(json!({ "result": records, "next_cursor": next }));
    let found = match asked.as_str() {
        "GET /integration" => page(
            json!([{ "slug": "acme", "credentials": [
            { "name": "user", "help": "Your name.", "secret": false, "required": false },
            { "name": "api_token", "help": "Ask Acme.", "secret": true, "required": true },
        ] }]),
            Value::Null,
        ),
        "GET /integrated-account?limit=1000" => page(json!([account("a1", "prod")]), json!("2 /&")),
        "GET /integrated-account?limit=1000&next_cursor=2+%2F%26" => {
            page(json!([account("a2", "test\u{1b}[2J"), account("a3", "test")]), Value::Null)
        }
        "GET /integrated-account/a1/mcp?limit=1000" => {
            page(json!([server("s1", "a1", "reader"), server("s2", "a1", "both")]), Value::Null)
        }
        "GET /integrated-account/a2/mcp?limit=1000" => page(json!([]), Value::Null),
        "GET /integrated-account/a3/mcp?limit=1000" => page(json!([server("s3", "a3", "both")]), Value::Null),
        "GET /api-token?limit=1000" => {
            page(json!([{ "id": "t1", "name": "ci", "scope": "admin" }]), Value::Null)
        }
        "POST /integrated-account" if body["credentials"]["api_token"] == "wrong" => {
            let details = json!([{ "field": "base_url", "problem": "is not allowed", "valid": ["x", "y"], "did_you_mean": "x" }]);
            return refuse(
                400,
                &json!({ "code": "invalid_request", "message": "A field is wrong.", "details": details }),
            );
        }
        "POST /integrated-account" => Some(account("a4", body["name"].as_str().expect("a name"))),
        "PATCH /integrated-account/a1" => Some(account("a1", "prod")),
        "POST /integrated-account/a1/check" => {
            Some(json!({ "ok": false, "tool": "list_x", "message": "401 Unauthorized", "duration_ms": 12 }))
        }
        "POST /integrated-account/a1/mcp" | "POST /integrated-account/a1/mcp/s1/rotate" => {
            let mut made = server("s4", "a1", "new");
            made["url"] = "http://h/mcp/tp_new".into();
            made["old_token_valid_until"] = "2026-11-20T11:00:00.000Z".into();
            Some(made)
        }
        "PATCH /integrated-account/a1/mcp/s1" => Some(server("s1", "a1", "reader")),
        "POST /api-token" => {
            Some(json!({ "id": "t2", "name": body["name"], "scope": body["scope"], "token": "tpk_new" }))
        }
        _ if head.method == "DELETE" => return StatusCode::NO_CONTENT.into_response(),
        _ => None,
    };
    match found {
        Some(found) => axum::Json(found).into_response(),
        None => refuse(404, &json!({ "code": "not_found", "message": "There is nothing here." })),
    }
}

fn refuse(status: u16, error: &Value) -> Response {
    (StatusCode::from_u16(status).expect("a status"), axum::Json(json!({ "error": error }))).into_response()
}

fn lists_follow_their_cursor(plane: &Plane) {
    let (code, out, err) = plane.run(&["account", "list", "--json"]);
    let list: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, err.as_str(), list["result"].as_array().map(Vec::len)), (0, "", Some(3)));
    let (_, out, _) = plane.run(&["account", "list"]);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 4, "{out}");
    assert!(lines[1].starts_with("a1  prod") && lines[1].ends_with("2026-11-20T10:00:00Z"), "{out}");
    assert!(!out.contains('\u{1b}'), "{out:?}");
    let (_, out, _) = plane.run(&["server", "list"]);
    assert_eq!(out.lines().count(), 4, "{out}");
    let (_, out, _) = plane.run(&["server", "list", "--account", "prod", "--json"]);
    assert!(out.contains("s1") && !out.contains("s3"), "{out}");
}

fn what_is_wrong_is_told_by_exit_code_and_field(plane: &Plane) {
    let create = ["account", "create", "acme"];
    let (code, out, err) = plane.run_with(&create, &[("ACME_API_TOKEN", "wrong")], None);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(
        err.contains("A field is wrong.\n  base_url: is not allowed; did you mean `x`? Valid: x, y"),
        "{err}"
    );
    let (code, _, err) = plane.run_with(&["account", "list"], &[("TOOLPRESS_ADMIN_KEY", "other")], None);
    assert!(code == 1 && err.contains("The key is not known.") && err.contains("--admin-key-file"), "{err}");
    let (code, _, err) = plane.run_with(&["account", "list"], &[("TOOLPRESS_ADMIN_KEY", "")], None);
    assert!(code == 2 && err.contains("set TOOLPRESS_ADMIN_KEY"), "{err}");
    let (code, _, err) = plane.run(&["account", "update", "prod"]);
    assert!(code == 2 && err.contains("nothing to change"), "{err}");
    let (code, _, err) = plane.run(&["account", "check", "prod"]);
    assert_eq!((code, err.as_str()), (1, ""));
    let (code, _, err) = plane.run(&["account", "list", "--server", "ftp://x"]);
    assert!(code == 2 && err.contains("--server"), "{err}");
    for arguments in
        [&["account"][..], &["server", "create"], &["server", "rotate", "x", "--overlap", "soon"]]
    {
        assert_eq!(plane.run(arguments).0, 2);
    }
}

fn credentials_never_stand_among_the_arguments(plane: &Plane) {
    let create = ["account", "create", "acme", "--name", "n"];
    for (more, env, input) in [
        (&[][..], &[("ACME_API_TOKEN", "secret")][..], None),
        (&["--credential-env", "api_token=MINE"], &[("MINE", "secret")], None),
        (&[], &[], Some("secret\n")),
    ] {
        let (code, out, err) = plane.run_with(&[&create, more].concat(), env, input);
        assert_eq!(code, 0, "{err}");
        assert!(out.contains("a4") && !out.contains("secret") && !err.contains("secret"), "{out}{err}");
        let body = json!({ "integration": "acme", "name": "n", "credentials": { "api_token": "secret" } });
        assert_eq!(plane.last(), ("POST /integrated-account".to_owned(), body));
    }
    let (code, _, err) = plane.run(&create);
    assert!(code == 2 && err.contains("set ACME_API_TOKEN") && err.contains("Ask Acme."), "{err}");
    let (code, _, err) = plane.run(&[&create[..], &["--credential-env", "api_token=NOWHERE"]].concat());
    assert!(code == 2 && err.contains("NOWHERE is not set"), "{err}");
    let update = ["account", "update", "a1", "--documented-base-url", "--credential-env", "api_token=MINE"];
    assert_eq!(plane.run_with(&update, &[("MINE", "new")], None).0, 0);
    assert_eq!(plane.last().1, json!({ "base_url": null, "credentials": { "api_token": "new" } }));

    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("key");
    std::fs::write(&file, format!("{KEY}\n")).expect("written");
    let path = file.to_str().expect("a path");
    let none = [("TOOLPRESS_ADMIN_KEY", "other")];
    assert_eq!(plane.run_with(&["account", "list", "--admin-key-file", path], &none, None).0, 0);
    let other = [("TOOLPRESS_ADMIN_KEY", ""), ("TOOLPRESS_API_KEY", KEY)];
    assert_eq!(plane.run_with(&["api-token", "list"], &other, None).0, 0);
}

fn servers_are_made_changed_and_rotated(plane: &Plane) {
    let create = ["server", "create", "prod", "--name", "n", "--methods", "read,plan", "--tags", "items"];
    let (code, out, err) = plane.run(&create);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("URL, shown only now: http://h/mcp/tp_new"), "{out}");
    let body = json!({ "name": "n", "config": { "methods": ["read", "plan"], "tags": ["items"] } });
    assert_eq!(plane.last(), ("POST /integrated-account/a1/mcp".to_owned(), body));
    let (_, out, _) = plane.run(&["server", "create", "a1", "--json"]);
    assert_eq!(serde_json::from_str::<Value>(&out).expect("JSON")["url"], "http://h/mcp/tp_new");
    assert_eq!(plane.last().1, json!({}));
    assert_eq!(
        plane.run(&["server", "update", "reader", "--effects", "read", "--clear", "tags,expires_at"]).0,
        0
    );
    let body = json!({ "config": { "effects": ["read"], "tags": null }, "expires_at": null });
    assert_eq!(plane.last(), ("PATCH /integrated-account/a1/mcp/s1".to_owned(), body));
    let (code, out, _) = plane.run(&["server", "rotate", "s1", "--overlap", "15m"]);
    assert!(code == 0 && out.contains("goes on until 2026-11-20T11:00:00Z"), "{out}");
    assert_eq!(plane.last().1, json!({ "overlap_seconds": 900 }));
    let (code, out, _) = plane.run(&["server", "delete", "reader", "--json"]);
    assert_eq!((code, out.as_str()), (0, ""));
    assert_eq!(plane.last().0, "DELETE /integrated-account/a1/mcp/s1");
}

fn names_will_do_where_they_are_the_only_ones(plane: &Plane) {
    let (code, _, err) = plane.run(&["server", "show", "both"]);
    assert!(code == 2 && err.contains("s2, s3"), "{err}");
    let (code, out, _) = plane.run(&["server", "show", "both", "--account", "test"]);
    assert!(code == 0 && out.contains("s3"), "{out}");
    let (code, _, err) = plane.run(&["account", "show", "prd"]);
    assert!(code == 1 && err.contains("did you mean `prod`?"), "{err}");
    let (code, _, err) = plane.run(&["account", "delete", "nothing-like-it"]);
    assert_eq!(code, 1, "{err}");
    assert!(plane.asked().iter().all(|(asked, _)| asked.starts_with("GET ")));
}

fn tokens_are_shown_once(plane: &Plane) {
    let (code, out, _) = plane.run(&["api-token", "create", "ci", "--account", "prod"]);
    assert!(code == 0 && out.contains("Token, shown only now: tpk_new"), "{out}");
    assert_eq!(plane.last().1, json!({ "name": "ci", "scope": "mcp", "integrated_account_id": "a1" }));
    let (code, out, _) = plane.run(&["api-token", "delete", "ci"]);
    assert_eq!((code, out.as_str()), (0, "Removed the API token `ci`.\n"));
    assert_eq!(plane.last().0, "DELETE /api-token/t1");
}

fn a_server_that_is_not_there_is_told_of() {
    let mut command = program(&["account", "list", "--server", "http://127.0.0.1:9"]);
    let (code, out, err) = finish(command.env("TOOLPRESS_ADMIN_KEY", KEY).output().expect("a process"));
    assert_eq!((code, out.as_str()), (1, ""));
    assert!(err.contains("refused the connection") && err.contains("TOOLPRESS_SERVER"), "{err}");
}
