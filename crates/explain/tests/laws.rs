//! What must hold of every explanation, whatever the model.

mod oracle;

use std::sync::Arc;

use ndarray::{ArrayView1, ArrayView2};
use oracle::{Kind, Random};
use waage_explain::model::{Ensemble, Missing, Output, RawNode, Split, Test, Tree};
use waage_explain::{Background, Index, Params, Perturbation, TreeExplainer};

const KIND: Kind = Kind {
    features: 12,
    outputs: 2,
    trees: 6,
    depth: 7,
    vectors: false,
    kinds: true,
};

fn view(rows: &[f64], features: usize) -> ArrayView2<'_, f64> {
    ArrayView2::from_shape((rows.len() / features, features), rows).expect("rows")
}

fn explain(explainer: &TreeExplainer, rows: &[f64]) -> Vec<f64> {
    let features = explainer.model().features.len();
    let count = rows.len() / features;
    let mut out = vec![f64::NAN; count * explainer.model().outputs() * explainer.width()];
    explainer
        .explain(view(rows, features), &mut out)
        .expect("explained");
    out
}

fn background(rows: &[f64], features: usize, weights: Option<&[f64]>) -> Perturbation {
    let weights = weights.map(ArrayView1::from);
    Perturbation::Interventional(
        Background::new(view(rows, features), weights).expect("a background"),
    )
}

fn build(model: &Arc<Ensemble>, perturbation: Perturbation) -> TreeExplainer {
    Params::new(Arc::clone(model))
        .perturbation(perturbation)
        .build()
        .expect("an explainer")
}

fn close(found: &[f64], wanted: &[f64], tolerance: f64, what: &str) {
    assert_eq!(found.len(), wanted.len(), "{what}");
    for (at, (f, w)) in found.iter().zip(wanted).enumerate() {
        assert!(
            (f - w).abs() <= tolerance,
            "{what} at {at}: {f} instead of {w}"
        );
    }
}

/// Attributions and base add up to the margin.
fn check_efficiency(model: &Arc<Ensemble>, explainer: &TreeExplainer, rows: &[f64]) {
    let features = model.features.len();
    let phi = explain(explainer, rows);
    let mut margin = vec![0.0; model.outputs()];
    for (row, phi) in rows
        .chunks(features)
        .zip(phi.chunks(features * model.outputs()))
    {
        model.margin(row, &mut margin);
        for ((phi, base), margin) in phi.chunks(features).zip(explainer.base()).zip(&margin) {
            let sum: f64 = base + phi.iter().sum::<f64>();
            assert!(
                (sum - margin).abs() < 1e-9 * (1.0 + margin.abs()),
                "{sum} instead of {margin}"
            );
        }
    }
}

#[test]
fn attributions_add_up_to_the_margin() {
    for seed in 0..20 {
        let mut random = Random(seed);
        let model = Arc::new(oracle::ensemble(&mut random, KIND));
        let rows = oracle::rows(&mut random, 100, 12);
        let others = oracle::rows(&mut random, 50, 12);
        check_efficiency(&model, &build(&model, Perturbation::PathDependent), &rows);
        check_efficiency(&model, &build(&model, background(&others, 12, None)), &rows);
    }
}

#[test]
fn threads_and_blocks_change_no_bit() {
    let mut random = Random(1);
    let model = Arc::new(oracle::ensemble(&mut random, KIND));
    let rows = oracle::rows(&mut random, 9_001, 12);
    let explainer = build(&model, Perturbation::PathDependent);
    let wanted = explain(&explainer, &rows);
    for threads in [1, 2, 8] {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("a pool");
        let found = pool.install(|| explain(&explainer, &rows));
        assert!(
            found
                .iter()
                .zip(&wanted)
                .all(|(f, w)| f.to_bits() == w.to_bits()),
            "{threads} threads"
        );
    }
    for block in [1, 511, 512, 4097] {
        let found: Vec<f64> = rows
            .chunks(12 * block)
            .take(40)
            .flat_map(|rows| explain(&explainer, rows))
            .collect();
        assert!(
            found
                .iter()
                .zip(&wanted)
                .all(|(f, w)| f.to_bits() == w.to_bits()),
            "blocks of {block}"
        );
    }
    let small = Params::new(Arc::clone(&model))
        .table_bytes(1 << 14)
        .build()
        .expect("an explainer");
    let found = explain(&small, &rows[..1200]);
    assert!(
        found
            .iter()
            .zip(&wanted)
            .all(|(f, w)| f.to_bits() == w.to_bits()),
        "small tables"
    );
}

