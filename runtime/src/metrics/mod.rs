//! Figures about what the process does: counted as it happens, read by whoever scrapes them.
//!
//! Counting adds to atomics that are made at the start, one set per vendor and tool of the catalogue, so it
//! costs a call next to nothing, and labels are bounded: no customer, account or token is ever one.

mod durations;
mod refusals;
mod scrape;

pub(crate) use refusals::{Refusal, Refusals};
pub use scrape::Scrape;
pub(crate) use scrape::routes;

use crate::observe::{CallReport, Ending};
use durations::Durations;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use toolpress_core::{Catalog, Vendor};

/// What is counted about calls, and about requests that came to nothing.
#[derive(Debug)]
pub struct Metrics {
    vendors: Vec<Arc<VendorCounts>>,
    refusals: Arc<Refusals>,
}

impl Metrics {
    /// Counters for every tool of a catalogue, all at zero.
    pub fn new(catalog: &'static Catalog) -> Arc<Self> {
        let vendors = catalog.vendors.iter().map(|vendor| Arc::new(VendorCounts::new(vendor)));
        Arc::new(Self { vendors: vendors.collect(), refusals: Arc::default() })
    }

    /// The counters of a vendor; `None` for one of another catalogue.
    pub(crate) fn vendor(&self, vendor: &'static Vendor) -> Option<Arc<VendorCounts>> {
        self.vendors.iter().find(|counts| counts.vendor.slug == vendor.slug).map(Arc::clone)
    }

    pub(crate) fn refusals(&self) -> &Arc<Refusals> {
        &self.refusals
    }
}

/// What is counted about the calls of one vendor.
#[derive(Debug)]
pub(crate) struct VendorCounts {
    vendor: &'static Vendor,
    /// In the order of the vendor's tools; each by [`Ending`].
    tools: Vec<[AtomicU64; Ending::ALL.len()]>,
    /// By [`Answer`].
    answers: [AtomicU64; Answer::ALL.len()],
    durations: Durations,
    request_bytes: AtomicU64,
    response_bytes: AtomicU64,
}

impl VendorCounts {
    fn new(vendor: &'static Vendor) -> Self {
        Self {
            vendor,
            tools: vendor.tools.iter().map(|_| Default::default()).collect(),
            answers: Default::default(),
            durations: Durations::default(),
            request_bytes: AtomicU64::new(0),
            response_bytes: AtomicU64::new(0),
        }
    }

    /// Counts a call that ended.
    pub(crate) fn count(&self, report: &CallReport) {
        let add = |counter: &AtomicU64, number: usize| {
            counter.fetch_add(number as u64, Ordering::Relaxed);
        };
        if let Some((place, _)) = self.vendor.tool(report.tool.name) {
            add(&self.tools[place][report.ending as usize], 1);
        }
        if let Some(answer) = Answer::of(report) {
            add(&self.answers[answer as usize], 1);
        }
        self.durations.observe(report.duration);
        add(&self.request_bytes, report.request_bytes);
        add(&self.response_bytes, report.response_bytes);
    }
}

/// How a vendor answered, roughly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Answer {
    Success,
    Redirect,
    /// 4xx, but for 429.
    ClientError,
    RateLimited,
    ServerError,
    /// It was asked, and no answer came: unreachable, too slow, or the client went away.
    None,
}

impl Answer {
    const ALL: [Self; 6] =
        [Self::Success, Self::Redirect, Self::ClientError, Self::RateLimited, Self::ServerError, Self::None];

    /// `None` when nothing was sent.
    fn of(report: &CallReport) -> Option<Self> {
        Some(match report.upstream_status {
            None if report.ending == Ending::Refused => return None,
            None => Self::None,
            Some(429) => Self::RateLimited,
            Some(status) => match status / 100 {
                0..=2 => Self::Success,
                3 => Self::Redirect,
                4 => Self::ClientError,
                _ => Self::ServerError,
            },
        })
    }

    fn as_str(self) -> &'static str {
        match self {
            Self::Success => "2xx",
            Self::Redirect => "3xx",
            Self::ClientError => "4xx",
            Self::RateLimited => "429",
            Self::ServerError => "5xx",
            Self::None => "none",
        }
    }
}
