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

/// Scores uniform on (0, 1); labels by a law of the score.
fn tally(stream: &mut Stream, n: usize, law: fn(f64) -> f64) -> Tally {
    let scores: Vec<f64> = (0..n).map(|_| stream.next_unit()).collect();
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
        len: n,
        axes: &[Codes {
            keys: &vec![0; n],
            table: &[0],
        }],
        outcomes: &outcomes,
        weights: None,
        scores: Some(&scores),
        targets: None,
        clusters: None,
        propensities: None,
        members: &[],
    });
    builder.finish(&[vec![Label::text("all")]]).expect("small")
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

#[test]
#[ignore = "a simulation of minutes"]
fn intervals_of_score_metrics_hold_the_truth() {
    let sets: u64 = std::env::var("SETS")
        .ok()
        .and_then(|s| s.parse().ok())
        .unwrap_or(400);
    println!("| metric | labels | rows | coverage of 95 % |\n| --- | --- | --- | --- |");
    let mut worst = 1.0_f64;
    for (i, (metric, law, name, truth)) in TRUTHS.into_iter().enumerate() {
        for n in [100, 400, 1600] {
            let request = Request {
                views: Vec::new(),
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
            let mut held = 0;
            for set in 0..sets {
                let mut stream = Stream::new(set, 1000 + i as u64 * 10_000 + n as u64);
                let measured = measure(&tally(&mut stream, n, law), &request, &Silent);
                let (_, estimate) = &measured.expect("measurable").overall_scores[0];
                let (low, high) = (estimate.low.expect("low"), estimate.high.expect("high"));
                held += u64::from(low <= truth && truth <= high);
            }
            let coverage = held as f64 / sets as f64;
            println!(
                "| {} | {name} | {n} | {:.1} % |",
                metric.quantity().name,
                100.0 * coverage
            );
            worst = worst.min(coverage);
        }
    }
    assert!(worst > 0.8, "{worst}");
}
