//! Addresses of databases, and opening them.

use crate::store::StoreError;
use sqlx::any::{AnyPoolOptions, install_default_drivers};
use sqlx::migrate::{MigrateError, Migration, MigrationType, Migrator};
use sqlx::{AnyConnection, AnyPool, Connection as _, Executor as _, SqlSafeStr as _};
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;
use url::Url;

/// How long to wait for a free connection.
const PATIENCE: Duration = Duration::from_secs(2);

/// What every connection to `SQLite` is told: readers beside one writer, every commit on the disk before
/// it is acknowledged, five seconds of patience with other processes, and half a megabyte to remember pages in,
/// since there are five connections and what they read is small.
const SQLITE: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
                      PRAGMA busy_timeout = 5000; PRAGMA trusted_schema = OFF; PRAGMA cache_size = -512";

/// What every connection to `PostgreSQL` is told: nothing of ours takes long, so what does is stuck.
const POSTGRES: &str = "SET statement_timeout = '5s'; SET lock_timeout = '3s'; \
                        SET idle_in_transaction_session_timeout = '10s'";

/// Where the data is kept.
#[derive(Clone, PartialEq, Eq)]
pub enum Address {
    /// A file.
    Sqlite(PathBuf),
    /// The memory of this process, for trying things out.
    Memory,
    /// A `PostgreSQL` database that several nodes may share.
    Postgres(Url),
}

/// A text that is no address.
#[derive(Debug, thiserror::Error)]
#[error("write sqlite:FILE, sqlite::memory: or postgres://USER:PASSWORD@HOST/DATABASE")]
pub struct BadAddress;

impl FromStr for Address {
    type Err = BadAddress;

    fn from_str(text: &str) -> Result<Self, BadAddress> {
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            return match path {
                "" => Err(BadAddress),
                ":memory:" => Ok(Self::Memory),
                path => Ok(Self::Sqlite(path.into())),
            };
        }
        let url = Url::parse(text).map_err(|_| BadAddress)?;
        let fits = matches!(url.scheme(), "postgres" | "postgresql");
        if fits { Ok(Self::Postgres(url)) } else { Err(BadAddress) }
    }
}

/// Without the password.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            Self::Memory => f.write_str("sqlite::memory:"),
            Self::Postgres(url) => {
                let host = url.host_str().unwrap_or("localhost");
                write!(f, "postgres://{host}{}", url.path())
            }
        }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Address {
    /// The file, where there is one.
    pub fn path(&self) -> Option<&Path> {
        if let Self::Sqlite(path) = self { Some(path) } else { None }
    }

    pub(super) fn is_postgres(&self) -> bool {
        matches!(self, Self::Postgres(_))
    }

    fn url(&self) -> String {
        match self {
            Self::Sqlite(path) => {
                let path = path.display().to_string();
                // The driver reads a query and percent signs in what follows.
                let path = path.replace('%', "%25").replace('?', "%3F").replace('#', "%23");
                format!("sqlite:{path}?mode=rwc")
            }
            Self::Memory => "sqlite::memory:".to_owned(),
            Self::Postgres(url) => url.to_string(),
        }
    }
}

/// Connections to read with, and to write with. `SQLite` has one writer; a database in memory has one
/// connection at all, since each would have its own.
pub(super) async fn open(address: &Address) -> Result<(AnyPool, AnyPool), StoreError> {
    install_default_drivers();
    if let Some(folder) =
        address.path().and_then(Path::parent).filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder)
            .map_err(|error| unusable(address, &format!("{}: {error}", folder.display())))?;
    }
    match address {
        Address::Memory => {
            let pool = pool(address, 1, SQLITE).await?;
            Ok((pool.clone(), pool))
        }
        Address::Sqlite(_) => {
            let write = pool(address, 1, SQLITE).await?;
            Ok((pool(address, 4, SQLITE).await?, write))
        }
        Address::Postgres(_) => {
            let pool = pool(address, 10, POSTGRES).await?;
            Ok((pool.clone(), pool))
        }
    }
}

