"""Holds exact values against Fairlearn, scikit-learn and AIF360.

A peer is asked only where it defines the value as Waage does: Fairlearn turns the 0/0 of a rate
into 0.0, scikit-learn drops an absent class from a balanced accuracy, AIF360 divides by zero. A
difference beyond the tolerance stops the run.
"""

import logging
import math
import warnings
from collections import Counter

import fairlearn.metrics as fairlearn
import numpy as np
import pandas as pd
import sklearn.metrics as sklearn
from exact import DISPARITY_METRICS

TOLERANCE = 1e-12

logging.disable(logging.WARNING)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from aif360.datasets import BinaryLabelDataset
    from aif360.metrics import BinaryLabelDatasetMetric, ClassificationMetric


def base_rate(y_true, y_pred, sample_weight=None):
    return fairlearn.selection_rate(y_true, y_true, sample_weight=sample_weight)


def precision(y_true, y_pred, sample_weight=None):
    return sklearn.precision_score(y_true, y_pred, sample_weight=sample_weight, zero_division=0)


def negative_predictive_value(y_true, y_pred, sample_weight=None):
    return sklearn.precision_score(
        y_true, y_pred, pos_label=0, sample_weight=sample_weight, zero_division=0
    )


def share_of_column(column, y_true, y_pred, sample_weight):
    """Wrong decisions among those decided ``column``, from scikit-learn's confusion matrix."""
    matrix = sklearn.confusion_matrix(
        y_true, y_pred, labels=[0, 1], sample_weight=sample_weight
    ).astype(float)
    decided = matrix[:, column].sum()
    return matrix[1 - column, column] / decided if decided else 0.0


def false_discovery_rate(y_true, y_pred, sample_weight=None):
    return share_of_column(1, y_true, y_pred, sample_weight)


def false_omission_rate(y_true, y_pred, sample_weight=None):
    return share_of_column(0, y_true, y_pred, sample_weight)


def f1(y_true, y_pred, sample_weight=None):
    return sklearn.f1_score(y_true, y_pred, sample_weight=sample_weight, zero_division=0)


LABEL_METRICS = {
    "base_rate": base_rate,
    "true_positive_rate": fairlearn.true_positive_rate,
    "false_positive_rate": fairlearn.false_positive_rate,
    "true_negative_rate": fairlearn.true_negative_rate,
    "false_negative_rate": fairlearn.false_negative_rate,
    "precision": precision,
    "negative_predictive_value": negative_predictive_value,
    "false_discovery_rate": false_discovery_rate,
    "false_omission_rate": false_omission_rate,
    "accuracy": sklearn.accuracy_score,
    "balanced_accuracy": sklearn.balanced_accuracy_score,
    "f1": f1,
}

# Waage's name -> AIF360's, for differences and ratios on rows with a label.
AIF360_METRICS = {
    "true_positive_rate": "true_positive_rate",
    "false_positive_rate": "false_positive_rate",
    "true_negative_rate": "true_negative_rate",
    "false_negative_rate": "false_negative_rate",
    "precision": "positive_predictive_value",
    "negative_predictive_value": "negative_predictive_value",
    "false_discovery_rate": "false_discovery_rate",
    "false_omission_rate": "false_omission_rate",
    "accuracy": "accuracy",
}

# AIF360's named disparities against the reference -> where the exact value stands.
AIF360_DISPARITIES = {
    "equal_opportunity_difference": lambda pair: pair["true_positive_rate"][0],
    "average_odds_difference": lambda pair: pair["average_odds_difference"],
    "average_abs_odds_difference": lambda pair: pair["average_absolute_odds_difference"],
}


