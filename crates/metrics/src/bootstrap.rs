//! The bootstrap on the cube: replicates of the counts instead of replicates of the rows.
//!
//! A statistic that sees rows only through the counts of the cells (group × label × decision) sees,
//! under resampling of rows, exactly a multinomial draw of those counts; drawing that vector *is*
//! the row bootstrap, at a cost that does not depend on the number of rows. Weighted rows of a cell
//! are not exchangeable in weight: there a cell's weight is drawn from the gamma law with the mean
//! `Σw` and the variance `Σw²` (the Bayesian bootstrap, exact for equal weights in the cell).
//! Mean scores of a cell move by normal noise of the cell's own variance.
//!
//! Replicate `r` draws from its own counter-based stream, so threads change nothing.

use rayon::prelude::*;
use waage_core::block::outcome;
use waage_core::draw;
use waage_core::observer::Observer;
use waage_core::random::Stream;
use waage_core::tally::GroupTotals;

use crate::confusion::Confusion;

/// Streams of the bootstrap begin here, apart from those of other tasks.
const STREAM: u64 = 1 << 40;
/// Replicates per parallel task.
const TASK: usize = 25;

/// The groups of a view as unions of cells.
#[derive(Clone, Debug)]
pub struct Target {
    /// Number of groups.
    pub groups: usize,
    /// Group of every cell.
    pub group_of_cell: Vec<usize>,
}

/// Everything that determines the replicates.
#[derive(Clone, Copy, Debug)]
pub struct Plan<'a> {
    /// Cells of the full intersection.
    pub cells: &'a [GroupTotals],
    /// The views wanted.
    pub targets: &'a [Target],
    /// Share of tied rows that is selected.
    pub tie_share: f64,
    /// Whether rows have weights.
    pub weighted: bool,
    /// Whether mean scores are wanted.
    pub scored: bool,
    /// Number of replicates.
    pub replicates: usize,
    /// Seed.
    pub seed: u64,
}

/// One occupied (cell, outcome).
struct Stratum {
    cell: usize,
    outcome: usize,
    w1: f64,
    shape: f64,
    scale: f64,
    scored_share: f64,
    mean: f64,
    noise: f64,
}

impl Stratum {
    fn of(cell: usize, o: usize, totals: &GroupTotals) -> Option<Self> {
        let sums = &totals.outcomes[o];
        if sums.n == 0 {
            return None;
        }
        let mean = if sums.sw > 0.0 {
            sums.ws / sums.sw
        } else {
            0.0
        };
        let variance = if sums.sw > 0.0 {
            (sums.wss / sums.sw - mean * mean).max(0.0)
        } else {
            0.0
        };
        let weighs = sums.w1 > 0.0;
        Some(Self {
            cell,
            outcome: o,
            w1: sums.w1,
            shape: if weighs {
                sums.w1 * sums.w1 / sums.w2
            } else {
                0.0
            },
            scale: if weighs { sums.w2 / sums.w1 } else { 0.0 },
            scored_share: if weighs { sums.sw / sums.w1 } else { 0.0 },
            mean,
            noise: (variance * sums.sw2).sqrt(),
        })
    }
}

/// Confusion tables of one replicate.
pub struct Replicate {
    /// By view, then by group.
    pub views: Vec<Vec<Confusion>>,
    /// All rows.
    pub overall: Confusion,
}

