//! Every kind of defect, rendered as its author would see it.
//!
//! Each fixture replaces a file or two of a small sound vendor (a line `# file: name` begins each) and
//! holds one idea, which is also its name. A fixture with a `toolpress.lock` is held against that.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use toolpress_codegen::{Code, Config, Error, diagnostic};

const VENDOR: &str = r#"label: Acme
auth: { bearer: token }
credentials: { token: { help: Console } }
tags: { things: { description: Things. } }
resources:
  things: { tags: [things], path: /things, methods: { list: GET, get: "GET /{id}", create: POST } }
"#;
const THINGS: &str = r##"list: { description: "Lists the things, newest first.", returns: { $ref: "#/types/Thing" } }
get: { description: Gets a thing with its parts., path: { id: { type: string } }, returns: { $ref: "#/types/Thing" } }
create: { description: Makes a thing. }
"##;
const TYPES: &str = "Thing: { type: object, properties: { name: { type: string } } }\n";

/// What is said about the sound vendor with some files replaced.
struct Report {
    text: String,
    codes: Vec<Code>,
}

fn load(fixture: &str) -> Report {
    load_by(fixture, |_| {})
}

fn load_by(fixture: &str, configure: impl Fn(&mut Config)) -> Report {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut config = written(fixture, folder.path());
    configure(&mut config);
    match config.load() {
        Ok(loaded) => Report {
            text: loaded
                .warnings
                .iter()
                .map(|warning| diagnostic::render(warning, &loaded.sources) + "\n")
                .collect(),
            codes: loaded.warnings.iter().map(|warning| warning.code).collect(),
        },
        Err(error) => Report {
            text: error.render(),
            codes: match error {
                Error::Documentation { diagnostics, .. } => {
                    diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
                }
                other => panic!("{other}"),
            },
        },
    }
}

/// Writes the sound vendor with some files replaced.
fn written(fixture: &str, folder: &Path) -> Config {
    let schemas = folder.join("schemas");
    let vendor = schemas.join("acme");
    fs::create_dir_all(&vendor).expect("a folder for the vendor");
    for (name, sound) in [("vendor.yaml", VENDOR), ("things.yaml", THINGS), ("types.yaml", TYPES)] {
        fs::write(vendor.join(name), sound).expect("a sound file");
    }
    for part in fixture.split("# file: ").skip(1) {
        let name = part.lines().next().expect("the name of a file");
        fs::write(vendor.join(name), format!("# file: {part}")).expect("the file with the defect");
    }
    let mut config = Config::new(&schemas);
    let lock = vendor.join("toolpress.lock");
    if lock.is_file() {
        config.lock(lock);
    }
    config
}

#[test]
fn the_sound_vendor_is_sound() {
    assert_eq!(load("").text, "");
}

#[test]
fn every_defect_is_shown_with_its_place() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/defects");
    let mut shown = BTreeSet::new();
    for entry in fs::read_dir(&folder).expect("the fixtures") {
        let path = entry.expect("a fixture").path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let fixture = fs::read_to_string(&path).expect("a readable fixture");
        let name = path.file_stem().and_then(|name| name.to_str()).expect("a name").to_owned();
        assert!(fixture.starts_with("# file: "), "{name}: begin with `# file: name`");
        // Fixtures are short, so this would show in many beside what they are about.
        let brief = name != Code::NoDescription.as_str();
        let report = load_by(&fixture, |config| {
            config.allow(brief.then_some("no-description"));
        });
        assert!(!report.codes.is_empty(), "{name}: nothing was found");
        shown.extend(report.codes);
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "defects" }, {
            insta::assert_snapshot!(name, report.text);
        });
    }
    let unseen: Vec<_> = Code::ALL.iter().filter(|code| !shown.contains(code)).collect();
    assert!(unseen.is_empty(), "no fixture shows {unseen:?}");
}

