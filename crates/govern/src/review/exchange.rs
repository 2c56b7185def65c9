//! The exchange file (GOVERNANCE §6.2): one row per case, as CSV or as JSON Lines, the columns that
//! reviewers fill in left empty.

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use waage_result::review::{ReviewBatch, ReviewCase};

/// A form of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Comma- or semicolon-separated values.
    Csv,
    /// An object per line.
    JsonLines,
}

/// Columns that the batch fills in and nobody may change.
pub const GIVEN: [&str; 12] = [
    "case_id",
    "batch_id",
    "system_id",
    "audit_digest",
    "stratum",
    "incl_prob",
    "score",
    "decision_model",
    "explanation",
    "group_codes",
    "due_at",
    "blind",
];

/// Columns that reviewers fill in.
pub const FILLED: [&str; 11] = [
    "reviewer_id",
    "decision_blind",
    "decision_final",
    "override",
    "reason_code",
    "reason_text",
    "confidence",
    "opened_at",
    "decided_at",
    "escalate",
    "second_reviewer",
];

/// What the name of a column begins with that shows an input.
pub const INPUT: &str = "input_";

/// A row by column; absent and empty are the same.
pub type Columns = BTreeMap<String, String>;

/// Whether numbers, by column.
#[must_use]
pub fn is_number(column: &str) -> bool {
    matches!(column, "incl_prob" | "score" | "confidence")
}

/// The value of a given column.
pub(super) fn given(batch: &ReviewBatch, case: &ReviewCase, column: &str, groups: bool) -> String {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    match column {
        "case_id" => case.case_id.clone(),
        "batch_id" => batch.batch_id.clone(),
        "system_id" => text(&batch.system_id),
        "audit_digest" => text(&batch.audit_digest),
        "stratum" => case.strata.join("+"),
        "incl_prob" => case.incl_prob.to_string(),
        "score" => case.score.map_or(String::new(), |score| score.to_string()),
        "decision_model" => case.decision_model.clone(),
        "explanation" => text(&case.explanation),
        "group_codes" if groups => {
            let of = |(name, group): (&String, &Option<String>)| {
                format!("{name}={}", group.as_deref().unwrap_or("(missing)"))
            };
            case.groups.iter().map(of).collect::<Vec<_>>().join("; ")
        }
        "due_at" => batch.due_at.clone(),
        "blind" => case.blind.to_string(),
        other => match other.strip_prefix(INPUT) {
            Some(input) => text(case.inputs.get(input).unwrap_or(&None)),
            None => String::new(),
        },
    }
}

/// The names of all columns, in order.
#[must_use]
pub fn columns(batch: &ReviewBatch) -> Vec<String> {
    let inputs = batch
        .design
        .inputs
        .iter()
        .map(|name| format!("{INPUT}{name}"));
    GIVEN
        .iter()
        .map(|name| (*name).to_owned())
        .chain(inputs)
        .chain(FILLED.iter().map(|name| (*name).to_owned()))
        .collect()
}

/// What is filled in of each case, by column: a number, a text, or null where nothing is.
#[must_use]
pub fn rows(batch: &ReviewBatch, groups: bool) -> Vec<Map<String, Value>> {
    let columns = columns(batch);
    let of_case = |case: &ReviewCase| {
        let fields = columns.iter().map(|column| {
            let text = match column.as_str() {
                "second_reviewer" if case.double => "wanted".to_owned(),
                _ => given(batch, case, column, groups),
            };
            let value = match text.parse::<f64>() {
                _ if text.is_empty() => Value::Null,
                Ok(number) if is_number(column) => Value::from(number),
                _ => Value::String(text),
            };
            (column.clone(), value)
        });
        fields.collect()
    };
    batch.cases.iter().map(of_case).collect()
}

/// Writes the file of a batch. Reviewers see groups only if their role may.
#[must_use]
pub fn write(batch: &ReviewBatch, form: Form, groups: bool) -> String {
    let rows = rows(batch, groups);
    let mut out = String::new();
    if form == Form::Csv {
        line(&mut out, columns(batch).iter().map(|name| guarded(name)));
    }
    for row in rows {
        match form {
            Form::JsonLines => {
                out.push_str(&Value::Object(row).to_string());
                out.push('\n');
            }
            Form::Csv => line(
                &mut out,
                row.values().map(|value| match value {
                    Value::Null => String::new(),
                    Value::String(text) => guarded(text),
                    number => number.to_string(),
                }),
            ),
        }
    }
    out
}

/// Characters that a spreadsheet takes for the beginning of a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A text that no spreadsheet runs: an apostrophe before what would begin a formula.
fn guarded(text: &str) -> String {
    let inner = text.trim_start_matches('\'');
    match inner.starts_with(FORMULA) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

/// The text without the apostrophe that [`guarded`] put before it.
fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if rest.trim_start_matches('\'').starts_with(FORMULA) => rest,
        _ => text,
    }
}

fn line(out: &mut String, cells: impl Iterator<Item = String>) {
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.push(',');
        }
        if cell.contains([',', ';', '"', '\n', '\r'])
            || cell.starts_with(' ')
            || cell.ends_with(' ')
        {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(&cell);
        }
    }
    out.push_str("\r\n");
}

