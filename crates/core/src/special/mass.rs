//! Probability masses of discrete laws, accurate for counts up to 2^53.
//!
//! Differences of `ln Γ` lose all digits for large counts. C. Loader, *Fast and accurate computation
//! of binomial probabilities* (2000), splits a mass into Stirling errors and deviances, each small
//! and without cancellation.

const LN_2_PI: f64 = 1.837_877_066_409_345_5;
const HALF_LN_2_PI: f64 = 0.918_938_533_204_672_7;

/// `ln P(X = k)` for X binomial with `n` trials of probability `p`; −∞ where that is impossible or
/// `p` is not a probability.
///
/// ```
/// let mass = waage_core::special::ln_binomial_mass(3, 10, 0.2).exp();
/// assert!((mass - 0.201326592).abs() < 1e-12);
/// ```
#[must_use]
pub fn ln_binomial_mass(k: u64, n: u64, p: f64) -> f64 {
    if k > n || !(0.0..=1.0).contains(&p) {
        return f64::NEG_INFINITY;
    }
    ln_binomial_mass_real(k as f64, n as f64, p, 1.0 - p)
}

/// `ln P(X = k)` for X the number of marked units among `drawn` units taken without replacement
/// from `population` units of which `marked` are marked; −∞ where that is impossible.
///
/// ```
/// // Lady tasting tea: all four of four cups right.
/// let mass = waage_core::special::ln_hypergeometric_mass(4, 8, 4, 4).exp();
/// assert!((mass - 1.0 / 70.0).abs() < 1e-15);
/// ```
#[must_use]
pub fn ln_hypergeometric_mass(k: u64, population: u64, marked: u64, drawn: u64) -> f64 {
    if marked > population || drawn > population || k > marked.min(drawn) {
        return f64::NEG_INFINITY;
    }
    let others = population - marked;
    if drawn - k > others {
        return f64::NEG_INFINITY;
    }
    if drawn == 0 || drawn == population {
        return 0.0;
    }
    let p = drawn as f64 / population as f64;
    let q = (population - drawn) as f64 / population as f64;
    ln_binomial_mass_real(k as f64, marked as f64, p, q)
        + ln_binomial_mass_real((drawn - k) as f64, others as f64, p, q)
        - ln_binomial_mass_real(drawn as f64, population as f64, p, q)
}

/// The binomial mass with `q = 1 − p` given, for 0 ≤ x ≤ n.
pub(crate) fn ln_binomial_mass_real(x: f64, n: f64, p: f64, q: f64) -> f64 {
    if n == 0.0 {
        return 0.0;
    }
    if x == 0.0 {
        return if p == 0.0 {
            0.0
        } else {
            n * ln_one_minus(p, q)
        };
    }
    if x == n {
        return if q == 0.0 {
            0.0
        } else {
            n * ln_one_minus(q, p)
        };
    }
    if p == 0.0 || q == 0.0 {
        return f64::NEG_INFINITY;
    }
    let shape = stirling_error(n) - stirling_error(x) - stirling_error(n - x);
    let gap = deviance(x, n * p) + deviance(n - x, n * q);
    shape - gap - 0.5 * (LN_2_PI + libm::log(x) + libm::log1p(-x / n))
}

/// `ln(1 − p)` from p and q = 1 − p.
fn ln_one_minus(p: f64, q: f64) -> f64 {
    if p <= 0.5 {
        libm::log1p(-p)
    } else {
        libm::log(q)
    }
}

/// `ln(x^a·e^−x / Γ(a + 1))` for a, x > 0.
pub(super) fn ln_poisson_term(a: f64, x: f64) -> f64 {
    -stirling_error(a) - deviance(a, x) - 0.5 * (LN_2_PI + libm::log(a))
}

/// `ln(x^a·y^b / B(a, b))` with y = 1 − x; all positive.
pub(super) fn ln_beta_term(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    let shape = stirling_error(n) - stirling_error(a) - stirling_error(b);
    let gap = deviance(a, n * x) + deviance(b, n * y);
    shape - gap + 0.5 * (libm::log(a) + libm::log(b / n) - LN_2_PI)
}

/// `ln n! − [(n + ½)·ln n − n + ½·ln 2π]`, the error of Stirling's formula, for n > 0.
fn stirling_error(n: f64) -> f64 {
    if n < 16.0 {
        if n == libm::floor(n) && n >= 1.0 {
            return STIRLING_ERRORS[n as usize - 1];
        }
        return libm::lgamma(n + 1.0) - (n + 0.5) * libm::log(n) + n - HALF_LN_2_PI;
    }
    let square = n * n;
    let tail = 1.0 / 1680.0 - 1.0 / 1188.0 / square;
    (1.0 / 12.0 - (1.0 / 360.0 - (1.0 / 1260.0 - tail / square) / square) / square) / n
}

