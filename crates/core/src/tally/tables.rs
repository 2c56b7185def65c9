//! Score tables: the scores of a group in order, with the rows of each label at each score.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use rayon::prelude::*;

use super::grid::{Bin, Grid};
use super::key::{Key, Weighted};
use super::run::{Part, Run};
use super::scores::{bin_of, from_ordered_bits};
use super::sketch::{Kind, Scores};
use super::{Cell, Tally};
use crate::block::outcome;
use crate::exact_sum::ExactSum;

/// Label codes.
const LABELS: usize = 3;
/// Entries of a slice, about: what a core's cache holds while lists are merged.
const SLICE: usize = 1 << 15;

/// The scores of a group, ascending, and what lies at each: all that a score metric needs.
///
/// Layout: parallel vectors, one place per distinct score (or per bin of the fixed grid where the
/// scores were too many to be kept). Indices of the outer arrays are label codes
/// ([`outcome::LABEL_NEGATIVE`], [`outcome::LABEL_POSITIVE`], [`outcome::LABEL_MISSING`]). Rows
/// without a score are in none of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ScoreTable {
    /// Distinct scores; on the grid the middle of each bin's least and greatest score.
    pub scores: Vec<f64>,
    /// Rows by label code.
    pub rows: [Vec<u64>; 3],
    /// Σw by label code; `None` where every row weighs 1.
    pub weights: Option<[Vec<f64>; 3]>,
    /// Σw² by label code; `None` where every row weighs 1.
    pub squares: Option<[Vec<f64>; 3]>,
    /// On the grid: least and greatest score of the rows in each bin; `None` where the scores are
    /// exact.
    pub widths: Option<Vec<(f64, f64)>>,
    /// Rows by label code, once they have been counted.
    pub counted: Counted,
}

/// Counts that are made when first asked for. A copy is not counted, for copies are changed.
#[derive(Debug, Default)]
pub struct Counted(OnceLock<[u64; LABELS]>);

impl Clone for Counted {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl PartialEq for Counted {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl ScoreTable {
    /// Rows of one label; whoever changes rows afterwards resets `counted`.
    #[must_use]
    pub fn count(&self, label: usize) -> u64 {
        let count = || self.rows.each_ref().map(|rows| rows.iter().sum());
        self.counted.0.get_or_init(count)[label]
    }

    /// Whether `scores` are the scores of the rows themselves, not the middles of bins.
    #[must_use]
    pub const fn is_exact(&self) -> bool {
        self.widths.is_none()
    }

    /// A table of zeros with room for so many scores.
    fn with_room(room: usize, weighted: bool) -> Self {
        let zeros = || std::array::from_fn(|_| vec![0.0; room]);
        Self {
            scores: vec![0.0; room],
            rows: std::array::from_fn(|_| vec![0; room]),
            weights: weighted.then(zeros),
            squares: weighted.then(zeros),
            widths: None,
            counted: Counted::default(),
        }
    }

    /// Moves the filled places together: `(start, filled)` of each slice, ascending.
    fn close_gaps(&mut self, slices: &[(usize, usize)]) {
        let mut end = 0;
        for &(start, filled) in slices {
            if start != end {
                move_within(&mut self.scores, start, filled, end);
                self.rows
                    .iter_mut()
                    .for_each(|rows| move_within(rows, start, filled, end));
                let sums = self.weights.iter_mut().chain(&mut self.squares).flatten();
                sums.for_each(|sums| move_within(sums, start, filled, end));
            }
            end += filled;
        }
        self.scores.truncate(end);
        self.rows.iter_mut().for_each(|rows| rows.truncate(end));
        let sums = self.weights.iter_mut().chain(&mut self.squares).flatten();
        sums.for_each(|sums| sums.truncate(end));
    }
}

fn move_within<T: Copy>(list: &mut [T], start: usize, len: usize, to: usize) {
    list.copy_within(start..start + len, to);
}

impl Tally {
    /// The score tables of the groups of a view, in the order of [`Tally::view`]'s groups; empty
    /// ones where no scores are kept.
    #[must_use]
    pub fn score_tables(&self, axes: &[usize]) -> Vec<ScoreTable> {
        let groups: Vec<Vec<&Cell>> = self.grouped(axes).into_values().collect();
        groups
            .into_par_iter()
            .with_max_len(1)
            .map(|cells| self.score_table(&cells))
            .collect()
    }

    /// The score table of all rows.
    #[must_use]
    pub fn score_table_all(&self) -> ScoreTable {
        self.score_table(&self.cells.values().collect::<Vec<_>>())
    }

