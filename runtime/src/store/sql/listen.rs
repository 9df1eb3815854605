//! How a node hears of what others changed on `PostgreSQL`, and of how late it is there.

use super::clock::Clock;
use super::watchers::Watchers;
use crate::store::Change;
use sqlx::postgres::PgListener;
use sqlx::{Connection as _, PgConnection, Row as _, query};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};
use url::Url;

/// The channel that the triggers notify.
const CHANNEL: &str = "toolpress";

/// How often the connection is tried and the clocks are compared.
const CHECK: Duration = Duration::from_secs(5);

/// How long until the next attempt to connect.
const PAUSE: Duration = Duration::from_millis(500);

/// Listens for as long as it is polled. Whenever the connection was away, everything may have changed.
pub(super) async fn listen(url: Url, watchers: Arc<Watchers>, clock: Arc<Clock>) {
    loop {
        match session(&url, &watchers, &clock).await {
            Ok(()) => {}
            Err(error) => tracing::warn!(%error, "no news of other nodes; trying again"),
        }
        watchers.tell(&Change::Any);
        sleep(PAUSE).await;
    }
}

async fn session(url: &Url, watchers: &Watchers, clock: &Clock) -> Result<(), sqlx::Error> {
    // A database that takes connections and says nothing must not hold this up.
    let connecting = timeout(CHECK, connect(url));
    let (mut listener, mut connection) = connecting.await.map_err(|_| sqlx::Error::PoolTimedOut)??;
    watchers.tell(&Change::Any);
    loop {
        compare(&mut connection, clock).await?;
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

async fn connect(url: &Url) -> Result<(PgListener, PgConnection), sqlx::Error> {
    let mut listener = PgListener::connect(url.as_str()).await?;
    // A reconnection inside the listener would lose what happened meanwhile without telling.
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    Ok((listener, PgConnection::connect(url.as_str()).await?))
}

/// Looks at the clock of the database for the first time.
pub(super) async fn set(url: &Url, clock: &Clock) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(url.as_str()).await?;
    compare(&mut connection, clock).await?;
    connection.close().await
}

async fn compare(connection: &mut PgConnection, clock: &Clock) -> Result<(), sqlx::Error> {
    let asked = Instant::now();
    let sql = "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::BIGINT";
    let row =
        timeout(CHECK, query(sql).fetch_one(connection)).await.map_err(|_| sqlx::Error::PoolTimedOut)??;
    clock.told(row.try_get(0)?, asked, Instant::now());
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
