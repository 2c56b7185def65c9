//! Every score metric and score disparity, one row each.

use waage_core::quantity::{Comparison, Direction, Quantity, Scheme};

use super::subgroup::Pairing;

/// A metric of one group's scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)] // the table documents each
pub enum ScoreMetric {
    RocAuc,
    Gini,
    AveragePrecision,
    KsStatistic,
    BrierScore,
    BrierReliability,
    BrierResolution,
    BrierUncertainty,
    LogLoss,
    ExpectedCalibrationError,
    ExpectedCalibrationErrorEqualMass,
    MaximumCalibrationError,
    CalibrationInTheLarge,
    ExpectedObservedRatio,
    CalibrationSlope,
    CalibrationIntercept,
    GeneralizedTruePositiveRate,
    GeneralizedFalsePositiveRate,
    ScoringRate,
    BpsnAuc,
    BnspAuc,
    BackgroundAuc,
    XaucDisparity,
}

/// How sure a metric is, and what it is a function of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// An area under the curve or a map of it: DeLong.
    Area,
    /// Smooth in the masses of the table: normal with the influence function's standard error.
    Smooth,
    /// A share of rows: Wilson.
    Share,
    /// A maximum or a sum of absolute values: resampled.
    Rough,
    /// An area between a group and its background; has no comparisons.
    Placed(Pairing),
    /// The difference of two such areas.
    Crossed,
}

/// One row of the table of metrics.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// The metric.
    pub metric: ScoreMetric,
    /// Its public description.
    pub quantity: Quantity,
    /// How sure it is.
    pub nature: Nature,
}

const fn row(
    metric: ScoreMetric,
    name: &'static str,
    formula: &'static str,
    needs: &str,
    nature: Nature,
) -> Row {
    Row {
        metric,
        quantity: Quantity::new(name, formula).needs(needs),
        nature,
    }
}

impl Row {
    const fn aka(mut self, aliases: &'static [&'static str]) -> Self {
        self.quantity.aliases = aliases;
        self
    }

    const fn higher(mut self) -> Self {
        self.quantity.direction = Direction::Higher;
        self
    }

    const fn lower(mut self) -> Self {
        self.quantity.direction = Direction::Lower;
        self
    }

    const fn within(mut self, low: Option<f64>, high: Option<f64>) -> Self {
        self.quantity.range = (low, high);
        self
    }

    const fn headline(mut self) -> Self {
        self.quantity.headline = true;
        self
    }
}

use Nature::{Area, Crossed, Placed, Rough, Share, Smooth};
use ScoreMetric as M;

