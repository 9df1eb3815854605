//! Many customers of one installation: each gets its own answers, made with its own credential.

use crate::support::{Asker, One, VENDOR, call};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio::time::sleep;
use toolpress_tests::PATIENCE;
use toolpress_tests::engine::Site;
use toolpress_tests::on_both_engines;
use toolpress_tests::upstream::{Reply, Upstream, answer};

const CUSTOMERS: usize = 50;
/// Calls on their way at the same time.
const AT_A_TIME: usize = 128;

/// How many answers are looked at, more with `TOOLPRESS_SLOW_TESTS`; the benchmark `isolation` looks at a
/// million.
fn answers() -> usize {
    if std::env::var_os("TOOLPRESS_SLOW_TESTS").is_some() { 25_000 } else { 4_000 }
}

/// A vendor that refuses a customer's request with another's credential.
async fn vendor() -> Upstream {
    Upstream::scripted(|seen, _| {
        let path = seen.line().trim_start_matches("GET /");
        let customer = path.split('/').next().unwrap_or_default();
        let id = path.rsplit('/').next().unwrap_or_default();
        let credential = format!("Bearer {}", credential(customer));
        if seen.header("authorization") != [credential.as_str()] {
            return Reply::Bytes(answer("403 Forbidden", &[], ""));
        }
        let body = json!({ "customer": customer, "id": id }).to_string();
        Reply::Bytes(answer("200 OK", &["content-type: application/json"], &body))
    })
    .await
}

fn credential(customer: &str) -> String {
    format!("canary-of-customer-{customer}-and-no-other")
}

/// All calls have the same JSON-RPC id, so nothing but the connection tells whose answer it is.
async fn security_d13_row_164_no_customer_gets_what_is_anothers(site: Site) {
    let vendor = vendor().await;
    let node = site.start().flags(&["--log", "warn"]).run().await;
    let (rest, asker) = (node.rest(), Asker::new());
    let mut tokens = Vec::new();
    for customer in 0..CUSTOMERS {
        let base_url = format!("http://{}/{customer}", vendor.address);
        let account = rest.account(VENDOR, &base_url, &credential(&customer.to_string())).await;
        tokens.push(One::more(&rest, &account, json!({})).await.token);
    }
    let (tokens, next) = (Arc::new(tokens), Arc::new(AtomicUsize::new(0)));
    let (began, mut callers) = (Instant::now(), JoinSet::new());
    for _ in 0..AT_A_TIME {
        let (asker, node) = (asker.clone(), node.address.clone());
        let (tokens, next) = (Arc::clone(&tokens), Arc::clone(&next));
        callers.spawn(async move {
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number >= answers() {
                    return;
                }
                let (customer, nonce) = (number % CUSTOMERS, format!("n{number}"));
                let answer = loop {
                    let sent = asker.send(&node, &tokens[customer], "tools/call", call(&nonce)).await;
                    let response = sent.expect("an answer");
                    // On a machine that has much else to do a first look at a token may take too long.
                    if response.status().as_u16() != 503 {
                        break response.json::<Value>().await.expect("JSON");
                    }
                    assert!(began.elapsed() < PATIENCE * 2, "still 503");
                    sleep(Duration::from_millis(200)).await;
                };
                let wanted = json!({ "customer": customer.to_string(), "id": nonce });
                // What came instead is shown: another customer's answer, or none.
                assert_eq!(answer["result"]["structuredContent"]["result"], wanted, "{answer}");
            }
        });
    }
    callers.join_all().await;
    // Neither do they see each other's accounts through the log of calls.
    let rows = site.rows("SELECT DISTINCT account_id, server_id FROM call").await;
    assert!(rows.len() <= CUSTOMERS, "{} pairs of account and server", rows.len());
}

on_both_engines!(security_d13_row_164_no_customer_gets_what_is_anothers);
