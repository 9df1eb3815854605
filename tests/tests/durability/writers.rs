//! Many who write at once.

use crate::support::VENDOR;
use serde_json::json;
use sqlx::Row as _;
use tokio::task::JoinSet;
use toolpress_tests::engine::Site;
use toolpress_tests::on_both_engines;

const WRITERS: usize = 50;
const EACH: usize = 20;

/// Half of them through another process on the same database.
async fn security_g2_fifty_writers_never_find_the_database_locked(site: Site) {
    let nodes = [site.node().await, site.node().await];
    let account = nodes[0].rest().account(VENDOR, "http://127.0.0.1:9", "a-secret").await;
    let (rests, mut writers) = ([nodes[0].rest(), nodes[1].rest()], JoinSet::new());
    for writer in 0..WRITERS {
        let (rest, account) = (rests[writer % 2].clone(), account.clone());
        writers.spawn(async move {
            for number in 0..EACH {
                let name = format!("{writer}-{number}");
                rest.post(&format!("/integrated-account/{account}/mcp"), json!({ "name": name }))
                    .await
                    .created();
            }
        });
    }
    while let Some(ended) = writers.join_next().await {
        ended.expect("every creation is acknowledged");
    }
    let count = site.rows("SELECT COUNT(*) FROM server").await[0].get::<i64, _>(0);
    assert_eq!(usize::try_from(count).expect("a count"), WRITERS * EACH);
    for node in nodes {
        let (_, _, log) = node.stop().await;
        assert!(!log.contains("locked") && !log.contains("panicked"), "{log}");
    }
}

on_both_engines!(security_g2_fifty_writers_never_find_the_database_locked);
