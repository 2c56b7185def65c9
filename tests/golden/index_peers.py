"""What the fairness libraries say of groups.

Every function here takes ``Rows`` and gives the peer's own numbers by the names of
``index_places.py``, which says where Waage has each. ``None`` is a value that the peer has not, or
writes as 0, 10 or infinity because it divides by zero.
"""

import contextlib
import io
import logging
import math
import warnings
from collections import Counter

import numpy as np
import pandas as pd
from index_places import AEQUITAS_RATIOS, PLACES
from scipy import spatial, stats
from sklearn import metrics as scikit
from statsmodels.stats import proportion as proportions

logging.disable(logging.CRITICAL)
warnings.simplefilter("ignore")
np.seterr(all="ignore")
with contextlib.redirect_stderr(io.StringIO()):
    from aequitas.bias import Bias
    from aequitas.group import Group
    from aif360.datasets import BinaryLabelDataset, RegressionDataset
    from aif360.detectors import bias_scan
    from aif360.metrics import (
        BinaryLabelDatasetMetric,
        ClassificationMetric,
        RegressionDatasetMetric,
    )
    from aif360.sklearn import metrics as aif360_sklearn
    from smclarify.bias.metrics import basic_stats as clarify_stats
    from smclarify.bias.metrics import posttraining as clarify_post
    from smclarify.bias.metrics import pretraining as clarify_pre


class Rows:
    """Labels, decisions, scores and weights as arrays, and the attributes' labels."""

    def __init__(self, label, decision, attributes, score=None, weight=None):
        self.label, self.decision = np.asarray(label, int), np.asarray(decision, int)
        self.attributes = {name: np.array(values, object) for name, values in attributes.items()}
        self.score = None if score is None else np.asarray(score, float)
        self.weight = None if weight is None else np.asarray(weight, float)

    def where(self, keep):
        def part(values):
            return None if values is None else values[keep]

        attributes = {name: values[keep] for name, values in self.attributes.items()}
        return Rows(
            self.label[keep],
            self.decision[keep],
            attributes,
            part(self.score),
            part(self.weight),
        )

    def counts(self):
        """Rows by what denominators are made of."""
        y, d = self.label, self.decision
        cells = {"P": y == 1, "N": y == 0, "S": d == 1, "R": d == 0, "FP": (y == 0) & (d == 1)}
        return {name: int(rows.sum()) for name, rows in cells.items()}

    def dataset(self, values, codes):
        frame = pd.DataFrame({"y": values.astype(float), **codes}, dtype=float)
        every = [np.unique(column).astype(float) for column in codes.values()]
        data = BinaryLabelDataset(
            df=frame,
            label_names=["y"],
            protected_attribute_names=list(codes),
            privileged_protected_attributes=[values[:1] for values in every],
            unprivileged_protected_attributes=[values[1:] for values in every],
        )
        if self.weight is not None:
            data.instance_weights = self.weight
        return data


def finite(value):
    value = float(value)
    return value if math.isfinite(value) else None


def asked(functions):
    """The values of ``name: (function, counts that must not be zero)``; a count of zero is None."""
    return {
        name: None if 0 in counts else finite(function())
        for name, (function, counts) in functions.items()
    }


