//! `check`: what a build would say about the documentation.

use crate::report::{self, Format};
use crate::{Failure, folder, print};
use clap::Args;
use std::path::{Path, PathBuf};
use toolpress_codegen::diagnostic::Level;
use toolpress_codegen::{Config, Error};

/// Finds everything that is wrong with documentation, as a build would
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo toolpress check
  cargo toolpress check docs/api --deny warnings
  cargo toolpress check --deny undocumented --deny no-example
  cargo toolpress check --format json | jq '.[].message'

Exits 0 if nothing stops a build, 1 if something does, 2 on wrong use.")]
pub(crate) struct Check {
    /// The folder that holds one folder per vendor
    #[arg(default_value = "schemas")]
    folder: PathBuf,
    /// How problems are shown: for people, as one JSON array, or as annotations of GitHub Actions
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Makes errors of all warnings, or of those with one code; may be repeated
    #[arg(long, value_name = "warnings|CODE")]
    deny: Vec<String>,
}

impl Check {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let mut config = Config::new(folder(&self.folder)?);
        for denied in &self.deny {
            if denied == "warnings" {
                config.deny_warnings(true)
            } else {
                config.deny([denied])
            };
        }
        let (diagnostics, mut sources, tools) = match config.load() {
            Ok(loaded) => {
                let tools = loaded.catalog.vendors.iter().map(|vendor| vendor.tools.len()).sum::<usize>();
                (loaded.warnings, loaded.sources, Some(tools))
            }
            Err(Error::Documentation { diagnostics, sources }) => (diagnostics, sources, None),
            Err(error) => return Err(error.into()),
        };
        sources.show_in(self.folder.parent().unwrap_or(Path::new("")));
        print(&report::write(&diagnostics, &sources, self.format));
        if self.format == Format::Human {
            let count = |level| diagnostics.iter().filter(|diagnostic| diagnostic.level == level).count();
            let (errors, warnings) =
                (plural(count(Level::Error), "error"), plural(count(Level::Warning), "warning"));
            let outcome = match tools {
                Some(tools) => plural(tools, "tool"),
                None => "nothing can be pressed".to_owned(),
            };
            print(&format!("{}: {outcome}, {errors}, {warnings}\n", self.folder.display()));
            if let Some(first) = diagnostics.first() {
                print(&format!("`cargo toolpress explain {}` tells more about the first\n", first.code));
            }
        }
        if tools.is_some() { Ok(()) } else { Err(Failure::No) }
    }
}

fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
