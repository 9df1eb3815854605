//! Reads the members of a request body, and collects everything that is wrong with them.

use super::error::{ApiError, Detail};
use jiff::Timestamp;
use serde_json::{Map, Value};
use toolpress_core::nearest;

/// Longest name, in characters.
const NAME: usize = 200;

/// The members of an object that have not been read yet. Each reader takes one; what is left at the end
/// is unknown.
#[derive(Debug)]
pub(super) struct Fields {
    path: String,
    members: Map<String, Value>,
    known: Vec<&'static str>,
    problems: Vec<Detail>,
}

/// A member of a change: left out, emptied, or given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Patch<T> {
    Keep,
    Clear,
    Set(T),
}

impl Fields {
    pub(super) fn new(members: Map<String, Value>) -> Self {
        Self { path: String::new(), members, known: Vec::new(), problems: Vec::new() }
    }

    /// Notes a problem of a member.
    pub(super) fn wrong(&mut self, name: &str, problem: impl Into<String>) {
        self.note(Detail::new(self.at(name), problem));
    }

    /// Notes a problem that names its field itself.
    pub(super) fn note(&mut self, detail: Detail) {
        self.problems.push(detail);
    }

    /// Whether nothing wrong was found so far.
    pub(super) fn is_sound(&self) -> bool {
        self.problems.is_empty() && self.members.is_empty()
    }

    pub(super) fn at(&self, name: &str) -> String {
        format!("{}{name}", self.path)
    }

    fn take(&mut self, name: &'static str) -> Option<Value> {
        self.known.push(name);
        self.members.shift_remove(name)
    }

    fn patch<T>(&mut self, name: &'static str, read: impl FnOnce(Value) -> Result<T, String>) -> Patch<T> {
        match self.take(name) {
            None => Patch::Keep,
            Some(Value::Null) => Patch::Clear,
            Some(value) => match read(value) {
                Ok(value) => Patch::Set(value),
                Err(problem) => {
                    self.wrong(name, problem);
                    Patch::Keep
                }
            },
        }
    }

    /// What a person calls something.
    pub(super) fn name(&mut self, name: &'static str) -> Patch<String> {
        self.patch(name, |value| {
            let text = text(value)?;
            let text = text.trim();
            if text.is_empty() || text.chars().count() > NAME {
                return Err(format!("must have 1 to {NAME} characters"));
            }
            if text.chars().any(char::is_control) {
                return Err("must not hold control characters".to_owned());
            }
            Ok(text.to_owned())
        })
    }

    /// Any text.
    pub(super) fn text(&mut self, name: &'static str) -> Patch<String> {
        self.patch(name, text)
    }

    /// True or false.
    pub(super) fn flag(&mut self, name: &'static str) -> Patch<bool> {
        self.patch(name, |value| value.as_bool().ok_or_else(|| "must be true or false".to_owned()))
    }

    /// A list of words.
    pub(super) fn words(&mut self, name: &'static str) -> Patch<Vec<String>> {
        self.patch(name, |value| match value {
            Value::Array(values) => {
                let words = values.into_iter().map(text).collect::<Result<Vec<_>, _>>();
                words.map_err(|_| "must be a list of texts".to_owned())
            }
            _ => Err("must be a list of texts".to_owned()),
        })
    }

    /// A whole number within bounds.
    pub(super) fn number(&mut self, name: &'static str, low: i64, high: i64) -> Patch<i64> {
        self.patch(name, |value| {
            let number = whole(&value).filter(|number| (low..=high).contains(number));
            number.ok_or_else(|| format!("must be a whole number from {low} to {high}"))
        })
    }

    /// A moment, in milliseconds since 1970.
    pub(super) fn moment(&mut self, name: &'static str) -> Patch<i64> {
        self.patch(name, |value| {
            let problem = "must be a date and time with its zone, such as 2026-12-31T23:59:59Z";
            let moment = text(value)?.parse::<Timestamp>();
            moment.map(Timestamp::as_millisecond).map_err(|_| problem.to_owned())
        })
    }