class Rows:
    """A table as peers take it: no row without weight, a row selected in part as two weighted
    rows, groups as integer codes."""

    def __init__(self, table, names):
        keys = table.keys(names)
        self.codes = {key: code for code, key in enumerate(dict.fromkeys(keys))}
        weights = table.weight or [1] * len(table)
        scores = table.score or [0] * len(table)
        rows = []
        for key, y, d, w, s in zip(
            keys, table.label, table.decision, weights, scores, strict=False
        ):
            y = -1 if y is None else y
            for decision, share in ((1, d), (0, 1 - d)):
                if share and w:
                    rows.append((self.codes[key], y, decision, float(w * share), float(s)))
        group, y, d, w, s = zip(*rows, strict=False)
        self.group, self.label = np.array(group), np.array(y)
        self.decision, self.score = np.array(d), np.array(s)
        weighted = table.weight is not None or any(d not in (0, 1) for d in table.decision)
        self.weight = np.array(w) if weighted else None

    def labelled(self):
        """The rows that have a label."""
        part = object.__new__(Rows)
        keep = self.label >= 0
        part.codes = self.codes
        for name in ("group", "label", "decision", "score"):
            setattr(part, name, getattr(self, name)[keep])
        part.weight = None if self.weight is None else self.weight[keep]
        return part

    def present(self):
        codes = set(self.group.tolist())
        return {key: code for key, code in self.codes.items() if code in codes}

    def frame(self, metrics, predicted):
        weights = None
        if self.weight is not None:
            weights = {name: {"sample_weight": self.weight} for name in metrics}
        return fairlearn.MetricFrame(
            metrics=metrics,
            y_true=self.label,
            y_pred=predicted,
            sensitive_features=pd.Series(self.group, name="group"),
            sample_params=weights,
        )

    def dataset(self, column):
        frame = pd.DataFrame({"y": column.astype(float), "g": self.group.astype(float)})
        weight = np.ones(len(frame)) if self.weight is None else self.weight
        data = BinaryLabelDataset(df=frame, label_names=["y"], protected_attribute_names=["g"])
        data.instance_weights = weight
        return data


