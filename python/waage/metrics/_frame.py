"""MetricFrame: metrics of groups, their comparisons and intervals."""

from __future__ import annotations

import numbers
import warnings
from collections.abc import Callable
from typing import Any, Literal

import numpy as np

from . import _generic
from ._columns import column, parameter, same_length
from ._cube import Declined, Draw, Rows
from ._features import features_of
from ._generic import Metric
from ._groups import Groups
from ._known import Evaluator, Values, recognise
from ._results import Intervals, Numbers, Objects, Shape

Method = Literal["between_groups", "to_overall"]
Errors = Literal["raise", "coerce"]


class MetricFrame:
    """Metrics of every group, with Fairlearn's names, shapes and values.

    Functions that are known (this package's, Fairlearn's, and of scikit-learn accuracy, zero-one
    loss, balanced accuracy, precision, recall, F1, Jaccard, Matthews, ROC AUC, log loss and the
    errors of a regression) are computed from counts and sums of one pass over the rows; every other
    callable is called with the rows of each group.

    Parameters
    ----------
    metrics : callable or dict of callables
        Called as ``metric(y_true, y_pred, **sample_params)``. A single callable makes results by
        group (a Series, or a number overall), a dict results by group and metric.
    y_true, y_pred : array-like
        Labels and predictions, one per row.
    sensitive_features : array-like, Series, DataFrame or dict of arrays
        What forms the groups; several columns are intersected. Missing values are refused.
    control_features : like sensitive_features, optional
        Strata: every comparison is made within each of them.
    sample_params : dict, optional
        Arrays with one value per row that a metric takes by keyword, such as ``sample_weight``; for
        a dict of metrics a dict by metric.
    n_boot : int, optional
        Number of bootstrap replicates; needs ``ci_quantiles``.
    ci_quantiles : list of float, optional
        Quantiles of the replicates that the methods ``*_ci`` return, one result for each.
    random_state : int or numpy.random.RandomState, optional
        Seed of the replicates. Known metrics draw counts instead of rows: the law is that of the
        row bootstrap, the numbers drawn are not Fairlearn's.

    Examples
    --------
    >>> from waage.metrics import MetricFrame, selection_rate
    >>> frame = MetricFrame(metrics=selection_rate, y_true=[1, 0, 1, 0], y_pred=[1, 1, 1, 0],
    ...                     sensitive_features=["a", "a", "b", "b"])
    >>> float(frame.difference())
    0.5
    """

    def __init__(
        self,
        *,
        metrics: Callable[..., Any] | dict[str, Callable[..., Any]],
        y_true: Any,
        y_pred: Any,
        sensitive_features: Any,
        control_features: Any = None,
        sample_params: dict[str, Any] | None = None,
        n_boot: int | None = None,
        ci_quantiles: list[float] | None = None,
        random_state: int | np.random.RandomState | None = None,
    ) -> None:
        same_length(y_true, y_pred)
        y, p = column(y_true), column(y_pred)
        same_length(y, p)
        functions = _metrics(metrics, sample_params, len(y))
        sensitive = features_of("sensitive_feature_", sensitive_features, y)
        control = None
        if control_features is not None:
            control = features_of("control_feature_", control_features, y)
        names = [feature.name for feature in [*sensitive, *(control or [])]]
        repeated = next((name for name in names if names.count(name) > 1), None)
        if repeated is not None:
            raise ValueError(f"two features are called {repeated!r}; give each its own name")
        if not sensitive:
            raise ValueError("no sensitive feature was given; give at least one")
        if len(y) == 0:
            raise ValueError("there are no rows; give at least one")

        self._sensitive = [feature.name for feature in sensitive]
        self._control = None if control is None else [feature.name for feature in control]
        groups = Groups([*(control or []), *sensitive])
        strata = Groups(control) if control else None
        shape = Shape([f.name for f in functions], not isinstance(metrics, dict), groups, strata)
        frame = _Frame(functions, y, p, shape)
        self._result = frame.result()
        self._made: dict[Any, Any] = {}
        self._quantiles, self._replicates = ci_quantiles, n_boot
        self._intervals: Intervals | None = None
        wanted = ci_quantiles is not None and len(ci_quantiles) > 0
        if (n_boot is not None) != wanted:
            raise ValueError("n_boot and ci_quantiles make intervals together; give both or none")
        if n_boot is not None and ci_quantiles is not None:
            _check_bootstrap(n_boot, ci_quantiles)
            seeds = _generic.seeds(random_state, int(n_boot))
            self._intervals = frame.intervals(seeds, list(ci_quantiles))

    @property
    def overall(self) -> Any:
        """The metrics of all rows: a number, or one per metric; with strata, of each stratum."""
        return self._once("overall", lambda: self._result.overall())

    @property
    def overall_ci(self) -> list[Any]:
        """:attr:`overall` at each quantile of the replicates."""
        return self._once_ci("overall_ci", lambda found: found.overall())

    @property
    def by_group(self) -> Any:
        """The metrics of each group, NaN where a combination of features does not occur."""
        return self._once("by_group", lambda: self._result.by_group())

    @property
    def by_group_ci(self) -> list[Any]:
        """:attr:`by_group` at each quantile of the replicates."""
        return self._once_ci("by_group_ci", lambda found: found.by_group())

    @property
    def control_levels(self) -> list[str] | None:
        """Names of the control features, None if there are none."""
        return self._control

    @property
    def sensitive_levels(self) -> list[str]:
        """Names of the sensitive features."""
        return self._sensitive

    @property
    def ci_quantiles(self) -> list[float] | None:
        """The quantiles asked for."""
        return self._quantiles

    @property
    def n_boot(self) -> int | None:
        """The number of replicates asked for."""
        return self._replicates

    def group_max(self, errors: Errors = "raise") -> Any:
        """Largest value of the groups; ``errors="coerce"`` leaves out what is no number."""
        _check_errors(errors)
        return self._once(("max", errors), lambda: self._result.extreme("max", errors))

    def group_max_ci(self) -> list[Any]:
        """:meth:`group_max` at each quantile of the replicates."""
        return self._once_ci("max", lambda found: found.extreme("max"))

    def group_min(self, errors: Errors = "raise") -> Any:
        """Smallest value of the groups; ``errors="coerce"`` leaves out what is no number."""
        _check_errors(errors)
        return self._once(("min", errors), lambda: self._result.extreme("min", errors))

    def group_min_ci(self) -> list[Any]:
        """:meth:`group_min` at each quantile of the replicates."""
        return self._once_ci("min", lambda found: found.extreme("min"))

    def difference(self, method: Method = "between_groups", errors: Errors = "coerce") -> Any:
        """Largest difference of the groups.

        Parameters
        ----------
        method : {"between_groups", "to_overall"}
            Largest minus smallest group, or the largest distance of a group from all rows.
        errors : {"raise", "coerce"}
            What to do with metrics that return no number.
        """
        return self._compared("difference", method, errors)

    def difference_ci(self, method: Method = "between_groups") -> list[Any]:
        """:meth:`difference` at each quantile of the replicates."""
        return self._compared_ci("difference", method)

    def ratio(self, method: Method = "between_groups", errors: Errors = "coerce") -> Any:
        """Smallest ratio of the groups, turned to be at most one.

        Parameters
        ----------
        method : {"between_groups", "to_overall"}
            Smallest over largest group, or the smallest ratio of a group to all rows.
        errors : {"raise", "coerce"}
            What to do with metrics that return no number.
        """
        return self._compared("ratio", method, errors)

    def ratio_ci(self, method: Method = "between_groups") -> list[Any]:
        """:meth:`ratio` at each quantile of the replicates."""
        return self._compared_ci("ratio", method)

    def _compared(self, how: str, method: str, errors: str) -> Any:
        _check_errors(errors)
        _check_method(method)
        key = (how, method, errors)
        return self._once(key, lambda: self._result.compared(how, method, errors))

    def _compared_ci(self, how: str, method: str) -> list[Any]:
        _check_method(method)
        return self._once_ci((how, method), lambda found: found.compared(how, method))

    def _once(self, key: Any, make: Callable[[], Any]) -> Any:
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]

    def _once_ci(self, key: Any, make: Callable[[Intervals], list[Any]]) -> list[Any]:
        found = self._intervals
        if found is None:
            raise ValueError(
                "there are no intervals; give n_boot and ci_quantiles when the frame is made"
            )
        return self._once(("ci", key), lambda: make(found))  # type: ignore[no-any-return]


