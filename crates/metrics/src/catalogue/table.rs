//! Functions of the whole confusion table (FORMULAS §2.1, §3.6).

use super::rates::{FN, FP, TN, TP};
use super::{ERRORS, FOUND, Kind, Metric, REJECTED, Row, SELECTED, SPARED, STRUCK, rate};
use crate::confusion::{ANY, Part};
use crate::shape::{Shape, Split};
use waage_core::estimate::Reason::NoPositives;
use waage_core::interval::Scale;

/// Half a row in every cell.
const HALVES: [f64; 4] = [0.5; 4];
/// No prior in the missed positives: the index is defined only where there are none.
const NOT_MISSED: [f64; 4] = [0.5, 0.5, 0.0, 0.5];

const fn shaped(metric: Metric, name: &'static str, formula: &'static str, shape: Shape) -> Row {
    Row::new(metric, name, formula, "yd", Kind::Shaped(shape))
}

const fn smooth(
    metric: Metric,
    name: &'static str,
    formula: &'static str,
    scale: Scale,
    prior: [f64; 4],
) -> Row {
    let shape = Shape::Smooth {
        metric,
        scale,
        prior,
    };
    let row = shaped(metric, name, formula, shape);
    match scale {
        Scale::Fisher => row.within(Some(-1.0), Some(1.0)),
        Scale::Log => row.within(Some(0.0), None),
    }
}

/// The family's rows, in the order of documents.
pub(super) const ROWS: [Row; 16] = [
    shaped(
        Metric::BalancedAccuracy,
        "balanced_accuracy",
        "(TPR+TNR)/2",
        Shape::Mean([FOUND, SPARED]),
    )
    .aka(&["balanced_accuracy_score"])
    .higher()
    .headline(),
    shaped(
        Metric::F1,
        "f1",
        "2TP/(2TP+FP+FN)",
        Shape::Dice(Split {
            hit: &[TP],
            miss: &[FP, FN],
        }),
    )
    .aka(&["f1_score"])
    .higher()
    .headline(),
    Row::new(
        Metric::Jaccard,
        "jaccard",
        "TP/(TP+FP+FN)",
        "yd",
        rate(&[TP], &[FP, FN], NoPositives),
    )
    .aka(&["jaccard_score", "threat_score", "csi"])
    .higher(),
    smooth(
        Metric::MatthewsCorrelation,
        "matthews_correlation",
        "(TP·TN−FP·FN)/√(S·P·N·R)",
        Scale::Fisher,
        HALVES,
    )
    .aka(&["matthews_corrcoef", "mcc"])
    .higher(),
    smooth(
        Metric::CohenKappa,
        "cohen_kappa",
        "(p_o−p_e)/(1−p_e), p_o=(TP+TN)/T, p_e=(S·P+R·N)/T²",
        Scale::Fisher,
        HALVES,
    )
    .aka(&["cohen_kappa_score"])
    .higher(),
    shaped(
        Metric::YoudenJ,
        "youden_j",
        "TPR−FPR",
        Shape::Gap([FOUND, STRUCK]),
    )
    .aka(&["informedness"])
    .within(Some(-1.0), Some(1.0))
    .higher(),
    Row::new(
        Metric::OddsOfSelection,
        "odds_of_selection",
        "S/R",
        "d",
        Kind::Shaped(Shape::Odds(Split {
            hit: &[Part(ANY, SELECTED)],
            miss: &[Part(ANY, REJECTED)],
        })),
    )
    .within(Some(0.0), None),
    shaped(
        Metric::ErrorOdds,
        "error_odds",
        "FN/FP",
        Shape::Odds(ERRORS),
    )
    .within(Some(0.0), None),
    smooth(
        Metric::ConditionalAcceptance,
        "conditional_acceptance",
        "P/S",
        Scale::Log,
        HALVES,
    ),
    smooth(
        Metric::ConditionalRejection,
        "conditional_rejection",
        "N/R",
        Scale::Log,
        HALVES,
    ),
    smooth(Metric::Lift, "lift", "(TP/S)/(P/T)", Scale::Log, HALVES).higher(),
    shaped(
        Metric::MeanBenefit,
        "mean_benefit",
        "(T+FP−FN)/T",
        Shape::Benefit {
            up: &[FP],
            down: &[FN],
            rest: &[TP, TN],
        },
    )
    .aka(&["benefit"])
    .within(Some(0.0), Some(2.0)),
    smooth(
        Metric::GeneralizedEntropyIndex,
        "generalized_entropy_index",
        "Σ[(b/μ)²−1]/(2T), b=1+d−y, μ=Σb/T",
        Scale::Log,
        HALVES,
    )
    .aka(&["generalized_entropy_error", "GE"])
    .lower(),
    smooth(
        Metric::TheilIndex,
        "theil_index",
        "Σ(b/μ)ln(b/μ)/T, b=1+d−y, μ=Σb/T",
        Scale::Log,
        HALVES,
    )
    .lower(),
    smooth(
        Metric::MeanLogDeviation,
        "mean_log_deviation",
        "−Σln(b/μ)/T, b=1+d−y, μ=Σb/T",
        Scale::Log,
        NOT_MISSED,
    )
    .lower(),
    smooth(
        Metric::CoefficientOfVariation,
        "coefficient_of_variation",
        "√(2·generalized_entropy_index)",
        Scale::Log,
        HALVES,
    )
    .lower(),
];