    fn score_table(&self, cells: &[&Cell]) -> ScoreTable {
        if self.on_grid {
            let grids = lists(cells).filter_map(|(label, scores)| match scores {
                Scores::Grid(grid) => Some((label, grid)),
                _ => None,
            });
            return grid_table(grids, self.kept.weights);
        }
        if self.kept.weights {
            exact_table(&runs::<Weighted>(cells))
        } else {
            exact_table(&runs::<u64>(cells))
        }
    }
}

/// The scores of cells with their label codes.
fn lists<'a>(cells: &[&'a Cell]) -> impl Iterator<Item = (usize, &'a Scores)> {
    let lists = cells.iter().flat_map(|cell| &cell.scores);
    lists.map(|(o, list)| (usize::from(outcome::label(*o)), &list.scores))
}

/// The same of one kind.
pub(super) fn runs<'a, K: Kind>(cells: &[&'a Cell]) -> Vec<(usize, &'a Run<K>)> {
    lists(cells)
        .filter_map(|(label, scores)| Some((label, K::unwrap(scores)?)))
        .collect()
}

/// A stretch of a table under construction.
struct Slice<'a> {
    start: usize,
    scores: &'a mut [f64],
    rows: [&'a mut [u64]; LABELS],
    sums: Option<[[&'a mut [f64]; LABELS]; 2]>,
}

/// The lists of labels merged, slice by slice on all threads: between two scores every list is a
/// short stretch, which is merged in cache and written to its place at once.
fn exact_table<K: Key>(lists: &[(usize, &Run<K>)]) -> ScoreTable {
    let total: usize = lists.iter().map(|(_, run)| run.len()).sum();
    let runs: Vec<&Run<K>> = lists.iter().map(|(_, run)| *run).collect();
    let bounds = bounds(&runs, SLICE);
    let mut table = ScoreTable::with_room(total, K::WEIGHTED);
    let lens: Vec<usize> = bounds
        .windows(2)
        .map(|pair| pair[1].iter().zip(&pair[0]).map(|(b, a)| b - a).sum())
        .collect();
    let filled: Vec<(usize, usize)> = split(&mut table, &lens)
        .into_par_iter()
        .zip(bounds.par_windows(2))
        .map(|(mut slice, pair)| {
            let parts = lists
                .iter()
                .enumerate()
                .map(|(i, (label, run))| (*label, run.stretch(pair[0][i]..pair[1][i])));
            (slice.start, slice.fill(parts))
        })
        .collect();
    table.close_gaps(&filled);
    table
}

/// Where slices of about `size` distinct scores begin in every list, and where the last one ends: by
/// slice, then by list. Equal scores are in one slice.
pub(super) fn bounds<K: Key>(lists: &[&Run<K>], size: usize) -> Vec<Vec<usize>> {
    let total: usize = lists.iter().map(|run| run.len()).sum();
    let longest = lists.iter().max_by_key(|run| run.len());
    let slices = total.div_ceil(size).max(1);
    let mut cuts: Vec<u64> = longest
        .into_iter()
        .flat_map(|run| (1..slices).map(|i| run.keys[run.len() * i / slices].image()))
        .collect();
    cuts.dedup();
    let of_cut = |cut: &u64| {
        let below = |run: &&Run<K>| run.keys.partition_point(|key| key.image() < *cut);
        lists.iter().map(below).collect()
    };
    let inner: Vec<Vec<usize>> = cuts.par_iter().map(of_cut).collect();
    std::iter::once(vec![0; lists.len()])
        .chain(inner)
        .chain([lists.iter().map(|run| run.len()).collect()])
        .collect()
}

/// Cuts a table into stretches of the given lengths.
fn split<'a>(table: &'a mut ScoreTable, lens: &[usize]) -> Vec<Slice<'a>> {
    let mut scores = table.scores.as_mut_slice();
    let mut rows = table.rows.each_mut().map(Vec::as_mut_slice);
    let mut sums = match (&mut table.weights, &mut table.squares) {
        (Some(weights), Some(squares)) => {
            Some([weights, squares].map(|sums| sums.each_mut().map(Vec::as_mut_slice)))
        }
        _ => None,
    };
    let mut start = 0;
    lens.iter()
        .map(|&len| {
            let slice = Slice {
                start,
                scores: take(&mut scores, len),
                rows: rows.each_mut().map(|rows| take(rows, len)),
                sums: sums.as_mut().map(|sums| {
                    sums.each_mut()
                        .map(|sums| sums.each_mut().map(|sums| take(sums, len)))
                }),
            };
            start += len;
            slice
        })
        .collect()
}

