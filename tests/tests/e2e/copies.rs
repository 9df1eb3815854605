//! Documentation in a folder of its own, to be changed and pressed.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use toolpress_codegen::{Config, model};

/// The documentation that is compiled into the binary, with the settings of its build script.
pub(crate) fn schemas() -> Config {
    config_of(&crate::program::root().join("schemas"))
}

/// The same with all vendors.
pub(crate) fn all_schemas() -> Config {
    let mut config = Config::new(crate::program::root().join("schemas"));
    config.example_path("toolpress_generated");
    config
}

/// The same settings for another folder, and for the vendor these tests are about.
pub(crate) fn config_of(folder: &Path) -> Config {
    let mut config = Config::new(folder);
    config.example_path("toolpress_generated").vendors(["sequin_stream"]);
    config
}

/// The pressed tools of the one vendor.
pub(crate) fn model_of(config: &Config) -> Vec<model::Tool> {
    let mut vendors = config.load().expect("sound documentation").catalog.vendors;
    assert_eq!(vendors.len(), 1);
    vendors.remove(0).tools
}

/// Documented arguments of each tool.
pub(crate) fn tools_of(config: &Config) -> BTreeMap<String, Value> {
    let tools = model_of(config).into_iter();
    tools.map(|tool| (tool.name, tool.examples.first().expect("an example").clone())).collect()
}

/// The text a press gives.
pub(crate) fn press(config: &Config) -> String {
    config.generate(&config.load().expect("sound documentation").catalog).expect("a text")
}

/// The fingerprint in a pressed text.
pub(crate) fn fingerprint(text: &str) -> &str {
    let (_, rest) = text.split_once("fingerprint: \"").expect("a fingerprint");
    rest.split('"').next().expect("its end")
}

/// A copy of the documentation, gone when it is dropped.
pub(crate) struct Copy(tempfile::TempDir);

impl Copy {
    pub(crate) fn new() -> Self {
        let copy = Self(tempfile::tempdir().expect("a temporary folder"));
        copy_folder(&crate::program::root().join("schemas"), &copy.folder());
        copy
    }

    pub(crate) fn config(&self) -> Config {
        config_of(&self.folder())
    }

    /// The folder has the original's name, which stands in the pressed text.
    fn folder(&self) -> PathBuf {
        self.0.path().join("schemas")
    }

    /// Replaces a text that stands exactly once in a file of the vendor.
    pub(crate) fn replace(&self, file: &str, from: &str, to: &str) -> &Self {
        replace(&self.folder().join("sequin_stream").join(file), from, to);
        self
    }

    /// Removes a file of the vendor.
    pub(crate) fn remove(&self, file: &str) {
        fs::remove_file(self.folder().join("sequin_stream").join(file)).expect("removed");
    }
}

/// Replaces a text that stands exactly once in a file.
pub(crate) fn replace(path: &Path, from: &str, to: &str) {
    let text = fs::read_to_string(path).expect("a file");
    assert_eq!(text.matches(from).count(), 1, "`{from}` in {}", path.display());
    fs::write(path, text.replace(from, to)).expect("written");
}

/// Copies what is in a folder, but no build results and nothing hidden.
pub(crate) fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let (name, path): (_, PathBuf) = (entry.file_name(), entry.path());
        if name == "target" || name.to_string_lossy().starts_with('.') {
            continue;
        }
        if path.is_dir() {
            copy_folder(&path, &to.join(&name));
        } else {
            fs::copy(&path, to.join(&name)).expect("copied");
        }
    }
}
