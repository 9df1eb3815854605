//! `tools/list` beside a handler that answers the same bytes.

use crate::client::Target;
use crate::pairs::{Plan, Side, compare, middle};
use crate::process::{Core, Process};
use crate::report::{Figure, Goal, Report, say};
use crate::workshop::{SERVED, Workshop};
use anyhow::ensure;
use std::path::Path;

/// The request.
pub const REQUEST: &str = r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{}}"#;
const CONNECTIONS: usize = 8;
/// Both sides are started anew so often: a list takes so little time that it matters where the memory of a process
/// happens to lie.
const STARTS: usize = 3;
const GOAL: Goal = Goal::OfFloor(0.8);

/// Measures the small and the large list, plain and compressed.
///
/// # Errors
/// If a server cannot be built or fails.
pub async fn measure(workshop: &Workshop, plan: Plan, report: &mut Report) -> anyhow::Result<()> {
    let part = Plan { pairs: plan.pairs.div_ceil(STARTS), ..plan };
    for size in SERVED {
        let program = workshop.server_program(size)?;
        for gzip in [false, true] {
            let kind = if gzip { "gzip" } else { "plain" };
            let (mut our_rates, mut floor_rates, mut length) = (Vec::new(), Vec::new(), 0);
            for start in 1..=STARTS {
                say(&format!("list of {size} tools, {kind}, start {start} of {STARTS}"));
                let (ours, floor) = sides(&program, gzip, &workshop.file("list")).await?;
                let (our_rate, floor_rate) = compare(&ours, &floor, CONNECTIONS, part).await?;
                our_rates.push(our_rate);
                floor_rates.push(floor_rate);
                length = ours.length;
            }
            let name = format!("list of {size} tools, {kind}, {} kB", length / 1000);
            report.add(Figure::rates(name, middle(&our_rates), middle(&floor_rates), GOAL))?;
        }
    }
    Ok(())
}

/// A server, and a handler that answers what the server answered, which is kept in a file.
async fn sides(program: &Path, gzip: bool, file: &Path) -> anyhow::Result<(Side, Side)> {
    let mut command = Core::Tested.command(program);
    command.arg("http://127.0.0.1:9");
    let server = Process::start(command)?;
    let target = Target::post(&server.url, REQUEST, gzip)?;
    let answer = target.once().await?;
    ensure!(answer.header.contains("content-encoding: gzip") == gzip, "{}", answer.header);
    let length = answer.body.len();
    std::fs::write(file, &answer.body)?;
    let ours = Side { server, target, length };

    let file = file.to_string_lossy();
    let arguments: &[&str] =
        if gzip { &["floor", "list", &file, "--gzip"] } else { &["floor", "list", &file] };
    let server = Process::own(Core::Tested, arguments)?;
    let target = Target::post(&server.url, REQUEST, gzip)?;
    Ok((ours, Side { server, target, length }))
}
