"""Demographic parity, equalized odds and equal opportunity as one number each."""

from __future__ import annotations

from typing import Any, Literal

from ._frame import Method, MetricFrame
from ._rates import false_positive_rate, selection_rate, true_positive_rate

Aggregate = Literal["worst_case", "mean"]


def demographic_parity_difference(
    y_true: Any,
    y_pred: Any,
    *,
    sensitive_features: Any,
    method: Method = "between_groups",
    sample_weight: Any = None,
) -> Any:
    """Largest difference of the groups' selection rates; 0 is parity.

    Parameters
    ----------
    y_true, y_pred : array-like
        Labels (not looked at) and predictions, 1 for selected.
    sensitive_features : array-like
        What forms the groups, as for :class:`MetricFrame`.
    method : {"between_groups", "to_overall"}
        As for :meth:`MetricFrame.difference`.
    sample_weight : array-like, optional
        Weight of each row.
    """
    frame = _frame(selection_rate, y_true, y_pred, sensitive_features, sample_weight)
    return frame.difference(method=method)


def demographic_parity_ratio(
    y_true: Any,
    y_pred: Any,
    *,
    sensitive_features: Any,
    method: Method = "between_groups",
    sample_weight: Any = None,
) -> Any:
    """Smallest ratio of the groups' selection rates; 1 is parity.

    Parameters as in :func:`demographic_parity_difference`.
    """
    frame = _frame(selection_rate, y_true, y_pred, sensitive_features, sample_weight)
    return frame.ratio(method=method)


def equalized_odds_difference(
    y_true: Any,
    y_pred: Any,
    *,
    sensitive_features: Any,
    method: Method = "between_groups",
    sample_weight: Any = None,
    agg: Aggregate = "worst_case",
) -> Any:
    """Difference of the groups' true and false positive rates; 0 is parity.

    Parameters as in :func:`demographic_parity_difference`, with labels looked at, and

    agg : {"worst_case", "mean"}
        The larger of the two differences, or their mean.
    """
    _check(agg)
    found = _odds(y_true, y_pred, sensitive_features, sample_weight, "difference", method)
    return max(found) if agg == "worst_case" else _mean(found)


def equalized_odds_ratio(
    y_true: Any,
    y_pred: Any,
    *,
    sensitive_features: Any,
    method: Method = "between_groups",
    sample_weight: Any = None,
    agg: Aggregate = "worst_case",
) -> Any:
    """Ratio of the groups' true and false positive rates; 1 is parity.

    Parameters as in :func:`equalized_odds_difference`; ``agg`` takes the smaller ratio or the mean.
    """
    _check(agg)
    found = _odds(y_true, y_pred, sensitive_features, sample_weight, "ratio", method)
    return min(found) if agg == "worst_case" else _mean(found)


def equal_opportunity_difference(
    y_true: Any,
    y_pred: Any,
    *,
    sensitive_features: Any,
    method: Method = "between_groups",
    sample_weight: Any = None,
) -> Any:
    """Largest difference of the groups' true positive rates; 0 is parity.

    Parameters as in :func:`demographic_parity_difference`, with labels looked at.
    """
    frame = _frame(true_positive_rate, y_true, y_pred, sensitive_features, sample_weight)
    return frame.difference(method=method)


def equal_opportunity_ratio(
    y_true: Any,
    y_pred: Any,
    *,
    sensitive_features: Any,
    method: Method = "between_groups",
    sample_weight: Any = None,
) -> Any:
    """Smallest ratio of the groups' true positive rates; 1 is parity.

    Parameters as in :func:`demographic_parity_difference`, with labels looked at.
    """
    frame = _frame(true_positive_rate, y_true, y_pred, sensitive_features, sample_weight)
    return frame.ratio(method=method)


def _frame(metrics: Any, y_true: Any, y_pred: Any, features: Any, weight: Any) -> MetricFrame:
    of_rows = {"sample_weight": weight}
    several = isinstance(metrics, dict)
    return MetricFrame(
        metrics=metrics,
        y_true=y_true,
        y_pred=y_pred,
        sensitive_features=features,
        sample_params=dict.fromkeys(metrics, of_rows) if several else of_rows,
    )


def _odds(
    y_true: Any, y_pred: Any, features: Any, weight: Any, how: str, method: Method
) -> list[Any]:
    """The comparisons of the true and of the false positive rates."""
    rates = {"tpr": true_positive_rate, "fpr": false_positive_rate}
    frame = _frame(rates, y_true, y_pred, features, weight)
    found = getattr(frame, how)(method=method)
    return [found["tpr"], found["fpr"]]


def _mean(values: list[Any]) -> Any:
    """The mean of what is defined."""
    defined = [value for value in values if value == value]
    return sum(defined) / len(defined) if defined else float("nan")


def _check(agg: str) -> None:
    if agg not in ("worst_case", "mean"):
        raise ValueError(f"agg={agg!r} is unknown; use 'worst_case' or 'mean'")
