//! Errors of numeric predictions against numeric outcomes (FORMULAS §2.3), from mergeable sums.

mod drawn;
mod errors;
mod metric;
mod strata;
mod told;

pub use errors::errors;
pub use metric::QUANTITIES;
pub use strata::conditional;

use waage_core::estimate::Reason;

use crate::disparity::Value;

/// Streams of these replicates begin here, apart from all others'.
const STREAM: u64 = 11 << 40;

/// Sums over rows of an outcome y and a prediction p: everything the metrics are functions of.
///
/// Squares are kept about zero, so outcomes whose mean is a thousand times their spread lose six
/// digits of their variance; centre them first.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Outcomes {
    /// Rows.
    pub rows: u64,
    /// Σw.
    pub weight: f64,
    /// Σw·y.
    pub outcome: f64,
    /// Σw·y².
    pub outcome_square: f64,
    /// Σw·p.
    pub prediction: f64,
    /// Σw·p².
    pub prediction_square: f64,
    /// Σw·|y − p|.
    pub absolute: f64,
    /// Σw·(y − p)².
    pub square: f64,
}

impl Outcomes {
    /// The sums of rows `(y, p, w)`.
    ///
    /// ```
    /// use waage_metrics::regression::Outcomes;
    /// let sums = Outcomes::of([(3.0, 2.5, 1.0), (-0.5, 0.0, 1.0), (2.0, 2.0, 1.0), (7.0, 8.0, 1.0)]);
    /// assert_eq!(sums.mean_absolute_error(), Ok(0.5));
    /// assert_eq!(sums.mean_squared_error(), Ok(0.375));
    /// ```
    pub fn of(rows: impl IntoIterator<Item = (f64, f64, f64)>) -> Self {
        let mut sums = Self::default();
        for (y, p, w) in rows {
            sums.rows += 1;
            sums.weight += w;
            sums.outcome += w * y;
            sums.outcome_square += w * y * y;
            sums.prediction += w * p;
            sums.prediction_square += w * p * p;
            sums.absolute += w * (y - p).abs();
            sums.square += w * (y - p) * (y - p);
        }
        sums
    }

    /// The sums of both inputs' rows.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        Self {
            rows: self.rows + other.rows,
            weight: self.weight + other.weight,
            outcome: self.outcome + other.outcome,
            outcome_square: self.outcome_square + other.outcome_square,
            prediction: self.prediction + other.prediction,
            prediction_square: self.prediction_square + other.prediction_square,
            absolute: self.absolute + other.absolute,
            square: self.square + other.square,
        }
    }

    fn mean(&self, sum: f64) -> Value {
        if self.weight > 0.0 {
            Ok(sum / self.weight)
        } else {
            Err(Reason::NoRows)
        }
    }

    /// `Σw|y − p|/W`, in units of the outcome.
    ///
    /// # Errors
    /// `no_rows`, as all means here.
    pub fn mean_absolute_error(&self) -> Value {
        self.mean(self.absolute)
    }

    /// `Σw(y − p)²/W`.
    ///
    /// # Errors
    /// `no_rows`.
    pub fn mean_squared_error(&self) -> Value {
        self.mean(self.square)
    }

    /// The root of [`Self::mean_squared_error`], in units of the outcome.
    ///
    /// # Errors
    /// `no_rows`.
    pub fn root_mean_squared_error(&self) -> Value {
        self.mean_squared_error().map(f64::sqrt)
    }

    /// `Σw(p − y)/W`, signed: positive where predictions are too high.
    ///
    /// # Errors
    /// `no_rows`.
    pub fn mean_error(&self) -> Value {
        self.mean(self.prediction - self.outcome)
    }

    /// `Σwp/W`.
    ///
    /// # Errors
    /// `no_rows`.
    pub fn mean_prediction(&self) -> Value {
        self.mean(self.prediction)
    }

    /// `1 − Σw(y − p)²/Σw(y − ȳ)²`: at most 1, below 0 for predictions worse than the mean outcome.
    ///
    /// # Errors
    /// `no_rows`; `zero_reference` for a constant outcome (scikit-learn gives 1 or 0).
    pub fn r2_score(&self) -> Value {
        let mean = self.mean(self.outcome)?;
        let spread = self.outcome_square - self.weight * mean * mean;
        // What rounding leaves of a constant outcome is not a spread.
        if spread > 1e-12 * self.outcome_square {
            Ok(1.0 - self.square / spread)
        } else {
            Err(Reason::ZeroReference)
        }
    }

    /// Population variance of the predictions.
    fn variance(&self) -> f64 {
        let mean = self.prediction / self.weight;
        (self.prediction_square / self.weight - mean * mean).max(0.0)
    }
}

