//! The scored rows of a view in the order of their scores, merged a slice at a time: what lies in a
//! score table, without the memory of one.

use rayon::prelude::*;

use super::Tally;
use super::run::Run;
use super::scores::from_ordered_bits;
use super::tables::{bounds, runs};

/// Distinct scores of a slice, about: what a core's second cache holds while they are merged.
const SLICE: usize = 1 << 14;

/// Unweighted scores that are kept one by one: a list for each label of each cell, in order.
///
/// A slice holds all rows between two scores, so that equal scores are never in two slices.
#[derive(Debug)]
pub struct Sequence<'a> {
    /// Number of groups.
    pub groups: usize,
    /// The lists.
    pub lists: Vec<List<'a>>,
    /// By slice, then by list: the place at which the slice begins, and the rows before it; one
    /// more for the end.
    bounds: Vec<Vec<(usize, u64)>>,
}

/// The scored rows of one label in one cell.
#[derive(Clone, Copy, Debug)]
pub struct List<'a> {
    /// The group, in the order of [`Tally::view`]'s groups.
    pub group: usize,
    /// The label code.
    pub label: usize,
    run: &'a Run<u64>,
}

impl List<'_> {
    /// Distinct scores.
    #[must_use]
    pub fn places(&self) -> usize {
        self.run.len()
    }

    /// The score at a place.
    #[must_use]
    pub fn score(&self, place: usize) -> f64 {
        from_ordered_bits(self.run.keys[place])
    }

    /// How many places from `from` on have scores for which this holds; it holds of no score behind
    /// one for which it does not.
    pub fn reach(&self, from: usize, holds: impl Fn(f64) -> bool) -> usize {
        self.run.keys[from..].partition_point(|key| holds(from_ordered_bits(*key)))
    }

    /// Appends the scores of some places and how many rows have each; nothing to `rows` where each
    /// has one.
    pub fn read(&self, places: std::ops::Range<usize>, scores: &mut Vec<f64>, rows: &mut Vec<u64>) {
        let part = self.run.stretch(places);
        scores.extend(part.keys.iter().map(|key| from_ordered_bits(*key)));
        rows.extend_from_slice(part.counts.unwrap_or_default());
    }
}

/// Room for the merging of a slice, to be used again.
#[derive(Debug, Default)]
pub struct MergeRoom {
    images: [Vec<u64>; 2],
    lists: [Vec<u32>; 2],
    rows: Vec<u64>,
    next: Vec<usize>,
}

/// Distinct scores of each list of a slice, ascending over all lists.
#[derive(Clone, Copy, Debug)]
pub struct Merged<'a> {
    /// Images of the scores, see [`super::ordered_bits`].
    pub images: &'a [u64],
    /// The list of each.
    pub lists: &'a [u32],
    /// The rows of each; empty where each has one.
    pub rows: &'a [u64],
}

impl Tally {
    /// The scores of a view's groups in order; `None` where rows have weights, scores were counted
    /// in bins, or none are kept.
    #[must_use]
    pub fn score_sequence(&self, axes: &[usize]) -> Option<Sequence<'_>> {
        if self.on_grid || self.kept.weights || !self.kept.scores {
            return None;
        }
        let groups: Vec<_> = self.grouped(axes).into_values().collect();
        let mut lists = Vec::new();
        for (group, cells) in groups.iter().enumerate() {
            let of_group = runs::<u64>(cells).into_iter();
            let list = |(label, run)| List { group, label, run };
            lists.extend(of_group.map(list).filter(|list| list.run.len() > 0));
        }
        let runs: Vec<&Run<u64>> = lists.iter().map(|list| list.run).collect();
        // What is kept by slice and list stays less than what the lists hold.
        let places = bounds(&runs, SLICE.max(16 * runs.len()));
        let rows: Vec<Vec<u64>> = places
            .par_windows(2)
            .map(|pair| {
                let ends = pair[0].iter().zip(&pair[1]);
                let stretches = ends.zip(&runs).map(|((a, b), run)| run.stretch(*a..*b));
                let counted = |part: super::run::Part<'_, u64>| match part.counts {
                    Some(counts) => counts.iter().sum(),
                    None => part.keys.len() as u64,
                };
                stretches.map(counted).collect()
            })
            .collect();
        let mut before = vec![0; runs.len()];
        let mut with_rows = Vec::with_capacity(places.len());
        for (at, places) in places.iter().enumerate() {
            with_rows.push(places.iter().copied().zip(before.iter().copied()).collect());
            for (before, rows) in before.iter_mut().zip(rows.get(at).into_iter().flatten()) {
                *before += rows;
            }
        }
        Some(Sequence {
            groups: groups.len(),
            lists,
            bounds: with_rows,
        })
    }
}

