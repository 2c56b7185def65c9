"""Plots of models and groups; they need matplotlib."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ._columns import pandas_or_none, same_length
from ._derived import DerivedMetric
from ._features import features_of
from ._groups import Groups


class MissingMatplotlib(ImportError, RuntimeError):
    """matplotlib is not installed. Fairlearn raises RuntimeError here, so this is one as well."""


def _pyplot() -> Any:
    try:
        import matplotlib.pyplot as pyplot
    except ImportError:
        raise MissingMatplotlib("plots need matplotlib; install matplotlib") from None
    return pyplot


def plot_model_comparison(
    *,
    y_preds: Any,
    y_true: Any = None,
    sensitive_features: Any = None,
    x_axis_metric: Callable[..., Any] | None = None,
    y_axis_metric: Callable[..., Any] | None = None,
    ax: Any = None,
    axis_labels: Any = True,
    point_labels: Any = False,
    point_labels_position: Any = (0, 0),
    legend: bool = False,
    show_plot: bool = False,
    **kwargs: Any,
) -> Any:
    """Models as points in the plane of two metrics.

    Parameters
    ----------
    y_preds : array-like or dict of arrays
        Predictions, one array per model; the keys of a dict are the models' names.
    y_true : array-like
        Labels.
    sensitive_features : array-like
        Given to metrics that take it.
    x_axis_metric, y_axis_metric : callable
        Called as ``metric(y_true, y_pred, sensitive_features=...)``, or without the features.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new one if not given.
    axis_labels : bool or two texts
        Whether to name the axes after the metrics, or their names.
    point_labels : bool or list of texts
        Whether to name the points after the models, or their names.
    point_labels_position : pair of numbers
        Offset of the names in data coordinates.
    legend : bool
        Whether to draw a legend; name the points by ``label=``.
    show_plot : bool
        Whether to call ``pyplot.show()``.
    **kwargs
        Passed on to ``Axes.scatter``.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    pyplot = _pyplot()
    names, predictions = _models(y_preds)
    truth = np.asarray(y_true).reshape(-1)
    if predictions.shape[1] != len(truth):
        raise ValueError(
            f"y_preds has {predictions.shape[1]} predictions per model, y_true {len(truth)} labels"
        )
    labels = _labels(axis_labels, (x_axis_metric, y_axis_metric))
    for name, flag in (("legend", legend), ("show_plot", show_plot)):
        if not isinstance(flag, bool):
            raise ValueError(f"{name}={flag!r} is neither True nor False")
    shown = _point_labels(point_labels, names)
    offset = _offset(point_labels_position)

    x = [_evaluate(x_axis_metric, truth, p, sensitive_features) for p in predictions]
    y = [_evaluate(y_axis_metric, truth, p, sensitive_features) for p in predictions]
    if ax is None:
        ax = pyplot.axes()
    if labels is not None:
        ax.set_xlabel(labels[0])
        ax.set_ylabel(labels[1])
    for at, label in enumerate(shown):
        ax.text(x[at] + offset[0], y[at] + offset[1], label)
    ax.scatter(x, y, **kwargs)
    if legend:
        ax.legend()
    if show_plot:
        pyplot.show()
    return ax


def _models(y_preds: Any) -> tuple[list[Any], Any]:
    """Names of the models and their predictions [model, row]."""
    named = isinstance(y_preds, dict)
    predictions = np.array(list(y_preds.values()) if named else y_preds)
    if predictions.ndim == 1:
        predictions = predictions.reshape(1, -1)
    if predictions.ndim != 2 or predictions.size == 0:
        raise ValueError("y_preds must hold one array of predictions per model, all of one length")
    if predictions.dtype.kind == "f" and not bool(np.isfinite(predictions).all()):
        raise ValueError("y_preds has values that are not finite; drop these rows")
    return (list(y_preds) if named else list(range(len(predictions)))), predictions


def _labels(given: Any, metrics: tuple[Any, Any]) -> Any:
    if isinstance(given, bool):
        return [_name(metric) for metric in metrics] if given else None
    if isinstance(given, (list, tuple)) and len(given) == 2:
        return given
    raise ValueError(f"axis_labels={given!r} is neither True, False nor two texts")


def _name(metric: Any) -> str:
    name = getattr(metric, "__qualname__", "") or getattr(metric, "__name__", "")
    if not name and isinstance(metric, DerivedMetric):
        name = metric.describe()
    return (name or repr(metric)).replace("_", " ")


def _point_labels(given: Any, names: list[Any]) -> list[Any]:
    if isinstance(given, bool):
        return names if given else []
    if isinstance(given, list):
        if len(given) == len(names):
            return given
        raise ValueError(f"point_labels has {len(given)} names for {len(names)} models")
    raise ValueError(f"point_labels={given!r} is neither True, False nor a list of names")


