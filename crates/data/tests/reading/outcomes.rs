//! Labels, decisions, scores and weights: what counts as 0 and 1, and what is refused.

use std::fs;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float32Array, Int8Array, UInt64Array};
use waage_core::block::outcome;
use waage_data::Source;
use waage_result::spec::{Cut, RolesSpec};

use super::support::*;

fn roles(positive: Option<&str>) -> RolesSpec {
    RolesSpec {
        label: Some("y".to_owned()),
        decision: Some("d".to_owned()),
        positive: positive.map(str::to_owned),
        ..RolesSpec::default()
    }
}

/// Label and decision of every row, sorted.
fn outcomes(source: Source, roles: &RolesSpec) -> Vec<(u8, u8)> {
    let rows = scan(source, roles, None).unwrap().state;
    rows.iter()
        .map(|row| (outcome::label(row.outcome), outcome::decision(row.outcome)))
        .collect()
}

const EXPECTED: [(u8, u8); 4] = [(0, 0), (0, 1), (1, 2), (2, 1)];

#[test]
fn labels_and_decisions_of_any_type_give_the_same_outcomes() {
    let bits = [Some(0), Some(0), Some(1), None];
    let columns: [ArrayRef; 5] = [
        bools(bits.map(|bit| bit.map(|bit| bit == 1))),
        integers(bits.map(|bit| bit.map(i64::from))),
        Arc::new(Int8Array::from(
            bits.map(|bit| bit.map(|bit| bit as i8)).to_vec(),
        )),
        Arc::new(UInt64Array::from(
            bits.map(|bit| bit.map(|bit| bit as u64)).to_vec(),
        )),
        Arc::new(Float32Array::from(
            bits.map(|bit| bit.map(|bit| bit as f32)).to_vec(),
        )),
    ];
    for column in columns {
        let kind = column.data_type().clone();
        let decided = integers([Some(0), Some(1), None, Some(1)]);
        let found = outcomes(table([("y", column), ("d", decided)]), &roles(None));
        assert_eq!(found, EXPECTED, "{kind}");
    }
    let won = texts([Some("lost"), Some("lost"), Some("won"), None]);
    let decided = bools([Some(false), Some(true), None, Some(true)]);
    assert_eq!(
        outcomes(table([("y", won), ("d", decided)]), &roles(Some("won"))),
        EXPECTED
    );
    let graded = integers([Some(2), Some(2), Some(1), None]);
    let decided = integers([Some(2), Some(1), None, Some(1)]);
    assert_eq!(
        outcomes(table([("y", graded), ("d", decided)]), &roles(Some("1"))),
        EXPECTED
    );
}

#[test]
fn nan_is_a_missing_label() {
    let label = floats([Some(0.0), Some(f64::NAN), Some(1.0), None]);
    let decided = bools([Some(true); 4]);
    let found = outcomes(table([("y", label), ("d", decided)]), &roles(None));
    assert_eq!(found, [(0, 1), (1, 1), (2, 1), (2, 1)]);
}

#[test]
fn a_positive_value_concerns_the_column_that_needs_it() {
    // 2 is meant for the decision; the label is 0/1 already.
    let label = integers([Some(0), Some(0), Some(1), None]);
    let decided = integers([Some(5), Some(2), None, Some(2)]);
    let found = outcomes(table([("y", label), ("d", decided)]), &roles(Some("2")));
    assert_eq!(found, EXPECTED);
    let inverted = bools([Some(true), Some(true), Some(false), None]);
    let decided = bools([Some(true), Some(false), None, Some(false)]);
    let found = outcomes(
        table([("y", inverted), ("d", decided)]),
        &roles(Some("false")),
    );
    assert_eq!(found, EXPECTED);
}

