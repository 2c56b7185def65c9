"""Metric functions that are known: by identity, with the options that a formula covers."""

from __future__ import annotations

import functools
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from .. import _waage
from . import _rates
from ._cube import Counts, Declined, Draw, Moments, Rows, Sums, Table, moments_of, united

#: Functions of this package; Fairlearn's of the same name are known as well.
_OWN = (
    "count",
    "mean_prediction",
    "selection_rate",
    "true_positive_rate",
    "true_negative_rate",
    "false_positive_rate",
    "false_negative_rate",
)


@dataclass(frozen=True)
class Known:
    """A known function and the keyword arguments bound to it."""

    name: str
    options: dict[str, Any] = field(default_factory=dict)


def recognise(function: Any) -> Known | None:
    """The known function that this is, perhaps wrapped in ``functools.partial``."""
    options: dict[str, Any] = {}
    while isinstance(function, functools.partial) and not function.args:
        options = {**function.keywords, **options}
        function = function.func
    try:
        name = _by_identity().get(function)
    except TypeError:
        return None
    if name is None:
        return None
    allowed = ROWS[name].options
    return Known(name, options) if set(options) <= set(allowed) else None


def _by_identity() -> dict[Any, str]:
    known = {getattr(_rates, name): name for name in _OWN}
    fairlearn = sys.modules.get("fairlearn.metrics")
    scikit = sys.modules.get("sklearn.metrics")
    for module, names in ((fairlearn, _OWN), (scikit, [n for n in ROWS if n not in _OWN])):
        found = {getattr(module, name, None): name for name in names if module is not None}
        known.update({function: name for function, name in found.items() if function is not None})
    known.update({Deferred.named(name): name for name in ROWS if name not in _OWN})
    return known


class Deferred:
    """A function of scikit-learn that is imported when it is called."""

    _made: dict[str, Deferred] = {}  # noqa: RUF012

    def __init__(self, name: str) -> None:
        self.__name__ = self.__qualname__ = name

    @classmethod
    def named(cls, name: str) -> Deferred:
        """The one stand-in for the function of this name."""
        return cls._made.setdefault(name, cls(name))

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        try:
            import sklearn.metrics
        except ImportError as error:
            raise ImportError(
                f"{self.__name__} of these rows needs scikit-learn; install scikit-learn"
            ) from error
        return getattr(sklearn.metrics, self.__name__)(*args, **kwargs)


@dataclass(frozen=True)
class Row:
    """How a function is computed: by a formula on tables, on moments, or from a ranking."""

    table: Callable[..., Any] | None = None
    moments: Callable[..., Any] | None = None
    options: tuple[str, ...] = ()
    with_truth: bool = True
    weighted: bool = True


class Values:
    """Values of one metric: per group and union, and per replicate of these."""

    def __init__(self, groups: Any, whole: Any, replicate: Callable[[Draw], tuple[Any, Any]]):
        self.groups, self.whole, self.replicate = groups, whole, replicate
        self.numpy = False

    def objects(self, values: Any) -> list[Any]:
        """Values as the function itself returns them: numbers of numpy, or of Python."""
        return list(values) if self.numpy else values.tolist()


