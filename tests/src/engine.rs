//! A place for a node: a database of either kind, a key file, an admin key. Every node started on it sees
//! what the others wrote.

use crate::postgres::Postgres;
use crate::serving::{Node, Start};
use sqlx::any::{AnyRow, install_default_drivers};
use sqlx::{AnyConnection, AssertSqlSafe, Connection as _, Executor as _};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// Where everything is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    /// A file.
    Sqlite,
    /// A server.
    Postgres,
}

/// The admin key of nodes that are given one.
pub const ADMIN_KEY: &str = "an-admin-key-that-is-long-enough-for-a-test";

/// A place for a node.
#[derive(Debug)]
pub struct Site {
    /// The kind of its database.
    pub engine: Engine,
    /// The address of its database.
    pub database: String,
    folder: TempDir,
    server: Option<&'static Postgres>,
}

impl Engine {
    /// A new place with an empty database; `None` where the engine is missing.
    pub async fn site(self) -> Option<Site> {
        let folder = TempDir::new().expect("a folder");
        let (database, server) = match self {
            Self::Sqlite => (format!("sqlite:{}", folder.path().join("toolpress.db").display()), None),
            Self::Postgres => {
                let server = Postgres::shared()?;
                (server.database().await, Some(server))
            }
        };
        Some(Site { engine: self, database, folder, server })
    }
}

impl Site {
    /// The folder with the key file and, for `SQLite`, the database.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The key file.
    pub fn key_file(&self) -> PathBuf {
        self.folder().join("toolpress.key")
    }

    /// How a node is started here: on a free port of loopback, with [`ADMIN_KEY`], allowed to reach
    /// vendors on loopback.
    pub fn start(&self) -> Start {
        Start::at(self)
    }

    /// A node, started like that.
    pub async fn node(&self) -> Node {
        self.start().run().await
    }

    /// Runs a statement; says how many rows it changed.
    pub async fn execute(&self, sql: &str) -> u64 {
        let done = self.connect().await.execute(AssertSqlSafe(sql.to_owned())).await;
        done.unwrap_or_else(|error| panic!("{sql}: {error}")).rows_affected()
    }

    /// The rows of a query.
    pub async fn rows(&self, sql: &str) -> Vec<AnyRow> {
        let rows = self.connect().await.fetch_all(AssertSqlSafe(sql.to_owned())).await;
        rows.unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// Everything that is on the disk: database, write-ahead log, key file, the server's own log.
    pub async fn bytes_at_rest(&self) -> Vec<u8> {
        if self.engine == Engine::Postgres {
            // What is only in shared buffers would not be seen.
            self.execute("CHECKPOINT").await;
        }
        let mut bytes = Vec::new();
        read_all(self.folder(), &mut bytes);
        if let Some(server) = self.server {
            read_all(server.folder(), &mut bytes);
        }
        bytes
    }

    async fn connect(&self) -> AnyConnection {
        install_default_drivers();
        AnyConnection::connect(&self.database).await.expect("the database")
    }
}

fn read_all(folder: &Path, bytes: &mut Vec<u8>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            read_all(&path, bytes);
        } else if let Ok(content) = std::fs::read(&path) {
            // Files of a running server come and go.
            bytes.extend(content);
        }
    }
}

/// Makes two tests of each function `async fn name(site: Site)`: `sqlite::name` and `postgres::name`.
#[macro_export]
macro_rules! on_both_engines {
    ($($name:ident),+ $(,)?) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                let site = $crate::engine::Engine::Sqlite.site().await.expect("SQLite is built in");
                super::$name(site).await;
            })+
        }
        mod postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                // Without PostgreSQL a line on the terminal says so.
                if let Some(site) = $crate::engine::Engine::Postgres.site().await {
                    super::$name(site).await;
                }
            })+
        }
    };
}
