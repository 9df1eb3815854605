//! Whether the process is about to end, so that whoever sends it work can be told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Begins once and stays. Copies are the same one.
#[derive(Debug, Clone, Default)]
pub struct Stopping(Arc<AtomicBool>);

impl Stopping {
    /// From now on the process is not ready for more.
    pub fn begin(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// Whether that is so.
    pub fn has_begun(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }
}
