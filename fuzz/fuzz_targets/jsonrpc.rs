//! Any bytes as a JSON-RPC message.
#![no_main]

use libfuzzer_sys::fuzz_target;
use toolpress_fuzz::oracles;

fuzz_target!(|body: &[u8]| oracles::jsonrpc(body));
