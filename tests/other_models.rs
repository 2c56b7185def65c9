//! `waage explain` answers with models of CatBoost, scikit-learn and ONNX as their libraries do.

use std::fs::{self, File};
use std::path::Path;

use arrow::array::{AsArray, Float64Array, RecordBatch};
use arrow::datatypes::Float64Type;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;
use waage_tests::{root, waage};

fn case(name: &str) -> Value {
    let path = root().join(format!("tests/golden/other_models/cases/{name}.json"));
    serde_json::from_slice(&fs::read(path).expect("a case")).expect("JSON")
}

/// The rows of a case as CSV; missing values are empty fields.
fn csv(case: &Value, to: &Path) {
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => format!("\"{text}\""),
        other => other.to_string(),
    };
    let line = |values: &Value| -> String {
        let cells: Vec<String> = values
            .as_array()
            .expect("a list")
            .iter()
            .map(text)
            .collect();
        cells.join(",") + "\n"
    };
    let rows = case["rows"].as_array().expect("rows");
    let lines: String = rows.iter().map(line).collect();
    fs::write(to, line(&case["features"]) + &lines).expect("written");
}

/// The column of margins that the command writes.
fn margins(name: &str, more: &[&str]) -> Vec<f64> {
    let case = case(name);
    let folder = tempfile::tempdir().expect("a folder");
    let (data, out) = (
        folder.path().join("rows.csv"),
        folder.path().join("out.parquet"),
    );
    csv(&case, &data);
    let model = case["model_file"].as_str().expect("a model");
    let model = root().join("tests/golden/other_models/cases").join(model);
    let features: Vec<&str> = case["features"]
        .as_array()
        .expect("features")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    let features = features.join(",");
    let paths = [&model, &data, &out].map(|path| path.to_str().expect("text"));
    let mut arguments = vec!["explain", paths[0], paths[1], "--features", &features];
    arguments.extend(["--out", paths[2], "--quiet"]);
    arguments.extend(more.iter().map(|m| if *m == "DATA" { paths[1] } else { m }));
    let output = waage(&arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{name}: {said}");
    let file = File::open(&out).expect("attributions");
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(|builder| builder.build())
        .expect("Parquet");
    reader
        .flat_map(|batch| {
            let batch: RecordBatch = batch.expect("a batch");
            let found = batch.column_by_name("prediction").expect("predictions");
            let numbers: Float64Array = found.as_primitive::<Float64Type>().clone();
            numbers.values().to_vec()
        })
        .collect()
}

fn check(name: &str, tolerance: f64, more: &[&str]) {
    let found = margins(name, more);
    let case = case(name);
    let wanted = case["margin"].as_array().expect("margins");
    assert_eq!(found.len(), wanted.len(), "{name}");
    for (row, (found, wanted)) in found.iter().zip(wanted).enumerate() {
        let wanted = wanted[0].as_f64().expect("a margin");
        assert!(
            (found - wanted).abs() <= tolerance * (1.0 + wanted.abs()),
            "{name}, row {row}: {found} instead of {wanted}"
        );
    }
}

#[test]
fn categories_are_found_by_their_hashes_and_the_rest_are_no_error() {
    // Rows hold categories that no split asks for, and some that training has not seen.
    check("catboost_one_hot", 1e-12, &[]);
}

#[test]
fn skops_files_bring_their_labels() {
    check("skops_hist_labels", 1e-12, &["--unseen", "missing"]);
}

#[test]
fn onnx_needs_a_background() {
    check("onnx_lightgbm_regression", 2e-6, &["--background", "DATA"]);
}
