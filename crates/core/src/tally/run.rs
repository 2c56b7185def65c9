//! Scores kept one by one: the distinct ones in order, each with its rows.

use super::key::Key;
use crate::exact_sum::{ExactSum, OrderedSum};

/// Distinct keys, ascending, and how many rows have each.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Run<K> {
    pub keys: Vec<K>,
    pub n: Vec<u64>,
}

impl<K: Key> Run<K> {
    pub const fn new() -> Self {
        Self {
            keys: Vec::new(),
            n: Vec::new(),
        }
    }

    /// The run of sorted rows.
    pub fn of_sorted(rows: &[K]) -> Self {
        let distinct = rows.windows(2).filter(|pair| pair[0] != pair[1]).count() + 1;
        let mut run = Self::new();
        if rows.is_empty() {
            return run;
        }
        run.keys.reserve_exact(distinct);
        run.n.reserve_exact(distinct);
        if distinct == rows.len() {
            run.keys.extend_from_slice(rows);
            run.n.resize(distinct, 1);
            return run;
        }
        for equal in rows.chunk_by(|a, b| a == b) {
            run.keys.push(equal[0]);
            run.n.push(equal.len() as u64);
        }
        run
    }

    pub fn len(&self) -> usize {
        self.keys.len()
    }

    pub fn part(&self) -> Part<'_, K> {
        Part {
            keys: &self.keys,
            n: &self.n,
        }
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
                    merged.n.shrink_to_fit();
                }
                merged
            }
        }
    }
}

/// A stretch of a run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Part<'a, K> {
    pub keys: &'a [K],
    pub n: &'a [u64],
}

impl<K: Key> Part<'_, K> {
    /// No rows.
    pub const EMPTY: Self = Self { keys: &[], n: &[] };

    /// The run of both parts' rows.
    pub fn merge(self, other: Part<'_, K>) -> Run<K> {
        let (a, b) = (self, other);
        let room = a.keys.len() + b.keys.len();
        let mut keys = vec![K::default(); room];
        let mut n = vec![0; room];
        let (mut i, mut j, mut filled) = (0, 0, 0);
        for (key, count) in keys.iter_mut().zip(&mut n) {
            let (Some(x), Some(y)) = (a.keys.get(i), b.keys.get(j)) else {
                break;
            };
            let (left, right) = (x <= y, y <= x);
            *key = if left { *x } else { *y };
            *count = u64::from(left) * a.n[i] + u64::from(right) * b.n[j];
            i += usize::from(left);
            j += usize::from(right);
            filled += 1;
        }
        for (rest, from) in [(a, i), (b, j)] {
            let end = filled + rest.keys.len() - from;
            keys[filled..end].copy_from_slice(&rest.keys[from..]);
            n[filled..end].copy_from_slice(&rest.n[from..]);
            filled = end;
        }
        keys.truncate(filled);
        n.truncate(filled);
        Run { keys, n }
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
            for (key, &n) in run.keys.iter().zip(&run.n) {
                let score = key.score();
                ws.add(score, n);
                wss.add(score * score, n);
                sums.rows += n;
            }
            (sums.ws, sums.wss) = (ws.finish(), wss.finish());
            return sums;
        }
        let mut weighted: Box<[ExactSum; 4]> = Box::default();
        for (key, &n) in run.keys.iter().zip(&run.n) {
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
