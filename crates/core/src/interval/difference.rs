//! Intervals of the difference `d = x1/n1 − x2/n2` of two independent proportions.

use super::form::{Form, mover_difference};
use super::{Interval, at_level, clipped, is_proportion, root};

/// Newcombe's hybrid score interval (1998, method 10), the default for differences. With Wilson's
/// limits (l, u) of each: `d − √((p̂1−l1)² + (u2−p̂2)²)` to `d + √((u1−p̂1)² + (p̂2−l2)²)`, in [−1, 1].
/// Undefined unless both are proportions.
///
/// ```
/// let i = waage_core::interval::newcombe(56.0, 70.0, 48.0, 80.0, 0.95);
/// assert!((i.low.unwrap() - 0.052431472).abs() < 1e-9);
/// ```
#[must_use]
pub fn newcombe(x1: f64, n1: f64, x2: f64, n2: f64, level: f64) -> Interval {
    at_level(level, |z| newcombe_z(x1, n1, x2, n2, z))
}

/// [`newcombe`] at the critical value `z`.
#[must_use]
pub fn newcombe_z(x1: f64, n1: f64, x2: f64, n2: f64, z: f64) -> Interval {
    let of = |x, n| Form::Share((x, n)).limits_z(z);
    match (of(x1, n1), of(x2, n2)) {
        (Some(one), Some(other)) => clipped(mover_difference(one, other)),
        _ => Interval::NONE,
    }
}

/// Agresti & Caffo (2000): Wald's interval after one more success and one more failure in each
/// group, cut to [−1, 1]. Undefined as [`newcombe`].
#[must_use]
pub fn agresti_caffo(x1: f64, n1: f64, x2: f64, n2: f64, level: f64) -> Interval {
    at_level(level, |z| agresti_caffo_z(x1, n1, x2, n2, z))
}

/// [`agresti_caffo`] at the critical value `z`.
#[must_use]
pub fn agresti_caffo_z(x1: f64, n1: f64, x2: f64, n2: f64, z: f64) -> Interval {
    if !is_proportion(x1, n1, z) || !is_proportion(x2, n2, z) {
        return Interval::NONE;
    }
    let rate = |x: f64, n: f64| (x + 1.0) / (n + 2.0);
    let (p1, p2) = (rate(x1, n1), rate(x2, n2));
    let half = z * f64::sqrt(p1 * (1.0 - p1) / (n1 + 2.0) + p2 * (1.0 - p2) / (n2 + 2.0));
    clipped(Interval::new(p1 - p2 - half, p1 - p2 + half))
}

/// The score interval of Miettinen & Nurminen (1985): all δ with
/// `(d − δ)² ≤ z²·[p̃1(1−p̃1)/n1 + p̃2(1−p̃2)/n2]·N/(N−1)`, where p̃ is the maximum-likelihood estimate
/// under `p1 − p2 = δ`. Limits to 1e-12. Undefined as [`newcombe`] and for one row in all.
#[must_use]
pub fn miettinen_nurminen(x1: f64, n1: f64, x2: f64, n2: f64, level: f64) -> Interval {
    at_level(level, |z| miettinen_nurminen_z(x1, n1, x2, n2, z))
}

/// [`miettinen_nurminen`] at the critical value `z`.
#[must_use]
pub fn miettinen_nurminen_z(x1: f64, n1: f64, x2: f64, n2: f64, z: f64) -> Interval {
    let total = n1 + n2;
    if !is_proportion(x1, n1, z) || !is_proportion(x2, n2, z) || total <= 1.0 {
        return Interval::NONE;
    }
    let d = x1 / n1 - x2 / n2;
    if z == 0.0 {
        return Interval::new(d, d);
    }
    if x1 + x2 > total / 2.0 {
        // The cubic keeps its digits near 0, not near 1: count the failures.
        let Interval { low, high } = miettinen_nurminen_z(n1 - x1, n1, n2 - x2, n2, z);
        return Interval {
            low: high.map(|h| -h),
            high: low.map(|l| -l),
        };
    }
    let score = |delta: f64| {
        let p2 = constrained_rate(x1, n1, x2, n2, delta);
        let p1 = (p2 + delta).clamp(0.0, 1.0);
        let variance = (p1 * (1.0 - p1) / n1 + p2 * (1.0 - p2) / n2) * (total / (total - 1.0));
        let gap = d - delta;
        if gap == 0.0 {
            0.0
        } else {
            gap / f64::sqrt(variance)
        }
    };
    let limit = |bound: f64, signed: f64| {
        if d == bound {
            return bound;
        }
        let f = |delta: f64| score(delta) - signed;
        root::between(f, (d, -signed), (bound, f(bound)), 1e-13)
    };
    clipped(Interval::new(limit(-1.0, z), limit(1.0, -z)))
}

