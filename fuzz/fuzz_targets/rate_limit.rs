//! Any header fields as a vendor's rate limit.
#![no_main]

use libfuzzer_sys::fuzz_target;
use toolpress_fuzz::oracles;

fuzz_target!(|text: &str| {
    let headers = oracles::fields(text);
    for (status, clock) in [(200, 0), (429, 1_700_000_000), (403, u64::MAX)] {
        oracles::rate_limit(status, &headers, clock);
    }
});
