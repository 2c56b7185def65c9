//! Proportions of the confusion table (FORMULAS §2.1).

use waage_core::estimate::Reason::{NoNegatives, NoPositives, NoRows, NoneRejected, NoneSelected};

use super::{Kind, Metric, REJECTED, Row, SELECTED, rate};
use crate::confusion::{ANY, Decisions, NEGATIVE, POSITIVE, Part};

pub(super) const TP: Part = Part(POSITIVE, SELECTED);
pub(super) const FP: Part = Part(NEGATIVE, SELECTED);
pub(super) const FN: Part = Part(POSITIVE, REJECTED);
pub(super) const TN: Part = Part(NEGATIVE, REJECTED);

/// The family's rows, in the order of documents.
pub(super) const ROWS: [Row; 15] = [
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
        "predicted_prevalence",
    ])
    .headline(),
    Row::new(
        Metric::RejectionShare,
        "rejection_share",
        "R/(S+R)",
        "d",
        rate(&[Part(ANY, REJECTED)], &[Part(ANY, SELECTED)], NoRows),
    )
    .aka(&["PNL"]),
    Row::new(
        Metric::ShareOfSelected,
        "share_of_selected",
        "S of the group/S of all rows",
        "d",
        Kind::ShareOfSelected,
    )
    .aka(&["ppr"]),
    Row::new(
        Metric::AbstentionRate,
        "abstention_rate",
        "rows without a decision/n",
        "d",
        rate(
            &[Part(ANY, Decisions::Missing)],
            &[Part(ANY, SELECTED), Part(ANY, REJECTED)],
            NoRows,
        ),
    )
    .lower(),
    Row::new(
        Metric::TruePositiveRate,
        "true_positive_rate",
        "TP/(TP+FN)",
        "yd",
        rate(&[TP], &[FN], NoPositives),
    )
    .aka(&["recall", "sensitivity", "hit_rate", "tpr"])
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
        Metric::ErrorRate,
        "error_rate",
        "(FP+FN)/(TP+FP+FN+TN)",
        "yd",
        rate(&[FP, FN], &[TP, TN], NoRows),
    )
    .aka(&["zero_one_loss"])
    .lower(),
];
