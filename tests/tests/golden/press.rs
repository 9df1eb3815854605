//! Presses a copy of documentation that a test has changed.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use toolpress_codegen::diagnostic::Level;
use toolpress_codegen::{Config, Error};

/// A folder of the repository, by its path from the root.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// A copy of one vendor's documentation.
pub(crate) struct Docs {
    folder: TempDir,
    vendor: &'static str,
}

/// What came out of a press.
pub(crate) struct Pressed {
    /// The Rust text.
    pub(crate) text: String,
    /// The entries of `tools/list`.
    pub(crate) tools: Vec<Value>,
    pub(crate) fingerprint: String,
    /// The kinds of warnings, and their messages.
    pub(crate) warnings: Vec<(&'static str, String)>,
}

impl Docs {
    /// What is shipped for Sequin Stream.
    pub(crate) fn sequin() -> Self {
        Self::copy("schemas", "sequin_stream")
    }

    /// The vendor that is YAML and nothing else.
    pub(crate) fn paper_mill() -> Self {
        Self::copy("tests/own-vendor/docs", "paper_mill")
    }

    fn copy(from: &str, vendor: &'static str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let copy = folder.path().join(vendor);
        fs::create_dir(&copy).expect("a folder");
        for file in fs::read_dir(repository(from).join(vendor)).expect("documentation") {
            let file = file.expect("a file");
            fs::copy(file.path(), copy.join(file.file_name())).expect("a copy");
        }
        Self { folder, vendor }
    }

    /// Replaces a text that stands in a file exactly once.
    pub(crate) fn replace(self, file: &str, old: &str, new: &str) -> Self {
        let path = self.folder.path().join(self.vendor).join(file);
        let text = fs::read_to_string(&path).expect("a file");
        assert_eq!(text.matches(old).count(), 1, "{file} holds {old:?} once");
        fs::write(&path, text.replace(old, new)).expect("written");
        self
    }

    /// Cuts a file off before a line.
    pub(crate) fn cut(self, file: &str, line: &str) -> Self {
        let path = self.folder.path().join(self.vendor).join(file);
        let text = fs::read_to_string(&path).expect("a file");
        let at = text.find(&format!("\n{line}\n")).expect("the line");
        fs::write(&path, &text[..=at]).expect("written");
        self
    }

    /// Presses documentation that is sound.
    pub(crate) fn press(&self) -> Pressed {
        let config = Config::new(self.folder.path());
        let loaded = config.load().unwrap_or_else(|error| panic!("{error:?}"));
        let text = config.generate(&loaded.catalog).expect("text");
        let fingerprint = text.split("fingerprint: \"").nth(1).and_then(|rest| rest.split('"').next());
        let fingerprint = fingerprint.expect("a fingerprint").to_owned();
        let warnings = loaded.warnings.into_iter().map(|warning| (warning.code.as_str(), warning.message));
        Pressed { tools: entries(&text), fingerprint, warnings: warnings.collect(), text }
    }

    /// What is told about documentation that is not sound: the kinds of errors, and the report.
    pub(crate) fn errors(&self) -> (Vec<&'static str>, String) {
        match Config::new(self.folder.path()).load() {
            Err(Error::Documentation { diagnostics, sources }) => {
                let errors = diagnostics.iter().filter(|diagnostic| diagnostic.level == Level::Error);
                let codes = errors.map(|diagnostic| diagnostic.code.as_str()).collect();
                (codes, Error::Documentation { diagnostics, sources }.render())
            }
            Err(other) => panic!("{other:?}"),
            Ok(_) => panic!("this documentation is accepted"),
        }
    }
}

impl Pressed {
    /// The entry of a tool.
    pub(crate) fn tool(&self, name: &str) -> Option<&Value> {
        self.tools.iter().find(|tool| tool["name"] == name)
    }

    /// The messages of one kind of warning.
    pub(crate) fn warned(&self, code: &str) -> Vec<&str> {
        let warnings = self.warnings.iter().filter(|(known, _)| *known == code);
        warnings.map(|(_, message)| message.as_str()).collect()
    }

    pub(crate) fn names(&self) -> Vec<&str> {
        self.tools.iter().filter_map(|tool| tool["name"].as_str()).collect()
    }
}

/// The entries that pressed code holds, with all pieces.
fn entries(text: &str) -> Vec<Value> {
    let mut entries = Vec::new();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        let Some(indent) = line.strip_suffix("entry: &[") else { continue };
        let end = format!("{indent}],");
        let pieces = lines.by_ref().take_while(|line| *line != end);
        // A short piece stands on one line, a long one over several.
        let literals =
            pieces.filter_map(|line| line.trim().trim_start_matches("Piece { ").strip_prefix("text: "));
        let entry: String = literals
            .map(|literal| literal.rsplit_once(", needs: &[").map_or(literal, |(text, _)| text))
            .map(|literal| literal.trim_end_matches(','))
            .map(|literal| match literal.strip_prefix("r#\"").and_then(|raw| raw.strip_suffix("\"#")) {
                Some(raw) => raw.to_owned(),
                None => serde_json::from_str(literal).expect("a text"),
            })
            .chain(["}".to_owned()])
            .collect();
        entries.push(serde_json::from_str(&entry).expect("an entry is JSON"));
    }
    entries
}
