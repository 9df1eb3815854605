//! The key file of an installation, and whether it is the one its database was written with.

use super::{Binding, KeyError, Keyring};
use crate::store::{SealedCredential, Store, StoreError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

/// A text that only the right key opens, kept in the database.
pub(super) const CHECK: &str = "key_check";
const CHECKED: Binding<'_> = Binding { account: "", origin: "", name: CHECK };

/// The keys in use. They are read anew when a credential wants one that is not known, so that a key can
/// be replaced under running nodes.
#[derive(Debug)]
pub struct KeyFile {
    path: Option<PathBuf>,
    ring: RwLock<Arc<Keyring>>,
}

/// Why credentials cannot be encrypted or decrypted.
#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    /// The file, or what it should open.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The database holds credentials that this key does not open.
    #[error(
        "the database holds {stored} credentials that {what}; put the right key file in its place, \
         or give them up with `toolpress account forget-credentials`"
    )]
    Wrong {
        /// How many there are.
        stored: i64,
        /// What is wrong with the key.
        what: String,
    },
}

impl KeyFile {
    /// Keys that are forgotten with the process, for a database that is, too.
    pub fn in_memory() -> Result<Self, KeyError> {
        Ok(Self { path: None, ring: RwLock::new(Arc::new(Keyring::generate()?)) })
    }

    /// The keys of a file, which is made if it is missing and nothing needs it yet.
    ///
    /// # Errors
    /// If it cannot be read or made, is readable by others, or does not open what the database holds.
    pub async fn open(path: &Path, store: &dyn Store) -> Result<Self, KeyFileError> {
        let check = store.setting(CHECK).await?;
        let stored = store.count_credentials().await?;
        let ring = match path.try_exists() {
            Ok(false) if stored == 0 => Self::made(path)?,
            Ok(false) => {
                let what = format!("were encrypted with a key that is not at {}", path.display());
                return Err(KeyFileError::Wrong { stored, what });
            }
            _ => Keyring::load(path)?,
        };
        if !check_opens(&ring, check.as_deref()) {
            if stored > 0 {
                let what = format!("the key in {} does not open", path.display());
                return Err(KeyFileError::Wrong { stored, what });
            }
            write(&ring, check.as_deref(), store).await?;
        }
        Ok(Self { path: Some(path.to_owned()), ring: RwLock::new(Arc::new(ring)) })
    }

    /// A new key file, or the one of a node that was first.
    pub(super) fn made(path: &Path) -> Result<Keyring, KeyError> {
        let ring = Keyring::generate()?;
        if !ring.create(path)? {
            return Keyring::load(path);
        }
        tracing::info!(file = %path.display(), "made a key for stored credentials; keep a copy of it");
        Ok(ring)
    }

    /// The keys to encrypt with, as they are in the file now: one may have been put first since it was read.
    ///
    /// # Errors
    /// If the file cannot be read any more.
    pub fn ring(&self) -> Result<Arc<Keyring>, KeyError> {
        match &self.path {
            Some(path) => self.read_anew(path),
            None => Ok(self.known()),
        }
    }

    fn known(&self) -> Arc<Keyring> {
        Arc::clone(&self.ring.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn read_anew(&self, path: &Path) -> Result<Arc<Keyring>, KeyError> {
        let ring = Arc::new(Keyring::load(path)?);
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Arc::clone(&ring);
        Ok(ring)
    }

    /// Decrypts a credential in its place.
    pub fn open_credential(
        &self,
        binding: Binding<'_>,
        credential: &SealedCredential,
    ) -> Result<String, KeyError> {
        match (self.known().open(binding, credential), &self.path) {
            (Err(KeyError::Unknown(_)), Some(path)) => self.read_anew(path)?.open(binding, credential),
            (opened, _) => opened,
        }
    }
}

/// Makes the database remember a key by a text that it opens.
pub(super) async fn write(
    ring: &Keyring,
    before: Option<&[u8]>,
    store: &dyn Store,
) -> Result<(), KeyFileError> {
    let check = ring.seal(CHECKED, "toolpress")?;
    let mut value = check.key_id.into_bytes();
    value.push(b' ');
    value.extend(check.sealed);
    // Another node that starts at this moment may have been first; then its key must be ours.
    if !store.swap_setting(CHECK, before, &value).await? {
        let check = store.setting(CHECK).await?;
        if !check_opens(ring, check.as_deref()) {
            let what = "another node, which started at the same time, encrypts with another key".to_owned();
            return Err(KeyFileError::Wrong { stored: 0, what });
        }
    }
    Ok(())
}

/// Whether keys open the text that the database keeps.
pub(super) fn check_opens(ring: &Keyring, check: Option<&[u8]>) -> bool {
    check.and_then(read).is_some_and(|check| ring.open(CHECKED, &check).is_ok())
}

fn read(value: &[u8]) -> Option<SealedCredential> {
    let space = value.iter().position(|byte| *byte == b' ')?;
    let key_id = std::str::from_utf8(&value[..space]).ok()?.to_owned();
    Some(SealedCredential { name: CHECK.to_owned(), key_id, sealed: value[space + 1..].to_vec() })
}
