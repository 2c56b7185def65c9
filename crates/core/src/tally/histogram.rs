//! Score histograms of groups on edges of the caller's, for charts.

use std::ops::Range;

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
            Scores::Grid(grid) => count(
                &mut counts,
                edges,
                |image| {
                    let bins = &grid.bins;
                    bins.partition_point(|bin| ordered_bits(bin.middle()) < image)
                },
                |bins| grid.bins[bins].iter().map(|bin| bin.n).sum(),
            ),
        }
    }
    counts
}

fn count_run<K: Key>(counts: &mut [u64], edges: &[f64], run: Part<'_, K>) {
    let below = |image: u64| run.keys.partition_point(|key| key.image() < image);
    count(counts, edges, below, |places| match run.counts {
        Some(counts) => counts[places].iter().sum(),
        None => places.len() as u64,
    });
}

/// Adds the rows between edges to the bins: `below` tells how many entries are below an image, `rows`
/// the rows of some entries.
fn count(
    counts: &mut [u64],
    edges: &[f64],
    below: impl Fn(u64) -> usize,
    rows: impl Fn(Range<usize>) -> u64,
) {
    let last = counts.len();
    for (bin, (count, bounds)) in counts.iter_mut().zip(edges.windows(2)).enumerate() {
        let closed = u64::from(bin + 1 == last);
        let [from, to] = [bounds[0], bounds[1]].map(ordered_bits);
        *count += rows(below(from)..below(to + closed));
    }
}
