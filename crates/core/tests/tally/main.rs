//! Laws of the cube: any split, order and merge of the rows gives the same bytes.

mod scores;

use proptest::prelude::*;
use waage_core::block::{Block, Codes, outcome};
use waage_core::label::Label;
use waage_core::tally::{Builder, Kept, Limits, Tally};

#[derive(Clone, Debug)]
struct Row {
    gender: u8,
    region: u8,
    outcome: u8,
    weight: f64,
    score: f64,
}

fn row() -> impl Strategy<Value = Row> {
    let score = prop_oneof![
        4 => -2.0..2.0_f64,
        1 => Just(f64::NAN),
        1 => prop_oneof![Just(1e-300), Just(1e60), Just(-3e-9)],
    ];
    let weight = prop_oneof![4 => 0.0..10.0_f64, 1 => Just(1e-200), 1 => Just(1e60)];
    (0..4_u8, 0..30_u8, 0..outcome::COUNT as u8, weight, score).prop_map(
        |(gender, region, outcome, weight, score)| Row {
            gender,
            region,
            outcome,
            weight,
            score,
        },
    )
}

fn label(axis: usize, value: u8) -> Label {
    match (axis, value) {
        (0, 3) => Label::Missing,
        (0, v) => Label::text(["male", "female", "diverse"][usize::from(v)]),
        (_, v) => Label::Int(i128::from(v) - 7),
    }
}

const KEPT: Kept = Kept {
    weights: true,
    scores: true,
    clusters: false,
};

/// Counts rows in blocks of the given size; level codes are handed out by first sight.
fn tally(rows: &[Row], block: usize, kept: Kept, limits: Limits) -> Tally {
    let names = ["gender".to_owned(), "region".to_owned()];
    let mut levels: [Vec<Label>; 2] = Default::default();
    let mut builder = Builder::new(&names[..1], &names[1..], kept, limits);
    for rows in rows.chunks(block.max(1)) {
        let mut keys: [Vec<i32>; 2] = Default::default();
        for row in rows {
            for (axis, value) in [row.gender, row.region].into_iter().enumerate() {
                let label = label(axis, value);
                let known = levels[axis].iter().position(|l| *l == label);
                let code = known.unwrap_or_else(|| {
                    levels[axis].push(label);
                    levels[axis].len() - 1
                });
                keys[axis].push(code as i32);
            }
        }
        let tables: Vec<Vec<u32>> = levels
            .iter()
            .map(|l| (0..l.len() as u32).collect())
            .collect();
        let axes: Vec<Codes<'_>> = keys
            .iter()
            .zip(&tables)
            .map(|(keys, table)| Codes { keys, table })
            .collect();
        let outcomes: Vec<u8> = rows.iter().map(|r| r.outcome).collect();
        let weights: Vec<f64> = rows.iter().map(|r| r.weight).collect();
        let scores: Vec<f64> = rows.iter().map(|r| r.score).collect();
        builder.add(&Block {
            len: rows.len(),
            axes: &axes,
            outcomes: &outcomes,
            weights: kept.weights.then_some(&weights),
            scores: kept.scores.then_some(&scores),
            targets: None,
            clusters: None,
            propensities: None,
            members: &[],
        });
    }
    builder.finish(&levels).expect("within the limits")
}

