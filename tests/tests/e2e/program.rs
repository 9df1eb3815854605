//! The binary `toolpress`, as these tests start it.

pub(crate) use toolpress_tests::program::{bare, built, cargo_build, reports, root, target};

use std::process::{Command, Output};
use toolpress_sandbox::sequin_stream::SequinStream;

/// The program with these arguments and the simulated account's credential. It logs only what is wrong.
pub(crate) fn program(arguments: &[&str]) -> Command {
    let mut command = bare(arguments);
    command.env("SEQUIN_STREAM_API_TOKEN", SequinStream::TOKEN).env("TOOLPRESS_LOG", "warn");
    command
}

/// Exit code, standard output, standard error.
pub(crate) async fn finish(command: Command) -> (i32, String, String) {
    let output = tokio::process::Command::from(command).output().await.expect("a process");
    ended(output)
}

/// The same of a process that has ended.
pub(crate) fn ended(output: Output) -> (i32, String, String) {
    let text = |bytes| String::from_utf8(bytes).expect("a text");
    (output.status.code().expect("an exit code"), text(output.stdout), text(output.stderr))
}