class Comparison:
    """Counts what was compared and stops at the first disagreement."""

    def __init__(self):
        self.compared = Counter()

    def check(self, peer, what, exact, theirs):
        if exact is None:
            return
        exact = float(exact)
        if not math.isclose(exact, theirs, rel_tol=TOLERANCE, abs_tol=TOLERANCE):
            raise AssertionError(f"{peer} {what}: exact {exact!r}, peer {theirs!r}")
        self.compared[peer] += 1

    def cut(self, table):
        """A row's share of the places, from pandas' ranks of its tie block."""
        score = pd.Series([float(value) for value in table.score])
        first = score.rank(method="min", ascending=False)
        last = score.rank(method="max", ascending=False)
        shares = ((float(table.places) - (first - 1)) / (last - first + 1)).clip(0, 1)
        for row, (exact, theirs) in enumerate(zip(table.decision, shares, strict=False)):
            self.check("pandas", f"share of row {row}", exact, theirs)

    def table(self, table, names, groups, overall, disparities):
        """Checks one attribute or intersection: ``groups`` and ``overall`` as of
        ``Counts.metrics``, ``disparities`` as of ``exact.disparities``."""
        everything = Rows(table, names)
        labelled = everything.labelled()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with np.errstate(all="ignore"):
                selection = {"selection_rate": fairlearn.selection_rate}
                frame = everything.frame(selection, everything.decision)
                self.frame(frame, everything, groups, overall, disparities)
                if table.score is not None:
                    score = {"mean_score": fairlearn.mean_prediction}
                    frame = everything.frame(score, everything.score)
                    self.frame(frame, everything, groups, overall, None)
                if len(labelled.label):
                    frame = labelled.frame(LABEL_METRICS, labelled.decision)
                    self.frame(frame, labelled, groups, overall, disparities)
                self.summary(everything, labelled, groups, disparities["summary"])
                self.pairs(everything, labelled, disparities)

    def frame(self, frame, rows, groups, overall, disparities):
        for name in frame.by_group.columns:
            self.check("fairlearn", f"{name} overall", overall[name], frame.overall[name])
            values = []
            for key, code in rows.present().items():
                values.append(groups[key][name])
                theirs = frame.by_group[name][code]
                self.check("fairlearn", f"{name} of {key}", groups[key][name], theirs)
            if disparities is None or len(values) < 2 or None in values:
                continue
            for scheme in ("between_groups", "to_overall"):
                exact = disparities[scheme][name]
                self.check(
                    "fairlearn",
                    f"{scheme} difference of {name}",
                    exact[0],
                    frame.difference(method=scheme)[name],
                )
                self.check(
                    "fairlearn",
                    f"{scheme} ratio of {name}",
                    exact[1],
                    frame.ratio(method=scheme)[name],
                )

    def summary(self, everything, labelled, groups, summary):
        def theirs(function, rows, **options):
            return function(
                rows.label,
                rows.decision,
                sensitive_features=pd.Series(rows.group),
                sample_weight=rows.weight,
                **options,
            )

        for kind in ("difference", "ratio"):
            parity = f"demographic_parity_{kind}"
            peer = theirs(getattr(fairlearn, parity), everything)
            if len(everything.present()) > 1:
                self.check("fairlearn", parity, summary[parity], peer)
            present = labelled.present()
            rates = ("true_positive_rate", "false_positive_rate")
            if len(present) < 2 or any(groups[k][r] is None for k in present for r in rates):
                continue
            # Fairlearn's ratio of two zero rates is NaN, and its worst case and mean with it.
            opportunity = f"equal_opportunity_{kind}"
            peer = theirs(getattr(fairlearn, opportunity), labelled)
            self.check("fairlearn", opportunity, summary[opportunity], peer)
            odds = f"equalized_odds_{kind}"
            mean = summary[f"{odds}_mean"]
            if mean is not None:
                function = getattr(fairlearn, odds)
                worst = theirs(function, labelled, agg="worst_case")
                average = theirs(function, labelled, agg="mean")
                self.check("fairlearn", odds, summary[odds], worst)
                self.check("fairlearn", f"{odds} mean", mean, average)

    def pairs(self, everything, labelled, disparities):
        """Each group against the reference and against all other rows, as AIF360 sees it."""
        base = disparities["reference"]
        decided = everything.dataset(everything.decision)
        observed = labelled.dataset(labelled.label) if len(labelled.label) else None
        predicted = None
        if observed is not None:
            predicted = observed.copy()
            predicted.labels = labelled.decision.astype(float).reshape(-1, 1)
        for scheme in ("to_reference", "to_complement"):
            for key, pair in disparities[scheme].items():
                others = [base] if scheme == "to_reference" else set(everything.codes) - {key}
                groups = {
                    "unprivileged_groups": [{"g": everything.codes[key]}],
                    "privileged_groups": [{"g": everything.codes[other]} for other in others],
                }
                self.pair(f"{scheme} {key}", pair, decided, observed, predicted, groups)

    def pair(self, where, pair, decided, observed, predicted, groups):
        def check(what, exact, function):
            if exact is not None:
                self.check("aif360", f"{what} {where}", exact, function())

        selection = BinaryLabelDatasetMetric(decided, **groups)
        check("selection", pair["selection_rate"][0], selection.statistical_parity_difference)
        check("selection", pair["selection_rate"][1], selection.disparate_impact)
        if observed is None:
            return
        truth = BinaryLabelDatasetMetric(observed, **groups)
        check("base rate", pair["base_rate"][0], truth.mean_difference)
        check("base rate", pair["base_rate"][1], truth.disparate_impact)
        metric = ClassificationMetric(observed, predicted, **groups)
        for name, theirs in AIF360_METRICS.items():
            function = getattr(metric, theirs)
            check(name, pair[name][0], lambda: metric.difference(function))
            check(name, pair[name][1], lambda: metric.ratio(function))
        for name, exact in AIF360_DISPARITIES.items():
            check(name, exact(pair), getattr(metric, name))


assert set(LABEL_METRICS) | {"selection_rate"} == set(DISPARITY_METRICS)
