//! Columns of any kind as a few levels, and rows halved by their id.

use std::fs::write;
use std::sync::Arc;

use arrow::array::{Float64Array, Int64Array, StringArray};
use waage_core::label::Label;
use waage_core::observer::Silent;
use waage_data::{DataError, Dataset, Holdout, Limits, Scan, Slicing, Source};
use waage_result::spec::{AttributeSpec, RolesSpec};

use super::support::*;

fn slicing(holdout: Option<&str>) -> Slicing {
    Slicing {
        bins: 5,
        levels: 20,
        holdout: holdout.map(|share| Holdout {
            share: share.to_owned(),
            seed: 0,
        }),
    }
}

fn sliced(
    source: Source,
    columns: &[&str],
    holdout: Option<&str>,
) -> Result<Scan<Vec<Row>>, DataError> {
    let roles = RolesSpec {
        decision: Some("d".to_owned()),
        id: Some("id".to_owned()),
        sensitive: columns.iter().map(|c| AttributeSpec::column(c)).collect(),
        ..RolesSpec::default()
    };
    let data = Dataset::open(source, &roles, None, Limits::default(), &Silent)?;
    collect(&data.sliced(slicing(holdout)))
}

/// 100 rows: a real, a whole number of three values, one of a hundred, a real of three values, and
/// a text of 25 values, the first ones the most frequent.
fn hundred() -> Source {
    let rows = 0..100_i64;
    table([
        (
            "d",
            Arc::new(rows.clone().map(|i| Some(i % 2)).collect::<Int64Array>()),
        ),
        (
            "id",
            Arc::new(rows.clone().map(Some).collect::<Int64Array>()),
        ),
        (
            "real",
            Arc::new(
                rows.clone()
                    .map(|i| (i % 10 != 9).then_some(i as f64 + 0.5))
                    .collect::<Float64Array>(),
            ),
        ),
        (
            "few",
            Arc::new(rows.clone().map(|i| Some(i % 3)).collect::<Int64Array>()),
        ),
        (
            "many",
            Arc::new(rows.clone().map(Some).collect::<Int64Array>()),
        ),
        (
            "halves",
            Arc::new(
                rows.clone()
                    .map(|i| Some((i % 3) as f64 / 2.0))
                    .collect::<Float64Array>(),
            ),
        ),
        (
            "text",
            Arc::new(
                rows.map(|i| {
                    let value = if i < 50 { i % 25 } else { i % 20 };
                    (i != 99).then(|| format!("t{value:02}"))
                })
                .collect::<StringArray>(),
            ),
        ),
    ])
}

fn names(scan: &Scan<Vec<Row>>, axis: usize) -> Vec<String> {
    let mut labels = scan.axes[axis].clone();
    labels.sort();
    labels.iter().map(Label::to_string).collect()
}

#[test]
fn numbers_become_five_bins_or_keep_their_few_values() {
    let scan = sliced(hundred(), &["real", "few", "many", "halves"], None).unwrap();
    // Of 90 present values the ranks 18, 36, 54, 72.
    let edges = [20.5, 40.5, 60.5, 80.5];
    assert_eq!(scan.read[0].edges.as_deref(), Some(&edges[..]));
    assert_eq!(
        names(&scan, 0),
        [
            "<20.5",
            "20.5..<40.5",
            "40.5..<60.5",
            "60.5..<80.5",
            ">=80.5",
            "(missing)"
        ]
    );
    assert_eq!(names(&scan, 1), ["0", "1", "2"]);
    assert_eq!(scan.read[1].edges, None);
    assert_eq!(names(&scan, 2).len(), 5);
    assert_eq!(names(&scan, 3), ["<0.5", "0.5..<1", ">=1"]);
}

#[test]
fn only_the_twenty_most_frequent_texts_have_a_level() {
    let scan = sliced(hundred(), &["few", "text"], None).unwrap();
    let labels = names(&scan, 1);
    assert_eq!(labels.len(), 22);
    assert_eq!(scan.read[1].values, Some(25));
    assert_eq!(scan.read[0].values, None);
    let others = |row: &Row| row.labels[1].is_others();
    // t20 to t24 occur twice each.
    assert_eq!(scan.state.iter().filter(|row| others(row)).count(), 10);
    assert_eq!(
        scan.state
            .iter()
            .filter(|row| row.labels[1].is_missing())
            .count(),
        1
    );
    assert!(labels.contains(&"t19".to_owned()) && !labels.contains(&"t20".to_owned()));
}

#[test]
fn a_csv_file_has_the_same_levels() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    let mut text = "d,id,few,many,word\n".to_owned();
    for i in 0..100 {
        text.push_str(&format!("{},{i},{},{i},w{}\n", i % 2, i % 3, i % 4));
    }
    write(&path, text).unwrap();
    let csv = Source::paths([path.display().to_string()]);
    let scan = sliced(csv, &["few", "many", "word"], Some("0.4")).unwrap();
    let typed = sliced(hundred(), &["few", "many"], Some("0.4")).unwrap();
    assert_eq!(names(&scan, 0), names(&typed, 0));
    assert_eq!(scan.read[1].edges, typed.read[1].edges);
    assert_eq!(names(&scan, 2), ["w0", "w1", "w2", "w3"]);
    let kept_back = |scan: &Scan<Vec<Row>>| {
        let half = scan.axes.len() - 1;
        let rows = scan.state.iter();
        rows.filter(|row| row.labels[half] == Label::Bool(true))
            .count()
    };
    // Ids are what is written, so both files keep back the same rows; about 40 of 100.
    assert_eq!(kept_back(&scan), kept_back(&typed));
    assert!(
        (25..=55).contains(&kept_back(&scan)),
        "{}",
        kept_back(&scan)
    );
}

#[test]
fn what_cannot_be_halved_is_said() {
    let message = |share| {
        sliced(hundred(), &["few"], Some(share))
            .unwrap_err()
            .to_string()
    };
    assert!(
        message("1").contains("no decimal between 0 and 1"),
        "{}",
        message("1")
    );
    assert!(message("half").contains("such as 0.5"));
    let gap = table([
        ("d", Arc::new(Int64Array::from(vec![0, 1])) as _),
        (
            "id",
            Arc::new(StringArray::from(vec![Some("a"), None])) as _,
        ),
        ("few", Arc::new(Int64Array::from(vec![0, 1])) as _),
    ]);
    let message = sliced(gap, &["few"], Some("0.5")).unwrap_err().to_string();
    assert!(message.contains("id \"id\" is missing in"), "{message}");
}
