//! Every per-group metric in one table: to add one, add a variant, a row and an arm of `value`.
//!
//! Rows stand by family in files of their own ([`CATALOGUE`] joins them, in the order of
//! [`Metric`]); a row is one expression of the builder `Row::new`.

mod counts;
mod rates;
mod scores;
mod table;
mod value;

use waage_core::estimate::Reason;
use waage_core::quantity::{Direction, Quantity};

use crate::confusion::{Decisions, NEGATIVE, POSITIVE, Part};
use crate::shape::{Shape, Split};

/// A metric of one group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)] // the table documents each
pub enum Metric {
    Count,
    WeightSum,
    EffectiveCount,
    TruePositives,
    FalsePositives,
    FalseNegatives,
    TrueNegatives,
    // Proportions.
    BaseRate,
    SelectionRate,
    RejectionShare,
    ShareOfSelected,
    AbstentionRate,
    TruePositiveRate,
    FalsePositiveRate,
    TrueNegativeRate,
    FalseNegativeRate,
    Precision,
    NegativePredictiveValue,
    FalseDiscoveryRate,
    FalseOmissionRate,
    Accuracy,
    ErrorRate,
    // Functions of the table.
    BalancedAccuracy,
    F1,
    Jaccard,
    MatthewsCorrelation,
    CohenKappa,
    YoudenJ,
    OddsOfSelection,
    ErrorOdds,
    ConditionalAcceptance,
    ConditionalRejection,
    Lift,
    MeanBenefit,
    GeneralizedEntropyIndex,
    TheilIndex,
    MeanLogDeviation,
    CoefficientOfVariation,
    // Scores.
    MeanScore,
}

/// How a metric is computed, and so which interval it has by default.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Rows or sums of weights: never compared between groups.
    Count,
    /// `hit/(hit + miss)`: an exact rational with Wilson's interval, Newcombe's for differences,
    /// Koopman's for ratios. The reason is for an empty denominator.
    Proportion {
        /// The numerator.
        hit: &'static [Part],
        /// The rest of the denominator.
        miss: &'static [Part],
        /// Why it is undefined when the denominator is empty.
        empty: Reason,
    },
    /// The group's part of all selected rows: Wilson's interval, replicates for comparisons,
    /// because the parts of groups depend on each other.
    ShareOfSelected,
    /// A function of independent proportions: limits recovered from Wilson's, also for differences
    /// and ratios. Also other smooth functions of the table, with large-sample errors.
    Shaped(Shape),
    /// A mean of scores: normal interval from exact sums.
    Mean,
}

/// One row of the catalogue.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The metric.
    pub metric: Metric,
    /// Its public description.
    pub quantity: Quantity,
    /// How it is computed.
    pub kind: Kind,
}

impl Row {
    /// A neutral proportion-like quantity in [0, 1]; `needs` names the columns it needs: `y`
    /// labels, `d` decisions, `s` scores.
    pub(crate) const fn new(
        metric: Metric,
        name: &'static str,
        formula: &'static str,
        needs: &str,
        kind: Kind,
    ) -> Self {
        Self {
            metric,
            quantity: Quantity::new(name, formula).needs(needs),
            kind,
        }
    }

    /// The names of the same metric elsewhere.
    pub(crate) const fn aka(mut self, aliases: &'static [&'static str]) -> Self {
        self.quantity.aliases = aliases;
        self
    }

    /// More is better.
    pub(crate) const fn higher(mut self) -> Self {
        self.quantity.direction = Direction::Higher;
        self
    }

    /// Less is better.
    pub(crate) const fn lower(mut self) -> Self {
        self.quantity.direction = Direction::Lower;
        self
    }

    /// Another range than [0, 1]; `None` where unbounded.
    pub(crate) const fn within(mut self, low: Option<f64>, high: Option<f64>) -> Self {
        self.quantity.range = (low, high);
        self
    }

    /// Shown in tables for people without being asked for.
    pub(crate) const fn headline(mut self) -> Self {
        self.quantity.headline = true;
        self
    }
}

const SELECTED: Decisions = Decisions::Selected;
const REJECTED: Decisions = Decisions::Rejected;

/// The true-positive rate.
pub(crate) const FOUND: Split = Split {
    hit: &[Part(POSITIVE, SELECTED)],
    miss: &[Part(POSITIVE, REJECTED)],
};
/// The true-negative rate.
const SPARED: Split = Split {
    hit: &[Part(NEGATIVE, REJECTED)],
    miss: &[Part(NEGATIVE, SELECTED)],
};
/// The false-positive rate.
pub(crate) const STRUCK: Split = Split {
    hit: SPARED.miss,
    miss: SPARED.hit,
};
/// The precision.
pub(crate) const RIGHT_AMONG_SELECTED: Split = Split {
    hit: FOUND.hit,
    miss: STRUCK.hit,
};
/// The false-omission rate.
pub(crate) const MISSED_AMONG_REJECTED: Split = Split {
    hit: FOUND.miss,
    miss: SPARED.hit,
};
/// Missed positives against false ones, FN/FP.
pub(crate) const ERRORS: Split = Split {
    hit: &[Part(POSITIVE, REJECTED)],
    miss: &[Part(NEGATIVE, SELECTED)],
};

/// A proportion of the table: `hit/(hit + miss)`.
pub(crate) const fn rate(hit: &'static [Part], miss: &'static [Part], empty: Reason) -> Kind {
    Kind::Proportion { hit, miss, empty }
}

/// The number of metrics.
pub const METRICS: usize =
    counts::ROWS.len() + rates::ROWS.len() + table::ROWS.len() + scores::ROWS.len();

