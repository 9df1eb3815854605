//! The files of one press, and places in them.

use super::VENDOR_FILE;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

/// A stretch of one file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    /// Which file, as a place in [`Sources`].
    pub file: usize,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The bytes it covers.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// The part of this span that begins `skip` bytes in and is `len` bytes long, if that lies inside it.
    #[must_use]
    pub fn part(self, skip: usize, len: usize) -> Self {
        let start = self.start + skip;
        if start + len <= self.end { Self { start, end: start + len, ..self } } else { self }
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}..{}", self.file, self.start, self.end)
    }
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// A value at a place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

impl Spanned<String> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.value
    }
}

/// One file that was read.
#[derive(Debug)]
pub struct SourceFile {
    /// Its path as shown to people: relative to where the folder of vendors is named from, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
}

/// All files that were read.
#[derive(Debug, Default)]
pub struct Sources(Vec<SourceFile>);

impl Sources {
    /// Adds a text under a path; gives its place.
    pub fn add(&mut self, path: impl Into<String>, text: impl Into<String>) -> usize {
        self.0.push(SourceFile { path: path.into(), text: text.into() });
        self.0.len() - 1
    }

    /// The file a place is in.
    pub fn file(&self, span: Span) -> &SourceFile {
        &self.0[span.file]
    }

    /// All files, in the order they were read.
    pub fn files(&self) -> &[SourceFile] {
        &self.0
    }

    /// Line and column of a place, counted from 1, columns in characters.
    pub fn position(&self, span: Span) -> (usize, usize) {
        let text = &self.file(span).text;
        let before = text.get(..span.start).unwrap_or(text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }

    /// Shows all files as lying in this folder, which the folder of vendors is in. Without it they are shown
    /// the same on every machine; with it they can be opened from where a command runs.
    pub fn show_in(&mut self, folder: &Path) {
        let folder: String =
            folder.components().map(|part| part.as_os_str().to_string_lossy() + "/").collect();
        self.0.iter_mut().for_each(|file| file.path.insert_str(0, &folder.replace("//", "/")));
    }

    /// The place of a whole file: its first byte.
    pub fn start_of(file: usize) -> Span {
        Span { file, start: 0, end: 0 }
    }
}

/// Reads a folder that holds one folder per vendor. Files and folders whose names begin with a dot, folders
/// without a vendor file, and files that are not `.yaml`, are passed over.
pub(crate) fn read_folder(root: &Path) -> io::Result<Vec<SourceFile>> {
    let shown_root = root.file_name().map_or(root, Path::new);
    let mut files = Vec::new();
    for folder in listed(root, Path::is_dir)? {
        if !folder.join(VENDOR_FILE).is_file() {
            continue;
        }
        let is_yaml =
            |path: &Path| path.is_file() && path.extension().is_some_and(|extension| extension == "yaml");
        for path in listed(&folder, is_yaml)? {
            let text = fs::read_to_string(&path)?;
            let shown = shown_root.join(path.strip_prefix(root).unwrap_or(&path));
            let parts: Vec<_> = shown.components().map(|part| part.as_os_str().to_string_lossy()).collect();
            files.push(SourceFile { path: parts.join("/"), text });
        }
    }
    Ok(files)
}

/// What is in a folder and not hidden, sorted by name.
fn listed(folder: &Path, keep: impl Fn(&Path) -> bool) -> io::Result<Vec<PathBuf>> {
    let mut paths =
        fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    let hidden = |path: &Path| {
        path.file_name().and_then(|name| name.to_str()).is_none_or(|name| name.starts_with('.'))
    };
    paths.retain(|path| !hidden(path) && keep(path));
    paths.sort();
    Ok(paths)
}

/// Writes a file whose text is another; tells whether it did.
pub(crate) fn write_if_changed(path: &Path, text: &str) -> io::Result<bool> {
    if fs::read(path).is_ok_and(|there| there == text.as_bytes()) {
        return Ok(false);
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text).map(|()| true)
}
