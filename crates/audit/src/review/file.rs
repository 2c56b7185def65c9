//! The exchange file in its three forms: texts are `waage_govern`'s, Parquet is read and written here.

use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, StringArray};
use arrow::record_batch::RecordBatch;
use serde_json::Value;
use waage_core::observer::Silent;
use waage_data::{CsvFormat, Input, Source};
use waage_govern::Timestamp;
use waage_govern::review::{self, Columns, Folder, Form, Returned};
use waage_result::review::ReviewBatch;

use crate::AuditError;

/// Most rows of a returned Parquet file.
const ROWS_MAX: usize = 1_000_000;

/// A form of the exchange file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaseFile {
    /// Comma- or semicolon-separated values.
    Csv,
    /// An object per line.
    JsonLines,
    /// Parquet.
    Parquet,
}

impl CaseFile {
    /// The form that a file's ending names.
    #[must_use]
    pub fn of(path: &Path) -> Option<Self> {
        let end = path.extension()?.to_str()?.to_ascii_lowercase();
        match end.as_str() {
            "csv" => Some(Self::Csv),
            "jsonl" | "ndjson" => Some(Self::JsonLines),
            "parquet" => Some(Self::Parquet),
            _ => None,
        }
    }

    /// What the file of cases is called.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "cases.csv",
            Self::JsonLines => "cases.jsonl",
            Self::Parquet => "cases.parquet",
        }
    }
}

/// The bytes of the exchange file, with the groups of the cases only if reviewers may see them.
///
/// # Errors
/// [`AuditError`] if two shown columns have one name.
pub fn exchange(batch: &ReviewBatch, form: CaseFile, groups: bool) -> Result<Vec<u8>, AuditError> {
    let text = |form| review::write(batch, form, groups).into_bytes();
    match form {
        CaseFile::Csv => Ok(text(Form::Csv)),
        CaseFile::JsonLines => Ok(text(Form::JsonLines)),
        CaseFile::Parquet => {
            let rows = table(batch, groups)?;
            Ok(waage_data::output::parquet(form.name(), &rows)?)
        }
    }
}

/// The cases as a table: numbers as such, everything else as text.
fn table(batch: &ReviewBatch, groups: bool) -> Result<RecordBatch, AuditError> {
    let rows = review::rows(batch, groups);
    let columns = review::columns(batch).into_iter().map(|name| {
        let values = rows.iter().map(|row| row.get(&name));
        let array: ArrayRef = if review::is_number(&name) {
            Arc::new(Float64Array::from_iter(values.map(|v| v?.as_f64())))
        } else {
            Arc::new(StringArray::from_iter(
                values.map(|v| v.and_then(Value::as_str)),
            ))
        };
        (name, array, true)
    });
    RecordBatch::try_from_iter_with_nullable(columns)
        .map_err(|cause| AuditError::Option(format!("the cases are no table: {cause}")))
}

/// Takes the decisions of a returned file of any form.
///
/// # Errors
/// [`AuditError`] with every row that does not fit, or that the file's ending names no form.
pub(super) fn import(
    folder: &Folder,
    returned: &Path,
    now: Timestamp,
) -> Result<Returned, AuditError> {
    match CaseFile::of(returned) {
        Some(CaseFile::Csv) => Ok(folder.import(returned, Form::Csv, now)?),
        Some(CaseFile::JsonLines) => Ok(folder.import(returned, Form::JsonLines, now)?),
        Some(CaseFile::Parquet) => Ok(folder.take(returned, &read(returned)?, now)?),
        None => Err(AuditError::Option(format!(
            "{} is neither .csv nor .jsonl nor .parquet; export the cases as one of these",
            returned.display()
        ))),
    }
}

/// The rows of a Parquet file as texts, whatever the types of its columns.
fn read(returned: &Path) -> Result<Vec<(String, Columns)>, AuditError> {
    let source = Source::Input(Input {
        paths: vec![returned.display().to_string()],
        csv: CsvFormat::default(),
    });
    let mut rows: Vec<Vec<(usize, String)>> = Vec::new();
    let seen = waage_data::glance(source, ROWS_MAX, &Silent, |column, row, text| {
        if rows.len() <= row {
            rows.resize_with(row + 1, Vec::new);
        }
        rows[row].push((column, text.to_owned()));
    })?;
    if !seen.all_rows {
        return Err(AuditError::Option(format!(
            "{} has more than {ROWS_MAX} rows; return the cases alone",
            returned.display()
        )));
    }
    // Rows without any value are rows too.
    rows.resize_with(seen.rows as usize, Vec::new);
    let named = |(column, text): (usize, String)| (seen.columns[column].0.clone(), text);
    let rows = rows.into_iter().enumerate().map(|(at, row)| {
        let columns = row.into_iter().map(named).collect();
        (format!("row {}", at + 1), columns)
    });
    Ok(rows.collect())
}
