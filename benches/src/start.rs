//! From starting the process to the first answer, and the memory of a server at rest.

use crate::client::Target;
use crate::list;
use crate::pairs::median;
use crate::process::{self, Core, Process};
use crate::report::{Figure, Goal, Report, say};
use crate::workshop::{SERVED, Workshop};
use std::time::Instant;

const STARTS: usize = 15;

/// Measures start and memory for the small and the large catalogue.
///
/// # Errors
/// If a server cannot be built or fails.
pub async fn measure(workshop: &Workshop, report: &mut Report) -> anyhow::Result<()> {
    for size in SERVED {
        let program = workshop.server_program(size)?;
        let large = size == SERVED[1];
        let goal = |bound| if large { Goal::AtMost(bound) } else { Goal::None };
        for (gzip, kind) in [(false, "plain"), (true, "gzip")] {
            say(&format!("starting servers of {size} tools until their first {kind} list"));
            let mut times = Vec::new();
            let (mut cpu, mut fresh, mut idle) = (Vec::new(), Vec::new(), Vec::new());
            // The first start reads the program from the disk.
            for _ in 0..=STARTS {
                let mut command = Core::Any.command(&program);
                command.arg("http://127.0.0.1:9");
                let start = Instant::now();
                let server = Process::start(command)?;
                Target::post(&server.url, list::REQUEST, gzip)?.once().await?;
                times.push(start.elapsed().as_secs_f64() * 1e3);
                cpu.push(server.cpu()? * 1e3);
                process::settle();
                idle.push(server.resident()?);
                let mut command = Core::Any.command(&program);
                command.arg("http://127.0.0.1:9");
                let untouched = Process::start(command)?;
                process::settle();
                fresh.push(untouched.resident()?);
            }
            let middle = |values: Vec<f64>| median(values.into_iter().skip(1));
            let bound = if gzip { Goal::None } else { goal(10.0) };
            let name = format!("start to first {kind} list of {size} tools");
            report.add([
                Figure::alone(name, "ms", middle(times), bound),
                Figure::alone(format!("CPU of that start, {kind}"), "ms", middle(cpu), Goal::None),
            ])?;
            if !gzip {
                let name = format!("resident, {size} tools, before any request");
                report.add([Figure::alone(name, "MB", middle(fresh), goal(12.0))])?;
            }
            let name = format!("resident, {size} tools, idle after a {kind} list");
            report.add([Figure::alone(name, "MB", middle(idle), goal(12.0))])?;
        }
    }
    Ok(())
}
