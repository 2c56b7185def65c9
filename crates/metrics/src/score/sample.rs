//! A group's scores, ready to be measured: values, standard errors, bounds of binning.

use std::sync::OnceLock;

use waage_core::estimate::Reason;
use waage_core::tally::ScoreTable;

use super::bins::{self, BIN_ROWS_MIN, BINS};
use super::brier::Part;
use super::catalogue::ScoreMetric;
use super::logistic::{Coefficient, Line};
use super::mean::{self, Averaged};
use super::scoring_rate::Median;
use super::table::{ALL, LABELLED, Masses, NEGATIVE, POSITIVE};
use super::{auc, ks, precision};
use crate::disparity::Value;

/// The scores of a group and, once asked for, the line fitted to them.
pub(crate) struct Sample<'a> {
    table: &'a ScoreTable,
    median: Option<Median>,
    line: OnceLock<Result<Line, Reason>>,
}

impl<'a> Sample<'a> {
    /// A table, and the median of all rows for the scoring rate.
    pub const fn new(table: &'a ScoreTable, median: Option<Median>) -> Self {
        Self {
            table,
            median,
            line: OnceLock::new(),
        }
    }

    /// The table.
    pub const fn table(&self) -> &'a ScoreTable {
        self.table
    }

    fn line(&self) -> Result<Line, Reason> {
        *self.line.get_or_init(|| Line::fit(self.table))
    }

    /// Rows behind a metric.
    pub fn rows(&self, metric: ScoreMetric) -> u64 {
        self.table.count_of(labels(metric))
    }

    /// The value of a metric of one table; those against a background are not.
    pub fn value(&self, metric: ScoreMetric) -> Value {
        let table = self.table;
        if table.count_of(&ALL) == 0 {
            return Err(Reason::NoScores);
        }
        if let Some(mean) = averaged(metric) {
            return mean.value(table);
        }
        match metric {
            ScoreMetric::RocAuc => auc::roc_auc(table),
            ScoreMetric::Gini => auc::gini(table),
            ScoreMetric::AveragePrecision => precision::average_precision(table),
            ScoreMetric::KsStatistic => ks::ks_statistic(table),
            ScoreMetric::BrierReliability | ScoreMetric::BrierResolution
                if table.widths.is_some() =>
            {
                Err(Reason::ScoresBinned)
            }
            ScoreMetric::BrierReliability => Part::Reliability.value(table),
            ScoreMetric::BrierResolution => Part::Resolution.value(table),
            ScoreMetric::BrierUncertainty => Part::Uncertainty.value(table),
            ScoreMetric::ExpectedCalibrationError => bins::expected_calibration_error(table, BINS),
            ScoreMetric::ExpectedCalibrationErrorEqualMass => {
                bins::expected_calibration_error_equal_mass(table, BINS)
            }
            ScoreMetric::MaximumCalibrationError => {
                bins::maximum_calibration_error(table, BINS, BIN_ROWS_MIN)
            }
            ScoreMetric::ExpectedObservedRatio => mean::expected_observed_ratio(table),
            ScoreMetric::CalibrationSlope => self.line().map(|line| line.slope),
            ScoreMetric::CalibrationIntercept => self.line().map(|line| line.intercept),
            ScoreMetric::ScoringRate => match self.median {
                Some(median) => median.rate(table).value,
                None => Err(Reason::NoScores),
            },
            _ => Err(Reason::NotAvailable),
        }
    }

    /// The influence of a row on a smooth metric, by place and label; nothing for others.
    pub fn influence(
        &self,
        metric: ScoreMetric,
        value: f64,
        mut sink: impl FnMut(usize, usize, f64),
    ) {
        let table = self.table;
        if let Some(mean) = averaged(metric) {
            return mean.influence(table, value, sink);
        }
        match metric {
            ScoreMetric::RocAuc => auc::influence(table, value, sink),
            ScoreMetric::Gini => {
                let area = f64::midpoint(value, 1.0);
                auc::influence(table, area, |at, label, phi| sink(at, label, 2.0 * phi));
            }
            ScoreMetric::AveragePrecision => precision::influence(table, value, sink),
            ScoreMetric::BrierReliability => Part::Reliability.influence(table, value, sink),
            ScoreMetric::BrierResolution => Part::Resolution.influence(table, value, sink),
            ScoreMetric::BrierUncertainty => Part::Uncertainty.influence(table, value, sink),
            ScoreMetric::ExpectedObservedRatio => {
                mean::expected_observed_influence(table, value, sink);
            }
            ScoreMetric::CalibrationSlope | ScoreMetric::CalibrationIntercept => {
                if let Ok(line) = self.line() {
                    line.influence(coefficient(metric), table, sink);
                }
            }
            ScoreMetric::ScoringRate => {
                let weight = table.total_of(&ALL);
                for (at, &score) in table.scores.iter().enumerate() {
                    let above = self.median.is_some_and(|median| score > median.score);
                    let above = if above { 1.0 } else { 0.0 };
                    for label in ALL {
                        sink(at, label, (above - value) / weight);
                    }
                }
            }
            _ => {}
        }
    }

    /// The standard error of a smooth metric with this value: the root of the weighted sum of squared
    /// influences, times `m/(m − 1)` of each class for areas (which is DeLong's), else of all rows.
    ///
    /// # Errors
    /// `too_few_rows` for fewer than two rows (areas: of each class); `constant_score` where scores
    /// cannot vary, `no_spread` where every row contributes the same.
    pub fn standard_error(&self, metric: ScoreMetric, value: f64) -> Result<f64, Reason> {
        let mut sums = [0.0; 3];
        if metric == ScoreMetric::RocAuc {
            sums = auc::squared_influences(self.table, value);
        } else if let Some(mean) = averaged(metric) {
            sums = mean.squared_influences(self.table, value);
        } else {
            self.influence(metric, value, |at, label, phi| {
                sums[label] += self.table.square(label, at) * phi * phi;
            });
        }
        let counts = std::array::from_fn(|label| self.table.count(label));
        Spread {
            metric,
            value,
            counts,
            sums,
        }
        .standard_error(|| self.is_constant())
    }

    fn is_constant(&self) -> bool {
        self.table.span(POSITIVE) == self.table.span(NEGATIVE)
            && self
                .table
                .span(POSITIVE)
                .is_some_and(|(low, high)| low == high)
    }

    /// Rows of the smaller class, effective ones (Kish) where weighted.
    pub fn smaller_class(&self) -> f64 {
        let size = |&label: &usize| {
            let total = self.table.total(label);
            match self.table.is_weighted() {
                true => total * total / self.table.squares(label),
                false => total,
            }
        };
        LABELLED.iter().map(size).fold(f64::INFINITY, f64::min)
    }

    /// How far a value of binned scores may be from that of the scores themselves; 0 for exact ones.
    pub fn slack(&self, metric: ScoreMetric) -> f64 {
        let table = self.table;
        if table.widths.is_none() {
            return 0.0;
        }
        if let Some(mean) = averaged(metric) {
            return mean.slack(table);
        }
        match metric {
            ScoreMetric::RocAuc => auc::slack(table),
            ScoreMetric::Gini => 2.0 * auc::slack(table),
            ScoreMetric::AveragePrecision => precision::slack(table),
            ScoreMetric::KsStatistic => ks::slack(table),
            ScoreMetric::ExpectedCalibrationError => bins::slack(table, BINS, 1.0),
            ScoreMetric::ExpectedCalibrationErrorEqualMass => bins::slack_equal_mass(table, BINS),
            ScoreMetric::MaximumCalibrationError => {
                let total = table.total_of(&LABELLED);
                let least = bins::equal_width(table, BINS)
                    .iter()
                    .filter(|bin| bin.rows >= BIN_ROWS_MIN)
                    .map(|bin| bin.weight / total)
                    .fold(1.0, f64::min);
                bins::slack(table, BINS, least)
            }
            ScoreMetric::ExpectedObservedRatio => {
                mean::EXCESS.slack(table) * table.total_of(&LABELLED)
                    / table.total(POSITIVE).max(f64::MIN_POSITIVE)
            }
            ScoreMetric::CalibrationSlope | ScoreMetric::CalibrationIntercept => self
                .line()
                .map_or(0.0, |line| line.slack(coefficient(metric), table)),
            ScoreMetric::ScoringRate => self.median.map_or(0.0, |median| median.slack(table)),
            _ => 0.0,
        }
    }
}

