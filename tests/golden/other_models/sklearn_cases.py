"""scikit-learn models as plain arrays and as skops files, their margins, and shap's values."""

import importlib.util
from pathlib import Path

import fixture
import numpy as np
import pandas as pd
import shap
import skops.io
from sklearn.ensemble import (
    ExtraTreesClassifier,
    GradientBoostingClassifier,
    GradientBoostingRegressor,
    HistGradientBoostingClassifier,
    HistGradientBoostingRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.linear_model import LogisticRegression, PoissonRegressor, Ridge
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, RobustScaler, StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

# skops files are large: a few of each kind do.
SKOPS = {
    "tree_stump",
    "tree_depth_3",
    "tree_two_targets",
    "tree_constant",
    "forest_weighted",
    "boosting_two",
    "boosting_three",
    "boosting_exponential",
    "boosting_huber",
    "boosting_zero",
    "hist_three",
    "hist_numbers",
    "hist_labels",
    "linear_ridge",
    "linear_logistic",
    "linear_softmax",
    "linear_poisson",
}
SOURCE = Path(__file__).resolve().parents[3] / "python" / "waage" / "_models.py"
spec = importlib.util.spec_from_file_location("models", SOURCE)
models = importlib.util.module_from_spec(spec)
spec.loader.exec_module(models)


def write():
    x, real, two, three = fixture.data()
    holes, *_ = fixture.data(missing=0.1)
    weights = np.random.default_rng(3).integers(0, 4, len(x)) / 2
    few = {"n_estimators": 4, "max_depth": 5, "random_state": 1}
    one = {"random_state": 1}
    trees("tree_stump", DecisionTreeClassifier(max_depth=1, **one), x, two)
    trees("tree_depth_3", DecisionTreeClassifier(max_depth=3, **one), holes, three)
    trees("tree_depth_20", DecisionTreeClassifier(max_depth=20, **one), x, three)
    trees("tree_regression", DecisionTreeRegressor(max_depth=10, **one), holes, real)
    both = np.stack([real, x[:, 1]], axis=1)
    trees("tree_two_targets", DecisionTreeRegressor(max_depth=4, **one), x, both)
    trees("tree_constant", DecisionTreeRegressor(**one), x, np.full(len(x), 1.5))
    labels = np.stack([two, three], axis=1)
    trees("forest_two_targets", RandomForestClassifier(**few), x, labels)
    trees("forest_weighted", RandomForestClassifier(**few), holes, two, sample_weight=weights)
    trees("forest_regression", RandomForestRegressor(**few), holes, real)
    trees("extra_trees", ExtraTreesClassifier(**few), x, three)
    few["max_depth"] = 3
    kind = GradientBoostingClassifier
    trees("boosting_two", kind(**few), x, two)
    few["n_estimators"] = 2  # skops files grow with their trees
    trees("boosting_three", kind(**few), x, three)
    trees("boosting_exponential", kind(loss="exponential", **few), x, two)
    trees("boosting_zero", kind(init="zero", **few), x, two, sample_weight=weights)
    trees("boosting_huber", GradientBoostingRegressor(loss="huber", **few), x, real)
    few = {"max_iter": 5, "max_depth": 4, "random_state": 1, "min_samples_leaf": 5}
    kind = HistGradientBoostingClassifier
    trees("hist_two", kind(**few), holes, two)
    trees("hist_three", kind(**few), holes, three, sample_weight=weights)
    count = np.floor(np.exp(real / 2))
    trees("hist_poisson", HistGradientBoostingRegressor(loss="poisson", **few), holes, count)
    only_missing = x.copy()
    only_missing[two == 1, 0] = np.nan
    only_missing[two == 0, 0] = 7.0
    trees("hist_infinite", kind(**few), only_missing, two)
    hist_numbers(few, real)
    hist_labels(few, two)
    linear("linear_ridge", Ridge(), x, real)
    linear("linear_logistic", LogisticRegression(), x, two)
    linear("linear_softmax", make_pipeline(StandardScaler(), LogisticRegression()), x, three)
    poisson = make_pipeline(MinMaxScaler(), PoissonRegressor())
    linear("linear_poisson", poisson, x, count)
    scalers = make_pipeline(MinMaxScaler(), RobustScaler(), LogisticRegression())
    linear("linear_scalers", scalers, x, two)


def trees(case, model, x, y, **options):
    model.fit(x, y, **options)
    form = next(iter(models.describe(model)["form"].values()))
    thresholds = [[] for _ in range(x.shape[1])]
    for tree in form["trees"]:
        inner = ~tree["is_leaf"].astype(bool) if "is_leaf" in tree else tree["left"] >= 0
        pairs = zip(tree["feature"][inner], tree["threshold"][inner], strict=True)
        for feature, threshold in pairs:
            if np.isfinite(threshold):
                thresholds[feature].append(threshold)
    hist = "is_leaf" in form["trees"][0]
    found = fixture.rows(x, thresholds, missing=np.isnan(x).any(), infinite=hist)
    names = [f"f{i}" for i in range(x.shape[1])]
    finish(case, model, names, found, np.array(found, dtype=float))


def hist_numbers(few, real):
    """Categorical columns 1 and 3 of five, with codes that are not their places."""
    random = np.random.default_rng(fixture.SEED)
    x, *_ = fixture.data(missing=0.05)
    x[:, 1] = random.integers(0, 40, len(x)) * 7 - 20
    x[:, 3] = random.integers(0, 4, len(x)) / 2
    x[::17, 1] = np.nan
    target = real + np.sin(np.nan_to_num(x[:, 1])) + (x[:, 3] == 1.0)
    model = HistGradientBoostingRegressor(categorical_features=[1, 3], **few).fit(x, target)
    found = np.array(x[:90], dtype=object)
    found[::7, 1] = 1.0
    found[::11, 3] = 99.0
    names = [f"f{i}" for i in range(x.shape[1])]
    finish("hist_numbers", model, names, found, np.array(found, dtype=float))


def hist_labels(few, two):
    """A frame with categorical columns of labels between numeric ones."""
    random = np.random.default_rng(fixture.SEED)
    x, *_ = fixture.data(missing=0.05)
    frame = pd.DataFrame({"size": x[:, 0], "weight": x[:, 3]})
    places = np.array(["Köln", "Berlin", "Aachen", "São Paulo"])[random.integers(0, 4, len(x))]
    frame.insert(1, "place", pd.Categorical(places))
    frame["grade"] = pd.Categorical(np.array(["b", "a", "c"])[random.integers(0, 3, len(x))])
    frame.loc[::15, "grade"] = np.nan
    target = (two + (frame["place"] == "Aachen") + (frame["grade"] == "a") > 1).astype(int)
    model = HistGradientBoostingClassifier(categorical_features="from_dtype", **few)
    model.fit(frame, target)
    seen = frame.iloc[:90].astype(object)
    seen.loc[::7, "place"] = "unseen"
    seen.loc[::11, "grade"] = "unseen"
    answered = seen.copy()
    for column in ["size", "weight"]:
        answered[column] = answered[column].astype(float)
    for column in ["place", "grade"]:
        answered[column] = answered[column].astype("category")
    cells = seen.to_numpy(dtype=object)
    cells[pd.isna(cells)] = np.nan
    finish("hist_labels", model, list(frame.columns), cells, answered)


def linear(case, model, x, y):
    model.fit(x, y)
    found = fixture.rows(x, [[] for _ in range(x.shape[1])], missing=False, infinite=False)
    names = [f"f{i}" for i in range(x.shape[1])]
    # The scaled model adds in another order.
    finish(case, model, names, found, np.array(found, dtype=float), tolerance=1e-11)


def finish(case, model, names, found, table, **more):
    margin = margins(model, table)
    more = {**explained(model, table, margin), **more}
    described = models.plain(models.describe(model))
    arguments = ("scikit-learn", described, names, found, margin)
    fixture.write(f"sklearn_{case}", "sklearn", *arguments, **more)
    if case in SKOPS:
        more = {"tolerance": more["tolerance"]} if "tolerance" in more else {}
        arguments = ("scikit-learn", skops.io.dumps(model), names, found[:30], margin[:30])
        fixture.write(f"skops_{case}", "skops", *arguments, **more)


def margins(model, table):
    name = type(model).__name__
    if name.startswith("Hist"):
        return model._raw_predict(table)
    if hasattr(model, "decision_function"):
        return model.decision_function(table)
    if hasattr(model, "predict_proba"):
        found = model.predict_proba(table)
        return np.hstack(found) if isinstance(found, list) else found
    found = model.predict(table)
    return np.log(found) if "poisson" in str(model).lower() else found


def explained(model, table, margin):
    try:
        explainer = shap.TreeExplainer(model)
        values = np.asarray(explainer.shap_values(table, check_additivity=False))
    except Exception as error:
        print("shap:", type(model).__name__, str(error)[:60])
        return {}
    values = values[:, :, None] if values.ndim == 2 else values
    if values.shape[0] != len(table):
        return {}
    base = np.ravel(explainer.expected_value)
    if len(base) != np.reshape(margin, (len(table), -1)).shape[1]:
        return {}
    return {"contributions": values.transpose(0, 2, 1), "base": base}
