//! What a model relies on: the mean attribution of each feature, of all rows and of each group.

use rayon::prelude::*;
use waage_core::estimate::{Estimate, Evidence, Method, Reason};

/// A sum with its rounding error carried along (Neumaier); rows are added in their order.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Sum {
    high: f64,
    low: f64,
}

impl Sum {
    fn add(&mut self, x: f64) {
        let sum = self.high + x;
        self.low += if self.high.abs() >= x.abs() {
            (self.high - sum) + x
        } else {
            (x - sum) + self.high
        };
        self.high = sum;
    }

    fn value(self) -> f64 {
        self.high + self.low
    }
}

/// Sums of one feature's attributions in one set of rows; `w` is a row's weight.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Moments {
    wx: Sum,
    w_abs: Sum,
    w2x: Sum,
    w2_abs: Sum,
    w2x2: Sum,
}

impl Moments {
    fn add(&mut self, x: f64, w: f64) {
        self.wx.add(w * x);
        self.w_abs.add(w * x.abs());
        self.w2x.add(w * w * x);
        self.w2_abs.add(w * w * x.abs());
        self.w2x2.add(w * w * x * x);
    }
}

/// Rows of a set.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Rows {
    n: u64,
    w: Sum,
    w2: Sum,
}

/// Sets of rows: all of them, and the groups of each attribute.
#[derive(Clone, Debug, PartialEq)]
pub struct Summary {
    /// Numbers per row: outputs × features.
    stride: usize,
    /// Per set: first all rows, then attribute after attribute.
    rows: Vec<Vec<Rows>>,
    /// Per number of a row, per attribute (first all rows), per group.
    moments: Vec<Vec<Vec<Moments>>>,
}

/// The mean attribution of a feature in a set of rows.
#[derive(Clone, Debug, PartialEq)]
pub struct Mean {
    /// Of the attributions.
    pub mean: Estimate,
    /// Of their sizes.
    pub mean_abs: Estimate,
}

impl Summary {
    /// An empty summary of rows with `stride` numbers and of so many attributes.
    #[must_use]
    pub fn new(stride: usize, attributes: usize) -> Self {
        Self {
            stride,
            rows: vec![Vec::new(); attributes + 1],
            moments: vec![vec![Vec::new(); attributes + 1]; stride],
        }
    }

    /// Adds rows in their order. `groups` has the group of each row per attribute; no weights mean
    /// that every row weighs 1.
    ///
    /// # Panics
    /// When `phi` does not have `stride` numbers per row, or groups or weights are too few.
    pub fn add(&mut self, phi: &[f64], groups: &[Vec<u32>], weights: Option<&[f64]>) {
        let count = phi.len() / self.stride;
        let weight = |row: usize| weights.map_or(1.0, |w| w[row]);
        let code = |attribute: usize, row: usize| match attribute.checked_sub(1) {
            None => 0,
            Some(at) => groups[at][row] as usize,
        };
        for (attribute, sets) in self.rows.iter_mut().enumerate() {
            for row in 0..count {
                let set = reach(sets, code(attribute, row));
                let w = weight(row);
                set.n += 1;
                set.w.add(w);
                set.w2.add(w * w);
            }
        }
        let stride = self.stride;
        self.moments
            .par_iter_mut()
            .enumerate()
            .for_each(|(number, attributes)| {
                for (attribute, sets) in attributes.iter_mut().enumerate() {
                    for row in 0..count {
                        let x = phi[row * stride + number];
                        reach(sets, code(attribute, row)).add(x, weight(row));
                    }
                }
            });
    }

    /// How many rows a group has.
    #[must_use]
    pub fn count(&self, attribute: usize, group: usize) -> u64 {
        self.rows[attribute + 1].get(group).map_or(0, |r| r.n)
    }

    /// The means of one number of all rows.
    #[must_use]
    pub fn overall(&self, number: usize, level: f64) -> Mean {
        self.mean(number, 0, 0, level)
    }

    /// The means of one number in one group.
    #[must_use]
    pub fn group(&self, number: usize, attribute: usize, group: usize, level: f64) -> Mean {
        self.mean(number, attribute + 1, group, level)
    }

    fn mean(&self, number: usize, attribute: usize, group: usize, level: f64) -> Mean {
        let rows = self.rows[attribute].get(group).copied().unwrap_or_default();
        let m = self.moments[number][attribute]
            .get(group)
            .copied()
            .unwrap_or_default();
        Mean {
            mean: estimate(rows, m.wx, m.w2x, m.w2x2, level),
            mean_abs: estimate(rows, m.w_abs, m.w2_abs, m.w2x2, level),
        }
    }
}

fn reach<T: Clone + Default>(sets: &mut Vec<T>, at: usize) -> &mut T {
    if at >= sets.len() {
        sets.resize(at + 1, T::default());
    }
    &mut sets[at]
}

/// The weighted mean `Σwx / Σw` with the standard error `√(n/(n-1) Σw²(x - mean)²) / Σw`.
fn estimate(rows: Rows, wx: Sum, w2x: Sum, w2x2: Sum, level: f64) -> Estimate {
    let w = rows.w.value();
    if rows.n == 0 || w <= 0.0 {
        return Estimate::undefined(rows.n, Method::Normal, Reason::NoRows);
    }
    let mean = wx.value() / w;
    if rows.n == 1 {
        return Estimate::new(mean, 1, Method::Normal, Evidence::None, level)
            .bare(Reason::NoSpread);
    }
    let n = rows.n as f64;
    let squares = w2x2.value() - 2.0 * mean * w2x.value() + mean * mean * rows.w2.value();
    let error = (squares.max(0.0) * n / (n - 1.0)).sqrt() / w;
    Estimate::new(
        mean,
        rows.n,
        Method::Normal,
        Evidence::StandardError(error),
        level,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn means_and_errors_are_the_textbook_ones() {
        let mut summary = Summary::new(2, 1);
        let phi = [1.0, 0.0, -2.0, 0.0, 3.0, 0.0, 4.0, 0.0];
        summary.add(&phi[..4], &[vec![0, 1]], None);
        summary.add(&phi[4..], &[vec![0, 0]], None);
        let all = summary.overall(0, 0.95);
        assert_eq!(
            (all.mean.value, all.mean_abs.value, all.mean.n),
            (Some(1.5), Some(2.5), 4)
        );
        // Sum of squared distances 0.25 + 12.25 + 2.25 + 6.25 = 21: √(21/3/4) = 1.3229.
        let half = 1.959_963_984_540_054 * (21.0_f64 / 12.0).sqrt();
        assert!((all.mean.low.expect("a limit") - (1.5 - half)).abs() < 1e-9);
        let group = summary.group(0, 0, 0, 0.95);
        assert_eq!(
            (group.mean.value, group.mean.n, summary.count(0, 1)),
            (Some(8.0 / 3.0), 3, 1)
        );
        assert_eq!(summary.group(0, 0, 1, 0.95).mean.low, None);
    }

    #[test]
    fn blocks_change_no_bit() {
        let phi: Vec<f64> = (0..300)
            .map(|i| f64::from(i * 7919 % 1000) / 7.0 - 50.0)
            .collect();
        let weights: Vec<f64> = (0..100).map(|i| f64::from(i % 7)).collect();
        let mut whole = Summary::new(3, 0);
        whole.add(&phi, &[], Some(&weights));
        let mut parts = Summary::new(3, 0);
        for at in (0..100).step_by(13) {
            let end = (at + 13).min(100);
            parts.add(&phi[at * 3..end * 3], &[], Some(&weights[at..end]));
        }
        assert_eq!(whole, parts);
    }
}
