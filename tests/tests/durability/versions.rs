//! Tables of another version, or not made to the end.

use crate::crash::Random;
use crate::support::{Asker, One};
use std::time::{Duration, Instant};
use tokio::time::sleep;
use toolpress_tests::engine::{Engine, Site};
use toolpress_tests::on_both_engines;

async fn security_g7_a_newer_database_is_refused_by_an_older_binary(site: Site) {
    let node = site.node().await;
    let one = One::of(&node.rest(), "http://127.0.0.1:9").await;
    node.stop().await;
    let ours = site.rows("SELECT version FROM _sqlx_migrations").await.len();
    let (checksum, truth) = match site.engine {
        Engine::Sqlite => ("x'00'", "1"),
        Engine::Postgres => ("'\\x00'", "true"),
    };
    site.execute(&format!(
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
         VALUES (999, 'of next year', {truth}, {checksum}, 0)"
    ))
    .await;
    let (code, output, log) = site.start().fail().await;
    assert_eq!(code, Some(1), "{output}{log}");
    assert!(log.contains("newer Toolpress") && log.contains("999"), "{log}");
    // It was left alone.
    assert_eq!(site.execute("DELETE FROM _sqlx_migrations WHERE version = 999").await, 1);
    assert_eq!(site.rows("SELECT version FROM _sqlx_migrations").await.len(), ours);
    let node = site.node().await;
    assert_eq!(Asker::new().status(&node, &one.token).await.0, 200);
}

async fn security_g7_tables_changed_by_others_are_refused(site: Site) {
    site.node().await.stop().await;
    let checksum = if site.engine == Engine::Sqlite { "x'00'" } else { "'\\x00'" };
    site.execute(&format!("UPDATE _sqlx_migrations SET checksum = {checksum} WHERE version = 1")).await;
    let (code, _, log) = site.start().fail().await;
    assert_eq!(code, Some(1));
    assert!(log.contains("step 1 of its tables"), "{log}");
}

on_both_engines!(
    security_g7_a_newer_database_is_refused_by_an_older_binary,
    security_g7_tables_changed_by_others_are_refused,
);

/// A first start that is killed at any moment, and the next one, which must do. `None` where the engine is
/// missing.
async fn killed_while_starting(engine: Engine, rounds: u64, seed: u64) -> Option<()> {
    let (mut random, mut early) = (Random(seed), 0);
    let began = Instant::now();
    engine.site().await?.node().await.stop().await;
    // How long a first start takes here and now.
    let whole = u64::try_from(began.elapsed().as_micros()).expect("a time");
    for round in 0..rounds {
        let site = engine.site().await?;
        let mut command = tokio::process::Command::from(std::mem::replace(
            site.start().command(),
            std::process::Command::new("true"),
        ));
        command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        let mut first = command.kill_on_drop(true).spawn().expect("a process");
        sleep(Duration::from_micros(random.below(whole))).await;
        first.kill().await.expect("killed");
        early += u64::from(!site.key_file().exists());
        let node = site.node().await;
        let one = One::of(&node.rest(), "http://127.0.0.1:9").await;
        assert_eq!(Asker::new().status(&node, &one.token).await.0, 200, "round {round} of seed {seed}");
        node.stop().await;
    }
    assert!(early < rounds, "every first start was killed before it did anything");
    Some(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn security_g7_a_first_start_that_is_killed_on_sqlite_is_made_good_by_the_next() {
    killed_while_starting(Engine::Sqlite, 25, 5).await.expect("SQLite is built in");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn security_g7_a_first_start_that_is_killed_on_postgres_is_made_good_by_the_next() {
    killed_while_starting(Engine::Postgres, 12, 6).await;
}

/// Nodes of one cluster are started together.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn security_g7_four_nodes_may_make_the_tables_at_once() {
    let Some(site) = Engine::Postgres.site().await else { return };
    let nodes = tokio::join!(site.node(), site.node(), site.node(), site.node());
    let one = One::of(&nodes.0.rest(), "http://127.0.0.1:9").await;
    for node in [&nodes.0, &nodes.1, &nodes.2, &nodes.3] {
        assert_eq!(Asker::new().status(node, &one.token).await.0, 200);
    }
}
