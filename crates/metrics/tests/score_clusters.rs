//! Scores of rows in clusters: replicates draw clusters with the scores of their rows.

use waage_core::block::{Block, ClusterKey, Clustered, Codes, outcome};
use waage_core::draw::normal;
use waage_core::estimate::{Estimate, Evidence, Method, Reason};
use waage_core::label::Label;
use waage_core::observer::Silent;
use waage_core::quantity::{Comparison, Scheme};
use waage_core::random::Stream;
use waage_core::special::cdf;
use waage_core::tally::{Builder, Kept, Limits, ScoreTable, Tally};
use waage_metrics::Metric;
use waage_metrics::conditional::conditional;
use waage_metrics::confusion::Tie;
use waage_metrics::measure::{GivenRoles, Measured, ReferenceRule, Request, measure};
use waage_metrics::score::table::from_rows;
use waage_metrics::score::{ScoreMetric, ScoreRequest, auc, bins, ks, mean};

/// A row of a cluster.
#[derive(Clone, Copy)]
struct Row {
    cluster: u64,
    group: usize,
    stratum: i32,
    label: u8,
    score: f64,
}

const GROUPS: usize = 3;

fn tally(rows: &[Row], clustered: bool, limits: Limits) -> Tally {
    let kept = Kept {
        scores: true,
        clusters: clustered,
        ..Kept::default()
    };
    let mut builder = Builder::new(&["g".to_owned()], &["s".to_owned()], kept, limits);
    let groups: Vec<i32> = rows.iter().map(|row| row.group as i32).collect();
    let strata: Vec<i32> = rows.iter().map(|row| row.stratum).collect();
    let decided = |row: &Row| outcome::of(row.label, u8::from(row.score >= 0.5));
    let outcomes: Vec<u8> = rows.iter().map(decided).collect();
    let keys: Vec<ClusterKey> = rows.iter().map(|row| [0, row.cluster]).collect();
    let scores: Vec<f64> = rows.iter().map(|row| row.score).collect();
    let axis = |keys| Codes {
        keys,
        table: &[0, 1, 2],
    };
    builder.add(&Block {
        len: rows.len(),
        axes: &[axis(&groups), axis(&strata)],
        outcomes: &outcomes,
        weights: None,
        scores: Some(&scores),
        targets: None,
        clusters: clustered.then_some(Clustered {
            keys: &keys,
            spans: [None; 2],
        }),
        propensities: None,
        members: &[],
    });
    let labels = ["a", "b", "c"].map(Label::text).to_vec();
    builder.finish(&[labels.clone(), labels]).expect("small")
}

const METRICS: [ScoreMetric; 7] = [
    ScoreMetric::RocAuc,
    ScoreMetric::KsStatistic,
    ScoreMetric::BrierScore,
    ScoreMetric::ExpectedCalibrationError,
    ScoreMetric::GeneralizedTruePositiveRate,
    ScoreMetric::BpsnAuc,
    ScoreMetric::XaucDisparity,
];

fn request(replicates: usize) -> Request {
    Request {
        views: vec![vec![0]],
        references: vec![ReferenceRule::Named("a".to_owned())],
        metrics: vec![Metric::SelectionRate, Metric::MeanScore],
        scores: ScoreRequest {
            metrics: METRICS.to_vec(),
            disparities: Vec::new(),
        },
        disparities: Vec::new(),
        schemes: Vec::new(),
        min_share: 0.0,
        roles: GivenRoles {
            label: true,
            decision: true,
            score: true,
        },
        level: 0.95,
        replicates,
        seed: 3,
        favourable: waage_metrics::Favourable::Selected,
        missing_labels: Default::default(),
        tie: Tie::NONE,
        cut: None,
    }
}

