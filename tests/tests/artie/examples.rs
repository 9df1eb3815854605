//! Every tool called as its documentation shows it, at the simulated vendor: models copy examples.

use crate::golden::documented;
use crate::world::{Demo, text};

/// Tools whose example is refused by the demo account, and why another example would teach no better.
const REFUSED: [(&str, &str); 3] = [
    ("delete_a_artie_column_hashing_salt_by_id", "the one salt is used by a pipeline"),
    ("delete_a_artie_privatelink_connection_by_id", "the one connection is used by a connector"),
    ("delete_a_artie_ssh_tunnel_by_id", "the one tunnel is used by a connector"),
];

#[tokio::test]
async fn row_011_every_example_is_a_call_that_the_vendor_accepts() {
    let mut surprises = Vec::new();
    for tool in documented() {
        for example in &tool.examples {
            // A fresh account each: one example deletes what the next one reads.
            let client = Demo::new().await.client().await;
            let result = client.call(&tool.name, example.clone()).await;
            let refused = REFUSED.iter().any(|(name, _)| *name == tool.name);
            if result["isError"] != refused {
                surprises.push(format!("{} {example}: {}", tool.name, text(&result)));
            }
        }
    }
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}
