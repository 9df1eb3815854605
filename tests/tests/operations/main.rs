//! What whoever runs a node relies on: logs, metrics, health, keys and their recovery.

mod first_run;
mod health;
mod limits;
mod logs;
mod metrics;
mod openapi;
mod recovery;
mod rotation;
mod secrets;

use serde_json::{Value, json};
use std::process::Output;
use toolpress_tests::engine::Site;
use toolpress_tests::program::bare;

/// A tool that reads one record, and arguments for it.
const TOOL: &str = "get_single_sequin_stream_sink_consumer_by_id";

fn arguments() -> Value {
    json!({ "id": "a" })
}

/// Runs a command that works on the database of a place.
fn command(site: &Site, arguments: &[&str]) -> Output {
    let mut command = bare(arguments);
    command.env("TOOLPRESS_DATABASE", &site.database).env("TOOLPRESS_KEY_FILE", site.key_file());
    command.current_dir(site.folder()).output().expect("a process")
}

/// Exit code, output and log.
fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("text");
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}
