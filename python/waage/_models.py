"""Turns fitted scikit-learn estimators into plain arrays.

Nothing is pickled and scikit-learn is not imported: the estimator's public and well-known private
attributes are read, and what they hold goes into a dictionary of numbers, texts and numpy arrays
(the Rust type ``SklearnModel`` says what each entry means).
"""

from __future__ import annotations

from typing import Any

import numpy as np

_MEANS = {
    "DecisionTreeClassifier",
    "DecisionTreeRegressor",
    "ExtraTreeClassifier",
    "ExtraTreeRegressor",
    "RandomForestClassifier",
    "RandomForestRegressor",
    "ExtraTreesClassifier",
    "ExtraTreesRegressor",
}
_BOOSTING = {"GradientBoostingClassifier", "GradientBoostingRegressor"}
_HISTOGRAM = {"HistGradientBoostingClassifier", "HistGradientBoostingRegressor"}
_LINEAR = {
    "LinearRegression": "identity",
    "Ridge": "identity",
    "RidgeCV": "identity",
    "Lasso": "identity",
    "LassoCV": "identity",
    "ElasticNet": "identity",
    "ElasticNetCV": "identity",
    "LogisticRegression": "logit",
    "LogisticRegressionCV": "logit",
    "RidgeClassifier": "unknown",
    "PoissonRegressor": "log",
    "GammaRegressor": "log",
}
_SCALERS = {"StandardScaler", "MinMaxScaler", "MaxAbsScaler", "RobustScaler"}
_HELP = "explain it by its prediction function instead"


def describe(model: Any) -> dict[str, Any]:
    """The arrays of a fitted scikit-learn estimator.

    Parameters
    ----------
    model : estimator
        A fitted decision tree, random forest, extra trees, (histogram) gradient boosting or linear
        model, or a pipeline of scalers that ends in a linear model.

    Returns
    -------
    dict
        ``class``, ``version``, ``features``, ``feature_names``, ``missing`` and ``form``; the form
        is one of ``mean``, ``boosting``, ``histogram`` and ``linear`` with its arrays.

    Raises
    ------
    TypeError
        If the estimator is of a kind that cannot be read.
    ValueError
        If it is not fitted, or is fitted in a way that cannot be read.
    """
    name = type(model).__name__
    if not type(model).__module__.startswith("sklearn."):
        raise TypeError(f"{name} is no scikit-learn estimator: {_HELP}")
    if name == "Pipeline":
        return _pipeline(model)
    if not hasattr(model, "n_features_in_"):
        raise ValueError(f"{name} is not fitted: call fit first")
    if name in _MEANS:
        form = {"mean": _mean(model)}
    elif name in _BOOSTING:
        form = {"boosting": _boosting(model)}
    elif name in _HISTOGRAM:
        form = {"histogram": _histogram(model)}
    elif name in _LINEAR:
        form = {"linear": _linear(model)}
    else:
        raise TypeError(f"{name} is not read as trees or a linear model: {_HELP}")
    names = getattr(model, "feature_names_in_", None)
    return {
        "class": name,
        "version": model.__getstate__().get("_sklearn_version"),
        "features": int(model.n_features_in_),
        "feature_names": None if names is None else [str(n) for n in names],
        "missing": _takes_missing(model),
        "form": form,
    }


def plain(value: Any) -> Any:
    """The same with lists for arrays, and texts for numbers that JSON has no word for."""
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list):
        return [plain(entry) for entry in value]
    if isinstance(value, float) and not np.isfinite(value):
        return "nan" if np.isnan(value) else "inf" if value > 0 else "-inf"
    return value


def _takes_missing(model: Any) -> bool:
    name = type(model).__name__
    if name in _HISTOGRAM:
        return True
    if name in _BOOSTING or name in _LINEAR:
        return False
    tags = getattr(model, "__sklearn_tags__", None)
    if tags is not None and not tags().input_tags.allow_nan:
        return False
    trees = getattr(model, "estimators_", [model])
    return all(hasattr(tree.tree_, "missing_go_to_left") for tree in trees)


def _tree(tree: Any, width: int | None = None) -> dict[str, Any]:
    value = tree.value if width is None else tree.value[:, :, :width]
    missing = getattr(tree, "missing_go_to_left", None)
    return {
        "left": tree.children_left.astype(np.int64),
        "right": tree.children_right.astype(np.int64),
        "feature": tree.feature.astype(np.int64),
        "threshold": tree.threshold.astype(np.float64),
        "missing_left": np.empty(0, np.uint8) if missing is None else missing.astype(np.uint8),
        "cover": tree.weighted_n_node_samples.astype(np.float64),
        "value": np.ascontiguousarray(value, dtype=np.float64).ravel(),
    }


def _mean(model: Any) -> dict[str, Any]:
    targets = int(model.n_outputs_)
    counts = getattr(model, "n_classes_", None)
    return {
        "classes": None if counts is None else [int(n) for n in np.atleast_1d(counts)],
        "targets": targets,
        "trees": [_tree(member.tree_) for member in getattr(model, "estimators_", [model])],
    }


def _boosting(model: Any) -> dict[str, Any]:
    init = model.init_
    kind = "zero" if isinstance(init, str) else type(init).__name__
    if kind not in {"zero", "DummyClassifier", "DummyRegressor"}:
        raise ValueError(f"gradient boosting that starts from {kind} is not read: {_HELP}")
    # A dummy's prediction is the same for every row.
    row = np.zeros((1, model.n_features_in_), dtype=np.float32)
    loss = model.loss
    if not type(model).__name__.endswith("Classifier"):
        link = "identity"
    elif loss == "exponential":
        link = "half_logit"
    else:
        link = "logit" if len(model.classes_) == 2 else "softmax"
    return {
        "learning_rate": float(model.learning_rate),
        "init": np.asarray(model._raw_predict_init(row), dtype=np.float64).ravel(),
        "link": link,
        "trees": [_tree(member.tree_) for stage in model.estimators_ for member in stage],
    }


