//! Clients that hold connections: idle ones by the thousand, ones that send slowly, ones that never read.

use crate::fixture::rpc;
use crate::mock::Mock;
use crate::process::{Process, Setup, grown};
use futures_util::{StreamExt as _, stream};
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use toolpress_runtime::{Limits, web};

async fn vendor() -> Mock {
    Mock::answering("200 OK", &["content-type: application/json"], "{}").await
}

fn head(process: &Process) -> String {
    format!("POST /mcp/{} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n", process.token)
}

/// Connections that have all sent the same beginning.
async fn connections(process: &Process, count: usize, beginning: &[u8]) -> Vec<TcpStream> {
    let open = async |_| {
        let mut stream = TcpStream::connect(process.address).await.expect("a connection");
        // The other side may have closed it already.
        let _ = stream.write_all(beginning).await;
        stream
    };
    stream::iter(0..count).map(open).buffer_unordered(64).collect().await
}

/// How many of the connections the server has closed within the time.
async fn closed(streams: Vec<TcpStream>, within: Duration) -> usize {
    let end = tokio::time::Instant::now() + within;
    let ended = stream::iter(streams).map(async |mut stream: TcpStream| {
        let mut rest = Vec::new();
        // A reset is an end as well.
        usize::from(tokio::time::timeout_at(end, stream.read_to_end(&mut rest)).await.is_ok())
    });
    ended.buffer_unordered(usize::MAX).fold(0, async |sum, one| sum + one).await
}

/// How many idle clients the threat model has.
const FLOOD: usize = 5_000;

/// As many of them as the system lets a process have open.
fn flood() -> usize {
    let mut limits = Limits::default();
    limits.connections = FLOOD + 64;
    web::raise_open_files(&limits);
    let allowed = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let room = allowed.map_or(FLOOD, |allowed| usize::try_from(allowed).unwrap_or(FLOOD).saturating_sub(512));
    #[expect(clippy::print_stderr, reason = "who runs the test should know what it did not look at")]
    if room < FLOOD {
        eprintln!("{room} idle connections instead of {FLOOD}: the system allows no more open files");
    }
    room.min(FLOOD)
}

#[tokio::test]
async fn security_c15_five_thousand_idle_connections_cost_little_and_end() {
    let mock = vendor().await;
    let (flood, patience) = (flood(), Duration::from_secs(8));
    let connections_allowed = Some(flood + 64);
    let setup = Setup {
        vendor: &mock.base(),
        read_timeout: Some(patience),
        connections: connections_allowed,
        ..Setup::default()
    };
    let process = Process::start(&setup);
    process.is_well().await;
    let before = process.memory();
    let idle = connections(&process, flood, b"").await;
    process.is_well().await;
    if let Some(grown) = grown(before, process.memory()) {
        assert!(grown < flood * 20, "{grown} KiB for {flood} idle connections");
    }
    let started = Instant::now();
    for _ in 0..20 {
        process.is_well().await;
    }
    assert!(started.elapsed() < Duration::from_secs(2), "{:?} for 20 calls", started.elapsed());
    assert_eq!(closed(idle, patience * 3).await, flood);
    process.is_well().await;
}

#[tokio::test]
async fn security_c15_more_connections_than_allowed_are_closed_at_once() {
    let mock = vendor().await;
    let setup = Setup { vendor: &mock.base(), connections: Some(64), ..Setup::default() };
    let process = Process::start(&setup);
    let idle = connections(&process, 63, b"POST").await;
    process.is_well().await;
    // The kept connection of the client above is the 64th.
    assert_eq!(closed(connections(&process, 500, b"").await, Duration::from_secs(5)).await, 500);
    process.is_well().await;
    drop(idle);
}

#[tokio::test]
async fn security_c14_many_dribbling_clients_are_cut_off_and_hold_nobody_up() {
    let mock = vendor().await;
    let patience = Duration::from_secs(2);
    let setup = Setup { vendor: &mock.base(), read_timeout: Some(patience), ..Setup::default() };
    let process = Process::start(&setup);
    let head = head(&process);
    let half_head = format!("{head}x-slow: ");
    let half_body = format!("{head}content-length: 100\r\n\r\n{{");
    let mut slow = connections(&process, 150, half_head.as_bytes()).await;
    slow.extend(connections(&process, 150, half_body.as_bytes()).await);
    // A byte now and then is no sign of life.
    let (mut dribbles, mut waiting) = (Vec::new(), Vec::new());
    for (number, stream) in slow.into_iter().enumerate() {
        if number % 10 == 0 { dribbles.push(stream) } else { waiting.push(stream) }
    }
    let dribbling = stream::iter(dribbles).for_each_concurrent(None, async |mut stream: TcpStream| {
        let started = Instant::now();
        while stream.write_all(b" ").await.is_ok() {
            assert!(started.elapsed() < patience * 4, "still open");
            tokio::time::sleep(Duration::from_millis(200)).await;
            let mut byte = [0; 256];
            if matches!(stream.try_read(&mut byte), Ok(0)) {
                break;
            }
        }
    });
    let calling = async {
        let mut worst = Duration::ZERO;
        for _ in 0..20 {
            let started = Instant::now();
            process.is_well().await;
            worst = worst.max(started.elapsed());
        }
        worst
    };
    let (worst, (), cut) = tokio::join!(calling, dribbling, closed(waiting, patience * 4));
    assert!(worst < Duration::from_secs(1), "{worst:?} for a call");
    assert_eq!(cut, 270);
}

/// Asks again and again and never takes an answer.
#[tokio::test]
async fn security_c14_clients_that_do_not_read_are_cut_off() {
    let mock = vendor().await;
    let patience = Duration::from_secs(1);
    let setup = Setup { vendor: &mock.base(), read_timeout: Some(patience), ..Setup::default() };
    let process = Process::start(&setup);
    process.is_well().await;
    let before = process.memory();
    // An id of a megabyte makes an answer of a megabyte.
    let body =
        rpc("tools/list", &json!({})).replacen("\"id\":1", &format!("\"id\":\"{}\"", "x".repeat(1 << 20)), 1);
    let request = format!("{}content-length: {}\r\n\r\n{body}", head(&process), body.len());
    let cut = async |_| {
        let mut stream = TcpStream::connect(process.address).await.expect("a connection");
        let started = Instant::now();
        let sending = async { while stream.write_all(request.as_bytes()).await.is_ok() {} };
        timeout(patience * 10, sending).await.expect("the server closes the connection");
        started.elapsed()
    };
    let took: Vec<Duration> = stream::iter(0..8).map(cut).buffer_unordered(8).collect().await;
    assert!(took.iter().all(|took| *took > patience), "{took:?}");
    if let Some(grown) = grown(before, process.memory()) {
        assert!(grown < 96 << 10, "{grown} KiB");
    }
    process.is_well().await;
}

/// A connection that is kept after a good answer is not kept for ever.
#[tokio::test]
async fn security_c14_kept_connections_end_when_nothing_comes() {
    let mock = vendor().await;
    let patience = Duration::from_millis(700);
    let setup = Setup { vendor: &mock.base(), read_timeout: Some(patience), ..Setup::default() };
    let process = Process::start(&setup);
    let body = rpc("ping", &json!({}));
    let request = format!("{}content-length: {}\r\n\r\n{body}", head(&process), body.len());
    let kept = connections(&process, 20, request.as_bytes()).await;
    assert_eq!(closed(kept, patience * 6).await, 20);
}
