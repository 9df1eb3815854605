//! What the look at a token costs: `tools/call` through `serve`, with each database, beside the forwarder
//! and beside a server that knows its one token by heart.
//!
//! A token is *known* when it was asked for within the last half second, *asked anew* when it was used
//! before but not lately, and *first used* when this process has never seen it: then its credentials are
//! decrypted and its server is made as well.

use crate::client::Target;
use crate::pairs::{Plan, Side, compare, middle};
use crate::process::{Core, Process};
use crate::product::{self, Product};
use crate::report::{Figure, Goal, Report, say};
use crate::synthetic::GET_TOOL;
use crate::workshop::{SERVED, Workshop};
use anyhow::{Context as _, ensure};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use toolpress_tests::postgres::Postgres;

const CONNECTIONS: usize = 32;

/// Bytes of the vendor's answers.
const ANSWER: usize = 500;

/// Tokens that are used in turn.
const TOKENS: usize = 2_000;

/// Longer than a token counts as known.
const FORGOTTEN: Duration = Duration::from_millis(1_500);

/// The call.
pub fn request() -> String {
    format!(
        r#"{{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{{"name":"{GET_TOOL}","arguments":{{"id":"th_1","locale":"de","depth":2}}}}}}"#
    )
}

/// Measures both databases; `PostgreSQL` only where there is one.
///
/// # Errors
/// If a server cannot be built or fails.
pub async fn measure(workshop: &Workshop, plan: Plan, report: &mut Report) -> anyhow::Result<()> {
    let upstream = Process::own(Core::Other, &["upstream", &ANSWER.to_string()])?;
    let url = format!("{}/amber_accounts/th_1?locale=de&depth=2", upstream.url);
    let forwarder = side(Process::own(Core::Tested, &["floor", "call", &url])?, None).await?;
    let mut command = Core::Tested.command(workshop.server_program(SERVED[0])?);
    command.arg(&upstream.url);
    let memory = side(Process::start(command)?, None).await?;
    let bench = Bench { program: &workshop.product_program(SERVED[0])?, upstream: &upstream.url, plan };

    let folder = product::folder(workshop.file("lookup"))?;
    bench.database("SQLite", &product::sqlite(&folder), &folder, &forwarder, &memory, report).await?;
    if let Some(server) = Postgres::start() {
        // What it stores with is not what is measured here.
        let database = server.database().await;
        bench.database("PostgreSQL", &database, &folder, &forwarder, &memory, report).await?;
    }
    Ok(())
}

struct Bench<'b> {
    program: &'b Path,
    upstream: &'b str,
    plan: Plan,
}

impl Bench<'_> {
    async fn database(
        &self,
        name: &str,
        database: &str,
        folder: &Path,
        forwarder: &Side,
        memory: &Side,
        report: &mut Report,
    ) -> anyhow::Result<()> {
        say(&format!("calls through serve with {name}"));
        let start = || Product::start(self.program, database, folder, &[]);
        let product = start()?;
        let account = product.connect(self.upstream, "4Zx8Qm2Lr7Tb1Wd9Kp5Ys3Nf6Hc0Vj4G").await?;
        let urls = product.servers(&account, TOKENS).await?;
        let known = side(product.process, urls.first().cloned()).await?;

        let call = format!("call through serve, {name}");
        let (ours, floor) = compare(&known, forwarder, CONNECTIONS, self.plan).await?;
        report.add(Figure::rates(format!("{call}, token known"), ours, floor, Goal::OfFloor(0.8)))?;
        let (ours, floor) = compare(&known, memory, CONNECTIONS, self.plan).await?;
        let beside = format!("{call}, token known, beside a server in memory");
        report.add(Figure::rates(beside, ours, floor, Goal::None))?;
        let length = known.length;
        drop(known);

        let targets = urls.iter().map(|url| Target::post(url, &request(), false));
        let targets = targets.collect::<anyhow::Result<Vec<_>>>()?;
        let (mut first, mut again, mut floor) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.plan.pairs {
            let product = start()?;
            // Servers of an earlier run listened on another port.
            let targets: Arc<[Target]> =
                targets.iter().map(|target| target.at(&product.process.url)).collect::<Result<_, _>>()?;
            let pass = || Target::each(Arc::clone(&targets), &product.process, CONNECTIONS, length);
            first.push(pass().await?);
            tokio::time::sleep(FORGOTTEN).await;
            again.push(pass().await?);
            let target = forwarder.target.clone();
            let targets: Arc<[Target]> = std::iter::repeat_n(target, TOKENS).collect();
            floor.push(Target::each(targets, &forwarder.server, CONNECTIONS, forwarder.length).await?);
        }
        let floor = middle(&floor);
        for (rates, kind) in [(first, "first used"), (again, "asked anew")] {
            report.add(Figure::rates(format!("{call}, token {kind}"), middle(&rates), floor, Goal::None))?;
        }
        Ok(())
    }
}

/// A server, or one of the URLs that it knows, and the bytes of its answer.
async fn side(server: Process, url: Option<String>) -> anyhow::Result<Side> {
    let url = url.unwrap_or_else(|| server.url.clone());
    let target = Target::post(&url, &request(), false)?;
    let answer = target.once().await?;
    let text = String::from_utf8(answer.body).context("an answer that is no text")?;
    ensure!(!text.contains(r#""isError":true"#), "{text}");
    Ok(Side { server, target, length: text.len() })
}