#[test]
fn instructions_change_no_bit() {
    let mut random = Random(12);
    let model = Arc::new(oracle::ensemble(&mut random, KIND));
    let rows = oracle::rows(&mut random, 1_000, 12);
    let best = explain(&build(&model, Perturbation::PathDependent), &rows);
    let plain = Params::new(Arc::clone(&model)).portable().build();
    let plain = explain(&plain.expect("an explainer"), &rows);
    assert!(
        best.iter()
            .zip(&plain)
            .all(|(b, p)| b.to_bits() == p.to_bits())
    );
}

/// A tree that tells `2^depth` values apart.
fn balanced(raw: &mut Vec<RawNode>, low: u32, high: u32) -> u32 {
    let at = raw.len() as u32;
    raw.push(RawNode::Leaf(vec![f64::from(low)], f64::from(high - low)));
    if high - low > 1 {
        let middle = low + (high - low) / 2;
        let left = balanced(raw, low, middle);
        let right = balanced(raw, middle, high);
        raw[at as usize] = RawNode::Split(Split {
            feature: 0,
            test: Test::Below {
                threshold: f64::from(middle),
                or_equal: false,
            },
            missing: Missing::Left(true),
            left,
            right,
            cover: f64::from(high - low),
        });
    }
    at
}

#[test]
fn more_values_than_codes_are_refused_and_many_trees_are_parted() {
    let mut random = Random(13);
    let kind = Kind {
        features: 1,
        outputs: 1,
        trees: 0,
        ..KIND
    };
    let mut model = oracle::ensemble(&mut random, kind);
    let tree = |low, high| {
        let mut raw = Vec::new();
        balanced(&mut raw, low, high);
        Tree::new(&raw, 0, Output::One(0), 1, 1).expect("a tree")
    };
    model.trees = vec![tree(0, 40_000), tree(40_000, 80_000)];
    let rows = [3.0, 39_999.5, 70_000.0, f64::NAN];
    let parted = Arc::new(model.clone());
    check_efficiency(&parted, &build(&parted, Perturbation::PathDependent), &rows);
    model.trees = vec![tree(0, 70_000)];
    let model = Arc::new(model);
    let error = Params::new(Arc::clone(&model))
        .build()
        .expect_err("70 000 values");
    assert!(
        error
            .to_string()
            .starts_with("tree 0 compares a feature with more than"),
        "{error}"
    );
    let few = Params::new(Arc::clone(&model))
        .rows(4)
        .build()
        .expect("an explainer");
    check_efficiency(&model, &few, &rows);
}

#[test]
fn a_feature_in_no_split_gets_exactly_nothing() {
    let mut random = Random(2);
    let mut model = oracle::ensemble(
        &mut random,
        Kind {
            features: 5,
            ..KIND
        },
    );
    model
        .features
        .push(waage_explain::model::Feature::default());
    let model = Arc::new(model);
    let rows = oracle::rows(&mut random, 50, 6);
    let phi = explain(&build(&model, Perturbation::PathDependent), &rows);
    assert!(phi.chunks(6).all(|phi| phi[5].to_bits() == 0));
}

#[test]
fn a_background_weighs_as_often_as_it_is_repeated() {
    let mut random = Random(3);
    let model = Arc::new(oracle::ensemble(&mut random, KIND));
    let rows = oracle::rows(&mut random, 20, 12);
    let others = oracle::rows(&mut random, 30, 12);
    let once = explain(&build(&model, background(&others, 12, None)), &rows);
    let thrice = [others.clone(), others.clone(), others.clone()].concat();
    close(
        &explain(&build(&model, background(&thrice, 12, None)), &rows),
        &once,
        1e-12,
        "repeated",
    );
    let mut weights = vec![1.0; 60];
    weights[30..].fill(2.0);
    let twice = [others.clone(), others].concat();
    close(
        &explain(
            &build(&model, background(&twice, 12, Some(&weights))),
            &rows,
        ),
        &once,
        1e-12,
        "weighted",
    );
}

