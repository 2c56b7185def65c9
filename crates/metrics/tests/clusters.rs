//! Rows in clusters: replicates draw clusters, intervals cover, and nothing rests on single rows.

use waage_core::block::{Block, ClusterKey, Clustered, Codes, outcome};
use waage_core::draw::normal;
use waage_core::estimate::{Estimate, Method, Reason};
use waage_core::label::Label;
use waage_core::observer::Silent;
use waage_core::quantity::{Comparison, Scheme};
use waage_core::random::Stream;
use waage_core::special::cdf;
use waage_core::tally::{Builder, Kept, Limits, Tally};
use waage_metrics::Metric;
use waage_metrics::bootstrap::{self, Plan, Target};
use waage_metrics::catalogue::Kind;
use waage_metrics::confusion::Tie;
use waage_metrics::measure::{GivenRoles, Measured, ReferenceRule, Request, measure};
use waage_metrics::score::ScoreRequest;

/// Cluster, group, label and decision.
type Row = (u64, usize, u8, u8);

fn builder(rows: &[Row], clustered: bool) -> Builder {
    let kept = Kept {
        clusters: clustered,
        ..Kept::default()
    };
    let mut builder = Builder::new(&["g".to_owned()], &[], kept, Limits::default());
    let keys: Vec<i32> = rows.iter().map(|row| row.1 as i32).collect();
    let outcomes: Vec<u8> = rows.iter().map(|row| outcome::of(row.2, row.3)).collect();
    let clusters: Vec<ClusterKey> = rows.iter().map(|row| [0, row.0]).collect();
    builder.add(&Block {
        len: rows.len(),
        axes: &[Codes {
            keys: &keys,
            table: &[0, 1],
        }],
        outcomes: &outcomes,
        weights: None,
        scores: None,
        targets: None,
        clusters: Some(Clustered {
            keys: &clusters,
            spans: [None; 2],
        }),
        propensities: None,
        members: &[],
    });
    builder
}

fn finished(builder: Builder) -> Tally {
    let labels = ["a", "b"].map(Label::text).to_vec();
    builder.finish(&[labels]).expect("small")
}

fn tally(rows: &[Row], clustered: bool) -> Tally {
    finished(builder(rows, clustered))
}

fn request(metrics: Option<&[Metric]>, replicates: usize, seed: u64) -> Request {
    let roles = GivenRoles {
        label: true,
        decision: true,
        score: false,
    };
    Request {
        views: vec![vec![0]],
        references: vec![ReferenceRule::Named("a".to_owned())],
        metrics: metrics.map_or_else(|| roles.metrics(), <[Metric]>::to_vec),
        scores: ScoreRequest::default(),
        disparities: match metrics {
            None => roles.disparities(),
            Some(_) => Vec::new(),
        },
        schemes: Vec::new(),
        min_share: 0.0,
        roles,
        missing_labels: Default::default(),
        level: 0.95,
        replicates,
        seed,
        favourable: waage_metrics::Favourable::Selected,
        tie: Tie::NONE,
        cut: None,
    }
}

/// People with a leaning of their own, in one to `most` rows each; some change their group.
fn people(count: u64, most: u64, stream: &mut Stream) -> Vec<Row> {
    let mut rows = Vec::new();
    for person in 0..count {
        let home = usize::from(stream.next_unit() < 0.5);
        let leaning = normal(stream);
        let times = 1 + (stream.next_unit() * most as f64) as u64;
        for _ in 0..times {
            let chance = cdf(1.5 * leaning - 0.3);
            let decided = |stream: &mut Stream| u8::from(stream.next_unit() < chance);
            let (label, decision) = (decided(stream), decided(stream));
            let group = match stream.next_unit() < 0.05 {
                true => 1 - home,
                false => home,
            };
            rows.push((person, group, label, decision));
        }
    }
    rows
}

/// The selection rate of b minus that of a.
fn gap(rows: impl Iterator<Item = Row>) -> f64 {
    let mut counts = [[0.0; 2]; 2];
    for (_, group, _, decision) in rows {
        counts[group][usize::from(decision)] += 1.0;
    }
    let [a, b] = counts.map(|[rejected, selected]| selected / (selected + rejected));
    b - a
}

