//! Metrics of scores (FORMULAS §2.2).

use super::{Kind, Metric, Row};

/// The family's rows, in the order of documents.
pub(super) const ROWS: [Row; 1] =
    [
        Row::new(Metric::MeanScore, "mean_score", "Σws/Σw", "s", Kind::Mean)
            .aka(&["mean_prediction"])
            .within(None, None)
            .headline(),
    ];
