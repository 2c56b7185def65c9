//! Metrics that are means over rows: mean scores of a class, squared and logarithmic loss, excess of
//! scores over labels.

use std::ops::Range;

use waage_core::estimate::Reason;
use waage_core::tally::ScoreTable;

use super::table::{LABELLED, Masses, NEGATIVE, POSITIVE};
use crate::disparity::Value;
use crate::lanes::{sum, sum_of};

/// Scores are clipped to `[ε, 1 − ε]` where their logarithm is taken, as scikit-learn does for f64.
pub const EPSILON: f64 = f64::EPSILON;

/// A mean over the rows of some labels: `Σ w·f(s, y) / Σ w`.
#[derive(Clone, Copy, Debug)]
pub struct Averaged {
    /// Whose rows.
    pub labels: &'static [usize],
    /// What is averaged.
    pub of: Term,
    /// Why there is no value without such rows.
    pub empty: Reason,
    /// Whether scores have to be probabilities.
    pub probability: bool,
}

/// What is averaged: a function of the score and the label, monotone in the score or convex.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// The score.
    Score,
    /// The score less the label.
    Excess,
    /// Their squared distance.
    Squared,
    /// `−ln` of the probability given to the label.
    Log,
}

impl Term {
    /// The term of one row.
    #[inline]
    #[must_use]
    pub fn at(self, score: f64, label: usize) -> f64 {
        match self {
            Self::Score => score,
            Self::Excess => score - truth(label),
            Self::Squared => (score - truth(label)) * (score - truth(label)),
            Self::Log => {
                let s = score.clamp(EPSILON, 1.0 - EPSILON);
                -libm::log(if label == POSITIVE { s } else { 1.0 - s })
            }
        }
    }
}

/// `generalized_true_positive_rate`: mean score of the positives ("balance for the positive class",
/// Kleinberg et al. 2016, compares it between groups).
pub const POSITIVE_MEAN: Averaged = Averaged {
    labels: &[POSITIVE],
    of: Term::Score,
    empty: Reason::NoPositives,
    probability: false,
};
/// `generalized_false_positive_rate`: mean score of the negatives.
pub const NEGATIVE_MEAN: Averaged = Averaged {
    labels: &[NEGATIVE],
    of: Term::Score,
    empty: Reason::NoNegatives,
    probability: false,
};
/// `calibration_in_the_large`: mean score less base rate, of the labelled rows with a score; −1..1,
/// positive where scores promise too much.
pub const EXCESS: Averaged = Averaged {
    labels: &LABELLED,
    of: Term::Excess,
    empty: Reason::NoRows,
    probability: true,
};
/// `brier_score`: mean squared distance of score and label, 0..1.
pub const BRIER: Averaged = Averaged {
    labels: &LABELLED,
    of: Term::Squared,
    empty: Reason::NoRows,
    probability: true,
};
/// `log_loss`: mean of `−ln s` of positives and `−ln(1 − s)` of negatives, in nats, scores clipped
/// to `[ε, 1 − ε]`; 0..36.04.
pub const LOG_LOSS: Averaged = Averaged {
    labels: &LABELLED,
    of: Term::Log,
    empty: Reason::NoRows,
    probability: true,
};

/// The label as a number.
const fn truth(label: usize) -> f64 {
    if label == POSITIVE { 1.0 } else { 0.0 }
}

impl Averaged {
    /// The mean.
    ///
    /// # Errors
    /// `score_not_probability`, or the reason of an empty denominator.
    pub fn value(&self, table: &ScoreTable) -> Value {
        let weight = table.total_of(self.labels);
        if weight <= 0.0 {
            return Err(self.empty);
        }
        if self.probability && !table.is_probability() {
            return Err(Reason::ScoreNotProbability);
        }
        let mut sum = 0.0;
        self.each(table, |at, label, f| sum += table.mass(label, at) * f);
        Ok(sum / weight)
    }

    /// The influence of a row: `(f − mean)/Σw`.
    pub fn influence(
        &self,
        table: &ScoreTable,
        mean: f64,
        mut sink: impl FnMut(usize, usize, f64),
    ) {
        let weight = table.total_of(self.labels);
        self.each(table, |at, label, f| sink(at, label, (f - mean) / weight));
    }

    /// Σ of the squared influences of the rows of each label code, weights squared: what the variance
    /// is made of.
    #[must_use]
    pub fn squared_influences(&self, table: &ScoreTable, mean: f64) -> [f64; 3] {
        let weight = table.total_of(self.labels);
        let mut sums = [0.0; 3];
        self.each(table, |at, label, f| {
            let away = f - mean;
            sums[label] += table.square(label, at) * (away * away);
        });
        sums.map(|sum| sum / (weight * weight))
    }

