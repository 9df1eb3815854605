//! Too many validations: rule 119.

use serde_json::json;

use super::support::{Bench, done, refused};

const ORDERS_READER: &str = "4d6c0f0a-58f3-4a7e-9d0e-6b4b6c2a9a10";

#[tokio::test]
async fn rule_119_a_loop_of_validations_ends_in_429() {
    let bench = Bench::demo();
    let (_, reader) = bench.get(&format!("/source-readers/{ORDERS_READER}")).await;
    let validate =
        async || bench.post("/source-readers/validate-unsaved", json!({"sourceReader": reader})).await;
    let mut refusals = 0;
    for number in 0..50 {
        let answer = validate().await;
        if number < 30 {
            assert_eq!(answer, done());
        } else {
            assert_eq!(answer, refused(429, "Too Many Requests"));
            refusals += 1;
        }
    }
    assert_eq!(refusals, 20);
    // Nothing else is held up, and a minute later all is well.
    assert_eq!(bench.get("/pipelines").await.0, 200);
    bench.pass(60);
    assert_eq!(validate().await, done());
    bench.simulated.set_validations_per_minute(Some(1));
    assert_eq!(validate().await.0, 429);
    bench.simulated.set_validations_per_minute(None);
    assert_eq!(validate().await, done());
}
