"""Models of XGBoost: what to train, and what XGBoost says of it."""

import json
import tempfile
from pathlib import Path

import numpy as np
import xgboost as xgb
from rows import FEATURES, plain, queries, training

VERSION = tuple(int(part) for part in xgb.__version__.split(".")[:2])
#: The newest version gets every case and contributions; older ones what is peculiar to them.
FULL = VERSION >= (3, 2)
SEED = 20240607


def thresholds(model):
    """Pairs of a feature and a threshold of a model's numeric splits."""
    booster = model["learner"]["gradient_booster"]
    booster = booster.get("gbtree", booster)["model"]
    found = []
    for tree in booster.get("trees", []):
        kinds = tree.get("split_type") or [0] * len(tree["left_children"])
        for left, feature, value, kind in zip(
            tree["left_children"],
            tree["split_indices"],
            tree["split_conditions"],
            kinds,
            strict=True,
        ):
            if left != -1 and kind == 0:
                found.append((feature, float(np.float32(value))))
    return found


def saved(booster, suffix):
    """The bytes of a saved model."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"model.{suffix}"
        booster.save_model(str(path))
        return path.read_bytes()


def case(
    params,
    rounds=4,
    x=None,
    y=None,
    *,
    missing=0.1,
    categories=0,
    iterations=None,
    marker=None,
    ubj=False,
    contributions=FULL,
    interactions=False,
    frame=None,
    seed=SEED,
    custom=None,
    **matrix,
):
    """Trains a model; the fixture's fields and the files of its model."""
    if x is None:
        x, y = training(seed, missing=missing, categories=categories)
    kinds = ["q"] * 5 + ["c"] if categories else None
    extra = {"feature_types": kinds, "enable_categorical": True} if categories else {}
    if marker is not None:
        extra["missing"] = marker
    params = {"nthread": 1, "seed": 7, "max_depth": 3, "eta": 0.4, **params}
    train = xgb.DMatrix(
        frame if frame is not None else x,
        y,
        **(extra if frame is None else {"enable_categorical": True}),
        **matrix,
    )
    stop = {}
    if iterations == "best":
        held_x, held_y = training(seed + 5)
        stop = {
            "evals": [(xgb.DMatrix(held_x, held_y), "held")],
            "early_stopping_rounds": 2,
            "verbose_eval": False,
        }
    booster = xgb.train(params, train, rounds, obj=custom, **stop)
    text = saved(booster, "json")
    model = json.loads(text.replace(b"NaN", b"null"))
    rows = queries(x, thresholds(model), seed, infinite=False, categories=categories)
    if frame is not None:
        rows[:, 5] = np.where(
            (rows[:, 5] >= 0) & (rows[:, 5] < categories), np.trunc(rows[:, 5]), np.nan
        )
        table = frame.iloc[:0].reindex(range(len(rows)))
        for at, name in enumerate(frame.columns[:5]):
            table[name] = rows[:, at]
        labels = list(frame[frame.columns[5]].cat.categories)
        column = [None if np.isnan(code) else labels[int(code)] for code in rows[:, 5]]
        import pandas

        table[frame.columns[5]] = pandas.Categorical(column, categories=labels)
        data = xgb.DMatrix(table, enable_categorical=True)
    else:
        labels = None
        data = xgb.DMatrix(rows, **extra)
    limits = {}
    if iterations is not None:
        rounds = booster.best_iteration + 1 if iterations == "best" else iterations
        limits = {"iteration_range": (0, rounds)} if VERSION >= (1, 4) else {"ntree_limit": rounds}
    margin = booster.predict(data, output_margin=True, **limits)
    fields = {
        "library": "XGBoost",
        "version": xgb.__version__,
        "seed": seed,
        "iterations": iterations,
        "missing": marker,
        "features": FEATURES,
        "labels": labels and {5: labels},
        "times": 1,
        "rows": plain(rows),
        "margin": plain(margin.reshape(len(rows), -1)),
        "contributions": None,
        "interactions": None,
        "base": None,
    }
    if contributions:
        found = booster.predict(data, pred_contribs=True, **limits)
        found = found.reshape(len(rows), -1, FEATURES + 1)
        fields["contributions"] = plain(found[:, :, :-1])
        fields["base"] = plain(found[0, :, -1])
    if interactions:
        few = data.slice(list(range(14, 22)))
        found = booster.predict(few, pred_interactions=True).reshape(
            8, -1, FEATURES + 1, FEATURES + 1
        )
        fields["interactions"] = {
            "rows": list(range(14, 22)),
            "values": plain(found[:, :, :-1, :-1]),
        }
    files = {"json": text}
    if ubj:
        files["ubj"] = saved(booster, "ubj")
    return fields, files


