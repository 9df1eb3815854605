//! The audit log: one line for every change of the control plane, every call and every refusal.
//!
//! Lines have the target `audit` and a member `action`; who and what they are about is told by ids. Never
//! by tokens, credentials, arguments or answers. Refusals can come by the thousand, so they are sampled.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Lines about refusals of one kind that pass in each [`PERIOD`].
const LINES: u64 = 10;
const PERIOD: Duration = Duration::from_secs(10);

/// Lets some lines of a kind pass and counts the others; the next line that passes tells how many they were.
#[derive(Debug)]
pub(crate) struct Sample {
    most: u64,
    each: Duration,
    started: Instant,
    period: AtomicU64,
    lines: AtomicU64,
}

impl Default for Sample {
    fn default() -> Self {
        Self::new(LINES, PERIOD)
    }
}

impl Sample {
    /// Lets at most so many pass in each period.
    pub(crate) fn new(most: u64, each: Duration) -> Self {
        Self { most, each, started: Instant::now(), period: AtomicU64::new(0), lines: AtomicU64::new(0) }
    }

    /// Whether a line may pass: with the number of lines that were left out before it.
    pub(crate) fn pass(&self) -> Option<u64> {
        self.pass_at(self.started.elapsed())
    }

    fn pass_at(&self, time: Duration) -> Option<u64> {
        let period = u64::try_from(time.as_millis() / self.each.as_millis().max(1)).unwrap_or(u64::MAX);
        if self.period.swap(period, Ordering::Relaxed) != period {
            let left_out = self.lines.swap(1, Ordering::Relaxed).saturating_sub(self.most);
            return Some(left_out);
        }
        (self.lines.fetch_add(1, Ordering::Relaxed) < self.most).then_some(0)
    }
}

#[cfg(test)]
mod tests {
    use super::{LINES, PERIOD, Sample};
    use std::time::Duration;

    #[test]
    fn some_lines_pass_and_the_others_are_counted() {
        let sample = Sample::default();
        let passed: Vec<u64> = (0..1_000).filter_map(|_| sample.pass_at(Duration::ZERO)).collect();
        assert!(passed.len() as u64 == LINES && passed.iter().all(|left_out| *left_out == 0), "{passed:?}");
        assert_eq!(sample.pass_at(PERIOD), Some(1_000 - LINES));
        assert_eq!(sample.pass_at(PERIOD), Some(0));
        assert_eq!(sample.pass_at(PERIOD * 3), Some(0));
    }
}
