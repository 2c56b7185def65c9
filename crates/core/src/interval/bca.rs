//! The bias-corrected and accelerated bootstrap interval.

use super::{Interval, quantile};
use crate::special::{cdf, quantile as normal_quantile, z_of_level};

/// Bias correction of replicates around `estimate`: `Φ⁻¹((#{θ* < θ̂} + ½·#{θ* = θ̂})/B)`.
///
/// Equal replicates count half, because replicates of counts are discrete. `None` when every
/// replicate lies on one side: then no correction can be told.
#[must_use]
pub fn bias_correction(replicates: &[f64], estimate: f64) -> Option<f64> {
    let below = replicates.iter().filter(|v| **v < estimate).count() as f64;
    let equal = replicates.iter().filter(|v| **v == estimate).count() as f64;
    let share = (below + equal / 2.0) / replicates.len() as f64;
    (share > 0.0 && share < 1.0)
        .then(|| normal_quantile(share))
        .flatten()
}

/// Acceleration by the grouped jackknife: `Σ n(θ̄ − θ_c)³ / (6·(Σ n(θ̄ − θ_c)²)^{3/2})` over cells of
/// `n` equal rows, `θ_c` the statistic with one row of the cell removed, `θ̄ = Σ n·θ_c / Σ n`.
///
/// 0 where nothing moves the statistic.
///
/// ```
/// use waage_core::interval::acceleration;
/// // 8 of 10: without a success 7/9, without a failure 8/9.
/// let a = acceleration(&[(8.0, 7.0 / 9.0), (2.0, 8.0 / 9.0)]);
/// assert!((a + 0.079_056_942).abs() < 1e-9);
/// ```
#[must_use]
pub fn acceleration(cells: &[(f64, f64)]) -> f64 {
    let rows: f64 = cells.iter().map(|(n, _)| n).sum();
    let mean = cells.iter().map(|(n, value)| n * value).sum::<f64>() / rows;
    let (mut squares, mut cubes) = (0.0, 0.0);
    for (n, value) in cells {
        let away = mean - value;
        squares += n * away * away;
        cubes += n * away * away * away;
    }
    if squares > 0.0 {
        cubes / (6.0 * squares * squares.sqrt())
    } else {
        0.0
    }
}

/// The percentile levels that BCa reads at a confidence `level`:
/// `Φ(z0 + (z0 + z)/(1 − a(z0 + z)))` for `z = ±z_level` (Efron 1987).
///
/// ```
/// use waage_core::interval::bca_levels;
/// let (low, high) = bca_levels(-0.067_239_757, -0.079_056_942, 0.95).unwrap();
/// assert!((low - 0.006_544_514).abs() < 1e-8 && (high - 0.942_847_203).abs() < 1e-8);
/// ```
#[must_use]
pub fn bca_levels(bias: f64, acceleration: f64, level: f64) -> Option<(f64, f64)> {
    let z = z_of_level(level)?;
    let at = |z: f64| {
        let moved = bias + z;
        let scale = 1.0 - acceleration * moved;
        (scale > 0.0).then(|| cdf(bias + moved / scale))
    };
    Some((at(-z)?, at(z)?))
}

/// The BCa interval of replicates in any order: their type-7 quantiles at [`bca_levels`]; the
/// percentile interval where the correction cannot be told.
#[must_use]
pub fn bca(replicates: &[f64], estimate: f64, acceleration: f64, level: f64) -> Interval {
    let levels = bias_correction(replicates, estimate)
        .and_then(|bias| bca_levels(bias, acceleration, level));
    let Some((low, high)) = levels else {
        return super::percentile(replicates, level);
    };
    let mut scratch = replicates.to_vec();
    Interval {
        low: quantile(&mut scratch, low),
        high: quantile(&mut scratch, high),
    }
}

/// Two-sided p-value of `null`: the level at which the BCa interval touches it. One replicate is
/// added beyond `null`, so that it is never 0.
#[must_use]
pub fn bca_p_value(replicates: &[f64], estimate: f64, acceleration: f64, null: f64) -> f64 {
    let count = replicates.len() as f64 + 1.0;
    let below = replicates.iter().filter(|v| **v <= null).count() as f64;
    let above = replicates.iter().filter(|v| **v >= null).count() as f64;
    let plain = (2.0 * (1.0 + below.min(above)) / count).min(1.0);
    let Some(bias) = bias_correction(replicates, estimate) else {
        return plain;
    };
    let lower_side = null < estimate;
    let tail = if lower_side {
        (1.0 + below) / count
    } else {
        (1.0 + above) / count
    };
    if tail >= 1.0 {
        return 1.0;
    }
    let Some(z) = normal_quantile(tail) else {
        return plain;
    };
    let away = if lower_side { z } else { -z } - bias;
    let scale = 1.0 + acceleration * away;
    if scale <= 0.0 {
        return plain;
    }
    let z = away / scale - bias;
    (2.0 * cdf(if lower_side { z } else { -z })).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every outcome of the binomial as often as its probability says, in ten-thousandths.
    fn binomial_replicates(n: u64, p: f64, total: f64) -> Vec<f64> {
        (0..=n)
            .flat_map(|k| {
                let mass = libm::exp(crate::special::ln_binomial_mass(k, n, p));
                let count = (mass * total).round() as usize;
                std::iter::repeat_n(k as f64 / n as f64, count)
            })
            .collect()
    }

    #[test]
    fn eight_of_ten_is_corrected_as_worked_out() {
        let replicates = binomial_replicates(10, 0.8, 1e7);
        let bias = bias_correction(&replicates, 0.8).unwrap();
        assert!((bias - -0.067_239_757).abs() < 1e-6, "{bias}");
        let a = acceleration(&[(8.0, 7.0 / 9.0), (2.0, 8.0 / 9.0)]);
        assert!((a - -0.079_056_942).abs() < 1e-9);
        // The quantiles of Bin(10, 0.8) at .0065 and .9428.
        let interval = bca(&replicates, 0.8, a, 0.95);
        assert_eq!(interval, Interval::new(0.5, 1.0));
    }

    #[test]
    fn without_bias_and_acceleration_it_is_the_percentile_interval() {
        let values: Vec<f64> = (0..=1000).map(f64::from).collect();
        let (got, want) = (
            bca(&values, 500.0, 0.0, 0.9),
            super::super::percentile(&values, 0.9),
        );
        assert!((got.low.unwrap() - want.low.unwrap()).abs() < 1e-6);
        assert!((got.high.unwrap() - want.high.unwrap()).abs() < 1e-6);
        // All on one side: nothing to correct by.
        assert_eq!(
            bca(&values, -1.0, 0.1, 0.9),
            super::super::percentile(&values, 0.9)
        );
    }

    #[test]
    fn p_values_are_the_level_that_touches() {
        let values: Vec<f64> = (0..4000).map(|i| f64::from(i) / 4000.0).collect();
        for (estimate, a) in [(0.45, 0.05), (0.55, -0.03), (0.5, 0.0)] {
            for level in [0.8, 0.95] {
                let Interval { low, high } = bca(&values, estimate, a, level);
                for end in [low.unwrap(), high.unwrap()] {
                    let p = bca_p_value(&values, estimate, a, end);
                    assert!((p - (1.0 - level)).abs() < 0.003, "{estimate} {level}: {p}");
                }
            }
        }
    }
}
