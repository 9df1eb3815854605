//! `bridge`: an MCP server behind a URL for a client that only starts commands.

use super::bounds::{count, size, time};
use super::{Failure, termination};
use crate::bridge::{self, BridgeLimits, Remote};
use std::env;
use std::fmt;
use std::io::ErrorKind;
use std::time::Duration;

const EXAMPLES: &str = "\
Other users of a machine can see the arguments of commands, so secrets are better off in the environment:
the URL in TOOLPRESS_URL, headers in TOOLPRESS_HEADER (one `Name: value` per line) or in any variable
that --header-env names.

Examples:
  toolpress bridge http://127.0.0.1:8484/mcp/tp_…
  TOOLPRESS_URL=https://tools.example.com/mcp/tp_… toolpress bridge
  API_TOKEN=tpk_… toolpress bridge https://tools.example.com/mcp/tp_… --header-env Toolpress-Api-Token=API_TOKEN
  AUTH='Bearer …' toolpress bridge https://mcp.example.com/mcp --header-env Authorization=AUTH";

#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Address of an MCP server that speaks streamable HTTP
    #[arg(env = "TOOLPRESS_URL", hide_env_values = true)]
    url: Option<String>,

    #[command(flatten)]
    headers: HeaderArgs,

    /// Longest message of the client; a longer one is answered with an error
    #[arg(long, env = "TOOLPRESS_REQUEST_BODY", default_value = "4MiB", value_parser = size, value_name = "SIZE")]
    request_body: usize,
    /// Largest answer of the server after decompression
    #[arg(long, env = "TOOLPRESS_ANSWER_BODY", default_value = "64MiB", value_parser = size, value_name = "SIZE")]
    answer_body: usize,
    /// Requests at the same time; further ones wait
    #[arg(long, env = "TOOLPRESS_REQUESTS", default_value = "64", value_parser = count, value_name = "N")]
    requests: usize,
    /// How long connecting to the server may take
    #[arg(long, env = "TOOLPRESS_CONNECT_TIMEOUT", default_value = "10s", value_parser = time, value_name = "TIME")]
    connect_timeout: Duration,
    /// How long the server may show no sign of life while it owes an answer
    #[arg(long, env = "TOOLPRESS_ANSWER_TIMEOUT", default_value = "5m", value_parser = time, value_name = "TIME")]
    answer_timeout: Duration,
    /// How long running requests may go on after the client has closed its end
    #[arg(long, env = "TOOLPRESS_DRAIN", default_value = "30s", value_parser = time, value_name = "TIME")]
    drain: Duration,
}

impl Args {
    fn limits(&self) -> BridgeLimits {
        BridgeLimits {
            request_body: self.request_body,
            answer_body: self.answer_body,
            requests: self.requests,
            connect_timeout: self.connect_timeout,
            quiet: self.answer_timeout,
            drain: self.drain,
        }
    }
}

/// Header fields for another server.
#[derive(Default, clap::Args)]
pub(super) struct HeaderArgs {
    /// Sent with every request; may be repeated
    #[arg(
        long,
        env = "TOOLPRESS_HEADER",
        hide_env_values = true,
        value_delimiter = '\n',
        value_name = "NAME: VALUE"
    )]
    pub(super) header: Vec<String>,

    /// Sent with every request, its value taken from an environment variable; may be repeated
    #[arg(long, env = "TOOLPRESS_HEADER_ENV", value_delimiter = ',', value_name = "NAME=VARIABLE")]
    pub(super) header_env: Vec<String>,
}

impl HeaderArgs {
    /// Gives the fields to a remote server.
    pub(super) fn apply(&self, remote: &mut Remote) -> Result<(), Failure> {
        let usage = |flag: &str, error: &dyn fmt::Display| Failure::Usage(format!("{flag}: {error}"));
        for line in self.header.iter().filter(|line| !line.trim().is_empty()) {
            remote.header_line(line).map_err(|error| usage("--header", &error))?;
        }
        for pair in &self.header_env {
            let flag = "--header-env";
            let Some((name, variable)) = pair.split_once('=') else {
                return Err(usage(flag, &"a header is written as `Name=VARIABLE`"));
            };
            let missing = |_| {
                usage(flag, &format_args!("the environment variable {variable} is not set, or is no text"))
            };
            let value = env::var(variable.trim()).map_err(missing)?;
            remote.header(name.trim(), value.trim()).map_err(|error| usage(flag, &error))?;
        }
        Ok(())
    }
}

pub(super) async fn run(args: Args) -> Result<(), Failure> {
    let Some(url) = &args.url else {
        return Err(Failure::Usage("no URL: give it as the argument, or in TOOLPRESS_URL".to_owned()));
    };
    let mut remote = Remote::new(url).map_err(|error| Failure::Usage(error.to_string()))?;
    args.headers.apply(&mut remote)?;
    if remote.is_exposed() {
        tracing::warn!("what is sent to {remote} can be read on the way; use https");
    }
    if remote.is_mistyped() {
        tracing::warn!("the token in {remote} is not whole, no server will answer; copy the URL anew");
    }
    tracing::info!("standard input and output lead to {remote}");
    let limits = args.limits();
    let (input, output) = (tokio::io::stdin(), tokio::io::stdout());
    match bridge::run(remote, limits, input, output, termination()).await {
        // The client has gone, which is how such a session ends.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        ended => ended.map_err(Failure::failed),
    }
}

#[cfg(test)]
mod tests {
    use super::Args;
    use crate::bridge::BridgeLimits;
    use clap::Parser;

    #[derive(Parser)]
    struct Flags {
        #[command(flatten)]
        args: Args,
    }

    #[test]
    fn the_flags_default_to_the_limits_of_the_library() {
        let args = Flags::parse_from(["x", "http://localhost"]).args;
        assert_eq!(format!("{:?}", args.limits()), format!("{:?}", BridgeLimits::default()));
    }
}