class Aif360:
    """AIF360's two classes over one attribute or several, whose labels it takes as codes."""

    def __init__(self, rows, *attributes):
        self.rows, self.attribute = rows, attributes[0]
        labels = {name: rows.attributes[name] for name in attributes}
        codes = {name: {g: i for i, g in enumerate(dict.fromkeys(labels[name]))} for name in labels}
        self.codes = codes[self.attribute]
        columns = {name: np.array([codes[name][g] for g in labels[name]]) for name in labels}
        self.keys = list(zip(*columns.values(), strict=True))
        self.observed = rows.dataset(rows.label, columns)
        self.decided = rows.dataset(rows.decision, columns)
        if rows.score is not None:
            self.decided.scores = rows.score.reshape(-1, 1)

    def _groups(self, group, reference):
        return {
            "unprivileged_groups": [{self.attribute: self.codes[group]}],
            "privileged_groups": [{self.attribute: self.codes[reference]}],
        }

    def metric(self, group, reference):
        return ClassificationMetric(self.observed, self.decided, **self._groups(group, reference))

    def overall(self):
        """Inequality among all rows; AIF360 leaves weights out of it."""
        if self.rows.weight is not None:
            return {}
        metric = ClassificationMetric(self.observed, self.decided)
        benefit = 1 + self.rows.decision - self.rows.label
        return asked(
            {
                "aif360.generalized_entropy_index": (metric.generalized_entropy_index, ()),
                "aif360.theil_index": (metric.theil_index, ()),
                "aif360.coefficient_of_variation": (metric.coefficient_of_variation, ()),
                "aif360.generalized_entropy_index(alpha=0)": (
                    lambda: metric.generalized_entropy_index(alpha=0) * benefit.mean(),
                    (),
                ),
            }
        )

    def over(self):
        """Indices over all groups of the attribute."""
        metric = self.metric(*list(self.codes)[:2])
        labels, decisions = (BinaryLabelDatasetMetric(d) for d in (self.observed, self.decided))
        one, two = len(self.observed.protected_attribute_names) == 1, len(set(self.keys)) == 2
        smoothed = "smoothed_empirical_differential_fairness"
        functions = {
            f"{smoothed}(labels)": labels.smoothed_empirical_differential_fairness,
            f"{smoothed}(decisions)": decisions.smoothed_empirical_differential_fairness,
            "differential_fairness_bias_amplification": (
                metric.differential_fairness_bias_amplification
            ),
        }
        if two:
            functions["equalized_odds_difference"] = metric.equalized_odds_difference
        if one and self.rows.weight is None:
            functions["bias_scan"] = self._scan
        if self.rows.weight is None:
            for name in ("generalized_entropy_index", "theil_index", "coefficient_of_variation"):
                for groups in ["between_all_groups"] + ["between_group"] * two:
                    functions[f"{groups}_{name}"] = getattr(metric, f"{groups}_{name}")
        values = asked({f"aif360.{name}": (function, ()) for name, function in functions.items()})
        if self.rows.weight is None:
            function = decisions.smoothed_empirical_differential_fairness
            values |= asked(
                {
                    f"aif360.{smoothed}(decisions, concentration=0)": (
                        lambda: function(concentration=0),
                        self._least_of_any_group(),
                    )
                }
            )
        return values

    def _least_of_any_group(self):
        """Selected and rejected rows of every group; a NaN is lost in AIF360's maximum."""
        counts = Counter(zip(self.keys, self.rows.decision.tolist(), strict=True))
        return [counts[key, decision] for key in set(self.keys) for decision in (0, 1)]

    def _scan(self):
        frame = pd.DataFrame({"g": self.observed.protected_attributes[:, 0].astype(int)})
        decided = pd.Series(self.rows.decision)
        mean = pd.Series(np.full(len(frame), self.rows.decision.mean()))
        scores = [
            bias_scan(
                frame,
                decided,
                mean,
                favorable_value=1,
                overpredicted=over,
                scoring="Bernoulli",
                num_iters=1,
            )[1]
            for over in (True, False)
        ]
        return max(scores)

    def group(self, group, rows):
        """Inequality inside a group, and its mean scores."""
        if rows.weight is not None:
            return {}
        benefit, counts = 1 + rows.decision - rows.label, rows.counts()
        functions = {
            "sklearn.generalized_entropy_error": (
                lambda: aif360_sklearn.generalized_entropy_error(rows.label, rows.decision),
                (),
            ),
            "sklearn.theil_index": (lambda: aif360_sklearn.theil_index(benefit), ()),
            "sklearn.coefficient_of_variation": (
                lambda: aif360_sklearn.coefficient_of_variation(benefit),
                (),
            ),
        }
        if rows.score is not None:
            metric = self.metric(group, next(code for code in self.codes if code != group))
            functions["generalized_true_positive_rate"] = (
                lambda: metric.generalized_true_positive_rate(privileged=False),
                (counts["P"],),
            )
            functions["generalized_false_positive_rate"] = (
                lambda: metric.generalized_false_positive_rate(privileged=False),
                (counts["N"],),
            )
        return asked({f"aif360.{name}": asks for name, asks in functions.items()})

    def pair(self, group, reference, rows):
        """One group against another; ``rows`` are those of the two."""
        g, r = rows(group).counts(), rows(reference).counts()

        def both(*names):
            return [counts[name] for counts in (g, r) for name in names]

        metric = self.metric(group, reference)
        groups = self._groups(group, reference)
        truth = BinaryLabelDatasetMetric(self.observed, **groups)
        functions = {
            "statistical_parity_difference": (metric.statistical_parity_difference, ()),
            "disparate_impact": (metric.disparate_impact, ()),
            "mean_difference": (truth.mean_difference, ()),
            "disparate_impact(labels)": (truth.disparate_impact, ()),
            "equal_opportunity_difference": (metric.equal_opportunity_difference, both("P")),
            "error_rate_difference": (metric.error_rate_difference, ()),
            "error_rate_ratio": (metric.error_rate_ratio, ()),
            "average_odds_difference": (metric.average_odds_difference, both("P", "N")),
            "average_abs_odds_difference": (metric.average_abs_odds_difference, both("P", "N")),
            "average_predictive_value_difference": (
                metric.average_predictive_value_difference,
                both("S", "R"),
            ),
            "true_positive_rate_difference": (metric.true_positive_rate_difference, both("P")),
        }
        for rate, over in (
            ("false_positive_rate", "N"),
            ("false_negative_rate", "P"),
            ("false_discovery_rate", "S"),
            ("false_omission_rate", "R"),
        ):
            for kind in ("difference", "ratio"):
                functions[f"{rate}_{kind}"] = (getattr(metric, f"{rate}_{kind}"), both(over))
        return asked({f"aif360.{name}": asks for name, asks in functions.items()})


