//! Tables, files and the multiset of rows that a scan delivers.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, Float64Array, Int64Array, StringArray};
use arrow::record_batch::RecordBatch;
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use waage_core::label::Label;
use waage_core::observer::Silent;
use waage_data::{DataError, Dataset, Limits, Scan, Source};
use waage_result::spec::{AttributeSpec, Cut, RolesSpec};

/// One row as a scan delivers it: labels, outcome, and the bits of weight and score.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Row {
    pub labels: Vec<Label>,
    pub outcome: u8,
    pub weight: Option<u64>,
    pub score: Option<u64>,
}

impl Row {
    /// The labels as text.
    pub fn names(&self) -> Vec<String> {
        self.labels.iter().map(Label::to_string).collect()
    }
}

/// Rows by level code: an order-independent state once it is sorted.
type Coded = Vec<(Vec<u32>, u8, Option<u64>, Option<u64>)>;

/// All rows of a scan, sorted.
pub fn collect(data: &Dataset) -> Result<Scan<Vec<Row>>, DataError> {
    let scan = data.scan(
        &Silent,
        Coded::new,
        |rows, block| {
            for row in 0..block.len {
                let codes = block.axes.iter();
                let codes = codes
                    .map(|axis| axis.table[axis.keys[row] as usize])
                    .collect();
                let weight = block.weights.map(|weights| weights[row].to_bits());
                // Every NaN is one missing score.
                let bits = |score: f64| if score.is_nan() { f64::NAN } else { score }.to_bits();
                let score = block.scores.map(|scores| bits(scores[row]));
                rows.push((codes, block.outcomes[row], weight, score));
            }
        },
        |mut a, b| {
            a.extend(b);
            a
        },
    )?;
    let label = |(axis, code): (usize, u32)| scan.axes[axis][code as usize].clone();
    let mut rows: Vec<Row> = scan
        .state
        .iter()
        .map(|(codes, outcome, weight, score)| Row {
            labels: codes.iter().copied().enumerate().map(label).collect(),
            outcome: *outcome,
            weight: *weight,
            score: *score,
        })
        .collect();
    rows.sort();
    Ok(Scan {
        state: rows,
        axes: scan.axes,
        read: scan.read,
        rows: scan.rows,
        rows_filtered_out: scan.rows_filtered_out,
        rows_scored: scan.rows_scored,
        rows_uncovered: scan.rows_uncovered,
        cut: scan.cut,
        favours_selected: scan.favours_selected,
        notes: scan.notes,
    })
}

/// Opens and scans.
pub fn scan(
    source: Source,
    roles: &RolesSpec,
    filter: Option<&str>,
) -> Result<Scan<Vec<Row>>, DataError> {
    collect(&Dataset::open(
        source,
        roles,
        filter,
        Limits::default(),
        &Silent,
    )?)
}

/// The message of a scan that must fail.
pub fn failure(source: Source, roles: &RolesSpec) -> String {
    scan(source, roles, None)
        .expect_err("the scan should fail")
        .to_string()
}

/// Batches in memory as a source.
pub fn table<const N: usize>(columns: [(&str, ArrayRef); N]) -> Source {
    let batch = batch(columns);
    Source::Batches {
        schema: batch.schema(),
        batches: vec![batch],
    }
}

/// Named columns as a batch.
pub fn batch<const N: usize>(columns: [(&str, ArrayRef); N]) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true)))
        .expect("columns of one length")
}

/// Leads with everything: texts with nulls, bools with nulls, scores, weights and ids.
pub fn leads(rows: usize) -> RecordBatch {
    let genders = [
        Some("female"),
        Some("male"),
        None,
        Some("diverse"),
        Some("male"),
    ];
    let of = |i: usize| (i as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
    batch([
        (
            "gender",
            Arc::new(
                (0..rows)
                    .map(|i| genders[of(i) as usize % 5])
                    .collect::<StringArray>(),
            ),
        ),
        (
            "age",
            Arc::new(
                (0..rows)
                    .map(|i| Some(18 + of(i + 7) as i64 % 60))
                    .collect::<Int64Array>(),
            ),
        ),
        (
            "converted",
            Arc::new(
                (0..rows)
                    .map(|i| (of(i + 3) % 11 != 0).then(|| of(i + 3) % 3 == 0))
                    .collect::<BooleanArray>(),
            ),
        ),
        (
            "score",
            Arc::new(
                (0..rows)
                    .map(|i| (of(i + 5) % 13 != 0).then(|| (of(i + 5) % 100) as f64 / 100.0))
                    .collect::<Float64Array>(),
            ),
        ),
        (
            "weight",
            Arc::new(
                (0..rows)
                    .map(|i| Some((i % 4) as f64 / 2.0))
                    .collect::<Float64Array>(),
            ),
        ),
        (
            "id",
            Arc::new(
                (0..rows)
                    .map(|i| Some(format!("L{i:06}")))
                    .collect::<StringArray>(),
            ),
        ),
    ])
}

/// Roles of [`leads`], decided by a threshold.
pub fn lead_roles() -> RolesSpec {
    RolesSpec {
        label: Some("converted".to_owned()),
        score: Some("score".to_owned()),
        cut: Some(Cut::Threshold(0.5)),
        weight: Some("weight".to_owned()),
        sensitive: vec![AttributeSpec::column("gender")],
        stratum: vec![AttributeSpec::parse("age:30:50").expect("a valid attribute")],
        ..RolesSpec::default()
    }
}

/// Roles of one sensitive column and a label.
pub fn label_roles(label: &str, sensitive: &str) -> RolesSpec {
    RolesSpec {
        label: Some(label.to_owned()),
        sensitive: vec![AttributeSpec::parse(sensitive).expect("a valid attribute")],
        ..RolesSpec::default()
    }
}

/// Writes a Parquet file of row groups of at most so many rows.
pub fn write_parquet(path: &Path, batch: &RecordBatch, row_group_rows: usize) {
    write_parquet_with(path, batch, WriterProperties::builder(), row_group_rows);
}

/// The same with other properties.
pub fn write_parquet_with(
    path: &Path,
    batch: &RecordBatch,
    properties: parquet::file::properties::WriterPropertiesBuilder,
    row_group_rows: usize,
) {
    let properties = properties
        .set_max_row_group_row_count(Some(row_group_rows))
        .build();
    let file = File::create(path).expect("a writable folder");
    let mut writer =
        ArrowWriter::try_new(file, batch.schema(), Some(properties)).expect("a valid schema");
    writer.write(batch).expect("valid rows");
    writer.close().expect("a whole file");
}

/// A path as text.
pub fn text(path: &Path) -> String {
    path.display().to_string()
}

/// A column of texts.
pub fn texts<const N: usize>(values: [Option<&str>; N]) -> ArrayRef {
    Arc::new(values.into_iter().collect::<StringArray>())
}

/// A column of bools.
pub fn bools<const N: usize>(values: [Option<bool>; N]) -> ArrayRef {
    Arc::new(values.into_iter().collect::<BooleanArray>())
}

/// A column of floats.
pub fn floats<const N: usize>(values: [Option<f64>; N]) -> ArrayRef {
    Arc::new(values.into_iter().collect::<Float64Array>())
}

/// A column of integers.
pub fn integers<const N: usize>(values: [Option<i64>; N]) -> ArrayRef {
    Arc::new(values.into_iter().collect::<Int64Array>())
}
