//! The time a simulator lives in: the system's, or one that a test moves by hand.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::watch;

/// 2026-11-20T09:00:00Z, the first instant of every manual clock.
const MANUAL_START: i64 = 1_795_165_200;

/// Time of a simulator: real, or moved by hand in tests. Clones share the same time.
#[derive(Clone, Debug)]
pub struct Clock(Kind);

#[derive(Clone, Debug)]
enum Kind {
    System,
    Manual(Arc<watch::Sender<Duration>>),
}

impl Clock {
    /// The time of the machine.
    pub fn system() -> Self {
        Self(Kind::System)
    }

    /// A clock that stands still at 2026-11-20T09:00:00Z until [`Clock::advance`] moves it.
    pub fn manual() -> Self {
        Self(Kind::Manual(Arc::new(watch::Sender::new(Duration::ZERO))))
    }

    /// The present instant.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Kind::System => Timestamp::now(),
            Kind::Manual(passed) => later(Timestamp::constant(MANUAL_START, 0), *passed.borrow()),
        }
    }

    /// Moves a manual clock forward and wakes the sleepers whose time has come. A system clock takes no orders.
    pub fn advance(&self, by: Duration) {
        if let Kind::Manual(passed) = &self.0 {
            passed.send_modify(|passed| *passed = passed.saturating_add(by));
        }
    }

    /// Resolves when this clock (not necessarily the machine's) is `duration` further on.
    pub async fn sleep(&self, duration: Duration) {
        match &self.0 {
            Kind::System => tokio::time::sleep(duration).await,
            Kind::Manual(passed) => {
                let mut passed = passed.subscribe();
                let deadline = passed.borrow().saturating_add(duration);
                // The sender lives in `self`, so waiting cannot fail while we are borrowed.
                let _ = passed.wait_for(|passed| *passed >= deadline).await;
            }
        }
    }
}

/// `instant` plus `by`, stopping at the end of time instead of overflowing.
pub(crate) fn later(instant: Timestamp, by: Duration) -> Timestamp {
    instant.saturating_add(by).unwrap_or(Timestamp::MAX)
}

/// Milliseconds from `from` to `to`, zero when `to` is earlier.
pub(crate) fn millis_between(from: Timestamp, to: Timestamp) -> u64 {
    u64::try_from(to.as_millisecond() - from.as_millisecond()).unwrap_or(0)
}