fn plain(rows: &[Row]) -> Tally {
    tally(rows, 16, KEPT, Limits::default())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn blocks_and_density_leave_no_trace(
        rows in prop::collection::vec(row(), 0..200),
        block in 1..50_usize,
    ) {
        let whole = plain(&rows).to_bytes();
        prop_assert_eq!(&tally(&rows, block, KEPT, Limits::default()).to_bytes(), &whole);
        let sparse = Limits { dense_cells_max: 8, ..Limits::default() };
        prop_assert_eq!(&tally(&rows, block, KEPT, sparse).to_bytes(), &whole);
    }

    #[test]
    fn order_of_rows_leaves_no_trace(
        rows in prop::collection::vec(row(), 0..100).prop_flat_map(|rows| {
            (Just(rows.clone()), Just(rows).prop_shuffle())
        }),
    ) {
        prop_assert_eq!(plain(&rows.0).to_bytes(), plain(&rows.1).to_bytes());
    }

    #[test]
    fn merging_is_associative_commutative_and_counts_everything(
        a in prop::collection::vec(row(), 0..60),
        b in prop::collection::vec(row(), 0..60),
        c in prop::collection::vec(row(), 0..60),
    ) {
        let (ta, tb, tc) = (plain(&a), plain(&b), plain(&c));
        let left = ta.clone().merge(&tb).unwrap().merge(&tc).unwrap();
        let right = ta.clone().merge(&tb.clone().merge(&tc).unwrap()).unwrap();
        let turned = tc.merge(&tb).unwrap().merge(&ta).unwrap();
        let all: Vec<Row> = a.into_iter().chain(b).chain(c).collect();
        let bytes = plain(&all).to_bytes();
        prop_assert_eq!(&left.to_bytes(), &bytes);
        prop_assert_eq!(&right.to_bytes(), &bytes);
        prop_assert_eq!(&turned.to_bytes(), &bytes);
        prop_assert_eq!(left.rows(), all.len() as u64);
    }

    #[test]
    fn builders_merge_like_tallies(rows in prop::collection::vec(row(), 1..120), cut in 0..120_usize) {
        let cut = cut.min(rows.len());
        let names = ["gender".to_owned()];
        let levels: Vec<Vec<Label>> = vec![(0..4).map(|v| label(0, v)).collect()];
        let fill = |rows: &[Row], codes: [u32; 4]| {
            let mut builder = Builder::new(&names, &[], Kept::default(), Limits::default());
            let keys: Vec<i32> = rows.iter().map(|r| i32::from(r.gender)).collect();
            let outcomes: Vec<u8> = rows.iter().map(|r| r.outcome).collect();
            builder.add(&Block {
                len: rows.len(),
                axes: &[Codes { keys: &keys, table: &codes }],
                outcomes: &outcomes,
                weights: None,
                scores: None,
                targets: None,
                clusters: None,
                propensities: None,
                members: &[],
            });
            builder
        };
        let codes = [0, 1, 2, 3];
        let whole = fill(&rows, codes).finish(&levels).unwrap();
        let parts = fill(&rows[..cut], codes).merge(fill(&rows[cut..], codes));
        prop_assert_eq!(parts.finish(&levels).unwrap().to_bytes(), whole.to_bytes());
    }

    #[test]
    fn bytes_come_back_and_damage_is_an_error(
        rows in prop::collection::vec(row(), 0..40),
        at in any::<prop::sample::Index>(),
        flip in 1..=255_u8,
        cut in any::<prop::sample::Index>(),
    ) {
        let tally = plain(&rows);
        let bytes = tally.to_bytes();
        prop_assert_eq!(&Tally::from_bytes(&bytes).unwrap(), &tally);
        prop_assert!(Tally::from_bytes(&bytes[..cut.index(bytes.len())]).is_err());
        let mut damaged = bytes.clone();
        damaged[at.index(bytes.len())] ^= flip;
        // Never a panic; what still reads is another tally, told apart by its bytes.
        if let Ok(read) = Tally::from_bytes(&damaged) {
            prop_assert_ne!(read.to_bytes(), bytes);
        }
    }
}

#[test]
fn views_are_sums_of_cells() {
    let rows: Vec<Row> = (0..200)
        .map(|i| Row {
            gender: (i % 4) as u8,
            region: (i % 7) as u8,
            outcome: (i % 12) as u8,
            weight: 0.1 * f64::from(i % 5),
            score: f64::from(i) / 200.0,
        })
        .collect();
    let tally = plain(&rows);
    let view = tally.view(&[0]);
    assert_eq!(view.groups.len(), 4);
    assert_eq!(
        view.groups
            .iter()
            .map(waage_core::tally::GroupTotals::rows)
            .sum::<u64>(),
        200
    );
    assert_eq!(view.groups[3].name.to_string(), "(missing)");
    let male: f64 = rows
        .iter()
        .filter(|r| r.gender == 0)
        .map(|r| r.weight * r.score)
        .sum();
    let found: f64 = view.groups[2].outcomes.iter().map(|s| s.ws).sum();
    assert!((male - found).abs() < 1e-12);
    let histograms = tally.score_histograms(0, &[0.0, 0.5, 0.995]);
    let rows = |bin: usize| histograms.iter().map(|(_, bins)| bins[bin]).sum::<u64>();
    assert_eq!((rows(0), rows(1)), (100, 100));
    assert_eq!(tally.score_range(), Some((0.0, 0.995)));
}

