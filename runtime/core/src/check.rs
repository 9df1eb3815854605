//! Checks an argument object against the tables: one walk, all violations, slips healed on the way.

mod here;
mod union;

use crate::strict::clip;
use crate::{Args, Condition, Kind, Object, Param, Place, Rule, Text, Violations, heal::heal, nearest};
use here::Here;
use serde_json::{Map, Value};

type Fields = Map<String, Value>;

pub(crate) fn arguments(params: &[Param], rules: &[Rule], arguments: Fields) -> Result<Args, Violations> {
    let mut found = Violations::default();
    let checked = fields(&Here::Arguments, params, rules, false, arguments, &mut found);
    if found.0.is_empty() { Ok(Args::checked(checked)) } else { Err(found) }
}

fn fields(
    path: &Here<'_>,
    params: &[Param],
    rules: &[Rule],
    open: bool,
    given: Fields,
    found: &mut Violations,
) -> Fields {
    // There are few, so comparing names costs less than their hashes.
    let mut given: Vec<(String, Value)> = given.into_iter().collect();
    let mut checked = Fields::with_capacity(given.len());
    for param in params {
        let here = path.field(param.name);
        let place = given.iter().position(|(key, _)| key == param.name);
        match place.map(|place| given.remove(place)) {
            Some((key, Value::Null)) if param.nullable => {
                checked.insert(key, Value::Null);
            }
            // Models fill in null for what they leave out.
            None | Some((_, Value::Null)) if !param.required => {}
            None | Some((_, Value::Null)) => {
                found.add(here, format!("is required: {}", expectation(&param.kind)));
            }
            Some((key, one)) => {
                let beside = match &param.kind {
                    Kind::Adjacent { tag, .. } => union::chosen_word(tag, params, &checked, &given),
                    _ => None,
                };
                let value = value(&here, &param.kind, beside.as_deref(), one, found);
                fits_its_place(&here, param.place, &value, found);
                checked.insert(key, value);
            }
        }
    }
    if open {
        checked.extend(given);
    } else {
        for (key, _) in &given {
            unknown(path, key, params.iter().map(|param| param.name), found);
        }
    }
    for rule in rules {
        obey(path, rule, &checked, found);
    }
    checked
}

fn unknown<'p>(
    path: &Here<'_>,
    key: &str,
    known: impl Iterator<Item = &'p str> + Clone,
    found: &mut Violations,
) {
    if found.is_full() {
        return;
    }
    let clipped = clip(key);
    let here = path.field(&clipped);
    match nearest(key, known.clone()) {
        Some(near) => found.add(here, format!("is unknown; did you mean `{near}`?")),
        None => {
            let known: Vec<_> = known.collect();
            let known = if known.is_empty() { "none".to_owned() } else { known.join(", ") };
            found.add(here, format!("is unknown; known here: {known}"));
        }
    }
}

