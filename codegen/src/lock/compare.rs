//! Two locks → what changed, and whether it breaks those who rely on the old one.

use super::{Lock, LockedParam, LockedTool};
use std::fmt;

/// One change from one lock to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The vendor's name in snake case.
    pub vendor: String,
    /// The tool.
    pub tool: String,
    /// The parameter, if it is about one.
    pub param: Option<String>,
    /// What changed.
    pub what: What,
}

/// What changed about a tool or parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum What {
    ToolAdded,
    ToolRemoved,
    /// `breaking` if calls that were right lack it.
    ParamAdded {
        breaking: bool,
    },
    /// `breaking` unless whatever it was in now takes anything.
    ParamRemoved {
        breaking: bool,
    },
    Required,
    Optional,
    /// Of another type; `breaking` if values that were right no longer are.
    Type {
        old: String,
        new: String,
        breaking: bool,
    },
    WordsAdded(Vec<String>),
    WordsRemoved(Vec<String>),
    NullAdded,
    NullRemoved,
}

impl Lock {
    /// Everything that is different in the other lock, in order of vendors, tools and parameters.
    pub fn changes(&self, new: &Self) -> Vec<Change> {
        let mut names: Vec<_> = self.tools.keys().chain(new.tools.keys()).collect();
        names.sort();
        names.dedup();
        let mut changes = Vec::new();
        for name in names {
            let mut add = |param: Option<&str>, what| {
                let (vendor, tool) = name.clone();
                changes.push(Change { vendor, tool, param: param.map(str::to_owned), what });
            };
            match (self.tools.get(name), new.tools.get(name)) {
                (Some(old), Some(new)) => tool(old, new, &mut |param, what| add(Some(param), what)),
                (Some(_), None) => add(None, What::ToolRemoved),
                _ => add(None, What::ToolAdded),
            }
        }
        changes
    }
}

fn tool(old: &LockedTool, new: &LockedTool, add: &mut impl FnMut(&str, What)) {
    let mut names: Vec<_> = old.keys().chain(new.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        let holder = parent(name);
        match (old.get(name), new.get(name)) {
            (Some(old), Some(new)) => param(name, old, new, add),
            // What an object held went, or came, with the object.
            (Some(_), None) if holder.is_some_and(|holder| !new.contains_key(holder)) => {}
            (None, Some(_)) if holder.is_some_and(|holder| !old.contains_key(holder)) => {}
            (Some(_), None) => {
                let untyped = |holder: &str| {
                    new.get(holder).is_some_and(|holder| {
                        let text = holder.kind.to_string();
                        text == "any" || text.ends_with("of any")
                    })
                };
                add(name, What::ParamRemoved { breaking: !holder.is_some_and(untyped) });
            }
            (None, new) => {
                add(name, What::ParamAdded { breaking: new.is_some_and(|new| new.required) });
            }
        }
    }
}

fn param(name: &str, old: &LockedParam, new: &LockedParam, add: &mut impl FnMut(&str, What)) {
    if old.required != new.required {
        add(name, if new.required { What::Required } else { What::Optional });
    }
    if old.nullable != new.nullable {
        add(name, if new.nullable { What::NullAdded } else { What::NullRemoved });
    }
    if !old.kind.alike(&new.kind) {
        let breaking = !old.kind.fits(&new.kind);
        add(name, What::Type { old: old.kind.to_string(), new: new.kind.to_string(), breaking });
    } else if old.kind.has_words() {
        let (old, new) = (old.kind.words(), new.kind.words());
        let only = |one: &[String], other: &[String]| {
            one.iter().filter(|word| !other.contains(word)).cloned().collect::<Vec<_>>()
        };
        let (gone, come) = (only(old, new), only(new, old));
        if !gone.is_empty() {
            add(name, What::WordsRemoved(gone));
        }
        if !come.is_empty() {
            add(name, What::WordsAdded(come));
        }
    }
}

/// The parameter that holds another: `a` of `a[].b` and of `a<word>`, `a<word>` of `a<word>.b`.
fn parent(path: &str) -> Option<&str> {
    let mut holder = match path.strip_suffix('>') {
        Some(path) => path.rsplit_once('<')?.0,
        None => path.rsplit_once('.')?.0,
    };
    while let Some(rest) = holder.strip_suffix("[]").or_else(|| holder.strip_suffix("{}")) {
        holder = rest;
    }
    Some(holder)
}

impl Change {
    /// Whether calls that were right no longer are.
    pub fn breaking(&self) -> bool {
        match &self.what {
            What::ToolRemoved | What::Required | What::WordsRemoved(_) | What::NullRemoved => true,
            What::ParamAdded { breaking } | What::ParamRemoved { breaking } | What::Type { breaking, .. } => {
                *breaking
            }
            What::ToolAdded | What::Optional | What::WordsAdded(_) | What::NullAdded => false,
        }
    }

    /// The kind of change, for programs.
    pub fn kind(&self) -> &'static str {
        match &self.what {
            What::ToolAdded => "tool-added",
            What::ToolRemoved => "tool-removed",
            What::ParamAdded { .. } => "parameter-added",
            What::ParamRemoved { .. } => "parameter-removed",
            What::Required => "parameter-required",
            What::Optional => "parameter-optional",
            What::Type { .. } => "type-changed",
            What::WordsAdded(_) => "words-added",
            What::WordsRemoved(_) => "words-removed",
            What::NullAdded => "null-added",
            What::NullRemoved => "null-removed",
        }
    }
}

impl fmt::Display for Change {
    /// One sentence without the name of the tool: `` `state` no longer takes `sent` ``.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(param) = &self.param {
            write!(f, "`{param}` ")?;
        }
        let list =
            |words: &[String]| words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        match &self.what {
            What::ToolAdded => f.write_str("is new"),
            What::ToolRemoved => f.write_str("is gone"),
            What::ParamAdded { breaking: true } => f.write_str("is new and required"),
            What::ParamAdded { breaking: false } => f.write_str("is new"),
            What::ParamRemoved { breaking: true } => f.write_str("is gone"),
            What::ParamRemoved { breaking: false } => f.write_str("is taken, but no longer described"),
            What::Required => f.write_str("is now required"),
            What::Optional => f.write_str("is no longer required"),
            What::Type { old, new, .. } => write!(f, "was {old}, is now {new}"),
            What::WordsAdded(words) => write!(f, "also takes {}", list(words)),
            What::WordsRemoved(words) => write!(f, "no longer takes {}", list(words)),
            What::NullAdded => f.write_str("also takes `null`"),
            What::NullRemoved => f.write_str("no longer takes `null`"),
        }
    }
}
