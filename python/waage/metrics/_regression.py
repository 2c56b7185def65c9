"""Numeric predictions of numeric outcomes: errors, and two groups compared by them."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from .. import _waage
from ._columns import same_length, squeezed


def mean_error(y_true: Any, y_pred: Any, sample_weight: Any = None) -> float:
    """Weighted mean of prediction minus outcome; above 0 where predictions are too high."""
    y, p, w = _columns(y_true, y_pred, sample_weight)
    return float(np.dot(p - y, w) / w.sum())


def rmse_ratio(
    y_true: Any,
    y_pred: Any,
    *,
    sensitive_features: Any,
    group: Any,
    reference: Any,
    sample_weight: Any = None,
) -> float:
    """Root mean squared error of a group over that of the reference; 1 is parity.

    Parameters
    ----------
    y_true, y_pred : array-like of numbers
        Outcomes and predictions.
    sensitive_features : array-like
        One label per row.
    group, reference : label
        Whose errors are compared.
    sample_weight : array-like, optional
        Weight of each row.

    Returns
    -------
    float
        Not a number, with a ``RuntimeWarning`` that names the reason, where it is undefined.

    Raises
    ------
    WaageError
        If lengths differ, a number is not finite, or a label does not occur.
    """
    return _gap("rmse_ratio", y_true, y_pred, sensitive_features, group, reference, sample_weight)


def mae_ratio(
    y_true: Any,
    y_pred: Any,
    *,
    sensitive_features: Any,
    group: Any,
    reference: Any,
    sample_weight: Any = None,
) -> float:
    """Mean absolute error of a group over that of the reference; 1 is parity.

    Parameters, results and errors as for :func:`rmse_ratio`.
    """
    return _gap("mae_ratio", y_true, y_pred, sensitive_features, group, reference, sample_weight)


def avg_score_diff(
    y_true: Any,
    y_pred: Any,
    *,
    sensitive_features: Any,
    group: Any,
    reference: Any,
    sample_weight: Any = None,
) -> float:
    """Mean prediction of a group minus that of the reference; 0 is parity.

    Parameters, results and errors as for :func:`rmse_ratio`; outcomes are not looked at.
    """
    name = "avg_score_diff"
    return _gap(name, y_true, y_pred, sensitive_features, group, reference, sample_weight)


def zscore_diff(
    y_true: Any,
    y_pred: Any,
    *,
    sensitive_features: Any,
    group: Any,
    reference: Any,
    sample_weight: Any = None,
) -> float:
    """As :func:`avg_score_diff`, in pooled standard deviations of the predictions.

    Parameters, results and errors as for :func:`rmse_ratio`.
    """
    return _gap("zscore_diff", y_true, y_pred, sensitive_features, group, reference, sample_weight)


def _gap(
    name: str, y_true: Any, y_pred: Any, features: Any, group: Any, reference: Any, weight: Any
) -> float:
    columns = _columns(y_true, y_pred, weight)
    same_length(columns[0], features)
    labels = squeezed(features)
    sides = []
    for label in (group, reference):
        rows = np.asarray(labels == label)
        if not rows.any():
            raise _waage.WaageError(
                f"the group {label!r} does not occur in sensitive_features; name one that does"
            )
        sides.append(tuple(np.ascontiguousarray(column[rows]) for column in columns))
    value, reason = _waage.regression_gap(name, sides[0], sides[1])
    if value is None:
        warnings.warn(f"{name} is undefined: {reason}", RuntimeWarning, stacklevel=3)
        return float("nan")
    return value


def _columns(y_true: Any, y_pred: Any, weight: Any) -> tuple[Any, Any, Any]:
    same_length(y_true, y_pred)
    weights = np.ones(len(y_true)) if weight is None else weight
    same_length(y_true, weights)
    found = []
    for name, values in (("y_true", y_true), ("y_pred", y_pred), ("sample_weight", weights)):
        try:
            column = np.asarray(squeezed(values), dtype=np.float64)
        except (TypeError, ValueError) as error:
            raise _waage.WaageError(f"{name} holds no numbers; give one number per row") from error
        if not np.isfinite(column).all():
            raise _waage.WaageError(f"{name} has a value that is not finite; leave such rows out")
        found.append(column)
    return found[0], found[1], found[2]
