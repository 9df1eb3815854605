//! The command line as a process, with a catalogue written by hand.
//!
//! This binary plays both parts: started with `PROGRAM` in its environment it is a server binary of ten
//! lines, otherwise it starts itself so and looks at what comes out.

#[path = "../acme/mod.rs"]
mod acme;
mod bridge;
mod control;
mod install;

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, ExitCode, Output, Stdio};
use std::sync::Arc;
use toolpress_runtime::cli::{self, SandboxVendor};

const PROGRAM: &str = "TOOLPRESS_TEST_PROGRAM";

fn main() -> ExitCode {
    if std::env::var_os(PROGRAM).is_some() {
        return cli::run(&acme::CATALOG, simulators);
    }
    // Test runners ask what there is before they run it.
    if std::env::args().any(|argument| argument == "--list") {
        return ExitCode::SUCCESS;
    }
    tools_prints_exactly_a_legacy_list();
    a_word_need_only_mean_something_to_one_vendor();
    tools_shows_a_table_with_a_total();
    tools_writes_a_page_of_markdown();
    wrong_questions_exit_with_2_and_say_what_would_be_right();
    serve_refuses_what_would_be_unsafe();
    call_prints_the_result_and_tells_errors_apart();
    the_sandbox_serves_and_ends_in_peace();
    stdio_speaks_nothing_but_json_rpc();
    bridge::all();
    install::all();
    control::all();
    ExitCode::SUCCESS
}

fn simulators() -> Vec<SandboxVendor> {
    let router = acme::router(&Arc::default());
    vec![SandboxVendor {
        vendor: "acme",
        base_path: "",
        credentials: vec![("api_token", "x".to_owned())],
        router,
    }]
}

pub(crate) fn program(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this binary"));
    command.args(arguments).env_clear().env(PROGRAM, "1").stdin(Stdio::null());
    command
}

fn run(arguments: &[&str]) -> (i32, String, String) {
    finish(program(arguments).output().expect("a process"))
}

pub(crate) fn finish(output: Output) -> (i32, String, String) {
    let text = |bytes| String::from_utf8(bytes).expect("text");
    (output.status.code().expect("a code"), text(output.stdout), text(output.stderr))
}

fn tools_prints_exactly_a_legacy_list() {
    let (code, out, _) = run(&["tools", "--json"]);
    let list: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, list["tools"].as_array().expect("an array").len()), (0, 5));
    assert_eq!(list.as_object().expect("an object").len(), 1);
    let (_, out, _) =
        run(&["tools", "acme", "--json", "--effects", "read", "--methods", "read", "--tags", "item"]);
    let list: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(list["tools"][0]["name"], "get_single_acme_item_by_id");
    assert_eq!(list["tools"].as_array().expect("an array").len(), 1);
    assert!(run(&["tools", "--json", "--output-schemas"]).1.contains("outputSchema"));
    let from_env = finish(
        program(&["tools", "--json"]).env("TOOLPRESS_METHODS", "get,wait").output().expect("a process"),
    );
    assert_eq!(from_env.1.matches("inputSchema").count(), 2);
}

fn a_word_need_only_mean_something_to_one_vendor() {
    let names = |arguments: &[&str]| {
        let (code, out, err) = run(&[&["tools", "--json"], arguments].concat());
        assert_eq!(code, 0, "{err}");
        let list: Value = serde_json::from_str(&out).expect("JSON");
        let tools = list["tools"].as_array().expect("an array").iter();
        tools.map(|tool| tool["name"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&["--tags", "parts"]), ["list_all_beta_parts"]);
    assert_eq!(names(&["--tags", "parts,items,items", "--methods", "get,list"]).len(), 2);
    assert_eq!(names(&["--methods", "read"]).len(), 2);
    let (code, _, err) = run(&["tools", "--tags", "parts,nonsense,nonsense"]);
    assert_eq!(code, 2);
    assert!(err.contains("`tags` has no value `nonsense`") && !err.contains("`parts`"), "{err}");
    assert_eq!(run(&["tools", "--tags", "parts", "--methods", "get"]).0, 2);
}

fn tools_shows_a_table_with_a_total() {
    let (code, out, _) = run(&["tools", "acme"]);
    assert_eq!(code, 0);
    assert!(out.contains("delete_a_acme_item_by_id    destructive  DELETE /items/{id}  Does it\n"), "{out}");
    assert!(out.contains("\n4 tools, about "), "{out}");
}

fn tools_writes_a_page_of_markdown() {
    let (code, out, _) = run(&["tools", "acme", "--markdown"]);
    assert_eq!(code, 0);
    assert!(out.starts_with("# Acme: 4 tools\n"), "{out}");
    assert!(out.contains("\n### delete_a_acme_item_by_id\n"), "{out}");
    assert!(out.contains("`DELETE /items/{id}`") && out.contains("\ndestructive, "), "{out}");
    let (_, one, _) = run(&["tools", "acme", "--markdown", "--effects", "destructive"]);
    assert!(one.starts_with("# Acme: 1 tool\n"), "{one}");
    assert_eq!(run(&["tools", "acme", "--markdown", "--json"]).0, 2);
}

fn wrong_questions_exit_with_2_and_say_what_would_be_right() {
    for (arguments, hint) in [
        (&["tools", "acmee"][..], "did you mean `acme`?"),
        (&["tools", "--methods", "gett"], "did you mean `get`?"),
        (&["tools", "acme", "--tags", ""], "`tags` is empty"),
        (&["tools", "--tags", ","], "`tags` is empty"),
        (&["tools", "--methods", "delete", "--effects", "read"], "no tool is left"),
        (&["stdio", "acme", "--effects", "reed"], "did you mean `read`?"),
        (&["stdio", "acme", "--base-url", "http://localhost:1"], "ACME_API_TOKEN is not set. Ask Acme."),
        (&["call", "get_single_acme_item"], "did you mean `get_single_acme_item_by_id`?"),
        (&["call", "get_single_acme_item_by_id", "id"], "key=text"),
        (&["call", "get_single_acme_item_by_id", "id=1", "id=2"], "`id` is given twice"),
        (&["stdio", "acme", "--keep-alive", "0"], "above zero"),
        (&["nonsense"], "unrecognized subcommand"),
        (&["tools", "--log", "a=b=c"], "--log"),
    ] {
        let (code, out, err) = run(arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}: {err}");
        assert!(err.contains(hint), "{arguments:?}: {err}");
    }
    let no_address =
        finish(program(&["stdio", "acme"]).env("ACME_API_TOKEN", "x").output().expect("a process"));
    assert_eq!(no_address.0, 2);
    assert!(no_address.2.contains("--base-url"), "{}", no_address.2);
}

fn serve_refuses_what_would_be_unsafe() {
    let serve = |more: &[&str], key: &str| {
        let mut command = program(&[&["serve", "--listen"], more].concat());
        command.env("TOOLPRESS_DATABASE", "sqlite::memory:").env("TOOLPRESS_ADMIN_KEY", key);
        finish(command.output().expect("a process"))
    };
    let key = "a key that is long enough";
    for (arguments, key, hint) in [
        (&["0.0.0.0:0"][..], key, "--public-url"),
        (&["127.0.0.1:0"], "hunter2", "20 characters"),
        (&["127.0.0.1:0", "--allow-upstream", "10.0.0.0"], key, "--allow-upstream"),
        (&["127.0.0.1:0", "--public-url", "ftp://tools.example.com"], key, "http"),
        (&["127.0.0.1:0", "--database", "mysql://h/d"], key, "sqlite:FILE"),
    ] {
        let (code, out, err) = serve(arguments, key);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}: {err}");
        assert!(err.contains(hint), "{arguments:?}: {err}");
        assert!(!err.contains(key), "{err}");
    }
}

