//! `toolpress serve --sandbox` and `toolpress stdio` as processes: what they print, and how they end.

use crate::agent::{Agent, Era};
use crate::program::{bare, finish, program};
use crate::support::World;
use serde_json::{Value, json};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, BufReader, Lines};
use tokio::net::TcpStream;
use tokio::process::{Child, ChildStdout};
use tokio::time::{sleep, timeout};

const RECEIVE: &str = "list_all_sequin_stream_http_pull_consumers";

/// A running `serve --sandbox`, and the URL it printed.
struct Serving {
    process: Child,
    output: Lines<BufReader<ChildStdout>>,
    url: String,
    heading: String,
}

impl Serving {
    async fn start(arguments: &[&str]) -> Self {
        let mut command = bare(&[&["serve", "--sandbox", "--listen", "127.0.0.1:0"], arguments].concat());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process =
            tokio::process::Command::from(command).kill_on_drop(true).spawn().expect("a process");
        let mut output = BufReader::new(process.stdout.take().expect("its output")).lines();
        let heading = output.next_line().await.expect("a line").expect("a heading");
        let url = loop {
            let line = output.next_line().await.expect("a line").expect("a URL before the end");
            if let Some(url) = line.trim().strip_prefix("URL ") {
                break url.trim().to_owned();
            }
        };
        Self { process, output, url, heading }
    }

    fn terminate(&self) {
        let id = self.process.id().expect("a running process").to_string();
        let sent = std::process::Command::new("kill").args(["-TERM", &id]).status().expect("kill");
        assert!(sent.success());
    }

    /// Exit code, the rest of the output, the log.
    async fn end(mut self) -> (Option<i32>, String, String) {
        let status = timeout(Duration::from_secs(10), self.process.wait()).await.expect("in time");
        let mut rest = String::new();
        while let Some(line) = self.output.next_line().await.expect("a line") {
            rest.push_str(&line);
            rest.push('\n');
        }
        let mut log = String::new();
        self.process.stderr.take().expect("its log").read_to_string(&mut log).await.expect("a text");
        (status.expect("a status").code(), rest, log)
    }
}

#[tokio::test]
async fn the_printed_url_works_at_once_in_both_eras() {
    let serving = Serving::start(&[]).await;
    let address = serving.heading.rsplit(' ').next().expect("an address").to_owned();
    assert!(
        serving.heading.starts_with("Toolpress ") && address.starts_with("http://127.0.0.1:"),
        "{address}"
    );
    assert!(serving.url.starts_with(&format!("{address}/mcp/tp_")), "{}", serving.url);
    for era in Era::BOTH {
        let mut agent = Agent::over_http(&serving.url, era).await;
        assert_eq!(agent.tools().await.len(), 36);
        let sinks = agent.ask("list_all_sequin_stream_sink_consumers", json!({})).await;
        assert_eq!(sinks["result_count"], 9);
        let told = agent.fail("get_single_sequin_stream_sink_consumer_by_id", json!({ "id": "x" })).await;
        assert!(told.contains("404"), "{told}");
    }
    let url = serving.url.clone();
    serving.terminate();
    let (code, rest, log) = serving.end().await;
    assert_eq!(code, Some(0), "{log}");
    assert!(rest.contains(&format!("claude mcp add --transport http sequin_stream {url}")), "{rest}");
    assert!(rest.contains(&format!(r#"{{"mcpServers":{{"sequin_stream":{{"url":"{url}"}}}}}}"#)), "{rest}");
    let token = url.rsplit('/').next().expect("a token");
    assert!(!log.contains(token) && log.contains(&token[token.len() - 4..]), "{log}");
}

#[tokio::test]
async fn a_signal_to_stop_lets_running_calls_finish_and_takes_no_new_ones() {
    let serving = Serving::start(&[]).await;
    let mut agent = Agent::connect(&serving.url).await;
    let stream = "invoice_processor";
    let all = json!({ "consumer_id_or_name": stream, "batch_size": 1000 });
    let messages = agent.ask(RECEIVE, all).await["result"].take();
    let ids: Vec<&Value> = messages.as_array().expect("a list").iter().map(|m| &m["ack_id"]).collect();
    let acked = json!({ "consumer_id_or_name": stream, "ack_ids": ids });
    agent.ask("create_a_sequin_stream_http_pull_consumer_ack", acked).await;

    let address = serving.url.trim_start_matches("http://").split('/').next().expect("an address").to_owned();
    let began = Instant::now();
    let wait = json!({ "consumer_id_or_name": stream, "wait_for": 1200 });
    let call = tokio::spawn(async move { agent.ask(RECEIVE, wait).await });
    sleep(Duration::from_millis(300)).await;
    serving.terminate();
    let refused = async {
        while TcpStream::connect(&address).await.is_ok() {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_millis(700), refused).await.expect("no new connections while the call runs");
    assert!(!call.is_finished());
    assert_eq!(call.await.expect("an answer")["result"], json!([]));
    assert!(began.elapsed() >= Duration::from_millis(1200));
    let (code, _, log) = serving.end().await;
    assert_eq!(code, Some(0), "{log}");
}

#[tokio::test]
async fn calls_longer_than_the_drain_time_are_cut() {
    let serving = Serving::start(&["--drain", "200ms"]).await;
    let agent = Agent::connect(&serving.url).await;
    // Leased messages count as stored, so an unread stream would answer at once; an emptied one waits.
    let mut emptied = Agent::connect(&serving.url).await;
    let all = json!({ "consumer_id_or_name": "invoice_processor", "batch_size": 1000 });
    let messages = emptied.ask(RECEIVE, all).await["result"].take();
    let ids: Vec<&Value> = messages.as_array().expect("a list").iter().map(|m| &m["ack_id"]).collect();
    let acked = json!({ "consumer_id_or_name": "invoice_processor", "ack_ids": ids });
    emptied.ask("create_a_sequin_stream_http_pull_consumer_ack", acked).await;
    let wait = json!({ "consumer_id_or_name": "invoice_processor", "wait_for": 60_000 });
    let call =
        tokio::spawn(async move { agent.service.call_tool(crate::agent::request(RECEIVE, wait)).await });
    sleep(Duration::from_millis(300)).await;
    let began = Instant::now();
    serving.terminate();
    let (code, _, log) = serving.end().await;
    assert_eq!(code, Some(0), "{log}");
    assert!(began.elapsed() < Duration::from_secs(5));
    assert!(log.contains("still running at the end of the drain time"), "{log}");
    call.abort();
}

#[tokio::test]
async fn stdio_shows_only_what_its_filter_allows() {
    let world = World::new().await;
    let arguments =
        ["stdio", "sequin_stream", "--base-url", &world.base_url, "--methods", "read", "--tags", "backfill"];
    let mut agent = Agent::over_pipes(program(&arguments), Era::Modern).await;
    let expected = ["get_single_sequin_stream_backfill_by_id", "list_all_sequin_stream_backfills"];
    assert_eq!(agent.tools().await, expected);
    agent.unknown("create_a_sequin_stream_backfill", json!({ "sink_id_or_name": "snowflake_sink" })).await;
    assert!(world.log.is_empty());
}

#[tokio::test]
async fn stdio_ends_with_its_input_and_prints_nothing_else() {
    let world = World::new().await;
    let command = program(&["stdio", "sequin_stream", "--base-url", &world.base_url]);
    let (code, out, log) = timeout(Duration::from_secs(5), finish(command)).await.expect("in time");
    assert_eq!((code, out.as_str()), (0, ""), "{log}");
}
