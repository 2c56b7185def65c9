//! Replicates: how cells are drawn again, and how draws become series.

use std::sync::Arc;

use rayon::prelude::*;
use waage_core::draw::{self, Multinomial};
use waage_core::observer::Observer;
use waage_core::random::Stream;
use waage_core::tally::Clusters;

/// Replicates per parallel task.
const TASK: usize = 25;
/// Numbers in a line of the cache.
const LINE: usize = 8;

/// The law by which the weights of some cells are drawn again.
#[derive(Debug)]
pub(crate) enum Law {
    /// A multinomial draw of their rows.
    Rows(Multinomial),
    /// A gamma weight of each, by shape and scale.
    Weights(Vec<(f64, f64)>),
    /// A multinomial draw of clusters by what they hold.
    Clusters {
        /// Of each pattern.
        clusters: Multinomial,
        /// Where what each pattern holds ends.
        ends: Vec<usize>,
        /// Cell and weight of each part of each pattern.
        held: Vec<(usize, f64)>,
        /// Number of cells.
        cells: usize,
    },
}

impl Law {
    /// Of cells as rows, Σw and Σw²: a multinomial draw of their rows, or with weights gamma
    /// weights of the mean Σw and the variance Σw² (the Bayesian bootstrap).
    pub fn of(cells: impl Iterator<Item = (u64, f64, f64)>, weighted: bool) -> Self {
        if !weighted {
            let rows: Vec<u64> = cells.map(|(n, ..)| n).collect();
            return Self::Rows(Multinomial::of(&rows));
        }
        let law = |(_, w1, w2): (u64, f64, f64)| match w1 > 0.0 && w2 > 0.0 {
            true => (w1 * w1 / w2, w2 / w1),
            false => (0.0, 0.0),
        };
        Self::Weights(cells.map(law).collect())
    }

    /// Of clusters, whose cells and outcomes are numbered by `place` below `cells`: all rows of a
    /// cluster, with their weights, come as often as it is drawn.
    pub fn of_clusters(
        clusters: &Clusters,
        cells: usize,
        place: impl Fn(u32, u8) -> usize,
    ) -> Self {
        Self::of_patterns(
            clusters.patterns(),
            |pattern| pattern.clusters,
            cells,
            |pattern, held| {
                let parts = pattern.held.iter();
                held.extend(parts.map(|part| (place(part.cell, part.outcome), part.weight)));
            },
        )
    }

    /// The scores of clusters, which are kept: of cell `c` the weight of its scored rows at `2c` and
    /// the weighted sum of their scores behind it.
    pub fn of_scores(clusters: &Clusters, cells: usize) -> Self {
        let patterns = clusters.patterns();
        Self::of_patterns(
            patterns,
            |pattern| pattern.clusters,
            2 * cells,
            |pattern, held| {
                for parts in pattern.held.chunk_by(|a, b| a.cell == b.cell) {
                    let scored = || {
                        parts
                            .iter()
                            .filter_map(|part| Some((part.weight, part.score()?)))
                    };
                    let at = 2 * parts[0].cell as usize;
                    held.push((at, scored().map(|(weight, _)| weight).sum()));
                    held.push((at + 1, scored().map(|(weight, score)| weight * score).sum()));
                }
            },
        )
    }

    /// Of patterns, each of some clusters that hold the same: `of_pattern` appends the places below
    /// `cells` and what is held there.
    pub fn of_patterns<P>(
        patterns: &[P],
        clusters: impl Fn(&P) -> u64,
        cells: usize,
        of_pattern: impl Fn(&P, &mut Vec<(usize, f64)>),
    ) -> Self {
        let (mut ends, mut held) = (Vec::with_capacity(patterns.len()), Vec::new());
        for pattern in patterns {
            of_pattern(pattern, &mut held);
            ends.push(held.len());
        }
        let clusters: Vec<u64> = patterns.iter().map(clusters).collect();
        Self::Clusters {
            clusters: Multinomial::of(&clusters),
            ends,
            held,
            cells,
        }
    }

    /// One draw of every cell's weight, in their order.
    pub fn draw(&self, stream: &mut Stream, counts: &mut Vec<u64>, weights: &mut Vec<f64>) {
        weights.clear();
        match self {
            Self::Weights(gamma) => {
                weights.extend(gamma.iter().map(|&(shape, scale)| match shape > 0.0 {
                    true => scale * draw::gamma(stream, shape),
                    false => 0.0,
                }));
            }
            Self::Rows(rows) => {
                let drawn = rows.draw(stream, counts).iter();
                weights.extend(drawn.map(|&n| n as f64));
            }
            Self::Clusters {
                clusters,
                ends,
                held,
                cells,
            } => {
                let drawn = clusters.draw(stream, counts);
                weights.resize(*cells, 0.0);
                let mut from = 0;
                for (&times, &end) in drawn.iter().zip(ends) {
                    if times > 0 {
                        for &(cell, weight) in &held[from..end] {
                            weights[cell] += times as f64 * weight;
                        }
                    }
                    from = end;
                }
            }
        }
    }
}

/// The values that `one` appends of each of `replicates`, `width` every time: by series, in the
/// order of replicates, whatever the threads. `None` when cancelled.
///
/// `room` is made once per task, so that replicates allocate nothing; and not before a look at the
/// observer, for thousands of tasks may be left when someone interrupts.
pub(crate) fn series<Room>(
    replicates: usize,
    width: usize,
    observer: &dyn Observer,
    room: impl Fn() -> Room + Sync,
    one: impl Fn(&mut Room, usize, &mut Vec<f64>) + Sync,
) -> Option<Vec<Arc<[f64]>>> {
    let blocks: Vec<Vec<f64>> = (0..replicates.div_ceil(TASK))
        .into_par_iter()
        .map(|task| {
            if observer.cancelled() {
                return Vec::new();
            }
            let mut block = Vec::with_capacity(width * TASK);
            let mut room = room();
            for r in task * TASK..((task + 1) * TASK).min(replicates) {
                if observer.cancelled() {
                    break;
                }
                one(&mut room, r, &mut block);
            }
            block
        })
        .collect();
    if observer.cancelled() {
        return None;
    }
    // Neighbouring series lie in the same lines of the cache: those of a line together.
    let of_line = |line: usize| {
        let first = line * LINE;
        let mut together = vec![Vec::with_capacity(replicates); LINE.min(width - first)];
        for values in blocks.iter().flat_map(|b| b.chunks_exact(width)) {
            for (series, value) in together.iter_mut().zip(&values[first..]) {
                series.push(*value);
            }
        }
        together.into_iter().map(Arc::<[f64]>::from)
    };
    let lines = (0..width.div_ceil(LINE)).into_par_iter();
    Some(lines.flat_map_iter(of_line).collect())
}
