//! What `inspect` says of columns, and which roles it would guess.

use std::fs;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array};
use waage_core::observer::Silent;
use waage_data::{ColumnFacts, Source, guess_roles, inspect};
use waage_result::spec::{Bins, Cut};

use super::support::*;

fn facts(source: Source) -> Vec<ColumnFacts> {
    inspect(source, &Silent).unwrap()
}

fn line(facts: &ColumnFacts) -> String {
    let range = |bound: &Option<String>| bound.clone().unwrap_or_else(|| "-".to_owned());
    format!(
        "{} {} {} {} {} {}",
        facts.name,
        facts.kind.name(),
        facts.distinct_text(),
        facts.missing,
        range(&facts.min),
        range(&facts.max)
    )
}

#[test]
fn columns_are_described_the_same_in_every_format() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("k.csv");
    let csv =
        "g,n,x,flag,day,e\nb,10,0.5,true,2024-01-02,\na,9,,false,2024-01-01,\n,9,-1.25,true,,\n";
    fs::write(&path, csv).unwrap();
    let from_csv: Vec<String> = facts(Source::paths([text(&path)]))
        .iter()
        .map(line)
        .collect();
    let expected = [
        "g text 2 1 a b",
        "n integer 2 0 9 10",
        "x float 2 1 -1.25 0.5",
        "flag bool 2 0 false true",
        "day date 2 1 2024-01-01 2024-01-02",
        "e empty 0 3 - -",
    ];
    assert_eq!(from_csv, expected);
    let days = arrow::array::Date32Array::from(vec![Some(19_724), Some(19_723), None]);
    let nothing: ArrayRef = Arc::new(arrow::array::NullArray::new(3));
    let typed = batch([
        ("g", texts([Some("b"), Some("a"), None])),
        ("n", integers([Some(10), Some(9), Some(9)])),
        ("x", floats([Some(0.5), Some(f64::NAN), Some(-1.25)])),
        ("flag", bools([Some(true), Some(false), Some(true)])),
        ("day", Arc::new(days)),
        ("e", nothing),
    ]);
    let path = folder.path().join("k.parquet");
    write_parquet(&path, &typed, 2);
    let from_parquet: Vec<String> = facts(Source::paths([text(&path)]))
        .iter()
        .map(line)
        .collect();
    assert_eq!(from_parquet, expected);
}

#[test]
fn distinct_values_are_counted_exactly_up_to_ten_thousand() {
    let column = |n: i64| -> ArrayRef { Arc::new((0..n).map(Some).collect::<Int64Array>()) };
    let distinct = |n| facts(table([("a", column(n))]))[0].distinct_text();
    assert_eq!(distinct(10_000), "10000");
    assert_eq!(distinct(10_001), ">10000");
    let many = &facts(table([("a", column(300_000))]))[0];
    assert_eq!(
        (many.min.as_deref(), many.max.as_deref()),
        (Some("0"), Some("299999"))
    );
}

#[test]
fn leads_are_guessed_with_their_roles() {
    let roles = guess_roles(&facts(Source::Batches {
        schema: leads(500).schema(),
        batches: vec![leads(500)],
    }));
    assert_eq!(roles.label.as_deref(), Some("converted"));
    assert_eq!(roles.decision, None);
    assert_eq!(roles.score.as_deref(), Some("score"));
    assert_eq!(roles.cut, Some(Cut::Threshold(0.5)));
    assert_eq!(roles.weight.as_deref(), Some("weight"));
    assert_eq!(roles.positive, None);
    let sensitive: Vec<_> = roles
        .sensitive
        .iter()
        .map(|spec| (spec.column.as_str(), spec.bins.clone()))
        .collect();
    assert_eq!(
        sensitive,
        [("gender", None), ("age", Some(Bins::Quantiles(4)))]
    );
    // What was guessed can be scanned.
    let source = Source::Batches {
        schema: leads(500).schema(),
        batches: vec![leads(500)],
    };
    assert_eq!(scan(source, &roles, None).unwrap().rows, 500);
}
