//! Whether a node is there, and whether it wants work.

use std::time::{Duration, Instant};
use toolpress_tests::engine::{ADMIN_KEY, Engine};
use toolpress_tests::postgres::{Postgres, Stop};
use toolpress_tests::program::bare;
use toolpress_tests::rest::Rest;
use toolpress_tests::serving::{Node, Start};

/// The address of the listener for machines that watch.
pub(crate) async fn watched(node: &Node) -> Rest {
    let line = node.output.line("Metrics").await.expect("a line");
    let url = line.split_whitespace().nth(1).expect("a URL").trim_end_matches("/metrics");
    assert!(url.starts_with("http://127.0.0.1:"), "{url}");
    Rest::new(url, None)
}

#[tokio::test]
async fn a_node_that_stops_is_not_ready_and_still_serves() {
    let site = Engine::Sqlite.site().await.expect("SQLite is built in");
    let node = site.start().flags(&["--metrics-listen", "0", "--stop-delay", "2s"]).run().await;
    let (open, watched) = (node.rest().without_key(), watched(&node).await);
    for at in [&open, &watched] {
        assert_eq!(at.get("/readyz").await.text, "ready\n");
        assert_eq!(at.get("/healthz").await.text, "ok\n");
    }
    let began = Instant::now();
    node.terminate();
    while open.get("/readyz").await.status == 200 {
        assert!(began.elapsed() < Duration::from_secs(2), "it never said that it stops");
    }
    let refused = open.get("/readyz").await;
    assert_eq!(refused.headers["retry-after"], "1");
    refused.refused(503);
    assert_eq!(watched.get("/readyz").await.status, 503);
    assert_eq!(open.get("/healthz").await.status, 200);
    node.rest().get("/integration").await.ok();
    let (status, _, log) = node.wait().await;
    assert!(status.success(), "{log}");
    assert!(began.elapsed() >= Duration::from_secs(2), "it ended early");
}

#[tokio::test]
async fn without_its_database_a_node_is_healthy_and_not_ready() {
    let Some(postgres) = Postgres::start() else { return };
    let site = Engine::Sqlite.site().await.expect("SQLite is built in");
    let mut command = bare(&["serve", "--listen", "127.0.0.1:0"]);
    command.arg("--database").arg(postgres.database().await).arg("--key-file").arg(site.key_file());
    let start = Start::of(command, None).env("TOOLPRESS_ADMIN_KEY", ADMIN_KEY);
    let node = start.flags(&["--metrics-listen", "0"]).run().await;
    let (open, watched) = (Rest::new(&node.address, None), watched(&node).await);
    assert_eq!(open.get("/readyz").await.status, 200);
    assert!(watched.get("/metrics").await.text.contains("\ntoolpress_database_up 1\n"));
    postgres.stop(Stop::Immediate);
    open.get("/readyz").await.refused(503);
    assert_eq!(watched.get("/readyz").await.status, 503);
    assert_eq!(open.get("/healthz").await.status, 200);
    let text = watched.get("/metrics").await.text;
    assert!(text.contains("\ntoolpress_database_up 0\n"), "{text}");
    let errors = text.lines().find_map(|line| line.strip_prefix("toolpress_database_errors_total "));
    assert!(errors.expect("a count").parse::<u64>().expect("a number") > 0, "{text}");
    postgres.start_again();
    let began = Instant::now();
    while open.get("/readyz").await.status != 200 {
        assert!(began.elapsed() < Duration::from_secs(20), "it did not come back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