/// The score metrics, in the order of documents.
pub static SCORES: [Row; 23] = [
    row(
        M::RocAuc,
        "roc_auc",
        "(Σ_pos rank − m(m+1)/2)/(m·n), midranks",
        "ys",
        Area,
    )
    .aka(&["auc", "roc_auc_score", "subgroup_auc", "c_statistic"])
    .higher()
    .headline(),
    row(M::Gini, "gini", "2·AUC − 1", "ys", Area)
        .aka(&["accuracy_ratio", "somers_d"])
        .within(Some(-1.0), Some(1.0))
        .higher(),
    row(
        M::AveragePrecision,
        "average_precision",
        "Σ_t (Rec_t − Rec_{t−1})·Prec_t over distinct scores",
        "ys",
        Smooth,
    )
    .aka(&["average_precision_score", "pr_auc"])
    .higher(),
    row(
        M::KsStatistic,
        "ks_statistic",
        "max_t |F_pos(t) − F_neg(t)|",
        "ys",
        Rough,
    )
    .aka(&["ks"])
    .higher(),
    row(M::BrierScore, "brier_score", "Σw(s − y)²/Σw", "ys", Smooth)
        .aka(&["brier", "brier_score_loss"])
        .lower()
        .headline(),
    row(
        M::BrierReliability,
        "brier_reliability",
        "Σ_u (W_u/W)(u − ȳ_u)² over distinct scores",
        "ys",
        Smooth,
    )
    .lower(),
    row(
        M::BrierResolution,
        "brier_resolution",
        "Σ_u (W_u/W)(ȳ_u − ȳ)² over distinct scores",
        "ys",
        Smooth,
    )
    .higher(),
    row(
        M::BrierUncertainty,
        "brier_uncertainty",
        "ȳ(1 − ȳ)",
        "ys",
        Smooth,
    )
    .within(Some(0.0), Some(0.25)),
    row(
        M::LogLoss,
        "log_loss",
        "−Σw[y ln s + (1 − y) ln(1 − s)]/Σw, s clipped to [ε, 1 − ε]",
        "ys",
        Smooth,
    )
    .aka(&["cross_entropy"])
    .within(Some(0.0), None)
    .lower(),
    row(
        M::ExpectedCalibrationError,
        "expected_calibration_error",
        "Σ_b (W_b/W)·|s̄_b − ȳ_b|, 10 bins ⌊10·s⌋",
        "ys",
        Rough,
    )
    .aka(&["ece"])
    .lower()
    .headline(),
    row(
        M::ExpectedCalibrationErrorEqualMass,
        "expected_calibration_error_equal_mass",
        "Σ_b (W_b/W)·|s̄_b − ȳ_b|, 10 bins of equal mass",
        "ys",
        Rough,
    )
    .aka(&["adaptive_calibration_error"])
    .lower(),
    row(
        M::MaximumCalibrationError,
        "maximum_calibration_error",
        "max_b |s̄_b − ȳ_b|, 10 bins ⌊10·s⌋ with at least 10 rows",
        "ys",
        Rough,
    )
    .aka(&["mce"])
    .lower(),
    row(
        M::CalibrationInTheLarge,
        "calibration_in_the_large",
        "mean score − base rate",
        "ys",
        Smooth,
    )
    .aka(&["citl"])
    .within(Some(-1.0), Some(1.0))
    .headline(),
    row(
        M::ExpectedObservedRatio,
        "expected_observed_ratio",
        "mean score / base rate",
        "ys",
        Smooth,
    )
    .aka(&["eo_ratio"])
    .within(Some(0.0), None),
    row(
        M::CalibrationSlope,
        "calibration_slope",
        "slope of the logistic regression of y on logit(s)",
        "ys",
        Smooth,
    )
    .within(None, None),
    row(
        M::CalibrationIntercept,
        "calibration_intercept",
        "intercept of the logistic regression of y on logit(s)",
        "ys",
        Smooth,
    )
    .within(None, None),
    row(
        M::GeneralizedTruePositiveRate,
        "generalized_true_positive_rate",
        "mean score of y = 1",
        "ys",
        Smooth,
    )
    .aka(&["generalized_tpr"])
    .within(None, None),
    row(
        M::GeneralizedFalsePositiveRate,
        "generalized_false_positive_rate",
        "mean score of y = 0",
        "ys",
        Smooth,
    )
    .aka(&["generalized_fpr"])
    .within(None, None),
    row(
        M::ScoringRate,
        "scoring_rate",
        "share with s > median of all scored rows",
        "s",
        Share,
    ),
    row(
        M::BpsnAuc,
        "bpsn_auc",
        "AUC(others' positives, group's negatives)",
        "ys",
        Placed(Pairing::BackgroundPositive),
    )
    .higher(),
    row(
        M::BnspAuc,
        "bnsp_auc",
        "AUC(group's positives, others' negatives)",
        "ys",
        Placed(Pairing::BackgroundNegative),
    )
    .higher(),
    row(
        M::BackgroundAuc,
        "background_auc",
        "AUC(others' positives, others' negatives)",
        "ys",
        Placed(Pairing::Background),
    )
    .higher(),
    row(
        M::XaucDisparity,
        "xauc_disparity",
        "bnsp_auc − bpsn_auc",
        "ys",
        Crossed,
    )
    .aka(&["xauc"])
    .within(Some(-1.0), Some(1.0)),
];

impl ScoreMetric {
    /// The metric's row of the table.
    #[must_use]
    pub fn row(self) -> &'static Row {
        &SCORES[self as usize]
    }

    /// Its public description.
    #[must_use]
    pub fn quantity(self) -> &'static Quantity {
        &self.row().quantity
    }

    /// Whether groups are compared by it; the areas against a background compare already.
    #[must_use]
    pub fn is_compared(self) -> bool {
        !matches!(self.row().nature, Placed(_) | Crossed)
    }

    /// The metric of a name or of one of its aliases.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        SCORES
            .iter()
            .find(|row| row.quantity.name == name || row.quantity.aliases.contains(&name))
            .map(|row| row.metric)
    }
}

/// A disparity of scores with a name of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)] // the table documents each
pub enum ScoreDisparity {
    BalancePositive,
    BalanceNegative,
    CalibrationParity,
    AucParity,
    GeneralizedMeanAuc,
    MultiaccuracyError,
    MulticalibrationError,
    Abroca,
    Wasserstein1,
    KsOrdered,
    CohenD,
}

/// One row of the table of disparities.
#[derive(Clone, Copy, Debug)]
pub struct DisparityRow {
    /// The disparity.
    pub disparity: ScoreDisparity,
    /// Its public description.
    pub quantity: Quantity,
    /// Over all groups, or of one group against the reference.
    pub scheme: Scheme,
    /// How it compares.
    pub comparison: Comparison,
}

