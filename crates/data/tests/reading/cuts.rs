//! Cuts of a score: exact at any size, ties shared or broken by id.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float32Array, Float64Array, Int64Array, UInt64Array};
use proptest::prelude::*;
use waage_core::block::outcome;
use waage_data::Source;
use waage_result::document::CutResult;
use waage_result::spec::{Cut, RolesSpec};

use super::support::*;

fn roles(cut: Cut) -> RolesSpec {
    RolesSpec {
        score: Some("s".to_owned()),
        cut: Some(cut),
        ..RolesSpec::default()
    }
}

fn by_id(cut: Cut) -> RolesSpec {
    RolesSpec {
        id: Some("id".to_owned()),
        ..roles(cut)
    }
}

/// Rows per decision: rejected, selected, missing, tied.
fn decisions(rows: &[Row]) -> [usize; 4] {
    let mut counts = [0; 4];
    rows.iter()
        .for_each(|row| counts[usize::from(outcome::decision(row.outcome))] += 1);
    counts
}

fn scores() -> ArrayRef {
    floats([
        Some(0.9),
        Some(0.5),
        None,
        Some(0.5),
        Some(0.5),
        Some(0.1),
        Some(-0.0),
        Some(0.7),
    ])
}

#[test]
fn a_threshold_selects_scores_at_and_above_it() {
    let found = scan(table([("s", scores())]), &roles(Cut::Threshold(0.5)), None).unwrap();
    assert_eq!(decisions(&found.state), [2, 5, 1, 0]);
    let cut = CutResult {
        score: 0.5,
        selected: 5,
        tied: 0,
        tied_selected: 0,
    };
    assert_eq!(found.cut, Some(cut));
    let message = failure(table([("s", scores())]), &roles(Cut::Threshold(f64::NAN)));
    assert!(message.contains("threshold NaN"), "{message}");
}

#[test]
fn ties_at_the_cut_share_the_places_that_are_left() {
    let found = scan(table([("s", scores())]), &roles(Cut::TopK(4)), None).unwrap();
    assert_eq!(decisions(&found.state), [2, 2, 1, 3]);
    let cut = CutResult {
        score: 0.5,
        selected: 4,
        tied: 3,
        tied_selected: 2,
    };
    assert_eq!(found.cut, Some(cut));
    assert!(found.notes.iter().any(|note| note.code == "ties_shared"));
    // All of the tie block finds a place: nobody is tied.
    let found = scan(table([("s", scores())]), &roles(Cut::TopK(5)), None).unwrap();
    assert_eq!(decisions(&found.state), [2, 5, 1, 0]);
    assert_eq!(
        found.cut,
        Some(CutResult {
            score: 0.5,
            selected: 5,
            tied: 0,
            tied_selected: 0
        })
    );
}

#[test]
fn a_share_is_exact_and_counts_scored_rows_alone() {
    // ⌊0.6 · 7⌋ = 4 of the seven rows that have a score.
    let cut = || Cut::TopFraction("0.6".to_owned());
    let found = scan(table([("s", scores())]), &roles(cut()), None).unwrap();
    assert_eq!(found.cut.unwrap().selected, 4);
    // The filter comes first: ⌊0.6 · 5⌋ = 3.
    let found = scan(table([("s", scores())]), &roles(cut()), Some("s <= 0.5")).unwrap();
    assert_eq!(
        found.cut.unwrap(),
        CutResult {
            score: 0.5,
            selected: 3,
            tied: 0,
            tied_selected: 0
        }
    );
    for (share, part) in [
        ("0.1", "is no whole row"),
        ("1.5", "is no decimal"),
        ("x", "is no decimal"),
    ] {
        let message = failure(
            table([("s", scores())]),
            &roles(Cut::TopFraction(share.to_owned())),
        );
        assert!(message.contains(part), "{message}");
    }
    let message = failure(table([("s", scores())]), &roles(Cut::TopK(0)));
    assert!(message.contains("select nobody"), "{message}");
}

#[test]
fn more_places_than_rows_select_all_of_them() {
    let found = scan(table([("s", scores())]), &roles(Cut::TopK(99)), None).unwrap();
    assert_eq!(decisions(&found.state), [0, 7, 1, 0]);
    assert!(
        found
            .notes
            .iter()
            .any(|note| note.code == "top_k_exceeds_rows")
    );
}

