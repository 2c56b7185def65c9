"""What a caller may hand in, made into what the extension reads."""

from __future__ import annotations

import datetime
import importlib.util
import os
from collections.abc import Mapping, Sequence
from typing import Any

from ._waage import WaageError

_FINER_THAN_DAYS = ("h", "m", "s", "ms", "us", "ns", "ps", "fs", "as")


def prepare(data: Any) -> Any:
    """Paths, Arrow streams and mappings of arrays in the form that the extension takes."""
    if isinstance(data, (str, os.PathLike)):
        return [_path(data)]
    if _is_of(data, "polars") and hasattr(data, "collect"):
        raise TypeError("a polars LazyFrame holds no rows yet: pass frame.collect()")
    if isinstance(data, Mapping):
        return {str(name): column(name, values) for name, values in data.items()}
    if _is_of(data, "pandas") and hasattr(data, "columns") and not _has_pyarrow():
        return {str(name): column(name, data[name]) for name in data.columns}
    if hasattr(data, "__arrow_c_stream__") or hasattr(data, "__arrow_c_array__"):
        return data
    if isinstance(data, Sequence) and all(isinstance(p, (str, os.PathLike)) for p in data):
        if not data:
            raise WaageError("no paths were given; name at least one file")
        return [_path(path) for path in data]
    names = getattr(getattr(data, "dtype", None), "names", None)
    if names:
        return {name: column(name, data[name]) for name in names}
    raise TypeError(
        f"data of type {type(data).__name__} cannot be read: give a path, paths, an Arrow-speaking "
        "table (polars, pyarrow, pandas, duckdb) or a dict of numpy arrays"
    )


def column(name: Any, values: Any) -> Any:
    """An Arrow array as it is, else ``("text", codes, labels)`` or ``(kind, values, mask)``."""
    import numpy as np

    if _is_of(values, "pandas") and not _has_pyarrow():
        values = values.to_numpy()
    elif hasattr(values, "__arrow_c_stream__") or hasattr(values, "__arrow_c_array__"):
        return values
    if isinstance(values, np.ma.MaskedArray):
        masked = np.ma.getmaskarray(values)
        values = np.array(values.data, dtype=object)
        values[masked] = None
    try:
        # A list may hold what numpy would make into text without a word: "a" beside 2.5.
        array = np.asarray(values, dtype=object if isinstance(values, (list, tuple)) else None)
    except (TypeError, ValueError) as error:
        raise WaageError(
            f'column "{name}" is no array ({error}); give one value per row'
        ) from error
    if array.ndim != 1:
        raise WaageError(f'column "{name}" has {array.ndim} dimensions; give one value per row')
    kind = array.dtype.kind
    if kind == "b":
        return ("bool", array, None)
    if kind == "i":
        return ("int", array.astype(np.int64, copy=False), None)
    if kind == "u":
        return ("uint", array.astype(np.uint64, copy=False), None)
    if kind == "f":
        return ("float", array.astype(np.float64, copy=False), None)
    if kind == "M":
        return _moments(name, array)
    if kind == "U":
        return _texts(array, None)
    if kind in "OT":
        return _objects(name, array.astype(object, copy=False))
    raise WaageError(
        f'column "{name}" has the type {array.dtype}, which no role can use; '
        "convert it to bool, numbers, text or dates"
    )


def _texts(array: Any, missing: Any) -> Any:
    """Codes in order of first sight; numpy's own texts would lose what ends in a null character."""
    import numpy as np

    present = (array if missing is None else array[~missing]).tolist()
    labels: dict[str, int] = {}
    found = (labels.setdefault(text, len(labels)) for text in present)
    codes = np.full(len(array), -1, dtype=np.int32)
    codes[slice(None) if missing is None else ~missing] = np.fromiter(found, np.int32, len(present))
    return ("text", codes, list(labels))


def _moments(name: Any, array: Any) -> Any:
    """Days, or timestamps where the unit is finer and a time of day occurs."""
    import numpy as np

    missing = np.isnat(array)
    days = array.astype("datetime64[D]")
    unit, _ = np.datetime_data(array.dtype)
    if unit in _FINER_THAN_DAYS and bool((days[~missing] != array[~missing]).any()):
        return ("timestamp", array.astype("datetime64[us]").astype(np.int64), missing)
    numbers = np.where(missing, 0, days.astype(np.int64))
    if numbers.size and bool((np.abs(numbers) > np.iinfo(np.int32).max).any()):
        raise WaageError(f'column "{name}" holds dates out of range; check the unit')
    return ("date", numbers.astype(np.int32), missing)


def _objects(name: Any, array: Any) -> Any:
    """Python objects of one kind, with missing values."""
    import numpy as np

    missing = np.fromiter((_is_missing(value) for value in array), dtype=bool, count=len(array))
    present = array[~missing]
    if all(isinstance(value, str) for value in present):
        return _texts(array, missing)
    if all(isinstance(value, (bool, np.bool_)) for value in present):
        return ("bool", _filled(array, missing, False, bool), missing)
    if all(isinstance(value, (int, np.integer)) for value in present):
        try:
            return ("int", _filled(array, missing, 0, np.int64), missing)
        except OverflowError as error:
            raise WaageError(
                f'column "{name}" holds integers beyond 64 bits; convert it to text'
            ) from error
    if all(isinstance(value, (int, float, np.number, np.bool_)) for value in present):
        return ("float", _filled(array, missing, 0.0, np.float64), missing)
    if all(isinstance(value, datetime.date) for value in present):
        naive = [v.replace(tzinfo=None) if isinstance(v, datetime.datetime) else v for v in present]
        moments = np.full(len(array), "NaT", dtype="datetime64[us]")
        moments[~missing] = np.array(naive, dtype="datetime64[us]")
        return _moments(name, moments)
    kinds = ", ".join(sorted({type(value).__name__ for value in present}))
    raise WaageError(
        f'column "{name}" holds Python objects ({kinds}) that are not all of one kind: '
        "convert it to text, numbers or bool"
    )


def _filled(array: Any, missing: Any, filler: Any, dtype: Any) -> Any:
    import numpy as np

    return np.where(missing, filler, array).astype(dtype)


def _is_missing(value: Any) -> bool:
    if value is None:
        return True
    try:
        return bool(value != value)
    except (TypeError, ValueError):
        return type(value).__name__ == "NAType"


def _is_of(value: Any, package: str) -> bool:
    return type(value).__module__.partition(".")[0] == package


def _has_pyarrow() -> bool:
    return importlib.util.find_spec("pyarrow") is not None


def _path(path: str | os.PathLike[str]) -> str:
    text = os.fspath(path)
    if not isinstance(text, str):
        raise TypeError("paths must be text, not bytes")
    return text
