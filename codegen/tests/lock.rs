//! The lock and `diff`: what breaks a promise stops a build, what is meant can be said.
#![cfg(feature = "cli")]

use serde_json::Value as Json;
use std::path::Path;
use std::process::{Command, Output};
use std::{env, fs};
use tempfile::TempDir;
use toolpress_codegen::{Config, Error, Lock};

const FOLDER: &str = "TOOLPRESS_TEST_FOLDER";

fn finish(output: Output) -> (i32, String, String) {
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (output.status.code().expect("an exit code"), text(output.stdout), text(output.stderr))
}

/// Runs the command in a folder.
fn run(folder: &TempDir, arguments: &[&str]) -> (i32, String, String) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cargo-toolpress"));
    finish(command.args(arguments).current_dir(folder.path()).output().expect("the command runs"))
}

/// Runs a build script of this folder: the test below, in a process with its own environment.
fn build(folder: &TempDir, lock: &str, methods: &str) -> (bool, String) {
    let mut command = Command::new(env::current_exe().expect("this binary"));
    command.args(["--exact", "a_build_script_writes_what_it_presses", "--nocapture", "--test-threads=1"]);
    command.env(FOLDER, folder.path()).env("TOOLPRESS_LOCK", lock).env("OUT_DIR", folder.path().join("out"));
    if !methods.is_empty() {
        command.env("ACME_METHODS", methods);
    }
    let (code, out, error) = finish(command.output().expect("a process"));
    (code == 0, out + &error)
}

/// What a build script does. Other tests run it again in a process of its own, as cargo would.
#[test]
fn a_build_script_writes_what_it_presses() -> Result<(), Error> {
    let own;
    let folder = match env::var_os(FOLDER) {
        Some(folder) => std::path::PathBuf::from(folder),
        None => {
            own = locked();
            own.path().to_owned()
        }
    };
    let out = folder.join("out");
    Config::new(folder.join("schemas")).environment("ACME").lock(lock_of(&folder)).out_dir(&out).compile()?;
    assert!(out.join("catalog.rs").is_file());
    Ok(())
}

fn lock_of(folder: &Path) -> std::path::PathBuf {
    folder.join("generated/toolpress.lock")
}

/// A folder with the documentation that `new` writes, its lock, and a copy of it as `old`.
fn locked() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for arguments in [&["new", "acme"][..], &["new", "acme", "--folder", "old"], &["lock"]] {
        let (code, _, error) = run(&folder, arguments);
        assert_eq!((code, error.as_str()), (0, ""), "{arguments:?}");
    }
    folder
}

fn edit(folder: &TempDir, file: &str, from: &str, to: &str) {
    let path = folder.path().join("schemas/acme").join(file);
    let text = fs::read_to_string(&path).expect("the file");
    assert!(text.contains(from), "{file} has no {from}");
    fs::write(path, text.replace(from, to)).expect("the file is written");
}

fn lock_text(folder: &TempDir) -> String {
    fs::read_to_string(lock_of(folder.path())).expect("the lock")
}

#[test]
fn a_lock_is_sorted_text_that_reads_back() {
    let folder = locked();
    let text = lock_text(&folder);
    assert!(text.contains("\n[acme.list_all_acme_things]\n"), "{text}");
    assert!(text.contains("\nstate = one of [\"active\",\"archived\"]\n"), "{text}");
    assert!(text.contains("\nid = string, required\n"), "{text}");
    let lock: Lock = text.parse().expect("a lock");
    assert_eq!(lock.to_string(), text);
    let error = "<<<<<<< ours\n".parse::<Lock>().expect_err("no lock");
    assert!(error.to_string().starts_with("the lock:1: `<<<<<<< ours` is neither a tool"), "{error}");
}

#[test]
fn the_lock_of_one_of_everything_reads_back() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/own-vendor/docs");
    let lock = Config::new(docs).load().expect("sound documentation").lock;
    assert_eq!(lock.to_string().parse::<Lock>().expect("a lock"), lock);
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "press" }, {
        insta::assert_snapshot!("paper_mill.lock", lock.to_string());
    });
}

#[test]
fn a_change_that_breaks_stops_the_build_until_it_is_meant() {
    let folder = locked();
    assert!(build(&folder, "", "").0, "nothing has changed");
    edit(&folder, "vendor.yaml", "archive:", "shelve:");
    edit(&folder, "things.yaml", "archive:", "shelve:");
    let before = lock_text(&folder);
    let (done, said) = build(&folder, "", "");
    assert!(!done);
    let head = "error[breaking-change]: `acme_things_archive` is gone, which breaks the lock\n --> \
                schemas/acme/vendor.yaml:";
    assert!(said.contains(head), "{said}");
    assert!(said.contains("`TOOLPRESS_LOCK=update cargo build`"), "{said}");
    assert_eq!(lock_text(&folder), before, "a build writes no lock on its own");
    // What is filtered out is promised all the same.
    assert!(!build(&folder, "", "read").0);
    assert!(build(&folder, "update", "read").0);
    assert!(lock_text(&folder).contains("[acme.acme_things_shelve]"));
    let (done, said) = build(&folder, "", "");
    assert!(done && !said.contains("stale-lock"), "{said}");
    let (done, said) = build(&folder, "updat", "");
    assert!(!done && said.contains("TOOLPRESS_LOCK can only be `update`, not `updat`"), "{said}");
}