    /// How far the mean of binned scores may be from that of the scores: `f` is at its extremes at
    /// an end of each bin.
    #[must_use]
    pub fn slack(&self, table: &ScoreTable) -> f64 {
        let Some(widths) = &table.widths else {
            return 0.0;
        };
        let mut sum = 0.0;
        self.each(table, |at, label, f| {
            let (low, high) = widths[at];
            let (low, high) = (self.of.at(low, label), self.of.at(high, label));
            sum += table.mass(label, at) * (f - low).abs().max((f - high).abs());
        });
        sum / table.total_of(self.labels).max(f64::MIN_POSITIVE)
    }

    /// Calls `visit` with place, label and `f` wherever rows are, and where it costs nothing also
    /// where none are.
    #[inline]
    fn each(&self, table: &ScoreTable, mut visit: impl FnMut(usize, usize, f64)) {
        // One loop for each term, so that none is looked up by the row.
        match self.of {
            Term::Score => self.walk(table, |s, label| Term::Score.at(s, label), &mut visit),
            Term::Excess => self.walk(table, |s, label| Term::Excess.at(s, label), &mut visit),
            Term::Squared => {
                self.walk(table, |s, label| Term::Squared.at(s, label), &mut visit);
            }
            Term::Log => {
                for (at, &score) in table.scores.iter().enumerate() {
                    for &label in self.labels {
                        if table.rows[label][at] > 0 {
                            visit(at, label, Term::Log.at(score, label));
                        }
                    }
                }
            }
        }
    }

    #[inline]
    fn walk(
        &self,
        table: &ScoreTable,
        of: impl Fn(f64, usize) -> f64,
        visit: &mut impl FnMut(usize, usize, f64),
    ) {
        for &label in self.labels {
            for (at, &score) in table.scores.iter().enumerate() {
                visit(at, label, of(score, label));
            }
        }
    }
}

/// Unweighted rows of one label at ascending scores.
#[derive(Clone, Copy)]
pub(crate) struct Rows<'a> {
    pub scores: &'a [f64],
    /// Rows of each score; one where there is none.
    pub rows: Option<&'a [u64]>,
    pub label: usize,
}

impl<'a> Rows<'a> {
    /// Rows as [`List::read`](waage_core::tally::List::read) gives them: none told where each score has
    /// one.
    pub fn new(scores: &'a [f64], rows: &'a [u64], label: usize) -> Self {
        Self {
            scores,
            rows: (!rows.is_empty()).then_some(rows),
            label,
        }
    }

    /// Some of the scores.
    pub fn part(self, places: Range<usize>) -> Self {
        Self {
            scores: &self.scores[places.clone()],
            rows: self.rows.map(|rows| &rows[places]),
            label: self.label,
        }
    }

    pub fn count(self) -> u64 {
        match self.rows {
            Some(rows) => rows.iter().sum(),
            None => self.scores.len() as u64,
        }
    }

    /// Σ over the rows of a function of what stands at their places.
    pub fn sum(self, values: &[f64], of: impl Fn(f64) -> f64) -> f64 {
        match self.rows {
            Some(rows) => sum_of(rows, values, |n, value| n as f64 * of(value)),
            None => sum(values, of),
        }
    }
}

/// Sums of an unweighted mean while places are walked: the rows, Σf, and Σ of the squared distances
/// from their mean, put together from stretch to stretch as Chan, Golub & LeVeque 1983 do.
#[derive(Clone, Copy, Default)]
pub(crate) struct Moments {
    rows: u64,
    sum: f64,
    squares: f64,
}

impl Moments {
    /// Goes on over the next rows of one label, whose scores ascend; `terms` is room to be used again.
    pub fn add_rows(&mut self, of: &Averaged, rows: Rows<'_>, terms: &mut Vec<f64>) {
        let count = rows.count();
        if count == 0 || !of.labels.contains(&rows.label) {
            return;
        }
        terms.clear();
        terms.extend(rows.scores.iter().map(|score| of.of.at(*score, rows.label)));
        let sum = rows.sum(terms, |f| f);
        let mean = sum / count as f64;
        self.join(&Self {
            rows: count,
            sum,
            squares: rows.sum(terms, |f| (f - mean) * (f - mean)),
        });
    }

