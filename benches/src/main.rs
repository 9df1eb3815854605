//! The command: `cargo run --release -p toolpress-benches -- all`.

#![expect(clippy::print_stdout, reason = "figures go to standard output")]

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::time::Duration;
use toolpress_benches::pairs::Plan;
use toolpress_benches::process::Core;
use toolpress_benches::report::{self, Figure};
use toolpress_benches::workshop::{SERVED, Workshop};
use toolpress_benches::{
    call, floor, idle, isolation, list, lookup, press, soak, start, synthetic, upstream, vendor,
};

const EXAMPLES: &str = "\
Examples:
  toolpress-benches                           everything; about ten minutes, most of it compiling
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
            let figures = runtime(false)?.block_on(measure(&part, plan))?;
            println!("{}", report::table(&figures));
            report::write(&figures, &cli.json)
        }
    }
}

async fn measure(part: &Part, plan: Plan) -> anyhow::Result<Vec<Figure>> {
    let workshop = Workshop::open()?;
    let mut figures = Vec::new();
    if matches!(part, Part::All | Part::Press) {
        figures.extend(press::measure(&workshop)?);
    }
    if matches!(part, Part::All | Part::Start) {
        figures.extend(start::measure(&workshop).await?);
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
        figures.extend(list::measure(&workshop, plan).await?);
    }
    if matches!(part, Part::All | Part::Call) {
        figures.extend(call::measure(&workshop, plan).await?);
    }
    if matches!(part, Part::All | Part::Lookup) {
        figures.extend(lookup::measure(&workshop, plan).await?);
    }
    if matches!(part, Part::All | Part::Idle) {
        figures.extend(idle::measure(&workshop).await?);
    }
    match *part {
        Part::Isolation { answers } => figures.extend(isolation::measure(&workshop, answers).await?),
        Part::Soak { minutes } => {
            let time = Duration::from_secs_f64(minutes * 60.0);
            figures.extend(soak::measure(&workshop, time).await?);
        }
        _ => {}
    }
    Ok(figures)
}
