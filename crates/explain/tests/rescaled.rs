//! Rescaled attributions add up to probabilities and losses, and stop when they are told to.

mod oracle;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use ndarray::ArrayView2;
use oracle::{Kind, Random};
use waage_core::observer::{Observer, Silent};
use waage_explain::model::{Ensemble, Link};
use waage_explain::rescaled::{BACKGROUND_MAX, Rescaled, Target};
use waage_explain::{Background, Error, Params, TreeExplainer};

const FEATURES: usize = 5;
const KIND: Kind = Kind {
    features: 5,
    depth: 4,
    trees: 6,
    outputs: 2,
    vectors: false,
    kinds: true,
};

fn view(rows: &[f64]) -> ArrayView2<'_, f64> {
    ArrayView2::from_shape((rows.len() / FEATURES, FEATURES), rows).expect("rows")
}

fn model(random: &mut Random, link: Link) -> Arc<Ensemble> {
    let mut model = oracle::ensemble(random, KIND);
    model.link = link;
    Arc::new(model)
}

fn background(rows: &[f64]) -> Background {
    Background::new(view(rows), None).expect("a background")
}

#[test]
fn base_and_attributions_add_up() {
    for seed in 0..40 {
        let mut random = Random(seed);
        let logistic = Link::Logistic { scale: 1.3 };
        let link = if seed % 2 == 0 {
            logistic
        } else {
            Link::Probit
        };
        let model = model(&mut random, link);
        let (rows, others) = (
            oracle::rows(&mut random, 9, FEATURES),
            oracle::rows(&mut random, 4, FEATURES),
        );
        let rescaled = Rescaled::new(Arc::clone(&model), background(&others)).expect("rescaled");
        let mut out = vec![f64::NAN; 9 * 2 * FEATURES];
        rescaled
            .explain(view(&rows), Target::Probability, &mut out, &Silent)
            .expect("explained");
        let labels: Vec<f64> = (0..9).map(|row| f64::from(row % 2)).collect();
        let mut loss = vec![f64::NAN; out.len()];
        let explained = rescaled.explain(view(&rows), Target::LogLoss(&labels), &mut loss, &Silent);
        assert_eq!(
            explained.is_ok(),
            seed % 2 == 0,
            "losses are those of logistic models"
        );
        for (row, label) in labels.iter().enumerate() {
            let mut p = [0.0; 2];
            model.margin(&rows[row * FEATURES..][..FEATURES], &mut p);
            link.apply(&mut p);
            for output in 0..2 {
                let of = |values: &[f64]| {
                    values[(row * 2 + output) * FEATURES..][..FEATURES]
                        .iter()
                        .sum::<f64>()
                };
                let sum = rescaled.base()[output] + of(&out);
                assert!((sum - p[output]).abs() < 1e-9, "{seed}: {sum} {p:?}");
                if explained.is_ok() {
                    let wanted = if *label > 0.5 {
                        -p[output].ln()
                    } else {
                        -(1.0 - p[output]).ln()
                    };
                    let sum = rescaled.base_loss(*label).expect("a loss")[output] + of(&loss);
                    assert!(
                        (sum - wanted).abs() < 1e-8 * (1.0 + wanted),
                        "{seed}: {sum} {wanted}"
                    );
                }
            }
        }
    }
}

#[test]
fn what_has_no_probability_of_one_margin_is_told() {
    let mut random = Random(1);
    let rows = oracle::rows(&mut random, 2, FEATURES);
    let softmax = model(&mut random, Link::Softmax);
    let told = Rescaled::new(softmax, background(&rows)).expect_err("refused");
    assert!(
        told.to_string().contains("no probabilities of one margin"),
        "{told}"
    );
    let many = vec![0.0; (BACKGROUND_MAX + 1) * FEATURES];
    let logistic = model(&mut random, Link::Logistic { scale: 1.0 });
    let told = Rescaled::new(logistic, background(&many)).expect_err("refused");
    assert!(told.to_string().contains("at most 1000"), "{told}");
}

/// Stops at the question of that number.
struct Stop(AtomicU32);

impl Observer for Stop {
    fn cancelled(&self) -> bool {
        let left = self.0.load(Ordering::Relaxed);
        self.0.store(left.saturating_sub(1), Ordering::Relaxed);
        left == 0
    }
}

/// Wherever it stops, it says so, and what comes after is as if it had not begun.
#[test]
fn an_interruption_is_told_and_leaves_nothing_behind() {
    let mut random = Random(3);
    let model = model(&mut random, Link::Identity);
    let rows = oracle::rows(&mut random, 50, FEATURES);
    let explain = |explainer: &TreeExplainer, observer: &dyn Observer| {
        let mut out = vec![0.0; 50 * 2 * FEATURES];
        explainer
            .explain_observed(view(&rows), &mut out, observer)
            .map(|()| out)
    };
    let build = || {
        Params::new(Arc::clone(&model))
            .build()
            .expect("an explainer")
    };
    let wanted = explain(&build(), &Silent).expect("explained");
    let mut interrupted = 0;
    for questions in 0..1000 {
        let explainer = build();
        match explain(&explainer, &Stop(AtomicU32::new(questions))) {
            Err(Error::Interrupted) => interrupted += 1,
            Err(other) => panic!("{other}"),
            Ok(found) => {
                assert_eq!(found, wanted);
                break;
            }
        }
        assert_eq!(explain(&explainer, &Silent).expect("explained"), wanted);
    }
    assert!(interrupted > 3, "{interrupted}");
}
