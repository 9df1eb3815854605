//! Reads request bodies by tables of fields, the way a typed decoder does: unknown keys are dropped, null is the same
//! as absent, and a value of the wrong type is refused with its place.

use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::reply::Fault;

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Kind {
    Text,
    Flag,
    /// An integer.
    Whole,
    /// An integer of at least zero.
    Count,
    /// A UUID, kept as text in its usual form.
    Id,
    /// A point in time with its zone.
    Instant,
    /// A list of texts.
    Names,
    /// A list of UUIDs.
    Ids,
    /// One of these texts.
    Word(&'static [&'static str]),
    /// An object of any keys.
    Free,
    Any,
    Object(&'static [Field]),
    List(&'static [Field]),
    /// An object whose values have these fields.
    Map(&'static [Field]),
}

/// A field of an object.
pub(crate) type Field = (&'static str, Kind);

/// The known fields of an object; `at` is its place in the body, empty for the body itself.
pub(crate) fn read(
    fields: &[Field],
    object: &Map<String, Value>,
    at: &str,
) -> Result<Map<String, Value>, Fault> {
    let mut known = Map::new();
    for (name, kind) in fields {
        match object.get(*name) {
            None | Some(Value::Null) => {}
            Some(value) => {
                let place = if at.is_empty() { (*name).to_owned() } else { format!("{at}.{name}") };
                known.insert((*name).to_owned(), take(*kind, value, &place)?);
            }
        }
    }
    Ok(known)
}

fn take(kind: Kind, value: &Value, at: &str) -> Result<Value, Fault> {
    let wrong = |wanted: &str| Err(Fault::bad(format!("{at} must be {wanted}")));
    match (kind, value) {
        (Kind::Any, _) | (Kind::Text, Value::String(_)) | (Kind::Flag, Value::Bool(_)) => Ok(value.clone()),
        (Kind::Free, Value::Object(_)) => Ok(value.clone()),
        (Kind::Whole, Value::Number(number)) if number.is_i64() => Ok(value.clone()),
        (Kind::Count, Value::Number(number)) if number.is_u64() => Ok(value.clone()),
        (Kind::Id, Value::String(text)) => match Uuid::parse_str(text) {
            Ok(id) => Ok(Value::String(id.to_string())),
            Err(_) => wrong("a UUID"),
        },
        (Kind::Instant, Value::String(text)) if text.parse::<Timestamp>().is_ok() => Ok(value.clone()),
        (Kind::Word(words), Value::String(text)) if words.contains(&text.as_str()) => Ok(value.clone()),
        (Kind::Names | Kind::Ids, Value::Array(items)) => {
            let one = if matches!(kind, Kind::Ids) { Kind::Id } else { Kind::Text };
            let taken: Result<_, _> = items
                .iter()
                .enumerate()
                .map(|(index, item)| take(one, item, &format!("{at}[{index}]")))
                .collect();
            taken.map(Value::Array)
        }
        (Kind::Object(fields), Value::Object(object)) => read(fields, object, at).map(Value::Object),
        (Kind::List(fields), Value::Array(items)) => {
            let taken: Result<_, _> = items
                .iter()
                .enumerate()
                .map(|(index, item)| take(Kind::Object(fields), item, &format!("{at}[{index}]")))
                .collect();
            taken.map(Value::Array)
        }
        (Kind::Map(fields), Value::Object(object)) => {
            let taken: Result<_, Fault> = object
                .iter()
                .map(|(key, item)| {
                    Ok((key.clone(), take(Kind::Object(fields), item, &format!("{at}.{key}"))?))
                })
                .collect();
            taken.map(Value::Object)
        }
        (Kind::Word(words), _) => wrong(&format!("one of {}", words.join(", "))),
        (Kind::Text, _) => wrong("a string"),
        (Kind::Flag, _) => wrong("a boolean"),
        (Kind::Whole, _) => wrong("an integer"),
        (Kind::Count, _) => wrong("an integer of at least 0"),
        (Kind::Id, _) => wrong("a UUID"),
        (Kind::Instant, _) => wrong("a time such as 2027-01-31T00:00:00Z"),
        (Kind::Names | Kind::Ids | Kind::List(_), _) => wrong("an array"),
        (Kind::Free | Kind::Object(_) | Kind::Map(_), _) => wrong("an object"),
    }
}

/// A text, empty when it is not there.
pub(crate) fn text<'a>(object: &'a Map<String, Value>, name: &str) -> &'a str {
    object.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Whether a flag is there and set.
pub(crate) fn flag(object: &Map<String, Value>, name: &str) -> bool {
    object.get(name).and_then(Value::as_bool).unwrap_or(false)
}

/// A UUID that has been read before.
pub(crate) fn id(object: &Map<String, Value>, name: &str) -> Option<Uuid> {
    Uuid::parse_str(text(object, name)).ok()
}

/// An object in an object.
pub(crate) fn inner<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Map<String, Value>> {
    object.get(name).and_then(Value::as_object)
}

/// The texts of a list, none when it is not there.
pub(crate) fn names<'a>(object: &'a Map<String, Value>, name: &str) -> Vec<&'a str> {
    let items = object.get(name).and_then(Value::as_array);
    items.map(|items| items.iter().filter_map(Value::as_str).collect()).unwrap_or_default()
}

/// The list at a name, empty when it is not there.
pub(crate) fn items<'a>(object: &'a Map<String, Value>, name: &str) -> &'a [Value] {
    object.get(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// A text that must be there and not empty.
pub(crate) fn need<'a>(object: &'a Map<String, Value>, name: &str) -> Result<&'a str, Fault> {
    match text(object, name) {
        "" => Err(Fault::bad(format!("{name} is required"))),
        text => Ok(text),
    }
}

/// Refuses an object that lacks one of these keys.
pub(crate) fn need_keys(object: &Map<String, Value>, names: &[&str]) -> Result<(), Fault> {
    match names.iter().find(|name| !object.contains_key(**name)) {
        Some(name) => Err(Fault::bad(format!("{name} is required"))),
        None => Ok(()),
    }
}
