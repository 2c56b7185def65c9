//! Named disparities over the groups of a view, in one table (FORMULAS §3.3).

use waage_core::estimate::Reason;
use waage_core::quantity::{Comparison, Direction, Quantity, Scheme};

use crate::catalogue::{CATALOGUE, ERRORS, FOUND, METRICS, Metric, STRUCK};
use crate::confusion::Confusion;
use crate::shape::Shape;

/// A disparity with a name of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)] // the table documents each
pub enum Disparity {
    DemographicParityDifference,
    DemographicParityRatio,
    EqualOpportunityDifference,
    EqualOpportunityRatio,
    EqualizedOddsDifference,
    EqualizedOddsRatio,
    EqualizedOddsDifferenceMean,
    EqualizedOddsRatioMean,
    PredictiveParityDifference,
    PredictiveParityRatio,
    AverageOddsDifference,
    AverageAbsoluteOddsDifference,
    TreatmentEqualityDifference,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The disparity.
    pub disparity: Disparity,
    /// Its public description.
    pub quantity: Quantity,
    /// Over all groups, or of one group against the reference.
    pub scheme: Scheme,
    /// Difference or ratio.
    pub comparison: Comparison,
    /// Whether `summary` lists it (Fairlearn's names).
    pub in_summary: bool,
    /// The shape of the value that it is the difference of, where it is one; its interval then
    /// needs no replicates.
    pub shape: Option<Shape>,
}

const UNIT: (Option<f64>, Option<f64>) = (Some(0.0), Some(1.0));
const SIGNED: (Option<f64>, Option<f64>) = (Some(-1.0), Some(1.0));

const fn row(
    disparity: Disparity,
    name: &'static str,
    aliases: &'static [&'static str],
    formula: &'static str,
    scheme: Scheme,
    comparison: Comparison,
    in_summary: bool,
) -> Row {
    let ratio = matches!(comparison, Comparison::Ratio);
    let signed = matches!(scheme, Scheme::ToReference);
    let range = match disparity {
        Disparity::TreatmentEqualityDifference => (None, None),
        Disparity::AverageAbsoluteOddsDifference => UNIT,
        _ if signed => SIGNED,
        _ => UNIT,
    };
    let needs_label = !matches!(
        disparity,
        Disparity::DemographicParityDifference | Disparity::DemographicParityRatio
    );
    Row {
        disparity,
        quantity: Quantity {
            name,
            aliases,
            direction: if ratio {
                Direction::Higher
            } else {
                Direction::Lower
            },
            range,
            formula,
            needs_label,
            needs_decision: true,
            needs_score: false,
            headline: true,
        },
        scheme,
        comparison,
        in_summary,
        shape: match disparity {
            Disparity::AverageOddsDifference => Some(Shape::Mean([FOUND, STRUCK])),
            Disparity::TreatmentEqualityDifference => Some(Shape::Odds(ERRORS)),
            _ => None,
        },
    }
}

use Comparison::{Difference, Ratio};
use Scheme::{BetweenGroups, ToReference};

