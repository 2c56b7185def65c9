//! Bounds of groups known by probabilities, on many samples of a population that is known.

use waage_core::block::{Block, Clustered, outcome};
use waage_core::observer::Silent;
use waage_core::proxy::{ProxyBuilder, ProxyCells, ProxyPlan};
use waage_core::quantity::Comparison;
use waage_core::random::Stream;
use waage_metrics::measure::{GivenRoles, Request};
use waage_metrics::membership::{Membership, Unknown, membership};
use waage_metrics::selective::Labels;
use waage_metrics::{Favourable, Metric};

/// Share of the rows, probability of the first group, selection rates of the first and the second group.
type Cell = (f64, f64, f64, f64);

/// The cells of the population.
const POPULATION: [Cell; 3] = [
    (0.5, 0.9, 0.65, 0.15),
    (0.3, 0.5, 0.5, 0.3),
    (0.2, 0.1, 0.3, 0.1889),
];

fn sum(part: impl Fn(&Cell) -> f64) -> f64 {
    POPULATION.iter().map(part).sum()
}

/// Rows in clusters of so many that are all alike; none of 0.
fn sample(rows: usize, alike: usize, seed: u64) -> ProxyCells {
    let mut stream = Stream::new(seed, 1);
    let (mut q, mut outcomes, mut clusters) = (Vec::new(), Vec::new(), Vec::new());
    while q.len() < rows {
        let mut at = stream.next_unit();
        let cell = POPULATION.iter().find(|cell| {
            at -= cell.0;
            at < 0.0
        });
        let (_, p, first, second) = cell.copied().unwrap_or(POPULATION[2]);
        let rate = if stream.next_unit() < p {
            first
        } else {
            second
        };
        let selected = u8::from(stream.next_unit() < rate);
        for _ in 0..alike.max(1) {
            clusters.push([0, (q.len() / alike.max(1)) as u64]);
            q.push(p);
            outcomes.push(outcome::of(outcome::LABEL_MISSING, selected));
        }
    }
    let rest: Vec<f64> = q.iter().map(|q| 1.0 - q).collect();
    let mut builder = ProxyBuilder::new(ProxyPlan {
        attribute: "race".to_owned(),
        groups: 2,
        first: 0,
        strata_from: 0,
        threshold: None,
        weighted: false,
        clusters_max: (alike > 0).then_some(u64::MAX),
    });
    builder.add(&Block {
        len: rows,
        axes: &[],
        outcomes: &outcomes,
        weights: None,
        scores: None,
        clusters: (alike > 0).then_some(Clustered {
            keys: &clusters,
            spans: [None; 2],
        }),
        propensities: None,
        members: &[&q, &rest],
        targets: None,
    });
    builder.finish(&[]).expect("few cells")
}

fn measured(cells: &ProxyCells, replicates: usize) -> Membership {
    let roles = GivenRoles {
        decision: true,
        ..GivenRoles::default()
    };
    let request = Request {
        views: Vec::new(),
        references: Vec::new(),
        metrics: vec![Metric::SelectionRate],
        scores: Default::default(),
        disparities: Vec::new(),
        schemes: Vec::new(),
        min_share: 0.0,
        roles,
        missing_labels: Default::default(),
        level: 0.95,
        replicates,
        seed: 5,
        favourable: Favourable::Selected,
        tie: waage_metrics::confusion::Tie::NONE,
        cut: None,
    };
    let groups = ["a".to_owned(), "b".to_owned()];
    let unknown = Unknown {
        attribute: "race",
        position: 0,
        groups: &groups,
        reference: Some("b"),
        weighted: false,
    };
    membership(cells, &unknown, &request, Labels::AsGiven, &Silent).expect("measured")
}

/// The rates of both groups in the population, and the ends that probabilities alone leave.
fn truth() -> ([f64; 2], [[f64; 2]; 2]) {
    let of_a = sum(|c| c.0 * c.1);
    let rates = [
        sum(|c| c.0 * c.1 * c.2) / of_a,
        sum(|c| c.0 * (1.0 - c.1) * c.3) / (1.0 - of_a),
    ];
    let ends = |share: &dyn Fn(&Cell) -> f64, all: f64| {
        let selected = |c: &Cell| c.1 * c.2 + (1.0 - c.1) * c.3;
        [
            sum(|c| c.0 * (share(c) + selected(c) - 1.0).max(0.0)) / all,
            sum(|c| c.0 * share(c).min(selected(c))) / all,
        ]
    };
    let bounds = [ends(&|c| c.1, of_a), ends(&|c| 1.0 - c.1, 1.0 - of_a)];
    (rates, bounds)
}

#[test]
fn intervals_hold_the_truth_and_both_ends_of_the_population() {
    // Both ends at once with at least 95 %, less chance.
    let held = share_held(900, 0);
    assert!(held >= 0.92, "{held}");
}

#[test]
fn rows_that_are_alike_widen_intervals_by_their_clusters() {
    let held = share_held(1200, 8);
    assert!(held >= 0.92, "{held}");
}

/// How often intervals hold both ends of the population.
fn share_held(rows: usize, alike: usize) -> f64 {
    let (rates, ends) = truth();
    let gap_ends = [ends[0][0] - ends[1][1], ends[0][1] - ends[1][0]];
    let (mut held, mut asked) = (0, 0);
    let runs = 1000;
    for run in 0..runs {
        let found = measured(&sample(rows, alike, run), 200);
        let mut ask = |low: Option<f64>, high: Option<f64>, ends: [f64; 2], truth: f64| {
            let (low, high) = (low.expect("a limit"), high.expect("a limit"));
            assert!(low <= truth && truth <= high, "{run}: {low} {truth} {high}");
            asked += 1;
            held += u32::from(low <= ends[0] && ends[1] <= high);
        };
        for g in 0..2 {
            let bounds = &found.groups[g].rates[0].1.bounds.estimate;
            ask(bounds.low, bounds.high, ends[g], rates[g]);
        }
        let gap = found
            .gaps
            .iter()
            .find(|gap| gap.comparison == Comparison::Difference);
        let bounds = &gap.expect("a gap").answers.bounds.estimate;
        ask(bounds.low, bounds.high, gap_ends, rates[0] - rates[1]);
    }
    f64::from(held) / f64::from(asked)
}

#[test]
fn the_weighted_rate_errs_by_the_covariance_within_cells() {
    let cells = sample(400_000, 0, 9);
    let found = measured(&cells, 0);
    let (rates, _) = truth();
    let of_a = sum(|c| c.0 * c.1);
    // Cov(1[A = a], d | z) = q (1 − q) (rate of a − rate of the others).
    let covariance = sum(|c| c.0 * c.1 * (1.0 - c.1) * (c.2 - c.3));
    for (g, sign) in [(0, 1.0), (1, -1.0)] {
        let share = if g == 0 { of_a } else { 1.0 - of_a };
        let expected = rates[g] - sign * covariance / share;
        let value = found.groups[g].rates[0].1.weighted.value.expect("a rate");
        assert!((value - expected).abs() < 0.004, "{value} {expected}");
    }
}
