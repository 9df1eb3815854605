//! Figures: one table for people, JSON for programs; and what goes on meanwhile.

use crate::client::Rate;
use serde_json::{Value, json};
use std::fs;
use std::io::{Write as _, stderr};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Tells whoever waits what goes on now, on standard error.
pub fn say(text: &str) {
    // Whoever closed it does not want to know.
    let _ = writeln!(stderr(), "{text}");
}

/// What a figure should be.
#[derive(Debug, Clone, Copy)]
pub enum Goal {
    /// Nothing is asked of it.
    None,
    /// At most this.
    AtMost(f64),
    /// At least this part of the floor.
    OfFloor(f64),
}

/// One figure.
#[derive(Debug)]
pub struct Figure {
    /// What was measured.
    pub name: String,
    /// In what.
    pub unit: &'static str,
    /// What it was for us.
    pub ours: f64,
    /// What it was for the floor.
    pub floor: Option<f64>,
    /// What it should be.
    pub goal: Goal,
}

impl Figure {
    /// A figure without a floor.
    pub fn alone(name: impl Into<String>, unit: &'static str, ours: f64, goal: Goal) -> Self {
        Self { name: name.into(), unit, ours, floor: None, goal }
    }

    /// Requests per second and CPU time per request, beside the floor's.
    pub fn rates(name: String, ours: Rate, floor: Rate, goal: Goal) -> [Self; 2] {
        let figure = |name, unit, ours, floor, goal| Self { name, unit, ours, floor: Some(floor), goal };
        [
            figure(name.clone(), "1/s", ours.per_second, floor.per_second, goal),
            figure(name, "CPU µs", ours.cpu_us, floor.cpu_us, Goal::None),
        ]
    }

    fn ratio(&self) -> Option<f64> {
        self.floor.map(|floor| self.ours / floor)
    }

    fn met(&self) -> Option<bool> {
        match self.goal {
            Goal::None => None,
            Goal::AtMost(bound) => Some(self.ours <= bound),
            Goal::OfFloor(part) => self.ratio().map(|ratio| ratio >= part),
        }
    }

    fn goal_text(&self) -> String {
        match self.goal {
            Goal::None => String::new(),
            Goal::AtMost(bound) => format!("≤ {bound} {}", self.unit),
            Goal::OfFloor(part) => format!("≥ {:.0} %", part * 100.0),
        }
    }

    fn cells(&self) -> [String; 6] {
        [
            format!("{} ({})", self.name, self.unit),
            shown(self.ours),
            self.floor.map(shown).unwrap_or_default(),
            self.ratio().map(|ratio| format!("{:.0} %", ratio * 100.0)).unwrap_or_default(),
            self.goal_text(),
            self.met().map_or("", |met| if met { "yes" } else { "no" }).to_owned(),
        ]
    }

    fn json(&self) -> Value {
        let (least_ratio, most) = match self.goal {
            Goal::None => (None, None),
            Goal::AtMost(bound) => (None, Some(bound)),
            Goal::OfFloor(part) => (Some(part), None),
        };
        json!({
            "figure": self.name, "unit": self.unit, "ours": self.ours, "floor": self.floor,
            "ratio": self.ratio(), "goal": { "at_most": most, "of_floor": least_ratio }, "met": self.met(),
        })
    }
}

/// What has been measured, told and kept as it comes: a run takes long, and may break off.
#[derive(Debug)]
pub struct Report {
    figures: Vec<Figure>,
    file: PathBuf,
}

impl Report {
    /// A report that is kept in this file.
    pub fn new(file: PathBuf) -> Self {
        Self { figures: Vec::new(), file }
    }

    /// Adds figures.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn add(&mut self, figures: impl IntoIterator<Item = Figure>) -> anyhow::Result<()> {
        for figure in figures {
            let [name, ours, floor, ratio, ..] = figure.cells();
            let beside = if floor.is_empty() { floor } else { format!(", floor {floor}, {ratio}") };
            say(&format!("    {name}: {ours}{beside}"));
            self.figures.push(figure);
        }
        write(&self.figures, &self.file)
    }

    /// All figures, as a table of Markdown.
    pub fn table(&self) -> String {
        table(&self.figures)
    }
}

/// The figures as a table of Markdown.
fn table(figures: &[Figure]) -> String {
    let head = ["figure", "ours", "floor", "ratio", "goal", "met"].map(str::to_owned);
    let rows: Vec<_> = std::iter::once(head).chain(figures.iter().map(Figure::cells)).collect();
    let widths = [0, 1, 2, 3, 4, 5].map(|column| {
        rows.iter().map(|row: &[String; 6]| row[column].chars().count()).max().unwrap_or_default()
    });
    let line = |cells: &[String; 6]| {
        let cells = cells.iter().zip(widths).enumerate().map(|(column, (cell, width))| {
            if (1..4).contains(&column) { format!(" {cell:>width$} ") } else { format!(" {cell:<width$} ") }
        });
        format!("|{}|\n", cells.collect::<Vec<_>>().join("|"))
    };
    let rule = widths.map(|width| "-".repeat(width));
    let mut rows = rows.iter();
    let head = rows.next().map(&line).unwrap_or_default();
    format!("{head}{}{}", line(&rule), rows.map(line).collect::<String>())
}

/// Writes the figures as JSON, with what is to be known about the machine.
fn write(figures: &[Figure], file: &Path) -> anyhow::Result<()> {
    let first = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let cpu = first("/proc/cpuinfo");
    let model = cpu.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or_default();
    let load = first("/proc/loadavg");
    let report = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "time": SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs(),
        "cpu": model.trim_start_matches(['\t', ' ', ':']),
        "cores": cpu.lines().filter(|line| line.starts_with("processor")).count(),
        "load": load.split(' ').next(),
        "figures": figures.iter().map(Figure::json).collect::<Vec<_>>(),
    });
    if let Some(folder) = file.parent() {
        fs::create_dir_all(folder)?;
    }
    Ok(fs::write(file, format!("{report:#}\n"))?)
}

/// Three figures that count, and no more than a person reads.
fn shown(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use super::{Figure, Goal, table};

    #[test]
    fn a_goal_is_met_or_not() {
        let figures = [
            Figure {
                name: "list".to_owned(),
                unit: "1/s",
                ours: 850.0,
                floor: Some(1_000.0),
                goal: Goal::OfFloor(0.8),
            },
            Figure::alone("start", "ms", 10.5, Goal::AtMost(10.0)),
        ];
        let table = table(&figures);
        let rows: Vec<&str> = table.lines().collect();
        assert!(rows[2].contains("85 %") && rows[2].contains("yes"), "{table}");
        assert!(rows[3].contains("10.5") && rows[3].contains("no"), "{table}");
    }
}
