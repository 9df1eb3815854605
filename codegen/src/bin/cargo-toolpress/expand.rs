//! `expand`: what documentation becomes.

use crate::{Failure, folder, print};
use clap::{Args, ValueEnum};
use std::path::PathBuf;
use toolpress_codegen::Config;

/// Shows what documentation becomes: pressed Rust, or the entries that a model reads
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  cargo toolpress expand --vendor acme
  cargo toolpress expand --tool list_all_acme_orders
  cargo toolpress expand --tool list_all_acme_orders --as json")]
pub(crate) struct Expand {
    /// The folder that holds one folder per vendor
    #[arg(default_value = "schemas")]
    folder: PathBuf,
    /// Only this vendor, in snake case
    #[arg(long)]
    vendor: Option<String>,
    /// Only this tool
    #[arg(long)]
    tool: Option<String>,
    /// Pressed Rust, or the entries of `tools/list`
    #[arg(long = "as", value_enum, default_value_t = Form::Rust)]
    form: Form,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    Rust,
    Json,
}

impl Expand {
    pub(crate) fn run(self) -> Result<(), Failure> {
        let mut config = Config::new(folder(&self.folder)?);
        if let Some(vendor) = &self.vendor {
            config.vendors([vendor]);
        }
        let mut loaded = config.load()?;
        if let Some(tool) = &self.tool {
            loaded.keep_tool(tool)?;
        }
        match self.form {
            Form::Rust => print(&config.generate(&loaded.catalog)?),
            Form::Json => {
                let list = format!("[{}]", loaded.entries().join(","));
                let list: serde_json::Value =
                    serde_json::from_str(&list).map_err(|error| Failure::Broken(error.to_string()))?;
                match list.as_array().map(Vec::as_slice) {
                    Some([tool]) if self.tool.is_some() => print(&format!("{tool:#}\n")),
                    _ => print(&format!("{:#}\n", serde_json::json!({ "tools": list }))),
                }
            }
        }
        Ok(())
    }
}