/// Errors at 1, 2, …, 15.
const STIRLING_ERRORS: [f64; 15] = [
    0.081_061_466_795_327_26,
    0.041_340_695_955_409_29,
    0.027_677_925_684_998_34,
    0.020_790_672_103_765_093,
    0.016_644_691_189_821_193,
    0.013_876_128_823_070_748,
    0.011_896_709_945_891_77,
    0.010_411_265_261_972_096,
    0.009_255_462_182_712_733,
    0.008_330_563_433_362_87,
    0.007_573_675_487_951_841,
    0.006_942_840_107_209_53,
    0.006_408_994_188_004_207,
    0.005_951_370_112_758_848,
    0.005_554_733_551_962_801,
];

/// `x·ln(x/m) + m − x ≥ 0` for x, m > 0: by a series where the two terms would cancel.
fn deviance(x: f64, m: f64) -> f64 {
    let gap = x - m;
    if gap.abs() >= 0.1 * (x + m) {
        return x * libm::log(x / m) - gap;
    }
    let v = gap / (x + m);
    let mut sum = gap * v;
    let mut term = 2.0 * x * v;
    let mut odd = 1.0;
    loop {
        term *= v * v;
        odd += 2.0;
        let next = sum + term / odd;
        if next == sum {
            return sum;
        }
        sum = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// mpmath 1.4.1 with 60 digits.
    #[test]
    fn masses_keep_their_digits_for_huge_counts() {
        for (k, n, p, want) in [
            (3, 10, 0.2, -1.602_826_853_719_723_4),
            (0, 1000, 0.001, -1.000_500_333_583_533_5),
            (5000, 10_000_000_000, 5e-7, -5.177_551_545_579_373),
            (4_999_900_000, 10_000_000_000, 0.5, -13.738_716_817_573_29),
            (10, 10, 0.9, -1.053_605_156_578_262_8),
        ] {
            let got = ln_binomial_mass(k, n, p);
            assert!((got - want).abs() < 2e-13, "{k} {n} {p}: {got}");
        }
        for (k, population, marked, drawn, want) in [
            (3, 8, 4, 4, -1.475_906_519_809_577_8),
            (24, 160, 84, 60, -5.025_459_166_058_66),
            (0, 10, 3, 4, -1.791_759_469_228_055),
            (250_000, 1_000_000, 500_000, 500_000, -6.440_400_201_066_919),
            (
                498_000,
                10_000_000,
                1_000_000,
                5_000_000,
                -15.969_768_779_374_218,
            ),
            (
                70,
                1_000_000_000,
                100_000,
                1_000_000,
                -8.081_699_953_071_377,
            ),
        ] {
            let got = ln_hypergeometric_mass(k, population, marked, drawn);
            assert!((got - want).abs() < 2e-12, "{k} of {population}: {got}");
        }
    }

    #[test]
    fn masses_add_up_to_one() {
        for p in [0.001, 0.3, 0.5, 0.999] {
            let total: f64 = (0..=60)
                .map(|k| libm::exp(ln_binomial_mass(k, 60, p)))
                .sum();
            assert!((total - 1.0).abs() < 1e-13, "{p}: {total}");
        }
        let mass = |k| libm::exp(ln_hypergeometric_mass(k, 90, 40, 33));
        let total: f64 = (0..=40).map(mass).sum();
        assert!((total - 1.0).abs() < 1e-13, "{total}");
    }

    #[test]
    fn the_impossible_has_no_mass() {
        assert_eq!(ln_binomial_mass(4, 3, 0.5), f64::NEG_INFINITY);
        assert_eq!(ln_binomial_mass(1, 3, f64::NAN), f64::NEG_INFINITY);
        assert_eq!(
            [0, 1].map(|k| ln_binomial_mass(k, 3, 0.0)),
            [0.0, f64::NEG_INFINITY]
        );
        assert_eq!(
            [3, 1].map(|k| ln_binomial_mass(k, 3, 1.0)),
            [0.0, f64::NEG_INFINITY]
        );
        assert_eq!(ln_binomial_mass(0, 0, 0.5), 0.0);
        assert_eq!(ln_hypergeometric_mass(0, 10, 8, 5), f64::NEG_INFINITY);
        assert_eq!(ln_hypergeometric_mass(5, 10, 5, 10), 0.0);
        assert_eq!(ln_hypergeometric_mass(0, 0, 0, 0), 0.0);
    }
}