def aif360_arrays(rows, is_group):
    """AIF360's functions of arrays, of two groups."""
    y, d = pd.Series(rows.label), pd.Series(rows.decision)
    groups = {"prot_attr": (~is_group).astype(int), "priv_group": 1}
    both = [rows.where(part).counts() for part in (is_group, ~is_group)]
    functions = {
        "class_imbalance": (lambda: aif360_sklearn.class_imbalance(y, **groups), ()),
        "kl_divergence(labels)": (lambda: aif360_sklearn.kl_divergence(y, **groups), ()),
        "kl_divergence(decisions)": (lambda: aif360_sklearn.kl_divergence(y, d, **groups), ()),
        "average_odds_error": (
            lambda: aif360_sklearn.average_odds_error(y, d, **groups),
            [counts[name] for counts in both for name in "PN"],
        ),
    }
    return asked({f"aif360.sklearn.{name}": asks for name, asks in functions.items()})


def clarify(rows, is_group, distances):
    """Clarify's lists, facet d being ``is_group`` and facet a all other rows given."""
    facet = pd.Series(is_group)
    y, d = pd.Series(rows.label == 1), pd.Series(rows.decision == 1)
    feature = pd.Series(np.zeros(len(facet)))
    both = [rows.where(part).counts() for part in (is_group, ~is_group)]

    def over(*names):
        return [counts[name] for counts in both for name in names]

    functions = {
        "CI": (lambda: clarify_pre.CI(feature, facet), ()),
        "DPL": (lambda: clarify_pre.DPL(feature, facet, y), ()),
        "DPPL": (lambda: clarify_post.DPPL(feature, facet, d), ()),
        "DI": (lambda: clarify_post.DI(feature, facet, d), [both[1]["S"]]),
    }
    conditional = {"DCA": "S", "DCR": "R", "RD": "P", "SD": "N", "DAR": "S", "DRR": "R", "AD": ""}
    for name, counts in {**conditional, "TE": ("FP",)}.items():
        function = getattr(clarify_post, name)
        functions[name] = (lambda function=function: function(feature, facet, y, d), over(*counts))
    if distances:
        # Clarify leaves out a category that either side lacks.
        for name in ("KL", "JS", "LP", "TVD", "KS"):
            function = getattr(clarify_pre, name)
            for suffix, column, needed in (("", y, "PN"), ("(decisions)", d, "SR")):
                if 0 not in over(*needed):
                    functions[name + suffix] = (
                        lambda function=function, column=column: function(column, facet),
                        (),
                    )
    return asked({f"clarify.{name}": asks for name, asks in functions.items()})


