//! Instants as the vendor writes them.

use jiff::Timestamp;
use serde_json::{Value, json};

/// To the second, in UTC.
pub(crate) fn seconds(instant: Timestamp) -> Value {
    let whole = Timestamp::from_second(instant.as_second()).unwrap_or(instant);
    json!(format!("{whole:.0}"))
}

/// As [`seconds`], or null.
pub(crate) fn optional(instant: Option<Timestamp>) -> Value {
    instant.map_or(Value::Null, seconds)
}
