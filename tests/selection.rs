//! Which rows count, and in which group: filters, cuts with ties, bins, missing labels.

use std::sync::Arc;

use arrow::array::{ArrayRef, BooleanArray, RecordBatch};
use arrow::compute::filter_record_batch;
use serde_json::Value;
use tempfile::TempDir;
use waage_tests::files::{floats, integers, leads, table, texts, write_parquet};
use waage_tests::{ROLES, audit, metric};

fn write(folder: &TempDir, name: &str, batch: &RecordBatch) -> String {
    let path = folder.path().join(name);
    write_parquet(&path, batch, 1_000);
    path.display().to_string()
}

#[test]
fn a_filter_equals_data_filtered_before() {
    let folder = tempfile::tempdir().unwrap();
    let columns = ["gender", "region", "visits", "score", "converted"];
    let all = leads(5_000, 9, &columns);
    let visits = all.column_by_name("visits").unwrap().clone();
    let visits = arrow::compute::cast(&visits, &arrow::datatypes::DataType::Int64).unwrap();
    let keep: BooleanArray = visits
        .as_any()
        .downcast_ref::<arrow::array::Int64Array>()
        .unwrap()
        .iter()
        .map(|v| Some(v.is_some_and(|v| v > 3)))
        .collect();
    let some = filter_record_batch(&all, &keep).unwrap();
    assert!(some.num_rows() > 500 && some.num_rows() < 4_500);
    let (whole, part) = (
        write(&folder, "all.parquet", &all),
        write(&folder, "some.parquet", &some),
    );
    let result = |path: &str, more: &[&str]| {
        let mut arguments = vec![path];
        arguments.extend(ROLES);
        arguments.extend(more);
        audit(arguments)
    };
    let filtered = result(&whole, &["--where", "visits > 3"]);
    let expected = result(&part, &[]);
    assert_eq!(
        filtered["dataset"]["rows_filtered_out"],
        5_000 - some.num_rows()
    );
    assert_eq!(filtered["dataset"]["digest"], expected["dataset"]["digest"]);
    for part in [
        "groups",
        "overall",
        "disparities",
        "summary",
        "findings",
        "verdict",
    ] {
        assert_eq!(filtered[part], expected[part], "{part}");
    }
}

/// Ten rows: scores .9, .8, then four at .5, the rest below; ids descend.
fn tied() -> RecordBatch {
    let scores = [0.9, 0.5, 0.5, 0.1, 0.2, 0.8, 0.5, 0.5, 0.3, 0.1];
    let genders = ["f", "f", "f", "f", "f", "m", "m", "m", "m", "m"];
    table(vec![
        ("g", texts(genders.map(Some))),
        ("s", floats(scores.map(Some))),
        ("y", integers((0..10).map(|i| Some(i % 2)))),
        ("id", integers((0..10).map(|i| Some(100 - i)))),
    ])
}