/// The catalogue (FORMULAS §2.1, §2.2), in the order in which documents list it.
pub static CATALOGUE: [Row; METRICS] =
    joined(&[&counts::ROWS, &rates::ROWS, &table::ROWS, &scores::ROWS]);

/// The rows of all families, one after another; they are as many as there are metrics.
const fn joined(families: &[&[Row]]) -> [Row; METRICS] {
    let mut out = [families[0][0]; METRICS];
    let (mut family, mut at) = (0, 0);
    while family < families.len() {
        let mut i = 0;
        while i < families[family].len() {
            out[at] = families[family][i];
            at += 1;
            i += 1;
        }
        family += 1;
    }
    out
}

impl Metric {
    /// The metric's row of the catalogue.
    #[must_use]
    pub fn row(self) -> &'static Row {
        &CATALOGUE[self as usize]
    }

    /// Its public description.
    #[must_use]
    pub fn quantity(self) -> &'static Quantity {
        &self.row().quantity
    }

    /// Whether it may be negative by its definition: its ratios mean nothing.
    #[must_use]
    #[inline]
    pub fn may_be_negative(self) -> bool {
        self.quantity().range.0.is_some_and(|least| least < 0.0)
    }

    /// The metric of a name or of one of its aliases.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        CATALOGUE
            .iter()
            .find(|row| row.quantity.name == name || row.quantity.aliases.contains(&name))
            .map(|row| row.metric)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::confusion::Confusion;

    #[test]
    fn rows_stand_at_their_metric_and_names_are_unique() {
        let mut names = std::collections::HashSet::new();
        for (i, row) in CATALOGUE.iter().enumerate() {
            assert_eq!(row.metric as usize, i);
            assert!(names.insert(row.quantity.name));
            for alias in row.quantity.aliases {
                assert!(names.insert(alias), "{alias}");
            }
        }
    }

    #[test]
    fn values_are_those_of_the_worked_example() {
        let near = |metric: Metric, table: &Confusion, expected: f64| {
            let value = metric.value(table).unwrap();
            assert!((value - expected).abs() < 5e-10, "{metric:?} {value}");
        };
        let all = Confusion::of_cells(64.0, 30.0, 31.0, 75.0);
        let expected: [(Metric, [f64; 4]); 16] = [
            (Metric::SelectionRate, [0.6, 0.4, 0.25, 0.47]),
            (Metric::RejectionShare, [0.4, 0.6, 0.75, 0.53]),
            (Metric::BaseRate, [0.5, 0.5, 0.375, 0.475]),
            (Metric::TruePositiveRate, [0.8, 0.6, 0.4, 64.0 / 95.0]),
            (Metric::FalseNegativeRate, [0.2, 0.4, 0.6, 31.0 / 95.0]),
            (Metric::FalsePositiveRate, [0.4, 0.2, 0.16, 2.0 / 7.0]),
            (Metric::TrueNegativeRate, [0.6, 0.8, 0.84, 5.0 / 7.0]),
            (Metric::Precision, [2.0 / 3.0, 0.75, 0.6, 64.0 / 94.0]),
            (Metric::Accuracy, [0.7, 0.7, 0.675, 0.695]),
            (Metric::ErrorRate, [0.3, 0.3, 0.325, 0.305]),
            (Metric::BalancedAccuracy, [0.7, 0.7, 0.62, 0.693_984_962_4]),
            (Metric::F1, [8.0 / 11.0, 2.0 / 3.0, 0.48, 0.677_248_677_2]),
            (
                Metric::MatthewsCorrelation,
                [
                    0.408_248_290_5,
                    0.408_248_290_5,
                    0.268_328_157_3,
                    0.388_184_020,
                ],
            ),
            (
                Metric::CohenKappa,
                [0.4, 0.4, 0.257_142_857_1, 0.388_164_493],
            ),
            (
                Metric::Jaccard,
                [0.571_428_571_4, 0.5, 0.315_789_473_7, 0.512],
            ),
            (Metric::MeanBenefit, [1.1, 0.9, 0.875, 0.995]),
        ];
        for (metric, values) in expected {
            let tables = Confusion::e1();
            for (table, value) in tables.iter().chain([&all]).zip(values) {
                near(metric, table, value);
            }
        }
        let [a, b, _] = Confusion::e1();
        near(Metric::YoudenJ, &a, 0.4);
        near(Metric::OddsOfSelection, &a, 1.5);
        near(Metric::ErrorOdds, &a, 0.5);
        near(Metric::ErrorOdds, &b, 2.0);
        near(Metric::ConditionalAcceptance, &b, 30.0 / 24.0);
        near(Metric::ConditionalRejection, &b, 30.0 / 36.0);
        near(Metric::Lift, &a, 4.0 / 3.0);
        near(Metric::GeneralizedEntropyIndex, &all, 0.154_023_888);
        near(Metric::CoefficientOfVariation, &all, 0.555_020_519);
        near(Metric::TheilIndex, &all, 0.214_001_641);
        assert_eq!(
            Metric::MeanLogDeviation.value(&all),
            Err(Reason::ZeroMeanBenefit)
        );
        let shared = Confusion {
            all_selected: 94.0,
            ..b
        };
        near(Metric::ShareOfSelected, &shared, 24.0 / 94.0);
    }

    #[test]
    fn an_empty_denominator_has_a_reason() {
        let empty = Confusion::default();
        let compared = |row: &&Row| !matches!(row.kind, Kind::Count);
        for row in CATALOGUE.iter().filter(compared) {
            assert!(row.metric.value(&empty).is_err(), "{:?}", row.metric);
        }
        assert_eq!(
            Metric::TruePositiveRate.value(&empty),
            Err(Reason::NoPositives)
        );
    }
}