/// The named disparities, in the order of documents.
pub static NAMED: [Row; 13] = [
    row(
        Disparity::DemographicParityDifference,
        "demographic_parity_difference",
        &["statistical_parity_difference"],
        "max − min of selection_rate",
        BetweenGroups,
        Difference,
        true,
    ),
    row(
        Disparity::DemographicParityRatio,
        "demographic_parity_ratio",
        &["disparate_impact", "four_fifths"],
        "min / max of selection_rate",
        BetweenGroups,
        Ratio,
        true,
    ),
    row(
        Disparity::EqualOpportunityDifference,
        "equal_opportunity_difference",
        &[],
        "max − min of true_positive_rate",
        BetweenGroups,
        Difference,
        true,
    ),
    row(
        Disparity::EqualOpportunityRatio,
        "equal_opportunity_ratio",
        &[],
        "min / max of true_positive_rate",
        BetweenGroups,
        Ratio,
        true,
    ),
    row(
        Disparity::EqualizedOddsDifference,
        "equalized_odds_difference",
        &[],
        "the larger of max − min of true_positive_rate and of false_positive_rate",
        BetweenGroups,
        Difference,
        true,
    ),
    row(
        Disparity::EqualizedOddsRatio,
        "equalized_odds_ratio",
        &[],
        "the smaller of min / max of true_positive_rate and of false_positive_rate",
        BetweenGroups,
        Ratio,
        true,
    ),
    row(
        Disparity::EqualizedOddsDifferenceMean,
        "equalized_odds_difference_mean",
        &[],
        "mean of max − min of true_positive_rate and of false_positive_rate",
        BetweenGroups,
        Difference,
        false,
    ),
    row(
        Disparity::EqualizedOddsRatioMean,
        "equalized_odds_ratio_mean",
        &[],
        "mean of min / max of true_positive_rate and of false_positive_rate",
        BetweenGroups,
        Ratio,
        false,
    ),
    row(
        Disparity::PredictiveParityDifference,
        "predictive_parity_difference",
        &[],
        "max − min of precision",
        BetweenGroups,
        Difference,
        false,
    ),
    row(
        Disparity::PredictiveParityRatio,
        "predictive_parity_ratio",
        &[],
        "min / max of precision",
        BetweenGroups,
        Ratio,
        false,
    ),
    row(
        Disparity::AverageOddsDifference,
        "average_odds_difference",
        &[],
        "½ (difference of false_positive_rate + difference of true_positive_rate)",
        ToReference,
        Difference,
        false,
    ),
    row(
        Disparity::AverageAbsoluteOddsDifference,
        "average_absolute_odds_difference",
        &["average_abs_odds_difference", "average_odds_error"],
        "½ (|difference of false_positive_rate| + |difference of true_positive_rate|)",
        ToReference,
        Difference,
        false,
    ),
    row(
        Disparity::TreatmentEqualityDifference,
        "treatment_equality_difference",
        &["treatment_equality"],
        "FN/FP of the group − FN/FP of the reference",
        ToReference,
        Difference,
        false,
    ),
];

/// A value, or why there is none.
pub type Value = Result<f64, Reason>;

/// The values of one set of rows that disparities are functions of.
#[derive(Clone, Copy, Debug)]
pub struct Values {
    /// The confusion table.
    pub table: Confusion,
    /// By metric, in the catalogue's order; `not_available` where none was asked for.
    metrics: [Value; METRICS],
}

impl Values {
    /// The values of every metric of a confusion table.
    #[must_use]
    pub fn of(table: &Confusion) -> Self {
        Self {
            table: *table,
            metrics: std::array::from_fn(|m| CATALOGUE[m].metric.value(table)),
        }
    }

    /// The values of no metric.
    #[must_use]
    pub fn none() -> Self {
        Self {
            table: Confusion::default(),
            metrics: [Err(Reason::NotAvailable); METRICS],
        }
    }

    /// Takes the values of some metrics of another table; those of all others stay as they are.
    #[inline]
    pub fn set(&mut self, table: &Confusion, metrics: &[Metric]) {
        self.table = *table;
        for metric in metrics {
            self.metrics[*metric as usize] = metric.value(table);
        }
    }

    /// The value of a metric.
    #[inline]
    pub const fn get(&self, metric: Metric) -> Value {
        self.metrics[metric as usize]
    }
}

/// Largest minus smallest, or smallest over largest, of the defined values.
///
/// # Errors
/// `one_group` with fewer than two defined values, `zero_reference` when the largest is 0,
/// `ratio_undefined` when one is negative.
#[inline]
pub fn range(values: impl Iterator<Item = Value>, comparison: Comparison) -> Value {
    let (mut low, mut high, mut defined) = (f64::INFINITY, f64::NEG_INFINITY, 0);
    let mut why = None;
    for value in values {
        match value {
            Ok(value) => {
                defined += 1;
                low = low.min(value);
                high = high.max(value);
            }
            Err(reason) => why = why.or(Some(reason)),
        }
    }
    if defined < 2 {
        return Err(match why {
            Some(reason) if defined == 0 => reason,
            _ => Reason::OneGroup,
        });
    }
    if comparison == Comparison::Ratio {
        quotient(low, high)
    } else {
        Ok(high - low)
    }
}

