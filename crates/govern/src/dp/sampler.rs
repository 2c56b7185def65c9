//! Two-sided geometric noise, drawn exactly: `P(X = x)` is proportional to `exp(-epsilon |x|)`.
//!
//! Everything is whole numbers, after Canonne, Kamath and Steinke, *The Discrete Gaussian for
//! Differential Privacy* (2020), algorithms 1 and 2. A float's rounding would show in the noise and give
//! the true count away (Mironov 2012). How long a draw takes depends on the noise alone, never on a count.

use std::fmt;
use std::str::FromStr;

/// Digits behind the point that an epsilon may have.
const DIGITS: usize = 6;
/// Millionths in 1.
pub(super) const MILLION: u64 = 1_000_000;
/// The largest epsilon: beyond, nothing is protected.
const EPSILON_MAX: u64 = 10 * MILLION;

/// A loss of privacy in millionths, exact.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Epsilon(u64);

impl Epsilon {
    /// So many millionths; `None` for 0 or more than 10.
    const fn of_millionths(millionths: u64) -> Option<Self> {
        if millionths == 0 || millionths > EPSILON_MAX {
            None
        } else {
            Some(Self(millionths))
        }
    }

    /// In millionths.
    #[must_use]
    pub const fn millionths(self) -> u64 {
        self.0
    }

    /// As a number.
    #[must_use]
    pub fn value(self) -> f64 {
        self.0 as f64 / MILLION as f64
    }
}

impl fmt::Display for Epsilon {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / MILLION, self.0 % MILLION);
        let text = format!("{whole}.{rest:06}");
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl FromStr for Epsilon {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            format!(
                "epsilon {text:?} cannot be used: write a number from 0.000001 to 10 with at most {DIGITS} digits behind the point, such as 0.5"
            )
        };
        let (whole, rest) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(rest) || rest.len() > DIGITS || whole.len() > 3 {
            return Err(wrong());
        }
        let number = |part: &str| part.parse::<u64>().map_err(|_| wrong());
        let millionths = number(whole)? * MILLION + number(&format!("{rest:0<6}"))?;
        Self::of_millionths(millionths).ok_or_else(wrong)
    }
}

/// Where random bits come from.
pub trait Source {
    /// The next 64 bits.
    ///
    /// # Errors
    /// A sentence where there are none.
    fn next(&mut self) -> Result<u64, String>;
}

/// The random source of the operating system.
#[derive(Clone, Copy, Debug, Default)]
pub struct System;

impl Source for System {
    fn next(&mut self) -> Result<u64, String> {
        let mut bytes = [0; 8];
        getrandom::fill(&mut bytes).map_err(|error| {
            format!("the operating system gives no random numbers ({error}); nothing was released")
        })?;
        Ok(u64::from_le_bytes(bytes))
    }
}

/// Noise of one scale: the law `(1 - a)/(1 + a) * a^|x|` with `a = exp(-numerator / denominator)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Noise {
    numerator: u64,
    denominator: u64,
}

impl Noise {
    /// Noise that makes one of `tables`, of which everybody is in each once, cost its part of an epsilon.
    #[must_use]
    pub fn new(epsilon: Epsilon, tables: u32) -> Self {
        let (numerator, denominator) = (epsilon.0, MILLION * u64::from(tables.max(1)));
        let common = gcd(numerator, denominator);
        Self {
            numerator: numerator / common,
            denominator: denominator / common,
        }
    }

    /// The epsilon of one table.
    #[must_use]
    pub fn epsilon(self) -> f64 {
        self.numerator as f64 / self.denominator as f64
    }

    /// `exp(-epsilon)`.
    #[must_use]
    pub fn alpha(self) -> f64 {
        libm::exp(-self.epsilon())
    }

    /// `2 alpha / (1 - alpha)^2`.
    #[must_use]
    pub fn variance(self) -> f64 {
        let below = -libm::expm1(-self.epsilon());
        2.0 * self.alpha() / (below * below)
    }

    /// The least whole number within which at least `share` of the noise lies.
    #[must_use]
    pub fn within(self, share: f64) -> u64 {
        // P(|X| > m) = 2 a^(m+1) / (1 + a).
        let alpha = self.alpha();
        let outside = |m: f64| 2.0 * libm::pow(alpha, m + 1.0) / (1.0 + alpha);
        let rough = libm::log((1.0 - share) * (1.0 + alpha) / 2.0) / libm::log(alpha) - 1.0;
        let mut m = (rough.floor() - 1.0).max(0.0);
        while outside(m) > 1.0 - share {
            m += 1.0;
        }
        m as u64
    }

    /// One draw.
    ///
    /// # Errors
    /// A sentence where the source gives nothing.
    pub fn draw(self, source: &mut impl Source) -> Result<i64, String> {
        loop {
            let low = below(self.denominator, source)?;
            if !exp_minus(low, self.denominator, source)? {
                continue;
            }
            let mut high: u64 = 0;
            while exp_minus(1, 1, source)? {
                high += 1;
            }
            let whole = u128::from(low) + u128::from(self.denominator) * u128::from(high);
            let size = whole / u128::from(self.numerator);
            let is_negative = below(2, source)? == 1;
            if is_negative && size == 0 {
                continue;
            }
            let size = i64::try_from(size).unwrap_or(i64::MAX);
            return Ok(if is_negative { -size } else { size });
        }
    }
}

