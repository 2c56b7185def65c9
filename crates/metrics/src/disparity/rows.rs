//! The table of named disparities.

use waage_core::quantity::{Comparison, Direction, Quantity, Scheme};

use super::Value;
use super::{Base, Disparity, Distance, Join, Row, Rule, index};
use crate::catalogue::{
    ERRORS, FOUND, MISSED_AMONG_REJECTED, Metric, RIGHT_AMONG_SELECTED, STRUCK,
};
use crate::confusion::{ANY, Confusion, Decisions, NEGATIVE, POSITIVE, Part};
use crate::shape::{Shape, Split};
use Comparison::{Difference, Ratio};
use Scheme::{BetweenGroups, ToBest, ToComplement, ToReference};

/// Selected against rejected rows.
const DECIDED: Split = Split {
    hit: &[Part(ANY, Decisions::Selected)],
    miss: &[Part(ANY, Decisions::Rejected)],
};
/// Positive against negative labels.
const LABELLED: Split = Split {
    hit: &[Part(POSITIVE, Decisions::Any)],
    miss: &[Part(NEGATIVE, Decisions::Any)],
};

impl Row {
    const fn new(
        disparity: Disparity,
        name: &'static str,
        formula: &'static str,
        needs: &str,
        scheme: Scheme,
        rule: Rule,
    ) -> Self {
        let mut quantity = Quantity::new(name, formula).needs(needs);
        quantity.direction = Direction::Lower;
        quantity.headline = true;
        Self {
            disparity,
            quantity,
            scheme,
            comparison: Difference,
            in_summary: false,
            to_rest: false,
            rule,
        }
    }

    /// Smallest over largest, or group over reference.
    const fn ratio(mut self) -> Self {
        self.comparison = Ratio;
        self.quantity.direction = Direction::Higher;
        self
    }

    const fn aka(mut self, aliases: &'static [&'static str]) -> Self {
        self.quantity.aliases = aliases;
        self
    }

    const fn within(mut self, low: Option<f64>, high: Option<f64>) -> Self {
        self.quantity.range = (low, high);
        self
    }

    /// In [−1, 1], 0 being parity.
    const fn signed(self) -> Self {
        self.within(Some(-1.0), Some(1.0))
    }

    const fn in_summary(mut self) -> Self {
        self.in_summary = true;
        self
    }

    const fn to_rest(mut self) -> Self {
        self.to_rest = true;
        self
    }
}

/// A disparity made of ranges over the groups.
const fn ranges(
    disparity: Disparity,
    name: &'static str,
    formula: &'static str,
    metrics: &'static [Metric],
    join: Join,
) -> Row {
    let needs = match metrics {
        [Metric::SelectionRate] => "d",
        _ => "yd",
    };
    let rule = Rule::Ranges(metrics, join);
    Row::new(disparity, name, formula, needs, BetweenGroups, rule)
}

/// An index over all groups, its value being the comparison.
const fn index(
    disparity: Disparity,
    name: &'static str,
    formula: &'static str,
    needs: &str,
    of: fn(&[super::Values], &super::Values) -> Value,
) -> Row {
    let mut row = Row::new(
        disparity,
        name,
        formula,
        needs,
        BetweenGroups,
        Rule::Index(of),
    );
    row.comparison = Comparison::None;
    row.within(Some(0.0), None)
}

/// A signed disparity of one group against the reference.
const fn against(
    disparity: Disparity,
    name: &'static str,
    formula: &'static str,
    needs: &str,
    rule: Rule,
) -> Row {
    Row::new(disparity, name, formula, needs, ToReference, rule).signed()
}

