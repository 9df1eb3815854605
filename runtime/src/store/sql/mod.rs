//! The store in SQL: the same statements for `SQLite` and `PostgreSQL`.
//!
//! What differs between the two is in `connect` (how a connection is set up) and `listen` (how a node
//! hears of what others changed).

mod accounts;
mod api_tokens;
mod calls;
mod clock;
mod connect;
mod listen;
mod servers;
mod sessions;
mod settings;
mod watchers;

pub use connect::{Address, BadAddress};

use super::{Change, Store, StoreError, Watcher};
use async_trait::async_trait;
use clock::Clock;
use sqlx::any::AnyRow;
use sqlx::{Any, AnyPool, Executor as _, Transaction};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::task::AbortHandle;
use tokio::time::timeout;
use watchers::Watchers;

/// How long any one piece of work may take; a database that does not answer is down.
const PATIENCE: Duration = Duration::from_secs(5);

/// Work that was not done, in the whole process: it has one database.
static FAILURES: AtomicU64 = AtomicU64::new(0);

/// A store on `SQLite` or `PostgreSQL`.
#[derive(Debug)]
pub struct SqlStore {
    read: AnyPool,
    write: AnyPool,
    begin: &'static str,
    watchers: Arc<Watchers>,
    clock: Arc<Clock>,
    listener: Option<AbortHandle>,
}

impl SqlStore {
    /// Opens a database and brings its tables up to date; a file that is not there is made.
    ///
    /// # Errors
    /// If it cannot be opened, or is of a newer version.
    pub async fn open(address: &Address) -> Result<Self, StoreError> {
        let (read, write) = connect::open(address).await?;
        connect::migrate(address, &write).await?;
        let watchers = Arc::new(Watchers::default());
        let Address::Postgres(url) = address else {
            let clock = Arc::new(Clock::of_this_machine());
            return Ok(Self { read, write, begin: "BEGIN IMMEDIATE", watchers, clock, listener: None });
        };
        let clock = Arc::new(Clock::of_the_database());
        listen::set(url, &clock).await?;
        let task = listen::listen(url.clone(), Arc::clone(&watchers), Arc::clone(&clock));
        let listener = Some(tokio::spawn(task).abort_handle());
        Ok(Self { read, write, begin: "BEGIN", watchers, clock, listener })
    }

    /// Ends all connections after what they are doing.
    pub async fn close(&self) {
        if let Some(listener) = &self.listener {
            listener.abort();
        }
        self.read.close().await;
        self.write.close().await;
    }

    async fn begin(&self) -> Result<Transaction<'static, Any>, sqlx::Error> {
        self.write.begin_with(self.begin).await
    }

    /// Tells this node; others hear of it by themselves.
    fn tell(&self, change: &Change) {
        self.watchers.tell(change);
    }
}

impl Drop for SqlStore {
    fn drop(&mut self) {
        if let Some(listener) = &self.listener {
            listener.abort();
        }
    }
}

#[async_trait]
impl Store for SqlStore {
    async fn ready(&self) -> Result<(), StoreError> {
        within(async { self.read.execute("SELECT 1").await.map(|_| ()) }).await
    }

    fn watch(&self, watcher: Watcher) {
        self.watchers.add(watcher);
    }

    fn failures(&self) -> u64 {
        FAILURES.load(Ordering::Relaxed)
    }

    fn now(&self) -> i64 {
        self.clock.now()
    }
}

/// Runs a piece of work with the database within the common patience.
async fn within<T>(work: impl Future<Output = Result<T, sqlx::Error>>) -> Result<T, StoreError> {
    let done = match timeout(PATIENCE, work).await {
        Ok(done) => done.map_err(StoreError::from),
        Err(_) => Err(StoreError::Unavailable(format!("no answer within {} s", PATIENCE.as_secs()))),
    };
    if let Err(StoreError::Unavailable(_)) = done {
        FAILURES.fetch_add(1, Ordering::Relaxed);
    }
    done
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            // How our own statements say that the revision was another.
            sqlx::Error::RowNotFound => Self::Conflict,
            sqlx::Error::Database(told) if told.is_foreign_key_violation() => Self::Orphan,
            sqlx::Error::Database(told) if told.is_unique_violation() => Self::Conflict,
            sqlx::Error::Database(told) => Self::Unavailable(told.message().to_owned()),
            _ => Self::Unavailable(error.to_string()),
        }
    }
}

/// All rows, read by `read`.
fn all<T>(
    rows: impl IntoIterator<Item = AnyRow>,
    read: impl Fn(&AnyRow) -> Result<T, sqlx::Error>,
) -> Result<Vec<T>, sqlx::Error> {
    rows.into_iter().map(|row| read(&row)).collect()
}

/// An id above every other, for the beginning of a list.
const NEWEST: &str = "~";
