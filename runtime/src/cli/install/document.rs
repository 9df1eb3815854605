//! A client's file: read, changed in one place, written whole or not at all.

use serde::Serialize as _;
use serde_json::ser::{PrettyFormatter, Serializer};
use serde_json::{Map, Value};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use toolpress_core::strict;

/// What is to stand in a file.
#[derive(Debug)]
pub(super) struct Change {
    /// The key that holds all servers.
    pub(super) section: &'static str,
    pub(super) name: String,
    pub(super) entry: Value,
    /// Questions of VS Code to its user, each with an `id`.
    pub(super) inputs: Vec<Value>,
    /// Whether others may not read the file.
    pub(super) secret: bool,
    /// What a person should know beside.
    pub(super) remarks: Vec<String>,
}

impl Change {
    /// A file that holds nothing else.
    pub(super) fn snippet(&self) -> String {
        let mut fields = Map::new();
        // Nothing is in the way in an empty file.
        let _ = put(&mut fields, self);
        format!("{:#}", Value::Object(fields))
    }
}

/// What a change does to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Added,
    Replaced,
    Nothing,
}

impl Effect {
    pub(super) fn verb(self) -> &'static str {
        if self == Self::Replaced { "replace" } else { "add" }
    }

    pub(super) fn past(self) -> &'static str {
        if self == Self::Replaced { "Replaced" } else { "Added" }
    }
}

/// Why a file is left alone.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unusable {
    #[error("it cannot be read: {0}")]
    Unread(#[from] io::Error),
    /// It is JSON but for comments and trailing commas.
    #[error("it has comments or trailing commas")]
    Comments,
    #[error("it is no valid JSON: {0}")]
    Invalid(serde_json::Error),
    #[error("`{0}` in it is no object")]
    NoObject(&'static str),
    #[error("`inputs` in it is no array")]
    NoArray,
}

/// A file in memory.
#[derive(Debug)]
pub(super) struct Document {
    /// Where the file really is; links are kept.
    path: PathBuf,
    /// Its text, if there is a file.
    before: Option<String>,
    fields: Map<String, Value>,
}

impl Document {
    /// Reads a file. One that is not there, or empty, has no fields.
    pub(super) fn read(path: &Path) -> Result<Self, Unusable> {
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let before = match fs::read_to_string(&path) {
            Ok(text) => Some(text),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(error.into()),
        };
        let text = before.as_deref().unwrap_or_default();
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let fields = if text.trim().is_empty() {
            Map::new()
        } else {
            strict::parse_object(text).map_err(|error| {
                let plain = strict::parse_object(&without_comments(text));
                if plain.is_ok() { Unusable::Comments } else { Unusable::Invalid(error) }
            })?
        };
        Ok(Self { path, before, fields })
    }

    /// Makes the change in memory.
    pub(super) fn apply(&mut self, change: &Change) -> Result<Effect, Unusable> {
        put(&mut self.fields, change)
    }

    /// Writes the file, and tells where the file as it was is kept. `secret`: for its owner's eyes only.
    pub(super) fn write(&self, secret: bool) -> io::Result<Option<PathBuf>> {
        if let Some(folder) = self.path.parent() {
            fs::create_dir_all(folder)?;
        }
        let Some(before) = &self.before else {
            replace(&self.path, &self.text(), true)?;
            return Ok(None);
        };
        let mut name = self.path.file_name().unwrap_or_default().to_owned();
        name.push(".bak");
        let kept = self.path.with_file_name(name);
        replace(&kept, before, true)?;
        let permissions = fs::metadata(&self.path)?.permissions();
        replace(&self.path, &self.text(), true)?;
        if !secret {
            fs::set_permissions(&self.path, permissions)?;
        }
        Ok(Some(kept))
    }

    /// The text, indented as it was.
    fn text(&self) -> String {
        let before = self.before.as_deref().unwrap_or_default();
        let indent = before.lines().skip(1).find_map(|line| {
            let width = line.len() - line.trim_start().len();
            (width > 0 && width < line.len()).then(|| &line[..width])
        });
        let formatter = PrettyFormatter::with_indent(indent.unwrap_or("  ").as_bytes());
        let mut text = Vec::new();
        let written = self.fields.serialize(&mut Serializer::with_formatter(&mut text, formatter));
        debug_assert!(written.is_ok(), "a value in memory can be written");
        let mut text = String::from_utf8(text).unwrap_or_default();
        if before.is_empty() || before.ends_with('\n') {
            text.push('\n');
        }
        text
    }
}

fn put(fields: &mut Map<String, Value>, change: &Change) -> Result<Effect, Unusable> {
    let servers = fields.entry(change.section).or_insert_with(|| Value::Object(Map::new()));
    let servers = servers.as_object_mut().ok_or(Unusable::NoObject(change.section))?;
    let effect = match servers.insert(change.name.clone(), change.entry.clone()) {
        None => Effect::Added,
        Some(before) if before == change.entry => Effect::Nothing,
        Some(_) => Effect::Replaced,
    };
    if change.inputs.is_empty() {
        return Ok(effect);
    }
    let inputs = fields.entry("inputs").or_insert_with(|| Value::Array(Vec::new()));
    let inputs = inputs.as_array_mut().ok_or(Unusable::NoArray)?;
    for input in &change.inputs {
        // One that a person has reworded stays.
        if !inputs.iter().any(|known| known.get("id") == input.get("id")) {
            inputs.push(input.clone());
        }
    }
    Ok(effect)
}

/// Writes beside the file and moves into its place, so that nobody ever reads half of it.
fn replace(path: &Path, text: &str, private: bool) -> io::Result<()> {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}.tmp", std::process::id()));
    let beside = path.with_file_name(name);
    let written = create(&beside, private).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    let moved = written.and_then(|()| fs::rename(&beside, path));
    if moved.is_err() {
        let _ = fs::remove_file(&beside);
    }
    moved
}

fn create(path: &Path, private: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if private {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

/// The text without the comments and trailing commas that some editors allow in their settings.
fn without_comments(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    let (mut inside, mut comma) = (false, None);
    while let Some(c) = rest.next() {
        if inside {
            plain.push(c);
            match c {
                '\\' => plain.extend(rest.next()),
                '"' => inside = false,
                _ => {}
            }
            continue;
        }
        match (c, rest.peek()) {
            ('/', Some('/')) => while rest.next_if(|c| *c != '\n').is_some() {},
            ('/', Some('*')) => {
                let mut last = ' ';
                rest.next();
                for c in rest.by_ref() {
                    if last == '*' && c == '/' {
                        break;
                    }
                    last = c;
                }
            }
            (',', _) => {
                comma = Some(plain.len());
                plain.push(c);
            }
            _ => {
                if let ('}' | ']', Some(at)) = (c, comma) {
                    plain.replace_range(at..=at, " ");
                }
                if !c.is_whitespace() {
                    comma = None;
                }
                inside = c == '"';
                plain.push(c);
            }
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::without_comments;
    use toolpress_core::strict;

    #[test]
    fn comments_and_trailing_commas_are_told_from_mistakes() {
        for (text, fits) in [
            ("{\"a\": 1, // one\n /* two \n */ \"b\": [1, 2,],\n}", true),
            (r#"{"url": "http://x/*y*/", "b": "\",}"}"#, true),
            ("{\"a\": 1,, }", false),
            ("{\"a\": /* open", false),
            ("{\"a\" 1}", false),
            ("{,}", true),
        ] {
            assert_eq!(strict::parse_object(&without_comments(text)).is_ok(), fits, "{text}");
        }
    }
}
