//! Counts and weights of rows (FORMULAS §2.1): facts of the data, never compared between groups.

use super::{Kind, Metric, Row};

const fn count(
    metric: Metric,
    name: &'static str,
    formula: &'static str,
    needs: &str,
    aliases: &'static [&'static str],
) -> Row {
    Row::new(metric, name, formula, needs, Kind::Count)
        .aka(aliases)
        .within(Some(0.0), None)
}

/// The family's rows, in the order of documents.
pub(super) const ROWS: [Row; 7] = [
    count(
        Metric::Count,
        "count",
        "n",
        "",
        &["group_size", "num_instances"],
    )
    .headline(),
    count(Metric::WeightSum, "weight_sum", "Σw", "", &[]),
    count(
        Metric::EffectiveCount,
        "effective_count",
        "(Σw)²/Σw²",
        "",
        &["effective_sample_size"],
    ),
    count(
        Metric::TruePositives,
        "true_positives",
        "TP",
        "yd",
        &["num_true_positives", "tp"],
    ),
    count(
        Metric::FalsePositives,
        "false_positives",
        "FP",
        "yd",
        &["num_false_positives", "fp"],
    ),
    count(
        Metric::FalseNegatives,
        "false_negatives",
        "FN",
        "yd",
        &["num_false_negatives", "fn"],
    ),
    count(
        Metric::TrueNegatives,
        "true_negatives",
        "TN",
        "yd",
        &["num_true_negatives", "tn"],
    ),
];