#[test]
fn score_tables_hold_the_scored_rows_of_each_label_in_the_order_of_the_view() {
    let rows: Vec<Row> = (0..300)
        .map(|i| Row {
            gender: (i % 4) as u8,
            region: (i % 7) as u8,
            outcome: (i % 12) as u8,
            weight: 1.0,
            score: if i % 10 == 0 {
                f64::NAN
            } else {
                f64::from(i % 25) / 25.0
            },
        })
        .collect();
    let tally = plain(&rows);
    let tables = tally.score_tables(&[0]);
    let view = tally.view(&[0]);
    assert_eq!(tables.len(), view.groups.len());
    for (table, group) in tables.iter().zip(&view.groups) {
        assert!(table.scores.windows(2).all(|pair| pair[0] < pair[1]));
        for (label, rows) in table.rows.iter().enumerate() {
            let of_label = group.outcomes[label * 4..label * 4 + 4].iter();
            let scored: u64 = of_label.map(|sums| sums.scored).sum();
            assert_eq!(rows.iter().sum::<u64>(), scored);
            assert_eq!(rows.len(), table.scores.len());
        }
    }
    let all = tally.score_table_all();
    assert_eq!(all.rows.iter().flatten().sum::<u64>(), 270);
}

#[test]
fn too_many_cells_are_an_error_that_says_what_to_do() {
    let rows: Vec<Row> = (0..120)
        .map(|i| Row {
            gender: i % 4,
            region: i % 30,
            outcome: 0,
            weight: 1.0,
            score: 0.5,
        })
        .collect();
    let names = ["gender".to_owned(), "region".to_owned()];
    let limits = Limits {
        dense_cells_max: 4,
        cells_max: 10,
        ..Limits::default()
    };
    let mut builder = Builder::new(&names, &[], Kept::default(), limits);
    let gender: Vec<i32> = rows.iter().map(|r| i32::from(r.gender)).collect();
    let region: Vec<i32> = rows.iter().map(|r| i32::from(r.region)).collect();
    let codes: Vec<u32> = (0..30).collect();
    builder.add(&Block {
        len: rows.len(),
        axes: &[
            Codes {
                keys: &gender,
                table: &codes,
            },
            Codes {
                keys: &region,
                table: &codes,
            },
        ],
        outcomes: &vec![0; rows.len()],
        weights: None,
        scores: None,
        targets: None,
        clusters: None,
        propensities: None,
        members: &[],
    });
    let error = builder.finish(&[Vec::new(), Vec::new()]).unwrap_err();
    assert!(
        error.to_string().contains("more than 10 combinations"),
        "{error}"
    );
}

proptest! {
    /// The strata of a cube hold all its rows once; each is the cube of the rows of that stratum.
    #[test]
    fn strata_are_cubes_of_their_rows(rows in prop::collection::vec(row(), 1..150)) {
        let whole = plain(&rows);
        let parts = whole.by_stratum();
        prop_assert_eq!(parts.iter().map(|(_, part)| part.rows()).sum::<u64>(), whole.rows());
        for (name, part) in &parts {
            let inside: Vec<Row> = rows
                .iter()
                .filter(|row| label(1, row.region) == name.0[0])
                .cloned()
                .collect();
            let alone = plain(&inside);
            prop_assert!(part.strata().is_empty());
            prop_assert_eq!(part.sensitive(), alone.sensitive());
            prop_assert_eq!(part.view(&[0]), alone.view(&[0]));
            prop_assert_eq!(part.view(&[]), alone.view(&[]));
        }
    }
}