/// Reads a returned file: where each row stands, such as `line 2`, and its columns.
///
/// # Errors
/// A sentence that names the line.
pub fn read(text: &str, form: Form) -> Result<Vec<(String, Columns)>, String> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    match form {
        Form::Csv => read_csv(text),
        Form::JsonLines => text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.trim().is_empty())
            .map(|(at, line)| {
                let place = format!("line {}", at + 1);
                let object: Map<String, Value> = serde_json::from_str(line)
                    .map_err(|cause| format!("{place}: no JSON object ({cause}); write one per line"))?;
                let cells = object.into_iter().map(|(name, value)| {
                    let text = match value {
                        Value::Null => String::new(),
                        Value::String(text) => text,
                        Value::Bool(_) | Value::Number(_) => value.to_string(),
                        _ => {
                            return Err(format!("{place}: {name:?} holds a list or an object; write a text, a number or a truth value"));
                        }
                    };
                    Ok((name, text))
                });
                let cells = cells.collect::<Result<Columns, String>>()?;
                Ok((place, cells))
            })
            .collect(),
    }
}

fn read_csv(text: &str) -> Result<Vec<(String, Columns)>, String> {
    let head = text.lines().next().unwrap_or_default();
    let count = |separator: char| head.matches(separator).count();
    let separator = if count(';') > count(',') { b';' } else { b',' };
    // A record begins where the last ended, which is before the line feed of a line end of two.
    let line_of = |at: &csv::Position| {
        let byte = text.as_bytes().get(at.byte() as usize);
        at.line() + u64::from(byte == Some(&b'\n'))
    };
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .from_reader(text.as_bytes());
    let names: Vec<String> = reader
        .headers()
        .map_err(|cause| format!("line 1: {cause}"))?
        .iter()
        .map(|name| unguarded(name.trim()).to_owned())
        .collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|cause| match cause.kind() {
            csv::ErrorKind::UnequalLengths { pos, len, expected_len } => format!(
                "line {}: {len} cells where the head has {expected_len}; check separators and quotes",
                pos.as_ref().map_or(0, line_of)
            ),
            _ => format!("{cause}; save the file as CSV in UTF-8"),
        })?;
        let number = record.position().map_or(0, line_of);
        let cells = names.iter().zip(&record);
        let row = cells.map(|(name, cell)| (name.clone(), unguarded(cell).to_owned()));
        rows.push((format!("line {number}"), row.collect()));
    }
    Ok(rows)
}

#[cfg(test)]
mod tests {
    use super::super::testing::batch;
    use super::*;

    #[test]
    fn values_come_back_as_they_were() {
        let mut batch = batch(7);
        let hostile = [
            "=1+1",
            "-2",
            "@x",
            "'=1",
            "a;b,\"c\"\nd",
            "\tt",
            "ünï",
            " padded ",
            "",
            "''+",
        ];
        batch.design.inputs = vec!["note".to_owned(), "=head".to_owned()];
        for (case, text) in batch.cases.iter_mut().zip(hostile.iter().cycle()) {
            case.inputs = [
                ("note".to_owned(), Some((*text).to_owned())),
                ("=head".to_owned(), None),
            ]
            .into();
        }
        for groups in [true, false] {
            let rows = [Form::Csv, Form::JsonLines]
                .map(|form| read(&write(&batch, form, groups), form).unwrap());
            for rows in rows {
                assert_eq!(rows.len(), batch.cases.len());
                for ((_, row), case) in rows.iter().zip(&batch.cases) {
                    for column in columns(&batch) {
                        let wanted = match column.as_str() {
                            "second_reviewer" if case.double => "wanted".to_owned(),
                            _ => given(&batch, case, &column, groups),
                        };
                        let found = row.get(&column).cloned().unwrap_or_default();
                        match is_number(&column) && !wanted.is_empty() {
                            true => assert_eq!(found.parse::<f64>(), wanted.parse::<f64>()),
                            false => assert_eq!(found, wanted, "{column}"),
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn no_cell_begins_a_formula() {
        let mut batch = batch(3);
        batch.design.inputs = vec!["note".to_owned()];
        for case in &mut batch.cases {
            case.score = Some(-1.5);
            case.inputs = [("note".to_owned(), Some("=cmd|' /C calc'!A0".to_owned()))].into();
        }
        let text = write(&batch, Form::Csv, false);
        assert!(!text.contains(",=cmd") && text.contains(",'=cmd") && text.contains(",-1.5,"));
    }

    #[test]
    fn semicolons_and_a_byte_order_mark_are_recognised() {
        let rows = read("\u{feff}case_id;score\r\nc_1;\"0,5\"\r\n", Form::Csv).unwrap();
        assert_eq!(
            (rows[0].0.as_str(), rows[0].1["score"].as_str()),
            ("line 2", "0,5")
        );
        let error = read("a,b\n1\n", Form::Csv).unwrap_err();
        assert!(
            error.contains("line 2: 1 cells where the head has 2"),
            "{error}"
        );
        assert!(
            read("{\"a\":[1]}", Form::JsonLines)
                .unwrap_err()
                .contains("line 1")
        );
    }
}