const fn disparity(
    disparity: ScoreDisparity,
    name: &'static str,
    formula: &'static str,
    needs: &str,
    scheme: Scheme,
) -> DisparityRow {
    let mut quantity = Quantity::new(name, formula).needs(needs);
    quantity.direction = Direction::Lower;
    DisparityRow {
        disparity,
        quantity,
        scheme,
        comparison: Comparison::Difference,
    }
}

impl DisparityRow {
    const fn within(mut self, low: Option<f64>, high: Option<f64>) -> Self {
        self.quantity.range = (low, high);
        self
    }

    const fn neutral(mut self) -> Self {
        self.quantity.direction = Direction::Neutral;
        self
    }

    const fn value(mut self) -> Self {
        self.comparison = Comparison::None;
        self
    }

    const fn higher(mut self) -> Self {
        self.quantity.direction = Direction::Higher;
        self
    }
}

use Scheme::{BetweenGroups, ToReference};
use ScoreDisparity as D;

/// The score disparities, in the order of documents.
pub static SCORE_DISPARITIES: [DisparityRow; 11] = [
    disparity(
        D::BalancePositive,
        "balance_positive",
        "max − min of generalized_true_positive_rate",
        "ys",
        BetweenGroups,
    )
    .within(Some(0.0), None),
    disparity(
        D::BalanceNegative,
        "balance_negative",
        "max − min of generalized_false_positive_rate",
        "ys",
        BetweenGroups,
    )
    .within(Some(0.0), None),
    disparity(
        D::CalibrationParity,
        "calibration_parity",
        "max − min of calibration_in_the_large",
        "ys",
        BetweenGroups,
    )
    .within(Some(0.0), Some(2.0)),
    disparity(
        D::AucParity,
        "auc_parity",
        "max − min of roc_auc",
        "ys",
        BetweenGroups,
    ),
    disparity(
        D::GeneralizedMeanAuc,
        "generalized_mean_auc",
        "(mean_g AUC_g^p)^(1/p), p = −5",
        "ys",
        BetweenGroups,
    )
    .value()
    .higher(),
    disparity(
        D::MultiaccuracyError,
        "multiaccuracy_error",
        "max_g |calibration_in_the_large|",
        "ys",
        BetweenGroups,
    )
    .value(),
    disparity(
        D::MulticalibrationError,
        "multicalibration_error",
        "max_{g,b} (W_gb/W)·|s̄_gb − ȳ_gb|, 10 bins ⌊10·s⌋",
        "ys",
        BetweenGroups,
    )
    .value(),
    disparity(
        D::Abroca,
        "abroca",
        "∫₀¹ |ROC_g(x) − ROC_r(x)| dx",
        "ys",
        ToReference,
    ),
    disparity(
        D::Wasserstein1,
        "wasserstein_1",
        "∫ |F_g(t) − F_r(t)| dt",
        "s",
        ToReference,
    )
    .within(Some(0.0), None),
    disparity(
        D::KsOrdered,
        "ks_ordered",
        "max_t |F_g(t) − F_r(t)|",
        "s",
        ToReference,
    ),
    disparity(
        D::CohenD,
        "cohen_d",
        "(s̄_g − s̄_r)/s_pooled",
        "s",
        ToReference,
    )
    .within(None, None)
    .neutral(),
];

impl ScoreDisparity {
    /// The disparity's row of the table.
    #[must_use]
    pub fn row(self) -> &'static DisparityRow {
        &SCORE_DISPARITIES[self as usize]
    }

    /// Its public description.
    #[must_use]
    pub fn quantity(self) -> &'static Quantity {
        &self.row().quantity
    }

    /// The disparity of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        SCORE_DISPARITIES
            .iter()
            .find(|row| row.quantity.name == name)
            .map(|row| row.disparity)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::quantities;

    #[test]
    fn rows_stand_at_their_place() {
        for (i, row) in SCORES.iter().enumerate() {
            assert_eq!(row.metric as usize, i);
            assert_eq!(ScoreMetric::parse(row.quantity.name), Some(row.metric));
        }
        for (i, row) in SCORE_DISPARITIES.iter().enumerate() {
            assert_eq!(row.disparity as usize, i);
        }
    }

    #[test]
    fn no_name_is_given_twice_in_the_crate() {
        let mut names = std::collections::HashSet::new();
        for quantity in quantities() {
            assert!(names.insert(quantity.name), "{}", quantity.name);
            for alias in quantity.aliases {
                assert!(names.insert(alias), "{alias}");
            }
        }
    }
}
