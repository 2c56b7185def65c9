"""What a caller may hand in, made into what the extension reads."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any

from ._waage import WaageError

_DATE_MISSING = -(2**63)


def prepare(data: Any) -> Any:
    """Paths, Arrow streams and mappings of arrays in the form that the extension takes."""
    if isinstance(data, (str, os.PathLike)):
        return os.fspath(data)
    if isinstance(data, Mapping):
        return {str(name): column(name, values) for name, values in data.items()}
    if hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__"):
        return data
    if type(data).__module__.split(".")[0] == "polars" and hasattr(data, "collect"):
        raise TypeError("a polars LazyFrame holds no rows yet: pass frame.collect()")
    if isinstance(data, Sequence) and data and all(isinstance(p, (str, os.PathLike)) for p in data):
        return [os.fspath(p) for p in data]
    names = getattr(getattr(data, "dtype", None), "names", None)
    if names:
        return {name: column(name, data[name]) for name in names}
    raise TypeError(
        f"data of type {type(data).__name__} cannot be read: give a path, paths, an Arrow-speaking "
        "table (polars, pyarrow, pandas, duckdb) or a dict of numpy arrays"
    )


def column(name: Any, values: Any) -> Any:
    """One column as a contiguous numpy array, or as codes and labels."""
    import numpy as np

    if hasattr(values, "to_numpy") and not isinstance(values, np.ndarray):
        values = values.to_numpy()
    array = np.asarray(values)
    if array.ndim != 1:
        raise WaageError(
            f'column "{name}" has {array.ndim} dimensions; give one value per row'
        )
    kind = array.dtype.kind
    if kind == "b":
        return np.ascontiguousarray(array)
    if kind in "iu":
        if kind == "u" and array.size and array.max() > np.iinfo(np.int64).max:
            raise WaageError(f'column "{name}" holds integers beyond 64 bits with sign')
        return np.ascontiguousarray(array, dtype=np.int64)
    if kind == "f":
        return np.ascontiguousarray(array, dtype=np.float64)
    if kind == "M":
        days = array.astype("datetime64[D]").astype(np.int64)
        return ("date", np.where(np.isnat(array), _DATE_MISSING, days))
    if kind in "US":
        labels, codes = np.unique(array.astype(str), return_inverse=True)
        return ("text", codes.astype(np.int32), [str(label) for label in labels])
    if kind == "O":
        return _objects(name, array)
    raise WaageError(f'column "{name}" has the type {array.dtype}, which cannot be read')


def _objects(name: Any, array: Any) -> Any:
    """Python objects: text, or numbers and bools with missing values."""
    import numpy as np

    missing = np.array([value is None or value != value for value in array], dtype=bool)
    present = array[~missing]
    if all(isinstance(value, (bool, int, float, np.number, np.bool_)) for value in present):
        numbers = np.full(len(array), np.nan)
        numbers[~missing] = present.astype(np.float64)
        return numbers
    if not all(isinstance(value, str) for value in present):
        raise WaageError(
            f'column "{name}" mixes text with other types; convert it to text or numbers'
        )
    labels, inverse = np.unique(present.astype(str), return_inverse=True)
    codes = np.full(len(array), -1, dtype=np.int32)
    codes[~missing] = inverse
    return ("text", codes, [str(label) for label in labels])
