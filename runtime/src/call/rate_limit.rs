//! Reads a vendor's rate limit out of its answer, whatever headers it is written in.
//!
//! Headers come in families; the first family that tells anything is taken alone, because two families
//! may tell of two different quotas. What cannot be read is left out, never guessed. Sources: the drafts
//! of `draft-ietf-httpapi-ratelimit-headers` (≤06 three fields, 07 one dictionary, 08 and later lists of
//! RFC 9651), RFC 9110 section 10.2.3 for `Retry-After`.

use super::outcome::RateLimit;
use super::{reset, structured_field};
use http::HeaderMap;
use http::header::DATE;
use std::time::SystemTime;
use toolpress_core::{RateLimitHeaders, ResetUnit};

/// Largest quota that is believed: the largest integer of RFC 9651.
const LARGEST: u64 = 999_999_999_999_999;

/// Header families in common use, the standard's own first.
const FAMILIES: [RateLimitHeaders; 6] = [
    family("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"),
    family("x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"),
    family("x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset"),
    family("x-rate-limit", "x-rate-limit-remaining", "x-rate-limit-reset"),
    family("x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"),
    family("rate-limit-limit", "rate-limit-remaining", "rate-limit-reset"),
];

const fn family(limit: &'static str, remaining: &'static str, reset: &'static str) -> RateLimitHeaders {
    RateLimitHeaders {
        limit: Some(limit),
        remaining: Some(remaining),
        reset: Some(reset),
        unit: None,
        used_slash_size: false,
    }
}

impl RateLimit {
    /// What an answer tells about the rate limit.
    ///
    /// `declared` are the vendor's own header names, tried before all others. `clock` is the local time,
    /// used only when the answer has no `Date`.
    pub fn read(
        status: u16,
        headers: &HeaderMap,
        declared: Option<&RateLimitHeaders>,
        clock: SystemTime,
    ) -> Self {
        let fields = Fields::of(headers, declared);
        if fields.0.is_empty() {
            return Self::default();
        }
        let date = headers.get(DATE).and_then(|value| httpdate::parse_http_date(value.to_str().ok()?).ok());
        let now = date.unwrap_or(clock);
        let told = declared
            .and_then(|names| three_fields(&fields, names, now))
            .or_else(|| one_field(&fields))
            .or_else(|| usual(&fields, now));
        let mut told = told.unwrap_or_default();
        told.retry_after = retry_after(&fields, now);
        if status == 429 && told.reset.is_none() {
            // Refused for its rate, and told when to come back: that is when more is granted.
            told.reset = told.retry_after;
        }
        told
    }

    fn known(self) -> Option<Self> {
        (self != Self::default()).then_some(self)
    }
}

/// The header fields that may tell something: few of many, so that looking for one name after another is
/// cheap.
struct Fields<'h>(Vec<(&'h str, &'h str)>);

impl<'h> Fields<'h> {
    fn of(headers: &'h HeaderMap, declared: Option<&RateLimitHeaders>) -> Self {
        let declared = declared.map(|names| [names.limit, names.remaining, names.reset]);
        // Names are short: looking at each place costs less than setting a search up.
        let may_tell = |name: &str| {
            name.as_bytes().windows(4).any(|part| part == b"rate")
                || name.starts_with("retry-after")
                || declared.iter().flatten().flatten().any(|declared| declared.eq_ignore_ascii_case(name))
        };
        let fields = headers.iter().filter(|(name, _)| may_tell(name.as_str()));
        Self(fields.filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?))).collect())
    }

    fn values(&self, wanted: &str) -> impl Iterator<Item = &'h str> {
        self.0.iter().filter(move |(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| *value)
    }

    fn first(&self, name: &str) -> Option<&'h str> {
        self.values(name).next()
    }
}

/// The first family in common use that tells the quota, or else the first that tells anything: two
/// families share some names.
fn usual(fields: &Fields<'_>, now: SystemTime) -> Option<RateLimit> {
    let told = || FAMILIES.iter().filter_map(|names| three_fields(fields, names, now));
    told().find(|told| told.limit.is_some()).or_else(|| told().next())
}

