//! Every per-group metric in one table: to add one, add a variant, a row and an arm of `value`.
//!
//! Rows stand by family in files of their own ([`CATALOGUE`] joins them, in the order of
//! [`Metric`]); a row is one expression of the builder [`Row::new`].

mod rates;
mod scores;
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
    BaseRate,
    SelectionRate,
    TruePositiveRate,
    FalsePositiveRate,
    TrueNegativeRate,
    FalseNegativeRate,
    Precision,
    NegativePredictiveValue,
    FalseDiscoveryRate,
    FalseOmissionRate,
    Accuracy,
    BalancedAccuracy,
    F1,
    MeanScore,
}

/// How a metric is computed, and so which interval it has by default.
#[derive(Clone, Copy, Debug)]
pub enum Kind {
    /// Rows.
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
    /// A function of independent proportions: limits recovered from Wilson's, also for differences
    /// and ratios.
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
pub const METRICS: usize = rates::ROWS.len() + scores::ROWS.len();

/// The catalogue (FORMULAS §2.1, §2.2), in the order in which documents list it.
pub static CATALOGUE: [Row; METRICS] = joined(&[&rates::ROWS, &scores::ROWS]);

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
        let expected: [(Metric, [f64; 3]); 8] = [
            (Metric::SelectionRate, [0.6, 0.4, 0.25]),
            (Metric::BaseRate, [0.5, 0.5, 0.375]),
            (Metric::TruePositiveRate, [0.8, 0.6, 0.4]),
            (Metric::FalsePositiveRate, [0.4, 0.2, 0.16]),
            (Metric::Precision, [2.0 / 3.0, 0.75, 0.6]),
            (Metric::Accuracy, [0.7, 0.7, 0.675]),
            (Metric::BalancedAccuracy, [0.7, 0.7, 0.62]),
            (Metric::F1, [0.727_272_727_272_727_3, 2.0 / 3.0, 0.48]),
        ];
        for (metric, values) in expected {
            for (table, value) in Confusion::e1().iter().zip(values) {
                assert!(
                    (metric.value(table).unwrap() - value).abs() < 1e-12,
                    "{metric:?}"
                );
            }
        }
    }

    #[test]
    fn an_empty_denominator_has_a_reason() {
        let empty = Confusion::default();
        for row in &CATALOGUE[1..] {
            assert!(row.metric.value(&empty).is_err(), "{:?}", row.metric);
        }
        assert_eq!(
            Metric::TruePositiveRate.value(&empty),
            Err(Reason::NoPositives)
        );
    }
}