/// What a standard error is made of.
pub(crate) struct Spread {
    pub metric: ScoreMetric,
    pub value: f64,
    /// Rows by label code.
    pub counts: [u64; 3],
    /// Σ of the squared influences of each label's rows, weights squared.
    pub sums: [f64; 3],
}

impl Spread {
    /// See [`Sample::standard_error`]; `is_constant` tells whether all scores are one.
    pub fn standard_error(&self, is_constant: impl FnOnce() -> bool) -> Result<f64, Reason> {
        let by_class = matches!(self.metric, ScoreMetric::RocAuc | ScoreMetric::Gini);
        let parts = labels(self.metric);
        let all = parts.iter().map(|&label| self.counts[label]).sum();
        let count = |label: usize| if by_class { self.counts[label] } else { all };
        if parts.iter().any(|&label| count(label) < 2) {
            return Err(Reason::TooFewRows);
        }
        let factor = |label: usize| count(label) as f64 / (count(label) - 1) as f64;
        let part = |&label: &usize| self.sums[label] * factor(label);
        let variance: f64 = parts.iter().map(part).sum();
        // Residues of rounding are no spread.
        if variance.sqrt() > 1e-13 * self.value.abs().max(f64::MIN_POSITIVE) {
            return Ok(variance.sqrt());
        }
        Err(match by_class && is_constant() {
            true => Reason::ConstantScore,
            false => Reason::NoSpread,
        })
    }
}

/// Whose rows a metric rests on.
pub(crate) fn labels(metric: ScoreMetric) -> &'static [usize] {
    match metric {
        ScoreMetric::ScoringRate => &ALL,
        _ => averaged(metric).map_or(&LABELLED, |mean| mean.labels),
    }
}

