"""Counts and sums of rows per group, and metrics as algebra on them.

A metric that is known here needs the rows once. Its value of a group, of all rows or of a bootstrap
replicate is one formula on a table (label × prediction) or on a few sums. What the formula does
not cover exactly as the function itself would (its errors, its odd inputs) it declines, and the
function is called instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from .. import _waage

#: Bytes of replicates that are held at once.
_BATCH_BYTES = 1 << 26
#: Rows that are drawn between two looks for Ctrl-C.
_BATCH_ROWS = 1 << 26


class Declined(Exception):
    """The function itself has to be called."""


@dataclass(frozen=True)
class Table:
    """Rows and weights by label and prediction: the last two axes, which share their values.

    ``rows`` says which combinations occur; ``mass`` holds the weights, or the rows where there are
    none. The axis before the last two runs over groups, one before it over replicates.
    """

    values: Any
    rows: Any
    mass: Any

    @cached_property
    def total(self) -> Any:
        return self.mass.sum((-1, -2))

    @cached_property
    def occurs(self) -> Any:
        """Whether each value occurs as label or prediction."""
        return (self.rows.sum(-1) + self.rows.sum(-2)) > 0

    def at(self, value: Any) -> int | None:
        """The place of a value; None if no row has it."""
        found = np.flatnonzero(self.values == value)
        return int(found[0]) if len(found) else None

    def united(self, union_of_cell: Any, unions: int) -> Table:
        """The table of unions of groups."""
        rows = united(self.rows, union_of_cell, unions, -3)
        mass = rows if self.mass is self.rows else united(self.mass, union_of_cell, unions, -3)
        return Table(self.values, rows, mass)


def united(values: Any, union_of_cell: Any, unions: int, axis: int) -> Any:
    """Sums over the cells of each union."""
    parts = [
        np.take(values, np.flatnonzero(union_of_cell == union), axis=axis).sum(axis=axis)
        for union in range(unions)
    ]
    return np.stack(parts, axis=axis)


@dataclass(frozen=True)
class Moments:
    """Sums over rows of a target y and a prediction p: the last axis runs over groups.

    ``mean`` and ``spread`` are Σwy/Σw and Σw(y − mean)²; ``absolute`` and ``squared`` are Σw|p − y|
    and Σw(p − y)²; ``predicted`` is Σwp.
    """

    rows: Any
    mass: Any
    predicted: Any
    absolute: Any
    squared: Any
    mean: Any
    spread: Any

    def united(self, union_of_cell: Any, unions: int) -> Moments:
        """The moments of unions of groups: spreads within and between groups add up."""

        def add(values: Any) -> Any:
            return united(values, union_of_cell, unions, -1)

        mass = add(self.mass)
        with np.errstate(all="ignore"):
            known = np.where(self.mass > 0, self.mean, 0.0)
            mean = add(self.mass * known) / mass
            between = self.mass * (known - mean[..., union_of_cell]) ** 2
        return Moments(
            add(self.rows),
            mass,
            add(self.predicted),
            add(self.absolute),
            add(self.squared),
            mean,
            add(np.where(self.mass > 0, self.spread + between, 0.0)),
        )


class Rows:
    """The rows of a frame: labels, predictions, groups, and the unions of groups for overall."""

    def __init__(self, y: Any, p: Any, codes: Any, cells: int, union_of_cell: Any, unions: int):
        self.y, self.p = y, p
        self.codes, self.cells = codes, cells
        self.union_of_cell, self.unions = union_of_cell, unions

    @cached_property
    def _y_labels(self) -> Any:
        return _labels(self.y)

    @cached_property
    def _p_labels(self) -> Any:
        return self._y_labels if self.p is self.y else _labels(self.p)

    @cached_property
    def is_finite(self) -> bool:
        """Whether labels and predictions are finite numbers, one a row."""
        return all(_finite(values) for values in (self.y, self.p))

    @cached_property
    def y_real(self) -> Any:
        return np.ascontiguousarray(self.y, dtype=np.float64)

    @cached_property
    def p_real(self) -> Any:
        return np.ascontiguousarray(self.p, dtype=np.float64)

    def labels(self, with_truth: bool) -> tuple[Any, Any, Any]:
        """Codes of labels and predictions among their values; labels count as one if not wanted."""
        p = self._p_labels
        if p is None:
            raise Declined
        if not with_truth:
            # All rows stand in the row of the first value.
            return np.zeros(len(p[0]), dtype=np.uint8), p[0], np.array(p[1])
        y = self._y_labels
        if y is None:
            raise Declined
        if y[1] == p[1]:
            return y[0], p[0], np.array(y[1])
        values = np.union1d(y[1], p[1])
        codes = [np.searchsorted(values, own).astype(np.uint8)[code] for code, own in (y, p)]
        return codes[0], codes[1], values


def _labels(values: Any) -> Any:
    if values.ndim != 1 or values.dtype.kind not in "biuf":
        return None
    return _waage.labels_of(np.ascontiguousarray(values))


def _finite(values: Any) -> bool:
    if values.ndim != 1 or values.dtype.kind not in "biuf":
        return False
    return values.dtype.kind != "f" or bool(np.isfinite(values).all())


@dataclass(frozen=True)
class Draw:
    """Which replicates are wanted."""

    replicates: int
    seed: int

    def batches(self, bytes_each: int, rows_each: int) -> Iterator[tuple[int, int]]:
        """Ranges of replicates that fit into memory and end soon enough for Ctrl-C."""
        fit = min(_BATCH_BYTES // max(bytes_each, 1), _BATCH_ROWS // max(rows_each, 1))
        step = max(2, fit)
        for start in range(0, self.replicates, step):
            yield start, min(start + step, self.replicates)


class Counts:
    """Tables of labels and predictions, of weighted rows if there are weights."""

    def __init__(self, rows: Rows, weights: Any, with_truth: bool) -> None:
        y, p, self.values = rows.labels(with_truth)
        self.of, k = rows, len(self.values)
        self.shape = (rows.cells, k, k)
        self.flat = _waage.count_cells(rows.codes, y, p, self.shape)
        counts = self.flat.reshape(self.shape).astype(np.int64)
        mass = counts
        self.weights = weights
        self.codes: Any = None
        if weights is not None:
            self.codes = _waage.cells_of(rows.codes, y, p, self.shape)
            sums = _waage.sum_cells(self.codes, len(self.flat), [weights])
            mass = sums.reshape(self.shape)
        self.table = Table(self.values, counts, mass)
        self.whole = self.table.united(rows.union_of_cell, rows.unions)
        if weights is not None and not bool(
            (self.whole.total > 0).all() and (self.table.total > 0).all()
        ):
            raise Declined

    def replicates(self, draw: Draw) -> Iterator[tuple[int, Table, Table]]:
        """Tables of groups and of their unions, batch by batch from a first replicate on."""
        size = len(self.flat)
        weighted = self.weights is not None
        rows_each = len(self.of.codes) if weighted else 0
        for start, stop in draw.batches(24 * size, rows_each):
            shape = (stop - start, *self.shape)
            if weighted:
                channels = [np.ones(len(self.codes)), self.weights]
                drawn = _waage.draw_sums(self.codes, size, channels, start, stop, draw.seed)
                rows, mass = np.moveaxis(drawn.reshape(stop - start, 2, *self.shape), 1, 0)
            else:
                drawn = _waage.draw_counts(self.flat, start, stop, draw.seed)
                rows = mass = drawn.reshape(shape).astype(np.int64)
            table = Table(self.values, rows, mass)
            yield start, table, table.united(self.of.union_of_cell, self.of.unions)


class Sums:
    """Moments of labels and predictions that are any numbers."""

    def __init__(self, rows: Rows, weights: Any) -> None:
        if not rows.is_finite:
            raise Declined
        self.of, y, p = rows, rows.y_real, rows.p_real
        w = np.ones(len(y)) if weights is None else weights
        mass, total = self._sums([w, w * y])
        if not bool((mass > 0).all()):
            raise Declined
        self.centre = total / mass
        away, error = y - self.centre[rows.codes], p - y
        ones = [] if weights is None else [np.ones(len(y))]
        squares = [w * away, w * away * away, w * np.abs(error), w * error * error, w * p]
        self.channels = [w, *squares, *ones]
        self.moments = self._moments(self._sums(self.channels))
        self.whole = self.moments.united(rows.union_of_cell, rows.unions)

    def _sums(self, channels: list[Any]) -> Any:
        channels = [np.ascontiguousarray(channel) for channel in channels]
        sums = _waage.sum_cells(self.of.codes, self.of.cells, channels)
        return sums.reshape(len(channels), -1)

    def _moments(self, sums: Any) -> Moments:
        """Moments of sums by channel; channels are the first axis."""
        mass, first, second, absolute, squared, predicted = sums[:6]
        with np.errstate(all="ignore"):
            shift = first / mass
            spread = np.maximum(second - mass * shift * shift, 0.0)
        rows = sums[6] if len(sums) > 6 else mass
        return Moments(rows, mass, predicted, absolute, squared, self.centre + shift, spread)

    def replicates(self, draw: Draw) -> Iterator[tuple[int, Moments, Moments]]:
        """Moments of groups and of their unions, batch by batch from a first replicate on."""
        cells, n = self.of.cells, len(self.of.codes)
        for start, stop in draw.batches(8 * cells * len(self.channels), n):
            drawn = _waage.draw_sums(self.of.codes, cells, self.channels, start, stop, draw.seed)
            sums = np.moveaxis(drawn.reshape(stop - start, len(self.channels), cells), 1, 0)
            moments = self._moments(sums)
            yield start, moments, moments.united(self.of.union_of_cell, self.of.unions)


def moments_of(table: Table) -> Moments:
    """The moments of labels and predictions that are few whole numbers."""
    values = table.values.astype(np.float64)
    y, p = values[:, None], values[None, :]
    mass = table.total
    truth = table.mass.sum(-1)
    with np.errstate(all="ignore"):
        mean = (truth * values).sum(-1) / mass
    away = values - mean[..., None]
    return Moments(
        table.rows.sum((-1, -2)),
        mass,
        (table.mass * p).sum((-1, -2)),
        (table.mass * np.abs(p - y)).sum((-1, -2)),
        (table.mass * (p - y) ** 2).sum((-1, -2)),
        mean,
        (truth * away * away).sum(-1),
    )
