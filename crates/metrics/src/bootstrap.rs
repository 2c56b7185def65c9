//! The bootstrap on the cube: replicates of the counts instead of replicates of the rows.
//!
//! A statistic that sees rows only through the counts of the cells (group × label × decision) sees,
//! under resampling of rows, exactly a multinomial draw of those counts; drawing that vector *is*
//! the row bootstrap, at a cost that does not depend on the number of rows. Weighted rows of a cell
//! are not exchangeable in weight: there a cell's weight is drawn from the gamma law with the mean
//! `Σw` and the variance `Σw²` (the Bayesian bootstrap, exact for equal weights in the cell).
//! Mean scores of a cell move by normal noise of the cell's own variance; of clusters, by the scores
//! of those drawn.
//!
//! Rows of one person or household depend on each other: where clusters are kept, a draw is of
//! clusters, each with all that it holds, and identical ones are drawn together.
//!
//! A cell that happens to be empty stays empty in every such draw, and one member selected of one
//! would be selected for ever. So each replicate comes twice: as drawn, and with Jeffreys' prior: a
//! gamma mass of shape ½ more for every outcome of every group of a view, which makes the rate of a
//! group without successes vary as Jeffreys' posterior Beta(½, n + ½) does. Intervals rest on the
//! second wherever cells are few; values never see it.
//!
//! Replicate `r` draws from its own counter-based stream, so threads change nothing.

use std::collections::HashMap;
use std::sync::Arc;

use waage_core::block::outcome;
use waage_core::draw;
use waage_core::observer::Observer;
use waage_core::random::Stream;
use waage_core::tally::{Clusters, GroupTotals};

use crate::confusion::Confusion;
use crate::cut::MovingCut;
use crate::draws::{self, Law};

/// Streams of the bootstrap begin here, apart from those of other tasks.
const STREAM: u64 = 1 << 40;
/// Those of the scores of clusters.
const SCORES: u64 = 9 << 40;

/// The groups of a view as unions of cells.
#[derive(Clone, Debug)]
pub struct Target {
    /// Number of groups.
    pub groups: usize,
    /// Group of every cell.
    pub group_of_cell: Vec<usize>,
    /// Weight of a typical row by group, Σw²/Σw, times the design effect of clusters: what one row
    /// of the prior weighs.
    pub row_weight: Vec<f64>,
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
    /// The clusters by position of the cells, where they are drawn instead of rows.
    pub clusters: Option<&'a Clusters>,
    /// The same with their scores, where these are kept.
    pub scored_clusters: Option<&'a Clusters>,
    /// Whether mean scores are wanted.
    pub scored: bool,
    /// The cut that every replicate draws again, where decisions are made by rank.
    pub cut: Option<&'a MovingCut>,
    /// Outcomes that the roles given make possible: the prior puts half a row on each.
    pub possible: &'a [u8],
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
    /// The same with the prior's mass added.
    pub primed: Vec<Vec<Confusion>>,
    /// All rows.
    pub overall: Confusion,
}

/// The replicates of every series that `evaluate` writes, by series, in the order of replicates.
///
/// `evaluate` appends the same number of values each time; NaN marks an undefined one. It works in
/// the room that `room` makes once per task, so that replicates allocate nothing. Returns `None`
/// when cancelled.
pub fn run<Room>(
    plan: &Plan<'_>,
    series: usize,
    observer: &dyn Observer,
    room: impl Fn() -> Room + Sync,
    evaluate: impl Fn(&mut Room, &Replicate, &mut Vec<f64>) + Sync,
) -> Option<Vec<Arc<[f64]>>> {
    let strata: Vec<Stratum> = plan
        .cells
        .iter()
        .enumerate()
        .flat_map(|(c, totals)| (0..outcome::COUNT).filter_map(move |o| Stratum::of(c, o, totals)))
        .collect();
    let cells = strata.iter().map(|s| {
        let sums = &plan.cells[s.cell].outcomes[s.outcome];
        (sums.n, sums.w1, sums.w2)
    });
    let law = match plan.clusters {
        None => Law::of(cells, plan.weighted),
        Some(clusters) => {
            let at = strata.iter().enumerate();
            let position: HashMap<(usize, usize), usize> =
                at.map(|(i, s)| ((s.cell, s.outcome), i)).collect();
            let place = |cell: u32, o: u8| position[&(cell as usize, usize::from(o))];
            Law::of_clusters(clusters, strata.len(), place)
        }
    };
    let of_scores = plan.scored_clusters.filter(|_| plan.scored);
    let of_scores = of_scores.map(|clusters| Law::of_scores(clusters, plan.cells.len()));
    let room = || (room(), Drawn::room(plan), Vec::new(), Vec::new());
    draws::series(
        plan.replicates,
        series,
        observer,
        room,
        |(room, sums, counts, weights), r, out| {
            let mut stream = Stream::new(plan.seed, STREAM + r as u64);
            law.draw(&mut stream, counts, weights);
            sums.fill(plan, &strata, weights, &mut stream);
            if let Some(law) = &of_scores {
                law.draw(
                    &mut Stream::new(plan.seed, SCORES + r as u64),
                    counts,
                    weights,
                );
                sums.take_scores(weights);
            }
            sums.settle(plan, &mut stream);
            evaluate(room, &sums.replicate, out);
            observer.advance(1);
        },
    )
}