def _histogram(model: Any) -> dict[str, Any]:
    count = int(model.n_features_in_)
    columns = np.arange(count)
    categories: list[Any] = [None] * count
    flags = getattr(model, "is_categorical_", None)
    if flags is not None and np.any(flags):
        preprocessor = getattr(model, "_preprocessor", None)
        if preprocessor is None:
            raise ValueError(
                "histogram gradient boosting with categorical features is read from "
                "scikit-learn 1.4 on: fit the model with a newer version"
            )
        # The trees see the categorical columns first, in their order, then the others.
        flags = np.asarray(_input_flags(preprocessor, count), dtype=bool)
        columns = np.concatenate([np.flatnonzero(flags), np.flatnonzero(~flags)])
        encoder = preprocessor.named_transformers_["encoder"]
        for column, known in zip(np.flatnonzero(flags), encoder.categories_, strict=True):
            categories[column] = _categories(known)
    name = type(model).__name__
    if name.endswith("Classifier"):
        link = "logit" if len(model.classes_) == 2 else "softmax"
    else:
        link = "log" if model.loss in {"poisson", "gamma"} else "identity"
    return {
        "baseline": np.asarray(model._baseline_prediction, dtype=np.float64).ravel(),
        "link": link,
        "columns": columns.astype(np.int64),
        "categories": categories,
        "trees": [_predictor(member) for stage in model._predictors for member in stage],
    }


def _input_flags(preprocessor: Any, count: int) -> Any:
    """Which input columns the preprocessor encodes."""
    flags = np.zeros(count, dtype=bool)
    for name, _, columns in preprocessor.transformers_:
        if name == "encoder":
            flags[np.asarray(columns)] = True
    return flags


def _categories(known: Any) -> list[Any]:
    """Categories in the order of their codes; the missing value, which has none, stands last."""
    if known.dtype.kind in "biuf":
        return [float(value) for value in known if not np.isnan(value)]
    return [str(value) for value in known if isinstance(value, str)]


def _predictor(predictor: Any) -> dict[str, Any]:
    nodes = predictor.nodes
    return {
        "is_leaf": nodes["is_leaf"].astype(np.uint8),
        "left": nodes["left"].astype(np.uint32),
        "right": nodes["right"].astype(np.uint32),
        "feature": nodes["feature_idx"].astype(np.int64),
        "threshold": nodes["num_threshold"].astype(np.float64),
        "missing_left": nodes["missing_go_to_left"].astype(np.uint8),
        "is_categorical": nodes["is_categorical"].astype(np.uint8),
        "bitset": nodes["bitset_idx"].astype(np.uint32),
        "cover": nodes["count"].astype(np.float64),
        "value": nodes["value"].astype(np.float64),
        "left_categories": np.asarray(predictor.raw_left_cat_bitsets, dtype=np.uint32).ravel(),
    }


def _linear(model: Any) -> dict[str, Any]:
    coefficients = np.atleast_2d(np.asarray(model.coef_, dtype=np.float64))
    intercepts = np.atleast_1d(np.asarray(model.intercept_, dtype=np.float64))
    if len(intercepts) != len(coefficients):
        intercepts = np.broadcast_to(intercepts, (len(coefficients),))
    link = _LINEAR[type(model).__name__]
    if link == "logit" and len(coefficients) > 1:
        one_versus_rest = getattr(model, "multi_class", None) == "ovr" or (
            getattr(model, "solver", None) == "liblinear"
        )
        link = "unknown" if one_versus_rest else "softmax"
    return {
        "coefficients": coefficients.ravel(),
        "intercepts": np.array(intercepts),
        "link": link,
    }


def _pipeline(model: Any) -> dict[str, Any]:
    *before, (_, last) = model.steps
    described = describe(last)
    steps = [step for _, step in before if step is not None and step != "passthrough"]
    if not steps:
        return described
    for step in steps:
        if type(step).__name__ not in _SCALERS:
            raise TypeError(f"a pipeline with {type(step).__name__} is not read: {_HELP}")
    linear = described["form"].get("linear")
    if linear is None:
        raise TypeError(
            f"a pipeline that scales before {described['class']} is not read, for rounding could "
            "send a row the other way: trees need no scaler, fit the model without it"
        )
    shift = np.zeros(described["features"])
    factor = np.ones(described["features"])
    for step in steps:
        own_shift, own_factor = _scaler(step, described["features"])
        shift, factor = shift * own_factor + own_shift, factor * own_factor
    coefficients = linear["coefficients"].reshape(-1, described["features"])
    linear["intercepts"] = linear["intercepts"] + coefficients @ shift
    linear["coefficients"] = (coefficients * factor).ravel()
    first = steps[0]
    names = getattr(first, "feature_names_in_", None)
    described["feature_names"] = None if names is None else [str(n) for n in names]
    return described


def _scaler(step: Any, count: int) -> tuple[Any, Any]:
    """What a scaler does to each column: ``shift + factor * x``."""
    name = type(step).__name__
    if name == "MinMaxScaler":
        if step.clip:
            raise TypeError(f"a scaler that clips is not linear: {_HELP}")
        return step.min_, step.scale_
    scale = getattr(step, "scale_", None)
    factor = np.ones(count) if scale is None else 1.0 / scale
    centre = getattr(step, "mean_", None) if name == "StandardScaler" else None
    if name == "StandardScaler" and not step.with_mean:
        centre = None
    if name == "RobustScaler":
        centre = step.center_
    return (np.zeros(count) if centre is None else -centre * factor), factor