def clarify_overall(rows):
    y, d = pd.Series(rows.label == 1), pd.Series(rows.decision == 1)
    return {"clarify.GE": finite(clarify_post.GE(y, d))}


def clarify_conditional(rows, is_group, strata):
    facet, feature = pd.Series(is_group), pd.Series(np.zeros(len(is_group)))
    strata = pd.Series(strata)
    y, d = pd.Series(rows.label == 1), pd.Series(rows.decision == 1)
    return {
        "clarify.CDDL": finite(clarify_pre.CDDL(feature, facet, y, strata)),
        "clarify.CDDPL": finite(clarify_post.CDDPL(feature, facet, d, strata)),
    }


def clarify_group(rows):
    counts = rows.counts()
    tp = int(((rows.label == 1) & (rows.decision == 1)).sum())
    fp, fn = counts["S"] - tp, counts["P"] - tp
    tn = counts["N"] - fp
    return asked(
        {
            "clarify.PPL": (lambda: clarify_stats.PPL(tp, fp, tn, fn), ()),
            "clarify.PNL": (lambda: clarify_stats.PNL(tp, fp, tn, fn), ()),
            "clarify.conditional_acceptance": (
                lambda: clarify_stats.conditional_acceptance(tp, fp, fn),
                (counts["S"],),
            ),
            "clarify.conditional_rejection": (
                lambda: clarify_stats.conditional_rejection(fp, tn, fn),
                (counts["R"],),
            ),
            "clarify.rejection_rate": (
                lambda: clarify_stats.rejection_rate(tn, fn),
                (counts["R"],),
            ),
        }
    )


class Aequitas:
    """Aequitas' group table of one attribute and its three ways to a reference."""

    def __init__(self, rows, attribute):
        self.attribute = attribute
        labels = pd.Series(rows.attributes[attribute], dtype=object)
        self.frame = pd.DataFrame(
            {"score": rows.decision, "label_value": rows.label, attribute: labels}
        )
        table, _ = Group().get_crosstabs(self.frame, attr_cols=[attribute])
        self.table = table.reset_index(drop=True)
        self.least = Bias().get_disparity_min_metric(self.table, self.frame)
        self.major = Bias().get_disparity_major_group(self.table, self.frame)

    def groups(self):
        names = [name for name in PLACES if name.startswith("aequitas.") and name.count(".") == 1]
        for _, line in self.table.iterrows():
            values = {name: finite(line[name.removeprefix("aequitas.")]) for name in names}
            yield line["attribute_value"], values

    def pairs(self, reference):
        """Every group over the reference, by all methods that take this reference."""
        named = Bias().get_disparity_predefined_groups(
            self.table, self.frame, {self.attribute: reference}
        )
        base = self.table[self.table["attribute_value"] == reference].iloc[0]
        tables = {"predefined_groups": named, "major_group": self.major, "min_metric": self.least}
        for group in self.table["attribute_value"]:
            values = {}
            for method, table in tables.items():
                line = table[table["attribute_value"] == group].iloc[0]
                for metric in AEQUITAS_RATIOS:
                    if line[f"{metric}_ref_group_value"] != reference:
                        continue
                    # Over zero Aequitas writes 10.
                    value = None if base[metric] == 0 else finite(line[f"{metric}_disparity"])
                    values[f"aequitas.{method}.{metric}_disparity"] = value
            yield group, values


def scikit_group(rows):
    y, d, w = rows.label, rows.decision, rows.weight
    counts = rows.counts()
    share = {"sample_weight": w}
    functions = {
        "matthews_corrcoef": (
            lambda: scikit.matthews_corrcoef(y, d, **share),
            [counts[name] for name in "PNSR"],
        ),
        "cohen_kappa_score": (lambda: scikit.cohen_kappa_score(y, d, **share), ()),
        "jaccard_score": (
            lambda: scikit.jaccard_score(y, d, **share),
            (counts["P"] + counts["S"],),
        ),
        "zero_one_loss": (lambda: scikit.zero_one_loss(y, d, **share), ()),
        "balanced_accuracy_score(adjusted=True)": (
            lambda: scikit.balanced_accuracy_score(y, d, adjusted=True, **share),
            [counts["P"], counts["N"]],
        ),
    }
    if rows.score is not None:
        classes, s = [counts["P"], counts["N"]], rows.score
        functions["roc_auc_score"] = (lambda: scikit.roc_auc_score(y, s, **share), classes)
        functions["average_precision_score"] = (
            lambda: scikit.average_precision_score(y, s, **share),
            (counts["P"],),
        )
        if s.min() >= 0 and s.max() <= 1:
            functions["brier_score_loss"] = (lambda: scikit.brier_score_loss(y, s, **share), ())
            functions["log_loss"] = (lambda: scikit.log_loss(y, s, labels=[0, 1], **share), ())
    return asked({f"sklearn.{name}": asks for name, asks in functions.items()})