async fn pool(address: &Address, connections: u32, told: &'static str) -> Result<AnyPool, StoreError> {
    let options = AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(PATIENCE)
        .test_before_acquire(address.is_postgres())
        .after_connect(move |connection, _| {
            Box::pin(async move { connection.execute(told).await.map(|_| ()) })
        });
    // A pool tries again and again, and then says only that it took too long.
    let first = async { AnyConnection::connect(&address.url()).await?.execute(told).await.map(|_| ()) };
    if address.path().is_some() {
        first.await.map_err(|error| unusable(address, &problem(&error)))?;
    }
    // A database in memory ends with its connection.
    let options = match address {
        Address::Postgres(_) => options,
        _ => options.idle_timeout(None).max_lifetime(None).min_connections(1),
    };
    // Where the disk is full SQLite ends a transaction by itself. The driver's own attempt then fails, and
    // it would take the connection to be inside a transaction for ever.
    let options = match address {
        Address::Sqlite(_) => options.after_release(|connection, _| {
            Box::pin(async move {
                connection.ping().await?;
                Ok(!connection.is_in_transaction())
            })
        }),
        _ => options,
    };
    options.connect(&address.url()).await.map_err(|error| unusable(address, &error.to_string()))
}

fn problem(error: &sqlx::Error) -> String {
    let code = error.as_database_error().and_then(|told| told.code());
    match code.as_deref() {
        // SQLITE_READONLY and its kinds, SQLITE_CANTOPEN.
        Some("8" | "14" | "264" | "520" | "776" | "1032" | "1288" | "1544") => {
            format!("{error}; the file and its folder must be there to read and to write")
        }
        _ => error.to_string(),
    }
}

fn unusable(address: &Address, problem: &str) -> StoreError {
    StoreError::Unusable(format!("the database {address} cannot be opened: {problem}"))
}

/// Brings the tables up to what this version knows. Several nodes may do so at once; a database of a
/// newer version is left alone.
pub(super) async fn migrate(address: &Address, pool: &AnyPool) -> Result<(), StoreError> {
    let sql: &[(&'static str, &'static str)] = if address.is_postgres() {
        &[("control plane", include_str!("../../../migrations/postgres/0001_control_plane.sql"))]
    } else {
        &[("control plane", include_str!("../../../migrations/sqlite/0001_control_plane.sql"))]
    };
    let migrations = (1_i64..).zip(sql).map(|(version, (name, sql))| {
        Migration::new(version, (*name).into(), MigrationType::Simple, sql.into_sql_str(), false)
    });
    let migrator = Migrator::with_migrations(migrations.collect());
    let told = |error: MigrateError| match error {
        MigrateError::VersionMissing(version) => {
            unusable(address, &format!("it is of a newer Toolpress (step {version}); run that version"))
        }
        MigrateError::VersionMismatch(version) => {
            unusable(address, &format!("step {version} of its tables is not the one of this Toolpress"))
        }
        MigrateError::Dirty(version) => {
            unusable(address, &format!("step {version} of its tables was broken off; restore a backup"))
        }
        error => unusable(address, &error.to_string()),
    };
    migrator.run(pool).await.map_err(told)
}

#[cfg(test)]
mod tests {
    use super::{Address, open};
    use sqlx::{AnyPool, Row as _, query};

    async fn told(pool: &AnyPool, pragma: &'static str) -> String {
        let row = query(sqlx::AssertSqlSafe(format!("PRAGMA {pragma}"))).fetch_one(pool).await.unwrap();
        row.try_get::<String, _>(0)
            .or_else(|_| row.try_get::<i64, _>(0).map(|number| number.to_string()))
            .unwrap()
    }

    #[tokio::test]
    async fn security_g2_every_connection_to_sqlite_is_set_up_to_last() {
        let folder = tempfile::tempdir().unwrap();
        let (read, write) = open(&Address::Sqlite(folder.path().join("t.db"))).await.unwrap();
        for pool in [&read, &write] {
            assert_eq!(told(pool, "journal_mode").await, "wal");
            // FULL: a commit is on the disk before it is acknowledged.
            assert_eq!(told(pool, "synchronous").await, "2");
            assert_eq!(told(pool, "foreign_keys").await, "1");
            assert_eq!(told(pool, "busy_timeout").await, "5000");
        }
        assert_eq!(write.options().get_max_connections(), 1, "one writer");
    }

    #[test]
    fn addresses_are_read_and_never_show_a_password() {
        let shown = |text: &str| text.parse::<Address>().map(|address| address.to_string()).ok();
        assert_eq!(shown("sqlite:a b.db").as_deref(), Some("sqlite:a b.db"));
        assert_eq!(shown("sqlite:///var/t.db").as_deref(), Some("sqlite:/var/t.db"));
        assert_eq!(shown("sqlite::memory:").as_deref(), Some("sqlite::memory:"));
        assert_eq!(shown("postgres://u:secret@db:5432/t?x=1").as_deref(), Some("postgres://db/t"));
        for wrong in ["", "sqlite:", "mysql://h/d", "toolpress.db"] {
            assert!(wrong.parse::<Address>().is_err(), "{wrong}");
        }
    }
}