/// The likelihood's maximum p̃2 under `p1 = p2 + δ`: the middle root of a cubic, in closed form,
/// polished by Newton's method because the arc cosine loses half its digits near ±1.
fn constrained_rate(x1: f64, n1: f64, x2: f64, n2: f64, delta: f64) -> f64 {
    let (least, most) = ((-delta).max(0.0), (1.0 - delta).min(1.0));
    if least >= most {
        return least.min(1.0);
    }
    let total = n1 + n2;
    let successes = x1 + x2;
    let c2 = (n1 + 2.0 * n2) * delta - total - successes;
    let c1 = (n2 * delta - total - 2.0 * x2) * delta + successes;
    let c0 = x2 * delta * (1.0 - delta);
    let shift = c2 / (3.0 * total);
    let q = shift * shift * shift - c1 * c2 / (6.0 * total * total) + c0 / (2.0 * total);
    let reach = f64::sqrt((shift * shift - c1 / (3.0 * total)).max(0.0));
    let reach = if q < 0.0 { -reach } else { reach };
    let cube = reach * reach * reach;
    let ratio = if cube == 0.0 {
        0.0
    } else {
        (q / cube).clamp(-1.0, 1.0)
    };
    let angle = (std::f64::consts::PI + libm::acos(ratio)) / 3.0;
    let mut p = (2.0 * reach * libm::cos(angle) - shift).clamp(least, most);
    for _ in 0..6 {
        let value = ((total * p + c2) * p + c1) * p + c0;
        let slope = (3.0 * total * p + 2.0 * c2) * p + c1;
        let step = value / slope;
        if slope != 0.0 && step.abs() < 1e-6 {
            p = (p - step).clamp(least, most);
        }
    }
    p
}

#[cfg(test)]
mod tests {
    use super::super::tests::assert_interval;
    use super::*;

    /// FORMULAS §4.2.
    #[test]
    fn the_published_table() {
        assert_interval(
            newcombe(56.0, 70.0, 48.0, 80.0, 0.95),
            0.052431472,
            0.333872654,
        );
        assert_interval(
            newcombe(9.0, 10.0, 3.0, 10.0, 0.95),
            0.170522724,
            0.809017974,
        );
        assert_interval(newcombe(10.0, 10.0, 0.0, 10.0, 0.95), 0.607509350, 1.0);
        assert_interval(
            newcombe(24.0, 60.0, 60.0, 100.0, 0.95),
            -0.345855345,
            -0.040108933,
        );
        assert_interval(
            newcombe(24.0, 60.0, 60.0, 100.0, 0.90),
            -0.324219695,
            -0.065736602,
        );
        assert_interval(
            agresti_caffo(56.0, 70.0, 48.0, 80.0, 0.95),
            0.052452927,
            0.335758455,
        );
        assert_interval(
            agresti_caffo(24.0, 60.0, 60.0, 100.0, 0.95),
            -0.349612773,
            -0.040014046,
        );
        assert_eq!(agresti_caffo(10.0, 10.0, 0.0, 10.0, 0.95).high, Some(1.0));
        // FORMULAS §4.8, the 90 % intervals of the verdicts.
        assert_interval(
            newcombe(205.0, 500.0, 200.0, 500.0, 0.90),
            -0.040974008,
            0.060900738,
        );
        assert_interval(
            newcombe(21.0, 50.0, 20.0, 50.0, 0.90),
            -0.138533456,
            0.177128810,
        );
    }

    /// Own code in mpmath 1.4.1: the likelihood maximised and the score solved with 40 digits.
    #[test]
    fn miettinen_nurminen_agrees_with_forty_digits() {
        for (x1, n1, x2, n2, low, high) in [
            (56.0, 70.0, 48.0, 80.0, 0.0528297132458, 0.3381729400159),
            (9.0, 10.0, 3.0, 10.0, 0.1700250164244, 0.8406495439433),
            (10.0, 10.0, 0.0, 10.0, 0.6636415518948, 1.0),
            (24.0, 60.0, 60.0, 100.0, -0.3497892595725, -0.0396610699654),
            (0.0, 20.0, 3.0, 30.0, -0.2581952116675, 0.0707388645663),
        ] {
            assert_interval(miettinen_nurminen(x1, n1, x2, n2, 0.95), low, high);
        }
    }

    type At = fn(f64, f64, f64, f64, f64) -> Interval;

    const ALL: [At; 3] = [newcombe_z, agresti_caffo_z, miettinen_nurminen_z];

    #[test]
    fn swapping_groups_turns_the_interval_round() {
        for at in ALL {
            for (n1, n2) in [(1.0, 3.0), (30.0, 30.0), (1000.0, 12.0), (1e9, 1e9)] {
                for (p1, p2) in [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.1, 0.4), (0.97, 0.5)] {
                    let (x1, x2) = (f64::round(p1 * n1), f64::round(p2 * n2));
                    for z in [0.5, 1.96, 3.9] {
                        let (a, b) = (at(x1, n1, x2, n2, z), at(x2, n2, x1, n1, z));
                        let (low, high) = (a.low.unwrap(), a.high.unwrap());
                        assert!((-1.0..=1.0).contains(&low) && (low..=1.0).contains(&high));
                        assert!(
                            (low + b.high.unwrap()).abs() < 1e-9,
                            "{x1}/{n1} {x2}/{n2} {a:?} {b:?}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn nonsense_has_no_interval() {
        for at in ALL {
            assert_eq!(at(1.0, 0.0, 1.0, 2.0, 1.96), Interval::NONE);
            assert_eq!(at(1.0, 2.0, 3.0, 2.0, 1.96), Interval::NONE);
            assert_eq!(at(1.0, 2.0, f64::NAN, 2.0, 1.96), Interval::NONE);
        }
        assert_eq!(newcombe(1.0, 2.0, 1.0, 2.0, 0.0), Interval::NONE);
    }
}
