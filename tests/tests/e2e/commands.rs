//! `tools`, `call`, help and refusals of the binary as a user's shell sees them.

use crate::agent::Agent;
use crate::program::{bare, finish, program};
use crate::support::{World, filter, hidden, http_client, mentions, post, rpc};
use serde_json::{Value, json};
use toolpress_sandbox::sequin_stream::SequinStream;

async fn run(arguments: &[&str]) -> (i32, String, String) {
    finish(program(arguments)).await
}

#[tokio::test]
async fn tools_json_is_what_a_client_is_told() {
    let world = World::new().await;
    for (arguments, filter) in [
        (&["tools", "sequin_stream", "--json"][..], filter(&[], &[], &[])),
        (
            &["tools", "sequin_stream", "--json", "--methods", "read,plan"],
            filter(&["read", "plan"], &[], &[]),
        ),
        (
            &["tools", "--json", "--tags", "webhooks", "--effects", "read,write"],
            filter(&[], &["webhooks"], &["read", "write"]),
        ),
    ] {
        let (code, out, err) = finish(bare(arguments)).await;
        assert_eq!((code, err.as_str()), (0, ""), "{arguments:?}");
        let url = world.serve_only(&filter).await;
        let (_, answer) = post(&http_client(), &url, &rpc("tools/list", &json!({}))).await;
        let answer: Value = serde_json::from_str(&answer).expect("JSON");
        let printed: Value = serde_json::from_str(&out).expect("JSON");
        assert_eq!(printed, answer["result"], "{arguments:?}");
        let agent = Agent::connect(&url).await;
        let names: Vec<&str> = printed["tools"]
            .as_array()
            .expect("a list")
            .iter()
            .map(|tool| tool["name"].as_str().expect("a name"))
            .collect();
        assert_eq!(agent.tools().await, names);
    }
}

#[tokio::test]
async fn tools_for_people_names_every_visible_tool_and_no_other() {
    let read = filter(&["read"], &[], &[]);
    let (code, out, _) = finish(bare(&["tools", "sequin_stream", "--methods", "read"])).await;
    assert_eq!(code, 0);
    assert!(out.contains("\n13 tools, about "), "{out}");
    assert!(out.contains("list_all_sequin_stream_sink_consumers"), "{out}");
    assert!(hidden(&read).iter().all(|tool| !mentions(&out, tool.name)), "{out}");
}

#[tokio::test]
async fn call_prints_json_and_tells_success_failure_and_misuse_apart() {
    let world = World::new().await;
    let get = "get_single_sequin_stream_sink_consumer_by_id";
    let call = |tool: &'static str, rest: &'static [&'static str]| {
        let arguments = [&["call", tool, "--base-url", &world.base_url], rest].concat();
        let command = program(&arguments);
        finish(command)
    };
    let (code, out, err) = call(get, &["id=warehouse_sync"]).await;
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let printed: Value = serde_json::from_str(&out).expect("JSON and nothing else");
    assert_eq!(printed["result"]["name"], "warehouse_sync");
    let mut agent = Agent::connect(&world.serve().await).await;
    assert_eq!(printed, agent.ask(get, json!({ "id": "warehouse_sync" })).await, "as a client is answered");

    let (code, out, err) = call("list_all_sequin_stream_sink_consumers", &["limit:=2"]).await;
    let printed: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, &printed["result_count"]), (0, &json!(2)), "{err}");

    let (code, out, err) = call(get, &["id=nowhere"]).await;
    let printed: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, &printed["error"]["status"]), (1, &json!(404)));
    assert!(err.contains("No `consumer` found"), "{err}");

    let before = world.log.len();
    let (code, out, err) = call(get, &["ident=x"]).await;
    assert_eq!(code, 1);
    let printed: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(printed["error"]["kind"], "arguments");
    assert!(err.contains("`id`"), "{err}");
    for (tool, rest, told) in [
        (get, &["id"][..], "key=text or key:=json"),
        (get, &["id:=nope"], "no JSON"),
        (
            "get_single_sequin_stream_sink_consumer",
            &[],
            "did you mean `get_single_sequin_stream_sink_consumer_by_id`?",
        ),
    ] {
        let (code, out, err) = call(tool, rest).await;
        assert_eq!((code, out.as_str()), (2, ""), "{err}");
        assert!(err.contains(told), "{err}");
    }
    assert_eq!(world.log.len(), before, "what is asked wrongly is not sent");
}