/// Checks one value. `beside` is the word beside it that tells its variant, where there is one.
fn value(path: &Here<'_>, kind: &Kind, beside: Option<&str>, given: Value, found: &mut Violations) -> Value {
    if found.is_full() {
        return given;
    }
    let given = heal(kind, given);
    match (kind, given) {
        (Kind::Text(rules), Value::String(given)) => {
            text(path, rules, &given, found);
            Value::String(given)
        }
        (Kind::Enum(words), Value::String(given)) => {
            if !words.contains(&given.as_str()) {
                found.add(path, format!("cannot be `{}`: {}", clip(&given), one_of(words, &given)));
            }
            Value::String(given)
        }
        (Kind::Integer { min, max }, Value::Number(given)) => {
            if !given.as_i64().is_some_and(|given| (*min..=*max).contains(&given)) {
                found.add(path, format!("must be {}, not {}", range(*min, *max), clip(given.as_str())));
            }
            Value::Number(given)
        }
        (Kind::Number { min, max }, Value::Number(given)) => {
            let size = given.as_f64().unwrap_or(f64::NAN);
            let fits =
                size.is_finite() && min.is_none_or(|min| size >= min) && max.is_none_or(|max| size <= max);
            if !fits {
                found.add(path, format!("must be {}", expectation(kind)));
            }
            Value::Number(given)
        }
        (Kind::Boolean, Value::Bool(given)) => Value::Bool(given),
        (Kind::List { items, min, max }, Value::Array(given)) => {
            if given.len() < *min || max.is_some_and(|max| given.len() > max) {
                found.add(path, format!("must hold {}, not {}", count(*min, *max), given.len()));
            }
            let item = |(place, given)| value(&path.item(place), items, None, given, found);
            Value::Array(given.into_iter().enumerate().map(item).collect())
        }
        (Kind::Object(Object { fields: params, rules, open, .. }), Value::Object(given)) => {
            Value::Object(fields(path, params, rules, *open, given, found))
        }
        (Kind::Union { tag, variants }, Value::Object(given)) => {
            Value::Object(union::internal(path, tag, variants, given, found))
        }
        (Kind::Adjacent { tag, variants }, Value::Object(given)) => {
            Value::Object(union::adjacent(path, tag, variants, beside, given, found))
        }
        (Kind::Map(values), Value::Object(given)) => {
            let entry = |(key, given): (String, Value)| {
                let checked = value(&path.field(&clip(&key)), values, None, given, found);
                (key, checked)
            };
            Value::Object(given.into_iter().map(entry).collect())
        }
        (Kind::Any, given) => given,
        (_, given) => {
            found.add(path, format!("must be {}, not {}", expectation(kind), noun(&given)));
            given
        }
    }
}

fn text(path: &Here<'_>, rules: &Text, given: &str, found: &mut Violations) {
    let length = given.chars().count();
    if length < rules.min {
        found.add(
            path,
            match rules.min {
                1 => "must not be empty".to_owned(),
                min => format!("must have {min} characters at least, not {length}"),
            },
        );
    } else if let Some(max) = rules.max.filter(|max| length > *max) {
        found.add(path, format!("must have {max} characters at most, not {length}"));
    } else if let Some(pattern) = rules.pattern.as_ref().filter(|pattern| !pattern.matches(given)) {
        found.add(path, format!("must match {pattern:?}"));
    }
}

/// What a value may not be because of where it goes.
fn fits_its_place(path: &Here<'_>, place: Place, value: &Value, found: &mut Violations) {
    let Value::String(text) = value else { return };
    match place {
        Place::Path => {
            if let Some(problem) = segment_problem(text) {
                found.add(path, problem);
            }
        }
        Place::Header if !text.bytes().all(|byte| matches!(byte, b' '..=b'~')) => {
            found.add(path, "goes into a header, so only printable ASCII is allowed");
        }
        _ => {}
    }
}

/// Why a text cannot be one segment of a path. URL parsers fold dot segments even when their dots are
/// percent-encoded, and drop tabs and newlines, so such values are refused rather than encoded.
pub(crate) fn segment_problem(text: &str) -> Option<&'static str> {
    match text {
        "" => Some("must not be empty: it is part of the path"),
        "." | ".." => Some("cannot be a dot segment: it is part of the path"),
        _ if text.chars().any(char::is_control) => {
            Some("must not hold control characters: it is part of the path")
        }
        _ => None,
    }
}

