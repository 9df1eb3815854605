//! Pressing a small vendor that has one of everything: the text, and when it is written.

use std::fs;
use std::path::Path;
use toolpress_codegen::Config;

fn config() -> Config {
    Config::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/own-vendor/docs"))
}

#[test]
fn one_of_everything_as_rust() {
    let config = config();
    let loaded = config.load().expect("sound documentation");
    let text = config.generate(&loaded.catalog).expect("text");
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false, snapshot_path => "press" }, {
        insta::assert_snapshot!("paper_mill.rs", text);
    });
}

#[test]
fn equal_documentation_gives_equal_bytes() {
    let press = || config().generate(&config().load().expect("sound documentation").catalog).expect("text");
    assert_eq!(press(), press());
}

#[test]
fn equal_tables_are_one_static_though_their_types_differ() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write =
        |name: &str, text: &str| fs::write(folder.path().join("acme").join(name), text).expect("written");
    fs::create_dir(folder.path().join("acme")).expect("a folder");
    write(
        "vendor.yaml",
        "label: Acme\nauth: none\nresources:\n  things:\n    path: /things\n    methods:\n      create: POST\n      \
         update: PATCH /{id}\n",
    );
    let limits = |most: u32| {
        format!("limits: {{ type: object, properties: {{ daily: {{ type: integer, max: {most} }} }} }}\n")
    };
    let press = |most_of_update| {
        let create =
            format!("create:\n  description: Makes one.\n  body:\n    properties:\n      {}", limits(9));
        let update = format!(
            "update:\n  description: Changes one.\n  path: {{ id: {{ type: string }} }}\n  body:\n    properties:\n      {}",
            limits(most_of_update)
        );
        write("things.yaml", &(create + &update));
        let config = Config::new(folder.path());
        config.generate(&config.load().expect("sound documentation").catalog).expect("text")
    };
    let equal = press(9);
    assert_eq!(equal.matches("_TABLE: Object").count(), 1, "{equal}");
    assert_eq!(equal.matches("Kind::Object(&CREATE_THING_LIMITS_TABLE)").count(), 2, "{equal}");
    assert!(equal.contains("pub struct CreateThingLimits") && equal.contains("pub struct UpdateThingLimits"));
    let other = press(8);
    assert!(other.contains("Kind::Object(&UPDATE_THING_LIMITS_TABLE)"), "{other}");
}

#[test]
fn a_file_is_written_only_when_its_text_changes() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut config = config();
    config.out_dir(folder.path());
    let catalog = config.load().expect("sound documentation").catalog;
    let path = folder.path().join("catalog.rs");
    let modified = || fs::metadata(&path).and_then(|data| data.modified()).expect("the file");

    config.write(&catalog).expect("written");
    let long_ago = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1);
    fs::File::options().write(true).open(&path).and_then(|file| file.set_modified(long_ago)).expect("older");
    config.write(&catalog).expect("left alone");
    assert_eq!(modified(), long_ago);

    let mut changed = catalog.clone();
    changed.vendors[0].tools[0].description.push_str(" More.");
    config.write(&changed).expect("written again");
    assert_ne!(modified(), long_ago);
}

#[test]
fn the_path_of_the_core_is_a_setting() {
    let mut config = config();
    config.core_path("::my_server::core");
    let text = config.generate(&config.load().expect("sound documentation").catalog).expect("text");
    assert!(text.contains("::my_server::core::Catalog"));
    assert!(!text.contains("toolpress_core"));
}

#[test]
fn a_folder_without_vendors_is_told() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let error = Config::new(folder.path()).load().expect_err("nothing to press");
    assert!(error.to_string().contains("no folder with a vendor.yaml"), "{error}");
    let error = Config::new(folder.path().join("absent")).load().expect_err("nothing to read");
    assert!(error.to_string().contains("absent"), "{error}");
}
