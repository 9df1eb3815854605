//! What a node is made of: the database, the key file, the admin key.

use super::Failure;
use crate::Token;
use crate::admin_key::AdminKey;
use crate::keyring::KeyFile;
use crate::store::{Address, SqlStore, Store};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where the database is kept unless something else is said.
const DATABASE: &str = "sqlite:toolpress.db";

/// The database and the key of what is in it.
#[derive(Debug, clap::Args)]
pub(super) struct Place {
    /// Where accounts, servers and tokens are kept: sqlite:FILE, `sqlite::memory`:, or postgres://… for several nodes [default: sqlite:toolpress.db; in memory with --sandbox]
    #[arg(long, env = "TOOLPRESS_DATABASE", value_name = "ADDRESS", hide_env_values = true)]
    database: Option<Address>,

    /// What stored credentials are encrypted with; made at the first run. Nodes of one database share it [default: toolpress.key beside the database]
    #[arg(long, env = "TOOLPRESS_KEY_FILE", value_name = "FILE")]
    key_file: Option<PathBuf>,
}

impl Place {
    /// The address of the database, `otherwise` if none was given.
    pub(super) fn address(&self, otherwise: &Address) -> Address {
        self.database.clone().unwrap_or_else(|| otherwise.clone())
    }

    /// The address of the database for commands that need one.
    pub(super) fn stored(&self) -> Result<Address, Failure> {
        DATABASE.parse().map(|otherwise| self.address(&otherwise)).map_err(Failure::failed)
    }

    /// The key file that belongs to a database; none for one in memory.
    pub(super) fn key_file(&self, address: &Address) -> Option<PathBuf> {
        let beside = || match address {
            Address::Memory => None,
            Address::Sqlite(path) => Some(path.with_file_name("toolpress.key")),
            Address::Postgres(_) => Some(PathBuf::from("toolpress.key")),
        };
        self.key_file.clone().or_else(beside)
    }
}

/// Opens a database that is there already, for commands that mend it. A file that is not there would be a
/// slip in its name, so it is not made.
pub(super) async fn existing(place: &Place) -> Result<Arc<SqlStore>, Failure> {
    let address = place.stored()?;
    match &address {
        Address::Memory => Err(Failure::Usage(
            "a database in memory belongs to the process that runs; name another".to_owned(),
        )),
        Address::Sqlite(path) if !path.exists() => {
            let message = format!("there is no database at {}; name it with --database", path.display());
            Err(Failure::Usage(message))
        }
        _ => store(&address).await,
    }
}

/// Opens a database.
pub(super) async fn store(address: &Address) -> Result<Arc<SqlStore>, Failure> {
    SqlStore::open(address).await.map(Arc::new).map_err(Failure::failed)
}

/// Reads the key file of a database, or makes it.
pub(super) async fn keys(path: Option<&Path>, store: &dyn Store) -> Result<Arc<KeyFile>, Failure> {
    let keys = match path {
        Some(path) => KeyFile::open(path, store).await.map_err(Failure::failed)?,
        None => KeyFile::in_memory().map_err(Failure::failed)?,
    };
    Ok(Arc::new(keys))
}

/// The admin key: from a file, from `TOOLPRESS_ADMIN_KEY`, or the one of the database, which is made at
/// the first run and then returned to be shown.
pub(super) async fn admin_key(
    file: Option<&Path>,
    store: &dyn Store,
) -> Result<(AdminKey, Option<Token>), Failure> {
    let given = match file {
        Some(path) => {
            let text = std::fs::read_to_string(path);
            let text = text.map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))?;
            Some(text)
        }
        None => std::env::var("TOOLPRESS_ADMIN_KEY").ok(),
    };
    match given {
        Some(key) => {
            AdminKey::given(&key).map(|key| (key, None)).map_err(|error| Failure::Usage(error.to_string()))
        }
        None => AdminKey::stored(store).await.map_err(Failure::failed),
    }
}
