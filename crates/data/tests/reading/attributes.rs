//! Sensitive attributes and strata: labels, bins, limits, names.

use std::fs;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, Date32Array, Date64Array, Int64Array};
use waage_core::label::Label;
use waage_core::observer::Silent;
use waage_data::{Dataset, Limits, Source};
use waage_result::spec::{AttributeSpec, RolesSpec};

use super::support::*;

fn roles(attributes: &[&str]) -> RolesSpec {
    let parse = |text: &&str| AttributeSpec::parse(text).unwrap();
    RolesSpec {
        sensitive: attributes.iter().map(parse).collect(),
        ..RolesSpec::default()
    }
}

/// The labels of one attribute, in order, with repeats.
fn labels(source: Source, attribute: &str) -> Vec<Label> {
    let rows = scan(source, &roles(&[attribute]), None).unwrap().state;
    rows.into_iter()
        .map(|row| row.labels.into_iter().next().unwrap())
        .collect()
}

#[test]
fn columns_of_every_kind_are_labels() {
    let of = |array: ArrayRef| labels(table([("a", array)]), "a");
    let text = texts([Some("x"), None, Some("")]);
    assert_eq!(
        of(text),
        [Label::text(""), Label::text("x"), Label::Missing]
    );
    let flags = bools([Some(true), None, Some(false)]);
    assert_eq!(
        of(flags),
        [Label::Bool(false), Label::Bool(true), Label::Missing]
    );
    assert_eq!(
        of(integers([Some(7), None, Some(-7)])),
        [Label::Int(-7), Label::Int(7), Label::Missing]
    );
    let whole = floats([Some(2.0), Some(f64::NAN), None, Some(-0.0)]);
    assert_eq!(
        of(whole),
        [Label::Int(0), Label::Int(2), Label::Missing, Label::Missing]
    );
    let days: ArrayRef = Arc::new(Date32Array::from(vec![Some(1), None]));
    assert_eq!(of(days), [Label::Date(1), Label::Missing]);
    let days: ArrayRef = Arc::new(Date64Array::from(vec![Some(86_400_000), None]));
    assert_eq!(of(days), [Label::Date(1), Label::Missing]);
    let nothing: ArrayRef = Arc::new(arrow::array::NullArray::new(1));
    assert_eq!(of(nothing), [Label::Missing]);
}

#[test]
fn csv_attributes_take_the_kind_of_all_their_fields() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.csv");
    let of = |csv: &str| {
        fs::write(&path, csv).unwrap();
        labels(Source::paths([text(&path)]), "a")
    };
    assert_eq!(
        of("a,b\n10,\n9,\n,\n"),
        [Label::Int(9), Label::Int(10), Label::Missing]
    );
    assert_eq!(
        of("a,b\n010,\n9,\n"),
        [Label::text("010"), Label::text("9")]
    );
    assert_eq!(of("a,b\n2024-01-31,\n"), [Label::Date(19_753)]);
    assert_eq!(
        of("a,b\nTrue,\nFalse,\n"),
        [Label::Bool(false), Label::Bool(true)]
    );
}

#[test]
fn bins_are_left_closed_and_numbers_of_any_kind_fall_into_them() {
    let names = |array: ArrayRef| -> Vec<String> {
        labels(table([("age", array)]), "age:25:40.5")
            .iter()
            .map(Label::to_string)
            .collect()
    };
    let ages = [Some(24), Some(25), Some(40), Some(41), None];
    let expected = ["<25", "25..<40.5", "25..<40.5", ">=40.5", "(missing)"];
    assert_eq!(names(integers(ages)), expected);
    assert_eq!(
        names(floats(ages.map(|age| age.map(|age: i64| age as f64)))),
        expected
    );
    let message = failure(table([("age", texts([Some("x")]))]), &roles(&["age:25"]));
    assert!(message.contains("leave the bins out"), "{message}");
}

