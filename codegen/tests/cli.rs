//! The command `cargo toolpress`, as a person runs it: output and exit codes.
#![cfg(feature = "cli")]

use serde_json::Value as Json;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use tempfile::TempDir;

/// Runs the command in a folder.
fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = Command::new(env!("CARGO_BIN_EXE_cargo-toolpress"))
        .args(arguments)
        .current_dir(folder)
        .output()
        .expect("the command runs");
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    (status.code().expect("an exit code"), text(stdout), text(stderr))
}

/// A folder with the documentation that `new` writes.
fn started() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (code, _, error) = run(folder.path(), &["new", "acme"]);
    assert_eq!((code, error.as_str()), (0, ""));
    folder
}

/// Replaces a text in a file of the documentation.
fn edit(folder: &TempDir, file: &str, from: &str, to: &str) {
    let path = folder.path().join("schemas/acme").join(file);
    let text = fs::read_to_string(&path).expect("the file");
    assert!(text.contains(from), "{file} has no {from}");
    fs::write(path, text.replace(from, to)).expect("the file is written");
}

#[test]
fn what_new_writes_has_no_problems() {
    let folder = started();
    let (code, out, _) = run(folder.path(), &["check", "--deny", "warnings"]);
    assert_eq!((code, out.as_str()), (0, "schemas: 4 tools, 0 errors, 0 warnings\n"));
    assert!(folder.path().join("schemas/documentation.schema.json").is_file());
}