def _offset(given: Any) -> Any:
    pair = isinstance(given, (list, tuple)) and len(given) == 2
    if not pair or not all(isinstance(value, (int, float)) for value in given):
        raise ValueError(f"point_labels_position={given!r} is no pair of numbers")
    return given


def _evaluate(metric: Any, y_true: Any, y_pred: Any, features: Any) -> Any:
    """The metric with the features, or without them if it does not take them."""
    try:
        return metric(y_true, y_pred, sensitive_features=features)
    except TypeError:
        return metric(y_true, y_pred)


def plot_roc_curve_by_group(
    y_true: Any,
    y_score: Any,
    *,
    sensitive_features: Any,
    ax: Any = None,
    plot_overall: bool = True,
    plot_chance_level: bool = True,
    pos_label: Any = None,
    title: str | None = None,
) -> Any:
    """ROC curves of the groups, each with its area.

    Parameters
    ----------
    y_true : array-like
        Labels of two values.
    y_score : array-like
        Scores; higher for the positive label.
    sensitive_features : array-like
        What forms the groups, as for :class:`MetricFrame`; rows with a missing
        value belong to none.
    ax : matplotlib.axes.Axes, optional
        Where to draw; a new one if not given.
    plot_overall : bool
        Whether to draw the curve of all rows.
    plot_chance_level : bool
        Whether to draw the diagonal.
    pos_label : scalar, optional
        The positive label; 1 if not given, which needs labels 0 and 1, or -1 and 1.
    title : str, optional
        Title of the axes.

    Returns
    -------
    matplotlib.axes.Axes

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    pyplot = _pyplot()
    truth, scores = np.asarray(y_true), np.asarray(y_score, dtype=np.float64)
    same_length(truth, scores)
    positive = truth == _positive_label(truth, pos_label)
    curves = [("Overall", slice(None))] if plot_overall else []
    curves += _rows_by_group(sensitive_features, truth)
    if ax is None:
        _, ax = pyplot.subplots()
    if plot_chance_level:
        ax.plot([0, 1], [0, 1], linestyle="--", color="0.8", label="Chance level (AUC = 0.50)")
    for name, rows in curves:
        x, y = _roc_curve(positive[rows], scores[rows])
        ax.plot(x, y, label=f"{name} (AUC = {_area(x, y):0.2f})")
    suffix = "" if pos_label is None else f" (Positive label: {pos_label})"
    ax.set(xlabel="False Positive Rate" + suffix, ylabel="True Positive Rate" + suffix)
    ax.set(xlim=(-0.01, 1.01), ylim=(-0.01, 1.01), aspect="equal")
    ax.legend(loc="lower right")
    if title is not None:
        ax.set_title(title)
    return ax


def _positive_label(truth: Any, pos_label: Any) -> Any:
    if pos_label is not None:
        return pos_label
    values = set(np.unique(truth).tolist())
    if values <= {0, 1} or values <= {-1, 1}:
        return 1
    raise ValueError("y_true is neither 0 and 1 nor -1 and 1; name the positive label by pos_label")


def _rows_by_group(sensitive_features: Any, truth: Any) -> list[tuple[str, Any]]:
    """Names of the groups (values joined by commas) and their rows; missing values left out."""
    pandas = pandas_or_none()
    kept = np.arange(len(truth))
    if pandas is not None:
        frame = pandas.DataFrame(sensitive_features)
        same_length(frame, truth)
        kept = np.flatnonzero(frame.notna().all(axis=1).to_numpy())
        sensitive_features = frame.iloc[kept].rename(columns=str)
    groups = Groups(features_of("sensitive_feature_", sensitive_features, kept))
    named = []
    for cell, rows in enumerate(groups.rows_by_cell):
        pairs = zip(groups.features, groups.levels, strict=True)
        values = [list(feature.labels)[levels[cell]] for feature, levels in pairs]
        named.append((",".join(map(str, values)), kept[rows]))
    return sorted(named, key=lambda pair: pair[0])


def _roc_curve(positive: Any, scores: Any) -> tuple[Any, Any]:
    """False and true positive rates at each distinct score, from (0, 0) to (1, 1)."""
    positives = int(positive.sum())
    if positives in (0, len(positive)):
        raise ValueError("a ROC curve needs both labels, but some group has one; leave it out")
    order = np.argsort(-scores, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)
    hits = np.cumsum(positive[order])[ends]
    misses = ends + 1 - hits
    y, x = hits / positives, misses / (len(positive) - positives)
    return np.append(0.0, x), np.append(0.0, y)


def _area(x: Any, y: Any) -> float:
    return float(np.sum(np.diff(x) * (y[1:] + y[:-1]) / 2))