/// Room for the sums of one replicate.
struct Drawn {
    cells: Vec<[f64; outcome::COUNT]>,
    scores: Vec<(f64, f64)>,
    groups: Vec<[f64; outcome::COUNT]>,
    group_scores: Vec<(f64, f64)>,
    replicate: Replicate,
}

impl Drawn {
    fn room(plan: &Plan<'_>) -> Self {
        let cells = plan.cells.len();
        let most = plan.targets.iter().map(|t| t.groups).max().unwrap_or(0);
        let tables = |target: &Target| vec![Confusion::default(); target.groups];
        Self {
            cells: vec![[0.0; outcome::COUNT]; cells],
            scores: vec![(0.0, 0.0); cells],
            groups: vec![[0.0; outcome::COUNT]; most],
            group_scores: vec![(0.0, 0.0); most],
            replicate: Replicate {
                views: plan.targets.iter().map(tables).collect(),
                primed: plan.targets.iter().map(tables).collect(),
                overall: Confusion::default(),
            },
        }
    }

    /// Takes the drawn weights of every stratum.
    fn fill(&mut self, plan: &Plan<'_>, strata: &[Stratum], weights: &[f64], stream: &mut Stream) {
        self.cells.fill([0.0; outcome::COUNT]);
        self.scores.fill((0.0, 0.0));
        for (stratum, &weight) in strata.iter().zip(weights) {
            self.cells[stratum.cell][stratum.outcome] = weight;
            if plan.scored && plan.clusters.is_none() && stratum.w1 > 0.0 {
                let scored = weight * stratum.scored_share;
                let noise = stratum.noise * (weight / stratum.w1).sqrt() * draw::normal(stream);
                let sums = &mut self.scores[stratum.cell];
                sums.0 += scored;
                sums.1 += scored * stratum.mean + noise;
            }
        }
    }

    /// Takes the scores of drawn clusters: of each cell their weight and their weighted sum.
    fn take_scores(&mut self, drawn: &[f64]) {
        for (sums, of_cell) in self.scores.iter_mut().zip(drawn.chunks_exact(2)) {
            *sums = (of_cell[0], of_cell[1]);
        }
    }

    /// Sums what was taken up to groups and to all rows.
    fn settle(&mut self, plan: &Plan<'_>, stream: &mut Stream) {
        if let Some(cut) = plan.cut {
            cut.settle(&mut self.cells, plan.tie_share);
        }
        let table = |w: &[f64; outcome::COUNT], (scored, score_sum): (f64, f64)| Confusion {
            scored,
            score_sum,
            ..Confusion::from_weights(w, plan.tie_share)
        };
        let Replicate { views, primed, .. } = &mut self.replicate;
        for ((target, tables), primed) in plan.targets.iter().zip(views).zip(primed) {
            let groups = &mut self.groups[..target.groups];
            let sums = &mut self.group_scores[..target.groups];
            groups.fill([0.0; outcome::COUNT]);
            sums.fill((0.0, 0.0));
            for (c, &g) in target.group_of_cell.iter().enumerate() {
                add(&mut groups[g], &self.cells[c]);
                sums[g].0 += self.scores[c].0;
                sums[g].1 += self.scores[c].1;
            }
            for (g, (w, s)) in groups.iter_mut().zip(sums).enumerate() {
                tables[g] = table(w, *s);
                for &o in plan.possible {
                    // Half the square of a normal value is gamma of shape ½.
                    let normal = draw::normal(stream);
                    w[usize::from(o)] += target.row_weight[g] * 0.5 * normal * normal;
                }
                primed[g] = table(w, *s);
            }
        }
        let mut all = [0.0; outcome::COUNT];
        let mut sums = (0.0, 0.0);
        for (cell, (scored, sum)) in self.cells.iter().zip(&self.scores) {
            add(&mut all, cell);
            sums.0 += scored;
            sums.1 += sum;
        }
        self.replicate.overall = table(&all, sums);
    }
}

fn add(into: &mut [f64; outcome::COUNT], from: &[f64; outcome::COUNT]) {
    for (a, b) in into.iter_mut().zip(from) {
        *a += b;
    }
}