/// One field each for limit, remaining and reset. Of repeated fields the most cautious counts.
fn three_fields(fields: &Fields<'_>, names: &RateLimitHeaders, now: SystemTime) -> Option<RateLimit> {
    let counts =
        |name: Option<&'static str>| name.into_iter().flat_map(|name| fields.values(name)).filter_map(count);
    let resets = names.reset.into_iter().flat_map(|name| fields.values(name));
    let reset = resets.filter_map(|text| reset::seconds(head(text, names.unit), names.unit, now)).max();
    let mut told = RateLimit { reset, ..RateLimit::default() };
    if names.used_slash_size {
        let used = names.limit.and_then(|name| fields.first(name)).and_then(used_slash_size);
        (told.limit, told.remaining) = used.unzip();
    } else {
        told.limit = counts(names.limit).next();
    }
    told.remaining = counts(names.remaining).min().or(told.remaining);
    told.known()
}

/// A whole number. Drafts up to 06 may add quota policies: `10, 10;w=1, 50;w=60`.
fn count(text: &str) -> Option<u64> {
    let number = text.split([',', ';']).next()?.trim();
    let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (digits(whole) && digits(fraction)).then(|| whole.parse().ok()).flatten().filter(|n| *n <= LARGEST)
}

/// The first of several numbers. Dates hold commas, so only numbers are cut.
fn head(text: &str, unit: Option<ResetUnit>) -> &str {
    let dated = matches!(unit, Some(ResetUnit::HttpDate | ResetUnit::Rfc3339));
    match text.split_once([',', ';']) {
        Some((head, _)) if !dated && head.trim().bytes().all(|b| b.is_ascii_digit() || b == b'.') => head,
        _ => text,
    }
}

/// `32/40`: 32 used of 40.
fn used_slash_size(text: &str) -> Option<(u64, u64)> {
    let (used, size) = text.split_once('/')?;
    let (used, size) = (count(used)?, count(size)?);
    Some((size, size.saturating_sub(used)))
}

/// `RateLimit` with or without `RateLimit-Policy`. Of several policies the one nearest to its end counts.
fn one_field(fields: &Fields<'_>) -> Option<RateLimit> {
    let joined = |name| fields.values(name).collect::<Vec<_>>().join(", ");
    let field = joined("ratelimit");
    if field.is_empty() {
        return None;
    }
    let Some(members) = structured_field::list(&field) else {
        let pairs = structured_field::dictionary(&field)?;
        let get = |name: &str| pairs.iter().find(|(key, _)| key == name).map(|(_, value)| *value);
        let reset = get("reset").map(longest);
        let (limit, remaining) = (get("limit"), get("remaining"));
        return RateLimit { limit, remaining, reset, retry_after: None }.known();
    };
    let tightest = members
        .iter()
        .filter_map(|member| Some((member.count("r")?, member.count("t").map(longest), &member.name)))
        .min_by_key(|(remaining, reset, _)| (*remaining, std::cmp::Reverse(*reset)));
    let (remaining, reset, name) = tightest?;
    let policies = structured_field::list(&joined("ratelimit-policy")).unwrap_or_default();
    let limit = policies.iter().find(|policy| policy.name == *name).and_then(|policy| policy.count("q"));
    Some(RateLimit { limit, remaining: Some(remaining), reset, retry_after: None })
}

fn longest(seconds: u64) -> u64 {
    seconds.min(31 * 86_400)
}

/// The longest wait of all `Retry-After` fields, which hold seconds or a date; some vendors give
/// milliseconds in a field of their own.
fn retry_after(fields: &Fields<'_>, now: SystemTime) -> Option<u64> {
    let longest = |name, unit| fields.values(name).filter_map(|text| reset::seconds(text, unit, now)).max();
    longest("retry-after", None).or_else(|| longest("retry-after-ms", Some(ResetUnit::DeltaMilliseconds)))
}

#[cfg(test)]
mod tests;
