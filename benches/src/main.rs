//! The command: `cargo run --release -p toolpress-benches -- all`.

#![expect(clippy::print_stdout, reason = "figures go to standard output")]

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::time::Duration;
use toolpress_benches::pairs::Plan;
use toolpress_benches::process::Core;
use toolpress_benches::report::Report;
use toolpress_benches::workshop::{SERVED, Workshop};
use toolpress_benches::{
    call, floor, idle, isolation, list, lookup, press, soak, start, synthetic, upstream, vendor,
};

const EXAMPLES: &str = "\
Examples:
  toolpress-benches                           everything; about twenty minutes, much of it compiling
  toolpress-benches list --seconds 5          one part, measured longer
  toolpress-benches isolation                 a million answers; some minutes
  toolpress-benches soak --minutes 60         load and faults for an hour
  toolpress-benches all --json figures.json
  toolpress-benches generate 500 schemas      documentation of a vendor with 500 tools";

/// Measures Toolpress beside floors in the same run. Linux only. Figures are reported, never asserted.
#[derive(Debug, Parser)]
#[command(name = "toolpress-benches", after_help = EXAMPLES, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    part: Option<Part>,

    /// Seconds of each measurement under load
    #[arg(long, default_value_t = 2.0, global = true)]
    seconds: f64,

    /// Pairs of measurements, ours and the floor in turn; the median counts
    #[arg(long, default_value_t = 5, global = true)]
    pairs: usize,

    /// Where the figures go as JSON
    #[arg(long, default_value = "target/benches.json", value_name = "FILE", global = true)]
    json: PathBuf,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// Everything but isolation and soak
    All,
    /// tools/list beside a handler that returns the same bytes
    List,
    /// tools/call beside a bare forwarder
    Call,
    /// tools/call through `serve` with a database, beside the forwarder and a server in memory
    Lookup,
    /// Start to first answer, and memory at rest
    Start,
    /// Memory with a thousand idle connections and a thousand calls that wait
    Idle,
    /// Looks for answers at the wrong caller
    Isolation {
        /// How many answers are looked at
        #[arg(long, default_value_t = 1_000_000)]
        answers: usize,
    },
    /// Partial load with a mix of faults: growth of memory, descriptors, wrong answers
    Soak {
        /// How long
        #[arg(long, default_value_t = 5.0)]
        minutes: f64,
    },
    /// Pressing, and compiling what was pressed
    Press,
    /// Writes the documentation of a synthetic vendor
    Generate {
        /// How many tools
        tools: usize,
        /// The folder of schemas; the vendor gets a folder in it
        folder: PathBuf,
    },
    /// Builds a server of the bundled documentation for use beside other programs, and prints its path
    Server,
    /// Runs a floor
    #[command(subcommand, hide = true)]
    Floor(Floor),
    /// Runs a vendor that answers every GET
    #[command(hide = true)]
    Upstream {
        /// Bytes of its answers
        size: usize,
    },
    /// Runs a vendor with many customers who tells who asked for what
    #[command(hide = true)]
    Vendor,
}

#[derive(Debug, Subcommand)]
enum Floor {
    /// Answers the bytes of a file
    List {
        file: PathBuf,
        #[arg(long)]
        gzip: bool,
    },
    /// Passes on what a URL answers
    Call { url: String },
}

fn main() -> anyhow::Result<()> {
    let cli = Cli::parse();
    let plan = Plan { time: Duration::from_secs_f64(cli.seconds), pairs: cli.pairs.max(1) };
    let runtime = |threads: bool| {
        let mut builder = if threads {
            tokio::runtime::Builder::new_multi_thread()
        } else {
            tokio::runtime::Builder::new_current_thread()
        };
        builder.enable_all().build()
    };
    match cli.part.unwrap_or(Part::All) {
        Part::Generate { tools, folder } => Ok(synthetic::write(tools, &folder)?),
        Part::Server => {
            println!("{}", Workshop::open()?.bundled_program()?.display());
            Ok(())
        }
        // Like a server under test, a floor may use all cores that it is given.
        Part::Floor(Floor::List { file, gzip }) => runtime(true)?.block_on(floor::list(&file, gzip)),
        Part::Floor(Floor::Call { url }) => runtime(true)?.block_on(floor::forward(url)),
        Part::Upstream { size } => runtime(false)?.block_on(upstream::serve(size)),
        Part::Vendor => runtime(false)?.block_on(vendor::serve()),
        part => {
            let mut report = Report::new(cli.json);
            runtime(false)?.block_on(measure(&part, plan, &mut report))?;
            println!("{}", report.table());
            Ok(())
        }
    }
}

async fn measure(part: &Part, plan: Plan, report: &mut Report) -> anyhow::Result<()> {
    let workshop = Workshop::open()?;
    if matches!(part, Part::All | Part::Press) {
        press::measure(&workshop, report)?;
    }
    if matches!(part, Part::All | Part::Start) {
        start::measure(&workshop, report).await?;
    }
    if !matches!(part, Part::Press | Part::Start) {
        // Programs are built before this process is moved to one core.
        if matches!(part, Part::All | Part::List | Part::Call) {
            for size in SERVED {
                workshop.server_program(size)?;
            }
        }
        if !matches!(part, Part::List | Part::Call) {
            workshop.server_program(SERVED[0])?;
            workshop.product_program(SERVED[0])?;
        }
        Core::Other.enter();
        toolpress_runtime::web::raise_open_files(&toolpress_runtime::Limits::default());
    }
    if matches!(part, Part::All | Part::List) {
        list::measure(&workshop, plan, report).await?;
    }
    if matches!(part, Part::All | Part::Call) {
        call::measure(&workshop, plan, report).await?;
    }
    if matches!(part, Part::All | Part::Lookup) {
        lookup::measure(&workshop, plan, report).await?;
    }
    if matches!(part, Part::All | Part::Idle) {
        idle::measure(&workshop, report).await?;
    }
    match *part {
        Part::Isolation { answers } => isolation::measure(&workshop, answers, report).await,
        Part::Soak { minutes } => {
            let time = Duration::from_secs_f64(minutes * 60.0);
            soak::measure(&workshop, time, report).await
        }
        _ => Ok(()),
    }
}
