"""Functions that give one number of a frame, such as ``accuracy_score_difference``."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

from . import _rates
from ._frame import MetricFrame
from ._known import Deferred

_TRANSFORMS = ("difference", "group_min", "group_max", "ratio")

#: Per metric the transforms that have a function of their own.
_GENERATED = {
    "true_positive_rate": ("difference", "ratio"),
    "true_negative_rate": ("difference", "ratio"),
    "false_positive_rate": ("difference", "ratio"),
    "false_negative_rate": ("difference", "ratio"),
    "selection_rate": ("difference", "ratio"),
    "accuracy_score": ("difference", "ratio", "group_min"),
    "zero_one_loss": ("difference", "ratio", "group_max"),
    "balanced_accuracy_score": ("group_min",),
    "precision_score": ("group_min",),
    "recall_score": ("group_min",),
    "roc_auc_score": ("group_min",),
    "mean_absolute_error": ("group_max",),
    "mean_squared_error": ("group_max",),
    "r2_score": ("group_min",),
    "f1_score": ("group_min",),
    "log_loss": ("group_max",),
}


class DerivedMetric:
    """A transform of a metric over groups, as a function of labels, predictions and features."""

    __name__: str

    def __init__(
        self, metric: Callable[..., Any], transform: str, sample_param_names: list[str]
    ) -> None:
        if not callable(metric):
            raise ValueError(f"a metric must be callable, {metric!r} is not")
        if "method" in inspect.signature(metric).parameters:
            raise ValueError(
                "the metric has a parameter 'method', which the comparison has as well; bind it "
                "with functools.partial"
            )
        if transform not in _TRANSFORMS:
            raise ValueError(f"transform={transform!r} is unknown; use one of {_TRANSFORMS}")
        self._metric, self._transform = metric, transform
        self._sample_param_names = sample_param_names

    def describe(self) -> str:
        """The metric and the transform in words."""
        return f"{self._metric.__name__}, {self._transform}"

    def __call__(
        self, y_true: Any, y_pred: Any, *, sensitive_features: Any, **parameters: Any
    ) -> Any:
        """The transform; ``method=`` goes to it, sample parameters are cut by group."""
        of_rows = {k: v for k, v in parameters.items() if k in self._sample_param_names}
        method = {k: v for k, v in parameters.items() if k == "method" and k not in of_rows}
        bound = {k: v for k, v in parameters.items() if k not in of_rows and k not in method}
        function: Any = functools.partial(self._metric, **bound)
        suffix = "".join(f"_{name}_{value}" for name, value in sorted(bound.items()))
        function.__name__ = self._metric.__name__ + suffix
        frame = MetricFrame(
            metrics=function,
            y_true=y_true,
            y_pred=y_pred,
            sensitive_features=sensitive_features,
            sample_params=of_rows,
        )
        if self._transform in ("difference", "ratio"):
            return getattr(frame, self._transform)(**method)
        return getattr(frame, self._transform)()


def make_derived_metric(
    *,
    metric: Callable[..., Any],
    transform: str,
    sample_param_names: list[str] | None = None,
) -> DerivedMetric:
    """A function that gives one number: a transform of a metric over groups.

    Parameters
    ----------
    metric : callable
        Called as ``metric(y_true, y_pred, **parameters)``; must have a ``__name__``.
    transform : {"difference", "ratio", "group_min", "group_max"}
        The method of :class:`MetricFrame` that makes one number of the groups.
    sample_param_names : list of str, optional
        Parameters with one value per row; ``["sample_weight"]`` if not given.

    Returns
    -------
    callable
        Called as ``derived(y_true, y_pred, sensitive_features=..., method=..., **parameters)``;
        ``method`` is for differences and ratios.

    Examples
    --------
    >>> from waage.metrics import make_derived_metric, selection_rate
    >>> gap = make_derived_metric(metric=selection_rate, transform="difference")
    >>> float(gap([1, 0, 1, 0], [1, 1, 1, 0], sensitive_features=["a", "a", "b", "b"]))
    0.5
    """
    names = ["sample_weight"] if sample_param_names is None else sample_param_names
    return DerivedMetric(metric, transform, names)


def generated() -> dict[str, DerivedMetric]:
    """The derived metrics that have names of their own."""
    found = {}
    for metric, transforms in _GENERATED.items():
        function = getattr(_rates, metric, None) or Deferred.named(metric)
        for transform in transforms:
            name = f"{metric}_{transform}"
            found[name] = make_derived_metric(metric=function, transform=transform)
            found[name].__name__ = name
    return found
