//! Instants as the vendor writes them.

use jiff::Timestamp;
use serde_json::{Value, json};

/// To the second, as `inserted_at` and `updated_at` are.
pub(crate) fn seconds(instant: Timestamp) -> Value {
    let whole = Timestamp::from_second(instant.as_second()).unwrap_or(instant);
    json!(format!("{whole:.0}"))
}

/// To the microsecond, as everything else is.
pub(crate) fn micros(instant: Timestamp) -> Value {
    let whole = Timestamp::from_microsecond(instant.as_microsecond()).unwrap_or(instant);
    json!(format!("{whole:.6}"))
}
