//! Minutes of partial load with a mix of faults: whether memory and descriptors stay where they are, and
//! whether every answer is the right one all the while.
//!
//! Clients call, list, send what is no JSON, ask at addresses that do not exist and leave in the middle of
//! calls; vendors refuse, lie, break off and hold back; servers come and go through the control plane.

use crate::client::Target;
use crate::isolation::call;
use crate::pairs::median;
use crate::process::{Core, Process};
use crate::product::{self, Product};
use crate::report::{Figure, Goal, Report, say};
use crate::vendor::{FAULTS, credential};
use crate::workshop::{SERVED, Workshop};
use anyhow::{bail, ensure};
use futures_util::future::try_join_all;
use http::{Method, StatusCode};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

/// Accounts, each with a server of its own.
const CUSTOMERS: usize = 10;
/// Clients, and how long each rests between two requests: a part of what the server could do.
const CLIENTS: usize = 16;
const REST: Duration = Duration::from_millis(20);
/// How often memory is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// One part in so many of the time counts as warming up.
const WARM_UP: usize = 4;
/// So many unexpected answers are told of as they come.
const TOLD: usize = 20;

/// So many looks at memory lie between two lines that tell how it goes.
const TOLD_LOOKS: usize = 60;

struct Scene {
    urls: Vec<String>,
    over: AtomicBool,
    answers: AtomicUsize,
    wrong: AtomicUsize,
}

impl Scene {
    fn tell(&self, passed: Duration, time: Duration, memory: &[(f64, f64)]) {
        let minutes = |time: Duration| time.as_secs_f64() / 60.0;
        let [answers, wrong] = [&self.answers, &self.wrong].map(|number| number.load(Ordering::Relaxed));
        let resident = memory.last().map_or(0.0, |(_, resident)| *resident);
        let (passed, time) = (minutes(passed), minutes(time));
        say(&format!(
            "{passed:.1} of {time:.1} minutes: {answers} answers, {wrong} wrong, {resident:.1} MB resident"
        ));
    }
}

/// Runs for this long.
///
/// # Errors
/// If a server cannot be built, or ends, or the control plane fails.
pub async fn measure(workshop: &Workshop, time: Duration, report: &mut Report) -> anyhow::Result<()> {
    let vendor = Process::own(Core::Other, &["vendor"])?;
    let folder = product::folder(workshop.file("soak"))?;
    let product =
        Product::start(&workshop.product_program(SERVED[0])?, &product::sqlite(&folder), &folder, &[])?;
    let (mut accounts, mut urls) = (Vec::new(), Vec::new());
    for customer in 0..CUSTOMERS {
        let base_url = format!("{}/{customer}", vendor.url);
        let account = product.connect(&base_url, &credential(customer)).await?;
        urls.extend(product.servers(&account, 1).await?);
        accounts.push(account);
    }
    settle(&product).await?;
    let base = product.process.descriptors()?;
    let scene = Scene { urls, over: false.into(), answers: 0.into(), wrong: 0.into() };
    let scene = Arc::new(scene);
    let mut clients = JoinSet::new();
    for client in 0..CLIENTS {
        clients.spawn(calls(Arc::clone(&scene), client));
    }
    let (started, mut memory) = (Instant::now(), Vec::new());
    while started.elapsed() < time {
        churn(&product, &accounts[memory.len() % CUSTOMERS]).await?;
        sleep(LOOK).await;
        memory.push((started.elapsed().as_secs_f64(), product.process.resident()?));
        if memory.len().is_multiple_of(TOLD_LOOKS) {
            scene.tell(started.elapsed(), time, &memory);
        }
    }
    scene.over.store(true, Ordering::Relaxed);
    while let Some(ended) = clients.join_next().await {
        ended??;
    }
    let left = product.process.left_over(base).await?;
    let warm = memory.split_off(memory.len() / WARM_UP);
    let level = median(warm.iter().map(|(_, resident)| *resident));
    let count = |number: &AtomicUsize| u32::try_from(number.load(Ordering::Relaxed)).map(f64::from);
    report.add([
        Figure::alone("soak: answers", "answers", count(&scene.answers)?, Goal::None),
        Figure::alone("soak: wrong answers", "answers", count(&scene.wrong)?, Goal::AtMost(0.0)),
        Figure::alone("soak: resident, median", "MB", level, Goal::None),
        Figure::alone("soak: growth", "%/h", slope(&warm) * 3600.0 / level * 100.0, Goal::AtMost(1.0)),
        Figure::alone("soak: descriptors left over", "files", left, Goal::AtMost(0.0)),
    ])
}

/// One client, with every kind of request in turn.
async fn calls(scene: Arc<Scene>, client: usize) -> anyhow::Result<()> {
    for number in 0.. {
        if scene.over.load(Ordering::Relaxed) {
            break;
        }
        let customer = (client + number) % CUSTOMERS;
        let url = &scene.urls[customer];
        let id = format!("c{client}-{number}");
        let right = match number % 20 {
            0 => is_fault(url, &format!("fault-{}-{id}", number / 20 % FAULTS.len())).await?,
            1 => status(url, "{", 400).await?,
            2 => is_nothing(&mistyped(url)).await?,
            3 => status(url, &call(&id).replace("\"id\":\"c", "\"di\":\"c"), 200).await?,
            4 => lists(url).await?,
            5 => leaves(url, &format!("hold-{id}")).await?,
            _ => asks(url, customer, &id).await?,
        };
        scene.answers.fetch_add(1, Ordering::Relaxed);
        if !right && scene.wrong.fetch_add(1, Ordering::Relaxed) < TOLD {
            say(&format!("unexpected: request {id} of customer {customer}"));
        }
        sleep(REST).await;
    }
    Ok(())
}