/// People of one group each, in one to five rows that are alike.
fn people(count: u64, seed: u64) -> Vec<Row> {
    let mut stream = Stream::new(seed, 4);
    let mut rows = Vec::new();
    for cluster in 0..count {
        let group = (stream.next_u64() % GROUPS as u64) as usize;
        let leaning = normal(&mut stream);
        let times = 1 + stream.next_u64() % 5;
        for _ in 0..times {
            let score = cdf(0.9 * leaning + 0.4 * normal(&mut stream) - 0.2 * group as f64);
            let label = u8::from(stream.next_unit() < cdf(1.2 * leaning - 0.2));
            let stratum = i32::from(leaning + normal(&mut stream) > 0.0);
            rows.push(Row {
                cluster,
                group,
                stratum,
                label,
                score,
            });
        }
    }
    rows
}

fn measured(rows: &[Row], clustered: bool) -> Measured {
    let tally = tally(rows, clustered, Limits::default());
    measure(&tally, &request(1_000), &Silent).unwrap()
}

fn of_group(measured: &Measured, g: usize, metric: ScoreMetric) -> &Estimate {
    let scores = &measured.views[0].scores[g];
    let found = scores.iter().find(|(m, _)| *m == metric);
    &found.expect("asked for").1
}

fn gap<'a>(measured: &'a Measured, name: &str, scheme: Scheme) -> &'a Estimate {
    let found = measured.measurements.iter().find(|m| {
        m.quantity.name == name && m.scheme == scheme && m.comparison == Comparison::Difference
    });
    &found.expect("measured").estimate
}

fn deviation(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    (squares / values.len() as f64).sqrt()
}

fn spread(estimate: &Estimate) -> f64 {
    match &estimate.evidence {
        Evidence::Replicates(values) => deviation(values),
        _ => panic!("{estimate:?}"),
    }
}

/// Values of tables of rows whose clusters are drawn one by one.
fn brute(rows: &[Row], times: usize, of: impl Fn(&[Row]) -> f64) -> Vec<f64> {
    let clusters: Vec<&[Row]> = rows.chunk_by(|a, b| a.cluster == b.cluster).collect();
    let mut stream = Stream::new(17, 1);
    let mut draw = |_| {
        let drawn: Vec<Row> = (0..clusters.len())
            .flat_map(|_| clusters[(stream.next_unit() * clusters.len() as f64) as usize])
            .copied()
            .collect();
        of(&drawn)
    };
    (0..times).map(&mut draw).collect()
}

fn table(rows: &[Row], keep: impl Fn(&Row) -> bool) -> ScoreTable {
    let kept = rows.iter().filter(|row| keep(row));
    let kept: Vec<(f64, u8, f64)> = kept.map(|row| (row.score, row.label, 1.0)).collect();
    from_rows(&kept, false)
}

/// Two estimates of one deviation from 1 000 draws each differ by less than 10 % but for a chance
/// of 1 in 1 000; influences are of the first order, which adds a little.
fn alike(found: f64, exact: f64, what: &str) {
    let ratio = found / exact;
    assert!((0.85..1.15).contains(&ratio), "{what}: {found} {exact}");
}

#[test]
fn values_spread_as_those_of_drawn_clusters() {
    // Of people whose calibration error is so far from 0 that replicates are not cut off there.
    let rows = people(400, 3);
    let measured = measured(&rows, true);
    let own = |rows: &[Row]| table(rows, |row| row.group == 1);
    let others = |rows: &[Row]| table(rows, |row| row.group != 1);
    type Of = fn(&ScoreTable) -> f64;
    let values: [(ScoreMetric, Of); 4] = [
        (ScoreMetric::RocAuc, |t| auc::roc_auc(t).unwrap()),
        (ScoreMetric::KsStatistic, |t| ks::ks_statistic(t).unwrap()),
        (ScoreMetric::BrierScore, |t| mean::BRIER.value(t).unwrap()),
        (ScoreMetric::ExpectedCalibrationError, |t| {
            bins::expected_calibration_error(t, bins::BINS).unwrap()
        }),
    ];
    for (metric, value) in values {
        let estimate = of_group(&measured, 1, metric);
        let clusters = estimate.clusters.expect("drawn");
        assert!(clusters.count < 400 && clusters.count > 80, "{clusters:?}");
        alike(
            spread(estimate),
            deviation(&brute(&rows, 1_000, |rows| value(&own(rows)))),
            &format!("{metric:?}"),
        );
    }
    // Against everybody else, and areas between a group and its background.
    let apart =
        |rows: &[Row]| auc::roc_auc(&own(rows)).unwrap() - auc::roc_auc(&others(rows)).unwrap();
    let complement = measured.measurements.iter().find(|m| {
        m.quantity.name == "roc_auc"
            && m.scheme == Scheme::ToComplement
            && m.comparison == Comparison::Difference
            && m.subject
                .group
                .as_ref()
                .is_some_and(|g| g.to_string() == "b")
    });
    let complement = &complement.expect("three groups").estimate;
    alike(
        spread(complement),
        deviation(&brute(&rows, 1_000, apart)),
        "complement",
    );
    let between = |rows: &[Row]| {
        let area = |positive: bool| {
            auc::roc_auc(&table(rows, |row| {
                (row.group == 1) == ((row.label == 1) == positive)
            }))
            .unwrap()
        };
        [area(true), area(false)]
    };
    alike(
        spread(of_group(&measured, 1, ScoreMetric::BpsnAuc)),
        deviation(&brute(&rows, 1_000, |rows| between(rows)[1])),
        "bpsn",
    );
    alike(
        spread(of_group(&measured, 1, ScoreMetric::XaucDisparity)),
        deviation(&brute(&rows, 1_000, |rows| {
            let [bnsp, bpsn] = between(rows);
            bnsp - bpsn
        })),
        "xauc",
    );
}

