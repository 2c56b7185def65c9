//! Estimates of the worked example E1 from a tally, and laws of the bootstrap.

use waage_core::block::{Block, Codes, outcome};
use waage_core::estimate::{Estimate, Method, Reason};
use waage_core::label::Label;
use waage_core::observer::Silent;
use waage_core::quantity::{Comparison, Measurement, Scheme};
use waage_core::tally::{Builder, Kept, Limits, Tally};
use waage_metrics::CATALOGUE;
use waage_metrics::confusion::Tie;
use waage_metrics::measure::{GivenRoles, Measured, ReferenceRule, Request, measure};

/// Counts TP FP FN TN by group.
fn tally(groups: &[(&str, [u64; 4])]) -> Tally {
    let labels = vec![
        groups
            .iter()
            .map(|(name, _)| Label::text(name))
            .collect::<Vec<_>>(),
    ];
    let names = ["group".to_owned()];
    let mut builder = Builder::new(&names, &[], Kept::default(), Limits::default());
    let codes: Vec<u32> = (0..groups.len() as u32).collect();
    for (g, (_, counts)) in groups.iter().enumerate() {
        for (n, (label, decision)) in counts.iter().zip([(1, 1), (0, 1), (1, 0), (0, 0)]) {
            let n = *n as usize;
            builder.add(&Block {
                len: n,
                axes: &[Codes {
                    keys: &vec![g as i32; n],
                    table: &codes,
                }],
                outcomes: &vec![outcome::of(label, decision); n],
                weights: None,
                scores: None,
            });
        }
    }
    builder.finish(&labels).expect("small")
}

fn request(replicates: usize) -> Request {
    let roles = GivenRoles {
        label: true,
        decision: true,
        score: false,
    };
    Request {
        views: vec![vec![0]],
        references: vec![ReferenceRule::Largest],
        metrics: roles.metrics(),
        roles,
        level: 0.95,
        replicates,
        seed: 7,
        tie: Tie::NONE,
    }
}

const E1: [(&str, [u64; 4]); 3] = [
    ("a", [40, 20, 10, 30]),
    ("b", [18, 6, 12, 24]),
    ("c", [6, 4, 9, 21]),
];

fn run(replicates: usize) -> Measured {
    measure(&tally(&E1), &request(replicates), &Silent).expect("measurable")
}

fn find<'a>(
    measured: &'a Measured,
    name: &str,
    scheme: Scheme,
    comparison: Comparison,
    group: Option<&str>,
) -> &'a Measurement {
    measured
        .measurements
        .iter()
        .find(|m| {
            m.quantity.name == name
                && m.scheme == scheme
                && m.comparison == comparison
                && m.subject.group.as_ref().map(ToString::to_string).as_deref() == group
        })
        .unwrap_or_else(|| panic!("{name} {scheme:?} {comparison:?} {group:?}"))
}

fn near(estimate: &Estimate, low: f64, high: f64) {
    assert!((estimate.low.unwrap() - low).abs() < 1e-9, "{estimate:?}");
    assert!((estimate.high.unwrap() - high).abs() < 1e-9, "{estimate:?}");
}

#[test]
fn pairs_have_the_intervals_and_tests_of_the_worked_example() {
    let measured = run(200);
    let b = |comparison| {
        find(
            &measured,
            "selection_rate",
            Scheme::ToReference,
            comparison,
            Some("b"),
        )
    };
    let gap = b(Comparison::Difference);
    assert_eq!(gap.estimate.method, Method::Newcombe);
    assert_eq!(gap.subject.reference.as_ref().unwrap().to_string(), "a");
    near(&gap.estimate, -0.345_855_345, -0.040_108_933);
    assert!((gap.p.unwrap() - 0.014_184_476).abs() < 1e-9);
    assert_eq!(gap.test, Some("chi_square"));
    assert_eq!(gap.estimate.n, 160);
    let ratio = b(Comparison::Ratio);
    assert_eq!(ratio.estimate.method, Method::Koopman);
    near(&ratio.estimate, 0.461_550_902, 0.925_807_470);
    assert_eq!(ratio.context.four_fifths_adverse, Some(true));
    // Two comparisons: Benjamini-Hochberg doubles the smaller at most.
    let c = find(
        &measured,
        "selection_rate",
        Scheme::ToReference,
        Comparison::Difference,
        Some("c"),
    );
    assert!((gap.p_adjusted.unwrap() - gap.p.unwrap()).abs() < 1e-15);
    assert!((c.p_adjusted.unwrap() - 2.0 * c.p.unwrap()).abs() < 1e-12);
}

#[test]
fn every_estimate_has_an_interval_or_a_reason() {
    let measured = run(200);
    for m in &measured.measurements {
        let e = &m.estimate;
        let counted = m.quantity.name == "count";
        assert!(
            counted || (e.low.is_some() && e.high.is_some()) || e.reason.is_some(),
            "{m:?}"
        );
        if let (Some(low), Some(value), Some(high)) = (e.low, e.value, e.high)
            && !matches!(e.method, Method::BootstrapPercentileBiased)
        {
            assert!(low <= value && value <= high, "{m:?}");
        }
    }
}

