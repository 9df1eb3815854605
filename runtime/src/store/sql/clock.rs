//! What time it is, for everybody who shares a database.
//!
//! Nodes must mean the same moment by an expiry, so on `PostgreSQL` the database's clock counts. Between
//! two looks at it time is measured by a clock that nobody sets: a node whose own clock is wrong or jumps
//! is no different from the others.

use jiff::Timestamp;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};

/// A clock.
#[derive(Debug)]
pub(super) struct Clock {
    started: Instant,
    /// What the database's clock showed when this was made, in milliseconds since 1970; `None` where
    /// this machine's clock counts.
    origin: Option<AtomicI64>,
}

impl Clock {
    /// The clock of this machine.
    pub(super) fn of_this_machine() -> Self {
        Self { started: Instant::now(), origin: None }
    }

    /// The clock of a database, which has to be [`Clock::told`] before it shows anything.
    pub(super) fn of_the_database() -> Self {
        Self { started: Instant::now(), origin: Some(AtomicI64::new(0)) }
    }

    /// Milliseconds since 1970.
    pub(super) fn now(&self) -> i64 {
        match &self.origin {
            None => Timestamp::now().as_millisecond(),
            Some(origin) => origin.load(Ordering::Relaxed) + millis(self.started.elapsed()),
        }
    }

    /// Takes over what the database said when it was asked between two moments.
    pub(super) fn told(&self, theirs: i64, asked: Instant, answered: Instant) {
        let Some(origin) = &self.origin else { return };
        // Half of the way there and back is as near as one can tell.
        let way = answered.duration_since(asked);
        let at = asked.duration_since(self.started) + way / 2;
        let told = theirs - millis(at);
        // Differences within the way are no differences; time would only jump to and fro.
        if (told - origin.load(Ordering::Relaxed)).abs() > millis(way) {
            origin.store(told, Ordering::Relaxed);
        }
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::Clock;
    use std::time::{Duration, Instant};

    #[test]
    fn security_e7_the_clock_of_the_database_counts_not_that_of_the_node() {
        let clock = Clock::of_the_database();
        let asked = Instant::now();
        // A thousand seconds after 1970, whatever this machine thinks.
        clock.told(1_000_000, asked, asked + Duration::from_millis(20));
        let shown = clock.now();
        assert!((999_980..1_000_500).contains(&shown), "{shown}");
        // No further off than the question took: no reason to jump.
        clock.told(shown + 15, Instant::now(), Instant::now() + Duration::from_millis(30));
        assert!((0..500).contains(&(clock.now() - shown)));
        // The database's clock was set.
        clock.told(5_000_000, Instant::now(), Instant::now());
        assert!((5_000_000..5_000_500).contains(&clock.now()));
    }
}
