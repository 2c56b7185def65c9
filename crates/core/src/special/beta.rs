//! The regularised incomplete beta function and its inverse.

use super::mass::ln_beta_term;
use super::normal::quantile_open;

/// The regularised incomplete beta function `I_x(a, b)`, the distribution function of a beta
/// variable, for a, b > 0 and x in [0, 1]; otherwise `None`.
///
/// ```
/// // Three of four uniform values: I_x(2, 3) = 6x² − 8x³ + 3x⁴.
/// let p = waage_core::special::beta_inc(2.0, 3.0, 0.1).unwrap();
/// assert!((p - 0.0523).abs() < 1e-15);
/// ```
#[must_use]
pub fn beta_inc(a: f64, b: f64, x: f64) -> Option<f64> {
    tails(a, b, x).map(|(lower, _)| lower)
}

/// `1 − I_x(a, b)`, without cancellation.
#[must_use]
pub fn beta_inc_upper(a: f64, b: f64, x: f64) -> Option<f64> {
    tails(a, b, x).map(|(_, upper)| upper)
}

/// The `x` with `I_x(a, b) = p`: the quantile of a beta variable, for a, b > 0 and p in [0, 1];
/// otherwise `None`.
#[must_use]
pub fn beta_inc_inv(a: f64, b: f64, p: f64) -> Option<f64> {
    if !is_shape(a) || !is_shape(b) || !(0.0..=1.0).contains(&p) {
        return None;
    }
    if p == 0.0 || p == 1.0 {
        return Some(p);
    }
    Some(if p <= 0.5 {
        expit(lower_quantile(a, b, p))
    } else {
        expit(-lower_quantile(b, a, 1.0 - p))
    })
}

fn is_shape(a: f64) -> bool {
    a > 0.0 && a.is_finite()
}

fn tails(a: f64, b: f64, x: f64) -> Option<(f64, f64)> {
    if !is_shape(a) || !is_shape(b) || !(0.0..=1.0).contains(&x) {
        return None;
    }
    if x == 0.0 || x == 1.0 {
        return Some((x, 1.0 - x));
    }
    let (lower_ln, below_mean) = ln_small_tail(a, b, x, 1.0 - x);
    let small = libm::exp(lower_ln).min(1.0);
    Some(if below_mean {
        (small, 1.0 - small)
    } else {
        (1.0 - small, small)
    })
}

/// The logarithm of the tail on x's side of the mean, and whether that is the lower one.
fn ln_small_tail(a: f64, b: f64, x: f64, y: f64) -> (f64, bool) {
    let term = ln_beta_term(a, b, x, y);
    if x * (a + b + 2.0) < a + 1.0 {
        (term + libm::log(fraction(a, b, x, y)), true)
    } else {
        (term + libm::log(fraction(b, a, y, x)), false)
    }
}

/// `I_x(a, b)·B(a, b) / (x^a·y^b)`, for x below about a/(a + b): the even part of the continued
/// fraction DLMF 8.17.22, as DiDonato and Morris (*Algorithm 708*, 1992, BFRAC) write it, with the
/// distance from the mean formed once and no differences after that. It takes of the order of
/// √max(a, b) steps.
fn fraction(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let distance = if a > b {
        (a + b) * y - b
    } else {
        a - (a + b) * x
    };
    let c = 1.0 + distance;
    let c0 = b / a;
    let c1 = 1.0 + 1.0 / a;
    let (mut above, mut below) = (0.0, 1.0);
    let mut value = c1 / c;
    let (mut p, mut s, mut n) = (1.0, a + 1.0, 0.0);
    let mut scale = c / c1;
    let mut next_above = 1.0;
    loop {
        n += 1.0;
        let t = n / a;
        let w = n * (b - n) * x;
        let e = a / s;
        let alpha = p * (p + c0) * e * e * (w * x);
        let beta = n + w / s + (t + 1.0) / (c1 + t + t) * (c + n * (y + 1.0));
        p = t + 1.0;
        s += 2.0;
        (above, next_above) = (next_above, alpha * above + beta * next_above);
        (below, scale) = (scale, alpha * below + beta * scale);
        let previous = value;
        value = next_above / scale;
        if (value - previous).abs() <= f64::EPSILON * value || n > STEPS_MAX {
            return value;
        }
        above /= scale;
        below /= scale;
        next_above = value;
        scale = 1.0;
    }
}

/// Enough for shapes beyond 10^12; a bound so that no argument can hang.
const STEPS_MAX: f64 = 1e7;

