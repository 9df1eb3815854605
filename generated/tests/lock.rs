//! The lock knows all that is pressed.

use std::path::Path;
use toolpress_codegen::{Config, Lock};

#[test]
fn the_lock_is_fresh() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let lock = Lock::read(&here.join("toolpress.lock")).expect("a readable lock").expect("a lock");
    let loaded = Config::new(here.join("../schemas")).load().expect("the shipped documentation is sound");
    let changes: Vec<_> =
        lock.changes(&loaded.lock).iter().map(|change| format!("{}: {change}", change.tool)).collect();
    assert!(
        changes.is_empty(),
        "the lock is stale; `cargo toolpress lock` writes it anew:\n{}",
        changes.join("\n")
    );
}
