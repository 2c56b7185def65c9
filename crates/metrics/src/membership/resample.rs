//! Replicates of rates of groups that are known by probabilities alone.
//!
//! A replicate draws the rows of every proxy cell and outcome again: their numbers by one multinomial
//! draw, or, with weights, their weights by the Bayesian bootstrap (a gamma with the mean and variance
//! of the sum). All of a replicate's numbers come from one draw. As elsewhere, a gamma mass of ½ row on
//! every possible outcome of every group (Jeffreys' prior) keeps empty cells from looking certain; the
//! data's own values have none.

use rayon::prelude::*;
use waage_core::block::outcome;
use waage_core::draw::{gamma, multinomial};
use waage_core::observer::Observer;
use waage_core::proxy::ProxyCells;
use waage_core::random::Stream;

use super::ends::{CellMass, Extremes};

/// First stream of replicates: replicate `r` of the attribute at position `a` draws from
/// `STREAM + a·2^32 + r`.
const STREAM: u64 = 8 << 40;

const NO_PRIOR: [f64; outcome::COUNT] = [0.0; outcome::COUNT];

/// Rows that the prior puts on every possible outcome of a group.
const PRIOR_ROWS: f64 = 0.5;

/// A value and the ends between which it lies, for one group and metric.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Point {
    /// By the group's probabilities.
    pub weighted: f64,
    /// The least and the greatest.
    pub ends: [f64; 2],
}

/// The rows of a cell and outcome, as a replicate weighs them again.
struct Entry {
    outcome: usize,
    n: u64,
    w1: f64,
    w2: f64,
    /// Share of the weight that belongs to each group.
    shares: Vec<f64>,
}

/// All cells, ready to be weighed again.
pub(super) struct Table {
    groups: usize,
    weighted: bool,
    entries: Vec<Entry>,
    /// Where the entries of each cell end.
    cells: Vec<usize>,
    /// By metric: the share of each outcome that is a hit and that is a miss.
    metrics: Vec<Vec<(f64, f64)>>,
    /// Outcomes that the roles make possible.
    possible: Vec<u8>,
    /// What a row weighs, on average over the weight.
    row_weight: f64,
}

impl Table {
    pub fn new(
        cells: &ProxyCells,
        weighted: bool,
        metrics: Vec<Vec<(f64, f64)>>,
        possible: Vec<u8>,
    ) -> Self {
        let mut entries = Vec::new();
        let mut ends = Vec::with_capacity(cells.cells.len());
        for cell in &cells.cells {
            for held in &cell.held {
                let share = |mass: f64| if held.w1 > 0.0 { mass / held.w1 } else { 0.0 };
                entries.push(Entry {
                    outcome: usize::from(held.outcome),
                    n: held.n,
                    w1: held.w1,
                    w2: held.w2,
                    shares: held.groups.iter().map(|g| share(g.mass)).collect(),
                });
            }
            ends.push(entries.len());
        }
        let sum = |part: fn(&Entry) -> f64| entries.iter().map(part).sum::<f64>();
        let (weight, squares) = (sum(|entry| entry.w1), sum(|entry| entry.w2));
        Self {
            groups: cells.groups,
            weighted,
            row_weight: if weight > 0.0 { squares / weight } else { 1.0 },
            entries,
            cells: ends,
            metrics,
            possible,
        }
    }

    /// The ends of the data themselves, by metric, then by group.
    pub fn ends(&self) -> Vec<Option<[f64; 2]>> {
        let weights: Vec<f64> = self.entries.iter().map(|entry| entry.w1).collect();
        let points = self.points(&weights, &vec![NO_PRIOR; self.groups]);
        points.into_iter().map(|p| p.map(|p| p.ends)).collect()
    }

    /// The points of so many replicates, by metric, then by group; `None` where undefined. Empty
    /// where the observer cancels.
    pub fn replicates(
        &self,
        count: usize,
        seed: u64,
        attribute: usize,
        observer: &dyn Observer,
    ) -> Vec<Vec<Option<Point>>> {
        let counts: Vec<u64> = self.entries.iter().map(|entry| entry.n).collect();
        let rows = counts.iter().sum();
        let first = STREAM + ((attribute as u64) << 32);
        let one = |r: usize| {
            if observer.cancelled() {
                return Vec::new();
            }
            let mut stream = Stream::new(seed, first + r as u64);
            let weights: Vec<f64> = match self.weighted {
                false => {
                    let mut drawn = vec![0; counts.len()];
                    multinomial(&mut stream, rows, &counts, &mut drawn);
                    drawn.into_iter().map(|n| n as f64).collect()
                }
                true => self
                    .entries
                    .iter()
                    .map(|entry| match entry.w2 > 0.0 {
                        true => {
                            let shape = entry.w1 * entry.w1 / entry.w2;
                            gamma(&mut stream, shape) * entry.w2 / entry.w1
                        }
                        false => 0.0,
                    })
                    .collect(),
            };
            let mut prior = vec![NO_PRIOR; self.groups];
            for of_group in &mut prior {
                for outcome in &self.possible {
                    let rows = gamma(&mut stream, PRIOR_ROWS);
                    of_group[usize::from(*outcome)] = rows * self.row_weight;
                }
            }
            observer.advance(1);
            self.points(&weights, &prior)
        };
        (0..count).into_par_iter().map(one).collect()
    }

    /// Every rate under these weights of the entries, and these of each group's outcomes in advance.
    fn points(&self, weights: &[f64], prior: &[[f64; outcome::COUNT]]) -> Vec<Option<Point>> {
        let groups = self.groups;
        let mut sums = vec![[0.0; 2]; self.metrics.len() * groups];
        let mut extremes = vec![Extremes::default(); self.metrics.len() * groups];
        let mut own = vec![0.0; groups];
        let mut start = 0;
        for &end in &self.cells {
            let cell = &self.entries[start..end];
            let weights = &weights[start..end];
            start = end;
            own.fill(0.0);
            for (entry, w) in cell.iter().zip(weights) {
                for (own, share) in own.iter_mut().zip(&entry.shares) {
                    *own += w * share;
                }
            }
            let all: f64 = weights.iter().sum();
            for (m, of_outcome) in self.metrics.iter().enumerate() {
                let mut mass = CellMass {
                    all,
                    ..CellMass::default()
                };
                let sums = &mut sums[m * groups..(m + 1) * groups];
                for (entry, w) in cell.iter().zip(weights) {
                    let (hit, miss) = of_outcome[entry.outcome];
                    mass.hits += w * hit;
                    mass.misses += w * miss;
                    for (sums, share) in sums.iter_mut().zip(&entry.shares) {
                        sums[0] += w * share * hit;
                        sums[1] += w * share * miss;
                    }
                }
                let extremes = &mut extremes[m * groups..(m + 1) * groups];
                for (extremes, own) in extremes.iter_mut().zip(&own) {
                    extremes.add(*own, mass);
                }
            }
        }
        let point = |(at, ([hits, misses], extremes)): (usize, (&[f64; 2], &Extremes))| {
            let shares = self.metrics[at / groups].iter().zip(&prior[at % groups]);
            let before = shares.fold([0.0; 2], |[h, m], ((hit, miss), mass)| {
                [h + hit * mass, m + miss * mass]
            });
            let hits = hits + before[0];
            let trials = hits + misses + before[1];
            let ends = extremes
                .with_prior(before)
                .ends()
                .filter(|_| trials > 0.0)?;
            Some(Point {
                weighted: hits / trials,
                ends,
            })
        };
        sums.iter().zip(&extremes).enumerate().map(point).collect()
    }
}
