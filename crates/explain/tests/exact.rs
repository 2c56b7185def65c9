//! Every index equals the enumeration of all coalitions, for both games.

mod oracle;

use std::sync::Arc;

use ndarray::ArrayView2;
use oracle::{Kind, Others, Random};
use waage_explain::{Background, Index, Params, Perturbation, TreeExplainer};

fn explain(explainer: &TreeExplainer, rows: &[f64]) -> Vec<f64> {
    let features = explainer.model().features.len();
    let count = rows.len() / features;
    let view = ArrayView2::from_shape((count, features), rows).expect("rows");
    let mut out = vec![f64::NAN; count * explainer.model().outputs() * explainer.width()];
    explainer.explain(view, &mut out).expect("explained");
    out
}

fn close(found: &[f64], wanted: &[f64], what: &str) {
    assert_eq!(found.len(), wanted.len(), "{what}");
    for (at, (f, w)) in found.iter().zip(wanted).enumerate() {
        assert!((f - w).abs() < 1e-11, "{what} at {at}: {f} instead of {w}");
    }
}

fn check(kind: Kind, seed: u64, rows_planned: u64) {
    let mut random = Random(seed);
    let model = Arc::new(oracle::ensemble(&mut random, kind));
    let features = kind.features as usize;
    let rows = oracle::rows(&mut random, 5, features);
    let others = oracle::rows(&mut random, 7, features);
    let weights: Vec<f64> = (0..7).map(|i| f64::from(i % 3)).collect();
    let background = Background::new(
        ArrayView2::from_shape((7, features), &others).expect("rows"),
        Some(ndarray::ArrayView1::from(&weights)),
    )
    .expect("a background");
    let games = [
        (Perturbation::PathDependent, Others::Covers),
        (
            Perturbation::Interventional(background),
            Others::Rows(&others, &weights),
        ),
    ];
    for (perturbation, oracle_game) in games {
        let explainer = |index| {
            let params = Params::new(Arc::clone(&model))
                .perturbation(perturbation.clone())
                .index(index);
            params.rows(rows_planned).build().expect("an explainer")
        };
        let wanted: Vec<_> = rows
            .chunks(features)
            .map(|row| oracle::exact(&model, row, &oracle_game))
            .collect();
        let shapley = explainer(Index::Shapley);
        let all = |get: &dyn Fn(&oracle::Exact) -> &Vec<f64>| {
            wanted
                .iter()
                .flat_map(|e| get(e).clone())
                .collect::<Vec<_>>()
        };
        close(&explain(&shapley, &rows), &all(&|e| &e.shapley), "Shapley");
        close(
            &explain(&explainer(Index::Banzhaf), &rows),
            &all(&|e| &e.banzhaf),
            "Banzhaf",
        );
        close(
            &explain(&explainer(Index::ShapleyInteraction), &rows),
            &all(&|e| &e.shapley_pairs),
            "pairs",
        );
        close(
            &explain(&explainer(Index::BanzhafInteraction), &rows),
            &all(&|e| &e.banzhaf_pairs),
            "Banzhaf pairs",
        );
        close(
            shapley.base(),
            &oracle::value(&model, &rows[..features], &oracle_game, 0),
            "base",
        );
    }
}

const PLAIN: Kind = Kind {
    features: 5,
    outputs: 1,
    trees: 3,
    depth: 4,
    vectors: false,
    kinds: false,
};

#[test]
fn numeric_trees() {
    for seed in 0..60 {
        check(
            Kind {
                features: 2 + (seed % 6) as u32,
                depth: 1 + (seed % 7) as u32,
                ..PLAIN
            },
            seed,
            1_000_000,
        );
    }
}

#[test]
fn few_rows_make_other_groups_and_the_same_values() {
    for seed in 100..120 {
        check(
            Kind {
                depth: 6,
                features: 6,
                ..PLAIN
            },
            seed,
            1,
        );
    }
}

#[test]
fn categories_equalities_and_zeros() {
    for seed in 200..240 {
        check(
            Kind {
                kinds: true,
                ..PLAIN
            },
            seed,
            100_000,
        );
    }
}

#[test]
fn several_outputs() {
    for seed in 300..320 {
        check(
            Kind {
                outputs: 3,
                trees: 4,
                ..PLAIN
            },
            seed,
            100_000,
        );
        check(
            Kind {
                outputs: 3,
                vectors: true,
                ..PLAIN
            },
            seed,
            100_000,
        );
    }
}
