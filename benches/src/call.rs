//! `tools/call` beside a bare forwarder to the same vendor.

use crate::client::Target;
use crate::pairs::{Plan, Side, compare};
use crate::process::{Core, Process};
use crate::report::{Figure, Goal, Report, say};
use crate::synthetic::GET_TOOL;
use crate::workshop::{SERVED, Workshop};
use anyhow::ensure;

const CONNECTIONS: usize = 32;
const GOAL: Goal = Goal::OfFloor(0.8);

/// Bytes of the vendor's answers.
const ANSWERS: [usize; 2] = [500, 20_000];

/// Measures a call with a small and a large answer, from clients that do and do not take gzip.
///
/// # Errors
/// If a server cannot be built or fails.
pub async fn measure(workshop: &Workshop, plan: Plan, report: &mut Report) -> anyhow::Result<()> {
    let program = workshop.server_program(SERVED[1])?;
    let request = format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{GET_TOOL}","arguments":{{"id":"th_1","locale":"de","depth":2}}}}}}"#
    );
    for (size, gzip) in ANSWERS.into_iter().flat_map(|size| [(size, false), (size, true)]) {
        let kind = if gzip { ", client takes gzip" } else { "" };
        let name = format!("call, answer of {size} B{kind}");
        say(&name);
        let upstream = Process::own(Core::Other, &["upstream", &size.to_string()])?;
        let mut command = Core::Tested.command(&program);
        command.arg(&upstream.url);
        let server = Process::start(command)?;
        let target = Target::post(&server.url, &request, gzip)?;
        let answer = target.once().await?;
        let plain = Target::post(&server.url, &request, false)?.once().await?;
        let text = String::from_utf8_lossy(&plain.body).into_owned();
        ensure!(text.contains(r#""isError":false"#), "{text}");
        let ours = Side { server, target, length: answer.body.len() };

        let url = format!("{}/amber_accounts/th_1?locale=de&depth=2", upstream.url);
        let server = Process::own(Core::Tested, &["floor", "call", &url])?;
        let target = Target::post(&server.url, &request, gzip)?;
        let length = target.once().await?.body.len();
        let floor = Side { server, target, length };

        let (ours, floor) = compare(&ours, &floor, CONNECTIONS, plan).await?;
        // A forwarder that does not compress is no floor for one that does.
        let goal = if gzip { Goal::None } else { GOAL };
        report.add(Figure::rates(name, ours, floor, goal))?;
    }
    Ok(())
}
