//! How long a vendor may take for one call.

use crate::Limits;
use serde_json::{Map, Value};
use std::time::Duration;
use toolpress_core::Tool;

/// How long a call with these arguments may take at the vendor, from connecting to the last byte.
///
/// It is the tool's documented timeout, else the common one; for a tool that lets the vendor hold its
/// answer back also the wait that was asked for, up to the longest the vendor grants, and a margin,
/// whichever is longer. The arguments need not have been checked.
pub fn deadline(limits: &Limits, tool: &Tool, arguments: &Map<String, Value>) -> Duration {
    of(limits, tool, |name| arguments.get(name))
}

pub(super) fn of<'v>(
    limits: &Limits,
    tool: &Tool,
    argument: impl FnOnce(&'static str) -> Option<&'v Value>,
) -> Duration {
    let usual = tool.timeout_ms.map_or(limits.upstream_timeout, Duration::from_millis);
    let Some(wait) = tool.wait else { return usual };
    let units = match argument(wait.param) {
        Some(Value::Number(number)) => number.as_u64(),
        Some(Value::String(text)) => text.trim().parse().ok(),
        _ => None,
    };
    let asked = units.map(|units| units.saturating_mul(wait.unit_ms).min(wait.max_ms));
    let held = asked.map(|ms| Duration::from_millis(ms).saturating_add(limits.wait_margin));
    held.map_or(usual, |held| held.max(usual))
}
