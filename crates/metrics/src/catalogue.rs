//! Every per-group metric in one table: to add one, add a variant, a row and an arm of `value`.

use waage_core::estimate::Reason;
use waage_core::quantity::{Direction, Quantity};

use crate::confusion::{ANY, Confusion, Decisions, NEGATIVE, POSITIVE, Part};
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

const fn quantity(
    name: &'static str,
    aliases: &'static [&'static str],
    direction: Direction,
    range: (Option<f64>, Option<f64>),
    formula: &'static str,
    needs: &str,
) -> Quantity {
    let needs = needs.as_bytes();
    let mut found = [false; 3];
    let mut i = 0;
    while i < needs.len() {
        match needs[i] {
            b'y' => found[0] = true,
            b'd' => found[1] = true,
            b's' => found[2] = true,
            _ => {}
        }
        i += 1;
    }
    Quantity {
        name,
        aliases,
        direction,
        range,
        formula,
        needs_label: found[0],
        needs_decision: found[1],
        needs_score: found[2],
    }
}

const UNIT: (Option<f64>, Option<f64>) = (Some(0.0), Some(1.0));
use Direction::{Higher, Lower, Neutral};

/// The catalogue (FORMULAS §2.1, §2.2), in the order in which documents list it.
pub static CATALOGUE: [Row; 15] = [
    Row {
        metric: Metric::Count,
        quantity: quantity(
            "count",
            &["group_size", "num_instances"],
            Neutral,
            (Some(0.0), None),
            "n",
            "",
        ),
        kind: Kind::Count,
    },
    Row {
        metric: Metric::BaseRate,
        quantity: quantity(
            "base_rate",
            &["prevalence", "prev", "pos_data_rate"],
            Neutral,
            UNIT,
            "P/(P+N)",
            "y",
        ),
        kind: Kind::Proportion {
            hit: &[Part(POSITIVE, Decisions::Any)],
            miss: &[Part(NEGATIVE, Decisions::Any)],
            empty: Reason::NoRows,
        },
    },
    Row {
        metric: Metric::SelectionRate,
        quantity: quantity(
            "selection_rate",
            &[
                "acceptance_rate",
                "positive_rate",
                "pprev",
                "PPL",
                "success_rate",
                "pos_pred_rate",
            ],
            Neutral,
            UNIT,
            "S/(S+R)",
            "d",
        ),
        kind: Kind::Proportion {
            hit: &[Part(ANY, SELECTED)],
            miss: &[Part(ANY, REJECTED)],
            empty: Reason::NoRows,
        },
    },
    Row {
        metric: Metric::TruePositiveRate,
        quantity: quantity(
            "true_positive_rate",
            &["recall", "sensitivity", "tpr"],
            Higher,
            UNIT,
            "TP/(TP+FN)",
            "yd",
        ),
        kind: Kind::Proportion {
            hit: &[Part(POSITIVE, SELECTED)],
            miss: &[Part(POSITIVE, REJECTED)],
            empty: Reason::NoPositives,
        },
    },
    Row {
        metric: Metric::FalsePositiveRate,
        quantity: quantity(
            "false_positive_rate",
            &["fall_out", "fpr"],
            Lower,
            UNIT,
            "FP/(FP+TN)",
            "yd",
        ),
        kind: Kind::Proportion {
            hit: &[Part(NEGATIVE, SELECTED)],
            miss: &[Part(NEGATIVE, REJECTED)],
            empty: Reason::NoNegatives,
        },
    },
    Row {
        metric: Metric::TrueNegativeRate,
        quantity: quantity(
            "true_negative_rate",
            &["specificity", "selectivity", "tnr"],
            Higher,
            UNIT,
            "TN/(FP+TN)",
            "yd",
        ),
        kind: Kind::Proportion {
            hit: &[Part(NEGATIVE, REJECTED)],
            miss: &[Part(NEGATIVE, SELECTED)],
            empty: Reason::NoNegatives,
        },
    },
    Row {
        metric: Metric::FalseNegativeRate,
        quantity: quantity(
            "false_negative_rate",
            &["miss_rate", "fnr"],
            Lower,
            UNIT,
            "FN/(TP+FN)",
            "yd",
        ),
        kind: Kind::Proportion {
            hit: &[Part(POSITIVE, REJECTED)],
            miss: &[Part(POSITIVE, SELECTED)],
            empty: Reason::NoPositives,
        },
    },
    Row {
        metric: Metric::Precision,
        quantity: quantity(
            "precision",
            &["positive_predictive_value", "ppv"],
            Higher,
            UNIT,
            "TP/(TP+FP)",
            "yd",
        ),
        kind: Kind::Proportion {
            hit: &[Part(POSITIVE, SELECTED)],
            miss: &[Part(NEGATIVE, SELECTED)],
            empty: Reason::NoneSelected,
        },
    },
    Row {
        metric: Metric::NegativePredictiveValue,
        quantity: quantity(
            "negative_predictive_value",
            &["npv"],
            Higher,
            UNIT,
            "TN/(TN+FN)",
            "yd",
        ),
        kind: Kind::Proportion {
            hit: &[Part(NEGATIVE, REJECTED)],
            miss: &[Part(POSITIVE, REJECTED)],
            empty: Reason::NoneRejected,
        },
    },
    Row {
        metric: Metric::FalseDiscoveryRate,
        quantity: quantity(
            "false_discovery_rate",
            &["fdr"],
            Lower,
            UNIT,
            "FP/(TP+FP)",
            "yd",
        ),
        kind: Kind::Proportion {
            hit: &[Part(NEGATIVE, SELECTED)],
            miss: &[Part(POSITIVE, SELECTED)],
            empty: Reason::NoneSelected,
        },
    },
    Row {
        metric: Metric::FalseOmissionRate,
        quantity: quantity(
            "false_omission_rate",
            &["for"],
            Lower,
            UNIT,
            "FN/(TN+FN)",
            "yd",
        ),
        kind: Kind::Proportion {
            hit: &[Part(POSITIVE, REJECTED)],
            miss: &[Part(NEGATIVE, REJECTED)],
            empty: Reason::NoneRejected,
        },
    },
    Row {
        metric: Metric::Accuracy,
        quantity: quantity(
            "accuracy",
            &["accuracy_score"],
            Higher,
            UNIT,
            "(TP+TN)/(TP+FP+FN+TN)",
            "yd",
        ),
        kind: Kind::Proportion {
            hit: &[Part(POSITIVE, SELECTED), Part(NEGATIVE, REJECTED)],
            miss: &[Part(POSITIVE, REJECTED), Part(NEGATIVE, SELECTED)],
            empty: Reason::NoRows,
        },
    },
    Row {
        metric: Metric::BalancedAccuracy,
        quantity: quantity(
            "balanced_accuracy",
            &["balanced_accuracy_score"],
            Higher,
            UNIT,
            "(TPR+TNR)/2",
            "yd",
        ),
        kind: Kind::Shaped(Shape::Mean([FOUND, SPARED])),
    },
    Row {
        metric: Metric::F1,
        quantity: quantity("f1", &["f1_score"], Higher, UNIT, "2TP/(2TP+FP+FN)", "yd"),
        kind: Kind::Shaped(Shape::Dice(Split {
            hit: &[Part(POSITIVE, SELECTED)],
            miss: &[Part(NEGATIVE, SELECTED), Part(POSITIVE, REJECTED)],
        })),
    },
    Row {
        metric: Metric::MeanScore,
        quantity: quantity(
            "mean_score",
            &["mean_prediction"],
            Neutral,
            (None, None),
            "Σws/Σw",
            "s",
        ),
        kind: Kind::Mean,
    },
];

