//! Slows down whoever guesses: after some failures from one address, further ones are turned away for a
//! while. Those who know their key are never turned away, however many others guess from their address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long failures are counted, and so the longest time to be turned away.
const WINDOW: Duration = Duration::from_secs(60);

/// Addresses that are remembered; beyond it the oldest are forgotten.
const ADDRESSES: usize = 10_000;

/// Failures by address.
#[derive(Debug)]
pub(crate) struct Throttle {
    /// Failures that are answered as what they are, per address and window.
    free: u32,
    failures: Mutex<HashMap<IpAddr, (Instant, u32)>>,
}

/// For keys, which people enter.
impl Default for Throttle {
    fn default() -> Self {
        Self::new(20)
    }
}

impl Throttle {
    /// Turns an address away after so many failures within the window.
    pub(crate) fn new(free: u32) -> Self {
        Self { free, failures: Mutex::default() }
    }

    /// Counts a failure.
    ///
    /// # Errors
    /// Seconds to wait, if there were too many.
    pub(crate) fn failed(&self, address: Option<IpAddr>) -> Result<(), u64> {
        let Some(address) = address.map(network) else { return Ok(()) };
        let now = Instant::now();
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        if failures.len() >= ADDRESSES && !failures.contains_key(&address) {
            failures.retain(|_, (since, _)| now.duration_since(*since) < WINDOW);
            if failures.len() >= ADDRESSES {
                let oldest =
                    failures.iter().min_by_key(|(_, (since, _))| *since).map(|(address, _)| *address);
                if let Some(oldest) = oldest {
                    failures.remove(&oldest);
                }
            }
        }
        let (since, count) = failures.entry(address).or_insert((now, 0));
        if now.duration_since(*since) >= WINDOW {
            (*since, *count) = (now, 0);
        }
        *count = count.saturating_add(1);
        if *count <= self.free {
            return Ok(());
        }
        Err(WINDOW.saturating_sub(now.duration_since(*since)).as_secs().max(1))
    }
}

/// Who has one IPv6 address usually has the whole /64 (RFC 6177).
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::{ADDRESSES, Throttle};
    use std::net::{IpAddr, Ipv4Addr};

    #[test]
    fn security_e5_f9_guessing_is_turned_away_per_address() {
        let throttle = Throttle::default();
        let guesser: Option<IpAddr> = "2001:db8::1".parse().ok();
        for _ in 0..20 {
            assert_eq!(throttle.failed(guesser), Ok(()));
        }
        assert!(throttle.failed(guesser).is_err_and(|seconds| (1..=60).contains(&seconds)));
        assert!(throttle.failed("2001:db8::2".parse().ok()).is_err(), "the same network");
        assert_eq!(throttle.failed("2001:db8:1::1".parse().ok()), Ok(()));
        assert_eq!(throttle.failed(None), Ok(()));
    }

    #[test]
    fn the_memory_for_addresses_is_bounded() {
        let throttle = Throttle::new(20);
        for number in 0..u32::try_from(ADDRESSES).unwrap() + 500 {
            let _ = throttle.failed(Some(Ipv4Addr::from_bits(number).into()));
        }
        assert!(throttle.failures.lock().unwrap().len() <= ADDRESSES);
    }
}
