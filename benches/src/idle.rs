//! What a thousand connections cost that do nothing, and a thousand calls that wait for their vendor.

use crate::client::Target;
use crate::isolation::call;
use crate::process::{Core, Process};
use crate::product::{self, Product};
use crate::report::{Figure, Goal, Report, say};
use crate::vendor::{HOLD, credential};
use crate::workshop::{SERVED, Workshop};
use anyhow::ensure;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::sleep;

const COUNT: usize = 1_000;
/// Servers that the waiting calls go to.
const SERVERS: usize = 20;
/// 256 MiB in megabytes.
const MOST: f64 = 268.4;

/// Resident memory and open descriptors, before, during and after.
///
/// # Errors
/// If a server cannot be built or fails.
pub async fn measure(workshop: &Workshop, report: &mut Report) -> anyhow::Result<()> {
    say(&format!("{COUNT} idle connections, and {COUNT} calls that wait"));
    let vendor = Process::own(Core::Other, &["vendor"])?;
    let folder = product::folder(workshop.file("idle"))?;
    // Beyond the usual bound on calls, and with signs of life soon enough to make each a stream.
    let flags = ["--calls", "2000", "--keep-alive", "2s", "--upstream-timeout", "60s"];
    let product =
        Product::start(&workshop.product_program(SERVED[0])?, &product::sqlite(&folder), &folder, &flags)?;
    let account = product.connect(&format!("{}/0", vendor.url), &credential(0)).await?;
    let urls = product.servers(&account, SERVERS).await?;
    let ask = |number: usize, id: &str| Target::post(&urls[number % SERVERS], &call(id), false);
    ask(0, "th_1")?.once().await?;
    sleep(Duration::from_secs(1)).await;
    let process = &product.process;
    let (empty, base) = (process.resident()?, process.descriptors()?);

    let mut idle = Vec::new();
    for _ in 0..COUNT {
        idle.push(ask(0, "th_1")?.connect().await?);
    }
    // One answer tells that the last of them was accepted too.
    ask(0, "th_1")?.once().await?;
    let connected = process.resident()?;
    ensure!(process.descriptors()? >= base + COUNT, "connections were refused");
    drop(idle);
    process.left_over(base).await?;

    let mut streams = JoinSet::new();
    for number in 0..COUNT {
        let target = ask(number, &format!("hold-{number}"))?;
        streams.spawn(async move { target.connect().await?.ask(&target).await });
    }
    // All are asked for well before the first is answered, and all are streams by then.
    sleep(HOLD / 2).await;
    let streaming = process.resident()?;
    let open = process.descriptors()?;
    let mut complete = 0;
    while let Some(stream) = streams.join_next().await {
        let text = String::from_utf8_lossy(&stream??).into_owned();
        ensure!(text.contains("data:") && text.contains("hold-"), "no stream: {text}");
        complete += 1;
    }
    // A connection each from its client and to the vendor.
    ensure!(complete == COUNT && open >= 2 * COUNT, "{complete} streams, {open} descriptors");
    let left = process.left_over(base).await?;
    let megabytes = |name: &str, value, goal| Figure::alone(name, "MB", value, goal);
    report.add([
        megabytes("resident, serve with SQLite, after one call", empty, Goal::None),
        megabytes("resident with 1000 idle connections", connected, Goal::AtMost(MOST)),
        megabytes("resident with 1000 long-polling streams", streaming, Goal::AtMost(MOST)),
        megabytes("resident after both", process.resident()?, Goal::None),
        Figure::alone("descriptors left over after both", "files", left, Goal::AtMost(0.0)),
    ])
}
