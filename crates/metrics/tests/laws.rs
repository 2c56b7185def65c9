//! Laws of every estimate, on random tables of three groups.

use proptest::prelude::*;
use waage_core::block::{Block, Codes, outcome};
use waage_core::estimate::{Estimate, Evidence, Method};
use waage_core::label::Label;
use waage_core::observer::Silent;
use waage_core::quantity::{Comparison, Scheme};
use waage_core::tally::{Builder, Kept, Limits, Tally};
use waage_metrics::confusion::Tie;
use waage_metrics::measure::{GivenRoles, ReferenceRule, Request, measure};

/// TP, FP, FN, TN by group.
type Tables = [[usize; 4]; 3];

fn tally(tables: &Tables, names: [&str; 3]) -> Tally {
    let attribute = ["group".to_owned()];
    let mut builder = Builder::new(&attribute, &[], Kept::default(), Limits::default());
    for (g, counts) in tables.iter().enumerate() {
        for (&len, (label, decision)) in counts.iter().zip([(1, 1), (0, 1), (1, 0), (0, 0)]) {
            builder.add(&Block {
                len,
                axes: &[Codes {
                    keys: &vec![g as i32; len],
                    table: &[0, 1, 2],
                }],
                outcomes: &vec![outcome::of(label, decision); len],
                weights: None,
                scores: None,
                targets: None,
                clusters: None,
                propensities: None,
                members: &[],
            });
        }
    }
    let labels = vec![names.map(Label::text).to_vec()];
    builder.finish(&labels).expect("small")
}

/// Name, scheme, comparison and group of every estimate that is not replicated, with the estimate.
fn estimates(
    tables: &Tables,
    names: [&str; 3],
) -> Vec<((String, Scheme, Comparison, String), Estimate)> {
    let roles = GivenRoles {
        label: true,
        decision: true,
        score: false,
    };
    let request = Request {
        views: vec![vec![0]],
        references: vec![ReferenceRule::Named(names[0].to_owned())],
        metrics: roles.metrics(),
        scores: waage_metrics::score::ScoreRequest::default(),
        disparities: roles.disparities(),
        schemes: Vec::new(),
        min_share: 0.0,
        roles,
        missing_labels: Default::default(),
        level: 0.95,
        replicates: 0,
        seed: 0,
        favourable: waage_metrics::Favourable::Selected,
        tie: Tie::NONE,
        cut: None,
    };
    let measured = measure(&tally(tables, names), &request, &Silent).expect("measurable");
    let mut out: Vec<_> = measured
        .measurements
        .into_iter()
        .filter(|m| m.estimate.value.is_none() || m.estimate.evidence != Evidence::None)
        .map(|m| {
            let group = m.subject.group.map_or_else(String::new, |g| g.to_string());
            let key = (m.quantity.name.to_owned(), m.scheme, m.comparison, group);
            (key, m.estimate)
        })
        .collect();
    out.sort_by_key(|(key, _)| format!("{key:?}"));
    out
}

fn tables() -> impl Strategy<Value = Tables> {
    prop::array::uniform3(prop::array::uniform4(0_usize..60))
        .prop_filter("every group has rows", |t| {
            t.iter().all(|c| c.iter().sum::<usize>() > 0)
        })
}

const NAMES: [&str; 3] = ["a", "b", "c"];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn intervals_hold_the_estimate_and_widen_with_the_level(tables in tables()) {
        for (key, estimate) in estimates(&tables, NAMES) {
            let Some(value) = estimate.value else { continue };
            let mut last = (value, value);
            for level in [0.5, 0.9, 0.95, 0.999] {
                let (low, high) = estimate.interval(level);
                let ends = (low.unwrap_or(f64::NEG_INFINITY), high.unwrap_or(f64::INFINITY));
                let slack = 1e-9 * value.abs().max(1.0);
                prop_assert!(ends.0 <= last.0 + slack && ends.1 >= last.1 - slack, "{key:?} {estimate:?}");
                last = ends;
            }
        }
    }

    #[test]
    fn p_values_are_the_level_that_touches(tables in tables()) {
        for (key, estimate) in estimates(&tables, NAMES) {
            let (low, high) = estimate.interval(0.9);
            for end in [low, high].into_iter().flatten() {
                // Ends at the edge of the range stay there at every level.
                let wider = estimate.interval(0.95);
                if wider.0 == Some(end) || wider.1 == Some(end) || estimate.value == Some(end) {
                    continue;
                }
                let p = estimate.p_value(end).unwrap();
                prop_assert!((p - 0.1).abs() < 1e-6, "{key:?} {estimate:?} {p}");
            }
        }
    }

    /// Of the mean logarithmic deviation limits are left out: where it hardly changes with the rates, its
    /// standard error rests on the prior, which more rows may move either way.
    #[test]
    fn twice_the_rows_say_the_same_more_surely(tables in tables()) {
        let doubled = tables.map(|counts| counts.map(|n| 2 * n));
        for ((key, one), (_, two)) in estimates(&tables, NAMES).iter().zip(&estimates(&doubled, NAMES)) {
            prop_assert_eq!(one.method, two.method);
            match (one.value, two.value) {
                (Some(a), Some(b)) => prop_assert!((a - b).abs() <= 1e-12 * a.abs().max(1.0)),
                (a, b) => prop_assert_eq!(a, b),
            }
            if key.0 == "mean_log_deviation" {
                continue;
            }
            if let (Some(a), Some(b), Some(c), Some(d)) = (one.low, one.high, two.low, two.high) {
                prop_assert!(d - c <= (b - a) * (1.0 + 1e-9), "{key:?} {one:?} {two:?}");
            }
        }
    }

    /// A name means nothing: groups that exchange their rows exchange their results.
    #[test]
    fn permuting_groups_permutes_results(tables in tables()) {
        let [a, b, c] = tables;
        let mut exchanged = estimates(&[a, c, b], NAMES);
        for ((_, _, _, group), _) in &mut exchanged {
            *group = match group.as_str() {
                "b" => "c".to_owned(),
                "c" => "b".to_owned(),
                other => other.to_owned(),
            };
        }
        exchanged.sort_by_key(|(key, _)| format!("{key:?}"));
        prop_assert_eq!(estimates(&tables, NAMES), exchanged);
    }
}

#[test]
fn both_new_methods_are_among_the_laws_subjects() {
    let found = estimates(&[[40, 20, 10, 30], [18, 6, 12, 24], [6, 4, 9, 21]], NAMES);
    for method in [Method::WilsonMapped, Method::MoverWilson, Method::Mover] {
        assert!(found.iter().any(|(_, e)| e.method == method), "{method:?}");
    }
}
