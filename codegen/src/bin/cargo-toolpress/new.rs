//! `new`: a small sound folder to start from.

use crate::{Failure, print};
use clap::Args;
use std::fs;
use std::path::PathBuf;
use toolpress_codegen::slug;

/// Starts the documentation of a vendor: a small folder that presses, with comments
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo toolpress new acme
  cargo toolpress new 'Acme Cloud' --folder docs/api

Nothing that is there is overwritten.")]
pub(crate) struct New {
    /// The vendor's name, as people write it; the folder is called by its snake case
    vendor: String,
    /// The folder that holds one folder per vendor
    #[arg(long, default_value = "schemas")]
    folder: PathBuf,
}

const FILES: [(&str, &str); 3] = [
    ("vendor.yaml", include_str!("new/vendor.yaml")),
    ("things.yaml", include_str!("new/things.yaml")),
    ("types.yaml", include_str!("new/types.yaml")),
];
/// Editors complete and check documentation by it.
const SCHEMA: (&str, &str) =
    ("documentation.schema.json", include_str!("../../../../schemas/documentation.schema.json"));

impl New {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let label = label(&self.vendor);
        let slug = slug(&label);
        if !slug.starts_with(|c: char| c.is_ascii_lowercase()) {
            return Err(Failure::Usage(format!(
                "`{}` is no name that tools could carry; begin it with a letter",
                self.vendor
            )));
        }
        let folder = self.folder.join(&slug);
        if folder.exists() {
            return Err(Failure::Broken(format!(
                "{} is there already; nothing was written",
                folder.display()
            )));
        }
        fs::create_dir_all(&folder).map_err(|error| Failure::write(&folder, &error))?;
        let mut written = String::new();
        for (name, text) in FILES {
            let path = folder.join(name);
            // What JSON quotes, YAML reads.
            let text = text.replace("acme", &slug).replace("\"Acme\"", &serde_json::json!(label).to_string());
            fs::write(&path, text).map_err(|error| Failure::write(&path, &error))?;
            written.push_str(&format!("{}\n", path.display()));
        }
        let path = self.folder.join(SCHEMA.0);
        if !path.exists() {
            fs::write(&path, SCHEMA.1).map_err(|error| Failure::write(&path, &error))?;
            written.push_str(&format!("{}\n", path.display()));
        }
        print(&format!("{written}\nNext: cargo toolpress check {}\n", self.folder.display()));
        Ok(())
    }
}

/// A name in snake case is written as a label: `acme_cloud` → `Acme Cloud`.
fn label(vendor: &str) -> String {
    if vendor.chars().any(|c| c.is_uppercase() || c == ' ') {
        return vendor.trim().to_owned();
    }
    let capital = |word: &str| {
        word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect::<String>()
    };
    vendor.split(['_', '-']).filter(|word| !word.is_empty()).map(capital).collect::<Vec<_>>().join(" ")
}