#[test]
fn one_other_row_and_itself() {
    let mut random = Random(4);
    let model = Arc::new(oracle::ensemble(&mut random, KIND));
    let (x, z) = (
        oracle::rows(&mut random, 1, 12),
        oracle::rows(&mut random, 1, 12),
    );
    let nothing = explain(&build(&model, background(&x, 12, None)), &x);
    assert!(nothing.iter().all(|phi| phi.abs() < 1e-12));
    let there = explain(&build(&model, background(&z, 12, None)), &x);
    let back: Vec<f64> = explain(&build(&model, background(&x, 12, None)), &z)
        .iter()
        .map(|phi| -phi)
        .collect();
    close(&there, &back, 1e-12, "swapped");
}

#[test]
fn trees_add_up_and_their_order_does_not_matter() {
    let mut random = Random(5);
    let model = oracle::ensemble(&mut random, KIND);
    let rows = oracle::rows(&mut random, 20, 12);
    let whole = explain(
        &build(&Arc::new(model.clone()), Perturbation::PathDependent),
        &rows,
    );
    let mut back = model.clone();
    back.trees.reverse();
    close(
        &explain(&build(&Arc::new(back), Perturbation::PathDependent), &rows),
        &whole,
        1e-12,
        "reversed",
    );
    let mut sum = vec![0.0; whole.len()];
    for tree in &model.trees {
        let one = Ensemble {
            trees: vec![tree.clone()],
            ..model.clone()
        };
        let phi = explain(&build(&Arc::new(one), Perturbation::PathDependent), &rows);
        sum.iter_mut().zip(phi).for_each(|(s, p)| *s += p);
    }
    close(&sum, &whole, 1e-12, "one by one");
}

/// A chain: feature `j` decides at depth `j`, each time with a leaf on the left.
fn chain(features: u32, thresholds: u32) -> Tree {
    let mut raw = Vec::new();
    for j in 0..features {
        raw.push(RawNode::Split(Split {
            feature: j,
            test: Test::Below {
                threshold: f64::from(thresholds),
                or_equal: false,
            },
            missing: Missing::Left(j % 2 == 0),
            left: features + j,
            right: if j + 1 < features {
                j + 1
            } else {
                2 * features
            },
            cover: f64::from(features + 1 - j),
        }));
    }
    for j in 0..=features {
        raw.push(RawNode::Leaf(vec![f64::from(j) - 3.0], 1.0));
    }
    Tree::new(&raw, 0, Output::One(0), 1, features as usize).expect("a tree")
}

/// Paths longer than any table: the sum holds, and so does the value of the first split, whose
/// meaning does not depend on how long the others are.
#[test]
fn paths_of_many_features_have_values_too() {
    for features in [15, 16, 17, 18, 40, 127] {
        let mut random = Random(6);
        let mut model = oracle::ensemble(
            &mut random,
            Kind {
                features,
                outputs: 1,
                trees: 0,
                ..KIND
            },
        );
        model.trees = vec![chain(features, 4), chain(features, 2)];
        let model = Arc::new(model);
        let rows = oracle::rows(&mut random, 30, features as usize);
        let others = oracle::rows(&mut random, 30, features as usize);
        check_efficiency(&model, &build(&model, Perturbation::PathDependent), &rows);
        check_efficiency(
            &model,
            &build(&model, background(&others, features as usize, None)),
            &rows,
        );
    }
}

/// A path of seventeen features goes by quadrature, and equals the enumeration of 2^17 coalitions.
#[test]
fn a_long_path_equals_the_enumeration() {
    let mut random = Random(7);
    let features = 17_u32;
    let mut model = oracle::ensemble(
        &mut random,
        Kind {
            features,
            outputs: 1,
            trees: 0,
            ..KIND
        },
    );
    model.trees = vec![chain(features, 4)];
    let rows = oracle::rows(&mut random, 1, 17);
    let whole = explain(
        &build(&Arc::new(model.clone()), Perturbation::PathDependent),
        &rows,
    );
    let wanted = oracle::exact(&model, &rows, &oracle::Others::Covers).shapley;
    close(&whole, &wanted, 1e-11, "chain");
}

