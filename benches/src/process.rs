//! Programs under test: starting them, reading their CPU time and memory, ending them.

use anyhow::{Context as _, bail};
use std::io::{BufRead as _, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

/// `/proc` counts CPU time in hundredths of a second on every Linux of today.
const TICK: f64 = 0.01;

/// Longer than any server here keeps a connection that nobody uses.
const LONGEST_KEPT: Duration = Duration::from_secs(120);

/// A running program, killed when dropped.
#[derive(Debug)]
pub struct Process {
    child: Child,
    /// Open as long as the program runs: it may have more to say.
    _output: Option<BufReader<ChildStdout>>,
    /// The URL that it printed when it was ready.
    pub url: String,
}

impl Process {
    /// Starts a program and waits for its first line, which ends with its URL.
    ///
    /// # Errors
    /// If it cannot be started or prints something else.
    pub fn start(mut command: Command) -> anyhow::Result<Self> {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().with_context(|| format!("cannot start {command:?}"))?;
        let mut output = child.stdout.take().map(BufReader::new);
        let mut line = String::new();
        if let Some(output) = &mut output {
            output.read_line(&mut line)?;
        }
        let Some(at) = line.find("http://") else { bail!("{command:?} said {line:?}") };
        let url = line[at..].trim().to_owned();
        Ok(Self { child, _output: output, url })
    }

    /// Starts this very program with other arguments.
    ///
    /// # Errors
    /// As [`Process::start`].
    pub fn own(core: Core, arguments: &[&str]) -> anyhow::Result<Self> {
        let mut command = core.command(env::current_exe()?);
        command.args(arguments);
        Self::start(command)
    }

    /// CPU seconds used so far, to the nanosecond: what the scheduler counted for each thread.
    ///
    /// # Errors
    /// If it has ended.
    pub fn cpu(&self) -> anyhow::Result<f64> {
        cpu_of(&self.child.id().to_string())
    }

    /// Resident memory in megabytes (10⁶ bytes).
    ///
    /// # Errors
    /// If it has ended.
    pub fn resident(&self) -> anyhow::Result<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        let kilobytes: f64 = line.trim().trim_end_matches(" kB").parse()?;
        Ok(kilobytes * 1024.0 / 1e6)
    }

    /// How many files and sockets it has open.
    ///
    /// # Errors
    /// If it has ended.
    pub fn descriptors(&self) -> anyhow::Result<usize> {
        Ok(fs::read_dir(format!("/proc/{}/fd", self.child.id()))?.count())
    }

    /// How many descriptors stay beyond `base`, once connections that are only kept have been given up.
    ///
    /// # Errors
    /// If it has ended.
    pub async fn left_over(&self, base: usize) -> anyhow::Result<f64> {
        let start = Instant::now();
        loop {
            let left = self.descriptors()?.saturating_sub(base);
            if left == 0 || start.elapsed() > LONGEST_KEPT {
                return Ok(f64::from(u32::try_from(left)?));
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// CPU seconds that this process has used.
///
/// # Errors
/// If there is no `/proc`.
pub fn own_cpu() -> anyhow::Result<f64> {
    cpu_of("self")
}

fn cpu_of(process: &str) -> anyhow::Result<f64> {
    let mut nanoseconds = 0.0;
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        // A thread may end between being listed and being read; those of a server at work do not.
        let Ok(text) = fs::read_to_string(thread?.path().join("schedstat")) else { continue };
        nanoseconds += text.split(' ').next().unwrap_or_default().parse::<f64>()?;
    }
    Ok(nanoseconds / 1e9)
}

/// CPU seconds of all children that have ended and been waited for, and of theirs.
///
/// # Errors
/// If there is no `/proc`.
pub fn children_cpu() -> anyhow::Result<f64> {
    let text = fs::read_to_string("/proc/self/stat")?;
    // The name before the last `)` may hold spaces. cutime and cstime are fields 16 and 17 (proc(5)).
    let fields = text.rsplit_once(')').context("no stat")?.1.split_whitespace();
    let ticks = fields.skip(13).take(2).map(str::parse::<f64>).sum::<Result<f64, _>>()?;
    Ok(ticks * TICK)
}

/// Where a program runs. With two cores or more, a server under test has one for itself, so that its
/// requests per second are not also those of the client; the client and the vendor share another.
#[derive(Debug, Clone, Copy)]
pub enum Core {
    /// The core of the server under test.
    Tested,
    /// The core of everything else.
    Other,
    /// No particular one.
    Any,
}

impl Core {
    /// A command that runs here. Needs `taskset`; without it, or with one core, it runs anywhere.
    pub fn command(self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        match self.number() {
            Some(core) => {
                let mut command = Command::new("taskset");
                command.args(["-c", core]).arg(program);
                command
            }
            None => Command::new(program),
        }
    }

    /// Moves this process and its threads here.
    pub fn enter(self) {
        let all = format!("0-{}", cores() - 1);
        if let Some(core) = self.number().or(can_pin().then_some(&*all)) {
            let own = std::process::id().to_string();
            let _ = Command::new("taskset").args(["-a", "-c", "-p", core, &own]).output();
        }
    }

    fn number(self) -> Option<&'static str> {
        match self {
            Self::Tested if can_pin() => Some("0"),
            Self::Other if can_pin() => Some("1"),
            _ => None,
        }
    }
}

/// Whether programs can be given cores of their own.
pub fn can_pin() -> bool {
    cores() > 1 && Command::new("taskset").arg("-V").output().is_ok()
}

fn cores() -> usize {
    let text = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    text.lines().filter(|line| line.starts_with("processor")).count().max(1)
}

/// Waits, so that what a program still does in the background is over.
pub fn settle() {
    thread::sleep(Duration::from_millis(300));
}
