//! The scored rows of a view in the order of their scores, merged a slice at a time: what lies in a
//! score table, without the memory of one.

use rayon::prelude::*;

use super::Tally;
use super::run::{Part, Run};
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

/// Bits sorted by one of two passes over a slice: as many places as the nearest cache holds ends of.
const PASS_BITS: u32 = 10;

/// Room for the merging of a slice, to be used again.
#[derive(Debug, Default)]
pub struct MergeRoom {
    images: Vec<u64>,
    lists: Vec<u32>,
    packed: [Vec<u64>; 2],
    counts: Vec<u32>,
    rows: Vec<u64>,
    next: Vec<usize>,
}

impl MergeRoom {
    /// Sorts the parts' images with the number of each one's part; of equal ones the first part's come
    /// first.
    fn sort(&mut self, parts: &[Part<'_, u64>]) {
        self.images.clear();
        self.lists.clear();
        let least = parts.iter().filter_map(|part| part.keys.first()).min();
        let most = parts.iter().filter_map(|part| part.keys.last()).max();
        let (Some(least), Some(most)) = (least, most) else {
            return;
        };
        // The distance from the least image and the number of the list as one number.
        let bits = usize::BITS - parts.len().leading_zeros();
        if bits > (most - least).leading_zeros() {
            return self.sort_pairs(parts);
        }
        let [packed, spare] = &mut self.packed;
        packed.clear();
        for (at, part) in parts.iter().enumerate() {
            let images = part.keys.iter();
            packed.extend(images.map(|image| (image - least) << bits | at as u64));
        }
        let width = u64::BITS - ((most - least) << bits).leading_zeros();
        sort_packed(packed, spare, &mut self.counts, width);
        let list = (1_u64 << bits) - 1;
        self.images
            .extend(packed.iter().map(|one| least + (one >> bits)));
        self.lists
            .extend(packed.iter().map(|one| (one & list) as u32));
    }

    /// The same where both do not fit one number.
    fn sort_pairs(&mut self, parts: &[Part<'_, u64>]) {
        let pairs = parts.iter().zip(0_u32..);
        let mut pairs: Vec<(u64, u32)> = pairs
            .flat_map(|(part, at)| part.keys.iter().map(move |image| (*image, at)))
            .collect();
        pairs.sort_unstable();
        self.images.extend(pairs.iter().map(|pair| pair.0));
        self.lists.extend(pairs.iter().map(|pair| pair.1));
    }
}

/// Sorts numbers of at most `width` bits: two counting passes over the highest 20 of these, then the
/// standard sort within stretches that share them and are out of order.
fn sort_packed(packed: &mut Vec<u64>, spare: &mut Vec<u64>, counts: &mut Vec<u32>, width: u32) {
    let low = width.saturating_sub(2 * PASS_BITS);
    let mask = (1_u64 << PASS_BITS) - 1;
    counts.clear();
    counts.resize(2 << PASS_BITS, 0);
    let (first, second) = counts.split_at_mut(1 << PASS_BITS);
    for one in packed.iter() {
        let prefix = one >> low;
        first[(prefix & mask) as usize] += 1;
        second[((prefix >> PASS_BITS) & mask) as usize] += 1;
    }
    spare.resize(packed.len(), 0);
    for (counts, shift) in [(first, low), (second, low + PASS_BITS)] {
        let mut before = 0;
        for count in counts.iter_mut() {
            before += std::mem::replace(count, before);
        }
        for one in packed.iter() {
            let at = &mut counts[((one >> shift) & mask) as usize];
            spare[*at as usize] = *one;
            *at += 1;
        }
        std::mem::swap(packed, spare);
    }
    let mut at = 1;
    while at < packed.len() {
        if packed[at - 1] <= packed[at] {
            at += 1;
            continue;
        }
        let prefix = packed[at] >> low;
        let apart = |one: &u64| one >> low != prefix;
        let from = packed[..at]
            .iter()
            .rposition(apart)
            .map_or(0, |last| last + 1);
        let next = packed[at..].iter().position(apart);
        let to = next.map_or(packed.len(), |next| at + next);
        packed[from..to].sort_unstable();
        at = to;
    }
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
                let counted = |part: Part<'_, u64>| match part.counts {
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
        room.sort(&parts);
        room.rows.clear();
        if parts.iter().any(|part| part.counts.is_some()) {
            room.next.clear();
            room.next.resize(parts.len(), 0);
            for &list in &room.lists {
                let next = &mut room.next[list as usize];
                room.rows.push(parts[list as usize].rows(*next));
                *next += 1;
            }
        }
        Merged {
            images: &room.images,
            lists: &room.lists,
            rows: &room.rows,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::{Block, Codes, outcome};
    use crate::label::Label;
    use crate::random::Stream;
    use crate::tally::{Builder, Kept, Limits};

    /// Rows of three groups and two labels.
    fn tally(scores: &[f64]) -> Tally {
        let groups: Vec<i32> = (0..scores.len()).map(|i| (i * i % 3) as i32).collect();
        let label = |i: usize| outcome::of((i % 2) as u8, 0);
        let outcomes: Vec<u8> = (0..scores.len()).map(label).collect();
        let kept = Kept {
            scores: true,
            ..Kept::default()
        };
        let mut builder = Builder::new(&["g".to_owned()], &[], kept, Limits::default());
        builder.add(&Block {
            len: scores.len(),
            axes: &[Codes {
                keys: &groups,
                table: &[0, 1, 2],
            }],
            outcomes: &outcomes,
            weights: None,
            scores: Some(scores),
            targets: None,
            clusters: None,
            propensities: None,
            members: &[],
        });
        let labels = ["a", "b", "c"].map(Label::text).to_vec();
        builder.finish(&[labels]).unwrap()
    }

    #[test]
    fn slices_hold_every_row_in_order() {
        let mut stream = Stream::new(3, 1);
        let mut scores = |of: fn(f64) -> f64| -> Vec<f64> {
            (0..60_000).map(|_| of(stream.next_unit())).collect()
        };
        for scores in [
            scores(|u| u),
            // Ties, within a list and across lists.
            scores(|u| (u * 3000.0).floor()),
            // So close together that they share all counted bits, but for a few far away.
            scores(|u| if u < 1e-3 { u } else { 0.5 + u * 1e-12 }),
            // So far apart within one slice that image and list do not fit one number.
            scores(|u| (u - 0.5) * 10_f64.powi((u * 1e4) as i32 % 200 - 100))[..9000].to_vec(),
            vec![0.25; 5],
            Vec::new(),
        ] {
            let tally = tally(&scores);
            let sequence = tally.score_sequence(&[0]).unwrap();
            let (mut room, mut found) = (MergeRoom::default(), Vec::new());
            for slice in 0..sequence.slices() {
                let merged = sequence.merge(slice, &mut room);
                for (at, image) in merged.images.iter().enumerate() {
                    let rows = merged.rows.get(at).copied().unwrap_or(1);
                    found.push((*image, merged.lists[at] as usize, rows));
                }
            }
            let lists = sequence.lists.iter().enumerate();
            let mut expected: Vec<(u64, usize, u64)> = lists
                .flat_map(|(at, list)| list.run.entries().map(move |(key, n)| (key, at, n)))
                .collect();
            expected.sort_unstable();
            assert_eq!(found, expected);
        }
    }
}
