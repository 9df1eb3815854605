//! Filters at build time, down to the bytes of the binary, and what a change of documentation rebuilds.
//!
//! Slow, since it builds the binary anew; set `TOOLPRESS_SLOW_TESTS=1` to run it.

use crate::copies::{copy_folder, replace};
use crate::program::{built, cargo_build, reports, root, target};
use crate::support::{all_names, filter, names_of};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

/// Builds the binary with only the methods of the group `read`.
fn build_read(folder: &Path, target: &Path, profile: &str) -> Vec<Value> {
    reports(cargo_build(folder, target, profile).env("TOOLPRESS_BUILD_METHODS", "read"))
}

/// Packages that a build compiled anew.
fn compiled(reports: &[Value]) -> BTreeSet<&str> {
    let anew = reports.iter().filter(|report| report["fresh"] == false);
    anew.map(|report| {
        let source = report["manifest_path"].as_str().expect("a manifest");
        source.trim_end_matches("/Cargo.toml").rsplit('/').next().expect("a folder")
    })
    .collect()
}

fn holds(bytes: &[u8], name: &str) -> bool {
    bytes.windows(name.len()).any(|window| window == name.as_bytes())
}

#[test]
fn row_132_a_filtered_binary_holds_no_other_name_and_documentation_rebuilds_only_itself() {
    if std::env::var_os("TOOLPRESS_SLOW_TESTS").is_none() {
        #[expect(clippy::print_stderr, reason = "whoever runs the tests should know")]
        {
            eprintln!(
                "skipped; to run it: TOOLPRESS_SLOW_TESTS=1 cargo test -p toolpress-tests --test e2e -- --nocapture row_132_a_filtered_binary"
            );
        }
        return;
    }
    let (target, profile) = target();
    let target = target.join("filtered");
    // From a copy, so that nothing is touched that somebody works on. Only from it: cargo would take what was
    // built of one folder for that of another, since both hold the same packages.
    let copy = target.join("sources");
    let _ = std::fs::remove_dir_all(&copy);
    copy_folder(&root(), &copy);
    let first = build_read(&copy, &target, &profile);
    assert!(compiled(&first).contains("codegen"), "{:?}", compiled(&first));
    let binary = built(&first);
    let bytes = std::fs::read(&binary).expect("the binary");
    let kept = names_of(&filter(&["read"], &[], &[]));
    for name in all_names() {
        assert_eq!(holds(&bytes, name), kept.contains(&name), "{name} in {}", binary.display());
    }

    assert_eq!(compiled(&build_read(&copy, &target, &profile)), BTreeSet::new(), "nothing to do");
    replace(
        &copy.join("schemas/sequin_stream/backfills.yaml"),
        "of all states, newest first.",
        "of all states, the newest first.",
    );
    let again = build_read(&copy, &target, &profile);
    assert_eq!(compiled(&again), BTreeSet::from(["generated", "runtime"]));
    let bytes = std::fs::read(built(&again)).expect("the binary");
    assert!(holds(&bytes, "of all states, the newest first."));
}
