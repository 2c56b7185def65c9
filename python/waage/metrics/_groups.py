"""Groups: the combinations of features that occur, and the rows of a result that they fill."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import numpy as np

from .. import _waage
from ._columns import pandas_or_none
from ._features import Feature


class Groups:
    """Combinations of features as cells, in the order in which rows show them.

    Results have a row per combination of levels, in order of the levels, if there are several
    features, else a row per level. ``cell_of_row[i]`` is the cell that row i shows, -1 for none.
    """

    def __init__(self, features: list[Feature]) -> None:
        self.features = features
        self.names = [feature.name for feature in features]
        if len(features) == 1:
            self.codes, self.first = features[0].codes, features[0].first
        else:
            columns = [(feature.codes, len(feature.first)) for feature in features]
            found = _waage.combine(columns)
            if found is None:
                raise ValueError("the features have too many levels to combine; give fewer")
            self.codes, self.first = found
        self.size = len(self.first)
        #: Per feature the level of each cell.
        self.levels = [feature.codes[self.first] for feature in features]

    @cached_property
    def rows_by_cell(self) -> list[Any]:
        """The rows of each cell, in their order."""
        return split(self.codes, self.size)

    @cached_property
    def frame(self) -> Any:
        """A row per cell with the values of the features; only with pandas."""
        pandas = pandas_or_none()
        columns = {}
        for feature, levels in zip(self.features, self.levels, strict=True):
            if isinstance(feature.labels, list):
                columns[feature.name] = [feature.labels[level] for level in levels]
            else:
                columns[feature.name] = feature.labels.iloc[levels].reset_index(drop=True)
        return pandas.DataFrame(columns)

    @cached_property
    def _layout(self) -> tuple[Any, Any]:
        pandas = pandas_or_none()
        if pandas is None:
            return self._plain_layout()
        grouped = self.frame.groupby(self.names)
        order = np.empty(self.size, dtype=np.intp)
        order[grouped.ngroup().to_numpy()] = np.arange(self.size)
        index = grouped.size().index
        if len(self.names) == 1:
            return index, order
        # Every combination of the levels that occur has a row.
        levels = [np.unique(self.frame[name]) for name in self.names]
        every = pandas.MultiIndex.from_product(levels, names=self.names)
        placed = pandas.Series(order, index=index).reindex(every, fill_value=-1)
        return every, placed.to_numpy()

    def _plain_layout(self) -> tuple[Any, Any]:
        orders, keys = [], []
        for feature in self.features:
            try:
                order = sorted(range(len(feature.labels)), key=feature.labels.__getitem__)
            except TypeError:
                order = list(range(len(feature.labels)))
            orders.append(order)
            keys.append([feature.labels[level] for level in order])
        if len(keys) == 1:
            index: list[Any] = keys[0]
        else:
            index = [()]
            for labels in keys:
                index = [(*key, label) for key in index for label in labels]
        places = np.zeros(self.size, dtype=np.intp)
        for order, levels in zip(orders, self.levels, strict=True):
            position = np.argsort(order)
            places = places * len(order) + position[levels]
        cells = np.full(len(index), -1, dtype=np.intp)
        cells[places] = np.arange(self.size)
        return index, cells

    @property
    def index(self) -> Any:
        """The rows' labels: a pandas index, or a list of labels or tuples."""
        return self._layout[0]

    @property
    def cell_of_row(self) -> Any:
        """The cell of each row of a result, -1 where the combination does not occur."""
        return self._layout[1]

    def placed(self, values: Any, axis: int) -> Any:
        """Values per cell as values per row along an axis; NaN where the combination is absent."""
        cells = self.cell_of_row
        out = np.take(values, cells, axis=axis)
        if bool((cells < 0).any()):
            out = out.astype(np.float64)
            np.moveaxis(out, axis, 0)[cells < 0] = np.nan
        return out

    def rows_shown(self, present: Any) -> Any:
        """Whether each row of a result occurs in some replicate; ``present`` is [replicate, cell].

        A replicate shows every combination of the levels that occur in it.
        """
        shown = np.ones((len(present), len(self.cell_of_row)), dtype=bool)
        stride = len(self.cell_of_row)
        for levels, feature in zip(self.levels, self.features, strict=True):
            size = len(feature.first)
            has = np.zeros((len(present), size), dtype=bool)
            for level in range(size):
                has[:, level] = present[:, levels == level].any(axis=1)
            stride //= size
            position = np.arange(len(self.cell_of_row)) // stride % size
            shown &= has[:, self._level_at(feature, levels, position)]
        return shown.any(axis=0)

    def _level_at(self, feature: Feature, levels: Any, position: Any) -> Any:
        """The level that the result's rows show at a position among the sorted levels."""
        by_position = np.empty(len(feature.first), dtype=np.intp)
        filled = self.cell_of_row >= 0
        by_position[position[filled]] = levels[self.cell_of_row[filled]]
        return by_position[position]


def split(codes: Any, size: int) -> list[Any]:
    """The rows that have each code, in their order."""
    order = np.argsort(codes, kind="stable")
    ends = np.cumsum(np.bincount(codes, minlength=size))
    return np.split(order, ends[:-1])
