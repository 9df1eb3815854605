//! The binary `toolpress`, built once from the sources these tests were built from.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use toolpress_sandbox::sequin_stream::SequinStream;

/// The folder with the workspace's sources.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the workspace")
}

/// Where cargo puts what it builds, and the profile: this binary is `<target>/<profile>/deps/e2e-…`.
pub(crate) fn target() -> (PathBuf, String) {
    let own = std::env::current_exe().expect("this binary");
    let folder = own.ancestors().nth(2).expect("the folder of the profile");
    let profile = match folder.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(name) => name,
    };
    (folder.parent().expect("the target folder").to_owned(), profile.to_owned())
}

/// `cargo build` of the binary, from the sources in `folder` into `target`. Reports as JSON.
pub(crate) fn cargo_build(folder: &Path, target: &Path, profile: &str) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    // What cargo tells test binaries about their own package would look like changed settings to
    // build scripts.
    for (variable, _) in std::env::vars_os() {
        let name = variable.to_string_lossy();
        if ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_CRATE_", "CARGO_BIN_", "OUT_DIR"]
            .iter()
            .any(|prefix| name.starts_with(prefix))
        {
            cargo.env_remove(&variable);
        }
    }
    cargo.args(["build", "--package", "toolpress-runtime", "--bin", "toolpress", "--message-format=json"]);
    cargo.arg("--profile").arg(profile).arg("--target-dir").arg(target).current_dir(folder);
    cargo.stdin(Stdio::null());
    cargo
}

/// What cargo reports, once it is done.
pub(crate) fn reports(cargo: &mut Command) -> Vec<Value> {
    let output = cargo.output().expect("cargo");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let lines = output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).expect("a report in JSON")).collect()
}

/// Where the reports say that the binary is.
pub(crate) fn built(reports: &[Value]) -> PathBuf {
    let binary = reports.iter().rev().find_map(|report| report["executable"].as_str());
    PathBuf::from(binary.expect("a binary"))
}

fn executable() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let (target, profile) = target();
        built(&reports(&mut cargo_build(&root(), &target, &profile)))
    })
}

/// The program with these arguments and the simulated account's credential. It logs only what is wrong.
pub(crate) fn program(arguments: &[&str]) -> Command {
    let mut command = bare(arguments);
    command.env("SEQUIN_STREAM_API_TOKEN", SequinStream::TOKEN).env("TOOLPRESS_LOG", "warn");
    command
}

/// The program with these arguments and nothing in its environment.
pub(crate) fn bare(arguments: &[&str]) -> Command {
    let mut command = Command::new(executable());
    command.args(arguments).env_clear().stdin(Stdio::null());
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
