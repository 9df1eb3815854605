//! Records for people.

use serde_json::Value;

/// A heading, and where a record keeps what stands below it.
pub(super) struct Column {
    pub(super) head: &'static str,
    pub(super) show: fn(&Value) -> String,
}

/// Records below each other.
pub(super) fn table(records: &[Value], columns: &[Column]) -> String {
    let mut rows = vec![columns.iter().map(|column| column.head.to_owned()).collect::<Vec<_>>()];
    rows.extend(records.iter().map(|record| columns.iter().map(|column| (column.show)(record)).collect()));
    let width = |index: usize| rows.iter().map(|row| row[index].chars().count()).max().unwrap_or_default();
    let widths: Vec<usize> = (0..columns.len()).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}"));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// One record, a line for each field.
pub(super) fn lines(record: &Value, columns: &[Column]) -> String {
    let width = columns.iter().map(|column| column.head.len()).max().unwrap_or_default();
    let line = |column: &Column| {
        format!("{:width$}  {}", column.head.to_lowercase(), (column.show)(record)).trim_end().to_owned()
    };
    columns.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// The text of a field; empty if there is none.
pub(super) fn text(record: &Value, field: &str) -> String {
    match &record[field] {
        Value::Null => String::new(),
        Value::String(text) => clean(text),
        other => clean(&other.to_string()),
    }
}

/// A time to the second.
pub(super) fn time(record: &Value, field: &str) -> String {
    let text = text(record, field);
    match text.split_once('.') {
        Some((seconds, _)) => format!("{seconds}Z"),
        None => text,
    }
}

/// Without what would steer a terminal.
pub(super) fn clean(text: &str) -> String {
    text.replace(char::is_control, "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::{Column, lines, table, text, time};
    use serde_json::json;

    const COLUMNS: [Column; 3] = [
        Column { head: "NAME", show: |record| text(record, "name") },
        Column { head: "AT", show: |record| time(record, "at") },
        Column { head: "NONE", show: |record| text(record, "none") },
    ];

    #[test]
    fn columns_are_aligned_and_terminals_left_alone() {
        let records = [
            json!({ "name": "é", "at": "2026-11-20T10:00:00.123Z" }),
            json!({ "name": "a\u{1b}[2J", "at": null }),
        ];
        assert_eq!(
            table(&records, &COLUMNS),
            "NAME   AT                    NONE\né      2026-11-20T10:00:00Z\na\u{fffd}[2J"
        );
        assert_eq!(lines(&records[0], &COLUMNS), "name  é\nat    2026-11-20T10:00:00Z\nnone");
    }
}
