//! `diff`: what changed between two states of the documentation.

use crate::{Failure, folder, print};
use clap::{Args, ValueEnum};
use serde_json::json;
use std::path::{Path, PathBuf};
use toolpress_codegen::{Change, Config, Lock, What};

/// Tells what changed between two folders of documentation, or two locks, and what of it breaks callers
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo toolpress diff ../released/schemas schemas
  cargo toolpress diff generated/toolpress.lock schemas
  cargo toolpress diff old.lock new.lock --format json | jq '.[] | select(.breaking)'

Exits 0 if nothing breaks, 1 if something does, 2 if they cannot be compared.")]
pub(crate) struct Diff {
    /// A folder that holds one folder per vendor, or a lock
    old: PathBuf,
    /// The same, later
    new: PathBuf,
    /// How changes are shown: for people, or as one JSON array
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Human,
    Json,
}

impl Diff {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let changes = promises(&self.old)?.changes(&promises(&self.new)?);
        let breaking = changes.iter().filter(|change| change.breaking()).count();
        match self.format {
            Format::Json => {
                let list: Vec<_> = changes.iter().map(object).collect();
                print(&format!("{:#}\n", json!(list)));
            }
            Format::Human => {
                let plural = if changes.len() == 1 { "" } else { "s" };
                print(&human(&changes));
                print(&format!("{} change{plural}, {breaking} breaking\n", changes.len()));
            }
        }
        if breaking == 0 { Ok(()) } else { Err(Failure::No) }
    }
}

/// What a folder or lock promises. Whatever keeps it from being read is no answer to the question.
fn promises(path: &PathBuf) -> Result<Lock, Failure> {
    let read = |path: &Path| Lock::read(path).map(Option::unwrap_or_default);
    let lock = if path.is_file() { read(path) } else { Config::new(folder(path)?).load().map(|l| l.lock) };
    lock.map_err(|error| Failure::Usage(format!("{}: {}", path.display(), error.render().trim_start())))
}

/// Changes for people: a line per tool, and below it one per parameter; `!` marks what breaks.
pub(crate) fn human(changes: &[Change]) -> String {
    let mut text = String::new();
    let mut tool = "";
    for change in changes {
        let mark = if change.breaking() { '!' } else { ' ' };
        match change.what {
            What::ToolAdded => text.push_str(&format!("+   {}\n", change.tool)),
            What::ToolRemoved => text.push_str(&format!("- {mark} {}\n", change.tool)),
            _ => {
                if tool != change.tool {
                    text.push_str(&format!("~   {}\n", change.tool));
                }
                text.push_str(&format!("  {mark}   {change}\n"));
            }
        }
        tool = &change.tool;
    }
    text
}

fn object(change: &Change) -> serde_json::Value {
    json!({
        "vendor": change.vendor,
        "tool": change.tool,
        "parameter": change.param,
        "change": change.kind(),
        "breaking": change.breaking(),
        "message": change.to_string(),
    })
}