/// The value farthest from that of all rows: largest `|m − all|`, or smallest of `m/all` and
/// `all/m`; and its position.
///
/// # Errors
/// The reason of `all`, or `one_group` with fewer than two defined values.
pub fn farthest(
    values: impl Iterator<Item = Value>,
    all: Value,
    comparison: Comparison,
) -> Result<(f64, usize), Reason> {
    let all = all?;
    let ratio = comparison == Comparison::Ratio;
    let mut worst: Option<(f64, usize)> = None;
    let mut defined = 0;
    for (i, value) in values.enumerate() {
        let Ok(value) = value else { continue };
        defined += 1;
        let distance = if ratio {
            quotient(value.min(all), value.max(all))?
        } else {
            (value - all).abs()
        };
        let worse = worst.is_none_or(|(w, _)| if ratio { distance < w } else { distance > w });
        if worse {
            worst = Some((distance, i));
        }
    }
    worst.filter(|_| defined > 1).ok_or(Reason::OneGroup)
}

/// One value against another.
///
/// # Errors
/// The reason of an undefined side, `zero_reference`, or `ratio_undefined` for negative values.
#[inline]
pub fn compare(group: Value, reference: Value, comparison: Comparison) -> Value {
    let (group, reference) = (group?, reference?);
    match comparison {
        Comparison::Ratio => quotient(group, reference),
        Comparison::Difference => Ok(group - reference),
        Comparison::None => Ok(group),
    }
}

fn quotient(num: f64, den: f64) -> Value {
    if num < 0.0 || den < 0.0 {
        Err(Reason::RatioUndefined)
    } else if den == 0.0 {
        Err(Reason::ZeroReference)
    } else {
        Ok(num / den)
    }
}

/// Both if both are defined, else the one that is.
fn of_both(a: Value, b: Value, join: impl Fn(f64, f64) -> f64) -> Value {
    match (a, b) {
        (Ok(a), Ok(b)) => Ok(join(a, b)),
        (Ok(one), Err(_)) | (Err(_), Ok(one)) => Ok(one),
        (Err(reason), Err(_)) => Err(reason),
    }
}

/// How the ranges of several metrics make one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Join {
    /// The widest: the largest difference or the smallest ratio of those defined.
    Widest,
    /// Their mean.
    Mean,
}

