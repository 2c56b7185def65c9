"""Where Waage has the number of a peer's function.

By the name of the function: Waage's metric, how it compares, the field of its entry (``value``
where none is named), the factor that turns the peer's sign, a tolerance of its own, and the
convention where there is one.
"""


def place(metric, comparison="difference", **more):
    return {"metric": metric, "comparison": comparison, **more}


def index(metric, **more):
    return place(metric, "none", **more)


PLACES = {
    # AIF360: ClassificationMetric and BinaryLabelDatasetMetric, unprivileged against privileged.
    "aif360.generalized_entropy_index": index("generalized_entropy_index"),
    "aif360.theil_index": index("theil_index"),
    "aif360.coefficient_of_variation": index("coefficient_of_variation"),
    "aif360.generalized_entropy_index(alpha=0)": index(
        "mean_log_deviation",
        note="times the mean benefit, by which AIF360 divides once more; infinite there is null",
    ),
    "aif360.between_all_groups_generalized_entropy_index": index(
        "between_group_generalized_entropy_index"
    ),
    "aif360.between_all_groups_theil_index": index("between_group_theil_index"),
    "aif360.between_all_groups_coefficient_of_variation": index(
        "between_group_coefficient_of_variation"
    ),
    "aif360.between_group_generalized_entropy_index": index(
        "between_group_generalized_entropy_index", note="where there are two groups"
    ),
    "aif360.between_group_theil_index": index(
        "between_group_theil_index", note="where there are two groups"
    ),
    "aif360.between_group_coefficient_of_variation": index(
        "between_group_coefficient_of_variation", note="where there are two groups"
    ),
    "aif360.smoothed_empirical_differential_fairness(labels)": index("label_differential_fairness"),
    "aif360.smoothed_empirical_differential_fairness(decisions)": index(
        "smoothed_differential_fairness"
    ),
    "aif360.smoothed_empirical_differential_fairness(decisions, concentration=0)": index(
        "differential_fairness", note="infinite there is null, and lost where all are selected"
    ),
    "aif360.differential_fairness_bias_amplification": index("bias_amplification_df"),
    "aif360.bias_scan": index(
        "bias_scan",
        note="the larger score of both directions, of the decisions against their mean; AIF360 "
        "searches q to 1e-3 and rounds to four places",
        absolute=5.1e-5,
        relative=5e-6,
    ),
    "aif360.equalized_odds_difference": place(
        "equalized_odds_difference", note="where there are two groups"
    ),
    "aif360.statistical_parity_difference": place("selection_rate"),
    "aif360.disparate_impact": place("selection_rate", "ratio"),
    "aif360.mean_difference": place("label_parity_difference", times=-1),
    "aif360.disparate_impact(labels)": place("base_rate", "ratio"),
    "aif360.equal_opportunity_difference": place("true_positive_rate"),
    "aif360.true_positive_rate_difference": place("true_positive_rate"),
    "aif360.false_positive_rate_difference": place("false_positive_rate"),
    "aif360.false_negative_rate_difference": place("false_negative_rate"),
    "aif360.false_discovery_rate_difference": place("false_discovery_rate_difference"),
    "aif360.false_omission_rate_difference": place("false_omission_rate_difference"),
    "aif360.error_rate_difference": place("error_rate"),
    "aif360.false_positive_rate_ratio": place("false_positive_rate", "ratio"),
    "aif360.false_negative_rate_ratio": place("false_negative_rate", "ratio"),
    "aif360.false_discovery_rate_ratio": place("false_discovery_rate", "ratio"),
    "aif360.false_omission_rate_ratio": place("false_omission_rate", "ratio"),
    "aif360.error_rate_ratio": place("error_rate", "ratio"),
    "aif360.average_odds_difference": place("average_odds_difference"),
    "aif360.average_abs_odds_difference": place("average_absolute_odds_difference"),
    "aif360.average_predictive_value_difference": place("average_predictive_value_difference"),
    "aif360.sklearn.generalized_entropy_error": index("generalized_entropy_index"),
    "aif360.sklearn.theil_index": index("theil_index"),
    "aif360.sklearn.coefficient_of_variation": index("coefficient_of_variation"),
    "aif360.sklearn.class_imbalance": place("class_imbalance", times=-1),
    "aif360.sklearn.kl_divergence(labels)": place("kl_divergence"),
    "aif360.sklearn.kl_divergence(decisions)": place("decision_kl_divergence"),
    "aif360.sklearn.average_odds_error": place("average_absolute_odds_difference"),
    "aif360.infeasible_index": place(
        "infeasible_index",
        note="asked for one place more, for it leaves the last prefix out",
    ),
    "aif360.generalized_true_positive_rate": index("generalized_true_positive_rate"),
    "aif360.generalized_false_positive_rate": index("generalized_false_positive_rate"),
    # SageMaker Clarify: facet d against facet a, which is everybody else or the reference.
    "clarify.CI": place("class_imbalance"),
    "clarify.DPL": place("label_parity_difference"),
    "clarify.KL": place("kl_divergence", note="nats"),
    "clarify.JS": place("jensen_shannon", note="nats, the divergence itself"),
    "clarify.LP": place("lp_norm"),
    "clarify.TVD": place("total_variation"),
    "clarify.KS": place("ks_categorical", note="of unordered labels: the largest gap of shares"),
    "clarify.KL(decisions)": place("decision_kl_divergence"),
    "clarify.JS(decisions)": place("decision_jensen_shannon"),
    "clarify.LP(decisions)": place("decision_lp_norm"),
    "clarify.TVD(decisions)": place("decision_total_variation"),
    "clarify.KS(decisions)": place("decision_ks_categorical"),
    "clarify.DPPL": place("selection_rate", times=-1),
    "clarify.DI": place("selection_rate", "ratio"),
    "clarify.DCA": place("conditional_acceptance_difference"),
    "clarify.DCR": place("conditional_rejection_difference"),
    "clarify.RD": place("true_positive_rate", times=-1),
    "clarify.SD": place("specificity_difference"),
    "clarify.DAR": place("precision", times=-1),
    "clarify.DRR": place("negative_predictive_value"),
    "clarify.AD": place("accuracy", times=-1),
    "clarify.TE": place("treatment_equality_difference"),
    "clarify.GE": index("generalized_entropy_index"),
    "clarify.CDDL": {"metric": "base_rate", "field": "demographic_disparity.conditional.value"},
    "clarify.CDDPL": {
        "metric": "selection_rate",
        "field": "demographic_disparity.conditional.value",
    },
    "clarify.PPL": index("selection_rate"),
    "clarify.PNL": index("rejection_share"),
    "clarify.conditional_acceptance": index("conditional_acceptance"),
    "clarify.conditional_rejection": index("conditional_rejection"),
    "clarify.rejection_rate": index("negative_predictive_value"),
    # Aequitas: the group table, and each value over that of the reference.
    "aequitas.group_size": index("count"),
    "aequitas.tp": index("true_positives"),
    "aequitas.fp": index("false_positives"),
    "aequitas.fn": index("false_negatives"),
    "aequitas.tn": index("true_negatives"),
    "aequitas.ppr": index("share_of_selected"),
    "aequitas.pprev": index("selection_rate"),
    "aequitas.prev": index("base_rate"),
    "aequitas.accuracy": index("accuracy"),
    "aequitas.precision": index("precision"),
    "aequitas.npv": index("negative_predictive_value"),
    "aequitas.fdr": index("false_discovery_rate"),
    "aequitas.for": index("false_omission_rate"),
    "aequitas.fpr": index("false_positive_rate"),
    "aequitas.fnr": index("false_negative_rate"),
    "aequitas.tpr": index("true_positive_rate"),
    "aequitas.tnr": index("true_negative_rate"),
    # scikit-learn: metrics of groups.
    "sklearn.matthews_corrcoef": index("matthews_correlation"),
    "sklearn.cohen_kappa_score": index("cohen_kappa"),
    "sklearn.jaccard_score": index("jaccard"),
    "sklearn.zero_one_loss": index("error_rate"),
    "sklearn.balanced_accuracy_score(adjusted=True)": index("youden_j"),
    "sklearn.roc_auc_score": index("roc_auc"),
    "sklearn.average_precision_score": index("average_precision"),
    "sklearn.brier_score_loss": index("brier_score"),
    "sklearn.log_loss": index("log_loss"),
    "sklearn.ndcg_score": place("ndcg"),
    "sklearn.dcg_score": place("dcg"),
    "sklearn.mean_absolute_error": index("mean_absolute_error"),
    "sklearn.mean_squared_error": index("mean_squared_error"),
    "sklearn.root_mean_squared_error": index("root_mean_squared_error"),
    "sklearn.r2_score": index("r2_score"),
    # scipy and statsmodels: distances and effect sizes; tests and intervals are in index_tests.py.
    "scipy.entropy(labels)": place("kl_divergence"),
    "scipy.entropy(decisions)": place("decision_kl_divergence"),
    "scipy.jensenshannon(labels)": place("jensen_shannon", note="squared: scipy's is the root"),
    "scipy.jensenshannon(decisions)": place(
        "decision_jensen_shannon", note="squared: scipy's is the root"
    ),
    "scipy.wasserstein_distance": place("wasserstein_1"),
    "scipy.ks_2samp": place("ks_ordered"),
    "statsmodels.proportion_effectsize": place("cohen_h"),
}

AEQUITAS_RATIOS = {
    "ppr": "share_disparity",
    "pprev": "selection_rate",
    "precision": "precision",
    "fdr": "false_discovery_rate",
    "for": "false_omission_rate",
    "fpr": "false_positive_rate",
    "fnr": "false_negative_rate",
    "tpr": "true_positive_rate",
    "tnr": "true_negative_rate",
    "npv": "negative_predictive_value",
}
for _method in ("predefined_groups", "major_group", "min_metric"):
    for _name, _metric in AEQUITAS_RATIOS.items():
        PLACES[f"aequitas.{_method}.{_name}_disparity"] = place(_metric, "ratio")
