//! Intervals of one proportion: `x` successes in `n` trials.

use super::{Interval, at_level, is_proportion};
use crate::special::{beta_inc_inv, sf};

/// Wilson's score interval (1927), the default for proportions:
/// `[p̂ + z²/2n ± z√(p̂q̂/n + z²/4n²)] / (1 + z²/n)`. Exactly 0 below when x = 0 and exactly 1 above
/// when x = n; fractional counts are taken as they are. Undefined unless 0 ≤ x ≤ n and n > 0.
///
/// ```
/// let i = waage_core::interval::wilson(8.0, 10.0, 0.95);
/// assert!((i.low.unwrap() - 0.490162472).abs() < 1e-9);
/// ```
#[must_use]
pub fn wilson(x: f64, n: f64, level: f64) -> Interval {
    at_level(level, |z| wilson_z(x, n, z))
}

/// [`wilson`] at the critical value `z`.
#[must_use]
pub fn wilson_z(x: f64, n: f64, z: f64) -> Interval {
    if !is_proportion(x, n, z) {
        return Interval::NONE;
    }
    let (low, high) = wilson_limits(x, n, z);
    Interval::new(low, high)
}

/// Wilson's limits for counts known to make a proportion.
pub(super) fn wilson_limits(x: f64, n: f64, z: f64) -> (f64, f64) {
    let square = z * z;
    let half = z * f64::sqrt(x * ((n - x) / n) + square / 4.0);
    let high = if x == n {
        1.0
    } else {
        (x + square / 2.0 + half) / (n + square)
    };
    // The product of the two roots is x²/(n(n + z²)): no cancellation for rare events.
    let low = if x == 0.0 {
        0.0
    } else {
        x * x / (n * (x + square / 2.0 + half))
    };
    (low, high)
}

/// Wilson's interval with continuity correction (Newcombe 1998, method 4); conservative. 0 below
/// when x = 0, 1 above when x = n. Undefined as [`wilson`].
#[must_use]
pub fn wilson_cc(x: f64, n: f64, level: f64) -> Interval {
    at_level(level, |z| wilson_cc_z(x, n, z))
}

/// [`wilson_cc`] at the critical value `z`.
#[must_use]
pub fn wilson_cc_z(x: f64, n: f64, z: f64) -> Interval {
    if !is_proportion(x, n, z) {
        return Interval::NONE;
    }
    let square = z * z;
    let (p, q) = (x / n, (n - x) / n);
    let width = |inner: f64| z * f64::sqrt(inner.max(0.0));
    let below = width(square - 2.0 - 1.0 / n + 4.0 * p * (n * q + 1.0));
    let above = width(square + 2.0 - 1.0 / n + 4.0 * p * (n * q - 1.0));
    let scale = 2.0 * (n + square);
    let low = if x == 0.0 {
        0.0
    } else {
        (2.0 * x + square - 1.0 - below) / scale
    };
    let high = if x == n {
        1.0
    } else {
        (2.0 * x + square + 1.0 + above) / scale
    };
    Interval::new(low.max(0.0), high.min(1.0))
}

/// The exact interval of Clopper & Pearson (1934), `B⁻¹(α/2; x, n−x+1)` and `B⁻¹(1−α/2; x+1, n−x)`;
/// its coverage is never below the level, and often far above. Undefined as [`wilson`].
#[must_use]
pub fn clopper_pearson(x: f64, n: f64, level: f64) -> Interval {
    at_level(level, |z| clopper_pearson_z(x, n, z))
}

/// [`clopper_pearson`] at the critical value `z`.
#[must_use]
pub fn clopper_pearson_z(x: f64, n: f64, z: f64) -> Interval {
    if !is_proportion(x, n, z) {
        return Interval::NONE;
    }
    beta_interval((x, n - x + 1.0), (x + 1.0, n - x), x, n, z)
}

/// Jeffreys' interval: the quantiles of Beta(x + ½, n − x + ½), with 0 below when x = 0 and 1 above
/// when x = n (Brown, Cai & DasGupta 2001). Undefined as [`wilson`].
#[must_use]
pub fn jeffreys(x: f64, n: f64, level: f64) -> Interval {
    at_level(level, |z| jeffreys_z(x, n, z))
}

/// [`jeffreys`] at the critical value `z`.
#[must_use]
pub fn jeffreys_z(x: f64, n: f64, z: f64) -> Interval {
    if !is_proportion(x, n, z) {
        return Interval::NONE;
    }
    let shape = (x + 0.5, n - x + 0.5);
    beta_interval(shape, shape, x, n, z)
}

fn beta_interval(below: (f64, f64), above: (f64, f64), x: f64, n: f64, z: f64) -> Interval {
    let tail = sf(z);
    let low = if x == 0.0 {
        Some(0.0)
    } else {
        beta_inc_inv(below.0, below.1, tail)
    };
    // The upper quantile as the mirrored lower one: a small tail keeps its digits.
    let high = if x == n {
        Some(1.0)
    } else {
        beta_inc_inv(above.1, above.0, tail).map(|mirrored| 1.0 - mirrored)
    };
    Interval { low, high }
}

