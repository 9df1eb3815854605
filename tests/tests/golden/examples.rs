//! Every tool called as its documentation shows it, at the simulated vendor: models copy examples.

use crate::world::simulated;
use std::path::Path;
use toolpress_codegen::Config;
use toolpress_sandbox::Clock;
use toolpress_sandbox::sequin_stream::SequinStream;

/// Tools whose example is refused by the demo account, and why another example would teach no better.
const REFUSED: [(&str, &str); 0] = [];

#[tokio::test]
async fn row_011_every_example_is_a_call_that_the_vendor_accepts() {
    let schemas = Path::new(env!("CARGO_MANIFEST_DIR")).join("../schemas");
    let loaded = Config::new(schemas).vendors(["sequin_stream"]).load().expect("sound documentation");
    let mut surprises = Vec::new();
    for tool in loaded.catalog.vendors.into_iter().flat_map(|vendor| vendor.tools) {
        assert!(!tool.examples.is_empty(), "{} shows no call", tool.name);
        for example in &tool.examples {
            // A fresh account each: one example deletes what the next one reads.
            let client = simulated(&SequinStream::with_demo_data(Clock::system())).await;
            let answer = client.call(&tool.name, example.clone()).await;
            let refused = REFUSED.iter().any(|(name, _)| *name == tool.name);
            if answer.is_error() != refused {
                surprises.push(format!("{} {example}: {}", tool.name, answer.text()));
            }
        }
    }
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}
