"""Group metrics and disparities in exact rational arithmetic.

This is the definition the golden files rest on: every sum is a ``Fraction``, every undefined
value is ``None``, and a float appears only when a finished value is written. The peers of
``peers.py`` are held against it wherever they define the value at all.
"""

from collections import defaultdict
from dataclasses import dataclass
from fractions import Fraction

METRICS = [
    "count",
    "base_rate",
    "selection_rate",
    "true_positive_rate",
    "false_positive_rate",
    "true_negative_rate",
    "false_negative_rate",
    "precision",
    "negative_predictive_value",
    "false_discovery_rate",
    "false_omission_rate",
    "accuracy",
    "balanced_accuracy",
    "f1",
    "mean_score",
]

# Counts are no rates, and a score may be negative: neither takes part in disparities.
DISPARITY_METRICS = [name for name in METRICS if name not in ("count", "mean_score")]

# Signed quantities of one group against the reference that are not a plain metric's difference.
REFERENCE_QUANTITIES = [
    "average_odds_difference",
    "average_absolute_odds_difference",
    "treatment_equality_difference",
]


@dataclass
class Table:
    """Rows as columns. ``label`` holds 1, 0 or None; ``decision`` a share of 1 (a tie at a cut
    is selected in part); ``attributes`` maps a name to labels, None where missing."""

    label: list
    decision: list
    attributes: dict
    weight: list | None = None
    score: list | None = None
    places: Fraction | None = None  # how many rows a cut of the score selects

    def __len__(self):
        return len(self.label)

    def keys(self, names):
        """The group of every row under the intersection of ``names``."""
        return list(zip(*(self.attributes[name] for name in names), strict=False))


class Counts:
    """Weight sums of one group by label and decision, and the score's sum."""

    def __init__(self):
        self.rows = 0
        self.weight = defaultdict(Fraction)
        self.score = Fraction(0)

    def add(self, label, decision, weight, score):
        self.rows += 1
        self.weight[label, 1] += weight * decision
        self.weight[label, 0] += weight * (1 - decision)
        if score is not None:
            self.score += weight * score

    def merged(self, other):
        both = Counts()
        for part in (self, other):
            both.rows += part.rows
            both.score += part.score
            for cell, weight in part.weight.items():
                both.weight[cell] += weight
        return both

    def metrics(self, with_score):
        """Every metric of ``METRICS`` by name. Rows without a label count for ``count``,
        ``selection_rate`` and ``mean_score``, and for nothing else."""
        tp, fp = self.weight[1, 1], self.weight[0, 1]
        fn, tn = self.weight[1, 0], self.weight[0, 0]
        unlabelled = self.weight[None, 1], self.weight[None, 0]
        labelled = tp + fp + fn + tn
        everything = labelled + sum(unlabelled)
        sensitivity = ratio(tp, tp + fn)
        specificity = ratio(tn, fp + tn)
        return {
            "count": self.rows,
            "base_rate": ratio(tp + fn, labelled),
            "selection_rate": ratio(tp + fp + unlabelled[0], everything),
            "true_positive_rate": sensitivity,
            "false_positive_rate": ratio(fp, fp + tn),
            "true_negative_rate": specificity,
            "false_negative_rate": ratio(fn, tp + fn),
            "precision": ratio(tp, tp + fp),
            "negative_predictive_value": ratio(tn, fn + tn),
            "false_discovery_rate": ratio(fp, tp + fp),
            "false_omission_rate": ratio(fn, fn + tn),
            "accuracy": ratio(tp + tn, labelled),
            "balanced_accuracy": mean(sensitivity, specificity),
            "f1": ratio(2 * tp, 2 * tp + fp + fn),
            "mean_score": ratio(self.score, everything) if with_score else None,
            "error_odds": ratio(fn, fp),
        }


def ratio(numerator, denominator):
    """The quotient, or None where the denominator is zero."""
    return None if denominator == 0 else Fraction(numerator) / denominator


def difference(a, b):
    return None if a is None or b is None else a - b


def quotient(a, b):
    return None if a is None or b is None else ratio(a, b)


def mean(a, b):
    return None if a is None or b is None else (a + b) / 2


