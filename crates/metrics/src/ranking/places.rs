//! Common places for the scores of several groups, fine at the top of the list and coarser below, so
//! that resampling a list costs the same for any number of scores.

use waage_core::tally::ScoreTable;

use crate::score::table::{ALL, Masses};

/// Distinct scores up to which each is a place of its own.
const EXACT_MAX: usize = 1024;
/// Beyond, a place holds at least one row for so many above it.
const FINENESS: u64 = 64;
/// Replicates look at so many prefixes one by one, …
const COARSE: u64 = 64;
/// … the list itself at so many.
const FINE: u64 = 1 << 16;

/// The places, the best first.
#[derive(Clone, Debug)]
pub(super) struct Places {
    /// The least score of each.
    lowest: Vec<f64>,
}

impl Places {
    /// The places of all rows.
    pub fn of(all: &ScoreTable) -> Self {
        let exact = all.places() <= EXACT_MAX;
        let (mut above, mut inside) = (0, 0);
        let mut lowest = Vec::new();
        for at in (0..all.places()).rev() {
            inside += rows(all, &ALL, at);
            if inside > 0 && (exact || inside * FINENESS >= above || at == 0) {
                lowest.push(all.scores[at]);
                above += inside;
                inside = 0;
            }
        }
        Self { lowest }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.lowest.len()
    }

    /// The place of a score.
    pub fn of_score(&self, score: f64) -> usize {
        let above = self.lowest.partition_point(|lowest| score < *lowest);
        above.min(self.lowest.len().saturating_sub(1))
    }

    /// The rows of a table at each place, those of some labels.
    pub fn onto(&self, table: &ScoreTable, labels: &[usize]) -> Vec<u64> {
        let mut out = vec![0; self.lowest.len()];
        let mut to = 0;
        for at in (0..table.places()).rev() {
            while to + 1 < self.lowest.len() && table.scores[at] < self.lowest[to] {
                to += 1;
            }
            if let Some(place) = out.get_mut(to) {
                *place += rows(table, labels, at);
            }
        }
        out
    }
}

fn rows(table: &ScoreTable, labels: &[usize], at: usize) -> u64 {
    labels.iter().map(|&label| table.rows[label][at]).sum()
}

/// Prefixes at which a sum over all prefixes of a list of so many places is looked at in replicates.
pub(super) fn stops(length: u64) -> Vec<u64> {
    growing(length, COARSE).collect()
}

/// Those at which it is looked at in the list itself: every one of the first 65 536.
pub(super) fn fine_stops(length: u64) -> impl Iterator<Item = u64> {
    growing(length, FINE)
}

/// Every prefix up to `each`, then every `2k/each`-th.
fn growing(length: u64, each: u64) -> impl Iterator<Item = u64> {
    let next = move |&k: &u64| {
        let step = if k < each { 1 } else { (2 * k / each).max(1) };
        (k < length).then(|| (k + step).min(length))
    };
    std::iter::successors((length > 0).then_some(1), next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::table::{fixture, from_rows, plus};

    #[test]
    fn places_keep_every_row_and_the_best_apart() {
        let a = from_rows(&fixture::random(3, 6000, 1 << 40, false), false);
        let b = from_rows(&fixture::random(4, 900, 1 << 40, false), false);
        let all = plus(&a, &b);
        let places = Places::of(&all);
        assert!(places.lowest.len() < 500, "{}", places.lowest.len());
        let (one, other) = (places.onto(&a, &ALL), places.onto(&b, &ALL));
        assert_eq!(
            (one.iter().sum::<u64>(), other.iter().sum::<u64>()),
            (6000, 900)
        );
        let whole = places.onto(&all, &ALL);
        assert!(whole[..64].iter().all(|n| *n == 1));
        let sums: Vec<u64> = one.iter().zip(&other).map(|(a, b)| a + b).collect();
        assert_eq!(whole, sums);
        let at = |rows: &[u64]| rows.iter().position(|n| *n > 0);
        for score in all.scores.iter().step_by(97) {
            let one = from_rows(&[(*score, 1, 1.0)], false);
            assert_eq!(Some(places.of_score(*score)), at(&places.onto(&one, &ALL)));
        }
        assert_eq!(places.len(), whole.len());
        let few = fixture::e3_all();
        assert_eq!(Places::of(&few).lowest.len(), few.scores.len());
    }

    #[test]
    fn stops_begin_one_by_one_and_end_at_the_end() {
        assert_eq!(stops(3), [1, 2, 3]);
        let long = stops(10_000_000);
        assert_eq!(long[..64], (1..=64).collect::<Vec<u64>>());
        assert!(long.len() < 500 && long.windows(2).all(|w| w[0] < w[1]));
        assert_eq!(long.last(), Some(&10_000_000));
    }
}
