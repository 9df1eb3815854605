//! Moments as they are shown: RFC 3339, UTC, milliseconds.

use jiff::Timestamp;

/// A moment of the store, in milliseconds since 1970.
pub(super) fn shown(moment: i64) -> String {
    let moment = Timestamp::from_millisecond(moment).unwrap_or(Timestamp::MAX);
    moment.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn moments_have_milliseconds() {
        assert_eq!(shown(0), "1970-01-01T00:00:00.000Z");
        assert_eq!(shown(1_767_225_599_007), "2025-12-31T23:59:59.007Z");
    }
}
