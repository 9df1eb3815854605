//! Writes `docs/proof.md`: what is proved, with figures, and the command behind each.
//!
//! Runs the test suite itself. Of the longer runs it takes what they left under `target/`; `--all` runs
//! them first. What was not run, or falls short, stands in the table too.

mod table;

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::{env, fs, io};
use table::Proof;

const HELP: &str = "\
Writes docs/proof.md from a run of the tests and what the longer runs left under target/.

Usage: proof [--all | --tests FILE]

  --tests FILE  take what a run of `cargo test --workspace` printed before, instead of running it
  --all         first run what takes longer: conformance suite, clients, page, REST API, benchmarks";

/// The runs that leave figures behind, with what starts them.
const LONGER: &[(&str, &[&str])] = &[
    ("tests/conformance/run.sh", &[]),
    ("tests/clients/run.sh", &[]),
    ("tests/page/run.sh", &[]),
    ("tests/openapi/run.sh", &[]),
    (
        "cargo",
        &["run", "--release", "-q", "-p", "toolpress-benches", "--", "all", "--json", "target/benches.json"],
    ),
];

fn main() -> ExitCode {
    match run(&env::args().skip(1).collect::<Vec<_>>()) {
        Ok(message) => {
            say(&message);
            ExitCode::SUCCESS
        }
        Err(error) => {
            say(&format!("error: {error}"));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> io::Result<String> {
    let root = root();
    let tests = match arguments {
        [] => tests(&root)?,
        [all] if all == "--all" => {
            longer()?;
            tests(&root)?
        }
        [option, file] if option == "--tests" => fs::read_to_string(file)?,
        _ => return Ok(HELP.to_owned()),
    };
    let proof = Proof::gather(&root, &tests);
    let path = root.join("docs/proof.md");
    fs::write(&path, proof.to_string())?;
    Ok(format!("wrote {}", path.display()))
}

/// What a run of the tests prints.
fn tests(root: &Path) -> io::Result<String> {
    say("running the tests");
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["test", "--workspace", "--no-fail-fast"]).current_dir(root).stderr(Stdio::inherit());
    Ok(String::from_utf8_lossy(&cargo.output()?.stdout).into_owned())
}

fn longer() -> io::Result<()> {
    let root = root();
    for (program, arguments) in LONGER {
        say(&format!("running {program} {}", arguments.join(" ")));
        let local = root.join(program);
        let program = if local.is_file() { local } else { PathBuf::from(program) };
        // What fails shows in what it leaves behind.
        Command::new(program).args(*arguments).current_dir(&root).status()?;
    }
    Ok(())
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

fn say(text: &str) {
    #[expect(clippy::print_stderr, reason = "a program for people")]
    {
        eprintln!("{text}");
    }
}
