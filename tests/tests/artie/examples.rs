//! Every tool called as its documentation shows it, at the simulated vendor: models copy examples.

use crate::golden::documented;
use crate::world::Demo;

/// Tools whose example is refused by the demo account, and why another example would teach no better.
const REFUSED: [(&str, &str); 0] = [];

#[tokio::test]
async fn row_011_every_example_is_a_call_that_the_vendor_accepts() {
    for tool in documented() {
        for example in &tool.examples {
            // A fresh account each: one example deletes what the next one reads.
            let client = Demo::new().await.client().await;
            let result = client.call(&tool.name, example.clone()).await;
            let refused = REFUSED.iter().any(|(name, _)| *name == tool.name);
            assert_eq!(result["isError"], refused, "{} {example}: {result}", tool.name);
        }
    }
}
