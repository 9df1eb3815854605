//! The table of `docs/security-rows.md` and the tests it names.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Names of all functions in the Rust files of a folder.
fn functions(folder: &Path, found: &mut HashSet<String>) {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            if path.file_name().is_some_and(|name| name != "target") {
                functions(&path, found);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).expect("text");
            let names = text.split("fn ").skip(1).filter_map(|rest| rest.split('(').next());
            found.extend(names.map(str::to_owned));
        }
    }
}

#[test]
fn every_row_is_in_the_table_and_every_named_test_exists() {
    let table = fs::read_to_string(root().join("docs/security-rows.md")).expect("the table");
    let mut tests = HashSet::new();
    for folder in ["codegen", "runtime", "tests"] {
        functions(&root().join(folder), &mut tests);
    }
    let rows: Vec<(&str, &str)> = table
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"))
        .filter_map(|line| Some((line.split_once(" | ")?.0, line.rsplit_once(" | ")?.1)))
        .filter(|(row, _)| {
            row.starts_with(['A', 'B', 'C', 'D', 'E', 'F', 'G']) && row[1..].parse::<u8>().is_ok()
        })
        .collect();
    let wanted = (1..=19).map(|row| format!("A{row}"));
    let wanted = wanted.chain((1..=11).flat_map(|row| [format!("B{row}"), format!("F{row}")]));
    let wanted = wanted.chain((1..=20).flat_map(|row| [format!("C{row}"), format!("D{row}")]));
    let wanted = wanted.chain((1..=24).map(|row| format!("E{row}")));
    let wanted = wanted.chain((1..=16).filter(|row| *row != 13).map(|row| format!("G{row}")));
    for row in wanted {
        let found: Vec<_> = rows.iter().filter(|(name, _)| **name == row).collect();
        assert_eq!(found.len(), 1, "{row} stands {} times in the table", found.len());
        assert!(found[0].1.contains('`'), "{row} names no test");
    }
    for (row, text) in rows {
        for name in text.split('`').skip(1).step_by(2) {
            assert!(tests.contains(name), "{row} names `{name}`, which does not exist");
        }
    }
}
