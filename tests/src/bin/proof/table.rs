//! Gathers the figures and writes them as one page.

use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};
use std::fs;
use std::path::Path;

/// Everything on the page.
pub(crate) struct Proof {
    tests: Vec<(String, bool)>,
    codes: usize,
    fixtures: usize,
    conformance: Option<Value>,
    clients: Option<Value>,
    page: Option<Value>,
    rest: Option<Value>,
    benches: Option<Value>,
    fuzz: Option<String>,
}

impl Proof {
    /// Reads what the test run printed and what the longer runs left behind.
    pub(crate) fn gather(root: &Path, tests: &str) -> Self {
        let json = |path: &str| {
            let text = fs::read_to_string(root.join(path)).ok()?;
            serde_json::from_str(&text).ok()
        };
        let defects = fs::read_dir(root.join("codegen/tests/defects")).into_iter().flatten().flatten();
        let diagnostics = fs::read_to_string(root.join("codegen/diagnostics.md")).unwrap_or_default();
        Self {
            tests: tests.lines().filter_map(outcome).collect(),
            codes: diagnostics.lines().filter(|line| line.starts_with("## ")).count(),
            fixtures: defects.filter(|entry| entry.path().extension().is_some_and(|e| e == "yaml")).count(),
            conformance: json("target/conformance/summary.json"),
            clients: json("target/clients/summary.json"),
            page: json("target/page/summary.json"),
            rest: json("target/openapi/summary.json"),
            benches: json("target/benches.json"),
            fuzz: fs::read_to_string(root.join("fuzz/README.md")).ok(),
        }
    }

    /// Acceptance rows that longer runs prove, and whether all that proves a row went well.
    fn longer_rows(&self) -> BTreeMap<String, bool> {
        let mut rows = BTreeMap::new();
        let mut told = |row: u64, passed: bool| *rows.entry(format!("{row:03}")).or_insert(true) &= passed;
        // That the protocol is MCP is what the conformance suite looks at.
        if let Some(suite) = &self.conformance {
            told(19, suite["failed_scenarios"] == 0 && suite["passed"] != 0);
        }
        for (run, parts) in [(&self.page, "steps"), (&self.clients, "results")] {
            let parts = run.as_ref().and_then(|run| run[parts].as_array());
            for part in parts.into_iter().flatten() {
                let named = part["rows"].as_array().into_iter().flatten().filter_map(Value::as_u64);
                named.for_each(|row| told(row, part["ok"] == true));
            }
        }
        rows
    }

    /// The numbered rows that tests are named after, and whether all tests of a row passed.
    fn rows(&self, kind: fn(&str) -> Vec<String>) -> BTreeMap<String, bool> {
        let mut rows = BTreeMap::new();
        for (name, passed) in &self.tests {
            for row in kind(name.rsplit("::").next().unwrap_or(name)) {
                *rows.entry(row).or_insert(true) &= *passed;
            }
        }
        rows
    }
}

/// How many rows the list of what the product must do has.
const ROWS: u64 = 169;

/// Rows that nothing proves which runs by itself, and what speaks for them.
const BY_HAND: [(u64, &str); 1] = [(
    162,
    "from a fresh clone to the first answered call in less than ten minutes: `cargo run --release -- serve --sandbox` \
     took five and a half to six minutes on two cores, nearly all of it compiling",
)];

/// `test a::b ... ok`
fn outcome(line: &str) -> Option<(String, bool)> {
    let (name, outcome) = line.strip_prefix("test ")?.rsplit_once(" ... ")?;
    match outcome {
        "ok" => Some((name.to_owned(), true)),
        "FAILED" => Some((name.to_owned(), false)),
        _ => None,
    }
}

/// `row_053_54_what_it_says` → 053, 054; `row_006_row_007_what_it_says` → 006, 007
fn acceptance(name: &str) -> Vec<String> {
    let Some((_, rest)) = name.split_once("row_") else { return Vec::new() };
    let words = rest.split('_').filter(|word| *word != "row");
    let numbers = words.take_while(|word| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit()));
    numbers.map(|number| format!("{number:0>3}")).collect()
}