/// The metrics that are means.
pub(crate) const fn averaged(metric: ScoreMetric) -> Option<Averaged> {
    match metric {
        ScoreMetric::GeneralizedTruePositiveRate => Some(mean::POSITIVE_MEAN),
        ScoreMetric::GeneralizedFalsePositiveRate => Some(mean::NEGATIVE_MEAN),
        ScoreMetric::CalibrationInTheLarge => Some(mean::EXCESS),
        ScoreMetric::BrierScore => Some(mean::BRIER),
        ScoreMetric::LogLoss => Some(mean::LOG_LOSS),
        _ => None,
    }
}

const fn coefficient(metric: ScoreMetric) -> Coefficient {
    match metric {
        ScoreMetric::CalibrationIntercept => Coefficient::Intercept,
        _ => Coefficient::Slope,
    }
}

#[cfg(test)]
mod tests {
    use super::super::catalogue::{Nature, SCORES};
    use super::super::table::{fixture, from_rows};
    use super::*;

    #[test]
    fn the_area_s_standard_error_is_delong_s() {
        let all = fixture::e3_all();
        let sample = Sample::new(&all, None);
        let se = sample
            .standard_error(ScoreMetric::RocAuc, 57.0 / 70.0)
            .unwrap();
        assert!((se * se - 0.017_482_993).abs() < 1e-9);
        assert!((se - 0.132_223_270).abs() < 1e-9);
        let gini = sample
            .standard_error(ScoreMetric::Gini, 2.0 * 57.0 / 70.0 - 1.0)
            .unwrap();
        assert!((gini - 2.0 * se).abs() < 1e-12);
    }

    /// The influence function against the value itself with one row's weight moved a little.
    #[test]
    fn influences_are_derivatives_of_the_values() {
        let step = 1e-6;
        for seed in 0..6 {
            let rows = fixture::random(seed, 60, 12, true);
            let table = from_rows(&rows, true);
            let median = Median::of(&table);
            let smooth = SCORES
                .iter()
                .filter(|row| matches!(row.nature, Nature::Area | Nature::Smooth | Nature::Share));
            for row in smooth {
                let sample = Sample::new(&table, median);
                let value = sample.value(row.metric).unwrap();
                sample.influence(row.metric, value, |at, label, phi| {
                    if table.rows[label][at] == 0 {
                        return;
                    }
                    let moved = |by: f64| {
                        let mut moved = table.clone();
                        moved.weights.as_mut().unwrap()[label][at] += by;
                        Sample::new(&moved, median).value(row.metric).unwrap()
                    };
                    let slope = (moved(step) - moved(-step)) / (2.0 * step);
                    let near = (slope - phi).abs() < 1e-6 * (1.0 + phi.abs());
                    assert!(near, "{:?} {at} {label}: {slope} {phi}", row.metric);
                });
            }
        }
    }

    /// Without weights, against the jackknife, which shares nothing with the influence functions.
    #[test]
    fn standard_errors_are_close_to_the_jackknife_s() {
        let rows = fixture::random(3, 400, 50, false);
        let table = from_rows(&rows, false);
        let median = Median::of(&table);
        for metric in [
            ScoreMetric::RocAuc,
            ScoreMetric::AveragePrecision,
            ScoreMetric::BrierScore,
            ScoreMetric::CalibrationSlope,
            ScoreMetric::CalibrationIntercept,
            ScoreMetric::ExpectedObservedRatio,
        ] {
            let of = |table: &ScoreTable| Sample::new(table, median).value(metric).unwrap();
            let se = Sample::new(&table, median)
                .standard_error(metric, of(&table))
                .unwrap();
            let without: Vec<f64> = (0..rows.len())
                .map(|i| {
                    let mut rest = rows.clone();
                    rest.swap_remove(i);
                    of(&from_rows(&rest, false))
                })
                .collect();
            let n = rows.len() as f64;
            let mean = without.iter().sum::<f64>() / n;
            let squares: f64 = without.iter().map(|v| (v - mean) * (v - mean)).sum();
            let jackknife = ((n - 1.0) / n * squares).sqrt();
            assert!(
                (se / jackknife - 1.0).abs() < 0.05,
                "{metric:?} {se} {jackknife}"
            );
        }
    }

    #[test]
    fn nothing_is_said_of_how_sure_a_constant_is() {
        let rows: Vec<_> = (0..20).map(|i| (0.5, u8::from(i < 8), 1.0)).collect();
        let table = from_rows(&rows, false);
        let sample = Sample::new(&table, Median::of(&table));
        assert_eq!(sample.value(ScoreMetric::RocAuc), Ok(0.5));
        assert_eq!(
            sample.standard_error(ScoreMetric::RocAuc, 0.5),
            Err(Reason::ConstantScore)
        );
        let means = ScoreMetric::GeneralizedTruePositiveRate;
        assert_eq!(sample.standard_error(means, 0.5), Err(Reason::NoSpread));
    }
}
