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
                targets: None,
                clusters: None,
                propensities: None,
                members: &[],
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
        scores: waage_metrics::score::ScoreRequest::default(),
        disparities: roles.disparities(),
        schemes: Vec::new(),
        min_share: 0.0,
        roles,
        missing_labels: Default::default(),
        level: 0.95,
        replicates,
        seed: 7,
        favourable: waage_metrics::Favourable::Selected,
        tie: Tie::NONE,
        cut: None,
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
        let counted = e.method == Method::Count;
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
fn ranges_have_simultaneous_bands_and_name_their_groups() {
    let measured = run(1000);
    let range = find(
        &measured,
        "selection_rate",
        Scheme::BetweenGroups,
        Comparison::Difference,
        None,
    );
    assert!((range.estimate.value.unwrap() - 0.35).abs() < 1e-12);
    assert_eq!(range.estimate.method, Method::MaxT);
    // Within the three simultaneous gaps, Tukey–Kramer: .35 ± 2.34·√(.24/100 + .1875/40).
    let (low, high) = (range.estimate.low.unwrap(), range.estimate.high.unwrap());
    assert!(
        (low - 0.14).abs() < 0.03 && (high - 0.55).abs() < 0.03,
        "{low} {high}"
    );
    // By enumeration of all tables with these margins (FORMULAS §4.9).
    assert_eq!(range.test, Some("permutation"));
    assert!((range.p.unwrap() - 0.000_795_367).abs() < 1e-9);
    assert!((range.range().null_mean.unwrap() - 0.110_756_898).abs() < 1e-9);
    assert!((range.range().bias_corrected.unwrap() - 0.35 + 0.002_4).abs() < 0.008);
    let (highest, lowest) = range.range().extremes.clone().unwrap();
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

/// Values made of proportions need no replicates; their limits are about as far as the delta
/// method's.
#[test]
fn values_made_of_proportions_have_closed_intervals() {
    let measured = run(0);
    let against = |name, comparison| {
        let scheme = Scheme::ToReference;
        &find(&measured, name, scheme, comparison, Some("b")).estimate
    };
    let own = |name| {
        let scheme = Scheme::Value;
        &find(&measured, name, scheme, Comparison::None, Some("a")).estimate
    };
    for name in ["f1", "balanced_accuracy"] {
        let gap = against(name, Comparison::Difference);
        let ratio = against(name, Comparison::Ratio);
        assert_eq!(
            (gap.method, ratio.method),
            (Method::MoverWilson, Method::Mover)
        );
        // A difference of 0 and a ratio of 1 say the same, nearly at the same level.
        let (zero, one) = (gap.p_value(0.0).unwrap(), ratio.p_value(1.0).unwrap());
        assert!((zero - one).abs() < 0.02, "{name}: {zero} {one}");
    }
    // F1 of a: j = 40/70, Wilson's limits mapped by 2j/(1 + j).
    let f1 = own("f1");
    assert_eq!((f1.method, f1.n), (Method::WilsonMapped, 70));
    near(f1, 0.625_220_138_480, 0.809_982_045_204);
    let balanced = own("balanced_accuracy");
    assert_eq!((balanced.method, balanced.n), (Method::MoverWilson, 100));
    let width = |e: &Estimate| e.high.unwrap() - e.low.unwrap();
    let se = ((0.8 * 0.2 / 50.0 + 0.6 * 0.4 / 50.0) / 4.0_f64).sqrt();
    assert!((width(balanced) / (2.0 * 1.96 * se) - 1.0).abs() < 0.04);
    // ½(ΔFPR + ΔTPR) is the difference of two means: −0.2 ± 1.96·se.
    let odds = against("average_odds_difference", Comparison::Difference);
    assert_eq!((odds.method, odds.n), (Method::MoverWilson, 160));
    let se = ((0.16 / 50.0 + 0.24 / 50.0 + 0.24 / 30.0 + 0.16 / 30.0) / 4.0_f64).sqrt();
    assert!((width(odds) / (2.0 * 1.96 * se) - 1.0).abs() < 0.04);
    // 12/6 − 10/20.
    let errors = against("treatment_equality_difference", Comparison::Difference);
    assert_eq!((errors.method, errors.n), (Method::MoverWilson, 48));
    assert!((errors.value.unwrap() - 1.5).abs() < 1e-12);
    assert!(
        errors.low.unwrap() > 0.0 && errors.high.unwrap() < 5.0,
        "{errors:?}"
    );
    // Two absolute gaps have a band, which needs replicates.
    let absolute = against("average_absolute_odds_difference", Comparison::Difference);
    assert_eq!(absolute.method, Method::MaxT);
    assert_eq!(absolute.reason, Some(Reason::NoReplicates));
}

/// Against all rows a group is compared with itself in part: replicated, with the spread of the
/// linearised difference.
#[test]
fn replicates_spread_as_theory_says() {
    let mut request = request(4000);
    request.references = vec![ReferenceRule::Overall];
    let measured = measure(&tally(&E1), &request, &Silent).expect("measurable");
    let scheme = Scheme::ToReference;
    let gap = find(
        &measured,
        "selection_rate",
        scheme,
        Comparison::Difference,
        Some("b"),
    );
    assert_eq!(gap.estimate.method, Method::BootstrapBca);
    // Influence of a row: (d − 0.4)/share in b, less d − 0.47 in all 200 rows.
    let share = 60.0 / 200.0;
    let mut variance = 0.0;
    for (n, d, inside) in [
        (24.0, 1.0, true),
        (36.0, 0.0, true),
        (70.0, 1.0, false),
        (70.0, 0.0, false),
    ] {
        let own = if inside { (d - 0.4) / share } else { 0.0 };
        let influence: f64 = own - (d - 0.47);
        variance += n / 200.0 * influence * influence / 200.0;
    }
    let width = gap.estimate.high.unwrap() - gap.estimate.low.unwrap();
    let expected = 2.0 * 1.96 * variance.sqrt();
    assert!((width / expected - 1.0).abs() < 0.06, "{width} {expected}");
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
    assert_eq!(range.range().skipped.len(), 1);
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
    let scheme = Scheme::BetweenGroups;
    let range = find(&measured, "f1", scheme, Comparison::Difference, None);
    assert_eq!(range.estimate.reason, Some(Reason::NoReplicates));
    assert!(range.estimate.value.is_some());
}

/// Nobody has a positive label and the only member of the minority was selected: nothing is equal
/// here, and nothing is known.
#[test]
fn degenerate_tables_do_not_look_perfect() {
    let groups = [("a", [0, 12, 0, 28]), ("z", [0, 1, 0, 0])];
    let measured = measure(&tally(&groups), &request(1000), &Silent).unwrap();
    let range = |name, comparison| find(&measured, name, Scheme::BetweenGroups, comparison, None);
    let odds = range("equalized_odds_difference", Comparison::Difference);
    assert!((odds.estimate.value.unwrap() - 0.7).abs() < 1e-12);
    assert_eq!(odds.range().skipped.len(), 2);
    let (low, high) = (odds.estimate.low.unwrap(), odds.estimate.high.unwrap());
    assert!(low < 0.1 && high > 0.95, "{low} {high}");
    let ratio = range("equalized_odds_ratio", Comparison::Ratio);
    assert!(ratio.estimate.low.unwrap() < 0.05 && ratio.estimate.high.unwrap() > 0.9);

    // Two groups of which nobody was selected look equal; one member says little.
    let groups = [("a", [0, 0, 3, 37]), ("z", [0, 0, 0, 1])];
    let measured = measure(&tally(&groups), &request(1000), &Silent).unwrap();
    let range = |name, comparison| find(&measured, name, Scheme::BetweenGroups, comparison, None);
    let parity = range("selection_rate", Comparison::Difference);
    assert_eq!(parity.estimate.value, Some(0.0));
    assert!(parity.estimate.high.unwrap() > 0.5, "{:?}", parity.estimate);
    let odds = range("equalized_odds_difference", Comparison::Difference);
    assert_eq!(odds.estimate.value, Some(0.0));
    assert_eq!(
        odds.range()
            .skipped
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>(),
        ["z"]
    );
    assert!(odds.estimate.high.unwrap() > 0.9, "{:?}", odds.estimate);
}

/// The best group is chosen again in every replicate: who is nearly as good may be the best.
#[test]
fn the_best_group_is_chosen_again() {
    let groups = [
        ("a", [30, 21, 9, 40]),
        ("b", [29, 21, 10, 40]),
        ("c", [6, 4, 9, 21]),
    ];
    let mut request = request(2000);
    request.references = vec![ReferenceRule::Best { min_rows: 30 }];
    let measured = measure(&tally(&groups), &request, &Silent).expect("measurable");
    let to_best = |name, comparison, group| {
        find(
            &measured,
            name,
            Scheme::ToReference,
            comparison,
            Some(group),
        )
    };
    let b = to_best("selection_rate", Comparison::Difference, "b");
    assert_eq!(b.subject.reference.as_ref().unwrap().to_string(), "a");
    assert_eq!(
        (b.estimate.method, b.test),
        (Method::MaxTBest, Some("max_t"))
    );
    // b may be the best itself: its gap reaches 0, which no group can pass.
    assert_eq!(b.estimate.high, Some(0.0));
    assert!(b.estimate.low.unwrap() < -0.1 && b.p.unwrap() > 0.5);
    let c = to_best("selection_rate", Comparison::Ratio, "c");
    assert_eq!(c.estimate.method, Method::MaxTBest);
    assert!(
        c.estimate.high.unwrap() < 1.0 && c.p.unwrap() < 0.05,
        "{c:?}"
    );
    let tpr = to_best("true_positive_rate", Comparison::Difference, "c");
    assert_eq!(tpr.estimate.method, Method::BootstrapBest);
    let odds = to_best("average_odds_difference", Comparison::Difference, "c");
    assert_eq!(odds.estimate.method, Method::BootstrapBest);
}