const fn distance(
    disparity: Disparity,
    name: &'static str,
    formula: &'static str,
    of: Distance,
    base: Base,
) -> Row {
    let (needs, split) = match base {
        Base::Labels => ("y", LABELLED),
        Base::Decisions => ("d", DECIDED),
    };
    let most = match of {
        Distance::KullbackLeibler => None,
        Distance::JensenShannon => Some(std::f64::consts::LN_2),
        Distance::Euclidean => Some(std::f64::consts::SQRT_2),
        Distance::TotalVariation | Distance::Largest | Distance::Hellinger => Some(1.0),
    };
    let rule = Rule::Distance(of, base, split);
    Row::new(disparity, name, formula, needs, ToReference, rule).within(Some(0.0), most)
}

const TPR: Metric = Metric::TruePositiveRate;
const FPR: Metric = Metric::FalsePositiveRate;

fn average_odds(table: &Confusion) -> Value {
    Ok(f64::midpoint(FPR.value(table)?, TPR.value(table)?))
}

fn average_predictive_value(table: &Confusion) -> Value {
    let (right, missed) = (Metric::Precision, Metric::FalseOmissionRate);
    Ok(f64::midpoint(right.value(table)?, missed.value(table)?))
}

fn error_odds(table: &Confusion) -> Value {
    Metric::ErrorOdds.value(table)
}

fn selection_angle(table: &Confusion) -> Value {
    let share = Metric::SelectionRate.value(table)?;
    Ok(2.0 * libm::asin(share.sqrt()))
}

