"""Fitted estimators become plain arrays; no native extension is needed."""

import importlib.util
import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

SOURCE = Path(__file__).resolve().parents[1] / "waage" / "_models.py"
SPEC = importlib.util.spec_from_file_location("waage_models", SOURCE)
models = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(models)


def estimator(name, module="sklearn.fake", **attributes):
    """An object whose class only has the name of an estimator."""

    def state(self):
        return {"_sklearn_version": "9.9"}

    kind = type(name, (), {"__module__": module, "__getstate__": state})
    found = kind()
    found.__dict__.update(attributes)
    return found


def stump(value):
    return SimpleNamespace(
        children_left=np.array([1, -1, -1]),
        children_right=np.array([2, -1, -1]),
        feature=np.array([0, -2, -2]),
        threshold=np.array([0.5, -2.0, -2.0]),
        missing_go_to_left=np.array([1, 0, 0], dtype=np.uint8),
        weighted_n_node_samples=np.array([4.0, 1.0, 3.0]),
        value=np.array(value, dtype=float),
    )


def test_a_tree_keeps_its_weighted_covers():
    tree = stump([[[0.5, 0.5]], [[1.0, 0.0]], [[0.25, 0.75]]])
    found = models.describe(
        estimator(
            "DecisionTreeClassifier", tree_=tree, n_outputs_=1, n_classes_=np.int64(2),
            n_features_in_=3,
        )
    )  # fmt: skip
    form = found["form"]["mean"]
    assert found["class"] == "DecisionTreeClassifier" and found["version"] == "9.9"
    assert form["classes"] == [2] and found["missing"] is True
    assert form["trees"][0]["cover"].tolist() == [4.0, 1.0, 3.0]
    assert form["trees"][0]["value"].tolist() == [0.5, 0.5, 1.0, 0.0, 0.25, 0.75]


def test_scalers_are_folded_into_a_linear_model():
    last = estimator(
        "LogisticRegression", coef_=np.array([[2.0, -1.0]]), intercept_=np.array([0.5]),
        n_features_in_=2,
    )  # fmt: skip
    standard = estimator(
        "StandardScaler", with_mean=True, mean_=np.array([1.0, 2.0]), scale_=np.array([2.0, 4.0])
    )
    pipeline = estimator("Pipeline", steps=[("scale", standard), ("fit", last)])
    form = models.describe(pipeline)["form"]["linear"]
    x = np.array([3.0, 10.0])
    scaled = (x - standard.mean_) / standard.scale_
    wanted = last.coef_ @ scaled + last.intercept_
    assert form["coefficients"] @ x + form["intercepts"] == pytest.approx(wanted, abs=1e-14)


def test_what_cannot_be_read_says_what_to_do():
    with pytest.raises(TypeError, match="prediction function"):
        models.describe(estimator("AdaBoostClassifier", n_features_in_=2))
    with pytest.raises(TypeError, match="no scikit-learn estimator"):
        models.describe(estimator("DecisionTreeClassifier", module="mine"))
    with pytest.raises(ValueError, match="call fit first"):
        models.describe(estimator("DecisionTreeClassifier"))
    tree = estimator(
        "DecisionTreeRegressor", tree_=stump([[[0.0]], [[1.0]], [[2.0]]]), n_outputs_=1,
        n_features_in_=1,
    )  # fmt: skip
    scaler = estimator("StandardScaler", with_mean=False, scale_=np.array([2.0]))
    pipeline = estimator("Pipeline", steps=[("scale", scaler), ("fit", tree)])
    with pytest.raises(TypeError, match="rounding"):
        models.describe(pipeline)
    odd = estimator("GradientBoostingRegressor", init_=tree, n_features_in_=1, loss="huber")
    with pytest.raises(ValueError, match="starts from DecisionTreeRegressor"):
        models.describe(odd)


def test_plain_values_are_json():
    value = {"a": np.array([1.0, np.inf, -np.inf, np.nan]), "b": [np.array([1, 2])], "c": None}
    text = json.dumps(models.plain(value), allow_nan=False)
    assert json.loads(text) == {"a": [1.0, "inf", "-inf", "nan"], "b": [[1, 2]], "c": None}


def answer(described, row):
    """The margins of arrays, walked by hand."""
    [(kind, form)] = described["form"].items()
    trees = form["trees"]
    if kind == "histogram":
        out = np.array(form["baseline"])
        for number, tree in enumerate(trees):
            node = 0
            while not tree["is_leaf"][node]:
                x = row[form["columns"][tree["feature"][node]]]
                if np.isnan(x):
                    left = bool(tree["missing_left"][node])
                elif tree["is_categorical"][node]:
                    bits = tree["left_categories"].reshape(-1, 8)[tree["bitset"][node]]
                    left = bool(bits[int(x) // 32] >> (int(x) % 32) & 1)
                else:
                    left = x <= tree["threshold"][node]
                node = tree["left" if left else "right"][node]
            out[number % len(out)] += tree["value"][node]
        return out
    out = np.array(form["init"])
    for number, tree in enumerate(trees):
        node = 0
        while tree["left"][node] >= 0:
            left = np.float32(row[tree["feature"][node]]) <= tree["threshold"][node]
            node = tree["left" if left else "right"][node]
        out[number % len(out)] += form["learning_rate"] * tree["value"][node]
    return out


def test_boosting_answers_as_scikit_learn():
    ensemble = pytest.importorskip("sklearn.ensemble")
    random = np.random.default_rng(1)
    x = random.normal(size=(200, 3))
    y = np.digitize(x[:, 0] + x[:, 1] * x[:, 2], [-0.5, 0.5])
    model = ensemble.GradientBoostingClassifier(n_estimators=3).fit(x, y)
    described = models.describe(model)
    assert described["missing"] is False
    found = np.array([answer(described, row) for row in x])
    assert found == pytest.approx(model.decision_function(x), abs=1e-12)


def test_categorical_columns_are_found_again():
    ensemble = pytest.importorskip("sklearn.ensemble")
    random = np.random.default_rng(1)
    x = random.normal(size=(300, 4))
    x[:, 2] = random.integers(0, 5, 300) * 3
    y = x[:, 0] + (x[:, 2] == 6)
    model = ensemble.HistGradientBoostingRegressor(max_iter=4, categorical_features=[2]).fit(x, y)
    described = models.describe(model)
    form = described["form"]["histogram"]
    assert form["columns"].tolist() == [2, 0, 1, 3]
    assert form["categories"] == [None, None, [0.0, 3.0, 6.0, 9.0, 12.0], None]
    codes = x.copy()
    codes[:, 2] /= 3
    found = np.array([answer(described, row) for row in codes]).ravel()
    assert found == pytest.approx(model.predict(x), abs=1e-12)
