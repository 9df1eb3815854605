//! Ours and the floor in turn, A B A B: what disturbs the machine disturbs both.

use crate::client::{Rate, Target};
use crate::process::Process;
use std::time::Duration;

/// How long and how often is measured.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Length of one measurement.
    pub time: Duration,
    /// How many pairs of measurements.
    pub pairs: usize,
}

/// One side of a comparison.
#[derive(Debug)]
pub struct Side {
    /// The server.
    pub server: Process,
    /// What it is asked.
    pub target: Target,
    /// Bytes of a right answer's body.
    pub length: usize,
}

/// Measures both sides in turn; gives the median of each.
///
/// # Errors
/// If a server fails.
pub async fn compare(
    ours: &Side,
    floor: &Side,
    connections: usize,
    plan: Plan,
) -> anyhow::Result<(Rate, Rate)> {
    let (mut our_rates, mut floor_rates) = (Vec::new(), Vec::new());
    let warm_up = plan.time.min(Duration::from_millis(300));
    for side in [ours, floor] {
        side.target.load(&side.server, connections, warm_up, side.length).await?;
    }
    for _ in 0..plan.pairs {
        for (side, rates) in [(ours, &mut our_rates), (floor, &mut floor_rates)] {
            rates.push(side.target.load(&side.server, connections, plan.time, side.length).await?);
        }
    }
    Ok((middle(&our_rates), middle(&floor_rates)))
}

/// The medians.
pub fn middle(rates: &[Rate]) -> Rate {
    Rate {
        per_second: median(rates.iter().map(|rate| rate.per_second)),
        cpu_us: median(rates.iter().map(|rate| rate.cpu_us)),
    }
}

/// The median; not a number if there is nothing.
pub fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