/// The named disparities, in the order of documents.
pub static NAMED: [Row; 57] = [
    ranges(
        Disparity::DemographicParityDifference,
        "demographic_parity_difference",
        "max − min of selection_rate",
        &[Metric::SelectionRate],
        Join::Widest,
    )
    .aka(&["statistical_parity_difference"])
    .in_summary(),
    ranges(
        Disparity::DemographicParityRatio,
        "demographic_parity_ratio",
        "min / max of selection_rate",
        &[Metric::SelectionRate],
        Join::Widest,
    )
    .aka(&["disparate_impact", "four_fifths"])
    .ratio()
    .in_summary(),
    ranges(
        Disparity::EqualOpportunityDifference,
        "equal_opportunity_difference",
        "max − min of true_positive_rate",
        &[TPR],
        Join::Widest,
    )
    .in_summary(),
    ranges(
        Disparity::EqualOpportunityRatio,
        "equal_opportunity_ratio",
        "min / max of true_positive_rate",
        &[TPR],
        Join::Widest,
    )
    .ratio()
    .in_summary(),
    ranges(
        Disparity::PredictiveEqualityDifference,
        "predictive_equality_difference",
        "max − min of false_positive_rate",
        &[FPR],
        Join::Widest,
    )
    .aka(&["false_positive_rate_difference"]),
    ranges(
        Disparity::PredictiveEqualityRatio,
        "predictive_equality_ratio",
        "min / max of false_positive_rate",
        &[FPR],
        Join::Widest,
    )
    .aka(&["false_positive_rate_ratio"])
    .ratio(),
    ranges(
        Disparity::EqualizedOddsDifference,
        "equalized_odds_difference",
        "the larger of max − min of true_positive_rate and of false_positive_rate",
        &[TPR, FPR],
        Join::Widest,
    )
    .in_summary(),
    ranges(
        Disparity::EqualizedOddsRatio,
        "equalized_odds_ratio",
        "the smaller of min / max of true_positive_rate and of false_positive_rate",
        &[TPR, FPR],
        Join::Widest,
    )
    .ratio()
    .in_summary(),
    ranges(
        Disparity::EqualizedOddsDifferenceMean,
        "equalized_odds_difference_mean",
        "mean of max − min of true_positive_rate and of false_positive_rate",
        &[TPR, FPR],
        Join::Mean,
    ),
    ranges(
        Disparity::EqualizedOddsRatioMean,
        "equalized_odds_ratio_mean",
        "mean of min / max of true_positive_rate and of false_positive_rate",
        &[TPR, FPR],
        Join::Mean,
    )
    .ratio(),
    ranges(
        Disparity::PredictiveParityDifference,
        "predictive_parity_difference",
        "max − min of precision",
        &[Metric::Precision],
        Join::Widest,
    ),
    ranges(
        Disparity::PredictiveParityRatio,
        "predictive_parity_ratio",
        "min / max of precision",
        &[Metric::Precision],
        Join::Widest,
    )
    .ratio(),
    ranges(
        Disparity::NegativePredictiveParityDifference,
        "negative_predictive_parity_difference",
        "max − min of negative_predictive_value",
        &[Metric::NegativePredictiveValue],
        Join::Widest,
    ),
    ranges(
        Disparity::ConditionalUseAccuracy,
        "conditional_use_accuracy",
        "the larger of max − min of precision and of negative_predictive_value",
        &[Metric::Precision, Metric::NegativePredictiveValue],
        Join::Widest,
    ),
    ranges(
        Disparity::OverallAccuracyEquality,
        "overall_accuracy_equality",
        "max − min of accuracy",
        &[Metric::Accuracy],
        Join::Widest,
    ),
    index(
        Disparity::DifferentialFairness,
        "differential_fairness",
        "ε = max |ln p_g/p_h|, |ln (1−p_g)/(1−p_h)| of selection_rate",
        "d",
        index::differential_fairness,
    ),
    index(
        Disparity::SmoothedDifferentialFairness,
        "smoothed_differential_fairness",
        "ε with p_g = (S+½)/(n+1)",
        "d",
        index::smoothed_differential_fairness,
    )
    .aka(&["smoothed_empirical_differential_fairness"]),
    index(
        Disparity::LabelDifferentialFairness,
        "label_differential_fairness",
        "ε of base_rate with p_g = (P+½)/(n+1)",
        "y",
        index::label_differential_fairness,
    ),
    index(
        Disparity::BiasAmplificationDf,
        "bias_amplification_df",
        "smoothed_differential_fairness − label_differential_fairness",
        "yd",
        index::bias_amplification_df,
    )
    .aka(&["differential_fairness_bias_amplification"])
    .within(None, None),
    index(
        Disparity::BiasAmplificationGap,
        "bias_amplification_gap",
        "(max − min of selection_rate) − (max − min of base_rate)",
        "yd",
        index::bias_amplification_gap,
    )
    .signed(),
    index(
        Disparity::DirectionalBiasAmplification,
        "directional_bias_amplification",
        "mean over groups of sign(base_rate_g − base_rate)·(selection_rate_g − base_rate_g)",
        "yd",
        index::directional_bias_amplification,
    )
    .signed(),
    index(
        Disparity::SubgroupFairnessSp,
        "subgroup_fairness_sp",
        "max (n_g/n)·|selection_rate − selection_rate_g|",
        "d",
        index::subgroup_fairness_sp,
    )
    .within(Some(0.0), Some(1.0)),
    index(
        Disparity::SubgroupFairnessFp,
        "subgroup_fairness_fp",
        "max (N_g/n)·|false_positive_rate − false_positive_rate_g|",
        "yd",
        index::subgroup_fairness_fp,
    )
    .within(Some(0.0), Some(1.0)),
    index(
        Disparity::BiasScan,
        "bias_scan",
        "max over unions of groups of S ln(r/p) + R ln((1−r)/(1−p)), r their rate, p that of all",
        "d",
        index::bias_scan,
    )
    .aka(&["mdss_bias_score"]),
    index(
        Disparity::BetweenGroupGeneralizedEntropyIndex,
        "between_group_generalized_entropy_index",
        "generalized_entropy_index of the groups’ mean benefits",
        "yd",
        index::between_group_entropy,
    )
    .aka(&["between_all_groups_generalized_entropy_index"]),
    index(
        Disparity::BetweenGroupTheilIndex,
        "between_group_theil_index",
        "theil_index of the groups’ mean benefits",
        "yd",
        index::between_group_theil,
    )
    .aka(&["between_all_groups_theil_index"]),
    index(
        Disparity::BetweenGroupCoefficientOfVariation,
        "between_group_coefficient_of_variation",
        "√(2·between_group_generalized_entropy_index)",
        "yd",
        index::between_group_variation,
    )
    .aka(&["between_all_groups_coefficient_of_variation"]),
    index(
        Disparity::WithinGroupGeneralizedEntropyIndex,
        "within_group_generalized_entropy_index",
        "Σ (n_g/n)(μ_g/μ)²·generalized_entropy_index_g",
        "yd",
        index::within_group_entropy,
    ),
    index(
        Disparity::WithinGroupTheilIndex,
        "within_group_theil_index",
        "Σ (n_g/n)(μ_g/μ)·theil_index_g",
        "yd",
        index::within_group_theil,
    ),
    against(
        Disparity::AverageOddsDifference,
        "average_odds_difference",
        "½ (difference of false_positive_rate + difference of true_positive_rate)",
        "yd",
        Rule::Shaped(average_odds, Shape::Mean([FOUND, STRUCK])),
    ),
    against(
        Disparity::AverageAbsoluteOddsDifference,
        "average_absolute_odds_difference",
        "½ (|difference of false_positive_rate| + |difference of true_positive_rate|)",
        "yd",
        Rule::AbsoluteGaps([FPR, TPR]),
    )
    .aka(&["average_abs_odds_difference", "average_odds_error"])
    .within(Some(0.0), Some(1.0)),
    against(
        Disparity::TreatmentEqualityDifference,
        "treatment_equality_difference",
        "FN/FP of the group − FN/FP of the reference",
        "yd",
        Rule::Shaped(error_odds, Shape::Odds(ERRORS)),
    )
    .aka(&["treatment_equality", "TE"])
    .within(None, None)
    .to_rest(),
    against(
        Disparity::AveragePredictiveValueDifference,
        "average_predictive_value_difference",
        "½ (difference of precision + difference of false_omission_rate)",
        "yd",
        Rule::Shaped(
            average_predictive_value,
            Shape::Mean([RIGHT_AMONG_SELECTED, MISSED_AMONG_REJECTED]),
        ),
    ),
    against(
        Disparity::FalseDiscoveryRateDifference,
        "false_discovery_rate_difference",
        "FP/S of the group − FP/S of the reference",
        "yd",
        Rule::Gap(Metric::FalseDiscoveryRate),
    ),
    against(
        Disparity::FalseOmissionRateDifference,
        "false_omission_rate_difference",
        "FN/R of the group − FN/R of the reference",
        "yd",
        Rule::Gap(Metric::FalseOmissionRate),
    ),
    against(
        Disparity::SpecificityDifference,
        "specificity_difference",
        "TN/N of the group − TN/N of the reference",
        "yd",
        Rule::Gap(Metric::TrueNegativeRate),
    )
    .aka(&["SD"])
    .to_rest(),
    against(
        Disparity::ConditionalAcceptanceDifference,
        "conditional_acceptance_difference",
        "P/S of the reference − P/S of the group",
        "yd",
        Rule::ReversedGap(Metric::ConditionalAcceptance),
    )
    .aka(&["DCA"])
    .within(None, None)
    .to_rest(),
    against(
        Disparity::ConditionalRejectionDifference,
        "conditional_rejection_difference",
        "N/R of the group − N/R of the reference",
        "yd",
        Rule::Gap(Metric::ConditionalRejection),
    )
    .aka(&["DCR"])
    .within(None, None)
    .to_rest(),
    against(
        Disparity::LabelParityDifference,
        "label_parity_difference",
        "base_rate of the reference − base_rate of the group",
        "y",
        Rule::ReversedGap(Metric::BaseRate),
    )
    .aka(&["DPL"])
    .to_rest(),
    against(
        Disparity::ClassImbalance,
        "class_imbalance",
        "(n of the reference − n of the group)/(their sum)",
        "",
        Rule::Imbalance,
    )
    .aka(&["CI"])
    .to_rest(),
    against(
        Disparity::CohenH,
        "cohen_h",
        "2·asin √p of the group − 2·asin √p of the reference, p = selection_rate",
        "d",
        Rule::Shaped(selection_angle, Shape::Angle(DECIDED)),
    )
    .within(Some(-std::f64::consts::PI), Some(std::f64::consts::PI)),
    against(
        Disparity::ShareDisparity,
        "share_disparity",
        "S of the group / S of the reference",
        "d",
        Rule::Selected,
    )
    .aka(&["ppr_disparity"])
    .ratio()
    .within(Some(0.0), None),
    distance(
        Disparity::LabelKlDivergence,
        "kl_divergence",
        "Σ p ln(p/q) of labels, p of the reference, q of the group",
        Distance::KullbackLeibler,
        Base::Labels,
    )
    .aka(&["KL"]),
    distance(
        Disparity::LabelJensenShannon,
        "jensen_shannon",
        "½KL(p‖m) + ½KL(q‖m) of labels, m = (p+q)/2",
        Distance::JensenShannon,
        Base::Labels,
    )
    .aka(&["JS"]),
    distance(
        Disparity::LabelLpNorm,
        "lp_norm",
        "√Σ(p−q)² of labels",
        Distance::Euclidean,
        Base::Labels,
    )
    .aka(&["LP"]),
    distance(
        Disparity::LabelTotalVariation,
        "total_variation",
        "½Σ|p−q| of labels",
        Distance::TotalVariation,
        Base::Labels,
    )
    .aka(&["TVD"]),
    distance(
        Disparity::LabelKsCategorical,
        "ks_categorical",
        "max |p−q| of labels",
        Distance::Largest,
        Base::Labels,
    )
    .aka(&["KS"]),
    distance(
        Disparity::LabelHellinger,
        "hellinger",
        "√(1−Σ√(pq)) of labels",
        Distance::Hellinger,
        Base::Labels,
    ),
    distance(
        Disparity::DecisionKlDivergence,
        "decision_kl_divergence",
        "Σ p ln(p/q) of decisions, p of the reference, q of the group",
        Distance::KullbackLeibler,
        Base::Decisions,
    ),
    distance(
        Disparity::DecisionJensenShannon,
        "decision_jensen_shannon",
        "½KL(p‖m) + ½KL(q‖m) of decisions, m = (p+q)/2",
        Distance::JensenShannon,
        Base::Decisions,
    ),
    distance(
        Disparity::DecisionLpNorm,
        "decision_lp_norm",
        "√Σ(p−q)² of decisions",
        Distance::Euclidean,
        Base::Decisions,
    ),
    distance(
        Disparity::DecisionTotalVariation,
        "decision_total_variation",
        "½Σ|p−q| of decisions",
        Distance::TotalVariation,
        Base::Decisions,
    ),
    distance(
        Disparity::DecisionKsCategorical,
        "decision_ks_categorical",
        "max |p−q| of decisions",
        Distance::Largest,
        Base::Decisions,
    ),
    distance(
        Disparity::DecisionHellinger,
        "decision_hellinger",
        "√(1−Σ√(pq)) of decisions",
        Distance::Hellinger,
        Base::Decisions,
    ),
    Row::new(
        Disparity::DemographicDisparity,
        "demographic_disparity",
        "the group’s share of all rejected − its share of all selected",
        "d",
        ToComplement,
        Rule::Shares(DECIDED),
    )
    .signed(),
    Row::new(
        Disparity::LabelDemographicDisparity,
        "label_demographic_disparity",
        "the group’s share of all negative − its share of all positive labels",
        "y",
        ToComplement,
        Rule::Shares(LABELLED),
    )
    .signed(),
    Row::new(
        Disparity::ImpactRatio,
        "impact_ratio",
        "selection_rate of the group / highest selection_rate",
        "d",
        ToBest,
        Rule::Best,
    )
    .ratio(),
];