/// `security_b5_b6_what_it_says` → B05, B06
fn security(name: &str) -> Vec<String> {
    let Some((_, rest)) = name.split_once("security_") else { return Vec::new() };
    let row = |word: &&str| {
        let mut chars = word.chars();
        chars.next().is_some_and(|c| c.is_ascii_lowercase())
            && word.len() > 1
            && chars.all(|c| c.is_ascii_digit())
    };
    let rows = rest.split('_').take_while(row);
    rows.map(|word| format!("{}{:0>2}", word[..1].to_uppercase(), &word[1..])).collect()
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("# Proof\n\nWritten by `cargo run -p toolpress-tests --bin proof`; `-- --all` runs the longer ones first.\n\n")?;
        f.write_str("| what | result | reproduce |\n|---|---|---|\n")?;
        let mut row =
            |what: &str, result: &str, command: &str| writeln!(f, "| {what} | {result} | `{command}` |");
        let failed = self.tests.iter().filter(|(_, passed)| !passed).count();
        let passed = self.tests.len() - failed;
        row("tests", &format!("{passed} passed, {failed} failed"), "cargo test --workspace")?;
        let result =
            format!("{} kinds, each explained; {} fixtures with rendered reports", self.codes, self.fixtures);
        row("defects of documentation", &result, "cargo test -p toolpress-codegen")?;
        let (tested, longer) = (self.rows(acceptance), self.longer_rows());
        row("acceptance rows, by tests", &counted(&tested), "cargo test --workspace row_")?;
        let others = longer.iter().filter(|(row, _)| !tested.contains_key(*row));
        let others: BTreeMap<_, _> = others.map(|(row, passed)| (row.clone(), *passed)).collect();
        row(
            "acceptance rows, by longer runs alone",
            &counted(&others),
            "tests/{conformance,clients,page}/run.sh",
        )?;
        row("security rows", &counted(&self.rows(security)), "cargo test --workspace security_")?;
        row("MCP conformance suite", &self.conformance(), "tests/conformance/run.sh")?;
        row("real clients", &self.clients(), "tests/clients/run.sh")?;
        row("the page, in Chromium", &self.page(), "tests/page/run.sh")?;
        row("the REST API by made-up requests", &self.rest(), "tests/openapi/run.sh")?;
        row(
            "what a model reads, and calls that guidance saves",
            "beside FastMCP in [tokens.md](tokens.md)",
            "tests/tokens/run.sh",
        )?;
        row("fuzzing", if self.fuzz.is_some() { "below" } else { "not run" }, "see fuzz/README.md")?;
        let benches = if self.benches.is_some() { "below" } else { "not run" };
        row("benchmarks", benches, "cargo run --release -p toolpress-benches -- all")?;
        self.details(f)
    }
}

impl Proof {
    fn conformance(&self) -> String {
        let Some(summary) = &self.conformance else { return "not run".to_owned() };
        format!(
            "{} of {} checks passed, {} excepted with a reason; {} scenarios short",
            summary["passed"], summary["total"], summary["excepted"], summary["failed_scenarios"]
        )
    }

    fn clients(&self) -> String {
        let Some(summary) = &self.clients else { return "not run".to_owned() };
        format!("{} of {}", summary["passed"], summary["total"])
    }

    fn page(&self) -> String {
        let Some(summary) = &self.page else { return "not run".to_owned() };
        format!("{} of {} steps", summary["passed"], summary["total"])
    }

    fn rest(&self) -> String {
        let Some(summary) = &self.rest else { return "not run".to_owned() };
        let problems = summary["problems"].as_array().map_or(0, Vec::len);
        format!("{} cases over {} operations, {problems} problems", summary["cases"], summary["operations"])
    }

