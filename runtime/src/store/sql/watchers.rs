//! Who is told of changes. They are told in the middle of the change, so that whoever asked for it hears of
//! its end only after this node has forgotten what was.

use crate::store::{Change, Watcher};
use std::fmt;
use std::sync::{PoisonError, RwLock};

/// Those who are told.
#[derive(Default)]
pub(super) struct Watchers(RwLock<Vec<Watcher>>);

impl Watchers {
    pub(super) fn add(&self, watcher: Watcher) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).push(watcher);
    }

    pub(super) fn tell(&self, change: &Change) {
        let watchers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        watchers.iter().for_each(|watcher| watcher(change));
    }
}

impl fmt::Debug for Watchers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let watchers = self.0.read().unwrap_or_else(PoisonError::into_inner);
        f.debug_tuple("Watchers").field(&watchers.len()).finish()
    }
}
