//! How often intervals of score metrics hold the truth, by simulation; slow, so ignored by default.
//!
//! `SETS=1000 cargo test -p waage-metrics --test score_coverage -- --ignored --nocapture` prints the
//! table of `docs/score-coverage.md`.

use waage_core::block::{Block, Codes, outcome};
use waage_core::draw;
use waage_core::label::Label;
use waage_core::observer::Silent;
use waage_core::random::Stream;
use waage_core::tally::{Builder, Kept, Limits, Tally};
use waage_metrics::confusion::Tie;
use waage_metrics::measure::{GivenRoles, ReferenceRule, Request, measure};
use waage_metrics::score::{ScoreMetric, ScoreRequest};

/// Scores uniform on (0, 1) of so many groups of `n` rows; labels by a law of the score.
fn tally(stream: &mut Stream, groups: usize, n: usize, law: fn(f64) -> f64) -> Tally {
    let scores: Vec<f64> = (0..groups * n).map(|_| stream.next_unit()).collect();
    let keys: Vec<i32> = (0..groups as i32)
        .flat_map(|group| std::iter::repeat_n(group, n))
        .collect();
    let table: Vec<u32> = (0..groups as u32).collect();
    let labels = (0..groups).map(|group| Label::text(&format!("group {group}")));
    let outcomes: Vec<u8> = scores
        .iter()
        .map(|s| outcome::of(draw::binomial(stream, 1, law(*s)) as u8, outcome::REJECTED))
        .collect();
    let kept = Kept {
        weights: false,
        scores: true,
        clusters: false,
    };
    let mut builder = Builder::new(&["group".to_owned()], &[], kept, Limits::default());
    builder.add(&Block {
        len: scores.len(),
        axes: &[Codes {
            keys: &keys,
            table: &table,
        }],
        outcomes: &outcomes,
        weights: None,
        scores: Some(&scores),
        targets: None,
        clusters: None,
        propensities: None,
        members: &[],
    });
    builder.finish(&[labels.collect()]).expect("small")
}

fn calibrated(s: f64) -> f64 {
    s
}

fn square(s: f64) -> f64 {
    s * s
}

/// A metric, the law of the labels and its name, and the metric's truth under it.
type Truth = (ScoreMetric, fn(f64) -> f64, &'static str, f64);

/// The truths are integrals over the uniform score.
const TRUTHS: [Truth; 10] = [
    (ScoreMetric::RocAuc, calibrated, "y ~ s", 5.0 / 6.0),
    (
        ScoreMetric::AveragePrecision,
        calibrated,
        "y ~ s",
        5.0 / 6.0,
    ),
    (ScoreMetric::BrierScore, calibrated, "y ~ s", 1.0 / 6.0),
    (ScoreMetric::LogLoss, calibrated, "y ~ s", 0.5),
    (ScoreMetric::CalibrationSlope, calibrated, "y ~ s", 1.0),
    (ScoreMetric::CalibrationIntercept, calibrated, "y ~ s", 0.0),
    (ScoreMetric::KsStatistic, calibrated, "y ~ s", 0.5),
    (ScoreMetric::KsStatistic, square, "y ~ s²", 0.577_350_269),
    (
        ScoreMetric::ExpectedCalibrationError,
        square,
        "y ~ s²",
        1.0 / 6.0,
    ),
    (
        ScoreMetric::ExpectedCalibrationErrorEqualMass,
        square,
        "y ~ s²",
        1.0 / 6.0,
    ),
];

/// Groups and rows of each. Of many groups, which share the places that replicates are drawn on, only
/// metrics that have replicates are looked at.
const SIZES: [(usize, usize); 5] = [(1, 100), (1, 400), (1, 1600), (12, 400), (12, 1600)];

fn is_replicated(metric: ScoreMetric) -> bool {
    matches!(
        metric,
        ScoreMetric::KsStatistic
            | ScoreMetric::ExpectedCalibrationError
            | ScoreMetric::ExpectedCalibrationErrorEqualMass
    )
}

#[test]
#[ignore = "a simulation of minutes"]
fn intervals_of_score_metrics_hold_the_truth() {
    let sets: u64 = std::env::var("SETS")
        .ok()
        .and_then(|s| s.parse().ok())
        .unwrap_or(400);
    println!("| metric | labels | groups | rows of each | coverage of 95 % |");
    println!("| --- | --- | ---: | ---: | ---: |");
    let mut worst = 1.0_f64;
    for (i, (metric, law, name, truth)) in TRUTHS.into_iter().enumerate() {
        for (groups, n) in SIZES {
            if groups > 1 && !is_replicated(metric) {
                continue;
            }
            let request = Request {
                views: vec![vec![0]],
                references: vec![ReferenceRule::Largest],
                metrics: Vec::new(),
                scores: ScoreRequest {
                    metrics: vec![metric],
                    disparities: Vec::new(),
                },
                disparities: Vec::new(),
                schemes: Vec::new(),
                min_share: 0.0,
                missing_labels: Default::default(),
                roles: GivenRoles {
                    label: true,
                    decision: false,
                    score: true,
                },
                level: 0.95,
                replicates: 200,
                seed: 11,
                favourable: waage_metrics::Favourable::Selected,
                tie: Tie::NONE,
                cut: None,
            };
            let (mut held, mut intervals) = (0, 0);
            for set in 0..sets.div_ceil(groups as u64) {
                let mut stream = Stream::new(set, 1000 + i as u64 * 10_000 + n as u64);
                let tally = tally(&mut stream, groups, n, law);
                let measured = measure(&tally, &request, &Silent).expect("measurable");
                for scores in &measured.views[0].scores {
                    let (_, estimate) = &scores[0];
                    let (low, high) = (estimate.low.expect("low"), estimate.high.expect("high"));
                    held += u64::from(low <= truth && truth <= high);
                    intervals += 1;
                }
            }
            let coverage = held as f64 / intervals as f64;
            println!(
                "| {} | {name} | {groups} | {n} | {:.1} % |",
                metric.quantity().name,
                100.0 * coverage
            );
            worst = worst.min(coverage);
        }
    }
    assert!(worst > 0.8, "{worst}");
}
