//! Any texts as path segments and query values. Pieces are parted by line feeds of their own kind (U+001E),
//! the first piece chooses the template.
#![no_main]

use libfuzzer_sys::fuzz_target;
use toolpress_fuzz::oracles;

fuzz_target!(|text: &str| {
    let mut pieces = text.split('\u{1e}');
    let mut next = || pieces.next().unwrap_or_default();
    let template = next().len();
    let values = [next(), next()];
    let query: Vec<(u8, String)> = (0..4).cycle().zip(pieces.map(str::to_owned)).collect();
    oracles::request(template, values, &query);
});