#[test]
fn ranges_are_labelled_biased_and_name_their_groups() {
    let measured = run(200);
    let range = find(
        &measured,
        "selection_rate",
        Scheme::BetweenGroups,
        Comparison::Difference,
        None,
    );
    assert!((range.estimate.value.unwrap() - 0.35).abs() < 1e-12);
    assert_eq!(range.estimate.method, Method::BootstrapPercentileBiased);
    let (highest, lowest) = range.extremes.clone().unwrap();
    assert_eq!(
        (highest.to_string(), lowest.to_string()),
        ("a".to_owned(), "c".to_owned())
    );
    let odds = find(
        &measured,
        "equalized_odds_difference",
        Scheme::BetweenGroups,
        Comparison::Difference,
        None,
    );
    assert!((odds.estimate.value.unwrap() - 0.4).abs() < 1e-12);
}

/// The bootstrap's spread of a difference agrees with its analytic standard error (0.08 for b − a
/// stratified, 0.0804 unstratified).
#[test]
fn replicates_spread_as_theory_says() {
    let measured = run(4000);
    let gap = find(
        &measured,
        "f1",
        Scheme::ToReference,
        Comparison::Difference,
        Some("b"),
    );
    assert_eq!(gap.estimate.method, Method::BootstrapPercentile);
    let rate = find(
        &measured,
        "balanced_accuracy",
        Scheme::Value,
        Comparison::None,
        Some("a"),
    );
    // Var of (TPR + TNR)/2 with 50 positives and 50 negatives.
    let se = ((0.8 * 0.2 / 50.0 + 0.6 * 0.4 / 50.0) / 4.0_f64).sqrt();
    let width = rate.estimate.high.unwrap() - rate.estimate.low.unwrap();
    assert!(
        (width / (2.0 * 1.96 * se) - 1.0).abs() < 0.06,
        "{width} {se}"
    );
}

#[test]
fn replicates_do_not_depend_on_threads() {
    let values = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .unwrap();
        let measured = pool.install(|| run(203));
        measured
            .measurements
            .into_iter()
            .map(|m| m.estimate)
            .collect::<Vec<_>>()
    };
    assert_eq!(values(1), values(3));
}

#[test]
fn permuting_groups_permutes_results() {
    let reversed: Vec<_> = E1.iter().rev().copied().collect();
    assert_eq!(tally(&E1).to_bytes(), tally(&reversed).to_bytes());
}

#[test]
fn a_group_without_positives_is_skipped_and_named() {
    let groups = [
        ("a", [40, 20, 10, 30]),
        ("b", [18, 6, 12, 24]),
        ("z", [0, 3, 0, 5]),
    ];
    let measured = measure(&tally(&groups), &request(100), &Silent).unwrap();
    let z = find(
        &measured,
        "true_positive_rate",
        Scheme::Value,
        Comparison::None,
        Some("z"),
    );
    assert_eq!(
        (z.estimate.value, z.estimate.reason),
        (None, Some(Reason::NoPositives))
    );
    let range = find(
        &measured,
        "true_positive_rate",
        Scheme::BetweenGroups,
        Comparison::Difference,
        None,
    );
    assert_eq!(range.skipped.len(), 1);
    assert!((range.estimate.value.unwrap() - 0.2).abs() < 1e-12);
}

#[test]
fn one_group_has_no_comparisons_but_values() {
    let measured = measure(&tally(&E1[..1]), &request(50), &Silent).unwrap();
    assert_eq!(measured.overall.len(), CATALOGUE.len() - 1);
    let range = find(
        &measured,
        "selection_rate",
        Scheme::BetweenGroups,
        Comparison::Difference,
        None,
    );
    assert_eq!(range.estimate.reason, Some(Reason::OneGroup));
}

#[test]
fn an_unknown_reference_lists_the_groups() {
    let mut request = request(0);
    request.references = vec![ReferenceRule::Named("x".to_owned())];
    let error = measure(&tally(&E1), &request, &Silent)
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("\"x\"") && error.contains("a, b, c"),
        "{error}"
    );
}

#[test]
fn references_follow_their_rule() {
    let reference = |rule| {
        let mut request = request(50);
        request.references = vec![rule];
        measure(&tally(&E1), &request, &Silent).unwrap().views[0]
            .reference
            .clone()
            .unwrap()
    };
    assert_eq!(reference(ReferenceRule::Largest), "a");
    assert_eq!(reference(ReferenceRule::Named("c".to_owned())), "c");
    assert_eq!(reference(ReferenceRule::Best { min_rows: 30 }), "a");
}

#[test]
fn switched_off_replicates_are_said() {
    let measured = run(0);
    let f1 = find(&measured, "f1", Scheme::Value, Comparison::None, Some("a"));
    assert_eq!(f1.estimate.reason, Some(Reason::NoReplicates));
    assert!(f1.estimate.value.is_some());
}
