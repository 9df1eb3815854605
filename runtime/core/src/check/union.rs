//! Tagged unions: which fields an object takes is told by a field in it, or by one beside it.

use super::{Fields, Here, fields, one_of, unknown, value};
use crate::heal::heal;
use crate::strict::clip;
use crate::{Object, Param, Variant, Violations};
use serde_json::Value;

/// Checks an object that holds its tag.
pub(super) fn internal(
    path: &Here<'_>,
    tag: &str,
    variants: &[Variant],
    mut given: Fields,
    found: &mut Violations,
) -> Fields {
    let words: Vec<&str> = variants.iter().map(|variant| variant.tag).collect();
    let here = path.field(tag);
    let chosen = match given.shift_remove(tag) {
        Some(Value::String(word)) => match variants.iter().find(|variant| variant.tag == word) {
            Some(variant) => variant,
            None => {
                found.add(here, format!("cannot be `{}`: {}", clip(&word), one_of(&words, &word)));
                return given;
            }
        },
        _ => {
            found.add(here, format!("is required: {}", one_of(&words, "")));
            return given;
        }
    };
    let mut checked = Fields::new();
    checked.insert(tag.to_owned(), chosen.tag.into());
    checked.extend(chosen_fields(path, tag, variants, chosen, given, found));
    checked
}

/// Checks an object whose tag stands beside it.
///
/// Without a tag, as in a change that leaves it as it is, every field of every variant can be meant, and only
/// what no variant knows is refused. The same holds for a tag that is none: that has been told already.
pub(super) fn adjacent(
    path: &Here<'_>,
    tag: &str,
    variants: &[Variant],
    word: Option<&str>,
    mut given: Fields,
    found: &mut Violations,
) -> Fields {
    let Some(chosen) = word.and_then(|word| variants.iter().find(|variant| variant.tag == word)) else {
        return any_variant(path, variants, given, found);
    };
    // Accounts hold the fields of other variants as empty texts, and hand them out so.
    given.retain(|key, value| !is_blank(value) || takes(chosen, key));
    chosen_fields(path, tag, variants, chosen, given, found)
}

/// Checks fields where nobody knows of which variant they are: each must fit one that takes it.
fn any_variant(path: &Here<'_>, variants: &[Variant], given: Fields, found: &mut Violations) -> Fields {
    let params = || variants.iter().flat_map(|variant| variant.object.fields);
    let mut known: Vec<_> = params().map(|param| param.name).collect();
    known.sort_unstable();
    known.dedup();
    let mut checked = Fields::new();
    for (key, given) in given.into_iter().filter(|(_, given)| !given.is_null()) {
        let clipped = clip(&key);
        let here = path.field(&clipped);
        let mut first_problems = None;
        let fitting = params().filter(|param| param.name == key).find_map(|param| {
            let mut problems = Violations::default();
            let value = value(&here, &param.kind, None, given.clone(), &mut problems);
            if problems.0.is_empty() {
                return Some(value);
            }
            first_problems.get_or_insert(problems);
            None
        });
        match (fitting, first_problems) {
            (Some(value), _) => {
                checked.insert(key, value);
            }
            (None, Some(problems)) => {
                problems.0.into_iter().for_each(|problem| found.add(&problem.path, problem.message));
            }
            (None, None) => unknown(path, &key, known.iter().copied(), found),
        }
    }
    checked
}

/// The word that chooses a variant, from the fields beside the object: those already checked, and those yet to be.
pub(super) fn chosen_word(
    tag: &str,
    params: &[Param],
    checked: &Fields,
    given: &[(String, Value)],
) -> Option<String> {
    let given = || given.iter().find(|(key, _)| key == tag).map(|(_, value)| value);
    let value = checked.get(tag).or_else(given)?.clone();
    let value = match params.iter().find(|param| param.name == tag) {
        Some(param) => heal(&param.kind, value),
        None => value,
    };
    value.as_str().map(str::to_owned)
}

/// Checks the fields of a variant, and tells of each foreign one where it belongs.
fn chosen_fields(
    path: &Here<'_>,
    tag: &str,
    variants: &[Variant],
    chosen: &Variant,
    mut given: Fields,
    found: &mut Violations,
) -> Fields {
    let Object { fields: params, rules, open, .. } = &chosen.object;
    for key in given.keys().filter(|key| !open && !takes(chosen, key)) {
        let takers: Vec<_> = variants.iter().filter(|v| takes(v, key)).map(|variant| variant.tag).collect();
        if takers.is_empty() {
            unknown(path, key, params.iter().map(|param| param.name), found);
        } else {
            let message = format!("does not go with {tag} `{}`, only with {}", chosen.tag, takers.join(", "));
            found.add(path.field(&clip(key)), message);
        }
    }
    given.retain(|key, _| *open || takes(chosen, key));
    fields(path, params, rules, *open, given, found)
}

fn takes(variant: &Variant, key: &str) -> bool {
    variant.object.fields.iter().any(|param| param.name == key)
}

fn is_blank(value: &Value) -> bool {
    value.is_null() || value.as_str().is_some_and(str::is_empty)
}