/// Agresti & Coull (1998): Wald's interval around `p̃ = (x + z²/2)/(n + z²)` with `ñ = n + z²`
/// trials, cut to [0, 1]. Undefined as [`wilson`].
#[must_use]
pub fn agresti_coull(x: f64, n: f64, level: f64) -> Interval {
    at_level(level, |z| agresti_coull_z(x, n, z))
}

/// [`agresti_coull`] at the critical value `z`.
#[must_use]
pub fn agresti_coull_z(x: f64, n: f64, z: f64) -> Interval {
    if !is_proportion(x, n, z) {
        return Interval::NONE;
    }
    let trials = n + z * z;
    let p = (x + z * z / 2.0) / trials;
    let half = z * f64::sqrt(p * (1.0 - p) / trials);
    Interval::new((p - half).max(0.0), (p + half).min(1.0))
}

#[cfg(test)]
mod tests {
    use super::super::tests::assert_interval;
    use super::*;

    /// FORMULAS §4.1 and statsmodels 0.15.0 `proportion_confint` (Agresti–Coull).
    #[test]
    fn the_published_table() {
        for (x, n, w, cc, cp, j, ac) in [
            (
                8.0,
                10.0,
                (0.490162472, 0.943317849),
                (0.442181424, 0.964573056),
                (0.443904538, 0.974789274),
                (0.497225504, 0.955940586),
                (0.479367590566, 0.954112729516),
            ),
            (
                0.0,
                20.0,
                (0.0, 0.161125158),
                (0.0, 0.200453345),
                (0.0, 0.168433471),
                (0.0, 0.116638983),
                (0.0, 0.189809560542),
            ),
            (
                81.0,
                263.0,
                (0.255288520, 0.366209577),
                (0.253508682, 0.368176201),
                (0.252736746, 0.367621923),
                (0.254521935, 0.365647499),
                (0.255220665190, 0.366277431671),
            ),
        ] {
            assert_interval(wilson(x, n, 0.95), w.0, w.1);
            assert_interval(wilson_cc(x, n, 0.95), cc.0, cc.1);
            assert_interval(clopper_pearson(x, n, 0.95), cp.0, cp.1);
            assert_interval(jeffreys(x, n, 0.95), j.0, j.1);
            assert_interval(agresti_coull(x, n, 0.95), ac.0, ac.1);
        }
    }

    const ALL: [fn(f64, f64, f64) -> Interval; 5] = [
        wilson_z,
        wilson_cc_z,
        clopper_pearson_z,
        jeffreys_z,
        agresti_coull_z,
    ];

    #[test]
    fn limits_are_ordered_mirrored_and_widen() {
        for at in ALL {
            for n in [1.0, 7.0, 30.0, 1000.0, 1e9] {
                for x in [0.0, 1.0, n / 2.0, n - 1.0, n] {
                    let mut previous = None;
                    for z in [0.0, 0.5, 1.96, 3.9, 8.0] {
                        let i = at(x, n, z);
                        let (low, high) = (i.low.unwrap(), i.high.unwrap());
                        assert!(
                            (0.0..=high + 1e-15).contains(&low) && high <= 1.0,
                            "{x}/{n} {z} {i:?}"
                        );
                        let mirror = at(n - x, n, z);
                        assert!(
                            (1.0 - mirror.high.unwrap() - low).abs() < 1e-12,
                            "{x}/{n} {z}"
                        );
                        if let Some((l, h)) = previous {
                            assert!(
                                low <= l + 1e-15 && high >= h - 1e-15,
                                "{x}/{n} {z} {i:?} {l} {h}"
                            );
                        }
                        previous = Some((low, high));
                    }
                }
            }
        }
    }

    #[test]
    fn ends_are_exact_and_rare_events_keep_their_digits() {
        assert_eq!(wilson(0.0, 20.0, 0.95).low, Some(0.0));
        assert_eq!(wilson(20.0, 20.0, 0.95).high, Some(1.0));
        let one = wilson_z(1.0, 1e12, 1.0).low.unwrap();
        // The smaller root of p² (n + 1) − 3p + 1/n at n → ∞ is (3 − √5)/2n.
        assert!(
            (one * 1e12 - (3.0 - 5f64.sqrt()) / 2.0).abs() < 1e-11,
            "{one}"
        );
    }

    #[test]
    fn nonsense_has_no_interval() {
        for at in ALL {
            for (x, n) in [
                (1.0, 0.0),
                (3.0, 2.0),
                (-1.0, 5.0),
                (f64::NAN, 5.0),
                (1.0, f64::INFINITY),
            ] {
                assert_eq!(at(x, n, 1.96), Interval::NONE);
            }
            assert_eq!(at(1.0, 5.0, f64::NAN), Interval::NONE);
        }
        assert_eq!(wilson(1.0, 5.0, 1.0), Interval::NONE);
        assert_eq!(wilson(1.0, 5.0, f64::NAN), Interval::NONE);
    }
}