/// The replicates of every series that `evaluate` writes, by series, in the order of replicates.
///
/// `evaluate` appends the same number of values each time; NaN marks an undefined one. Returns
/// `None` when cancelled.
pub fn run(
    plan: &Plan<'_>,
    series: usize,
    observer: &dyn Observer,
    evaluate: impl Fn(&Replicate, &mut Vec<f64>) + Sync,
) -> Option<Vec<Vec<f64>>> {
    let strata: Vec<Stratum> = plan
        .cells
        .iter()
        .enumerate()
        .flat_map(|(c, totals)| (0..outcome::COUNT).filter_map(move |o| Stratum::of(c, o, totals)))
        .collect();
    let counts: Vec<u64> = strata
        .iter()
        .map(|s| plan.cells[s.cell].outcomes[s.outcome].n)
        .collect();
    let rows: u64 = counts.iter().sum();
    let tasks = plan.replicates.div_ceil(TASK);
    let blocks: Vec<Vec<f64>> = (0..tasks)
        .into_par_iter()
        .map(|task| {
            let mut block = Vec::new();
            let mut drawn = vec![0; counts.len()];
            let mut weights = vec![0.0; counts.len()];
            let end = ((task + 1) * TASK).min(plan.replicates);
            for r in task * TASK..end {
                if observer.cancelled() {
                    return block;
                }
                let mut stream = Stream::new(plan.seed, STREAM + r as u64);
                if plan.weighted {
                    for (weight, stratum) in weights.iter_mut().zip(&strata) {
                        *weight = match stratum.shape > 0.0 {
                            true => stratum.scale * draw::gamma(&mut stream, stratum.shape),
                            false => 0.0,
                        };
                    }
                } else {
                    draw::multinomial(&mut stream, rows, &counts, &mut drawn);
                    for (weight, &n) in weights.iter_mut().zip(&drawn) {
                        *weight = n as f64;
                    }
                }
                evaluate(&replicate(plan, &strata, &weights, &mut stream), &mut block);
            }
            observer.advance((end - task * TASK) as u64);
            block
        })
        .collect();
    if observer.cancelled() {
        return None;
    }
    let mut out = vec![Vec::with_capacity(plan.replicates); series];
    for block in &blocks {
        for values in block.chunks_exact(series.max(1)) {
            for (all, value) in out.iter_mut().zip(values) {
                all.push(*value);
            }
        }
    }
    Some(out)
}

fn replicate(
    plan: &Plan<'_>,
    strata: &[Stratum],
    weights: &[f64],
    stream: &mut Stream,
) -> Replicate {
    let mut cells = vec![[0.0; outcome::COUNT]; plan.cells.len()];
    let mut scores = vec![(0.0, 0.0); if plan.scored { plan.cells.len() } else { 0 }];
    for (stratum, &weight) in strata.iter().zip(weights) {
        cells[stratum.cell][stratum.outcome] = weight;
        if plan.scored && stratum.w1 > 0.0 {
            let scored = weight * stratum.scored_share;
            let noise = stratum.noise * (weight / stratum.w1).sqrt() * draw::normal(stream);
            scores[stratum.cell].0 += scored;
            scores[stratum.cell].1 += scored * stratum.mean + noise;
        }
    }
    let table = |w: &[f64; outcome::COUNT], (scored, score_sum): (f64, f64)| Confusion {
        scored,
        score_sum,
        ..Confusion::from_weights(w, plan.tie_share)
    };
    let views = plan
        .targets
        .iter()
        .map(|target| {
            let mut groups = vec![[0.0; outcome::COUNT]; target.groups];
            let mut sums = vec![(0.0, 0.0); target.groups];
            for (c, &g) in target.group_of_cell.iter().enumerate() {
                add(&mut groups[g], &cells[c]);
                if plan.scored {
                    sums[g].0 += scores[c].0;
                    sums[g].1 += scores[c].1;
                }
            }
            groups.iter().zip(sums).map(|(w, s)| table(w, s)).collect()
        })
        .collect();
    let mut all = [0.0; outcome::COUNT];
    let mut sums = (0.0, 0.0);
    for cell in &cells {
        add(&mut all, cell);
    }
    for (scored, sum) in scores {
        sums.0 += scored;
        sums.1 += sum;
    }
    Replicate {
        views,
        overall: table(&all, sums),
    }
}

fn add(into: &mut [f64; outcome::COUNT], from: &[f64; outcome::COUNT]) {
    for (a, b) in into.iter_mut().zip(from) {
        *a += b;
    }
}
