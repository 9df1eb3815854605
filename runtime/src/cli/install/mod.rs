//! `install`: puts a server into the configuration of an MCP client.

mod claude_code;
mod client;
mod document;
mod entry;

use super::bridge::HeaderArgs;
use super::filter::FilterArgs;
use super::{Failure, account, output};
use crate::bridge::Remote;
use clap::ValueEnum;
use client::{Client, Surroundings};
use document::{Change, Document};
use entry::Entry;
use std::env;
use std::path::{Path, PathBuf};
use toolpress_core::Catalog;

const EXAMPLES: &str = "\
What else is in the client's file stays as it is; the file as it was is kept beside it as FILE.bak.

Examples:
  toolpress install claude-desktop --url https://tools.example.com/mcp/tp_…
  toolpress install cursor --url http://127.0.0.1:8484/mcp/tp_… --name acme
  toolpress install vscode --url https://tools.example.com/mcp/tp_… --header-env Toolpress-Api-Token=API_TOKEN
  toolpress install claude-code --vendor acme --scope project
  toolpress install claude-desktop --vendor acme --print";

/// Where a server is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Scope {
    /// For this user in this folder (Claude Code only)
    Local,
    /// For whoever works in this folder; the file is meant to be shared
    Project,
    /// For this user everywhere
    User,
}

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Which client
    client: Client,

    /// Address of the MCP server
    #[arg(long, env = "TOOLPRESS_URL", hide_env_values = true, required_unless_present = "vendor")]
    url: Option<String>,

    /// Instead of a URL: this vendor's tools, served by `toolpress stdio` on this machine
    #[arg(long, value_name = "VENDOR")]
    vendor: Option<String>,

    /// What the server is called in the client [default: the vendor, or toolpress]
    #[arg(long, value_parser = name)]
    name: Option<String>,

    #[command(flatten)]
    headers: HeaderArgs,

    /// With --vendor: where the API is, instead of the documented address
    #[arg(long, value_name = "URL", requires = "vendor")]
    base_url: Option<String>,

    #[command(flatten)]
    filter: FilterArgs,

    /// Where it is entered [default: local for Claude Code, user for the others]
    #[arg(long)]
    scope: Option<Scope>,

    /// The client's file, if it is not at its usual place
    #[arg(long, value_name = "PATH", conflicts_with = "scope")]
    config: Option<PathBuf>,

    /// Prints what is to be entered, and touches nothing
    #[arg(long, conflicts_with = "dry_run")]
    print: bool,

    /// Says what would be done, and touches nothing
    #[arg(long)]
    dry_run: bool,
}

pub(super) fn run(args: &Args, catalog: &'static Catalog) -> Result<(), Failure> {
    let program = env::current_exe()
        .map_err(|error| Failure::Failed(format!("where this program is cannot be told: {error}")))?;
    let entry = entry(args, catalog, program)?;
    let name = args.name.clone().or_else(|| args.vendor.clone()).unwrap_or_else(|| "toolpress".to_owned());
    let scope = scope(args)?;
    if args.client == Client::ClaudeCode && args.config.is_none() && scope != Scope::Project {
        return claude_code::add(&entry, &name, scope, args.print, args.dry_run);
    }
    let change = entry.change(args.client, &name)?;
    if args.print {
        return output::print(&change.snippet());
    }
    let path = match &args.config {
        Some(path) => path.clone(),
        None => args.client.path(scope == Scope::Project, &Surroundings::of_process())?,
    };
    enter(args, &path, &change)
}

fn enter(args: &Args, path: &Path, change: &Change) -> Result<(), Failure> {
    let shown = path.display();
    let mut document = match Document::read(path) {
        Ok(document) => document,
        Err(document::Unusable::Comments) => {
            output::print(&change.snippet())?;
            return Err(Failure::Failed(format!(
                "{shown} has comments or trailing commas, which would be lost; nothing was written. Add what is printed above by hand"
            )));
        }
        Err(problem) => return Err(Failure::Failed(format!("{shown}: {problem}; nothing was written"))),
    };
    let effect = document
        .apply(change)
        .map_err(|problem| Failure::Failed(format!("{shown}: {problem}; nothing was written")))?;
    let next = args.client.next();
    if effect == document::Effect::Nothing {
        return output::print(&format!("`{}` is in {shown} already; nothing was written.", change.name));
    }
    if args.dry_run {
        return output::print(&format!("Would {} `{}` in {shown}.", effect.verb(), change.name));
    }
    let kept = document
        .write(change.secret)
        .map_err(|error| Failure::Failed(format!("{shown} cannot be written: {error}")))?;
    let mut text = format!("{} `{}` in {shown}.", effect.past(), change.name);
    if let Some(kept) = kept {
        text.push_str(&format!(" The file as it was: {}.", kept.display()));
    }
    for line in change.remarks.iter().map(String::as_str).chain([next]) {
        text.push('\n');
        text.push_str(line);
    }
    output::print(&text)
}

fn entry(args: &Args, catalog: &'static Catalog, program: PathBuf) -> Result<Entry, Failure> {
    if let Some(slug) = &args.vendor {
        let vendor = account::vendor(catalog, slug)?;
        // Told now, not when the client starts the command.
        args.filter.select(vendor)?;
        let mut arguments = vec!["stdio".to_owned(), slug.clone()];
        arguments.extend(args.base_url.iter().flat_map(|url| ["--base-url".to_owned(), url.clone()]));
        arguments.extend(args.filter.arguments());
        let credentials = vendor.credentials.iter().map(|credential| entry::Credential {
            variable: account::variable(vendor, credential.name),
            help: credential.help,
            secret: credential.secret,
        });
        return Ok(Entry::Command { program, arguments, credentials: credentials.collect() });
    }
    let url = args.url.as_deref().unwrap_or_default();
    let mut remote = Remote::new(url).map_err(|error| Failure::Usage(format!("--url: {error}")))?;
    let headers = entry::headers(&args.headers, &mut remote)?;
    if remote.is_exposed() {
        output::complain("warning: what is sent over plain http can be read on the way; use https");
    }
    if remote.is_mistyped() {
        output::complain(
            "warning: the token in the URL is not whole, no server will answer; copy the URL anew",
        );
    }
    Ok(Entry::Url { program, url: url.trim().to_owned(), headers })
}

fn scope(args: &Args) -> Result<Scope, Failure> {
    match (args.client, args.scope) {
        (Client::ClaudeCode, scope) => Ok(scope.unwrap_or(Scope::Local)),
        (_, Some(Scope::Local)) => Err(Failure::Usage(
            "--scope local: only Claude Code has that scope; choose user or project".to_owned(),
        )),
        (Client::ClaudeDesktop, Some(Scope::Project)) => {
            Err(Failure::Usage("--scope project: Claude Desktop has one file for each user".to_owned()))
        }
        (_, scope) => Ok(scope.unwrap_or(Scope::User)),
    }
}

/// Names that every client takes.
fn name(text: &str) -> Result<String, String> {
    let fits = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if fits && (1..=64).contains(&text.len()) {
        Ok(text.to_owned())
    } else {
        Err("takes 1 to 64 letters, digits, hyphens and underscores".to_owned())
    }
}
