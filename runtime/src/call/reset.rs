//! When a rate limit grants more: the many ways vendors write a moment, as whole seconds from now.
//!
//! "Now" is the `Date` of the vendor's own answer, so that a wrong local clock does no harm. What cannot
//! be read is left out: a wrong wait is worse than none.

use std::time::{Duration, SystemTime, UNIX_EPOCH};
use toolpress_core::ResetUnit;

/// Longest wait that is believed: 31 days.
const LONGEST: Duration = Duration::from_secs(31 * 86_400);

/// From this size on a bare number counts seconds, or milliseconds, since 1970.
const EPOCH_SECONDS: f64 = 1e9;
const EPOCH_MILLISECONDS: f64 = 1e12;

/// Seconds until the moment that a reset field names, rounded up, at most 31 days.
pub(super) fn seconds(text: &str, unit: Option<ResetUnit>, now: SystemTime) -> Option<u64> {
    let text = text.trim();
    let wait = match unit {
        Some(ResetUnit::DeltaSeconds) => delta(number(text)?),
        Some(ResetUnit::DeltaMilliseconds) => delta(number(text)? / 1e3),
        Some(ResetUnit::EpochSeconds) => until(epoch(number(text)?), now),
        Some(ResetUnit::EpochMilliseconds) => until(epoch(number(text)? / 1e3), now),
        Some(ResetUnit::HttpDate) => until(httpdate::parse_http_date(text).ok()?, now),
        Some(ResetUnit::Rfc3339) => until(rfc3339(text)?, now),
        Some(ResetUnit::Duration) => duration(text)?,
        None => guess(text, now)?,
    };
    Some(ceil(wait.min(LONGEST)))
}

/// Finds out by the text's shape and magnitude what it counts.
fn guess(text: &str, now: SystemTime) -> Option<Duration> {
    if let Some(number) = number(text) {
        return Some(match number {
            ms if ms >= EPOCH_MILLISECONDS => until(epoch(ms / 1e3), now),
            s if s >= EPOCH_SECONDS => until(epoch(s), now),
            s => delta(s),
        });
    }
    let date = httpdate::parse_http_date(text).ok().or_else(|| rfc3339(text));
    date.map(|date| until(date, now)).or_else(|| duration(text))
}

/// Digits with an optional fraction; no sign, no exponent, no `NaN`.
fn number(text: &str) -> Option<f64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let number: f64 = text.parse().ok().filter(|_| plain)?;
    number.is_finite().then_some(number)
}

fn delta(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or(LONGEST)
}

fn epoch(seconds: f64) -> SystemTime {
    let since = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
    UNIX_EPOCH.checked_add(since).unwrap_or(UNIX_EPOCH + Duration::from_secs(u64::from(u32::MAX) * 2))
}

/// A moment in the past is now.
fn until(moment: SystemTime, now: SystemTime) -> Duration {
    moment.duration_since(now).unwrap_or_default()
}

fn rfc3339(text: &str) -> Option<SystemTime> {
    text.parse::<jiff::Timestamp>().ok().map(SystemTime::from)
}

/// `6m0s`, `1h`, `250ms`, `1.5s`: numbers, each with a unit, one or more.
fn duration(text: &str) -> Option<Duration> {
    let mut total = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let amount = number(&rest[..digits])?;
        let unit = &rest[digits..];
        let end = unit.find(|c: char| c.is_ascii_digit()).unwrap_or(unit.len());
        total += amount
            * match &unit[..end] {
                "d" => 86_400.0,
                "h" => 3_600.0,
                "m" => 60.0,
                "s" => 1.0,
                "ms" => 1e-3,
                "us" | "µs" => 1e-6,
                "ns" => 1e-9,
                _ => return None,
            };
        rest = &unit[end..];
    }
    (!text.is_empty()).then(|| delta(total))
}

fn ceil(wait: Duration) -> u64 {
    // Binary fractions such as 0.1 s must not become a second more than they are.
    let millis = wait.as_micros().div_ceil(1_000);
    u64::try_from(millis.div_ceil(1_000)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::seconds;
    use std::time::{Duration, SystemTime, UNIX_EPOCH};
    use toolpress_core::ResetUnit;

    fn now() -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_700_000_000)
    }

    #[test]
    fn every_way_to_write_a_moment_is_read() {
        let table: &[(&str, Option<ResetUnit>, Option<u64>)] = &[
            ("41", None, Some(41)),
            ("2.0", None, Some(2)),
            ("1.2", None, Some(2)),
            ("0", None, Some(0)),
            ("1700000017", None, Some(17)),
            ("1700000016200", None, Some(17)),
            ("1699999000", None, Some(0)),
            ("Tue, 14 Nov 2023 22:13:37 GMT", None, Some(17)),
            ("2023-11-14T22:13:37Z", None, Some(17)),
            ("2023-11-14T23:13:37+01:00", None, Some(17)),
            ("6m0s", None, Some(360)),
            ("250ms", None, Some(1)),
            ("1h0m1.5s", None, Some(3602)),
            ("600000", Some(ResetUnit::DeltaMilliseconds), Some(600)),
            ("10001", Some(ResetUnit::DeltaMilliseconds), Some(11)),
            ("1700000017", Some(ResetUnit::EpochSeconds), Some(17)),
            ("1700000017000", Some(ResetUnit::EpochMilliseconds), Some(17)),
            ("6m0s", Some(ResetUnit::Duration), Some(360)),
            ("2023-11-14T22:13:37Z", Some(ResetUnit::Rfc3339), Some(17)),
            ("Tue, 14 Nov 2023 22:13:37 GMT", Some(ResetUnit::HttpDate), Some(17)),
            // Hostile or unknown: bounded or left out.
            ("99999999999", None, Some(31 * 86_400)),
            ("999999999999999999999999999999999999", None, Some(31 * 86_400)),
            ("99999999999", Some(ResetUnit::DeltaSeconds), Some(31 * 86_400)),
            ("-1", None, None),
            ("NaN", None, None),
            ("inf", None, None),
            ("1e9", None, None),
            ("+5", None, None),
            (".", None, None),
            ("", None, None),
            ("soon", None, None),
            ("5x", None, None),
            ("٣", None, None),
            ("Tue Feb 16 2021 09:02:42 GMT+0100 (Central European Standard Time)", None, None),
            ("41", Some(ResetUnit::Rfc3339), None),
        ];
        for (text, unit, wanted) in table {
            assert_eq!(seconds(text, *unit, now()), *wanted, "{text:?} as {unit:?}");
        }
    }
}
