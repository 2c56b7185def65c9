"""Model objects of other libraries as the bytes of their files.

No library is imported here: an object is known by the module that its class comes from.
"""

from __future__ import annotations

import json
import math
import operator
import os
from typing import Any, NamedTuple

from ._waage import WaageError

_ACCEPTED = (
    "give a path or the bytes of a model file, an xgboost Booster or XGBModel, a lightgbm Booster "
    "or LGBMModel, a CatBoost model, an ONNX ModelProto, or a fitted scikit-learn tree, forest, "
    "gradient boosting or linear model"
)


class Given(NamedTuple):
    """A model to be read."""

    source: bytes | str
    """Its bytes, or the path of its file."""
    iterations: str
    """Which of its iterations count: ``all``, ``best`` or a number."""
    missing: float | None
    """A value that counts as missing besides NaN."""


def given(model: Any, iterations: int | str | None = None) -> Given:
    """A model as bytes or a path.

    Parameters
    ----------
    model : object
        See :func:`waage.explain`.
    iterations : int or str, optional
        ``"all"``, ``"best"`` or a number; as the object itself predicts if absent.

    Raises
    ------
    TypeError
        If the object is none that is read.
    WaageError
        If it is not fitted, or its library cannot write it.
    """
    asked = None if iterations is None else _iterations(iterations)
    if isinstance(model, (str, os.PathLike)):
        return Given(os.fspath(model), asked or "all", None)
    if isinstance(model, (bytes, bytearray, memoryview)):
        return Given(bytes(model), asked or "all", None)
    classes = {(c.__module__.partition(".")[0], c.__name__) for c in type(model).__mro__}
    if ("xgboost", "Booster") in classes:
        return Given(bytes(model.save_raw("ubj")), asked or "all", None)
    if ("xgboost", "XGBModel") in classes:
        booster = _written(model, model.get_booster)
        return Given(bytes(booster.save_raw("ubj")), asked or _early(model), _marker(model))
    if ("lightgbm", "Booster") in classes:
        return _lightgbm(model, asked)
    if ("lightgbm", "LGBMModel") in classes:
        return _lightgbm(_written(model, lambda: model.booster_), asked)
    if ("catboost", "CatBoost") in classes:
        return Given(_written(model, lambda: _catboost(model)), asked or "all", None)
    if hasattr(model, "SerializeToString") and ("onnx", "ModelProto") in classes:
        return Given(model.SerializeToString(), asked or "all", None)
    if any(package == "sklearn" for package, _ in classes):
        return Given(_sklearn(model), asked or "all", None)
    raise TypeError(f"a model of type {type(model).__name__} cannot be explained: {_ACCEPTED}")


def _iterations(asked: int | str) -> str:
    return asked if isinstance(asked, str) else str(operator.index(asked))


def _written(model: Any, write: Any) -> Any:
    """What `write` gives; what another library says against it in one sentence of ours."""
    try:
        return write()
    except Exception as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise WaageError(f"the {type(model).__name__} cannot be read ({said}); fit it first") from (
            error
        )


def _early(model: Any) -> str:
    """As its predict does: up to the best iteration where training stopped early."""
    stopped = getattr(model, "best_iteration", None) is not None
    return "best" if stopped and getattr(model, "booster", None) != "gblinear" else "all"


def _marker(model: Any) -> float | None:
    marker = getattr(model, "missing", None)
    if marker is None or math.isnan(marker):
        return None
    if math.isinf(marker):
        raise WaageError(
            f"the model counts {marker} as missing, which cannot be told apart from a value here: "
            "make those values NaN and fit it with missing=numpy.nan"
        )
    return float(marker)


def _lightgbm(booster: Any, asked: str | None) -> Given:
    # Without a number LightGBM writes up to its best iteration, as it predicts; -1 means all.
    best = asked in (None, "best")
    text = booster.model_to_string(num_iteration=None if best else -1)
    return Given(text.encode(), "all" if best or asked is None else asked, None)


def _catboost(model: Any) -> bytes:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "model.json")
        model.save_model(path, format="json")
        with open(path, "rb") as file:
            return file.read()


def _sklearn(model: Any) -> bytes:
    from ._models import describe, plain

    try:
        described = describe(model)
    except ValueError as error:
        raise WaageError(str(error)) from error
    return json.dumps(plain(described)).encode()
