//! Queries, and lists in parts.

use super::error::{ApiError, Detail};
use super::fields::clip;
use crate::store::Slice;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use toolpress_core::nearest;
use utoipa::ToSchema;

const LIMIT: u32 = 100;
const MOST: u32 = 1_000;

/// A part of a list, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Listed<T> {
    /// The entries.
    pub(super) result: Vec<T>,
    /// Pass it back as `next_cursor` for the next part; `null` at the end.
    pub(super) next_cursor: Option<String>,
}

/// Which part of a list is asked for.
#[derive(Debug)]
pub(super) struct Part {
    before: Option<String>,
    limit: u32,
}

/// Reads a query; every parameter that is not known is refused.
pub(super) fn query(raw: Option<&str>, known: &[&'static str]) -> Result<Vec<(String, String)>, ApiError> {
    let pairs = url::form_urlencoded::parse(raw.unwrap_or_default().as_bytes());
    let pairs: Vec<(String, String)> = pairs.into_owned().collect();
    let mut problems = Vec::new();
    for (place, (name, _)) in pairs.iter().enumerate() {
        if !known.contains(&name.as_str()) {
            problems.push(Detail {
                valid: known.iter().map(|&known| known.to_owned()).collect(),
                did_you_mean: nearest(name, known.iter().copied()).map(str::to_owned),
                ..Detail::new(clip(name), "is no parameter here")
            });
        } else if pairs[..place].iter().any(|(before, _)| before == name) {
            problems.push(Detail::new(name, "stands twice"));
        }
    }
    if problems.is_empty() { Ok(pairs) } else { Err(ApiError::invalid(problems)) }
}

impl Part {
    /// Reads `limit` and `next_cursor`.
    pub(super) fn read(raw: Option<&str>) -> Result<Self, ApiError> {
        let mut part = Self { before: None, limit: LIMIT };
        let mut problems = Vec::new();
        for (name, value) in query(raw, &["limit", "next_cursor"])? {
            if name == "limit" {
                match value.parse() {
                    Ok(limit @ 1..=MOST) => part.limit = limit,
                    _ => problems.push(Detail::new(name, format!("must be a whole number from 1 to {MOST}"))),
                }
            } else {
                match decode(&value) {
                    Some(id) => part.before = Some(id),
                    None => problems.push(Detail::new(name, "must be passed back as it was received")),
                }
            }
        }
        if problems.is_empty() { Ok(part) } else { Err(ApiError::invalid(problems)) }
    }

    /// What to ask the store for: one more than wanted, which tells whether there is more.
    pub(super) fn slice(&self) -> Slice<'_> {
        Slice { before: self.before.as_deref(), limit: self.limit + 1 }
    }

    /// The part, with the cursor to the next.
    pub(super) fn of<R, T>(
        &self,
        mut rows: Vec<R>,
        id: impl Fn(&R) -> &str,
        shown: impl FnMut(R) -> T,
    ) -> Listed<T> {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = rows.last().filter(|_| more).map(|row| URL_SAFE_NO_PAD.encode(id(row)));
        Listed { result: rows.into_iter().map(shown).collect(), next_cursor }
    }
}

fn decode(cursor: &str) -> Option<String> {
    let id = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    uuid::Uuid::parse_str(&id).ok().map(|_| id)
}