    fn details(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let failed: Vec<_> = self.tests.iter().filter(|(_, passed)| !passed).map(|(name, _)| name).collect();
        if !failed.is_empty() {
            f.write_str("\n## Tests that fail\n\n")?;
            failed.iter().try_for_each(|name| writeln!(f, "- `{name}`"))?;
        }
        let listed = |rows: &BTreeMap<String, bool>| rows.keys().cloned().collect::<Vec<_>>().join(" ");
        let (tested, longer) = (self.rows(acceptance), self.longer_rows());
        write!(f, "\n## Acceptance rows\n\nWith tests: {}\n", listed(&tested))?;
        write!(f, "\nBy the conformance suite, the clients or the page's walk: {}\n", listed(&longer))?;
        let neither = (1..=ROWS).filter(|row| {
            let row = format!("{row:03}");
            !tested.contains_key(&row) && !longer.contains_key(&row)
        });
        for row in neither {
            let by_hand = BY_HAND.iter().find(|(known, _)| *known == row).map_or("nothing", |(_, told)| told);
            write!(f, "\nBy hand: {row:03}, {by_hand}.\n")?;
        }
        write!(f, "\n## Security rows with tests\n\n{}\n", listed(&self.rows(security)))?;
        f.write_str("\nRows that need no test, or none yet: [security-rows.md](security-rows.md).\n")?;
        if let Some(results) = self.conformance.as_ref().and_then(|summary| summary["results"].as_array()) {
            f.write_str("\n## Conformance\n\n| scenario | era | passed | of |\n|---|---|---|---|\n")?;
            for result in results {
                let text = |key: &str| result[key].as_str().unwrap_or_default();
                let (scenario, era) = (text("scenario"), text("era"));
                writeln!(f, "| {scenario} | {era} | {} | {} |", result["passed"], result["total"])?;
            }
            f.write_str("\nExceptions and their reasons: `tests/conformance/exceptions.yml`.\n")?;
        }
        if let Some(results) = self.clients.as_ref().and_then(|summary| summary["results"].as_array()) {
            f.write_str("\n## Clients\n\n| client | |\n|---|---|\n")?;
            for result in results {
                let text = |key: &str| result[key].as_str().unwrap_or_default();
                writeln!(f, "| {} | {}{} |", text("client"), text("did"), text("problem"))?;
            }
        }
        if let Some(fuzz) = self.fuzz.as_deref().and_then(first_table) {
            write!(f, "\n## Fuzzing\n\n{fuzz}\n")?;
        }
        self.benches.as_ref().map_or(Ok(()), |benches| f.write_str(&figures(benches)))
    }
}

fn counted(rows: &BTreeMap<String, bool>) -> String {
    let short: Vec<_> = rows.iter().filter(|(_, passed)| !**passed).map(|(row, _)| row.as_str()).collect();
    let passed = rows.len() - short.len();
    if short.is_empty() {
        format!("{passed} passed")
    } else {
        format!("{passed} passed; short: {}", short.join(", "))
    }
}

fn first_table(markdown: &str) -> Option<String> {
    let lines = markdown.lines().skip_while(|line| !line.starts_with('|'));
    let table: Vec<_> = lines.take_while(|line| line.starts_with('|')).collect();
    (!table.is_empty()).then(|| table.join("\n"))
}

fn figures(benches: &Value) -> String {
    let mut text = String::from(
        "\n## Benchmarks\n\n| figure | ours | floor | ratio | goal | met |\n|---|---|---|---|---|---|\n",
    );
    let figures = benches["figures"].as_array().or(benches.as_array());
    for figure in figures.into_iter().flatten() {
        let shown = |key: &str| match &figure[key] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            Value::Bool(met) => if *met { "yes" } else { "no" }.to_owned(),
            Value::Number(number) => {
                number.as_f64().map_or_else(String::new, |number| format!("{number:.2}"))
            }
            other => other.to_string(),
        };
        let goal = match (figure["goal"]["at_most"].as_f64(), figure["goal"]["of_floor"].as_f64()) {
            (Some(most), _) => format!("≤ {most}"),
            (None, Some(part)) => format!("≥ {:.0} %", part * 100.0),
            (None, None) => String::new(),
        };
        let (name, unit) = (shown("figure"), shown("unit"));
        let [ours, floor, ratio, met] = ["ours", "floor", "ratio", "met"].map(shown);
        let _ = writeln!(text, "| {name} ({unit}) | {ours} | {floor} | {ratio} | {goal} | {met} |");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{acceptance, outcome, security};

    #[test]
    fn rows_are_read_from_names() {
        assert_eq!(acceptance("row_053_54_a_429_is_passed_on"), ["053", "054"]);
        assert_eq!(acceptance("row_006_row_007_every_operation"), ["006", "007"]);
        assert_eq!(security("security_d8_row_63_refusals"), ["D08"]);
        assert_eq!(acceptance("security_d8_row_63_refusals"), ["063"]);
        assert!(security("security_is_dull").is_empty());
        assert_eq!(outcome("test a::b ... ok"), Some(("a::b".to_owned(), true)));
        assert_eq!(outcome("test a::b ... ignored"), None);
    }
}