def cases():
    """Names and cases, as far as the version has them."""
    x, y = training(SEED)
    positive = np.exp(y / 4)
    yes = (y > 0).astype(float)
    three = np.digitize(y, [-0.5, 1.0]).astype(float)
    ubj = VERSION >= (1, 7)

    def of(objective, target, **more):
        params = {"objective": objective, **more.pop("params", {})}
        return case(params, x=x, y=target, **more)

    yield (
        "logistic",
        lambda: of(
            "binary:logistic", yes, contributions=VERSION != (3, 0), interactions=FULL, ubj=ubj
        ),
    )
    yield "logitraw", lambda: of("binary:logitraw", yes, params={"base_score": 0.3})
    yield "hinge", lambda: of("binary:hinge", yes, params={"base_score": 0.3})
    yield (
        "squared",
        lambda: of(
            "reg:squarederror",
            y,
            params={"base_score": 0.25, "max_depth": 6},
            rounds=3,
            interactions=FULL,
        ),
    )
    yield (
        "softprob",
        lambda: of(
            "multi:softprob", three, params={"num_class": 3}, rounds=2, ubj=ubj, interactions=FULL
        ),
    )
    yield "poisson", lambda: of("count:poisson", np.floor(positive * 2))
    yield (
        "dart",
        lambda: of(
            "reg:squarederror",
            y,
            params={"booster": "dart", "rate_drop": 0.4, "one_drop": 1},
            rounds=6,
            ubj=ubj,
        ),
    )
    yield "gblinear", lambda: of("reg:squarederror", y, params={"booster": "gblinear"})
    yield (
        "deleted",
        lambda: of(
            "reg:squarederror", y, params={"gamma": 6.0, "max_depth": 6, "tree_method": "exact"}
        ),
    )
    if VERSION >= (1, 7):
        yield (
            "multi_target",
            lambda: case(
                {"objective": "reg:squarederror"}, 2, x, np.column_stack([y, -y, y * y]), ubj=True
            ),
        )
        for name, limit in [("one_hot", 100), ("partition", 1)]:
            yield (
                name,
                lambda limit=limit: case(
                    {
                        "objective": "reg:squarederror",
                        "tree_method": "hist",
                        "max_cat_to_onehot": limit,
                        "max_depth": 4,
                    },
                    categories=12,
                    ubj=True,
                    interactions=FULL,
                ),
            )
    if VERSION >= (2, 0):
        yield (
            "vector_leaf",
            lambda: case(
                {
                    "objective": "reg:squarederror",
                    "multi_strategy": "multi_output_tree",
                    "tree_method": "hist",
                },
                2,
                x,
                np.column_stack([y, -y, y * y]),
                contributions=False,
                ubj=True,
            ),
        )
    if VERSION >= (3, 1):
        yield "string_labels", lambda: labelled(["low", "tired", "", "high", "a b"])
        yield "number_labels", lambda: labelled([10, 20, -30, 7, 500])
    if VERSION < (1, 7) or FULL:
        yield (
            "best",
            lambda: case({"objective": "reg:squarederror", "eta": 1.0}, 12, iterations="best"),
        )
        yield (
            "first",
            lambda: of("multi:softprob", three, params={"num_class": 3}, rounds=3, iterations=2),
        )
    if VERSION >= (1, 7):
        yield (
            "forest",
            lambda: of(
                "binary:logistic",
                yes,
                rounds=2,
                iterations=1,
                params={"num_parallel_tree": 3, "subsample": 0.6},
            ),
        )
    if FULL:
        yield from more(x, y, yes, three, positive, of)


def more(x, y, yes, three, positive, of):
    """What every version does alike."""
    yield "reg_logistic", lambda: of("reg:logistic", yes, params={"base_score": 0.2})
    yield "gamma", lambda: of("reg:gamma", positive)
    yield "tweedie", lambda: of("reg:tweedie", positive)
    yield "cox", lambda: of("survival:cox", positive * np.where(yes > 0, 1, -1))
    yield (
        "aft",
        lambda: of("survival:aft", None, label_lower_bound=positive, label_upper_bound=positive),
    )
    yield "absolute", lambda: of("reg:absoluteerror", y)
    yield "pseudohuber", lambda: of("reg:pseudohubererror", y)
    yield (
        "quantiles",
        lambda: of("reg:quantileerror", y, rounds=2, params={"quantile_alpha": [0.2, 0.5, 0.9]}),
    )
    yield "rank", lambda: of("rank:pairwise", yes, group=[30] * 10)
    yield "softmax", lambda: of("multi:softmax", three, rounds=2, params={"num_class": 3})
    yield (
        "custom",
        lambda: case({}, x=x, y=y, custom=lambda p, d: (p - d.get_label(), np.ones_like(p))),
    )
    yield (
        "gblinear_classes",
        lambda: of("multi:softprob", three, params={"booster": "gblinear", "num_class": 3}),
    )
    yield "no_missing", lambda: case({"objective": "reg:squarederror"}, missing=0.0)
    yield "depth_1", lambda: of("reg:squarederror", y, params={"max_depth": 1}, rounds=10)
    yield "depth_10", lambda: of("reg:squarederror", y, params={"max_depth": 10}, rounds=1)
    yield (
        "depth_20",
        lambda: of(
            "reg:squarederror",
            y,
            rounds=1,
            contributions=False,
            params={"max_depth": 20, "lambda": 0, "min_child_weight": 0},
        ),
    )
    hidden = x.copy()
    hidden[:, 3] = np.nan
    yield "all_missing", lambda: case({"objective": "reg:squarederror"}, x=hidden, y=y)
    marked = np.where(np.isnan(x), -999.0, x)
    yield "marker", lambda: case({"objective": "reg:squarederror"}, x=marked, y=y, marker=-999.0)
    yield "one_leaf", lambda: of("reg:squarederror", y, params={"gamma": 1e9}, rounds=2)


def labelled(labels):
    """A model trained on a frame whose last column has labels."""
    import pandas

    x, y = training(SEED, categories=len(labels))
    codes = np.where(np.isnan(x[:, 5]), -1, x[:, 5]).astype(int)
    frame = pandas.DataFrame(x[:, :5], columns=[f"n{j}" for j in range(5)])
    frame["kind"] = pandas.Categorical.from_codes(codes, categories=labels)
    params = {
        "objective": "reg:squarederror",
        "tree_method": "hist",
        "max_cat_to_onehot": 1,
        "max_depth": 4,
    }
    return case(
        params, x=x, y=y, frame=frame, categories=len(labels), ubj=True, contributions=False
    )