#[test]
fn mean_scores_spread_as_those_of_drawn_clusters() {
    let rows = people(300, 2);
    let measured = measured(&rows, true);
    let mean = |rows: &[Row], group: usize| {
        let own = || rows.iter().filter(|row| row.group == group);
        own().map(|row| row.score).sum::<f64>() / own().count() as f64
    };
    let exact = brute(&rows, 1_000, |rows| mean(rows, 1) - mean(rows, 0));
    let found = gap(&measured, "mean_score", Scheme::ToReference);
    alike(spread(found), deviation(&exact), "mean score");
    let of_rows = |row: &Row| row.group == 1;
    let scores: Vec<f64> = rows
        .iter()
        .filter(|r| of_rows(r))
        .map(|r| r.score)
        .collect();
    let plain = deviation(&scores) / (scores.len() as f64).sqrt();
    assert!(spread(found) > 1.2 * plain, "{} {plain}", spread(found));
}

/// What takes rows as independent, and draws of clusters of one row each.
#[test]
fn clusters_of_one_row_are_rows() {
    let mut rows = people(500, 3);
    for (cluster, row) in (0..).zip(&mut rows) {
        row.cluster = cluster;
    }
    let (clustered, plain) = (measured(&rows, true), measured(&rows, false));
    for metric in METRICS {
        let width = |measured: &Measured| {
            let estimate = of_group(measured, 0, metric);
            estimate.high.unwrap() - estimate.low.unwrap()
        };
        alike(width(&clustered), width(&plain), &format!("{metric:?}"));
        let values = [&clustered, &plain].map(|m| of_group(m, 0, metric).value);
        assert_eq!(values[0], values[1]);
    }
    for name in ["roc_auc", "mean_score", "ks_statistic"] {
        for scheme in [Scheme::ToReference, Scheme::BetweenGroups] {
            let width = |measured: &Measured| {
                let estimate = gap(measured, name, scheme);
                estimate.high.unwrap() - estimate.low.unwrap()
            };
            alike(width(&clustered), width(&plain), name);
        }
    }
}

#[test]
fn rows_that_repeat_in_their_cluster_tell_nothing_more() {
    let mut rows = people(300, 4);
    for (cluster, row) in (0..).zip(&mut rows) {
        row.cluster = cluster;
    }
    let repeated: Vec<Row> = rows.iter().flat_map(|row| [*row; 4]).collect();
    let (once, four) = (measured(&rows, true), measured(&repeated, true));
    let plain = measured(&repeated, false);
    for metric in METRICS {
        let width = |measured: &Measured| {
            let estimate = of_group(measured, 2, metric);
            estimate.high.unwrap() - estimate.low.unwrap()
        };
        alike(width(&four), width(&once), &format!("{metric:?}"));
        assert!(width(&plain) < 0.7 * width(&four), "{metric:?}");
    }
}