    /// An object of texts by name; `null` stands for none.
    pub(super) fn texts(&mut self, name: &'static str) -> Patch<Vec<(String, Option<String>)>> {
        self.patch(name, |value| {
            let Value::Object(members) = value else { return Err("must be an object of texts".to_owned()) };
            let members = members.into_iter().map(|(name, value)| match value {
                Value::Null => Ok((name, None)),
                value => Ok((name, Some(text(value)?))),
            });
            members.collect::<Result<_, String>>().map_err(|_| "must be an object of texts".to_owned())
        })
    }

    /// Any object.
    pub(super) fn object(&mut self, name: &'static str) -> Patch<Map<String, Value>> {
        self.patch(name, |value| match value {
            Value::Object(members) => Ok(members),
            _ => Err("must be an object".to_owned()),
        })
    }

    /// An object whose members are read by `read`; their problems are problems of the whole.
    pub(super) fn inside<T>(&mut self, name: &'static str, read: impl FnOnce(&mut Self) -> T) -> Patch<T> {
        match self.object(name) {
            Patch::Set(members) => {
                let mut inner = Self { path: self.at(name) + ".", ..Self::new(members) };
                let value = read(&mut inner);
                inner.leftovers();
                self.problems.append(&mut inner.problems);
                Patch::Set(value)
            }
            Patch::Clear => Patch::Clear,
            Patch::Keep => Patch::Keep,
        }
    }

    /// A member that must be there; a problem is noted if it is not.
    pub(super) fn required<T>(&mut self, name: &'static str, value: Patch<T>) -> Option<T> {
        if let Patch::Set(value) = value {
            return Some(value);
        }
        let told = self.at(name);
        if !self.problems.iter().any(|problem| problem.field == told) {
            self.wrong(name, "is missing");
        }
        None
    }

    fn leftovers(&mut self) {
        let members: Vec<String> = self.members.keys().cloned().collect();
        for member in members {
            let meant = nearest(&member, self.known.iter().copied()).map(str::to_owned);
            let valid = self.known.iter().map(|&known| known.to_owned()).collect();
            let problem = "is not known here".to_owned();
            self.note(Detail { field: self.at(&clip(&member)), problem, valid, did_you_mean: meant });
        }
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// Everything that was wrong.
    pub(super) fn finish(mut self) -> Result<(), ApiError> {
        self.leftovers();
        if self.problems.is_empty() { Ok(()) } else { Err(ApiError::invalid(self.problems)) }
    }
}

impl<T> Patch<T> {
    /// The value after the change.
    pub(super) fn apply(self, before: Option<T>) -> Option<T> {
        match self {
            Self::Keep => before,
            Self::Clear => None,
            Self::Set(value) => Some(value),
        }
    }

    /// The value, if one is given.
    pub(super) fn given(self) -> Option<T> {
        self.apply(None)
    }
}

fn text(value: Value) -> Result<String, String> {
    match value {
        // It could not be stored by every engine.
        Value::String(text) if text.contains('\0') => Err("must not hold NUL".to_owned()),
        Value::String(text) => Ok(text),
        _ => Err("must be a text".to_owned()),
    }
}

/// The whole number a value is: to JSON Schema, `5.0` and `5e0` are the integer 5 (2020-12 core, section 6.3).
fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| {
        let number = value.as_f64().filter(|number| number.fract() == 0.0)?;
        // Written without a fraction when there is none, and refused when it is beyond 64 bits.
        number.to_string().parse().ok()
    })
}

/// What a client sent, short enough to repeat.
pub(super) fn clip(text: &str) -> String {
    text.chars().take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::whole;
    use serde_json::Value;

    #[test]
    fn a_whole_number_may_be_written_with_a_fraction_of_zeros() {
        let whole = |text: &str| whole(&text.parse::<Value>().expect("JSON"));
        for (text, number) in [("855", 855), ("855.0", 855), ("-0.0", 0), ("8.55e2", 855)] {
            assert_eq!(whole(text), Some(number), "{text}");
        }
        for text in ["855.5", "1e300", "\"855\"", "null", "9223372036854775808"] {
            assert_eq!(whole(text), None, "{text}");
        }
    }
}