fn obey(path: &Here<'_>, rule: &Rule, given: &Fields, found: &mut Violations) {
    // A flag that is off is as good as not given: models fill in `false`.
    let present = |field: &&&str| {
        look(given, field).is_some_and(|value| !matches!(value, Value::Null | Value::Bool(false)))
    };
    let list =
        |fields: &[&str]| fields.iter().map(|field| format!("`{}`", path.field(field))).collect::<Vec<_>>();
    match rule {
        Rule::ExactlyOneOf(fields) => match fields.iter().filter(present).count() {
            1 => {}
            0 => found.add("", format!("exactly one of {} is required", list(fields).join(", "))),
            _ => found.add("", format!("only one of {} can be given", list(fields).join(", "))),
        },
        Rule::AtLeastOneOf(fields) if !fields.iter().any(|field| present(&field)) => {
            found.add("", format!("at least one of {} is required", list(fields).join(", ")));
        }
        Rule::AtMostOneOf(fields) if fields.iter().filter(present).count() > 1 => {
            found.add("", format!("only one of {} can be given", list(fields).join(", ")));
        }
        Rule::Requires { when, fields, say } if holds(when, given) => {
            for field in fields.iter().filter(|field| !present(field)) {
                found.add(path.field(field), format!("is required {}{}", because(path, when), hint(say)));
            }
        }
        Rule::Forbids { when, fields, say } if holds(when, given) => {
            for field in fields.iter().filter(present) {
                found.add(path.field(field), format!("cannot be given {}{}", because(path, when), hint(say)));
            }
        }
        _ => {}
    }
}

fn look<'g>(given: &'g Fields, path: &str) -> Option<&'g Value> {
    let mut keys = path.split('.');
    let first = given.get(keys.next()?)?;
    keys.try_fold(first, |value, key| value.get(key))
}

fn holds(when: &Condition, given: &Fields) -> bool {
    let Some(value) = look(given, when.field) else { return false };
    when.values.is_empty()
        || match value {
            Value::String(text) => when.values.contains(&text.as_str()),
            other => when.values.contains(&other.to_string().as_str()),
        }
}

fn because(path: &Here<'_>, when: &Condition) -> String {
    let field = path.field(when.field);
    match when.values {
        [] => format!("with `{field}`"),
        [one] => format!("when `{field}` is {one}"),
        several => format!("when `{field}` is one of {}", several.join(", ")),
    }
}

fn hint(say: &str) -> String {
    if say.is_empty() { String::new() } else { format!(": {say}") }
}

fn noun(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

fn expectation(kind: &Kind) -> String {
    match kind {
        Kind::Enum(words) => one_of(words, ""),
        Kind::Integer { min, max } => range(*min, *max),
        Kind::Number { min: Some(min), max: Some(max) } => format!("a number from {min} to {max}"),
        Kind::Number { min: Some(min), .. } => format!("a number of {min} or more"),
        Kind::Number { max: Some(max), .. } => format!("a number up to {max}"),
        Kind::List { items, .. } => format!("an array; each item {}", expectation(items)),
        Kind::Object(object) => {
            let required: Vec<_> =
                object.fields.iter().filter(|field| field.required).map(|f| f.name).collect();
            if required.is_empty() {
                "an object".to_owned()
            } else {
                format!("an object with {}", required.join(", "))
            }
        }
        Kind::Union { tag, .. } => format!("an object with {tag}"),
        other => other.noun().to_owned(),
    }
}

fn one_of(words: &[&str], given: &str) -> String {
    let near = nearest(given, words.iter().copied()).map(|near| format!("did you mean `{near}`? "));
    format!("{}one of {}", near.unwrap_or_default(), words.join(", "))
}

fn range(min: i64, max: i64) -> String {
    match (min, max) {
        (i64::MIN, i64::MAX) => format!("an integer (at most {} in size)", i64::MAX),
        (min, i64::MAX) => format!("an integer of {min} or more"),
        (i64::MIN, max) => format!("an integer up to {max}"),
        (min, max) => format!("an integer from {min} to {max}"),
    }
}

fn count(min: usize, max: Option<usize>) -> String {
    match max {
        Some(max) if max == min => format!("exactly {min} {}", if min == 1 { "item" } else { "items" }),
        Some(max) => format!("{min} to {max} items"),
        None => format!("{min} or more items"),
    }
}