#[test]
fn new_takes_names_as_people_write_them_and_overwrites_nothing() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let (code, out, _) = run(folder.path(), &["new", "Acme Cloud", "--folder", "docs/api"]);
    assert_eq!(code, 0);
    assert!(out.starts_with("docs/api/acme_cloud/vendor.yaml\n"), "{out}");
    assert!(out.ends_with("Next: cargo toolpress check docs/api\n"), "{out}");
    let vendor = folder.path().join("docs/api/acme_cloud/vendor.yaml");
    let written = fs::read_to_string(&vendor).expect("the vendor's file");
    assert!(written.contains("label: \"Acme Cloud\""), "{written}");
    fs::write(&vendor, "mine").expect("an edit");
    let (code, _, error) = run(folder.path(), &["new", "acme_cloud", "--folder", "docs/api"]);
    assert_eq!(code, 1);
    assert!(error.contains("acme_cloud is there already; nothing was written"), "{error}");
    assert_eq!(fs::read_to_string(&vendor).expect("the vendor's file"), "mine");
    let (code, ..) = run(folder.path(), &["new", r#"Ann's "C:\Path""#]);
    assert_eq!(code, 0);
    let (code, out, _) = run(folder.path(), &["check", "--deny", "warnings"]);
    assert_eq!(code, 0, "{out}");
    let (code, out, _) = run(folder.path(), &["new", "3D"]);
    assert_eq!((code, out.as_str()), (2, ""));
}

#[test]
fn check_prints_what_a_build_prints() {
    let folder = started();
    edit(&folder, "things.yaml", "description: Gets", "descripton: Gets");
    let (code, out, error) = run(folder.path(), &["check"]);
    assert_eq!((code, error.as_str()), (1, ""));
    assert!(out.starts_with("error[missing-key]: a documentation record needs `description`\n"), "{out}");
    assert!(out.contains(" --> schemas/acme/things.yaml:13:3\n"), "{out}");
    assert!(out.contains("= help: did you mean `description`?"), "{out}");
    assert!(out.contains("schemas: nothing can be pressed, 2 errors, 0 warnings\n"), "{out}");
    assert!(out.ends_with("`cargo toolpress explain missing-key` tells more about the first\n"), "{out}");
    assert!(!out.contains('\u{1b}'), "no colours outside of a terminal");
}

#[test]
fn check_shows_files_as_they_are_found_from_here() {
    let folder = started();
    edit(&folder, "vendor.yaml", "GET /{id}", "GTE /{id}");
    fs::create_dir(folder.path().join("inner")).expect("a folder");
    let (code, out, _) = run(&folder.path().join("inner"), &["check", "../schemas"]);
    assert_eq!(code, 1);
    assert!(out.contains(" --> ../schemas/acme/vendor.yaml:"), "{out}");
}

#[test]
fn check_denies_warnings() {
    let folder = started();
    edit(&folder, "vendor.yaml", ", effect: destructive", "");
    for (deny, expected) in [
        (&[][..], 0),
        (&["--deny", "warnings"], 1),
        (&["--deny", "implicit-effect"], 1),
        (&["--deny", "no-example"], 0),
    ] {
        let (code, out, _) = run(folder.path(), &[&["check"], deny].concat());
        assert_eq!(code, expected, "{deny:?}");
        assert!(out.contains("[implicit-effect]"), "{out}");
    }
    let (code, out, error) = run(folder.path(), &["check", "--deny", "implicit-efect"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(error.contains("did you mean `implicit-effect`?"), "{error}");
}

#[test]
fn check_writes_json() {
    let folder = started();
    let (_, none, _) = run(folder.path(), &["check", "--format", "json"]);
    assert_eq!(none, "[]\n");
    edit(&folder, "vendor.yaml", "/{id}/archive", "/{thing}/archive");
    let (code, out, _) = run(folder.path(), &["check", "--format", "json"]);
    assert_eq!(code, 1);
    let list: Json = serde_json::from_str(&out).expect("JSON");
    let first = &list[0];
    let keys: Vec<_> = first.as_object().expect("an object").keys().map(String::as_str).collect();
    let expected = [
        "level",
        "code",
        "message",
        "file",
        "line",
        "column",
        "end_line",
        "end_column",
        "label",
        "help",
        "related",
    ];
    assert_eq!(keys, expected);
    assert_eq!((&first["level"], &first["code"]), (&"error".into(), &"path-param".into()));
    assert_eq!(first["file"], "schemas/acme/vendor.yaml");
    assert_eq!(
        first["end_column"].as_u64().zip(first["column"].as_u64()).map(|(end, start)| end - start),
        Some(7)
    );
    assert_eq!(first["related"]["file"], "schemas/acme/things.yaml");
    assert_eq!(first["related"]["label"], "the record");
}

#[test]
fn check_writes_workflow_commands() {
    let folder = started();
    edit(&folder, "things.yaml", "type: integer, min: 1, default: 1", "type: integer, min: 10, max: 1");
    let (code, out, _) = run(folder.path(), &["check", "--format", "github"]);
    assert_eq!(code, 1);
    let expected = "::error file=schemas/acme/things.yaml,line=27,endLine=27,col=44,endColumn=45,title=range::\
                    no number is from 10 to 1\n";
    assert!(out.contains(expected), "{out}");
    assert!(out.lines().all(|line| line.starts_with("::")), "{out}");
}

#[test]
fn explain_tells_what_a_code_means() {
    let here = Path::new(".");
    let (code, out, _) = run(here, &["explain", "path-param"]);
    assert_eq!(code, 0);
    assert!(out.starts_with("error[path-param]: a path and its documented parameters disagree\n\n"), "{out}");
    assert!(out.contains("# wrong") && out.ends_with("```\n"), "{out}");
    let (code, out, error) = run(here, &["explain", "path-parm"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(error.contains("no diagnostic has the code `path-parm`; did you mean `path-param`?"), "{error}");
    let (code, out, _) = run(here, &["explain"]);
    assert_eq!(code, 0);
    assert!(out.contains("warning  unused-tag                no tool carries a tag\n"), "{out}");
}

#[test]
fn expand_shows_one_tool() {
    let folder = started();
    let (code, out, _) = run(folder.path(), &["expand", "--tool", "create_a_acme_thing"]);
    assert_eq!(code, 0);
    assert!(out.contains("pub struct CreateThing"), "{out}");
    assert!(!out.contains("ListThings") && !out.contains("enum State"), "only what the tool needs:\n{out}");
    let (code, out, _) = run(folder.path(), &["expand", "--tool", "list_all_acme_things", "--as", "json"]);
    let tool: Json = serde_json::from_str(&out).expect("JSON");
    assert_eq!(code, 0);
    assert_eq!(tool["inputSchema"]["properties"]["state"]["enum"], serde_json::json!(["active", "archived"]));
    let (code, _, error) = run(folder.path(), &["expand", "--tool", "list_all_acme_thing"]);
    assert_eq!(code, 2);
    assert!(error.contains("did you mean `list_all_acme_things`?"), "{error}");
}

#[test]
fn expand_shows_all_tools_of_a_vendor() {
    let folder = started();
    let (code, out, _) = run(folder.path(), &["expand", "--vendor", "acme", "--as", "json"]);
    assert_eq!(code, 0);
    let list: Json = serde_json::from_str(&out).expect("JSON");
    assert_eq!(list["tools"].as_array().map(Vec::len), Some(4));
    let (code, _, error) = run(folder.path(), &["expand", "--vendor", "amce"]);
    assert_eq!(code, 2);
    assert!(error.contains("no vendor is called `amce`"), "{error}");
}

#[test]
fn a_wrong_use_exits_with_2() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    for arguments in [&["check"][..], &["check", "--format", "xml"], &["expnd"], &[]] {
        let (code, out, error) = run(folder.path(), arguments);
        assert_eq!((code, out.as_str()), (2, ""), "{arguments:?}");
        assert!(!error.is_empty(), "{arguments:?}");
    }
}

/// Installed, cargo runs `cargo-toolpress toolpress check`.
#[test]
fn the_name_of_the_subcommand_may_stand_first() {
    let folder = started();
    let (code, out, _) = run(folder.path(), &["toolpress", "check"]);
    assert_eq!((code, out.as_str()), (0, "schemas: 4 tools, 0 errors, 0 warnings\n"));
}
