//! The gamma function and the regularised incomplete gamma function.

use super::mass::ln_poisson_term;

/// `ln Γ(x)` for x > 0, otherwise `None`.
#[must_use]
pub fn ln_gamma(x: f64) -> Option<f64> {
    (x > 0.0).then(|| libm::lgamma(x))
}

/// The lower regularised incomplete gamma function `P(a, x)` for a > 0 and x ≥ 0, in [0, 1];
/// otherwise `None`.
#[must_use]
pub fn gamma_p(a: f64, x: f64) -> Option<f64> {
    tails(a, x).map(|(lower, _)| lower)
}

/// The upper regularised incomplete gamma function `Q(a, x) = 1 − P(a, x)`, without cancellation.
#[must_use]
pub fn gamma_q(a: f64, x: f64) -> Option<f64> {
    tails(a, x).map(|(_, upper)| upper)
}

/// The probability that a chi-square variable with `df` degrees of freedom exceeds `x`; `None`
/// unless df > 0 and x ≥ 0.
///
/// ```
/// let p = waage_core::special::chi_square_sf(6.015037594, 1.0).unwrap();
/// assert!((p - 0.014184476).abs() < 1e-9);
/// ```
#[must_use]
pub fn chi_square_sf(x: f64, df: f64) -> Option<f64> {
    gamma_q(df / 2.0, x / 2.0)
}

/// `(P, Q)`: a series left of the mean, Lentz's continued fraction right of it.
fn tails(a: f64, x: f64) -> Option<(f64, f64)> {
    if !(a > 0.0 && a.is_finite() && x >= 0.0) {
        return None;
    }
    if x == 0.0 {
        return Some((0.0, 1.0));
    }
    if x == f64::INFINITY {
        return Some((1.0, 0.0));
    }
    // x^a·e^−x / Γ(a + 1)
    let term = libm::exp(ln_poisson_term(a, x));
    if x < a + 1.0 {
        let mut sum = 1.0;
        let mut part = 1.0;
        let mut k = a;
        while part > sum * f64::EPSILON / 4.0 {
            k += 1.0;
            part *= x / k;
            sum += part;
        }
        let lower = (term * sum).min(1.0);
        return Some((lower, 1.0 - lower));
    }
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / f64::MIN_POSITIVE;
    let mut d = 1.0 / b;
    let mut fraction = d;
    let mut i = 0.0;
    loop {
        i += 1.0;
        let numerator = -i * (i - a);
        b += 2.0;
        d = 1.0 / away_from_zero(numerator * d + b);
        c = away_from_zero(b + numerator / c);
        let step = c * d;
        fraction *= step;
        if (step - 1.0).abs() <= f64::EPSILON {
            break;
        }
    }
    let upper = (term * a * fraction).min(1.0);
    Some((1.0 - upper, upper))
}

/// Lentz's guard against a vanishing denominator.
fn away_from_zero(x: f64) -> f64 {
    if x.abs() < f64::MIN_POSITIVE {
        f64::MIN_POSITIVE
    } else {
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// mpmath 1.4.1 with 40 digits.
    #[test]
    fn chi_square_tails_are_accurate() {
        for (x, df, want) in [
            (6.015_037_594, 1.0, 0.014_184_476_343_968_73),
            (15.736_651_947, 2.0, 3.826_744_334_449_17e-4),
            (1e-4, 3.0, 0.999_999_734_046_458_4),
            (3.5, 7.0, 0.835_225_482_610_342_1),
            (250.0, 200.0, 0.009_379_131_668_826_096),
            (1000.0, 3.0, 1.799_420_876_531_447_6e-216),
            (0.3, 0.5, 0.333_171_802_315_355_66),
        ] {
            let got = chi_square_sf(x, df).unwrap();
            // The exponential turns a rounded exponent into a relative error.
            let relative = 1e-14 - 2.0 * f64::EPSILON * f64::ln(want);
            assert!((got - want).abs() <= relative * want, "{x} {df}: {got:e}");
        }
    }

    #[test]
    fn ends_and_nonsense_are_settled() {
        assert_eq!(gamma_q(2.0, 0.0), Some(1.0));
        assert_eq!(gamma_q(2.0, f64::INFINITY), Some(0.0));
        assert_eq!(gamma_q(0.0, 1.0), None);
        assert_eq!(gamma_q(1.0, f64::NAN), None);
        assert_eq!(gamma_q(f64::INFINITY, 1.0), None);
        assert_eq!(ln_gamma(-0.5), None);
        assert_eq!(ln_gamma(1.0), Some(0.0));
    }

    #[test]
    fn one_degree_is_the_normal_tail() {
        for z in [0.01, 0.5, 1.0, 1.959_963_984_540_054, 5.0, 30.0] {
            let want = 2.0 * crate::special::sf(z);
            let got = chi_square_sf(z * z, 1.0).unwrap();
            assert!((got - want).abs() <= 3e-13 * want, "{z}: {got:e} {want:e}");
        }
    }
}
