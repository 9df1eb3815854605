//! The operator's key to the control plane. It is shown once; the database holds its hash.

use crate::store::{Store, StoreError};
use crate::{NoRandomness, Token, TokenKind};
use sha2::{Digest as _, Sha256};
use std::fmt;

const SETTING: &str = "admin_key";

/// Shortest key that an operator may choose, in characters.
const SHORTEST: usize = 20;

/// How the admin key is known.
pub struct AdminKey {
    /// Hash of the one that was given at the start; it takes the place of the stored one.
    given: Option<[u8; 32]>,
}

/// Why there is no admin key.
#[derive(Debug, thiserror::Error)]
pub enum AdminKeyError {
    /// The one given is too easy to guess.
    #[error("the admin key is too short: it needs {SHORTEST} characters, best random ones")]
    Short,
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No new key can be made.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

impl AdminKey {
    /// A key that the operator chose.
    ///
    /// # Errors
    /// If it is too short.
    pub fn given(key: &str) -> Result<Self, AdminKeyError> {
        let key = key.trim();
        if key.chars().count() < SHORTEST {
            return Err(AdminKeyError::Short);
        }
        Ok(Self { given: Some(hash(key)) })
    }

    /// The key of the database, and the key itself if it was made just now.
    pub async fn stored(store: &dyn Store) -> Result<(Self, Option<Token>), AdminKeyError> {
        let mut made = None;
        if store.setting(SETTING).await?.is_none() {
            let key = Token::generate(TokenKind::Admin)?;
            // Of several nodes that start at once, one makes the key.
            made = store.swap_setting(SETTING, None, &key.hash()).await?.then_some(key);
        }
        Ok((Self { given: None }, made))
    }

    /// Makes a new key, ends the old one and all sessions of the page.
    pub async fn reset(store: &dyn Store) -> Result<Token, AdminKeyError> {
        let key = Token::generate(TokenKind::Admin)?;
        store.put_setting(SETTING, &key.hash()).await?;
        store.delete_sessions().await?;
        Ok(key)
    }

    /// Whether a text is the key.
    pub(crate) async fn is(&self, text: &str, store: &dyn Store) -> Result<bool, StoreError> {
        // Hashes may be compared like any text: nobody can choose what theirs begins with.
        match self.given {
            Some(given) => Ok(given == hash(text)),
            None if Token::parse(TokenKind::Admin, text).is_none() => Ok(false),
            None => Ok(store.setting(SETTING).await?.as_deref() == Some(&hash(text))),
        }
    }
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

impl fmt::Debug for AdminKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdminKey").field("given", &self.given.is_some()).finish()
    }
}