def scikit_errors(outcome, predicted, weight):
    names = ["mean_absolute_error", "mean_squared_error", "root_mean_squared_error", "r2_score"]
    return {
        f"sklearn.{name}": finite(getattr(scikit, name)(outcome, predicted, sample_weight=weight))
        for name in names
    }


def distances(group, reference):
    """scipy's distances of the rows of a group from those of the reference."""

    def shares(rows, column):
        rate = getattr(rows, column).mean()
        return np.array([rate, 1 - rate])

    functions = {}
    for column, what in (("label", "labels"), ("decision", "decisions")):
        g, r = shares(group, column), shares(reference, column)
        functions[f"entropy({what})"] = (lambda g=g, r=r: stats.entropy(r, g), ())
        functions[f"jensenshannon({what})"] = (
            lambda g=g, r=r: spatial.distance.jensenshannon(g, r) ** 2,
            (),
        )
    if group.score is not None:
        both = group.score, reference.score
        functions["wasserstein_distance"] = (lambda: stats.wasserstein_distance(*both), ())
        functions["ks_2samp"] = (lambda: stats.ks_2samp(*both, method="asymp").statistic, ())
    values = asked({f"scipy.{name}": asks for name, asks in functions.items()})
    rates = group.decision.mean(), reference.decision.mean()
    values["statsmodels.proportion_effectsize"] = finite(proportions.proportion_effectsize(*rates))
    return values


def consistency(features, labels, neighbours):
    """AIF360's individual fairness: of labels, a row among its own neighbours."""
    frame = pd.DataFrame(features, columns=[f"x{i}" for i in range(features.shape[1])])
    frame["y"] = labels.astype(float)
    data = BinaryLabelDataset(df=frame, label_names=["y"], protected_attribute_names=["x0"])
    metric = BinaryLabelDatasetMetric(data)
    return {
        "aif360.consistency": float(np.squeeze(metric.consistency(n_neighbors=neighbours))),
        "aif360.sklearn.consistency_score": float(
            aif360_sklearn.consistency_score(features, labels, n_neighbors=neighbours)
        ),
    }


def ranking(score, label, groups, length):
    """A list's merit and its groups' places, best score first; groups are coded 0 and 1."""
    order = np.argsort(-score, kind="stable")
    frame = pd.DataFrame({"s": score[order], "g": groups[order].astype(float)})
    with contextlib.redirect_stderr(io.StringIO()):
        data = RegressionDataset(frame, "s", ["g"], [[1.0]])
    data.scores = frame["s"].to_numpy()
    share = groups.mean()
    merit = scikit.ndcg_score([label], [score], k=length)
    violated, _ = RegressionDatasetMetric(data).infeasible_index(
        target_prop={1.0: share, 0.0: 1 - share}, r=length + 1
    )
    gains = [scikit.dcg_score([label * (groups == g)], [score], k=length) for g in (0, 1)]
    return {"aif360.infeasible_index": violated, "sklearn.ndcg_score": float(merit)}, gains


def inequality(rows, orders):
    """The generalised entropy index of benefits, by order; infinite is None."""
    benefit = 1 + rows.decision - rows.label
    mean = benefit.mean()
    values = {
        str(order): finite(
            aif360_sklearn.generalized_entropy_index(benefit, alpha=order)
            # AIF360 divides the mean log deviation by the mean once more.
            * (mean if order == 0 else 1)
        )
        for order in orders
    }
    levels = [[level, int((benefit == level).sum())] for level in (0, 1, 2)]
    return {"levels": levels, "aif360.sklearn.generalized_entropy_index": values}