class _Frame:
    """The computation of a frame: known metrics from counts, the others by their functions."""

    def __init__(self, metrics: list[Metric], y: Any, p: Any, shape: Shape) -> None:
        self.metrics, self.y, self.p, self.shape = metrics, y, p, shape
        groups, strata = shape.groups, shape.control
        self.unions = 1 if strata is None else strata.size
        union_of_cell = np.zeros(groups.size, dtype=np.intp)
        if strata is not None:
            union_of_cell = strata.codes[groups.first].astype(np.intp)
        self.evaluator = Evaluator(
            Rows(y, p, groups.codes, groups.size, union_of_cell, self.unions)
        )
        self.known: dict[Any, Values] = {}
        for metric in metrics:
            found = recognise(metric.function)
            if found is not None and set(metric.parameters) <= {"sample_weight"}:
                try:
                    weights = metric.parameters.get("sample_weight")
                    self.known[metric.name] = self.evaluator.values(found, weights)
                except Declined:
                    pass
        self.others = [metric for metric in metrics if metric.name not in self.known]

    def result(self) -> Numbers | Objects:
        """The values of groups and overall."""
        groups, strata = self.shape.groups, self.shape.control
        whole_rows = [None] if strata is None else strata.rows_by_cell if self.others else []
        whole = _generic.values(self.others, self.y, self.p, whole_rows)
        rows = groups.rows_by_cell if self.others else []
        by_cell = _generic.values(self.others, self.y, self.p, rows)
        numbers = (_numbers(by_cell), _numbers(whole))
        if not self.metrics or any(found is None for found in numbers):
            return self._objects(by_cell, whole)
        of_groups = self._joined([v.groups for v in self.known.values()], numbers[0])
        of_whole = self._joined([v.whole for v in self.known.values()], numbers[1])
        of_groups = groups.placed(of_groups, axis=0)
        if strata is not None:
            of_whole = strata.placed(of_whole, axis=0)
        return Numbers(self.shape, of_groups, of_whole)

    def intervals(self, seeds: Any, quantiles: list[float]) -> Intervals:
        """Replicates of everything: counts for known metrics, rows for the others."""
        groups, strata = self.shape.groups, self.shape.control
        seed = int(seeds[0]) | int(seeds[-1]) << 32
        draw = Draw(len(seeds), seed)
        parts = [values.replicate(draw) for values in self.known.values()]
        drawn: tuple[Any, ...] = ({}, {})
        present = None
        if self.others:
            codes = None if strata is None else strata.codes
            of_groups, of_whole, present = _generic.resampled(
                self.others,
                self.y,
                self.p,
                groups.codes,
                groups.size,
                (codes, 1 if strata is None else strata.size),
                seeds,
            )
            drawn = (of_groups, of_whole)
            drawn = tuple({m.name: d[..., i] for i, m in enumerate(self.others)} for d in drawn)
        if present is None:
            present = self.evaluator.present(draw)
        by_cell = self._joined([part[0] for part in parts], drawn[0])
        whole = self._joined([part[1] for part in parts], drawn[1])
        by_row = groups.placed(by_cell, axis=1)
        shown = groups.rows_shown(present)
        whole_shown = None
        if strata is not None:
            whole = strata.placed(whole, axis=1)
            of_strata = np.zeros((len(present), strata.size), dtype=bool)
            np.logical_or.at(of_strata.T, strata.codes[groups.first], present.T)
            whole_shown = strata.rows_shown(of_strata)
        return Intervals(self.shape, by_row, whole, quantiles, (shown, whole_shown))

    def _joined(self, known: list[Any], others: Any) -> Any:
        """Values of all metrics in their order, along a last axis."""
        found = {**dict(zip(self.known, known, strict=True)), **others}
        return np.stack([found[metric.name] for metric in self.metrics], axis=-1)

    def _objects(self, by_cell: dict[Any, list[Any]], whole: dict[Any, list[Any]]) -> Objects:
        names = [metric.name for metric in self.metrics]
        groups = {**by_cell, **{n: v.objects(v.groups) for n, v in self.known.items()}}
        overall = {**whole, **{n: v.objects(v.whole) for n, v in self.known.items()}}
        return Objects(self.shape, {n: groups[n] for n in names}, {n: overall[n] for n in names})