    /// Adds the sums of other rows.
    pub fn join(&mut self, other: &Self) {
        self.squares += other.squares;
        if let (Some(before), Some(mean)) = (self.mean(), other.mean()) {
            let apart = mean - before;
            let (n, m) = (self.rows as f64, other.rows as f64);
            self.squares += apart * apart * (n * m / (n + m));
        }
        self.rows += other.rows;
        self.sum += other.sum;
    }

    /// The mean; `None` without rows.
    pub fn mean(&self) -> Option<f64> {
        (self.rows > 0).then(|| self.sum / self.rows as f64)
    }

    /// Σ of the squared influences of all rows; rows that are all alike have none, whatever the
    /// rounding of their sum leaves.
    pub fn squared_influences(&self) -> f64 {
        self.squares / (self.rows as f64 * self.rows as f64)
    }
}

/// `expected_observed_ratio`: mean score over base rate, 1 for scores that promise what comes true.
///
/// # Errors
/// `no_positives`, `score_not_probability`.
pub fn expected_observed_ratio(table: &ScoreTable) -> Value {
    let positive = table.total(POSITIVE);
    if positive <= 0.0 {
        return Err(Reason::NoPositives);
    }
    if !table.is_probability() {
        return Err(Reason::ScoreNotProbability);
    }
    let places = table.scores.iter().enumerate();
    let promised: f64 = places.map(|(at, s)| s * table.mass_of(&LABELLED, at)).sum();
    Ok(promised / positive)
}

/// The influence of a row on [`expected_observed_ratio`]: `(s − value·y)/W_pos`.
pub fn expected_observed_influence(
    table: &ScoreTable,
    value: f64,
    mut sink: impl FnMut(usize, usize, f64),
) {
    let positive = table.total(POSITIVE);
    for (at, s) in table.scores.iter().enumerate() {
        for label in LABELLED {
            sink(at, label, (s - value * truth(label)) / positive);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::table::{fixture, from_rows};
    use super::*;

    #[test]
    fn values_are_those_of_the_worked_example() {
        let all = fixture::e3_all();
        for (mean, expected) in [
            (BRIER, 0.187_708_333),
            (LOG_LOSS, 0.551_182_267),
            (EXCESS, 0.120_833_333),
        ] {
            assert!((mean.value(&all).unwrap() - expected).abs() < 1e-9);
        }
        let ratio = expected_observed_ratio(&all).unwrap();
        assert!((ratio - 0.5375 / (5.0 / 12.0)).abs() < 1e-12);
        let [a, b] = fixture::e3();
        assert!((EXCESS.value(&a).unwrap() - 0.025).abs() < 1e-12);
        assert!((EXCESS.value(&b).unwrap() - 0.216_666_667).abs() < 1e-9);
        assert!((POSITIVE_MEAN.value(&a).unwrap() - 0.75).abs() < 1e-12);
        assert!((NEGATIVE_MEAN.value(&a).unwrap() - 0.3).abs() < 1e-12);
        let rows = [(0.1, 0, 1.0), (0.9, 1, 1.0), (0.8, 1, 1.0), (0.3, 0, 1.0)];
        let brier = BRIER.value(&from_rows(&rows, false)).unwrap();
        assert!((brier - 0.0375).abs() < 1e-12);
    }

    #[test]
    fn certain_scores_have_a_finite_loss() {
        let wrong = from_rows(&[(0.0, 1, 1.0), (1.0, 0, 1.0)], false);
        let loss = LOG_LOSS.value(&wrong).unwrap();
        assert!((loss - 36.043_653_389_117_15).abs() < 1e-9, "{loss}");
        let right = from_rows(&[(0.0, 0, 1.0), (1.0, 1, 1.0)], false);
        assert!(LOG_LOSS.value(&right).unwrap() < 1e-15);
    }

    #[test]
    fn scores_that_are_no_probabilities_have_no_calibration() {
        let table = from_rows(&[(-2.0, 0, 1.0), (3.0, 1, 1.0)], false);
        for mean in [BRIER, LOG_LOSS, EXCESS] {
            assert_eq!(mean.value(&table), Err(Reason::ScoreNotProbability));
        }
        assert_eq!(POSITIVE_MEAN.value(&table), Ok(3.0));
        let unlabelled = from_rows(&[(0.5, 2, 1.0)], false);
        assert_eq!(BRIER.value(&unlabelled), Err(Reason::NoRows));
        assert_eq!(NEGATIVE_MEAN.value(&unlabelled), Err(Reason::NoNegatives));
    }
}