#[test]
fn csv_labels_are_words_or_the_positive_value() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("leads.csv");
    for (csv, positive) in [
        ("y,d\n0,False\n0,True\n1,\n,True\n", None),
        ("y,d\n0.0,0\n0.0,1\n1.0,\n,1\n", None),
        ("y,d\nfalse,no\nfalse,yes\ntrue,\n,yes\n", Some("yes")),
        ("y,d\n1,1\n1,2\n2,\n,2\n", Some("2")),
        ("y,d\n0,1\n0,2\n1,\n,2\n", Some("2")),
        ("y,d\n1,1\n1,0\n0,\n,0\n", Some("0")),
    ] {
        fs::write(&path, csv).unwrap();
        let found = outcomes(Source::paths([text(&path)]), &roles(positive));
        assert_eq!(found, EXPECTED, "{csv}");
    }
    fs::write(&path, "y,d\nmaybe,1\n1,0\n").unwrap();
    assert_eq!(
        failure(Source::paths([text(&path)]), &roles(None)),
        "label \"y\" has values other than 0 and 1: \"1\", \"maybe\"; say which of them means 1 \
         with --positive VALUE"
    );
}

#[test]
fn three_valued_labels_need_a_positive_value_and_then_leave_a_note() {
    let grades = || texts([Some("C"), Some("A"), Some("B"), Some("A"), None]);
    let source = || table([("y", grades()), ("d", bools([Some(true); 5]))]);
    assert_eq!(
        failure(source(), &roles(None)),
        "label \"y\" has values other than 0 and 1: \"A\", \"B\", \"C\"; say which of them means 1 \
         with --positive VALUE"
    );
    let found = scan(source(), &roles(Some("A")), None).unwrap();
    let positive = found
        .state
        .iter()
        .filter(|row| outcome::label(row.outcome) == 1)
        .count();
    assert_eq!(positive, 2);
    let note = &found.notes[0];
    assert_eq!(note.code, "others_count_as_negative");
    assert_eq!(
        (
            note.values["positive"].as_str(),
            note.values["others"].as_str()
        ),
        ("A", "\"B\", \"C\"")
    );
    assert_eq!(
        failure(source(), &roles(Some("D"))),
        "label \"y\" is never \"D\"; its values are \"A\", \"B\", \"C\": give one of them to \
         --positive"
    );
}

#[test]
fn numbers_beside_0_and_1_are_listed_up_to_five() {
    let label = integers([
        Some(7),
        Some(0),
        Some(3),
        Some(1),
        Some(2),
        Some(5),
        Some(4),
        Some(3),
    ]);
    let source = table([("y", label), ("d", bools([Some(true); 8]))]);
    assert_eq!(
        failure(source, &roles(None)),
        "label \"y\" has values other than 0 and 1: \"0\", \"1\", \"2\", \"3\", \"4\", …; say \
         which of them means 1 with --positive VALUE"
    );
}

#[test]
fn columns_without_a_value_are_refused() {
    let (some, none) = (|| bools([Some(true), None]), || bools([None, None]));
    let message = failure(table([("y", none()), ("d", some())]), &roles(None));
    assert!(
        message.starts_with("label \"y\" has no value in 2 rows"),
        "{message}"
    );
    let message = failure(table([("y", some()), ("d", none())]), &roles(None));
    assert!(
        message.starts_with("decision \"d\" has no value"),
        "{message}"
    );
    let empty: ArrayRef = Arc::new(arrow::array::NullArray::new(2));
    let message = failure(table([("y", empty), ("d", some())]), &roles(None));
    assert!(message.starts_with("label \"y\" has no value"), "{message}");
    for cut in [
        Cut::Threshold(0.5),
        Cut::TopK(1),
        Cut::TopFraction("0.5".to_owned()),
    ] {
        let roles = RolesSpec {
            score: Some("s".to_owned()),
            cut: Some(cut),
            ..RolesSpec::default()
        };
        let message = failure(table([("s", floats([None, None]))]), &roles);
        assert!(message.starts_with("score \"s\" has no value"), "{message}");
    }
}

