//! `cargo toolpress`: work on documentation without a build.
//!
//! One module per subcommand. Results go to stdout, what went wrong with the command itself to stderr.
//! Exit codes: 0, 1 for a failure, 2 for a wrong use.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is a command")]

mod check;
mod diff;
mod expand;
mod explain;
mod lock;
mod new;
mod report;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;
use toolpress_codegen::Error;

/// Checks, explains, shows, compares and starts the documentation that tools are pressed from.
#[derive(Debug, Parser)]
#[command(bin_name = "cargo toolpress", version, after_help = EXAMPLES)]
struct Command {
    #[command(subcommand)]
    task: Task,
}

const EXAMPLES: &str = "\
Examples:
  cargo toolpress new 'Acme Cloud'                   start the documentation of a vendor
  cargo toolpress check                              find what is wrong with schemas/
  cargo toolpress check --format github              the same, as annotations of a pull request
  cargo toolpress explain path-param                 what a code means, wrong and right
  cargo toolpress expand --tool acme_orders_cancel   the Rust that a tool becomes
  cargo toolpress lock                               take the documentation for what is promised
  cargo toolpress diff ../released/schemas schemas   what changed, and what of it breaks callers";

#[derive(Debug, Subcommand)]
enum Task {
    Check(check::Check),
    Explain(explain::Explain),
    Expand(expand::Expand),
    New(new::New),
    Lock(lock::LockTask),
    Diff(diff::Diff),
}

/// Why a command did not do what it was asked for.
#[derive(Debug)]
enum Failure {
    /// It did its work, and the answer is no. All has been said.
    No,
    /// It could not do its work.
    Broken(String),
    /// It was asked for something that makes no sense.
    Usage(String),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        match error {
            Error::Setting(message) => Self::Usage(message),
            other => Self::Broken(other.render()),
        }
    }
}

impl Failure {
    fn write(path: &std::path::Path, error: &std::io::Error) -> Self {
        Self::Broken(format!("{}: {error}", path.display()))
    }
}

fn main() -> ExitCode {
    // Installed as a subcommand, cargo puts the subcommand's own name first; an alias does not.
    let mut arguments: Vec<_> = std::env::args_os().collect();
    if arguments.get(1).is_some_and(|first| first == "toolpress") {
        arguments.remove(1);
    }
    let result = match Command::parse_from(arguments).task {
        Task::Check(task) => task.run(),
        Task::Explain(task) => task.run(),
        Task::Expand(task) => task.run(),
        Task::New(task) => task.run(),
        Task::Lock(task) => task.run(),
        Task::Diff(task) => task.run(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::No) => ExitCode::from(1),
        Err(Failure::Broken(message)) => {
            eprintln!("error: {message}");
            ExitCode::from(1)
        }
        Err(Failure::Usage(message)) => {
            eprintln!("error: {message}");
            ExitCode::from(2)
        }
    }
}

/// A folder that must be there.
fn folder(path: &PathBuf) -> Result<&PathBuf, Failure> {
    if path.is_dir() {
        return Ok(path);
    }
    Err(Failure::Usage(format!(
        "{}: no such folder; name the one that holds a folder per vendor",
        path.display()
    )))
}

/// Writes to stdout. Whoever reads may stop early, as `head` does; that is no failure.
fn print(text: &str) {
    use std::io::Write;
    let _ = std::io::stdout().write_all(text.as_bytes());
}
