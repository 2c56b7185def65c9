//! Replicates of rates of groups that are known by probabilities alone.
//!
//! A replicate draws the rows of every proxy cell and outcome again: their numbers by one multinomial
//! draw, or, with weights, their weights by the Bayesian bootstrap (a gamma with the mean and variance
//! of the sum); where rows have clusters, it draws these. All of a replicate's numbers come from one draw. As elsewhere, a gamma mass of ½ row on
//! every possible outcome of every group (Jeffreys' prior) keeps empty cells from looking certain; the
//! data's own values have none.

use rayon::prelude::*;
use waage_core::block::outcome;
use waage_core::draw::gamma;
use waage_core::observer::Observer;
use waage_core::proxy::ProxyCells;
use waage_core::random::Stream;
use waage_core::tally::Sums;

use super::Way;
use super::ends::{CellMass, Extremes};
use crate::clustered::ViewClusters;
use crate::draws::Law;
use crate::view::row_weight;

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
    /// Of the rows assigned to it.
    pub threshold: f64,
    /// The least and the greatest.
    pub ends: [f64; 2],
}

impl Point {
    /// The value, rows counted that way.
    pub const fn of(&self, way: Way) -> f64 {
        match way {
            Way::Weighted => self.weighted,
            Way::Threshold => self.threshold,
        }
    }
}

/// The rows of a cell and outcome, as a replicate weighs them again.
struct Entry {
    outcome: usize,
    w1: f64,
    /// Share of the weight that belongs to each group.
    shares: Vec<f64>,
}

/// All cells, ready to be weighed again.
pub(super) struct Table {
    groups: usize,
    entries: Vec<Entry>,
    law: Law,
    /// Where the entries of each cell end, and the group that its rows are assigned to.
    cells: Vec<(usize, Option<usize>)>,
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
        let mut all = [Sums::ZERO; outcome::COUNT];
        // By cell and outcome, the entry.
        let mut places = vec![0; cells.cells.len() * outcome::COUNT];
        for (at, cell) in cells.cells.iter().enumerate() {
            for held in &cell.held {
                let share = |mass: f64| if held.w1 > 0.0 { mass / held.w1 } else { 0.0 };
                let outcome = usize::from(held.outcome);
                places[at * outcome::COUNT + outcome] = entries.len();
                entries.push(Entry {
                    outcome,
                    w1: held.w1,
                    shares: held.groups.iter().map(|g| share(g.mass)).collect(),
                });
                all[outcome].n += held.n;
                all[outcome].w1 += held.w1;
                all[outcome].w2 += held.w2;
            }
            ends.push((entries.len(), cell.class));
        }
        let held = cells.cells.iter().flat_map(|cell| &cell.held);
        let law = match &cells.clusters {
            None => Law::of(held.map(|held| (held.n, held.w1, held.w2)), weighted),
            Some(clusters) => Law::of_clusters(clusters, entries.len(), |cell, of| {
                places[cell as usize * outcome::COUNT + usize::from(of)]
            }),
        };
        let row_weight = match &cells.clusters {
            None => row_weight(&all),
            Some(clusters) => {
                let together = clusters.placed(|_, of, _| Some((0, of)));
                ViewClusters::counted(&together, false, &[all]).groups()[0].row_weight
            }
        };
        Self {
            groups: cells.groups,
            row_weight,
            entries,
            law,
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
        let first = STREAM + ((attribute as u64) << 32);
        let one = |r: usize| {
            if observer.cancelled() {
                return Vec::new();
            }
            let mut stream = Stream::new(seed, first + r as u64);
            let (mut counts, mut weights) = (Vec::new(), Vec::new());
            self.law.draw(&mut stream, &mut counts, &mut weights);
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
        let mut assigned = sums.clone();
        let mut extremes = vec![Extremes::default(); self.metrics.len() * groups];
        let mut own = vec![0.0; groups];
        let mut start = 0;
        for &(end, class) in &self.cells {
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
                if let Some(class) = class {
                    let assigned = &mut assigned[m * groups + class];
                    assigned[0] += mass.hits;
                    assigned[1] += mass.misses;
                }
                let extremes = &mut extremes[m * groups..(m + 1) * groups];
                for (extremes, own) in extremes.iter_mut().zip(&own) {
                    extremes.add(*own, mass);
                }
            }
        }
        let point = |(at, extremes): (usize, &Extremes)| {
            let shares = self.metrics[at / groups].iter().zip(&prior[at % groups]);
            let before = shares.fold([0.0; 2], |[h, m], ((hit, miss), mass)| {
                [h + hit * mass, m + miss * mass]
            });
            let share = |[hits, misses]: [f64; 2]| {
                let hits = hits + before[0];
                let trials = hits + misses + before[1];
                (trials > 0.0).then(|| hits / trials)
            };
            let weighted = share(sums[at])?;
            Some(Point {
                weighted,
                // Without a row it has no value either, and nothing reads this.
                threshold: share(assigned[at]).unwrap_or(weighted),
                ends: extremes.with_prior(before).ends()?,
            })
        };
        extremes.iter().enumerate().map(point).collect()
    }
}
