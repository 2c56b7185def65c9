//! Ranges, levels, missing values, drift, and the first rows to the last digit.

use arrow::array::{Array, AsArray};
use arrow::datatypes::{Date32Type, Float64Type, Int32Type};
use waage_data::synthetic::{Bias, Column, LeadSpec, batch};

use crate::{cells, only};

#[test]
fn values_keep_their_documented_ranges() {
    let spec = LeadSpec {
        rows: 50_000,
        seed: 8,
        ..LeadSpec::default()
    };
    let leads = batch(&spec, 0, 50_000).unwrap();
    let column = |name: &str| leads.column_by_name(name).unwrap();
    let missing = |name: &str| column(name).null_count() as f64 / 50_000.0;
    for column in Column::all() {
        let array = leads.column(column as usize);
        assert_eq!(
            array.null_count() > 0,
            column.nullable(),
            "{}",
            column.name()
        );
        if let Some(dictionary) = array.as_dictionary_opt::<Int32Type>() {
            let mut seen = vec![false; column.levels().len()];
            dictionary
                .keys()
                .iter()
                .flatten()
                .for_each(|key| seen[key as usize] = true);
            assert!(
                seen.iter().all(|&seen| seen),
                "{} lacks a level",
                column.name()
            );
        }
    }
    let reals = |name: &str| {
        column(name)
            .as_primitive::<Float64Type>()
            .iter()
            .flatten()
            .collect::<Vec<_>>()
    };
    let integers = |name: &str| column(name).as_primitive::<Int32Type>().values().to_vec();
    assert!(
        reals("score")
            .iter()
            .all(|&score| score > 0.0 && score < 1.0)
    );
    assert!(
        reals("email_engagement")
            .iter()
            .all(|share| (0.0..=1.0).contains(share))
    );
    assert!(
        reals("minutes_on_site")
            .iter()
            .all(|&minutes| minutes >= 0.0 && minutes.is_finite())
    );
    assert!(
        reals("expected_revenue")
            .iter()
            .all(|&euro| euro > 0.0 && euro < 1e7)
    );
    assert!(
        integers("visits")
            .iter()
            .all(|visits| (1..=500).contains(visits))
    );
    assert!(
        integers("past_purchases")
            .iter()
            .all(|orders| (0..=12).contains(orders))
    );
    let days = column("created").as_primitive::<Date32Type>().values();
    assert_eq!(days.iter().min(), Some(&19_723));
    assert_eq!(days.iter().max(), Some(&20_450));
    assert!((missing("company_size") - 0.28).abs() < 0.01);
    assert_eq!(missing("company_size"), missing("industry"));
    assert!((missing("gender") - 0.011).abs() < 0.003);
    assert!((missing("minutes_on_site") - 0.04).abs() < 0.005);
    assert!((missing("email_engagement") - 0.09).abs() < 0.007);
}

#[test]
fn only_contacted_leads_convert_under_full_selection() {
    let share_lost = |selection| {
        let bias = Bias {
            selection,
            ..Bias::none()
        };
        let columns = only(&["contacted", "converted"]);
        let spec = LeadSpec {
            rows: 40_000,
            bias,
            columns,
            ..LeadSpec::default()
        };
        let leads = batch(&spec, 0, 40_000).unwrap();
        let (contacted, converted) = (leads.column(0).as_boolean(), leads.column(1).as_boolean());
        let missed = |row: &usize| converted.value(*row) && !contacted.value(*row);
        (0..40_000).filter(missed).count()
    };
    let (none, half, full) = (share_lost(0.0), share_lost(0.5), share_lost(1.0));
    assert_eq!(full, 0);
    let ratio = half as f64 / none as f64;
    assert!(none > 2_000 && (ratio - 0.5).abs() < 0.04, "{none} {half}");
}

#[test]
fn drift_moves_score_sources_and_conversion_over_time() {
    let halves = |drift| {
        let bias = Bias {
            drift,
            ..Bias::none()
        };
        let columns = only(&["created", "score", "source"]);
        let spec = LeadSpec {
            rows: 40_000,
            bias,
            columns,
            ..LeadSpec::default()
        };
        let leads = batch(&spec, 0, 40_000).unwrap();
        let days = leads.column(0).as_primitive::<Date32Type>();
        let score = leads.column(1).as_primitive::<Float64Type>();
        let source = leads.column(2).as_dictionary::<Int32Type>();
        let social = Column::Source
            .levels()
            .iter()
            .position(|&s| s == "social_media")
            .unwrap();
        let mut sums = [[0.0; 3]; 2];
        for row in 0..leads.num_rows() {
            let half = &mut sums[usize::from(days.value(row) >= 20_087)];
            half[0] += 1.0;
            half[1] += score.value(row);
            half[2] += f64::from(u8::from(source.keys().value(row) as usize == social));
        }
        let [early, late] = sums;
        [
            late[1] / late[0] - early[1] / early[0],
            late[2] / late[0] - early[2] / early[0],
        ]
    };
    let [score, social] = halves(1.0);
    assert!(score > 0.03 && social > 0.04, "{score} {social}");
    let [score, social] = halves(0.0);
    assert!(
        score.abs() < 0.008 && social.abs() < 0.012,
        "{score} {social}"
    );
}

#[test]
fn the_first_rows_are_pinned() {
    let leads = batch(&LeadSpec::default(), 0, 5).unwrap();
    let columns = cells(&leads);
    let lines: Vec<String> = (0..5)
        .map(|row| {
            columns
                .iter()
                .map(|cells| cells[row].as_str())
                .collect::<Vec<_>>()
                .join(",")
        })
        .collect();
    let pinned = include_str!("first_rows.csv");
    assert_eq!(
        lines.join("\n"),
        pinned.trim_end(),
        "announce changed values in CHANGELOG.md"
    );
}