/// Each kind of guidance where nothing is wrong with it, and what a model reads of it.
#[test]
fn sound_guidance_is_told() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sound");
    for kind in ["requires", "next", "poll", "errors", "instead", "undo", "danger"] {
        let fixture = fs::read_to_string(folder.join(format!("guidance-{kind}.yaml"))).expect("a fixture");
        let here = tempfile::tempdir().expect("a temporary folder");
        let loaded = written(&fixture, here.path()).load().expect("sound documentation");
        assert!(loaded.warnings.is_empty(), "{kind}: {:?}", loaded.warnings);
        let tool =
            loaded.catalog.vendors[0].tools.iter().find(|tool| tool.method == "create").expect("a tool");
        let told: Vec<_> = [tool.description.as_str()]
            .into_iter()
            .chain(tool.notes.iter().map(|n| n.text.as_str()))
            .collect();
        let told = format!(
            "{}\nnext: {:?}\nrequires: {:?}\nerrors: {:?}",
            told.join(" "),
            tool.next,
            tool.requires,
            tool.errors
        );
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "sound" }, {
            insta::assert_snapshot!(format!("guidance-{kind}"), told);
        });
    }
}

/// One run shows every problem of every file, not the first.
#[test]
fn several_defects_are_shown_together() {
    let report = load(
        "# file: things.yaml\nlist: { descripton: Lists the things. }\nget: { description: Gets one thing. }\ncreate: { description: x }\n",
    );
    for code in [Code::UnknownKey, Code::MissingKey, Code::PathParam, Code::Description] {
        assert!(report.codes.contains(&code), "{code} is missing in\n{}", report.text);
    }
}

const UNTAGGED: &str = "# file: vendor.yaml
label: Acme
auth: { bearer: token }
credentials: { token: { help: Console } }
tags: { things: { description: Things. } }
resources:
  things: { path: /things, methods: { list: GET, get: \"GET /{id}\", create: POST } }
";

fn deny_all(config: &mut Config) {
    config.deny_warnings(true);
}

fn deny_this(config: &mut Config) {
    config.deny(["unused-tag"]);
}

fn deny_another(config: &mut Config) {
    config.deny(["no-example"]);
}

#[test]
fn warnings_can_be_let_be() {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/own-vendor/docs");
    let codes = |config: &Config| {
        let warnings = config.load().expect("sound documentation").warnings;
        warnings.iter().map(|warning| warning.code.as_str()).collect::<Vec<_>>()
    };
    let mut config = Config::new(schemas);
    assert!(codes(&config).contains(&"undocumented"));
    config.allow(["undocumented"]);
    assert!(!codes(&config).contains(&"undocumented"));
    assert!(config.clone().allow(["undocumentd"]).load().is_err());
}

#[test]
fn warnings_can_be_denied() {
    assert!(load(UNTAGGED).text.starts_with("warning[unused-tag]"));
    for configure in [deny_all, deny_this] {
        let report = load_by(UNTAGGED, configure);
        assert!(report.text.starts_with("error[unused-tag]"), "{}", report.text);
        assert!(report.text.contains("1 error in the documentation"), "{}", report.text);
    }
    assert!(load_by(UNTAGGED, deny_another).text.starts_with("warning"));
}

#[test]
fn a_code_that_does_not_exist_cannot_be_denied() {
    let error = Config::new("nowhere").deny(["unused-tags"]).load().expect_err("no such code");
    assert_eq!(error.to_string(), "no diagnostic has the code `unused-tags`; did you mean `unused-tag`?");
}

#[test]
fn every_code_is_explained() {
    for code in Code::ALL {
        let explanation = code.explanation();
        let prose = explanation.split("```").next().unwrap_or_default();
        assert!((80..=500).contains(&prose.len()), "{code} is explained in a few lines:\n{explanation}");
        assert!(
            explanation.contains("# wrong") && explanation.contains("# right"),
            "{code} needs an example"
        );
        assert_eq!(&code.to_string().parse::<Code>().expect("a code"), code);
    }
    let headings = include_str!("../diagnostics.md").lines().filter_map(|line| line.strip_prefix("## "));
    assert!(
        headings.eq(Code::ALL.iter().map(|code| code.as_str())),
        "sections are the codes, in their order"
    );
}
