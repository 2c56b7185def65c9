//! Coverage of simultaneous bands by simulation: whole measurements of simulated tallies.

use rayon::prelude::*;
use waage_core::block::{Block, Codes, outcome};
use waage_core::draw::binomial;
use waage_core::interval::Interval;
use waage_core::label::Label;
use waage_core::observer::Silent;
use waage_core::quantity::{Comparison, Scheme};
use waage_core::random::Stream;
use waage_core::tally::{Builder, Kept, Limits, Tally};
use waage_metrics::Metric;
use waage_metrics::confusion::Tie;
use waage_metrics::measure::{GivenRoles, ReferenceRule, Request, measure};

use crate::exact::holds;

/// Simulated data sets per point.
pub const DATA_SETS: u64 = 400;
/// Bootstrap replicates per data set.
pub const REPLICATES: usize = 1000;
const SEED: u64 = 20_261_126;

/// How the true rates of the groups differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gap {
    /// Not at all.
    None,
    /// The last group's is .15 higher.
    One,
    /// Evenly spread over .15.
    Spread,
}

impl Gap {
    pub const ALL: [Self; 3] = [Self::None, Self::One, Self::Spread];

    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::One => "one group .15 higher",
            Self::Spread => "spread over .15",
        }
    }

    fn rates(self, groups: usize, base: f64) -> Vec<f64> {
        let last = groups - 1;
        (0..groups)
            .map(|g| match self {
                Self::None => base,
                Self::One => base + if g == last { 0.15 } else { 0.0 },
                Self::Spread => base + 0.15 * g as f64 / last as f64,
            })
            .collect()
    }
}

/// One point of the table.
pub struct Point {
    pub groups: usize,
    pub n: u64,
    pub rate: f64,
    pub gap: Gap,
    /// Of the range as difference, as ratio, of the distance to all rows, of the gap to the best.
    pub coverage: [f64; 4],
}

impl Point {
    /// Five or more expected selections and rejections in every group.
    pub fn is_frequent(&self) -> bool {
        self.n as f64 * self.rate >= 5.0
    }
}

pub fn all() -> Vec<Point> {
    let mut out = Vec::new();
    for groups in [2, 3, 5, 10] {
        for n in [30, 100, 300] {
            for rate in [0.05, 0.1, 0.3, 0.5] {
                for gap in Gap::ALL {
                    let coverage = simulate(groups, n, rate, gap, out.len() as u64);
                    out.push(Point {
                        groups,
                        n,
                        rate,
                        gap,
                        coverage,
                    });
                }
            }
        }
    }
    out
}

fn simulate(groups: usize, n: u64, rate: f64, gap: Gap, point: u64) -> [f64; 4] {
    let rates = gap.rates(groups, rate);
    let highest = rates.iter().copied().fold(0.0, f64::max);
    let lowest = rates.iter().copied().fold(1.0, f64::min);
    let mean = rates.iter().sum::<f64>() / groups as f64;
    let farthest = rates.iter().map(|r| (r - mean).abs()).fold(0.0, f64::max);
    let truths = [
        highest - lowest,
        lowest / highest,
        farthest,
        rates[0] - highest,
    ];
    let held: Vec<[bool; 4]> = (0..DATA_SETS)
        .into_par_iter()
        .map(|set| {
            let mut stream = Stream::new(SEED, point * DATA_SETS + set);
            let counts: Vec<u64> = rates.iter().map(|r| binomial(&mut stream, n, *r)).collect();
            let intervals = intervals(&tally(&counts, n), set);
            std::array::from_fn(|i| intervals[i].is_none_or(|interval| holds(interval, truths[i])))
        })
        .collect();
    std::array::from_fn(|i| held.iter().filter(|h| h[i]).count() as f64 / DATA_SETS as f64)
}

/// `None` where there is no value or where the group is the best itself.
fn intervals(tally: &Tally, seed: u64) -> [Option<Interval>; 4] {
    let roles = GivenRoles {
        label: false,
        decision: true,
        score: false,
    };
    let request = Request {
        views: vec![vec![0]],
        references: vec![ReferenceRule::Best { min_rows: 1 }],
        metrics: vec![Metric::SelectionRate],
        scores: waage_metrics::score::ScoreRequest::default(),
        disparities: Vec::new(),
        schemes: Vec::new(),
        min_share: 0.0,
        roles,
        missing_labels: Default::default(),
        level: 0.95,
        replicates: REPLICATES,
        seed,
        favourable: waage_metrics::Favourable::Selected,
        tie: Tie::NONE,
        cut: None,
    };
    let Ok(measured) = measure(tally, &request, &Silent) else {
        return [None; 4];
    };
    let find = |scheme, comparison, group: Option<&str>| {
        let found = measured.measurements.iter().find(|m| {
            m.quantity.name == "selection_rate"
                && (m.scheme, m.comparison) == (scheme, comparison)
                && (group.is_none()
                    || m.subject.group.as_ref().map(ToString::to_string).as_deref() == group)
        })?;
        found.estimate.value?;
        Some(Interval {
            low: found.estimate.low,
            high: found.estimate.high,
        })
    };
    [
        find(Scheme::BetweenGroups, Comparison::Difference, None),
        find(Scheme::BetweenGroups, Comparison::Ratio, None),
        find(Scheme::ToOverall, Comparison::Difference, None),
        find(Scheme::ToReference, Comparison::Difference, Some("00")),
    ]
}

/// A tally of groups of `n` rows of which so many are selected.
fn tally(selected: &[u64], n: u64) -> Tally {
    let labels = vec![
        (0..selected.len())
            .map(|g| Label::text(&format!("{g:02}")))
            .collect::<Vec<_>>(),
    ];
    let names = ["group".to_owned()];
    let mut builder = Builder::new(&names, &[], Kept::default(), Limits::default());
    let codes: Vec<u32> = (0..selected.len() as u32).collect();
    for (g, &count) in selected.iter().enumerate() {
        for (rows, decision) in [(count, outcome::SELECTED), (n - count, outcome::REJECTED)] {
            let rows = rows as usize;
            builder.add(&Block {
                len: rows,
                axes: &[Codes {
                    keys: &vec![g as i32; rows],
                    table: &codes,
                }],
                outcomes: &vec![outcome::of(outcome::LABEL_MISSING, decision); rows],
                weights: None,
                scores: None,
                targets: None,
                clusters: None,
                propensities: None,
                members: &[],
            });
        }
    }
    builder.finish(&labels).expect("few groups")
}
