//! How a bridge ends.

use crate::pipe::{Pipe, call};
use crate::script::{Step, result, serve, wait};
use serde_json::json;
use std::time::{Duration, Instant};
use toolpress_runtime::bridge::BridgeLimits;

#[tokio::test]
async fn what_is_in_flight_at_the_end_of_the_input_is_answered() {
    let (url, _) = serve(|seen| [vec![wait(200)], result(seen, &json!({}))].concat()).await;
    let mut pipe = Pipe::open(&url);
    pipe.say(call(1)).await;
    pipe.say(call(2)).await;
    pipe.close().await;
    let (ended, rest) = pipe.end().await;
    assert!(ended.is_ok());
    assert_eq!(rest.len(), 2);
}

#[tokio::test]
async fn the_end_does_not_wait_for_ever() {
    let (url, log) = serve(|_| vec![Step::Linger]).await;
    let mut limits = BridgeLimits::default();
    limits.drain = Duration::from_millis(200);
    let mut pipe = Pipe::within(&url, limits);
    pipe.say(call(1)).await;
    log.come(1).await;
    pipe.close().await;
    let (ended, rest) = pipe.end().await;
    assert!(ended.is_ok() && rest.is_empty(), "{rest:?}");
    log.left().await;
}

#[tokio::test]
async fn a_signal_ends_it_soon() {
    let (url, log) = serve(|_| vec![Step::Linger]).await;
    let mut pipe = Pipe::open(&url);
    pipe.say(call(1)).await;
    log.come(1).await;
    let started = Instant::now();
    pipe.stop();
    assert!(pipe.end().await.0.is_ok());
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

#[tokio::test]
async fn a_client_that_hangs_up_ends_it() {
    let (url, _) = serve(|seen| [vec![wait(50)], result(seen, &json!({}))].concat()).await;
    let mut pipe = Pipe::open(&url);
    pipe.say(call(1)).await;
    pipe.hang_up();
    let (ended, _) = pipe.end().await;
    assert!(ended.is_err_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe));
}