/// The number of metrics.
pub const METRICS: usize = CATALOGUE.len();

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

    /// Its value on a confusion table; the reason where it is undefined.
    ///
    /// # Errors
    /// The [`Reason`] of a zero denominator.
    #[inline]
    pub fn value(self, c: &Confusion) -> Result<f64, Reason> {
        use Reason::{
            NoNegatives, NoPositives, NoRows, NoScores, NoneRejected, NoneSelected, OneClassOnly,
        };
        let (p, n) = (c.tp + c.false_negatives, c.fp + c.tn);
        let (s, r) = (c.tp + c.fp, c.false_negatives + c.tn);
        let (num, den, empty) = match self {
            Self::Count => return Ok(c.selected + c.rejected),
            Self::BaseRate => (c.positives, c.positives + c.negatives, NoRows),
            Self::SelectionRate => (c.selected, c.selected + c.rejected, NoRows),
            Self::TruePositiveRate => (c.tp, p, NoPositives),
            Self::FalsePositiveRate => (c.fp, n, NoNegatives),
            Self::TrueNegativeRate => (c.tn, n, NoNegatives),
            Self::FalseNegativeRate => (c.false_negatives, p, NoPositives),
            Self::Precision => (c.tp, s, NoneSelected),
            Self::NegativePredictiveValue => (c.tn, r, NoneRejected),
            Self::FalseDiscoveryRate => (c.fp, s, NoneSelected),
            Self::FalseOmissionRate => (c.false_negatives, r, NoneRejected),
            Self::Accuracy => (c.tp + c.tn, p + n, NoRows),
            Self::BalancedAccuracy => (c.tp * n + c.tn * p, 2.0 * p * n, OneClassOnly),
            Self::F1 => {
                let reason = if p == 0.0 { NoPositives } else { NoneSelected };
                (2.0 * c.tp, 2.0 * c.tp + c.fp + c.false_negatives, reason)
            }
            Self::MeanScore => (c.score_sum, c.scored, NoScores),
        };
        if den > 0.0 { Ok(num / den) } else { Err(empty) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
