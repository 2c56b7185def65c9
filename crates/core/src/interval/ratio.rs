//! Closed-form intervals of the ratio `R = (x1/n1)/(x2/n2)` of two independent proportions.

use super::form::{Form, mover_ratio};
use super::{Interval, at_level, is_proportion};

/// Katz's log interval (1978): `R·exp(±z√(1/x1 − 1/n1 + 1/x2 − 1/n2))`. Undefined without successes
/// in both groups.
#[must_use]
pub fn katz_log(x1: f64, n1: f64, x2: f64, n2: f64, level: f64) -> Interval {
    at_level(level, |z| katz_log_z(x1, n1, x2, n2, z))
}

/// [`katz_log`] at the critical value `z`.
#[must_use]
pub fn katz_log_z(x1: f64, n1: f64, x2: f64, n2: f64, z: f64) -> Interval {
    if !is_proportion(x1, n1, z) || !is_proportion(x2, n2, z) || x1 == 0.0 || x2 == 0.0 {
        return Interval::NONE;
    }
    log_interval(x1, n1, x2, n2, z)
}

/// Katz's log interval after half a success more in each group (Walters 1985), centred on its own
/// ratio; defined also where there are no successes.
#[must_use]
pub fn katz_walters(x1: f64, n1: f64, x2: f64, n2: f64, level: f64) -> Interval {
    at_level(level, |z| katz_walters_z(x1, n1, x2, n2, z))
}

/// [`katz_walters`] at the critical value `z`.
#[must_use]
pub fn katz_walters_z(x1: f64, n1: f64, x2: f64, n2: f64, z: f64) -> Interval {
    if !is_proportion(x1, n1, z) || !is_proportion(x2, n2, z) {
        return Interval::NONE;
    }
    log_interval(x1 + 0.5, n1 + 0.5, x2 + 0.5, n2 + 0.5, z)
}

fn log_interval(x1: f64, n1: f64, x2: f64, n2: f64, z: f64) -> Interval {
    let ratio = (x1 / n1) / (x2 / n2);
    // 1/x − 1/n without cancellation.
    let variance = (n1 - x1) / (x1 * n1) + (n2 - x2) / (x2 * n2);
    let factor = libm::exp(z * f64::sqrt(variance));
    Interval::new(ratio / factor, ratio * factor)
}

/// The MOVER interval of Donner & Zou (2012) from Wilson's limits (l, u) of each proportion:
/// `[p̂1p̂2 ∓ √((p̂1p̂2)² − l1u2(2p̂1−l1)(2p̂2−u2))]/(u2(2p̂2−u2))`, likewise above. Unbounded above
/// without successes in the second group, undefined without any.
#[must_use]
pub fn mover(x1: f64, n1: f64, x2: f64, n2: f64, level: f64) -> Interval {
    at_level(level, |z| mover_z(x1, n1, x2, n2, z))
}

/// [`mover`] at the critical value `z`.
#[must_use]
pub fn mover_z(x1: f64, n1: f64, x2: f64, n2: f64, z: f64) -> Interval {
    let of = |x, n| Form::Share((x, n)).limits_z(z);
    match (of(x1, n1), of(x2, n2)) {
        (Some(one), Some(other)) => mover_ratio(one, other),
        _ => Interval::NONE,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::assert_interval;
    use super::*;

    /// FORMULAS §4.3; Katz–Walters by statsmodels 0.15.0 `log-adjusted`.
    #[test]
    fn the_published_table() {
        for (x1, n1, x2, n2, katz, donner) in [
            (
                36.0,
                40.0,
                16.0,
                80.0,
                (2.868550199, 7.059315193),
                (2.902603770, 7.112619986),
            ),
            (
                24.0,
                60.0,
                60.0,
                100.0,
                (0.470366427, 0.944889811),
                (0.463698837, 0.925911578),
            ),
            (
                10.0,
                40.0,
                60.0,
                100.0,
                (0.237978463, 0.729524465),
                (0.233048429, 0.694118430),
            ),
            (
                2.0,
                40.0,
                12.0,
                50.0,
                (0.049456338, 0.877597888),
                (0.054535947, 0.782682188),
            ),
        ] {
            assert_interval(katz_log(x1, n1, x2, n2, 0.95), katz.0, katz.1);
            assert_interval(mover(x1, n1, x2, n2, 0.95), donner.0, donner.1);
        }
        assert_interval(
            katz_walters(36.0, 40.0, 16.0, 80.0, 0.95),
            2.825722898907,
            6.841793840993,
        );
        assert_interval(
            katz_walters(24.0, 60.0, 60.0, 100.0, 0.95),
            0.476733832654,
            0.949219867942,
        );
        assert_interval(
            katz_walters(2.0, 40.0, 12.0, 50.0, 0.95),
            0.068412194912,
            0.909073874104,
        );
    }

    #[test]
    fn empty_cells_are_settled() {
        assert_eq!(katz_log(0.0, 10.0, 3.0, 10.0, 0.95), Interval::NONE);
        assert_eq!(mover(0.0, 10.0, 0.0, 10.0, 0.95), Interval::NONE);
        assert_eq!(mover(0.0, 10.0, 4.0, 10.0, 0.95).low, Some(0.0));
        assert_eq!(mover(4.0, 10.0, 0.0, 10.0, 0.95).high, None);
        assert!(mover(4.0, 10.0, 0.0, 10.0, 0.95).low.unwrap() > 0.0);
        for at in [katz_log_z, katz_walters_z, mover_z] {
            assert_eq!(at(1.0, 0.0, 1.0, 2.0, 1.96), Interval::NONE);
            assert_eq!(at(1.0, 2.0, 3.0, 2.0, 1.96), Interval::NONE);
        }
    }

    #[test]
    fn swapping_groups_inverts_the_interval() {
        for at in [katz_log_z, katz_walters_z, mover_z] {
            for (x1, n1, x2, n2) in [
                (3.0, 9.0, 5.0, 70.0),
                (9.0, 9.0, 9.0, 9.0),
                (1.0, 1e9, 5e8, 1e9),
            ] {
                let (a, b) = (at(x1, n1, x2, n2, 1.96), at(x2, n2, x1, n1, 1.96));
                assert!(
                    (a.low.unwrap() * b.high.unwrap() - 1.0).abs() < 1e-9,
                    "{a:?} {b:?}"
                );
            }
        }
    }
}