#[test]
fn quantile_bins_have_edges_from_all_rows() {
    let ages: ArrayRef = Arc::new((0..1000_i64).rev().map(Some).collect::<Int64Array>());
    let found = scan(table([("age", ages)]), &roles(&["age/4"]), None).unwrap();
    let mut axis = found.axes[0].clone();
    axis.sort();
    let names: Vec<String> = axis.iter().map(Label::to_string).collect();
    assert_eq!(names, ["<250", "250..<500", "500..<750", ">=750"]);
    for label in &axis {
        let mass = found
            .state
            .iter()
            .filter(|row| row.labels[0] == *label)
            .count();
        assert_eq!(mass, 250, "{label}");
    }
    // Most values equal: bins that no value could tell apart are one.
    let repeated = integers([Some(1), Some(1), Some(1), Some(1), Some(5), None]);
    let names: Vec<String> = labels(table([("age", repeated)]), "age/4")
        .iter()
        .map(Label::to_string)
        .collect();
    assert_eq!(names, [">=1", ">=1", ">=1", ">=1", ">=1", "(missing)"]);
}

#[test]
fn numbers_that_are_not_whole_ask_for_bins() {
    let message = failure(
        table([("age", floats([Some(1.0), Some(2.5)]))]),
        &roles(&["age"]),
    );
    assert_eq!(
        message,
        "attribute \"age\" holds 2.5 (the table row 2), so its groups have no bounds; give bins \
         such as age:25:40 or age/4"
    );
}

#[test]
fn too_many_levels_are_refused_and_unused_ones_do_not_count() {
    let many: ArrayRef = Arc::new((0..20_000_i64).map(Some).collect::<Int64Array>());
    let message = failure(table([("lead_id", many)]), &roles(&["lead_id"]));
    assert_eq!(
        message,
        "column \"lead_id\" has more than 10,000 distinct values, too many to compare as \
         groups; bin it if it holds numbers (lead_id:10:20), else name a coarser column"
    );
    let coded = arrow::compute::cast(
        &texts([Some("a"), Some("b"), Some("c")]),
        &arrow::datatypes::DataType::Dictionary(
            Box::new(arrow::datatypes::DataType::Int32),
            Box::new(arrow::datatypes::DataType::Utf8),
        ),
    )
    .unwrap();
    // A slice keeps the dictionary of the whole.
    let source = table([("g", coded.slice(1, 1))]);
    let limits = Limits {
        levels_max: 1,
        ..Limits::default()
    };
    let data = Dataset::open(source, &roles(&["g"]), None, limits, &Silent).unwrap();
    assert_eq!(collect(&data).unwrap().axes, [vec![Label::text("b")]]);
}

#[test]
fn an_unknown_column_is_answered_with_the_nearest() {
    let source = || {
        table([
            ("gender", texts([Some("f")])),
            ("Region", texts([Some("x")])),
        ])
    };
    assert_eq!(
        failure(source(), &roles(&["gendr"])),
        "column \"gendr\" not found in the table; did you mean \"gender\"? columns: gender, Region"
    );
    assert!(failure(source(), &roles(&["region"])).contains("did you mean \"Region\"?"));
    assert_eq!(
        failure(source(), &roles(&["zzz"])),
        "column \"zzz\" not found in the table; columns: gender, Region"
    );
    let names: Vec<String> = (0..40).map(|i| format!("c{i}")).collect();
    let column: ArrayRef = Arc::new(BooleanArray::from(vec![true]));
    let wide = arrow::record_batch::RecordBatch::try_from_iter(
        names.iter().map(|name| (name, Arc::clone(&column))),
    )
    .unwrap();
    let source = Source::Batches {
        schema: wide.schema(),
        batches: vec![wide],
    };
    let message = failure(source, &roles(&["zzz"]));
    assert!(message.ends_with("c28, c29, … (40 in all)"), "{message}");
}

#[test]
fn an_attribute_is_given_once_but_a_column_may_serve_twice() {
    let source = || table([("age", integers([Some(30), Some(50)]))]);
    let message = failure(source(), &roles(&["age", "age"]));
    assert!(
        message.contains("attribute \"age\" is given twice"),
        "{message}"
    );
    let mut twice = roles(&["age", "age:40"]);
    twice.sensitive[1].name = "generation".to_owned();
    let rows = scan(source(), &twice, None).unwrap().state;
    assert_eq!(rows[0].names(), ["30", "<40"]);
}
