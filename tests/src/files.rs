//! Leads in every format that the command reads, and folders to look into.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::concat_batches;
use arrow::ipc::writer::{FileWriter, StreamWriter};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use waage_data::synthetic::{Bias, LeadSpec, batch};

use crate::command;

/// Synthetic leads with planted bias.
///
/// # Panics
/// When they cannot be made.
#[must_use]
pub fn leads(rows: usize, seed: u64, columns: &[&str]) -> RecordBatch {
    let spec = LeadSpec {
        rows: rows as u64,
        seed,
        bias: Bias::parse("planted").expect("a known bias"),
        columns: Some(columns.iter().map(|name| (*name).to_owned()).collect()),
        ..LeadSpec::default()
    };
    batch(&spec, 0, rows).expect("synthetic leads")
}

/// A table of named columns.
///
/// # Panics
/// When their lengths differ.
#[must_use]
pub fn table(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, a)| (name, a, true)))
        .expect("columns of one length")
}

/// Writes Parquet with row groups of so many rows.
///
/// # Panics
/// When the file cannot be written.
pub fn write_parquet(path: &Path, batch: &RecordBatch, row_group: usize) {
    let properties = WriterProperties::builder()
        .set_max_row_group_row_count(Some(row_group))
        .build();
    let file = File::create(path).expect("a new file");
    let mut writer =
        ArrowWriter::try_new(file, batch.schema(), Some(properties)).expect("a Parquet writer");
    writer.write(batch).expect("rows");
    writer.close().expect("a whole file");
}

/// Writes an Arrow IPC file in two batches.
///
/// # Panics
/// When the file cannot be written.
pub fn write_ipc(path: &Path, batch: &RecordBatch) {
    let file = File::create(path).expect("a new file");
    let mut writer = FileWriter::try_new(file, &batch.schema()).expect("an IPC writer");
    halves(batch)
        .iter()
        .for_each(|half| writer.write(half).expect("rows"));
    writer.finish().expect("a whole file");
}

/// The bytes of an Arrow IPC stream of two batches.
///
/// # Panics
/// When it cannot be written.
#[must_use]
pub fn ipc_stream(batch: &RecordBatch) -> Vec<u8> {
    let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema()).expect("an IPC writer");
    halves(batch)
        .iter()
        .for_each(|half| writer.write(half).expect("rows"));
    writer.finish().expect("a whole stream");
    writer.into_inner().expect("the bytes")
}

/// Writes CSV with a header; missing values are empty fields.
///
/// # Panics
/// When the file cannot be written.
pub fn write_csv(path: &Path, batch: &RecordBatch) {
    let file = File::create(path).expect("a new file");
    arrow::csv::Writer::new(file).write(batch).expect("rows");
}

fn halves(batch: &RecordBatch) -> [RecordBatch; 2] {
    let half = batch.num_rows() / 2;
    [
        batch.slice(0, half),
        batch.slice(half, batch.num_rows() - half),
    ]
}

/// The rows of several tables of one schema.
///
/// # Panics
/// When the schemas differ.
#[must_use]
pub fn joined(batches: &[RecordBatch]) -> RecordBatch {
    concat_batches(&batches[0].schema(), batches).expect("one schema")
}

/// A table without one column.
///
/// # Panics
/// When it has no such column.
#[must_use]
pub fn without(batch: &RecordBatch, column: &str) -> RecordBatch {
    let keep: Vec<usize> = (0..batch.num_columns())
        .filter(|at| batch.schema().field(*at).name() != column)
        .collect();
    assert_eq!(keep.len() + 1, batch.num_columns(), "{column}");
    batch.project(&keep).expect("the other columns")
}

/// A column of texts.
#[must_use]
pub fn texts<'a>(values: impl IntoIterator<Item = Option<&'a str>>) -> ArrayRef {
    Arc::new(values.into_iter().collect::<arrow::array::StringArray>())
}

/// A column of numbers.
#[must_use]
pub fn floats(values: impl IntoIterator<Item = Option<f64>>) -> ArrayRef {
    Arc::new(values.into_iter().collect::<arrow::array::Float64Array>())
}

/// A column of whole numbers.
#[must_use]
pub fn integers(values: impl IntoIterator<Item = Option<i64>>) -> ArrayRef {
    Arc::new(values.into_iter().collect::<arrow::array::Int64Array>())
}

/// Runs `waage` with bytes on standard input.
///
/// # Panics
/// When it cannot be started.
pub fn waage_reading(arguments: &[&str], bytes: &[u8]) -> Output {
    let mut child = command()
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("waage starts");
    let mut input = child.stdin.take().expect("a pipe");
    let bytes = bytes.to_vec();
    // It may stop reading early; that is its business.
    let feeder = std::thread::spawn(move || drop(input.write_all(&bytes)));
    let output = child.wait_with_output().expect("waage ends");
    feeder.join().expect("the feeder ends");
    output
}

/// All files and folders below a folder, relative, sorted.
///
/// # Panics
/// When it cannot be listed.
#[must_use]
pub fn tree(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in next.read_dir().expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path.clone());
            }
            found.push(path.strip_prefix(folder).expect("below").to_path_buf());
        }
    }
    found.sort();
    found
}
