//! The health of a sink, as list and get show it (rule 50).

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::state::Sink;
use crate::clock::later;

/// A fresh sink's configuration is checked a moment after its creation.
const CONFIGURATION_CHECK: Duration = Duration::from_secs(2);

/// One of the five things the vendor checks on a sink.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Check {
    /// "Sink configuration". In error, it leaves the others initializing.
    Configuration,
    /// "Message filtering".
    Filtering,
    /// "Message ingestion".
    Ingestion,
    /// "Messages pending delivery".
    Pending,
    /// "Message delivery".
    Delivery,
}

const CHECKS: [(Check, &str); 5] = [
    (Check::Configuration, "Sink configuration"),
    (Check::Filtering, "Message filtering"),
    (Check::Ingestion, "Message ingestion"),
    (Check::Pending, "Messages pending delivery"),
    (Check::Delivery, "Message delivery"),
];

/// What is known of a sink's well-being.
#[derive(Clone, Debug, Default)]
pub(crate) struct Health {
    /// Whether a message has passed through the sink.
    pub(crate) seen: bool,
    /// Whether one has been delivered.
    pub(crate) delivered: bool,
    /// Statuses that tests and demo data dictate, with an optional error text.
    pub(crate) dictated: BTreeMap<Check, (String, Option<String>)>,
}

impl Health {
    /// A sink at work.
    pub(crate) fn working() -> Self {
        Self { seen: true, delivered: true, dictated: BTreeMap::new() }
    }

    fn status(&self, check: Check, inserted_at: Timestamp, now: Timestamp) -> (String, Option<String>) {
        if let Some(dictated) = self.dictated.get(&check) {
            return dictated.clone();
        }
        let status = match check {
            Check::Configuration if now < later(inserted_at, CONFIGURATION_CHECK) && !self.seen => {
                "initializing"
            }
            Check::Configuration => "healthy",
            Check::Delivery if self.delivered => "healthy",
            Check::Filtering | Check::Ingestion | Check::Pending if self.seen => "healthy",
            _ => "waiting",
        };
        (status.to_owned(), None)
    }
}

/// The `health` member of a sink.
pub(crate) fn render(sink: &Sink, now: Timestamp) -> Value {
    let read = |check| sink.health.status(check, sink.inserted_at, now);
    let broken = read(Check::Configuration).0 == "error";
    let checks: Vec<(&str, String, Option<String>)> = CHECKS
        .iter()
        .map(|(check, name)| {
            let (status, error) = read(*check);
            if broken && *check != Check::Configuration {
                (*name, "initializing".to_owned(), None)
            } else {
                (*name, status, error)
            }
        })
        .collect();
    let any = |wanted: &str| checks.iter().any(|(_, status, _)| status == wanted);
    let status = match sink.status.as_str() {
        "disabled" | "paused" => "paused",
        _ if any("error") => "error",
        _ if any("stale") || any("warning") => "warning",
        _ if any("initializing") => "initializing",
        _ if any("waiting") => "waiting",
        _ => "healthy",
    };
    let shown = |(name, status, error): &(&str, String, Option<String>)| {
        let mut check = Map::new();
        check.insert("name".to_owned(), json!(name));
        check.insert("status".to_owned(), json!(status));
        if let Some(error) = error {
            check.insert("error".to_owned(), json!(error));
        }
        Value::Object(check)
    };
    json!({"name": "Consumer health", "status": status, "checks": checks.iter().map(shown).collect::<Vec<_>>()})
}
