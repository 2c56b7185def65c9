//! Confidence intervals of proportions, differences and ratios, and p-values by turning them round.
//!
//! Every interval comes twice: at a confidence `level` such as 0.95, and as `…_z` at a normal
//! critical value `z ≥ 0` (1.96 for 95 %), which widened levels and [`p_value_by_inversion`] need.
//! Counts are f64; the score methods take fractional ones (weights, ties at a cut) as they are.
//! Where an interval is undefined (no rows, a count outside 0..=n, a level outside (0, 1)) both ends
//! are `None`; a single `None` is an unbounded end.

mod band;
mod bca;
mod blend;
mod cluster;
mod difference;
mod ends;
mod form;
mod koopman;
mod proportion;
mod ratio;
mod root;
mod scaled;

pub use band::{Band, Extent, Family, Gap};
pub use bca::{acceleration, bca, bca_levels, bca_p_value, bias_correction};
pub use blend::{Blend, Share};
pub use cluster::{cluster_level, cluster_p};
pub use difference::{
    agresti_caffo, agresti_caffo_z, miettinen_nurminen, miettinen_nurminen_z, newcombe, newcombe_z,
};
pub use ends::Ends;
pub use form::{Form, Limits, Scale, mover_difference, mover_ratio};
pub use koopman::{koopman, koopman_z};
pub use proportion::{
    agresti_coull, agresti_coull_z, clopper_pearson, clopper_pearson_z, jeffreys, jeffreys_z,
    wilson, wilson_cc, wilson_cc_z, wilson_z,
};
pub use ratio::{katz_log, katz_log_z, katz_walters, katz_walters_z, mover, mover_z};
pub use scaled::{Link, Scaled};

use crate::special::sf;

/// Beyond this critical value a two-sided p-value is below the smallest f64.
const Z_MAX: f64 = 38.6;

/// A confidence interval; a missing end is unbounded, two missing ends say nothing.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Interval {
    /// Lower limit.
    pub low: Option<f64>,
    /// Upper limit.
    pub high: Option<f64>,
}

impl Interval {
    /// The interval that says nothing.
    pub const NONE: Self = Self {
        low: None,
        high: None,
    };

    /// The bounded interval from `low` to `high`.
    #[must_use]
    pub const fn new(low: f64, high: f64) -> Self {
        Self {
            low: Some(low),
            high: Some(high),
        }
    }

    /// Whether `value` lies within, ends included.
    #[must_use]
    pub fn contains(&self, value: f64) -> bool {
        self.low.is_none_or(|low| low <= value) && self.high.is_none_or(|high| value <= high)
    }
}

/// The percentile interval of bootstrap replicates in any order: their type-7 quantiles at
/// (1 − level)/2 and (1 + level)/2 (Hyndman & Fan 1996; the default of R and numpy). None when
/// there is none. Two selections in a copy, so O(n).
///
/// ```
/// use waage_core::interval::{percentile, Interval};
/// let values: Vec<f64> = (0..=100).rev().map(f64::from).collect();
/// assert_eq!(percentile(&values, 0.5), Interval::new(25.0, 75.0));
/// ```
#[must_use]
pub fn percentile(values: &[f64], level: f64) -> Interval {
    if !(level > 0.0 && level < 1.0) {
        return Interval::NONE;
    }
    let Some(last) = values.len().checked_sub(1) else {
        return Interval::NONE;
    };
    let mut scratch = values.to_vec();
    let tail = (1.0 - level) / 2.0;
    let (from, to) = (last as f64 * tail, last as f64 * (1.0 - tail));
    let high = select(&mut scratch, to);
    // What the upper end needed lies in order: the lower end is before it, if its neighbour is too.
    let ordered = to as usize + 1;
    let before = if from as usize + 1 < ordered {
        ordered
    } else {
        scratch.len()
    };
    let low = select(&mut scratch[..before], from);
    Interval { low, high }
}

