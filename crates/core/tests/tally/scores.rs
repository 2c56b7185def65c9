//! Laws of the scores in a cube: exact within the limit, on the grid beyond, and the same bytes
//! and sums however rows come together.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use waage_core::block::{Block, Codes, outcome};
use waage_core::label::Label;
use waage_core::tally::{Builder, Kept, Limits, ScoreTable, Tally};

use super::{KEPT, Row, label, row, tally};

const UNWEIGHTED: Kept = Kept {
    weights: false,
    scores: true,
    clusters: false,
};

/// Rows whose scores and weights repeat often.
fn coarse() -> impl Strategy<Value = Row> {
    (row(), 0..8_u8, 0..3_u8).prop_map(|(row, score, weight)| Row {
        score: if score == 7 {
            f64::NAN
        } else {
            f64::from(score) / 8.0 - 0.25
        },
        weight: f64::from(weight) / 2.0,
        ..row
    })
}

fn rows(most: usize) -> impl Strategy<Value = Vec<Row>> {
    prop_oneof![
        prop::collection::vec(row(), 0..most),
        prop::collection::vec(coarse(), 0..most),
    ]
}

fn within(entries: u64) -> Limits {
    Limits {
        score_entries_max: entries,
        ..Limits::default()
    }
}

/// Distinct (cell, outcome, score, weight).
fn entries(rows: &[Row], kept: Kept) -> u64 {
    let key = |r: &Row| {
        let weight = if kept.weights { r.weight } else { 1.0 };
        let score = (r.score + 0.0).to_bits();
        (r.gender, r.region, r.outcome, score, weight.to_bits())
    };
    let scored = rows.iter().filter(|r| !r.score.is_nan());
    scored.map(key).collect::<BTreeSet<_>>().len() as u64
}

/// The tally of two builders that count every other row, with level codes known beforehand.
fn in_threads(rows: &[Row], kept: Kept, limits: Limits, threads: usize) -> Tally {
    let names = ["gender".to_owned(), "region".to_owned()];
    let labels: [Vec<Label>; 2] = [4, 30].map(|n| n).map(|n: u8| {
        let axis = usize::from(n == 30);
        (0..n).map(|value| label(axis, value)).collect()
    });
    let table: Vec<u32> = (0..30).collect();
    let builders = (0..threads).map(|thread| {
        let rows: Vec<&Row> = rows.iter().skip(thread).step_by(threads).collect();
        let mut builder = Builder::new(&names[..1], &names[1..], kept, limits);
        for rows in rows.chunks(7) {
            let gender: Vec<i32> = rows.iter().map(|r| i32::from(r.gender)).collect();
            let region: Vec<i32> = rows.iter().map(|r| i32::from(r.region)).collect();
            let outcomes: Vec<u8> = rows.iter().map(|r| r.outcome).collect();
            let weights: Vec<f64> = rows.iter().map(|r| r.weight).collect();
            let scores: Vec<f64> = rows.iter().map(|r| r.score).collect();
            builder.add(&Block {
                len: rows.len(),
                axes: &[
                    Codes {
                        keys: &gender,
                        table: &table[..4],
                    },
                    Codes {
                        keys: &region,
                        table: &table,
                    },
                ],
                outcomes: &outcomes,
                weights: kept.weights.then_some(&weights),
                scores: Some(&scores),
                targets: None,
                clusters: None,
                propensities: None,
                members: &[],
            });
        }
        builder
    });
    let whole = builders.reduce(Builder::merge).expect("at least one");
    whole.finish(&labels).expect("within the limits")
}

/// The table of a group by looking at every row.
fn brute(rows: &[Row], weighted: bool) -> ScoreTable {
    let mut by_score: BTreeMap<i64, (f64, Vec<&Row>)> = BTreeMap::new();
    for row in rows.iter().filter(|r| !r.score.is_nan()) {
        let bits = (row.score + 0.0).to_bits() as i64;
        let order = bits ^ (((bits >> 63) as u64) >> 1) as i64;
        let place = by_score
            .entry(order)
            .or_insert((row.score + 0.0, Vec::new()));
        place.1.push(row);
    }
    let of = |label: u8, value: &dyn Fn(&[&Row]) -> f64| -> Vec<f64> {
        let of_label = |rows: &[&Row]| {
            let mut rows = rows.to_vec();
            rows.retain(|r| outcome::label(r.outcome) == label);
            value(&rows)
        };
        by_score.values().map(|(_, rows)| of_label(rows)).collect()
    };
    let codes = [0, 1, 2];
    ScoreTable {
        scores: by_score.values().map(|(score, _)| *score).collect(),
        rows: codes.map(|l| {
            let counts = of(l, &|rows| rows.len() as f64);
            counts.iter().map(|n| *n as u64).collect()
        }),
        weights: weighted
            .then(|| codes.map(|l| of(l, &|rows| rows.iter().map(|r| r.weight).sum()))),
        squares: weighted
            .then(|| codes.map(|l| of(l, &|rows| rows.iter().map(|r| r.weight * r.weight).sum()))),
        widths: None,
        counted: Default::default(),
    }
}

