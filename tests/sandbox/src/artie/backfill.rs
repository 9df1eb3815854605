//! The backfill of one table, worked out from the clock.

use std::time::Duration;

use jiff::Timestamp;

use crate::clock::{later, millis_between};

/// Where a backfill stands. The vendor's words for it are not published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Backfill {
    /// Never asked for.
    None,
    /// Interrupted or not begun, with so much left.
    Waiting(Duration),
    /// Done at this instant.
    Running(Timestamp),
    Completed,
    Cancelled,
}

impl Backfill {
    /// As `backfillStage` shows it.
    pub(crate) fn stage(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Waiting(_) => "queued",
            Self::Running(_) => "in_progress",
            Self::Completed => "completed",
            Self::Cancelled => "cancelled",
        }
    }

    pub(crate) fn is_running(self) -> bool {
        matches!(self, Self::Running(_))
    }

    /// Lets time do its work.
    pub(crate) fn advance(&mut self, now: Timestamp) {
        if matches!(self, Self::Running(until) if *until <= now) {
            *self = Self::Completed;
        }
    }

    /// Goes on where it was interrupted.
    pub(crate) fn resume(&mut self, at: Timestamp) {
        if let Self::Waiting(left) = *self {
            *self = Self::Running(later(at, left));
        }
    }

    /// Stops for a while.
    pub(crate) fn pause(&mut self, at: Timestamp) {
        if let Self::Running(until) = *self {
            *self = Self::Waiting(Duration::from_millis(millis_between(at, until)));
        }
    }

    /// Stops for good; one that is over stays as it is.
    pub(crate) fn cancel(&mut self) {
        if matches!(self, Self::Waiting(_) | Self::Running(_)) {
            *self = Self::Cancelled;
        }
    }
}
