//! The command line: the same commands for anybody who links a catalogue.
//!
//! ```no_run
//! # static CATALOG: toolpress_core::Catalog = toolpress_core::Catalog { vendors: &[], fingerprint: "" };
//! fn main() -> std::process::ExitCode {
//!     toolpress_runtime::cli::run(&CATALOG, Vec::new)
//! }
//! ```
//!
//! Standard output carries results only; logs and complaints go to standard error. Exit codes: 0 went
//! well, 1 failed, 2 was asked wrongly.

mod account;
mod admin_key;
mod bounds;
mod bridge;
mod call;
mod control;
mod filter;
mod install;
mod installation;
mod markdown;
mod output;
mod rotate_key;
mod sandbox;
mod serve;
mod stdio;
mod tools;

pub use sandbox::SandboxVendor;

use crate::log::{self, LogFormat};
use clap::{Parser, Subcommand};
use std::fmt;
use std::process::ExitCode;
use toolpress_core::Catalog;

const EXAMPLES: &str = "\
Examples:
  toolpress tools                                    what there is
  toolpress call get_single_acme_item_by_id id=7     one call
  toolpress stdio acme --methods read                an MCP server for a client that starts commands
  toolpress serve --sandbox                          MCP over HTTP against simulated vendors
  toolpress bridge https://host/mcp/…                a server's URL for a client that starts commands";

// No `Debug`, as some arguments hold secrets.
/// Serves documented APIs as tools over the Model Context Protocol.
#[derive(Parser)]
#[command(name = "toolpress", version, after_help = EXAMPLES, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,

    /// What is logged to standard error: error, warn, info, debug, trace, or a filter such as `warn,hyper=debug`
    #[arg(long, env = "TOOLPRESS_LOG", default_value = "info", value_name = "LEVEL", global = true)]
    log: String,

    /// How log lines are written: for people, or one JSON object per line
    #[arg(
        long,
        env = "TOOLPRESS_LOG_FORMAT",
        value_enum,
        default_value = "text",
        value_name = "FORMAT",
        global = true
    )]
    log_format: LogFormat,
}

#[derive(Subcommand)]
enum Command {
    /// Serves MCP over HTTP
    Serve(serve::Args),
    /// Serves one vendor's tools over standard input and output
    Stdio(stdio::Args),
    /// Carries MCP between standard input and output and a server's URL
    Bridge(bridge::Args),
    /// Enters a server into the configuration of an MCP client
    Install(Box<install::Args>),
    /// Shows the tools that were compiled in
    Tools(tools::Args),
    /// Calls one tool
    Call(call::Args),
    /// Connected accounts of a running server
    Account(control::account::Args),
    /// MCP servers of a running server
    Server(control::server::Args),
    /// API tokens of a running server
    ApiToken(control::api_token::Args),
    /// Makes a new key to the control plane, in the database itself
    AdminKey(admin_key::Args),
    /// Encrypts stored credentials with a new key, in the database itself
    RotateKey(rotate_key::Args),
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
enum Failure {
    /// It was asked wrongly.
    Usage(String),
    /// It could not be done.
    Failed(String),
    /// It could not be done, and everything about it has been said.
    Told,
}

impl Failure {
    fn failed(error: impl fmt::Display) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Reads the command line of the process and does what it says. `simulators` is only asked by
/// `serve --sandbox`, inside an asynchronous runtime.
pub fn run(catalog: &'static Catalog, simulators: impl FnOnce() -> Vec<SandboxVendor>) -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version also come this way, with exit code 0.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let (message, code) =
        match log(&cli.log, cli.log_format).and_then(|()| execute(cli.command, catalog, simulators)) {
            Ok(()) => return ExitCode::SUCCESS,
            Err(Failure::Told) => return ExitCode::from(1),
            Err(Failure::Failed(message)) => (message, 1),
            Err(Failure::Usage(message)) => (message, 2),
        };
    output::complain(&format!("error: {message}"));
    ExitCode::from(code)
}

fn execute(
    command: Command,
    catalog: &'static Catalog,
    simulators: impl FnOnce() -> Vec<SandboxVendor>,
) -> Result<(), Failure> {
    match command {
        Command::Tools(args) => return tools::run(&args, catalog),
        Command::Install(args) => return install::run(&args, catalog),
        _ => {}
    }
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(Failure::failed)?;
    let done = runtime.block_on(async {
        match command {
            Command::Serve(args) => serve::run(args, catalog, simulators).await,
            Command::Stdio(args) => stdio::run(args, catalog).await,
            Command::Bridge(args) => bridge::run(args).await,
            Command::Call(args) => call::run(args, catalog).await,
            Command::Account(args) => control::account::run(args).await,
            Command::Server(args) => control::server::run(args).await,
            Command::ApiToken(args) => control::api_token::run(args).await,
            Command::AdminKey(args) => admin_key::run(args).await,
            Command::RotateKey(args) => rotate_key::run(args, catalog).await,
            Command::Tools(_) | Command::Install(_) => Ok(()),
        }
    });
    // A thread that still waits for standard input would hold the process back.
    runtime.shutdown_background();
    done
}

fn log(filter: &str, format: LogFormat) -> Result<(), Failure> {
    log::start(filter, format).map_err(|error| Failure::Usage(format!("--log: {error}")))
}

/// The first signal to end. A second one ends the process at once.
async fn termination() {
    // The same listener for both: one that is made later would miss what comes in between.
    let mut signals = Signals::new();
    signals.next().await;
    tracing::info!("stopping; running calls may finish");
    tokio::spawn(async move {
        signals.next().await;
        std::process::exit(1);
    });
}

/// Signals to end the process, none of which is missed between two looks.
struct Signals {
    #[cfg(unix)]
    listeners: Option<(tokio::signal::unix::Signal, tokio::signal::unix::Signal)>,
}

impl Signals {
    fn new() -> Self {
        Self {
            #[cfg(unix)]
            listeners: {
                use tokio::signal::unix::{SignalKind, signal};
                signal(SignalKind::terminate()).ok().zip(signal(SignalKind::interrupt()).ok())
            },
        }
    }

    async fn next(&mut self) {
        #[cfg(unix)]
        if let Some((terminate, interrupt)) = &mut self.listeners {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            return;
        }
        let _ = tokio::signal::ctrl_c().await;
    }
}

#[cfg(test)]
mod tests {
    use super::Cli;
    use clap::CommandFactory as _;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }
}