#[test]
fn every_kind_of_breaking_change_is_found() {
    let integer = "type: integer, min: 1, default: 1";
    for (file, from, to, message) in [
        ("things.yaml", "state: { $ref", "condition: { $ref", "`state` is gone"),
        ("types.yaml", "enum: [active, archived]", "enum: [active]", "`state` no longer takes `archived`"),
        ("things.yaml", integer, "type: string", "`size` was integer, is now string"),
        ("things.yaml", integer, "type: integer, required: true", "`size` is now required"),
    ] {
        let folder = locked();
        // Examples would be refused first.
        edit(&folder, "things.yaml", "{ state: active }", "{}");
        if to == "type: string" {
            edit(&folder, "things.yaml", "size: 3", "size: '3'");
        }
        edit(&folder, file, from, to);
        let (done, said) = build(&folder, "", "");
        assert!(!done, "{to}");
        assert!(said.contains("error[breaking-change]") && said.contains(message), "{to}:\n{said}");
        assert!(said.contains(" --> schemas/acme/things.yaml:"), "{said}");
    }
}

#[test]
fn what_is_new_makes_the_lock_stale_and_stops_nothing() {
    let folder = locked();
    edit(&folder, "types.yaml", "enum: [active, archived]", "enum: [active, archived, sold]");
    let (done, said) = build(&folder, "", "");
    assert!(done, "{said}");
    assert!(said.contains("warning[stale-lock]: the lock does not know that"), "{said}");
    assert!(said.contains("`state` also takes `sold`"), "{said}");
    let (code, out, _) = run(&folder, &["lock"]);
    assert_eq!(code, 0);
    assert!(out.ends_with("generated/toolpress.lock: 4 tools, written\n"), "{out}");
    assert!(!build(&folder, "", "").1.contains("stale-lock"));
    let (_, out, _) = run(&folder, &["lock"]);
    assert_eq!(out, "generated/toolpress.lock: 4 tools, up to date\n");
}

#[test]
fn diff_tells_what_breaks() {
    let folder = locked();
    let (code, out, _) = run(&folder, &["diff", "old", "schemas"]);
    assert_eq!((code, out.as_str()), (0, "0 changes, 0 breaking\n"));
    edit(&folder, "types.yaml", "enum: [active, archived]", "enum: [active, sold]");
    edit(&folder, "vendor.yaml", "archive:", "shelve:");
    edit(&folder, "things.yaml", "archive:", "shelve:");
    let expected = "- ! acme_things_archive\n+   acme_things_shelve\n~   list_all_acme_things\n  !   `state` no \
                    longer takes `archived`\n      `state` also takes `sold`\n4 changes, 2 breaking\n";
    for old in ["old", "generated/toolpress.lock"] {
        let (code, out, error) = run(&folder, &["diff", old, "schemas"]);
        assert_eq!((code, out.as_str(), error.as_str()), (1, expected, ""));
    }
    let (code, out, _) = run(&folder, &["diff", "old", "schemas", "--format", "json"]);
    let list: Json = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, list.as_array().map(Vec::len)), (1, Some(4)));
    assert_eq!(list[0]["change"], "tool-removed");
    assert_eq!(list[2]["parameter"], "state");
    assert_eq!((&list[2]["breaking"], &list[3]["breaking"]), (&true.into(), &false.into()));
}

#[test]
fn what_cannot_be_compared_exits_with_2() {
    let folder = locked();
    edit(&folder, "things.yaml", "description: Gets", "descripton: Gets");
    for arguments in [&["diff", "old", "schemas"][..], &["diff", "old", "absent"], &["diff", "old"]] {
        let (code, out, error) = run(&folder, arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(!error.is_empty(), "{arguments:?}");
    }
}

#[test]
fn fields_inside_of_objects_break_too() {
    let changes = |old: &str, new: &str| {
        let lock = |text: &str| format!("[acme.x]\n{text}").parse::<Lock>().expect("a lock");
        let changes = lock(old).changes(&lock(new));
        changes.iter().map(|change| (change.to_string(), change.breaking())).collect::<Vec<_>>()
    };
    let one = |text: &str, breaking| vec![(text.to_owned(), breaking)];
    let list = "a = list of object\n";
    assert_eq!(
        changes(list, &format!("{list}a[].b = string, required\n")),
        one("`a[].b` is new and required", true)
    );
    // It came with what holds it, which nobody has to give.
    assert_eq!(changes("", &format!("{list}a[].b = string, required\n")), one("`a` is new", false));
    assert_eq!(changes("u = object\n", "u = object\nu<k> = object\nu<k>.b = any, required\n").len(), 1);
    assert_eq!(changes(&format!("{list}a[].b = string\n"), ""), one("`a` is gone", true));
    for (old, new, breaking) in [
        ("integer", "number", false),
        ("number", "integer", true),
        ("one of [\"x\"]", "string", false),
        ("string", "one of [\"x\"]", true),
        ("list of integer", "list of any", false),
        ("object", "map of any", false),
        ("map of any", "object", true),
    ] {
        let expected = one(&format!("`a` was {old}, is now {new}"), breaking);
        assert_eq!(changes(&format!("a = {old}\n"), &format!("a = {new}\n")), expected);
    }
    assert_eq!(changes("a = any, nullable\n", "a = any\n"), one("`a` no longer takes `null`", true));
}
