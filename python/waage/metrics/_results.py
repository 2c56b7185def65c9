"""Results: values per group and overall, what they aggregate to, and their shapes for the caller.

Numbers are aggregated as arrays ``[…, control, group, metric]``; metrics that return anything else
(a confusion matrix, a text) by pandas, object by object.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from ._columns import pandas_or_none
from ._groups import Groups


class Shape:
    """Makes what a caller sees: pandas objects, or numbers and dicts where pandas is not there."""

    def __init__(self, names: list[Any], single: bool, groups: Groups, control: Groups | None):
        self.names, self.single = names, single
        self.groups, self.control = groups, control

    @cached_property
    def columns(self) -> Any:
        return pandas_or_none().Series(dict.fromkeys(self.names, 0.0), dtype=float).index

    def frame(self, values: Any, keep: Any = None) -> Any:
        """A pandas DataFrame of values [row, metric] by group."""
        index = self.groups.index if keep is None else self.groups.index[keep]
        return pandas_or_none().DataFrame(values, index=index, columns=self.columns)

    def whole_frame(self, values: Any, keep: Any = None) -> Any:
        """A pandas Series of values [1, metric], a DataFrame of [control, metric]."""
        pandas = pandas_or_none()
        if self.control is None:
            return pandas.Series(values[0], index=self.columns)
        index = self.control.index if keep is None else self.control.index[keep]
        return pandas.DataFrame(values, index=index, columns=self.columns)

    def by_group(self, values: Any, keep: Any = None) -> Any:
        """Values [row, metric] for the caller."""
        if pandas_or_none() is None:
            return self._plain(values, self.groups.index, keep)
        frame = self.frame(values, keep)
        return frame.iloc[:, 0] if self.single else frame

    def whole(self, values: Any, keep: Any = None) -> Any:
        """Values [control, metric] for the caller; a single metric without control is a number."""
        if pandas_or_none() is None:
            if self.control is not None:
                return self._plain(values, self.control.index, keep)
            return values[0, 0] if self.single else dict(zip(self.names, values[0], strict=True))
        return self.extracted(self.whole_frame(values, keep))

    def extracted(self, result: Any) -> Any:
        """A result by metric as a single metric has it."""
        if not self.single:
            return result
        return result.iloc[0] if self.control is None else result.iloc[:, 0]

    def _plain(self, values: Any, index: list[Any], keep: Any) -> Any:
        if keep is not None:
            index = [label for label, kept in zip(index, keep, strict=True) if kept]
        columns = [dict(zip(index, column, strict=True)) for column in values.T]
        return columns[0] if self.single else dict(zip(self.names, columns, strict=True))


def smallest(groups: Any) -> Any:
    """Smallest value of the groups, undefined ones left out."""
    return np.fmin.reduce(groups, axis=-2)


def largest(groups: Any) -> Any:
    """Largest value of the groups, undefined ones left out."""
    return np.fmax.reduce(groups, axis=-2)


def difference(groups: Any, whole: Any, method: str) -> Any:
    """Largest distance from the smallest group, or from all rows."""
    to = smallest(groups) if method == "between_groups" else whole
    return largest(np.abs(groups - to[..., None, :]))


def ratio(groups: Any, whole: Any, method: str) -> Any:
    """Smallest over largest group, or the smallest ratio to all rows, turned to be below one."""
    with np.errstate(all="ignore"):
        if method == "between_groups":
            return np.true_divide(smallest(groups), largest(groups))
        quotients = np.true_divide(groups, whole[..., None, :])
        return smallest(np.where(quotients > 1, 1 / quotients, quotients))


class Numbers:
    """Metrics that return numbers: groups [control, group, metric], whole [control, metric]."""

    def __init__(self, shape: Shape, groups: Any, whole: Any) -> None:
        self.shape, self._rows = shape, groups
        self._whole = whole
        self._groups = groups.reshape(len(whole), -1, groups.shape[-1])

    def overall(self) -> Any:
        return self.shape.whole(self._whole)

    def by_group(self) -> Any:
        return self.shape.by_group(self._rows.copy())

    def extreme(self, which: str, errors: str) -> Any:
        """``min`` or ``max`` over the groups."""
        return self.shape.whole((smallest if which == "min" else largest)(self._groups))

    def compared(self, how: str, method: str, errors: str) -> Any:
        """``difference`` or ``ratio``."""
        formula = difference if how == "difference" else ratio
        return self.shape.whole(formula(self._groups, self._whole, method))


class Intervals:
    """Quantiles of replicates: groups [replicate, row, metric], whole with strata for rows."""

    def __init__(
        self, shape: Shape, groups: Any, whole: Any, quantiles: list[float], shown: tuple[Any, Any]
    ) -> None:
        self.shape, self._rows, self._whole, self._quantiles = shape, groups, whole, quantiles
        self._groups = groups.reshape(len(groups), whole.shape[1], -1, groups.shape[-1])
        self._rows_shown, self._whole_shown = shown

    def overall(self) -> list[Any]:
        return self._of_whole(self._whole)

    def by_group(self) -> list[Any]:
        keep = self._rows_shown
        found = _quantiles(self._rows, self._quantiles, skip=True)
        return [self.shape.by_group(q[keep], keep) for q in found]

    def extreme(self, which: str) -> list[Any]:
        return self._of_whole((smallest if which == "min" else largest)(self._groups))

    def compared(self, how: str, method: str) -> list[Any]:
        formula = difference if how == "difference" else ratio
        return self._of_whole(formula(self._groups, self._whole, method))

    def _of_whole(self, values: Any) -> list[Any]:
        # An undefined replicate makes an interval of all rows undefined; in strata it is left out.
        strata = self.shape.control is not None
        keep = self._whole_shown if strata else slice(None)
        found = _quantiles(values, self._quantiles, skip=strata)
        return [self.shape.whole(q[keep], keep if strata else None) for q in found]


def _quantiles(values: Any, quantiles: list[float], skip: bool) -> Any:
    values = np.asarray(values, dtype=np.float64)
    if not skip or not bool(np.isnan(values).any()):
        return np.quantile(values, quantiles, axis=0)
    empty = np.isnan(values).all(axis=0)
    found = np.nanquantile(np.where(empty, 0.0, values), quantiles, axis=0)
    return np.where(empty, np.nan, found)


_MIXED = (
    "some metric returns more than one number per group, which has no smallest or largest; "
    "leave it out or pass errors='coerce'"
)


class Objects:
    """Metrics of which some return other things than numbers; needs pandas."""

    def __init__(self, shape: Shape, groups: dict[Any, list[Any]], whole: dict[Any, list[Any]]):
        pandas = pandas_or_none()
        if pandas is None:
            raise ImportError(
                "metrics that return other things than one number need pandas; install pandas"
            )
        self.shape = shape
        self._by_group = _frame_of_objects(shape.groups, groups)
        if shape.control is None:
            values = {name: found[0] for name, found in whole.items()}
            self._overall = pandas.Series(values, dtype=None if values else float)
        else:
            self._overall = _frame_of_objects(shape.control, whole)

    def overall(self) -> Any:
        return self.shape.extracted(self._overall)

    def by_group(self) -> Any:
        return self._by_group.iloc[:, 0] if self.shape.single else self._by_group

    def extreme(self, which: str, errors: str) -> Any:
        return self.shape.extracted(self._extreme(which, errors))

    def compared(self, how: str, method: str, errors: str) -> Any:
        result = self._difference(method, errors) if how == "difference" else None
        if result is None:
            result = self._ratio(method, errors)
        return self.shape.extracted(result.where(result.notna(), np.nan))

    @property
    def _control(self) -> Any:
        return None if self.shape.control is None else self.shape.control.names

    def _numbers(self) -> Any:
        """Numbers and texts as they are, NaN for the rest."""
        return self._by_group.apply(lambda column: column.map(_scalar_or_nan))

    def _extreme(self, which: str, errors: str) -> Any:
        frame = self._by_group if errors == "raise" else self._numbers()
        if self._control is not None:
            frame = frame.groupby(level=self._control)
        try:
            return frame.agg(which)
        except ValueError as error:
            if errors == "raise":
                raise ValueError(_MIXED) from error
            raise

    def _difference(self, method: str, errors: str) -> Any:
        to = self._extreme("min", errors) if method == "between_groups" else self._overall
        distance = (self._numbers() - to).abs()
        if self._control is None:
            return distance.max()
        return distance.groupby(level=self._control).max()

    def _ratio(self, method: str, errors: str) -> Any:
        if method == "between_groups":
            return self._extreme("min", errors) / self._extreme("max", errors)
        if self._control is None:
            quotients = self._by_group / self._overall
        else:
            strata = self._control
            quotients = self._by_group.unstack(strata) / self._overall.unstack(strata)
        quotients = quotients.apply(lambda column: column.map(lambda q: 1 / q if q > 1 else q))
        lowest = quotients.min()
        return lowest if self._control is None else lowest.unstack(0)


def _scalar_or_nan(value: Any) -> Any:
    return value if np.isscalar(value) else np.nan


def _frame_of_objects(groups: Groups, values: dict[Any, list[Any]]) -> Any:
    """Values per cell as pandas makes a frame of one Series per group."""
    pandas = pandas_or_none()
    cell = "\0cell"

    def of_group(part: Any, **_: Any) -> Any:
        at = int(part[cell].iloc[0])
        found = {name: of_metric[at] for name, of_metric in values.items()}
        return pandas.Series(found, dtype=None if found else float)

    numbered = groups.frame.assign(**{cell: range(groups.size)})
    frame = numbered.groupby(groups.names).apply(of_group, include_groups=False)
    return frame if len(groups.names) == 1 else frame.reindex(groups.index)
