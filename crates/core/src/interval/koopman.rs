//! Koopman's score interval of the ratio of two independent proportions.

use super::{Interval, at_level, is_proportion, root};

/// Koopman's score interval (1984), the default for ratios: all R₀ with
/// `(p̂1 − R₀p̂2)² ≤ z²·[p̃1(1−p̃1)/n1 + R₀²p̃2(1−p̃2)/n2]`, where p̃ is the maximum-likelihood estimate
/// under `p1 = R₀p2`. Exactly 0 below when x1 = 0, unbounded above when x2 = 0, undefined when both
/// are 0 or a group has no rows. Limits to about 1e-13 relative.
///
/// ```
/// let i = waage_core::interval::koopman(36.0, 40.0, 16.0, 80.0, 0.95);
/// assert!((i.low.unwrap() - 2.939569192).abs() < 1e-9);
/// ```
#[must_use]
pub fn koopman(x1: f64, n1: f64, x2: f64, n2: f64, level: f64) -> Interval {
    at_level(level, |z| koopman_z(x1, n1, x2, n2, z))
}

/// [`koopman`] at the critical value `z`.
#[must_use]
pub fn koopman_z(x1: f64, n1: f64, x2: f64, n2: f64, z: f64) -> Interval {
    if !is_proportion(x1, n1, z) || !is_proportion(x2, n2, z) || (x1 == 0.0 && x2 == 0.0) {
        return Interval::NONE;
    }
    let pair = Pair { x1, n1, x2, n2 };
    if z == 0.0 {
        let ratio = (x2 > 0.0).then(|| (x1 / n1) / (x2 / n2));
        return Interval {
            low: ratio,
            high: ratio,
        };
    }
    let low = if x1 == 0.0 { Some(0.0) } else { pair.limit(z) };
    // The upper limit is the inverse of the lower one of the swapped groups.
    let high = if x2 == 0.0 {
        None
    } else {
        pair.swapped().limit(z).map(|inverse| 1.0 / inverse)
    };
    Interval { low, high }
}

#[derive(Clone, Copy)]
struct Pair {
    x1: f64,
    n1: f64,
    x2: f64,
    n2: f64,
}

impl Pair {
    fn swapped(self) -> Self {
        Self {
            x1: self.x2,
            n1: self.n2,
            x2: self.x1,
            n2: self.n1,
        }
    }

    /// The R₀ below the estimate at which the score is z, for x1 > 0; sought on its logarithm.
    fn limit(self, z: f64) -> Option<f64> {
        let f = |t: f64| self.score(libm::exp(t)) - z;
        let (x1, n1, x2, n2) = (self.x1 + 0.5, self.n1 + 0.5, self.x2 + 0.5, self.n2 + 0.5);
        let spread = f64::sqrt((n1 - x1) / (x1 * n1) + (n2 - x2) / (x2 * n2) + 0.25 / (n1 * n2));
        let mut width = 1.1 * z * spread;
        let centre = libm::log((x1 / n1) / (x2 / n2));
        let mut high = (centre, f(centre));
        // The score falls with R₀: from infinity at 0 to the estimate's 0 and below.
        let mut step = width;
        while high.1 > 0.0 {
            if high.0 > T_MAX {
                return None;
            }
            let t = high.0 + step;
            high = (t, f(t));
            step *= 2.0;
        }
        let mut low = high;
        while low.1 <= 0.0 {
            if low.0 < -T_MAX {
                return None;
            }
            high = low;
            let t = low.0 - width;
            low = (t, f(t));
            width *= 2.0;
        }
        Some(libm::exp(root::between(f, low, high, 1e-13)))
    }

    /// `(p̂1 − R₀p̂2)/√V`, with the roots of the likelihood's quadratic written so that nothing
    /// cancels: `B² − 4AC = (R₀(n1+x2) − (n2+x1))² + 4R₀(n1−x1)(n2−x2)`, and `1 − p̃` has a quadratic
    /// of its own.
    fn score(self, r: f64) -> f64 {
        let Self { x1, n1, x2, n2 } = self;
        let gap = x1 / n1 - r * (x2 / n2);
        if gap == 0.0 {
            return 0.0;
        }
        let (total, misses1, misses2) = (n1 + n2, n1 - x1, n2 - x2);
        let (a, b) = (r * (n1 + x2), n2 + x1);
        let root = f64::sqrt((a - b) * (a - b) + 4.0 * r * misses1 * misses2);
        let p2 = 2.0 * (x1 + x2) / (a + b + root);
        // 1 − p̃2 = [(2A − B) + √D]/2A and 1 − p̃1 = [(2N − B) + √D]/2N
        let half2 = r * (n2 + misses2 + n1) - b;
        let q2 = stable(half2, root, 2.0 * total * r, 2.0 * (r - 1.0) * misses2);
        let half1 = n1 + misses1 + n2 - a;
        let q1 = stable(half1, root, 2.0 * total, 2.0 * (1.0 - r) * misses1);
        let p1 = r * p2;
        let variance = p1 * q1 / n1 + r * r * p2 * q2 / n2;
        gap / f64::sqrt(variance)
    }
}

/// `(half + root)/under`, or the equal `product/(half − root)` where the sum would cancel.
fn stable(half: f64, root: f64, under: f64, product: f64) -> f64 {
    let q = if half >= 0.0 {
        (half + root) / under
    } else {
        product / (half - root)
    };
    q.clamp(0.0, 1.0)
}

/// `ln R₀` beyond which the search gives up: `e^±600` is still a number.
const T_MAX: f64 = 600.0;

