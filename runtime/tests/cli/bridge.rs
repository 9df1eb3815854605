//! `bridge` as a client starts it.

use crate::{finish, program};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

pub(crate) fn all() {
    the_sandbox_is_reached_and_nothing_secret_is_logged();
    the_environment_holds_what_arguments_should_not();
    a_signal_and_a_closed_output_end_it_in_peace();
    wrong_words_exit_with_2();
}

/// A server with simulated vendors, and the URL of one.
fn sandbox() -> (Child, String) {
    let mut command = program(&["serve", "--sandbox", "--listen", "127.0.0.1:0"]);
    let mut server = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a process");
    let mut lines = BufReader::new(server.stdout.take().expect("its output")).lines();
    let url =
        lines.find_map(|line| Some(line.expect("a line").trim().strip_prefix("URL")?.trim().to_owned()));
    (server, url.expect("a URL"))
}

fn started(command: &mut Command) -> Child {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("a process")
}

fn ping(id: u32) -> String {
    json!({ "jsonrpc": "2.0", "id": id, "method": "ping" }).to_string()
}

fn the_sandbox_is_reached_and_nothing_secret_is_logged() {
    let (mut server, url) = sandbox();
    let mut bridge =
        started(&mut program(&["bridge", &url, "--header", "x-secret: abcdefgh", "--log", "trace"]));
    let mut input = bridge.stdin.take().expect("its input");
    let arguments = json!({ "name": "get_single_acme_item_by_id", "arguments": { "id": "7" } });
    let call = json!({ "jsonrpc": "2.0", "id": 2, "method": "tools/call", "params": arguments });
    for line in [ping(1), call.to_string(), "nonsense".to_owned()] {
        writeln!(input, "{line}").expect("a line");
    }
    drop(input);
    let (code, out, log) = finish(bridge.wait_with_output().expect("an end"));
    let mut answers: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    answers.sort_by_key(|answer| answer["id"].as_u64());
    assert_eq!((code, answers.len()), (0, 3));
    assert_eq!(answers[0]["error"]["code"], -32700);
    assert_eq!(answers[2]["result"]["structuredContent"]["result"]["id"], "7");
    let token = url.rsplit('/').next().expect("a token");
    assert!(log.contains(&format!("/mcp/tp_…{}", &token[token.len() - 4..])), "{log}");
    assert!(!log.contains(&token[3..20]) && !log.contains("abcdefgh"), "no secret in the log");
    let _ = server.kill();
    let _ = server.wait();
}

fn the_environment_holds_what_arguments_should_not() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}/mcp", listener.local_addr().expect("an address"));
    let mut command = program(&["bridge", "--header-env", "Authorization=AUTH"]);
    command.env("TOOLPRESS_URL", &url).env("TOOLPRESS_HEADER", "X-A: 1,2\nX-B: 3\n").env("AUTH", "Bearer x");
    let mut bridge = started(&mut command);
    let mut input = bridge.stdin.take().expect("its input");
    writeln!(input, "{}", ping(1)).expect("a line");
    let (mut stream, _) = listener.accept().expect("a connection");
    let mut head = Vec::new();
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).expect("a head");
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).expect("text").to_lowercase();
    for field in ["x-a: 1,2\r\n", "x-b: 3\r\n", "authorization: bearer x\r\n"] {
        assert!(head.contains(field), "{head}");
    }
    drop((stream, input));
    let (code, out, _) = finish(bridge.wait_with_output().expect("an end"));
    assert!(code == 0 && out.contains("broke before it answered"), "{out}");
}

fn a_signal_and_a_closed_output_end_it_in_peace() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let url = format!("http://{}", silent.local_addr().expect("an address"));
    let mut bridge = started(&mut program(&["bridge", &url]));
    let mut input = bridge.stdin.take().expect("its input");
    writeln!(input, "{}", ping(1)).expect("a line");
    let _connection = silent.accept().expect("a request under way");
    let begun = Instant::now();
    assert!(Command::new("kill").arg(bridge.id().to_string()).status().expect("kill").success());
    let (code, out, _) = finish(bridge.wait_with_output().expect("an end"));
    assert_eq!((code, out.as_str()), (0, ""));
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
    drop(input);

    let mut bridge = started(&mut program(&["bridge", &url, "--connect-timeout", "1s"]));
    drop(bridge.stdout.take());
    let mut input = bridge.stdin.take().expect("its input");
    // Answered by the bridge itself, to nobody.
    writeln!(input, "nonsense").expect("a line");
    let (code, _, err) = finish(bridge.wait_with_output().expect("an end"));
    assert!(code == 0 && !err.contains("error"), "{err}");
}

fn wrong_words_exit_with_2() {
    for (arguments, said) in [
        (&["bridge"][..], "TOOLPRESS_URL"),
        (&["bridge", "nonsense"], "https://host/path"),
        (&["bridge", "ftp://x"], "http:// or https://"),
        (&["bridge", "http://x", "--header", "secret value"], "`Name: value`"),
        (&["bridge", "http://x", "--header", "Mcp-Session-Id: secret value"], "set by the bridge itself"),
        (&["bridge", "http://x", "--header-env", "A=NOWHERE"], "NOWHERE is not set"),
        (&["bridge", "http://x", "--requests", "0"], "above zero"),
    ] {
        let (code, out, err) = finish(program(arguments).output().expect("a process"));
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}: {err}");
        assert!(err.contains(said) && !err.contains("secret value"), "{arguments:?}: {err}");
    }
}
