//! One JSON-RPC message per line, through a pipe in memory.

use crate::fixture::{call, modern_params, reached, rpc, server};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{
    AsyncBufReadExt as _, AsyncWriteExt as _, BufReader, DuplexStream, Lines, ReadHalf, WriteHalf,
};
use tokio::task::JoinHandle;
use toolpress_runtime::{Limits, mcp};

struct Pipe {
    input: WriteHalf<DuplexStream>,
    output: Lines<BufReader<ReadHalf<DuplexStream>>>,
    serving: JoinHandle<std::io::Result<()>>,
    log: Arc<crate::acme::Log>,
}

impl Pipe {
    async fn open(limits: Limits) -> Self {
        let (server, log) = server(limits).await;
        let (ours, theirs) = tokio::io::duplex(1 << 16);
        let (output, input) = tokio::io::split(ours);
        let (reader, writer) = tokio::io::split(theirs);
        let serving = tokio::spawn(mcp::stdio(Arc::new(server), reader, writer, std::future::pending()));
        Self { input, output: BufReader::new(output).lines(), serving, log }
    }

    async fn say(&mut self, line: impl AsRef<[u8]>) {
        self.input.write_all(line.as_ref()).await.unwrap();
        self.input.write_all(b"\n").await.unwrap();
    }

    async fn hear(&mut self) -> Value {
        let line = tokio::time::timeout(Duration::from_secs(5), self.output.next_line()).await;
        let line = line.expect("within five seconds").unwrap().expect("a line");
        serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
    }

    async fn ask(&mut self, line: impl AsRef<[u8]>) -> Value {
        self.say(line).await;
        self.hear().await
    }
}

fn numbered(id: u32, method: &str, params: &Value) -> String {
    json!({ "jsonrpc": "2.0", "id": id, "method": method, "params": params }).to_string()
}

#[tokio::test]
async fn both_eras_are_spoken() {
    let mut pipe = Pipe::open(Limits::default()).await;
    let discovered = pipe.ask(rpc("server/discover", &modern_params(json!({})))).await;
    assert_eq!(discovered["result"]["resultType"], "complete");
    assert_eq!(pipe.ask(rpc("server/discover", &json!({}))).await["error"]["code"], -32602);
    let hello = pipe.ask(rpc("initialize", &json!({ "protocolVersion": "2025-06-18" }))).await;
    assert_eq!(hello["result"]["protocolVersion"], "2025-06-18");
    pipe.say(r#"{"jsonrpc":"2.0","method":"notifications/initialized"}"#).await;
    let legacy = pipe.ask(rpc("tools/list", &json!({}))).await;
    let modern = pipe.ask(rpc("tools/list", &modern_params(json!({})))).await;
    assert_eq!(legacy["result"]["tools"], modern["result"]["tools"]);
    let mut params = modern_params(json!({}));
    params["_meta"]["io.modelcontextprotocol/protocolVersion"] = "1999-01-01".into();
    assert_eq!(pipe.ask(rpc("tools/list", &params)).await["error"]["code"], -32022);
    let result = pipe.ask(rpc("tools/call", &call("get_single_acme_item_by_id", "7"))).await;
    assert_eq!(result["result"]["structuredContent"]["result"]["id"], "7");
}

#[tokio::test]
async fn security_g15_garbage_is_answered_and_survived() {
    let mut limits = Limits::default();
    limits.request_body = 1_000;
    let mut pipe = Pipe::open(limits).await;
    for (line, code) in [
        (&b"garbage"[..], -32700),
        (b"\xff\xfe", -32700),
        (&[b'x'; 5_000], -32700),
        (br#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, -32600),
        (br#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600),
    ] {
        let answer = pipe.ask(line).await;
        assert_eq!((&answer["id"], &answer["error"]["code"]), (&Value::Null, &json!(code)));
    }
    pipe.say("").await;
    pipe.say("  \r").await;
    assert_eq!(pipe.ask(rpc("ping", &json!({}))).await["result"], json!({}));
}

#[tokio::test]
async fn requests_run_side_by_side() {
    let mut pipe = Pipe::open(Limits::default()).await;
    pipe.say(numbered(1, "tools/call", &call("acme_items_wait", "300"))).await;
    pipe.say(numbered(2, "tools/call", &call("get_single_acme_item_by_id", "7"))).await;
    assert_eq!(pipe.hear().await["id"], 2);
    // The id is taken until its request is answered.
    assert_eq!(
        pipe.ask(numbered(1, "tools/call", &call("acme_items_wait", "1"))).await["error"]["code"],
        -32600
    );
    assert_eq!(pipe.hear().await["result"]["isError"], false);
    assert_eq!(pipe.ask(numbered(1, "tools/call", &call("acme_items_wait", "1"))).await["id"], 1);
}

#[tokio::test]
async fn a_cancelled_call_is_aborted_and_not_answered() {
    let mut pipe = Pipe::open(Limits::default()).await;
    pipe.say(numbered(7, "tools/call", &call("acme_items_wait", "60000"))).await;
    reached(&pipe.log.begun).await;
    let cancelled =
        json!({ "jsonrpc": "2.0", "method": "notifications/cancelled", "params": { "requestId": 7 } });
    pipe.say(cancelled.to_string()).await;
    reached(&pipe.log.aborted).await;
    assert_eq!(pipe.ask(numbered(8, "ping", &json!({}))).await["id"], 8);
}

#[tokio::test]
async fn slow_calls_tell_progress() {
    let mut limits = Limits::default();
    limits.keep_alive = Duration::from_millis(50);
    let mut pipe = Pipe::open(limits).await;
    let mut params = call("acme_items_wait", "300");
    params["_meta"]["progressToken"] = "t".into();
    let first = pipe.ask(rpc("tools/call", &params)).await;
    assert_eq!(
        (&first["method"], &first["params"]["progressToken"]),
        (&json!("notifications/progress"), &json!("t"))
    );
    loop {
        let next = pipe.hear().await;
        if next.get("result").is_some() {
            break;
        }
        assert_eq!(next["method"], "notifications/progress");
    }
}

#[tokio::test]
async fn after_the_end_of_input_running_calls_are_finished_within_the_drain_time() {
    let mut pipe = Pipe::open(Limits::default()).await;
    pipe.say(rpc("tools/call", &call("acme_items_wait", "200"))).await;
    pipe.input.shutdown().await.unwrap();
    assert_eq!(pipe.hear().await["result"]["isError"], false);
    assert!(pipe.serving.await.unwrap().is_ok());

    let mut limits = Limits::default();
    limits.drain = Duration::from_millis(100);
    let mut pipe = Pipe::open(limits).await;
    pipe.say(rpc("tools/call", &call("acme_items_wait", "60000"))).await;
    reached(&pipe.log.begun).await;
    pipe.input.shutdown().await.unwrap();
    let ended = tokio::time::timeout(Duration::from_secs(5), pipe.serving).await;
    assert!(ended.expect("within five seconds").unwrap().is_ok());
    reached(&pipe.log.aborted).await;
}
