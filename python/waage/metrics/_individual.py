"""Individual fairness: whether rows that are alike are treated alike."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from .. import _waage
from ._columns import squeezed


class Steepness(NamedTuple):
    """How steeply scores change with features, over all pairs of rows.

    Attributes
    ----------
    pairs : int
        Pairs compared, n(n - 1)/2.
    violations : int
        Pairs whose scores differ by more than the limit times their distance.
    twins : int
        Pairs of equal features and different scores, which no limit allows; among ``violations``.
    constant : float or None
        The largest ratio of a difference of scores to its distance; None without a pair at a
        distance.
    """

    pairs: int
    violations: int
    twins: int
    constant: float | None


class Flips(NamedTuple):
    """Decisions that change when nothing but the sensitive attribute is altered.

    Attributes
    ----------
    rate : float
        Share of the rows whose decision changes.
    low, high : float
        Wilson's interval of the rate.
    n : int
        Rows.
    positive_to_negative, negative_to_positive : float or None
        Share of the rows decided positively (negatively) before that are decided otherwise after;
        None where there are none.
    """

    rate: float
    low: float
    high: float
    n: int
    positive_to_negative: float | None
    negative_to_positive: float | None


def consistency_score(
    X: Any,
    y: Any,
    n_neighbors: int = 5,
    *,
    exclude_self: bool = False,
) -> float:
    """Consistency, 1 - mean |y - mean of y over the nearest rows|; 1 where neighbours agree.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Features, as they are: distances are Euclidean. Standardise them first where units differ.
    y : array-like of shape (n_samples,)
        Labels or decisions, 0 or 1.
    n_neighbors : int
        Neighbours of each row. Of equally distant rows the first ones count.
    exclude_self : bool
        False: a row is among its own neighbours, as in AIF360's ``consistency_score``. True: it is
        not, as Zemel et al. (2013) define it.

    Raises
    ------
    WaageError
        If shapes do not fit, a value is not finite, there are fewer rows than neighbours, or more
        than 50 000 rows: time grows with the square of their number.

    Examples
    --------
    >>> consistency_score([[0], [1], [2], [10], [11], [12], [13]], [1, 1, 0, 0, 0, 1, 0], 3)
    0.571428...
    """
    return _waage.consistency(_features(X), _numbers(y), int(n_neighbors), bool(exclude_self))


def score_steepness(X: Any, scores: Any, limit: float = 0.0) -> Steepness:
    """Compares the scores of every two rows with their distance (Dwork et al. 2012).

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        Features, as for :func:`consistency_score`.
    scores : array-like of shape (n_samples,)
        Scores.
    limit : float
        The largest difference of scores per unit of distance that is allowed.

    Raises
    ------
    WaageError
        As :func:`consistency_score`; for a limit below 0.
    """
    return Steepness(*_waage.steepness(_features(X), _numbers(scores), float(limit)))


def lipschitz_violation(X: Any, scores: Any, limit: float) -> float:
    """Share of pairs of rows whose scores differ by more than ``limit`` times their distance.

    Parameters and errors as for :func:`score_steepness`; not a number for a single row.
    """
    found = score_steepness(X, scores, limit)
    return found.violations / found.pairs if found.pairs else float("nan")


def lipschitz_constant(X: Any, scores: Any) -> float:
    """The largest ratio of a difference of scores to the distance of their rows.

    Pairs of equal features are left out: see ``twins`` of :func:`score_steepness`. Not a number
    where no two rows differ.
    """
    found = score_steepness(X, scores)
    return float("nan") if found.constant is None else found.constant


def counterfactual_flips(y_pred: Any, y_altered: Any, *, confidence: float = 0.95) -> Flips:
    """Decisions that change when nothing but the sensitive attribute is altered.

    Parameters
    ----------
    y_pred : array-like of 0 and 1
        Decisions of the rows as they are.
    y_altered : array-like of 0 and 1
        Decisions of the same rows with another value of the sensitive attribute, in the same order.
    confidence : float
        Confidence of the interval.

    Raises
    ------
    WaageError
        If lengths differ, there are no rows, or a decision is neither 0 nor 1.
    """
    before, after = _decisions("y_pred", y_pred), _decisions("y_altered", y_altered)
    if len(before) != len(after):
        raise _waage.WaageError(
            f"y_pred has {len(before)} rows and y_altered {len(after)}; give the same rows twice"
        )
    if len(before) == 0:
        raise _waage.WaageError("there are no rows; give at least one pair of decisions")
    if not 0 < confidence < 1:
        raise _waage.WaageError(f"the confidence is {confidence}; use a number such as 0.95")
    positives, negatives, down, up, low, high = _waage.flips(before, after, float(confidence))
    return Flips(
        rate=(down + up) / len(before),
        low=float("nan") if low is None else low,
        high=float("nan") if high is None else high,
        n=len(before),
        positive_to_negative=down / positives if positives else None,
        negative_to_positive=up / negatives if negatives else None,
    )


def counterfactual_flip_rate(y_pred: Any, y_altered: Any) -> float:
    """Share of the rows whose decision changes; see :func:`counterfactual_flips`."""
    return counterfactual_flips(y_pred, y_altered).rate


def _features(values: Any) -> Any:
    try:
        table = np.ascontiguousarray(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise _waage.WaageError(
            "the features are no numbers; encode texts as columns of 0 and 1 first"
        ) from error
    if table.ndim == 1:
        table = table.reshape(-1, 1)
    if table.ndim != 2:
        raise _waage.WaageError(
            f"the features have {table.ndim} axes; give a table of rows and columns"
        )
    return table


def _numbers(values: Any) -> Any:
    column = squeezed(values)
    if column.ndim != 1:
        raise _waage.WaageError("outcomes have several columns; give one number per row")
    try:
        return np.ascontiguousarray(column, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise _waage.WaageError("outcomes are no numbers; code them as 0 and 1") from error


def _decisions(name: str, values: Any) -> Any:
    numbers = _numbers(values)
    if not np.isin(numbers, (0.0, 1.0)).all():
        raise _waage.WaageError(f"{name} has a value that is neither 0 nor 1; code decisions so")
    return numbers == 1.0
