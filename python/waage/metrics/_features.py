"""Sensitive and control features as codes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .. import _waage
from ._columns import pandas_or_none, same_length


@dataclass(frozen=True)
class Feature:
    """One feature: a code per row and per code the first row and the value there."""

    name: str
    codes: Any
    first: Any
    #: A list, or a pandas Series whose type the values of all rows decided.
    labels: Any


def features_of(base: str, given: Any, rows: Any) -> list[Feature]:
    """The features that a caller handed in; ``rows`` is an array of as many rows.

    A Series or list is one feature; each column of a DataFrame, dict or 2-dimensional array is one.
    """
    pandas = pandas_or_none()
    if pandas is not None and isinstance(given, pandas.Categorical):
        given = pandas.Series(given)
    if pandas is not None and isinstance(given, pandas.Series):
        same_length(given, rows)
        return [_series(base, 0, given)]
    if pandas is not None and isinstance(given, pandas.DataFrame):
        return [_column(base, i, given, rows) for i in range(len(given.columns))]
    if isinstance(given, list):
        return [_list(base, given, rows)]
    if isinstance(given, dict):
        return _mapping(base, given, rows)
    array = np.squeeze(_array(given))
    if array.ndim == 1:
        same_length(array, rows)
        return [_vector(f"{base}0", array)]
    if array.ndim == 2:
        same_length(array, rows)
        return [_vector(f"{base}{i}", array[:, i]) for i in range(array.shape[1])]
    raise ValueError(
        f"features with {array.ndim} dimensions cannot form groups; give one value per row, or a "
        "table with one column per feature"
    )


def _array(given: Any) -> Any:
    if isinstance(given, np.ndarray) and given.dtype.kind in "biufUO":
        return given
    return np.asarray(given, dtype=object)


def _column(base: str, index: int, frame: Any, rows: Any) -> Feature:
    name = frame.columns[index]
    _text(name)
    same_length(frame, rows)
    return _series(base, index, frame.iloc[:, index])


def _text(name: Any) -> None:
    if not isinstance(name, str):
        raise ValueError(
            f"the feature name {name!r} is of type {type(name).__name__}; name it by a text"
        )


def _series(base: str, index: int, series: Any) -> Feature:
    name = f"{base}{index}" if series.name is None else series.name
    _text(name)
    pandas = pandas_or_none()
    dtype = series.dtype
    if isinstance(dtype, pandas.CategoricalDtype):
        codes = series.cat.codes.to_numpy().astype(np.int64)
        if len(codes) and int(codes.min()) < 0:
            raise _missing(name)
        found = _waage.codes_of(codes.view(np.uint64))
        if found is not None:
            categories = dtype.categories.to_list()
            labels = [categories[code] for code in codes[found[1]]]
            return Feature(name, found[0], found[1], labels)
    elif isinstance(dtype, pandas.StringDtype):
        found = _arrow(series)
        if found is not None:
            return Feature(name, found[0], found[1], series.iloc[found[1]].to_list())
        return _vector(name, series.to_numpy(dtype=object), series.to_list)
    elif isinstance(dtype, np.dtype) and dtype.kind in "biuf":
        return _vector(name, series.to_numpy())
    elif dtype.kind == "O":
        return _vector(name, series.to_numpy(), series.to_list)
    return _slow(name, series.to_list())


def _arrow(series: Any) -> Any:
    if not hasattr(series, "__arrow_c_stream__"):
        return None
    try:
        return _waage.codes_of(series)
    except ImportError:
        return None


def _list(base: str, given: list[Any], rows: Any) -> Feature:
    pandas = pandas_or_none()
    array = np.asarray(given, dtype=object)
    if array.ndim == 1:
        found = _waage.codes_of(array)
        if found is not None:
            same_length(array, rows)
            return Feature(f"{base}0", *found, array[found[1]].tolist())
    scalar = np.isscalar if pandas is None else pandas.api.types.is_scalar
    if not all(scalar(value) or value is None for value in given):
        raise ValueError("a list of features must hold plain values, one per row")
    same_length(array, rows)
    return _vector(f"{base}0", array)


def _mapping(base: str, given: dict[Any, Any], rows: Any) -> list[Feature]:
    arrays = {name: _plain(values) for name, values in given.items()}
    pandas = pandas_or_none()
    if pandas is not None and any(array is None for array in arrays.values()):
        try:
            frame = pandas.DataFrame.from_dict(given)
        except ValueError as error:
            raise ValueError(
                f"the features form no table ({error}); give each as one value per row"
            ) from error
        return [_column(base, i, frame, rows) for i in range(len(frame.columns))]
    features = []
    for name, array in arrays.items():
        _text(name)
        if array is None:
            raise ValueError(f"feature {name!r} is no array; give one plain value per row")
        same_length(array, rows)
        features.append(_vector(name, array))
    return features


def _plain(values: Any) -> Any:
    """An array whose values pandas would not change, else None."""
    if isinstance(values, list):
        values = np.asarray(values, dtype=object)
        plain = values.ndim == 1 and all(
            isinstance(v, (str, int, float, np.generic)) for v in values
        )
        return values if plain else None
    known = isinstance(values, np.ndarray) and values.dtype.kind in "biufU"
    return values if known and values.ndim == 1 else None


def _vector(name: str, array: Any, raw: Any = None) -> Feature:
    """A feature of an array; ``raw`` gives the values of all rows where the array is a copy."""
    kind = array.dtype.kind
    found = None
    values = array
    if kind == "O":
        found = _waage.codes_of(np.ascontiguousarray(array))
        if found is None:
            values = _of_one_kind(array)
            kind = "O" if values is None else values.dtype.kind
    if kind == "U" and array.dtype.isnative and array.dtype.itemsize:
        words = np.ascontiguousarray(array).view(np.uint32).reshape(len(array), -1)
        found = _waage.codes_of(words)
    elif kind in "biuf":
        found = _waage.codes_of(_bits(name, values))
    if found is None:
        return _slow(name, array.tolist() if raw is None else raw())
    return Feature(name, *found, array[found[1]].tolist())


def _bits(name: str, values: Any) -> Any:
    """Patterns of 64 bits that are equal where the numbers are."""
    if values.dtype.kind == "f":
        values = values.astype(np.float64)
        if bool(np.isnan(values).any()):
            raise _missing(name)
        values += 0.0
    elif values.dtype != np.uint64:
        values = values.astype(np.int64)
    return np.ascontiguousarray(values).view(np.uint64)


def _of_one_kind(array: Any) -> Any:
    """Python numbers of one kind as an array of numbers, else None."""
    pandas = pandas_or_none()
    if pandas is None:
        return None
    kinds = {"integer": np.int64, "boolean": np.bool_, "floating": np.float64}
    kind = kinds.get(pandas.api.types.infer_dtype(array, skipna=False))
    try:
        return None if kind is None else array.astype(kind)
    except OverflowError:
        return None


def _slow(name: str, raw: list[Any]) -> Feature:
    """Any hashable values; pandas decides, as for a column of them, which ones are equal."""
    if any(_is_missing(value) for value in raw):
        raise _missing(name)
    pandas = pandas_or_none()
    if pandas is None:
        seen: dict[Any, int] = {}
        codes = np.fromiter((seen.setdefault(v, len(seen)) for v in raw), np.uint32, len(raw))
        first = np.unique(codes, return_index=True)[1].astype(np.uint64)
        return Feature(name, codes, first, list(seen))
    series = pandas.Series(raw)
    codes = pandas.factorize(series)[0].astype(np.uint32)
    first = np.unique(codes, return_index=True)[1].astype(np.uint64)
    return Feature(name, codes, first, series.iloc[first])


def _is_missing(value: Any) -> bool:
    if value is None:
        return True
    try:
        return bool(value != value)
    except (TypeError, ValueError):
        return True


def _missing(name: str) -> ValueError:
    return ValueError(
        f"feature {name!r} has missing values; drop these rows or give them a name of their own"
    )
