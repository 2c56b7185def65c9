//! Counts and rates of the confusion table (FORMULAS §2.1).

use waage_core::estimate::Reason::{NoNegatives, NoPositives, NoRows, NoneRejected, NoneSelected};

use super::{FOUND, Kind, Metric, REJECTED, Row, SELECTED, SPARED, rate};
use crate::confusion::{ANY, Decisions, NEGATIVE, POSITIVE, Part};
use crate::shape::{Shape, Split};

const TP: Part = Part(POSITIVE, SELECTED);
const FP: Part = Part(NEGATIVE, SELECTED);
const FN: Part = Part(POSITIVE, REJECTED);
const TN: Part = Part(NEGATIVE, REJECTED);

/// The family's rows, in the order of documents.
pub(super) const ROWS: [Row; 14] = [
    Row::new(Metric::Count, "count", "n", "", Kind::Count)
        .aka(&["group_size", "num_instances"])
        .within(Some(0.0), None)
        .headline(),
    Row::new(
        Metric::BaseRate,
        "base_rate",
        "P/(P+N)",
        "y",
        rate(
            &[Part(POSITIVE, Decisions::Any)],
            &[Part(NEGATIVE, Decisions::Any)],
            NoRows,
        ),
    )
    .aka(&["prevalence", "prev", "pos_data_rate"])
    .headline(),
    Row::new(
        Metric::SelectionRate,
        "selection_rate",
        "S/(S+R)",
        "d",
        rate(&[Part(ANY, SELECTED)], &[Part(ANY, REJECTED)], NoRows),
    )
    .aka(&[
        "acceptance_rate",
        "positive_rate",
        "pprev",
        "PPL",
        "success_rate",
        "pos_pred_rate",
    ])
    .headline(),
    Row::new(
        Metric::TruePositiveRate,
        "true_positive_rate",
        "TP/(TP+FN)",
        "yd",
        rate(&[TP], &[FN], NoPositives),
    )
    .aka(&["recall", "sensitivity", "tpr"])
    .higher()
    .headline(),
    Row::new(
        Metric::FalsePositiveRate,
        "false_positive_rate",
        "FP/(FP+TN)",
        "yd",
        rate(&[FP], &[TN], NoNegatives),
    )
    .aka(&["fall_out", "fpr"])
    .lower()
    .headline(),
    Row::new(
        Metric::TrueNegativeRate,
        "true_negative_rate",
        "TN/(FP+TN)",
        "yd",
        rate(&[TN], &[FP], NoNegatives),
    )
    .aka(&["specificity", "selectivity", "tnr"])
    .higher()
    .headline(),
    Row::new(
        Metric::FalseNegativeRate,
        "false_negative_rate",
        "FN/(TP+FN)",
        "yd",
        rate(&[FN], &[TP], NoPositives),
    )
    .aka(&["miss_rate", "fnr"])
    .lower()
    .headline(),
    Row::new(
        Metric::Precision,
        "precision",
        "TP/(TP+FP)",
        "yd",
        rate(&[TP], &[FP], NoneSelected),
    )
    .aka(&["positive_predictive_value", "ppv"])
    .higher()
    .headline(),
    Row::new(
        Metric::NegativePredictiveValue,
        "negative_predictive_value",
        "TN/(TN+FN)",
        "yd",
        rate(&[TN], &[FN], NoneRejected),
    )
    .aka(&["npv"])
    .higher()
    .headline(),
    Row::new(
        Metric::FalseDiscoveryRate,
        "false_discovery_rate",
        "FP/(TP+FP)",
        "yd",
        rate(&[FP], &[TP], NoneSelected),
    )
    .aka(&["fdr"])
    .lower()
    .headline(),
    Row::new(
        Metric::FalseOmissionRate,
        "false_omission_rate",
        "FN/(TN+FN)",
        "yd",
        rate(&[FN], &[TN], NoneRejected),
    )
    .aka(&["for"])
    .lower()
    .headline(),
    Row::new(
        Metric::Accuracy,
        "accuracy",
        "(TP+TN)/(TP+FP+FN+TN)",
        "yd",
        rate(&[TP, TN], &[FN, FP], NoRows),
    )
    .aka(&["accuracy_score"])
    .higher()
    .headline(),
    Row::new(
        Metric::BalancedAccuracy,
        "balanced_accuracy",
        "(TPR+TNR)/2",
        "yd",
        Kind::Shaped(Shape::Mean([FOUND, SPARED])),
    )
    .aka(&["balanced_accuracy_score"])
    .higher()
    .headline(),
    Row::new(
        Metric::F1,
        "f1",
        "2TP/(2TP+FP+FN)",
        "yd",
        Kind::Shaped(Shape::Dice(Split {
            hit: &[TP],
            miss: &[FP, FN],
        })),
    )
    .aka(&["f1_score"])
    .higher()
    .headline(),
];
