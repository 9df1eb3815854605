//! What outlives the process: accounts, servers, tokens, sessions, and which calls were made.
//!
//! One contract, [`Store`], in parts by subject; [`SqlStore`] keeps it on `SQLite` and on `PostgreSQL`. The
//! store sees no secret: tokens come as hashes, credentials encrypted.

mod rows;
mod sql;

pub use rows::{AccountRow, ApiTokenRow, CallRow, Grant, Scope, SealedCredential, ServerRow, Slice};
pub use sql::{Address, BadAddress, SqlStore};

use async_trait::async_trait;
use std::fmt;

/// SHA-256 of a token.
pub type Hash = [u8; 32];

/// Why the store did not do it.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database does not answer, is full, or cannot be written now. Nothing is known to have changed.
    #[error("the database is not available: {0}")]
    Unavailable(String),
    /// Somebody else changed the row since it was read.
    #[error("it was changed by somebody else in the meantime")]
    Conflict,
    /// A row that this one belongs to is gone.
    #[error("what it belongs to is gone")]
    Orphan,
    /// The database is not ours, or of a newer version.
    #[error("{0}")]
    Unusable(String),
}

/// What a node must forget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// An account was changed or deleted.
    Account(String),
    /// A server or one of its tokens was changed or deleted.
    Server(String),
    /// An API token was deleted.
    ApiToken(String),
    /// Changes may have been missed.
    Any,
}

/// Is told what a node must forget. It must not take long.
pub type Watcher = Box<dyn Fn(&Change) + Send + Sync>;

/// Accounts and their credentials.
#[async_trait]
pub trait Accounts {
    /// Adds an account.
    async fn add_account(&self, row: &AccountRow, credentials: &[SealedCredential])
    -> Result<(), StoreError>;
    /// An account.
    async fn account(&self, id: &str) -> Result<Option<AccountRow>, StoreError>;
    /// Its credentials.
    async fn credentials(&self, account: &str) -> Result<Vec<SealedCredential>, StoreError>;
    /// Accounts, newest first.
    async fn accounts(&self, slice: Slice<'_>) -> Result<Vec<AccountRow>, StoreError>;
    /// Replaces an account and all its credentials, if it still is at the revision before `row`'s.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] if it is not.
    async fn put_account(&self, row: &AccountRow, credentials: &[SealedCredential])
    -> Result<(), StoreError>;
    /// Deletes an account with its servers; `false` when there is none.
    async fn delete_account(&self, id: &str) -> Result<bool, StoreError>;
    /// How many credentials are kept, for a check at the start.
    async fn count_credentials(&self) -> Result<i64, StoreError>;
    /// Deletes all credentials of all accounts; says how many.
    async fn forget_credentials(&self) -> Result<u64, StoreError>;
}

/// MCP servers and their tokens.
#[async_trait]
pub trait Servers {
    /// Adds a server with its token.
    ///
    /// # Errors
    /// [`StoreError::Orphan`] if the account is gone.
    async fn add_server(&self, row: &ServerRow, token: &Hash) -> Result<(), StoreError>;
    /// A server of an account.
    async fn server(&self, account: &str, id: &str) -> Result<Option<ServerRow>, StoreError>;
    /// Servers of an account, newest first; expired ones are left out.
    async fn servers(&self, account: &str, now: i64, slice: Slice<'_>) -> Result<Vec<ServerRow>, StoreError>;
    /// Replaces a server, if it still is at the revision before `row`'s.
    async fn put_server(&self, row: &ServerRow) -> Result<(), StoreError>;
    /// Replaces a server and gives it a new token; the others end at `old_until`.
    async fn rotate_server(&self, row: &ServerRow, token: &Hash, old_until: i64) -> Result<(), StoreError>;
    /// Deletes a server; `false` when there is none.
    async fn delete_server(&self, account: &str, id: &str) -> Result<bool, StoreError>;
    /// What a token opens, expired or not.
    async fn grant(&self, token: &Hash) -> Result<Option<Grant>, StoreError>;
    /// Deletes servers and tokens whose end has come; the ids of the servers.
    async fn sweep(&self, now: i64) -> Result<Vec<String>, StoreError>;
}

/// API tokens.
#[async_trait]
pub trait ApiTokens {
    /// Adds a token.
    async fn add_api_token(&self, row: &ApiTokenRow, hash: &Hash) -> Result<(), StoreError>;
    /// A token by id.
    async fn api_token(&self, id: &str) -> Result<Option<ApiTokenRow>, StoreError>;
    /// A token by what it is.
    async fn api_token_by_hash(&self, hash: &Hash) -> Result<Option<ApiTokenRow>, StoreError>;
    /// Tokens, newest first.
    async fn api_tokens(&self, slice: Slice<'_>) -> Result<Vec<ApiTokenRow>, StoreError>;
    /// Deletes a token; `false` when there is none.
    async fn delete_api_token(&self, id: &str) -> Result<bool, StoreError>;
}

/// Sessions of the page.
#[async_trait]
pub trait Sessions {
    /// Adds a session.
    async fn add_session(&self, hash: &Hash, now: i64, expires_at: i64) -> Result<(), StoreError>;
    /// When a session ends; `None` when there is none.
    async fn session(&self, hash: &Hash) -> Result<Option<i64>, StoreError>;
    /// Deletes a session.
    async fn delete_session(&self, hash: &Hash) -> Result<(), StoreError>;
    /// Deletes all sessions.
    async fn delete_sessions(&self) -> Result<(), StoreError>;
}

/// Which calls were made.
#[async_trait]
pub trait Calls {
    /// Adds calls and the times when servers and API tokens were last used: pairs of id and time.
    async fn add_calls(
        &self,
        calls: &[CallRow],
        servers: &[(String, i64)],
        api_tokens: &[(String, i64)],
    ) -> Result<(), StoreError>;
    /// Calls of an account, newest first.
    async fn calls(&self, account: &str, slice: Slice<'_>) -> Result<Vec<CallRow>, StoreError>;
    /// Deletes calls older than `before`, and all but the newest `most`.
    async fn forget_calls(&self, before: i64, most: u32) -> Result<(), StoreError>;
}

/// Small facts about the installation, by name.
#[async_trait]
pub trait Settings {
    /// A setting.
    async fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError>;
    /// Sets it.
    async fn put_setting(&self, name: &str, value: &[u8]) -> Result<(), StoreError>;
    /// Sets it if it is `before` (or absent, for `None`); `false` when it is not.
    async fn swap_setting(&self, name: &str, before: Option<&[u8]>, value: &[u8])
    -> Result<bool, StoreError>;
}

/// Everything that is stored.
#[async_trait]
pub trait Store:
    Accounts + Servers + ApiTokens + Sessions + Calls + Settings + Send + Sync + fmt::Debug
{
    /// Whether the database answers, for `/readyz`.
    async fn ready(&self) -> Result<(), StoreError>;
    /// Tells of the changes that any node makes from now on; of this node's own before they are answered.
    fn watch(&self, watcher: Watcher);
    /// How many pieces of work the database did not do so far.
    fn failures(&self) -> u64;
    /// Milliseconds since 1970 by the clock of the database, so that all nodes mean the same moment by an
    /// expiry.
    fn now(&self) -> i64;
}