#[test]
fn scores_outside_the_reals_are_counted_and_placed() {
    let scores = || floats([Some(0.1), None, Some(f64::NAN), Some(f64::INFINITY)]);
    for cut in [None, Some(Cut::Threshold(0.5)), Some(Cut::TopK(1))] {
        let roles = RolesSpec {
            score: Some("s".to_owned()),
            cut,
            ..RolesSpec::default()
        };
        assert_eq!(
            failure(table([("s", scores())]), &roles),
            "score outside the reals: \"s\" is NaN, infinite or beyond ±1e60 in 2 rows, first in the table row \
             3; make such scores null, or leave the rows out with --where"
        );
        let found = scan(table([("s", scores())]), &roles, Some("s < 1 or s is null"));
        // NaN is unknown, hence null, in a filter: it stays where nulls do.
        assert!(found.unwrap_err().to_string().contains("in 1 row,"));
    }
}

#[test]
fn weights_must_be_finite_and_not_negative_in_every_row() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.parquet");
    let weight = [
        Some(1.0),
        Some(0.0),
        Some(-0.5),
        None,
        Some(f64::INFINITY),
        Some(2.0),
    ];
    let rows = batch([("g", texts([Some("a"); 6])), ("w", floats(weight))]);
    write_parquet(&path, &rows, 2);
    let roles = RolesSpec {
        weight: Some("w".to_owned()),
        ..label_roles("g", "g")
    };
    let roles = RolesSpec {
        label: None,
        ..roles
    };
    let message = failure(Source::paths([text(&path)]), &roles);
    let expected = format!(
        "weight \"w\" is missing, negative, infinite or above 1e60 in 3 rows, first in {} row 3; every row \
         needs a weight from 0 to 1e60",
        path.display()
    );
    assert_eq!(message, expected);
    let found = scan(
        Source::paths([text(&path)]),
        &roles,
        Some("w between 0 and 10"),
    )
    .unwrap();
    assert_eq!((found.rows, found.rows_filtered_out), (3, 3));
}

#[test]
fn faults_are_placed_by_their_row_before_the_filter() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("w.csv");
    fs::write(&path, "g,w\nb,x\na,1\n\nb,2\na,-1\n").unwrap();
    let roles = RolesSpec {
        weight: Some("w".to_owned()),
        sensitive: label_roles("", "g").sensitive,
        ..RolesSpec::default()
    };
    let message = scan(Source::paths([text(&path)]), &roles, Some("g = 'a'")).unwrap_err();
    assert!(message.to_string().contains("w.csv line 6;"), "{message}");
    let message = scan(Source::paths([text(&path)]), &roles, Some("g = 'b'")).unwrap_err();
    assert!(message.to_string().contains("holds \"x\" ("), "{message}");
    assert!(message.to_string().contains("w.csv line 2)"), "{message}");
}

#[test]
fn roles_that_exclude_each_other_are_refused() {
    let source = || table([("y", bools([Some(true)])), ("s", floats([Some(0.5)]))]);
    let same = RolesSpec {
        decision: Some("y".to_owned()),
        ..label_roles("y", "s")
    };
    let message = failure(source(), &same);
    assert!(
        message.contains("column \"y\" is given as label and as decision"),
        "{message}"
    );
    let without_score = RolesSpec {
        cut: Some(Cut::TopK(1)),
        ..RolesSpec::default()
    };
    assert!(failure(source(), &without_score).contains("needs a score"));
    let both = RolesSpec {
        decision: Some("y".to_owned()),
        score: Some("s".to_owned()),
        cut: Some(Cut::Threshold(0.5)),
        ..RolesSpec::default()
    };
    assert!(failure(source(), &both).contains("both given"));
    let text_score = RolesSpec {
        score: Some("y".to_owned()),
        ..RolesSpec::default()
    };
    assert_eq!(
        failure(source(), &text_score),
        "column \"y\" is bool and cannot be the score; give a column of numbers"
    );
}