/// The logit t of the quantile at p ≤ ½, by Newton's method on `ln I(t) = ln p`.
///
/// A beta variable on the logit scale has a log-concave density `x^a·y^b / B(a, b)`, so `ln I` is
/// concave and Newton's steps, once left of the root, climb to it and cannot overshoot.
fn lower_quantile(a: f64, b: f64, p: f64) -> f64 {
    let ln_p = libm::log(p);
    let spread = f64::sqrt(1.0 / a + 1.0 / b);
    let mut t = libm::log(a / b) + (quantile_open(p) * spread).max(-1.0 / a.min(1.0) - 3.0);
    for _ in 0..100 {
        let (x, y) = (expit(t), expit(-t));
        let term = ln_beta_term(a, b, x, y);
        let (small, below_mean) = ln_small_tail(a, b, x, y);
        let ln_lower = if below_mean {
            small
        } else {
            libm::log1p(-libm::exp(small).min(1.0))
        };
        let step = (ln_p - ln_lower) * libm::exp(ln_lower - term);
        if !step.is_finite() {
            break;
        }
        t += step;
        if step.abs() <= 1e-15 * t.abs().max(1.0) {
            break;
        }
    }
    t
}

fn expit(t: f64) -> f64 {
    if t < 0.0 {
        let e = libm::exp(t);
        e / (1.0 + e)
    } else {
        1.0 / (1.0 + libm::exp(-t))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_close(got: f64, want: f64, relative: f64) {
        assert!(
            (got - want).abs() <= relative * want.abs(),
            "{got:e} is not {want:e}"
        );
    }

    /// mpmath 1.4.1 with 40 digits (its series); the tolerance grows with the argument's own
    /// rounding, which √(a + b) amplifies.
    #[test]
    fn values_are_accurate_from_tiny_to_huge_shapes() {
        for (a, b, x, want, relative) in [
            (0.5, 0.5, 0.3, 0.369_010_119_565_545_4, 1e-14),
            (2.0, 3.0, 0.1, 0.0523, 1e-14),
            (8.0, 3.0, 0.4, 0.012_294_553_6, 1e-14),
            (8.5, 2.5, 0.9, 0.857_003_263_645_956_3, 1e-14),
            (0.001, 2.0, 0.5, 0.999_806_746_536_947_7, 1e-14),
            (1.0, 1e9, 3e-9, 0.950_212_931_856_178, 1e-14),
            (1e4, 2e4, 0.33, 0.110_205_519_127_419_7, 1e-12),
            (1e6, 3e6, 0.2497, 0.082_901_251_517_886_7, 2e-12),
            (5e8, 5e8, 0.49993, 4.773_459_467_186_118e-6, 5e-11),
        ] {
            assert_close(beta_inc(a, b, x).unwrap(), want, relative);
            // The mirror image's argument 1 − x is rounded, so tiny x have none.
            if x > 0.01 {
                assert_close(
                    beta_inc_upper(b, a, 1.0 - x).unwrap(),
                    want,
                    20.0 * relative,
                );
            }
        }
    }

    /// mpmath 1.4.1 with 40 digits, by Newton's method from scipy 1.17.1.
    #[test]
    fn inverses_are_accurate() {
        for (a, b, p, want) in [
            (8.0, 3.0, 0.025, 0.443_904_537_692_358_5),
            (9.0, 2.0, 0.975, 0.974_789_273_673_166_6),
            (0.5, 20.5, 0.975, 0.116_638_982_904_875_4),
            (81.5, 182.5, 0.025, 0.254_521_934_991_023_5),
            (1e6, 3e6, 1e-6, 0.248_971_754_480_882_88),
            (1.0, 1e9, 0.3, 3.566_749_438_751_239e-10),
            (0.001, 2.0, 0.9, 6.433_272_683_804_173e-47),
            (3.0, 1e9, 1e-12, 1.817_203_144_446_376e-13),
        ] {
            let relative = if a < 0.01 { 2e-12 } else { 1e-13 };
            assert_close(beta_inc_inv(a, b, p).unwrap(), want, relative);
        }
    }

    #[test]
    fn the_inverse_undoes_the_function() {
        for a in [0.3, 1.0, 2.5, 40.0, 3000.0] {
            for b in [0.5, 1.0, 7.0, 900.0] {
                for p in [1e-12, 1e-4, 0.025, 0.3, 0.5, 0.9, 0.975, 0.999] {
                    let x = beta_inc_inv(a, b, p).unwrap();
                    // Near 1 the spacing of x itself limits what can be had.
                    if x < 0.99 {
                        assert_close(beta_inc(a, b, x).unwrap(), p, 1e-10);
                    }
                }
            }
        }
    }

    #[test]
    fn ends_and_nonsense_are_settled() {
        assert_eq!(beta_inc(2.0, 3.0, 0.0), Some(0.0));
        assert_eq!(beta_inc_upper(2.0, 3.0, 1.0), Some(0.0));
        assert_eq!(beta_inc(0.0, 3.0, 0.5), None);
        assert_eq!(beta_inc(2.0, 3.0, 1.5), None);
        assert_eq!(beta_inc_inv(2.0, f64::NAN, 0.5), None);
        assert_eq!(beta_inc_inv(2.0, 3.0, f64::NAN), None);
        assert_eq!(
            [0.0, 1.0].map(|p| beta_inc_inv(2.0, 3.0, p)),
            [Some(0.0), Some(1.0)]
        );
    }
}