def _numbers(found: dict[Any, list[Any]]) -> dict[Any, Any] | None:
    """Lists of numbers as arrays; None if a value is anything else."""
    arrays: dict[Any, Any] = {}
    for name, values in found.items():
        kinds = (int, float, np.integer, np.floating)
        if not all(isinstance(v, kinds) and not isinstance(v, bool) for v in values):
            return None
        array = np.asarray(values)
        if array.dtype.kind not in "if":
            return None
        arrays[name] = array.astype(np.int64 if array.dtype.kind == "i" else np.float64)
    return arrays


def _metrics(given: Any, sample_params: Any, rows: int) -> list[Metric]:
    """The metrics with their names and parameters."""
    if sample_params is not None and not isinstance(sample_params, dict):
        raise ValueError(
            "sample_params must be a dict of arrays, for several metrics one by metric"
        )
    parameters = sample_params or {}
    if not isinstance(given, dict):
        return [_metric(None, given, parameters, rows)]
    strange = [name for name in parameters if name not in given]
    if strange:
        raise ValueError(f"sample_params names {strange[0]!r}, which is none of the metrics")
    return [_metric(name, f, parameters.get(name, {}), rows) for name, f in given.items()]


def _metric(name: Any, function: Any, parameters: Any, rows: int) -> Metric:
    if not isinstance(parameters, dict):
        raise ValueError(f"the sample_params of {name!r} must be a dict of arrays")
    arrays = {k: parameter(k, v, rows) for k, v in parameters.items() if v is not None}
    if function is None or not callable(function):
        raise ValueError(f"a metric must be callable, {function!r} is not")
    if name is None:
        name = getattr(function, "__name__", None)
        if name is None:
            warnings.warn(
                "the metric has no __name__; it is called 'metric'", UserWarning, stacklevel=4
            )
            name = "metric"
    return Metric(name, function, arrays)


def _check_errors(errors: str) -> None:
    if errors not in ("raise", "coerce"):
        raise ValueError(f"errors={errors!r} is unknown; use 'raise' or 'coerce'")


def _check_method(method: str) -> None:
    if method not in ("between_groups", "to_overall"):
        raise ValueError(f"method={method!r} is unknown; use 'between_groups' or 'to_overall'")


def _check_bootstrap(n_boot: Any, quantiles: list[float]) -> None:
    if not isinstance(n_boot, numbers.Integral) or n_boot < 1:
        raise ValueError(f"n_boot={n_boot!r} is no number of replicates; give an integer above 0")
    for quantile in quantiles:
        if not isinstance(quantile, float) or not 0 < quantile < 1:
            raise ValueError(f"quantile {quantile!r} is no float between 0 and 1")
