"""Models of LightGBM: what to train, and what LightGBM says of it."""

import lightgbm as lgb
import numpy as np
from rows import FEATURES, plain, queries, training

FULL = not lgb.__version__.startswith("3.")
SEED = 20240608


def thresholds(booster):
    """Pairs of a feature and a threshold of a model's numeric splits."""
    found = []

    def walk(node):
        if "split_feature" in node:
            if node["decision_type"] == "<=":
                found.append((node["split_feature"], node["threshold"]))
            walk(node["left_child"])
            walk(node["right_child"])

    for tree in booster.dump_model()["tree_info"]:
        walk(tree["tree_structure"])
    return found


def case(
    params,
    rounds=4,
    x=None,
    y=None,
    *,
    missing=0.1,
    categories=0,
    frame=None,
    iterations=None,
    edit=None,
    contributions=True,
    group=None,
    custom=None,
    seed=SEED,
):
    """Trains a model; the fixture's fields and the file of its model."""
    if x is None:
        x, y = training(seed, missing=missing, categories=categories)
    params = {
        "num_threads": 1,
        "seed": 7,
        "deterministic": True,
        "verbose": -1,
        "num_leaves": 7,
        "learning_rate": 0.3,
        "min_data_in_leaf": 5,
        "min_data_per_group": 5,
        "cat_smooth": 1,
        **params,
    }
    if custom is not None and not FULL:
        extra = {"fobj": custom}
    else:
        extra = {}
        if custom is not None:
            params["objective"] = custom
    data = lgb.Dataset(
        frame if frame is not None else x,
        y,
        group=group,
        categorical_feature=[5] if categories and frame is None else "auto",
    )
    booster = lgb.train(params, data, rounds, **extra)
    text = booster.model_to_string()
    if edit is not None:
        text = edit(text)
        booster = lgb.Booster(model_str=text)
    rows = queries(x, thresholds(booster), seed, infinite=True, categories=categories)
    labels = None
    table = rows
    if frame is not None:
        import pandas

        labels = list(frame[frame.columns[5]].cat.categories)
        rows[:, 5] = np.where(
            (rows[:, 5] >= 0) & (rows[:, 5] < categories), np.trunc(rows[:, 5]), np.nan
        )
        # A label that training never saw counts as missing.
        column = ["never seen" if np.isnan(code) else labels[int(code)] for code in rows[:, 5]]
        table = pandas.DataFrame(rows[:, :5], columns=frame.columns[:5])
        table[frame.columns[5]] = pandas.Categorical(
            column, categories=[*labels[::-1], "never seen"]
        )
    limits = {} if iterations is None else {"num_iteration": iterations}
    used = booster.current_iteration() if iterations is None else iterations
    fields = {
        "library": "LightGBM",
        "version": lgb.__version__,
        "seed": seed,
        "iterations": iterations,
        "missing": None,
        "features": FEATURES,
        "labels": labels and {5: labels},
        # Margins of forests are sums where their predictions are averages.
        "times": used if params.get("boosting") == "rf" else 1,
        "rows": plain(rows),
        "margin": plain(booster.predict(table, raw_score=True, **limits).reshape(len(rows), -1)),
        "contributions": None,
        "interactions": None,
        "base": None,
    }
    if contributions:
        found = booster.predict(table, pred_contrib=True, **limits).reshape(
            len(rows), -1, FEATURES + 1
        )
        fields["contributions"] = plain(found[:, :, :-1])
        fields["base"] = plain(found[0, :, -1])
    return fields, {"txt": text.encode()}


def without_objective(text):
    """The same model as some tools save it."""
    return "\n".join(line for line in text.split("\n") if not line.startswith("objective="))


def cases():
    """Names and cases."""
    x, y = training(SEED)
    positive = np.exp(y / 4)
    yes = (y > 0).astype(float)
    three = np.digitize(y, [-0.5, 1.0]).astype(float)

    def of(objective, target, **more):
        return case({"objective": objective, **more.pop("params", {})}, x=x, y=target, **more)

    yield "binary", lambda: of("binary", yes, params={"sigmoid": 1.5})
    yield "regression", lambda: of("regression", y)
    yield "multiclass", lambda: of("multiclass", three, rounds=2, params={"num_class": 3})
    yield "custom", lambda: of("none", y, custom=lambda p, d: (p - d.get_label(), np.ones_like(p)))
    yield "zero_as_missing", lambda: of("regression", y, params={"zero_as_missing": True})
    yield "no_missing", lambda: case({"objective": "regression"}, missing=0.0)
    yield "use_missing_false", lambda: of("regression", y, params={"use_missing": False})
    yield (
        "categories",
        lambda: case({"objective": "regression", "max_cat_to_onehot": 1}, categories=12),
    )
    yield (
        "one_hot",
        lambda: case({"objective": "regression", "max_cat_to_onehot": 99}, categories=12),
    )
    yield "pandas", lambda: labelled(["low", "müde", "", "high", "a b"])
    yield "forest", lambda: of("binary", yes, params=FOREST)
    yield (
        "dart",
        lambda: of("regression", y, rounds=6, params={"boosting": "dart", "drop_rate": 0.5}),
    )
    yield "linear", lambda: of("regression", y, params={"linear_tree": True}, contributions=False)
    yield "constant", lambda: of("regression", np.full(len(y), 2.5), rounds=2)
    if FULL:
        yield "poisson", lambda: of("poisson", positive)
        yield "sqrt", lambda: of("regression", y, params={"reg_sqrt": True})
        yield "tweedie", lambda: of("tweedie", positive)
        yield "quantile", lambda: of("quantile", y)
        yield "cross_entropy", lambda: of("cross_entropy", 1 / (1 + np.exp(-y)))
        yield (
            "one_against_all",
            lambda: of("multiclassova", three, rounds=2, params={"num_class": 3}),
        )
        yield "rank", lambda: of("lambdarank", yes, group=[30] * 10)
        yield (
            "many_ids",
            lambda: case({"objective": "regression", "max_cat_to_onehot": 1}, categories=90),
        )
        yield "number_labels", lambda: labelled([10, 20, -30, 7, 500])
        yield "first", lambda: of("regression", y, iterations=2)
        yield "forest_first", lambda: of("regression", y, params=FOREST, iterations=3)
        yield "no_objective", lambda: of("binary", yes, edit=without_objective)
        yield "stump", lambda: of("regression", y, params={"num_leaves": 2}, rounds=10)
        yield (
            "deep",
            lambda: of("regression", y, rounds=1, params={"num_leaves": 60, "min_data_in_leaf": 1}),
        )
        hidden = x.copy()
        hidden[:, 3] = np.nan
        yield "all_missing", lambda: case({"objective": "regression"}, x=hidden, y=y)


FOREST = {"boosting": "rf", "bagging_freq": 1, "bagging_fraction": 0.6}


def labelled(labels):
    """A model trained on a frame whose last column has labels."""
    import pandas

    x, y = training(SEED, categories=len(labels))
    codes = np.where(np.isnan(x[:, 5]), -1, x[:, 5]).astype(int)
    frame = pandas.DataFrame(x[:, :5], columns=[f"n{j}" for j in range(5)])
    frame["kind"] = pandas.Categorical.from_codes(codes, categories=labels)
    return case({"objective": "regression"}, x=x, y=y, frame=frame, categories=len(labels))
