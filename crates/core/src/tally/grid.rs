//! Scores counted on the fixed grid: what remains of them where they are too many to be kept.

use std::cmp::Ordering;

use super::key::Key;
use super::run::Run;
use super::scores::{bin_of, from_ordered_bits};
use crate::exact_sum::ExactSum;

/// The rows of one bin. Its least and greatest score bound it more closely than the grid does, and
/// keep a bin of one score exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bin {
    /// Image of the least score.
    pub low: u64,
    /// Image of the greatest score.
    pub high: u64,
    /// Rows.
    pub n: u64,
}

impl Bin {
    /// The middle between its least and its greatest score.
    pub fn middle(&self) -> f64 {
        let (low, high) = (from_ordered_bits(self.low), from_ordered_bits(self.high));
        low + (high - low) / 2.0
    }
}

/// Bins with rows, ascending.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Grid {
    pub bins: Vec<Bin>,
    /// Σw and Σw² of each bin; empty without weights.
    pub sums: Vec<[ExactSum; 2]>,
}

impl Grid {
    /// The grid of a run's rows.
    pub fn of<K: Key>(run: &Run<K>) -> Self {
        let mut grid = Self::default();
        for (key, n) in run.entries() {
            let image = key.image();
            match grid.bins.last_mut() {
                Some(bin) if bin_of(bin.low) == bin_of(image) => {
                    bin.high = image;
                    bin.n += n;
                }
                _ => {
                    let (low, high) = (image, image);
                    grid.bins.push(Bin { low, high, n });
                    if K::WEIGHTED {
                        grid.sums.push(Default::default());
                    }
                }
            }
            if let Some([w, w2]) = grid.sums.last_mut() {
                let weight = key.weight();
                w.add_times(weight, n);
                w2.add_times(weight * weight, n);
            }
        }
        grid
    }

    /// The grid of both grids' rows.
    pub fn merge(self, other: &Self) -> Self {
        if self.bins.is_empty() {
            return other.clone();
        }
        let mut merged = Self::default();
        let mut mine = self.bins.into_iter().peekable();
        let mut theirs = other.bins.iter().copied().peekable();
        let mut my_sums = self.sums.into_iter();
        let mut their_sums = other.sums.iter();
        loop {
            let order = match (mine.peek(), theirs.peek()) {
                (Some(a), Some(b)) => bin_of(a.low).cmp(&bin_of(b.low)),
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (None, None) => return merged,
            };
            let a = if order.is_le() { mine.next() } else { None };
            let b = if order.is_ge() { theirs.next() } else { None };
            let joined = a.into_iter().chain(b).reduce(|a, b| Bin {
                low: a.low.min(b.low),
                high: a.high.max(b.high),
                n: a.n + b.n,
            });
            merged.bins.extend(joined);
            let a = a.and_then(|_| my_sums.next());
            let b = b.and_then(|_| their_sums.next().cloned());
            let joined = a.into_iter().chain(b).reduce(|[mut w, mut w2], [x, x2]| {
                w.merge(&x);
                w2.merge(&x2);
                [w, w2]
            });
            merged.sums.extend(joined);
        }
    }
}
