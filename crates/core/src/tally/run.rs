//! Scores kept one by one: the distinct ones in order, each with its rows.

use std::ops::Range;

use super::key::Key;
use crate::exact_sum::{ExactSum, OrderedSum};

/// Distinct keys, ascending, and how many rows have each.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Run<K> {
    pub keys: Vec<K>,
    /// Rows by key; empty where each key has one, as scores of many digits do.
    counts: Vec<u64>,
}

impl<K: Key> Run<K> {
    pub const fn new() -> Self {
        Self {
            keys: Vec::new(),
            counts: Vec::new(),
        }
    }

    /// The run of keys with these rows.
    pub fn with_counts(keys: Vec<K>, counts: Vec<u64>) -> Self {
        let counts = match counts.iter().all(|n| *n == 1) {
            true => Vec::new(),
            false => counts,
        };
        Self { keys, counts }
    }

    /// The run of sorted rows.
    pub fn of_sorted(rows: &[K]) -> Self {
        let distinct = distinct(rows);
        if distinct == rows.len() {
            return Self {
                keys: rows.to_vec(),
                counts: Vec::new(),
            };
        }
        let mut run = Self {
            keys: Vec::with_capacity(distinct),
            counts: Vec::with_capacity(distinct),
        };
        for equal in rows.chunk_by(|a, b| a == b) {
            run.keys.push(equal[0]);
            run.counts.push(equal.len() as u64);
        }
        run
    }

    /// The same, of rows that nobody needs any more.
    pub fn of_sorted_rows(rows: Vec<K>) -> Self {
        match distinct(&rows) == rows.len() {
            true => Self {
                keys: rows,
                counts: Vec::new(),
            },
            false => Self::of_sorted(&rows),
        }
    }

    pub fn len(&self) -> usize {
        self.keys.len()
    }

    pub fn part(&self) -> Part<'_, K> {
        self.stretch(0..self.len())
    }

    /// Some of the places.
    pub fn stretch(&self, places: Range<usize>) -> Part<'_, K> {
        Part {
            keys: &self.keys[places.clone()],
            counts: match self.counts.is_empty() {
                true => None,
                false => Some(&self.counts[places]),
            },
        }
    }

    /// Keys and their rows.
    pub fn entries(&self) -> impl Iterator<Item = (K, u64)> {
        let count = |at: usize| self.counts.get(at).copied().unwrap_or(1);
        self.keys
            .iter()
            .enumerate()
            .map(move |(at, key)| (*key, count(at)))
    }

    /// The run of both runs' rows.
    pub fn merge(self, other: Self) -> Self {
        match (self.len(), other.len()) {
            (_, 0) => self,
            (0, _) => other,
            _ => {
                let mut merged = self.part().merge(other.part());
                if merged.len() < merged.keys.capacity() / 2 {
                    merged.keys.shrink_to_fit();
                    merged.counts.shrink_to_fit();
                }
                merged
            }
        }
    }
}

fn distinct<K: PartialEq>(sorted: &[K]) -> usize {
    let steps = sorted.windows(2).filter(|pair| pair[0] != pair[1]).count();
    steps + usize::from(!sorted.is_empty())
}

/// A stretch of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part<'a, K> {
    pub keys: &'a [K],
    /// Rows by key; `None` where each has one.
    pub counts: Option<&'a [u64]>,
}

impl<K: Key> Part<'_, K> {
    /// No rows.
    pub const EMPTY: Self = Self {
        keys: &[],
        counts: None,
    };

    /// Rows of a key.
    #[inline]
    pub fn rows(&self, at: usize) -> u64 {
        self.counts.map_or(1, |counts| counts[at])
    }

    /// The run of both parts' rows.
    pub fn merge(self, other: Part<'_, K>) -> Run<K> {
        if self.counts.is_none() && other.counts.is_none() {
            let (keys, twice) = self.merge_keys(other, |_, _, _| {});
            if !twice {
                let counts = Vec::new();
                return Run { keys, counts };
            }
        }
        let mut counts = vec![0; self.keys.len() + other.keys.len()];
        let (keys, _) = self.merge_keys(other, |to, left, right| {
            let rows = |part: &Self, at: Option<usize>| at.map_or(0, |at| part.rows(at));
            counts[to] = rows(&self, left) + right.map_or(0, |at| other.rows(at));
        });
        counts.truncate(keys.len());
        Run { keys, counts }
    }

    /// The distinct keys of both parts, and whether any is in both; `note` is told the place of each
    /// and where it was in the parts.
    #[inline]
    fn merge_keys(
        &self,
        other: Part<'_, K>,
        mut note: impl FnMut(usize, Option<usize>, Option<usize>),
    ) -> (Vec<K>, bool) {
        let (a, b) = (self.keys, other.keys);
        let mut keys = vec![K::default(); a.len() + b.len()];
        let (mut i, mut j, mut filled) = (0, 0, 0);
        for (at, key) in keys.iter_mut().enumerate() {
            let (Some(x), Some(y)) = (a.get(i), b.get(j)) else {
                break;
            };
            let (left, right) = (x <= y, y <= x);
            *key = if left { *x } else { *y };
            note(at, left.then_some(i), right.then_some(j));
            i += usize::from(left);
            j += usize::from(right);
            filled += 1;
        }
        let twice = filled < i + j;
        for at in i..a.len() {
            note(filled + at - i, Some(at), None);
        }
        for at in j..b.len() {
            note(filled + at - j, None, Some(at));
        }
        let rest = if i < a.len() { &a[i..] } else { &b[j..] };
        keys[filled..filled + rest.len()].copy_from_slice(rest);
        keys.truncate(filled + rest.len());
        (keys, twice)
    }
}

