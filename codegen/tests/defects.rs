//! Every kind of defect, rendered as its author would see it.
//!
//! Each fixture replaces one file of a small sound vendor (its first line says which) and holds one idea,
//! which is also its name.

use std::fs;
use std::path::Path;
use toolpress_codegen::{Config, Error, diagnostic};

const VENDOR: &str = r#"label: Acme
auth: { bearer: token }
credentials: { token: { help: Console } }
tags: { things: { description: Things. } }
resources:
  things: { tags: [things], path: /things, methods: { list: GET, get: "GET /{id}", create: POST } }
"#;
const THINGS: &str = r"list: { description: Lists the things. }
get: { description: Gets one thing., path: { id: { type: string } } }
create: { description: Makes a thing. }
";
const TYPES: &str = "Name: { type: string, description: What it is called. }\n";

/// Loads the sound vendor with one file replaced.
fn load(file: &str, text: &str) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let schemas = folder.path().join("schemas");
    let vendor = schemas.join("acme");
    fs::create_dir_all(&vendor).expect("a folder for the vendor");
    for (name, sound) in [("vendor.yaml", VENDOR), ("things.yaml", THINGS), ("types.yaml", TYPES)] {
        fs::write(vendor.join(name), sound).expect("a sound file");
    }
    fs::write(vendor.join(file), text).expect("the file with the defect");
    match Config::new(&schemas).load() {
        Ok(loaded) => loaded
            .warnings
            .iter()
            .map(|warning| diagnostic::render(warning, &loaded.sources) + "\n")
            .collect(),
        Err(error @ Error::Documentation { .. }) => error.render(),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn the_sound_vendor_is_sound() {
    assert_eq!(load("vendor.yaml", VENDOR), "");
}

#[test]
fn every_defect_is_shown_with_its_place() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/defects");
    let mut count = 0;
    for entry in fs::read_dir(&folder).expect("the fixtures") {
        let path = entry.expect("a fixture").path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let text = fs::read_to_string(&path).expect("a readable fixture");
        let file =
            text.lines().next().and_then(|line| line.strip_prefix("# file: ")).expect("`# file: name`");
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
        let report = load(file, &text);
        assert!(!report.is_empty(), "{name}: nothing was found");
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "defects" }, {
            insta::assert_snapshot!(name, report);
        });
        count += 1;
    }
    assert!(count >= 40, "only {count} defects are covered");
}

/// One run shows every problem of every file, not the first.
#[test]
fn several_defects_are_shown_together() {
    let report = load(
        "things.yaml",
        "list: { descripton: Lists the things. }\nget: { description: Gets one thing. }\ncreate: { description: x }\n",
    );
    for code in ["unknown-key", "missing-key", "path-param", "description"] {
        assert!(report.contains(&format!("[{code}]")), "{code} is missing in\n{report}");
    }
}
