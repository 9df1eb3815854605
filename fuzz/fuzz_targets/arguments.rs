//! Any JSON object as the arguments of a tool with a parameter of every kind.
#![no_main]

use libfuzzer_sys::fuzz_target;
use toolpress_core::strict;
use toolpress_fuzz::oracles;

fuzz_target!(|text: &str| {
    if let Ok(arguments) = strict::parse_object(text) {
        oracles::arguments(&arguments);
    }
});