impl Disparity {
    /// The disparity's row of the table.
    #[must_use]
    pub fn row(self) -> &'static Row {
        &NAMED[self as usize]
    }

    /// The metrics of every group that its value over all groups is a function of.
    #[must_use]
    pub const fn metrics(self) -> &'static [Metric] {
        use Metric::{FalsePositiveRate, Precision, SelectionRate, TruePositiveRate};
        match self {
            Self::DemographicParityDifference | Self::DemographicParityRatio => &[SelectionRate],
            Self::EqualOpportunityDifference | Self::EqualOpportunityRatio => &[TruePositiveRate],
            Self::EqualizedOddsDifference
            | Self::EqualizedOddsRatio
            | Self::EqualizedOddsDifferenceMean
            | Self::EqualizedOddsRatioMean => &[TruePositiveRate, FalsePositiveRate],
            Self::PredictiveParityDifference | Self::PredictiveParityRatio => &[Precision],
            Self::AverageOddsDifference
            | Self::AverageAbsoluteOddsDifference
            | Self::TreatmentEqualityDifference => &[],
        }
    }

    /// Whether a small change of the counts changes it by as little: no range, no absolute gap.
    #[must_use]
    pub const fn is_smooth(self) -> bool {
        matches!(
            self,
            Self::AverageOddsDifference | Self::TreatmentEqualityDifference
        )
    }

    /// The metrics whose ranges it is made of; none where it is made of something else.
    #[must_use]
    pub const fn ranges(self) -> Option<(&'static [Metric], Join)> {
        match (self, self.metrics()) {
            (_, []) => None,
            (Self::EqualizedOddsDifferenceMean | Self::EqualizedOddsRatioMean, metrics) => {
                Some((metrics, Join::Mean))
            }
            (_, metrics) => Some((metrics, Join::Widest)),
        }
    }

    /// Its value over all groups of a view.
    ///
    /// # Errors
    /// The reason of an undefined constituent.
    pub fn over(self, groups: &[Values]) -> Value {
        let row = self.row();
        let of = |metric: Metric| range(groups.iter().map(|v| v.get(metric)), row.comparison);
        let (tpr, fpr) = (Metric::TruePositiveRate, Metric::FalsePositiveRate);
        match self {
            Self::DemographicParityDifference | Self::DemographicParityRatio => {
                of(Metric::SelectionRate)
            }
            Self::EqualOpportunityDifference | Self::EqualOpportunityRatio => of(tpr),
            Self::EqualizedOddsDifference => of_both(of(tpr), of(fpr), f64::max),
            Self::EqualizedOddsRatio => of_both(of(tpr), of(fpr), f64::min),
            Self::EqualizedOddsDifferenceMean | Self::EqualizedOddsRatioMean => {
                Ok((of(tpr)? + of(fpr)?) / 2.0)
            }
            Self::PredictiveParityDifference | Self::PredictiveParityRatio => of(Metric::Precision),
            Self::AverageOddsDifference
            | Self::AverageAbsoluteOddsDifference
            | Self::TreatmentEqualityDifference => Err(Reason::NotAvailable),
        }
    }

    /// Its value for one group against a reference.
    ///
    /// # Errors
    /// The reason of an undefined constituent.
    pub fn against(self, group: &Values, reference: &Values) -> Value {
        let gap = |metric: Metric| {
            compare(
                metric.value(&group.table),
                metric.value(&reference.table),
                Comparison::Difference,
            )
        };
        let (tpr, fpr) = (Metric::TruePositiveRate, Metric::FalsePositiveRate);
        match self {
            Self::AverageOddsDifference => Ok((gap(fpr)? + gap(tpr)?) / 2.0),
            Self::AverageAbsoluteOddsDifference => Ok((gap(fpr)?.abs() + gap(tpr)?.abs()) / 2.0),
            Self::TreatmentEqualityDifference => {
                let odds = |values: &Values| Metric::ErrorOdds.value(&values.table);
                Ok(odds(group)? - odds(reference)?)
            }
            _ => Err(Reason::NotAvailable),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(tp: f64, fp: f64, false_negatives: f64, tn: f64) -> Values {
        Values::of(&Confusion::of_cells(tp, fp, false_negatives, tn))
    }

    #[test]
    fn named_disparities_are_those_of_the_worked_example() {
        let groups = Confusion::e1().map(|table| Values::of(&table));
        let expected = [
            (Disparity::DemographicParityDifference, 0.35),
            (Disparity::DemographicParityRatio, 5.0 / 12.0),
            (Disparity::EqualOpportunityDifference, 0.4),
            (Disparity::EqualOpportunityRatio, 0.5),
            (Disparity::EqualizedOddsDifference, 0.4),
            (Disparity::EqualizedOddsRatio, 0.4),
            (Disparity::EqualizedOddsDifferenceMean, 0.32),
            (Disparity::EqualizedOddsRatioMean, 0.45),
            (Disparity::PredictiveParityDifference, 0.15),
        ];
        for (disparity, value) in expected {
            assert!(
                (disparity.over(&groups).unwrap() - value).abs() < 1e-12,
                "{disparity:?}"
            );
        }
        let b = |d: Disparity| d.against(&groups[1], &groups[0]).unwrap();
        assert!((b(Disparity::AverageOddsDifference) - -0.2).abs() < 1e-12);
        assert!((b(Disparity::AverageAbsoluteOddsDifference) - 0.2).abs() < 1e-12);
        assert!((b(Disparity::TreatmentEqualityDifference) - 1.5).abs() < 1e-12);
        let all = values(64.0, 30.0, 31.0, 75.0);
        let of = |c| {
            let each = groups.iter().map(|v| v.get(Metric::SelectionRate));
            farthest(each, all.get(Metric::SelectionRate), c).unwrap()
        };
        assert!((of(Comparison::Difference).0 - 0.22).abs() < 1e-12);
        assert!((of(Comparison::Ratio).0 - 25.0 / 47.0).abs() < 1e-12);
        assert_eq!(of(Comparison::Ratio).1, 2);
    }

    #[test]
    fn rows_stand_at_their_disparity() {
        for (i, row) in NAMED.iter().enumerate() {
            assert_eq!(row.disparity as usize, i);
        }
    }

    #[test]
    fn undefined_groups_are_skipped_and_one_is_not_enough() {
        let values = [Ok(0.5), Err(Reason::NoPositives), Ok(0.2)];
        assert_eq!(range(values.into_iter(), Comparison::Difference), Ok(0.3));
        let one = [Ok(0.5), Err(Reason::NoPositives)];
        assert_eq!(
            range(one.into_iter(), Comparison::Ratio),
            Err(Reason::OneGroup)
        );
        let zeros = [Ok(0.0), Ok(0.0)];
        assert_eq!(
            range(zeros.into_iter(), Comparison::Ratio),
            Err(Reason::ZeroReference)
        );
    }
}