fn assert_close(found: &Option<[Vec<f64>; 3]>, expected: &Option<[Vec<f64>; 3]>) {
    let flat = |sums: &Option<[Vec<f64>; 3]>| -> Vec<f64> {
        sums.iter().flatten().flatten().copied().collect()
    };
    let (found, expected) = (flat(found), flat(expected));
    assert_eq!(found.len(), expected.len());
    for (a, b) in found.iter().zip(&expected) {
        // A sum of at most 300 positive numbers errs by less than 300 units in the last place.
        assert!((a - b).abs() <= 300.0 * f64::EPSILON * b.abs(), "{a} {b}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn threads_blocks_and_density_leave_no_trace_whatever_the_limit(
        rows in rows(300),
        limit in 0..320_u64,
        threads in 1..5_usize,
        block in 1..60_usize,
    ) {
        for kept in [KEPT, UNWEIGHTED] {
            let whole = tally(&rows, block, kept, within(limit));
            prop_assert_eq!(whole.scores_are_exact(), entries(&rows, kept) <= limit);
            let bytes = whole.to_bytes();
            let split = in_threads(&rows, kept, within(limit), threads);
            prop_assert_eq!(&split.to_bytes(), &bytes);
            let sparse = Limits { dense_cells_max: 8, ..within(limit) };
            prop_assert_eq!(&tally(&rows, block, kept, sparse).to_bytes(), &bytes);
            let back = Tally::from_bytes(&bytes).unwrap();
            prop_assert_eq!(&back, &whole);
        }
    }

    #[test]
    fn partitions_merge_to_the_bytes_of_all_rows(
        a in rows(80),
        b in rows(80),
        c in rows(80),
        limit in 0..250_u64,
    ) {
        for kept in [KEPT, UNWEIGHTED] {
            let of = |rows: &[Row]| tally(rows, 16, kept, within(limit));
            let (ta, tb, tc) = (of(&a), of(&b), of(&c));
            let left = ta.clone().merge(&tb).unwrap().merge(&tc).unwrap();
            let right = tc.clone().merge(&tb).unwrap();
            let right = Tally::from_bytes(&right.to_bytes()).unwrap().merge(&ta).unwrap();
            let all: Vec<Row> = [a.clone(), b.clone(), c.clone()].concat();
            let bytes = of(&all).to_bytes();
            prop_assert_eq!(left.to_bytes(), bytes.clone());
            prop_assert_eq!(right.to_bytes(), bytes);
        }
    }

    #[test]
    fn tables_are_those_of_the_rows(rows in rows(300)) {
        for kept in [KEPT, UNWEIGHTED] {
            let tally = tally(&rows, 16, kept, Limits::default());
            let groups = tally.view(&[0]).groups;
            let mut tables = tally.score_tables(&[0]);
            tables.push(tally.score_table_all());
            let mut expected: Vec<Vec<Row>> = groups
                .iter()
                .map(|group| {
                    let mut rows = rows.clone();
                    rows.retain(|r| label(0, r.gender) == group.name.0[0]);
                    rows
                })
                .collect();
            expected.push(rows.clone());
            prop_assert_eq!(tables.len(), expected.len());
            for (table, rows) in tables.iter().zip(&expected) {
                let brute = brute(rows, kept.weights);
                prop_assert_eq!(&table.scores, &brute.scores);
                prop_assert_eq!(&table.rows, &brute.rows);
                assert_close(&table.weights, &brute.weights);
                assert_close(&table.squares, &brute.squares);
                prop_assert!(table.is_exact());
            }
        }
    }

    #[test]
    fn the_grid_loses_places_but_no_rows_and_no_sums(rows in rows(200)) {
        for kept in [KEPT, UNWEIGHTED] {
            let exact = tally(&rows, 16, kept, Limits::default());
            let grid = tally(&rows, 16, kept, within(0));
            for axes in [&[][..], &[0]] {
                prop_assert_eq!(exact.view(axes), grid.view(axes));
            }
            prop_assert_eq!(exact.score_range(), grid.score_range());
            for (fine, coarse) in exact.score_tables(&[0]).iter().zip(grid.score_tables(&[0])) {
                let Some(widths) = &coarse.widths else {
                    prop_assert!(fine.scores.is_empty() && coarse.scores.is_empty());
                    continue;
                };
                let mut from = 0;
                for (bin, (low, high)) in widths.iter().enumerate() {
                    let to = fine.scores.partition_point(|s| s <= high);
                    prop_assert_eq!((fine.scores[from], fine.scores[to - 1]), (*low, *high));
                    prop_assert!(*low <= coarse.scores[bin] && coarse.scores[bin] <= *high);
                    prop_assert!((high - low).abs() <= low.abs().max(high.abs()) / 256.0 + 1e-308);
                    for label in 0..3 {
                        let n: u64 = fine.rows[label][from..to].iter().sum();
                        prop_assert_eq!(coarse.rows[label][bin], n);
                    }
                    from = to;
                }
                prop_assert_eq!(from, fine.scores.len());
                let total = |sums: &Option<[Vec<f64>; 3]>| -> f64 {
                    sums.iter().flatten().flatten().sum()
                };
                let (a, b) = (total(&fine.weights), total(&coarse.weights));
                prop_assert!((a - b).abs() <= 1e-12 * a, "{} {}", a, b);
            }
        }
    }

    #[test]
    fn damaged_grids_are_errors(
        rows in rows(40),
        at in any::<prop::sample::Index>(),
        flip in 1..=255_u8,
        cut in any::<prop::sample::Index>(),
    ) {
        for kept in [KEPT, UNWEIGHTED] {
            let bytes = tally(&rows, 16, kept, within(3)).to_bytes();
            prop_assert!(Tally::from_bytes(&bytes[..cut.index(bytes.len())]).is_err());
            let mut damaged = bytes.clone();
            damaged[at.index(bytes.len())] ^= flip;
            if let Ok(read) = Tally::from_bytes(&damaged) {
                prop_assert_eq!(read.to_bytes(), damaged);
                prop_assert_eq!(read.view(&[0]).groups.len(), read.score_tables(&[0]).len());
            }
        }
    }

    #[test]
    fn histograms_count_between_edges(rows in rows(200), edges in prop::collection::btree_set(-8..9_i32, 2..8)) {
        let edges: Vec<f64> = edges.iter().map(|e| f64::from(*e) / 4.0).collect();
        let tally = tally(&rows, 16, UNWEIGHTED, Limits::default());
        let mut found = vec![0; edges.len() - 1];
        for (_, counts) in tally.score_histograms(0, &edges) {
            for (sum, n) in found.iter_mut().zip(counts) {
                *sum += n;
            }
        }
        let last = edges.len() - 2;
        for (bin, n) in found.iter().enumerate() {
            let inside = |s: f64| {
                edges[bin] <= s && (s < edges[bin + 1] || (bin == last && s == edges[bin + 1]))
            };
            prop_assert_eq!(rows.iter().filter(|r| inside(r.score)).count() as u64, *n);
        }
    }
}

#[test]
fn few_distinct_scores_stay_few_entries() {
    let rows: Vec<Row> = (0..100_000)
        .map(|i| Row {
            gender: (i % 3) as u8,
            region: 0,
            outcome: u8::from(i % 5 == 0) * 4,
            weight: 1.0,
            score: f64::from(i % 100) / 100.0,
        })
        .collect();
    // 3 genders × 2 outcomes: outcome and score are not independent, 5 divides 100.
    let tally = tally(&rows, 1000, UNWEIGHTED, within(300));
    assert!(tally.scores_are_exact());
    assert_eq!(tally.score_table_all().scores.len(), 100);
    assert!(tally.to_bytes().len() < 10_000);
}

#[test]
fn degenerate_scores_are_tables_too() {
    let base = Row {
        gender: 0,
        region: 0,
        outcome: 0,
        weight: 0.0,
        score: f64::NAN,
    };
    let missing = tally(&vec![base.clone(); 50], 16, KEPT, Limits::default());
    let table = missing.score_table_all();
    assert!(table.scores.is_empty() && table.is_exact());
    assert_eq!(missing.score_range(), None);
    assert_eq!(missing.score_histograms(0, &[0.0, 1.0])[0].1, [0]);
    let tied = Row {
        score: -0.0,
        ..base.clone()
    };
    let zero = Row {
        score: 0.0,
        ..base.clone()
    };
    for limit in [0, 1] {
        let rows = [vec![tied.clone(); 40], vec![zero.clone(); 60]].concat();
        let tally = tally(&rows, 16, KEPT, within(limit));
        let table = tally.score_table_all();
        assert_eq!(table.scores, [0.0]);
        assert_eq!(table.rows, [vec![100], vec![0], vec![0]]);
        assert_eq!(table.weights.unwrap()[0], [0.0]);
    }
    let huge = [-1e60, 1e60].map(|score| Row {
        score,
        weight: 1e60,
        ..base.clone()
    });
    for limit in [0, 2] {
        let table = tally(&huge, 16, KEPT, within(limit)).score_table_all();
        assert_eq!(table.scores, [-1e60, 1e60]);
        assert_eq!(table.squares.unwrap()[0], [1e60 * 1e60; 2]);
    }
    let empty = tally(&[], 16, KEPT, Limits::default());
    assert_eq!(empty.score_table_all().scores.len(), 0);
}