/// The type-7 quantile at `q` in [0, 1] of numbers in any order, which it reorders: linear between
/// the order statistics at `(n − 1)·q`. `None` for no numbers or another `q`.
#[must_use]
pub fn quantile(values: &mut [f64], q: f64) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    if !(0.0..=1.0).contains(&q) {
        return None;
    }
    select(values, last as f64 * q)
}

/// [`quantile`] of values in ascending order.
#[must_use]
pub fn quantile_of_sorted(values: &[f64], q: f64) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    if !(0.0..=1.0).contains(&q) {
        return None;
    }
    let position = last as f64 * q;
    let below = (position as usize).min(last);
    let (from, to) = (values[below], values[(below + 1).min(last)]);
    Some(interpolated(from, to, position - below as f64))
}

/// The value `share` of the way from one number to another; equal ones may be infinite.
fn interpolated(from: f64, to: f64, share: f64) -> f64 {
    if share == 0.0 || from == to {
        from
    } else {
        from + share * (to - from)
    }
}

/// The value at a position between order statistics, counted from 0.
fn select(values: &mut [f64], position: f64) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    let below = (position as usize).min(last);
    let (_, &mut from, beyond) = values.select_nth_unstable_by(below, f64::total_cmp);
    let share = position - below as f64;
    if share == 0.0 {
        return Some(from);
    }
    let to = beyond
        .iter()
        .copied()
        .min_by(f64::total_cmp)
        .unwrap_or(from);
    Some(interpolated(from, to, share))
}

/// The two-sided p-value of `null` under a family of intervals: the level at which the interval
/// around `estimate` just touches `null`, `2·(1 − Φ(z))`.
///
/// `interval_at` gives the interval at a critical value z ≥ 0 and must widen with z; missing ends
/// are infinite. A `null` inside the interval at z = 0 has p = 1. The touching z is found to 1e-12.
///
/// ```
/// use waage_core::interval::{newcombe_z, p_value_by_inversion};
/// let p = p_value_by_inversion(|z| newcombe_z(24.0, 60.0, 60.0, 100.0, z), -0.2, 0.0);
/// assert!((p - 0.0144).abs() < 1e-3);
/// ```
#[must_use]
pub fn p_value_by_inversion(
    interval_at: impl Fn(f64) -> Interval,
    estimate: f64,
    null: f64,
) -> f64 {
    if estimate == null {
        return 1.0;
    }
    // How far `null` still is outside.
    let outside = |z: f64| {
        let Interval { low, high } = interval_at(z);
        let gap = if null < estimate {
            low.map(|l| l - null)
        } else {
            high.map(|h| null - h)
        };
        gap.unwrap_or(f64::NEG_INFINITY)
    };
    let (mut z, mut gap) = (0.0, outside(0.0));
    if gap <= 0.0 {
        return 1.0;
    }
    loop {
        if z >= Z_MAX {
            return 0.0;
        }
        let wider = (2.0 * z + 1.0).min(Z_MAX);
        let next = outside(wider);
        if next <= 0.0 {
            let touching = root::between(outside, (z, gap), (wider, next), 1e-12);
            return 2.0 * sf(touching);
        }
        (z, gap) = (wider, next);
    }
}

/// Counts that make a proportion, and a usable critical value.
fn is_proportion(x: f64, n: f64, z: f64) -> bool {
    n > 0.0 && n.is_finite() && (0.0..=n).contains(&x) && z >= 0.0 && z.is_finite()
}

/// The part of an interval that lies in [−1, 1].
pub(crate) fn clipped(interval: Interval) -> Interval {
    Interval {
        low: interval.low.map(|low| low.max(-1.0)),
        high: interval.high.map(|high| high.min(1.0)),
    }
}

