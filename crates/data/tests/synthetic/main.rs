//! The synthetic leads are what they promise: reproducible, in range, fair without bias and
//! measurably unfair with it.

mod bias;
mod card;
mod mistakes;
mod partition;
mod values;

use std::sync::Arc;

use arrow::array::{Array, RecordBatch};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use waage_core::observer::Silent;
use waage_data::synthetic::{LeadSpec, generate};

fn file(spec: &LeadSpec) -> Vec<u8> {
    let mut bytes = Vec::new();
    let summary = generate(spec, &mut bytes, &Silent).unwrap();
    assert_eq!(summary.rows, spec.rows);
    assert_eq!(
        summary.row_groups,
        spec.rows.div_ceil(spec.row_group_rows as u64)
    );
    assert_eq!(summary.bytes, bytes.len() as u64);
    bytes
}

/// Every cell as text, by column: the same for dictionary and plain strings.
fn cells(batch: &RecordBatch) -> Vec<Vec<String>> {
    let options = FormatOptions::default().with_null("null");
    let text = |array: &Arc<dyn Array>| {
        let format = ArrayFormatter::try_new(array, &options).unwrap();
        (0..array.len())
            .map(|row| format.value(row).to_string())
            .collect()
    };
    batch.columns().iter().map(text).collect()
}

fn only(columns: &[&str]) -> Option<Vec<String>> {
    Some(columns.iter().map(|&name| name.to_owned()).collect())
}
