//! Model → lock.

use super::{Lock, LockedKind, LockedParam, LockedTool};
use crate::model::{Catalog, Kind, Param, Shape, Vendor};

impl Lock {
    /// What a catalogue promises. It should be whole: what a filter left out would be missing.
    pub fn of(catalog: &Catalog) -> Self {
        let mut lock = Self::default();
        for vendor in &catalog.vendors {
            for tool in &vendor.tools {
                let mut locked = LockedTool::new();
                params(vendor, "", &tool.params, &mut locked);
                lock.tools.insert((vendor.slug.clone(), tool.name.clone()), locked);
            }
        }
        lock
    }
}

/// Parameters that are asked for. `prefix` is what stands before their names.
fn params(vendor: &Vendor, prefix: &str, params: &[Param], locked: &mut LockedTool) {
    for param in params.iter().filter(|param| param.from.is_none()) {
        let path = format!("{prefix}{}", param.name);
        let (nullable, required) = (param.nullable, param.required);
        let kind = kind(vendor, &path, &param.kind, locked);
        locked.insert(path, LockedParam { kind, nullable, required });
    }
}

/// A kind; the fields of its objects become parameters of their own.
fn kind(vendor: &Vendor, path: &str, model: &Kind, locked: &mut LockedTool) -> LockedKind {
    match model {
        Kind::Text { .. } => LockedKind::Text,
        Kind::Enum { words, .. } => {
            let mut words = words.clone();
            words.sort();
            LockedKind::Words(words)
        }
        Kind::Integer { .. } => LockedKind::Integer,
        Kind::Number { .. } => LockedKind::Number,
        Kind::Boolean => LockedKind::Boolean,
        Kind::Any => LockedKind::Any,
        Kind::List { items, .. } => {
            LockedKind::List(Box::new(kind(vendor, &format!("{path}[]"), items, locked)))
        }
        Kind::Map { values } => {
            LockedKind::Map(Box::new(kind(vendor, &format!("{path}{{}}"), values, locked)))
        }
        Kind::Object { ty } | Kind::Union { ty } => {
            match vendor.ty(ty).map(|ty| &ty.shape) {
                Some(Shape::Object(object)) => params(vendor, &format!("{path}."), &object.fields, locked),
                Some(Shape::Union { tag, adjacent, variants, .. }) => {
                    let field = |kind, required| LockedParam { kind, nullable: false, required };
                    if !adjacent {
                        // Its words are the variants.
                        locked.insert(format!("{path}.{tag}"), field(LockedKind::Text, true));
                    }
                    for variant in variants {
                        let path = format!("{path}<{}>", plain(&variant.word));
                        params(vendor, &format!("{path}."), &variant.object.fields, locked);
                        locked.insert(path, field(LockedKind::Object, false));
                    }
                }
                _ => {}
            }
            LockedKind::Object
        }
    }
}

/// A word as part of a name.
fn plain(word: &str) -> String {
    word.chars().map(|c| if c.is_alphanumeric() || c == '-' { c } else { '_' }).collect()
}
