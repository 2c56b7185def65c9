//! Scales of likelihood, impact and money (GOVERNANCE §2.1).

/// Yearly probabilities from which likelihood is 2, 3, 4 and 5.
pub const LIKELIHOOD_CUTS: [f64; 4] = [0.05, 0.25, 0.60, 0.90];

/// Amounts from which impact is 2, 3, 4 and 5 where the policy has no `money_scale`.
pub const MONEY_SCALE: [f64; 4] = [5_000.0, 25_000.0, 100_000.0, 500_000.0];

/// The level of a probability: `1 + #{c : P ≥ c}`, 1 to 5.
///
/// ```
/// use waage_govern::risks::scale::likelihood_level;
/// assert_eq!(likelihood_level(0.049), 1);
/// assert_eq!(likelihood_level(0.05), 2);
/// assert_eq!(likelihood_level(0.90), 5);
/// ```
#[must_use]
pub fn likelihood_level(probability: f64) -> u8 {
    level(probability, &LIKELIHOOD_CUTS)
}

/// The level of an amount on a scale: `1 + #{c : amount ≥ c}`, 1 to 5.
#[must_use]
pub fn money_level(amount: f64, scale: &[f64; 4]) -> u8 {
    level(amount, scale)
}

fn level(value: f64, cuts: &[f64; 4]) -> u8 {
    cuts.iter()
        .fold(1, |level, &cut| level + u8::from(value >= cut))
}

/// Mean of the PERT distribution: `(low + 4·likely + high)/6`.
#[must_use]
pub fn pert_mean(low: f64, likely: f64, high: f64) -> f64 {
    (low + 4.0 * likely + high) / 6.0
}

/// The band of a score: 1–4 low, 5–9 moderate, 10–14 high, 15–25 severe.
#[must_use]
pub const fn band(score: u8) -> &'static str {
    match score {
        0..=4 => "low",
        5..=9 => "moderate",
        10..=14 => "high",
        _ => "severe",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_worked_example_of_money() {
        let mean = pert_mean(10_000.0, 40_000.0, 160_000.0);
        assert_eq!(mean, 55_000.0);
        assert_eq!(0.5 * mean, 27_500.0);
        assert_eq!(money_level(mean, &MONEY_SCALE), 3);
        for (amount, level) in [
            (0.0, 1),
            (4_999.0, 1),
            (5_000.0, 2),
            (25_000.0, 3),
            (99_999.0, 3),
            (100_000.0, 4),
            (500_000.0, 5),
        ] {
            assert_eq!(money_level(amount, &MONEY_SCALE), level, "{amount}");
        }
    }

    #[test]
    fn bands_have_the_stated_edges() {
        let edges = [
            (1, "low"),
            (4, "low"),
            (5, "moderate"),
            (9, "moderate"),
            (10, "high"),
            (14, "high"),
            (15, "severe"),
            (25, "severe"),
        ];
        for (score, name) in edges {
            assert_eq!(band(score), name, "{score}");
        }
    }
}