/// `at` the critical value of `level`, or nothing when there is none.
fn at_level(level: f64, at: impl FnOnce(f64) -> Interval) -> Interval {
    crate::special::z_of_level(level).map_or(Interval::NONE, at)
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(super) fn assert_interval(got: Interval, low: f64, high: f64) {
        let near = |got: Option<f64>, want: f64| got.is_some_and(|g| (g - want).abs() <= 1e-9);
        assert!(
            near(got.low, low) && near(got.high, high),
            "{got:?} is not {low} {high}"
        );
    }

    #[test]
    fn quantiles_interpolate_and_survive_extremes() {
        assert_eq!(quantile(&mut [4.0, 1.0, 2.0], 0.75), Some(3.0));
        assert_eq!(quantile(&mut [4.0, 1.0, 3.0, 2.0], 0.5), Some(2.5));
        assert_eq!(quantile(&mut [7.0], 0.3), Some(7.0));
        assert_eq!(quantile(&mut [], 0.5), None);
        assert_eq!(quantile(&mut [1.0], f64::NAN), None);
        for q in [0.0, 0.1, 0.5, 0.77, 1.0, -1.0, f64::NAN] {
            let sorted = [1.0, 2.0, 2.0, 3.5, 9.0];
            assert_eq!(
                quantile_of_sorted(&sorted, q),
                quantile(&mut sorted.clone(), q)
            );
            assert_eq!(quantile_of_sorted(&[], q), None);
        }
        let infinite = &mut [f64::INFINITY, 1.0, f64::INFINITY];
        assert_eq!(quantile(infinite, 1.0), Some(f64::INFINITY));
        assert_eq!(percentile(&[], 0.95), Interval::NONE);
        assert_eq!(percentile(&[1.0], 1.0), Interval::NONE);
        let values: Vec<f64> = (0..1000).map(|i| f64::from(i * 387 % 1000)).collect();
        assert_interval(percentile(&values, 0.95), 24.975, 974.025);
        assert_interval(percentile(&values, 0.001), 499.0005, 499.9995);
        for count in 1..=9 {
            for level in [0.01, 0.3, 0.5, 0.95, 0.999] {
                let (mut low, mut high) = (values[..count].to_vec(), values[..count].to_vec());
                let got = percentile(&values[..count], level);
                assert_eq!(got.low, quantile(&mut low, (1.0 - level) / 2.0));
                assert_eq!(got.high, quantile(&mut high, 1.0 - (1.0 - level) / 2.0));
            }
        }
    }

    #[test]
    fn p_values_are_the_level_that_touches() {
        for (x1, n1, x2, n2) in [
            (24.0, 60.0, 60.0, 100.0),
            (9.0, 10.0, 3.0, 10.0),
            (0.0, 40.0, 2.0, 90.0),
        ] {
            let d = x1 / n1 - x2 / n2;
            let at = |z| newcombe_z(x1, n1, x2, n2, z);
            for level in [0.5, 0.9, 0.95, 0.999] {
                let Interval { low, high } = newcombe(x1, n1, x2, n2, level);
                for end in [low.unwrap(), high.unwrap()] {
                    let p = p_value_by_inversion(at, d, end);
                    assert!((p - (1.0 - level)).abs() < 1e-10, "{x1} {level} {p}");
                }
            }
        }
    }

    #[test]
    fn p_values_reach_both_ends() {
        let at = |z| wilson_z(3.0, 10.0, z);
        assert_eq!(p_value_by_inversion(at, 0.3, 0.3), 1.0);
        assert_eq!(p_value_by_inversion(at, 0.3, -0.1), 0.0);
        // The ratio of 5/10 to 0/10 is unbounded above: no null is too large.
        let open = |z| koopman_z(5.0, 10.0, 0.0, 10.0, z);
        assert_eq!(p_value_by_inversion(open, 1.0, 1e9), 1.0);
        // Wilson's score test of one half: z² = (0.3 − 0.5)²/(0.25/10).
        let p = p_value_by_inversion(at, 0.3, 0.5);
        assert!((p - 2.0 * sf(1.6f64.sqrt())).abs() < 1e-11);
    }

    #[test]
    fn containing_counts_the_ends() {
        assert!(Interval::new(0.1, 0.2).contains(0.2));
        assert!(!Interval::new(0.1, 0.2).contains(0.3));
        assert!(
            Interval {
                low: Some(1.0),
                high: None
            }
            .contains(1e300)
        );
    }
}