#[test]
fn cuts_share_ties_or_break_them_by_the_id() {
    let folder = tempfile::tempdir().unwrap();
    let path = write(&folder, "tied.parquet", &tied());
    let rates = |more: &[&str]| {
        let mut arguments = vec![
            path.as_str(),
            "--label",
            "y",
            "--score",
            "s",
            "--sensitive",
            "g",
        ];
        arguments.extend(more);
        let result = audit(arguments);
        let rate = |label: &str| {
            metric(&result, "g", label, "selection_rate")
                .as_f64()
                .unwrap()
        };
        (rate("f"), rate("m"), result["settings"]["cut"].clone())
    };
    // Three places, one taken on each side: one place for four rows, a quarter each.
    let (f, m, cut) = rates(&["--top-k", "3"]);
    assert_eq!((f, m), ((1.0 + 2.0 * 0.25) / 5.0, (1.0 + 2.0 * 0.25) / 5.0));
    assert_eq!(
        (&cut["tied"], &cut["tied_selected"]),
        (&Value::from(4), &Value::from(1))
    );
    assert_eq!(rates(&["--top-fraction", "0.3"]), (f, m, cut));
    // The smallest id wins: the last of the four, a man.
    let (f, m, _) = rates(&["--top-k", "3", "--id", "id"]);
    assert_eq!((f, m), (0.2, 0.4));
    // No tie at the cut.
    assert_eq!(rates(&["--top-k", "2"]).0, 0.2);
    let (f, m, _) = rates(&["--top-k", "6"]);
    assert_eq!((f, m), (0.6, 0.6));
    // A threshold takes all that reach it.
    let (f, m, _) = rates(&["--threshold", "0.5"]);
    assert_eq!((f, m), (0.6, 0.6));
    // More places than rows: everybody, and the report says so.
    let mut arguments = vec![path.as_str(), "--score", "s", "--sensitive", "g"];
    arguments.extend(["--top-k", "11"]);
    let result = audit(arguments);
    assert_eq!(metric(&result, "g", "f", "selection_rate"), 1.0);
    assert!(
        result["dataset"]["notes"]
            .to_string()
            .contains("top_k_exceeds_rows"),
        "{}",
        result["dataset"]
    );
}

#[test]
fn numbers_are_grouped_by_edges_and_by_quantiles() {
    let folder = tempfile::tempdir().unwrap();
    let ages: Vec<Option<i64>> = (0..100).map(|i| (i != 99).then_some(i)).collect();
    let batch = table(vec![
        ("age", integers(ages)),
        ("y", integers((0..100).map(|i| Some(i % 2)))),
    ]);
    let path = write(&folder, "ages.parquet", &batch);
    let groups = |attribute: &str| {
        let result = audit([path.as_str(), "--label", "y", "--sensitive", attribute]);
        let groups = result["groups"].as_array().unwrap().clone();
        let line = |g: &Value| {
            (
                g["attributes"]["age"]
                    .as_str()
                    .unwrap_or("(missing)")
                    .to_owned(),
                g["n"].as_u64().unwrap(),
            )
        };
        groups.iter().map(line).collect::<Vec<_>>()
    };
    let named = |names: [(&str, u64); 5]| names.map(|(name, n)| (name.to_owned(), n)).to_vec();
    assert_eq!(
        groups("age:25:40:60"),
        named([
            ("<25", 25),
            ("25..<40", 15),
            ("40..<60", 20),
            (">=60", 39),
            ("(missing)", 1)
        ])
    );
    let quarters = groups("age/4");
    assert_eq!(quarters.len(), 5, "{quarters:?}");
    assert_eq!(quarters[4], ("(missing)".to_owned(), 1));
    for (name, n) in &quarters[..4] {
        assert!((24..=25).contains(n), "{name} has {n} rows");
    }
}

#[test]
fn rows_without_label_count_where_no_label_is_needed() {
    let folder = tempfile::tempdir().unwrap();
    let label = (0..80).map(|i| (i % 4 != 0).then_some(i64::from(i % 8 < 4)));
    let batch = table(vec![
        (
            "g",
            texts((0..80).map(|i| Some(if i < 40 { "a" } else { "b" }))),
        ),
        ("y", integers(label)),
        (
            "d",
            Arc::new((0..80).map(|i| Some(i % 3 == 0)).collect::<BooleanArray>()) as ArrayRef,
        ),
    ]);
    let path = write(&folder, "x.parquet", &batch);
    let result = audit([
        path.as_str(),
        "--label",
        "y",
        "--decision",
        "d",
        "--sensitive",
        "g",
    ]);
    assert_eq!(result["dataset"]["rows"], 80);
    assert_eq!(result["dataset"]["rows_label_missing"], 20);
    let overall = &result["overall"];
    assert_eq!(overall["selection_rate"]["n"], 80);
    assert_eq!(overall["base_rate"]["n"], 60);
    assert_eq!(overall["accuracy"]["n"], 60);
}