/// A number below `end`, all alike.
fn below(end: u64, source: &mut impl Source) -> Result<u64, String> {
    let whole = (u64::MAX / end) * end;
    loop {
        let next = source.next()?;
        if next < whole {
            return Ok(next % end);
        }
    }
}

/// True with probability `exp(-numerator / denominator)`, for at most 1.
fn exp_minus(numerator: u64, denominator: u64, source: &mut impl Source) -> Result<bool, String> {
    let mut k: u64 = 1;
    loop {
        // True with probability numerator / (denominator k), in two steps so that nothing overflows.
        let goes_on = below(denominator, source)? < numerator && below(k, source)? == 0;
        if !goes_on {
            return Ok(k % 2 == 1);
        }
        k += 1;
    }
}

const fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;
    use waage_core::special::chi_square_sf;

    /// SplitMix64, so that the test is the same every day.
    struct Fixed(u64);

    impl Source for Fixed {
        fn next(&mut self) -> Result<u64, String> {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut z = self.0;
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            Ok(z ^ (z >> 31))
        }
    }

    /// GOVERNANCE 9.3, the table.
    #[test]
    fn the_table_of_noise() {
        for (epsilon, alpha, variance, sd, within) in [
            ("0.1", 0.904_837, 199.833_417, 14.136_245, 30),
            ("0.5", 0.606_531, 7.835_396, 2.799_178, 6),
            ("1", 0.367_879, 1.841_347, 1.356_962, 3),
            ("2", 0.135_335, 0.362_031, 0.601_690, 1),
        ] {
            let noise = Noise::new(epsilon.parse().unwrap(), 1);
            assert!((noise.alpha() - alpha).abs() < 5e-7, "{epsilon}");
            assert!((noise.variance() - variance).abs() < 5e-7, "{epsilon}");
            assert!((noise.variance().sqrt() - sd).abs() < 5e-7, "{epsilon}");
            assert_eq!(noise.within(0.95), within, "{epsilon}");
        }
    }

    /// Acceptance test 12: a million draws follow the law.
    #[test]
    fn a_million_draws_follow_the_law() {
        let draws = 1_000_000;
        for (epsilon, tables, bins) in [("0.5", 1, 15), ("1", 1, 8), ("2", 3, 12)] {
            let noise = Noise::new(epsilon.parse().unwrap(), tables);
            let mut source = Fixed(2026);
            let mut seen = vec![0_u64; 2 * bins + 1];
            for _ in 0..draws {
                let x = noise.draw(&mut source).unwrap();
                let bin = x.clamp(-(bins as i64), bins as i64) + bins as i64;
                seen[bin as usize] += 1;
            }
            let alpha = noise.alpha();
            let chance = |x: i64| {
                let size = x.unsigned_abs() as i32;
                if size == bins as i32 {
                    alpha.powi(size) / (1.0 + alpha)
                } else {
                    (1.0 - alpha) / (1.0 + alpha) * alpha.powi(size)
                }
            };
            let total: f64 = (0..seen.len())
                .map(|i| chance(i as i64 - bins as i64))
                .sum();
            assert!((total - 1.0).abs() < 1e-12);
            let chi: f64 = seen
                .iter()
                .enumerate()
                .map(|(i, &n)| {
                    let expected = f64::from(draws) * chance(i as i64 - bins as i64);
                    (n as f64 - expected).powi(2) / expected
                })
                .sum();
            let p = chi_square_sf(chi, (seen.len() - 1) as f64).unwrap();
            assert!(p > 0.001, "epsilon {epsilon}: chi-square {chi}, p {p}");
        }
    }

    #[test]
    fn an_epsilon_is_read_exactly_or_not_at_all() {
        for (text, millionths) in [
            ("0.5", 500_000),
            ("1", 1_000_000),
            ("0.000001", 1),
            ("10", 10_000_000),
        ] {
            let epsilon: Epsilon = text.parse().unwrap();
            assert_eq!(
                (epsilon.millionths(), epsilon.to_string().as_str()),
                (millionths, text)
            );
        }
        for text in [
            "",
            "0",
            "-1",
            "1e-3",
            "0.0000001",
            "11",
            "nan",
            "1.",
            ".5",
            "1,5",
            "９",
            "99999999999999999999",
        ] {
            assert!(text.parse::<Epsilon>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_source_that_fails_is_told() {
        struct Dry;
        impl Source for Dry {
            fn next(&mut self) -> Result<u64, String> {
                Err("dry".to_owned())
            }
        }
        let noise = Noise::new("1".parse().unwrap(), 1);
        assert_eq!(noise.draw(&mut Dry).unwrap_err(), "dry");
    }

    #[test]
    fn the_system_gives_noise() {
        let noise = Noise::new("0.1".parse().unwrap(), 1);
        let draws: Vec<i64> = (0..200).map(|_| noise.draw(&mut System).unwrap()).collect();
        assert!(draws.iter().any(|&x| x > 0) && draws.iter().any(|&x| x < 0));
    }
}