/// Exact sums over scored rows, rounded nowhere until they are read. Each summand is the product
/// of a row, as f64 arithmetic rounds it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ScoreSums {
    /// Rows.
    pub rows: u64,
    /// Σw·s.
    pub ws: ExactSum,
    /// Σw·s².
    pub wss: ExactSum,
    /// Σw, Σw², Σw²·s, Σw²·s²: with weights.
    pub weighted: Option<Box<[ExactSum; 4]>>,
}

impl ScoreSums {
    pub fn of<K: Key>(run: &Run<K>) -> Self {
        let mut sums = Self::default();
        if !K::WEIGHTED {
            let (mut ws, mut wss) = (OrderedSum::default(), OrderedSum::default());
            for (key, n) in run.entries() {
                let score = key.score();
                ws.add(score, n);
                wss.add(score * score, n);
                sums.rows += n;
            }
            (sums.ws, sums.wss) = (ws.finish(), wss.finish());
            return sums;
        }
        let mut weighted: Box<[ExactSum; 4]> = Box::default();
        for (key, n) in run.entries() {
            let (score, weight) = (key.score(), key.weight());
            let squared = weight * weight;
            sums.rows += n;
            sums.ws.add_times(weight * score, n);
            sums.wss.add_times(weight * score * score, n);
            let parts = [weight, squared, squared * score, squared * score * score];
            for (sum, part) in weighted.iter_mut().zip(parts) {
                sum.add_times(part, n);
            }
        }
        sums.weighted = Some(weighted);
        sums
    }

    pub fn merge(&mut self, other: &Self) {
        self.rows += other.rows;
        self.ws.merge(&other.ws);
        self.wss.merge(&other.wss);
        match (&mut self.weighted, &other.weighted) {
            (Some(mine), Some(theirs)) => {
                for (a, b) in mine.iter_mut().zip(theirs.iter()) {
                    a.merge(b);
                }
            }
            (mine @ None, Some(theirs)) => *mine = Some(theirs.clone()),
            (_, None) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::random::Stream;

    fn rows(seed: u64, n: usize, levels: u64) -> Vec<u64> {
        let mut stream = Stream::new(seed, 5);
        let mut rows: Vec<u64> = (0..n).map(|_| stream.next_u64() % levels).collect();
        rows.sort_unstable();
        rows
    }

    fn counted(rows: &[u64]) -> Vec<(u64, u64)> {
        let mut counts = BTreeMap::new();
        for row in rows {
            *counts.entry(*row).or_insert(0) += 1;
        }
        counts.into_iter().collect()
    }

    #[test]
    fn merged_runs_have_the_rows_of_both() {
        for (seed, levels) in [(1, 10), (2, 300), (3, u64::MAX)] {
            for n in [0, 1, 7, 200] {
                let (a, b) = (rows(seed, 150, levels), rows(seed + 10, n, levels));
                let merged = Run::of_sorted(&a).merge(Run::of_sorted_rows(b.clone()));
                let both = [a, b].concat();
                assert_eq!(merged.entries().collect::<Vec<_>>(), counted(&both));
            }
        }
    }

    #[test]
    fn distinct_keys_hold_no_counts_however_they_came_together() {
        let odd = Run::of_sorted(&[1_u64, 3, 5]);
        let merged = odd.clone().merge(Run::of_sorted(&[2, 4]));
        assert_eq!(merged, Run::of_sorted(&[1, 2, 3, 4, 5]));
        assert!(merged.counts.is_empty() && merged.part().counts.is_none());
        assert_eq!(Run::with_counts(vec![1, 3, 5], vec![1; 3]), odd);
        let twice = odd.clone().merge(odd);
        assert_eq!(twice, Run::with_counts(vec![1, 3, 5], vec![2; 3]));
    }
}
