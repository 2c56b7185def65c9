//! Bounds of groups known by probabilities, on many samples of a population that is known.

use waage_core::block::{Block, outcome};
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

fn sample(rows: usize, seed: u64) -> ProxyCells {
    let mut stream = Stream::new(seed, 1);
    let (mut q, mut outcomes) = (Vec::new(), Vec::new());
    for _ in 0..rows {
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
        q.push(p);
        let selected = u8::from(stream.next_unit() < rate);
        outcomes.push(outcome::of(outcome::LABEL_MISSING, selected));
    }
    let rest: Vec<f64> = q.iter().map(|q| 1.0 - q).collect();
    let mut builder = ProxyBuilder::new(ProxyPlan {
        attribute: "race".to_owned(),
        groups: 2,
        first: 0,
        strata_from: 0,
        threshold: None,
        weighted: false,
    });
    builder.add(&Block {
        len: rows,
        axes: &[],
        outcomes: &outcomes,
        weights: None,
        scores: None,
        clusters: None,
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
    let (rates, ends) = truth();
    let gap_ends = [ends[0][0] - ends[1][1], ends[0][1] - ends[1][0]];
    let (mut held, mut asked) = (0, 0);
    let runs = 150;
    for run in 0..runs {
        let found = measured(&sample(900, run), 200);
        let mut ask = |low: Option<f64>, high: Option<f64>, ends: [f64; 2], truth: f64| {
            let (low, high) = (low.expect("a limit"), high.expect("a limit"));
            assert!(low <= truth && truth <= high, "{run}: {low} {truth} {high}");
            asked += 1;
            held += usize::from(low <= ends[0] && ends[1] <= high);
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
    // Both ends at once with at least 95 %, less chance.
    assert!(held * 100 >= asked * 92, "{held} of {asked}");
}

#[test]
fn the_weighted_rate_errs_by_the_covariance_within_cells() {
    let cells = sample(400_000, 9);
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