#[test]
fn nothing_of_scores_rests_on_independent_rows() {
    let measured = measured(&people(120, 5), true);
    let estimates = measured.views[0].scores.iter().flatten();
    let estimates = estimates.chain(&measured.overall_scores).map(|(_, e)| e);
    let compared = measured.measurements.iter();
    let compared = compared
        .filter(|m| m.scheme != Scheme::Value)
        .map(|m| &m.estimate);
    let drawn = [
        Method::ClusterBootstrapPercentile,
        Method::BootstrapPercentile,
        Method::BootstrapBasic,
        Method::BootstrapBasicBinned,
        Method::MaxT,
    ];
    let mut seen = 0;
    for estimate in estimates
        .chain(compared)
        .filter(|e| e.low.or(e.high).is_some())
    {
        seen += 1;
        assert!(estimate.clusters.is_some(), "{estimate:?}");
        assert!(drawn.contains(&estimate.method), "{estimate:?}");
    }
    assert!(seen > 60, "{seen}");
    for measurement in &measured.measurements {
        let test = measurement.test.unwrap_or("max_t");
        assert!(["max_t", "cluster_bootstrap"].contains(&test), "{test}");
    }
}

#[test]
fn scores_that_do_not_fit_cost_their_intervals_alone() {
    let rows = people(120, 6);
    let limits = Limits {
        score_entries_max: rows.len() as u64,
        ..Limits::default()
    };
    let small = tally(&rows, true, limits);
    assert!(!small.clusters_have_scores());
    let small = measure(&small, &request(200), &Silent).unwrap();
    let full = measured(&rows, true);
    for metric in METRICS {
        let (bare, whole) = (of_group(&small, 0, metric), of_group(&full, 0, metric));
        assert_eq!(bare.value, whole.value);
        assert_eq!((bare.low, bare.reason), (None, Some(Reason::RowsClustered)));
    }
    let rate = gap(&small, "selection_rate", Scheme::ToReference);
    assert!(rate.low.is_some(), "{rate:?}");
}

/// Mantel and Haenszel's difference of selection rates.
fn pooled(rows: &[Row]) -> f64 {
    let (mut gap, mut weight) = (0.0, 0.0);
    for stratum in [0, 1] {
        let side = |group: usize| {
            let own = || {
                rows.iter()
                    .filter(|r| r.group == group && r.stratum == stratum)
            };
            let hits = own().filter(|row| row.score >= 0.5).count() as f64;
            (hits, own().count() as f64)
        };
        let ((a, n), (c, m)) = (side(1), side(0));
        gap += (a / n - c / m) * n * m / (n + m);
        weight += n * m / (n + m);
    }
    gap / weight
}

#[test]
fn pooled_gaps_spread_as_those_of_drawn_clusters() {
    let rows = people(400, 7);
    let tally = tally(&rows, true, Limits::default());
    let request = request(1_000);
    let measured = measure(&tally, &request, &Silent).unwrap();
    let found = conditional(
        &tally,
        &request,
        &measured,
        &[Metric::SelectionRate],
        &Silent,
    );
    let found = found.unwrap();
    let b = found.iter().find(|c| c.group.to_string() == "b").unwrap();
    let difference = &b.pooled.difference;
    assert!((difference.value.unwrap() - pooled(&rows)).abs() < 1e-12);
    let exact = deviation(&brute(&rows, 1_000, pooled));
    alike(spread(difference), exact, "pooled");
    assert_eq!(difference.method, Method::ClusterBootstrapPercentile);
    assert!(difference.clusters.is_some());
    // The gap over all rows is that of the view, drawn anew.
    let marginal = gap(&measured, "selection_rate", Scheme::ToReference);
    assert_eq!(b.marginal.difference.value, marginal.value);
    alike(spread(&b.marginal.difference), spread(marginal), "marginal");
    assert!(b.standardized.low.is_some() && b.demographic.is_some());
    for rates in &b.strata {
        assert!(rates.ratio.low.is_some(), "{rates:?}");
    }
    assert!(b.test.is_none() && b.homogeneity.is_none());
}
