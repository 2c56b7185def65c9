"""Inputs on which MetricFrame is compared with Fairlearn's, made from a seed."""

import functools

import numpy as np
import pandas as pd

SIZES = (1, 2, 7, 40, 250)


def labels(rng, n, kind):
    """Labels or predictions of a kind."""
    binary = rng.integers(0, 2, n)
    return {
        "int": binary,
        "list": binary.tolist(),
        "bool": binary.astype(bool),
        "int8": binary.astype(np.int8),
        "float": binary.astype(float),
        "signed": 2 * binary - 1,
        "series": pd.Series(binary, index=np.arange(n)[::-1], name="label"),
        "column": binary.reshape(-1, 1),
        "frame": pd.DataFrame({"y": binary}),
        "text": np.array(["no", "yes"])[binary],
        "three": rng.integers(0, 3, n),
        "score": np.round(rng.random(n), 2),
        "real": rng.normal(size=n),
        "ones": np.ones(n, dtype=int),
    }[kind]


def feature(rng, n, kind):
    """One feature as a vector; its levels are drawn with unequal chances."""
    levels = 1 + int(rng.integers(0, 4))
    code = np.minimum(rng.geometric(0.5, n) - 1, levels - 1)
    text = np.array(["zebra", "ärger", "a", "", "long label"])[code]
    return {
        "text": text,
        "list": text.tolist(),
        "object": text.astype(object),
        "series": pd.Series(text, name="sex"),
        "unnamed": pd.Series(text),
        "categorical": pd.Series(pd.Categorical(text, categories=[*np.unique(text)[::-1], "x"])),
        "bare categorical": pd.Categorical(text),
        "int": code - 2,
        "ints": (code * 10).tolist(),
        "small": code.astype(np.uint8),
        "float": code / 4 - 0.5,
        "bool": code > 0,
        "bools": (code > 0).tolist(),
        "int series": pd.Series(code, name="k", index=np.arange(n) + 5),
        "mixed": [c if c % 2 else float(c) for c in code.tolist()],
        "dates": pd.Series(pd.to_datetime("2026-01-01") + pd.to_timedelta(code, "D"), name="day"),
        "column": text.reshape(-1, 1),
    }[kind]


FEATURES = (
    *("text", "list", "object", "series", "unnamed", "categorical", "int", "ints", "small"),
    *("float", "bool", "bools", "mixed", "dates", "bare categorical", "int series", "column"),
)


def features(rng, n, base):
    """Features of some shape: a vector mostly, else a table of two or three."""
    shape = rng.choice(
        ["vector", "frame", "dict", "array", "numbers"], p=[0.6, 0.2, 0.1, 0.05, 0.05]
    )
    if shape == "vector":
        return feature(rng, n, rng.choice(FEATURES))
    width = int(rng.integers(1, 4))
    vectors = [
        np.asarray(feature(rng, n, rng.choice(["text", "int", "bool", "categorical"])))
        for _ in range(width)
    ]
    if shape == "dict":
        return {f"{base}{i}": v.tolist() if i else v for i, v in enumerate(vectors)}
    if shape == "frame":
        return pd.DataFrame({f"{base}{i}": v for i, v in enumerate(vectors)})
    if shape == "numbers":
        return np.stack([rng.integers(0, 3, n) for _ in range(max(width, 2))], axis=1)
    return np.stack([v.astype(object) for v in [*vectors, vectors[0]]], axis=1)


def range_of_predictions(y_true, y_pred):
    return float(np.max(y_pred) - np.min(y_pred))


def rows(y_true, y_pred):
    return len(y_true)


def pairs(y_true, y_pred):
    return np.array([len(y_true), int(np.sum(y_pred == y_true))])


def weighted(y_true, y_pred, w=None):
    return float(np.sum(w))


USER = {f.__name__: f for f in (range_of_predictions, rows, pairs, weighted)}
OWN = (
    "count",
    "mean_prediction",
    "selection_rate",
    "true_positive_rate",
    "true_negative_rate",
    "false_positive_rate",
    "false_negative_rate",
)
SCIKIT = (
    "accuracy_score",
    "zero_one_loss",
    "balanced_accuracy_score",
    "precision_score",
    "recall_score",
    "f1_score",
    "jaccard_score",
    "matthews_corrcoef",
    "roc_auc_score",
    "log_loss",
    "mean_absolute_error",
    "mean_squared_error",
    "root_mean_squared_error",
    "r2_score",
)
WEIGHTED = (*OWN[1:], *SCIKIT)


def frame_case(seed):
    """(names of the metrics, whether one alone, keyword arguments) of one frame."""
    rng = np.random.default_rng(seed)
    n = int(rng.choice(SIZES, p=[0.03, 0.07, 0.2, 0.3, 0.4]))
    family = rng.choice(["binary", "score", "odd"], p=[0.6, 0.25, 0.15])
    if family == "binary":
        kinds = ["int", "list", "bool", "int8", "float", "series", "column", "frame", "ones"]
        y, p = (labels(rng, n, rng.choice(kinds)) for _ in range(2))
        pool = [*OWN, *SCIKIT[:8], "mean_absolute_error", "r2_score", "roc_auc_score", *USER]
    elif family == "score":
        y = labels(rng, n, rng.choice(["int", "real", "list", "score"]))
        p = labels(rng, n, rng.choice(["score", "real"]))
        pool = ["count", "mean_prediction", "selection_rate", *SCIKIT[8:], "range_of_predictions"]
    else:
        y, p = (labels(rng, n, rng.choice(["text", "three", "signed", "int"])) for _ in range(2))
        pool = [*OWN, *SCIKIT[:8], "rows"]
    single = bool(rng.random() < 0.25)
    size = 1 if single else int(rng.integers(1, 5))
    names = [str(name) for name in rng.choice(pool, size=size, replace=False)]
    params = {}
    for name in names:
        if name == "weighted" or (name in WEIGHTED and rng.random() < 0.3):
            weight = rng.choice(["real", "int", "list"])
            w = rng.random(n) + 0.1 if weight == "real" else rng.integers(1, 4, n)
            w = w.tolist() if weight == "list" else w
            params[name] = {"w" if name == "weighted" else "sample_weight": w}
    given = {
        "y_true": y,
        "y_pred": p,
        "sensitive_features": features(rng, n, "s"),
        "control_features": features(rng, n, "c") if rng.random() < 0.35 else None,
        "sample_params": (params.get(names[0]) if single else params) or None,
    }
    return names, single, given


def bound(function, name, seed):
    """The function, now and then with an option bound."""
    rng = np.random.default_rng(seed + 10_000)
    if name in ("precision_score", "recall_score", "f1_score") and rng.random() < 0.3:
        made = functools.partial(function, zero_division=int(rng.integers(0, 2)))
        made.__name__ = name
        return made
    if name in ("selection_rate", "true_positive_rate") and rng.random() < 0.2:
        made = functools.partial(function, pos_label=0)
        made.__name__ = name
        return made
    return function


CALLS = [
    ("overall", (), {}),
    ("by_group", (), {}),
    *[
        (name, (), {"errors": e})
        for name in ("group_min", "group_max")
        for e in ("raise", "coerce")
    ],
    *[
        (name, (), {"method": m, "errors": e})
        for name in ("difference", "ratio")
        for m in ("between_groups", "to_overall")
        for e in ("raise", "coerce")
    ],
]