/// The vendor's API on a port of its own.
pub(crate) fn vendor() -> String {
    let (send, receive) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
            send.send(format!("http://{}", listener.local_addr().expect("an address"))).expect("a reader");
            axum::serve(listener, acme::router(&Arc::default())).await.expect("serving");
        });
    });
    receive.recv().expect("an address")
}

fn call_prints_the_result_and_tells_errors_apart() {
    let base_url = vendor();
    let call = |arguments: &[&str]| {
        let mut command = program(&["call", "get_single_acme_item_by_id", "--base-url", &base_url]);
        finish(command.args(arguments).env("ACME_API_TOKEN", "x").output().expect("a process"))
    };
    for arguments in [&["id=7"][..], &["id:=\"7\""], &["--json", r#"{"id":"7"}"#]] {
        let (code, out, err) = call(arguments);
        assert_eq!(
            (code, out.as_str(), err.as_str()),
            (0, "{\"result\":{\"id\":\"7\"}}\n", ""),
            "{arguments:?}"
        );
    }
    let (code, out, err) = call(&["wrong=7"]);
    let error: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(code, 1);
    assert!(error["error"].is_object() && err.contains("wrong"), "{out} {err}");
}

fn the_sandbox_serves_and_ends_in_peace() {
    let mut command = program(&["serve", "--sandbox", "--listen", "127.0.0.1:0", "--log", "debug"]);
    let mut server = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a process");
    let mut lines = BufReader::new(server.stdout.take().expect("its output")).lines();
    let url =
        lines.find_map(|line| Some(line.expect("a line").trim().strip_prefix("URL")?.trim().to_owned()));
    let url = url.expect("a URL");

    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let answer = runtime.block_on(async {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let arguments = json!({ "name": "get_single_acme_item_by_id", "arguments": { "id": "7" } });
        let body = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": arguments });
        let request = client.post(&url).header("content-type", "application/json").body(body.to_string());
        request.send().await.expect("an answer").text().await.expect("a text")
    });
    assert!(answer.contains(r#""structuredContent":{"result":{"id":"7"}}"#), "{answer}");

    let killed = Command::new("kill").arg(server.id().to_string()).status().expect("kill");
    assert!(killed.success());
    let (code, _, log) = finish(server.wait_with_output().expect("an end"));
    let token = url.rsplit('/').next().expect("a token");
    assert_eq!(code, 0, "{log}");
    assert!(log.contains(&format!("tp_…{}", &token[token.len() - 4..])), "{log}");
    assert!(!log.contains(&token[..token.len() - 4]), "no token in the log");
}

fn stdio_speaks_nothing_but_json_rpc() {
    let base_url = vendor();
    let mut command =
        program(&["stdio", "acme", "--base-url", &base_url, "--name", "mine", "--log", "trace"]);
    command.env("ACME_API_TOKEN", "x").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut server = command.spawn().expect("a process");
    let mut input = server.stdin.take().expect("its input");
    let call = r#"{"jsonrpc":"2.0","id":2,"method":"tools/call","params":{"name":"get_single_acme_item_by_id","arguments":{"id":"7"}}}"#;
    writeln!(input, r#"{{"jsonrpc":"2.0","id":1,"method":"initialize","params":{{}}}}"#).expect("a line");
    writeln!(input, "{call}").expect("a line");
    drop(input);
    let (code, out, _) = finish(server.wait_with_output().expect("an end"));
    let answers: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    assert_eq!((code, answers.len()), (0, 2));
    assert_eq!(answers[0]["result"]["serverInfo"]["name"], "mine");
    assert_eq!(answers[1]["result"]["structuredContent"]["result"]["id"], "7");
}
