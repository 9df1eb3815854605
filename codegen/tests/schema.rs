//! The JSON Schema that editors read says what the reader does.

use serde_json::Value as Json;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use toolpress_codegen::{Code, Config, Error};

const SCHEMA: &str = include_str!("../../schemas/documentation.schema.json");

fn schema() -> Json {
    serde_json::from_str(SCHEMA).expect("the schema is JSON")
}

/// What an editor would say about a document.
fn complaints(validator: &jsonschema::Validator, text: &str) -> Vec<String> {
    let options = serde_yaml::options! { strict_booleans: true };
    match serde_yaml::from_str_with_options::<Json>(text, options) {
        Ok(document) => validator.iter_errors(&document).map(|error| error.to_string()).collect(),
        Err(error) => vec![error.to_string()],
    }
}

fn yaml_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of documentation") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            yaml_files(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "yaml") {
            files.push(path);
        }
    }
}

#[test]
fn shipped_documentation_is_valid_and_says_where_the_schema_is() {
    let validator = jsonschema::draft7::new(&schema()).expect("a schema");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut files = Vec::new();
    yaml_files(&root.join("schemas"), &mut files);
    yaml_files(&root.join("tests/own-vendor/docs"), &mut files);
    assert!(files.len() > 15, "only {} files were found", files.len());
    for path in files {
        let text = fs::read_to_string(&path).expect("a readable file");
        assert_eq!(complaints(&validator, &text), Vec::<String>::new(), "{}", path.display());
        let named =
            text.lines().next().and_then(|line| line.strip_prefix("# yaml-language-server: $schema="));
        let named = named.unwrap_or_else(|| panic!("{} names its schema in line 1", path.display()));
        assert!(path.with_file_name(named).is_file(), "{}: {named} is not there", path.display());
    }
}

/// What `cargo toolpress new` writes.
#[test]
fn started_documentation_is_valid() {
    let validator = jsonschema::draft7::new(&schema()).expect("a schema");
    let mut files = Vec::new();
    yaml_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/bin/cargo-toolpress/new"), &mut files);
    assert_eq!(files.len(), 3);
    for path in files {
        let text = fs::read_to_string(&path).expect("a readable file");
        assert_eq!(complaints(&validator, &text), Vec::<String>::new(), "{}", path.display());
    }
}

/// Every mapping the reader knows, each with a key that it does not know.
const VENDOR: &str = "
label: Acme
zzzz: 1
auth: { zzzz: 1, basic: { zzzz: 1 } }
credentials: { token: { zzzz: 1 } }
tags: { things: { zzzz: 1 } }
rate_limit: { zzzz: 1 }
paging: { zzzz: 1, cursor: { zzzz: 1 }, page: { zzzz: 1 }, offset: { zzzz: 1 } }
errors: [{ zzzz: 1 }]
resources: { things: { path: /things, zzzz: 1, methods: { list: { zzzz: 1, wait: { zzzz: 1 } } } } }
";
const THINGS: &str = "
list: { zzzz: 1, body: { zzzz: 1 }, guidance: { zzzz: 1, requires: { zzzz: 1 }, next: { zzzz: 1 }, poll: { zzzz: 1 }, instead: { zzzz: 1 } }, rules: [{ zzzz: 1 }], returns: { zzzz: 1 } }
";

const WORKFLOWS: &str = "
tidy: { zzzz: 1, arguments: { x: { zzzz: 1 } }, steps: [{ zzzz: 1 }] }
";

/// The same mappings in the schema.
const DEFINITIONS: &[(&str, &str)] = &[
    ("a vendor file", "vendor"),
    ("auth", "auth"),
    ("basic auth", "basic"),
    ("a credential", "credential"),
    ("a tag", "tag"),
    ("rate-limit headers", "rate_limit"),
    ("paging", "pages"),
    ("cursor paging", "cursor"),
    ("page paging", "page"),
    ("offset paging", "offset"),
    ("a resource", "resource"),
    ("a method", "method"),
    ("long polling", "wait"),
    ("a documentation record", "record"),
    ("a body", "body"),
    ("guidance", "guidance"),
    ("advice on an error", "advice"),
    ("a required call", "requires"),
    ("a following call", "next"),
    ("polling", "poll"),
    ("a better tool", "instead"),
    ("a workflow", "workflow"),
    ("an argument", "argument"),
    ("a step", "step"),
    ("a schema", "schema"),
    ("a rule", "rule"),
];
/// Mappings whose keys are free.
const FREE: &[&str] = &["a resource file", "a file of workflows", "an example", "arguments", "passed values"];

