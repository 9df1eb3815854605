//! How a node hears of what others changed on `PostgreSQL`, and of how late it is there.

use super::watchers::Watchers;
use crate::store::Change;
use jiff::Timestamp;
use sqlx::postgres::PgListener;
use sqlx::{Connection as _, PgConnection, Row as _, query};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::time::{sleep, timeout};
use url::Url;

/// The channel that the triggers notify.
const CHANNEL: &str = "toolpress";

/// How often the connection is tried and the clocks are compared.
const CHECK: Duration = Duration::from_secs(5);

/// How long until the next attempt to connect.
const PAUSE: Duration = Duration::from_millis(500);

/// Listens for as long as it is polled. Whenever the connection was away, everything may have changed.
pub(super) async fn listen(url: Url, watchers: Arc<Watchers>, offset: Arc<AtomicI64>) {
    loop {
        match session(&url, &watchers, &offset).await {
            Ok(()) => {}
            Err(error) => tracing::warn!(%error, "no news of other nodes; trying again"),
        }
        watchers.tell(&Change::Any);
        sleep(PAUSE).await;
    }
}

async fn session(url: &Url, watchers: &Watchers, offset: &AtomicI64) -> Result<(), sqlx::Error> {
    let mut listener = PgListener::connect(url.as_str()).await?;
    // A reconnection inside the listener would lose what happened meanwhile without telling.
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    let mut clock = PgConnection::connect(url.as_str()).await?;
    watchers.tell(&Change::Any);
    loop {
        compare(&mut clock, offset).await?;
        let check = sleep(CHECK);
        tokio::pin!(check);
        loop {
            tokio::select! {
                told = listener.try_recv() => match told? {
                    Some(told) => watchers.tell(&read(told.payload())),
                    None => return Ok(()),
                },
                () = &mut check => break,
            }
        }
    }
}

async fn compare(connection: &mut PgConnection, offset: &AtomicI64) -> Result<(), sqlx::Error> {
    let before = Timestamp::now().as_millisecond();
    let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::BIGINT";
    let row =
        timeout(CHECK, query(sql).fetch_one(connection)).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
    let after = Timestamp::now().as_millisecond();
    let theirs: i64 = row.try_get(0)?;
    // Half of the way there and back is as near as one can tell.
    let ahead = theirs - before.midpoint(after);
    // Differences within the way are no differences.
    offset.store(if ahead.abs() <= after - before { 0 } else { ahead }, Ordering::Relaxed);
    Ok(())
}

fn read(payload: &str) -> Change {
    match payload.split_once(' ') {
        Some(("account", id)) => Change::Account(id.to_owned()),
        Some(("server", id)) => Change::Server(id.to_owned()),
        Some(("api_token", id)) => Change::ApiToken(id.to_owned()),
        _ => Change::Any,
    }
}