def tally(table, names):
    """``Counts`` per non-empty group of the intersection of ``names``, ordered by label with
    the missing one last."""
    groups = {}
    weights = table.weight or [1] * len(table)
    scores = table.score or [None] * len(table)
    rows = zip(table.keys(names), table.label, table.decision, weights, scores, strict=False)
    for key, label, decision, weight, score in rows:
        counts = groups.setdefault(key, Counts())
        counts.add(
            label,
            decision,
            Fraction(weight),
            None if score is None else Fraction(score),
        )
    return dict(sorted(groups.items(), key=lambda item: label_order(item[0])))


def label_order(key):
    return [(part is None, part or "") for part in key]


def reference(groups):
    """The largest group by rows; of equals the first by label; never one with a missing label."""
    known = [key for key in groups if None not in key]
    return min(known, key=lambda key: (-groups[key].rows, label_order(key)), default=None)


def cut(score, places):
    """Decisions that select the ``places`` highest scores; the tied rows at the cut share what
    is left of the places equally."""
    decision = [Fraction(0)] * len(score)
    left = Fraction(places)
    blocks = defaultdict(list)
    for row, value in enumerate(score):
        blocks[value].append(row)
    for value in sorted(blocks, reverse=True):
        share = min(Fraction(1), left / len(blocks[value]))
        for row in blocks[value]:
            decision[row] = share
        left -= share * len(blocks[value])
    return decision


def disparities(table, names):
    """Every disparity over the groups of ``names``, as Fractions and None."""
    with_score = table.score is not None
    groups = tally(table, names)
    whole = total(groups.values())
    overall = whole.metrics(with_score)
    metrics = {key: counts.metrics(with_score) for key, counts in groups.items()}
    base = reference(groups)
    between = {name: between_groups(metrics, name) for name in DISPARITY_METRICS}
    return {
        "reference": base,
        "summary": summary(between),
        "between_groups": between,
        "to_overall": {name: to_overall(metrics, overall, name) for name in DISPARITY_METRICS},
        "to_reference": {
            key: against(metrics[key], metrics[base])
            for key in groups
            if base is not None and key != base
        },
        "to_complement": {
            key: against(
                metrics[key],
                total(c for other, c in groups.items() if other != key).metrics(with_score),
            )
            for key in groups
            if len(groups) > 1
        },
    }


def total(parts):
    whole = Counts()
    for part in parts:
        whole = whole.merged(part)
    return whole


def defined(metrics, name):
    return [values[name] for values in metrics.values() if values[name] is not None]


def between_groups(metrics, name):
    """(max - min, min / max) over the groups that define the metric; at least two must."""
    values = defined(metrics, name)
    if len(values) < 2:
        return None, None
    return max(values) - min(values), ratio(min(values), max(values))


def to_overall(metrics, overall, name):
    """(largest distance, smallest ratio taken in the direction below one) to all rows."""
    values = defined(metrics, name)
    whole = overall[name]
    if len(values) < 2 or whole is None:
        return None, None
    ratios = [ratio(min(v, whole), max(v, whole)) for v in values]
    ratios = [r for r in ratios if r is not None]
    return max(abs(v - whole) for v in values), min(ratios, default=None)


def against(group, other):
    """One group against another: a difference and a ratio per metric, then the signed
    quantities of ``REFERENCE_QUANTITIES``."""
    result = {
        name: (difference(group[name], other[name]), quotient(group[name], other[name]))
        for name in DISPARITY_METRICS
    }
    true, false = result["true_positive_rate"][0], result["false_positive_rate"][0]
    undefined = true is None or false is None
    result["average_odds_difference"] = mean(true, false)
    result["average_absolute_odds_difference"] = None if undefined else mean(abs(true), abs(false))
    result["treatment_equality_difference"] = difference(group["error_odds"], other["error_odds"])
    return result


def summary(between):
    """The quantities Fairlearn names. Of equalized odds' two rates an undefined one is left out
    of the worst case; their mean needs both."""
    selection = between["selection_rate"]
    true, false = between["true_positive_rate"], between["false_positive_rate"]

    def worst(pick, side):
        present = [pair[side] for pair in (true, false) if pair[side] is not None]
        return pick(present) if present else None

    return {
        "demographic_parity_difference": selection[0],
        "demographic_parity_ratio": selection[1],
        "equalized_odds_difference": worst(max, 0),
        "equalized_odds_difference_mean": mean(true[0], false[0]),
        "equalized_odds_ratio": worst(min, 1),
        "equalized_odds_ratio_mean": mean(true[1], false[1]),
        "equal_opportunity_difference": true[0],
        "equal_opportunity_ratio": true[1],
    }