/// The keys of each mapping, as the reader tells them when one is unknown.
fn read_keys() -> BTreeMap<String, BTreeSet<String>> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let vendor = folder.path().join("acme");
    fs::create_dir(&vendor).expect("a folder for the vendor");
    fs::write(vendor.join("vendor.yaml"), VENDOR).expect("the vendor's file");
    fs::write(vendor.join("things.yaml"), THINGS).expect("the resource's file");
    fs::write(vendor.join("workflows.yaml"), WORKFLOWS).expect("the workflows");
    let Err(Error::Documentation { diagnostics, .. }) = Config::new(folder.path()).load() else {
        panic!("unknown keys are errors");
    };
    let unknown = diagnostics.iter().filter(|diagnostic| diagnostic.code == Code::UnknownKey);
    unknown
        .map(|diagnostic| {
            let (what, _) = diagnostic.message.split_once(" has no key").expect("the mapping's name");
            let help = diagnostic.help.as_deref().expect("the keys");
            (what.to_owned(), help.split('`').skip(1).step_by(2).map(str::to_owned).collect())
        })
        .collect()
}

#[test]
fn schema_and_reader_know_the_same_keys() {
    let schema = schema();
    let read = read_keys();
    assert!(
        read.keys()
            .map(String::as_str)
            .eq(DEFINITIONS.iter().map(|(what, _)| *what).collect::<BTreeSet<_>>())
    );
    for (what, definition) in DEFINITIONS {
        let properties = schema["definitions"][definition]["properties"].as_object().expect("properties");
        let described: BTreeSet<_> = properties.keys().cloned().collect();
        assert_eq!(described, read[*what], "{what}");
        assert_eq!(schema["definitions"][definition]["additionalProperties"], false, "{what}");
    }
}

/// A mapping added to the reader must be added to the tables above.
#[test]
fn every_mapping_of_the_reader_is_compared() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/source");
    let mut known: BTreeSet<String> = DEFINITIONS.iter().map(|(what, _)| (*what).to_owned()).collect();
    known.extend(FREE.iter().map(|what| (*what).to_owned()));
    let mut read = BTreeSet::new();
    for entry in fs::read_dir(folder).expect("the reader") {
        let text = fs::read_to_string(entry.expect("a module").path()).expect("a readable module");
        let text: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for opening in ["Fields::of(\"", "Fields::of( \"", "read(\"", "read( \""] {
            let names = text.split(opening).skip(1).filter_map(|rest| rest.split('"').next());
            read.extend(names.map(str::to_owned));
        }
    }
    assert_eq!(read, known);
}

/// What the schema can see at all, an editor shows before any build; and it is content where the build is.
#[test]
fn editor_and_build_agree_about_the_fixtures() {
    const SEEN: [&str; 8] = [
        "unknown-key",
        "wrong-type",
        "unknown-word",
        "missing-key",
        "unknown-type",
        "rule-shape",
        "auth-shape",
        "duration",
    ];
    let validator = jsonschema::draft7::new(&schema()).expect("a schema");
    let mut files = Vec::new();
    yaml_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/defects"), &mut files);
    for path in files {
        let fixture = fs::read_to_string(&path).expect("a readable fixture");
        let report = fs::read_to_string(path.with_extension("snap")).expect("its snapshot");
        let complaints: Vec<_> = fixture
            .split("# file: ")
            .skip(1)
            .filter_map(|part| part.split_once('\n'))
            .filter(|(name, _)| *name != "toolpress.lock")
            .map(|(_, text)| text)
            .flat_map(|text| complaints(&validator, text))
            .collect();
        if SEEN.iter().any(|code| report.contains(&format!("error[{code}]"))) {
            assert!(!complaints.is_empty(), "{}: the editor would be silent", path.display());
        }
        if !report.contains("error[") {
            assert_eq!(complaints, Vec::<String>::new(), "{}", path.display());
        }
    }
}
