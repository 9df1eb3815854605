//! Replaces the key of stored credentials while nodes run.
//!
//! The new key is in the file, on the disk, before anything is encrypted with it, and an old key leaves the
//! file only when nothing needs it. So whenever this is broken off, the file opens every credential.

use super::file::{CHECK, KeyFileError, check_opens, write};
use super::{Binding, KeyError, KeyFile, Keyring, beside, unusable};
use crate::Account;
use crate::store::{AccountRow, SealedCredential, Slice, Store, StoreError};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::sleep;
use toolpress_core::Catalog;
use url::Url;

/// Accounts that are read at once.
const PART: u32 = 100;

/// How long a node may still write what it encrypted with the keys of a file that was replaced since.
const LATE: Duration = Duration::from_secs(15);

/// A rotation that runs. There is one at a time for a key file.
#[derive(Debug)]
pub struct Rotation<'s> {
    path: PathBuf,
    ring: Keyring,
    store: &'s dyn Store,
    catalog: &'static Catalog,
    /// Held until the end.
    _lock: fs::File,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Rotated {
    /// Credentials that were encrypted anew.
    pub credentials: usize,
    /// Credentials that were left as they are, since they do not open; in words.
    pub left: Vec<String>,
}

/// Why a key is not rotated.
#[derive(Debug, thiserror::Error)]
pub enum RotationError {
    /// The key file.
    #[error(transparent)]
    File(#[from] KeyFileError),
    /// The keys.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Somebody else is at it.
    #[error("another rotation of {} is running", .0.display())]
    Running(PathBuf),
    /// An old key is still needed.
    #[error("an old key cannot be dropped, as these credentials do not open:\n{}", .0.join("\n"))]
    Needed(Vec<String>),
}

impl<'s> Rotation<'s> {
    /// Opens the key file of a database for a rotation.
    ///
    /// # Errors
    /// If it is not the key of the database, or another rotation runs.
    pub async fn begin(
        path: &Path,
        store: &'s dyn Store,
        catalog: &'static Catalog,
    ) -> Result<Self, RotationError> {
        let file_error = |error: std::io::Error| unusable(path, &error);
        // A link stays one: what it leads to is replaced.
        let path = fs::canonicalize(path).map_err(file_error)?;
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let lock = options.open(beside(&path, ".lock")).map_err(file_error)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Err(RotationError::Running(path)),
            Err(fs::TryLockError::Error(error)) => return Err(file_error(error).into()),
        }
        KeyFile::open(&path, store).await?;
        let ring = Keyring::load(&path)?;
        Ok(Self { path, ring, store, catalog, _lock: lock })
    }

    /// The id of the key that encrypts.
    pub fn current(&self) -> &str {
        self.ring.current()
    }

    /// Puts a new key behind the others: it opens, and does not encrypt yet. For nodes with copies of the
    /// file, which must all have a key before anything is encrypted with it.
    pub fn prepare(&mut self) -> Result<(), RotationError> {
        self.ring.prepare()?;
        Ok(self.ring.replace(&self.path)?)
    }

    /// Encrypts everything with a new key: the one that was prepared, or one that is made now. The keys
    /// before it stay in the file.
    pub async fn rotate(&mut self) -> Result<Rotated, RotationError> {
        self.ring.rotate()?;
        self.ring.replace(&self.path)?;
        self.remember().await?;
        self.encrypt().await
    }

    /// Drops the keys that encrypt nothing any more, after encrypting anew what they still do.
    ///
    /// # Errors
    /// If a credential cannot be encrypted anew. Nothing is dropped then.
    pub async fn retire(&mut self) -> Result<Rotated, RotationError> {
        self.remember().await?;
        let age = fs::metadata(&self.path).ok().and_then(|file| file.modified().ok()?.elapsed().ok());
        sleep(LATE.saturating_sub(age.unwrap_or_default())).await;
        let rotated = self.encrypt().await?;
        if !rotated.left.is_empty() {
            return Err(RotationError::Needed(rotated.left));
        }
        self.ring.retire();
        self.ring.replace(&self.path)?;
        Ok(rotated)
    }

    /// Makes the database know the key that encrypts.
    async fn remember(&self) -> Result<(), RotationError> {
        let check = self.store.setting(CHECK).await?;
        let only = self.ring.only_current();
        if !check_opens(&only, check.as_deref()) {
            write(&self.ring, check.as_deref(), self.store).await?;
        }
        Ok(())
    }

    /// Encrypts anew what other keys than the current one have encrypted.
    async fn encrypt(&self) -> Result<Rotated, RotationError> {
        let mut rotated = Rotated::default();
        let mut before: Option<String> = None;
        loop {
            let slice = Slice { before: before.as_deref(), limit: PART };
            let rows = self.store.accounts(slice).await?;
            let Some(last) = rows.last() else { break };
            before = Some(last.id.clone());
            for row in rows {
                self.account(row, &mut rotated).await?;
            }
        }
        Ok(rotated)
    }

    async fn account(&self, row: AccountRow, rotated: &mut Rotated) -> Result<(), RotationError> {
        let mut known = Some(row);
        // Somebody may change the account at the same time; then it is read again.
        while let Some(mut row) = known {
            let credentials = self.store.credentials(&row.id).await?;
            let (sealed, count, left) = self.anew(&row, credentials)?;
            if count > 0 {
                row.revision += 1;
                match self.store.put_account(&row, &sealed).await {
                    Ok(()) => {}
                    Err(StoreError::Conflict) => {
                        known = self.store.account(&row.id).await?;
                        continue;
                    }
                    Err(error) => return Err(error.into()),
                }
            }
            rotated.credentials += count;
            rotated.left.extend(left);
            break;
        }
        Ok(())
    }

    /// The credentials of an account, encrypted with the current key; how many were not before, and which
    /// cannot be.
    fn anew(
        &self,
        row: &AccountRow,
        credentials: Vec<SealedCredential>,
    ) -> Result<(Vec<SealedCredential>, usize, Vec<String>), RotationError> {
        let (mut sealed, mut count, mut left) = (Vec::new(), 0, Vec::new());
        for credential in credentials {
            if credential.key_id == self.ring.current() {
                sealed.push(credential);
                continue;
            }
            let origin = self.origin(row);
            let opened = match &origin {
                Some(origin) => {
                    let binding = Binding { account: &row.id, origin, name: &credential.name };
                    self.ring
                        .open(binding, &credential)
                        .map(|secret| (binding, secret))
                        .map_err(|error| error.to_string())
                }
                None => Err(format!("the vendor `{}` is not compiled in", row.integration)),
            };
            match opened {
                Ok((binding, secret)) => {
                    sealed.push(self.ring.seal(binding, &secret)?);
                    count += 1;
                }
                Err(problem) => {
                    left.push(format!("`{}` of account {}: {problem}", credential.name, row.id));
                    sealed.push(credential);
                }
            }
        }
        Ok((sealed, count, left))
    }

    fn origin(&self, row: &AccountRow) -> Option<String> {
        let url = match self.catalog.vendor(&row.integration) {
            Some(vendor) => Account::base_url_of(vendor, row.base_url.as_deref()).ok()?,
            None => Url::parse(row.base_url.as_deref()?).ok()?,
        };
        Some(url.origin().ascii_serialization())
    }
}
