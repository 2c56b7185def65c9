"""Rows to be explained, as a model takes them."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from . import _waage
from ._inputs import prepare
from ._waage import WaageError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float64]

# How libraries call features that have no names.
_UNNAMED = ("Column_{}", "{}", "f{}")


def array(X: Any) -> npt.NDArray[Any] | None:
    """The rows as one array without names; None if they are a table of named columns."""
    import numpy as np

    package = type(X).__module__.partition(".")[0]
    if package == "scipy":
        raise TypeError("sparse rows are not taken: pass X.toarray()")
    if package in ("pandas", "polars") and hasattr(X, "to_numpy") and not hasattr(X, "columns"):
        X = X.to_numpy()  # one row as a Series
    if isinstance(X, (list, tuple)) and not (X and isinstance(X[0], (str, os.PathLike, Mapping))):
        try:
            X = np.array(X)
        except ValueError as error:
            raise WaageError(f"the rows are no table ({error}); give lists of one length") from (
                error
            )
    if not isinstance(X, np.ndarray) or X.dtype.names:
        return None
    if isinstance(X, np.ma.MaskedArray):
        X = np.ma.filled(X.astype(np.float64), np.nan)
    if X.dtype.kind not in "biufOUT":
        raise TypeError(f"rows of type {X.dtype} are no numbers: convert them to float64")
    if X.ndim not in (1, 2):
        raise WaageError(f"the rows have {X.ndim} dimensions; give rows × features")
    found: npt.NDArray[Any] = X
    return found


def is_coded(model: _waage.Model, rows: npt.NDArray[Any]) -> bool:
    """Whether an array holds numbers alone, those of categories as codes.

    CatBoost knows no codes: it hashes labels, whole numbers among them.
    """
    return rows.dtype.kind in "biuf" and not any(model.hashed)


def columns(
    model: _waage.Model, rows: npt.NDArray[Any], names: Sequence[str]
) -> dict[str, npt.NDArray[Any]]:
    """An array as a table."""
    import numpy as np

    rows = rows.reshape(1, -1) if rows.ndim == 1 else rows
    if rows.shape[1] != len(names):
        raise WaageError(
            f"the rows have {rows.shape[1]} columns, the model has {len(names)} features: "
            "give one column per feature, in the model's order"
        )
    table = {name: rows[:, j] for j, name in enumerate(names)}
    for name, hashed in zip(names, model.hashed, strict=True):
        if hashed and rows.dtype.kind == "f":
            whole = table[name].astype(np.int64, casting="unsafe")
            if not np.array_equal(whole, table[name]):
                raise WaageError(
                    f'"{name}" holds fractions, but the model tells its categories apart as text '
                    "or whole numbers; give what it was trained with"
                )
            table[name] = whole
    return table


def column_names(X: Any) -> list[str] | None:
    """The names of a table's columns, where it tells them."""
    if isinstance(X, Mapping):
        return [str(name) for name in X]
    # pyarrow's `columns` are arrays, its `column_names` (or those of the schema) texts.
    holders = (getattr(X, "column_names", None), getattr(X, "columns", None))
    schema, dtype = getattr(X, "schema", None), getattr(X, "dtype", None)
    for names in (*holders, getattr(schema, "names", None), getattr(dtype, "names", None)):
        if names is not None and not callable(names):
            return [str(name) for name in names]
    return None


def features(model: _waage.Model, columns: Sequence[str] | None) -> list[str]:
    """The columns of a table in the model's order; none where names are the model's own."""
    own = model.names
    if columns is None or (None not in own and set(own) <= set(columns)):
        return []
    if model.library == "LightGBM":
        # LightGBM writes an underscore for a space.
        written = {name.replace(" ", "_"): name for name in columns}
        if all(name in written for name in own):
            return [written[name] for name in own if name is not None]
    unnamed = None in own or any(
        own == [form.format(j) for j in range(len(own))] for form in _UNNAMED
    )
    if not unnamed:
        return []
    if len(columns) != len(own):
        raise WaageError(
            f"the rows have {len(columns)} columns and the model has {len(own)} features without "
            "names; give one column per feature, in the model's order"
        )
    return list(columns)


def names(model: _waage.Model) -> list[str]:
    """The names of the features; ``f3`` for the fourth one where the model has none."""
    return [f"f{j}" if name is None else name for j, name in enumerate(model.names)]


def matrix(
    model: _waage.Model,
    X: Any,
    *,
    categories: Mapping[str, Sequence[str]] | None = None,
    unseen: str = "refuse",
) -> tuple[Matrix, list[str] | None]:
    """Rows × features of float64, and the names of a table's columns.

    Arrays of numbers are taken as they are, categories as codes; columns of tables are matched by
    name, their categories by label.
    """
    import numpy as np

    rows = array(X)
    table = X
    if rows is not None:
        rows = np.atleast_2d(rows)
        if is_coded(model, rows):
            # Single precision and integers up to 2**53 stay what they are.
            return np.require(rows, np.float64, ["ALIGNED"]), None
        table = columns(model, rows, names(model))
    order = features(model, column_names(table))
    spec = {
        "features": order,
        "categories": _labels(categories),
        "unseen": unseen,
    }
    found = model.matrix(prepare(table), json.dumps(spec))
    return found, None if rows is not None else (order or names(model))


def _labels(categories: Mapping[str, Sequence[str]] | None) -> dict[str, list[str]]:
    return {name: [str(label) for label in labels] for name, labels in (categories or {}).items()}
