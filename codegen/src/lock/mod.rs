//! The lock: the names that programs and prompts rely on, frozen in a file that people review.
//!
//! Per tool its name, and per parameter its name, type, whether it is required, and the words it takes.
//! Fields inside of objects are parameters with dotted names: `a.b`, `a[].b` in a list, `a{}.b` in a map,
//! `a<word>.b` in one variant of a union. Texts, bounds and rules are not frozen.

mod check;
mod compare;
mod freeze;
mod kind;

pub(crate) use check::check;
pub use compare::{Change, What};
pub use kind::LockedKind;

use crate::Error;
use crate::source::write_if_changed;
use std::collections::BTreeMap;
use std::fmt;
use std::path::Path;
use std::{fs, io};

const HEAD: &str = "\
# The tools and parameters that are promised. Written by the press, reviewed by people:
# `cargo toolpress lock` takes the documentation as it is; `cargo toolpress diff OLD NEW` compares.
";

/// What is promised of all tools of a catalogue.
///
/// ```
/// # fn main() -> Result<(), toolpress_codegen::Error> {
/// use toolpress_codegen::Lock;
///
/// let old: Lock = "[acme.get_single_acme_order_by_id]\nid = string, required\n".parse()?;
/// let changes = old.changes(&Lock::default());
/// assert!(changes[0].breaking());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    /// The tools by vendor and name.
    pub tools: BTreeMap<(String, String), LockedTool>,
}

/// The parameters of a tool, by name.
pub type LockedTool = BTreeMap<String, LockedParam>;

/// What is promised of a parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockedParam {
    /// What values it takes.
    pub kind: LockedKind,
    /// `null` is taken.
    pub nullable: bool,
    /// Must be given.
    pub required: bool,
}

impl Lock {
    /// Reads a lock; `None` if there is no such file.
    ///
    /// # Errors
    /// If it cannot be read, or is no lock.
    pub fn read(path: &Path) -> Result<Option<Self>, Error> {
        match fs::read_to_string(path) {
            Ok(text) => parse(&text, &path.display().to_string()).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(Error::Io { path: path.to_owned(), source }),
        }
    }

    /// Writes the lock, unless it is there already. Tells whether it wrote.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, path: &Path) -> Result<bool, Error> {
        let text = self.to_string();
        write_if_changed(path, &text).map_err(|source| Error::Io { path: path.to_owned(), source })
    }
}

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(HEAD)?;
        for ((vendor, tool), params) in &self.tools {
            write!(f, "\n[{vendor}.{tool}]\n")?;
            for (name, param) in params {
                writeln!(f, "{name} = {param}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for LockedParam {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nullable = if self.nullable { ", nullable" } else { "" };
        let required = if self.required { ", required" } else { "" };
        write!(f, "{}{nullable}{required}", self.kind)
    }
}

impl std::str::FromStr for Lock {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        parse(text, "the lock")
    }
}

/// Reads a lock; `name` is what messages call it.
fn parse(text: &str, name: &str) -> Result<Lock, Error> {
    let mut lock = Lock::default();
    let mut tool: Option<&mut LockedTool> = None;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let strange = || {
            Error::Setting(format!(
                "{name}:{}: `{line}` is neither a tool nor a parameter; `cargo toolpress lock` writes the lock \
                 anew",
                number + 1
            ))
        };
        if let Some(head) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let (vendor, name) = head.split_once('.').ok_or_else(strange)?;
            tool = Some(lock.tools.entry((vendor.to_owned(), name.to_owned())).or_default());
        } else {
            let (name, rest) = line.split_once(" = ").ok_or_else(strange)?;
            let param = param(rest).ok_or_else(strange)?;
            tool.as_mut().ok_or_else(strange)?.insert(name.to_owned(), param);
        }
    }
    Ok(lock)
}

fn param(text: &str) -> Option<LockedParam> {
    let (text, required) = text.strip_suffix(", required").map_or((text, false), |rest| (rest, true));
    let (text, nullable) = text.strip_suffix(", nullable").map_or((text, false), |rest| (rest, true));
    Some(LockedParam { kind: LockedKind::parse(text)?, nullable, required })
}
