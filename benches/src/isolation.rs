//! No answer to the wrong caller: many tokens of many accounts, the same JSON-RPC id everywhere, and each
//! call asks for something that nobody else asks for.

use crate::client::Target;
use crate::process::{Core, Process};
use crate::product::{self, Product};
use crate::report::{Figure, Goal, Report, say};
use crate::synthetic::GET_TOOL;
use crate::vendor::{credential, echo};
use crate::workshop::{SERVED, Workshop};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use tokio::task::JoinSet;

/// Accounts, each with a server of its own.
const TOKENS: usize = 50;

/// Calls on their way at the same time.
const CONNECTIONS: usize = 256;

/// How often it is told how far it is, in answers.
const TOLD: usize = 100_000;

/// Looks at this many answers.
///
/// # Errors
/// If a server cannot be built or fails. An answer at the wrong caller is a figure, not an error.
pub async fn measure(workshop: &Workshop, answers: usize, report: &mut Report) -> anyhow::Result<()> {
    let vendor = Process::own(Core::Other, &["vendor"])?;
    let folder = product::folder(workshop.file("isolation"))?;
    let product =
        Product::start(&workshop.product_program(SERVED[0])?, &product::sqlite(&folder), &folder, &[])?;
    let mut urls = Vec::new();
    for customer in 0..TOKENS {
        let base_url = format!("{}/{customer}", vendor.url);
        let account = product.connect(&base_url, &credential(customer)).await?;
        urls.extend(product.servers(&account, 1).await?);
    }
    let (urls, next, wrong) = (Arc::new(urls), Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let mut running = JoinSet::new();
    let start = Instant::now();
    for _ in 0..CONNECTIONS {
        let (urls, next, wrong) = (Arc::clone(&urls), Arc::clone(&next), Arc::clone(&wrong));
        running.spawn(async move {
            let mut connection = Target::post(&urls[0], "", false)?.connect().await?;
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                if number > 0 && number.is_multiple_of(TOLD) {
                    say(&format!("{number} of {answers} answers, {} wrong", wrong.load(Ordering::Relaxed)));
                }
                if number >= answers {
                    return anyhow::Ok(());
                }
                let (customer, nonce) = (number % TOKENS, format!("n{number}"));
                let answer = connection.ask(&Target::post(&urls[customer], &call(&nonce), false)?).await?;
                let answer: Value = serde_json::from_slice(&answer)?;
                let wanted: Value = serde_json::from_str(&echo(customer, &nonce))?;
                if answer["result"]["structuredContent"]["result"] != wanted {
                    wrong.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
    }
    while let Some(ended) = running.join_next().await {
        ended??;
    }
    let seconds = start.elapsed().as_secs_f64();
    let count = |number: usize| u32::try_from(number).map(f64::from);
    let name = format!("wrong among {answers} answers, {TOKENS} tokens, {CONNECTIONS} at a time");
    report.add([
        Figure::alone(name, "answers", count(wrong.load(Ordering::Relaxed))?, Goal::AtMost(0.0)),
        Figure::alone("answers looked at for that", "1/s", count(answers)? / seconds, Goal::None),
    ])
}

/// A call that asks for a record by its id.
pub fn call(id: &str) -> String {
    let params = json!({ "name": GET_TOOL, "arguments": { "id": id } });
    json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params }).to_string()
}