class Evaluator:
    """Evaluates known functions on the rows of a frame; tables are shared among them."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self._made: dict[Any, Any] = {}

    def values(self, known: Known, weights: Any) -> Values:
        """The values of a function; raises :class:`Declined` if it has to be called itself."""
        values = self._values(known, weights)
        values.numpy = known.name in _OWN and known.name != "count"
        return values

    def _values(self, known: Known, weights: Any) -> Values:
        row = ROWS[known.name]
        if weights is not None:
            if not row.weighted:
                raise Declined
            weights = self._weights(weights)
        if known.name == "roc_auc_score":
            return self._areas(weights)
        if known.name == "log_loss":
            return self._losses(weights)
        try:
            counts = self._counts(weights, row.with_truth)
        except Declined:
            if known.name == "count":
                groups: Groups = self._once(("groups",), lambda: Groups(self.rows))
                return groups.values()
            if row.moments is None:
                raise
            return self._algebra(self._sums(weights), row.moments)
        if row.table is not None:
            return self._algebra(counts, functools.partial(row.table, **known.options))
        moments: Any = row.moments
        return self._algebra(counts, lambda table, exact: moments(moments_of(table), exact))

    def _algebra(self, source: Any, formula: Any) -> Values:
        point = source.table if isinstance(source, Counts) else source.moments
        groups = formula(point, True)
        whole = formula(source.whole, True)

        def replicate(draw: Draw) -> tuple[Any, Any]:
            parts = [
                (formula(table, False), formula(union, False))
                for _, table, union in self._replicates(source, draw)
            ]
            return tuple(np.concatenate(part) for part in zip(*parts, strict=True))  # type: ignore[return-value]

        return Values(groups, whole, replicate)

    def _replicates(self, source: Any, draw: Draw) -> Any:
        """Replicates of one source, drawn once if they are one batch."""
        key = (id(source), draw)
        if key not in self._made:
            batches = source.replicates(draw)
            first = next(batches)
            if len(_mass(first[1])) < draw.replicates:
                return source.replicates(draw)
            self._made[key] = [first]
        return self._made[key]

    def present(self, draw: Draw) -> Any:
        """Whether each group occurs in each replicate."""
        source: Groups = self._once(("groups",), lambda: Groups(self.rows))
        return source.present(draw)

    def _counts(self, weights: Any, with_truth: bool) -> Counts:
        if not with_truth:
            # The table with labels has all that is asked for, if there is one.
            try:
                return self._counts(weights, True)
            except Declined:
                pass
        key = ("counts", id(weights), with_truth)
        return self._once(key, lambda: Counts(self.rows, weights, with_truth))  # type: ignore[no-any-return]

    def _sums(self, weights: Any) -> Sums:
        return self._once(("sums", id(weights)), lambda: Sums(self.rows, weights))  # type: ignore[no-any-return]

    def _weights(self, given: Any) -> Any:
        key = ("weights", id(given))

        def make() -> Any:
            if given.dtype.kind not in "biuf":
                raise Declined
            weights = np.ascontiguousarray(given, dtype=np.float64)
            if not bool((np.isfinite(weights) & (weights >= 0)).all()):
                raise Declined
            # The array given is kept with it, so that its id stays its own.
            return weights, given

        return self._once(key, make)[0]

    def _once(self, key: Any, make: Callable[[], Any]) -> Any:
        if key not in self._made:
            try:
                self._made[key] = make()
            except Declined as declined:
                self._made[key] = declined
        found = self._made[key]
        if isinstance(found, Declined):
            raise found
        return found

    def _areas(self, weights: Any) -> Values:
        rows = self.rows
        try:
            counts = self._counts(weights, True)
        except Declined:
            pass
        else:
            return self._algebra(counts, _area)
        labels = rows._y_labels
        if labels is None or len(labels[1]) > 2 or not rows.is_finite:
            raise Declined
        positive = labels[0] == len(labels[1]) - 1
        ranked = _waage.rank(
            rows.p_real,
            positive if len(labels[1]) == 2 else np.zeros_like(positive),
            rows.codes,
            rows.cells,
            np.empty(0) if weights is None else weights,
        )
        unions = rows.union_of_cell.astype(np.uint32)

        def cut(areas: Any) -> tuple[Any, Any]:
            areas = areas.reshape(-1, rows.cells + rows.unions)
            return areas[:, : rows.cells], areas[:, rows.cells :]

        groups, whole = (part[0] for part in cut(ranked.areas(unions, rows.unions)))
        _warn_single(np.concatenate([groups, whole]))

        def replicate(draw: Draw) -> tuple[Any, Any]:
            size, n = rows.cells + rows.unions, len(rows.codes)
            drawn = [
                ranked.draw_areas(unions, rows.unions, start, stop, draw.seed)
                for start, stop in draw.batches(8 * size, 4 * n)
            ]
            return cut(np.concatenate(drawn))

        return Values(groups, whole, replicate)

    def _losses(self, weights: Any) -> Values:
        labels, rows = self.rows._y_labels, self.rows
        if labels is None or len(labels[1]) != 2 or not rows.is_finite:
            raise Declined
        p = rows.p_real
        if not bool(((p >= 0) & (p <= 1)).all()):
            raise Declined
        positive = labels[0] == 1
        shown = np.bincount(2 * rows.codes.astype(np.intp) + positive, minlength=2 * rows.cells)
        if not bool((shown > 0).all()):
            raise Declined
        grain = np.finfo(np.float64).eps
        loss = -np.log(np.clip(np.where(positive, p, 1 - p), grain, 1 - grain))
        # The mean of the losses is the mean absolute error of losses as predictions of nothing.
        as_rows = Rows(
            np.zeros(len(p)), loss, rows.codes, rows.cells, rows.union_of_cell, rows.unions
        )
        return self._algebra(Sums(as_rows, weights), _mean_absolute_error)


class Groups:
    """How often each group occurs, with replicates."""

    def __init__(self, rows: Rows) -> None:
        self.of = rows
        self.counts = np.bincount(rows.codes, minlength=rows.cells).astype(np.uint64)

    def values(self) -> Values:
        """The counts as a metric."""

        def whole(counts: Any) -> Any:
            return united(counts, self.of.union_of_cell, self.of.unions, -1)

        def replicate(draw: Draw) -> tuple[Any, Any]:
            drawn = _waage.draw_counts(self.counts, 0, draw.replicates, draw.seed)
            counts = drawn.reshape(draw.replicates, -1).astype(np.int64)
            united_counts = whole(counts)
            return _absent(counts, counts), _absent(united_counts, united_counts)

        counts = self.counts.astype(np.int64)
        return Values(counts, whole(counts), replicate)

    def present(self, draw: Draw) -> Any:
        """[replicate, group]: whether the group has rows."""
        if bool((self.counts > 750).all()):
            # The chance that a replicate lacks such a group is below e^-750.
            return np.ones((1, len(self.counts)), dtype=bool)
        drawn = _waage.draw_counts(self.counts, 0, draw.replicates, draw.seed)
        return drawn.reshape(draw.replicates, -1) > 0


def _mass(point: Any) -> Any:
    return point.mass


def _ratio(part: Any, whole: Any, otherwise: float = np.nan) -> Any:
    part, whole = np.broadcast_arrays(np.asarray(part, np.float64), np.asarray(whole, np.float64))
    return np.divide(part, whole, out=np.full(part.shape, otherwise), where=whole != 0)


def _absent(values: Any, rows: Any) -> Any:
    """NaN for groups that a replicate lacks."""
    return np.where(rows > 0, values, np.nan)


def _n(table: Table) -> Any:
    return table.rows.sum((-1, -2))


def _count(table: Table, exact: bool) -> Any:
    rows = _n(table)
    return rows if exact else _absent(rows, rows)


def _selection_rate(table: Table, exact: bool, pos_label: Any = 1) -> Any:
    if not isinstance(pos_label, (bool, int, float, np.number, np.bool_)):
        raise Declined
    at = table.at(pos_label)
    chosen = table.mass[..., at].sum(-1) if at is not None else np.zeros(table.total.shape)
    return _ratio(chosen, table.total)


def _rate(truth: int, predicted: int) -> Callable[..., Any]:
    def rate(table: Table, exact: bool, pos_label: Any = None) -> Any:
        if pos_label is None:
            positive = 1
            for allowed in ([0, 1], [-1, 1]):
                if not table.occurs[..., ~np.isin(table.values, allowed)].any():
                    break
            else:
                # Each group may have its own pair of values.
                if exact:
                    odd = ~np.isin(table.values, [-1, 0, 1])
                    both = (table.occurs & (table.values == 0)).any(-1) & (
                        table.occurs & (table.values == -1)
                    ).any(-1)
                    if table.occurs[..., odd].any() or both.any():
                        raise Declined
        else:
            positive = pos_label
            if not isinstance(pos_label, (bool, int, float, np.number, np.bool_)):
                raise Declined
            present = table.occurs.sum(-1)
            lacking = ~(table.occurs & (table.values == positive)).any(-1)
            if exact and ((present > 2) | ((present == 2) & lacking)).any():
                raise Declined
        chosen = table.values == positive
        row = table.mass[..., chosen if truth else ~chosen, :].sum(-2)
        hit = row[..., chosen if predicted else ~chosen].sum(-1)
        return _absent(_ratio(hit, row.sum(-1), 0.0), _n(table))

    return rate


def _accuracy(table: Table, exact: bool) -> Any:
    return _ratio(np.trace(table.mass, axis1=-2, axis2=-1), table.total)


def _zero_one_loss(table: Table, exact: bool) -> Any:
    return 1 - _accuracy(table, exact)


def _balanced_accuracy(table: Table, exact: bool) -> Any:
    truth = table.mass.sum(-1)
    hits = np.diagonal(table.mass, axis1=-2, axis2=-1)
    shown = truth > 0
    if exact and (table.occurs & ~shown).any():
        warnings.warn("y_pred contains classes not in y_true", UserWarning, stacklevel=2)
    return _ratio(_ratio(hits, truth, 0.0).sum(-1), shown.sum(-1))


def _binary(table: Table, pos_label: Any, exact: bool) -> tuple[Any, Any, Any]:
    """True positives, predicted positives, positives; declined where labels are not binary."""
    if not isinstance(pos_label, (bool, int, float, np.number, np.bool_)):
        raise Declined
    chosen = table.values == pos_label
    if exact:
        present = table.occurs.sum(-1)
        lacking = ~(table.occurs & chosen).any(-1)
        if ((present > 2) | ((present == 2) & lacking)).any():
            raise Declined
    predicted = table.mass[..., chosen].sum((-1, -2))
    positives = table.mass[..., chosen, :].sum((-1, -2))
    hits = table.mass[..., chosen, :][..., chosen].sum((-1, -2))
    return hits, predicted, positives


def _score(kind: str) -> Callable[..., Any]:
    def score(table: Table, exact: bool, pos_label: Any = 1, zero_division: Any = "warn") -> Any:
        hits, predicted, positives = _binary(table, pos_label, exact)
        part, whole = {
            "precision": (hits, predicted),
            "recall": (hits, positives),
            "f1": (2 * hits, predicted + positives),
            "jaccard": (hits, predicted + positives - hits),
        }[kind]
        otherwise = 0.0
        if zero_division != "warn":
            if not isinstance(zero_division, (int, float)) or zero_division not in (0, 1, np.nan):
                raise Declined
            otherwise = float(zero_division)
        elif exact and (whole == 0).any():
            _warn_undefined(f"{kind} is 0 where its denominator is 0: in groups without positives")
        return _absent(_ratio(part, whole, otherwise), _n(table))

    return score


def _matthews(table: Table, exact: bool) -> Any:
    mass = table.mass.astype(np.float64)
    truth, predicted, n = mass.sum(-1), mass.sum(-2), mass.sum((-1, -2))
    between = np.trace(mass, axis1=-2, axis2=-1) * n - (truth * predicted).sum(-1)
    of_truth = n * n - (truth * truth).sum(-1)
    of_predicted = n * n - (predicted * predicted).sum(-1)
    return _absent(_ratio(between, np.sqrt(of_truth * of_predicted), 0.0), _n(table))


def _area(table: Table, exact: bool) -> Any:
    """The area of predictions that are few numbers: ties count one half."""
    shown = table.rows.sum(-1) > 0
    if exact and shown.any(tuple(range(shown.ndim - 1))).sum() > 2:
        raise Declined
    # The larger of a group's labels is the positive one.
    last = shown.shape[-1] - 1 - np.argmax(shown[..., ::-1], axis=-1)
    positive = np.arange(shown.shape[-1]) == last[..., None]
    two = shown.sum(-1) == 2
    mass = table.mass.astype(np.float64)
    good = (mass * positive[..., None]).sum(-2)
    bad = mass.sum(-2) - good
    below = np.cumsum(bad, axis=-1) - bad / 2
    area = _ratio((good * below).sum(-1), good.sum(-1) * bad.sum(-1))
    if exact:
        _warn_single(np.where(two, area, np.nan))
    return np.where(two, area, np.nan)


def _mean_prediction(moments: Moments, exact: bool) -> Any:
    return _ratio(moments.predicted, moments.mass)


def _mean_absolute_error(moments: Moments, exact: bool) -> Any:
    return _ratio(moments.absolute, moments.mass)


def _mean_squared_error(moments: Moments, exact: bool) -> Any:
    return _ratio(moments.squared, moments.mass)


def _root_mean_squared_error(moments: Moments, exact: bool) -> Any:
    return np.sqrt(_mean_squared_error(moments, exact))


def _r2(moments: Moments, exact: bool) -> Any:
    # A spread below the grain of its sum is zero or lost: the function's own way decides.
    grain = 1e-20 * moments.mass * (1.0 + moments.mean**2)
    if exact and ((moments.spread < grain) | (moments.rows < 2)).any():
        raise Declined
    return 1 - _ratio(moments.squared, moments.spread)


def _warn_single(areas: Any) -> None:
    if np.isnan(areas).any():
        _warn_undefined("ROC AUC is undefined where y_true has one class: in some group or overall")


def _warn_undefined(sentence: str) -> None:
    exceptions = sys.modules.get("sklearn.exceptions")
    category = UserWarning if exceptions is None else exceptions.UndefinedMetricWarning
    warnings.warn(sentence, category, stacklevel=2)


_LABEL = ("pos_label",)
_PRF = ("pos_label", "zero_division")

ROWS: dict[str, Row] = {
    "count": Row(table=_count, with_truth=False, weighted=False),
    "mean_prediction": Row(moments=_mean_prediction, with_truth=False),
    "selection_rate": Row(table=_selection_rate, options=_LABEL, with_truth=False),
    "true_positive_rate": Row(table=_rate(1, 1), options=_LABEL),
    "true_negative_rate": Row(table=_rate(0, 0), options=_LABEL),
    "false_positive_rate": Row(table=_rate(0, 1), options=_LABEL),
    "false_negative_rate": Row(table=_rate(1, 0), options=_LABEL),
    "accuracy_score": Row(table=_accuracy),
    "zero_one_loss": Row(table=_zero_one_loss),
    "balanced_accuracy_score": Row(table=_balanced_accuracy),
    "precision_score": Row(table=_score("precision"), options=_PRF),
    "recall_score": Row(table=_score("recall"), options=_PRF),
    "f1_score": Row(table=_score("f1"), options=_PRF),
    "jaccard_score": Row(table=_score("jaccard"), options=_PRF),
    "matthews_corrcoef": Row(table=_matthews),
    "roc_auc_score": Row(),
    "log_loss": Row(),
    "mean_absolute_error": Row(moments=_mean_absolute_error),
    "mean_squared_error": Row(moments=_mean_squared_error),
    "root_mean_squared_error": Row(moments=_root_mean_squared_error),
    "r2_score": Row(moments=_r2),
}
