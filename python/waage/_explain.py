"""The explanation of a model over a table: what it relies on, of all rows and of each group."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from typing import Any

from . import _model_bytes, _rows, _spec, _waage
from ._attributions import Attributions, accepted
from ._audit import Progress
from ._inputs import prepare
from ._result import Result
from ._table import Table
from ._waage import WaageError


class ModelExplanation(Result, Attributions):
    """A finished explanation.

    For rows in memory it has the arrays of :class:`Attributions` too, and is one of
    ``shap.Explanation`` where shap is imported; for files they go to `out` instead.

    Attributes
    ----------
    features : Table
        What each feature gives, the one with the largest mean size first: ``mean_abs`` and
        ``mean`` in the unit of the margin with intervals.
    by_group : Table
        The same by group of each sensitive attribute.
    document : dict
        The whole document, as ``waage explain --format json`` prints it.
    """

    _handle: _waage.ExplainHandle

    @property
    def features(self) -> Table:
        """One row per feature."""
        return Table(self._handle.features())

    @property
    def by_group(self) -> Table:
        """One row per feature and group; none without `sensitive`."""
        return Table(self._handle.by_group())

    def to_markdown(self, path: str | os.PathLike[str] | None = None, *, lang: str = "en") -> str:
        """Markdown; groups of fewer than five rows are hidden."""
        return self._text("markdown", lang, path)

    def to_pdf(self, path: str | os.PathLike[str] | None = None, *, lang: str = "en") -> bytes:
        """Pages of A4; groups of fewer than five rows are hidden."""
        return self._pdf("markdown", lang, path)

    def __getattr__(self, name: str) -> Any:
        # Only what is not there ends here.
        if name in Attributions.__annotations__:
            raise AttributeError(
                f"rows of files have no .{name}: give rows in memory, or out= for a Parquet file"
            )
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")

    def __repr__(self) -> str:
        model, rows = self.document["model"], self.document["dataset"]["rows"]
        return (
            f"<waage.ModelExplanation {model['library']}, {rows} rows × {model['features']} "
            f"features, {self.document['settings']['value_function']}>"
        )

    def _repr_html_(self) -> str:
        groups = self.by_group
        return self.features._repr_html_() + (groups._repr_html_() if len(groups) else "")


def explain(
    model: Any,
    X: Any,
    *,
    background: Any = None,
    sensitive: Any = (),
    id: Any = None,
    weight: Any = None,
    features: str | Sequence[str] | None = None,
    categories: Mapping[str, Sequence[str]] | None = None,
    index: str = "shapley",
    iterations: int | str | None = None,
    unseen: str = "refuse",
    confidence: float = 0.95,
    where: str | None = None,
    out: str | os.PathLike[str] | None = None,
    i_know: bool = False,
    threads: int | None = None,
    separator: str | None = None,
    decimal: str | None = None,
    progress: Progress | None = None,
) -> ModelExplanation:
    """Explain every row, and say what the model relies on, for all and for each group.

    Parameters
    ----------
    model : object
        A path or the bytes of a model file (XGBoost ``.json`` and ``.ubj``, LightGBM text,
        CatBoost ``.json``, ONNX, skops), an xgboost Booster or XGBModel, a lightgbm Booster or
        LGBMModel, a CatBoost model, an ONNX ``ModelProto``, or a fitted scikit-learn tree, forest,
        gradient boosting or linear model. No code of a file is run.
    X : path, paths, table or array
        The rows: files (Parquet, Arrow IPC, CSV), anything with ``__arrow_c_stream__`` (polars,
        pyarrow, pandas, duckdb), a dict of arrays, or an array of rows × features. Columns are
        matched with the model's features by name, labels of categories with the model's; arrays
        are in the model's order with categories as codes.
    background : path, paths, table or array, optional
        Rows that stand in for features that are not known, all of them; the training rows, as the
        trees counted them, if absent.
    sensitive : str, list of str, or dict of arrays
        Attributes whose groups are told apart: ``"gender"``, ``"age:25:40:60"`` (bins),
        ``"age/4"`` (quantile bins).
    id, weight : str or array, optional
        The column that identifies a row in `out`, and the rows' weights for the means.
    features : list of str, optional
        Columns in the order of the model's features; by the model's own names if absent.
    categories : dict of lists, optional
        Labels of categorical features in the order of their codes, where the model has none or
        wrong ones.
    index : str
        ``"shapley"`` (adds up to the margin) or ``"banzhaf"``.
    iterations : int or str, optional
        Iterations of boosting that count: ``"all"``, ``"best"`` (by early stopping) or a number; as
        the object itself predicts if absent, all of a file.
    unseen : str
        What categories are that the model has not seen: ``"refuse"`` (an error) or ``"missing"``.
    confidence : float
        Confidence of the intervals shown.
    where : str, optional
        Keep rows for which this holds, such as ``"region = 'north' and visits > 3"``.
    out : path, optional
        A Parquet file for the attributions: id, a column per feature, base_value, prediction.
    i_know : bool
        Write the id into `out` although it looks like personal data.
    threads : int, optional
        Threads; all cores if absent. The result does not depend on it.
    separator, decimal : str, optional
        Of CSV files; recognised if absent.
    progress : callable, optional
        Called with (phase, done, total) about twenty times a second, and when all is done.

    Returns
    -------
    ModelExplanation
        With ``.values``, ``.base_values``, ``.data`` and ``.feature_names`` for rows in memory.
        Attributions are in margin space, before the link function; numbers equal the command
        line's to the last bit.

    Raises
    ------
    TypeError
        For models and rows of a kind that is not read.
    WaageError
        For models, data or options that cannot be used; the message says what, where and how to
        mend it.
    KeyboardInterrupt
        On Ctrl-C, within a second.

    Examples
    --------
    >>> import waage as wg
    >>> e = wg.explain("model.json", "leads.parquet", sensitive="gender")  # doctest: +SKIP
    >>> e.features["feature"][0]                                            # doctest: +SKIP
    'visits'
    """
    given = _model_bytes.given(model, iterations)
    spec: dict[str, Any] = {
        "features": _listed(features),
        "categories": {name: [str(c) for c in found] for name, found in (categories or {}).items()},
        "filter": where,
        "index": index,
        "iterations": given.iterations,
        "missing": given.missing,
        "unseen": unseen,
        "confidence": _spec.real("confidence", confidence),
    }
    files = _is_path(X)
    if files:
        roles, attributes = _named({"id": id, "weight": weight}, sensitive)
    else:
        X, background, roles, attributes = _in_memory(
            given, spec, X, background, {"id": id, "weight": weight}, sensitive
        )
    spec["roles"] = {**roles, "sensitive": [_spec.attribute(text) for text in attributes]}
    handle, kept = _waage.explain(
        given.source,
        prepare(X),
        None if background is None else prepare(background),
        json.dumps(spec),
        keep=not files,
        out=out,
        personal=i_know,
        threads=None if threads is None else _spec.whole("threads", threads),
        separator=_spec.character("separator", separator),
        decimal=_spec.character("decimal", decimal),
        progress=progress,
    )
    result = ModelExplanation(handle)
    if kept is None:
        return result
    import numpy as np

    names, values, data = kept
    result._fill(
        values,
        np.array(handle.base_value),
        data,
        names,
        space="margin",
        index=index,
        value_function="path_dependent" if background is None else "interventional",
    )
    return accepted(result)


def _is_path(data: Any) -> bool:
    listed = isinstance(data, (list, tuple)) and len(data) > 0
    return all(isinstance(p, (str, os.PathLike)) for p in (data if listed else [data]))


def _listed(features: str | Sequence[str] | None) -> list[str]:
    """Names as they are; a text is split as on the command line."""
    if isinstance(features, str):
        return features.split(",")
    return [] if features is None else [str(name) for name in features]


def _named(roles: dict[str, Any], sensitive: Any) -> tuple[dict[str, Any], list[str]]:
    _, named, attributes, _ = _spec.roles_and_data("files", roles, sensitive)
    return named, attributes


def _in_memory(
    given: _model_bytes.Given,
    spec: dict[str, Any],
    X: Any,
    background: Any,
    roles: dict[str, Any],
    sensitive: Any,
) -> tuple[Any, Any, dict[str, Any], list[str]]:
    """Tables with all columns that are named, and the names; fills in what the spec must know."""
    read = {"iterations": given.iterations, "missing": given.missing}
    model = _waage.Model.read(given.source, json.dumps(read))
    rows = _rows.array(X)
    if rows is not None:
        names = spec["features"] or _rows.names(model)
        X = _rows.columns(model, rows, names)
        if _rows.is_coded(model, rows):
            spec["codes"] = True
            spec["categories"] = {}
            if background is not None and not _is_path(background):
                background = _coded(model, background, names, spec)
        elif background is not None and (other := _rows.array(background)) is not None:
            background = _rows.columns(model, other, names)
        spec["features"] = names
    elif background is not None and (other := _rows.array(background)) is not None:
        if any(model.labels):
            raise WaageError(
                "the rows are a table and the background an array, whose categories may be codes: "
                "give both as tables"
            )
        names = spec["features"] or _rows.names(model)
        background = _rows.columns(model, other, names)
    X, named, attributes = _with_roles(X, roles, sensitive)
    if rows is None and not spec["features"]:
        taken = {*named.values(), *(_spec.attribute(text)["column"] for text in attributes)}
        columns = _rows.column_names(X)
        spec["features"] = _rows.features(
            model, columns and [name for name in columns if name not in taken]
        )
        if not spec["features"] and columns and None not in model.names:
            # A sensitive attribute may be a feature as well.
            spec["features"] = _rows.features(model, columns)
    return X, background, named, attributes


def _coded(
    model: _waage.Model, background: Any, names: Sequence[str], spec: dict[str, Any]
) -> dict[str, Any]:
    """A background whose categories are codes as those of the rows."""
    found, _ = _rows.matrix(model, background, unseen=spec["unseen"])
    return _rows.columns(model, found, names)


def _with_roles(
    X: Any, roles: dict[str, Any], sensitive: Any
) -> tuple[Any, dict[str, Any], list[str]]:
    """The table with a column for each role that was given as an array."""
    arrays = {r: v for r, v in roles.items() if v is not None and not isinstance(v, str)}
    named = dict(roles)
    if sensitive is not None and not isinstance(sensitive, (str, list, tuple, Mapping)):
        sensitive = {getattr(sensitive, "name", None) or "group": sensitive}
    groups = sensitive if isinstance(sensitive, Mapping) else {}
    attributes = list(groups) if groups else _spec.names("sensitive", sensitive or ())
    if not arrays and not groups:
        return X, named, attributes
    columns = _rows.column_names(X)
    if columns is None:
        raise TypeError(
            f"roles are arrays and the rows a {type(X).__name__}: put them into one table"
        )
    table = {name: X[name] for name in columns}
    for name, values in groups.items():
        column = _spec.attribute(str(name))["column"]
        if column in table:
            raise WaageError(
                f'the attribute "{column}" has the name of a column: call it otherwise'
            )
        table[column] = values
    for role, values in arrays.items():
        named[role] = role
        while named[role] in table:
            named[role] += "_"
        table[named[role]] = values
    return table, named, [str(name) for name in attributes]