#[test]
fn many_cuts_need_wide_codes() {
    let mut random = Random(8);
    let mut model = oracle::ensemble(
        &mut random,
        Kind {
            features: 3,
            outputs: 1,
            trees: 0,
            ..KIND
        },
    );
    for t in 0..400 {
        let raw = [
            RawNode::Split(Split {
                feature: t % 3,
                test: Test::Below {
                    threshold: f64::from(t) / 50.0,
                    or_equal: t % 2 == 0,
                },
                missing: Missing::Left(t % 5 == 0),
                left: 1,
                right: 2,
                cover: 3.0,
            }),
            RawNode::Leaf(vec![1.0], 1.0),
            RawNode::Leaf(vec![-1.0], 2.0),
        ];
        model
            .trees
            .push(Tree::new(&raw, 0, Output::One(0), 1, 3).expect("a tree"));
    }
    let mut more = model.clone();
    for t in 0..600 {
        let raw = [
            RawNode::Split(Split {
                feature: 0,
                test: Test::Below {
                    threshold: f64::from(t) / 100.0,
                    or_equal: false,
                },
                missing: Missing::Left(false),
                left: 1,
                right: 2,
                cover: 3.0,
            }),
            RawNode::Leaf(vec![0.5], 1.0),
            RawNode::Leaf(vec![0.0], 2.0),
        ];
        more.trees
            .push(Tree::new(&raw, 0, Output::One(0), 1, 3).expect("a tree"));
    }
    let rows = oracle::rows(&mut random, 1000, 3);
    for model in [model, more] {
        let model = Arc::new(model);
        check_efficiency(&model, &build(&model, Perturbation::PathDependent), &rows);
        let wanted = oracle::exact(&model, &rows[..3], &oracle::Others::Covers).shapley;
        close(
            &explain(&build(&model, Perturbation::PathDependent), &rows)[..3],
            &wanted,
            1e-10,
            "cuts",
        );
    }
}

#[test]
fn many_features_are_scattered() {
    for features in [47, 48, 49, 80, 300] {
        let mut random = Random(9);
        let kind = Kind {
            features,
            outputs: 3,
            trees: 9,
            depth: 8,
            ..KIND
        };
        let model = Arc::new(oracle::ensemble(&mut random, kind));
        let rows = oracle::rows(&mut random, 30, features as usize);
        check_efficiency(&model, &build(&model, Perturbation::PathDependent), &rows);
    }
}

#[test]
fn no_rows_give_no_values_and_wrong_rows_a_sentence() {
    let mut random = Random(10);
    let model = Arc::new(oracle::ensemble(&mut random, KIND));
    let explainer = build(&model, Perturbation::PathDependent);
    assert!(explain(&explainer, &[]).is_empty());
    let rows = [0.0; 7];
    let error = explainer
        .explain(view(&rows, 7), &mut [])
        .expect_err("seven columns");
    assert_eq!(
        error.to_string(),
        "the rows have 7 columns, the model has 12 features: give one column per feature, in the model's order"
    );
    let mut without = (*model).clone();
    without.covers = false;
    let error = Params::new(Arc::new(without))
        .build()
        .expect_err("no covers");
    assert!(error.to_string().contains("give a background"), "{error}");
    let empty = Background::new(view(&[], 12), None).expect_err("no rows");
    assert_eq!(
        empty.to_string(),
        "the background has no row: give at least one"
    );
}

#[test]
fn interactions_add_up_to_the_values() {
    let mut random = Random(11);
    let model = Arc::new(oracle::ensemble(&mut random, KIND));
    let rows = oracle::rows(&mut random, 20, 12);
    let values = explain(&build(&model, Perturbation::PathDependent), &rows);
    let pairs = Params::new(Arc::clone(&model))
        .index(Index::ShapleyInteraction)
        .build()
        .expect("an explainer");
    let pairs = explain(&pairs, &rows);
    for (value, pairs) in values.iter().zip(pairs.chunks(12)) {
        let sum: f64 = pairs.iter().sum();
        assert!((value - sum).abs() < 1e-11);
    }
    for square in pairs.chunks(144) {
        for a in 0..12 {
            for b in 0..12 {
                assert_eq!(square[a * 12 + b].to_bits(), square[b * 12 + a].to_bits());
            }
        }
    }
}
