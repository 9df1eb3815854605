//! The committed pages of `docs/inventory/` are what `toolpress tools VENDOR --markdown` prints.
#![cfg(feature = "bundled")]

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::Command;
use std::{env, fs};

/// Set to `update`, the pages are written instead of compared.
const UPDATE: &str = "TOOLPRESS_INVENTORY";

fn pages() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/inventory")
}

/// What the command prints, whatever filters the environment of the tests sets.
fn printed(vendor: &str) -> String {
    let mut command = Command::new(env!("CARGO_BIN_EXE_toolpress"));
    let output =
        command.args(["tools", vendor, "--markdown"]).env_clear().output().expect("the command runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

#[test]
fn the_pages_are_fresh() {
    let update = env::var(UPDATE).is_ok_and(|value| value == "update");
    let mut stale = Vec::new();
    for vendor in toolpress_generated::CATALOG.vendors {
        let path = pages().join(vendor.slug).with_extension("md");
        let page = printed(vendor.slug);
        // A checkout may have written line ends of its own.
        let there = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        if there == page {
            continue;
        }
        if update {
            fs::create_dir_all(pages()).expect("a folder for the pages");
            fs::write(&path, page).expect("the page is written");
            continue;
        }
        let lines = there.lines().zip(page.lines()).position(|(there, page)| there != page);
        let line = lines.unwrap_or_else(|| there.lines().count().min(page.lines().count())) + 1;
        stale.push(format!(
            "docs/inventory/{0}.md is stale from line {line} on; refresh it with\n    \
             cargo run -- tools {0} --markdown > docs/inventory/{0}.md",
            vendor.slug
        ));
    }
    let all = format!("or all pages with {UPDATE}=update cargo test -p toolpress-runtime --test inventory");
    assert!(stale.is_empty(), "{}\n{all}", stale.join("\n"));
}

#[test]
fn no_page_is_about_a_vendor_that_is_gone() {
    let known: BTreeSet<_> =
        toolpress_generated::CATALOG.vendors.iter().map(|vendor| format!("{}.md", vendor.slug)).collect();
    for entry in fs::read_dir(pages()).expect("the pages") {
        let name = entry.expect("a page").file_name().to_string_lossy().into_owned();
        assert!(known.contains(&name), "docs/inventory/{name} is about no vendor; remove it");
    }
}
