"""Metrics of one set of rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from ._columns import same_length, squeezed


def count(y_true: Any, y_pred: Any) -> int:
    """Number of rows.

    Parameters
    ----------
    y_true : array-like
        Labels; their number is the result.
    y_pred : array-like
        Predictions; only their length is checked.
    """
    same_length(y_true, y_pred)
    return len(y_true)


def mean_prediction(y_true: Any, y_pred: Any, sample_weight: Any = None) -> Any:
    """Weighted mean of the predictions, Σ w·ŷ / Σ w; the labels are not looked at."""
    predictions = squeezed(y_pred)
    weights = _weights(sample_weight, len(predictions))
    return np.dot(predictions, weights) / weights.sum()


def selection_rate(
    y_true: Any, y_pred: Any, *, pos_label: Any = 1, sample_weight: Any = None
) -> Any:
    """Weighted share of predictions that are ``pos_label``; the labels are not looked at.

    Raises
    ------
    ValueError
        If there are no predictions.
    """
    selected = squeezed(y_pred) == pos_label
    if np.size(selected) == 0:
        raise ValueError("selection_rate needs predictions, but y_pred is empty")
    weights = _weights(sample_weight, len(selected))
    return np.dot(selected, weights) / weights.sum()


def true_positive_rate(
    y_true: Any, y_pred: Any, sample_weight: Any = None, pos_label: Any = None
) -> Any:
    """Share of the positives that are predicted positive, TP / (TP + FN).

    Parameters
    ----------
    y_true, y_pred : array-like
        Labels and predictions of at most two values.
    sample_weight : array-like, optional
        Weight of each row; 1 if not given.
    pos_label : scalar, optional
        The positive label. If not given the values must be 0 and 1, or -1 and 1, and it is 1.

    Returns
    -------
    float
        0 where there are no positives, as Fairlearn has it; an audit calls that undefined.
    """
    return _rates(y_true, y_pred, sample_weight, pos_label)[1, 1]


def true_negative_rate(
    y_true: Any, y_pred: Any, sample_weight: Any = None, pos_label: Any = None
) -> Any:
    """Share of the negatives that are predicted negative, TN / (TN + FP); 0 without negatives.

    Parameters as in :func:`true_positive_rate`.
    """
    return _rates(y_true, y_pred, sample_weight, pos_label)[0, 0]


def false_positive_rate(
    y_true: Any, y_pred: Any, sample_weight: Any = None, pos_label: Any = None
) -> Any:
    """Share of the negatives that are predicted positive, FP / (TN + FP); 0 without negatives.

    Parameters as in :func:`true_positive_rate`.
    """
    return _rates(y_true, y_pred, sample_weight, pos_label)[0, 1]


def false_negative_rate(
    y_true: Any, y_pred: Any, sample_weight: Any = None, pos_label: Any = None
) -> Any:
    """Share of the positives that are predicted negative, FN / (TP + FN); 0 without positives.

    Parameters as in :func:`true_positive_rate`.
    """
    return _rates(y_true, y_pred, sample_weight, pos_label)[1, 0]


def _weights(given: Any, rows: int) -> Any:
    return np.ones(rows) if given is None else squeezed(given)


def _rates(y_true: Any, y_pred: Any, sample_weight: Any, pos_label: Any) -> Any:
    """[[TNR, FPR], [FNR, TPR]], 0 where a class is absent."""
    both = np.vstack((y_true, y_pred))
    positive = _positive(list(np.unique(both)), pos_label)
    truth, predicted = squeezed(y_true) == positive, squeezed(y_pred) == positive
    weights = None if sample_weight is None else squeezed(sample_weight)
    if weights is not None and weights.shape != truth.shape:
        raise ValueError(
            f"sample_weight has the shape {weights.shape}, the labels {truth.shape}; "
            "give one weight per row"
        )
    if weights is not None and not (np.isfinite(weights).all() and weights.any()):
        raise ValueError("sample_weight must be finite numbers that are not all zero")
    cells = np.bincount(2 * truth + predicted, weights, minlength=4).reshape(2, 2)
    totals = cells.sum(axis=1, keepdims=True)
    return np.divide(cells, totals, out=np.zeros((2, 2)), where=totals != 0)


def _positive(values: list[Any], pos_label: Any) -> Any:
    """The positive label; ValueError unless the values have one."""
    if pos_label is None:
        if {0, 1}.issuperset(values) or {-1, 1}.issuperset(values):
            return 1
        raise ValueError(
            "labels and predictions must be 0 and 1, or -1 and 1; else name one by pos_label"
        )
    if len(values) > 2:
        raise ValueError(f"labels and predictions have {len(values)} values; a rate needs two")
    if len(values) == 2 and pos_label not in values:
        raise ValueError(f"pos_label {pos_label!r} is none of the values {values}")
    return pos_label