#[test]
fn ids_break_ties_ascending_as_numbers_or_bytes() {
    // Tied are rows 1, 3 and 4; two places are left.
    let cases: [(ArrayRef, [usize; 2]); 3] = [
        (
            integers([
                Some(1),
                Some(10),
                Some(3),
                Some(9),
                Some(2),
                None,
                None,
                None,
            ]),
            [3, 4],
        ),
        (
            Arc::new(UInt64Array::from(vec![0, u64::MAX, 0, 5, 6, 0, 0, 0])),
            [3, 4],
        ),
        (
            texts([
                None,
                Some("10"),
                None,
                Some("9"),
                Some("2"),
                None,
                None,
                None,
            ]),
            [1, 4],
        ),
    ];
    for (ids, selected) in cases {
        let source = table([
            ("s", scores()),
            ("id", ids),
            ("row", integers([0, 1, 2, 3, 4, 5, 6, 7].map(Some))),
        ]);
        let mut roles = by_id(Cut::TopK(4));
        roles.sensitive = label_roles("", "row").sensitive;
        let found = scan(source, &roles, None).unwrap();
        assert_eq!(decisions(&found.state), [3, 4, 1, 0]);
        let rows: Vec<String> = found
            .state
            .iter()
            .filter(|row| row.score == Some(0.5_f64.to_bits()))
            .filter(|row| outcome::decision(row.outcome) == outcome::SELECTED)
            .flat_map(Row::names)
            .collect();
        assert_eq!(rows, selected.map(|row| row.to_string()));
        let cut = CutResult {
            score: 0.5,
            selected: 4,
            tied: 3,
            tied_selected: 2,
        };
        assert_eq!(found.cut, Some(cut));
    }
}

#[test]
fn ids_that_tell_no_tied_rows_apart_are_refused() {
    let with = |ids: ArrayRef| failure(table([("s", scores()), ("id", ids)]), &by_id(Cut::TopK(4)));
    let twice = with(integers([
        Some(1),
        Some(7),
        Some(1),
        Some(7),
        Some(2),
        None,
        None,
        None,
    ]));
    assert_eq!(
        twice,
        "id \"id\" is \"7\" twice among the 3 rows tied at the cut; name a column that is unique \
         there, or leave the id out to share the places"
    );
    let missing = with(integers([
        Some(1),
        Some(7),
        Some(1),
        None,
        Some(2),
        None,
        None,
        None,
    ]));
    assert!(
        missing.starts_with("id \"id\" is missing among"),
        "{missing}"
    );
}

#[test]
fn a_column_beyond_what_is_sorted_in_memory_is_cut_exactly() {
    // Three million rows pass the histogram; scores repeat, lie close together, and are negative.
    let rows = 3_000_000_u64;
    let score = |i: u64| {
        let hash = i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 11;
        match i % 3 {
            0 => 0.5,
            1 => 0.5 + (hash % 1000) as f64 * f64::EPSILON,
            _ => (hash as f64) / (1_u64 << 53) as f64 - 0.5,
        }
    };
    let mut sorted: Vec<f64> = (0..rows).map(score).collect();
    let column: ArrayRef = Arc::new(Float64Array::from(sorted.clone()));
    sorted.sort_by(|a, b| b.total_cmp(a));
    for k in [1, 500_000, 1_000_000, 1_900_000, 2_000_000, 2_999_999] {
        let at = sorted[k - 1];
        let above = sorted.partition_point(|score| *score > at);
        let tied = sorted.partition_point(|score| *score >= at) - above;
        let data = waage_data::Dataset::open(
            table([("s", Arc::clone(&column))]),
            &roles(Cut::TopK(k as u64)),
            None,
            waage_data::Limits::default(),
            &waage_core::observer::Silent,
        )
        .unwrap();
        let count = |counts: &mut [u64; 4], block: &waage_core::block::Block<'_>| {
            block
                .outcomes
                .iter()
                .for_each(|o| counts[usize::from(outcome::decision(*o))] += 1);
        };
        let merge = |a: [u64; 4], b: [u64; 4]| [0, 1, 2, 3].map(|i| a[i] + b[i]);
        let found = data
            .scan(&waage_core::observer::Silent, || [0; 4], count, merge)
            .unwrap();
        let cut = found.cut.unwrap();
        assert_eq!((cut.score, cut.selected), (at, k as u64));
        let left = k - above;
        let (tied, left) = if tied == left { (0, 0) } else { (tied, left) };
        assert_eq!(
            (cut.tied, cut.tied_selected),
            (tied as u64, left as u64),
            "{k}"
        );
        assert_eq!(found.state[3], tied as u64);
        assert_eq!(found.state[1] + cut.tied_selected, k as u64);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Against sorting, with nulls and many ties.
    #[test]
    fn top_k_is_what_sorting_says(
        scores in prop::collection::vec(prop::option::of(-4_i64..4), 1..60),
        k in 1_usize..60,
    ) {
        let mut sorted: Vec<i64> = scores.iter().flatten().copied().collect();
        prop_assume!(!sorted.is_empty());
        sorted.sort_unstable_by(|a, b| b.cmp(a));
        let k = k.min(sorted.len());
        let at = sorted[k - 1];
        let above = sorted.iter().filter(|score| **score > at).count();
        let tied = sorted.iter().filter(|score| **score == at).count();
        let left = k - above;
        let expected = if left == tied { [above + tied, 0] } else { [above, tied] };
        let columns: [ArrayRef; 2] = [
            Arc::new(Int64Array::from(scores.clone())),
            Arc::new(scores.iter().map(|s| s.map(|s| s as f32)).collect::<Float32Array>()),
        ];
        for column in columns {
            let source: Source = table([("s", column)]);
            let found = scan(source, &roles(Cut::TopK(k as u64)), None).unwrap();
            let [_, selected, _, shared] = decisions(&found.state);
            prop_assert_eq!([selected, shared], expected);
            prop_assert_eq!(found.cut.unwrap().score, at as f64);
        }
    }
}
