//! Score metrics against scikit-learn, scipy and statsmodels, and through the whole measurement.

use serde_json::Value;
use waage_core::block::{Block, Codes, outcome};
use waage_core::estimate::{Method, Reason};
use waage_core::label::Label;
use waage_core::observer::Silent;
use waage_core::quantity::{Comparison, Measurement, Scheme};
use waage_core::tally::{Builder, Kept, Limits, ScoreTable, Tally};
use waage_metrics::confusion::Tie;
use waage_metrics::measure::{GivenRoles, Measured, ReferenceRule, Request, measure};
use waage_metrics::score::table::{MISSING, POSITIVE, from_rows};
use waage_metrics::score::{
    ScoreDisparity, ScoreMetric, ScoreRequest, auc, ks, logistic, mean, precision,
};

fn golden() -> Vec<(ScoreTable, ScoreTable, ScoreTable, Value)> {
    let text = include_str!("../../../tests/golden/scores.json");
    let document: Value = serde_json::from_str(text).expect("golden file");
    let cases = document["cases"].as_array().expect("cases");
    cases
        .iter()
        .map(|case| {
            let weights = case["weight"].as_array();
            let rows: Vec<(f64, u8, f64)> = case["score"]
                .as_array()
                .expect("scores")
                .iter()
                .zip(case["label"].as_str().expect("labels").bytes())
                .enumerate()
                .map(|(i, (score, label))| {
                    let weight = weights.map_or(1.0, |w| w[i].as_f64().expect("weight"));
                    (score.as_f64().expect("score"), label - b'0', weight)
                })
                .collect();
            let weighted = weights.is_some();
            let only = |label: usize| -> Vec<_> {
                let rows = rows.iter().filter(|r| usize::from(r.1) == label);
                rows.map(|r| (r.0, MISSING as u8, r.2)).collect()
            };
            let (positive, negative) = (only(POSITIVE), only(1 - POSITIVE));
            (
                from_rows(&rows, weighted),
                from_rows(&positive, weighted),
                from_rows(&negative, weighted),
                case["expected"].clone(),
            )
        })
        .collect()
}

#[test]
fn values_are_those_of_the_peers() {
    let cases = golden();
    assert!(cases.len() >= 40);
    for (table, positive, negative, expected) in &cases {
        let line = logistic::Line::fit(table).expect("overlapping classes");
        for (name, found, tolerance) in [
            ("roc_auc", auc::roc_auc(table), 1e-12),
            (
                "average_precision",
                precision::average_precision(table),
                1e-12,
            ),
            ("ks_statistic", ks::ks_statistic(table), 1e-12),
            ("brier_score", mean::BRIER.value(table), 1e-12),
            ("log_loss", mean::LOG_LOSS.value(table), 1e-12),
            (
                "wasserstein_1",
                ks::wasserstein_1(positive, negative),
                1e-12,
            ),
            ("calibration_slope", Ok(line.slope), 1e-8),
            ("calibration_intercept", Ok(line.intercept), 1e-8),
        ] {
            let (found, peer) = (found.expect(name), expected[name].as_f64().expect(name));
            assert!((found - peer).abs() < tolerance, "{name}: {found} {peer}");
        }
    }
}

/// Groups with rows `(score, label)`, scores NaN where missing.
fn tally(groups: &[(&str, Vec<(f64, u8)>)], weights: Option<f64>) -> Tally {
    let labels = vec![
        groups
            .iter()
            .map(|(name, _)| Label::text(name))
            .collect::<Vec<_>>(),
    ];
    let kept = Kept {
        weights: weights.is_some(),
        scores: true,
        clusters: false,
    };
    let names = ["group".to_owned()];
    let mut builder = Builder::new(&names, &[], kept, Limits::default());
    let codes: Vec<u32> = (0..groups.len() as u32).collect();
    for (g, (_, rows)) in groups.iter().enumerate() {
        let outcomes: Vec<u8> = rows
            .iter()
            .map(|(s, y)| outcome::of(*y, if *s >= 0.5 { 1 } else { 0 }))
            .collect();
        let scores: Vec<f64> = rows.iter().map(|(s, _)| *s).collect();
        builder.add(&Block {
            len: rows.len(),
            axes: &[Codes {
                keys: &vec![g as i32; rows.len()],
                table: &codes,
            }],
            outcomes: &outcomes,
            weights: weights.map(|w| vec![w; rows.len()]).as_deref(),
            scores: Some(&scores),
            targets: None,
            clusters: None,
            propensities: None,
            members: &[],
        });
    }
    builder.finish(&labels).expect("small")
}

