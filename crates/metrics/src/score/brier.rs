//! Murphy's decomposition of the Brier score.

use waage_core::estimate::Reason;
use waage_core::tally::ScoreTable;

use super::bins::equal_width;
use super::table::{LABELLED, Masses, POSITIVE};
use crate::disparity::Value;

/// A part of the decomposition over distinct scores: `brier = reliability − resolution +
/// uncertainty`, exactly (Murphy 1973).
///
/// Over scores that hardly repeat the parts say little: each score then carries its own row's label,
/// reliability becomes the Brier score itself and resolution the uncertainty. They are meant for
/// scores with few distinct values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// `Σ (W_u/W)(u − ȳ_u)²`: how far the labels at a score are from it; lower is better.
    Reliability,
    /// `Σ (W_u/W)(ȳ_u − ȳ)²`: how far scores tell rows apart; higher is better.
    Resolution,
    /// `ȳ(1 − ȳ)`: the Brier score of everybody's base rate.
    Uncertainty,
}

impl Part {
    /// The part's value.
    ///
    /// # Errors
    /// `no_rows`, `score_not_probability`.
    pub fn value(self, table: &ScoreTable) -> Value {
        let (weight, base) = base_rate(table)?;
        if self == Self::Uncertainty {
            return Ok(base * (1.0 - base));
        }
        let mut sum = 0.0;
        each(table, |_, score, here, rate| {
            let gap = self.gap(score, rate, base);
            sum += here * gap * gap;
        });
        Ok(sum / weight)
    }

    /// The influence of a row with score u and label y: the squared gap at u, less the value, and
    /// what y moves of the mean label at u (or of all rows).
    pub fn influence(
        self,
        table: &ScoreTable,
        value: f64,
        mut sink: impl FnMut(usize, usize, f64),
    ) {
        let Ok((weight, base)) = base_rate(table) else {
            return;
        };
        each(table, |at, score, _, rate| {
            for label in LABELLED {
                let y = if label == POSITIVE { 1.0 } else { 0.0 };
                let gap = self.gap(score, rate, base);
                let moved = match self {
                    Self::Reliability => gap * gap - 2.0 * gap * (y - rate) - value,
                    Self::Resolution => gap * gap + 2.0 * gap * (y - rate) - value,
                    Self::Uncertainty => (1.0 - 2.0 * base) * (y - base),
                };
                sink(at, label, moved / weight);
            }
        });
    }

    fn gap(self, score: f64, rate: f64, base: f64) -> f64 {
        match self {
            Self::Reliability => score - rate,
            Self::Resolution | Self::Uncertainty => rate - base,
        }
    }
}

/// Σw and the mean label.
fn base_rate(table: &ScoreTable) -> Result<(f64, f64), Reason> {
    let weight = table.total_of(&LABELLED);
    if weight <= 0.0 {
        return Err(Reason::NoRows);
    }
    if !table.is_probability() {
        return Err(Reason::ScoreNotProbability);
    }
    Ok((weight, table.total(POSITIVE) / weight))
}

/// Calls `visit` with place, score, mass and mean label wherever labelled rows are.
fn each(table: &ScoreTable, mut visit: impl FnMut(usize, f64, f64, f64)) {
    for (at, &score) in table.scores.iter().enumerate() {
        let here = table.mass_of(&LABELLED, at);
        if here > 0.0 {
            visit(at, score, here, table.mass(POSITIVE, at) / here);
        }
    }
}

/// The decomposition over bins, which holds only with two more terms (Stephenson, Coelho & Jolliffe
/// 2008): `brier = reliability − resolution + uncertainty + within_variance − within_covariance`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BinnedDecomposition {
    /// `Σ_b (W_b/W)(s̄_b − ȳ_b)²`.
    pub reliability: f64,
    /// `Σ_b (W_b/W)(ȳ_b − ȳ)²`.
    pub resolution: f64,
    /// `ȳ(1 − ȳ)`.
    pub uncertainty: f64,
    /// WBV: `Σ_b (W_b/W)·Var_b(s)`, population variance.
    pub within_variance: f64,
    /// WBC: `2 Σ_b (W_b/W)·Cov_b(y, s)`, population covariance.
    pub within_covariance: f64,
}

/// The decomposition over `bins` bins of equal width.
///
/// # Errors
/// `no_rows`, `score_not_probability`.
pub fn binned_decomposition(
    table: &ScoreTable,
    bins: usize,
) -> Result<BinnedDecomposition, Reason> {
    let (weight, base) = base_rate(table)?;
    let sums = equal_width(table, bins);
    let mut out = BinnedDecomposition {
        reliability: 0.0,
        resolution: 0.0,
        uncertainty: base * (1.0 - base),
        within_variance: 0.0,
        within_covariance: 0.0,
    };
    // Second moments about the bins' own means: a second walk, for differences of large sums would
    // leave nothing of a narrow bin.
    each(table, |at, score, here, _| {
        let bin = &sums[super::bins::bin(score, bins)];
        let (from_score, from_label) = (score - bin.mean_score(), bin.mean_label());
        out.within_variance += here * from_score * from_score;
        for label in LABELLED {
            let y = if label == POSITIVE { 1.0 } else { 0.0 };
            out.within_covariance += 2.0 * table.mass(label, at) * from_score * (y - from_label);
        }
    });
    for bin in sums.iter().filter(|bin| bin.weight > 0.0) {
        let (gap, lift) = (bin.mean_score() - bin.mean_label(), bin.mean_label() - base);
        out.reliability += bin.weight * gap * gap;
        out.resolution += bin.weight * lift * lift;
    }
    for part in [
        &mut out.reliability,
        &mut out.resolution,
        &mut out.within_variance,
        &mut out.within_covariance,
    ] {
        *part /= weight;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::super::mean::BRIER;
    use super::super::table::{fixture, from_rows};
    use super::*;

    #[test]
    fn parts_are_those_of_the_worked_example() {
        let all = fixture::e3_all();
        for (part, expected) in [
            (Part::Reliability, 0.090_486_111),
            (Part::Resolution, 0.145_833_333),
            (Part::Uncertainty, 0.243_055_556),
        ] {
            assert!(
                (part.value(&all).unwrap() - expected).abs() < 1e-9,
                "{part:?}"
            );
        }
        let binned = binned_decomposition(&all, 5).unwrap();
        for (found, expected) in [
            (binned.reliability, 0.042_986_111),
            (binned.resolution, 0.0875),
            (binned.within_variance, 0.003_055_556),
            (binned.within_covariance, 0.013_888_889),
        ] {
            assert!((found - expected).abs() < 1e-9, "{found} {expected}");
        }
    }

    #[test]
    fn the_parts_add_up_to_the_score() {
        for seed in 0..40 {
            for weighted in [false, true] {
                let table = from_rows(&fixture::random(seed, 60, 40, weighted), weighted);
                let score = BRIER.value(&table).unwrap();
                let [rel, res, unc] = [Part::Reliability, Part::Resolution, Part::Uncertainty]
                    .map(|part| part.value(&table).unwrap());
                assert!((rel - res + unc - score).abs() < 1e-12);
                let b = binned_decomposition(&table, 7).unwrap();
                let sum = b.reliability - b.resolution + b.uncertainty + b.within_variance
                    - b.within_covariance;
                assert!((sum - score).abs() < 1e-12);
            }
        }
    }
}
