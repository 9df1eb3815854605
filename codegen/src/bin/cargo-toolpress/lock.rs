//! `lock`: takes the documentation as it is for what is promised.

use crate::{Failure, folder, print};
use clap::Args;
use std::path::PathBuf;
use toolpress_codegen::{Config, Lock};

/// Writes the lock anew: the tools and parameters that are promised
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo toolpress lock
  cargo toolpress lock docs/api --file toolpress.lock

A build holds the documentation against the lock and stops where a promise breaks.
Prints what changed; exits 0 once the lock is written.")]
pub(crate) struct LockTask {
    /// The folder that holds one folder per vendor
    #[arg(default_value = "schemas")]
    folder: PathBuf,
    /// The lock
    #[arg(long, default_value = "generated/toolpress.lock")]
    file: PathBuf,
}

impl LockTask {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let new = Config::new(folder(&self.folder)?).load()?.lock;
        // A lock that cannot be read, after a merge for one, is written anew all the same.
        if let Ok(Some(old)) = Lock::read(&self.file) {
            print(&crate::diff::human(&old.changes(&new)));
        }
        let done = if new.write(&self.file)? { "written" } else { "up to date" };
        print(&format!("{}: {} tools, {done}\n", self.file.display(), new.tools.len()));
        Ok(())
    }
}
