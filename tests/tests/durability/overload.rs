//! Ten times more requests than can be served.

use crate::support::{Asker, One, call, echoed, measured, tell};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};
use toolpress_tests::engine::{Engine, Site};
use toolpress_tests::upstream::{Reply, Upstream};

/// Calls at a time, and how long the vendor takes for each: what can be served is 20 a second, so that ten
/// times that is no matter of how fast this machine is.
const CALLS: usize = 6;
const TAKES: Duration = Duration::from_millis(300);
const CAPACITY: u32 = 20;

/// How many times that comes in, for how long.
const TIMES: u32 = 10;
const LASTING: Duration = Duration::from_secs(6);

/// A vendor whose answers take a while, each by itself.
async fn slow() -> Upstream {
    Upstream::scripted(|seen, _| {
        let (open, gate) = watch::channel(false);
        tokio::spawn(async move {
            sleep(TAKES).await;
            // Nobody waits any more if the caller has left.
            let _ = open.send(true);
        });
        Reply::After(gate, echoed(seen.line()))
    })
    .await
}

/// Resident memory in KiB; `None` where the system does not tell.
pub(crate) fn resident(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn security_g10_ten_times_too_much_is_turned_away_and_the_rest_is_served() {
    let site: Site = Engine::Sqlite.site().await.expect("SQLite is built in");
    let vendor = slow().await;
    let calls = CALLS.to_string();
    let node = site.start().flags(&["--calls", &calls, "--log", "warn"]).run().await;
    let asker = Asker::new();
    let one = One::of(&node.rest(), &vendor.base_url()).await;

    // The peak: as many callers as there is room for, each with one call after the other.
    let served = Arc::new(AtomicUsize::new(0));
    let mut callers = JoinSet::new();
    let began = Instant::now();
    for _ in 0..CALLS {
        let (asker, address, token) = (asker.clone(), node.address.clone(), one.token.clone());
        let served = Arc::clone(&served);
        callers.spawn(async move {
            while began.elapsed() < LASTING / 3 {
                let response =
                    asker.send(&address, &token, "tools/call", call("x")).await.expect("an answer");
                assert_eq!(response.status().as_u16(), 200);
                served.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    while let Some(ended) = callers.join_next().await {
        ended.expect("calls go well");
    }
    let per_second =
        |count: usize, time: Duration| f64::from(u32::try_from(count).expect("a count")) / time.as_secs_f64();
    let peak = per_second(served.load(Ordering::Relaxed), began.elapsed());

    let before = resident(node.id());
    let (mut requests, mut clock) = (JoinSet::new(), interval(Duration::from_secs(1) / (CAPACITY * TIMES)));
    let began = Instant::now();
    while began.elapsed() < LASTING {
        clock.tick().await;
        let (asker, address, token) = (asker.clone(), node.address.clone(), one.token.clone());
        requests.spawn(async move {
            let began = Instant::now();
            let response = asker.send(&address, &token, "tools/call", call("x")).await.expect("an answer");
            let told = response.headers().contains_key("retry-after");
            let status = response.status().as_u16();
            let text = response.text().await.expect("a text");
            assert!(
                (status == 200 && text.contains(r#""isError":false"#)) || (status == 503 && told),
                "{status} {text}"
            );
            (status, began.elapsed())
        });
    }
    let offered = requests.len();
    let (mut served, mut refused) = (Vec::new(), Vec::new());
    for (status, took) in requests.join_all().await {
        if status == 200 { served.push(took) } else { refused.push(took) }
    }
    let lasted = began.elapsed();
    served.sort_unstable();
    refused.sort_unstable();
    let goodput = per_second(served.len(), lasted);
    let (admitted, turned_away) = (served.len(), refused.len());
    tell(&format!("{admitted} served and {turned_away} refused in {lasted:?}, at most {peak:.0} a second"));
    assert!(refused.len() > offered / 2, "{} of {offered} were refused", refused.len());
    assert!(goodput >= peak * 0.8, "{goodput:.0} a second are served instead of {peak:.0}");
    let (quick, typical) = (refused[refused.len() / 2], served[served.len() / 2]);
    measured("refusal in overload, median", quick);
    measured("refusal in overload, 99th percentile", refused[refused.len() * 99 / 100]);
    measured("admitted call in overload, median", typical);
    measured("admitted call in overload, 99th percentile", served[served.len() * 99 / 100]);
    // Medians, since other programs share the machine and the callers are on it too.
    assert!(quick < Duration::from_millis(50), "a refusal takes {quick:?}");
    assert!(typical < TAKES * 2, "an admitted call takes {typical:?}");
    if let (Some(before), Some(after)) = (before, resident(node.id())) {
        assert!(after < before + (32 << 10), "{before} KiB became {after} KiB");
    }
    // And it is over when it is over.
    assert_eq!(asker.call(&node, &one.token, "afterwards").await["isError"], false);
}
