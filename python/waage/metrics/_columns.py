"""Labels, predictions and parameters as arrays that can be cut by rows."""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

_WIDE = {"i": np.int64, "f": np.float64}


def squeezed(values: Any) -> Any:
    """An array without axes of length one, never a scalar."""
    array = np.asarray(values)
    if array.size > 1:
        return np.squeeze(array)
    return array if array.size == 0 else array.reshape(1)


def n_rows(values: Any) -> int:
    """The length of the first axis."""
    shape = getattr(values, "shape", None)
    if shape is not None and hasattr(shape, "__len__"):
        if len(shape) == 0:
            raise TypeError("a single value was given where one value per row is needed")
        return int(shape[0])
    if not hasattr(values, "__len__"):
        kind = type(values).__name__
        raise TypeError(f"an object of type {kind} has no length; give one value per row")
    return len(values)


def same_length(first: Any, second: Any) -> None:
    """Raises ValueError unless both have as many rows."""
    a, b = n_rows(first), n_rows(second)
    if a != b:
        raise ValueError(f"the arrays have different lengths ({a} and {b}); give one value per row")


def column(values: Any) -> Any:
    """An array as a metric shall see it: numbers of 64 bits, texts, the rest as pandas has it."""
    array = squeezed(values)
    kind = array.dtype.kind
    if array.ndim != 1 or kind in "bcU":
        return array
    if kind in _WIDE:
        return array.astype(_WIDE[kind], copy=False)
    if kind == "u":
        small = array.size == 0 or int(array.max()) <= np.iinfo(np.int64).max
        return array.astype(np.int64 if small else np.uint64, copy=False)
    pandas = pandas_or_none()
    return np.array(list(array)) if pandas is None else pandas.Series(list(array)).to_numpy()


def parameter(name: str, values: Any, rows: int) -> Any:
    """A parameter with one value per row; a single value stands for all."""
    array = np.asarray(values)
    if array.ndim == 0:
        array = np.full(rows, array[()])
    if array.ndim == 2 and array.shape[1] == 1:
        array = array[:, 0]
    if array.ndim != 1 or len(array) != rows:
        raise ValueError(
            f"sample parameter {name!r} has the shape {array.shape}; give one value for each of "
            f"the {rows} rows"
        )
    return array


def taken(array: Any, rows: Any) -> Any:
    """Some rows (all if None); objects become the narrowest array that holds them."""
    part = array if rows is None else array[rows]
    return np.stack(list(part)) if part.dtype == object and part.ndim == 1 else part


def pandas_or_none() -> Any:
    """pandas if it is installed; imported when first needed."""
    if "pandas" in sys.modules:
        return sys.modules["pandas"]
    try:
        import pandas
    except ImportError:
        return None
    return pandas
