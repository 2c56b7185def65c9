"""Models of the libraries themselves and shap's own numbers and plots, where they are installed."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest

import waage as wg

NAMES = ["age", "visits", "past purchases", "minutes", "score", "noise"]


def rows(count: int = 600) -> tuple[np.ndarray, np.ndarray]:
    """Rows with missing values, and whether somebody bought."""
    draw = np.random.default_rng(7)
    X = draw.normal(size=(count, 6))
    margin = X[:, 0] + X[:, 1] ** 2 - X[:, 2] * X[:, 3]
    X[draw.random(X.shape) < 0.05] = np.nan
    return X, (margin + draw.normal(size=count) > 0.5).astype(int)


@pytest.fixture(scope="module", params=["xgboost", "lightgbm"])
def fitted(request: pytest.FixtureRequest) -> Any:
    """A fitted classifier of each library."""
    library = pytest.importorskip(request.param)
    X, y = rows()
    if request.param == "xgboost":
        return library.XGBClassifier(n_estimators=30, max_depth=4).fit(X, y)
    return library.LGBMClassifier(n_estimators=30, num_leaves=12, verbose=-1).fit(X, y)


@pytest.mark.parametrize("output", ["raw", "probability", "log_loss"])
def test_values_against_a_background_are_shap_s(fitted: Any, output: str) -> None:
    shap = pytest.importorskip("shap")
    X, y = rows()
    background, X, y = X[:90], X[90:250], y[90:250]
    theirs = shap.TreeExplainer(fitted, background, output).shap_values(X, y)
    ours = wg.TreeExplainer(fitted, background, output)
    assert ours.shap_values(X, y) == pytest.approx(theirs, abs=1e-6)
    assert np.abs(theirs).max() > 0.05


def test_values_by_covers_are_shap_s(fitted: Any) -> None:
    shap = pytest.importorskip("shap")
    X, _ = rows()
    theirs, ours = shap.TreeExplainer(fitted), wg.TreeExplainer(fitted)
    assert ours.shap_values(X) == pytest.approx(theirs.shap_values(X), abs=1e-5)
    assert ours.expected_value == pytest.approx(float(theirs.expected_value), abs=1e-5)
    e = ours(X[:40])
    assert e.base_values + e.values.sum(axis=1) == pytest.approx(
        theirs(X[:40]).base_values + theirs(X[:40]).values.sum(axis=1), abs=1e-5
    )


def test_plots_of_shap_take_it(fitted: Any) -> None:
    shap = pytest.importorskip("shap")
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    X, y = rows(120)
    called = wg.TreeExplainer(fitted, feature_names=NAMES)(X)
    run = wg.explain(fitted, X, features=NAMES, sensitive={"bought": y})
    for e in (called, run):
        assert isinstance(e, shap.Explanation) and isinstance(e, wg.Attributions)
        assert e.to_shap() is e
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            shap.plots.beeswarm(e, show=False)
            shap.plots.bar(e, show=False)
            shap.plots.bar(e.abs.max(0), show=False)
            shap.plots.waterfall(e[3], show=False)
            shap.plots.scatter(e[:, "age"], show=False)
            shap.plots.heatmap(e, show=False)
            assert shap.plots.force(e[3]) is not None
        pyplot.close("all")
        assert np.array_equal(e[3].values, e.values[3])
        assert list(e.feature_names) == NAMES
    assert len(run.by_group) == 12 and "age" in run._repr_html_()


def test_tables_are_matched_with_what_was_fitted() -> None:
    pandas = pytest.importorskip("pandas")
    X, y = rows()
    frame = pandas.DataFrame(X, columns=NAMES)
    frame["region"] = pandas.Categorical(np.array(["north", "south", "east"])[np.arange(600) % 3])
    y = y ^ (np.arange(600) % 3 == 1)
    other = frame[reversed(frame.columns)].copy()
    other["region"] = other["region"].cat.reorder_categories(["south", "north", "east"])
    for model in classifiers():
        model.fit(frame, y)
        e = wg.TreeExplainer(model)(other)
        assert e.base_values + e.values.sum(axis=1) == pytest.approx(
            margins(model, frame), abs=1e-5
        )
        assert e.values == pytest.approx(contributions(model, frame), abs=1e-5)
        assert np.array_equal(wg.explain(model, other).values, e.values)


def test_several_classes_and_early_stopping() -> None:
    X, _ = rows()
    y = np.digitize(np.nan_to_num(X[:, 0]) + np.nan_to_num(X[:, 1]), [-0.5, 0.7])
    for model in classifiers(early=True):
        model.fit(X[:400], y[:400], eval_set=[(X[400:], y[400:])])
        e = wg.TreeExplainer(model)(X)
        assert e.values.shape == (600, 6, 3)
        assert e.base_values + e.values.sum(axis=1) == pytest.approx(margins(model, X), abs=1e-5)
        every = wg.TreeExplainer(model, iterations="all")(X[:50])
        # LightGBM forgets what it trained beyond its best iteration.
        forgotten = type(model).__name__ == "LGBMClassifier"
        assert np.allclose(every.values, e.values[:50], atol=1e-4) == forgotten


def test_a_marker_of_xgboost_counts_as_missing() -> None:
    xgboost = pytest.importorskip("xgboost")
    X, y = rows()
    marked = np.nan_to_num(X, nan=-9.0)
    model = xgboost.XGBClassifier(n_estimators=20, missing=-9.0).fit(marked, y)
    e = wg.TreeExplainer(model)(marked)
    assert e.base_values + e.values.sum(axis=1) == pytest.approx(margins(model, marked), abs=1e-5)
    assert np.array_equal(wg.explain(model, marked).values, e.values)
    assert wg.explain(model, marked).document["settings"]["missing"] == -9.0


def test_models_that_are_not_fitted_are_told() -> None:
    for model in classifiers():
        with pytest.raises(wg.WaageError, match="fit it first") as told:
            wg.TreeExplainer(model)
        assert "\n" not in str(told.value)


def classifiers(early: bool = False) -> list[Any]:
    """One classifier of each library that is installed."""
    found = []
    try:
        import xgboost

        stop = {"early_stopping_rounds": 5, "learning_rate": 1.0} if early else {}
        found.append(xgboost.XGBClassifier(n_estimators=40, enable_categorical=True, **stop))
    except ImportError:
        pass
    try:
        import lightgbm

        stop = {"early_stopping_rounds": 5, "learning_rate": 1.0} if early else {}
        found.append(lightgbm.LGBMClassifier(n_estimators=40, verbose=-1, **stop))
    except ImportError:
        pass
    if not found:
        pytest.skip("neither xgboost nor lightgbm is installed")
    return found


def margins(model: Any, X: Any) -> np.ndarray:
    """What the model itself says."""
    if type(model).__name__ == "XGBClassifier":
        return np.asarray(model.predict(X, output_margin=True))
    return np.asarray(model.predict(X, raw_score=True))


def contributions(model: Any, X: Any) -> np.ndarray:
    """What the library itself says of the features."""
    if type(model).__name__ == "XGBClassifier":
        import xgboost

        rows = xgboost.DMatrix(X, enable_categorical=True)
        return np.asarray(model.get_booster().predict(rows, pred_contribs=True))[:, :-1]
    return np.asarray(model.predict(X, pred_contrib=True))[:, :-1]


def test_forests_of_scikit_learn_have_exact_probabilities() -> None:
    ensemble = pytest.importorskip("sklearn.ensemble")
    X, _ = rows()
    X = np.nan_to_num(X)
    y = np.digitize(X[:, 0], [-0.5, 0.7])
    forest = ensemble.RandomForestClassifier(10, max_depth=4, random_state=0).fit(X, y)
    for output in ("raw", "probability"):
        for background in (None, X[:50]):
            e = wg.TreeExplainer(forest, background, output)(X)
            assert e.space == "probability" and e.values.shape == (600, 6, 3)
            sums = e.base_values + e.values.sum(axis=1)
            assert sums == pytest.approx(forest.predict_proba(X), abs=1e-12)
    boosted = ensemble.GradientBoostingClassifier(n_estimators=10).fit(X, y == 1)
    e = wg.TreeExplainer(boosted, X[:50], "probability")(X)
    assert e.space == "probability-rescaled"
    sums = e.base_values + e.values.sum(axis=1)
    assert sums == pytest.approx(boosted.predict_proba(X)[:, 1], abs=1e-10)
    svm = pytest.importorskip("sklearn.svm")
    with pytest.raises(TypeError, match="SVC"):
        wg.TreeExplainer(svm.SVC().fit(X, y))
    with pytest.raises(wg.WaageError, match="not fitted"):
        wg.explain(ensemble.RandomForestClassifier(), X)


def test_scikit_learn_s_values_are_shap_s() -> None:
    ensemble = pytest.importorskip("sklearn.ensemble")
    shap = pytest.importorskip("shap")
    X, y = rows()
    X = np.nan_to_num(X)
    for kind in (ensemble.RandomForestClassifier, ensemble.GradientBoostingClassifier):
        model = kind(n_estimators=10, max_depth=4, random_state=0).fit(X, y)
        for background, tolerance in ((None, 1e-12), (X[:50], 1e-6)):
            theirs = shap.TreeExplainer(model, background).shap_values(X)
            ours = wg.TreeExplainer(model, background).shap_values(X)
            assert ours.shape == theirs.shape
            assert ours == pytest.approx(theirs, abs=tolerance)


def test_categories_of_catboost_are_text_or_whole_numbers() -> None:
    catboost = pytest.importorskip("catboost")
    X, y = rows()
    kind = (np.arange(600) % 3).astype(int)
    data = np.column_stack([np.nan_to_num(X[:, 0]).round(), kind]).astype(int)
    model = catboost.CatBoostClassifier(
        iterations=10, depth=3, verbose=0, allow_writing_files=False, one_hot_max_size=10
    ).fit(data, y ^ (kind == 1), cat_features=[1])
    wanted = model.predict(data, prediction_type="RawFormulaVal")
    for given in (data, data.astype(float), data.tolist()):
        for e in (wg.TreeExplainer(model)(given), wg.explain(model, given)):
            sums = e.base_values + e.values.sum(axis=1)
            assert sums == pytest.approx(wanted, abs=1e-9)
    with pytest.raises(wg.WaageError, match="fractions"):
        wg.TreeExplainer(model)(data + 0.5)
    with pytest.raises(wg.WaageError, match="whole numbers"):
        wg.TreeExplainer(model)({"a": data[:, 0], "b": data[:, 1].astype(float)})