/// A ratio of two groups' errors, `rmse_ratio` of root mean squared errors.
///
/// # Errors
/// `no_rows`; `zero_reference` where the reference has no error.
pub fn rmse_ratio(group: &Outcomes, reference: &Outcomes) -> Value {
    over(
        group.root_mean_squared_error()?,
        reference.root_mean_squared_error()?,
    )
}

/// `mae_ratio`: the same of mean absolute errors.
///
/// # Errors
/// `no_rows`; `zero_reference`.
pub fn mae_ratio(group: &Outcomes, reference: &Outcomes) -> Value {
    over(
        group.mean_absolute_error()?,
        reference.mean_absolute_error()?,
    )
}

fn over(group: f64, reference: f64) -> Value {
    if reference > 0.0 {
        Ok(group / reference)
    } else {
        Err(Reason::ZeroReference)
    }
}

/// `avg_score_diff`: group's mean prediction less the reference's.
///
/// # Errors
/// `no_rows`.
pub fn mean_prediction_difference(group: &Outcomes, reference: &Outcomes) -> Value {
    Ok(group.mean_prediction()? - reference.mean_prediction()?)
}

/// `zscore_diff`: the same in pooled standard deviations,
/// `s_pool² = ((n_a − 1)v_a + (n_b − 1)v_b)/(n_a + n_b − 2)` with population variances v.
///
/// # Errors
/// `no_rows`; `too_few_rows` for fewer than three rows together; `constant_score`.
pub fn zscore_difference(group: &Outcomes, reference: &Outcomes) -> Value {
    let gap = mean_prediction_difference(group, reference)?;
    if group.rows + reference.rows < 3 {
        return Err(Reason::TooFewRows);
    }
    let part = |sums: &Outcomes| (sums.rows as f64 - 1.0) * sums.variance();
    let pooled = (part(group) + part(reference)) / (group.rows + reference.rows - 2) as f64;
    if pooled > 0.0 {
        Ok(gap / pooled.sqrt())
    } else {
        Err(Reason::ConstantScore)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROWS: [(f64, f64, f64); 4] = [
        (3.0, 2.5, 1.0),
        (-0.5, 0.0, 1.0),
        (2.0, 2.0, 1.0),
        (7.0, 8.0, 1.0),
    ];

    #[test]
    fn errors_are_those_of_the_worked_example() {
        let sums = Outcomes::of(ROWS);
        assert_eq!(sums.mean_absolute_error(), Ok(0.5));
        assert_eq!(sums.mean_squared_error(), Ok(0.375));
        assert_eq!(sums.root_mean_squared_error(), Ok(0.375_f64.sqrt()));
        assert_eq!(sums.mean_error(), Ok(0.25));
        assert_eq!(sums.mean_prediction(), Ok(3.125));
        assert!((sums.r2_score().unwrap() - 0.948_608_137).abs() < 1e-9);
    }

    #[test]
    fn sums_of_parts_are_sums_of_all_and_weights_are_repetitions() {
        let (one, other) = (
            Outcomes::of(ROWS[..2].iter().copied()),
            Outcomes::of(ROWS[2..].iter().copied()),
        );
        assert_eq!(one.plus(&other), Outcomes::of(ROWS));
        let twice = Outcomes::of(ROWS.iter().chain(&ROWS).copied());
        let weighted = Outcomes::of(ROWS.map(|(y, p, _)| (y, p, 2.0)));
        assert_eq!(twice.r2_score(), weighted.r2_score());
    }

    #[test]
    fn groups_are_compared_and_undefined_values_have_reasons() {
        let a = Outcomes::of([(0.0, 1.0, 1.0), (0.0, 3.0, 1.0)]);
        let b = Outcomes::of([(0.0, 1.0, 1.0), (0.0, -1.0, 1.0)]);
        assert_eq!(mae_ratio(&a, &b), Ok(2.0));
        assert!((rmse_ratio(&a, &b).unwrap() - 5.0_f64.sqrt()).abs() < 1e-12);
        assert_eq!(mean_prediction_difference(&a, &b), Ok(2.0));
        // v = 1 each; pooled (1 + 1)/2.
        assert_eq!(zscore_difference(&a, &b), Ok(2.0));
        assert_eq!(a.r2_score(), Err(Reason::ZeroReference));
        assert_eq!(Outcomes::default().mean_error(), Err(Reason::NoRows));
        let exact = Outcomes::of([(1.0, 1.0, 1.0)]);
        assert_eq!(mae_ratio(&a, &exact), Err(Reason::ZeroReference));
    }
}