fn e3() -> [(&'static str, Vec<(f64, u8)>); 2] {
    let a = vec![(0.9, 1), (0.8, 1), (0.55, 1), (0.4, 0), (0.3, 0), (0.2, 0)];
    let b = vec![(0.7, 1), (0.6, 0), (0.5, 0), (0.4, 0), (0.4, 1), (0.7, 0)];
    [("a", a), ("b", b)]
}

fn request(scores: ScoreRequest, replicates: usize) -> Request {
    let roles = GivenRoles {
        label: true,
        decision: true,
        score: true,
    };
    Request {
        views: vec![vec![0]],
        references: vec![ReferenceRule::Largest],
        metrics: Vec::new(),
        scores,
        disparities: Vec::new(),
        schemes: Vec::new(),
        min_share: 0.0,
        roles,
        missing_labels: Default::default(),
        level: 0.95,
        replicates,
        seed: 5,
        favourable: waage_metrics::Favourable::Selected,
        tie: Tie::NONE,
        cut: None,
    }
}

fn everything(replicates: usize) -> Request {
    let mut request = request(ScoreRequest::default(), replicates);
    request.scores = ScoreRequest::all(request.roles);
    request
}

fn run(tally: &Tally, request: &Request) -> Measured {
    measure(tally, request, &Silent).expect("measurable")
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

#[test]
fn the_worked_example_is_measured_and_compared() {
    let measured = run(&tally(&e3(), None), &everything(400));
    let (_, area) = &measured.overall_scores[0];
    assert_eq!(area.value, Some(57.0 / 70.0));
    assert!((area.low.unwrap() - 0.441_372_330).abs() < 1e-9);
    let value = |name, scheme, comparison, group| {
        let estimate = &find(&measured, name, scheme, comparison, group).estimate;
        estimate
            .value
            .unwrap_or_else(|| panic!("{name}: {estimate:?}"))
    };
    use Comparison::{Difference, None as Alone};
    for (name, scheme, comparison, group, expected) in [
        ("roc_auc", Scheme::Value, Alone, Some("a"), 1.0),
        ("roc_auc", Scheme::ToReference, Difference, Some("b"), -0.5),
        ("roc_auc", Scheme::ToComplement, Difference, Some("a"), 0.5),
        ("roc_auc", Scheme::BetweenGroups, Difference, None, 0.5),
        ("auc_parity", Scheme::BetweenGroups, Difference, None, 0.5),
        (
            "calibration_parity",
            Scheme::BetweenGroups,
            Difference,
            None,
            1.15 / 6.0,
        ),
        (
            "multiaccuracy_error",
            Scheme::BetweenGroups,
            Alone,
            None,
            1.3 / 6.0,
        ),
        (
            "generalized_mean_auc",
            Scheme::BetweenGroups,
            Alone,
            None,
            0.570_825_297,
        ),
        ("abroca", Scheme::ToReference, Difference, Some("b"), 0.5),
        ("bpsn_auc", Scheme::Value, Alone, Some("a"), 11.0 / 12.0),
        ("bnsp_auc", Scheme::Value, Alone, Some("b"), 11.0 / 12.0),
        ("background_auc", Scheme::Value, Alone, Some("b"), 1.0),
        ("scoring_rate", Scheme::Value, Alone, Some("b"), 0.5),
        (
            "calibration_in_the_large",
            Scheme::Value,
            Alone,
            Some("a"),
            0.025,
        ),
    ] {
        let found = value(name, scheme, comparison, group);
        assert!(
            (found - expected).abs() < 1e-9,
            "{name} {scheme:?}: {found} {expected}"
        );
    }
    let gap = find(
        &measured,
        "roc_auc",
        Scheme::ToReference,
        Difference,
        Some("b"),
    );
    assert_eq!(
        (gap.estimate.method, gap.test),
        (Method::Delong, Some("delong"))
    );
    assert_eq!(gap.context.group_rows, 6);
}

#[test]
fn every_estimate_has_an_interval_or_a_reason_and_no_nan() {
    let mut groups = e3().to_vec();
    groups.push(("constant", vec![(0.5, 1), (0.5, 0), (0.5, 1), (0.5, 0)]));
    groups.push(("one class", vec![(0.3, 1), (0.6, 1)]));
    groups.push(("unscored", vec![(f64::NAN, 1), (f64::NAN, 0)]));
    groups.push(("single", vec![(0.7, 0)]));
    for weights in [None, Some(1.5)] {
        let measured = run(&tally(&groups, weights), &everything(60));
        assert!(measured.measurements.len() > 500);
        for m in &measured.measurements {
            let e = &m.estimate;
            let numbers = [e.value, e.low, e.high, m.p, m.p_adjusted];
            assert!(numbers.iter().flatten().all(|v| v.is_finite()), "{m:?}");
            let bounded = e.low.is_some() || e.high.is_some();
            assert!(bounded || e.reason.is_some(), "{m:?}");
            if let (Some(v), Some(low), Some(high)) = (e.value, e.low, e.high) {
                assert!(low <= high, "{m:?}");
                // Mirrored and biased replicates of a handful of rows may leave their value outside.
                let resampled = e.method.name().starts_with("bootstrap");
                assert!(resampled || (low <= v && v <= high), "{m:?}");
            }
        }
        let reason = |group| {
            let of = |name| {
                find(
                    &measured,
                    name,
                    Scheme::Value,
                    Comparison::None,
                    Some(group),
                )
            };
            of("roc_auc").estimate.reason
        };
        assert_eq!(reason("constant"), Some(Reason::ConstantScore));
        assert_eq!(reason("one class"), Some(Reason::OneClassOnly));
        assert_eq!(reason("unscored"), Some(Reason::NoScores));
    }
}

#[test]
fn equal_weights_change_no_closed_form() {
    let (plain, weighted) = (tally(&e3(), None), tally(&e3(), Some(2.5)));
    let (plain, weighted) = (run(&plain, &everything(0)), run(&weighted, &everything(0)));
    let mut compared = 0;
    for (a, b) in plain.measurements.iter().zip(&weighted.measurements) {
        for (x, y) in [
            (a.estimate.value, b.estimate.value),
            (a.estimate.low, b.estimate.low),
            (a.estimate.high, b.estimate.high),
        ] {
            match (x, y) {
                (Some(x), Some(y)) => assert!((x - y).abs() < 1e-9, "{a:?} {b:?}"),
                _ => assert_eq!(x.is_some(), y.is_some(), "{a:?} {b:?}"),
            }
            compared += usize::from(x.is_some());
        }
    }
    assert!(compared > 200, "{compared}");
}

#[test]
fn what_is_not_asked_for_is_not_measured() {
    let tally = tally(&e3(), None);
    let nothing = run(&tally, &request(ScoreRequest::default(), 10));
    assert!(nothing.measurements.is_empty() && nothing.overall_scores.is_empty());
    let only = ScoreRequest {
        metrics: vec![ScoreMetric::RocAuc],
        disparities: vec![ScoreDisparity::CalibrationParity],
    };
    let only = run(&tally, &request(only, 10));
    let names: std::collections::BTreeSet<_> =
        only.measurements.iter().map(|m| m.quantity.name).collect();
    assert_eq!(
        names.into_iter().collect::<Vec<_>>(),
        ["calibration_parity", "roc_auc"]
    );
}

/// Many distinct scores: the replicates are then of bins of like mass.
#[test]
fn threads_change_nothing_and_bins_are_named() {
    let rows = |n: u64, step: u64| -> Vec<(f64, u8)> {
        (0..n)
            .map(|i| {
                let s = ((i * step) % 10_007) as f64 / 10_007.0;
                (s, u8::from((i * 7919) % 101 < (101.0 * s) as u64))
            })
            .collect()
    };
    let tally = tally(
        &[
            ("a", rows(1500, 31)),
            ("b", rows(700, 57)),
            ("c", rows(90, 3)),
        ],
        None,
    );
    let request = everything(80);
    let in_pool = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .expect("pool");
        format!("{:?}", pool.install(|| run(&tally, &request)))
    };
    assert_eq!(in_pool(1), in_pool(3));
    let measured = run(&tally, &request);
    let ks = find(
        &measured,
        "ks_statistic",
        Scheme::Value,
        Comparison::None,
        Some("a"),
    );
    assert_eq!(ks.estimate.method, Method::BootstrapBasicBinned);
    let (low, high) = (ks.estimate.low.unwrap(), ks.estimate.high.unwrap());
    assert!(low < ks.estimate.value.unwrap() && high - low < 0.2);
}

/// Beyond the memory limit scores are counted in bins; values then keep within their bounds.
#[test]
fn bins_widen_the_intervals_by_what_they_may_hide() {
    let rows: Vec<(f64, u8)> = (0..4000_u64)
        .map(|i| {
            let s = ((i * 2_654_435_761) % 1_000_003) as f64 / 1_000_003.0;
            (s, u8::from((i * 7919) % 101 < (101.0 * s) as u64))
        })
        .collect();
    let groups = [("a", rows[..3000].to_vec()), ("b", rows[3000..].to_vec())];
    let exact = run(&tally(&groups, None), &everything(40));
    let names = ["group".to_owned()];
    let limits = Limits {
        score_entries_max: 100,
        ..Limits::default()
    };
    let kept = Kept {
        weights: false,
        scores: true,
        clusters: false,
    };
    let mut builder = Builder::new(&names, &[], kept, limits);
    for (g, (_, rows)) in groups.iter().enumerate() {
        let outcomes: Vec<u8> = rows
            .iter()
            .map(|(s, y)| outcome::of(*y, u8::from(*s >= 0.5)))
            .collect();
        let scores: Vec<f64> = rows.iter().map(|(s, _)| *s).collect();
        builder.add(&Block {
            len: rows.len(),
            axes: &[Codes {
                keys: &vec![g as i32; rows.len()],
                table: &[0, 1],
            }],
            outcomes: &outcomes,
            weights: None,
            scores: Some(&scores),
            targets: None,
            clusters: None,
            propensities: None,
            members: &[],
        });
    }
    let labels = vec![vec![Label::text("a"), Label::text("b")]];
    let binned = run(&builder.finish(&labels).expect("small"), &everything(40));
    let mut checked = 0;
    for (a, b) in exact.measurements.iter().zip(&binned.measurements) {
        let resampled = b.estimate.method.name().starts_with("bootstrap");
        let (Some(value), Some(low), Some(high)) =
            (a.estimate.value, b.estimate.low, b.estimate.high)
        else {
            continue;
        };
        if !resampled {
            assert!(low <= value && value <= high, "{a:?} {b:?}");
            checked += 1;
        }
    }
    assert!(checked > 60, "{checked}");
    let of = |m: &Measured| {
        let found = find(m, "roc_auc", Scheme::Value, Comparison::None, Some("a"));
        found.estimate.clone()
    };
    assert_eq!(of(&binned).method, Method::DelongBinned);
    assert!(of(&binned).low.unwrap() < of(&exact).low.unwrap());
    let reliability = ScoreMetric::BrierReliability.quantity().name;
    let found = find(
        &binned,
        reliability,
        Scheme::Value,
        Comparison::None,
        Some("a"),
    );
    assert_eq!(found.estimate.reason, Some(Reason::ScoresBinned));
}