#[tokio::test]
async fn call_reads_arguments_from_json_and_from_files() {
    let world = World::new().await;
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("sink.json");
    std::fs::write(&file, r#"{"id":"warehouse_sync"}"#).expect("written");
    let from_file = format!("@{}", file.display());
    for source in [r#"{"id":"warehouse_sync"}"#, &from_file] {
        let tool = "get_single_sequin_stream_sink_consumer_by_id";
        let (code, out, err) = run(&["call", tool, "--base-url", &world.base_url, "--json", source]).await;
        assert_eq!(code, 0, "{err}");
        assert!(out.contains("\"warehouse_sync\""), "{out}");
    }
}

#[tokio::test]
async fn wrong_words_exit_with_2_and_name_the_right_ones() {
    for (arguments, told) in [
        (
            &["stdio", "sequin_stream", "--methods", "raed"][..],
            "did you mean `read`? Valid: read, write, custom, ",
        ),
        (&["stdio", "sequin_stream", "--tags", ""], "`tags` is empty"),
        (&["stdio", "sequin_stream", "--effects", "reed"], "did you mean `read`?"),
        (&["stdio", "sequin_stream", "--methods", "read", "--effects", "destructive"], "no tool is left"),
        (&["stdio", "sequin_streams"], "did you mean `sequin_stream`?"),
        (&["tools", "--tags", "databasse"], "did you mean `databases`?"),
        (&["tools", "sequin_stream", "--methods", ","], "`methods` is empty"),
        (&["tools", "sequin"], "Compiled in: artie, sequin_stream"),
        (&["call", "list_all_sequin_stream_sinks"], "did you mean `list_all_sequin_stream_"),
        (&["serve", "--sandbox", "--listen", "127.0.0.1:0", "--drain", "soon"], "--drain"),
        (&["srve"], "'serve'"),
    ] {
        let (code, out, err) = run(arguments).await;
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}: {err}");
        assert!(err.contains(told), "{arguments:?}: {err}");
    }
}

#[tokio::test]
async fn a_missing_credential_exits_with_2_and_names_the_variable() {
    let world = World::new().await;
    let base = ["--base-url", &world.base_url];
    for arguments in [
        [&["stdio", "sequin_stream"][..], &base].concat(),
        [&["call", "list_all_sequin_stream_sink_consumers"][..], &base].concat(),
    ] {
        for value in [None, Some(""), Some("  ")] {
            let mut command = bare(&arguments);
            command.envs(value.map(|value| ("SEQUIN_STREAM_API_TOKEN", value)));
            let (code, out, err) = finish(command).await;
            assert_eq!((code, out.as_str()), (2, ""), "{err}");
            assert!(err.contains("SEQUIN_STREAM_API_TOKEN") && err.contains("Sequin console"), "{err}");
        }
    }
    assert!(world.log.is_empty());
}

#[tokio::test]
async fn a_refused_credential_is_told_without_being_shown() {
    let world = World::new().await;
    let secret = "not-the-token-of-this-account";
    let mut command = bare(&["call", "list_all_sequin_stream_sink_consumers", "--base-url", &world.base_url]);
    command.env("SEQUIN_STREAM_API_TOKEN", secret);
    let (code, out, err) = finish(command).await;
    assert_eq!(code, 1);
    assert!(err.contains("401") && err.contains("Sequin console"), "{err}");
    assert!(!out.contains(secret) && !err.contains(secret), "{out}{err}");
    let sent = &world.log.all()[0].headers;
    assert!(sent.contains(&("authorization".to_owned(), format!("Bearer {secret}"))));
    assert!(!out.contains(SequinStream::TOKEN));
}

#[tokio::test]
async fn help_tells_what_each_command_takes() {
    for (arguments, words) in [
        (
            &["--help"][..],
            &["serve", "stdio", "tools", "call", "TOOLPRESS_LOG", "toolpress serve --sandbox"][..],
        ),
        (
            &["serve", "--help"],
            &[
                "--listen",
                "TOOLPRESS_LISTEN",
                "--public-url",
                "--sandbox",
                "--drain",
                "--request-body",
                "4MiB",
                "--calls",
            ],
        ),
        (
            &["stdio", "--help"],
            &[
                "<VENDOR>",
                "--base-url",
                "--methods",
                "--tags",
                "--effects",
                "TOOLPRESS_METHODS",
                "read (list, get)",
            ],
        ),
        (&["tools", "--help"], &["[VENDOR]", "--json", "--output-schemas", "--methods"]),
        (&["call", "--help"], &["<TOOL>", "KEY=VALUE", "--json", "--base-url", "Exits with 0"]),
    ] {
        let (code, out, err) = finish(bare(arguments)).await;
        assert_eq!((code, err.as_str()), (0, ""), "{arguments:?}");
        for word in words {
            assert!(out.contains(word), "{arguments:?}: no {word} in {out}");
        }
    }
    let (code, out, _) = finish(bare(&["--version"])).await;
    assert_eq!((code, out.as_str()), (0, "toolpress 0.1.0\n"));
}
