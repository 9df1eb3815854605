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

/// Presses a vendor of two tools, each with an object called `limits` of these properties.
fn with_limits(of_create: &str, of_update: &str) -> String {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let write =
        |name: &str, text: &str| fs::write(folder.path().join("acme").join(name), text).expect("written");
    fs::create_dir(folder.path().join("acme")).expect("a folder");
    write(
        "vendor.yaml",
        "label: Acme\nauth: none\nresources:\n  things:\n    path: /things\n    methods:\n      create: POST\n      \
         update: PATCH /{id}\n",
    );
    let body = |properties: &str| {
        format!(
            "  body:\n    properties:\n      limits: {{ type: object, description: Bounds., properties: {{ {properties} }} }}\n"
        )
    };
    let create = format!("create:\n  description: Makes one.\n{}", body(of_create));
    let update = format!(
        "update:\n  description: Changes one.\n  path: {{ id: {{ type: string }} }}\n{}",
        body(of_update)
    );
    write("things.yaml", &(create + &update));
    write("types.yaml", "HowFastAThingMayBeMade: { type: string, enum: [slow, fast] }\n");
    let config = Config::new(folder.path());
    config.generate(&config.load().expect("sound documentation").catalog).expect("text")
}

#[test]
fn equal_tables_are_one_static_though_their_types_differ() {
    let equal = with_limits(
        "daily: { type: integer, max: 9, description: By day. }",
        "daily: { type: integer, max: 9, description: Each day. }",
    );
    assert_eq!(equal.matches("_TABLE: Object").count(), 1, "{equal}");
    assert_eq!(equal.matches("Kind::Object(&CREATE_THING_LIMITS_TABLE)").count(), 2, "{equal}");
    // The fields are documented otherwise, so these are two types.
    assert!(equal.contains("pub struct CreateThingLimits") && equal.contains("pub struct UpdateThingLimits"));
}

#[test]
fn types_that_say_the_same_are_one_with_two_names_though_their_tables_differ() {
    let pace = |most: u32| {
        format!("daily: {{ type: integer, max: {most} }}, pace: {{ type: string, enum: [slow, fast] }}")
    };
    // Bounds are checked by tables; Rust's integers know none.
    let text = with_limits(&pace(9), &pace(8));
    assert!(text.contains("Kind::Object(&UPDATE_THING_LIMITS_TABLE)"), "{text}");
    for name in ["CreateThingLimits", "CreateThingLimitsPace"] {
        let other = name.replace("Create", "Update");
        assert!(text.contains(&format!("    pub type {other} = {name};\n")), "{text}");
        assert!(text.contains(&format!("/// Another name of [`{name}`], which says the same.\n")), "{text}");
        assert!(text.contains(&format!("::core::fmt::Debug for {name} {{")), "{text}");
        assert!(!text.contains(&format!(" for {other} ")), "{text}");
    }
    assert!(text.contains("    /// Bounds.\n    ///\n    /// Another name of"), "{text}");
    for other in
        ["daily: { type: string }", "daily: { type: integer, required: true }", "weekly: { type: integer }"]
    {
        let text = with_limits("daily: { type: integer }", other);
        assert!(!text.contains("pub type "), "{other}: {text}");
    }
}

#[test]
fn a_type_that_documentation_names_keeps_its_name() {
    let inline = "pace: { type: string, enum: [slow, fast] }";
    let text = with_limits(inline, "pace: { $ref: \"#/types/HowFastAThingMayBeMade\" }");
    assert!(text.contains("    pub enum HowFastAThingMayBeMade {"), "{text}");
    assert!(text.contains("    pub type CreateThingLimitsPace = HowFastAThingMayBeMade;\n"), "{text}");
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