#[cfg(test)]
mod tests {
    use super::super::tests::assert_interval;
    use super::*;

    /// FORMULAS §4.3.
    #[test]
    fn the_published_table() {
        assert_interval(
            koopman(36.0, 40.0, 16.0, 80.0, 0.95),
            2.939569192,
            7.152223435,
        );
        assert_interval(
            koopman(24.0, 60.0, 60.0, 100.0, 0.95),
            0.461550902,
            0.925807470,
        );
        assert_interval(
            koopman(10.0, 40.0, 60.0, 100.0, 0.95),
            0.231881831,
            0.692233781,
        );
        assert_interval(
            koopman(2.0, 40.0, 12.0, 50.0, 0.95),
            0.053807526,
            0.761122210,
        );
    }

    /// The score as FORMULAS prints it.
    fn printed_score(r: f64, x1: f64, n1: f64, x2: f64, n2: f64) -> f64 {
        let (a, b, c) = ((n1 + n2) * r, n1 * r + x1 + n2 + x2 * r, x1 + x2);
        let p2 = (b - (b * b - 4.0 * a * c).max(0.0).sqrt()) / (2.0 * a);
        let p1 = r * p2;
        let variance = p1 * (1.0 - p1) / n1 + r * r * p2 * (1.0 - p2) / n2;
        (x1 / n1 - r * x2 / n2) / variance.sqrt()
    }

    #[test]
    fn limits_solve_the_printed_equation() {
        for n1 in [5.0, 40.0, 300.0] {
            for n2 in [5.0, 90.0] {
                for (p1, p2) in [(0.2, 0.4), (0.6, 0.2), (1.0, 0.6), (0.0, 0.4), (0.8, 0.8)] {
                    let (x1, x2) = (f64::round(p1 * n1), f64::round(p2 * n2));
                    for z in [0.3, 1.644_853_627, 1.959_963_985, 3.890_591_886] {
                        let Interval { low, high } = koopman_z(x1, n1, x2, n2, z);
                        let (low, high) = (low.unwrap(), high.unwrap());
                        if x1 > 0.0 {
                            let score = printed_score(low, x1, n1, x2, n2);
                            assert!((score - z).abs() < 1e-7, "{x1}/{n1} {x2}/{n2} {z}: {score}");
                        }
                        let score = printed_score(high, x1, n1, x2, n2);
                        assert!((score + z).abs() < 1e-7, "{x1}/{n1} {x2}/{n2} {z}: {score}");
                    }
                }
            }
        }
    }

    #[test]
    fn empty_and_full_cells_are_settled() {
        let none = koopman(0.0, 10.0, 0.0, 10.0, 0.95);
        assert_eq!(none, Interval::NONE);
        let zero = koopman(0.0, 10.0, 5.0, 10.0, 0.95);
        assert_eq!(zero.low, Some(0.0));
        assert!((0.1..1.0).contains(&zero.high.unwrap()), "{zero:?}");
        let open = koopman(5.0, 10.0, 0.0, 10.0, 0.95);
        assert_eq!(open.high, None);
        assert!((1.0..10.0).contains(&open.low.unwrap()), "{open:?}");
        let full = koopman(10.0, 10.0, 10.0, 10.0, 0.95);
        // R₀ < 1: p̃2 = 1, p̃1 = R₀, so (1 − R₀)² = z²·R₀(1 − R₀)/10 and R₀ = 10/(10 + z²).
        let z = 1.959_963_984_540_054_f64;
        assert_interval(full, 10.0 / (10.0 + z * z), (10.0 + z * z) / 10.0);
        assert_eq!(koopman(1.0, 0.0, 1.0, 10.0, 0.95), Interval::NONE);
        assert_eq!(koopman(11.0, 10.0, 1.0, 10.0, 0.95), Interval::NONE);
        assert_eq!(
            koopman_z(5.0, 10.0, 4.0, 10.0, 0.0),
            Interval::new(1.25, 1.25)
        );
    }

    #[test]
    fn huge_counts_and_high_levels_hold() {
        for n in [1e3, 1e6, 1e9] {
            for (x1, x2) in [
                (1.0, 1.0),
                (0.0, 1.0),
                (n, 1.0),
                (n, n - 1.0),
                (n - 1.0, n),
                (n / 2.0, n / 3.0),
                (1.0, n),
            ] {
                let mut previous = Interval::NONE;
                for level in [0.9999, 0.95, 0.5] {
                    let i = koopman(x1, n, x2, n, level);
                    let (low, high) = (i.low.unwrap(), i.high.unwrap());
                    let ratio = x1 / x2;
                    assert!(low <= ratio && ratio <= high, "{x1} {x2} {n} {i:?}");
                    assert!(
                        previous.contains(low) && previous.contains(high),
                        "{x1} {x2} {n}"
                    );
                    previous = i;
                    let swapped = koopman(x2, n, x1, n, level);
                    assert!(
                        (swapped.low.unwrap() * high - 1.0).abs() < 1e-15,
                        "{x1} {x2} {n}"
                    );
                }
            }
        }
        // Large samples: Katz's interval is the limit.
        let (k, katz) = (
            koopman(3e8, 1e9, 5e8, 1e9, 0.95),
            super::super::katz_log(3e8, 1e9, 5e8, 1e9, 0.95),
        );
        assert!((k.low.unwrap() - katz.low.unwrap()).abs() < 1e-8);
        assert!((k.high.unwrap() - katz.high.unwrap()).abs() < 1e-8);
    }
}
