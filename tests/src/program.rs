//! The binary `toolpress`, built once per test process from the sources the tests were built from.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The folder with the workspace's sources.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().expect("the workspace")
}

/// Where cargo puts what it builds, and the profile: a test binary is `<target>/<profile>/deps/…`.
pub fn target() -> (PathBuf, String) {
    let own = std::env::current_exe().expect("this binary");
    let folder = own.ancestors().nth(2).expect("the folder of the profile");
    let profile = match folder.file_name().and_then(|name| name.to_str()) {
        Some("debug") | None => "dev",
        Some(name) => name,
    };
    (folder.parent().expect("the target folder").to_owned(), profile.to_owned())
}

/// `cargo build` of the binary, from the sources in `folder` into `target`. Reports as JSON.
pub fn cargo_build(folder: &Path, target: &Path, profile: &str) -> Command {
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
pub fn reports(cargo: &mut Command) -> Vec<Value> {
    let output = cargo.output().expect("cargo");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let lines = output.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).expect("a report in JSON")).collect()
}

/// Where the reports say that the binary is.
pub fn built(reports: &[Value]) -> PathBuf {
    let binary = reports.iter().rev().find_map(|report| report["executable"].as_str());
    PathBuf::from(binary.expect("a binary"))
}

/// The binary. `TOOLPRESS_BINARY` names another one, for test runs without cargo.
pub fn executable() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        std::env::var_os("TOOLPRESS_BINARY").map_or_else(
            || {
                let (target, profile) = target();
                built(&reports(&mut cargo_build(&root(), &target, &profile)))
            },
            PathBuf::from,
        )
    })
}

/// The program with these arguments and nothing in its environment.
pub fn bare(arguments: &[&str]) -> Command {
    let mut command = Command::new(executable());
    command.args(arguments).env_clear().stdin(Stdio::null());
    command
}