/// Replicates of [`gap`] by the bootstrap on the cube.
fn replicated(tally: &Tally, replicates: usize) -> Vec<f64> {
    let cells = tally.view(&[0]).groups;
    let targets = [Target {
        groups: 2,
        group_of_cell: vec![0, 1],
        row_weight: vec![1.0; 2],
    }];
    let clusters = tally.clusters(&[0]);
    let plan = Plan {
        cells: &cells,
        targets: &targets,
        tie_share: 0.0,
        weighted: false,
        clusters: clusters.as_ref(),
        scored_clusters: None,
        scored: false,
        cut: None,
        possible: &[],
        replicates,
        seed: 5,
    };
    let series = bootstrap::run(
        &plan,
        1,
        &Silent,
        || (),
        |(), drawn, out| {
            let [a, b] = [0, 1].map(|g| {
                let table = &drawn.views[0][g];
                table.selected / (table.selected + table.rejected)
            });
            out.push(b - a);
        },
    );
    series.expect("not cancelled").remove(0).to_vec()
}

/// The largest distance of two empirical distribution functions.
fn kolmogorov_smirnov(one: &[f64], other: &[f64]) -> f64 {
    let below = |values: &[f64], at: f64| {
        values.iter().filter(|v| **v <= at).count() as f64 / values.len() as f64
    };
    let all = one.iter().chain(other);
    all.map(|at| (below(one, *at) - below(other, *at)).abs())
        .fold(0.0, f64::max)
}

fn deviation(values: &[f64]) -> f64 {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let squares: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    (squares / values.len() as f64).sqrt()
}

#[test]
fn replicates_are_distributed_as_those_of_drawn_clusters() {
    const REPLICATES: usize = 2_000;
    let rows = people(60, 6, &mut Stream::new(4, 1));
    let of_person: Vec<&[Row]> = rows.chunk_by(|a, b| a.0 == b.0).collect();
    let mut stream = Stream::new(9, 9);
    let brute: Vec<f64> = (0..REPLICATES)
        .map(|_| {
            let drawn: Vec<Row> = (0..of_person.len())
                .flat_map(|_| of_person[(stream.next_unit() * of_person.len() as f64) as usize])
                .copied()
                .collect();
            gap(drawn.into_iter())
        })
        .collect();
    // At the 1 % level two samples of 2 000 differ by 1.63·√(2/2000).
    let limit = 1.63 * (2.0 / REPLICATES as f64).sqrt();
    let clusters = replicated(&tally(&rows, true), REPLICATES);
    let distance = kolmogorov_smirnov(&brute, &clusters);
    assert!(distance < limit, "{distance} {limit}");
    let of_rows = replicated(&tally(&rows, false), REPLICATES);
    assert!(kolmogorov_smirnov(&brute, &of_rows) > limit);
}

/// FORMULAS §4.5: selected/size 3/5 0/2 1/1 4/6 0/3 2/3, R = .5, se .122474487. Fifty of each have
/// a standard error smaller by √50, but for the factor m/(m−1).
#[test]
fn the_standard_error_is_that_of_the_worked_example() {
    const COPIES: u64 = 50;
    let sizes = [(3, 5), (0, 2), (1, 1), (4, 6), (0, 3), (2, 3)];
    let mut rows = Vec::new();
    for copy in 0..COPIES {
        for (c, (selected, size)) in (0..).zip(sizes) {
            rows.extend((0..size).map(|i| (6 * copy + c, 0, 0, u8::from(i < selected))));
        }
    }
    let found = tally(&rows, true);
    assert_eq!(found.clusters(&[0]).unwrap().patterns().len(), 6);
    let measured = measure(
        &found,
        &request(Some(&[Metric::SelectionRate]), 4_000, 1),
        &Silent,
    );
    let rate = measured.unwrap().overall[0].1.clone();
    let waage_core::estimate::Evidence::Replicates(replicates) = &rate.evidence else {
        panic!("{rate:?}");
    };
    assert_eq!(rate.value, Some(0.5));
    let exact = 0.122_474_487 * (5.0 / 6.0 / COPIES as f64).sqrt();
    let ratio = deviation(replicates) / exact;
    // 4 000 replicates tell a deviation to 1/√8000.
    assert!((ratio - 1.0).abs() < 3.0 / 8000.0_f64.sqrt(), "{ratio}");
}

/// Share of simulations whose interval of the gap holds 0, its true value.
fn coverage(clustered: bool, people_each: u64) -> f64 {
    const TIMES: u64 = 300;
    let metrics = [Metric::SelectionRate];
    let covered = (0..TIMES).filter(|time| {
        let rows = people(people_each, 12, &mut Stream::new(77, *time));
        let found = tally(&rows, clustered);
        let measured = measure(&found, &request(Some(&metrics), 400, *time), &Silent).unwrap();
        let gap = measured
            .measurements
            .iter()
            .find(|m| m.scheme == Scheme::ToReference && m.comparison == Comparison::Difference);
        let estimate = &gap.expect("two groups").estimate;
        estimate.low.unwrap() <= 0.0 && estimate.high.unwrap() >= 0.0
    });
    covered.count() as f64 / TIMES as f64
}

