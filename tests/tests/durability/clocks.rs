//! Clocks that are wrong, or jump.

use crate::support::{Asker, One, VENDOR, call, measured};
use serde_json::json;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};
use tokio::time::sleep;
use toolpress_tests::engine::{Engine, Site};
use toolpress_tests::serving::{Node, Start};
use toolpress_tests::upstream::{Reply, Upstream};

/// The library that gives a process another time; `None`, with a line on the terminal, where it is not.
fn faketime() -> Option<PathBuf> {
    let folders = ["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/lib", "/usr/local/lib"];
    let files = folders.iter().map(|folder| PathBuf::from(folder).join("faketime/libfaketime.so.1"));
    let found = files.into_iter().find(|file| file.exists());
    if found.is_none() {
        toolpress_tests::skip("faketime", "no libfaketime.so.1; apt-get install faketime");
    }
    found
}

/// A node whose wall clock is taken from a file; the other clocks go on as they do.
fn start(site: &Site, library: &std::path::Path, clock: &std::path::Path) -> Start {
    let start = site.start().env("LD_PRELOAD", &library.display().to_string());
    let start = start.env("FAKETIME_TIMESTAMP_FILE", &clock.display().to_string());
    start.env("FAKETIME_NO_CACHE", "1").env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
}

fn set(clock: &std::path::Path, offset: &str) {
    // Whoever reads it meanwhile must not find half a number.
    let new = clock.with_extension("new");
    std::fs::write(&new, offset).expect("a clock");
    std::fs::rename(&new, clock).expect("a clock");
}

fn now() -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    i64::try_from(now.as_millis()).expect("a time")
}

/// Ten minutes apart, and both mean the same moment.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn security_e7_nodes_whose_clocks_differ_end_a_token_together() {
    let Some(library) = faketime() else { return };
    let Some(site) = Engine::Postgres.site().await else { return };
    let clocks = ["+5m", "-5m"].map(|offset| {
        let clock = site.folder().join(offset);
        set(&clock, offset);
        clock
    });
    let fast = start(&site, &library, &clocks[0]).run().await;
    let slow = start(&site, &library, &clocks[1]).run().await;
    let asker = Asker::new();
    // Ninety seconds from now are long past for the one, and six minutes away for the other.
    let account = fast.rest().account(VENDOR, "http://127.0.0.1:9", "a-secret").await;
    let soon = jiff::Timestamp::from_millisecond(now() + 90_000).expect("a time").to_string();
    for node in [&fast, &slow] {
        let server = One::more(&node.rest(), &account, json!({ "expires_at": soon })).await;
        for node in [&fast, &slow] {
            assert_eq!(asker.status(node, &server.token).await.0, 200);
        }
    }
    let near = jiff::Timestamp::from_millisecond(now() + 30_000).expect("a time").to_string();
    for node in [&fast, &slow] {
        let path = format!("/integrated-account/{account}/mcp");
        node.rest().post(&path, json!({ "expires_at": near })).await.refused(400);
    }

    let server = One::more(&slow.rest(), &account, json!({})).await;
    let end = now() + 4_000;
    let sql = format!("UPDATE server SET expires_at = {end}, revision = 2 WHERE id = '{}'", server.id);
    assert_eq!(site.execute(&sql).await, 1);
    let until = async |node: &Node| {
        asker.until(node, &server.token, 404).await;
        now() - end
    };
    let (on_fast, on_slow) = tokio::join!(until(&fast), until(&slow));
    for (name, late) in [("fast", on_fast), ("slow", on_slow)] {
        measured(
            &format!("end of a token after its time on the {name} node"),
            Duration::from_millis(late.unsigned_abs()),
        );
        // The databases' clock is this machine's.
        assert!((-50..5_000).contains(&late), "{late} ms after its end on the {name} node");
    }
}

/// Deadlines are kept by a clock that nobody sets, ends of tokens by the one on the wall.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn security_g16_jumps_of_the_wall_clock_change_no_deadline() {
    let Some(library) = faketime() else { return };
    let site = Engine::Sqlite.site().await.expect("SQLite is built in");
    let clock = site.folder().join("clock");
    set(&clock, "+0");
    let node = start(&site, &library, &clock).flags(&["--upstream-timeout", "3s"]).run().await;
    let vendor = Upstream::scripted(|_, _| Reply::Hang).await;
    let (rest, asker) = (node.rest(), Asker::new());
    let one = One::of(&rest, &vendor.base_url()).await;
    let tomorrow = jiff::Timestamp::from_millisecond(now() + 12 * 3_600_000).expect("a time").to_string();
    let ending = One::more(&rest, &one.account, json!({ "expires_at": tomorrow })).await;

    for offset in ["+1d", "-1d", "+0"] {
        let began = Instant::now();
        let asked = vendor.count();
        let running = asker.send(&node.address, &one.token, "tools/call", call("hanging"));
        let jump = async {
            vendor.reached(asked + 1).await;
            sleep(Duration::from_millis(500)).await;
            set(&clock, offset);
            // What is new is counted from the new time on.
            let expected = if offset == "+1d" { 404 } else { 200 };
            assert_eq!(asker.status(&node, &ending.token).await.0, expected, "{offset}");
            assert_eq!(asker.status(&node, &one.token).await.0, 200, "{offset}");
            if offset == "+1d" {
                // Before it is swept away, the token would work again if the clock were set back.
                set(&clock, "+0");
                assert_eq!(asker.status(&node, &ending.token).await.0, 200);
            }
        };
        let (response, ()) = tokio::join!(running, jump);
        let text = response.expect("an answer").text().await.expect("a text");
        let took = began.elapsed();
        assert!(text.contains("timeout"), "{offset}: {text}");
        assert!((Duration::from_secs(3)..Duration::from_secs(8)).contains(&took), "{offset}: {took:?}");
    }
    assert!(!node.stop().await.2.contains("panicked"));
}