impl Sequence<'_> {
    /// Number of slices.
    #[must_use]
    pub fn slices(&self) -> usize {
        self.bounds.len().saturating_sub(1)
    }

    /// The rows of a list before a slice; of the number of slices as a slice, all.
    #[must_use]
    pub fn rows_before(&self, slice: usize, list: usize) -> u64 {
        self.bounds[slice][list].1
    }

    /// The rows of a slice in order.
    pub fn merge<'r>(&self, slice: usize, room: &'r mut MergeRoom) -> Merged<'r> {
        let ends = self.bounds[slice].iter().zip(&self.bounds[slice + 1]);
        let parts: Vec<_> = ends
            .zip(&self.lists)
            .map(|(((from, _), (to, _)), list)| list.run.stretch(*from..*to))
            .collect();
        let total: usize = parts.iter().map(|part| part.keys.len()).sum();
        for images in &mut room.images {
            images.resize(total, 0);
        }
        for lists in &mut room.lists {
            lists.resize(total, 0);
        }
        let (mut ends, mut filled) = (Vec::new(), 0);
        for (at, part) in parts.iter().enumerate() {
            let to = filled + part.keys.len();
            if to > filled {
                room.images[0][filled..to].copy_from_slice(part.keys);
                room.lists[0][filled..to].fill(at as u32);
                ends.push(to);
                filled = to;
            }
        }
        while ends.len() > 1 {
            let [from, to] = room.images.each_mut();
            let [of, into] = room.lists.each_mut();
            let mut start = 0;
            let mut merged = Vec::with_capacity(ends.len().div_ceil(2));
            for pair in ends.chunks(2) {
                let (middle, end) = (pair[0], pair[pair.len() - 1]);
                let side = |places: std::ops::Range<usize>| (&from[places.clone()], &of[places]);
                merge_two(
                    [side(start..middle), side(middle..end)],
                    &mut to[start..end],
                    &mut into[start..end],
                );
                merged.push(end);
                start = end;
            }
            room.images.swap(0, 1);
            room.lists.swap(0, 1);
            ends = merged;
        }
        room.rows.clear();
        if parts.iter().any(|part| part.counts.is_some()) {
            room.next.clear();
            room.next.resize(parts.len(), 0);
            for &list in &room.lists[0] {
                let next = &mut room.next[list as usize];
                room.rows.push(parts[list as usize].rows(*next));
                *next += 1;
            }
        }
        Merged {
            images: &room.images[0],
            lists: &room.lists[0],
            rows: &room.rows,
        }
    }
}

/// Merges two ascending lists with what goes with them; of equal ones the first list's come first.
fn merge_two(sides: [(&[u64], &[u32]); 2], images: &mut [u64], lists: &mut [u32]) {
    let [(a, of_a), (b, of_b)] = sides;
    let (mut i, mut j) = (0, 0);
    for (image, list) in images.iter_mut().zip(lists.iter_mut()) {
        let (Some(x), Some(y), Some(of_x), Some(of_y)) =
            (a.get(i), b.get(j), of_a.get(i), of_b.get(j))
        else {
            break;
        };
        let left = x <= y;
        *image = if left { *x } else { *y };
        *list = if left { *of_x } else { *of_y };
        i += usize::from(left);
        j += usize::from(!left);
    }
    let filled = i + j;
    let (rest, of_rest) = match i < a.len() {
        true => (&a[i..], &of_a[i..]),
        false => (&b[j..], &of_b[j..]),
    };
    images[filled..].copy_from_slice(rest);
    lists[filled..].copy_from_slice(of_rest);
}
