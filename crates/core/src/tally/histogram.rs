//! Score histograms of groups on edges of the caller's, for charts.

use super::run::Part;
use super::scores::{from_ordered_bits, ordered_bits};
use super::sketch::Scores;
use super::{Cell, Tally};
use crate::label::Label;
use crate::tally::key::Key;

impl Tally {
    /// Least and greatest score; `None` without scored rows.
    #[must_use]
    pub fn score_range(&self) -> Option<(f64, f64)> {
        let ends = |scores: &Scores| match scores {
            Scores::Plain(run) => Some((*run.keys.first()?, *run.keys.last()?)),
            Scores::Weighted(run) => Some((run.keys.first()?.image(), run.keys.last()?.image())),
            Scores::Grid(grid) => Some((grid.bins.first()?.low, grid.bins.last()?.high)),
        };
        self.cells
            .values()
            .flat_map(|cell| cell.scores.values())
            .filter_map(|list| ends(&list.scores))
            .reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)))
            .map(|(low, high)| (from_ordered_bits(low), from_ordered_bits(high)))
    }

    /// Scored rows between ascending edges by group of one sensitive attribute: bins are closed
    /// below and open above, the last one closed; rows beyond the outer edges are not counted. On
    /// the grid a bin's rows count where its middle lies.
    #[must_use]
    pub fn score_histograms(&self, axis: usize, edges: &[f64]) -> Vec<(Label, Vec<u64>)> {
        self.grouped(&[axis])
            .into_iter()
            .map(|(codes, cells)| {
                let label = self.attributes[axis].labels[codes[0] as usize].clone();
                (label, histogram(&cells, edges))
            })
            .collect()
    }
}

fn histogram(cells: &[&Cell], edges: &[f64]) -> Vec<u64> {
    let mut counts = vec![0; edges.len().saturating_sub(1)];
    for list in cells.iter().flat_map(|cell| cell.scores.values()) {
        match &list.scores {
            Scores::Plain(run) => count_run(&mut counts, edges, run.part()),
            Scores::Weighted(run) => count_run(&mut counts, edges, run.part()),
            Scores::Grid(grid) => count(&mut counts, edges, grid.bins.len(), |i| {
                (grid.bins[i].middle(), grid.bins[i].n)
            }),
        }
    }
    counts
}

fn count_run<K: Key>(counts: &mut [u64], edges: &[f64], run: Part<'_, K>) {
    count(counts, edges, run.keys.len(), |i| {
        (run.keys[i].score(), run.rows(i))
    });
}

/// Adds ascending scores and their rows to the bins between edges.
fn count(counts: &mut [u64], edges: &[f64], len: usize, entry: impl Fn(usize) -> (f64, u64)) {
    let (mut at, last) = (0, counts.len());
    for (bin, bounds) in edges.windows(2).enumerate() {
        let bounds = [bounds[0], bounds[1]].map(ordered_bits);
        let closed = u64::from(bin + 1 == last);
        while at < len && ordered_bits(entry(at).0) < bounds[0] {
            at += 1;
        }
        while at < len {
            let (score, n) = entry(at);
            if ordered_bits(score) >= bounds[1] + closed {
                break;
            }
            counts[bin] += n;
            at += 1;
        }
    }
}