/// The first places of a slice, which keeps the others.
fn take<'a, T>(slice: &mut &'a mut [T], len: usize) -> &'a mut [T] {
    let (head, tail) = std::mem::take(slice).split_at_mut(len);
    *slice = tail;
    head
}

impl Slice<'_> {
    /// Writes the merged parts from the front; how many distinct scores they have.
    fn fill<'p, K: Key + 'p>(
        &mut self,
        parts: impl Iterator<Item = (usize, Part<'p, K>)>,
    ) -> usize {
        let mut by_label: [Vec<Part<'p, K>>; LABELS] = Default::default();
        for (label, part) in parts.filter(|(_, part)| !part.keys.is_empty()) {
            by_label[label].push(part);
        }
        let merged = by_label.each_ref().map(|parts| merge_all(parts));
        let parts: [Part<'_, K>; LABELS] = std::array::from_fn(|label| match &merged[label] {
            Some(run) => run.part(),
            None => by_label[label].first().copied().unwrap_or(Part::EMPTY),
        });
        self.write(parts)
    }

    fn write<K: Key>(&mut self, parts: [Part<'_, K>; LABELS]) -> usize {
        // No score has the greatest image.
        let image =
            |label: usize, at: usize| parts[label].keys.get(at).map_or(u64::MAX, |k| k.image());
        let mut at = [0; LABELS];
        let mut next: [u64; LABELS] = std::array::from_fn(|label| image(label, 0));
        let mut filled = 0;
        loop {
            let least = next[0].min(next[1]).min(next[2]);
            if least == u64::MAX {
                return filled;
            }
            self.scores[filled] = from_ordered_bits(least);
            for label in 0..LABELS {
                while next[label] == least {
                    let n = parts[label].rows(at[label]);
                    self.rows[label][filled] += n;
                    if let Some([weights, squares]) = &mut self.sums {
                        let (n, weight) = (n as f64, parts[label].keys[at[label]].weight());
                        weights[label][filled] += n * weight;
                        squares[label][filled] += n * (weight * weight);
                    }
                    at[label] += 1;
                    next[label] = image(label, at[label]);
                }
            }
            filled += 1;
        }
    }
}

/// Several parts as one run; `None` where there is at most one.
fn merge_all<K: Key>(parts: &[Part<'_, K>]) -> Option<Run<K>> {
    if parts.len() < 2 {
        return None;
    }
    let mut runs: Vec<Run<K>> = parts
        .chunks(2)
        .map(|pair| pair[0].merge(pair.get(1).copied().unwrap_or(Part::EMPTY)))
        .collect();
    while runs.len() > 1 {
        runs = runs
            .chunks(2)
            .map(|pair| {
                let second = pair.get(1).map_or(Part::EMPTY, Run::part);
                pair[0].part().merge(second)
            })
            .collect();
    }
    runs.pop()
}

/// A bin of several lists.
#[derive(Default)]
struct Joined {
    bounds: Option<Bin>,
    rows: [u64; LABELS],
    sums: [[ExactSum; 2]; LABELS],
}

fn grid_table<'a>(grids: impl Iterator<Item = (usize, &'a Grid)>, weighted: bool) -> ScoreTable {
    let mut joined: BTreeMap<u32, Joined> = BTreeMap::new();
    for (label, grid) in grids {
        for (i, bin) in grid.bins.iter().enumerate() {
            let target = joined.entry(bin_of(bin.low)).or_default();
            target.bounds = Some(target.bounds.map_or(*bin, |mine| Bin {
                low: mine.low.min(bin.low),
                high: mine.high.max(bin.high),
                n: mine.n + bin.n,
            }));
            target.rows[label] += bin.n;
            if let Some(sums) = grid.sums.get(i) {
                for (mine, theirs) in target.sums[label].iter_mut().zip(sums) {
                    mine.merge(theirs);
                }
            }
        }
    }
    let mut table = ScoreTable::with_room(joined.len(), weighted);
    let mut widths = Vec::with_capacity(joined.len());
    for (at, bin) in joined.into_values().enumerate() {
        let Some(bounds) = bin.bounds else { continue };
        table.scores[at] = bounds.middle();
        widths.push((
            from_ordered_bits(bounds.low),
            from_ordered_bits(bounds.high),
        ));
        for label in 0..LABELS {
            table.rows[label][at] = bin.rows[label];
            if let (Some(weights), Some(squares)) = (&mut table.weights, &mut table.squares) {
                weights[label][at] = bin.sums[label][0].value();
                squares[label][at] = bin.sums[label][1].value();
            }
        }
    }
    table.widths = Some(widths);
    table
}
