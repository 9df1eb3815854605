//! Pull streams and time: the long poll, leases, clients that leave (rules 75–78 and 90).

use std::time::Duration;

use serde_json::{Value, json};
use tokio::task::JoinHandle;
use toolpress_sandbox::Clock;
use toolpress_sandbox::sequin_stream::SequinStream;

use crate::support::{Answer, Bench, summary};

const WAIT: &str = "Invalid `wait_for`. Must be between 500 and 300,000 milliseconds, or use duration format like '60s', '5m', '1000ms'.";
const FORMAT: &str =
    "Invalid `wait_for`. When using duration strings, format must be like '60s', '5m', or '1000ms'.";

/// Starts a receive that waits, and lets it get as far as it can.
async fn start(bench: &Bench, wait: &str) -> JoinHandle<Answer> {
    let (bench, path) =
        (bench.clone(), format!("/sequin_streams/stream/receive?max_batch_size=10&wait_for={wait}"));
    let receive = tokio::spawn(async move { bench.get(&path).await });
    settle().await;
    receive
}

/// Lets every task that can run do so; these tests have one thread.
async fn settle() {
    for _ in 0..50 {
        tokio::task::yield_now().await;
    }
}

async fn step(bench: &Bench, millis: u64) {
    bench.clock.advance(Duration::from_millis(millis));
    settle().await;
}

#[tokio::test]
async fn rule_75_wait_for() {
    let bench = Bench::streaming().await;
    // With something stored no wait takes time.
    bench.order("stream", 1);
    for wait in ["500", "500ms", "1s", "300s", "5m", "300000"] {
        let (status, _) = bench.get(&format!("/sequin_streams/stream/receive?wait_for={wait}")).await;
        assert_eq!(status, 200, "{wait}");
    }
    for wait in ["0", "499", "300001", "0s", "6m", "99999999999999999999m"] {
        let answer = bench.get(&format!("/sequin_streams/stream/receive?wait_for={wait}")).await;
        assert_eq!(answer, summary(400, WAIT), "{wait}");
    }
    for wait in ["", "soon", "-1", "1.5s", "5h", "5%20s"] {
        let answer = bench.get(&format!("/sequin_streams/stream/receive?wait_for={wait}")).await;
        assert_eq!(answer, summary(400, FORMAT), "{wait}");
    }
    for (wait, wanted) in
        [(json!(500), 200), (json!(0), 400), (json!(-5), 400), (json!("2s"), 200), (json!(null), 200)]
    {
        let mut body = json!({});
        body["wait_for"] = wait;
        assert_eq!(bench.post("/sequin_streams/stream/receive", body.clone()).await.0, wanted, "{body}");
    }
}

#[tokio::test]
async fn rule_76_the_wait_ends_with_the_first_message() {
    let bench = Bench::streaming().await;
    let receive = start(&bench, "10s").await;
    step(&bench, 3000).await;
    assert!(!receive.is_finished());
    bench.order("stream", 1);
    settle().await;
    assert!(!receive.is_finished(), "it looks every 50 ms only");
    step(&bench, 50).await;
    assert!(receive.is_finished());
    let (status, body) = receive.await.expect("no panic");
    assert_eq!((status, body["data"].as_array().map(Vec::len)), (200, Some(1)), "it does not wait for more");
}

#[tokio::test]
async fn rule_76_or_when_the_time_is_over() {
    let bench = Bench::streaming().await;
    let receive = start(&bench, "1s").await;
    for _ in 0..19 {
        step(&bench, 50).await;
    }
    assert!(!receive.is_finished());
    step(&bench, 50).await;
    assert_eq!(receive.await.expect("no panic"), (200, json!({"data": []})));
}

#[tokio::test]
async fn rule_77_leased_messages_end_the_wait_with_nothing() {
    let bench = Bench::streaming().await;
    bench.order("stream", 1);
    bench.receive(1).await;
    let answer = bench.get("/sequin_streams/stream/receive?wait_for=60s").await;
    assert_eq!(answer, (200, json!({"data": []})));
}

#[tokio::test]
async fn rule_78_leases_end_at_the_first_receive_after_30_seconds() {
    let bench = Bench::streaming().await;
    bench.order("stream", 1);
    bench.receive(1).await;
    bench.pass(29);
    assert_eq!(bench.receive(1).await, Vec::<Value>::new());
    bench.pass(2);
    // No timer does it: until somebody receives, the lease stands.
    bench.get("/sinks").await;
    assert_eq!(bench.simulated.leased_messages("stream"), 1);
    assert_eq!(bench.received_ids().await, [1]);
    // It is a new lease of 30 seconds.
    bench.pass(29);
    assert_eq!(bench.receive(1).await, Vec::<Value>::new());
}

#[tokio::test]
async fn rule_90_a_client_that_leaves_takes_its_messages_along() {
    let bench = Bench::streaming().await;
    let receive = start(&bench, "10s").await;
    receive.abort();
    settle().await;
    bench.order("stream", 1);
    step(&bench, 50).await;
    assert_eq!(bench.simulated.leased_messages("stream"), 1);
    assert_eq!(bench.receive(1).await, Vec::<Value>::new());
    bench.pass(31);
    assert_eq!(bench.received_ids().await, [1]);
}

#[tokio::test]
async fn the_system_clock_really_waits() {
    let clock = Clock::system();
    let simulated = SequinStream::empty(clock.clone());
    let started = clock.now();
    clock.sleep(Duration::from_millis(30)).await;
    assert!(clock.now().as_millisecond() - started.as_millisecond() >= 30);
    // Nobody moves it.
    clock.advance(Duration::from_secs(3600));
    assert!(clock.now().as_second() - started.as_second() < 60);
    assert_eq!(simulated.stored_messages("none"), 0);
}