/// A URL with another last character, whatever that is now.
fn mistyped(url: &str) -> String {
    let (rest, last) = url.split_at(url.len() - 1);
    format!("{rest}{}", if last == "x" { 'y' } else { 'x' })
}

async fn answer(url: &str, body: &str) -> anyhow::Result<String> {
    let answer = Target::post(url, body, false)?.once().await?;
    Ok(String::from_utf8(answer.body)?)
}

async fn asks(url: &str, customer: usize, id: &str) -> anyhow::Result<bool> {
    let text = answer(url, &call(id)).await?;
    Ok(text.contains(&format!(r#""structuredContent":{{"result":{{"customer":{customer},"id":"{id}"}}}}"#)))
}

async fn is_fault(url: &str, id: &str) -> anyhow::Result<bool> {
    let text = answer(url, &call(id)).await?;
    // What is no JSON is passed on as text; all else is an error.
    Ok(text.contains(r#""isError":true"#) != text.contains(r#"{\"a\":1,,}"#))
}

async fn lists(url: &str) -> anyhow::Result<bool> {
    let text = answer(url, crate::list::REQUEST).await?;
    Ok(text.matches("inputSchema").count() == SERVED[0])
}

async fn status(url: &str, body: &str, wanted: u16) -> anyhow::Result<bool> {
    is_one_of(url, body, &[wanted]).await
}

/// Whether the answer has one of these statuses.
async fn is_one_of(url: &str, body: &str, wanted: &[u16]) -> anyhow::Result<bool> {
    let said = Target::post(url, body, false)?.once().await;
    Ok(match said {
        Ok(_) => wanted.contains(&200),
        Err(error) => {
            let error = error.to_string();
            wanted.iter().any(|status| error.contains(&format!("HTTP/1.1 {status} ")))
        }
    })
}

/// Asks where there is no server. Whoever does so often is told to wait.
async fn is_nothing(url: &str) -> anyhow::Result<bool> {
    is_one_of(url, "{}", &[404, 429]).await
}

/// Leaves while the vendor holds its answer back.
async fn leaves(url: &str, id: &str) -> anyhow::Result<bool> {
    let target = Target::post(url, &call(id), false)?;
    Ok(timeout(Duration::from_millis(300), target.once()).await.is_err())
}

/// Has the server open as many connections to its database as it ever does, so that none counts as left over.
async fn settle(product: &Product) -> anyhow::Result<()> {
    for _ in 0..10 {
        let ask = || product.ask(Method::GET, "/integrated-account", None, StatusCode::OK);
        try_join_all((0..CLIENTS).map(|_| ask())).await?;
    }
    Ok(())
}

/// A server comes, is used, and goes.
async fn churn(product: &Product, account: &str) -> anyhow::Result<()> {
    let urls = product.servers(account, 1).await?;
    ensure!(lists(&urls[0]).await?, "a new server lists something else");
    let servers =
        product.ask(Method::GET, &format!("/integrated-account/{account}/mcp"), None, StatusCode::OK).await?;
    // Ids are in the order of creation.
    let ids = servers["result"].as_array().into_iter().flatten().filter_map(|server| server["id"].as_str());
    let Some(id) = ids.max() else { bail!("no server in {servers}") };
    let path = format!("/integrated-account/{account}/mcp/{id}");
    product.ask(Method::DELETE, &path, None, StatusCode::NO_CONTENT).await?;
    ensure!(is_nothing(&urls[0]).await?, "a deleted server answers");
    Ok(())
}

/// Growth per second by least squares.
fn slope(points: &[(f64, f64)]) -> f64 {
    let count: f64 = points.iter().map(|_| 1.0).sum();
    let mean = |of: fn(&(f64, f64)) -> f64| points.iter().map(of).sum::<f64>() / count;
    let (x, y) = (mean(|point| point.0), mean(|point| point.1));
    let rise: f64 = points.iter().map(|point| (point.0 - x) * (point.1 - y)).sum();
    let run: f64 = points.iter().map(|point| (point.0 - x).powi(2)).sum();
    rise / run
}

#[cfg(test)]
mod tests {
    use super::{mistyped, slope};

    #[test]
    fn a_mistyped_url_is_another() {
        assert_eq!((&*mistyped("/mcp/ab"), &*mistyped("/mcp/ax")), ("/mcp/ax", "/mcp/ay"));
    }

    #[test]
    fn a_slope_is_what_is_added_in_a_second() {
        let points: Vec<_> =
            (0..10).map(|second| (f64::from(second), 7.0 + 0.5 * f64::from(second))).collect();
        assert!((slope(&points) - 0.5).abs() < 1e-9);
    }
}