#[test]
fn intervals_cover_where_those_of_rows_do_not() {
    for people in [24, 100] {
        // The standard error of a coverage of 95 % in 300 simulations is 1.3 %.
        let of_clusters = coverage(true, people);
        assert!(
            (0.91..=0.99).contains(&of_clusters),
            "{people}: {of_clusters}"
        );
    }
    let of_rows = coverage(false, 100);
    assert!(of_rows < 0.8, "{of_rows}");
}

fn measured(rows: &[Row]) -> Measured {
    measure(&tally(rows, true), &request(None, 200, 3), &Silent).unwrap()
}

#[test]
fn nothing_rests_on_independent_rows() {
    let measured = measured(&people(80, 5, &mut Stream::new(2, 2)));
    let estimates = measured.views[0]
        .groups
        .iter()
        .flat_map(|(.., estimates)| estimates);
    let of_groups = estimates.chain(&measured.overall);
    let counted = |metric: &Metric| matches!(metric.row().kind, Kind::Count);
    let of_groups = of_groups
        .filter(|(metric, _)| !counted(metric))
        .map(|(_, e)| e);
    let compared = measured
        .measurements
        .iter()
        .filter(|m| m.scheme != Scheme::Value);
    let mut seen = 0;
    for estimate in of_groups.chain(compared.map(|m| &m.estimate)) {
        if estimate.value.is_none() || estimate.low.or(estimate.high).is_none() {
            continue;
        }
        seen += 1;
        assert!(estimate.clusters.is_some(), "{estimate:?}");
        let drawn = [
            Method::ClusterBootstrapPercentile,
            Method::BootstrapPercentile,
            Method::BootstrapPercentileBiased,
            Method::BootstrapBest,
            Method::MaxT,
            Method::MaxTBest,
        ];
        assert!(drawn.contains(&estimate.method), "{estimate:?}");
    }
    assert!(seen > 100, "{seen}");
    for measurement in &measured.measurements {
        let test = measurement.test.unwrap_or("max_t");
        assert!(
            ["max_t", "cluster_bootstrap"].contains(&test),
            "{measurement:?}"
        );
    }
}

fn first_gap(measured: &Measured) -> &Estimate {
    let gap = measured
        .measurements
        .iter()
        .find(|m| m.scheme == Scheme::ToReference);
    &gap.expect("two groups").estimate
}

#[test]
fn rows_and_clusters_are_told_and_one_cluster_tells_nothing() {
    let rows = [
        (1, 0, 1, 1),
        (1, 0, 0, 0),
        (2, 0, 1, 0),
        (3, 1, 1, 1),
        (3, 1, 0, 1),
        (3, 1, 1, 0),
    ];
    let measured = measured(&rows);
    let gap = first_gap(&measured);
    let clusters = gap.clusters.expect("drawn");
    assert_eq!((gap.n, clusters.count, clusters.fewest), (6, 3, 1));
    assert!(gap.value.is_some() && gap.low.is_none());
    assert_eq!(gap.reason, Some(Reason::TooFewClusters));
}

#[test]
fn whoever_counts_which_rows_makes_no_difference() {
    let mut rows = people(200, 5, &mut Stream::new(8, 1));
    let whole = tally(&rows, true);
    let bytes = whole.to_bytes();
    assert_eq!(Tally::from_bytes(&bytes).unwrap(), whole);
    for at in (1..bytes.len()).step_by(37) {
        assert!(Tally::from_bytes(&bytes[..at]).is_err());
    }
    rows.reverse();
    for parts in [2, 7] {
        let parts = rows.chunks(rows.len().div_ceil(parts));
        let merged = parts.map(|rows| builder(rows, true)).reduce(Builder::merge);
        assert_eq!(finished(merged.unwrap()), whole);
    }
}

/// A cluster in every row is a multinomial draw of rows, from the same stream.
#[test]
fn clusters_of_one_row_are_rows() {
    let rows = people(90, 4, &mut Stream::new(3, 3));
    let alone: Vec<Row> = (0..)
        .zip(&rows)
        .map(|(c, row)| (c, row.1, row.2, row.3))
        .collect();
    assert_eq!(
        replicated(&tally(&alone, true), 50),
        replicated(&tally(&rows, false), 50)
    );
}
