//! Coverage of the percentile bootstrap by simulation, drawn as an audit draws it: one multinomial
//! over all cells of the table per replicate.

use rayon::prelude::*;
use waage_core::draw::Multinomial;
use waage_core::interval::percentile;
use waage_core::random::Stream;

use crate::exact::{GAPS, LEVEL, Point, RATES, SIZES, holds};
use crate::formed::Simulated;
use crate::group::{Group, Table, absolute_odds, balanced_accuracy, f1, selection_rate, together};

/// Simulated data sets per point.
pub const DATA_SETS: u64 = 8000;
/// Bootstrap replicates per data set.
pub const REPLICATES: u64 = 1000;
/// More undefined replicates than this share leave no interval.
const UNDEFINED_MAX: f64 = 0.05;
const SEED: u64 = 20_261_124;

/// A comparison of the group with the gap and the base group, on a table or on its law.
type Statistic = fn(Table, Table) -> Option<f64>;

/// What an audit replicates: a group against all rows, absolute gaps and ranges over groups; and
/// the two ratios, to compare with their closed intervals.
pub fn all() -> [Vec<Simulated>; 3] {
    let selected: [(&str, Statistic); 3] = [
        ("selection rate, difference to all rows", |one, other| {
            Some(selection_rate(one)? - selection_rate(together(one, other))?)
        }),
        ("selection rate, ratio to all rows", |one, other| {
            let all = selection_rate(together(one, other))?;
            (all > 0.0).then_some(selection_rate(one)? / all)
        }),
        ("selection rate, range over two groups", |one, other| {
            Some((selection_rate(one)? - selection_rate(other)?).abs())
        }),
    ];
    let found: [(&str, Statistic); 3] = [
        ("average absolute odds", absolute_odds),
        ("ratio of F1", |one, other| {
            let under = f1(other)?;
            (under > 0.0).then_some(f1(one)? / under)
        }),
        ("ratio of balanced accuracy", |one, other| {
            let under = balanced_accuracy(other)?;
            (under > 0.0).then_some(balanced_accuracy(one)? / under)
        }),
    ];
    let rates = |n, rate, gap| [Group::of_rate(n, rate + gap), Group::of_rate(n, rate)];
    let rates = over(&selected, 0, rates);
    let gaps = |n, rate, gap| {
        let base = Group::of_rate(n, rate);
        [base.with_gap(gap), base]
    };
    let gaps = over(&found, 1000, gaps);
    let [difference, ratio, range] = rates;
    let [absolute, f1, balanced] = gaps;
    [
        vec![difference, ratio],
        vec![range, absolute],
        vec![f1, balanced],
    ]
}

fn over<const K: usize>(
    statistics: &[(&str, Statistic); K],
    first: u64,
    groups: impl Fn(u64, f64, f64) -> [Group; 2],
) -> [Simulated; K] {
    let mut out = statistics.map(|(title, _)| Simulated {
        title: title.to_owned(),
        pairs: true,
        points: Vec::new(),
    });
    let statistics = statistics.map(|(_, statistic)| statistic);
    for n in SIZES {
        for rate in RATES {
            for gap in GAPS {
                let point = first + out[0].points.len() as u64;
                let points = simulate(groups(n, rate, gap), &statistics, point, (rate, gap));
                for (simulated, point) in out.iter_mut().zip(points) {
                    simulated.points.push(point);
                }
            }
        }
    }
    out
}

/// One [`Point`] per statistic; coverage is that of the data sets that have an interval.
fn simulate<const K: usize>(
    groups: [Group; 2],
    statistics: &[Statistic; K],
    point: u64,
    (rate, gap): (f64, f64),
) -> [Point; K] {
    let [one, other] = groups.map(|group| group.law());
    let truths = statistics.map(|statistic| statistic(one, other).unwrap_or_default());
    let trials: Vec<[Option<bool>; K]> = (0..DATA_SETS)
        .into_par_iter()
        .map(|set| trial(groups, statistics, &truths, point, set))
        .collect();
    std::array::from_fn(|s| {
        let held = |want: Option<bool>| trials.iter().filter(|t| t[s] == want).count() as f64;
        let (yes, no, none) = (held(Some(true)), held(Some(false)), held(None));
        Point {
            n: groups[0].n,
            rate,
            gap,
            coverage: yes / (yes + no),
            undefined: none / DATA_SETS as f64,
        }
    })
}

/// Whether each statistic's interval holds its truth on one simulated data set; `None` without an
/// interval.
fn trial<const K: usize>(
    groups: [Group; 2],
    statistics: &[Statistic; K],
    truths: &[f64; K],
    point: u64,
    set: u64,
) -> [Option<bool>; K] {
    let task = (point * DATA_SETS + set) * (REPLICATES + 1);
    let mut stream = Stream::new(SEED, task);
    let cells: Vec<u64> = groups.iter().flat_map(|g| g.draw(&mut stream)).collect();
    let law = Multinomial::of(&cells);
    let mut replicates = [const { Vec::new() }; K];
    let mut room = Vec::new();
    for replicate in 1..=REPLICATES {
        let mut stream = Stream::new(SEED, task + replicate);
        let drawn = law.draw(&mut stream, &mut room);
        let table = |group: usize| std::array::from_fn(|i| drawn[4 * group + i] as f64);
        for (values, statistic) in replicates.iter_mut().zip(statistics) {
            values.extend(statistic(table(0), table(1)));
        }
    }
    std::array::from_fn(|s| {
        let values = &replicates[s];
        let undefined = 1.0 - values.len() as f64 / REPLICATES as f64;
        (undefined <= UNDEFINED_MAX).then(|| holds(percentile(values, LEVEL), truths[s]))
    })
}
