//! The fields of a union as one object: no client's model takes alternatives everywhere.

use crate::model::{Kind, Param, Variant};

/// The fields of all variants, each once. A description begins with the variants that take the field, a star where
/// they require it.
pub(super) fn keys(variants: &[Variant]) -> Vec<Param> {
    let mut keys: Vec<(Param, String)> = Vec::new();
    for variant in variants {
        for param in &variant.object.fields {
            let star = if param.required { "*" } else { "" };
            let taker = format!("{}{star}", variant.word);
            match keys.iter_mut().find(|(key, _)| key.name == param.name) {
                Some((key, takers)) => {
                    takers.push_str(", ");
                    takers.push_str(&taker);
                    merge(key, param);
                }
                None => keys.push((param.clone(), taker)),
            }
        }
    }
    keys.into_iter()
        .map(|(mut key, takers)| {
            key.required = false;
            key.description = match key.description.as_str() {
                "" => takers,
                description => format!("{takers}: {description}"),
            };
            key
        })
        .collect()
}

/// What holds for the field of two variants.
fn merge(key: &mut Param, other: &Param) {
    key.kind = common(&key.kind, &other.kind);
    key.nullable |= other.nullable;
    key.secret |= other.secret;
    if key.description.is_empty() {
        key.description.clone_from(&other.description);
    }
    if key.default != other.default {
        key.default = None;
    }
    if key.format != other.format {
        key.format = None;
    }
}

/// A kind that takes the values of both.
fn common(one: &Kind, other: &Kind) -> Kind {
    match (one, other) {
        (one, other) if one == other => one.clone(),
        (Kind::Text { .. } | Kind::Enum { .. }, Kind::Text { .. } | Kind::Enum { .. }) => {
            Kind::Text { min: 0, max: None, pattern: None }
        }
        (Kind::Integer { min, max }, Kind::Integer { min: other_min, max: other_max }) => {
            Kind::Integer { min: *min.min(other_min), max: *max.max(other_max) }
        }
        (Kind::Number { .. }, Kind::Number { .. }) => Kind::Number { min: None, max: None },
        (Kind::List { items, .. }, Kind::List { items: other, .. }) => {
            Kind::List { items: Box::new(common(items, other)), min: 0, max: None }
        }
        (Kind::Map { values }, Kind::Map { values: other }) => {
            Kind::Map { values: Box::new(common(values, other)) }
        }
        _ => Kind::Any,
    }
}
