"""Any callable: called with the rows of each group, as often as the bootstrap wants."""

from __future__ import annotations

import numbers
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from ._columns import taken
from ._groups import split


@dataclass(frozen=True)
class Metric:
    """A function with a name and its parameters that have one value per row."""

    name: Any
    function: Callable[..., Any]
    parameters: dict[str, Any]

    def __call__(self, y: Any, p: Any, rows: Any) -> Any:
        """The function of some rows, of all if None."""
        parameters = {name: taken(values, rows) for name, values in self.parameters.items()}
        return self.function(taken(y, rows), taken(p, rows), **parameters)


def values(metrics: list[Metric], y: Any, p: Any, rows_by_cell: list[Any]) -> dict[Any, list[Any]]:
    """Per metric its value of each set of rows; an empty set has none."""
    found: dict[Any, list[Any]] = {metric.name: [] for metric in metrics}
    for rows in rows_by_cell:
        for metric in metrics:
            absent = rows is not None and len(rows) == 0
            found[metric.name].append(np.nan if absent else metric(y, p, rows))
    return found


def seeds(random_state: Any, replicates: int) -> Any:
    """A seed per replicate, drawn as Fairlearn draws them from its ``random_state``."""
    bounds = {"low": 0, "high": np.iinfo(np.uint32).max, "size": replicates, "dtype": np.uint32}
    if isinstance(random_state, np.random.RandomState):
        return random_state.randint(**bounds)  # type: ignore[call-overload]
    if random_state is None:
        return np.random.default_rng().integers(**bounds)  # type: ignore[call-overload]
    if isinstance(random_state, numbers.Integral):
        return np.random.default_rng(seed=int(random_state)).integers(**bounds)  # type: ignore[call-overload]
    raise ValueError(
        f"random_state {random_state!r} is no seed; give an integer, a numpy RandomState or None"
    )


def resampled(
    metrics: list[Metric],
    y: Any,
    p: Any,
    codes: Any,
    cells: int,
    unions: tuple[Any, int],
    seeds: Any,
) -> tuple[Any, Any, Any]:
    """Replicates of rows drawn anew: values [replicate, cell, metric], of unions, and presence."""
    n, (union_codes, n_unions) = len(codes), unions
    shape = (len(seeds), cells, len(metrics))
    groups, whole = np.full(shape, np.nan), np.full((len(seeds), n_unions, len(metrics)), np.nan)
    present = np.zeros(shape[:2], dtype=bool)
    for replicate, seed in enumerate(seeds):
        drawn = np.random.RandomState(seed).choice(n, size=n, replace=True)
        again = [
            Metric(m.name, m.function, {k: v[drawn] for k, v in m.parameters.items()})
            for m in metrics
        ]
        y_drawn, p_drawn = y[drawn], p[drawn]
        for out, rows_by_cell in (
            (whole, [None] if n_unions == 1 else split(union_codes[drawn], n_unions)),
            (groups, split(codes[drawn], cells)),
        ):
            found = values(again, y_drawn, p_drawn, rows_by_cell)
            for at, of_metric in enumerate(found.values()):
                try:
                    out[replicate, :, at] = of_metric
                except (TypeError, ValueError) as error:
                    raise ValueError(
                        "intervals need metrics that return one number; leave the others out of "
                        "the frame or do without n_boot"
                    ) from error
        present[replicate] = np.bincount(codes[drawn], minlength=cells) > 0
    return groups, whole, present
